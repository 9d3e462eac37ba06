from datetime import date, timedelta

from odoo.tests import tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestAsOf(CarteraCommon):
    """The past as it was: what a copy of the database would have shown that day."""

    def test_an_invoice_paid_since_is_open_before(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        self._pay(invoice, 400, "2026-04-15")
        self._pay(invoice, 600, "2026-05-20")
        amounts = {
            day: self._find_items(as_of=day).mapped("amount_residual")
            for day in ("2026-02-28", "2026-03-01", "2026-04-14", "2026-04-15")
        }
        self.assertEqual(
            amounts,
            {
                "2026-02-28": [],
                "2026-03-01": [1000.0],
                "2026-04-14": [1000.0],
                "2026-04-15": [600.0],
            },
        )
        self.assertEqual(self._find_items(as_of="2026-05-19").amount_residual, 600.0)
        self.assertFalse(self._find_items(as_of="2026-05-20"))
        self.assertFalse(self._find_items())

    def test_age_and_bucket_are_those_of_the_day(self):
        self._invoice(1000, "2026-03-01", due="2026-03-31")
        seen = [
            (item.days_overdue, item.bucket_id.name, item.due_side)
            for item in (
                self._find_items(as_of=day)
                for day in ("2026-03-15", "2026-04-30", "2026-05-01")
            )
        ]
        self.assertEqual(
            seen,
            [
                (-16, "Not due", "not_due"),
                (30, "1-30", "overdue"),
                (31, "31-60", "overdue"),
            ],
        )

    def test_two_days_do_not_mix_in_the_cache(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        self._pay(invoice, 400, "2026-04-15")
        now = self._find_items()
        before = self._find_items(as_of="2026-04-14")
        self.assertEqual(now, before)
        self.assertEqual(
            (now.amount_residual, before.amount_residual, now.amount_residual),
            (600.0, 1000.0, 600.0),
        )
        self.assertEqual((now.days_overdue, before.days_overdue), (91, 14))

    def test_a_later_payment_does_not_exist_yet(self):
        self._pay(self.env["account.move"], 500, "2026-05-20")
        self.assertFalse(self._find_items(as_of="2026-05-19"))
        self.assertEqual(self._find_items(as_of="2026-05-20").amount_residual, -500.0)

    def test_a_payment_matched_later_is_netted_from_its_own_day(self):
        """Both entries were in the books on the day of the later one."""
        invoice = self._invoice(1000, "2026-03-01")
        payment = self._pay(self.env["account.move"], 1000, "2026-04-01")
        with self._on("2026-06-01"):
            self._match(payment.move_id | invoice)
        self.assertFalse(self._find_items(as_of="2026-04-01"))
        self.assertLedgerEven("2026-04-01")

    def test_entries_dated_later_are_left_out(self):
        self._invoice(10, "2026-07-15")
        self.assertEqual(self._find_items().amount_residual, 10.0)
        self.assertFalse(self._find_items(as_of="2026-06-30"))
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")

    def test_the_exchange_difference_of_a_later_payment_is_not_there(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.05), ("2026-05-01", 0.04)]
        )
        invoice = self._invoice(100, "2026-03-01", currency=euro)
        payment = self._pay(invoice, 100, "2026-05-15", currency=euro)
        self.assertEqual(payment.currency_id, euro)
        item = self._find_items(as_of="2026-05-14")
        self.assertEqual(
            (item.amount_residual_currency, item.amount_residual), (100.0, 2000.0)
        )
        self.assertFalse(self._find_items())
        for day in ("2026-03-31", "2026-05-14", "2026-05-15", "2026-06-30", None):
            self.assertLedgerEven(day)

    def test_a_reversed_invoice_was_open_until_its_reversal(self):
        invoice = self._invoice(1000, "2026-03-01")
        invoice._reverse_moves(
            [{"date": "2026-04-10", "invoice_date": "2026-04-10"}], cancel=True
        )
        self.assertEqual(self._find_items(as_of="2026-04-09").amount_residual, 1000.0)
        self.assertFalse(self._find_items(as_of="2026-04-10"))

    def test_today_equals_the_ledger_as_it_stands(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        self._pay(invoice, 400, "2026-04-15")
        self._invoice(50, "2026-06-01", move_type="out_refund")
        self.assertEqual(self._picture(), self._picture("2026-06-30"))

    def test_every_past_day_is_as_it_was_recorded(self):
        """Build four months of history day by day, and keep what each day shows;
        afterwards ask for each of those days."""
        euro = self.setup_other_currency(
            "EUR",
            rates=[
                ("2026-01-01", 0.050),
                ("2026-02-10", 0.048),
                ("2026-03-05", 0.053),
                ("2026-04-01", 0.051),
            ],
        )
        recorded = {}
        day = date(2026, 1, 1)
        for events in self._history(euro):
            with self._on(day.isoformat()):
                for event in events:
                    event(day.isoformat())
                self.env.flush_all()
                self.env.invalidate_all()
                recorded[day] = self._picture()
            day += timedelta(days=5)
        self.assertGreater(len({str(picture) for picture in recorded.values()}), 12)
        for day, picture in recorded.items():
            self.assertEqual(self._picture(day.isoformat()), picture, day)
            self.assertLedgerEven(day.isoformat())

    def _history(self, euro):
        """What happens every five days, as lists of callables that take the day."""
        made = {}
        other = self._create_debtor("Ferretería La Tuerca")

        def invoice(key, amount, **values):
            def act(day):
                made[key] = self._invoice(amount, day, **values)

            return act

        def pay(key, amount, **values):
            def act(day):
                self._pay(made[key], amount, day, **values)

            return act

        def credit(key, amount):
            def act(day):
                note = self._invoice(amount, day, move_type="out_refund")
                self._match(made[key] | note)

            return act

        def reverse(key):
            return lambda day: made[key]._reverse_moves(
                [{"date": day, "invoice_date": day}], cancel=True
            )

        plan = [("2026-02-01", 50), ("2026-03-01", 50)]
        return [
            [invoice("a", 1000, due="2026-01-31")],
            [invoice("b", 100, currency=euro, due="2026-02-15")],
            [invoice("c", 800, due=plan)],
            [pay("a", 300)],
            [invoice("d", 500, partner=other)],
            [],
            [pay("c", 400)],
            [credit("c", 60)],
            [pay("b", 40, currency=euro)],
            [reverse("d")],
            [pay("a", 700)],
            [invoice("f", 250, currency=euro, partner=other)],
            [],
            [pay("b", 60, currency=euro)],
            [invoice("e", 45, move_type="out_refund")],
            [pay("f", 250, currency=euro)],
            [lambda day: self._pay(self.env["account.move"], 90, day)],
            [pay("c", 340)],
        ]
