from odoo.tests import tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestEpisode(CarteraCommon):
    """An episode of arrears begins with the first overdue item and ends at cure."""

    def _run(self, day="2026-06-30"):
        with self._on(day):
            return self.env["cartera.run"].run(self.company)

    def _episode(self):
        case = self._case()
        return case.episode, case.episode_date and case.episode_date.isoformat()

    def test_it_begins_on_the_day_after_the_due_date(self):
        self._invoice(10, "2026-06-01", due="2026-06-30")
        self._run()
        self.assertEqual(self._episode(), (0, False))
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (1, "2026-07-01"))
        self._run("2026-07-20")
        self.assertEqual(self._episode(), (1, "2026-07-01"))

    def test_it_goes_on_while_something_is_overdue(self):
        first = self._invoice(10, "2026-05-01", due="2026-05-31")
        self._invoice(10, "2026-06-01", due="2026-06-15")
        self._run()
        self._pay(first, 10, "2026-06-30")
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (1, "2026-06-01"))

    def test_it_ends_at_cure_and_another_one_begins(self):
        first = self._invoice(10, "2026-05-01", due="2026-05-31")
        self._invoice(10, "2026-06-01", due="2026-07-05")
        self._run()
        self._pay(first, 10, "2026-06-30")
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (1, False))
        self._run("2026-07-06")
        self.assertEqual(self._episode(), (2, "2026-07-06"))

    def test_paid_in_the_morning_and_overdue_again_the_next_day(self):
        first = self._invoice(10, "2026-05-01", due="2026-05-31")
        self._invoice(10, "2026-06-01", due="2026-06-30")
        self._run()
        self._pay(first, 10, "2026-06-30")
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (2, "2026-07-01"))
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (2, "2026-07-01"), "counted once")
        self._run("2026-07-02")
        self.assertEqual(self._episode(), (2, "2026-07-01"))

    def test_paid_after_the_next_item_was_overdue(self):
        first = self._invoice(10, "2026-05-01", due="2026-05-31")
        self._invoice(10, "2026-06-01", due="2026-06-30")
        self._run()
        self._run("2026-07-01")
        self._pay(first, 10, "2026-07-01")
        self._run("2026-07-02")
        self.assertEqual(self._episode(), (1, "2026-06-01"))

    def test_what_is_undone_within_the_day_never_was(self):
        first = self._invoice(10, "2026-05-01", due="2026-05-31")
        self._run()
        self._pay(first, 10, "2026-06-30")
        self.assertFalse(self._case().date_oldest_due, "somebody looks at the case")
        first.line_ids.remove_move_reconcile()
        self._run("2026-07-01")
        self.assertEqual(self._episode(), (1, "2026-06-01"))

    def test_what_is_not_collectable_is_no_arrears(self):
        invoice = self._invoice(10, "2026-05-01", due="2026-05-31")
        invoice.line_ids.no_followup = True
        self._run()
        self.assertEqual(self._episode(), (0, False))

    # -- payments -----------------------------------------------------------------

    def _last_payment(self):
        day = self._case().date_last_payment
        return day and day.isoformat()

    def test_the_last_payment(self):
        invoice = self._invoice(100, "2026-05-01", due="2026-05-31")
        self._pay(invoice, 40, "2026-06-10")
        self._run()
        self.assertEqual(self._last_payment(), "2026-06-10")
        self._pay(invoice, 10, "2026-06-05")
        self._run("2026-07-01")
        self.assertEqual(self._last_payment(), "2026-06-10", "an older one came later")
        self._pay(invoice, 10, "2026-07-01")
        self._run("2026-07-02")
        self.assertEqual(self._last_payment(), "2026-07-01")

    def test_money_that_settles_nothing_is_no_payment_yet(self):
        self._invoice(100, "2026-05-01", due="2026-05-31")
        self._pay(self.env["account.move"], 40, "2026-06-10", match=False)
        self._run()
        self.assertFalse(self._last_payment())

    def test_of_a_contact_of_the_debtor(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.debtor.id, "type": "invoice"}
        )
        invoice = self._invoice(100, "2026-05-01", partner=branch)
        self._pay(invoice, 40, "2026-06-10", partner=branch)
        self._run()
        self.assertEqual(self._last_payment(), "2026-06-10")

    def test_a_run_of_a_past_day_knows_no_later_payment(self):
        invoice = self._invoice(100, "2026-05-01", due="2026-05-31")
        self._pay(invoice, 40, "2026-06-10")
        self.env["cartera.run"].run(self.company, date="2026-06-05")
        self.assertFalse(self._last_payment())
