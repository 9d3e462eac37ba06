from odoo import api, models
from odoo.tools import SQL


class CarteraCollected(models.AbstractModel):
    """Keeps on the cases what their debtors paid this month.

    What is paid is a payment of a bank, cash or card journal, of the month by its
    entry, as far as it is matched with something owed; money that went back to the
    debtor is not. Summed up when a debtor's ledger changes, since a month of a large
    ledger takes a second to read, and the supervisor's screen has a tenth of it.
    """

    _name = "cartera.collected"
    _description = "Collected in the Month"

    @api.model
    def _refresh(self, company, date, debtor_ids=None):
        """Sum up what debtors of ``company`` paid from the first of the month on.

        :param date: up to this day
        :param debtor_ids: ids of the debtors; None for all
        :return: number of cases that changed
        """
        for model in (
            "account.move.line",
            "account.partial.reconcile",
            "cartera.case",
            "res.partner",
        ):
            self.env[model].flush_model()
        some_cases = some_payers = SQL()
        if debtor_ids is not None:
            some_cases = SQL("AND known.partner_id = ANY(%s)", list(debtor_ids))
            some_payers = SQL(
                "AND partner.cartera_debtor_id = ANY(%s)", list(debtor_ids)
            )
        self.env.cr.execute(
            SQL(
                """
                WITH paid AS MATERIALIZED (%(paid)s),
                fresh AS (
                    SELECT
                        known.id, COALESCE(paid.amount, 0) AS amount,
                        CASE WHEN paid.amount <> 0 THEN %(month)s::date END AS month
                    FROM cartera_case known
                    LEFT JOIN paid ON paid.debtor_id = known.partner_id
                    WHERE known.company_id = %(company)s %(some_cases)s
                        AND (paid.amount IS NOT NULL OR known.amount_collected <> 0)
                )
                UPDATE cartera_case known
                SET amount_collected = fresh.amount, month_collected = fresh.month
                FROM fresh
                WHERE fresh.id = known.id
                    AND (known.amount_collected, known.month_collected)
                        IS DISTINCT FROM (fresh.amount, fresh.month)
                """,
                paid=self._get_paid_sql(company, date, some_payers),
                month=date.replace(day=1),
                company=company.id,
                some_cases=some_cases,
            )
        )
        count = self.env.cr.rowcount
        self.env["cartera.case"].invalidate_model(
            ["amount_collected", "month_collected"], flush=False
        )
        return count

    @api.model
    def _get_paid_sql(self, company, date, some_payers):
        """What was paid by debtor, in the company's currency."""
        return SQL(
            """
            SELECT
                partner.cartera_debtor_id AS debtor_id,
                SUM(partial.amount) AS amount
            FROM account_move_line credit
            JOIN res_partner partner ON partner.id = credit.partner_id
            JOIN account_account account ON account.id = credit.account_id
            JOIN account_journal journal ON journal.id = credit.journal_id
            JOIN account_partial_reconcile partial ON partial.credit_move_id = credit.id
            JOIN account_move_line debit ON debit.id = partial.debit_move_id
            JOIN account_journal owed ON owed.id = debit.journal_id
            WHERE credit.company_id = %(company)s
                AND credit.date BETWEEN %(month)s AND %(date)s
                AND credit.parent_state = 'posted' AND debit.parent_state = 'posted'
                AND account.account_type = 'asset_receivable'
                AND journal.type IN ('bank', 'cash', 'credit')
                AND owed.type NOT IN ('bank', 'cash', 'credit') %(some_payers)s
            GROUP BY partner.cartera_debtor_id
            """,
            company=company.id,
            month=date.replace(day=1),
            date=date,
            some_payers=some_payers,
        )

    @api.model
    def _get_paid_domain(self, company, date, debtors):
        """The settlements that were summed up for ``debtors``."""
        journals = ["bank", "cash", "credit"]
        return [
            ("credit_move_id.company_id", "=", company.id),
            ("credit_move_id.date", ">=", date.replace(day=1)),
            ("credit_move_id.date", "<=", date),
            ("credit_move_id.parent_state", "=", "posted"),
            ("debit_move_id.parent_state", "=", "posted"),
            ("credit_move_id.account_id.account_type", "=", "asset_receivable"),
            ("credit_move_id.journal_id.type", "in", journals),
            ("debit_move_id.journal_id.type", "not in", journals),
            (
                "credit_move_id.partner_id.cartera_debtor_id",
                "in",
                debtors.ids,
            ),
        ]
