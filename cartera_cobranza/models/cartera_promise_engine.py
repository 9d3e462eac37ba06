from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import promise as rules
from .cartera_case_promise import MONEY_JOURNALS
from .cartera_promise import JUDGED_STATES
from .conflicts import fetch_quietly

# A promise that ended longer ago than this is not judged again at night, but when
# something of its debtor changes.
DAYS_JUDGED = 180

CASE_FIELDS = ("promise_date", "promise_amount", "promise_made_on")


class CarteraPromiseEngine(models.AbstractModel):
    """Judges promises from the ledger, at night and whenever it changed.

    It reads the promises of the debtors concerned in a few queries, lets
    ``lib/promise.py`` decide, and writes only what changed.
    """

    _name = "cartera.promise.engine"
    _description = "Promise Engine"

    @api.model
    def _run_phase(self, run):
        """Judge the promises of the run's company as of its day; debtors that fail
        stand apart.

        :return: ``(number of promises that changed, [(partner id, error), ...])``
        """

        def judge(debtor_ids):
            return self._judge(run.company_id, run.date, debtor_ids)

        count, error = run._attempt(judge, None)
        if error is None:
            return count, []
        promises = self._read_promises(run.company_id, run.date, None)
        return run._isolate(sorted({row["debtor"] for row in promises}), judge)

    @api.model
    def _judge(self, company, date, debtor_ids=None):
        """Judge the promises of ``company``.

        :param date: the day as of which they are judged
        :param debtor_ids: ids of the debtors; None for all
        :return: number of promises that changed
        """
        if debtor_ids is not None and not debtor_ids:
            return 0
        for name in ("promise", "promise.installment", "promise.item"):
            self.env[f"cartera.{name}"].flush_model()
        self.env["res.partner"].flush_model(["cartera_debtor_id"])
        promises = self._read_promises(company, date, debtor_ids)
        if not promises:
            return 0
        as_of = date if date < company._get_cartera_today() else None
        judged = [row for row in promises if row["state"] in JUDGED_STATES]
        self._read_parts(judged, as_of)
        money = self._read_money(company, judged, as_of)
        self._decide(judged, money, date)
        self._write_cases(promises, company)
        return self._write(company, judged, date)

    # -- reading ------------------------------------------------------------------

    @api.model
    def _read_promises(self, company, date, debtor_ids):
        """The promises to judge, and those withdrawn that a case may still show.

        Of a debtor all are read, since they share the money; so do the companies of
        a group that is collected as one.
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
                    promise.id, promise.case_id, partner.cartera_debtor_id AS debtor,
                    promise.currency_id, promise.date_made, promise.tolerance_days,
                    promise.tolerance_percent, promise.state, promise.date_ended,
                    promise.date_next, promise.date_paused_until,
                    COALESCE(promise.amount_kept, 0) AS amount_kept,
                    known.promise_date, known.promise_made_on,
                    COALESCE(known.promise_amount, 0) AS promise_amount
                FROM cartera_promise promise
                JOIN cartera_case known ON known.id = promise.case_id
                JOIN res_partner partner ON partner.id = known.partner_id
                WHERE promise.company_id = %(company)s
                    AND promise.date_made <= %(date)s
                    AND promise.state IN %(states)s
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
                    item.is_open, line.balance, line.amount_currency
                FROM cartera_promise_item item
                JOIN account_move_line line ON line.id = item.line_id
                WHERE item.promise_id IN %s
                """,
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
        condition on ``item``."""
        items = self.env["cartera.open.item"].with_context(
            cartera_as_of=as_of.isoformat() if as_of else False
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

    # -- deciding -----------------------------------------------------------------

    @api.model
    def _decide(self, promises, money, date):
        """Add to each promise its ``verdict``."""
        groups = defaultdict(list)
        for row in promises:
            groups[row["debtor"], row["currency_id"]].append(row)
        bound = defaultdict(list)
        for piece in money[None, None]:
            bound[piece[3]].append(piece)
        for key, rows in groups.items():
            unit = self.env["res.currency"].browse(key[1]).rounding
            line_ids = {item["line_id"] for row in rows for item in row["items"]}
            pieces = [piece for line_id in line_ids for piece in bound[line_id]]
            verdicts = rules.judge(
                [self._to_rule(row, unit) for row in rows],
                [
                    rules.Money(line_id, day, round(amount / unit), item)
                    for line_id, day, amount, item in pieces + money[key]
                ],
                date,
            )
            for row in rows:
                row["unit"], row["verdict"] = unit, verdicts[row["id"]]

    @api.model
    def _to_rule(self, row, unit):
        return rules.Promise(
            key=row["id"],
            made=row["date_made"],
            installments=tuple(
                rules.Installment(
                    part["id"], part["date"], round(part["amount"] / unit)
                )
                for part in row["installments"]
            ),
            items=tuple(
                rules.Item(
                    item["line_id"],
                    round(item["amount"] / unit),
                    round(item["open_now"] / unit),
                    round(item["amount_paid_before"] / unit),
                )
                for item in row["items"]
            ),
            tolerance_days=row["tolerance_days"] or 0,
            tolerance_share=round((row["tolerance_percent"] or 0) * 100),
        )

    # -- writing ------------------------------------------------------------------

    @api.model
    def _write(self, company, promises, date):
        """Write what became of the promises, where it is not what stands there.

        :return: number of promises that changed
        """
        changed = {}
        for row in promises:
            fresh = self._get_fresh(row, date)
            if fresh != tuple(row[name] for name in self._get_promise_columns()):
                changed[row["id"]] = fresh
        if changed:
            self._update("cartera_promise", self._get_promise_columns(), changed)
            self._keep_changes(
                [
                    (row["id"], row["state"], *changed[row["id"]][:2])
                    for row in promises
                    if row["id"] in changed and changed[row["id"]][0] != row["state"]
                ]
            )
        parts = {
            part["id"]: fresh
            for row in promises
            for part in row["installments"]
            if (fresh := self._get_fresh_part(row, part))
            != (part["state"], part["amount_kept"], part["date_judged"])
        }
        if parts:
            self._update(
                "cartera_promise_installment",
                {"state": "varchar", "amount_kept": "numeric", "date_judged": "date"},
                parts,
            )
        moved = self._move_items(promises)
        if changed or parts or moved:
            self._invalidate_promises()
        return len(changed)

    @api.model
    def _get_promise_columns(self):
        """What is written of a promise, and its type in the database."""
        return {
            "state": "varchar",
            "amount_kept": "numeric",
            "date_ended": "date",
            "date_next": "date",
            "date_paused_until": "date",
        }

    @api.model
    def _get_fresh(self, row, date):
        verdict = row["verdict"]
        ended = verdict.date_ended
        if verdict.state == "settled":
            # The ledger does not tell the day: it is the one on which it was found.
            ended = row["date_ended"] if row["state"] == "settled" else date
        return (
            verdict.state,
            self._to_amount(verdict.kept, row),
            ended,
            verdict.date_next,
            verdict.paused_until,
        )

    @api.model
    def _get_fresh_part(self, row, part):
        outcome = row["verdict"].outcomes[part["id"]]
        return outcome.state, self._to_amount(outcome.kept, row), outcome.day

    @api.model
    def _to_amount(self, units, row):
        currency = self.env["res.currency"].browse(row["currency_id"])
        return currency.round(units * row["unit"])

    @api.model
    def _update(self, table, types, fresh):
        """Write rows of a table in one statement.

        :param types: type in the database by column
        :param fresh: ``{id: values in the order of the columns}``
        """
        columns = SQL(", ").join(map(SQL.identifier, types))
        arrays = [
            SQL("%s::%s[]", list(values), SQL(kind))
            for values, kind in zip(
                zip(*fresh.values(), strict=True), types.values(), strict=True
            )
        ]
        fetch_quietly(
            self.env,
            SQL(
                """
                UPDATE %(table)s known
                SET (%(columns)s) = ROW(%(fresh)s),
                    write_date = %(now)s, write_uid = %(uid)s
                FROM unnest(%(ids)s::int[], %(arrays)s) fresh (id, %(columns)s)
                WHERE known.id = fresh.id
                RETURNING known.id
                """,
                table=SQL.identifier(table),
                columns=columns,
                fresh=SQL(", ").join(SQL("fresh.%s", SQL.identifier(c)) for c in types),
                ids=list(fresh),
                arrays=SQL(", ").join(arrays),
                now=self.env.cr.now(),
                uid=self.env.uid,
            ),
        )

    @api.model
    def _keep_changes(self, changes):
        """Keep that promises came into another state by the ledger.

        :param changes: ``(promise id, state before, state, amount paid)`` tuples
        """
        if not changes:
            return
        ids, before, after, kept = map(list, zip(*changes, strict=True))
        fetch_quietly(
            self.env,
            SQL(
                """
                INSERT INTO cartera_promise_change (
                    promise_id, state_from, state_to, amount_kept, date,
                    create_date, create_uid, write_date, write_uid
                )
                SELECT *, %(now)s, %(now)s, %(uid)s, %(now)s, %(uid)s
                FROM unnest(
                    %(ids)s::int[], %(before)s::varchar[], %(after)s::varchar[],
                    %(kept)s::numeric[]
                )
                RETURNING id
                """,
                ids=ids,
                before=before,
                after=after,
                kept=kept,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            ),
        )

    @api.model
    def _move_items(self, promises):
        """Open and close the items with their promises. Of several open promises for
        an item, which a payment taken back may bring about, the latest has it.

        :return: whether anything was written
        """
        latest = {}
        for row in promises:
            if row["verdict"].state == "open":
                latest.update(dict.fromkeys(self._get_line_ids(row), row["id"]))
        closed, opened = [], []
        for row in promises:
            for item in row["items"]:
                is_open = latest.get(item["line_id"]) == row["id"]
                if is_open != bool(item["is_open"]):
                    (opened if is_open else closed).append(item["id"])
        # Closed first, since an item is open once.
        if closed:
            self._update(
                "cartera_promise_item",
                {"is_open": "bool"},
                dict.fromkeys(closed, (False,)),
            )
        if opened:
            self._open_items(opened)
        return bool(closed or opened)

    @api.model
    def _get_line_ids(self, row):
        return [item["line_id"] for item in row["items"]]

    @api.model
    def _open_items(self, item_ids):
        """Open items of promises, except where a promise made later has them."""
        fetch_quietly(
            self.env,
            SQL(
                """
                UPDATE cartera_promise_item item SET is_open = TRUE
                WHERE item.id IN %s
                    AND NOT EXISTS (
                        SELECT 1 FROM cartera_promise_item other
                        WHERE other.line_id = item.line_id AND other.is_open
                    )
                RETURNING item.id
                """,
                tuple(item_ids),
            ),
        )

    # -- the case -----------------------------------------------------------------

    @api.model
    def _write_cases(self, promises, company):
        """Show on the cases their next promised payment."""
        fresh, known = {}, {}
        for row in promises:
            known[row["case_id"]] = tuple(row[name] for name in CASE_FIELDS)
            next_one = self._get_next_payment(row, company)
            present = fresh.setdefault(row["case_id"], None)
            if next_one and (not present or next_one[0] < present[0]):
                fresh[row["case_id"]] = next_one
        changed = {
            case_id: values or (None, 0, None)
            for case_id, values in fresh.items()
            if (values or (None, 0, None)) != known[case_id]
        }
        if changed:
            types = dict(zip(CASE_FIELDS, ("date", "numeric", "date"), strict=True))
            self._update("cartera_case", types, changed)
            self.env["cartera.case"].invalidate_model(
                [*CASE_FIELDS, "pause_text"], flush=False
            )

    @api.model
    def _get_next_payment(self, row, company):
        """Day, amount in the company's currency at the rate of the items, and day of
        the promise; None for a promise that has ended."""
        verdict = row.get("verdict")
        if not verdict or verdict.state != "open":
            return None
        part = min(
            (p for p in row["installments"] if self._is_next(row, p)),
            key=lambda p: p["id"],
        )
        missing = self._to_amount(verdict.outcomes[part["id"]].missing, row)
        foreign = sum(item["amount_currency"] for item in row["items"])
        rate = sum(item["balance"] for item in row["items"]) / foreign if foreign else 1
        amount = company.currency_id.round(missing * rate)
        return verdict.date_next, amount, row["date_made"]

    @api.model
    def _is_next(self, row, part):
        verdict = row["verdict"]
        is_open = verdict.outcomes[part["id"]].state == "open"
        return is_open and part["date"] == verdict.date_next

    @api.model
    def _invalidate_promises(self):
        for name in ("promise", "promise.installment", "promise.item"):
            self.env[f"cartera.{name}"].invalidate_model(flush=False)
