from odoo.tests import HttpCase, tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install")
class TestTours(CarteraCommon, HttpCase):
    """What collectors and supervisors do, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(1000, "2026-04-15", "2026-05-15")
        cls._invoice(500, "2026-05-20", "2026-07-15")
        paid = cls._invoice(700, "2026-04-01", "2026-04-30")
        cls._pay(paid, 700, "2026-06-10")
        cls.late_debtor = cls._create_debtor("Ferretería La Llave")
        cls._invoice(3000, "2025-11-01", "2025-12-01", partner=cls.late_debtor)
        cls._invoice(200, "2026-05-01", "2026-05-20", partner=cls.late_debtor)
        # The browser's first reads are read-only and would be tried twice otherwise.
        cls.env.cr.flush()
        cls.env["cartera.case"].search([])
        cls.collector = cls._create_user("ana", "collector", lang="en_US")
        cls.supervisor = cls._create_user("rita", "supervisor", lang="en_US")

    def test_collector_goes_from_case_to_invoice(self):
        self.env["cartera.run"].run(self.company)
        self.start_tour("/odoo", "cartera_collector", login="ana")

    def test_aging_as_of_a_day(self):
        self.start_tour("/odoo/cartera", "cartera_aging_as_of", login="ana")

    def test_ledger_check_finds_nothing(self):
        self.start_tour("/odoo/cartera", "cartera_ledger_even", login="rita")

    def test_ledger_check_shows_the_difference(self):
        item = self._find_items()[0]
        self.env.flush_all()
        # Nobody can do this through Odoo; a faulty migration can.
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = amount_residual - 100 "
            "WHERE id = %s",
            [item.id],
        )
        self.env.invalidate_all()
        self.start_tour("/odoo/cartera", "cartera_ledger_differs", login="rita")

    def test_supervisor_runs_and_accepts_a_proposal(self):
        self.start_tour("/odoo/cartera-runs", "cartera_supervisor", login="rita")
        case = self._case(self.late_debtor)
        self.assertEqual(case.stage_id, self.stage_judicial)
        self.assertRecordValues(
            case.stage_move_ids[0],
            [{"reason": "proposal", "user_id": self.supervisor.id}],
        )

    def test_bucket_is_configured(self):
        self.start_tour(
            "/odoo/cartera-aging-policies", "cartera_aging_policy", login="rita"
        )
        self.assertIn(721, self.policy.bucket_ids.mapped("day_from"))


@tagged("post_install", "-at_install")
class TestStrategyTours(CarteraCommon, HttpCase):
    """What supervisors and collectors do with strategies and messages, in a browser,
    on a Tuesday at noon where the company is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 12:00:00")
        cls.debtor.write({"email": "faro@deudor.example", "lang": "en_US"})
        cls._invoice(1000, "2026-05-15", "2026-06-20")
        cls.held_debtor = cls._create_debtor(
            "Ferretería La Llave", email="llave@deudor.example"
        )
        cls._invoice(3000, "2025-11-01", "2025-12-01", partner=cls.held_debtor)
        cls.env.cr.flush()
        cls._hold("2026-07-31", "In talks", cls._case(cls.held_debtor))
        cls.collector = cls._create_user("ana", "collector", lang="en_US")
        cls.supervisor = cls._create_user("rita", "supervisor", lang="en_US")

    def test_strategy_is_built(self):
        self.start_tour("/odoo/cartera-templates", "cartera_strategy", login="rita")
        segment = self.env["cartera.segment"].search([("name", "=", "Good friends")])
        self.assertRecordValues(
            segment.strategy_id.step_ids,
            [
                {"name": "Say hello", "action": "email", "offset_days": 5},
                {"name": "Give a call", "action": "call", "offset_days": 10},
            ],
        )
        self.assertEqual(segment.match_count, 1)

    def test_plan_is_simulated_and_approved(self):
        self.env["cartera.run"].run(self.company)
        plans = self.env["cartera.plan"].search([])
        plans.action_discard()
        self.start_tour("/odoo/cartera-plans", "cartera_plan", login="rita")
        plan = self.env["cartera.plan"].search([]) - plans
        self.assertEqual(plan.approved_by_id, self.supervisor)
        messages = self.env["cartera.communication"].search([])
        self.assertEqual(messages.partner_id, self.debtor)
        self.assertEqual(messages.state, "planned")

    def test_contact_outside_the_hours_is_refused(self):
        person = self._create_debtor(
            "Sol Duarte",
            is_company=False,
            country_id=self.env.ref("base.mx").id,
            phone="+52 55 5550 1000",
        )
        self._invoice(500, "2026-05-01", "2026-05-31", partner=person)
        # Midnight in Mexico.
        self.frozen.move_to("2026-06-30 06:00:00")
        self.env["cartera.run"].run(self.company)
        self.start_tour("/odoo/cartera", "cartera_refused_contact", login="ana")
        refusal = self.env["cartera.contact.refusal"].search([])
        self.assertRecordValues(
            refusal,
            [
                {
                    "partner_id": person.id,
                    "channel": "call",
                    "verdict": "delay",
                    "rule": "window",
                    "user_id": self.collector.id,
                }
            ],
        )
        self.assertFalse(self.env["cartera.contact"].search([]))
