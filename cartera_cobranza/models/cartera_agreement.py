from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_charges,
    cartera_agreement_default,
    cartera_agreement_documents,
    cartera_agreement_flow,
    cartera_agreement_judicial,
    cartera_agreement_ledger,
    cartera_agreement_limits,
    cartera_agreement_part,
    cartera_agreement_portal,
    cartera_agreement_problems,
    cartera_agreement_refinance,
    cartera_agreement_schedule,
    cartera_agreement_settlement,
    cartera_agreement_terms,
    cartera_inner_chatter,
    cartera_installment_charges,
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


# What people settle while they negotiate.
NEGOTIATED_FIELDS = frozenset(
    {
        "amount_fee",
        "amount_payable",
        "amount_quita_capital",
        "amount_quita_fee",
        "amount_quita_interest",
        "case_id",
        "currency_id",
        "date",
        "date_down_payment",
        "date_first",
        "date_valid_until",
        "day_count",
        "down_payment",
        "grace_kind",
        "grace_periods",
        "index_currency_id",
        "installment_ids",
        "item_ids",
        "last_day",
        "method",
        "move_to_working",
        "override_reason",
        "periodicity",
        "product_id",
        "quita_capital",
        "quita_fee",
        "quita_interest",
        "rate",
        "rate_kind",
        "refinanced_from_id",
        "term",
    }
)

QUITA_AMOUNTS = frozenset(
    {"amount_quita_capital", "amount_quita_fee", "amount_quita_interest"}
)
QUITA_DECIDING = frozenset(
    {
        "case_id",
        "currency_id",
        "item_ids",
        "quita_capital",
        "quita_fee",
        "quita_interest",
    }
)
# What does not change the schedule or its effect.
TERMS_DECIDING = NEGOTIATED_FIELDS - {"date_valid_until", "override_reason"}

# Context key: what follows from the terms is being written.
REFRESHING = "cartera_refreshing"

# What they settle until it is in force.
COURT_FIELDS = frozenset({"court_effect", "legal_case_id"})

# What they write at any time.
EDITABLE_FIELDS = frozenset(
    {
        "activity_ids",
        "court_conditions",
        "coverage_ids",
        "date_suspended_until",
        "message_follower_ids",
        "note",
        "user_id",
    }
)


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
    # -- limits and approval ------------------------------------------------------
    grid_id = fields.Many2one(
        "cartera.agreement.grid",
        string="By the Limits",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The row of the product that held when it was offered.",
    )
    limit_facts = fields.Json(
        string="Limits Passed",
        readonly=True,
        copy=False,
        help="What was beyond the limits when it was offered, as codes and numbers.",
    )
    override_reason = fields.Char(string="Reason for the Exception", copy=False)
    asked_by_id = fields.Many2one(
        "res.users", string="Offered By", readonly=True, copy=False
    )
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
    refinance_level = fields.Integer(
        string="Times Refinanced",
        compute="_compute_refinance_level",
        store=True,
        aggregator=None,
    )
    change_ids = fields.One2many(
        "cartera.agreement.change", "agreement_id", string="History", readonly=True
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")
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
        related="legal_case_id.state", string="State in Court", tracking=False
    )

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

    @api.depends("asked_by_id", "needs_second", "state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        supervisor = self._is_supervisor()
        for agreement in self:
            other = not agreement.needs_second or agreement.asked_by_id != self.env.user
            agreement.can_decide = supervisor and other

    # -- CRUD ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What the ledger says of agreements is brought in before they are read."""
        self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_writable(vals, "draft")
            self._check_case(vals)
        agreements = super().create(vals_list)
        for agreement, vals in zip(agreements, vals_list, strict=True):
            agreement._take_terms(vals)
            agreement._note_change(False)
        return agreements

    def write(self, vals):
        for agreement in self:
            self._check_writable(vals, agreement.state)
        if "case_id" in vals:
            self._check_case(vals)
        result = super().write(vals)
        if not TERMS_DECIDING.isdisjoint(vals) and not self.env.context.get(REFRESHING):
            for agreement in self.filtered(lambda one: one.state == "draft"):
                agreement._take_terms(vals)
        return result

    def copy_data(self, default=None):
        """The terms alone: what is owed by now, and the schedule, are worked out
        anew."""
        kept = NEGOTIATED_FIELDS | COURT_FIELDS | EDITABLE_FIELDS
        return [
            {name: vals[name] for name in vals if name in kept}
            for vals in super().copy_data(default)
        ]

    @api.model
    def _check_writable(self, vals, state):
        """:raise AccessError: when people write what they may not in ``state``"""
        allowed = EDITABLE_FIELDS
        if state in ("draft", "to_approve", "proposed"):
            allowed |= COURT_FIELDS
        if state == "draft":
            allowed |= NEGOTIATED_FIELDS
        if not self.env.su and not allowed.issuperset(vals):
            raise AccessError(
                self.env._(
                    "An agreement is changed while it is under negotiation; what the "
                    "ledger says of it and what was decided never is. Withdraw the "
                    "offer, or refinance the agreement."
                )
            )

    @api.model
    def _check_case(self, vals):
        """:raise AccessError: unless the user may work on the case"""
        # Before anything of it is read: what is stored is worked out without asking.
        case_id = vals.get("case_id", self.env.context.get("default_case_id"))
        self.env["cartera.case"].browse(case_id or []).check_access("write")

    def _take_terms(self, vals):
        """Work out what follows from terms just written.

        A schedule that is given is kept as it is, unless it is one by hand.
        """
        agreement = self.sudo().with_context(**{REFRESHING: True})
        if "installment_ids" in vals and agreement.method != "custom":
            return
        if not QUITA_AMOUNTS.isdisjoint(vals):
            agreement._set_waived(agreement._get_waived())
        elif "amount_payable" in vals:
            agreement._waive_to(vals["amount_payable"])
        elif not QUITA_DECIDING.isdisjoint(vals):
            agreement._waive_percents()
        else:
            agreement._set_waived(agreement._get_waived())
        agreement._refresh()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        if self.filtered(lambda agreement: agreement.state != "draft"):
            raise UserError(
                self.env._(
                    "Only an agreement under negotiation is deleted. The others are "
                    "evidence of what was offered and agreed."
                )
            )

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
    _inherit = ["cartera.agreement.part"]
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
    component = fields.Selection(
        COMPONENTS,
        compute="_compute_component",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Fees are waived first, then interest, then capital.",
    )
    amount = fields.Monetary(
        string="Covered",
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="What the agreement covers of the item.",
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

    @api.depends("line_id")
    def _compute_component(self):
        for item in self:
            item.component = item._guess_component()

    def _guess_component(self):
        """What the invoice says, or else what all its lines are of."""
        move = self.line_id.move_id.sudo()
        if move.cartera_component:
            return move.cartera_component
        company = move.company_id
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        for component, product in (
            ("interest", company.cartera_interest_product_id),
            ("fee", company.cartera_fee_product_id),
        ):
            if product and lines and lines.product_id == product:
                # A line without a product is no charge.
                if all(line.product_id for line in lines):
                    return component
        return "capital"

    @api.depends("line_id")
    def _compute_amount(self):
        """All of it that may be covered."""
        for item in self:
            line = item.line_id._origin
            if item.amount or not line:
                item.amount = item.amount
                continue
            agreeable = item.agreement_id._get_agreeable()
            item.amount = agreeable.get(line, line.amount_residual_currency)

    @api.onchange("line_id")
    def _onchange_line_id(self):
        agreeable = self.agreement_id._get_agreeable()
        self.amount = agreeable.get(self.line_id._origin, 0)


class CarteraAgreementInstallment(models.Model):
    """One payment of an agreement: so much of the covered debt, with its charges."""

    _name = "cartera.agreement.installment"
    _inherit = ["cartera.agreement.part", "cartera.installment.charges"]
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
    number = fields.Integer(
        required=True, default=1, help="Zero is the down payment."
    )
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

    # At the end of the transaction: while they are sorted anew, numbers change places.
    _number_uniq = models.Constraint(
        "UNIQUE (agreement_id, number) DEFERRABLE INITIALLY DEFERRED",
        "Instalments have different numbers.",
    )
    _due_idx = models.Index("(company_id, date) WHERE state NOT IN ('paid', 'void')")
