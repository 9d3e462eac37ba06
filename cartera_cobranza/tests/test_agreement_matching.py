from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .charges_common import ChargesCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementMatching(ChargesCommon):
    """What *Match Payments* does while charges that have come are not posted."""

    def _agree(self, *payments, **values):
        agreement = super()._agree(*payments, **values)
        for part in agreement.installment_ids:
            part.amount_tax = agreement._estimate_charge_tax(
                part.amount_interest, part.amount_fee
            )
        return agreement

    def _receive(self, amount, day="2026-07-15"):
        payment = self._pay(self.env["account.move"], amount, day, match=False)
        return self._receivable_lines(payment.move_id)

    def _match_payments(self, agreement, day="2026-07-15"):
        with self._on(day):
            return agreement.action_match_payments()

    def _judge(self, day):
        self.env["cartera.agreement.engine"]._judge(
            self.company, fields.Date.to_date(day)
        )

    def test_money_for_a_charge_that_cannot_be_invoiced_is_kept_for_it(self):
        agreement = self._agree()
        self.interest.active = False
        money = self._receive(523)
        told = self._match_payments(agreement)
        self.assertEqual(self.invoice.amount_residual, 500)
        self.assertEqual(money.amount_residual, -23)
        first = agreement.installment_ids[0]
        self.assertEqual(first.charge_state, "waiting")
        self.assertIn("no product in use", agreement.charge_text)
        self.assertIn("23.00", told["params"]["message"])
        self.interest.active = True
        self.assertFalse(self._match_payments(agreement, "2026-07-16"))
        self.assertTrue(money.reconciled)
        self.assertEqual(self.invoice.amount_residual, 500)
        self.assertEqual((first.state, first.charge_state), ("paid", "issued"))
        self.assertLedgerEven()

    def test_nothing_that_is_due_is_kept(self):
        agreement = self._agree()
        self.interest.active = False
        money = self._receive(500)
        self.assertFalse(self._match_payments(agreement))
        self.assertTrue(money.reconciled)
        self.assertEqual(self.invoice.amount_residual, 500)

    def test_what_cannot_be_invoiced_makes_nobody_late(self):
        agreement = self._agree(default_days=10)
        self.interest.active = False
        self._receive(523)
        self._match_payments(agreement)
        with self._on("2026-07-30"):
            self._judge("2026-07-30")
        self.assertEqual((agreement.standing, agreement.days_late), ("in_time", 0))
        self.assertEqual(agreement.installment_ids[0].state, "partial")
        self.assertEqual(str(agreement.date_next), "2026-07-15")

    def test_closed_books_are_named_and_the_debt_is_matched(self):
        agreement = self._agree()
        self.company.sale_lock_date = "2026-07-15"
        money = self._receive(523)
        self._match_payments(agreement)
        self.assertIn("Sales Lock", agreement.charge_text)
        self.assertFalse(self._charges(agreement))
        self.assertEqual(money.amount_residual, -23)
        self.assertEqual(self._charge("2026-07-16"), (1, []))

    def test_a_missing_journal_is_told_and_the_debt_is_matched(self):
        agreement = self._agree()
        self.env["account.journal"].search([("type", "=", "sale")]).active = False
        money = self._receive(523)
        self._match_payments(agreement)
        self.assertIn("ournal", agreement.charge_text)
        self.assertEqual(money.amount_residual, -23)
        self.assertEqual(self.invoice.amount_residual, 500)

    def test_an_archived_account_is_told_and_the_debt_is_matched(self):
        agreement = self._agree()
        self.interest.property_account_income_id = self.env["account.account"].create(
            {"code": "INT9", "name": "Interest earned", "account_type": "income"}
        )
        self.interest.property_account_income_id.active = False
        self._receive(523)
        self._match_payments(agreement)
        self.assertIn("archived", agreement.charge_text)
        self.assertFalse(self._charges(agreement))
        self.assertEqual(self.invoice.amount_residual, 500)

    def test_one_charge_stops_no_other(self):
        agreement = self._agree(("2026-07-15", 500, 20), ("2026-07-16", 500))
        first, second = agreement.installment_ids
        second.amount_fee = 5
        self.interest.active = False
        self._receive(523 + 505)
        self._match_payments(agreement, "2026-07-16")
        self.assertEqual(
            (first.charge_state, second.charge_state), ("waiting", "issued")
        )
        self.assertEqual(self._charges(agreement).amount_residual, 0)
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_money_for_a_charge_under_review_is_kept_for_it(self):
        self.company.cartera_charge_draft = True
        agreement = self._agree()
        money = self._receive(523)
        told = self._match_payments(agreement)
        self.assertIn("23.00", told["params"]["message"])
        self.assertEqual(money.amount_residual, -23)
        charge = self._charges(agreement)
        self.assertEqual(charge.state, "draft")
        with self._on("2026-07-30"):
            self._judge("2026-07-30")
        self.assertEqual(agreement.standing, "in_time")
        # All that is at hand is kept: nobody is told that nothing is left to pay.
        self.assertTrue(self._match_payments(agreement, "2026-07-30"))
        charge.action_post()
        self.assertFalse(self._match_payments(agreement, "2026-07-30"))
        self.assertEqual(charge.amount_residual, 0)
        self.assertEqual(agreement.installment_ids[0].state, "paid")
        with self.assertRaisesRegex(UserError, "no payment of the debtor"):
            self._match_payments(agreement, "2026-07-30")

    def test_money_on_another_account_pays_charges_too(self):
        self.company.cartera_agreement_journal_id = self.misc_journal
        self.company.cartera_agreement_account_id = self.receivable.copy(
            {"name": "Under agreement"}
        )
        product = self._agreement_product(ledger_mode="reclassification")
        agreement = self._agree(product=product)
        money = self._receive(523)
        self._match_payments(agreement)
        charge = self._charges(agreement)
        self.assertEqual(charge.amount_residual, 0)
        self.assertTrue(money.reconciled)
        self.assertEqual(agreement.installment_ids[0].state, "paid")
        self.assertEqual(
            agreement.installment_ids.line_ids.mapped("amount_residual"), [0, 500]
        )
