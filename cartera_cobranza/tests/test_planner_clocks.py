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

    def _get_done_on(self, *days):
        """Names of the steps that are to be done, by ISO day, each after its night."""
        found = {}
        for day in days:
            with self._on(day):
                self._night()
                told = self._told(day)
                found[day] = {name for name in told if told[name] == DO}
        return found

    def _get_events(self, day):
        """What is told of the steps after each event, by its ISO day."""
        lines = self._simulate(day, "everything").line_ids
        return {
            line.date_event.isoformat(): (line.verdict, line.reason)
            for line in lines
            if line.date_event
        }

    def test_around_a_promise(self):
        self._step("soon", -1, clock="promise", catch_up_days=1)
        self._step("broken", 1, clock="promise", catch_up_days=3)
        self._step("noted", 0, clock="promise_made", catch_up_days=3)
        self._due(12)
        self._night()
        self.assertEqual(set(self._told()), {False})
        self._make_promise(("2026-07-05", 1000))
        expected = {
            "2026-06-30": {"noted"},
            "2026-07-03": {"noted"},
            "2026-07-04": {"soon"},
            "2026-07-05": {"soon"},
            # Within its tolerance of two days it is not broken yet.
            "2026-07-07": set(),
            "2026-07-08": {"broken"},
            "2026-07-11": {"broken"},
            "2026-07-12": set(),
        }
        self.assertEqual(self._get_done_on(*expected), expected)

    def test_each_payment_has_its_own_steps(self):
        self._step("soon", -1, "call", clock="promise", catch_up_days=1)
        self._due(12)
        self._night()
        self._make_promise(("2026-07-05", 400), ("2026-07-09", 600))
        with self._on("2026-07-04"):
            self._night()
            self._run_plan("2026-07-04")
            self.assertEqual(
                self._get_events("2026-07-04"),
                {"2026-07-05": ("skip", "done"), "2026-07-09": ("wait", "not_yet")},
            )
            self._pay(self.env["account.move"].search(
                [("partner_id", "=", self.debtor.id), ("move_type", "=", "out_invoice")]
            ), 400, "2026-07-04")  # fmt: skip
        with self._on("2026-07-08"):
            self._night()
            self._run_plan("2026-07-08")
        days = self._case().execution_ids.mapped("date_event")
        self.assertEqual(
            sorted(day.isoformat() for day in days), ["2026-07-05", "2026-07-09"]
        )

    def test_two_promises_at_a_time(self):
        self._step("soon", -1, "call", clock="promise", catch_up_days=1)
        first = self._receivable_lines(self._due(12, 300))
        second = self._receivable_lines(self._due(20, 700))
        self._night()
        self._make_promise(("2026-07-01", 300), line_ids=first.ids)
        self._make_promise(("2026-07-02", 700), line_ids=second.ids)
        lines = self._simulate("2026-07-01", "everything").line_ids
        self.assertEqual(
            {
                (line.date_event.isoformat(), line.verdict, line.amount)
                for line in lines
                if line.step_id
            },
            {("2026-07-01", "do", 300), ("2026-07-02", "merged", 700)},
        )

    def test_a_promise_that_was_kept_is_not_broken(self):
        self._step("broken", 1, clock="promise")
        invoice = self._due(12)
        self._night()
        self._make_promise(("2026-07-01", 1000))
        with self._on("2026-07-04"):
            self._night()
            self.assertEqual(self._told(), {"broken": DO})
            # Money of the promised day, noted late.
            self._pay(invoice, 1000, "2026-07-01")
            self.assertNotIn("broken", self._told())

    def test_a_withdrawn_or_proposed_promise_has_no_steps(self):
        self._step("soon", -1, clock="promise")
        self._step("noted", 0, clock="promise_made")
        self._due(12)
        self._night()
        promise = self._make_promise(("2026-07-01", 1000))
        self.assertEqual(set(self._told()), {"soon", "noted"})
        for state in ("withdrawn", "proposed", "refused"):
            promise.sudo().write({"state": state})
            with self.subTest(state):
                self.assertFalse({"soon", "noted"} & set(self._told()))

    def test_a_second_promise_has_steps_of_its_own(self):
        self._step("broken", 1, "call", clock="promise")
        self._due(12)
        self._night()
        self._make_promise(("2026-07-01", 1000))
        with self._on("2026-07-04"):
            self._night()
            self._run_plan("2026-07-04")
            self.assertEqual(self._told(), {"broken": ("skip", "done")})
            self._make_promise(("2026-07-05", 1000))
        with self._on("2026-07-08"):
            self._night()
            self.assertEqual(
                self._get_events("2026-07-08"),
                {"2026-07-01": ("skip", "done"), "2026-07-05": DO},
            )

    def test_a_broken_promise_does_not_begin_the_episode_anew(self):
        self._step("notice", 10, "call")
        self._due(12)
        self._night()
        self._run_plan()
        case = self._case()
        episode = case.episode
        self._make_promise(("2026-07-01", 1000))
        with self._on("2026-07-01"):
            self._night()
            self.assertTrue(case.episode_date)
        with self._on("2026-07-05"):
            self._night()
            self.assertEqual(case.episode, episode)
            self.assertEqual(self._told(), {"notice": ("skip", "done")})

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
