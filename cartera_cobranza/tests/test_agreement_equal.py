from odoo import Command, fields
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementEqual(NegotiationCommon):
    """Equal payments that include the taxes on their interest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls.env["account.tax"].create(
            {"name": "VAT 16", "amount": 16, "type_tax_use": "sale"}
        )
        products = cls.interest_product | cls.fee_product
        products.taxes_id = cls.vat
        cls.third = cls._invoice(10800, "2026-05-01", due="2026-05-31")
        cls.env["cartera.run"].run(cls.company)

    def _restructure(self, **vals):
        """12,000 at 2 % a month."""
        vals = {"term": 12, "rate": 24, "down_payment": 0, **vals}
        return self._negotiate(product_id=self.reestructura.id, **vals)

    def assertEqualTotals(self, agreement, cents=6, skip=0):
        """All the same but the last, which has what rounding leaves.

        :return: the total of the first
        """
        totals = agreement.installment_ids.sorted("number").mapped("amount_total")
        self.assertEqual(len(set(totals[skip:-1])), 1, totals)
        self.assertAlmostEqual(totals[-1], totals[skip], delta=cents / 100)
        debt = sum(agreement.installment_ids.mapped("amount_principal"))
        self.assertAlmostEqual(debt, agreement.amount_payable, 2)
        self.assertAlmostEqual(sum(totals), agreement.amount_total, 2)
        self.assertEqual(
            agreement.installment_ids.sorted("number")[-1].amount_balance, 0
        )
        return totals[skip]

    # -- negotiating --------------------------------------------------------------

    def test_totals_are_equal_in_the_form(self):
        with self._form() as form:
            form.product_id = self.reestructura
            self.assertTrue(form.equal_with_taxes)
            form.term = 12
            form.rate = 24
            totals = [row["amount_total"] for row in form.installment_ids._records]
            self.assertEqual(totals, [1157.13] * 11 + [1157.17])
            self.assertEqual(
                (form.amount_interest, form.amount_charge_tax, form.amount_total),
                (1625.51, 260.09, 13885.60),
            )
            first = form.installment_ids._records[0]
            self.assertEqual(
                [
                    first["amount_principal"],
                    first["amount_interest"],
                    first["amount_tax"],
                    first["amount_balance"],
                ],
                [878.73, 240, 38.4, 11121.27],
            )
            form.equal_with_taxes = False
            rows = form.installment_ids._records
            totals = [row["amount_total"] for row in rows]
            self.assertEqual(totals[0], round(1134.72 + 38.4, 2))
            self.assertEqual(totals, sorted(totals, reverse=True))
            self.assertEqual(
                {
                    round(row["amount_total"] - row["amount_tax"], 2)
                    for row in rows[:-1]
                },
                {1134.72},
            )
            form.equal_with_taxes = True
        self.assertEqual(self.assertEqualTotals(form.save()), 1157.13)

    def test_the_product_says_which(self):
        self.assertTrue(self._restructure().equal_with_taxes)
        self.reestructura.equal_with_taxes = False
        agreement = self._restructure()
        self.assertFalse(agreement.equal_with_taxes)
        first = agreement.installment_ids[0]
        self.assertEqual(first.amount_principal + first.amount_interest, 1134.72)
        agreement.equal_with_taxes = True
        self.assertEqual(self.assertEqualTotals(agreement), 1157.13)

    def test_all_that_are_shipped_include_them(self):
        shipped = self.env["ir.model.data"].search(
            [
                ("module", "=", "cartera_cobranza"),
                ("model", "=", "cartera.agreement.product"),
            ]
        )
        products = self.env["cartera.agreement.product"].browse(
            shipped.mapped("res_id")
        )
        self.assertTrue(products)
        self.assertEqual(set(products.mapped("equal_with_taxes")), {True})

    def test_what_was_offered_stays_as_it_was(self):
        agreement = self._restructure()
        agreement.sudo().action_propose()
        self.reestructura.equal_with_taxes = False
        self.assertEqual(self.assertEqualTotals(agreement), 1157.13)
        self.assertTrue(agreement.equal_with_taxes)

    def test_other_methods_are_left_alone(self):
        for method in ("german", "flat", "american"):
            with self.subTest(method):
                rows = [
                    [row.amount_principal, row.amount_interest]
                    for included in (True, False)
                    for row in self._restructure(
                        method=method, equal_with_taxes=included
                    ).installment_ids
                ]
                self.assertEqual(rows[:12], rows[12:])

    # -- the rate -----------------------------------------------------------------

    def test_taxes_are_no_cost_under_the_cap(self):
        """26.82 % effective is what 2 % a month comes to, by the days of the calendar
        a bit more or less; 2.32 % a month would be 31.68 %."""
        self.company.cartera_rate_cap = 27
        included = self._restructure()
        self.assertFalse(included.problem_text)
        self.assertAlmostEqual(included.rate_effective, 26.82, delta=0.15)
        apart = self._restructure(equal_with_taxes=False)
        self.assertAlmostEqual(
            included.rate_effective, apart.rate_effective, delta=0.01
        )
        self.assertGreater(included.amount_interest, apart.amount_interest)

    # -- the documents ------------------------------------------------------------

    def _get_text(self, agreement):
        agreement.sudo().action_propose()
        return agreement.sudo()._issue("proposal").body

    def test_the_offer_says_what_each_payment_is(self):
        included = self._get_text(self._restructure(down_payment=0))
        self.assertIn("Equal payments", included)
        self.assertIn("1,157.13", included.split("Equal payments")[1])
        apart = self._restructure(equal_with_taxes=False)
        self.assertNotIn("Equal payments", self._get_text(apart))

    def test_only_what_is_equal_is_called_so(self):
        self.assertEqual(self._restructure()._get_equal_payment(), 1157.13)
        after_grace = {"grace_periods": 1, "grace_kind": "pay_interest"}
        for vals in ({"method": "german"}, {"rate": 0}, {"term": 1}, after_grace):
            with self.subTest(vals):
                self.assertEqual(self._restructure(**vals)._get_equal_payment(), 0)
        # The down payment is none of them.
        self.assertGreater(self._restructure(down_payment=500)._get_equal_payment(), 0)

    # -- taxes as the invoice has them ---------------------------------------------

    def test_each_invoice_has_what_was_agreed(self):
        agreement = self._restructure(term=4, amount_fee=7.77)
        total = self.assertEqualTotals(agreement)
        agreement.sudo().action_propose()
        agreement.sudo()._sign()
        rows = agreement.sudo().installment_ids.sorted("number")
        with self._on(rows[-1].date):
            agreement.sudo()._charge(rows[-1].date)
        for row in rows:
            [charge] = row.charge_ids
            self.assertEqual(charge.amount_tax, row.amount_tax)
            paid = round(row.amount_principal + charge.amount_total, 2)
            self.assertEqual(paid, row.amount_total)
            if row != rows[-1]:
                self.assertEqual(paid, total)

    def test_rounding_of_the_company(self):
        """Two taxes, of which each line or the whole invoice is rounded."""
        local = self.vat.copy({"name": "Local 1.75", "amount": 1.75})
        (self.interest_product | self.fee_product).taxes_id |= local
        for rounding in ("round_per_line", "round_globally"):
            with self.subTest(rounding):
                self.company.tax_calculation_rounding_method = rounding
                self.assertEqualTotals(self._restructure(amount_fee=3.33))

    def test_prices_that_include_their_taxes(self):
        self.vat.price_include_override = "tax_included"
        self.assertEqual(self.assertEqualTotals(self._restructure()), 1157.13)

    def test_an_exempt_debtor_pays_the_usual_payment(self):
        exempt = self.env["account.tax"].create(
            {"name": "Exempt", "amount": 0, "type_tax_use": "sale"}
        )
        position = self.env["account.fiscal.position"].create({"name": "Exempt"})
        exempt.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.vat.ids)],
            }
        )
        self.debtor.property_account_position_id = position
        self.assertEqual(self.assertEqualTotals(self._restructure()), 1134.72)

    def test_a_currency_without_cents(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self._invoice(90_000, "2026-03-01", due="2026-03-31", currency=yen)
        agreement = self._restructure(currency_id=yen.id)
        total = self.assertEqualTotals(agreement, cents=1200)
        self.assertEqual(total, 8678)  # 90,000 at 2.32 % a month: 8,678.495

    # -- other schedules ----------------------------------------------------------

    def test_by_the_days_of_the_calendar(self):
        agreement = self._restructure(
            day_count="actual_360", date_first="2026-08-15", move_to_working=True
        )
        self.assertEqualTotals(agreement)

    def test_after_a_grace(self):
        agreement = self._restructure(grace_periods=3, grace_kind="capitalise")
        rows = agreement.installment_ids
        self.assertEqual(rows[:3].mapped("amount_total"), [0, 0, 0])
        self.assertEqualTotals(agreement, skip=3)
        agreement.grace_kind = "pay_interest"
        rows = agreement.installment_ids
        self.assertEqual(rows[:3].mapped("amount_total"), [278.4] * 3)
        self.assertEqualTotals(agreement, skip=3)

    def test_after_a_down_payment(self):
        agreement = self._restructure(down_payment=2000)
        self.assertEqual(agreement.installment_ids[0].amount_total, 2000)
        self.assertEqual(agreement.installment_ids[0].amount_tax, 0)
        self.assertEqualTotals(agreement, skip=1)

    def test_a_copy_keeps_the_choice(self):
        agreement = self._restructure(equal_with_taxes=False)
        self.assertFalse(agreement.copy().equal_with_taxes)

    def test_an_offer_is_not_changed_any_more(self):
        agreement = self._restructure(date=fields.Date.today())
        agreement.sudo().action_propose()
        with self.assertRaisesRegex(Exception, "under negotiation"):
            agreement.equal_with_taxes = False
