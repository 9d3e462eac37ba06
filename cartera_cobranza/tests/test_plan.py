from unittest.mock import patch

from odoo import Command, fields, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .strategy_common import StrategyCommon

RUN_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_run"


@tagged("post_install", "-at_install", "cartera")
class TestPlan(StrategyCommon, CronMixinCase):
    """A plan is simulated, approved and run: exactly that one, exactly once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls._step("call", 10, "call")
        cls.demand = cls._step("demand", 11, "letter")
        cls.debtors = cls.debtor
        for number in range(4):
            cls.debtors |= cls._create_reachable(f"Debtor {number}")
        for debtor in cls.debtors:
            cls._due(12, partner=debtor)
        cls._night()
        cls.cases = cls.debtors.cartera_case_ids
        # The night has made a plan of its own.
        cls.env["cartera.plan"].search([]).sudo().unlink()

    def _executions(self):
        return self.env["cartera.step.execution"].search(
            [("company_id", "=", self.company.id)]
        )

    # -- simulating ---------------------------------------------------------------

    def test_a_simulation_writes_nothing_to_debtors(self):
        self.env.flush_all()
        read = "SELECT id, xmin, cmin FROM cartera_case ORDER BY id"
        self.env.cr.execute(read)
        before = self.env.cr.fetchall()
        plan = self._simulate()
        self.assertEqual(plan.state, "simulated")
        self.assertEqual(plan.do_count, 10)
        self.env.flush_all()
        self.env.cr.execute(read)
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertFalse(self._executions())
        self.assertFalse(self.env["cartera.communication"].search([]))

    def test_simulated_again(self):
        plan = self._simulate()
        self.demand.active = False
        plan.action_simulate()
        self.assertEqual(plan.line_ids.step_id, self.calls)

    def test_totals(self):
        self.calls.cost, self.demand.cost = 2, 5
        plan = self._simulate()
        self.assertEqual(
            {
                total.channel: (total.line_count, total.debtor_count, total.cost)
                for total in plan.total_ids
            },
            {"call": (5, 5, 10.0), "letter": (5, 5, 25.0)},
        )
        self.assertEqual((plan.cost, plan.debtor_count), (35, 5))

    def test_other_days_are_only_looked_at(self):
        for day, words in (("2026-07-01", "day to come"), ("2026-06-26", "days old")):
            with self.subTest(day):
                plan = self._simulate(day)
                self.assertFalse(plan.can_run)
                with self.assertRaisesRegex(UserError, words):
                    plan.action_approve()
        plan = self._simulate("2026-06-29")
        self.assertTrue(plan.can_run, "of yesterday, and not run yet")

    def test_states(self):
        draft = self.env["cartera.plan"].create({"company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "Simulate it first"):
            draft.action_approve()
        plan = self._run_plan()
        self.assertEqual(plan.state, "done")
        for action in (plan.action_approve, plan.action_simulate, plan.action_discard):
            with self.assertRaises(UserError):
                action()
        with self.assertRaises(UserError):
            plan.unlink()
        with self.assertRaises(UserError):
            plan.date = "2026-07-01"
        draft.action_discard()
        self.assertEqual(draft.state, "cancelled")

    def test_an_explanation_is_not_run(self):
        plan = self.env["cartera.plan"]._explain(self.cases[0])
        self.assertEqual(plan.line_ids.case_id, self.cases[0])
        with self.assertRaisesRegex(UserError, "one debtor"):
            plan.action_approve()

    # -- rights -------------------------------------------------------------------

    def test_who_approves(self):
        plan = self._simulate()
        for role in ("own", "collector", "auditor"):
            user = self._create_user(f"plan_{role}", role)
            for method in ("action_approve", "action_discard", "action_simulate"):
                with self.subTest(role, method=method), self.assertRaises(AccessError):
                    getattr(plan.with_user(user), method)()
        supervisor = self._create_user("plan_supervisor", "supervisor")
        plan.with_user(supervisor).action_approve()
        self.assertEqual((plan.state, plan.approved_by_id), ("done", supervisor))
        self.assertEqual(len(self._executions()), 10)

    def test_nobody_writes_a_plan_by_hand(self):
        user = self._create_user("plan_supervisor", "supervisor")
        plan = self._simulate().with_user(user)
        for values in (
            {"state": "approved"},
            {"action_values": {}},
            {"line_ids": [Command.clear()]},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                plan.write(values)
        with self.assertRaises(AccessError):
            plan.line_ids[0].write({"verdict": "do"})
        with self.assertRaises(AccessError):
            self.env["cartera.plan"].with_user(user).create({"state": "approved"})

    # -- running ------------------------------------------------------------------

    def test_exactly_the_plan_that_was_approved(self):
        plan = self._simulate()
        self._step("new", 9, "visit")
        self.calls.write({"offset_days": 90, "min_amount": 10**6})
        self.demand.write({"action": "hold", "hold_days": 3, "active": False})
        self.segment.strategy_id = False
        plan.action_approve()
        self.assertEqual(plan.state, "done")
        self.assertEqual(
            sorted(self._executions().mapped("action")), ["call"] * 5 + ["letter"] * 5
        )
        self.assertFalse(any(self.cases.mapped("hold_until")))
        messages = self.env["cartera.communication"].search([])
        self.assertEqual(messages.case_id, self.cases)
        self.assertEqual(messages.template_id, self.template)

    def test_what_became_impossible_is_left_out_with_its_reason(self):
        plan = self._simulate()
        paid, held, gone, promised, _rest = self.cases
        invoice = self.env["account.move"].search(
            [("partner_id", "=", paid.partner_id.id)]
        )
        self._pay(invoice, 1000, "2026-06-30")
        self._hold("2026-07-10", case=held)
        gone.partner_id.active = False
        self._make_promise(("2026-07-02", 1000), case=promised)
        plan.action_approve()
        by_case = {
            line.case_id: (line.state, line.verdict, line.reason)
            for line in plan.line_ids
        }
        self.assertEqual(
            list(by_case.values()),
            [by_case[case] for case in by_case],
        )
        self.assertEqual(by_case[paid], ("left_out", "skip", "paid"))
        self.assertEqual(by_case[held], ("left_out", "skip", "hold"))
        self.assertEqual(by_case[gone], ("left_out", "skip", "archived"))
        self.assertEqual(by_case[promised], ("left_out", "skip", "promise"))
        self.assertEqual(len(self._executions()), 2)

    def test_two_plans_do_each_step_once(self):
        first, second = self._simulate(), self._simulate()
        first.action_approve()
        second.action_approve()
        self.assertEqual(len(self._executions()), 10)
        self.assertEqual(set(second.line_ids.mapped("reason")), {"repeated"})
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "cartera.case"), ("res_id", "in", self.cases.ids)]
        )
        self.assertEqual(len(activities), 5)

    def test_a_second_runner_steps_aside(self):
        plan = self._simulate().sudo()
        plan._approve()
        runner = self.env["cartera.plan.runner"].sudo()
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtext('cartera.plan'), %s)", [plan.id]
            )
            self.assertEqual(runner._run(plan), (0, []))
            self.assertEqual(plan.state, "approved")
        self.assertEqual(runner._run(plan), (10, []))

    def test_a_run_that_broke_off_goes_on(self):
        plan = self._simulate().sudo()
        plan._approve()
        runner = self.env["cartera.plan.runner"].sudo()
        with patch("odoo.addons.cartera_cobranza.models.cartera_plan_runner.BATCH", 3):
            self.assertEqual(runner._run_batch(plan, fields.Date.today())[0], 3)
            self.assertEqual(plan.state, "running")
            self.assertEqual(runner._run(plan)[0], 7)
        self.assertEqual(plan.state, "done")
        self.assertEqual(len(self._executions()), 10)

    def test_one_that_fails_is_marked_and_the_rest_go_on(self):
        bad = self.cases[2]
        handler = type(self.env["cartera.action.call"])
        do = handler._do

        def failing(model, executions):
            if bad in executions.case_id:
                raise ValueError("no line")
            return do(model, executions)

        plan = self._simulate()
        with patch.object(handler, "_do", failing), mute_logger(RUN_LOGGER):
            plan.action_approve()
        failed = plan.line_ids.filtered(lambda line: line.state == "failed")
        self.assertRecordValues(
            failed, [{"case_id": bad.id, "action": "call", "message": "no line"}]
        )
        self.assertEqual(plan.failed_count, 1)
        self.assertEqual(len(self._executions()), 9)
        self.assertEqual(
            self._told(partner=bad.partner_id)["call"], ("do", "due"), "planned again"
        )

    def test_a_plan_stays_with_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        boss = self._create_user("jefa", "supervisor")
        boss.company_ids = [Command.link(other.id)]
        plan = self._simulate()
        mine = plan.with_user(boss).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        with self.assertRaises(AccessError):
            mine.company_id = other
        new = mine.create({"company_id": other.id})
        self.assertEqual(new.company_id, other)

    def test_nothing_is_done_without_the_facts_of_a_debtor(self):
        other = self.env["res.company"].create({"name": "Other"})
        plan = self._simulate()
        plan.sudo().company_id = other
        plan.action_approve()
        self.assertFalse(self._executions())
        self.assertEqual(set(plan.line_ids.mapped("reason")), {"elsewhere"})

    def test_a_step_that_failed_is_planned_again(self):
        self.calls.unlink()
        self._step("again", 2, "sms", clock="previous", wait_after=9)
        self._run_plan()
        failed = self._executions().filtered(lambda row: row.case_id == self.cases[0])
        failed.sudo().state = "failed"
        with self._on("2026-07-01"):
            day = "2026-07-01"
            self.assertEqual(
                self._told(day, self.cases[0].partner_id),
                {"demand": ("do", "due"), "again": ("wait", "clock")},
            )
            self.assertEqual(
                self._told(day, self.cases[1].partner_id),
                {"demand": ("skip", "done"), "again": ("wait", "not_yet")},
            )
            self._run_plan(day)
        self.assertEqual(
            self.cases[0].execution_ids.sorted("id").mapped("state"), ["failed", "done"]
        )

    def test_a_failed_step_supersedes_nothing(self):
        self.calls.unlink()
        weaker = self._step("weaker", 11, sequence=5)
        weaker.active = False
        self._run_plan()
        self._executions().sudo().state = "failed"
        weaker.active = True
        with self._on("2026-07-01"):
            self.assertEqual(
                self._told("2026-07-01"),
                {"demand": ("do", "due"), "weaker": ("merged", "merged")},
            )

    def test_merged_debtors_keep_what_did_not_fail(self):
        self._run_plan()
        first, second = self.cases[:2]
        second.execution_ids.sudo().state = "failed"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first | second).partner_id.ids, second.partner_id)
        self.assertEqual(
            sorted(second.execution_ids.mapped("state")),
            ["done", "done", "failed", "failed"],
        )

    def test_a_big_plan_is_run_in_the_background(self):
        plan = self._simulate()
        with patch("odoo.addons.cartera_cobranza.models.cartera_plan.AT_ONCE", 3):
            with self.capture_triggers("cartera_cobranza.ir_cron_cartera_plan") as got:
                plan.action_approve()
        self.assertEqual((plan.state, len(got.records)), ("approved", 1))
        self.assertFalse(self._executions())
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref(
                "cartera_cobranza.ir_cron_cartera_plan"
            ).sudo().method_direct_trigger()
        self.assertEqual(plan.state, "done")
        self.assertEqual(len(self._executions()), 10)

    def test_merged_debtors_keep_what_was_done(self):
        self._run_plan()
        first, second = self.cases[:2]
        first.execution_ids.filtered(lambda row: row.action == "call").sudo().unlink()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first | second).partner_id.ids, first.partner_id)
        self.assertEqual(
            sorted(first.execution_ids.mapped("action")), ["call", "letter"]
        )

    # -- the night ----------------------------------------------------------------

    def test_the_night_plans_and_a_supervisor_approves(self):
        run = self._night()
        plan = self.env["cartera.plan"].search([("run_id", "=", run.id)])
        self.assertEqual((plan.state, plan.do_count), ("simulated", 10))
        again = self._night()
        self.assertEqual(plan.run_id, again, "simulated anew, and no second one")
        self.assertFalse(self._executions())

    def test_the_night_approves_by_itself(self):
        self.company.cartera_plan_approval = "automatic"
        run = self._night()
        plan = self.env["cartera.plan"].search([("run_id", "=", run.id)])
        self.assertEqual((plan.state, plan.approved_by_id.id), ("done", False))
        self.assertEqual(len(self._executions()), 10)
        phases = {phase.phase: phase.record_count for phase in run.phase_ids}
        self.assertEqual((phases["plan"], phases["execute"]), (10, 10))
        again = self._night()
        self.assertFalse(self.env["cartera.plan"].search([("run_id", "=", again.id)]))

    def test_failures_are_errors_of_the_run(self):
        self.company.cartera_plan_approval = "automatic"
        handler = type(self.env["cartera.action.call"])
        with (
            patch.object(handler, "_do", side_effect=ValueError("no line")),
            mute_logger(RUN_LOGGER),
        ):
            run = self._night()
        self.assertEqual(run.state, "warning")
        self.assertEqual(run.error_ids.partner_id, self.debtors)
        self.assertEqual(set(run.error_ids.mapped("message")), {"no line"})

    def test_a_plan_that_nobody_approves_lapses(self):
        self._night()
        plan = self.env["cartera.plan"].search([])
        for day, state in (("2026-07-03", "simulated"), ("2026-07-04", "cancelled")):
            with self._on(day):
                self._night()
                self.assertEqual(plan.state, state)

    def test_a_night_of_another_day(self):
        self.company.cartera_plan_approval = "automatic"
        self._night("2026-06-29")
        self.assertEqual(
            set(self._executions().mapped("date")), {fields.Date.to_date("2026-06-29")}
        )

    # -- tidying up ---------------------------------------------------------------

    def test_old_lines_are_deleted(self):
        plan = self._run_plan()
        explained = self.env["cartera.plan"]._explain(self.cases[0])
        self.env.cr.execute(
            "UPDATE cartera_plan SET create_date = '2026-06-30' WHERE id = %s",
            [explained.id],
        )
        self.env.invalidate_all()
        with self._on("2026-09-28"):
            self.env["cartera.plan"]._gc_lines()
            self.assertTrue(plan.line_ids)
        self.assertFalse(explained.exists())
        with self._on("2026-09-29"):
            self.env["cartera.plan"]._gc_lines()
        self.assertFalse(plan.line_ids)
        self.assertEqual(len(self._executions()), 10)
