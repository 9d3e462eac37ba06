from odoo import Command, fields
from odoo.tests import tagged

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install", "cartera")
class TestPromiseJudge(PromiseCommon):
    """What becomes of promises follows from the ledger."""

    def _later_pay(self, amount, day, moves=None, **values):
        """A payment registered on its own day."""
        with self._on(day):
            return self._pay(moves or self.invoice, amount, day, **values)

    # -- kept, in part, broken ----------------------------------------------------

    def test_a_promise_is_open_until_its_day_with_tolerance(self):
        promise = self._promise()
        self.assertPromise(promise, "open")
        self.assertPromise(promise, "open", day="2026-07-12")
        self.assertEqual(
            promise.date_paused_until.isoformat(), "2026-07-12", "two days of tolerance"
        )

    def test_kept_by_a_payment(self):
        promise = self._promise()
        self._pay(self.invoice, 1000, "2026-06-30")
        self.assertPromise(promise, "kept", 1000)
        self.assertFalse(promise.item_ids.is_open)
        self.assertEqual(promise.date_ended.isoformat(), "2026-06-30")
        self.assertFalse(promise.date_next)

    def test_broken_when_nothing_was_paid(self):
        promise = self._promise()
        self.assertPromise(promise, "broken", day="2026-07-13")
        self.assertEqual(promise.date_ended.isoformat(), "2026-07-13")
        self.assertFalse(promise.item_ids.is_open)
        self.assertEqual(promise.installment_ids.state, "broken")

    def test_partly_kept(self):
        promise = self._promise()
        self._later_pay(400, "2026-07-05")
        self.assertPromise(promise, "open", 400, day="2026-07-06")
        self.assertPromise(promise, "partial", 400, day="2026-07-13")

    def test_money_within_the_days_of_tolerance_counts_and_later_does_not(self):
        promise = self._promise()
        self._later_pay(600, "2026-07-12")
        self._later_pay(400, "2026-07-13")
        self.assertPromise(promise, "partial", 600, day="2026-07-20")

    def test_a_percent_may_be_missing(self):
        promise = self._promise()
        self._pay(self.invoice, 990, "2026-06-30")
        self.assertPromise(promise, "kept", 990)

    def test_what_is_missing_beyond_the_percent_does_not_keep_it(self):
        promise = self._promise()
        self._pay(self.invoice, 989.99, "2026-06-30")
        self.assertPromise(promise, "open", 989.99)
        self.assertPromise(promise, "partial", 989.99, day="2026-07-13")

    def test_the_tolerance_is_that_of_the_day_of_the_promise(self):
        promise = self._promise()
        self.promise_policy.write({"tolerance_days": 30, "tolerance_percent": 50})
        self._later_pay(600, "2026-07-13")
        self.assertPromise(promise, "broken", day="2026-07-14")

    # -- when it was paid, not when it was matched --------------------------------

    def test_kept_by_a_payment_that_is_matched_days_later(self):
        promise = self._promise()
        payment = self._later_pay(1000, "2026-07-11", match=False)
        with self._on("2026-07-25"):
            self._match(payment.move_id | self.invoice)
        self.assertPromise(promise, "kept", 1000, day="2026-07-25")
        self.assertEqual(promise.date_ended.isoformat(), "2026-07-11")

    def test_money_on_account_counts(self):
        promise = self._promise()
        self._pay(self.env["account.move"], 1000, "2026-06-30")
        self.assertPromise(promise, "kept", 1000)

    def test_money_matched_with_another_item_does_not_count(self):
        other = self._invoice(500, "2026-05-01")
        promise = self._promise(("2026-07-10", 1000), lines=self.line)
        self._pay(other, 500, "2026-06-30")
        self.assertPromise(promise, "open")

    def test_on_account_money_that_is_matched_elsewhere_reopens(self):
        other = self._invoice(1000, "2026-05-01")
        promise = self._promise(("2026-07-10", 1000), lines=self.line)
        payment = self._pay(self.env["account.move"], 1000, "2026-06-30")
        self.assertPromise(promise, "kept", 1000)
        self._match(payment.move_id | other)
        self.assertPromise(promise, "open")

    def test_a_payment_dated_before_the_promise_does_not_keep_it(self):
        payment = self._pay(self.env["account.move"], 400, "2026-06-20")
        promise = self._promise()
        self.assertPromise(promise, "open")
        self._match(payment.move_id | self.invoice)
        self.assertPromise(promise, "open")
        self._pay(self.invoice, 600, "2026-06-30")
        self.assertPromise(promise, "kept", 600)

    def test_a_payment_of_the_day_that_was_matched_before_does_not_keep_it(self):
        self._pay(self.invoice, 500, "2026-06-30")
        promise = self._promise(("2026-07-10", 500))
        self.assertPromise(promise, "open")
        self._pay(self.invoice, 500, "2026-06-30")
        self.assertPromise(promise, "kept", 500)

    def test_late_money_never_keeps_it(self):
        promise = self._promise()
        self._later_pay(1000, "2026-07-20")
        self.assertPromise(promise, "broken", day="2026-07-21")

    def test_a_payment_dated_in_the_future_waits_for_its_day(self):
        promise = self._promise()
        self._pay(self.invoice, 1000, "2026-07-09")
        self.assertPromise(promise, "open")
        self.assertPromise(promise, "kept", 1000, day="2026-07-09")

    # -- settled otherwise --------------------------------------------------------

    def _credit(self, amount):
        credit = self._invoice(amount, "2026-06-30", move_type="out_refund")
        self._match(self.invoice | credit)

    def test_a_credit_note_settles(self):
        promise = self._promise()
        self._credit(1000)
        self.assertPromise(promise, "settled")
        self.assertEqual(promise.date_ended.isoformat(), "2026-06-30")
        self._judge("2026-07-20")
        self.assertEqual(promise.date_ended.isoformat(), "2026-06-30")

    def test_what_a_credit_note_leaves_keeps_it(self):
        promise = self._promise()
        self._credit(400)
        self.assertPromise(promise, "open")
        self._pay(self.invoice, 600, "2026-06-30")
        self.assertPromise(promise, "kept", 600)

    def test_an_invoice_back_to_draft_settles(self):
        promise = self._promise()
        self.invoice.button_draft()
        self.assertPromise(promise, "settled")
        self.invoice.action_post()
        self.assertPromise(promise, "open")

    # -- money taken back ---------------------------------------------------------

    def test_a_bounced_payment_reopens(self):
        promise = self._promise()
        payment = self._pay(self.invoice, 1000, "2026-06-30")
        self.assertPromise(promise, "kept", 1000)
        payment.action_draft()
        self.assertPromise(promise, "open")
        self.assertTrue(promise.item_ids.is_open)
        self.assertFalse(promise.date_ended)

    def test_a_payment_that_bounces_late_breaks(self):
        promise = self._promise()
        payment = self._later_pay(1000, "2026-07-08")
        self.assertPromise(promise, "kept", 1000, day="2026-07-09")
        with self._on("2026-07-20"):
            payment.action_draft()
            payment.action_cancel()
            self.assertPromise(promise, "broken")

    def test_a_reversed_payment_reopens(self):
        promise = self._promise()
        payment = self._pay(self.invoice, 1000, "2026-06-30")
        self.assertPromise(promise, "kept", 1000)
        payment.move_id._reverse_moves(
            [{"date": "2026-06-30", "ref": "Bounced"}], cancel=True
        )
        self.assertPromise(promise, "open")

    def test_undoing_a_match_and_matching_again_changes_nothing(self):
        promise = self._promise()
        payment = self._later_pay(1000, "2026-07-05")
        self.line.remove_move_reconcile()
        self.assertPromise(promise, "kept", 1000, day="2026-07-20")
        with self._on("2026-07-20"):
            self._match(payment.move_id | self.invoice)
        self.assertPromise(promise, "kept", 1000, day="2026-07-20")

    def test_a_newer_promise_keeps_its_item_when_an_older_one_reopens(self):
        older = self._promise(("2026-07-10", 400))
        payment = self._pay(self.invoice, 400, "2026-06-30")
        self.assertPromise(older, "kept", 400)
        newer = self._promise(("2026-07-12", 600))
        payment.action_draft()
        self.assertPromise(older, "open")
        self.assertEqual(
            (older.item_ids.is_open, newer.item_ids.is_open), (False, True)
        )
        newer._withdraw("Mistaken")
        self._read_case()
        self.assertTrue(older.item_ids.is_open)

    # -- several ------------------------------------------------------------------

    def test_one_payment_serves_the_oldest_promise_first(self):
        other = self._invoice(500, "2026-05-02", due="2026-05-02")
        with self._on("2026-06-20"):
            older = self._promise(("2026-07-04", 1000), lines=self.line)
        newer = self._promise(("2026-07-03", 500), lines=self._receivable_lines(other))
        self._pay(self.env["account.move"], 1200, "2026-06-30")
        self.assertPromise(older, "kept", 1000)
        self.assertPromise(newer, "open", 200)
        self.assertPromise(newer, "partial", 200, day="2026-07-06")

    def test_instalments_in_their_order(self):
        promise = self._promise(
            ("2026-07-10", 300), ("2026-07-20", 300), ("2026-07-30", 400)
        )
        self._later_pay(350, "2026-07-09")
        self.assertPromise(promise, "open", 350, day="2026-07-13")
        self.assertRecordValues(
            promise.installment_ids,
            [
                {"state": "kept", "amount_kept": 300},
                {"state": "open", "amount_kept": 50},
                {"state": "open", "amount_kept": 0},
            ],
        )
        self.assertEqual(
            (promise.date_next.isoformat(), promise.date_paused_until.isoformat()),
            ("2026-07-20", "2026-07-22"),
        )
        self.assertPromise(promise, "partial", 350, day="2026-07-23")
        self.assertEqual(
            promise.installment_ids.mapped("state"), ["kept", "partial", "void"]
        )

    def test_all_instalments_kept(self):
        promise = self._promise(("2026-07-10", 500), ("2026-07-20", 500))
        self._later_pay(500, "2026-07-10")
        self._later_pay(500, "2026-07-20")
        self.assertPromise(promise, "kept", 1000, day="2026-07-20")
        self.assertEqual(promise.date_ended.isoformat(), "2026-07-20")

    def test_a_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        debtor = self._create_debtor("Importadora del Golfo")
        invoice = self._invoice(
            100, "2026-04-01", due="2026-05-01", partner=debtor, currency=currency
        )
        promise = self._promise(("2026-07-10", 60), case=self._case(debtor))
        self.assertEqual(promise.currency_id, currency)
        case = self._read_case(self._case(debtor))
        self.assertEqual(case.promise_amount, 120)
        self._pay(invoice, 200, "2026-06-30")
        self._read_case(case)
        self.assertEqual((promise.state, promise.amount_kept), ("kept", 60))

    def test_a_payment_in_another_currency_counts_by_what_it_settles(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        debtor = self._create_debtor("Importadora del Golfo")
        invoice = self._invoice(
            100, "2026-04-01", due="2026-05-01", partner=debtor, currency=currency
        )
        promise = self._promise(("2026-07-10", 100), case=self._case(debtor))
        payment = self._pay(self.env["account.move"], 200, "2026-06-30", partner=debtor)
        self._read_case(self._case(debtor))
        self.assertEqual(promise.state, "open", "not matched, in another currency")
        self._match(payment.move_id | invoice)
        self._read_case(self._case(debtor))
        self.assertEqual((promise.state, promise.amount_kept), ("kept", 100))

    # -- what people decided ------------------------------------------------------

    def test_a_withdrawn_promise_is_left_alone(self):
        promise = self._promise()
        promise._withdraw("The debtor called it off")
        self._pay(self.invoice, 1000, "2026-06-30")
        self.assertPromise(promise, "withdrawn")

    def test_another_company_judges_its_own_promises(self):
        promise = self._promise()
        other = self.setup_other_company(name="Otra S.A.")["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        self._invoice(300, "2026-05-01", company=other)
        case = self._case(company=other)
        theirs = self._promise(("2026-07-10", 300), case=case)
        self.assertEqual(theirs.company_id, other)
        self._pay(self.env["account.move"], 300, "2026-06-30")
        self.assertPromise(promise, "open", 300)
        self._read_case(case)
        self.assertEqual((theirs.state, theirs.amount_kept), ("open", 0))
        with self._on("2026-07-20"):
            self.env["cartera.promise.engine"]._judge(other, fields.Date.today())
        self.assertEqual((promise.state, theirs.state), ("open", "broken"))

    def test_a_group_that_is_collected_as_one_shares_its_money(self):
        promise = self._promise()
        head = self._create_debtor("Grupo El Faro")
        group = self.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": head.id,
                "member_ids": [Command.set(self.debtor.ids)],
            }
        )
        self._pay(self.env["account.move"], 1000, "2026-06-30", partner=head)
        self.assertPromise(promise, "open")
        group.is_one_case = True
        self.assertPromise(promise, "kept", 1000)
        group.is_one_case = False
        self.assertPromise(promise, "open")

    # -- when it is judged --------------------------------------------------------

    def test_the_night_judges_and_keeps_the_history(self):
        promise = self._promise()
        with self._on("2026-07-13"):
            run = self.env["cartera.run"].run(self.company)
        phase = run.phase_ids.filtered(lambda p: p.phase == "promises")
        self.assertEqual((phase.state, phase.record_count), ("done", 1))
        self.assertRecordValues(
            promise.change_ids,
            [
                {"state_from": "open", "state_to": "broken", "user_id": False},
                {
                    "state_from": False,
                    "state_to": "open",
                    "user_id": self.env.uid,
                },
            ],
        )
        self.assertEqual(self._judge("2026-07-13"), 0, "nothing changes twice")

    def test_a_run_of_a_past_day_reads_the_ledger_of_that_day(self):
        promise = self._promise()
        self._later_pay(1000, "2026-07-05")
        with self._on("2026-07-20"):
            self._judge("2026-07-04")
            self.assertEqual(promise.state, "open")
            self._judge("2026-07-05")
            self.assertEqual(promise.state, "kept")

    def test_promises_that_ended_long_ago_are_left_by_the_night(self):
        promise = self._promise()
        self.assertPromise(promise, "broken", day="2026-07-13")
        # Not through the ledger, so that nobody is told.
        self.env.cr.execute(
            "UPDATE cartera_promise SET amount_kept = 7 WHERE id = %s", [promise.id]
        )
        self.env.invalidate_all()
        self.assertPromise(promise, "broken", 7, day="2027-06-30")
        self.assertPromise(promise, "broken", 0, day="2026-08-30")

    def test_a_late_change_of_an_old_payment_is_judged_at_once(self):
        promise = self._promise()
        payment = self._later_pay(1000, "2026-07-05")
        self.assertPromise(promise, "kept", 1000, day="2026-07-06")
        with self._on("2027-06-30"):
            payment.action_draft()
            self.assertPromise(promise, "broken")

    def test_a_debtor_without_promises_costs_one_query(self):
        other = self._create_debtor("Sin Promesas")
        self._invoice(10, "2026-05-01", partner=other)
        self.env.flush_all()
        engine = self.env["cartera.promise.engine"]
        engine._judge(self.company, self.line.date_maturity, [other.id])
        with self.assertQueryCount(1):
            engine._judge(self.company, self.line.date_maturity, [other.id])

    def test_the_queries_do_not_grow_with_the_promises(self):
        for number in range(5):
            debtor = self._create_debtor(f"Deudor {number}")
            self._invoice(10, "2026-05-01", partner=debtor)
            self._promise(("2026-07-10", 10), case=self._case(debtor))
        self._judge()
        self.env.flush_all()
        engine = self.env["cartera.promise.engine"]
        with self._on("2026-07-13"), self.assertQueryCount(12):
            engine._judge(
                self.company, self.line.date_maturity.replace(month=7, day=13)
            )

    def test_the_case_shows_its_next_payment(self):
        promise = self._promise(("2026-07-10", 300), ("2026-07-20", 300))
        case = self._read_case()
        self.assertRecordValues(
            case,
            [
                {
                    "promise_date": promise.date_next,
                    "promise_amount": 300,
                    "promise_made_on": promise.date_made,
                }
            ],
        )
        self._pay(self.invoice, 400, "2026-06-30")
        case = self._read_case()
        self.assertEqual(case.promise_amount, 200)
        self.assertEqual(case.promise_date.isoformat(), "2026-07-20")
        promise._withdraw("Mistaken")
        case = self._read_case()
        self.assertEqual((case.promise_date, case.promise_amount), (False, 0))

    def test_a_line_that_disappears_settles_the_rest(self):
        promise = self._promise()
        self.invoice.button_draft()
        self.invoice.with_context(force_delete=True).unlink()
        self.assertPromise(promise, "settled")
