from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .message_common import MessageCommon


@tagged("post_install", "-at_install", "cartera")
class TestItemStatus(MessageCommon):
    """What promises, disputes, pauses and Odoo's own marks leave to be asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is tested is what the rows mean, not who writes them.
        for engine, method in [("promise", "_judge"), ("dispute", "_settle")]:
            model = cls.registry[f"cartera.{engine}.engine"]
            cls.startClassPatcher(patch.object(model, method, lambda *args, **kw: 0))
        cls.invoice = cls._overdue(1000)
        cls.line = cls._receivable_lines(cls.invoice)
        cls.case = cls._case()

    # -- builders: the rows as their engines leave them ---------------------------

    @classmethod
    def _promise(cls, line=None, until="2026-07-10", **values):
        line = line or cls.line
        promise = (
            cls.env["cartera.promise"]
            .sudo()
            .create(
                {
                    "case_id": cls.case.id,
                    "currency_id": line.currency_id.id,
                    "date_made": "2026-06-20",
                    "installment_ids": [
                        Command.create({"date": "2026-07-08", "amount": 500})
                    ],
                    "item_ids": [
                        Command.create(
                            {"line_id": line.id, "amount": 500, "amount_open": 1000}
                        )
                    ],
                }
            )
        )
        values = {"state": "open", "date_paused_until": until, **values}
        promise.write(values)
        promise.item_ids.is_open = values["state"] == "open"
        cls._touched()
        return promise

    @classmethod
    def _dispute(cls, amount, line=None, **values):
        line = line or cls.line
        dispute = (
            cls.env["cartera.dispute"]
            .sudo()
            .create(
                {
                    "case_id": cls.case.id,
                    "reason_id": cls._reason().id,
                    "currency_id": line.currency_id.id,
                    "date_open": "2026-06-20",
                    "date_deadline": "2026-07-20",
                    "item_ids": [
                        Command.create({"line_id": line.id, "amount": amount})
                    ],
                }
            )
        )
        dispute.write(values)
        is_open = dispute.state != "closed"
        dispute.item_ids.write({"amount_open": is_open * amount, "is_open": is_open})
        cls._touched()
        return dispute

    @classmethod
    def _reason(cls):
        reasons = cls.env["cartera.dispute.reason"].sudo()
        return reasons.search([], limit=1) or reasons.create(
            {"name": "Price", "code": "price"}
        )

    @classmethod
    def _pause(cls, lines, review="2026-07-10", **values):
        pause = cls.case.sudo()._pause(
            {
                "line_ids": lines.ids,
                "reason": "Being looked into",
                "date_from": "2026-06-20",
                "date_review": review,
            }
        )
        pause.write(values)
        cls._touched()
        return pause

    @classmethod
    def _touched(cls):
        cls.env["cartera.case.queue"]._mark_partners(cls.debtor)

    def _item(self, as_of=None, line=None):
        self.env["cartera.open.item"].invalidate_model()
        return self._items(as_of).search([("id", "=", (line or self.line).id)])

    def _statuses(self, *days):
        return [self._item(day).status for day in days]

    # -- each status --------------------------------------------------------------

    def test_an_item_that_nothing_holds_is_collectable(self):
        self.assertRecordValues(
            self._item(),
            [
                {
                    "status": "collectable",
                    "collectable": True,
                    "is_promised": False,
                    "is_paused": False,
                    "date_status_until": False,
                    "amount_disputed": 0.0,
                    "amount_collectable": 1000.0,
                    "amount_askable": 1000.0,
                }
            ],
        )

    def test_a_promised_item_is_left_alone_until_the_promise_pauses_no_more(self):
        self._promise(until="2026-07-10")
        self.assertRecordValues(
            self._item(),
            [
                {
                    "status": "promised",
                    "collectable": False,
                    "is_promised": True,
                    "amount_residual": 1000.0,
                    "amount_overdue": 1000.0,
                    "amount_collectable": 0.0,
                    "amount_askable": 0.0,
                }
            ],
        )
        self.assertEqual(str(self._item().date_status_until), "2026-07-10")
        with self._on("2026-07-10"):
            self.assertEqual(self._item().status, "promised")
        with self._on("2026-07-11"):
            self.assertEqual(self._item().status, "collectable")

    def test_a_promise_that_waits_for_a_supervisor_holds_nothing(self):
        self._promise(state="proposed")
        self.assertEqual(self._item().status, "collectable")

    def test_only_the_contested_part_leaves_the_dunning(self):
        self._dispute(300)
        self.assertRecordValues(
            self._item(),
            [
                {
                    "status": "disputed",
                    "collectable": True,
                    "amount_disputed": 300.0,
                    "amount_disputed_currency": 300.0,
                    "amount_collectable": 700.0,
                    "amount_askable": 700.0,
                }
            ],
        )

    def test_what_is_contested_as_a_whole_is_not_collectable(self):
        self._dispute(1000)
        self.assertRecordValues(
            self._item(),
            [
                {
                    "status": "disputed",
                    "collectable": False,
                    "amount_disputed": 1000.0,
                    "amount_collectable": 0.0,
                }
            ],
        )

    def test_several_disputes_of_an_item_add_up(self):
        self._dispute(300)
        self._dispute(200)
        self.assertEqual(self._item().amount_disputed, 500.0)

    def test_never_more_is_disputed_than_what_is_open(self):
        self._dispute(900)
        self._pay(self.invoice, 400, "2026-06-25")
        item = self._item()
        self.assertEqual((item.amount_residual, item.amount_disputed), (600.0, 600.0))
        self.assertFalse(item.collectable)

    def test_a_foreign_part_is_disputed_at_book_value(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.07)])
        invoice = self._invoice(100, "2026-05-01", due="2026-05-31", currency=euro)
        line = self._receivable_lines(invoice)
        self.assertEqual(line.amount_residual, 1428.57)
        self._dispute(33, line)
        self.assertRecordValues(
            self._item(line=line),
            [
                {
                    "amount_disputed": 471.43,
                    "amount_disputed_currency": 33.0,
                    "amount_collectable": 957.14,
                }
            ],
        )

    def test_a_part_that_is_not_due_is_not_asked_for_when_it_is(self):
        invoice = self._invoice(100, "2026-06-01", due="2026-07-31")
        line = self._receivable_lines(invoice)
        self._dispute(40, line)
        self.assertRecordValues(
            self._item(line=line),
            [{"amount_disputed": 40.0, "amount_collectable": 0, "amount_askable": 60}],
        )

    def test_a_paused_item_comes_back_when_its_review_is_over(self):
        self._pause(self.line, review="2026-07-10")
        item = self._item()
        self.assertEqual((item.status, item.is_paused), ("paused", True))
        self.assertEqual(str(item.date_status_until), "2026-07-10")
        with self._on("2026-07-10"):
            self.assertEqual(self._item().status, "paused")
        with self._on("2026-07-11"):
            self.assertEqual(self._item().status, "collectable")

    def test_a_pause_of_some_items_leaves_the_others(self):
        other = self._receivable_lines(self._overdue(50))
        self._pause(other)
        self.assertEqual(self._item().status, "collectable")
        self.assertEqual(self._item(line=other).status, "paused")

    def test_a_pause_of_the_whole_debtor_is_no_mark_of_its_items(self):
        self._pause(self.line.browse())
        item = self._item()
        self.assertEqual((item.status, item.is_paused), ("collectable", False))
        self.assertEqual(self._case().amount_collectable, 1000.0)

    def test_what_odoo_holds_is_shown_as_what_it_is(self):
        blocked = self._overdue(10)
        blocked.action_toggle_block_payment()
        excluded = self._overdue(20)
        excluded.no_followup = True
        self._invoice(30, "2026-06-01", move_type="out_refund")
        for move in blocked, excluded:
            self._promise(self._receivable_lines(move))
        found = {item.amount_residual: item.status for item in self._find_items()}
        self.assertEqual(
            found,
            {
                1000.0: "collectable",
                10.0: "blocked",
                20.0: "no_followup",
                -30.0: "credit",
            },
        )
        item = self._item(line=self._receivable_lines(blocked))
        self.assertFalse(item.date_status_until)

    def test_what_is_not_from_trade_is_shown_as_such(self):
        account = self.receivable.copy({"non_trade": True})
        entry = self._entry(
            "2026-05-02",
            [
                (account, self.debtor, 25),
                (self.company_data["default_account_revenue"], None, -25),
            ],
        )
        line = self._receivable_lines(entry)
        self.assertEqual(self._item(line=line).status, "non_trade")

    # -- as of a past day ---------------------------------------------------------

    def test_a_promise_of_the_past_holds_between_its_days(self):
        self._promise(state="kept", date_ended="2026-06-25")
        self.assertEqual(
            self._statuses(
                "2026-06-19", "2026-06-20", "2026-06-24", "2026-06-25", None
            ),
            ["collectable", "promised", "promised", "collectable", "collectable"],
        )
        item = self._item("2026-06-21")
        self.assertEqual(str(item.date_status_until), "2026-07-08")

    def test_an_open_promise_holds_since_it_was_made(self):
        self._promise()
        self.assertEqual(
            self._statuses("2026-06-19", "2026-06-20", "2026-06-30"),
            ["collectable", "promised", "promised"],
        )

    def test_a_refused_promise_never_held_anything(self):
        self._promise(state="refused", date_ended="2026-06-25")
        self.assertEqual(self._statuses("2026-06-21"), ["collectable"])

    def test_a_dispute_of_the_past_contests_between_its_days(self):
        self._dispute(300, state="closed", date_closed="2026-06-25")
        disputed = [
            self._item(day).amount_disputed
            for day in ("2026-06-19", "2026-06-20", "2026-06-24", "2026-06-25", None)
        ]
        self.assertEqual(disputed, [0, 300, 300, 0, 0])

    def test_what_was_credited_since_was_disputed_then(self):
        dispute = self._dispute(300)
        credit = self._invoice(100, "2026-06-25", move_type="out_refund")
        self._match(self.invoice | credit)
        dispute.item_ids.amount_open = 200
        found = [
            (item.amount_residual, item.amount_disputed)
            for item in map(self._item, ("2026-06-24", "2026-06-25", "2026-06-30"))
        ]
        self.assertEqual(found, [(1000, 300), (900, 200), (900, 200)])

    def test_a_pause_of_the_past_holds_between_its_days(self):
        self._pause(self.line, state="ended", date_ended="2026-06-25")
        self.assertEqual(
            self._statuses(
                "2026-06-19", "2026-06-20", "2026-06-24", "2026-06-25", None
            ),
            ["collectable", "paused", "paused", "collectable", "collectable"],
        )

    def test_sums_of_a_past_day_know_the_status(self):
        self._dispute(300)
        self._overdue(50)
        groups = self._items("2026-06-30")._read_group(
            [("debtor_id", "=", self.debtor.id)],
            ["status"],
            ["amount_residual:sum", "amount_disputed:sum"],
        )
        self.assertEqual(
            sorted(groups), [("collectable", 50.0, 0.0), ("disputed", 1000.0, 300.0)]
        )

    # -- what others make of it ---------------------------------------------------

    def test_the_case_tells_what_is_disputed_promised_and_paused(self):
        promised = self._receivable_lines(self._overdue(40))
        paused = self._receivable_lines(self._overdue(50))
        future = self._receivable_lines(
            self._invoice(60, "2026-06-01", due="2026-07-31")
        )
        self._dispute(300)
        self._promise(promised)
        self._pause(paused)
        self._dispute(60, future)
        self.assertRecordValues(
            self._case(),
            [
                {
                    "amount_total": 1150.0,
                    "amount_overdue": 1090.0,
                    "amount_disputed": 300.0,
                    "amount_promised": 40.0,
                    "amount_paused": 50.0,
                    "amount_collectable": 700.0,
                }
            ],
        )
        self.assertLedgerEven()

    def test_the_oldest_item_of_a_case_is_one_that_may_be_collected(self):
        self._invoice(10, "2026-06-01", due="2026-06-20")
        self._promise()
        case = self._case()
        self.assertEqual(str(case.date_oldest_due), "2026-06-20")
        self.assertEqual(case.bucket_id.name, "1-30")

    def test_the_aging_stays_what_the_ledger_says(self):
        strip = self._case().aging_strip
        self._promise()
        self._dispute(300)
        self.assertEqual(self._case().aging_strip, strip)
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-25")

    def test_an_aging_does_not_pay_for_what_it_does_not_read(self):
        def plan(columns):
            query = SQL(
                "EXPLAIN SELECT %s FROM %s item", columns, self._items()._table_sql
            )
            return "\n".join(row[0] for row in self.env.execute_query(query))

        for table in ("promise", "dispute", "pause", "case", "aging"):
            self.assertNotIn(f" on cartera_{table}", plan(SQL("SUM(amount_residual)")))
        self.assertIn(" on cartera_promise_item", plan(SQL("SUM(amount_collectable)")))

    def test_the_aging_shows_a_column_of_disputes_where_there_are_any(self):
        items = self._items(allowed_company_ids=self.company.ids)
        self.assertNotIn("pivot_measures", items.action_open_aging()["context"])
        self._dispute(300)
        self.assertEqual(
            items.action_open_aging()["context"]["pivot_measures"],
            ["amount_residual", "amount_disputed"],
        )
        wizard = self.env["cartera.aging.as.of"].create({"date": "2026-06-19"})
        self.assertNotIn("pivot_measures", wizard.action_open()["context"])

    # -- messages -----------------------------------------------------------------

    def _load(self):
        message = self._plan_message(case=self.case)
        self.env["cartera.message.renderer"]._load_items(message)
        return message

    def test_a_message_asks_for_what_is_not_contested(self):
        self._dispute(300)
        message = self._load()
        [total] = message._get_totals()
        self.assertEqual(
            (total.overdue, total.disputed, total.asked), (1000.0, 300.0, 700.0)
        )
        self.assertEqual(message.amount, 700.0)
        self.env["cartera.message.renderer"]._render(message)
        self.assertIn("Contested, not asked for", message.body)
        self.assertIn(
            "<span>Contested by you:</span> $ 300.00 USD",
            message.body.replace("\xa0", " "),
        )

    def test_a_message_leaves_out_what_is_promised_or_paused(self):
        promised = self._receivable_lines(self._overdue(40))
        paused = self._receivable_lines(self._overdue(50))
        self._promise(promised)
        self._pause(paused)
        message = self._load()
        self.assertEqual([row["amount"] for row in message.items], [1000.0])
        self.assertEqual(message.amount, 1000.0)

    def test_a_message_totals_each_currency_without_its_contested_part(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.05)])
        invoice = self._overdue(100, currency=euro)
        self._dispute(30, self._receivable_lines(invoice))
        message = self._load()
        totals = {one.currency: one.asked for one in message._get_totals()}
        self.assertEqual(totals, {self.company.currency_id.id: 1000.0, euro.id: 70.0})
        self.assertEqual(message.amount, 1000 + 2000 - 600)

    def test_who_contests_everything_is_asked_for_nothing(self):
        self._dispute(1000)
        message = self._load()
        self.assertFalse(message.items)
        self.assertEqual(message.amount, 0.0)
