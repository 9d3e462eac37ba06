from odoo import api, fields, models
from odoo.tools import SQL

AMOUNTS = ("amount", "amount_currency")


class CarteraLedgerVerifier(models.AbstractModel):
    """Proves that the open items add up to the receivable accounts.

    Both sides are summed by company, debtor and currency. Where a settlement joins
    entries of two debtors, two currencies or two branches, each side keeps its balance
    in the ledger while nothing is open of either: what was settled across is counted
    and shown apart.
    """

    _name = "cartera.ledger.verifier"
    _description = "Ledger Verifier"

    @api.model
    def _verify(self, companies=None, date=None):
        """Compare the open items with the receivable accounts.

        :param companies: ``res.company`` records; all when None
        :param date: day as of which to compare; None for the ledger as it stands
        :return: list of dicts, one per company, debtor and currency that differ and
            hence empty when all is well: ``company_id``, ``debtor_id`` (False for
            entries without partner), ``currency_id``, and in the company's currency
            and, with the suffix ``_currency``, in that currency: ``ledger_amount``,
            ``across_amount`` (settled with another debtor, currency or branch),
            ``item_amount`` and ``difference`` (items less ledger less across)
        """
        if companies is None:
            # Without a choice the proof is of the whole database.
            companies = self.env["res.company"]._get_all_companies()
        date = fields.Date.to_date(date) if date else None
        differences = {
            (row["company_id"], row["debtor_id"], row["currency_id"]): row
            for row in self._get_differences(companies, date)
        }
        if differences:
            debtor_ids = {debtor_id for _company, debtor_id, _currency in differences}
            for row in self._get_settled_across(companies, date, debtor_ids):
                key = (row["company_id"], row["debtor_id"], row["currency_id"])
                if key in differences:
                    differences[key]["across_amount"] = row["amount"]
                    differences[key]["across_amount_currency"] = row["amount_currency"]
        rows = [self._with_difference(row) for row in differences.values()]
        return [row for row in rows if not self._is_even(row)]

    @api.model
    def _get_totals(self, companies, date=None):
        """What there is to compare.

        :return: ``(number of balances by company, debtor and currency, their sum in
            the companies' currency)``
        """
        return self.env.execute_query(
            SQL(
                "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM (%s) ledger",
                self._get_ledger_sql(companies, date),
            )
        )[0]

    @api.model
    def _with_difference(self, row):
        for suffix in ("", "_currency"):
            across = row.setdefault(f"across_amount{suffix}", 0)
            row[f"difference{suffix}"] = (
                row[f"item_amount{suffix}"] - row[f"ledger_amount{suffix}"] - across
            )
        row["debtor_id"] = row["debtor_id"] or False
        return row

    @api.model
    def _is_even(self, row):
        company = self.env["res.company"].sudo().browse(row["company_id"])
        currency = self.env["res.currency"].browse(row["currency_id"])
        return company.currency_id.is_zero(row["difference"]) and currency.is_zero(
            row["difference_currency"]
        )

    @api.model
    def _get_differences(self, companies, date):
        items = self.env["cartera.open.item"].with_context(
            cartera_as_of=date.isoformat() if date else False
        )
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    company_id,
                    NULLIF(debtor_id, 0) AS debtor_id,
                    currency_id,
                    COALESCE(ledger.amount, 0) AS ledger_amount,
                    COALESCE(ledger.amount_currency, 0) AS ledger_amount_currency,
                    COALESCE(item.amount, 0) AS item_amount,
                    COALESCE(item.amount_currency, 0) AS item_amount_currency
                FROM (
                    SELECT
                        company_id,
                        COALESCE(commercial_partner_id, 0) AS debtor_id,
                        currency_id,
                        SUM(amount_residual) AS amount,
                        SUM(amount_residual_currency) AS amount_currency
                    FROM %(items)s item
                    WHERE company_id IN %(companies)s
                    GROUP BY 1, 2, 3
                ) item
                FULL JOIN (%(ledger)s) ledger USING (company_id, debtor_id, currency_id)
                WHERE COALESCE(item.amount, 0) <> COALESCE(ledger.amount, 0)
                    OR COALESCE(item.amount_currency, 0)
                        <> COALESCE(ledger.amount_currency, 0)
                """,
                items=items._table_sql,
                companies=tuple(companies.ids),
                ledger=self._get_ledger_sql(companies, date),
            )
        )

    @api.model
    def _get_ledger_sql(self, companies, date):
        """Balances of the receivable accounts by company, debtor and currency."""
        return SQL(
            """
            SELECT
                line.company_id,
                COALESCE(partner.commercial_partner_id, 0) AS debtor_id,
                line.currency_id,
                SUM(line.balance) AS amount,
                SUM(line.amount_currency) AS amount_currency
            FROM account_move_line line
            JOIN account_account account ON account.id = line.account_id
            LEFT JOIN res_partner partner ON partner.id = line.partner_id
            WHERE account.account_type = 'asset_receivable'
                AND line.parent_state = 'posted'
                AND line.company_id IN %s %s
            GROUP BY 1, 2, 3
            """,
            tuple(companies.ids),
            SQL("AND line.date <= %s", date) if date else SQL(),
        )

    @api.model
    def _get_settled_across(self, companies, date, debtor_ids):
        """What settlements between two debtors, currencies or branches took off the
        items of some debtors, while the balances stayed where they were."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    side.company_id, side.debtor_id, side.currency_id,
                    SUM(side.amount) AS amount,
                    SUM(side.amount_currency) AS amount_currency
                FROM account_partial_reconcile partial
                JOIN account_move_line debit ON debit.id = partial.debit_move_id
                JOIN account_move_line credit ON credit.id = partial.credit_move_id
                JOIN account_account account ON account.id = debit.account_id
                LEFT JOIN res_partner debtor ON debtor.id = debit.partner_id
                LEFT JOIN res_partner creditor ON creditor.id = credit.partner_id
                CROSS JOIN LATERAL (VALUES
                    (
                        debit.company_id, debtor.commercial_partner_id,
                        debit.currency_id, -partial.amount,
                        -partial.debit_amount_currency
                    ),
                    (
                        credit.company_id, creditor.commercial_partner_id,
                        credit.currency_id, partial.amount,
                        partial.credit_amount_currency
                    )
                ) side (company_id, debtor_id, currency_id, amount, amount_currency)
                WHERE account.account_type = 'asset_receivable'
                    AND debit.parent_state = 'posted'
                    AND credit.parent_state = 'posted'
                    AND (
                        debit.company_id <> credit.company_id
                        OR debit.currency_id <> credit.currency_id
                        OR debtor.commercial_partner_id
                            IS DISTINCT FROM creditor.commercial_partner_id
                    )
                    AND side.company_id IN %(companies)s
                    AND COALESCE(side.debtor_id, 0) IN %(debtors)s
                    %(up_to)s
                GROUP BY 1, 2, 3
                """,
                companies=tuple(companies.ids),
                debtors=tuple(debtor_id or 0 for debtor_id in debtor_ids),
                up_to=SQL("AND partial.max_date <= %s", date) if date else SQL(),
            )
        )

    # -- the nightly run ----------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Prove the ledger of the run's company on the day of the run.

        :return: ``(number of differences, [(partner id, message), ...])``
        """
        rows = self._verify(run.company_id, run._get_as_of())
        return len(rows), [(row["debtor_id"], self._get_message(row)) for row in rows]

    @api.model
    def _get_message(self, row):
        currency = self.env["res.currency"].browse(row["currency_id"])
        company_currency = (
            self.env["res.company"].sudo().browse(row["company_id"]).currency_id
        )
        return self.env._(
            "The open items differ from the receivable accounts by %(amount)s "
            "(%(amount_currency)s in the currency of the entries). Open the ledger "
            "check to see the journal items.",
            amount=company_currency.format(row["difference"]),
            amount_currency=currency.format(row["difference_currency"]),
        )
