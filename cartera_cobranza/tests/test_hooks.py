from odoo.tests import tagged

from odoo.addons.cartera_cobranza.hooks import post_init_hook

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestPostInit(CarteraCommon):
    """What installing makes of the invoices that are there already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        move = cls._invoice(100, "2026-04-01", due="2026-04-30")
        cls._pay(move, 40, "2026-05-15")
        cls.early = cls._create_debtor("Zapatería La Horma")
        cls._invoice(100, "2026-06-01", due="2026-07-31", partner=cls.early)
        cls._forget_cases()

    @classmethod
    def _forget_cases(cls):
        """As it is before the module comes."""
        cls._case()
        cls.env.flush_all()
        cls.env.cr.execute("DELETE FROM cartera_case")
        cls.env.invalidate_all()

    def test_cases_are_complete_at_once(self):
        post_init_hook(self.env)
        case = self._case()
        self.assertEqual(
            (case.episode, str(case.episode_date), str(case.date_last_payment)),
            (1, "2026-05-01", "2026-05-15"),
        )
        self.assertTrue(case.segment_id)
        self.assertTrue(case.strategy_id)
        self.assertEqual(case.stage_id, self.stage_extrajudicial)
        self.assertEqual(self._case(self.early).episode, 0)
        self.assertTrue(self._case(self.early).segment_id)

    def test_the_first_night_finds_nothing_to_correct(self):
        post_init_hook(self.env)
        run = self.env["cartera.run"].run(self.company)
        changed = {phase.phase: phase.record_count for phase in run.phase_ids}
        self.assertEqual(
            (changed["episodes"], changed["segments"], changed["stages"]), (0, 0, 0)
        )
        self.assertEqual(self._case().episode, 1)

    def test_nobody_is_contacted(self):
        post_init_hook(self.env)
        self.env.flush_all()
        for model in (
            "cartera.plan",
            "cartera.step.execution",
            "cartera.communication",
            "cartera.contact",
        ):
            found = self.env[model].search([("company_id", "=", self.company.id)])
            self.assertFalse(found, model)
        self.assertFalse(self._case().activity_ids)

    def test_more_debtors_cost_no_more_queries(self):
        post_init_hook(self.env)  # what is cached for good
        few = self._count_queries()
        for number in range(5):
            partner = self._create_debtor(f"Cliente {number}")
            self._invoice(100, "2026-04-01", due="2026-04-30", partner=partner)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        self._forget_cases()
        before = self.env.cr.sql_log_count
        post_init_hook(self.env)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
