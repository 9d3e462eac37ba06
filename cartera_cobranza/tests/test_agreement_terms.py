from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementTerms(NegotiationCommon):
    """What is proposed, and what follows from what is typed."""

    # -- proposals ----------------------------------------------------------------

    def test_one_click_proposes_all(self):
        action = self._as(self.collector, self.case).action_agreement()
        self.assertEqual(action["context"], {"default_case_id": self.case.id})
        form = self._form()
        self.assertEqual(form.product_id, self.finiquito)
        self.assertEqual(form.currency_id, self.company.currency_id)
        self.assertEqual(len(form.item_ids), 2)
        self.assertEqual(form.amount_debt, 1200)
        self.assertEqual((form.amount_payable, form.amount_total), (1200, 1200))
        self.assertFalse(form.problem_text)
        self.assertFalse(form.needs_approval)
        agreement = form.save()
        self.assertEqual(agreement.item_ids.mapped("amount"), [1000, 200])
        self.assertSchedule(agreement, ("2026-07-10", 1200, 0))
        self.assertEqual(agreement.state, "draft")
        self.assertEqual(agreement.user_id, self.collector)

    def test_terms_of_the_product_and_of_its_limits(self):
        self.reestructura.write(
            {
                "method": "german",
                "periodicity": "quarter",
                "rate_kind": "effective",
                "grid_ids": [
                    Command.create(
                        {
                            "term_max": 4,
                            "rate_default": 6,
                            "down_payment": 25,
                            "validity_days": 7,
                        }
                    )
                ],
            }
        )
        agreement = self._negotiate(product_id=self.reestructura.id)
        self.assertRecordValues(
            agreement,
            [
                {
                    "method": "german",
                    "periodicity": "quarter",
                    "rate_kind": "effective",
                    "term": 4,
                    "rate": 6,
                    "down_payment": 300,
                    "date_down_payment": fields.Date.to_date("2026-06-30"),
                    "date_first": fields.Date.to_date("2026-09-30"),
                    "date_valid_until": fields.Date.to_date("2026-07-07"),
                }
            ],
        )
        self.assertEqual(agreement.installment_ids.mapped("number"), [0, 1, 2, 3, 4])

    def test_what_is_given_is_kept(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id, term=3, rate=12, down_payment=0
        )
        self.assertEqual((agreement.term, agreement.rate), (3, 12))
        self.assertEqual(agreement.method, "french")
        self.assertEqual(len(agreement.installment_ids), 3)

    def test_another_product_in_the_form(self):
        with self._form() as form:
            form.product_id = self.reestructura
            self.assertEqual(form.term, 12)
            self.assertEqual(len(form.installment_ids), 12)
            form.term = 2
            form.rate = 12
            self.assertEqual(len(form.installment_ids), 2)
            self.assertEqual(form.amount_interest, 18.03)
        agreement = form.save()
        self.assertSchedule(
            agreement, ("2026-07-30", 597.01, 12), ("2026-08-30", 602.99, 6.03)
        )
        self.assertEqual(agreement.amount_total, 1218.03)

    def test_another_product_grants_its_own_quita_and_down_payment(self):
        self.reestructura.grid_ids = [Command.create({"down_payment": 25})]
        with self._form() as form:
            form.quita_capital = 40
            form.product_id = self.reestructura
            self.assertEqual((form.quita_capital, form.amount_quita), (0, 0))
            self.assertEqual((form.amount_payable, form.down_payment), (1200, 300))
            form.quita_capital = 10
            self.assertEqual((form.amount_payable, form.down_payment), (1080, 270))
            form.amount_payable = 1000
            self.assertEqual(form.down_payment, 250)
            form.down_payment = 500
            form.quita_capital = 0
            self.assertEqual(form.down_payment, 500)
        self.assertEqual(form.save().down_payment, 500)

    def test_only_products_of_the_country(self):
        countries = self.company.account_fiscal_country_id
        elsewhere = self.env["res.country"].search(
            [("id", "not in", countries.ids)], limit=1
        )
        products = self.env["cartera.agreement.product"]
        self.assertIn(self.finiquito, products._get_offered(self.case))
        self.finiquito.country_ids = elsewhere
        self.assertNotIn(self.finiquito, products._get_offered(self.case))
        self.finiquito.country_ids |= countries
        self.assertIn(self.finiquito, products._get_offered(self.case))

    def test_each_country_finds_its_products(self):
        """Each shipped set has a product of every kind, with limits for both."""
        products = self.env["cartera.agreement.product"]
        for code in ("MX", "CO", "ES", "CL", "PE", "AR", "US"):
            with self.subTest(code):
                country = self.env.ref(f"base.{code.lower()}")
                found = products.search([("country_ids", "in", country.ids)])
                self.assertEqual(
                    set(found.mapped("kind")),
                    {"finiquito", "reestructura", "convenio_judicial"},
                )
                for product in found:
                    rows = product.grid_ids
                    self.assertEqual(
                        set(rows.mapped("authority")), {"collector", "supervisor"}
                    )

    # -- items --------------------------------------------------------------------

    def test_what_is_disputed_is_left_out(self):
        self.case._open_dispute(
            {
                "reason_id": self.env.ref("cartera_cobranza.dispute_reason_price").id,
                "lines": [(self._receivable_lines(self.first).id, 300)],
            }
        )
        agreement = self._negotiate()
        self.assertEqual(agreement.item_ids.mapped("amount"), [700, 200])
        agreement.item_ids[0].amount = 701
        self.assertIn("can be covered", agreement.problem_text)
        with self.assertRaisesRegex(UserError, "can be covered"):
            agreement.action_propose()

    def test_items_of_one_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro = self._invoice(90, "2026-03-01", due="2026-03-31", currency=euro)
        agreement = self._negotiate()
        self.assertEqual(agreement.amount_debt, 1200)
        mixed = self._negotiate(
            currency_id=self.company.currency_id.id,
            line_ids=self._receivable_lines(self.first | euro).ids,
        )
        with self.assertRaisesRegex(UserError, "one agreement per currency"):
            mixed.action_propose()
        other = self._negotiate(currency_id=euro.currency_id.id)
        self.assertEqual(other.item_ids.line_id.move_id, euro)
        self.assertEqual(other.amount_debt, 90)

    def test_parts_of_the_debt_are_guessed(self):
        interest = self._invoice(30, "2026-05-01")
        interest.invoice_line_ids.product_id = self.interest_product
        fee = self._invoice(20, "2026-05-01", cartera_component="fee")
        agreement = self._negotiate()
        components = {
            item.line_id.move_id: item.component for item in agreement.item_ids
        }
        self.assertEqual(components[interest], "interest")
        self.assertEqual(components[fee], "fee")
        self.assertEqual(components[self.first], "capital")
        self.assertRecordValues(
            agreement,
            [
                {
                    "amount_debt": 1250,
                    "amount_debt_fee": 20,
                    "amount_debt_interest": 30,
                    "amount_debt_capital": 1200,
                }
            ],
        )

    def test_partly_paid_and_unapplied_credits(self):
        self._pay(self.first, 400, "2026-06-01")
        self._pay(self.env["account.move"], 50, "2026-06-01", partner=self.debtor)
        form = self._form()
        self.assertEqual(form.amount_debt, 800)
        self.assertEqual(form.amount_credits, 50)
        action = form.save().action_open_credits()
        found = self.env["cartera.open.item"].search(action["domain"])
        self.assertEqual(found.mapped("amount_residual"), [-50])

    def test_items_of_another_agreement_are_left_out(self):
        self._make_agreement(self.first, ("2026-07-10", 1000))
        agreement = self._negotiate()
        self.assertEqual(agreement.item_ids.line_id.move_id, self.second)
        forced = self._negotiate(line_ids=self._receivable_lines(self.first).ids)
        with self.assertRaisesRegex(UserError, "which is in force"):
            forced.action_propose()

    def test_only_what_is_overdue(self):
        self._invoice(70, "2026-06-01", due="2026-09-01")
        agreement = self._negotiate()
        self.assertEqual(agreement.amount_debt, 1270)
        agreement.action_take_overdue()
        self.assertEqual(agreement.amount_debt, 1200)
        agreement.action_take_all()
        self.assertEqual(agreement.amount_debt, 1270)

    def test_no_items(self):
        with self._form() as form:
            form.item_ids.remove(0)
            form.item_ids.remove(0)
            self.assertIn("Choose the items", form.problem_text)
        with self.assertRaisesRegex(UserError, "Choose the items"):
            form.save().action_propose()

    def test_items_of_somebody_else(self):
        other = self._invoice(5, "2026-01-01", partner=self._create_debtor("Otro"))
        agreement = self._negotiate(line_ids=self._receivable_lines(other).ids)
        with self.assertRaisesRegex(UserError, "no open, collectable debt"):
            agreement.action_propose()

    # -- quita --------------------------------------------------------------------

    def _with_charges(self):
        self._invoice(20, "2026-05-01", cartera_component="fee")
        self._invoice(80, "2026-05-01", cartera_component="interest")

    def test_quita_by_part(self):
        self._with_charges()
        with self._form() as form:
            form.quita_interest = 50
            self.assertEqual((form.amount_quita, form.amount_payable), (40, 1260))
            form.quita_capital = 10
            self.assertEqual((form.amount_quita, form.amount_payable), (160, 1140))
        self.assertRecordValues(
            form.save(),
            [
                {
                    "amount_quita_fee": 0,
                    "amount_quita_interest": 40,
                    "amount_quita_capital": 120,
                    "quita_percent": 12.31,
                    "amount_total": 1140,
                }
            ],
        )

    def test_the_discount_follows_what_is_to_be_paid(self):
        self._with_charges()
        with self._form() as form:
            form.amount_payable = 1000
            self.assertEqual(form.amount_quita, 300)
            self.assertEqual((form.quita_fee, form.quita_interest), (100, 100))
            self.assertEqual(form.quita_capital, 16.67)
        agreement = form.save()
        self.assertEqual(agreement.amount_quita_capital, 200)
        # Another term leaves the typed amount alone.
        agreement.term = 2
        self.assertEqual(agreement.amount_payable, 1000)
        self.assertSchedule(agreement, ("2026-07-10", 500, 0), ("2026-08-10", 500, 0))

    def test_the_quita_of_items_adds_up(self):
        self._invoice(0.03, "2026-05-01")
        agreement = self._negotiate(amount_payable=1000.01)
        waived = agreement.item_ids.mapped("amount_quita")
        self.assertEqual(agreement.amount_quita, 200.02)
        self.assertAlmostEqual(sum(waived), 200.02, 2)
        for item in agreement.item_ids:
            self.assertLessEqual(item.amount_quita, item.amount)

    def test_another_debt_keeps_the_share(self):
        with self._form() as form:
            form.quita_capital = 10
            form.item_ids.remove(1)
            self.assertEqual((form.amount_quita, form.amount_payable), (100, 900))

    def test_nothing_left_to_pay(self):
        agreement = self._negotiate(amount_payable=0)
        self.assertIn("Nothing is left to pay", agreement.problem_text)

    def test_more_than_the_debt(self):
        agreement = self._negotiate(amount_payable=5000)
        self.assertEqual((agreement.amount_payable, agreement.amount_quita), (1200, 0))

    # -- schedule -----------------------------------------------------------------

    def test_terms_without_a_schedule(self):
        for text, vals in [
            ("in how many instalments", {"term": 0}),
            ("must follow one another", {"date_first": "2026-06-01"}),
            ("down payment is more", {"down_payment": 1300}),
            ("periods of grace", {"grace_periods": 3, "term": 3}),
            ("at most 600", {"term": 601}),
            ("rate is less", {"rate": -1}),
        ]:
            with self.subTest(text):
                vals = {"product_id": self.reestructura.id, "down_payment": 0, **vals}
                agreement = self._negotiate(**vals)
                self.assertIn(text, agreement.problem_text)
                with self.assertRaisesRegex(UserError, text):
                    agreement.action_propose()

    def test_instalments_by_hand(self):
        with self._form() as form:
            form.product_id = self.reestructura
            form.term = 3
            form.method = "custom"
            with form.installment_ids.edit(0) as row:
                row.amount_principal = 1000
            with form.installment_ids.edit(1) as row:
                row.amount_principal = 100
            rows = form.installment_ids._records
            self.assertEqual(
                [row["amount_principal"] for row in rows], [1000, 100, 100]
            )
        agreement = form.save()
        self.assertSchedule(
            agreement,
            ("2026-07-30", 1000, 0),
            ("2026-08-30", 100, 0),
            ("2026-09-30", 100, 0),
        )
        self.assertEqual(
            agreement.installment_ids.mapped("principal_to"), [1000, 1100, 1200]
        )

    def test_more_instalments_by_hand_than_there_may_be(self):
        most = "odoo.addons.cartera_cobranza.models.cartera_agreement_schedule"
        days = [(f"2026-07-{day:02}", 300) for day in (10, 11, 12, 13)]
        with patch(f"{most}.MOST_INSTALLMENTS", 3):
            agreement = self._negotiate(
                product_id=self.reestructura.id, payments=days[:3]
            )
            self.assertFalse(agreement.problem_text)
            agreement = self._negotiate(product_id=self.reestructura.id, payments=days)
            self.assertIn("at most 3 instalments", agreement.problem_text)

    def test_more_by_hand_than_is_to_be_paid(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id,
            payments=[("2026-07-10", 1300), ("2026-08-10", 0)],
        )
        self.assertIn("leave nothing for the last one", agreement.problem_text)

    def test_payments_by_program(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id,
            rate=12,
            payments=[("2026-07-30", 200), ("2026-12-30", 1)],
        )
        self.assertSchedule(
            agreement, ("2026-07-30", 200, 12), ("2026-12-30", 1000, 50)
        )

    def test_interest_on_capital_alone(self):
        self._invoice(300, "2026-05-01", cartera_component="interest")
        vals = {
            "product_id": self.reestructura.id,
            "term": 1,
            "rate": 12,
            "date_first": "2026-07-30",
        }
        self.assertEqual(self._negotiate(**vals).amount_interest, 12)
        self.reestructura.interest_on_charges = True
        self.assertEqual(self._negotiate(**vals).amount_interest, 15)

    def test_by_days_where_the_first_period_is_longer(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id,
            method="american",
            term=2,
            rate=12,
            date_first="2026-08-30",
        )
        self.assertEqual(agreement.installment_ids.mapped("amount_interest"), [24, 12])

    def test_by_days_where_the_first_month_is_not_whole(self):
        vals = {
            "product_id": self.reestructura.id,
            "method": "american",
            "term": 2,
            "rate": 12,
            "last_day": True,
        }
        whole = self._negotiate(**vals)
        self.assertEqual(whole.installment_ids.mapped("amount_interest"), [12, 12])
        # From 10 June to 31 July there are 50 days of 30/360.
        more = self._negotiate(date="2026-06-10", **vals)
        self.assertEqual(more.date_first, fields.Date.to_date("2026-07-31"))
        self.assertEqual(more.installment_ids.mapped("amount_interest"), [20, 12])

    def test_taxes_on_charges(self):
        tax = self.env["account.tax"].create(
            {"name": "16 %", "amount": 16, "amount_type": "percent"}
        )
        self.interest_product.taxes_id = tax
        agreement = self._negotiate(
            product_id=self.reestructura.id,
            method="american",
            term=1,
            rate=12,
            amount_fee=5,
        )
        self.assertRecordValues(
            agreement.installment_ids,
            [
                {
                    "amount_interest": 12,
                    "amount_fee": 5,
                    "amount_tax": 1.92,
                    "amount_total": 1218.92,
                }
            ],
        )
        self.assertEqual(agreement.amount_charge_tax, 1.92)
        self.assertEqual(agreement.amount_total, 1218.92)

    def test_flat_rate_shows_what_it_costs(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id, method="flat", term=12, rate=24
        )
        self.assertEqual(agreement.amount_interest, 288)
        self.assertAlmostEqual(agreement.rate_effective, 50.8, delta=0.7)

    def test_present_value(self):
        self.company.cartera_discount_rate = 10
        agreement = self._negotiate(date_first="2027-06-30")
        self.assertEqual(agreement.amount_present, 1090.91)

    def test_working_days(self):
        agreement = self._negotiate(
            product_id=self.reestructura.id,
            term=2,
            date_first="2026-07-11",
            move_to_working=True,
        )
        self.assertEqual(
            agreement.installment_ids.mapped("date"),
            [fields.Date.to_date("2026-07-13"), fields.Date.to_date("2026-08-11")],
        )

    # -- units --------------------------------------------------------------------

    def test_units(self):
        unit = self.env["res.currency"].create(
            {"name": "UFX", "symbol": "UF", "rounding": 0.0001}
        )
        vals = {"product_id": self.reestructura.id, "index_currency_id": unit.id}
        agreement = self._negotiate(term=2, **vals)
        self.assertIn("no value of UFX", agreement.problem_text)
        self.env["res.currency.rate"].create(
            {"currency_id": unit.id, "name": "2026-06-30", "rate": 1 / 40}
        )
        agreement = self._negotiate(term=2, **vals)
        self.assertFalse(agreement.problem_text)
        self.assertAlmostEqual(agreement.index_value, 40, 4)
        self.assertEqual(
            agreement.installment_ids.mapped("amount_principal"), [600] * 2
        )
        self.assertEqual(agreement.installment_ids.mapped("units"), [15, 15])

    # -- what nobody may ----------------------------------------------------------

    def test_above_the_legal_cap(self):
        self.company.cartera_rate_cap = 12.68
        vals = {"product_id": self.reestructura.id, "term": 3}
        agreement = self._negotiate(self.supervisor, rate=12, **vals)
        self.assertFalse(agreement.problem_text)
        self.assertAlmostEqual(agreement.rate_effective, 12.57, delta=0.2)
        agreement = self._negotiate(self.supervisor, rate=14, **vals)
        self.assertIn("above the legal cap", agreement.problem_text)
        with self.assertRaisesRegex(UserError, "above the legal cap"):
            agreement.action_propose()
        # A fee counts too.
        agreement = self._negotiate(self.supervisor, rate=10, amount_fee=10, **vals)
        self.assertIn("above the legal cap", agreement.problem_text)

    def test_charges_need_their_products(self):
        self.company.cartera_interest_product_id = False
        agreement = self._negotiate(product_id=self.reestructura.id, rate=12)
        self.assertIn("product of financing interest", agreement.problem_text)

    def test_an_insolvent_debtor(self):
        self._as(self.collector, self.env["cartera.pause"]).create(
            {"case_id": self.case.id, "kind": "insolvency", "reason": "Concurso"}
        )
        case = self._as(self.collector, self.case)
        with self.assertRaisesRegex(UserError, "insolvency"):
            case.action_agreement()
        with self.assertRaisesRegex(UserError, "insolvency"):
            case._negotiate({})
        self.case.pause_ids.action_end()
        self.assertTrue(case._negotiate({}))

    def test_a_day_to_come(self):
        agreement = self._negotiate(date="2026-07-15")
        self.assertIn("one to come", agreement.problem_text)

    # -- copies -------------------------------------------------------------------

    def test_a_copy_is_negotiated_anew(self):
        agreement = self._signed(quita_capital=10, date_first="2026-07-05")
        self._pay(self.first, 1000, "2026-06-30")
        agreement.sudo()._close("cancelled", fields.Date.today(), "Test")
        copy = self._as(self.collector, agreement).copy()
        self.assertEqual((copy.state, copy.name), ("draft", "/"))
        self.assertEqual(copy.amount_debt, 200)
        self.assertEqual((copy.quita_capital, copy.amount_payable), (10, 180))
        self.assertSchedule(copy, ("2026-07-10", 180, 0))

    # -- protection ---------------------------------------------------------------

    def test_what_people_may_not_write_of_a_draft(self):
        agreement = self._negotiate()
        for vals in (
            {"state": "active"},
            {"amount_debt": 1},
            {"approved_by_id": self.collector.id},
            {"limit_facts": False},
            {"name": "X"},
            {"tolerance_days": 900},
            {"date_started": "2026-01-01"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                agreement.write(vals)
        with self.assertRaises(AccessError):
            agreement.item_ids[0].is_active = True
        with self.assertRaises(AccessError):
            agreement.item_ids[0].amount_quita = 1
        with self.assertRaises(AccessError):
            agreement.installment_ids[0].amount_paid = 1
        with self.assertRaises(AccessError):
            self._as(self.collector, self.env["cartera.agreement"]).create(
                {"case_id": self.case.id, "state": "active"}
            )

    def test_a_forged_schedule_is_made_anew(self):
        agreement = self._negotiate(product_id=self.reestructura.id, term=2)
        agreement.installment_ids[0].amount_principal = 1
        agreement.action_propose()
        self.assertEqual(
            agreement.installment_ids.mapped("amount_principal"), [600] * 2
        )

    def test_after_the_offer_only_notes(self):
        agreement = self._offered()
        for vals in ({"term": 2}, {"quita_capital": 5}, {"date_first": "2026-07-20"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                agreement.write(vals)
        with self.assertRaises(AccessError):
            agreement.installment_ids[0].date = "2026-08-01"
        with self.assertRaises(AccessError):
            agreement.item_ids[0].unlink()
        with self.assertRaises(AccessError):
            agreement.item_ids = [
                Command.create({"line_id": agreement.item_ids[0].line_id.id})
            ]
        agreement.note = "Called"
        self.assertEqual(agreement.note, "Called")

    def test_cases_of_others(self):
        own = self._create_user("neg_own", "own")
        with self.assertRaises(AccessError):
            self._as(own, self.env["cartera.agreement"]).create(
                {"case_id": self.case.id, "product_id": self.finiquito.id}
            )
        self.case.user_id = own
        agreement = self._as(own, self.case)._negotiate({})
        self.assertEqual(agreement.amount_debt, 1200)
        self.case.user_id = self.collector
        with self.assertRaises(AccessError):
            self._as(own, agreement).note = "Mine"
