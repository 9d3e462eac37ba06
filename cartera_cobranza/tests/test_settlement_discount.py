from odoo.tests import tagged

from .settlement_common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementDiscount(SettlementCommon):
    """What is waived as a discount for payment, with its part of the taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._agreement_product("finiquito", settlement_method="discount")
        cls.vat = cls._tax("VAT 16", 16)

    def test_its_part_of_the_taxes_is_taken_back(self):
        tags = self.env["account.account.tag"].create(
            {"name": "base", "applicability": "taxes"}
        ) | self.env["account.account.tag"].create(
            {"name": "tax", "applicability": "taxes"}
        )
        refund = self.vat.refund_repartition_line_ids
        for line, tag in zip(refund.sorted("repartition_type"), tags, strict=True):
            line.tag_ids = tag
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._settled(invoice, 812, product=self.product)
        entry = self._booked(agreement)
        self.assertEqual(
            self._balances(entry),
            {self.discount_account: 300, self.tax_account: 48, self.receivable: -348},
        )
        base = entry.line_ids.filtered(
            lambda line: line.account_id == self.discount_account
        )
        tax = entry.line_ids.filtered("tax_line_id")
        self.assertEqual(base.tax_ids, self.vat)
        self.assertEqual(base.tax_tag_ids, tags[0])
        self.assertEqual(tax.tax_line_id, self.vat)
        self.assertEqual(tax.tax_tag_ids, tags[1])
        self.assertEqual(tax.tax_base_amount, 300)
        self.assertSettled(agreement)

    def test_every_waiver_balances_to_the_cent(self):
        withheld = self._tax("Withheld", -10.6667)
        included = self._tax("Included", 19, price_include_override="tax_included")
        fixed = self._tax("Fixed", 0.37, amount_type="fixed")
        cases = [
            ((33.33, self.vat), (66.67, self.vat | withheld)),
            ((119.99, included), (7.77, self.env["account.tax"])),
            ((10.01, self.vat | fixed), (20.02, fixed)),
        ]
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            for lines in cases:
                for share in (0.137, 0.99):
                    with self.subTest(rounding=rounding, lines=lines, share=share):
                        invoice = self._taxed_invoice(*lines)
                        paid = round(invoice.amount_total * share, 2)
                        agreement = self._settled(invoice, paid, product=self.product)
                        credit = self._receivable_lines(self._booked(agreement))
                        waived = round(invoice.amount_total - paid, 2)
                        self.assertEqual(credit.balance, -waived)
                        self.assertSettled(agreement)

    def test_without_taxes(self):
        invoice = self._invoice(1000, "2026-04-01")
        agreement = self._settled(invoice, 700, product=self.product)
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.discount_account: 300, self.receivable: -300},
        )
        self.assertSettled(agreement)

    def test_an_opening_balance_has_no_taxes(self):
        equity = self._account("OPEN", "Opening", "equity")
        opening = self._entry(
            "2026-01-01",
            [(self.receivable, self.debtor, 500), (equity, None, -500)],
        )
        agreement = self._settled(opening, 300, product=self.product)
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.discount_account: 200, self.receivable: -200},
        )
        self.assertSettled(agreement)

    def test_without_an_account_of_its_own_it_is_the_one_of_waivers(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        invoice = self._invoice(1000, "2026-04-01")
        agreement = self._settled(invoice, 700, product=self.product)
        self.assertEqual(
            self._balances(self._booked(agreement))[self.loss_account], 300
        )

    def test_foreign_currency_at_its_book_value(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-06-01", 4.0)]
        )
        invoice = self._taxed_invoice((1000, self.vat), currency=currency)
        agreement = self._settled(invoice, 812, product=self.product)
        entry = self._booked(agreement)
        self.assertEqual(
            self._balances(entry),
            {self.discount_account: 150, self.tax_account: 24, self.receivable: -174},
        )
        self.assertEqual(self._receivable_lines(entry).amount_currency, -348)
        partial = self._receivable_lines(entry).matched_debit_ids
        self.assertFalse(partial.exchange_move_id)
        self.assertSettled(agreement)
