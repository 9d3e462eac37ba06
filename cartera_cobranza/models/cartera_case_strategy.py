from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_amount, format_date

from .strategy_facts import EVENT_DAYS

# A pin changes what is done with the debtor, whatever the rules say.
PIN_FIELDS = frozenset({"segment_pin_id", "segment_pin_until", "segment_pin_reason"})


class CarteraCaseStrategy(models.AbstractModel):
    """The segment and strategy of a debtor: pins, pauses and what comes next."""

    _name = "cartera.case.strategy"
    _description = "Strategy of a Case"

    next_step_id = fields.Many2one(
        "cartera.strategy.step",
        compute="_compute_next_step",
        help="What the strategy does next, as things stand.",
    )
    date_next_step = fields.Date(string="Next Step On", compute="_compute_next_step")
    next_step_reason = fields.Selection(
        selection="_get_reasons", string="Why", compute="_compute_next_step"
    )

    pause_text = fields.Char(
        string="Pause",
        compute="_compute_pause_text",
        help="The hold or the promise that runs, or that was broken.",
    )

    @api.depends(
        "amount_collectable",
        "hold_reason",
        "hold_until",
        "promise_amount",
        "promise_date",
        "promise_ids.state",
    )
    @api.depends_context("lang")
    def _compute_pause_text(self):
        broken = self._get_broken_promises()
        for case in self:
            promise = case._describe_promise() or case._describe_broken(
                broken.get(case._origin.id)
            )
            case.pause_text = (
                " · ".join(filter(None, [case._describe_hold(), promise])) or False
            )

    def _describe_hold(self):
        today = self.company_id._get_cartera_today()
        if not self.hold_until or self.hold_until < today:
            return ""
        return self.env._(
            "On hold until %(day)s: %(reason)s",
            day=format_date(self.env, self.hold_until),
            reason=self.hold_reason or "",
        )

    def _describe_promise(self):
        if not self.promise_date:
            return ""
        return self.env._(
            "%(amount)s promised for %(day)s",
            amount=format_amount(self.env, self.promise_amount, self.currency_id),
            day=format_date(self.env, self.promise_date),
        )

    def _describe_broken(self, part):
        if not part or self.amount_collectable <= 0:
            return ""
        values = {
            "amount": format_amount(self.env, part.amount, part.currency_id),
            "day": format_date(self.env, part.date),
        }
        if part.state == "broken":
            return self.env._("The promise of %(amount)s for %(day)s broke", **values)
        missing = part.amount - part.amount_kept
        return self.env._(
            "%(missing)s is missing of the %(amount)s promised for %(day)s",
            missing=format_amount(self.env, missing, part.currency_id),
            **values,
        )

    def _get_broken_promises(self):
        """By case id, the last promised payment that was not kept, as long as steps
        answer to it."""
        parts = self.env["cartera.promise.installment"].search(
            [
                ("case_id", "in", self._origin.ids),
                ("state", "in", ["broken", "partial"]),
                ("promise_id.state", "in", ["broken", "partial"]),
                (
                    "date",
                    ">",
                    fields.Date.subtract(fields.Date.today(), days=EVENT_DAYS),
                ),
            ],
            order="date, id",
        )
        return {part.case_id.id: part for part in parts}

    @api.model
    def _get_reasons(self):
        return (
            self.env["cartera.plan.line"]
            ._fields["reason"]
            ._description_selection(self.env)
        )

    @api.depends(
        "amount_collectable",
        "date_oldest_due",
        "execution_ids",
        "hold_until",
        "promise_date",
        "segment_id",
        "stage_id",
    )
    def _compute_next_step(self):
        # What is next is worked out on tables that not everybody may read.
        known = self._origin.sudo()
        found = self.env["cartera.strategy.engine"].sudo()._get_next_steps(known)
        for case in self:
            step_id, day, reason = found.get(case._origin.id, (False, False, False))
            case.next_step_id = step_id
            case.date_next_step = day
            case.next_step_reason = reason

    # -- pins and pauses ----------------------------------------------------------

    @api.constrains("segment_pin_id", "segment_pin_until", "segment_pin_reason")
    def _check_pin(self):
        for case in self:
            filled = {
                bool(case.segment_pin_id),
                bool(case.segment_pin_until),
                bool(case.segment_pin_reason and case.segment_pin_reason.strip()),
            }
            if len(filled) > 1:
                raise ValidationError(
                    self.env._(
                        "A segment is pinned with the reason and the day until which "
                        "it holds. Fill in all three, or none."
                    )
                )

    def write(self, vals):
        if PIN_FIELDS.isdisjoint(vals):
            return super().write(vals)
        self._check_pin_rights()
        result = super().write(vals)
        for company, cases in self.sudo().grouped("company_id").items():
            self.env["cartera.segment.engine"].sudo()._assign(
                company, company._get_cartera_today(), cases.ids
            )
        return result

    def _check_pin_rights(self):
        if self.env.su:
            return
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._(
                    "Only a supervisor pins a debtor to a segment, since this changes "
                    "how the debt is collected."
                )
            )

    # -- actions ------------------------------------------------------------------

    def action_explain(self):
        """Show what the strategy does with the debtor today, step by step, and why
        not."""
        self.ensure_one()
        self.check_access("read")
        plan = self.env["cartera.plan"]._explain(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_plan_line_action_explain"
        )
        action["domain"] = [("plan_id", "=", plan.id)]
        action["name"] = self.env._("What happens with %s", self.display_name)
        return action
