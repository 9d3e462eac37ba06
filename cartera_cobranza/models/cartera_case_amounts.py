from odoo import fields, models

# What the refresh writes from the open items.
CACHED_FIELDS = (
    "amount_total",
    "amount_not_due",
    "amount_overdue",
    "amount_collectable",
    "amount_disputed",
    "amount_promised",
    "amount_paused",
    "amount_credit",
    "amount_agreed",
    "date_oldest_due",
    "date_next_due",
    "bucket_id",
    "item_count",
    "overdue_count",
)


class CarteraCaseAmounts(models.AbstractModel):
    """What the ledger says of a debtor: a cache, written by engines alone."""

    _name = "cartera.case.amounts"
    _description = "Amounts of a Case"

    currency_id = fields.Many2one("res.currency")  # that of the company
    amount_total = fields.Monetary(
        string="Balance",
        readonly=True,
        help="Everything open: not due, overdue, less credits.",
    )
    amount_not_due = fields.Monetary(string="Not Due", readonly=True)
    amount_overdue = fields.Monetary(string="Overdue", readonly=True)
    amount_collectable = fields.Monetary(
        string="Overdue Collectable",
        readonly=True,
        help="Overdue, without what is disputed, promised, paused, blocked or excluded "
        "from follow-up.",
    )
    amount_disputed = fields.Monetary(
        string="Overdue Disputed",
        readonly=True,
        help="What open disputes contest of the overdue amount.",
    )
    amount_promised = fields.Monetary(
        string="Overdue Held by Promises",
        readonly=True,
        help="Overdue left alone because of promises: the whole of each item that an "
        "open promise covers, even where less than all of it was promised.",
    )
    amount_paused = fields.Monetary(
        string="Overdue Held by Pauses",
        readonly=True,
        help="Overdue left alone because of pauses of some items.",
    )
    amount_agreed = fields.Monetary(
        string="Under Agreement",
        readonly=True,
        help="What is open of agreements in force, due or not, with what is waived "
        "once all the rest is paid.",
    )
    amount_credit = fields.Monetary(
        string="Credits",
        readonly=True,
        help="Credit notes, unapplied payments and other credits, as a negative "
        "amount.",
    )
    date_oldest_due = fields.Date(
        string="Oldest Due Date",
        readonly=True,
        help="Due date of the oldest overdue collectable item.",
    )
    date_next_due = fields.Date(
        string="Next Due Date",
        readonly=True,
        help="Due date of the first item that is not due yet.",
    )
    bucket_id = fields.Many2one(
        "cartera.aging.bucket",
        string="Oldest Bucket",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Bucket of the oldest overdue collectable item.",
    )
    amount_collected = fields.Monetary(
        string="Collected in the Month",
        readonly=True,
        help="What the debtor paid in the month of the last payment, as far as it is "
        "matched with what was owed.",
    )
    month_collected = fields.Date(
        readonly=True, help="First day of the month in which it was collected."
    )
    item_count = fields.Integer(string="Open Items", readonly=True)
    overdue_count = fields.Integer(string="Overdue Items", readonly=True)
