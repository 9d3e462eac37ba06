from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestOpenItem(CarteraCommon):
    def test_an_invoice_is_aged_from_its_due_date(self):
        invoice = self._invoice(1000, "2026-05-01", due="2026-05-31")
        item = self._find_items()
        self.assertRecordValues(
            item,
            [
                {
                    "move_id": invoice.id,
                    "move_line_id": self._receivable_lines(invoice).id,
                    "document": invoice.name,
                    "kind": "invoice",
                    "debtor_id": self.debtor.id,
                    "days_overdue": 30,
                    "due_side": "overdue",
                    "direction": "debit",
                    "amount_original": 1000.0,
                    "amount_residual": 1000.0,
                    "amount_overdue": 1000.0,
                    "amount_not_due": 0.0,
                    "collectable": True,
                }
            ],
        )
        self.assertEqual(item.bucket_id.name, "1-30")

    def test_every_bucket_begins_and_ends_where_its_name_says(self):
        # due date -> bucket on 30 June 2026
        expected = {
            "2026-09-30": "Not due",
            "2026-06-30": "Not due",
            "2026-06-29": "1-30",
            "2026-05-31": "1-30",
            "2026-05-30": "31-60",
            "2026-05-01": "31-60",
            "2026-04-30": "61-90",
            "2026-04-01": "61-90",
            "2026-03-31": "91-120",
            "2026-03-02": "91-120",
            "2026-03-01": "121-180",
            "2026-01-01": "121-180",
            "2025-12-31": "181-360",
            "2025-07-05": "181-360",
            "2025-07-04": "+360",
            "2023-01-01": "+360",
        }
        for due in expected:
            self._invoice(10, min(due, "2026-06-01"), due=due)
        found = {
            item.date_due.isoformat(): item.bucket_id.name
            for item in self._find_items()
        }
        self.assertEqual(found, expected)

    def test_what_is_due_today_is_not_overdue(self):
        self._invoice(10, "2026-06-01", due="2026-06-30")
        item = self._find_items()
        self.assertEqual((item.days_overdue, item.due_side), (0, "not_due"))

    def test_each_instalment_has_its_own_age(self):
        self._invoice(
            900,
            "2026-04-01",
            due=[("2026-05-01", 30), ("2026-06-01", 30), ("2026-07-01", 40)],
        )
        self.assertEqual(
            [
                (item.days_overdue, item.bucket_id.name, item.amount_residual)
                for item in self._find_items()
            ],
            [(60, "31-60", 270.0), (29, "1-30", 270.0), (-1, "Not due", 360.0)],
        )

    def test_a_partial_payment_leaves_the_rest(self):
        invoice = self._invoice(1000, "2026-05-01", due="2026-05-31")
        self._pay(invoice, 400, "2026-06-10")
        self.assertEqual(self._find_items().mapped("amount_residual"), [600.0])

    def test_a_paid_invoice_is_gone(self):
        invoice = self._invoice(1000, "2026-05-01")
        self._pay(invoice, 1000, "2026-06-10")
        self.assertFalse(self._find_items())
        self.assertLedgerEven()

    def test_credits_are_shown_as_such(self):
        self._invoice(1000, "2026-05-01")
        self._invoice(150, "2026-06-01", move_type="out_refund")
        self._pay(self.env["account.move"], 200, "2026-06-15")
        rows = [
            (item.kind, item.direction, item.amount_residual, item.amount_credit)
            for item in self._find_items().sorted("amount_residual")
        ]
        self.assertEqual(
            rows,
            [
                ("payment", "credit", -200.0, -200.0),
                ("credit_note", "credit", -150.0, -150.0),
                ("invoice", "debit", 1000.0, 0.0),
            ],
        )
        self.assertFalse(
            self._find_items()
            .filtered("collectable")
            .filtered(lambda item: item.direction == "credit")
        )

    def test_a_foreign_invoice_shows_both_currencies(self):
        usd = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.05)])
        self._invoice(100, "2026-05-01", currency=usd)
        item = self._find_items()
        self.assertEqual(item.currency_id, usd)
        self.assertEqual(item.amount_residual_currency, 100.0)
        self.assertEqual(item.amount_residual, 2000.0)
        self.assertTrue(item.is_foreign)

    def test_contacts_owe_through_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Sucursal Norte", "parent_id": self.debtor.id}
        )
        self._invoice(10, "2026-05-01", partner=contact)
        self._entry(
            "2026-05-02",
            [
                (self.receivable, contact, 25),
                (self.company_data["default_account_revenue"], None, -25),
            ],
        )
        self.assertEqual(sum(self._find_items().mapped("amount_residual")), 35.0)

    def test_blocked_and_excluded_items_are_not_collectable(self):
        blocked = self._invoice(10, "2026-05-01")
        blocked.action_toggle_block_payment()
        excluded = self._invoice(20, "2026-05-01")
        excluded.no_followup = True
        free = self._invoice(30, "2026-05-01")
        items = self._find_items()
        self.assertEqual(items.filtered("blocked").move_id, blocked)
        self.assertEqual(items.filtered("no_followup").move_id, excluded)
        self.assertEqual(items.filtered("collectable").move_id, free)
        self.assertEqual(sum(items.mapped("amount_overdue")), 60.0)

    def test_opening_balances_are_let_into_collection(self):
        """Odoo keeps the items of miscellaneous journals out of follow-up."""
        self._entry(
            "2026-01-01",
            [
                (self.receivable, self.debtor, 5000),
                (self.company_data["default_account_revenue"], None, -5000),
            ],
        )
        item = self._find_items()
        self.assertTrue(item.no_followup)
        self.assertEqual(self._case().amount_collectable, 0)
        item.action_include()
        self.assertTrue(item.collectable)
        self.assertEqual(self._case().amount_collectable, 5000)
        item.action_exclude()
        self.assertFalse(item.collectable)
        self.assertEqual(self._case().amount_collectable, 0)

    def test_only_who_may_write_entries_lets_items_in(self):
        self._invoice(10, "2026-05-01")
        item = self._find_items().with_user(self._create_user("gestora", "collector"))
        with self.assertRaises(AccessError):
            item.action_exclude()

    def test_non_trade_receivables_are_not_collectable(self):
        account = self.receivable.copy({"non_trade": True})
        self._entry(
            "2026-05-02",
            [
                (account, self.debtor, 25),
                (self.company_data["default_account_revenue"], None, -25),
            ],
        )
        self._receivable_lines(self._find_items().move_id).no_followup = False
        self.env.invalidate_all()
        self.assertFalse(self._find_items().collectable)

    def test_drafts_and_cancelled_invoices_are_not_there(self):
        draft = self._invoice(10, "2026-05-01", post=False)
        cancelled = self._invoice(20, "2026-05-01")
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertEqual((draft.state, cancelled.state), ("draft", "cancel"))
        self.assertFalse(self._find_items())

    def test_salesperson_and_collector(self):
        seller = self._create_user("seller", "collector")
        collector = self._create_user("collector", "collector")
        self._invoice(10, "2026-05-01", invoice_user_id=seller.id)
        self._case().user_id = collector
        item = self._find_items()
        self.assertEqual(item.salesperson_id, seller)
        self.assertEqual(item.collector_id, collector)
        self.assertEqual(item.case_id, self._case())

    def test_items_are_grouped_by_the_database(self):
        self._invoice(10, "2026-05-31")
        self._invoice(20, "2026-05-30")
        self._invoice(30, "2026-05-30", due="2026-07-30")
        groups = self._items()._read_group(
            [("debtor_id", "=", self.debtor.id)],
            ["bucket_id"],
            ["__count", "amount_residual:sum"],
        )
        self.assertEqual(
            [(bucket.name, count, amount) for bucket, count, amount in groups],
            [("Not due", 1, 30.0), ("1-30", 1, 10.0), ("31-60", 1, 20.0)],
        )

    def test_the_aging_has_a_row_per_debtor_while_they_can_be_read(self):
        self._invoice(10, "2026-05-31")
        self._invoice(10, "2026-05-31", partner=self._create_debtor("La Tuerca"))
        items = self._items(allowed_company_ids=self.company.ids)
        rows = items.action_open_aging()["context"]["pivot_row_groupby"]
        self.assertEqual(rows, ["debtor_id"])
        actions = "odoo.addons.cartera_cobranza.models.cartera_open_item_actions"
        with patch(f"{actions}.PIVOT_DEBTORS", 1):
            rows = items.action_open_aging()["context"]["pivot_row_groupby"]
        self.assertEqual(rows, ["stage_id"])

    def test_an_item_opens_its_invoice(self):
        invoice = self._invoice(10, "2026-05-31")
        action = self._find_items().action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", invoice.id)
        )

    def test_a_payment_matched_while_still_a_draft_settles_nothing(self):
        """Odoo takes the draft off the residual of the invoice; the books do not."""
        invoice = self._invoice(1000, "2026-05-01")
        payment = self._pay(invoice, 1000, "2026-06-10")
        payment.move_id.button_draft()
        if invoice.amount_residual:
            self._match(payment.move_id | invoice)
        self.assertEqual(payment.move_id.state, "draft")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._find_items().amount_residual, 1000.0)
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-20")
        payment.move_id.action_post()
        self.assertFalse(self._find_items())
        self.assertLedgerEven()

    def test_an_unreadable_day_is_refused_with_advice(self):
        with self.assertRaisesRegex(UserError, "yesterday is not a date"):
            self._items("yesterday").search([])

    def test_a_company_without_policy_still_shows_its_items(self):
        self._invoice(10, "2026-05-31")
        self.company.cartera_aging_policy_id = False
        item = self._find_items()
        self.assertEqual((item.amount_residual, item.bucket_id.id), (10.0, False))

    def test_two_queries_for_any_number_of_items(self):
        for day in range(1, 10):
            self._invoice(day, f"2026-05-0{day}")
        domain = [("company_id", "=", self.company.id)]
        names = ["amount_residual", "bucket_id", "debtor_id", "days_overdue"]
        items = self._items(tz="UTC")
        items.search_fetch(domain, names)
        self.env.invalidate_all()
        self.env.cr.precommit.clear()
        # One more than two: whether there is anything in the queue.
        with self.assertQueryCount(3):
            found = items.search_fetch(domain, names)
            self.assertEqual(sum(found.mapped("amount_residual")), 45.0)

    def test_invoices_of_other_companies_stay_apart(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        self._invoice(10, "2026-05-01")
        self._invoice(99, "2026-05-01", company=other)
        self.assertEqual(self._find_items().amount_residual, 10.0)
        self.assertEqual(self._find_items(company=other).amount_residual, 99.0)
