from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementBounds(NegotiationCommon):
    """Terms that nobody may grant, however they are written, and terms typed by
    mistake."""

    def _restructure(self, **vals):
        return self._negotiate(product_id=self.reestructura.id, **vals)

    def assertRefused(self, agreement, text):
        self.assertIn(text, agreement.problem_text or "")
        with self.assertRaisesRegex(UserError, text):
            agreement.action_propose()
        self.assertEqual(agreement.state, "draft")

    # -- limits -------------------------------------------------------------------

    def test_a_fee_below_zero_would_be_a_hidden_discount(self):
        agreement = self._restructure(term=3, rate=24, amount_fee=-5)
        self.assertRefused(agreement, "The fee is less than zero")

    def test_an_offer_has_a_last_day(self):
        """Without one it would stand for ever, within any limit of days."""
        agreement = self._negotiate(term=1)
        agreement.date_valid_until = False
        self.assertRefused(agreement, "until when the offer is valid")

    def test_products_of_other_countries_are_not_offered(self):
        """The limits of one would pass over those that hold here."""
        lenient = self._agreement_product(
            "finiquito", country_ids=[Command.set(self.env.ref("base.cl").ids)]
        )
        agreement = self._negotiate(product_id=lenient.id, quita_capital=90)
        self.assertRefused(agreement, "not offered to debtors of this company")

    def test_nor_are_those_that_are_not_offered_any_more(self):
        agreement = self._negotiate()
        self.finiquito.active = False
        self.assertRefused(agreement, "not offered to debtors of this company")

    def test_a_rate_is_no_less_for_being_called_effective(self):
        self.collectors, self.supervisors = self.finiquito.grid_ids
        self.collectors.write({"rate_min": 24, "rate_default": 24})
        agreement = self._negotiate(rate=24, term=2, periodicity="month")
        self.assertNotIn("Rate", agreement.limit_text or "")
        agreement.rate_kind = "effective"
        self.assertIn("Rate: 21.71 %, at least 24 %.", agreement.limit_text)
        agreement.rate = 26.83  # 24 % a year compounded by the month
        self.assertNotIn("Rate", agreement.limit_text or "")

    def test_no_down_payment_before_the_agreement(self):
        agreement = self._restructure(
            term=3, rate=24, down_payment=100, date_down_payment="2020-01-01"
        )
        self.assertRefused(agreement, "none comes before the agreement")

    # -- mistakes -----------------------------------------------------------------

    def test_a_year_typed_by_mistake(self):
        for vals in (
            {"date_first": "9999-12-01", "term": 12},
            {"date_first": "2026-07-30", "term": 600, "periodicity": "year"},
            {"down_payment": 100, "date_down_payment": "9999-12-31"},
        ):
            with self.subTest(vals):
                self.assertRefused(self._restructure(**vals), "100 years ahead")
        agreement = self._restructure(
            payments=[("2026-07-30", 100), ("9999-01-01", 100)],
            rate=24,
            rate_kind="effective",
        )
        self.assertRefused(agreement, "100 years ahead")

    def test_a_first_day_long_ago(self):
        agreement = self._restructure(date_first="0026-07-30", move_to_working=True)
        self.assertRefused(agreement, "none comes before the agreement")

    def test_a_rate_typed_by_mistake(self):
        for periodicity, term in (("month", 360), ("year", 90)):
            for method in ("french", "flat"):
                vals = {
                    "method": method,
                    "periodicity": periodicity,
                    "term": term,
                    "grace_periods": 2,
                    "grace_kind": "capitalise",
                }
                with self.subTest(**vals):
                    agreement = self._restructure(rate=1000, **vals)
                    self.assertEqual(len(agreement.installment_ids), term)
                    self.assertGreater(agreement.rate_effective, 900)
        agreement = self._restructure(
            rate=1e15,
            periodicity="year",
            term=12,
            grace_kind="capitalise",
            grace_periods=8,
        )
        self.assertFalse(agreement.installment_ids)
        self.assertRefused(agreement, "grows beyond all measure")

    def test_a_form_bears_what_is_cleared(self):
        self.collector.group_ids += self.env.ref("base.group_multi_currency")
        for name in (
            "currency_id",
            "date",
            "date_down_payment",
            "date_first",
            "date_valid_until",
            "day_count",
            "grace_kind",
            "method",
            "periodicity",
            "product_id",
            "rate_kind",
            "term",
        ):
            with self.subTest(name):
                form = self._form()
                form.product_id = self.reestructura
                form.down_payment = 100
                form.rate = 24
                form.grace_periods = 1
                # A record is cleared by one that is none.
                none = name in ("currency_id", "product_id") and form[name][:0]
                form[name] = none
                self.assertFalse(form[name])
