from odoo import api, models
from odoo.tools import SQL

# An online payment that is pending for longer will hardly come any more.
PENDING_DAYS = 10


class CarteraBankGuard(models.AbstractModel):
    """Keeps strategies from asking for money that may have come in already: when the
    bank statements are old, or money of the debtor is on its way."""

    _name = "cartera.bank.guard"
    _description = "Bank Freshness Guard"

    @api.model
    def _get_guard(self, company, date, debtor_ids=None):
        """What the planner asks about a company on a day.

        :param debtor_ids: ids of the debtors asked about; None for all
        :return: ``(SQL of the money on its way, whether nothing is asked for today)``;
            the rows of the former are ``debtor_id, amount, pending, share``: what has
            come in of a debtor without being matched, whether an online payment is
            pending, and the share of the debt (in %) from which on this counts
        """
        transit = self._get_transit_sql(company, date, debtor_ids)
        return transit, self._is_stale(company, date)

    # -- the statements -----------------------------------------------------------

    @api.model
    def _is_stale(self, company, date):
        """Whether the last bank movement is older than the company allows. Of a day to
        come, the movements are still to be."""
        if not company.cartera_bank_lag_days:
            return False
        last = self._get_last_movement(company, date)
        date = min(date, company._get_cartera_today())
        return not last or (date - last).days > company.cartera_bank_lag_days

    @api.model
    def _get_last_movement(self, company, date):
        """Day of the last bank statement line up to ``date``, or None."""
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["date", "state", "statement_line_id"])
        # Journal by journal, from the end of the index of the statement lines.
        return self.env.execute_query(
            SQL(
                """
                SELECT MAX(last.date)
                FROM account_journal journal
                CROSS JOIN LATERAL (
                    SELECT move.date
                    FROM account_bank_statement_line line
                    JOIN account_move move ON move.id = line.move_id
                    WHERE line.journal_id = journal.id
                        AND line.company_id = %(company)s
                        AND line.internal_index < %(until)s
                        AND move.state = 'posted'
                    ORDER BY line.internal_index DESC
                    LIMIT 1
                ) last
                WHERE journal.type = 'bank'
                """,
                company=company.id,
                # The index begins with the day of the line.
                until=f"{date:%Y%m%d}9999999999",
            )
        )[0][0]

    # -- the money ----------------------------------------------------------------

    @api.model
    def _get_transit_sql(self, company, date, debtor_ids):
        share = company.cartera_transit_share
        if not share:
            return SQL(
                "SELECT 0 AS debtor_id, 0 AS amount, FALSE AS pending, 0 AS share "
                "WHERE FALSE"
            )
        self.env["res.partner"].flush_model(["cartera_debtor_id"])
        for model in ("account.move.line", "account.payment", "account.journal"):
            self.env[model].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        sources = [
            self._get_unapplied_sql(company, date),
            self._get_payments_sql(company, date),
            self._get_statement_lines_sql(company, date),
        ]
        if "payment.transaction" in self.env:
            self.env["payment.transaction"].flush_model()
            sources.append(self._get_transactions_sql(company, date))
        return SQL(
            """
            SELECT
                partner.cartera_debtor_id AS debtor_id,
                SUM(money.amount) AS amount,
                BOOL_OR(money.pending) AS pending,
                %(share)s::numeric AS share
            FROM (%(money)s) money
            JOIN res_partner partner ON partner.id = money.partner_id
            %(some_debtors)s
            GROUP BY partner.cartera_debtor_id
            """,
            share=share,
            money=SQL(" UNION ALL ").join(sources),
            some_debtors=self._get_among_sql(debtor_ids),
        )

    @api.model
    def _get_among_sql(self, debtor_ids):
        """Condition that money is of some debtors, by the indexes of whose it is."""
        if debtor_ids is None:
            return SQL()
        payer_ids = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE cartera_debtor_id = ANY(%s)",
                list(debtor_ids),
            )
        )
        # As values: the planner takes a subquery for half of all.
        return SQL(
            "WHERE money.partner_id = ANY(%s)", [payer_id for (payer_id,) in payer_ids]
        )

    @api.model
    def _get_unapplied_sql(self, company, date):
        """Receipts that stand on the receivable account and settle nothing yet."""
        return SQL(
            """
            SELECT line.partner_id, -line.amount_residual AS amount, FALSE AS pending
            FROM account_move_line line
            JOIN account_journal journal ON journal.id = line.journal_id
            WHERE line.account_id = ANY (ARRAY(
                    SELECT id FROM account_account
                    WHERE account_type = 'asset_receivable'
                ))
                AND line.parent_state = 'posted'
                AND line.company_id = %s
                AND line.date <= %s
                AND (line.amount_residual <> 0 OR line.amount_residual_currency <> 0)
                AND line.amount_residual < 0
                AND journal.type IN ('bank', 'cash', 'credit')
            """,
            company.id,
            date,
        )

    @api.model
    def _get_payments_sql(self, company, date):
        """Payments registered without an entry, that wait for the bank."""
        return SQL(
            """
            SELECT partner_id, amount_company_currency_signed AS amount, FALSE
            FROM account_payment
            WHERE company_id = %s AND date <= %s AND state = 'in_process'
                AND move_id IS NULL
                AND payment_type = 'inbound' AND partner_type = 'customer'
            """,
            company.id,
            date,
        )

    @api.model
    def _get_statement_lines_sql(self, company, date):
        """Bank movements of the debtor that nobody has matched."""
        return SQL(
            """
            SELECT line.partner_id, -item.balance AS amount, FALSE
            FROM account_bank_statement_line line
            JOIN account_journal journal ON journal.id = line.journal_id
            JOIN account_move_line item
                ON item.move_id = line.move_id
                    AND item.account_id = journal.suspense_account_id
            WHERE line.company_id = %s
                AND line.is_reconciled IS NOT TRUE
                AND line.partner_id IS NOT NULL
                AND item.date <= %s
                AND item.parent_state = 'posted'
                AND item.balance < 0
            """,
            company.id,
            date,
        )

    @api.model
    def _get_transactions_sql(self, company, date):
        """Online payments that the debtor has begun and the provider not confirmed."""
        return SQL(
            """
            SELECT partner_id, 0 AS amount, TRUE
            FROM payment_transaction
            WHERE company_id = %(company)s AND state IN ('pending', 'authorized')
                AND last_state_change >= %(date)s - %(days)s
            """,
            company=company.id,
            date=date,
            days=PENDING_DAYS,
        )
