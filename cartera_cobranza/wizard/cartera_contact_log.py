from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.channels import CHANNELS, SPOKEN, WRITTEN
from ..models.contact_request import ContactRequest

# Clocks of people and of the server differ.
TOLERANCE = timedelta(minutes=2)


class CarteraContactLog(models.TransientModel):
    """Notes a contact with a debtor that takes place now, or took place earlier."""

    _name = "cartera.contact.log"
    _description = "Log a Contact"
    _inherit = ["cartera.case.window"]

    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one("cartera.case", required=True, readonly=True)
    # Who sends the id of a case past the window reads no more of it than elsewhere.
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False)
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    obligor_ids = fields.Many2many(related="case_id.obligor_ids", related_sudo=False)
    stage_script = fields.Html(related="case_id.stage_script")
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
    disposition_id = fields.Many2one(
        "cartera.disposition",
        string="Result",
        compute="_compute_disposition_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('id', 'in', fitting_disposition_ids)]",
    )
    fitting_disposition_ids = fields.Many2many(
        "cartera.disposition", compute="_compute_fitting_disposition_ids"
    )
    reached = fields.Selection(related="disposition_id.reached")
    is_from_debtor = fields.Boolean(related="disposition_id.is_from_debtor")
    follow_up = fields.Selection(related="disposition_id.follow_up")
    note = fields.Text()
    cause_id = fields.Many2one(
        "cartera.cause",
        string="Cause of the Delay",
        help="Why the debtor pays late, when it says so.",
    )
    is_sensitive = fields.Boolean(related="cause_id.is_sensitive")
    date_next = fields.Date(
        string="Look at It Again On",
        compute="_compute_date_next",
        store=True,
        readonly=False,
        help="Until this day the debtor is left out of the worklist, unless something "
        "happens.",
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

    @api.depends("channel", "direction")
    def _compute_disposition_id(self):
        """What is sent is sent; how a call went must be said."""
        sent = self.env["cartera.disposition"]._get_plain("sent")
        for log in self:
            if log.channel in WRITTEN and log.direction == "out":
                log.disposition_id = log.disposition_id or sent
            elif log.disposition_id == sent:
                log.disposition_id = False

    @api.depends("channel", "direction")
    def _compute_fitting_disposition_ids(self):
        """The results that a contact of this kind can have."""
        chosen = self.env["cartera.disposition"].search(
            [("is_automatic", "=", False), ("child_ids", "=", False)]
        )
        for log in self:
            log.fitting_disposition_ids = chosen.filtered_domain(log._get_fitting())

    def _get_fitting(self):
        if self.direction == "in":
            return Domain("reached", "in", ["reached", "third_party"])
        if self.channel in SPOKEN:
            return Domain("reached", "!=", "sent")
        return Domain.TRUE

    @api.depends("callback_date", "case_id", "disposition_id", "promise_date")
    def _compute_date_next(self):
        for log in self:
            log.date_next = log.disposition_id and log._get_follow_up()._get_next(log)

    @api.depends("case_id", "contact_partner_id", "channel")
    def _compute_address(self):
        """The best way to the person that has not turned out wrong."""
        for log in self:
            log.address = log.case_id and log._find_address()

    def _find_address(self):
        self._check_case()
        person = self.contact_partner_id or self.case_id.partner_id
        chain = self.env["cartera.recipient"].sudo()._get_chain(self.case_id)
        for partner_id, channel, address in chain:
            if (partner_id, channel) == (person.id, self.channel):
                return address
        gate = self.env["cartera.contact.gate"]
        address = gate._get_address(person, self.channel)
        words = self.env["cartera.address.word"]
        return not words._is_wrong(self.case_id, self.channel, address) and address

    @api.depends(
        "address",
        "case_id",
        "channel",
        "contact_partner_id",
        "date",
        "direction",
        "is_admitted",
        "is_from_debtor",
    )
    @api.depends_context("lang")
    def _compute_verdict(self):
        gate = self.env["cartera.contact.gate"]
        for log in self:
            log.verdict, log.verdict_text = "allow", False
            if log.direction == "in" or log.is_from_debtor:
                continue
            if not (log.case_id and log.channel and log.date):
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
        self._check_case()
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
        """Record the contact, and do what follows from its result: all of it or
        nothing.

        :raise UserError: when something is missing, or not allowed
        """
        notice = self._log()
        return self._tell(notice, {"type": "ir.actions.act_window_close"})

    def action_log_next(self):
        """Record the contact, and open the debtor that comes next."""
        notice = self._log()
        return self._tell(notice, self.case_id.action_next_debtor())

    def _tell(self, notice, action):
        """``action``, after a notice of ``_log`` if there is one."""
        if not notice:
            return action
        notice["params"]["next"] = action
        return notice

    def _log(self):
        """:return: the notification of what waits for somebody else, or None"""
        self.ensure_one()
        self.case_id.check_access("write")
        if self.is_from_debtor:
            self.direction = "in"
        self._check_plausible()
        follow_up = self._get_follow_up()
        follow_up._check(self)
        # The debtor's own call needs nobody's leave.
        outside = self._pass_gate() if self.direction == "out" else False
        values = self._prepare_contact(outside)
        [contact] = self.env["cartera.contact"]._log([values])
        notice = follow_up._apply(self, contact)
        if self.cause_id:
            self.case_id._note_cause(self.cause_id)
            # Only the case keeps it, where not everybody sees what is sensitive.
            self.cause_id = False
        if self.date_next:
            self.case_id._resubmit(self.date_next)
        if self.activity_id:
            self.activity_id.action_feedback(feedback=self.note or False)
        return notice

    def _get_follow_up(self):
        return self.env[f"cartera.follow.up.{self.follow_up}"]

    def _check_plausible(self):
        if self.date > fields.Datetime.now() + TOLERANCE:
            raise UserError(
                self.env._("A contact is logged once it takes place, not before.")
            )
        if self.disposition_id not in self.fitting_disposition_ids:
            raise UserError(
                self.env._("Choose a result that this kind of contact can have.")
            )
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
            "disposition_id": self.disposition_id.id,
            "duration": self._get_duration(),
            "contact_partner_id": self.contact_partner_id.id,
            "address": self.address,
            "date": self.date,
            "note": self.note,
            "origin": "activity" if self.activity_id else "manual",
            "activity_id": self.activity_id.id,
            "user_id": self.env.uid,
            "outside_rule": outside,
        }

    def _get_duration(self):
        """Seconds since the window opened."""
        return int((fields.Datetime.now() - self.opened).total_seconds())

    def _get_day(self):
        return self.company_id._get_cartera_day(self.date)
