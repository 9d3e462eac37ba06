from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .strategy_common import StrategyCommon


class PauseCommon(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._due(12, amount=1000)
        cls.other_invoice = cls._due(40, amount=300)
        cls._night()
        cls.case = cls._case()
        cls.collector = cls._create_user("ana", "collector")
        cls.supervisor = cls._create_user("rita", "supervisor")

    def _pause_as(self, user, until, **values):
        values = {"reason": "Flood", "date_review": until, **values}
        return self.case.with_user(user)._pause(values)

    def _review(self, pause):
        return pause.activity_id.with_context(active_test=False)


@tagged("post_install", "-at_install", "cartera", "cartera_pause")
class TestPause(PauseCommon):
    """What a pause is, who may make it, and what follows from it."""

    # -- of the debtor as a whole -------------------------------------------------

    def test_a_debtor_is_on_hold(self):
        pause = self._pause_as(self.collector, "2026-07-10")
        self.assertRecordValues(
            pause,
            [
                {
                    "state": "active",
                    "is_whole": True,
                    "user_id": self.collector.id,
                    "company_id": self.company.id,
                    "date_from": date.fromisoformat("2026-06-30"),
                }
            ],
        )
        self.assertEqual(self.case.hold_until, date.fromisoformat("2026-07-10"))
        self.assertEqual(self.case.hold_reason, "Flood")
        self.assertIn("07/10/2026: Flood", self.case.message_ids[0].body)

    def test_of_several_pauses_the_latest_counts(self):
        short = self._pause_as(self.collector, "2026-07-05")
        long = self._pause_as(self.collector, "2026-07-10", reason="Strike")
        self._pause_as(self.collector, "2026-07-08", reason="Fair")
        self.assertEqual(self.case.hold_reason, "Strike")
        long.action_end()
        self.assertEqual(self.case.hold_until, date.fromisoformat("2026-07-08"))
        self.assertEqual(self.case.hold_reason, "Fair")
        short.action_end()
        self.assertEqual(self.case.hold_reason, "Fair")

    def test_another_reason_is_shown_on_the_case(self):
        pause = self._pause_as(self.collector, "2026-07-05")
        pause.reason = "Fire"
        self.assertEqual(self.case.hold_reason, "Fire")

    def test_a_pause_without_an_end_cannot_be_stored(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._pause_as(self.collector, False)

    def test_a_review_in_a_week_is_proposed(self):
        cases = self.case.with_user(self.collector)
        context = cases.action_pause()["context"]
        pauses = cases.env["cartera.pause"].with_context(**context)
        self.assertEqual(str(Form(pauses).date_review), "2026-07-07")
        self.company.cartera_pause_max_days = 3
        self.assertEqual(str(Form(pauses).date_review), "2026-07-03")

    def test_a_pause_says_why(self):
        with self.assertRaises(ValidationError):
            self._pause_as(self.collector, "2026-07-05", reason=" ")

    def test_a_review_is_today_or_later(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._pause_as(self.supervisor, "2026-06-29")
        self.assertTrue(self._pause_as(self.supervisor, "2026-06-30"))

    # -- of some items ------------------------------------------------------------

    def test_some_items_only(self):
        line = self._receivable_lines(self.invoice)
        pause = self._pause_as(self.collector, "2026-07-10", line_ids=line.ids)
        self.assertFalse(pause.is_whole)
        self.assertEqual(pause.line_ids, line)
        self.assertFalse(self.case.hold_until)

    def test_the_items_are_the_debtors_receivables(self):
        other = self._create_debtor("Ferretería La Tuerca")
        foreign = self._receivable_lines(self._due(5, partner=other))
        sales = self.invoice.line_ids - self._receivable_lines(self.invoice)
        for line in (foreign, sales):
            with self.subTest(line.display_name), self.assertRaises(ValidationError):
                self._pause_as(self.collector, "2026-07-10", line_ids=line.ids)

    def test_a_pause_of_items_needs_items(self):
        with self.assertRaises(ValidationError):
            self.env["cartera.pause"].create(
                {
                    "case_id": self.case.id,
                    "is_whole": False,
                    "reason": "Flood",
                    "date_review": "2026-07-10",
                }
            )

    def test_a_debtor_is_not_on_hold_when_its_paused_items_go(self):
        line = self._receivable_lines(self.invoice)
        pause = self._pause_as(self.collector, "2026-07-10", line_ids=line.ids)
        self.invoice.button_draft()
        self.invoice.unlink()
        pause.reason = "Cancelled invoice"
        self.assertFalse(pause.is_whole)
        self.assertFalse(self.case.hold_until)

    # -- how long -----------------------------------------------------------------

    def test_beyond_the_longest_a_supervisor_is_needed(self):
        self.company.cartera_pause_max_days = 10
        self._pause_as(self.collector, "2026-07-10")
        with self.assertRaises(UserError):
            self._pause_as(self.collector, "2026-07-11")
        self._pause_as(self.supervisor, "2027-01-31")
        self.assertEqual(self.case.hold_until, date.fromisoformat("2027-01-31"))

    def test_a_collector_prolongs_once(self):
        pause = self._pause_as(self.collector, "2026-07-10")
        pause._prolong(date.fromisoformat("2026-07-20"), "The bank takes longer")
        self.assertEqual(pause.date_review, date.fromisoformat("2026-07-20"))
        self.assertEqual(self.case.hold_until, date.fromisoformat("2026-07-20"))
        self.assertTrue(
            any("takes longer" in body for body in pause.message_ids.mapped("body"))
        )
        with self.assertRaises(UserError):
            pause._prolong(date.fromisoformat("2026-07-22"), "Again")
        pause.with_user(self.supervisor)._prolong(
            date.fromisoformat("2026-09-30"), "Again"
        )
        self.assertEqual(pause.prolonged, 2)

    def test_prolonging_has_the_same_limit(self):
        self.company.cartera_pause_max_days = 10
        pause = self._pause_as(self.collector, "2026-07-05")
        with self.assertRaises(UserError):
            pause._prolong(date.fromisoformat("2026-07-11"), "Longer")
        pause._prolong(date.fromisoformat("2026-07-10"), "Longer")

    def test_prolonging_shortens_nothing(self):
        pause = self._pause_as(self.collector, "2026-07-05")
        for day in ("2026-07-05", "2026-07-01"):
            with self.subTest(day), self.assertRaises(UserError):
                pause._prolong(date.fromisoformat(day), "Why")

    def test_the_button_asks_until_when(self):
        pause = self._pause_as(self.collector, "2026-07-05")
        action = pause.action_prolong()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.collector)
            .with_context(**action["context"])
        )
        self.assertEqual(wizard.date_review, date.fromisoformat("2026-07-12"))
        wizard.reason = "Still flooded"
        wizard.save().action_prolong()
        self.assertEqual(pause.date_review, date.fromisoformat("2026-07-12"))

    # -- the owner's activity -----------------------------------------------------

    def test_the_owner_reviews(self):
        pause = self._pause_as(self.collector, "2026-07-10")
        review = self._review(pause)
        self.assertRecordValues(
            review,
            [
                {
                    "user_id": self.collector.id,
                    "date_deadline": date.fromisoformat("2026-07-10"),
                    "res_id": self.case.id,
                    "res_model": "cartera.case",
                    "active": True,
                }
            ],
        )
        pause.with_user(self.collector).user_id = self.supervisor
        self.assertEqual(review.user_id, self.supervisor)
        pause._prolong(date.fromisoformat("2026-07-15"), "Longer")
        self.assertEqual(review.date_deadline, date.fromisoformat("2026-07-15"))
        pause.with_user(self.collector).action_end()
        self.assertFalse(review.active)

    def test_a_review_that_was_done_is_planned_anew_when_prolonged(self):
        pause = self._pause_as(self.collector, "2026-07-10")
        first = self._review(pause)
        first.with_user(self.collector).action_feedback("Looked at it")
        pause._prolong(date.fromisoformat("2026-07-15"), "Longer")
        self.assertNotEqual(self._review(pause), first)
        self.assertEqual(
            self._review(pause).date_deadline, date.fromisoformat("2026-07-15")
        )

    # -- the end ------------------------------------------------------------------

    def test_it_ends_by_itself_after_its_review(self):
        pause = self._pause_as(self.collector, "2026-07-02")
        with self._on("2026-07-02"):
            self._night()
            self.assertEqual(pause.state, "active")
        with self._on("2026-07-03"):
            self._night()
        self.assertEqual(pause.state, "ended")
        self.assertEqual(pause.date_ended, date.fromisoformat("2026-07-03"))
        self.assertFalse(self.case.hold_until)
        self.assertTrue(self._review(pause).active)

    def test_one_that_is_over_leaves_the_other(self):
        self._pause_as(self.collector, "2026-07-02", reason="Flood")
        self._pause_as(self.collector, "2026-07-08", reason="Fair")
        with self._on("2026-07-03"):
            self._night()
        self.assertEqual(self.case.hold_reason, "Fair")

    def test_the_run_counts_what_ended(self):
        self._pause_as(self.collector, "2026-07-02")
        with self._on("2026-07-03"):
            run = self._night()
        phase = run.phase_ids.filtered(lambda phase: phase.phase == "pauses")
        self.assertEqual(phase.record_count, 1)

    def test_an_ended_pause_is_not_prolonged(self):
        pause = self._pause_as(self.collector, "2026-07-02")
        pause.action_end()
        self.assertEqual(pause.date_ended, date.fromisoformat("2026-06-30"))
        with self.assertRaises(UserError):
            pause._prolong(date.fromisoformat("2026-07-10"), "Again")

    # -- rights -------------------------------------------------------------------

    def test_what_is_fixed_is_not_written(self):
        pause = self._pause_as(self.collector, "2026-07-02")
        for values in (
            {"date_review": "2027-12-31"},
            {"date_from": "2026-01-01"},
            {"state": "ended"},
            {"kind": "proof"},
            {"is_whole": False},
            {"prolonged": 0},
            {"line_ids": [Command.clear()]},
        ):
            for user in (self.collector, self.supervisor):
                with self.subTest(values), self.assertRaises(AccessError):
                    pause.with_user(user).write(values)

    def test_nobody_begins_a_pause_otherwise_than_now(self):
        pause = self._pause_as(
            self.collector, "2026-07-10", date_from="2026-01-01", prolonged=-5
        )
        self.assertEqual(pause.date_from, date.fromisoformat("2026-06-30"))
        self.assertEqual(pause.prolonged, 0)

    def test_collectors_pause_their_own_cases(self):
        own = self._create_user("propia", "own")
        with self.assertRaises(AccessError):
            self._pause_as(own, "2026-07-02")
        self.case.user_id = own
        pause = self._pause_as(own, "2026-07-02")
        pause._prolong(date.fromisoformat("2026-07-08"), "Longer")
        pause.action_end()
        self.assertEqual(pause.state, "ended")
        with self.assertRaises(AccessError):
            pause.unlink()

    def test_readers_end_nothing(self):
        pause = self._pause_as(self.collector, "2026-07-02")
        auditor = self._create_user("auditora", "auditor")
        with self.assertRaises(AccessError):
            pause.with_user(auditor).action_end()
        with self.assertRaises(AccessError):
            pause.with_user(auditor)._prolong(
                date.fromisoformat("2026-07-08"), "Longer"
            )

    def test_only_the_strategy_makes_its_pauses(self):
        for user in (self.collector, self.supervisor):
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(AccessError, "Only a strategy"),
            ):
                self._pause_as(user, "2026-07-05", kind="strategy")
            case = self.case.with_user(user).with_context(default_kind="strategy")
            with self.subTest(user.login), self.assertRaises(AccessError):
                case._pause({"reason": "Flood", "date_review": "2026-07-05"})

    # -- screens ------------------------------------------------------------------

    def test_the_form_of_a_case_makes_a_pause(self):
        action = self.case.with_user(self.collector).action_pause()
        form = Form(
            self.env["cartera.pause"]
            .with_user(self.collector)
            .with_context(**action["context"])
        )
        form.reason = "In hospital"
        form.date_review = "2026-07-10"
        pause = form.save()
        self.assertEqual(pause.case_id, self.case)
        self.assertEqual(self.case.hold_reason, "In hospital")

    def test_the_form_makes_a_pause_of_an_item(self):
        line = self._receivable_lines(self.invoice)
        form = Form(
            self.env["cartera.pause"]
            .with_user(self.collector)
            .with_context(default_case_id=self.case.id)
        )
        form.reason = "Payment looked for"
        form.kind = "proof"
        form.date_review = "2026-07-10"
        form.is_whole = False
        form.line_ids.add(line)
        pause = form.save()
        self.assertEqual(pause.line_ids, line)
        self.assertFalse(self.case.hold_until)

    # -- merging ------------------------------------------------------------------

    def test_a_merged_debtor_stays_on_hold(self):
        double = self._create_reachable("Abarrotes El Faro, otra vez")
        self._due(20, partner=double)
        self._night()
        self._hold("2026-07-10", "Strike", case=self._case(double))
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.debtor | double).ids, self.debtor)
        self.assertEqual(self._case().hold_reason, "Strike")

    # -- chatter ------------------------------------------------------------------

    def test_debtor_is_not_written_to_from_a_pause(self):
        pause = self._hold("2026-07-10")
        self.debtor.email = "faro@example.com"
        message = pause.message_post(
            body="Look at this",
            partner_ids=(self.debtor | self.env.user.partner_id).ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertNotIn(self.debtor, message.notification_ids.res_partner_id)
