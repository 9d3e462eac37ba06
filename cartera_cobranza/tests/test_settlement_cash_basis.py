from odoo.tests import tagged

from .settlement_common import SettlementCommon, skip_unless_installed


@tagged("post_install", "-at_install")
class TestSettlementCashBasis(SettlementCommon):
    """Cash-basis taxes: what is never collected never falls due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_cash_basis()

    @classmethod
    def _set_up_cash_basis(cls):
        cls.transition = cls._account(
            "VATT", "VAT to collect", "liability_current", reconcile=True
        )
        cls.withheld_account = cls._account("VATW", "Withheld", "asset_current")
        cls.base_account = cls._account("CABA", "Cash basis base", "income_other")
        cls.company.write(
            {
                "tax_exigibility": True,
                "tax_cash_basis_journal_id": cls.misc_journal.copy({"code": "CABA"}).id,
                "account_cash_basis_base_account_id": cls.base_account.id,
            }
        )
        cls.credited = cls.income
        values = {
            "tax_exigibility": "on_payment",
            "cash_basis_transition_account_id": cls.transition.id,
        }
        cls.vat = cls._tax("VAT 16", 16, **values)
        cls.withheld = cls._tax("Withheld", -4, cls.withheld_account, **values)

    def _balance(self, account):
        [(total,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            [],
            ["balance:sum"],
        )
        return round(total or 0, 2)

    def _cash_basis_moves(self, invoice):
        return self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", invoice.id)]
        )

    def assertCollected(self, tax, withheld=0):
        """So much tax is due, and nothing waits for money any more."""
        self.assertEqual(self._balance(self.tax_account), -tax)
        self.assertEqual(self._balance(self.withheld_account), withheld)
        self.assertEqual(self._balance(self.transition), 0)
        open_lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.transition.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ]
        )
        self.assertFalse(open_lines)

    def test_write_off(self):
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._settled(invoice, 812, settlement_method="write_off")
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.loss_account: 300, self.transition: 48, self.receivable: -348},
        )
        self.assertEqual(len(self._cash_basis_moves(invoice)), 1)
        self.assertCollected(112)
        self.assertSettled(agreement)

    def test_credit_note(self):
        """Odoo declares it as collected and as credited: nothing falls due."""
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._settled(invoice, 812)
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.credited: 300, self.transition: 48, self.receivable: -348},
        )
        self.assertCollected(112)
        self.assertSettled(agreement)

    def test_discount(self):
        now = self._tax("Special 8", 8)
        invoice = self._taxed_invoice((1000, self.vat | now))
        agreement = self._settled(invoice, 868, settlement_method="discount")
        self.assertEqual(self._balance(self.transition), 0)
        # 8 % of 1,000 when invoiced, of which 24 go back; 112 of VAT as it was paid.
        self.assertEqual(self._balance(self.tax_account), -80 + 24 - 112)
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {
                self.discount_account: 300,
                self.transition: 48,
                self.tax_account: 24,
                self.receivable: -372,
            },
        )
        self.assertSettled(agreement)

    def test_withholding_and_partial_payments_to_the_cent(self):
        """In every method the tax is that of the money that came in."""
        for method in ("write_off", "discount", "credit_note"):
            with self.subTest(method=method):
                before = self._balance(self.tax_account)
                invoice = self._taxed_invoice(
                    (333.33, self.vat | self.withheld), (66.66, self.vat)
                )
                tax = -sum(
                    invoice.line_ids.filtered(
                        lambda line: line.tax_line_id == self.vat
                    ).mapped("balance")
                )
                self._pay(invoice, 100.01, "2026-05-20")
                self._pay(invoice, 33.34, "2026-06-20")
                agreement = self._settled(invoice, 150, settlement_method=method)
                share = 283.35 / invoice.amount_total
                self.assertAlmostEqual(
                    before - self._balance(self.tax_account), tax * share, delta=0.015
                )
                self.assertEqual(self._balance(self.transition), 0)
                self.assertSettled(agreement)

    def test_a_waiver_of_some_instalments_leaves_the_tax_of_the_others(self):
        invoice = self._taxed_invoice(
            (1000, self.vat), due=[("2026-05-01", 50), ("2026-12-01", 50)]
        )
        first, second = self._receivable_lines(invoice).sorted("date_maturity")
        agreement = self._make_agreement(
            invoice, ("2026-07-05", 348), settlement_method="write_off"
        )
        agreement.item_ids.filtered(lambda i: i.line_id == second).sudo().unlink()
        agreement.write({"amount_debt": 580, "amount_quita": 232})
        credit = self._receivable_lines(
            self._pay(invoice.browse(), 348, "2026-06-30", match=False).move_id
        )
        (first | credit).reconcile()
        agreement._settle(self._day("2026-06-30"))
        # 48 of the money, 32 waived, 80 of the instalment that is still owed.
        self.assertEqual(self._balance(self.tax_account), -48)
        self.assertEqual(self._balance(self.transition), -80)
        self._pay(invoice, 580, "2026-07-30")
        self.assertCollected(128)

    def test_what_is_undone_waits_for_money_again(self):
        for method in ("write_off", "discount", "credit_note"):
            with self.subTest(method=method):
                due = self._balance(self.tax_account)
                waiting = self._balance(self.transition)
                invoice = self._taxed_invoice((1000, self.vat))
                agreement = self._settled(invoice, 812, settlement_method=method)
                agreement._undo_settlement("Wrong method")
                self.assertEqual(self._balance(self.transition), waiting - 48)
                self.assertEqual(self._balance(self.tax_account), due - 112)
                self._pay(invoice, 348, "2026-07-30")
                self.assertEqual(self._balance(self.transition), waiting)
                self.assertEqual(self._balance(self.tax_account), due - 160)
                self.assertLedgerEven()

    def test_foreign_currency(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-06-01", 4.0)]
        )
        invoice = self._taxed_invoice((1000, self.vat), currency=currency)
        agreement = self._settled(invoice, 812, settlement_method="write_off")
        self.assertEqual(
            self._balances(self._booked(agreement)),
            {self.loss_account: 150, self.transition: 24, self.receivable: -174},
        )
        # 112 of tax were collected at 4.
        self.assertCollected(28)
        self.assertSettled(agreement)


@tagged("post_install", "-at_install")
class TestSettlementMexico(TestSettlementCashBasis):
    """The same with the chart and the VAT of Mexico, where credit notes go to the
    account of returns and discounts."""

    @classmethod
    @SettlementCommon.setup_chart_template("mx")
    def setUpClass(cls):
        skip_unless_installed("l10n_mx")
        super().setUpClass()

    @classmethod
    def _set_up_cash_basis(cls):
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.vat = chart.ref("tax12")
        cls.transition = cls.vat.cash_basis_transition_account_id
        cls.tax_account = cls.vat.invoice_repartition_line_ids.account_id
        cls.income = cls._revenue_account(cls.company)
        cls.credited = cls.company.l10n_mx_income_return_discount_account_id
        cls.withheld_account = cls._account("VATW", "Withheld", "asset_current")
        cls.withheld = cls._tax(
            "Withheld",
            -4,
            cls.withheld_account,
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=cls.transition.id,
        )
