from datetime import date

from odoo import Command
from odoo.tests import tagged

from .strategy_common import StrategyCommon

DO = ("do", "due")


@tagged("post_install", "-at_install", "cartera", "cartera_pause", "cartera_strategy")
class TestPauseStrategy(StrategyCommon):
    """Pauses and promises in what the strategies do, from the plan to its steps."""

    # -- the step that pauses -----------------------------------------------------

    def _hold_by_step(self, days=5):
        self._step("Wait for the answer", 10, "hold", hold_days=days)
        self._due(12)
        self._night()
        self._run_plan()
        return self._case().pause_ids

    def test_a_step_makes_a_pause(self):
        collector = self._create_user("ana", "collector")
        self._due(12)
        self._case().user_id = collector
        pause = self._hold_by_step()
        self.assertRecordValues(
            pause,
            [
                {
                    "kind": "strategy",
                    "reason": "Wait for the answer",
                    "user_id": collector.id,
                    "company_id": self.company.id,
                    "date_from": date(2026, 6, 30),
                    "date_review": date(2026, 7, 5),
                    "is_whole": True,
                    "state": "active",
                    "prolonged": 0,
                }
            ],
        )
        self.assertFalse(pause.activity_id, "the strategy goes on by itself")

    def test_the_company_has_somebody_for_debtors_without_collector(self):
        self.company.cartera_default_user_id = self._create_user("rita", "supervisor")
        pause = self._hold_by_step()
        self.assertEqual(pause.user_id.login, "rita")

    def test_a_debtor_is_back_in_the_strategy_after_a_pause(self):
        self._due(12)
        self._hold("2026-07-20", "Strike")
        self._step("Call", 10, "call")
        for day, told in {"2026-07-20": ("skip", "hold"), "2026-07-21": DO}.items():
            with self._on(day):
                self._night()
                self.assertEqual(self._told(day), {"Call": told})
        self.assertFalse(self._case().hold_until)

    def test_a_pause_of_a_step_may_be_ended_by_a_person(self):
        pause = self._hold_by_step()
        self.assertEqual(self._told()["Wait for the answer"], ("skip", "done"))
        collector = self._create_user("ana", "collector")
        pause.with_user(collector).action_end()
        self.assertFalse(self._case().hold_until)

    # -- pauses of items ----------------------------------------------------------

    def test_the_other_items_go_on(self):
        self._step("notice", 10)
        paused = self._receivable_lines(self._due(40, 700))
        self._due(12, 300)
        self._night()
        self._hold("2026-07-10", line_ids=paused.ids)
        line = self._simulate().line_ids
        self.assertEqual(
            (line.verdict, line.amount, line.days_overdue), ("do", 300, 12)
        )

    def test_a_paused_item_is_not_reminded_of_before_it_is_due(self):
        self._step("preventive", -5, "call")
        first = self._receivable_lines(self._due(-3))
        second = self._receivable_lines(self._due(-4))
        self._night()
        self._hold("2026-07-10", line_ids=first.ids)
        self.assertEqual(self._simulate().line_ids.line_id, second)

    def test_an_ended_pause_asks_again_on_the_same_day(self):
        self._step("notice", 10)
        line = self._receivable_lines(self._due(12))
        self._night()
        pause = self._hold("2026-07-10", line_ids=line.ids)
        self.assertEqual(self._told(), {"notice": ("skip", "paused")})
        pause.action_end()
        self.assertEqual(self._told(), {"notice": DO})

    # -- what changes between plan and step ---------------------------------------

    def test_a_reminder_of_a_promise_that_was_withdrawn_is_left_out(self):
        self._step("soon", -1, "call", clock="promise")
        self._due(12)
        self._night()
        promise = self._make_promise(("2026-07-01", 1000))
        plan = self._simulate()
        promise.sudo()._withdraw("Changed its mind")
        plan.action_approve()
        self.assertRecordValues(
            plan.line_ids, [{"state": "left_out", "reason": "promise_over"}]
        )

    def test_a_promise_made_meanwhile_leaves_the_arrears_out(self):
        self._step("notice", 10, "call")
        self._due(12)
        self._night()
        plan = self._simulate()
        self._make_promise(("2026-07-01", 1000))
        plan.action_approve()
        self.assertRecordValues(
            plan.line_ids, [{"state": "left_out", "reason": "promise"}]
        )

    def test_a_promise_is_followed_in_the_case_that_holds_its_items(self):
        self._step("reminder", -1, "call", clock="promise")
        self._step("broken", 1, "call", clock="promise")
        self._due(12)
        head = self._create_debtor("Grupo El Faro", phone="+52 55 5123 4567")
        self._due(-20, partner=head)
        self._night()
        self._make_promise(("2026-07-01", 1000))
        self.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": head.id,
                "member_ids": [Command.set(self.debtor.ids)],
                "is_one_case": True,
            }
        )
        self._night()
        self.assertEqual(self._told(partner=head, told="people")["reminder"], DO)
        self.assertNotIn("reminder", self._told())
        with self._on("2026-07-04"):
            self._night()
            told = self._told("2026-07-04", partner=head)
        self.assertEqual(told["broken"], DO)

    # -- what the night tells -----------------------------------------------------

    def _told_at_night(self):
        run = self._night()
        lines = self.env["cartera.plan"].search([("run_id", "=", run.id)]).line_ids
        return {(line.step_id.name, line.verdict, line.reason) for line in lines}

    def test_the_night_tells_once_why_nothing_is_asked(self):
        self._step("notice", 10, "call")
        self._step("demand", 20, "letter")
        line = self._receivable_lines(self._due(32))
        self._night()
        promise = self._make_promise(("2026-07-03", 1000))
        self.assertEqual(self._told_at_night(), {("notice", "skip", "promise")})
        promise._withdraw("Called off")
        pause = self._hold("2026-07-03", line_ids=line.ids)
        self.assertEqual(self._told_at_night(), {("notice", "skip", "paused")})
        pause.action_end()
        self._case().sudo()._open_dispute(
            {
                "reason_id": self.env.ref("cartera_cobranza.dispute_reason_price").id,
                "lines": [(line.id, 1000)],
            }
        )
        self.assertEqual(self._told_at_night(), {("notice", "skip", "disputed")})

    def test_the_night_tells_nothing_of_steps_that_were_done(self):
        self._step("notice", 10, "call")
        self._due(12)
        self._night()
        self._run_plan()
        self._make_promise(("2026-07-03", 1000))
        self.assertEqual(self._told_at_night(), set())

    # -- stages -------------------------------------------------------------------

    def test_what_is_promised_is_not_cured(self):
        self._due(12)
        self._night()
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_administrativa)
        self._make_promise(("2026-07-01", 1000))
        self._night()
        self.assertEqual(case.amount_collectable, 0)
        self.assertEqual(case.stage_id, self.stage_administrativa)

    def test_broken_promises_reach_the_stage_before_its_days(self):
        self.stage_extrajudicial.min_broken_promises = 2
        invoice = self._due(12)
        self._night()
        case = self._case()
        for day, night in (("2026-07-01", "2026-07-04"), ("2026-07-05", "2026-07-08")):
            self.assertEqual(case.stage_id, self.stage_administrativa)
            with self._on(date.fromisoformat(day)):
                self._make_promise((day, 1000))
            with self._on(date.fromisoformat(night)):
                self._night()
        self.assertEqual(case.stage_id, self.stage_extrajudicial)
        with self._on("2026-07-09"):
            self._pay(invoice, 1000, "2026-07-09")
            self._night()
        self.assertEqual(case.stage_id, self.stage_preventiva)
