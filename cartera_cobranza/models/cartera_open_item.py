from odoo import api, fields, models
from odoo.tools import SQL

from . import agreement_pieces as pieces
from . import cartera_open_item_actions  # noqa: F401  (inherited: it comes first)
from . import open_item_lines as lines
from .cartera_open_item_reading import (
    AGE_BY,
    AGED_TO,
    AS_OF,
    ONLY,
    PARTS,
    POLICY,
    WHOLE,
)

# Of items under agreement, what their age counts from.
AGES = [
    ("agreed", "Agreed dates"),
    ("original", "Original dates"),
    ("cured", "Agreed dates once cured"),
]

# What the debtor owes, as against what stands in its favour.
IS_DEBIT = SQL(
    "(item.amount_residual > 0 OR "
    "(item.amount_residual = 0 AND item.amount_residual_currency > 0))"
)


def dated(field_class, *args, **kwargs):
    """A field whose value depends on the day and the policy asked for."""
    return field_class(
        *args,
        readonly=True,
        depends_context=(AS_OF, AGED_TO, POLICY, AGE_BY, "tz"),
        **kwargs,
    )


class CarteraOpenItem(models.Model):
    """One row per open receivable item: what an invoice's instalment, a credit note,
    a payment or any other entry leaves open on a receivable account.

    Nothing is stored. Without context it shows the ledger as it stands now, aged to
    today; with ``cartera_as_of`` (an ISO date) it shows the entries up to that day,
    less what had been settled by then, aged to that day. With ``cartera_aged_to`` (an
    ISO date) it shows what is open now, aged to another day. The context key
    ``cartera_aging_policy_id`` ages by another policy than the company's own.

    A settlement counts when both its entries are posted: Odoo lets draft entries be
    matched, and takes them off the residual before they are in the books.
    """

    _name = "cartera.open.item"
    _inherit = ["cartera.open.item.actions", "cartera.open.item.reading"]
    _description = "Open Receivable Item"
    _auto = False
    _rec_name = "document"
    _order = "date_due, id"

    # -- identity -----------------------------------------------------------------
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Invoice or Entry", readonly=True)
    document = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)
    kind = fields.Selection(
        [
            ("invoice", "Invoice"),
            ("credit_note", "Credit note"),
            ("payment", "Unapplied payment"),
            ("entry", "Other entry"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    # -- people -------------------------------------------------------------------
    debtor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="Who answers for the item in collection: the commercial entity that owes "
        "it, or the parent of its group where that is collected as one case.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Owed By",
        readonly=True,
        help="The commercial entity that owes the item.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Partner of the Entry", readonly=True
    )
    salesperson_id = fields.Many2one("res.users", readonly=True)
    case_id = fields.Many2one("cartera.case", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True)
    stage_id = fields.Many2one("cartera.stage", readonly=True)
    # -- dates and age ------------------------------------------------------------
    date = fields.Date(string="Accounting Date", readonly=True)
    invoice_date = fields.Date(readonly=True)
    date_due = dated(
        fields.Date,
        string="Due Date",
        help="Of an instalment of an agreement, the day agreed for it.",
    )
    days_overdue = dated(
        fields.Integer,
        string="Days Past Due",
        aggregator="max",
        help="Days past the due date; negative while the item is not due.",
    )
    age_days = dated(
        fields.Integer,
        string="Age",
        aggregator="max",
        help="Days since the date that the aging policy counts from.",
    )
    bucket_id = dated(fields.Many2one, "cartera.aging.bucket")
    due_side = dated(fields.Selection, [("not_due", "Not due"), ("overdue", "Overdue")])
    # -- amounts ------------------------------------------------------------------
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    is_foreign = fields.Boolean(string="In Foreign Currency", readonly=True)
    direction = dated(
        fields.Selection,
        [("debit", "Owed by the debtor"), ("credit", "In favor of the debtor")],
    )
    amount_original = fields.Monetary(
        currency_field="company_currency_id", readonly=True
    )
    amount_original_currency = fields.Monetary(
        string="Original Amount in Currency", aggregator=None, readonly=True
    )
    amount_residual = dated(
        fields.Monetary,
        string="Open Amount",
        currency_field="company_currency_id",
        help="What is still open, in the company's currency at the rate of the "
        "entry; credits are negative.",
    )
    amount_residual_currency = dated(
        fields.Monetary,
        string="Open Amount in Currency",
        aggregator=None,
    )
    amount_not_due = dated(
        fields.Monetary, string="Not Due", currency_field="company_currency_id"
    )
    amount_overdue = dated(
        fields.Monetary, string="Overdue", currency_field="company_currency_id"
    )
    amount_credit = dated(
        fields.Monetary,
        string="Credits",
        currency_field="company_currency_id",
        help="Credit notes, unapplied payments and other credits, as a negative "
        "amount.",
    )

    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.move": ["move_type", "payment_state", "invoice_user_id", "state"],
        "account.move.line": [
            "cartera_agreement_item_id",
            "move_id",
            "move_name",
            "ref",
            "company_id",
            "company_currency_id",
            "currency_id",
            "account_id",
            "journal_id",
            "partner_id",
            "payment_id",
            "date",
            "invoice_date",
            "date_maturity",
            "balance",
            "amount_currency",
            "amount_residual",
            "amount_residual_currency",
            "parent_state",
            "matching_number",
            "no_followup",
        ],
        "account.partial.reconcile": [
            "debit_move_id",
            "credit_move_id",
            "amount",
            "debit_amount_currency",
            "credit_amount_currency",
            "max_date",
        ],
        "cartera.aging.bucket": ["policy_id", "day_from"],
        "cartera.aging.policy": ["basis"],
        "cartera.case": ["partner_id", "company_id", "user_id", "stage_id"],
        "res.company": ["cartera_aging_policy_id"],
        "res.partner": ["cartera_debtor_id", "commercial_partner_id", "user_id"],
    }

    # -- the view -----------------------------------------------------------------

    @property
    def _table_query(self):
        # The columns and joins stand in each part and not around their union, so that
        # the planner pushes a filter by debtor down to the journal items.
        return SQL(" UNION ALL ").join(map(self._get_rows_sql, self._get_items_sql()))

    @api.model
    def _get_items_sql(self):
        """The items of the ledger and, in place of those that agreements in force
        cover, the pieces of their instalments."""
        as_of = self._get_as_of()
        whole = self.env.context.get(WHOLE)
        which = SQL("TRUE") if whole else SQL("NOT %s", pieces.is_covered(as_of))
        if not as_of:
            items = [lines.open_now(which), lines.closed_by_drafts(which)]
        elif self.env.context.get(PARTS):
            items = [lines.parts_of_open_on(as_of, which)]
        else:
            items = [lines.open_on(as_of, which)]
        only = () if whole else self.env.context.get(ONLY)
        if only is None or only:
            items.append(pieces.pieces(self._get_day(), as_of, only))
        return items

    @api.model
    def _get_rows_sql(self, items):
        return SQL("%s %s", self._select(), self._from(items))

    @api.model
    def _select(self):
        """Columns of the view. Joins are outer ones on unique keys, so that the
        planner drops those whose columns a query does not read."""
        day = self._get_day()
        age = SQL("(%s - item.date_due)", day)
        aged_from = SQL("(%s - %s)", day, self._get_aged_from_sql())
        return SQL(
            """
            SELECT
                item.id::int8 AS id,
                item.line_id AS move_line_id,
                item.move_id,
                item.move_name AS document,
                item.ref AS reference,
                CASE
                    WHEN move.move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                    WHEN move.move_type = 'out_refund' THEN 'credit_note'
                    WHEN item.payment_id IS NOT NULL THEN 'payment'
                    ELSE 'entry'
                END AS kind,
                item.company_id,
                item.account_id,
                item.journal_id,
                holder.cartera_debtor_id AS debtor_id,
                partner.commercial_partner_id,
                item.partner_id,
                COALESCE(move.invoice_user_id, debtor.user_id) AS salesperson_id,
                debtor_case.id AS case_id,
                debtor_case.user_id AS collector_id,
                debtor_case.stage_id,
                item.date,
                item.invoice_date,
                item.date_due,
                %(age)s AS days_overdue,
                %(aged_from)s AS age_days,
                policy.bucket_ids[
                    GREATEST(width_bucket(%(aged_from)s, policy.first_days), 1)
                ] AS bucket_id,
                CASE WHEN %(age)s > 0 THEN 'overdue' ELSE 'not_due' END AS due_side,
                item.company_currency_id,
                item.currency_id,
                item.currency_id <> item.company_currency_id AS is_foreign,
                CASE WHEN %(is_debit)s THEN 'debit' ELSE 'credit' END AS direction,
                item.balance AS amount_original,
                item.amount_currency AS amount_original_currency,
                item.amount_residual,
                item.amount_residual_currency,
                CASE WHEN %(is_debit)s AND %(age)s <= 0
                    THEN item.amount_residual ELSE 0 END AS amount_not_due,
                CASE WHEN %(is_debit)s AND %(age)s > 0
                    THEN item.amount_residual ELSE 0 END AS amount_overdue,
                CASE WHEN %(is_debit)s
                    THEN 0 ELSE item.amount_residual END AS amount_credit
            """,
            age=age,
            aged_from=aged_from,
            is_debit=IS_DEBIT,
        )

    @api.model
    def _get_aged_from_sql(self):
        """The date that the age counts from: of an instalment of an agreement its own
        one, whatever the policy, unless the reader asks for the original age."""
        agreed = SQL("item.agreement_id IS NOT NULL"), SQL("item.date_due")
        by_agreement, date = {
            "original": (SQL("FALSE"), SQL("item.date_due_original")),
            "cured": (SQL("item.is_cured"), SQL("item.date_due_original")),
        }.get(self.env.context.get(AGE_BY), agreed)
        return SQL(
            """
            CASE
                WHEN %s THEN item.date_due
                WHEN policy.basis = 'invoice_date'
                    THEN COALESCE(item.invoice_date, item.date)
                ELSE %s
            END
            """,
            by_agreement,
            date,
        )

    @api.model
    def _from(self, items):
        return SQL(
            """
            -- First, since it is the debtor by whom items are searched.
            FROM (%(items)s) item
            LEFT JOIN res_partner holder ON holder.id = item.holder_id
            LEFT JOIN account_account account ON account.id = item.account_id
            LEFT JOIN account_move move ON move.id = item.move_id
            LEFT JOIN res_partner partner ON partner.id = item.partner_id
            LEFT JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
            LEFT JOIN cartera_case debtor_case
                ON debtor_case.partner_id = holder.cartera_debtor_id
                AND debtor_case.company_id = item.company_id
            LEFT JOIN (%(policies)s) policy ON policy.company_id = item.company_id
            """,
            items=items,
            policies=self._get_policies_sql(),
        )

    # -- buckets

    @api.model
    def _get_policies_sql(self):
        """One row per company: the basis of its policy, and its buckets and their
        first days as arrays in ascending order."""
        policy = SQL("company.cartera_aging_policy_id")
        if chosen := self.env.context.get(POLICY):
            policy = SQL("%s", int(chosen))
        return SQL(
            """
            SELECT
                company.id AS company_id,
                MIN(policy.basis) AS basis,
                array_agg(bucket.id ORDER BY bucket.day_from) AS bucket_ids,
                array_agg(bucket.day_from ORDER BY bucket.day_from) AS first_days
            FROM res_company company
            JOIN cartera_aging_policy policy ON policy.id = %s
            JOIN cartera_aging_bucket bucket ON bucket.policy_id = policy.id
            GROUP BY company.id
            """,
            policy,
        )
