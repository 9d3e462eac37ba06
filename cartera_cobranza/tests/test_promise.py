import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install", "cartera")
class TestPromise(PromiseCommon):
    """Taking promises, and what people do with them afterwards."""

    # -- taking -------------------------------------------------------------------

    def test_the_oldest_items_are_promised_up_to_the_amount(self):
        newer = self._invoice(500, "2026-05-01", due="2026-06-01")
        newest = self._invoice(100, "2026-05-01", due="2026-06-15")
        promise = self._promise(("2026-07-10", 1200))
        self.assertRecordValues(
            promise.item_ids,
            [
                {"line_id": self.line.id, "amount": 1000, "amount_open": 1000},
                {
                    "line_id": self._receivable_lines(newer).id,
                    "amount": 200,
                    "amount_open": 500,
                },
            ],
        )
        self.assertNotIn(newest, promise.item_ids.line_id.move_id)
        self.assertRecordValues(
            promise,
            [{"amount": 1200, "state": "open", "level": 1, "user_id": self.env.uid}],
        )
        self.assertEqual(promise.date_due.isoformat(), "2026-07-10")
        self.assertEqual(promise.date_next.isoformat(), "2026-07-10")

    def test_chosen_items_only(self):
        newer = self._receivable_lines(self._invoice(500, "2026-05-01"))
        promise = self._promise(("2026-07-10", 500), lines=newer)
        self.assertEqual(promise.item_ids.line_id, newer)

    def test_what_is_disputed_is_not_promised(self):
        self.env["cartera.dispute"].sudo().create(
            {
                "case_id": self.case.id,
                "reason_id": self.env["cartera.dispute.reason"].search([], limit=1).id,
                "currency_id": self.company.currency_id.id,
                "date_deadline": "2026-07-31",
                "item_ids": [
                    (
                        0,
                        0,
                        {"line_id": self.line.id, "amount": 300, "amount_open": 300},
                    )
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "more than can be promised"):
            self._promise(("2026-07-10", 701))
        self.assertEqual(self._promise(("2026-07-10", 700)).item_ids.amount, 700)

    def test_the_note_of_what_was_said(self):
        contact = self._create_debtor("Eva", parent_id=self.debtor.id, is_company=False)
        promise = self._promise(
            promised_by_id=contact.id, channel="call", note="Transfer on Friday"
        )
        self.assertRecordValues(
            promise,
            [
                {
                    "promised_by_id": contact.id,
                    "channel": "call",
                    "note": "Transfer on Friday",
                }
            ],
        )

    def test_a_promise_made_on_an_earlier_day(self):
        promise = self._promise(("2026-06-20", 1000), date_made="2026-06-15")
        self.assertPromise(promise, "broken")
        with self.assertRaisesRegex(UserError, "a day to come"):
            self._promise(date_made="2026-07-01")

    def test_what_cannot_be_promised(self):
        other = self._create_debtor("Ferretería La Tuerca")
        stranger = self._receivable_lines(
            self._invoice(50, "2026-05-01", partner=other)
        )
        paid = self._invoice(80, "2026-05-01")
        self._pay(paid, 80, "2026-06-01")
        blocked = self._invoice(70, "2026-05-01")
        blocked.action_toggle_block_payment()
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        foreign = self._receivable_lines(self._invoice(10, "2026-05-01", currency=euro))
        cases = [
            ("more than zero", [("2026-07-10", 0)], {}),
            ("more than zero", [("2026-07-10", -5)], {}),
            ("before the promise", [("2026-06-29", 10)], {}),
            ("more than can be promised", [("2026-07-10", 1000.01)], {}),
            ("more than can", [("2026-07-10", 600), ("2026-07-11", 401)], {}),
            ("not an open", [("2026-07-10", 50)], {"lines": stranger}),
            ("not an open", [("2026-07-10", 8)], {"lines": paid.line_ids[:1]}),
            (
                "not an open",
                [("2026-07-10", 7)],
                {"lines": self._receivable_lines(blocked)},
            ),
            (
                "per currency",
                [("2026-07-10", 7)],
                {"lines": foreign, "currency_id": self.company.currency_id.id},
            ),
        ]
        for message, installments, values in cases:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._promise(*installments, **values)

    def test_one_open_promise_per_item(self):
        self._promise(("2026-07-10", 400))
        with self.assertRaisesRegex(UserError, "promised already until"):
            self._promise(("2026-07-12", 600), lines=self.line)
        with self.assertRaisesRegex(UserError, "more than can be promised"):
            self._promise(("2026-07-12", 600))

    def test_the_database_refuses_a_second_open_promise_for_an_item(self):
        first = self._promise(("2026-07-10", 400))
        other = self._receivable_lines(self._invoice(500, "2026-05-01"))
        second = self._promise(("2026-07-12", 500), lines=other)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            second.sudo().item_ids.line_id = first.item_ids.line_id
            self.env.flush_all()

    # -- the window ---------------------------------------------------------------

    def _open_window(self, case=None):
        action = (case or self.case).action_promise()
        model = self.env[action["res_model"]].with_context(**action["context"])
        return Form(model)

    def test_the_window_proposes_all_that_is_overdue_in_one_payment(self):
        later = self._invoice(500, "2026-06-01", due="2026-07-31")
        with self._open_window() as window:
            self.assertEqual(window.amount, 1000)
            self.assertEqual(len(window.item_ids), 2)
            self.assertEqual(len(window.installment_ids), 1)
        take = window.record
        take.action_take()
        promise = self.case.promise_ids
        self.assertEqual(promise.item_ids.line_id, self.line)
        self.assertNotIn(later, promise.item_ids.line_id.move_id)
        self.assertRecordValues(
            promise.installment_ids, [{"amount": 1000, "state": "open"}]
        )
        self.assertEqual(promise.date_due.isoformat(), "2026-07-07")

    def test_the_window_splits_evenly(self):
        with self._open_window() as window:
            window.installment_count = 3
            window.amount = 100
            window.date_first = "2026-07-31"
            self.assertIn("15 days", window.limit_text)
            window.override_reason = "Good customer"
        parts = window.record.installment_ids
        self.assertEqual(parts.mapped("amount"), [33.34, 33.33, 33.33])
        self.assertEqual(
            [day.isoformat() for day in parts.mapped("date")],
            ["2026-07-31", "2026-08-31", "2026-09-30"],
        )
        window.record.action_take()
        self.assertEqual(self.case.promise_ids.override_reason, "Good customer")

    def test_leaving_items_out_lowers_the_amount(self):
        self._invoice(500, "2026-05-01", due="2026-06-01")
        with self._open_window() as window:
            self.assertEqual(window.amount, 1500)
            with window.item_ids.edit(0) as item:
                item.is_included = False
            self.assertEqual(window.amount, 500)
            self.assertEqual(window.installment_ids._records[0]["amount"], 500)

    def test_payments_by_hand_are_what_is_promised(self):
        with self._open_window() as window:
            window.installment_count = 2
            with window.installment_ids.edit(1) as part:
                part.amount = 300
        with self.assertRaisesRegex(UserError, "add up to"):
            window.record.action_take()
        with Form(window.record) as window, window.installment_ids.edit(0) as part:
            part.amount = 700
        window.record.action_take()
        promise = self.case.promise_ids
        self.assertEqual(promise.installment_ids.mapped("amount"), [700, 300])

    def test_nothing_chosen(self):
        with self._open_window() as window, window.item_ids.edit(0) as item:
            item.is_included = False
        with self.assertRaisesRegex(UserError, "Choose the items"):
            window.record.action_take()

    # -- afterwards ---------------------------------------------------------------

    def test_withdrawing_frees_the_items_and_keeps_the_reason(self):
        promise = self._promise()
        action = promise.action_withdraw()
        decision = Form(self.env[action["res_model"]].with_context(**action["context"]))
        decision.reason = "The debtor called it off"
        decision.save().action_confirm()
        self.assertEqual(
            (promise.state, promise.item_ids.is_open), ("withdrawn", False)
        )
        self.assertRecordValues(
            promise.change_ids[0],
            [
                {
                    "state_from": "open",
                    "state_to": "withdrawn",
                    "reason": "The debtor called it off",
                    "user_id": self.env.uid,
                }
            ],
        )
        again = self._promise()
        self.assertEqual(again.level, 2)
        with self.assertRaisesRegex(UserError, "Only a promise that is open"):
            promise._withdraw("Once more")

    def test_undoing_a_withdrawal(self):
        promise = self._promise()
        promise._withdraw("Mistaken")
        promise.action_undo_withdrawal()
        self.assertEqual((promise.state, promise.item_ids.is_open), ("open", True))
        self.assertFalse(promise.date_ended)
        promise._withdraw("Mistaken")
        self._promise()
        with self.assertRaisesRegex(UserError, "promised already"):
            promise.action_undo_withdrawal()

    def test_an_undone_withdrawal_is_judged_again(self):
        promise = self._promise()
        promise._withdraw("Mistaken")
        with self._on("2026-07-20"):
            promise.action_undo_withdrawal()
            self.assertPromise(promise, "broken")

    def test_a_promise_stays_as_it_was_made(self):
        promise = self._promise()
        user = self._create_user("jefa", "supervisor")
        for values in (
            {"state": "kept"},
            {"level": 1},
            {"amount_kept": 1000},
            {"override_reason": "x"},
            {"case_id": self.case.id},
            {"installment_ids": [(5, 0, 0)]},
            {"item_ids": [(1, promise.item_ids.id, {"amount": 1})]},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                promise.with_user(user).write(values)
        promise.with_user(user).note = "Insisted"
        self.assertEqual(promise.note, "Insisted")

    def test_the_calendar_names_what_is_to_be_paid_next(self):
        promise = self._promise(("2026-07-05", 400), ("2026-07-20", 350))
        self.assertEqual(promise.amount_next, 400)
        self.assertIn("400.00", promise.display_name)
        with self._on("2026-07-05"):
            self._pay(self.invoice, 400, "2026-07-05")
            self._read_case()
            promise.invalidate_recordset()
        self.assertEqual(promise.amount_next, 350)
        self.assertIn("350.00", promise.display_name)

    def test_lists_and_the_form(self):
        promise = self._promise()
        self.assertIn("Abarrotes", promise.display_name)
        with Form(promise) as form:
            form.note = "Called again"
        self.assertEqual(promise.note, "Called again")
        for name in ("due_week", "open"):
            with self.subTest(name):
                domain = {
                    "open": [("state", "=", "open")],
                    "due_week": [("date_next", "<=", "today +14d")],
                }[name]
                self.assertIn(promise, self.env["cartera.promise"].search(domain))

    # -- chatter ------------------------------------------------------------------

    def test_debtor_is_not_written_to_from_a_promise(self):
        promise = self._promise()
        self.debtor.email = "faro@example.com"
        suggested = promise._message_get_suggested_recipients()
        self.assertNotIn(self.debtor.id, [row.get("partner_id") for row in suggested])
        colleague = self._create_user("ana", "collector").partner_id
        message = promise.message_post(
            body="Look at this",
            partner_ids=(self.debtor | colleague).ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(message.notification_ids.res_partner_id, colleague)
