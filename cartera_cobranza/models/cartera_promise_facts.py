from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .cartera_case_promise import MONEY_JOURNALS
from .cartera_debtor_member import owes_with
from .cartera_promise import JUDGED_STATES

# A promise that ended longer ago than this is not judged again at night, but when
# something of its debtor changes.
DAYS_JUDGED = 180

CASE_FIELDS = ("promise_date", "promise_amount", "promise_made_on")


class CarteraPromiseFacts(models.AbstractModel):
    """What promises are judged by: themselves, their items and the money, in a few
    queries for all debtors concerned."""

    _name = "cartera.promise.facts"
    _description = "Facts of Promises"

    @api.model
    def _read_promises(self, company, date, debtor_ids):
        """The promises to judge, those withdrawn that a case may still show, and one
        row without a promise for each other case that shows one.

        Of a debtor all are read, since they share the money; so do the companies of
        a group that is collected as one, whose items the case ``holder_id`` holds.
        """
        if debtor_ids is not None:
            concerned = SQL("partner.cartera_debtor_id IN %s", tuple(debtor_ids))
        else:
            concerned = SQL(
                """
                partner.cartera_debtor_id IN (
                    SELECT owing.cartera_debtor_id
                    FROM cartera_case stale
                    JOIN res_partner owing ON owing.id = stale.partner_id
                    WHERE stale.company_id = %(company)s AND (
                        stale.promise_date IS NOT NULL
                        OR stale.id IN (
                            SELECT case_id FROM cartera_promise
                            WHERE company_id = %(company)s
                                AND (state = 'open' OR date_ended >= %(since)s)
                        )
                    )
                )
                """,
                company=company.id,
                since=fields.Date.subtract(date, days=DAYS_JUDGED),
            )
        return self._fetch(
            SQL(
                """
                SELECT
                    promise.id, known.id AS case_id,
                    partner.cartera_debtor_id AS debtor,
                    promise.currency_id, promise.date_made, promise.tolerance_days,
                    promise.tolerance_percent, promise.state, promise.date_ended,
                    promise.date_next, promise.date_paused_until,
                    COALESCE(promise.amount_kept, 0) AS amount_kept,
                    known.promise_date, known.promise_made_on,
                    COALESCE(known.promise_amount, 0) AS promise_amount,
                    COALESCE(holder.id, known.id) AS holder_id,
                    holder.promise_date AS holder_promise_date,
                    holder.promise_made_on AS holder_promise_made_on,
                    COALESCE(holder.promise_amount, 0) AS holder_promise_amount
                FROM cartera_case known
                JOIN res_partner partner ON partner.id = known.partner_id
                LEFT JOIN cartera_case holder
                    ON holder.partner_id = partner.cartera_debtor_id
                    AND holder.company_id = known.company_id
                LEFT JOIN cartera_promise promise
                    ON promise.case_id = known.id
                    AND promise.date_made <= %(date)s
                    AND promise.state IN %(states)s
                WHERE known.company_id = %(company)s
                    AND (promise.id IS NOT NULL OR known.promise_date IS NOT NULL)
                    AND %(concerned)s
                ORDER BY promise.date_made, promise.id
                """,
                company=company.id,
                date=date,
                states=(*JUDGED_STATES, "withdrawn"),
                concerned=concerned,
            )
        )

    @api.model
    def _read_parts(self, promises, as_of):
        """Add to each promise its ``installments`` and ``items``, with what is open
        of them."""
        ids = tuple(row["id"] for row in promises) or (0,)
        installments = self._fetch(
            SQL(
                """
                SELECT
                    id, promise_id, date, amount, state, date_judged,
                    COALESCE(amount_kept, 0) AS amount_kept
                FROM cartera_promise_installment WHERE promise_id IN %s
                """,
                ids,
            )
        )
        items = self._fetch(
            SQL(
                """
                SELECT
                    item.id, item.promise_id, item.line_id, item.amount,
                    COALESCE(item.amount_paid_before, 0) AS amount_paid_before,
                    item.is_open, line.balance, line.amount_currency,
                    %s AS is_owed
                FROM cartera_promise_item item
                JOIN cartera_promise promise ON promise.id = item.promise_id
                JOIN cartera_case known ON known.id = promise.case_id
                JOIN account_move_line line ON line.id = item.line_id
                WHERE item.promise_id IN %s
                """,
                owes_with(SQL("line.partner_id"), SQL("known.partner_id")),
                ids,
            )
        )
        open_now = dict(
            self._fetch_open_items(
                SQL(
                    "item.id IN %s",
                    tuple({item["line_id"] for item in items}) or (0,),
                ),
                as_of,
            )
        )
        by_promise = defaultdict(lambda: ([], []))
        for row in installments:
            by_promise[row["promise_id"]][0].append(row)
        for row in items:
            row["open_now"] = max(open_now.get(row["line_id"], 0), 0)
            by_promise[row["promise_id"]][1].append(row)
        for row in promises:
            row["installments"], row["items"] = by_promise[row["id"]]

    @api.model
    def _read_money(self, company, promises, as_of):
        """What was paid: matched with the items of the promises, or not yet matched
        with anything.

        :return: ``{(debtor id, currency id): [(line id, date, amount, item's line id
            or None), ...]}``; what is matched stands under (None, None)
        """
        line_ids = {item["line_id"] for row in promises for item in row["items"]}
        bound = self.env.execute_query(
            SQL(
                """
                SELECT
                    paid.id, paid.date, SUM(partial.debit_amount_currency),
                    partial.debit_move_id
                FROM account_partial_reconcile partial
                JOIN account_move_line paid ON paid.id = partial.credit_move_id
                JOIN account_journal journal ON journal.id = paid.journal_id
                WHERE partial.debit_move_id IN %(lines)s
                    AND paid.parent_state = 'posted'
                    AND journal.type IN %(journals)s
                    %(up_to)s
                GROUP BY paid.id, paid.date, partial.debit_move_id
                """,
                lines=tuple(line_ids) or (0,),
                journals=MONEY_JOURNALS,
                up_to=SQL("AND partial.max_date <= %s", as_of) if as_of else SQL(),
            )
        )
        loose = self._fetch_open_items(
            SQL(
                """
                item.company_id = %s AND item.debtor_id IN %s
                AND item.amount_residual_currency < 0
                AND item.journal_id IN (SELECT id FROM account_journal WHERE type IN %s)
                """,
                company.id,
                tuple({row["debtor"] for row in promises}) or (0,),
                MONEY_JOURNALS,
            ),
            as_of,
            SQL(", item.date, item.debtor_id, item.currency_id"),
        )
        money = defaultdict(list, {(None, None): bound})
        for line_id, amount, date, debtor, currency in loose:
            money[debtor, currency].append((line_id, date, -amount, None))
        return money

    @api.model
    def _fetch_open_items(self, condition, as_of, columns=None):
        """Id and open amount, in its own currency, of the open items that meet a
        condition on ``item``, whatever agreements say about them."""
        items = self.env["cartera.open.item"].with_context(
            cartera_as_of=as_of.isoformat() if as_of else False,
            cartera_whole_items=True,
        )
        return self.env.execute_query(
            SQL(
                "SELECT item.id, item.amount_residual_currency %s "
                "FROM %s item WHERE %s",
                columns or SQL(),
                items._table_sql,
                condition,
            )
        )

    @api.model
    def _fetch(self, query):
        return self.env.execute_query_dict(query)
