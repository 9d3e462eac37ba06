from odoo.tests import tagged

from .strategy_common import StrategyCommon

DO = ("do", "due")
MERGED = ("merged", "merged")
NOT_YET = ("wait", "not_yet")


@tagged("post_install", "-at_install", "cartera")
class TestPlannerClocks(StrategyCommon):
    """When a step is due, by each clock."""

    def test_after_the_due_date(self):
        self._step("notice", 10, catch_up_days=5)
        for days, expected in {
            9: NOT_YET,
            10: DO,
            15: DO,
            16: ("skip", "expired"),
        }.items():
            with self.subTest(days=days):
                debtor = self._create_reachable(f"Late {days}")
                self._due(days, partner=debtor)
                self._night()
                self.assertEqual(self._told(partner=debtor), {"notice": expected})

    def test_no_limit_to_catching_up(self):
        self._step("notice", 10, catch_up_days=0)
        self._due(500)
        self._night()
        self.assertEqual(self._told(), {"notice": DO})

    def test_the_oldest_item_counts(self):
        self._step("notice", 10)
        self._due(2)
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {"notice": DO})

    def test_before_the_due_date_per_item(self):
        self._step("preventive", -5)
        self._due(-6)
        self._night()
        self.assertEqual(self._told(), {"preventive": NOT_YET})
        self.assertEqual(self._told("2026-07-01"), {"preventive": DO})
        self.assertEqual(
            self._told("2026-07-06"), {"preventive": DO}, "on the due date at last"
        )
        self.assertNotEqual(self._told("2026-07-07").get("preventive"), DO)

    def test_each_item_has_its_reminder_and_one_message_holds_them(self):
        self._step("preventive", -5)
        first, second = self._due(-3, 100), self._due(-4, 200)
        self._night()
        lines = self._simulate().line_ids
        self.assertEqual(
            {line.line_id.move_id: line.verdict for line in lines},
            {first: "do", second: "merged"},
        )
        self.assertEqual(lines.filtered("merged_into_id").merged_into_id.amount, 100)

    def test_on_the_due_date(self):
        self._step("today", 0)
        self._due(0)
        self._night()
        self.assertEqual(self._told(), {"today": DO})
        self.assertNotIn(DO, self._told("2026-07-01").values())

    def test_an_item_is_reminded_of_once_for_ever(self):
        self._step("preventive", -5, "call")
        self._due(-3, 100)
        self._night()
        self._run_plan()
        self._due(-4, 200)
        self._night()
        lines = self._simulate("2026-07-01").line_ids
        self.assertEqual(lines.mapped("amount"), [200])

    def test_days_in_the_stage(self):
        self._step("talk", 7, clock="stage", stage_ids=self.stage_administrativa.ids)
        self._due(5)
        self._night()
        self.assertEqual(self._case().stage_date.isoformat(), "2026-06-30")
        self.assertEqual(self._told(), {"talk": NOT_YET})
        self.assertEqual(self._told("2026-07-07"), {"talk": DO})

    def test_days_after_the_step_before(self):
        self._step("call", 10, "call")
        self._step("again", 5, "visit", clock="previous")
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {"call": DO, "again": ("wait", "clock")})
        self._run_plan()
        self.assertEqual(self._told("2026-07-04")["again"], NOT_YET)
        self.assertEqual(self._told("2026-07-05")["again"], DO)

    def test_around_a_promise(self):
        self._step("soon", -1, clock="promise", catch_up_days=1)
        self._step("broken", 1, clock="promise", catch_up_days=3)
        self._step("noted", 0, clock="promise_made", catch_up_days=3)
        self._due(12)
        self._night()
        self.assertEqual(set(self._told()), {False})
        self._put(promise_date="2026-07-05", promise_made_on="2026-06-30")
        for day, due in {
            "2026-06-30": {"noted"},
            "2026-07-03": {"noted"},
            "2026-07-04": {"soon"},
            "2026-07-05": {"soon"},
            "2026-07-06": {"broken"},
            "2026-07-09": {"broken"},
            "2026-07-10": set(),
        }.items():
            with self.subTest(day):
                told = self._told(day)
                self.assertEqual({name for name in told if told[name] == DO}, due)

    def test_a_promise_that_was_kept_is_not_broken(self):
        self._step("broken", 1, clock="promise")
        invoice = self._due(12)
        self._night()
        self._put(promise_date="2026-06-29", promise_made_on="2026-06-20")
        self.assertEqual(self._told(), {"broken": DO})
        self._pay(invoice, 1000, "2026-06-29")
        self.assertEqual(self._told(), {"broken": ("skip", "nothing_overdue")})

    def test_a_second_promise_has_steps_of_its_own(self):
        self._step("broken", 1, "call", clock="promise")
        self._due(12)
        self._night()
        self._put(promise_date="2026-06-28", promise_made_on="2026-06-20")
        self._run_plan()
        self.assertEqual(self._told(), {"broken": ("skip", "done")})
        self._put(promise_date="2026-06-29", promise_made_on="2026-06-28")
        self.assertEqual(self._told("2026-07-01"), {"broken": DO})

    def test_thanks_for_a_payment_once_each(self):
        self._step("thanks", 1, "call", clock="payment", catch_up_days=5)
        invoice = self._due(12)
        self._pay(invoice, 400, "2026-06-29")
        self._night()
        self.assertEqual(self._case().date_last_payment.isoformat(), "2026-06-29")
        self.assertEqual(self._told(), {"thanks": DO})
        self._run_plan()
        self.assertEqual(self._told(), {"thanks": ("skip", "done")})
        with self._on("2026-07-10"):
            self._pay(invoice, 600, "2026-07-09")
            self._night()
            self.assertEqual(self._told("2026-07-10"), {"thanks": DO})

    def test_a_credit_note_is_no_payment(self):
        self._step("thanks", 1, clock="payment")
        invoice = self._due(12)
        credit = self._invoice(1000, "2026-06-20", move_type="out_refund")
        self._match(invoice | credit)
        self._night()
        self.assertFalse(self._case().date_last_payment)

    # -- repetition ---------------------------------------------------------------

    def test_repeated_every_so_many_days(self):
        self._step("call", 10, "call", max_executions=2, repeat_days=7)
        self._due(10)
        self._night()
        self._run_plan()
        for day, expected in {
            "2026-06-30": NOT_YET,
            "2026-07-06": NOT_YET,
            "2026-07-07": DO,
        }.items():
            with self.subTest(day):
                self.assertEqual(self._told(day), {"call": expected})
        with self._on("2026-07-07"):
            self._night()
            self._run_plan()
            occurrences = self._case().execution_ids.mapped("occurrence")
            self.assertEqual(sorted(occurrences), [1, 2])
            self.assertEqual(self._told("2026-07-30"), {"call": ("skip", "done")})

    def test_a_pause_after_a_step(self):
        self._step("demand", 10, "call", wait_after=5)
        self._step("visit", 11, "visit")
        self._due(10)
        self._night()
        self._run_plan()
        lines = self._simulate("2026-07-05", "everything").line_ids
        line = lines.filtered(lambda line: line.step_id.name == "visit")
        self.assertEqual((line.verdict, line.reason), ("wait", "waiting"))
        self.assertEqual(line.date_next.isoformat(), "2026-07-06")
        self.assertEqual(self._told("2026-07-06")["visit"], DO)

    def test_the_end_of_a_strategy(self):
        self._step("last", 10, "call", is_exit=True)
        self._step("never", 11, "visit")
        self._due(10)
        self._night()
        self._run_plan()
        self.assertEqual(self._told("2026-07-01")["never"], ("skip", "ended"))

    # -- several at once ----------------------------------------------------------

    def test_the_strongest_message_holds_the_others(self):
        self._step("first", 5, "email")
        self._step("second", 8, "sms")
        self._step("demand", 10, "letter")
        self._step("call", 10, "call")
        self._step("other call", 9, "call")
        self._due(12)
        self._night()
        plan = self._simulate()
        self.assertEqual(
            {line.step_id.name: line.verdict for line in plan.line_ids},
            {
                "first": "merged",
                "second": "merged",
                "demand": "do",
                "call": "merged",
                "other call": "do",
            },
        )
        merged = plan.line_ids.filtered(lambda line: line.step_id.name == "first")
        self.assertEqual(merged.merged_into_id.step_id.name, "demand")
        self.assertIn("demand", merged.reason_label)

    def test_what_was_merged_does_not_come_later(self):
        self._step("first", 5, "call")
        self._step("second", 8, "call")
        self._due(12)
        self._night()
        self._run_plan()
        self.assertEqual(
            {row.step_id.name: row.state for row in self._case().execution_ids},
            {"first": "merged", "second": "done"},
        )
        told = self._told("2026-07-01")
        self.assertEqual(set(told.values()), {("skip", "done")})

    def test_a_weaker_step_does_not_follow_a_stronger_one(self):
        self._step("first", 5, "call", min_amount=5000)
        self._step("second", 8, "call")
        self._due(12)
        self._night()
        self._run_plan()
        self._due(11, 9000)
        self._night()
        self.assertEqual(self._told("2026-07-01")["first"], ("skip", "superseded"))

    def test_other_actions_are_not_merged(self):
        self._step("tell", 5, "webhook", webhook_url="https://erp.example/a")
        self._step("tell too", 6, "webhook", webhook_url="https://erp.example/b")
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {"tell": DO, "tell too": DO})

    def test_one_contact_a_day(self):
        self._step("call", 5, "call")
        self._due(12)
        self._night()
        self._run_plan()
        self._step("urgent", 6, "visit")
        self.assertEqual(self._told()["urgent"], ("wait", "today"))
        self.assertEqual(self._told("2026-07-01")["urgent"], DO)

    def test_another_episode_begins_anew(self):
        self._step("call", 5, "call")
        invoice = self._due(12)
        self._night()
        self._run_plan()
        self._pay(invoice, 1000, "2026-06-30")
        self._due(-2, 500)
        with self._on("2026-07-08"):
            self._night()
            self.assertEqual(self._case().episode, 2)
            self.assertEqual(self._told("2026-07-08")["call"], DO)

    # -- other days ---------------------------------------------------------------

    def test_a_day_to_come_ages_what_is_open(self):
        self._step("notice", 10)
        self._due(-5)
        self._night()
        plan = self._simulate("2026-07-15")
        self.assertRecordValues(
            plan.line_ids,
            [{"verdict": "do", "days_overdue": 10, "amount": 1000, "episode": 1}],
        )

    def test_a_past_day_reads_the_ledger_of_then(self):
        self._step("notice", 10, catch_up_days=3)
        invoice = self._due(30)
        self._pay(invoice, 1000, "2026-06-20")
        self._due(1, 50)
        self._night()
        plan = self._simulate("2026-06-11")
        self.assertRecordValues(
            plan.line_ids, [{"verdict": "do", "days_overdue": 11, "amount": 1000}]
        )

    def test_a_simulation_says_something_of_everybody(self):
        self._step("notice", 10)
        late = self._create_reachable("Later")
        self._due(12)
        self._due(-20, partner=late)
        self._night()
        nightly = self._simulate(told="night")
        self.assertEqual(nightly.line_ids.case_id.partner_id, self.debtor)
        lines = self._simulate().line_ids
        self.assertEqual(lines.case_id.partner_id, self.debtor | late)
        line = lines.filtered(lambda line: line.case_id.partner_id == late)
        self.assertEqual((line.verdict, line.reason), NOT_YET)
        self.assertEqual(line.date_next.isoformat(), "2026-07-30")
        self.assertIn("07/30/2026", line.reason_label)
