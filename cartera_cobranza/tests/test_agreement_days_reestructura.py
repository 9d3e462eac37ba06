from odoo.tests import tagged

from .agreement_days_common import AgreementDays


class ReestructuraDays(AgreementDays):
    """1,920 of invoices with several taxes: 320 down and four times 400, at 1 % a month
    of the balance and a fee of 10 each, both with VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.special = cls._tax("Special 8", 8)
        cls.first = cls._call(
            "first",
            cls._taxed_invoice(
                (1000, cls.vat_now | cls.special), day="2026-03-01", due="2026-03-31"
            ),
        )
        cls.second = cls._call(
            "second",
            cls._taxed_invoice(
                (500, cls.vat_now),
                (100, cls.vat_now.browse()),
                day="2026-04-01",
                due="2026-04-30",
            ),
        )
        cls.product = cls._agreement_product(
            method="german", move_to_working=False, cure_count=3
        )

    def _start(self):
        """Signed on July 1, and the down payment of 320 made the day after."""
        self._pass("2026-06-30")
        with self._walk("2026-07-01"):
            self.assertCase(stage_id="extrajudicial", amount_collectable=1920)
            agreement = self._agree(
                product_id=self.product.id,
                down_payment=320,
                term=4,
                rate=12,
                amount_fee=10,
                date_first="2026-08-01",
            )
            self.assertOffer(agreement)
            self.assertDocuments(agreement, ("contract", "valid", "valid"))
            self.assertItems(
                ("first", "2026-07-01", 320, "Not due", "91-120", "collectable"),
                *self._instalments_to_come(),
            )
        with self._walk("2026-07-02"):
            self.assertInstallments(
                agreement,
                (0, "due", 0, 320, 0),
                *((number, "pending", 0, 400, 0) for number in (1, 2, 3, 4)),
            )
            self.assertItems(
                ("first", "2026-07-01", 320, "1-30", "91-120", "collectable"),
                *self._instalments_to_come(),
            )
            # A day late, and with tolerance: no arrears of the agreement.
            self.assertAgreement(agreement, "active")
            self._money(320, self.first, name="down payment")
            self.assertItems(*self._instalments_to_come())
        with self._walk("2026-07-03"):
            self.assertAgreement(
                agreement,
                "active",
                amount_paid=320,
                amount_open=1600,
                amount_overdue=0,
                date_next="2026-08-01",
                amount_next=430.16,
            )
            self.assertCase(stage_id="preventiva", amount_overdue=0)
            self.assertSteps()
        return agreement

    def _instalments_to_come(self):
        return (
            ("first", "2026-08-01", 400, "Not due", "91-120", "collectable"),
            ("first", "2026-09-01", 400, "Not due", "91-120", "collectable"),
            ("first", "2026-10-01", 120, "Not due", "91-120", "collectable"),
            ("second", "2026-10-01", 280, "Not due", "61-90", "collectable"),
            ("second", "2026-11-01", 400, "Not due", "61-90", "collectable"),
        )

    def assertOffer(self, agreement):
        self.assertAgreement(
            agreement,
            "active",
            amount_debt=1920,
            amount_quita=0,
            amount_interest=40,
            amount_fees=40,
            amount_charge_tax=12.8,
            amount_total=2012.8,
            date_started="2026-07-01",
            date_limit="2026-11-01",
        )
        self.assertEqual(
            [
                (
                    part.number,
                    str(part.date),
                    part.amount_principal,
                    part.amount_interest,
                    part.amount_fee,
                    part.amount_tax,
                    part.amount_total,
                    part.amount_balance,
                )
                for part in agreement.installment_ids
            ],
            [
                (0, "2026-07-01", 320, 0, 0, 0, 320, 1600),
                (1, "2026-08-01", 400, 16, 10, 4.16, 430.16, 1200),
                (2, "2026-09-01", 400, 12, 10, 3.52, 425.52, 800),
                (3, "2026-10-01", 400, 8, 10, 2.88, 420.88, 400),
                (4, "2026-11-01", 400, 4, 10, 2.24, 416.24, 0),
            ],
        )
        self.assertFalse(agreement.move_ids)

    def assertCharge(self, agreement, number, interest, tax, paid=None):
        """The one invoice of the charges of an instalment, and what paid it.

        :return: the invoice
        """
        part = agreement.installment_ids.filtered(lambda row: row.number == number)
        [charge] = part.charge_ids
        total = round(interest + 10 + tax, 2)
        self.assertEqual(charge.invoice_date, part.date)
        self.assertEntry(
            charge,
            ("receivable", total, 0, str(part.date), paid or {}),
            ("interest", 0, interest),
            ("interest", 0, 10),
            ("vat", 0, tax),
        )
        return charge


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestReestructuraDays(ReestructuraDays):
    """A reestructura from the case to its end, day by day."""

    def test_kept(self):
        agreement = self._start()
        self._pay_first_in_full(agreement)
        self._promise_second(agreement)
        self._pay_third_ahead(agreement)
        self._pay_last(agreement)
        self.assertPastUnchanged()

    def _pay_first_in_full(self, agreement):
        self._pass("2026-07-28")
        self.assertSteps(day="2026-07-28")
        with self._walk("2026-07-29"):
            self.assertSteps(("Remind", 1, 400))
        with self._walk("2026-07-31"):
            self.assertFalse(agreement.move_ids)
        with self._walk("2026-08-01"):
            charge = self.assertCharge(agreement, 1, 16, 4.16)
            self.assertInstallments(
                agreement,
                (0, "paid", 320, 0, 0),
                (1, "due", 0, 430.16, 0),
                (2, "pending", 0, 400, 0),
                (3, "pending", 0, 400, 0),
                (4, "pending", 0, 400, 0),
            )
            self.assertItems(
                ("charge 1", "2026-08-01", 30.16, "Not due", "Not due", "collectable"),
                ("first", "2026-08-01", 400, "Not due", "121-180", "collectable"),
                ("first", "2026-09-01", 400, "Not due", "121-180", "collectable"),
                ("first", "2026-10-01", 120, "Not due", "121-180", "collectable"),
                ("second", "2026-10-01", 280, "Not due", "91-120", "collectable"),
                ("second", "2026-11-01", 400, "Not due", "91-120", "collectable"),
            )
            self.assertCase(amount_total=1630.16, amount_agreed=1630.16)
            self._money(430.16, charge, self.first, name="payment 1")
            self.assertCharge(agreement, 1, 16, 4.16, {"payment 1": 30.16})
        with self._walk("2026-08-02"):
            self.assertInstallments(
                agreement,
                (0, "paid", 320, 0, 0),
                (1, "paid", 400, 0, 0),
                (2, "pending", 0, 400, 0),
                (3, "pending", 0, 400, 0),
                (4, "pending", 0, 400, 0),
            )
            self.assertSteps()
            self.assertCase(stage_id="preventiva", amount_overdue=0)

    def _promise_second(self, agreement):
        """Late by three days, with a promise that is kept."""
        with self._walk("2026-08-29"):
            self.assertSteps(("Remind", 2, 400))
        with self._walk("2026-09-01"):
            charge = self.assertCharge(agreement, 2, 12, 3.52)
        with self._walk("2026-09-02"):
            late = ("charge 2", "2026-09-01", 25.52, "1-30", "1-30", "collectable")
            self.assertItems(
                late,
                ("first", "2026-09-01", 400, "1-30", "121-180", "collectable"),
                ("first", "2026-10-01", 120, "Not due", "121-180", "collectable"),
                ("second", "2026-10-01", 280, "Not due", "121-180", "collectable"),
                ("second", "2026-11-01", 400, "Not due", "121-180", "collectable"),
            )
            self.assertCase(stage_id="administrativa", amount_collectable=425.52)
            promise = self._make_promise(("2026-09-07", 425.52))
            self.assertEqual(
                {
                    self._name_of(item.line_id.move_id): item.amount
                    for item in promise.item_ids
                },
                {"first": 400, "charge 2": 25.52},
            )
            self.assertCase(amount_collectable=0, amount_promised=425.52)
        with self._walk("2026-09-05"):
            self.assertAgreement(
                agreement,
                "active",
                "late",
                missed_count=1,
                days_late=4,
                amount_overdue=425.52,
            )
        with self._walk("2026-09-06"):
            # Five days late, and promised.
            self.assertSteps()
        with self._walk("2026-09-07"):
            self._money(425.52, charge, self.first, name="payment 2")
        with self._walk("2026-09-08"):
            self.assertEqual(promise.state, "kept")
            self.assertAgreement(agreement, "active", is_cured=True, date_notice=False)
            self.assertCase(stage_id="preventiva", amount_promised=0)
            # Cured by three payments in a row: that age counts from the new dates.
            cured = self._items(cartera_age_by="cured").search(
                [("debtor_id", "=", self.debtor.id)]
            )
            self.assertEqual(set(cured.bucket_id.mapped("name")), {"Not due"})

    def _pay_third_ahead(self, agreement):
        with self._walk("2026-09-20"):
            self._money(400, self.first, self.second, name="payment 3")
            self.assertOpen(self.first, 0)
            self.assertOpen(self.second, 400)
            # Its interest is still to come: it is not done with.
            self.assertInstallments(
                agreement,
                (0, "paid", 320, 0, 0),
                (1, "paid", 400, 0, 0),
                (2, "paid", 400, 0, 0),
                (3, "partial", 400, 0, 0),
                (4, "pending", 0, 400, 0),
            )
        self._pass("2026-09-28")
        # Of what is paid ahead nobody is reminded.
        self.assertSteps(day="2026-09-28")
        with self._walk("2026-10-01"):
            charge = self.assertCharge(agreement, 3, 8, 2.88)
            self._money(20.88, charge, name="payment 3b")
        with self._walk("2026-10-02"):
            self.assertAgreement(agreement, "active", date_next="2026-11-01")

    def _pay_last(self, agreement):
        with self._walk("2026-10-29"):
            self.assertSteps(("Remind", 4, 400))
        with self._walk("2026-11-01"):
            charge = self.assertCharge(agreement, 4, 4, 2.24)
            self._money(416.24, charge, self.second, name="payment 4")
            self.assertAgreement(
                agreement, "active", "complete", is_settlement_due=True
            )
        with self._walk("2026-11-02"):
            self.assertAgreement(agreement, "kept", date_ended="2026-11-02")
            self.assertDocuments(
                agreement,
                ("contract", "valid", "valid"),
                ("paz_y_salvo", "valid", "valid"),
            )
            self.assertItems()
            self.assertCase(amount_total=0, stage_id="preventiva")
            self.assertEveryItemOfKept(agreement)
        with self._walk("2026-11-03"):
            self.assertSteps()
            self.assertEqual(len(agreement.document_ids), 2)
            self.assertEqual(len(agreement.move_ids), 4)

    def assertEveryItemOfKept(self, agreement):
        """Nothing was posted but the charges; the invoices are paid by money alone."""
        charges = agreement.installment_ids.charge_ids
        self.assertEqual(agreement.move_ids, charges)
        self.assertEqual(len(charges), 4)
        self.assertEntry(
            self.first,
            (
                "receivable",
                1240,
                0,
                "2026-03-31",
                {
                    "down payment": 320,
                    "payment 1": 400,
                    "payment 2": 400,
                    "payment 3": 120,
                },
            ),
            ("sales", 0, 1000),
            ("vat", 0, 160),
            ("vat", 0, 80),
        )
        self.assertEntry(
            self.second,
            (
                "receivable",
                680,
                0,
                "2026-04-30",
                {"payment 3": 280, "payment 4": 400},
            ),
            ("sales", 0, 500),
            ("sales", 0, 100),
            ("vat", 0, 80),
        )

    # -- breach -------------------------------------------------------------------

    def test_broken(self):
        agreement = self._start()
        self._miss_first(agreement)
        self._get_notice(agreement)
        with self._walk("2026-09-15"):
            self.assertAgreement(agreement, "active", "default")
        with self._walk("2026-09-16"):
            self.assertBroken(agreement)
        with self._walk("2026-10-01"):
            # The rest bears no interest of the agreement any more.
            self.assertEqual(len(agreement.move_ids), 2)
            self.assertSteps()
        self.assertPastUnchanged()

    def _miss_first(self, agreement):
        with self._walk("2026-08-01"):
            self._money(200, self.first, name="part of 1")
            self.assertInstallments(
                agreement,
                (0, "paid", 320, 0, 0),
                (1, "partial", 200, 230.16, 0),
                (2, "pending", 0, 400, 0),
                (3, "pending", 0, 400, 0),
                (4, "pending", 0, 400, 0),
            )
        with self._walk("2026-08-04"):
            self.assertAgreement(agreement, "active")
        with self._walk("2026-08-05"):
            self.assertAgreement(
                agreement,
                "active",
                "late",
                missed_count=1,
                days_late=4,
                amount_overdue=230.16,
                date_notice=False,
            )
            self.assertCase(stage_id="administrativa", amount_collectable=230.16)
            self.assertSteps()
        with self._walk("2026-08-06"):
            self.assertSteps(("Chase", None, 230.16))

    def _get_notice(self, agreement):
        self._pass("2026-09-01", "2026-09-04")
        with self._walk("2026-09-05"):
            self.assertAgreement(
                agreement,
                "active",
                "default",
                missed_count=2,
                days_late=35,
                amount_overdue=655.68,
                date_notice="2026-09-05",
                date_cure_until="2026-09-15",
            )
            self.assertEqual(self._notice(agreement).state, "planned")
            self.assertItems(
                ("charge 1", "2026-08-01", 30.16, "31-60", "31-60", "collectable"),
                ("first", "2026-08-01", 200, "31-60", "121-180", "collectable"),
                ("charge 2", "2026-09-01", 25.52, "1-30", "1-30", "collectable"),
                ("first", "2026-09-01", 400, "1-30", "121-180", "collectable"),
                ("first", "2026-10-01", 120, "Not due", "121-180", "collectable"),
                ("second", "2026-10-01", 280, "Not due", "121-180", "collectable"),
                ("second", "2026-11-01", 400, "Not due", "121-180", "collectable"),
            )

    def _notice(self, agreement):
        return self.env["cartera.communication"].search(
            [("agreement_id", "=", agreement.id)]
        )

    def assertBroken(self, agreement):
        self.assertAgreement(
            agreement,
            "broken",
            date_default="2026-09-16",
            date_ended="2026-09-16",
            amount_paid=520,
            amount_open=0,
            amount_overdue=0,
            date_next=False,
        )
        self.assertInstallments(
            agreement,
            (0, "paid", 320, 0, 0),
            (1, "void", 200, 0, 0),
            (2, "void", 0, 0, 0),
            (3, "void", 0, 0, 0),
            (4, "void", 0, 0, 0),
        )
        self.assertItems(
            ("first", "2026-03-31", 720, "121-180", "121-180", "collectable"),
            ("second", "2026-04-30", 680, "121-180", "121-180", "collectable"),
            ("charge 1", "2026-08-01", 30.16, "31-60", "31-60", "collectable"),
            ("charge 2", "2026-09-01", 25.52, "1-30", "1-30", "collectable"),
        )
        self.assertCase(
            amount_total=1455.68,
            amount_overdue=1455.68,
            amount_collectable=1455.68,
            amount_agreed=0,
            stage_id="extrajudicial",
        )
        # The chasing of these arrears has begun; the stage asks for more.
        self.assertSteps(("Demand", None, 1455.68))
        self.assertDocuments(agreement, ("contract", "valid", "valid"))
        self.assertCharge(agreement, 1, 16, 4.16)
        self.assertCharge(agreement, 2, 12, 3.52)
        self.assertEqual(len(agreement.move_ids), 2)

    def test_cured_in_time_of_the_notice(self):
        agreement = self._start()
        self._miss_first(agreement)
        self._get_notice(agreement)
        charges = agreement.move_ids.sorted("id")
        with self._walk("2026-09-14"):
            self._money(655.68, *charges, self.first, name="cure")
        with self._walk("2026-09-15"):
            self.assertAgreement(
                agreement,
                "active",
                date_notice=False,
                date_cure_until=False,
                amount_paid=1120,
            )
        with self._walk("2026-09-16"):
            self.assertAgreement(agreement, "active")
            self.assertItems(
                ("first", "2026-10-01", 120, "Not due", "121-180", "collectable"),
                ("second", "2026-10-01", 280, "Not due", "121-180", "collectable"),
                ("second", "2026-11-01", 400, "Not due", "121-180", "collectable"),
            )
            self.assertCase(stage_id="preventiva")
