from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .settlement_common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementWriteOff(SettlementCommon):
    """What is waived by an entry, and what stands in the way of any settlement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._agreement_product("finiquito", settlement_method="write_off")
        cls.vat = cls._tax("VAT 16", 16)

    def _paid(self, paid=700, product=None, **values):
        """An agreement about 1,160, paid and not settled yet."""
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._make_agreement(
            invoice, ("2026-07-05", 700), product=product or self.product, **values
        )
        if paid:
            self._pay(invoice, paid, "2026-06-30")
        return agreement

    def _settle(self, agreement, day="2026-06-30"):
        return agreement._settle(self._day(day))

    def test_declared_taxes_stay(self):
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._settled(invoice, 812, product=self.product)
        entry = self._booked(agreement)
        self.assertEqual(
            self._balances(entry), {self.loss_account: 348, self.receivable: -348}
        )
        self.assertRecordValues(
            entry,
            [
                {
                    "move_type": "entry",
                    "journal_id": self.misc_journal.id,
                    "date": self._day("2026-07-05"),
                }
            ],
        )
        self.assertSettled(agreement)

    def test_account_of_the_product(self):
        own = self._account("OWNW", "Own waivers", "expense")
        self.product.writeoff_account_id = own
        agreement = self._paid()
        self._settle(agreement)
        self.assertEqual(
            self._balances(self._booked(agreement)), {own: 460, self.receivable: -460}
        )

    def test_foreign_currency_without_a_false_exchange_difference(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-06-01", 4.0)]
        )
        invoice = self._taxed_invoice((1000, self.vat), currency=currency)
        agreement = self._settled(invoice, 800, product=self.product)
        entry = self._booked(agreement)
        # 360 of 1,160 at the rate of the invoice, 2.
        self.assertEqual(
            self._balances(entry), {self.loss_account: 180, self.receivable: -180}
        )
        credit = self._receivable_lines(entry)
        self.assertEqual(credit.amount_currency, -360)
        self.assertFalse(credit.matched_debit_ids.exchange_move_id)
        self.assertSettled(agreement)

    def test_instalments_partial_payments_and_subsidiaries_in_one_entry(self):
        branch = self._create_debtor("Faro Norte")
        first = self._taxed_invoice(
            (1000, self.vat), due=[("2026-05-01", 50), ("2026-06-01", 50)]
        )
        second = self._taxed_invoice((100, self.vat), partner=branch, due="2026-05-10")
        self._pay(first, 160, "2026-05-15")
        agreement = self._make_agreement(
            first, ("2026-07-05", 600), product=self.product
        )
        agreement.item_ids[0].sudo().copy(
            {
                "line_id": self._receivable_lines(second).id,
                "sequence": 9,
                "amount": 116,
            }
        )
        agreement.write({"amount_debt": 1116, "amount_quita": 516})
        self._pay(first, 600, "2026-06-30")
        self._settle(agreement)
        credits = self._receivable_lines(self._booked(agreement))
        self.assertEqual(
            sorted((line.partner_id.name, line.balance) for line in credits),
            [("Abarrotes El Faro", -400), ("Faro Norte", -116)],
        )
        self.assertSettled(agreement)

    def test_what_the_tolerance_lets_be_missing_is_waived_as_well(self):
        agreement = self._paid(693, tolerance_percent=1)
        self.assertTrue(self._settle(agreement))
        self.assertEqual(
            self._balances(self._booked(agreement))[self.loss_account], 467
        )
        self.assertSettled(agreement)

    def test_more_than_was_agreed_is_waived_less(self):
        agreement = self._paid(800)
        self._settle(agreement)
        self.assertEqual(
            self._balances(self._booked(agreement))[self.loss_account], 360
        )
        self.assertSettled(agreement)

    def test_without_waiver_nothing_is_booked(self):
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._make_agreement(invoice, ("2026-07-05", 1160))
        self._pay(invoice, 1160, "2026-06-30")
        self.assertTrue(self._settle(agreement))
        self.assertEqual(agreement.state, "kept")
        self.assertFalse(self._booked(agreement))

    def test_a_reestructura_settles_its_waiver(self):
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._make_agreement(
            invoice,
            ("2026-07-05", 500),
            ("2026-08-05", 500),
            settlement_method="write_off",
        )
        self._pay(invoice, 1000, "2026-06-30")
        self._settle(agreement)
        self.assertEqual(
            self._balances(self._booked(agreement))[self.loss_account], 160
        )
        self.assertSettled(agreement)

    # -- what stands in the way ---------------------------------------------------

    def assertRefused(self, agreement, words):
        """Nothing is booked, and the error says what to do."""
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self._settle(agreement)
        self.assertIn(words, str(caught.exception))
        self.assertEqual(agreement.state, "active")
        self.assertFalse(self._booked(agreement))

    def test_not_paid(self):
        self.assertRefused(self._paid(600), "still to be paid")

    def test_paid_but_not_matched(self):
        agreement = self._paid(0)
        self._pay(self.env["account.move"], 700, "2026-06-30", match=False)
        self.assertRefused(agreement, "to be matched")

    def test_settings_that_are_missing(self):
        agreement = self._paid()
        self.company.cartera_agreement_journal_id = False
        self.assertRefused(agreement, "Journal of Agreements")
        self.company.cartera_agreement_journal_id = self.misc_journal
        self.company.cartera_writeoff_account_id = False
        self.assertRefused(agreement, "Waived Receivables")

    def test_archived_account_and_journal(self):
        agreement = self._paid()
        self.loss_account.active = False
        self.assertRefused(agreement, "Waived Receivables")
        self.loss_account.active = True
        journal = self.misc_journal.copy({"code": "AGR"})
        self.company.cartera_agreement_journal_id = journal
        journal.active = False
        self.assertRefused(agreement, "Journal of Agreements")

    def test_a_locked_day_is_moved_to_the_first_open_one(self):
        agreement = self._paid()
        self.company.fiscalyear_lock_date = "2026-06-30"
        with self._on("2026-07-15"):
            self._settle(agreement, "2026-06-30")
        self.assertGreater(self._booked(agreement).date, self._day("2026-06-30"))
        self.assertSettled(agreement)

    def test_only_supervisors_settle(self):
        agreement = self._paid()
        agreement.is_settlement_due = True
        supervisor = self._create_user("supervisor_s", "supervisor")
        collector = self._create_user("collector_s", "collector")
        with self.assertRaises(AccessError):
            agreement.with_user(collector).action_settle()
        agreement.with_user(supervisor).action_settle()
        self.assertSettled(agreement)

    def test_not_while_a_payment_is_unmatched(self):
        agreement = self._paid()
        agreement.item_ids.line_id.remove_move_reconcile()
        # The form may be older than that.
        agreement.is_settlement_due = True
        with self.assertRaisesRegex(UserError, "of what was agreed is still to be"):
            agreement.action_settle()
        self.assertEqual(agreement.state, "active")

    def test_not_while_charges_are_to_come(self):
        agreement = self._paid()
        agreement.installment_ids[-1].amount_fee = 12.5
        with self.assertRaisesRegex(UserError, "12.50 of interest and fees"):
            agreement.action_settle()

    # -- the night ----------------------------------------------------------------

    def test_one_that_fails_stops_no_other(self):
        own = self._account("OWNW", "Own waivers", "expense")
        product = self._agreement_product(
            "finiquito", settlement_method="write_off", writeoff_account_id=own.id
        )
        bad, good = self._paid(product=product), self._paid()
        own.active = False
        settler = self.env["cartera.agreement.settler"]
        done, errors = settler._settle_company(self.company, self._day("2026-06-30"))
        self.assertEqual(done, 1)
        [(partner_id, error)] = errors
        self.assertEqual(partner_id, self.debtor.id)
        self.assertIn(bad.name, str(error))
        self.assertSettled(good)
        self.assertRecordValues(bad, [{"state": "active", "is_settlement_due": True}])

    def test_why_it_is_not_settled_is_told_at_once_and_once(self):
        own = self._account("OWNW", "Own waivers", "expense")
        product = self._agreement_product(
            "finiquito", settlement_method="write_off", writeoff_account_id=own.id
        )
        agreement = self._paid(product=product)
        own.active = False
        settler, day = self.env["cartera.agreement.settler"], self._day("2026-06-30")
        before = agreement.message_ids
        for _attempt in range(2):
            settler._settle_company(self.company, day)
            self.assertIn("no account in use", agreement.settlement_note)
        told = agreement.message_ids - before
        self.assertEqual(len(told), 1)
        self.assertIn("no account in use", told.body)
        own.active = True
        settler._settle_company(self.company, day)
        self.assertSettled(agreement)
        self.assertFalse(agreement.settlement_note)

    def test_nothing_is_booked_twice(self):
        agreement = self._paid()
        agreement.is_settlement_due = True
        settler = self.env["cartera.agreement.settler"]
        day = self._day("2026-06-30")
        self.assertEqual(settler._settle_company(self.company, day), (1, []))
        self.assertEqual(settler._settle_company(self.company, day), (0, []))
        self.assertEqual(len(self._booked(agreement)), 1)
        with self.assertRaises(UserError):
            self._settle(agreement)

    def test_the_scheduled_action(self):
        agreement = self._paid()
        agreement.is_settlement_due = True
        with self.enter_registry_test_mode():
            self.env.ref(
                "cartera_cobranza.ir_cron_cartera_settle"
            ).method_direct_trigger()
        agreement.invalidate_recordset()
        self.assertSettled(agreement)

    # -- matching -----------------------------------------------------------------

    def test_payments_are_matched_as_agreed(self):
        """Interest is waived: the money goes to the capital, and no further."""
        capital = self._taxed_invoice((1000, self.vat))
        interest = self._taxed_invoice((100, self.vat), due="2026-04-15")
        agreement = self._make_agreement(
            capital | interest, ("2026-07-05", 1160), product=self.product
        )
        agreement.item_ids.filtered(
            lambda item: item.line_id.move_id == interest
        ).write({"component": "interest", "amount_quita": 116})
        payment = self._pay(self.env["account.move"], 1200, "2026-06-30", match=False)
        agreement.action_match_payments()
        self.assertEqual(capital.amount_residual, 0)
        self.assertEqual(interest.amount_residual, 116)
        self.assertEqual(self._receivable_lines(payment.move_id).amount_residual, -40)
        with self.assertRaises(UserError):
            agreement.action_match_payments()
        self._settle(agreement)
        self.assertEqual(self._booked(agreement).move_type, "out_refund")
        self.assertSettled(agreement)

    def test_each_item_is_paid_up_to_its_own_waiver(self):
        first = self._taxed_invoice((1000, self.vat))
        second = self._taxed_invoice((500, self.vat), due="2026-06-01")
        agreement = self._make_agreement(
            first | second, ("2026-07-05", 1000), product=self.product
        )
        for item, waived in zip(agreement.item_ids, (493.33, 246.67), strict=True):
            item.amount_quita = waived
        for amount in (300, 700):
            self._pay(self.env["account.move"], amount, "2026-06-30", match=False)
        agreement.action_match_payments()
        self.assertEqual((first | second).mapped("amount_residual"), [493.33, 246.67])
        self._settle(agreement)
        self.assertSettled(agreement)

    def test_what_an_item_owes_beyond_the_agreement_is_paid_at_once(self):
        """Money settles that first: pressed once, the button pays both."""
        invoice = self._taxed_invoice((1000, self.vat))
        line = self._receivable_lines(invoice)
        agreement = self._make_agreement(
            invoice,
            ("2026-07-05", 420),
            product=self.product,
            item_ids=[Command.create({"line_id": line.id, "amount": 600})],
        )
        payment = self._pay(self.env["account.move"], 1000, "2026-06-30", match=False)
        agreement.action_match_payments()
        self.assertEqual(line.amount_residual, 180)
        self.assertEqual(self._receivable_lines(payment.move_id).amount_residual, -20)
        self._settle(agreement)
        self.assertSettled(agreement)

    def test_an_entry_of_several_debtors_that_comes_to_nothing(self):
        """Debt that was brought over from another customer."""
        other = self._create_debtor("Otro")
        paid, rest = (self._invoice(x, "2026-03-01", partner=other) for x in (500, 300))
        entry = self._entry(
            "2026-04-01",
            [(self.receivable, self.debtor, 500), (self.receivable, other, -500)],
        )
        credit = entry.line_ids.filtered("credit")
        (credit | self._receivable_lines(paid)).reconcile()
        agreement = self._make_agreement(
            entry, ("2026-07-05", 300), product=self.product
        )
        self._pay(entry, 300, "2026-06-30", partner=self.debtor)
        credit.remove_move_reconcile()
        (credit | self._receivable_lines(rest)).reconcile()
        self.assertEqual(sum(entry.line_ids.mapped("amount_residual")), 0)
        self.assertTrue(self._settle(agreement))
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.loss_account: 200, self.receivable: -200},
        )
