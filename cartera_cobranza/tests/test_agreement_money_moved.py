from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .agreement_common import AgreementCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementMoneyMoved(AgreementCommon):
    """Instalments on an account of their own, and payments on the usual one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cartera_agreement_journal_id = cls.misc_journal
        cls.moved_account = cls.receivable.copy({"name": "Under agreement"})
        cls.company.cartera_agreement_account_id = cls.moved_account
        cls.collector = cls._create_user("ana", "collector")
        cls.product = cls._agreement_product(ledger_mode="reclassification")

    def _move_debt(self, amount, *payments, **values):
        """An agreement in force, and what debt it has moved."""
        invoice = self._invoice(amount, "2026-03-01", due="2026-03-31", **values)
        return self._make_agreement(invoice, *payments, product=self.product)

    def _receive(self, amount, day="2026-06-30", **values):
        return self._pay(self.env["account.move"], amount, day, **values)

    def _moving(self, agreement):
        return agreement.move_ids.filtered(
            lambda move: move.journal_id == self.bank_journal
        )

    def _match_payments(self, agreement):
        agreement.with_user(self.collector).action_match_payments()

    def test_one_entry_brings_the_money_over(self):
        agreement = self._move_debt(1000, ("2026-07-31", 600), ("2026-08-31", 400))
        payment = self._receive(350, "2026-06-25")
        self._match_payments(agreement)
        entry = self._moving(agreement)
        self.assertRecordValues(
            entry.line_ids.sorted("id"),
            [
                {
                    "account_id": account.id,
                    "partner_id": self.debtor.id,
                    "balance": balance,
                    "reconciled": True,
                }
                for account, balance in (
                    (self.receivable, 350),
                    (self.moved_account, -350),
                )
            ],
        )
        self.assertRecordValues(
            entry, [{"state": "posted", "date": fields.Date.to_date("2026-06-25")}]
        )
        self.assertIn(agreement.name, entry.ref)
        self.assertIn(payment.name, entry.ref)
        self.assertTrue(payment.is_reconciled)
        first = agreement.installment_ids[0]
        self.assertEqual((first.amount_paid, first.amount_open), (350, 250))
        self.assertEqual(agreement.amount_paid, 350)
        self.assertLedgerEven()
        # It is money, and counted once.
        self.env["cartera.collected"]._refresh(self.company, fields.Date.today())
        self.assertEqual(self._case().amount_collected, 350)

    def test_no_more_than_is_to_be_paid(self):
        agreement = self._move_debt(1000, ("2026-07-31", 700))
        payment = self._receive(900)
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 0)
        self.assertEqual(self._receivable_lines(payment.move_id).amount_residual, -200)
        self.assertFalse(
            self._receivable_lines(self._moving(agreement)).filtered(
                lambda line: not line.reconciled
            )
        )
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            self._match_payments(agreement)

    def test_money_on_the_account_of_the_agreement_comes_first(self):
        agreement = self._move_debt(1000, ("2026-07-31", 1000))
        own = self._receive(300, "2026-06-28")
        self._receivable_lines(own.move_id).account_id = self.moved_account
        usual = self._receive(900, "2026-06-20")
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 0)
        self.assertTrue(own.is_reconciled)
        self.assertEqual(self._receivable_lines(usual.move_id).amount_residual, -200)
        self.assertEqual(self._moving(agreement).amount_total, 700)

    def test_in_foreign_currency_it_is_worth_what_it_came_in_at(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.05), ("2026-06-20", 0.04)]
        )
        agreement = self._move_debt(100, ("2026-07-31", 100), currency=euro)
        payment = self._receive(70, "2026-06-25", currency=euro)
        self._match_payments(agreement)
        self.assertRecordValues(
            self._moving(agreement).line_ids.sorted("id"),
            [
                {"amount_currency": 70, "balance": 1750, "reconciled": True},
                {"amount_currency": -70, "balance": -1750, "reconciled": True},
            ],
        )
        money = self._receivable_lines(payment.move_id)
        self.assertFalse(money.matched_debit_ids.exchange_move_id)
        lines = agreement.installment_ids.line_ids
        self.assertEqual(lines.amount_residual_currency, 30)
        self.assertEqual(lines.amount_residual, 600)
        self.assertLedgerEven()

    def test_taken_back_the_payment_is_unapplied_again(self):
        agreement = self._move_debt(1000, ("2026-07-31", 1000))
        payment = self._receive(350)
        self._match_payments(agreement)
        self._moving(agreement).sudo(False)._reverse_moves(cancel=True)
        self.env["cartera.case.queue"]._apply_pending()
        self.assertEqual(agreement.amount_open, 1000)
        self.assertEqual(self._receivable_lines(payment.move_id).amount_residual, -350)
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 650)
        self.assertLedgerEven()

    def _apply_one(self):
        """An agreement of 1,000, and a payment of 350 that was brought to it."""
        agreement = self._move_debt(1000, ("2026-07-31", 1000))
        payment = self._receive(350, "2026-06-25")
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 650)
        return agreement, payment

    def assertOwedAgain(self, agreement):
        """The entry has gone with its payment: the instalment alone is owed."""
        self.env["cartera.case.queue"]._apply_pending()
        self.assertEqual((agreement.amount_open, agreement.amount_paid), (1000, 0))
        items = self._items().search([("debtor_id", "=", self.debtor.id)])
        debts = items.filtered(lambda item: item.amount_residual > 0)
        self.assertEqual(debts.mapped("amount_residual"), [1000])
        self.assertEqual(debts.agreement_id, agreement)
        self.assertLedgerEven()
        for day in ("2026-06-24", "2026-06-25", "2026-06-29"):
            self.assertLedgerEven(day)

    def test_a_payment_that_falls_through_is_owed_again(self):
        agreement, payment = self._apply_one()
        payment.action_draft()
        self.assertEqual(self._moving(agreement).state, "cancel")
        self.assertOwedAgain(agreement)
        payment.action_cancel()
        self.assertOwedAgain(agreement)

    def test_a_payment_that_is_posted_again_is_brought_over_again(self):
        agreement, payment = self._apply_one()
        payment.action_draft()
        payment.amount = 300
        payment.action_post()
        self.assertOwedAgain(agreement)
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 700)
        self.assertTrue(payment.is_reconciled)
        self.assertLedgerEven()

    def test_a_payment_that_is_reversed_is_owed_again(self):
        agreement, payment = self._apply_one()
        payment.move_id._reverse_moves(cancel=True)
        self.assertOwedAgain(agreement)
        self.assertTrue(self._receivable_lines(payment.move_id).reconciled)

    def test_a_payment_that_is_unmatched_is_unapplied_again(self):
        agreement, payment = self._apply_one()
        accountant = self.env.user
        self.assertFalse(self.env.su)
        money = self._receivable_lines(payment.move_id)
        money.with_user(accountant).remove_move_reconcile()
        self.assertOwedAgain(agreement)
        self.assertEqual(money.amount_residual, -350)
        self._match_payments(agreement)
        self.assertEqual(agreement.amount_open, 650)

    def test_in_closed_books_the_entry_is_reversed(self):
        agreement, payment = self._apply_one()
        moving = self._moving(agreement)
        self.company.fiscalyear_lock_date = "2026-06-28"
        self._receivable_lines(payment.move_id).remove_move_reconcile()
        self.assertEqual(moving.state, "posted")
        self.assertEqual(str(moving.reversal_move_ids.date), "2026-06-30")
        self.assertOwedAgain(agreement)

    def test_the_entry_may_be_cancelled_by_hand(self):
        agreement, payment = self._apply_one()
        self._moving(agreement).sudo(False).button_cancel()
        self.assertOwedAgain(agreement)
        self.assertEqual(self._receivable_lines(payment.move_id).amount_residual, -350)

    def test_broken_and_back_in_force_the_money_stays(self):
        agreement = self._move_debt(1000, ("2026-07-31", 600), ("2026-08-31", 400))
        self._receive(350)
        self._match_payments(agreement)
        moving = self._moving(agreement)
        agreement._close("broken", fields.Date.today())
        invoice = agreement.item_ids.line_id
        self.assertEqual(invoice.amount_residual, 650)
        agreement._reinstate("Paid after all")
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual((moving.state, moving.reversal_move_ids.ids), ("posted", []))
        self.env["cartera.case.queue"]._apply_pending()
        self.assertEqual(agreement.amount_paid, 350)
        self.assertLedgerEven()

    def test_closed_books_are_named(self):
        agreement = self._move_debt(1000, ("2026-07-31", 1000))
        self._receive(350, "2026-05-31")
        self.company.fiscalyear_lock_date = "2026-05-31"
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            self._match_payments(agreement)

    def test_deposits_of_other_kinds_are_left_alone(self):
        agreement = self._move_debt(1000, ("2026-07-31", 1000))
        deposits = self.receivable.copy({"name": "Deposits", "non_trade": True})
        payment = self._receive(350)
        self._receivable_lines(payment.move_id).account_id = deposits
        with self.assertRaisesRegex(UserError, "no payment of the debtor"):
            self._match_payments(agreement)

    def _settle_one(self):
        """A finiquito of 700 for 1,000, paid on the usual account."""
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._make_agreement(
            invoice, ("2026-07-31", 700), product=self.product, kind="finiquito"
        )
        payment = self._receive(700)
        self._match_payments(agreement)
        self.assertTrue(agreement.is_settlement_due)
        return agreement, payment

    def _fall_through(self, payment):
        payment.action_draft()
        payment.action_cancel()
        self.env["cartera.case.queue"]._apply_pending()

    def test_nothing_is_waived_for_money_that_fell_through(self):
        agreement, payment = self._settle_one()
        self._fall_through(payment)
        with self.assertRaisesRegex(UserError, "700.00 of what was agreed"):
            agreement._settle(fields.Date.today())

    def test_nothing_is_waived_for_a_payment_that_is_a_draft_again(self):
        agreement, payment = self._settle_one()
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "700.00 of what was agreed"):
            agreement._settle(fields.Date.today())

    def test_money_that_falls_through_after_the_settlement_is_told(self):
        agreement, payment = self._settle_one()
        self.assertTrue(agreement._settle(fields.Date.today()))
        self.assertFalse(agreement.is_taken_back)
        self._fall_through(payment)
        self.assertTrue(agreement.is_taken_back)
        self.assertLedgerEven()
