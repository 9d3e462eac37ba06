from odoo import fields
from odoo.tests import tagged

from .settlement_common import SettlementCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementMovedLate(SettlementCommon):
    """Money that comes on the invoice of a settlement that moved its debt, once it has
    expired and the debt is back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls._create_user("sofia", "supervisor")
        cls.product = cls._agreement_product(
            "finiquito",
            ledger_mode="reclassification",
            settlement_method="write_off",
            tolerance_days=0,
        )
        cls.invoice = cls._invoice(1000, "2026-03-01", due="2026-03-31")

    def _night(self, day):
        date = fields.Date.to_date(day)
        with self._on(day):
            engine = self.env["cartera.agreement.engine"].sudo()
            engine._judge(self.company, date)
            for agreement in engine._find_to_act(self.company, date):
                agreement._act(date)

    def _expire(self, *received):
        """A settlement of 700 by 10 July, of which ``received`` was paid in time."""
        agreement = self._make_agreement(
            self.invoice, ("2026-07-10", 700), product=self.product, kind="finiquito"
        )
        for amount in received:
            self._pay(self.env["account.move"], amount, "2026-07-05", match=False)
            with self._on("2026-07-05"):
                agreement.action_match_payments()
        self._night("2026-07-11")
        self.assertEqual(agreement.state, "expired")
        self.assertEqual(self.invoice.amount_residual, 1000 - sum(received))
        return agreement

    def _accept(self, agreement, day="2026-07-21"):
        with self._on(day):
            agreement.with_user(self.supervisor)._accept_late("It came")
            self.env["cartera.agreement.settler"]._settle_company(
                self.company, fields.Date.to_date(day)
            )

    def assertSettled(self, agreement, day="2026-07-21"):
        with self._on(day):
            self._assert_settled(agreement)

    def _assert_settled(self, agreement):
        self.assertEqual((agreement.state, agreement.amount_paid), ("kept", 700))
        self.assertEqual(self.invoice.amount_residual, 0)
        lines = self._receivable_lines(agreement.move_ids | self.invoice)
        self.assertEqual(set(lines.mapped("amount_residual")), {0})
        waived = agreement.move_ids.line_ids.filtered(
            lambda line: line.account_id == self.loss_account
        )
        self.assertEqual(sum(waived.mapped("balance")), 300)
        self.assertLedgerEven()

    def test_late_money_is_accepted(self):
        agreement = self._expire()
        payment = self._pay(self.invoice, 700, "2026-07-20")
        self._night("2026-07-20")
        self.assertTrue(agreement.is_paid_late)
        self._accept(agreement)
        self.assertTrue(payment.is_reconciled)
        self.assertSettled(agreement)

    def test_late_money_for_the_rest_is_accepted(self):
        agreement = self._expire(200)
        self._pay(self.invoice, 500, "2026-07-20")
        self._night("2026-07-20")
        self.assertTrue(agreement.is_paid_late)
        self._accept(agreement)
        self.assertSettled(agreement)

    def test_late_money_that_is_not_all_is_not_asked_about(self):
        agreement = self._expire(200)
        self._pay(self.invoice, 499, "2026-07-20")
        self._night("2026-07-20")
        self.assertFalse(agreement.is_paid_late)

    def test_accepting_undone_and_done_again(self):
        agreement = self._expire()
        self._pay(self.invoice, 700, "2026-07-20")
        self._night("2026-07-20")
        self._accept(agreement)
        with self._on("2026-07-22"):
            agreement.with_user(self.supervisor)._undo_settlement("By mistake")
        self.assertEqual((agreement.state, agreement.amount_open), ("active", 0))
        self.assertLedgerEven()

    def test_refused_late_money_stays_on_the_invoice(self):
        agreement = self._expire()
        self._pay(self.invoice, 700, "2026-07-20")
        self._night("2026-07-20")
        with self._on("2026-07-21"):
            agreement.with_user(self.supervisor)._refuse_late("Too late")
        self.assertFalse(agreement.is_paid_late)
        self.assertEqual(self.invoice.amount_residual, 300)
        self.assertLedgerEven()

    def test_reinstated_the_money_of_the_meantime_pays_instalments(self):
        agreement = self._expire()
        self._pay(self.invoice, 300, "2026-07-15")
        with self._on("2026-07-16"):
            agreement.with_user(self.supervisor)._reinstate("One more chance")
        self.assertEqual(
            (agreement.state, agreement.amount_paid, agreement.amount_open),
            ("active", 300, 400),
        )
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertLedgerEven()
        for day in ("2026-07-10", "2026-07-12", "2026-07-15"):
            self.assertLedgerEven(day)
