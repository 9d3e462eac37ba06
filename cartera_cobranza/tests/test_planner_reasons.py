from odoo import Command
from odoo.tests import tagged

from .strategy_common import StrategyCommon

DO = ("do", "due")


@tagged("post_install", "-at_install", "cartera")
class TestPlannerReasons(StrategyCommon):
    """Why a step is not done, each reason by itself."""

    def _assert_reason(self, reason, verdict="skip", **step):
        self._step("notice", 10, **step)
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {"notice": (verdict, reason)})

    # -- conditions ---------------------------------------------------------------

    def test_conditions(self):
        spanish = self.env["res.lang"]._activate_lang("es_MX")
        bucket = self.env.ref("cartera_cobranza.cartera_aging_bucket_1")
        older = self.env.ref("cartera_cobranza.cartera_aging_bucket_31")
        other = self.env["cartera.segment"].create({"name": "Other", "sequence": 99})
        holds = {
            "amount at least": {"min_amount": 1000},
            "amount at most": {"max_amount": 1000},
            "share": {"min_share": 50},
            "bucket": {"bucket_ids": (bucket | older).ids},
            "segment": {"segment_ids": self.segment.ids},
            "stage": {"stage_ids": self.stage_administrativa.ids},
            "language": {"lang_ids": spanish.ids},
        }
        fails = {
            "amount": {"min_amount": 1000.01},
            "amount ": {"max_amount": 999.99},
            "share": {"min_share": 50.01},
            "bucket": {"bucket_ids": older.ids},
            "segment": {"segment_ids": other.ids},
            "stage": {"stage_ids": self.stage_extrajudicial.ids},
            "language": {"lang_ids": self.env.ref("base.lang_en").ids},
        }
        self.debtor.lang = "es_MX"
        self._due(12)
        self._due(-90)
        self._night()
        for values in (holds, fails):
            for name, condition in values.items():
                with self.subTest(condition):
                    step = self._step("notice", 10, "call", **condition)
                    expected = DO if values is holds else ("skip", name.strip())
                    self.assertEqual(self._told(), {"notice": expected})
                    step.active = False

    def test_the_amount_of_an_item_counts_before_it_is_due(self):
        self._step("preventive", -5, min_amount=500)
        small, big = self._due(-3, 499), self._due(-3, 500)
        self._night()
        lines = self._simulate().line_ids
        self.assertEqual(
            {line.line_id.move_id: line.reason for line in lines},
            {small: "amount", big: "due"},
        )

    # -- of the debtor ------------------------------------------------------------

    def test_on_hold(self):
        self._step("notice", 10)
        self._due(12)
        self._night()
        self._hold("2026-07-03", "Moving")
        line = self._simulate().line_ids
        self.assertEqual((line.verdict, line.reason), ("skip", "hold"))
        self.assertEqual(line.date_next.isoformat(), "2026-07-04")
        self.assertEqual(self._told("2026-07-03"), {"notice": ("skip", "hold")})
        self.assertEqual(self._told("2026-07-04"), {"notice": DO})

    def test_a_promise_is_running(self):
        self._step("preventive", -5, "call")
        self._step("notice", 10)
        self._due(12)
        self._due(-3)
        self._night()
        due = self._case().open_item_ids.filtered(lambda item: item.days_overdue > 0)
        self._make_promise(("2026-07-03", 1000), line_ids=due.ids)
        line = self._simulate(told="everything").line_ids.filtered(
            lambda line: line.step_id.name == "notice"
        )
        self.assertEqual((line.verdict, line.reason), ("skip", "promise"))
        self.assertEqual(line.date_next.isoformat(), "2026-07-06", "with its tolerance")
        self.assertEqual(self._told()["preventive"], DO, "another item")

    def test_what_is_promised_is_not_asked_for_before_it_is_due(self):
        self._step("preventive", -5, "call")
        self._due(-3)
        self._night()
        self._make_promise(("2026-07-03", 1000))
        self.assertNotIn("preventive", self._told())

    def test_the_rest_is_asked_for_while_a_promise_runs(self):
        self._step("notice", 10)
        item = self._receivable_lines(self._due(12, 300))
        self._due(20, 700)
        self._night()
        self._make_promise(("2026-07-03", 300), line_ids=item.ids)
        line = self._simulate().line_ids
        self.assertEqual((line.verdict, line.amount), ("do", 700))

    def test_paused_items(self):
        self._step("notice", 10)
        invoice = self._due(12)
        self._night()
        self._hold("2026-07-03", line_ids=self._receivable_lines(invoice).ids)
        line = self._simulate(told="everything").line_ids
        self.assertEqual((line.verdict, line.reason), ("skip", "paused"))
        self.assertEqual(line.date_next.isoformat(), "2026-07-04")
        self.assertEqual(self._told("2026-07-04"), {"notice": DO})

    def test_archived(self):
        self._step("notice", 10)
        self._due(12)
        self._night()
        self.debtor.active = False
        self.assertEqual(self._told(), {"notice": ("skip", "archived")})

    def test_insolvent(self):
        self._step("notice", 10)
        self._due(12)
        self._night()
        self.debtor.cartera_insolvent_since = "2026-06-30"
        self.assertEqual(self._told(), {"notice": ("skip", "insolvent")})

    def test_blocked(self):
        invoice = self._due(12)
        self._step("stage", 0, "call", clock="stage")
        self._night()
        invoice.line_ids.no_followup = True
        self._night()
        self.assertEqual(self._told(), {"stage": ("skip", "blocked")})

    def test_covered_by_credits(self):
        self._due(12)
        self._invoice(1000, "2026-06-20", move_type="out_refund")
        self._step("notice", 10)
        self._night()
        self.assertEqual(self._told(), {"notice": ("skip", "covered")})

    def test_nothing_overdue(self):
        self._step("stage", 0, "call", clock="stage")
        self._due(-20)
        self._night()
        self.assertEqual(self._told(), {"stage": ("skip", "nothing_overdue")})

    def test_no_segment_no_strategy_no_steps(self):
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {False: ("skip", "no_steps")})
        self.strategy.active = False
        self.assertEqual(self._told(), {False: ("skip", "no_strategy")})
        self.segment.active = False
        self._night()
        self.assertEqual(self._told(), {False: ("skip", "no_segment")})

    # -- addresses ----------------------------------------------------------------

    def test_no_channel(self):
        self.debtor.email = self.debtor.phone = self.debtor.street = False
        self._assert_reason("no_channel")

    def test_no_channel_for_this_step(self):
        self.debtor.email = False
        self._assert_reason("no_channel", fallback_channel=False)

    def test_falls_back(self):
        self.debtor.email = False
        self._step("notice", 10)
        self._due(12)
        self._night()
        line = self._simulate().line_ids
        self.assertEqual((line.verdict, line.action), ("do", "email"))
        self.assertEqual(line.channel, "sms")

    def test_no_phone_no_call(self):
        self.debtor.phone = False
        self._assert_reason("no_channel", action="call")

    def _decide(self, decision, partner=None, channel="email", **values):
        values = {"date": "2026-06-01", **values}
        self._consent(partner or self.debtor, channel, decision, **values)

    def _move_to(self, country):
        self.debtor.write(
            {"is_company": False, "country_id": self.env.ref(f"base.{country}").id}
        )

    def test_withdrawn_consent(self):
        self._decide("withdrawn")
        self._assert_reason("opt_out", fallback_channel=False)

    def test_withdrawn_for_an_address(self):
        consents = self.env["cartera.consent"]
        url = consents._get_opt_out_url(
            self.debtor, self.company, "email", self.debtor.email
        )
        consents._withdraw(consents._read_opt_out_token(url.rsplit("/", 1)[1]))
        self._assert_reason("opt_out", fallback_channel=False)
        self.debtor.email = "otro@faro.example"
        self.assertEqual(self._told(), {"notice": DO})

    def test_withdrawn_by_one_of_several_people(self):
        person = self.env["res.partner"].create(
            {
                "name": "Ana",
                "parent_id": self.debtor.id,
                "email": "ana@faro.example",
                "cartera_collection_contact": True,
            }
        )
        self._decide("withdrawn", person)
        self._step("notice", 10, fallback_channel=False)
        self._due(12)
        self._night()
        self.assertEqual(self._told(), {"notice": DO}, "the debtor itself is left")
        self._decide("withdrawn", date="2026-06-02")
        self.assertEqual(self._told(), {"notice": ("skip", "opt_out")})
        self._decide("granted", person, date="2026-06-03")
        self.assertEqual(self._told(), {"notice": DO})

    def test_consent_that_the_law_demands(self):
        self._move_to("co")
        self._assert_reason("consent")
        self._decide("granted", channel="sms", date="2026-06-29")
        line = self._simulate().line_ids
        self.assertEqual((line.verdict, line.channel), ("do", "sms"), "falls back")
        self._decide("granted", date="2026-06-29")
        self.assertEqual(self._simulate().line_ids.channel, "email")
        self._decide("withdrawn", date="2026-06-30")
        self._decide("withdrawn", channel="sms", date="2026-06-30")
        self.assertEqual(self._told(), {"notice": ("skip", "opt_out")})

    def test_consent_that_the_company_demands(self):
        policy = self.env["cartera.contact.policy"].create(
            {"name": "Own", "company_id": self.company.id, "consent_required": True}
        )
        self._assert_reason("consent")
        policy.date_to = "2026-06-29"
        self.assertEqual(self._told(), {"notice": DO})

    def test_visits_that_the_law_forbids(self):
        self._move_to("ec")
        self._assert_reason("forbidden", action="visit")

    def test_served_in_a_lawsuit(self):
        self._move_to("cl")
        self._step("hold", 10, "hold", hold_days=5)
        self._step("notice", 10)
        self._due(12)
        self._night()
        self.debtor.cartera_sued_since = "2026-06-30"
        told = {"hold": DO, "notice": ("skip", "sued")}
        self.assertEqual(self._told(), told)
        self.debtor.cartera_sued_since = "2026-07-01"
        self.assertEqual(self._told()["notice"], DO)
        self.debtor.cartera_sued_since = "2026-06-30"
        self._move_to("pe")
        self.assertEqual(self._told()["notice"], DO, "no law keeps it")

    def test_what_was_said_to_a_branch(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self._decide("withdrawn", company_id=branch.id)
        self._assert_reason("opt_out", fallback_channel=False)

    # -- what is told -------------------------------------------------------------

    def test_every_reason_has_words(self):
        reasons = dict(self.env["cartera.plan.line"]._fields["reason"].selection)
        engine = self.env["cartera.strategy.engine"]
        self._due(12)
        self._step("notice", 10)
        self._night()
        rows = engine._get_rows(
            self.company, self.company._get_cartera_today(), "everything", None
        )
        for row in rows:
            self.assertIn(row["reason"], reasons)

    def test_the_night_keeps_what_matters(self):
        self._step("late", 1, "call", catch_up_days=3)
        self._step("notice", 10)
        self._step("big", 11, "sms", min_amount=5000)
        self._step("future", 40)
        self._due(12)
        self._night()
        told = self._told(told="night")
        self.assertEqual(told, {"notice": DO, "big": ("skip", "amount")})

    def test_companies_do_not_mix(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        self._step("notice", 10, "call")
        self._due(12)
        self._invoice(50, "2026-03-01", company=other)
        self.env["cartera.run"].run(self.company | other)
        self.assertEqual(self._simulate().line_ids.company_id, self.company)
        plan = self.env["cartera.plan"].create({"company_id": other.id})
        plan.action_simulate()
        self.assertEqual(plan.line_ids.company_id, other)
        self.assertEqual(plan.line_ids.reason, "no_segment")

    def test_the_case_tells_what_comes_next(self):
        self._step("notice", 10)
        self._step("demand", 30, "letter")
        self._due(12)
        self._night()
        case = self._case()
        self.assertEqual(case.next_step_id.name, "notice")
        self.assertEqual(case.date_next_step.isoformat(), "2026-06-30")
        self._run_plan()
        case.invalidate_recordset()
        self.assertEqual(case.next_step_id.name, "demand")
        self.assertEqual(case.date_next_step.isoformat(), "2026-07-18")

    def test_another_strategy_does_not_repeat_what_was_said(self):
        self._step("notice", 10)
        self._due(12)
        self._night()
        self._run_plan()
        other = self.env["cartera.strategy"].create({"name": "Other"})
        again = self._step("the same again", 5)
        demand = self._step(
            "another text",
            5,
            template_id=self.env.ref("cartera_cobranza.cartera_template_demand").id,
        )
        (again | demand).strategy_id = other
        self.segment.strategy_id = other
        with self._on("2026-07-01"):
            self._night()
            told = self._told()
        self.assertEqual(told["the same again"], ("skip", "superseded"))
        self.assertEqual(told["another text"], DO)

    def test_the_case_tells_what_keeps_the_next_step(self):
        self._step("notice", 10)
        self._step("late", 1, "letter", catch_up_days=2)
        self._due(12)
        self._night()
        case = self._case()
        pause = self._hold("2026-08-31", "Flood")
        self.assertEqual(case.next_step_id.name, "notice")
        self.assertEqual(case.date_next_step.isoformat(), "2026-09-01")
        self.assertEqual(case.next_step_reason, "hold")
        self.assertIn("08/31/2026: Flood", case.pause_text)
        pause.action_end()
        self.assertFalse(case.pause_text)
        self._make_promise(("2026-07-10", 700))
        case = self._case()
        self.assertIn("700.00 promised for 07/10/2026", case.pause_text)
        with self._on("2026-07-20"):
            self._night()
            case.invalidate_recordset()
            self.assertIn("700.00 for 07/10/2026 broke", case.pause_text)
            part = case.promise_ids.installment_ids
            part.sudo().write({"state": "partial", "amount_kept": 300})
            case.invalidate_recordset(["pause_text"])
            self.assertIn("400.00 is missing of the", case.pause_text)
            self.assertIn("700.00 promised for 07/10/2026", case.pause_text)

    def test_a_step_that_will_not_come_is_not_the_next_one(self):
        self._step("late", 1, "letter", catch_up_days=2)
        self._due(12)
        self._night()
        case = self._case()
        self.assertFalse(case.next_step_id)
        self.assertFalse(case.date_next_step)
        self.assertEqual(case.next_step_reason, "expired")

    def test_explaining_one_debtor(self):
        self._step("notice", 10)
        self._step("demand", 30, "letter")
        other = self._create_reachable("Other")
        self._due(12)
        self._due(12, partner=other)
        self._night()
        user = self._create_user("gestora", "collector")
        action = self._case().with_user(user).action_explain()
        lines = self.env["cartera.plan.line"].with_user(user).search(action["domain"])
        self.assertEqual(lines.case_id.partner_id, self.debtor)
        self.assertEqual(
            {line.step_id.name: line.verdict for line in lines},
            {"notice": "do", "demand": "wait"},
        )
