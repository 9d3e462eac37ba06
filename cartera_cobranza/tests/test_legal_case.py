from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..models.contact_request import ContactRequest
from .common import CarteraCommon


class LegalCommon(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000, "2026-01-01", due="2026-01-31")
        cls.env["cartera.run"].run(cls.company)
        cls.case = cls._case()
        cls.collector = cls._create_user("ana", "collector")
        cls.supervisor = cls._create_user("rita", "supervisor")
        cls.case.user_id = cls.collector
        cls.fee = cls.env["product.product"].create(
            {
                "name": "Collection fee",
                "type": "service",
                "taxes_id": [Command.set(cls.company_data["default_tax_sale"].ids)],
            }
        )
        cls.legal = cls._make_legal()

    @classmethod
    def _make_legal(cls, **values):
        return cls.env["cartera.legal.case"].create(
            {
                "case_id": cls.case.id,
                "user_id": cls.collector.id,
                "court": "Juzgado Décimo",
                "docket_number": "512/2026",
                "procedural_stage": "Emplazamiento",
                "date_filed": "2026-03-02",
                **values,
            }
        )

    @staticmethod
    def _day(text):
        return fields.Date.to_date(text)

    def _as(self, user, record=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (record or self.legal).with_user(user)


@tagged("post_install", "-at_install", "cartera", "cartera_legal")
class TestLegalCase(LegalCommon):
    """What a legal case holds, who decides on it, and how it goes on."""

    def test_what_is_overdue_is_proposed_as_the_claim(self):
        interest = self._invoice(60, "2026-02-01", due="2026-02-28")
        interest.cartera_component = "interest"
        fee = self._invoice(15, "2026-02-01", due="2026-02-28")
        fee.cartera_component = "fee"
        self._invoice(500, "2026-06-01", due="2026-07-31")
        legals = self.env["cartera.legal.case"].with_user(self.collector)
        with Form(legals.with_context(default_case_id=self.case.id)) as form:
            self.assertEqual(form.amount_capital, 1000)
            self.assertEqual(form.amount_interest, 60)
            self.assertEqual(form.amount_costs, 15)
            form.amount_costs = 100
        self.assertEqual(form.record.amount_claimed, 1160)
        self.env["cartera.run"].run(self.company)
        self.assertEqual(form.record.amount_costs, 100)

    def test_a_collector_makes_a_legal_case(self):
        legals = self.env["cartera.legal.case"].with_user(self.collector)
        with Form(legals.with_context(default_case_id=self.case.id)) as form:
            form.court = "Juzgado Tercero"
            form.amount_capital = 1000
            form.amount_costs = 50
        legal = form.record
        self.assertRecordValues(
            legal,
            [
                {
                    "state": "open",
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "user_id": self.collector.id,
                    "amount_claimed": 1050,
                }
            ],
        )
        self.assertRegex(legal.name, r"^J/2026/\d{5}$")
        self.assertNotEqual(legal.name, self.legal.name)
        self.assertEqual(self.case.legal_case_count, 2)

    def test_a_collector_suspends_and_resumes(self):
        legal = self._as(self.collector)
        legal.action_suspend()
        self.assertRecordValues(
            legal,
            [
                {
                    "state": "suspended",
                    "date_suspended": self._day("2026-06-30"),
                    "stage_suspended": "Emplazamiento",
                    "case_stage_suspended_id": self.case.stage_id.id,
                }
            ],
        )
        legal.procedural_stage = "Suspendido"
        with self._on("2026-07-10"):
            legal.action_resume()
        self.assertRecordValues(
            legal,
            [
                {
                    "state": "open",
                    "date_resumed": self._day("2026-07-10"),
                    "suspended_days": 10,
                    "procedural_stage": "Emplazamiento",
                }
            ],
        )

    def test_days_of_several_suspensions_add_up(self):
        for start, end in (("2026-07-01", "2026-07-05"), ("2026-08-01", "2026-08-11")):
            with self._on(start):
                self.legal.action_suspend()
            with self._on(end):
                self.legal.action_resume()
        self.assertEqual(self.legal.suspended_days, 14)

    def test_a_supervisor_closes_it_saying_how_it_ended(self):
        with self.assertRaises(AccessError):
            self._as(self.collector).action_close()
        legal = self._as(self.supervisor)
        with self.assertRaisesRegex(UserError, "Outcome"):
            legal.action_close()
        legal.outcome = "paid"
        legal.action_close()
        self.assertRecordValues(
            legal,
            [
                {
                    "state": "closed",
                    "date_closed": self._day("2026-06-30"),
                    "court_days": 120,
                }
            ],
        )

    def test_a_closed_one_is_opened_as_what_it_was(self):
        self.legal.with_user(self.supervisor).action_execute()
        self.assertEqual(self.legal.date_execution, self._day("2026-06-30"))
        self.legal.outcome = "awarded"
        self.legal.action_close()
        with self.assertRaises(AccessError):
            self._as(self.collector).action_reopen()
        self._as(self.supervisor).action_reopen()
        self.assertRecordValues(
            self.legal,
            [{"state": "execution", "date_closed": False, "outcome": False}],
        )
        self._as(self.supervisor).action_leave_execution()
        self.assertEqual(self.legal.state, "open")

    def test_an_execution_that_is_left_leaves_it_as_it_was(self):
        legal = self._as(self.supervisor)
        columns = ["state", "date_suspended", "date_resumed", "suspended_days"]
        columns += ["procedural_stage", "date_execution"]
        legal.action_suspend()
        [before] = legal.read(columns)
        with self._on("2026-07-10"):
            legal.action_execute()
            self.assertEqual(legal.suspended_days, 10)
        with self._on("2026-07-12"):
            legal.action_leave_execution()
        self.assertEqual(legal.read(columns), [before])
        with self._on("2026-07-20"):
            legal.action_resume()
        self.assertEqual(legal.suspended_days, 20)

    def test_execution_is_for_supervisors(self):
        for method in ("action_execute", "action_leave_execution"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self._as(self.collector), method)()

    def test_buttons_refuse_another_state(self):
        with self.assertRaises(UserError):
            self.legal.action_resume()
        self.legal.action_suspend()
        with self.assertRaises(UserError):
            self.legal.action_suspend()

    def test_nobody_writes_what_buttons_decide(self):
        for name, value in {
            "state": "closed",
            "date_closed": "2026-06-01",
            "suspended_days": 3,
            "name": "J/1",
            "case_id": self._case(self.debtor).id,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self._as(self.supervisor).write({name: value})

    def test_own_collectors_see_their_own(self):
        own = self._create_user("olga", "own")
        legals = self.env["cartera.legal.case"].with_user(own)
        self.assertFalse(legals.search([]))
        with self.assertRaises(AccessError):
            legals.create({"case_id": self.case.id})
        self.case.user_id = own
        self.assertEqual(self._as(own, legals).search([]), self.legal)

    def test_auditors_and_accountants_read(self):
        accountant = new_test_user(
            self.env, "conta", groups="account.group_account_invoice"
        )
        for user in (self._create_user("aud", "auditor"), accountant):
            legal = self._as(user)
            self.assertEqual(legal.court, "Juzgado Décimo")
            with self.assertRaises(AccessError):
                legal.court = "Other"
            with self.assertRaises(AccessError):
                legal.action_suspend()

    # -- measures -----------------------------------------------------------------

    def test_measures_are_released(self):
        with Form(self._as(self.collector)) as form:
            with form.measure_ids.new() as measure:
                measure.name = "Embargo"
                measure.asset = "Camioneta"
                measure.date = "2026-04-01"
        measure = self.legal.measure_ids
        self.assertEqual(self.legal.measure_count, 1)
        self.legal._release_measures()
        self.legal._release_measures()
        task = measure.activity_id
        self.assertEqual(self.legal.activity_ids, task)
        self.assertEqual(task.user_id, self.collector)
        self.assertIn("Embargo (Camioneta)", task.summary)
        measure.with_user(self.collector).action_release()
        self.assertRecordValues(
            measure,
            [{"state": "released", "date_released": self._day("2026-06-30")}],
        )
        self.assertFalse(task.active)
        self.assertEqual(self.legal.measure_count, 0)

    def test_tasks_are_our_lawyers_where_he_is_a_user(self):
        lawyer = self._create_user("licenciado", "own")
        self.legal.lawyer_id = lawyer.partner_id
        self.assertEqual(self.legal._plan_task("File it").user_id, lawyer)
        self.legal.lawyer_id = self._create_debtor("Bufete")
        self.assertEqual(self.legal._plan_task("File it").user_id, self.collector)

    # -- costs --------------------------------------------------------------------

    def _add_costs(self, *amounts, **values):
        return self.env["cartera.legal.cost"].create(
            [
                {
                    "legal_case_id": self.legal.id,
                    "name": f"Cost {amount}",
                    "amount": amount,
                    **values,
                }
                for amount in amounts
            ]
        )

    def test_costs_are_invoiced_once(self):
        self.company.cartera_fee_product_id = self.fee
        costs = self._add_costs(100, 50)
        kept = self._add_costs(30, is_recoverable=False)
        self.assertEqual(self.legal.amount_spent, 180)
        self.assertEqual(self.legal.amount_to_invoice, 150)
        self._as(self.supervisor).action_invoice_costs()
        move = costs.move_id
        tax = self.company_data["default_tax_sale"]
        taxed = 150 * (1 + tax.amount / 100)
        self.assertRecordValues(
            move,
            [
                {
                    "state": "posted",
                    "move_type": "out_invoice",
                    "partner_id": self.debtor.id,
                    "invoice_date_due": self._day("2026-06-30"),
                    "cartera_component": "fee",
                    "amount_untaxed": 150,
                    "amount_total": taxed,
                }
            ],
        )
        self.assertEqual(move.invoice_line_ids.tax_ids, tax)
        self.assertFalse(kept.move_id)
        with self.assertRaisesRegex(UserError, "no recoverable costs"):
            self._as(self.supervisor).action_invoice_costs()
        self.assertEqual(self._find_items().mapped("amount_residual").count(taxed), 1)

    def test_costs_of_a_reversed_invoice_are_invoiced_again(self):
        self.company.cartera_fee_product_id = self.fee
        cost = self._add_costs(100)
        self.legal.action_invoice_costs()
        first = cost.move_id
        with self.assertRaisesRegex(UserError, "Reverse"):
            cost.amount = 90
        with self.assertRaisesRegex(UserError, "Reverse"):
            cost.unlink()
        first._reverse_moves(cancel=True)
        self.assertFalse(cost.is_invoiced)
        cost.amount = 90
        self.legal.action_invoice_costs()
        self.assertNotEqual(cost.move_id, first)
        self.assertEqual(cost.move_id.amount_untaxed, 90)

    def test_costs_are_no_new_credit(self):
        """Who is in court gets no new invoices, and is charged what that costs."""
        self.company.cartera_fee_product_id = self.fee
        self.env["cartera.stage.consequence"].create(
            {"stage_id": self.stage_judicial.id, "kind": "block_invoice"}
        )
        self.case.stage_id = self.stage_judicial
        with self.assertRaisesRegex(UserError, "no new invoices"):
            self._invoice(10, "2026-06-30")
        cost = self._add_costs(100)
        self._as(self.supervisor).action_invoice_costs()
        self.assertEqual(cost.move_id.state, "posted")

    def test_costs_need_a_product(self):
        self.company.cartera_fee_product_id = False
        cost = self._add_costs(100)
        with self.assertRaisesRegex(UserError, "Settings"):
            self.legal.action_invoice_costs()
        cost.product_id = self.fee
        self.legal.action_invoice_costs()
        self.assertEqual(cost.move_id.invoice_line_ids.product_id, self.fee)

    def test_who_invoices_costs(self):
        self.company.cartera_fee_product_id = self.fee
        cost = self._add_costs(100)
        with self.assertRaises(AccessError):
            self._as(self.collector).action_invoice_costs()
        with self.assertRaises(AccessError):
            cost.with_user(self.collector).move_id = self.invoice
        accountant = new_test_user(
            self.env, "conta", groups="account.group_account_invoice"
        )
        self._as(accountant).action_invoice_costs()
        self.assertTrue(cost.move_id)

    # -- who is contacted ---------------------------------------------------------

    def _decide(self, person=None):
        gate = self.env["cartera.contact.gate"]
        request = ContactRequest(self.case, "email", person)
        noon = fields.Datetime.to_datetime("2026-07-01 12:00:00")
        return gate._decide([request], noon)[0]

    def _recipient(self):
        return self.env["cartera.recipient"]._get_recipients(self.case, "email")

    def test_a_represented_debtor_is_reached_through_counsel(self):
        self.debtor.email = "cobros@faro.example"
        counsel = self.env["res.partner"].create(
            {"name": "Lic. Ríos", "email": "rios@bufete.example"}
        )
        self.assertTrue(self._decide().allowed)
        self.assertEqual(self._recipient()[self.case.id].partner_id, self.debtor.id)
        self._as(self.collector).write({"counsel_only": True, "counsel_id": counsel.id})
        self.assertEqual(self._decide().rule, "counsel")
        self.assertEqual(self._decide(self.debtor).rule, "counsel")
        self.assertTrue(self._decide(counsel).allowed)
        self.assertEqual(self._recipient()[self.case.id].partner_id, counsel.id)
        people = self.case.people_json
        self.assertIn("counsel", {person["role"] for person in people})
        self.legal.outcome = "paid"
        self.legal.action_close()
        self.assertTrue(self._decide().allowed)
        self.assertEqual(self._recipient()[self.case.id].partner_id, self.debtor.id)

    def test_without_counsel_nobody_is_contacted(self):
        self.debtor.email = "cobros@faro.example"
        self.legal.counsel_only = True
        self.assertFalse(self._recipient())
        self.assertEqual(self._decide().rule, "counsel")

    def test_a_merged_debtor_is_still_reached_through_counsel(self):
        counsel = self.env["res.partner"].create(
            {"name": "Lic. Ríos", "email": "rios@bufete.example"}
        )
        self.legal.write({"counsel_only": True, "counsel_id": counsel.id})
        kept = self._create_debtor("El Faro, S.A.")
        self._invoice(70, "2026-06-01", partner=kept)
        case = self._case(kept)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.debtor | kept).ids, kept)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.legal.case_id, case)
        self.assertRecordValues(
            case, [{"counsel_only": True, "counsel_id": counsel.id}]
        )

    def test_counsel_is_neither_debtor_nor_our_lawyer(self):
        for partner in (self.debtor, self.supervisor.partner_id):
            self.legal.lawyer_id = self.supervisor.partner_id
            with self.subTest(partner.name), self.assertRaises(ValidationError):
                self.legal.counsel_id = partner

    def test_a_day_of_service_that_was_wrong_is_put_right(self):
        self._as(self.collector).date_served = "2026-04-10"
        self._as(self.collector).date_served = "2026-05-10"
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-05-10"))
        other = self._make_legal(date_served="2026-06-05")
        self._as(self.collector).date_served = False
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-06-05"))
        self._as(self.collector, other).date_served = False
        self.assertFalse(self.debtor.cartera_sued_since)
        self.debtor.cartera_sued_since = "2026-02-01"  # by somebody else's lawsuit
        self._as(self.collector).date_served = "2026-04-10"
        self._as(self.collector).date_served = False
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-02-01"))

    def test_a_debtor_who_was_served_is_known_as_sued(self):
        self._as(self.collector).date_served = "2026-04-10"
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-04-10"))
        later = self._make_legal(date_served="2026-05-05")
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-04-10"))
        self.legal.outcome = "withdrawn"
        self.legal.action_close()
        self.assertEqual(self.debtor.cartera_sued_since, self._day("2026-05-05"))
        later.outcome = "withdrawn"
        later.action_close()
        self.assertFalse(self.debtor.cartera_sued_since)
