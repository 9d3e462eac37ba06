from odoo import api, fields, models
from odoo.tools import SQL

from . import item_marks as marks
from .cartera_open_item import IS_DEBIT, dated

# Context key: few items are read, so that their marks are looked up one by one.
FEW = "cartera_few_items"

# Why an item is collected or not; of several reasons, the one that goes first.
STATUSES = [
    ("collectable", "Collectable"),
    ("disputed", "Disputed"),
    ("promised", "Promised"),
    ("paused", "Paused"),
    ("agreed", "Under agreement"),
    ("blocked", "Payment blocked"),
    ("no_followup", "Excluded from follow-up"),
    ("non_trade", "Not from trade"),
    ("credit", "Credit"),
]

# -- SQL of the columns, over the item, its entry and account, and what marks it

# Of an instalment, a promise holds what falls due until its day.
IS_PROMISED = SQL(
    """
    (
        mark.promised_until IS NOT NULL
        AND (item.agreement_id IS NULL OR item.date_due <= mark.promised_until)
    )
    """
)
# What is contested after an agreement does not change it.
CONTESTED = SQL("(mark.disputed > 0 AND item.agreement_id IS NULL)")

STATUS = SQL(
    """
    CASE
        WHEN NOT %s THEN 'credit'
        WHEN account.non_trade THEN 'non_trade'
        WHEN item.no_followup THEN 'no_followup'
        WHEN move.payment_state = 'blocked' THEN 'blocked'
        WHEN item.is_waived THEN 'agreed'
        WHEN mark.paused_until IS NOT NULL THEN 'paused'
        WHEN %s THEN 'promised'
        WHEN %s THEN 'disputed'
        ELSE 'collectable'
    END
    """,
    IS_DEBIT,
    IS_PROMISED,
    CONTESTED,
)
IS_COLLECTABLE = SQL(
    """
    (
        %s
        AND item.no_followup IS NOT TRUE
        AND move.payment_state IS DISTINCT FROM 'blocked'
        AND account.non_trade IS NOT TRUE
        AND NOT item.is_waived
        AND NOT %s
        AND mark.paused_until IS NULL
        AND (%s AND mark.disputed >= item.amount_residual_currency) IS NOT TRUE
    )
    """,
    IS_DEBIT,
    IS_PROMISED,
    CONTESTED,
)
DISPUTED_CURRENCY = SQL(
    """
    CASE WHEN %s AND %s AND item.amount_residual_currency > 0
        THEN LEAST(mark.disputed, item.amount_residual_currency) ELSE 0
    END
    """,
    IS_DEBIT,
    CONTESTED,
)
# At book value, as its share of what is open.
DISPUTED = SQL(
    """
    CASE WHEN %s AND %s AND item.amount_residual_currency > 0
        THEN ROUND(
            item.amount_residual
                * LEAST(mark.disputed / item.amount_residual_currency, 1),
            mark.digits
        )
        ELSE 0
    END
    """,
    IS_DEBIT,
    CONTESTED,
)


class CarteraOpenItem(models.Model):
    """Whether and how far an open item may be asked for, and why not."""

    # A subject of its own, which the other files know nothing of.
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "cartera.open.item"

    status = dated(
        fields.Selection,
        STATUSES,
        help="Why the item is collected or not. Disputed: all of it or a part, which "
        "is not asked for.",
    )
    date_status_until = dated(
        fields.Date,
        string="Status Until",
        help="Last day on which the promise or the pause holds the item.",
    )
    is_promised = dated(
        fields.Boolean,
        string="Promised",
        help="An open promise to pay covers the item.",
    )
    is_paused = dated(
        fields.Boolean,
        string="Paused",
        help="A pause holds the item, not the debtor as a whole.",
    )
    no_followup = fields.Boolean(
        string="Excluded from Follow-up",
        readonly=True,
        help="Marked in Odoo as not to be followed up.",
    )
    blocked = fields.Boolean(
        readonly=True, help="The payment of the invoice is blocked."
    )
    collectable = dated(
        fields.Boolean,
        help="Owed by the debtor, trade, and neither blocked nor excluded from "
        "follow-up, promised, paused or disputed as a whole.",
    )
    amount_disputed = dated(
        fields.Monetary,
        string="Disputed",
        currency_field="company_currency_id",
        help="What open disputes contest of the open amount, due or not, in the "
        "company's currency at the rate of the entry. It is not asked for.",
    )
    amount_disputed_currency = dated(
        fields.Monetary,
        string="Disputed in Currency",
        aggregator=None,
        help="What open disputes contest of the open amount, in the currency of the "
        "item.",
    )
    amount_collectable = dated(
        fields.Monetary,
        string="Overdue Collectable",
        currency_field="company_currency_id",
        help="What of the overdue amount may be asked for now: nothing of what is "
        "promised, paused, blocked or excluded, and not what is disputed.",
    )
    amount_askable = dated(
        fields.Monetary,
        string="Could Be Asked For",
        currency_field="company_currency_id",
        help="What of the open amount may be asked for, once it is due: nothing of "
        "what is promised, paused, blocked or excluded, and not what is disputed.",
    )

    _depends = marks.DEPENDS

    @api.model
    def _select(self):
        return SQL(
            """
            %(columns)s,
            COALESCE(item.no_followup, FALSE) AS no_followup,
            COALESCE(move.payment_state = 'blocked', FALSE) AS blocked,
            %(promised)s AS is_promised,
            mark.paused_until IS NOT NULL AS is_paused,
            %(status)s AS status,
            CASE %(status)s
                WHEN 'paused' THEN mark.paused_until
                WHEN 'promised' THEN mark.promised_until
            END AS date_status_until,
            %(collectable)s AS collectable,
            %(disputed)s AS amount_disputed,
            %(disputed_currency)s AS amount_disputed_currency,
            CASE WHEN %(collectable)s
                THEN item.amount_residual - %(disputed)s ELSE 0
            END AS amount_askable,
            CASE WHEN %(collectable)s AND item.date_due < %(day)s
                THEN item.amount_residual - %(disputed)s ELSE 0
            END AS amount_collectable
            """,
            columns=super()._select(),
            promised=IS_PROMISED,
            status=STATUS,
            collectable=IS_COLLECTABLE,
            disputed=DISPUTED,
            disputed_currency=DISPUTED_CURRENCY,
            day=self._get_day(),
        )

    @api.model
    def _from(self, items):
        return SQL(
            """
            %s
            LEFT JOIN LATERAL (%s) mark ON mark.line_id = item.line_id
            """,
            super()._from(items),
            self._get_marks_sql(),
        )

    @api.model
    def _get_marks_sql(self):
        """What promises, disputes and pauses say of the items on the day shown."""
        if as_of := self._get_as_of():
            return marks.marks_on(as_of)
        one = SQL("item.line_id") if self.env.context.get(FEW) else None
        return marks.marks_now(self._get_day(), one)
