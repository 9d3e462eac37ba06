from odoo.tests import tagged

from .agreement_days_common import AgreementDays

DAYS = [
    "2026-07-15",
    "2026-08-15",
    "2026-09-15",
    "2026-10-15",
    "2026-11-15",
    "2026-12-15",
    "2027-01-15",
]


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestAgreementDaysDisputed(AgreementDays):
    """Of an invoice of 1,000, 300 are disputed and left out; the rest is agreed in
    seven instalments, of which one that is late breaks the agreement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._agreement_product(
            method="custom",
            tolerance_days=0,
            default_missed=1,
            default_days=0,
            notice_days=0,
        )
        cls.invoice = cls._call(
            "invoice", cls._invoice(1000, "2026-03-01", due="2026-03-31")
        )

    def _dispute(self, amount=300):
        line = self._receivable_lines(self.invoice)
        reason = self.env.ref("cartera_cobranza.dispute_reason_price")
        return self._case()._open_dispute(
            {"reason_id": reason.id, "lines": [(line.id, amount)]}
        )

    def _start(self, *payments, product=None, **vals):
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            self.dispute = self._dispute()
            agreement = self._agree(
                product_id=(product or self.product).id,
                payments=list(payments) or [(day, 100) for day in DAYS],
                **vals,
            )
            self.assertEqual(agreement.amount_debt, 700)
        return agreement

    def _pay_on(self, agreement, *days, paid):
        """Pay exactly what is agreed on each day, and see the days around it.

        :param paid: what was paid before the first of them
        """
        for day in days:
            with self._walk(day):
                self.assertAgreement(agreement, "active", amount_paid=paid)
                self._money(100, self.invoice)
                paid += 100
                standing = "complete" if paid == 700 else "in_time"
                self.assertAgreement(
                    agreement, "active", standing, amount_paid=paid, missed_count=0
                )
            # The day after, on which nothing may be late.
            with self._walk(f"{day[:-2]}16"):
                state = "kept" if paid == 700 else "active"
                self.assertAgreement(agreement, state, amount_paid=paid)

    def assertPaidInTime(self, agreement):
        """Each instalment by the money of its own day."""
        parts = self._read(agreement).installment_ids
        self.assertEqual(set(parts.mapped("state")), {"paid"})
        self.assertEqual([str(part.date_paid) for part in parts], DAYS)

    def assertLeft(self, status):
        """What is left out is open, with its own date and of no agreement."""
        [item] = self._find_items().filtered(
            lambda item: item.direction == "debit" and not item.agreement_id
        )
        self.assertEqual(
            (item.amount_residual, str(item.date_due), item.status),
            (300, "2026-03-31", status),
        )

    def test_paid_exactly_as_agreed(self):
        agreement = self._start()
        self.assertEqual(agreement.item_ids.amount_left_out, 300)
        with self._walk("2026-07-01"):
            self.assertItems(
                ("invoice", "2026-03-31", 300, "91-120", "91-120", "disputed"),
                *(
                    ("invoice", day, 100, "Not due", "91-120", "collectable")
                    for day in DAYS
                ),
            )
            self.assertCase(
                amount_total=1000,
                amount_agreed=700,
                amount_overdue=300,
                amount_disputed=300,
                amount_collectable=0,
            )
        self._pay_on(agreement, *DAYS, paid=0)
        self.assertPaidInTime(agreement)
        self.assertOpen(self.invoice, 300)
        self.assertLeft("disputed")
        self.assertEqual(self.dispute.amount_open, 300)
        self.assertDocuments(
            agreement,
            ("contract", "valid", "valid"),
            ("paz_y_salvo", "valid", "valid"),
        )
        self.assertPastUnchanged()
        # What comes for it later has paid nothing that was agreed.
        with self._walk("2027-01-20"):
            self.dispute.action_unfounded()
            self.assertLeft("collectable")
            self._money(300, self.invoice)
        with self._walk("2027-01-21"):
            self.assertAgreement(agreement, "kept", amount_paid=700)
            self.assertPaidInTime(agreement)
            self.assertItems()

    def test_the_debtor_is_right(self):
        agreement = self._start()
        self._pay_on(agreement, *DAYS[:3], paid=0)
        with self._walk("2026-10-01"):
            self.dispute.amount_accepted = 300
            self.dispute.action_founded()
            self._credit(300)
            self.assertEqual(self._read(self.dispute).state, "closed")
            self.assertAgreement(
                agreement, "active", amount_paid=300, amount_credited=0, amount_open=400
            )
            self.assertItems(
                *(
                    ("invoice", day, 100, "Not due", "181-360", "collectable")
                    for day in DAYS[3:]
                )
            )
        self._pay_on(agreement, *DAYS[3:], paid=300)
        self.assertPaidInTime(agreement)
        self.assertOpen(self.invoice, 0)
        self.assertPastUnchanged()

    def _credit(self, amount):
        today = str(self.company._get_cartera_today())
        note = self._call("note", self._invoice(amount, today, move_type="out_refund"))
        self._match(note | self.invoice)
        return note

    def test_more_is_credited_than_was_disputed(self):
        """The schedule gets shorter by what goes beyond."""
        agreement = self._start()
        self._pay_on(agreement, *DAYS[:2], paid=0)
        with self._walk("2026-10-01"):
            note = self._credit(420)
        # Nobody has paid the third in time.
        with self._walk("2026-10-02"):
            self.assertAgreement(agreement, "broken")
        with self._walk("2026-10-03"):
            self._money(100, self.invoice)
            self._as(self.supervisor, agreement)._reinstate("Paid")
            self.assertInstallments(
                agreement,
                *((number, "paid", 100, 0, 0) for number in (1, 2, 3)),
                (4, "pending", 0, 100, 0),
                (5, "pending", 0, 100, 0),
                (6, "pending", 0, 80, 0),
                (7, "void", 0, 0, 0),
            )
        with self._walk("2026-10-04"):
            # Once it is taken back, all is as it was.
            self._receivable_lines(note).remove_move_reconcile()
            self.assertInstallments(
                agreement,
                *((number, "paid", 100, 0, 0) for number in (1, 2, 3)),
                *((number, "pending", 0, 100, 0) for number in (4, 5, 6, 7)),
            )
            self.assertLeft("disputed")

    def test_the_debtor_is_wrong(self):
        agreement = self._start()
        self._pay_on(agreement, *DAYS[:3], paid=0)
        with self._walk("2026-10-01"):
            self.dispute.action_unfounded()
            self.assertLeft("collectable")
            self.assertCase(amount_overdue=300, amount_collectable=300)
            self.assertAgreement(agreement, "active", amount_paid=300, amount_open=400)
        self._pay_on(agreement, *DAYS[3:], paid=300)
        self.assertPaidInTime(agreement)
        self.assertOpen(self.invoice, 300)
        self.assertLeft("collectable")
        self.assertPastUnchanged()

    def test_a_payment_is_unmatched_and_matched_again(self):
        agreement = self._start()
        self._pay_on(agreement, *DAYS[:2], paid=0)
        with self._walk(DAYS[2]):
            payment = self._money(100, self.invoice)
            money = self._receivable_lines(payment.move_id)
            self.assertAgreement(agreement, "active", amount_paid=300)
            money.remove_move_reconcile()
            self.assertInstallments(
                agreement,
                (1, "paid", 100, 0, 0),
                (2, "paid", 100, 0, 0),
                (3, "due", 0, 100, 0),
                *((number, "pending", 0, 100, 0) for number in (4, 5, 6, 7)),
            )
            self.assertLeft("disputed")
            self._as(self.collector, agreement).action_match_payments()
            self.assertOpen(self.invoice, 700)
            self.assertAgreement(agreement, "active", amount_paid=300)
        self._pay_on(agreement, *DAYS[3:], paid=300)
        self.assertPaidInTime(agreement)
        self.assertPastUnchanged()

    # -- a finiquito --------------------------------------------------------------

    def _finiquito(self, **values):
        product = self._agreement_product("finiquito", method="custom", **values)
        return self._start(("2026-07-15", 500), product=product, amount_payable=500)

    def _settle_finiquito(self, agreement):
        """1,000 come, of which no more is matched than what is agreed."""
        with self._walk("2026-07-15"):
            payment = self._money(1000)
            self._as(self.collector, agreement).action_match_payments()
            self.assertOpen(self.invoice, 500)
            self.assertEqual(
                self._receivable_lines(payment.move_id).amount_residual, -500
            )
            self.assertAgreement(
                agreement, "active", "complete", amount_paid=500, amount_quita=200
            )
        with self._walk("2026-07-16"):
            self.assertAgreement(agreement, "kept", amount_paid=500)
            self.assertSettledButLeftOut(agreement)
        return payment

    def assertSettledButLeftOut(self, agreement):
        self.assertEqual(sum(self._booked(agreement).mapped("amount_total")), 200)
        self.assertOpen(self.invoice, 300)
        self.assertLeft("disputed")
        self.assertFalse(self._read(agreement).is_taken_back)

    def test_finiquito_by_write_off(self):
        agreement = self._finiquito(settlement_method="write_off")
        payment = self._settle_finiquito(agreement)
        self.assertDocuments(
            agreement,
            ("contract", "valid", "valid"),
            ("settlement_letter", "valid", "valid"),
        )
        with self._walk("2026-07-20"):
            # What is left out is paid, and then some of what was agreed taken back.
            rest = self._money(300, self.invoice)
            self.assertOpen(self.invoice, 0)
            self.assertAgreement(
                agreement, "kept", amount_paid=500, is_taken_back=False
            )
            self.assertEqual(
                str(self._read(agreement).installment_ids.date_paid), "2026-07-15"
            )
            letter = agreement.document_ids.filtered(
                lambda document: document.kind == "settlement_letter"
            )
            self.assertEqual([row["amount"] for row in letter._get_payments()], [500])
            (
                self._receivable_lines(rest.move_id)
                | self._receivable_lines(payment.move_id)
            ).remove_move_reconcile()
            self.assertAgreement(agreement, "kept", amount_paid=0, is_taken_back=True)

    def test_finiquito_by_credit_notes_that_are_reviewed(self):
        self.company.cartera_credit_note_draft = True
        agreement = self._finiquito(settlement_method="credit_note")
        with self._walk("2026-07-15"):
            self._money(500, self.invoice)
        with self._walk("2026-07-16"):
            [note] = self._booked(agreement)
            self.assertEqual((note.state, note.amount_total), ("draft", 200))
            note.action_post()
            self.assertOpen(self.invoice, 300)
            # Until the night it is in force: what it waived is what it covers.
            self.assertItems(
                ("invoice", "2026-03-31", 300, "91-120", "91-120", "disputed")
            )
        with self._walk("2026-07-17"):
            self.assertAgreement(agreement, "kept", amount_paid=500)
            self.assertSettledButLeftOut(agreement)
        self.assertPastUnchanged()

    # -- moved debt ---------------------------------------------------------------

    def test_moved_debt_leaves_the_disputed_part_where_it_is(self):
        under = self._account(
            "UAGR", "Under agreement", "asset_receivable", reconcile=True
        )
        self.company.cartera_agreement_account_id = under
        product = self._agreement_product(
            method="custom",
            ledger_mode="reclassification",
            tolerance_days=0,
            default_missed=1,
            default_days=0,
            notice_days=0,
        )
        agreement = self._start(("2026-07-15", 700), product=product)
        self._call("moved", agreement.move_ids)
        self.assertOpen(self.invoice, 300)
        self.assertEqual(agreement.item_ids.amount_left_out, 0)
        with self._walk("2026-07-15"):
            self._money(700, agreement.move_ids, destination_account_id=under.id)
            self.assertAgreement(agreement, "active", "complete", amount_paid=700)
        with self._walk("2026-07-16"):
            self.assertAgreement(agreement, "kept", amount_paid=700)
            self.assertItems(
                ("invoice", "2026-03-31", 300, "91-120", "91-120", "disputed")
            )
        self.assertPastUnchanged()
