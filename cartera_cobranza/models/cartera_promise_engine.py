from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import promise as rules
from . import cartera_promise_facts  # noqa: F401  (inherited: it comes first)
from .bulk_write import update_rows
from .cartera_promise import JUDGED_STATES
from .cartera_promise_facts import CASE_FIELDS
from .conflicts import fetch_quietly


class CarteraPromiseEngine(models.AbstractModel):
    """Judges promises from the ledger, at night and whenever it changed.

    It reads the promises of the debtors concerned in a few queries, lets
    ``lib/promise.py`` decide, and writes only what changed.
    """

    _name = "cartera.promise.engine"
    _description = "Promise Engine"
    _inherit = ["cartera.promise.facts"]

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
        self.env["res.partner"].flush_model(
            ["cartera_debtor_id", "cartera_group_id", "commercial_partner_id"]
        )
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
                if item["is_owed"]
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
            update_rows(
                self.env, "cartera_promise", self._get_promise_columns(), changed
            )
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
            update_rows(
                self.env,
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
            update_rows(
                self.env,
                "cartera_promise_item",
                {"is_open": "bool"},
                dict.fromkeys(closed, (False,)),
            )
        if opened:
            self._open_items(opened)
        return bool(closed or opened)

    @api.model
    def _get_line_ids(self, row):
        return [item["line_id"] for item in row["items"] if item["is_owed"]]

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
        """Show on the cases their next promised payment: on those that hold the items
        now, which of a group collected as one is the case of its parent."""
        fresh, known = {}, {}
        for row in promises:
            known[row["holder_id"]] = tuple(row[f"holder_{n}"] for n in CASE_FIELDS)
            known[row["case_id"]] = tuple(row[name] for name in CASE_FIELDS)
            fresh.setdefault(row["case_id"], None)
            present = fresh.setdefault(row["holder_id"], None)
            next_one = self._get_next_payment(row, company)
            if next_one and (not present or next_one[0] < present[0]):
                fresh[row["holder_id"]] = next_one
        changed = {
            case_id: values or (None, 0, None)
            for case_id, values in fresh.items()
            if (values or (None, 0, None)) != known[case_id]
        }
        if changed:
            types = dict(zip(CASE_FIELDS, ("date", "numeric", "date"), strict=True))
            update_rows(self.env, "cartera_case", types, changed)
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
