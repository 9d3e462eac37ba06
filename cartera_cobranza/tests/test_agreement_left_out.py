from odoo import Command, fields
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementLeftOut(NegotiationCommon):
    """What was disputed of an item when an agreement began stays out of it."""

    def _dispute(self, amount, move=None):
        line = self._receivable_lines(move or self.first)
        reason = self.env.ref("cartera_cobranza.dispute_reason_price")
        return self.case._open_dispute(
            {"reason_id": reason.id, "lines": [(line.id, amount)]}
        )

    def _cover(self, amount, *payments, move=None, **values):
        """An agreement in force about ``amount`` of the first invoice."""
        line = self._receivable_lines(move or self.first)
        item = {"line_id": line.id, "sequence": 0, "amount": amount}
        return self._make_agreement(
            move or self.first,
            *(payments or [("2026-07-15", amount)]),
            item_ids=[Command.create(item)],
            **values,
        )

    def _read(self, agreement):
        self.env["cartera.case"].search([])
        agreement.invalidate_recordset()
        return agreement

    def _credit(self, amount):
        note = self._invoice(amount, "2026-06-30", move_type="out_refund")
        self._match(note | self.first)
        return note

    # -- how much -----------------------------------------------------------------

    def test_no_more_than_is_not_covered(self):
        self._dispute(300)
        self.assertEqual(self._cover(800).item_ids.amount_left_out, 200)

    def test_what_was_disputed_only_after_the_offer_is_covered(self):
        agreement = self._offered()
        self._dispute(300)
        agreement._sign()
        self.assertEqual(agreement.item_ids.mapped("amount_left_out"), [0, 0])

    def test_what_is_disputed_later_is_not_left_out(self):
        agreement = self._cover(600)
        self._dispute(300)
        self._pay(self.first, 400, "2026-06-30")
        self.assertEqual(agreement.item_ids.amount_left_out, 0)
        self.assertEqual(self._read(agreement).amount_paid, 0)

    def test_what_was_paid_since_the_offer_pays_what_is_covered(self):
        self._dispute(300)
        agreement = self._offered()
        self.assertEqual(agreement.item_ids.mapped("amount"), [700, 200])
        self._pay(self.first, 150, "2026-06-30")
        agreement._sign()
        self.assertEqual(agreement.item_ids.mapped("amount_left_out"), [300, 0])
        self.assertEqual(self._read(agreement).amount_paid, 150)

    def test_a_refinanced_agreement_leaves_out_what_is_still_disputed(self):
        self._dispute(300)
        old = self._signed(
            product_id=self.reestructura.id, down_payment=0, term=2, rate=0
        )
        self._pay(self.first, 400, "2026-06-30")
        self._credit(100)
        self.assertEqual(self._read(old).amount_paid, 400)
        new = self._as(self.collector, old)._refinance({})
        self.assertEqual(new.item_ids.mapped("amount"), [300, 200])
        new.action_propose()
        new._sign()
        self.assertEqual(new.item_ids.mapped("amount_left_out"), [200, 0])
        self._pay(self.first, 50, "2026-06-30")
        self.assertEqual(self._read(new).amount_paid, 50)
        self._credit(200)
        self.assertEqual((self._read(new).amount_paid, new.amount_credited), (50, 0))

    # -- what becomes of it -------------------------------------------------------

    def test_the_table_of_the_accounting_manual(self):
        dispute = self._dispute(300)
        agreement = self._cover(700, ("2026-07-15", 350), ("2026-08-15", 350))
        self.assertPieces((None, 300, "disputed"), (1, 350), (2, 350))
        self._pay(self.first, 350, "2026-06-30")
        self.assertPieces((None, 300, "disputed"), (2, 350))
        note = self._credit(300)
        self.assertPieces((2, 350))
        self._unmatch(note)
        note = self._credit(340)
        self.assertPieces((2, 310))
        self._unmatch(note)
        dispute.action_unfounded()
        self.assertPieces((None, 300, "collectable"), (2, 350))
        self._pay(self.first, 350, "2026-06-30")
        self.assertPieces((None, 300, "collectable"))
        self.assertEqual(self._read(agreement).standing, "complete")

    def assertPieces(self, *expected):
        """:param expected: ``(instalment or None, open, status)`` of each piece of the
        first invoice, the status of an instalment being left out"""
        line = self._receivable_lines(self.first)
        self.env["cartera.case"].search([])
        items = self._items().search([("move_line_id", "=", line.id)])
        found = [
            (item.installment_id.number, item.amount_residual)
            if item.agreement_id
            else (None, item.amount_residual, item.status)
            for item in items
        ]
        self.assertCountEqual(found, expected)
        self.assertLedgerEven()

    def _unmatch(self, note):
        self._receivable_lines(note).remove_move_reconcile()

    # -- its charges --------------------------------------------------------------

    def test_the_rest_is_charged_while_it_is_disputed(self):
        self._dispute(300)
        agreement = self._cover(700, ("2026-07-15", 350, 20), ("2026-08-15", 350, 10))
        first, second = agreement.installment_ids
        self._charge("2026-07-15")
        self.assertEqual(first.charge_state, "issued")
        # What is covered waits.
        self._dispute(100)
        self._charge("2026-08-15")
        self.assertEqual(
            (second.charge_state, second.charge_note),
            ("waiting", "A covered item is disputed."),
        )

    def _charge(self, day):
        """What the night of ISO ``day`` does."""
        date = fields.Date.to_date(day)
        with self._on(day):
            self.env["cartera.agreement.engine"]._judge(self.company, date)
            charger = self.env["cartera.agreement.charger"]
            self.assertEqual(charger._charge_company(self.company, date)[1], [])

    # -- what else is not covered -------------------------------------------------

    def test_what_else_is_not_covered_is_paid_before(self):
        """Of 1,000, 300 are disputed, 500 covered and 200 neither."""
        self._dispute(300)
        agreement = self._cover(500)
        self._pay(self.first, 250, "2026-06-30")
        self._credit(300)
        self.assertEqual(self._read(agreement).amount_paid, 50)
        self.assertEqual(agreement.amount_credited, 0)
        self.assertLedgerEven()

    def test_match_payments_spares_what_was_left_out(self):
        self._dispute(300)
        agreement = self._cover(500)
        payment = self._pay(self.first.browse(), 1000, "2026-06-30", match=False)
        agreement.action_match_payments()
        self.assertEqual(self.first.amount_residual, 300)
        money = self._receivable_lines(payment.move_id)
        self.assertEqual(money.amount_residual, -300)
        self.assertEqual(self._read(agreement).standing, "complete")

    # -- in another currency ------------------------------------------------------

    def test_in_a_foreign_currency_at_book_value(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.0531)])
        move = self._invoice(100.01, "2026-02-01", due="2026-02-28", currency=euro)
        line = self._receivable_lines(move)
        self._dispute(30, move)
        agreement = self._cover(
            70.01, ("2026-07-15", 35), ("2026-08-15", 35.01), move=move
        )
        self._pay(move, 35, "2026-06-30", currency=euro)
        items = self._items().search([("move_line_id", "=", line.id)])
        self.assertEqual(
            sorted(
                (item.installment_id.number, round(item.amount_residual_currency, 2))
                for item in items
            ),
            [(0, 30), (2, 35.01)],
        )
        self.assertAlmostEqual(
            sum(items.mapped("amount_residual")), line.amount_residual, 2
        )
        self.assertEqual(self._read(agreement).amount_paid, 35)
        self.assertLedgerEven()
