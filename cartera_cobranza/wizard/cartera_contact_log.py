from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.cartera_contact import RESULTS
from ..models.channels import CHANNELS, SPOKEN, WRITTEN
from ..models.contact_request import ContactRequest

# Clocks of people and of the server differ.
TOLERANCE = timedelta(minutes=2)


class CarteraContactLog(models.TransientModel):
    """Notes a contact with a debtor that takes place now, or took place earlier."""

    _name = "cartera.contact.log"
    _description = "Log a Contact"

    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one("cartera.case", required=True, readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    obligor_ids = fields.Many2many(related="case_id.obligor_ids")
    activity_id = fields.Many2one(
        "mail.activity",
        string="Completes",
        compute="_compute_activity_id",
        store=True,
        readonly=False,
        domain="[('res_model', '=', 'cartera.case'), ('res_id', '=', case_id)]",
        help="The planned activity that is done with this contact.",
    )
    contact_partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        domain="['|', ('id', 'child_of', partner_id), ('id', 'child_of', obligor_ids)]",
        help="Empty: the debtor.",
    )
    address = fields.Char(
        string="Number or Address",
        compute="_compute_address",
        store=True,
        readonly=False,
    )
    # -- what ---------------------------------------------------------------------
    direction = fields.Selection(
        [("out", "We contacted them"), ("in", "They contacted us")],
        required=True,
        default="out",
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")
    opened = fields.Datetime(default=fields.Datetime.now, readonly=True)
    is_admitted = fields.Boolean(
        readonly=True, help="The gate has let the call pass that is logged here."
    )
    date = fields.Datetime(
        string="When",
        required=True,
        default=fields.Datetime.now,
        help="When it took place. An earlier moment than now is judged by what was "
        "allowed then.",
    )
    reached = fields.Selection(
        RESULTS,
        string="Result",
        compute="_compute_reached",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    note = fields.Text()
    promise_date = fields.Date(string="Promised For")
    promise_amount = fields.Monetary(
        string="Promised",
        compute="_compute_promise_amount",
        store=True,
        readonly=False,
    )
    # -- may it be? ---------------------------------------------------------------
    verdict = fields.Selection(
        [
            ("allow", "Allowed"),
            ("outside", "Was not allowed"),
            ("warn", "Not allowed, and warned of"),
            ("block", "Not allowed"),
        ],
        compute="_compute_verdict",
    )
    verdict_text = fields.Char(compute="_compute_verdict")

    @api.depends("case_id", "channel", "direction")
    def _compute_activity_id(self):
        """The user's next call or visit of this case, when that is what was done."""
        activities = self.env["mail.activity"]
        for log in self:
            spoken = log.channel in SPOKEN and log.direction == "out"
            log.activity_id = spoken and activities.search(
                [
                    ("res_model", "=", "cartera.case"),
                    ("res_id", "=", log.case_id.id),
                    ("user_id", "=", self.env.uid),
                    ("activity_type_id.cartera_channel", "=", log.channel),
                ],
                order="date_deadline, id",
                limit=1,
            )

    @api.depends("channel")
    def _compute_reached(self):
        """What is sent is sent; how a call went must be said."""
        for log in self:
            if log.channel in WRITTEN:
                log.reached = log.reached or "sent"
            elif log.reached == "sent":
                log.reached = False

    @api.depends("case_id", "contact_partner_id", "channel")
    def _compute_address(self):
        gate = self.env["cartera.contact.gate"]
        for log in self:
            person = log.contact_partner_id or log.case_id.partner_id
            log.address = gate._get_address(person, log.channel)

    @api.depends("promise_date")
    def _compute_promise_amount(self):
        for log in self:
            if not log.promise_date:
                log.promise_amount = 0
            elif not log.promise_amount:
                log.promise_amount = log.case_id.amount_collectable

    @api.depends(
        "address",
        "case_id",
        "channel",
        "contact_partner_id",
        "date",
        "direction",
        "is_admitted",
    )
    @api.depends_context("lang")
    def _compute_verdict(self):
        gate = self.env["cartera.contact.gate"]
        for log in self:
            log.verdict, log.verdict_text = "allow", False
            if not (log.case_id and log.channel and log.date) or log.direction == "in":
                continue
            [decision] = gate._decide([log._get_request()], log.date)
            if not decision.allowed:
                log.verdict = log._get_consequence()
                log.verdict_text = log._describe(decision)

    def _describe(self, decision):
        gate = self.env["cartera.contact.gate"]
        if self.verdict != "outside":
            return gate._describe(self.case_id, decision)
        return self.env._(
            "Outside the rules when it took place: %(reason)s.",
            reason=gate._describe_rule(decision),
        )

    def _get_request(self):
        return ContactRequest(
            self.case_id, self.channel, self.contact_partner_id or None, self.address
        )

    def _is_past(self):
        """Whether the contact has taken place: before this window opened, or with the
        leave of the gate."""
        return self.date < self.opened or (self.is_admitted and self.channel == "call")

    def _get_consequence(self):
        """What follows from being outside the rules: what has happened can only be
        recorded."""
        if self._is_past():
            return "outside"
        return self.company_id.cartera_contact_strictness

    # -- logging ------------------------------------------------------------------

    def action_log(self):
        """Record the contact, and the promise made with it."""
        self.ensure_one()
        self.case_id.check_access("write")
        self._check_plausible()
        # The debtor's own call needs nobody's leave.
        outside = self._pass_gate() if self.direction == "out" else False
        self.env["cartera.contact"]._log([self._prepare_contact(outside)])
        self._record_promise()
        if self.activity_id:
            self.activity_id.action_feedback(feedback=self.note or False)
        return {"type": "ir.actions.act_window_close"}

    def _check_plausible(self):
        if self.date > fields.Datetime.now() + TOLERANCE:
            raise UserError(
                self.env._("A contact is logged once it takes place, not before.")
            )
        if self.reached == "sent" and self.channel in SPOKEN:
            raise UserError(self.env._("Choose how the call or the visit went."))
        if self.promise_date and self.promise_date < self._get_day():
            raise UserError(
                self.env._("The promised date is before the promise was made.")
            )
        if self.promise_date and self.promise_amount <= 0:
            raise UserError(self.env._("Enter the amount that was promised."))
        activity = self.activity_id
        if activity and (activity.res_model, activity.res_id) != (
            "cartera.case",
            self.case_id.id,
        ):
            raise UserError(self.env._("The activity belongs to another case."))

    def _pass_gate(self):
        """Ask the gate, with all consequences.

        :return: the rule that the contact broke, or False
        :raise UserError: when it is not allowed now and the company blocks those
        """
        gate = self.env["cartera.contact.gate"]
        origin = "activity" if self.activity_id else "manual"
        requests = [self._get_request()]
        # By the moment when it began: lawful calls may end after closing time.
        if self._get_consequence() == "block":
            gate._require(requests, origin, self.date)
            return False
        [decision] = gate._admit(requests, origin, self.date)
        return decision.rule or False

    def _prepare_contact(self, outside):
        return {
            "case_id": self.case_id.id,
            "channel": self.channel,
            "direction": self.direction,
            "reached": self.reached,
            "contact_partner_id": self.contact_partner_id.id,
            "address": self.address,
            "date": self.date,
            "note": self.note,
            "origin": "activity" if self.activity_id else "manual",
            "activity_id": self.activity_id.id,
            "user_id": self.env.uid,
            "outside_rule": outside,
        }

    def _record_promise(self):
        if self.promise_date:
            self.case_id._record_promise(
                self.promise_date, self.promise_amount, self._get_day()
            )

    def _get_day(self):
        return self.company_id._get_cartera_day(self.date)
