from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount

from . import cartera_promise_handling  # noqa: F401  (inherited: it comes first)
from .channels import CHANNELS

STATES = [
    ("proposed", "To be approved"),
    ("open", "In force"),
    ("kept", "Kept"),
    ("partial", "Partly kept"),
    ("broken", "Broken"),
    ("settled", "Settled otherwise"),
    ("withdrawn", "Taken back"),
    ("refused", "Turned down"),
]

# The states that the ledger decides.
JUDGED_STATES = ("open", "kept", "partial", "broken", "settled")

# All that people write of a promise once it is made.
EDITABLE_FIELDS = frozenset({"note", "activity_ids", "message_follower_ids"})


class CarteraPromise(models.Model):
    """What a debtor promised to pay, by when, and toward which items.

    In one currency. Its state, but for what people decide, is derived from the ledger
    by ``cartera.promise.engine``: by when money was paid, not when it was matched.
    ``cartera.case._take_promise`` makes it; from then on nobody edits it.
    """

    _name = "cartera.promise"
    _description = "Promise to Pay"
    _inherit = [
        "cartera.promise.handling",
        "cartera.inner.chatter",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_made desc, id desc"
    _rec_name = "case_id"
    _check_company_auto = True
    _mail_post_access = "read"

    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    promised_by_id = fields.Many2one("res.partner", help="Empty: the debtor.")
    user_id = fields.Many2one(
        "res.users",
        string="Taken By",
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    channel = fields.Selection(CHANNELS)
    contact_id = fields.Many2one(
        "cartera.contact", string="In the Contact", index="btree_not_null"
    )
    # -- what ---------------------------------------------------------------------
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, help="All instalments."
    )
    installment_ids = fields.One2many(
        "cartera.promise.installment", "promise_id", string="Instalments"
    )
    item_ids = fields.One2many("cartera.promise.item", "promise_id", string="Items")
    date_made = fields.Date(
        string="Made On", required=True, default=fields.Date.context_today
    )
    date_due = fields.Date(
        string="Last Promised Day", readonly=True, help="Day of the last instalment."
    )
    date_next = fields.Date(
        string="Next Payment", readonly=True, help="Day of the next open instalment."
    )
    date_paused_until = fields.Date(
        readonly=True,
        help="Until this day nothing is done about its items: the next instalment "
        "with its tolerance.",
    )
    tolerance_days = fields.Integer(
        readonly=True, help="Days after the promised one on which money still counts."
    )
    tolerance_percent = fields.Float(
        string="Tolerance",
        readonly=True,
        digits=(5, 2),
        help="Share of the promised amount that may be missing.",
    )
    note = fields.Text()
    # -- what became of it --------------------------------------------------------
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", copy=False
    )
    amount_kept = fields.Monetary(
        string="Paid", readonly=True, help="Paid in time toward its items."
    )
    amount_next = fields.Monetary(
        string="Next Amount",
        compute="_compute_amount_next",
        help="What is to be paid on the day of the next payment.",
    )
    date_ended = fields.Date(readonly=True)
    level = fields.Integer(
        readonly=True,
        default=1,
        help="1 for the first promise for its items; one more for each that was "
        "broken, kept in part or withdrawn before.",
    )
    # -- beyond the limits --------------------------------------------------------
    limit_facts = fields.Json(
        string="Limits Passed",
        readonly=True,
        help="What the policy of promises would not allow, as codes and numbers.",
    )
    limit_text = fields.Char(
        string="Beyond the Limits",
        compute="_compute_limit_text",
        help="What the policy of promises would not allow.",
    )
    override_reason = fields.Char(
        string="Reason for the Exception",
        readonly=True,
        help="As whoever took it explained.",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True)
    change_ids = fields.One2many(
        "cartera.promise.change", "promise_id", string="History", readonly=True
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")

    _engine_idx = models.Index("(company_id, case_id) WHERE state = 'open'")
    _recent_idx = models.Index("(company_id, date_ended) WHERE date_ended IS NOT NULL")
    # For the screen of the day: what was taken, judged and is to be paid.
    _made_idx = models.Index("(company_id, date_made)")

    @api.depends("case_id")
    def _compute_company_id(self):
        for promise in self:
            promise.company_id = promise.case_id.company_id

    @api.depends("installment_ids.amount")
    def _compute_amount(self):
        for promise in self:
            promise.amount = sum(promise.installment_ids.mapped("amount"))

    @api.depends("date_next", "installment_ids.amount", "installment_ids.date")
    def _compute_amount_next(self):
        for promise in self:
            parts = promise.installment_ids.filtered(
                lambda part, promise=promise: part.date == promise.date_next
            )
            promise.amount_next = sum(parts.mapped("amount"))

    @api.depends("amount", "amount_next", "case_id", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The debtor and what comes next of it: so the calendar names its entries."""
        for promise in self:
            amount = promise.amount_next or promise.amount
            promise.display_name = self.env._(
                "%(debtor)s - %(amount)s",
                debtor=promise.case_id.display_name,
                amount=format_amount(self.env, amount, promise.currency_id),
            )

    @api.depends("limit_facts")
    @api.depends_context("lang")
    def _compute_limit_text(self):
        policies = self.env["cartera.promise.policy"]
        for promise in self:
            promise.limit_text = policies._describe_excesses(promise.limit_facts or [])

    @api.depends_context("uid")
    def _compute_can_decide(self):
        self.can_decide = self._is_supervisor()

    @api.model
    def _is_supervisor(self):
        return self.env.user.has_group("cartera_cobranza.group_cartera_supervisor")

    # -- CRUD ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What the ledger says of promises is brought in before they are read."""
        self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_by_program()
        promises = super().create(vals_list)
        promises._note_changes("", dict.fromkeys(promises.ids))
        promises._mark()
        return promises

    def write(self, vals):
        if not EDITABLE_FIELDS.issuperset(vals):
            self._check_by_program()
        return super().write(vals)

    @api.model
    def _check_by_program(self):
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "A promise is taken from the debtor's case, and stays as it was "
                    "made. Withdraw it with a reason and take a new one instead."
                )
            )

    def _mark(self):
        """Have the cases of the promises judged by whoever reads them next."""
        self.env["cartera.case.queue"]._mark(
            (promise.company_id.id, promise.case_id.partner_id.id) for promise in self
        )

    def action_open_case(self):
        """Open the case of the promise."""
        self.ensure_one()
        return self.case_id._get_records_action()


class CarteraPromiseInstallment(models.Model):
    """One payment of a promise: a promise of one payment has one."""

    _name = "cartera.promise.installment"
    _description = "Instalment of a Promise"
    _order = "date, id"

    promise_id = fields.Many2one(
        "cartera.promise", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="promise_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="promise_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    amount_kept = fields.Monetary(string="Paid", readonly=True)
    state = fields.Selection(
        [
            ("open", "Still to come"),
            ("kept", "Kept"),
            ("partial", "Partly kept"),
            ("broken", "Broken"),
            ("void", "Void"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    date_judged = fields.Date(readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Each promised amount must be more than zero."
    )
    _judged_idx = models.Index("(company_id, date_judged)")
    _due_idx = models.Index("(company_id, date) WHERE state = 'open'")


class CarteraPromiseItem(models.Model):
    """What is promised of one open item."""

    _name = "cartera.promise.item"
    _description = "Item of a Promise"
    _order = "promise_id, id"
    _rec_name = "line_id"

    promise_id = fields.Many2one(
        "cartera.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    document = fields.Char(related="line_id.move_name")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    amount = fields.Monetary(string="Promised", required=True)
    amount_open = fields.Monetary(
        string="Open Then", required=True, help="Open of the item when it was promised."
    )
    amount_paid_before = fields.Monetary(
        readonly=True,
        help="Paid of the item on the day of the promise or later, and matched with it "
        "before it was promised.",
    )
    is_open = fields.Boolean(
        readonly=True,
        default=False,
        help="The promise is open for this item: nothing is done about it meanwhile.",
    )

    _once = models.Constraint(
        "UNIQUE (promise_id, line_id)", "An item is in a promise once."
    )
    _open_uniq = models.UniqueIndex(
        "(line_id) WHERE is_open",
        "There is an open promise for this item already. Withdraw that one first, or "
        "leave the item out.",
    )


class CarteraPromiseChange(models.Model):
    """That a promise came into a state: by a person's decision, or by the ledger."""

    _name = "cartera.promise.change"
    _description = "Change of a Promise"
    _order = "id desc"
    _rec_name = "promise_id"

    promise_id = fields.Many2one(
        "cartera.promise", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(related="promise_id.case_id")
    company_id = fields.Many2one(related="promise_id.company_id")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    state_from = fields.Selection(STATES, string="From")
    state_to = fields.Selection(STATES, string="To", required=True)
    amount_kept = fields.Monetary(string="Paid")
    user_id = fields.Many2one(
        "res.users", string="By", help="Empty: it follows from the ledger."
    )
    reason = fields.Char()
