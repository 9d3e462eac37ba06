from odoo.exceptions import UserError
from odoo.tests import tagged

from .settlement_common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementCreditNote(SettlementCommon):
    """What is waived by credit notes, to the cent."""

    def _credit_of(self, agreement):
        note = self._booked(agreement)
        self.assertEqual(note.move_type, "out_refund")
        return note

    def test_taxes_in_proportion(self):
        vat = self._tax("VAT 16", 16)
        invoice = self._taxed_invoice((1000, vat))
        agreement = self._settled(invoice, 812)
        note = self._credit_of(agreement)
        self.assertEqual(
            self._balances(note),
            {self.income: 300, self.tax_account: 48, self.receivable: -348},
        )
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.invoice_line_ids.tax_ids, vat)
        self.assertSettled(agreement)

    def test_every_waiver_closes_to_the_cent(self):
        """Several taxes, one included, one withheld, one fixed, in both roundings."""
        vat = self._tax("VAT 16", 16)
        special = self._tax("IEPS 8", 8, include_base_amount=True, sequence=0)
        withheld = self._tax("Withheld", -10.6667)
        included = self._tax("Included", 19, price_include_override="tax_included")
        fixed = self._tax("Fixed", 0.37, amount_type="fixed")
        cases = [
            ((33.33, vat), (66.67, vat | special)),
            ((1234.56, vat | withheld), (0.99, vat)),
            ((119.99, included), (7.77, self.env["account.tax"])),
            ((10.01, vat | fixed), (20.02, fixed)),
        ]
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            for lines in cases:
                for share in (0.137, 0.99):
                    with self.subTest(rounding=rounding, lines=lines, share=share):
                        invoice = self._taxed_invoice(*lines)
                        paid = round(invoice.amount_total * share, 2)
                        agreement = self._settled(invoice, paid)
                        note = self._credit_of(agreement)
                        waived = round(invoice.amount_total - paid, 2)
                        self.assertEqual(note.amount_total, waived)
                        self.assertAlmostEqual(
                            note.amount_tax,
                            self._credited_tax(invoice, fixed)
                            * waived
                            / invoice.amount_total,
                            delta=0.011 * len(note.line_ids),
                        )
                        self.assertSettled(agreement)

    def _credited_tax(self, invoice, fixed):
        """Taxes of the invoice that follow its price."""
        lines = invoice.line_ids.filtered(
            lambda line: line.tax_line_id and line.tax_line_id != fixed
        )
        return -sum(lines.mapped("balance"))

    def test_one_note_for_each_invoice_and_partial_payments_before(self):
        vat = self._tax("VAT 16", 16)
        first = self._taxed_invoice((1000, vat))
        second = self._taxed_invoice((500, vat), due="2026-05-20")
        self._pay(first, 160, "2026-05-15")
        agreement = self._settled(first | second, 700)
        # The oldest takes all the money: 700 of its 1,000; the other none.
        notes = self._booked(agreement).sorted("amount_total")
        self.assertEqual(notes.mapped("amount_total"), [300, 580])
        self.assertEqual(notes.reversed_entry_id, first | second)
        self.assertSettled(agreement)

    def test_instalments_that_are_not_covered_stay(self):
        vat = self._tax("VAT 16", 16)
        invoice = self._taxed_invoice(
            (1000, vat),
            due=[("2026-05-01", 30), ("2026-06-01", 30), ("2026-12-01", 40)],
        )
        lines = self._receivable_lines(invoice).sorted("date_maturity")
        agreement = self._make_agreement(invoice, ("2026-07-05", 500), kind="finiquito")
        agreement.item_ids.filtered(
            lambda item: item.line_id == lines[2]
        ).sudo().unlink()
        agreement.write({"amount_debt": 696, "amount_quita": 196})
        payment = self._pay(invoice.browse(), 500, "2026-07-05", match=False)
        credit = self._receivable_lines(payment.move_id)
        with self._on("2026-07-05"):
            (lines[:2] | credit).reconcile()
            self.assertTrue(agreement._settle(self._day("2026-07-05")))
        self.assertEqual(lines.mapped("amount_residual"), [0, 0, 464])
        self.assertEqual(self._credit_of(agreement).amount_total, 196)
        self.assertEqual(agreement.state, "kept")
        self.assertLedgerEven()

    def test_foreign_currency_is_waived_at_its_book_value(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-06-01", 4.0)]
        )
        vat = self._tax("VAT 16", 16)
        invoice = self._taxed_invoice((1000.33, vat), currency=currency)
        agreement = self._settled(invoice, 800)
        note = self._credit_of(agreement)
        self.assertEqual(note.amount_total, 360.38)
        # 1,160.38 stand at 580.20; the 800 of it at 400.01, and only 200 came in.
        self.assertEqual(self._balances(note)[self.receivable], -180.19)
        partials = self._receivable_lines(note).matched_debit_ids
        self.assertFalse(partials.exchange_move_id)
        exchange = self._receivable_lines(invoice).matched_credit_ids.exchange_move_id
        lost = exchange.line_ids.filtered(
            lambda line: line.account_id.account_type == "expense"
        )
        self.assertEqual(sum(lost.mapped("balance")), 200.01)
        self.assertSettled(agreement)

    def test_cents_of_a_strong_currency_make_no_difference_in_exchange(self):
        """A cent of it is worth many of the company's, and so is half a cent."""
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 1 / 17.3123), ("2026-06-01", 1 / 18.9871)]
        )
        taxes = self._tax("VAT 16", 16), self._tax("VAT 8", 8), self.env["account.tax"]
        for prices, paid in (((1000.07, 333.36, 7.77), 777.77), ((19.99, 6.66), 7.13)):
            lines = zip(prices, taxes, strict=False)
            invoice = self._taxed_invoice(*lines, currency=euro)
            agreement = self._settled(invoice, paid)
            note = self._receivable_lines(self._credit_of(agreement))
            self.assertFalse(note.matched_debit_ids.exchange_move_id)
            self.assertSettled(agreement)

    def test_drafts_are_reviewed_first(self):
        self.company.cartera_credit_note_draft = True
        vat = self._tax("VAT 16", 16)
        invoice = self._taxed_invoice((1000, vat))
        agreement = self._make_agreement(invoice, ("2026-07-05", 812), kind="finiquito")
        self._pay(invoice, 812, "2026-06-30")
        agreement.is_settlement_due = True
        settler = self.env["cartera.agreement.settler"]
        today = self._day("2026-06-30")
        for _night in range(2):
            self.assertEqual(settler._settle_company(self.company, today), (0, []))
        note = self._booked(agreement)
        self.assertRecordValues(note, [{"state": "draft", "amount_total": 348}])
        self.assertEqual(agreement.state, "active")
        self.assertTrue(agreement.is_waiting_review)
        note.action_post()
        self.assertEqual(settler._settle_company(self.company, today), (1, []))
        self.assertEqual(self._booked(agreement), note)
        self.assertSettled(agreement)

    def _reviewed(self):
        """A paid finiquito whose credit note waits for its review."""
        self.company.cartera_credit_note_draft = True
        invoice = self._taxed_invoice((1000, self._tax("VAT 16", 16)))
        agreement = self._make_agreement(invoice, ("2026-07-05", 812), kind="finiquito")
        payment = self._pay(invoice, 812, "2026-06-30")
        self.assertFalse(agreement._settle(self._day("2026-06-30")))
        return agreement, payment, self._booked(agreement)

    def test_a_draft_lapses_with_its_agreement(self):
        agreement, _payment, note = self._reviewed()
        agreement._close("cancelled", self._day("2026-06-30"), "Nobody pays")
        self.assertEqual(note.state, "cancel")
        self.assertFalse(note.cartera_settles)
        self.assertEqual(agreement.item_ids.line_id.amount_residual, 348)
        self.assertLedgerEven()

    def test_a_draft_is_not_posted_when_the_payment_was_taken_back(self):
        agreement, payment, note = self._reviewed()
        paid = self._receivable_lines(payment.move_id)
        paid.remove_move_reconcile()
        with self.assertRaisesRegex(UserError, "812.00 .*still to be paid"):
            note.action_post()
        self.assertEqual(note.state, "draft")
        (paid | agreement.item_ids.line_id).reconcile()
        note.action_post()
        self.assertTrue(agreement._settle(self._day("2026-06-30")))
        self.assertSettled(agreement)

    def test_a_draft_waives_no_more_than_is_open_by_now(self):
        agreement, _payment, note = self._reviewed()
        self._pay(agreement.item_ids.line_id.move_id, 100, "2026-06-30")
        with self.assertRaisesRegex(UserError, "348.00, and only .*248.00"):
            note.action_post()
        note.button_cancel()
        self.assertFalse(agreement._settle(self._day("2026-06-30")))
        another = self._booked(agreement).filtered(lambda one: one.state == "draft")
        self.assertEqual(another.amount_total, 248)
        another.action_post()
        self.assertTrue(agreement._settle(self._day("2026-06-30")))
        self.assertEqual(agreement.item_ids.line_id.amount_residual, 0)
        self.assertEqual(self._receivable_lines(another).amount_residual, 0)
        self.assertLedgerEven()

    def test_charges_are_credited_whatever_the_method(self):
        vat = self._tax("VAT 16", 16)
        capital = self._taxed_invoice((1000, vat))
        interest = self._taxed_invoice((100, vat), due="2026-06-01")
        agreement = self._make_agreement(
            capital | interest,
            ("2026-07-05", 1000),
            kind="finiquito",
            settlement_method="write_off",
        )
        agreement.item_ids.filtered(
            lambda item: item.line_id.move_id == interest
        ).component = "interest"
        self._pay(capital, 1000, "2026-06-30")
        agreement._settle(self._day("2026-06-30"))
        note, entry = self._booked(agreement).sorted("id")
        self.assertEqual(note.reversed_entry_id, interest)
        self.assertEqual(note.amount_total, 116)
        self.assertEqual(
            self._balances(entry), {self.loss_account: 160, self.receivable: -160}
        )
        self.assertSettled(agreement)

    def test_an_opening_balance_is_written_off(self):
        """There is no invoice that could be credited."""
        equity = self._account("OPEN", "Opening", "equity")
        opening = self._entry(
            "2026-01-01",
            [(self.receivable, self.debtor, 500), (equity, None, -500)],
        )
        agreement = self._settled(opening, 300)
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.loss_account: 200, self.receivable: -200},
        )
        self.assertSettled(agreement)

    def test_items_of_subsidiaries(self):
        branch = self._create_debtor("Faro Norte")
        vat = self._tax("VAT 16", 16)
        own = self._taxed_invoice((1000, vat))
        other = self._taxed_invoice((1000, vat), due="2026-05-20", partner=branch)
        agreement = self._make_agreement(own, ("2026-07-05", 1160), kind="finiquito")
        agreement.item_ids.sudo().copy(
            {"line_id": self._receivable_lines(other).id, "sequence": 2}
        )
        agreement.write({"amount_debt": 2320, "amount_quita": 1160})
        self._pay(own, 1160, "2026-06-30")
        agreement._settle(self._day("2026-06-30"))
        note = self._credit_of(agreement)
        self.assertRecordValues(note, [{"partner_id": branch.id, "amount_total": 1160}])
        self.assertSettled(agreement)
