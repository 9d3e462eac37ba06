from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What is fixed once a pause is made, or is changed by its buttons alone.
PROTECTED_FIELDS = frozenset(
    [
        "case_id",
        "company_id",
        "line_ids",
        "is_whole",
        "kind",
        "date_from",
        "date_review",
        "state",
        "date_ended",
        "prolonged",
        "activity_id",
    ]
)

# After so many days a pause is looked at, unless another day is chosen.
REVIEW_DAYS = 7

# What nobody says when making one.
MACHINE_FIELDS = ("date_from", "state", "date_ended", "prolonged", "activity_id")


class CarteraPause(models.Model):
    """A hold: nothing is done with a debtor, or about some of its items, until the day
    of its review. It has an owner and never lasts for ever."""

    _name = "cartera.pause"
    _description = "Pause"
    _inherit = ["cartera.own.defaults", "cartera.inner.chatter", "mail.thread"]
    _order = "date_review desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "cartera.case", string="Debtor", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Partner")
    is_whole = fields.Boolean(
        string="Whole Debtor",
        default=True,
        help="Nothing at all is done with the debtor, or else about some items only.",
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "cartera_pause_line_rel",
        "pause_id",
        "line_id",
        string="Items",
        help="The others go on being collected.",
    )
    kind = fields.Selection(
        [
            ("agreed", "Agreed with the debtor"),
            ("proof", "A payment is being verified"),
            ("cause", "Cause of the delay"),
            ("internal", "Internal matter"),
            ("insolvency", "Insolvency proceedings"),
            ("strategy", "Step of the strategy"),
        ],
        required=True,
        default="agreed",
    )
    reason = fields.Char(required=True, tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who reviews the pause, and has an activity for it on that day.",
    )
    date_from = fields.Date(
        string="Since", required=True, readonly=True, default=fields.Date.context_today
    )
    date_review = fields.Date(
        string="Review On",
        required=True,
        default=lambda self: self._default_date_review(),
        tracking=True,
        help="Last day of the pause: its owner looks at it on that day, and it ends "
        "unless it is prolonged.",
    )
    prolonged = fields.Integer(
        string="Times Prolonged", readonly=True, default=0, copy=False
    )
    state = fields.Selection(
        [("active", "In force"), ("ended", "Over")],
        required=True,
        readonly=True,
        default="active",
        tracking=True,
        copy=False,
    )
    date_ended = fields.Date(
        string="Ended On",
        readonly=True,
        copy=False,
        help="First day on which it does not hold any more.",
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    _review_after_start = models.Constraint(
        "CHECK (date_review >= date_from)",
        "A pause is reviewed on its first day or later.",
    )
    _active_idx = models.Index("(company_id, case_id) WHERE state = 'active'")

    @api.model
    def _default_date_review(self):
        """In a week, or on the last day that a collector may choose."""
        case = self.env["cartera.case"].browse(self.env.context.get("default_case_id"))
        company = (case.company_id or self.env.company).sudo()
        days = min(REVIEW_DAYS, company.cartera_pause_max_days)
        return fields.Date.add(company._get_cartera_today(), days=days)

    @api.depends("case_id")
    def _compute_company_id(self):
        for pause in self:
            pause.company_id = pause.case_id.company_id

    @api.depends("case_id", "date_review")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for pause in self:
            pause.display_name = self.env._(
                "%(debtor)s until %(day)s",
                debtor=pause.case_id.display_name or "",
                day=format_date(self.env, pause.date_review),
            )

    @api.constrains("reason")
    def _check_reason(self):
        if self.filtered(lambda pause: not (pause.reason or "").strip()):
            raise ValidationError(
                self.env._("Say why nothing is to be done with the debtor for now.")
            )

    @api.constrains("case_id", "is_whole", "line_ids")
    def _check_items(self):
        for pause in self.filtered(lambda pause: not pause.is_whole):
            lines = pause.sudo().line_ids
            if not lines:
                raise ValidationError(
                    self.env._("Choose the items that are paused, or the whole debtor.")
                )
            foreign = lines.filtered(
                lambda line, pause=pause: (
                    line.company_id != pause.company_id
                    or not line.partner_id._owes_with(pause.partner_id)
                    or line.account_id.account_type != "asset_receivable"
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(item)s is no receivable of %(debtor)s.",
                        item=foreign[0].display_name,
                        debtor=pause.partner_id.display_name,
                    )
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        pauses = super().create([self._prepare_new(vals) for vals in vals_list])
        pauses._check_kind()
        for pause in pauses:
            if not pause._is_supervisor():
                pause._check_length(pause.date_review)
            pause.case_id._message_log(body=pause._get_note())
        pauses._plan_reviews()
        pauses._touch()
        return pauses

    def _check_kind(self):
        """:raise AccessError: for pauses that people make as if a strategy did, which
        nobody would review"""
        if not self.env.su and "strategy" in self.mapped("kind"):
            raise AccessError(
                self.env._("Only a strategy makes pauses that are steps of one.")
            )

    @api.model
    def _is_by_program(self, name):
        return name in MACHINE_FIELDS

    @api.model
    def _prepare_new(self, vals):
        """Values of a new pause, which begins on the day it is made."""
        if not self.env.su:
            vals = {key: vals[key] for key in vals if key not in MACHINE_FIELDS}
        whole = vals.get("is_whole", not vals.get("line_ids"))
        vals = {**vals, "is_whole": whole}
        if whole:
            vals["line_ids"] = [Command.clear()]
        if "date_from" not in vals:
            case = self.env["cartera.case"].browse(vals["case_id"])
            vals["date_from"] = case.company_id._get_cartera_today()
        return vals

    def write(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "Of a pause only its reason and its owner are changed. Prolong it, "
                    "end it, or make another one."
                )
            )
        result = super().write(vals)
        if "user_id" in vals:
            self.filtered(lambda pause: pause.state == "active")._plan_reviews()
        if "reason" in vals:
            self._touch()
        return result

    # -- actions ------------------------------------------------------------------

    def action_prolong(self):
        """Ask until when and why the pause goes on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_pause_prolong_action"
        )
        action["context"] = {"default_pause_id": self.id}
        return action

    def action_end(self):
        """End the pauses now: their debtors are collected from again."""
        self.check_access("write")
        pauses = self.filtered(lambda pause: pause.state == "active")
        for pause in pauses.sudo():
            pause.write({"state": "ended", "date_ended": pause._get_today()})
            note = self.env._("The pause was ended: %(reason)s", reason=pause.reason)
            pause.case_id._message_log(body=note)
        activities = pauses.sudo().activity_id.filtered("active")
        activities.action_feedback(feedback=self.env._("The pause was ended."))
        pauses._touch()

    def action_open_case(self):
        """Open the file of the debtor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cartera.case",
            "res_id": self.case_id.id,
            "views": [[False, "form"]],
        }

    # -- prolonging ---------------------------------------------------------------

    def _prolong(self, day, reason):
        """Let the pause go on, which is kept in its history.

        :param day: new day of the review
        :raise UserError: when it is over, the day is no later, or only a supervisor
            may do it
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._("This pause has ended already. Make another one instead.")
            )
        if day <= self.date_review:
            raise UserError(
                self.env._("A pause is prolonged to a day after its present review.")
            )
        if not self._is_supervisor():
            if self.prolonged:
                raise UserError(
                    self.env._(
                        "This pause has been prolonged before: ask a supervisor to "
                        "prolong it again."
                    )
                )
            self._check_length(day)
        values = {"date_review": day, "prolonged": self.prolonged + 1}
        self.sudo().write(values)
        self._message_log(body=self.env._("Prolonged: %(reason)s", reason=reason))
        self.case_id._message_log(
            body=self.env._(
                "The pause goes on until %(day)s: %(reason)s",
                day=format_date(self.env, day),
                reason=reason,
            )
        )
        self._plan_reviews()
        self._touch()

    def _check_length(self, day):
        """Refuse a review beyond what a collector may decide."""
        longest = self.company_id.sudo().cartera_pause_max_days
        if (day - self._get_today()).days > longest:
            raise UserError(
                self.env._(
                    "A collector pauses for %(days)s days at most. Choose an earlier "
                    "day, or ask a supervisor.",
                    days=longest,
                )
            )

    def _is_supervisor(self):
        return self.env.su or self.env.user.has_group(
            "cartera_cobranza.group_cartera_supervisor"
        )

    # -- what follows -------------------------------------------------------------

    def _get_today(self):
        return self.company_id._get_cartera_today()

    def _get_note(self):
        values = {
            "day": format_date(self.env, self.date_review),
            "reason": self.reason,
        }
        if self.is_whole:
            return self.env._("On hold until %(day)s: %(reason)s", **values)
        values["items"] = ", ".join(self.sudo().line_ids.mapped("display_name"))
        return self.env._("%(items)s on hold until %(day)s: %(reason)s", **values)

    def _plan_reviews(self):
        """Keep the activities of the owners in step with owner and day of review.

        A pause by a step has none: the strategy goes on by itself after it.
        """
        for pause in self.sudo().filtered(lambda pause: pause.kind != "strategy"):
            due = {"date_deadline": pause.date_review, "user_id": pause.user_id.id}
            if pause.activity_id.active:
                pause.activity_id.write(due)
            else:
                pause.activity_id = pause.case_id.activity_schedule(
                    "cartera_cobranza.mail_activity_type_review_pause",
                    summary=self.env._("Review the pause: %s", pause.reason),
                    **due,
                )

    def _touch(self):
        """Let whoever reads the debtors next see what the pauses hold back now."""
        self.env["cartera.pause.engine"].sudo()._write_holds(self.case_id.ids)
        self.env["cartera.case.queue"].sudo()._mark(
            (pause.company_id.id, pause.case_id.partner_id.id) for pause in self
        )
