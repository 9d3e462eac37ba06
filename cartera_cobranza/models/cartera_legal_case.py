from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from . import (  # noqa: F401  (inherited: they come first)
    cartera_inner_chatter,
    cartera_legal_claim,
    cartera_legal_costs,
    cartera_legal_handling,
    cartera_own_defaults,
)

STATES = [
    ("open", "Under way"),
    ("suspended", "Suspended"),
    ("execution", "Execution"),
    ("closed", "Case Closed"),
]
OUTCOMES = [
    ("agreement", "Settled by an agreement"),
    ("paid", "Paid without an agreement"),
    ("awarded", "Collected by execution"),
    ("withdrawn", "Withdrawn"),
    ("dismissed", "Dismissed"),
    ("uncollectable", "Nothing to be collected"),
]

# What the buttons and the agreements made in court decide.
PROTECTED_FIELDS = frozenset(
    {
        "company_id",
        "date_closed",
        "date_execution",
        "date_resumed",
        "date_suspended",
        "date_told_until",
        "name",
        "partner_id",
        "stage_suspended",
        "case_stage_suspended_id",
        "state",
        "state_before",
        "state_executed",
        "state_suspended",
        "suspended_days",
    }
)
# What decides who may speak with the debtor.
CONTACT_FIELDS = frozenset({"counsel_id", "counsel_only", "date_served", "state"})


class CarteraLegalCase(models.Model):
    """The court file of a debtor: enough of it for agreements made in court."""

    _name = "cartera.legal.case"
    _description = "Legal Case"
    _inherit = [
        "cartera.own.defaults",
        "cartera.legal.claim",
        "cartera.legal.handling",
        "cartera.legal.costs",
        "cartera.inner.chatter",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_filed desc, id desc"
    _rec_names_search = ["name", "docket_number", "partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id",
        string="Debtor",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who has the tasks of the legal case.",
    )
    lawyer_id = fields.Many2one(
        "res.partner", string="Our Lawyer", tracking=True, index="btree_not_null"
    )
    counsel_id = fields.Many2one(
        "res.partner",
        string="Counsel of the Debtor",
        tracking=True,
        index="btree_not_null",
    )
    counsel_only = fields.Boolean(
        string="Through Counsel Only",
        tracking=True,
        help="While the legal case is not closed the debtor is contacted through its "
        "counsel alone: messages and calls go there, and to nobody else.",
    )
    # -- the proceedings ----------------------------------------------------------
    court = fields.Char(tracking=True)
    docket_number = fields.Char(tracking=True)
    proceeding = fields.Char(string="Kind of Proceedings", tracking=True)
    procedural_stage = fields.Char(
        tracking=True, help="How far the proceedings have come, as the court calls it."
    )
    date_filed = fields.Date(tracking=True)
    date_served = fields.Date(
        string="Served On",
        tracking=True,
        help="Day on which the debtor was served. Where the contact rules of its "
        "country say so, nobody contacts it to collect from then on.",
    )
    # -- what became of it --------------------------------------------------------
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        group_expand=True,
        copy=False,
        index=True,
    )
    state_before = fields.Selection(
        STATES,
        string="State Before It Was Closed",
        readonly=True,
        copy=False,
        help="To which it returns when it is opened again.",
    )
    state_executed = fields.Selection(
        STATES,
        string="State Before the Execution",
        readonly=True,
        copy=False,
        help="To which it returns when the execution is left.",
    )
    state_suspended = fields.Selection(
        STATES,
        string="State Before the Suspension",
        readonly=True,
        copy=False,
        help="To which it returns when the proceedings go on.",
    )
    outcome = fields.Selection(OUTCOMES, tracking=True, copy=False)
    date_suspended = fields.Date(
        string="Suspended On", readonly=True, copy=False, tracking=True
    )
    stage_suspended = fields.Char(
        string="Suspended at the Stage",
        readonly=True,
        copy=False,
        help="Procedural stage to which it returns.",
    )
    case_stage_suspended_id = fields.Many2one(
        "cartera.stage",
        string="Collection Stage When Suspended",
        readonly=True,
        copy=False,
    )
    date_resumed = fields.Date(
        string="Resumed On", readonly=True, copy=False, tracking=True
    )
    date_execution = fields.Date(string="Execution Since", readonly=True, copy=False)
    date_closed = fields.Date(
        string="Case Closed On", readonly=True, copy=False, tracking=True
    )
    suspended_days = fields.Integer(
        string="Days Suspended",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Of suspensions that are over.",
    )
    court_days = fields.Integer(
        string="Days in Court",
        compute="_compute_court_days",
        store=True,
        aggregator="avg",
        help="From the filing to the end, once it is closed.",
    )
    date_told_until = fields.Date(
        readonly=True,
        copy=False,
        help="End of the suspension that somebody was reminded of.",
    )
    # -- what hangs on it ---------------------------------------------------------
    cost_ids = fields.One2many("cartera.legal.cost", "legal_case_id", string="Costs")
    amount_spent = fields.Monetary(
        string="Costs So Far", compute="_compute_amount_spent", store=True
    )
    amount_to_invoice = fields.Monetary(
        string="To Be Invoiced", compute="_compute_invoices"
    )
    invoice_count = fields.Integer(compute="_compute_invoices")
    measure_ids = fields.One2many(
        "cartera.legal.measure", "legal_case_id", string="Measures"
    )
    measure_count = fields.Integer(
        string="Measures in Force", compute="_compute_measure_count"
    )
    agreement_ids = fields.One2many("cartera.agreement", "legal_case_id")
    agreement_count = fields.Integer(compute="_compute_agreement_count")

    _dates_in_order = models.Constraint(
        "CHECK (date_served >= date_filed)",
        "The debtor is served on the day of the filing or later.",
    )
    _suspended_idx = models.Index("(company_id) WHERE state = 'suspended'")

    # -- computes -----------------------------------------------------------------

    @api.depends("name", "court", "docket_number")
    def _compute_display_name(self):
        for legal in self:
            number = legal.name if legal.name != "/" else None
            parts = (number, legal.docket_number or legal.court)
            legal.display_name = " · ".join(filter(None, parts))

    @api.depends("date_filed", "date_closed")
    def _compute_court_days(self):
        for legal in self:
            over = legal.date_filed and legal.date_closed
            legal.court_days = over and (legal.date_closed - legal.date_filed).days

    @api.depends("cost_ids.amount")
    def _compute_amount_spent(self):
        for legal in self:
            legal.amount_spent = sum(legal.cost_ids.mapped("amount"))

    @api.depends("cost_ids.amount", "cost_ids.is_recoverable", "cost_ids.is_invoiced")
    def _compute_invoices(self):
        for legal in self:
            waiting = legal.cost_ids._get_to_invoice()
            legal.amount_to_invoice = sum(waiting.mapped("amount"))
            legal.invoice_count = len(legal.cost_ids.sudo().move_id)

    @api.depends("measure_ids.state")
    def _compute_measure_count(self):
        for legal in self:
            legal.measure_count = len(legal.measure_ids._get_in_force())

    @api.depends("agreement_ids")
    def _compute_agreement_count(self):
        for legal in self:
            legal.agreement_count = len(legal.agreement_ids)

    # -- constraints --------------------------------------------------------------

    @api.constrains("counsel_id", "partner_id")
    def _check_counsel(self):
        for legal in self.filtered("counsel_id"):
            if legal.counsel_id in (legal.partner_id, legal.lawyer_id):
                raise ValidationError(
                    self.env._(
                        "The counsel of the debtor is neither the debtor nor our own "
                        "lawyer."
                    )
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
            case_id = vals.get("case_id", self.env.context.get("default_case_id"))
            case = self.env["cartera.case"].browse(case_id or [])
            vals["name"] = self._next_name(case.company_id)
        legals = super().create(vals_list)
        legals._tell_contact()
        return legals

    def write(self, vals):
        self._check_not_protected(vals)
        if not self.env.su and "case_id" in vals:
            raise AccessError(
                self.env._("A legal case stays with its debtor. Make another one.")
            )
        tells = not CONTACT_FIELDS.isdisjoint(vals)
        served = {legal: legal.date_served for legal in self if tells}
        result = super().write(vals)
        if tells:
            self._tell_contact(served)
        return result

    @api.model
    def _is_by_program(self, name):
        return name in PROTECTED_FIELDS

    def _check_not_protected(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "The number, the state and the dates of a legal case follow from "
                    "its buttons and from the agreements made in court, and cannot be "
                    "written."
                )
            )

    @api.model
    def _next_name(self, company):
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        return sequence.next_by_code("cartera.legal.case") or "/"

    def _tell_contact(self, served_before=None):
        """Let the contact rules know who may be spoken to, and who was served.

        :param served_before: ``{legal case: day}`` as it was, where that has changed
        """
        # The collector decides it here without any right on contacts.
        legals = self.sudo()
        legals.case_id._follow_counsel()
        for legal in legals:
            debtor = legal.partner_id
            since = debtor.cartera_sued_since
            own = {legal.date_served, (served_before or {}).get(legal)} - {False, None}
            if since in own:
                pending = debtor.cartera_case_ids._get_pending_legal_cases()
                served = pending.filtered("date_served").mapped("date_served")
                debtor.cartera_sued_since = min(served, default=False)
            elif legal.date_served and legal.state != "closed":
                if not since or legal.date_served < since:
                    debtor.cartera_sued_since = legal.date_served


class CarteraLegalMeasure(models.Model):
    """A measure of the court against the debtor, to be released when all is paid."""

    _name = "cartera.legal.measure"
    _description = "Court Measure"
    _order = "legal_case_id, id"

    legal_case_id = fields.Many2one(
        "cartera.legal.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="legal_case_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(string="Measure", required=True)
    asset = fields.Char()
    amount = fields.Monetary(string="Value")
    date = fields.Date(string="Ordered On")
    date_released = fields.Date(string="Released On", copy=False)
    state = fields.Selection(
        [("in_force", "In force"), ("released", "Released")],
        compute="_compute_state",
        store=True,
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The task of having it released.",
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_released >= date)", "A measure is released after it was ordered."
    )

    @api.depends("date_released")
    def _compute_state(self):
        for measure in self:
            measure.state = "released" if measure.date_released else "in_force"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("date_released"):
            self._end_tasks()
        return result

    def action_release(self):
        """The court has released the measures today."""
        for measure in self._get_in_force():
            measure.date_released = measure.company_id._get_cartera_today()

    def _get_in_force(self):
        return self.filtered(lambda measure: measure.state == "in_force")

    def _end_tasks(self):
        """What is released need not be asked for any more."""
        for measure in self:
            # Whoever notes the release may not be who has the task.
            measure.sudo().activity_id.filtered("active").action_feedback(
                feedback=self.env._("Released: %s", measure.name)
            )
