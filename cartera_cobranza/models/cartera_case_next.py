from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

# Changes of these change what comes next, or for whom.
NEXT_FIELDS = frozenset({"date_resubmission", "hold_until", "user_id", "worker_id"})

# Read from the worklist.
NEXT_ACTION_FIELDS = (
    "date_next_action",
    "next_action_text",
    "is_neglected",
    "worklist_explanation",
    "worklist_points",
)


class CarteraCaseNext(models.AbstractModel):
    """What comes next for a debtor, when, and which debtor comes after it."""

    _name = "cartera.case.next"
    _description = "What Comes Next for a Case"

    resubmitted_at = fields.Datetime(
        readonly=True, help="When somebody noted when to look at it again."
    )
    date_next_action = fields.Date(
        string="Next Action On",
        compute="_compute_next_action",
        search="_search_date_next_action",
    )
    next_action_text = fields.Char(
        string="Next Action",
        compute="_compute_next_action",
        help="What is to be done next, and when.",
    )
    is_neglected = fields.Boolean(string="Neglected", compute="_compute_next_action")
    worklist_explanation = fields.Json(
        string="Points",
        compute="_compute_next_action",
        help="What makes the debtor urgent, point by point.",
    )
    worklist_points = fields.Integer(string="Urgency", compute="_compute_next_action")

    # -- computes -----------------------------------------------------------------

    @api.depends("worklist_ids", "date_resubmission")
    @api.depends_context("lang")
    def _compute_next_action(self):
        for case in self:
            entry = case.worklist_ids[:1]
            case.date_next_action = entry.date_next
            case.next_action_text = case._describe_next_action(entry)
            case.is_neglected = entry.is_starved
            case.worklist_explanation = entry._explain() if entry else []
            case.worklist_points = entry.points

    def _describe_next_action(self, entry):
        if not entry:
            return False
        names = dict(entry._fields["next_action"]._description_selection(self.env))
        values = {"action": names[entry.next_action]}
        if entry.date_next <= self.company_id._get_cartera_today():
            return self.env._("Today: %(action)s", **values)
        values["day"] = format_date(self.env, entry.date_next)
        return self.env._("%(day)s: %(action)s", **values)

    @api.model
    def _search_date_next_action(self, operator, value):
        if operator in ("not in", "not any"):
            return NotImplemented
        if operator == "in" and False in value:
            return NotImplemented
        return [("worklist_ids.date_next", operator, value)]

    # -- looking at it again ------------------------------------------------------

    def write(self, vals):
        if "date_resubmission" in vals:
            self._check_resubmission(vals["date_resubmission"])
            now = vals["date_resubmission"] and fields.Datetime.now()
            vals = {**vals, "resubmitted_at": now}
        result = super().write(vals)
        if not NEXT_FIELDS.isdisjoint(vals):
            self._mark_worklist()
        return result

    def _check_resubmission(self, date):
        date = fields.Date.to_date(date)
        for case in self:
            if date and date < case.company_id._get_cartera_today():
                raise ValidationError(
                    self.env._("Choose today or a later day to look at it again.")
                )

    def _resubmit(self, date):
        """Leave the debtors out of the worklist until a day, unless something happens.

        :param date: that day; False to take back an earlier one
        :raise ValidationError: for a day that is over
        """
        self.write({"date_resubmission": date})

    def _mark_worklist(self):
        """Note that what comes next for the debtors has to be worked out again."""
        self.env["cartera.case.queue"]._mark(
            (case.company_id.id, case.partner_id.id) for case in self.sudo()
        )

    # -- actions ------------------------------------------------------------------

    def action_next_debtor(self):
        """Open the debtor that comes next on the user's worklist; say so when there
        is none left."""
        case = self.env["cartera.worklist.entry"]._take_next(self.ids)
        if case:
            return case._get_worklist_action()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("That was the last one"),
                "message": self.env._("Nothing is left to do on your list for today."),
                "next": self._get_my_day_action(),
            },
        }

    def _get_worklist_action(self):
        """The case, on the way through the worklist. From there on each debtor takes
        the place of the one before, so that the way back stays short."""
        action = self._get_records_action(context={"cartera_worklist": True})
        if not self.env.context.get("cartera_worklist"):
            return action
        return {
            "type": "ir.actions.client",
            "tag": "cartera_replace_action",
            "params": {"action": action},
        }

    @api.model
    def _get_my_day_action(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_worklist_entry_action"
        )
