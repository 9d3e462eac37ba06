from odoo import api, fields, models

from .channels import CHANNELS

STATES = [
    ("proposed", "To be approved"),
    ("open", "Open"),
    ("kept", "Kept"),
    ("partial", "Partly kept"),
    ("broken", "Broken"),
    ("settled", "Settled otherwise"),
    ("withdrawn", "Withdrawn"),
    ("refused", "Refused"),
]


class CarteraPromise(models.Model):
    """What a debtor promised to pay, by when, and toward which items.

    In one currency. Its state, but for what people decide, is derived from the ledger
    by ``cartera.promise.engine``: by when money was paid, not when it was matched.
    """

    _name = "cartera.promise"
    _description = "Promise to Pay"
    _inherit = ["mail.thread"]
    _order = "date_made desc, id desc"
    _check_company_auto = True

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
    promised_by_id = fields.Many2one(
        "res.partner", string="Promised By", help="Empty: the debtor."
    )
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
        compute="_compute_amount", store=True, tracking=True, help="All instalments."
    )
    installment_ids = fields.One2many(
        "cartera.promise.installment", "promise_id", string="Instalments"
    )
    item_ids = fields.One2many("cartera.promise.item", "promise_id", string="Items")
    date_made = fields.Date(
        string="Made On", required=True, default=fields.Date.context_today
    )
    date_due = fields.Date(
        string="Last Day", readonly=True, help="Day of the last instalment."
    )
    date_next = fields.Date(
        string="Next Payment", readonly=True, help="Day of the next open instalment."
    )
    date_paused_until = fields.Date(
        readonly=True,
        help="Until this day nothing is done about its items: the next instalment "
        "with its tolerance.",
    )
    note = fields.Text()
    # -- what became of it --------------------------------------------------------
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", tracking=True
    )
    amount_kept = fields.Monetary(
        string="Paid", readonly=True, help="Paid in time toward its items."
    )
    date_ended = fields.Date(readonly=True)
    level = fields.Integer(
        readonly=True,
        default=1,
        help="1 for the first promise for its items; one more for each that was "
        "broken, kept in part or withdrawn before.",
    )
    # -- beyond the limits --------------------------------------------------------
    limit_text = fields.Char(
        string="Beyond the Limits",
        readonly=True,
        help="What the policy of promises would not allow.",
    )
    override_reason = fields.Char(tracking=True)
    approved_by_id = fields.Many2one("res.users", readonly=True, tracking=True)
    withdrawn_reason = fields.Char(tracking=True)

    _engine_idx = models.Index("(company_id, case_id) WHERE state = 'open'")

    @api.depends("case_id")
    def _compute_company_id(self):
        for promise in self:
            promise.company_id = promise.case_id.company_id

    @api.depends("installment_ids.amount")
    def _compute_amount(self):
        for promise in self:
            promise.amount = sum(promise.installment_ids.mapped("amount"))


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
            ("open", "Open"),
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
    move_id = fields.Many2one(related="line_id.move_id", string="Document")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    amount = fields.Monetary(string="Promised", required=True)
    amount_open = fields.Monetary(
        string="Open Then", required=True, help="Open of the item when it was promised."
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
