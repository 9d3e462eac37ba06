from odoo import fields, models

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_charges,
    cartera_agreement_documents,
    cartera_agreement_flow,
    cartera_agreement_judicial,
    cartera_agreement_ledger,
    cartera_agreement_portal,
    cartera_agreement_settlement,
    cartera_agreement_terms,
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
    ("kept", "Kept"),
    ("broken", "Broken"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
    ("refinanced", "Refinanced"),
]

# What an item is part of, in the order in which it is waived.
COMPONENTS = [("fee", "Fees"), ("interest", "Interest"), ("capital", "Capital")]


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
        "cartera.agreement.terms",
        "cartera.agreement.flow",
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
    )
    note = fields.Text()
    # -- what ---------------------------------------------------------------------
    product_id = fields.Many2one(
        "cartera.agreement.product", required=True, index=True, check_company=True
    )
    kind = fields.Selection(related="product_id.kind", store=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Day for which the debt and the schedule are calculated.",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    item_ids = fields.One2many("cartera.agreement.item", "agreement_id", string="Items")
    installment_ids = fields.One2many(
        "cartera.agreement.installment", "agreement_id", string="Schedule"
    )
    # -- terms --------------------------------------------------------------------
    quita_fee = fields.Float(string="Quita of Fees (%)", digits=(5, 2))
    quita_interest = fields.Float(string="Quita of Interest (%)", digits=(5, 2))
    quita_capital = fields.Float(string="Quita of Capital (%)", digits=(5, 2))
    down_payment = fields.Monetary()
    date_down_payment = fields.Date(string="Down Payment On")
    term = fields.Integer(string="Instalments", default=1)
    periodicity = fields.Selection(PERIODICITIES, default="month")
    date_first = fields.Date(string="First Instalment On")
    last_day = fields.Boolean(string="Last Day of the Month")
    move_to_working = fields.Boolean(string="On Working Days")
    method = fields.Selection(METHODS, default="french")
    rate = fields.Float(string="Rate (% a Year)", digits=(7, 4))
    rate_kind = fields.Selection(RATE_KINDS, default="nominal")
    day_count = fields.Selection(DAY_COUNTS, default="30_360")
    grace_periods = fields.Integer()
    grace_kind = fields.Selection(GRACE_KINDS, default="pay_interest")
    amount_fee = fields.Monetary(
        string="Fee per Instalment", help="Without taxes; invoiced with the interest."
    )
    index_currency_id = fields.Many2one("res.currency", string="Indexed To")
    index_value = fields.Float(
        string="Value of the Unit",
        digits=(16, 6),
        readonly=True,
        help="Value of one unit in the currency of the agreement on its day.",
    )
    # -- the effect ---------------------------------------------------------------
    amount_debt = fields.Monetary(readonly=True, string="Debt Covered")
    amount_debt_fee = fields.Monetary(readonly=True, string="Of Which Fees")
    amount_debt_interest = fields.Monetary(readonly=True, string="Of Which Interest")
    amount_debt_capital = fields.Monetary(readonly=True, string="Of Which Capital")
    amount_quita_fee = fields.Monetary(readonly=True, string="Waived Fees")
    amount_quita_interest = fields.Monetary(readonly=True, string="Waived Interest")
    amount_quita_capital = fields.Monetary(readonly=True, string="Waived Capital")
    amount_quita = fields.Monetary(readonly=True, string="Discount")
    quita_percent = fields.Float(readonly=True, string="Discount (%)", digits=(5, 2))
    amount_payable = fields.Monetary(
        readonly=True, string="To Pay of the Debt", help="Debt less discount."
    )
    amount_interest = fields.Monetary(readonly=True, string="Financing Interest")
    amount_charge_tax = fields.Monetary(readonly=True, string="Taxes on Charges")
    amount_fees = fields.Monetary(readonly=True, string="Fees of the Agreement")
    amount_total = fields.Monetary(readonly=True, string="Total to Pay")
    rate_effective = fields.Float(
        readonly=True, string="Effective Rate (% a Year)", digits=(9, 4)
    )
    rate_cap = fields.Float(
        readonly=True, string="Legal Cap (% a Year)", digits=(9, 4), help="Zero: none."
    )
    amount_present = fields.Monetary(readonly=True, string="Present Value")
    # -- limits and approval ------------------------------------------------------
    grid_id = fields.Many2one("cartera.agreement.grid", readonly=True)
    limit_facts = fields.Json(readonly=True)
    override_reason = fields.Char(string="Reason for the Exception")
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
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
    date_valid_until = fields.Date(
        string="Valid Until", copy=False, help="Last day on which it can be accepted."
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
    date_ended = fields.Date(readonly=True, copy=False, tracking=True)
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
    refinance_level = fields.Integer(readonly=True, copy=False)
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
    # -- court --------------------------------------------------------------------
    legal_case_id = fields.Many2one(
        "cartera.legal.case", index="btree_not_null", check_company=True
    )
    date_presented = fields.Date(tracking=True, copy=False)
    date_homologated = fields.Date(tracking=True, copy=False)
    date_rejected = fields.Date(string="Rejected by the Court On", copy=False)
    court_effect = fields.Selection(
        [
            ("suspends", "Suspends the proceedings"),
            ("ends", "Ends the proceedings"),
            ("conditions", "Conditions the proceedings"),
        ],
        string="Effect in Court",
    )
    date_suspended_until = fields.Date(
        string="Suspended Until",
        copy=False,
        help="Where the court suspends for a fixed time: its last day. Somebody is told "
        "when it is over.",
    )
    court_conditions = fields.Text(
        string="Conditions",
        help="On what the effect in court depends: who moves the court, and when.",
    )
    court_reason = fields.Char(
        string="Why the Court Rejected It", readonly=True, copy=False
    )
    legal_state = fields.Selection(
        related="legal_case_id.state", string="State in Court"
    )

    _engine_idx = models.Index("(company_id, case_id) WHERE state = 'active'")

    def _mark(self):
        """Have the cases of the agreements judged by whoever reads them next."""
        self.env["cartera.case.queue"]._mark(
            (agreement.company_id.id, agreement.case_id.partner_id.id)
            for agreement in self
        )

    def action_open_case(self):
        """Open the case of the agreement."""
        self.ensure_one()
        return self.case_id._get_records_action()


class CarteraAgreementItem(models.Model):
    """What an agreement covers of one open item."""

    _name = "cartera.agreement.item"
    _description = "Item of an Agreement"
    _order = "agreement_id, sequence, id"
    _rec_name = "line_id"

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(help="Order in which money fills it: the oldest first.")
    document = fields.Char(related="line_id.move_name")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    component = fields.Selection(COMPONENTS, required=True, default="capital")
    amount = fields.Monetary(
        string="Covered", required=True, help="What the agreement covers of the item."
    )
    amount_quita = fields.Monetary(string="Waived", readonly=True)
    amount_credited_before = fields.Monetary(
        readonly=True,
        help="What credit notes and other settlements without money had taken off the "
        "item before the agreement came into force.",
    )
    is_active = fields.Boolean(
        readonly=True,
        copy=False,
        help="The agreement is in force, and its instalments stand in for the item.",
    )
    entry_line_ids = fields.One2many(
        "account.move.line",
        "cartera_agreement_item_id",
        readonly=True,
        help="In reclassification mode: the credit that settles it and the receivable "
        "items that stand for it.",
    )

    _once = models.Constraint(
        "UNIQUE (agreement_id, line_id)", "An item is in an agreement once."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "What is covered of an item must be more than zero."
    )
    _active_uniq = models.UniqueIndex(
        "(line_id) WHERE is_active",
        "Another agreement that is in force covers this item. Cancel or refinance that "
        "one first, or leave the item out.",
    )


class CarteraAgreementInstallment(models.Model):
    """One payment of an agreement: so much of the covered debt, with its charges."""

    _name = "cartera.agreement.installment"
    _description = "Instalment of an Agreement"
    _order = "agreement_id, number, id"
    _rec_name = "number"

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    number = fields.Integer(required=True, help="Zero is the down payment.")
    date = fields.Date(required=True)
    amount_principal = fields.Monetary(
        string="Of the Debt", help="What it pays of the covered items."
    )
    amount_interest = fields.Monetary(string="Interest")
    amount_fee = fields.Monetary(string="Fees")
    amount_tax = fields.Monetary(string="Taxes on Charges", readonly=True)
    amount_total = fields.Monetary(string="Instalment", readonly=True)
    amount_balance = fields.Monetary(
        string="Balance After", readonly=True, help="Of the debt to pay."
    )
    units = fields.Float(
        digits=(16, 4), readonly=True, help="Principal in the unit it is indexed to."
    )
    # The part of the covered debt that it pays, counted from the first instalment on.
    principal_from = fields.Monetary(readonly=True)
    principal_to = fields.Monetary(readonly=True)
    # -- what the ledger says -----------------------------------------------------
    state = fields.Selection(
        [
            ("pending", "Still to come"),
            ("due", "Due"),
            ("partial", "Partly paid"),
            ("paid", "Paid"),
            ("overdue", "Overdue"),
            ("void", "Void"),
        ],
        required=True,
        readonly=True,
        default="pending",
        copy=False,
    )
    amount_paid = fields.Monetary(readonly=True, copy=False, help="Of the debt.")
    amount_open = fields.Monetary(
        readonly=True, copy=False, help="Of the debt and of its charges."
    )
    days_late = fields.Integer(readonly=True, copy=False)
    date_paid = fields.Date(readonly=True, copy=False)
    charge_ids = fields.One2many(
        "account.move", "cartera_installment_id", string="Charges", readonly=True
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "cartera_agreement_installment_line_rel",
        "installment_id",
        "line_id",
        string="Receivable Items",
        readonly=True,
        copy=False,
        help="In reclassification mode: the items that stand for the instalment.",
    )
    is_covered = fields.Boolean(readonly=True, copy=False)

    _number_uniq = models.Constraint(
        "UNIQUE (agreement_id, number)", "Instalments have different numbers."
    )
    _due_idx = models.Index("(company_id, date) WHERE state NOT IN ('paid', 'void')")
