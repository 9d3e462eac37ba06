from odoo import api, fields, models

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_charges,
    cartera_agreement_checks,
    cartera_agreement_default,
    cartera_agreement_documents,
    cartera_agreement_flow,
    cartera_agreement_installment,
    cartera_agreement_item,
    cartera_agreement_judicial,
    cartera_agreement_ledger,
    cartera_agreement_limits,
    cartera_agreement_portal,
    cartera_agreement_problems,
    cartera_agreement_refinance,
    cartera_agreement_schedule,
    cartera_agreement_settlement,
    cartera_agreement_terms,
    cartera_agreement_writing,
    cartera_inner_chatter,
)
from .cartera_agreement_product import (
    DAY_COUNTS,
    GRACE_KINDS,
    LEDGER_MODES,
    METHODS,
    PERIODICITIES,
    RATE_KINDS,
    SETTLEMENT_METHODS,
)

STATES = [
    ("draft", "Under negotiation"),
    ("to_approve", "To be approved"),
    ("refused", "Turned down"),
    ("proposed", "Offered"),
    ("active", "In force"),
    ("kept", "Fulfilled"),
    ("broken", "Breached"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
    ("refinanced", "Refinanced"),
]


def proposed(name, field_class, *args, **kwargs):
    """A term that the product proposes and people change. Each is computed on its own,
    since giving one of several that are computed together keeps all of them as they
    are."""

    @api.depends("product_id", "date")
    def compute(agreements):
        for agreement in agreements:
            agreement[name] = agreement._get_proposal(name)

    return field_class(*args, compute=compute, store=True, readonly=False, **kwargs)


class CarteraAgreement(models.Model):
    """What was agreed with a debtor about some open items, in one currency: a
    finiquito, a reestructura or a convenio judicial.

    While it is in force its instalments stand in for the covered items. What of it is
    paid is derived from the ledger by ``cartera.agreement.engine``; the amounts kept
    here are a cache of that.
    """

    _name = "cartera.agreement"
    _description = "Agreement"
    _inherit = [
        "cartera.agreement.checks",
        "cartera.agreement.writing",
        "cartera.agreement.terms",
        "cartera.agreement.schedule",
        "cartera.agreement.limits",
        "cartera.agreement.problems",
        "cartera.agreement.default",
        "cartera.agreement.flow",
        "cartera.agreement.refinance",
        "cartera.agreement.ledger",
        "cartera.agreement.settlement",
        "cartera.agreement.charges",
        "cartera.agreement.judicial",
        "cartera.agreement.documents",
        "cartera.agreement.portal",
        "cartera.inner.chatter",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(string="Folio", readonly=True, copy=False, default="/")
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
    user_id = fields.Many2one(
        "res.users",
        string="Negotiated By",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
        copy=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    note = fields.Text()
    # -- what ---------------------------------------------------------------------
    product_id = fields.Many2one(
        "cartera.agreement.product",
        compute="_compute_product_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('id', 'in', offered_product_ids)]",
    )
    kind = fields.Selection(related="product_id.kind", store=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        copy=False,
        help="Day for which the debt and the schedule are calculated.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    item_ids = fields.One2many(
        "cartera.agreement.item",
        "agreement_id",
        string="Items",
        compute="_compute_item_ids",
        compute_sudo=False,  # what the user may not see is not shown here either
        store=True,
        readonly=False,
    )
    installment_ids = fields.One2many(
        "cartera.agreement.installment", "agreement_id", string="Schedule"
    )
    # -- terms --------------------------------------------------------------------
    quita_fee = fields.Float(string="Quita of Fees (%)", digits=(5, 2))
    quita_interest = fields.Float(string="Quita of Interest (%)", digits=(5, 2))
    quita_capital = fields.Float(string="Quita of Capital (%)", digits=(5, 2))
    down_payment = proposed("down_payment", fields.Monetary)
    date_down_payment = proposed(
        "date_down_payment", fields.Date, string="Down Payment On", copy=False
    )
    term = proposed("term", fields.Integer, string="Instalments", aggregator=None)
    periodicity = proposed("periodicity", fields.Selection, PERIODICITIES)
    date_first = proposed(
        "date_first", fields.Date, string="First Instalment On", copy=False
    )
    last_day = proposed("last_day", fields.Boolean, string="Last Day of the Month")
    move_to_working = proposed(
        "move_to_working", fields.Boolean, string="On Working Days"
    )
    method = proposed("method", fields.Selection, METHODS)
    equal_with_taxes = proposed(
        "equal_with_taxes",
        fields.Boolean,
        string="Equal Payments Include Taxes",
        help="French payments are the same with the taxes on their interest. Otherwise "
        "they are equal before those, and what is paid gets less every time.",
    )
    rate = proposed(
        "rate",
        fields.Float,
        string="Rate (% a Year)",
        digits=(7, 4),
        aggregator=None,
    )
    rate_kind = proposed("rate_kind", fields.Selection, RATE_KINDS)
    day_count = proposed(
        "day_count",
        fields.Selection,
        DAY_COUNTS,
        help="30/360 charges whole periods where the first instalment is one period "
        "away, and else counts days.",
    )
    grace_periods = proposed(
        "grace_periods",
        fields.Integer,
        aggregator=None,
        help="Instalments at the beginning that pay nothing of the debt.",
    )
    grace_kind = proposed("grace_kind", fields.Selection, GRACE_KINDS)
    amount_fee = fields.Monetary(
        string="Fee per Instalment", help="Without taxes; invoiced with the interest."
    )
    index_currency_id = proposed(
        "index_currency_id", fields.Many2one, "res.currency", string="Indexed To"
    )
    index_value = fields.Float(
        string="Value of the Unit",
        digits=(16, 6),
        readonly=True,
        copy=False,
        aggregator=None,
        help="Value of one unit in the currency of the agreement on its day.",
    )
    # -- the effect ---------------------------------------------------------------
    amount_debt = fields.Monetary(readonly=True, copy=False, string="Debt Covered")
    amount_debt_fee = fields.Monetary(readonly=True, copy=False, string="Of Which Fees")
    amount_debt_interest = fields.Monetary(
        readonly=True, copy=False, string="Of Which Interest"
    )
    amount_debt_capital = fields.Monetary(
        readonly=True, copy=False, string="Of Which Capital"
    )
    amount_quita_fee = fields.Monetary(copy=False, string="Waived Fees")
    amount_quita_interest = fields.Monetary(copy=False, string="Waived Interest")
    amount_quita_capital = fields.Monetary(copy=False, string="Waived Capital")
    amount_quita = fields.Monetary(readonly=True, copy=False, string="Discount")
    quita_percent = fields.Float(
        readonly=True, copy=False, string="Discount (%)", digits=(5, 2)
    )
    amount_payable = fields.Monetary(
        copy=False,
        string="To Pay of the Debt",
        help="Debt less discount. Typed, it settles the discount: fees are waived "
        "first, then interest, then capital.",
    )
    amount_interest = fields.Monetary(
        readonly=True, copy=False, string="Financing Interest"
    )
    amount_charge_tax = fields.Monetary(
        readonly=True, copy=False, string="Taxes on Charges"
    )
    amount_fees = fields.Monetary(
        readonly=True, copy=False, string="Fees of the Agreement"
    )
    amount_total = fields.Monetary(readonly=True, copy=False, string="Total to Pay")
    rate_effective = fields.Float(
        readonly=True, copy=False, string="Effective Rate (% a Year)", digits=(9, 4)
    )
    rate_cap = fields.Float(
        readonly=True,
        copy=False,
        string="Legal Cap (% a Year)",
        digits=(9, 4),
        help="Zero: none.",
    )
    amount_present = fields.Monetary(readonly=True, copy=False, string="Present Value")
    discount_rate = fields.Float(related="company_id.cartera_discount_rate")
    amount_credits = fields.Monetary(
        string="Credits of the Debtor",
        compute="_compute_amount_credits",
        help="Credit notes and unapplied payments in the currency. Apply them first, "
        "so that what is agreed is what is owed.",
    )
    # -- life ---------------------------------------------------------------------
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    date_valid_until = proposed(
        "date_valid_until",
        fields.Date,
        string="Valid Until",
        copy=False,
        help="Last day on which it can be accepted.",
    )
    date_limit = fields.Date(
        string="To Be Paid By",
        readonly=True,
        copy=False,
        help="Day of the last instalment.",
    )
    date_signed = fields.Date(readonly=True, copy=False, tracking=True)
    date_started = fields.Date(
        readonly=True,
        copy=False,
        help="From this day on the instalments stand in for the covered items.",
    )
    date_ended = fields.Date(string="Ended", readonly=True, copy=False, tracking=True)
    end_reason = fields.Char(readonly=True, copy=False)
    date_notice = fields.Date(
        string="Notice of Default", readonly=True, copy=False, tracking=True
    )
    date_cure_until = fields.Date(
        readonly=True, copy=False, help="Last day to pay what the notice asks for."
    )
    date_default = fields.Date(readonly=True, copy=False, tracking=True)
    default_text = fields.Char(readonly=True, copy=False, help="The rule that broke.")
    refinanced_from_id = fields.Many2one(
        "cartera.agreement", readonly=True, index="btree_not_null", copy=False
    )
    refinanced_to_ids = fields.One2many(
        "cartera.agreement", "refinanced_from_id", readonly=True
    )
    refinance_level = fields.Integer(
        string="Times Refinanced",
        compute="_compute_refinance_level",
        store=True,
        aggregator=None,
    )
    change_ids = fields.One2many(
        "cartera.agreement.change", "agreement_id", string="History", readonly=True
    )
    # Frozen from the product when it is offered.
    ledger_mode = fields.Selection(LEDGER_MODES, default="overlay")
    settlement_method = fields.Selection(SETTLEMENT_METHODS, default="credit_note")
    tolerance_days = fields.Integer()
    tolerance_percent = fields.Float(digits=(5, 2))
    default_missed = fields.Integer()
    default_days = fields.Integer()
    notice_days = fields.Integer()
    cure_count = fields.Integer()
    # -- what the ledger says -----------------------------------------------------
    amount_paid = fields.Monetary(
        readonly=True, copy=False, help="Money that filled the instalments."
    )
    amount_credited = fields.Monetary(
        readonly=True,
        copy=False,
        help="Settled otherwise than by money since it is in force: credit notes, "
        "write-offs. It shortens the schedule from its end.",
    )
    amount_open = fields.Monetary(readonly=True, copy=False)
    amount_overdue = fields.Monetary(readonly=True, copy=False)
    date_next = fields.Date(string="Next Instalment", readonly=True, copy=False)
    amount_next = fields.Monetary(readonly=True, copy=False)
    missed_count = fields.Integer(readonly=True, copy=False)
    days_late = fields.Integer(readonly=True, copy=False)
    is_cured = fields.Boolean(readonly=True, copy=False)
    is_settlement_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="All that was agreed is paid in time: what is waived can be booked.",
    )
    is_paid_late = fields.Boolean(
        readonly=True, copy=False, help="Paid after its last day: who decides?"
    )
    # -- documents ----------------------------------------------------------------
    move_ids = fields.One2many(
        "account.move", "cartera_agreement_id", string="Entries", readonly=True
    )
    document_ids = fields.One2many(
        "cartera.agreement.document", "agreement_id", readonly=True
    )
    coverage_ids = fields.One2many("cartera.agreement.coverage", "agreement_id")

    _engine_idx = models.Index("(company_id, case_id) WHERE state = 'active'")

    @api.depends("refinanced_from_id")
    def _compute_refinance_level(self):
        for agreement in self:
            old = agreement.refinanced_from_id
            agreement.refinance_level = old.refinance_level + 1 if old else 0

    @api.depends("name", "case_id", "product_id")
    def _compute_display_name(self):
        """The folio, or the product until there is one, and the debtor."""
        for agreement in self:
            folio = agreement.name if agreement.name != "/" else ""
            agreement.display_name = self.env._(
                "%(folio)s - %(debtor)s",
                folio=folio or agreement.product_id.name or "",
                debtor=agreement.case_id.display_name or "",
            )

    # -- CRUD ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What the ledger says of agreements is brought in before they are read."""
        if not self.env.context.get("cartera_judged"):
            self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _as_judged(self):
        """The model, to search what was judged already: for the phases of a run, whose
        company was, and which must not begin with what waits of all companies."""
        return self.with_context(cartera_judged=True)

    def _mark(self):
        """Have the cases of the agreements judged by whoever reads them next."""
        self.env["cartera.case.queue"]._mark(
            (agreement.company_id.id, agreement.case_id.partner_id.id)
            for agreement in self
        )

    def _judge_now(self):
        """Judge the agreements at once, where a person waits for the answer: other
        requests of the same page may be at the queue when it is read."""
        self._mark()
        self.env["cartera.case.queue"]._apply_pending()

    def action_open_case(self):
        """Open the case of the agreement."""
        self.ensure_one()
        return self.case_id._get_records_action()
