from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .promise_common import PromiseCommon


@tagged("post_install", "-at_install", "cartera", "cartera_security")
class TestPromiseLimits(PromiseCommon):
    """How far collectors may go, and who may go further."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls._create_user("gestora", "own")
        cls.supervisor = cls._create_user("jefa", "supervisor")
        cls.case.user_id = cls.collector
        cls.promise_policy.write(
            {
                "max_installments": 2,
                "max_days_first": 10,
                "max_days_total": 30,
                "max_broken": 2,
                "max_level": 2,
            }
        )

    def _take(self, user, *installments, **vals):
        self.env.flush_all()
        self.env.invalidate_all()
        case = self.case.with_user(user)
        return self._promise(*installments, case=case, **vals)

    # -- what is beyond -----------------------------------------------------------

    def test_within_the_limits(self):
        promise = self._take(self.collector, ("2026-07-10", 500), ("2026-07-30", 500))
        self.assertEqual((promise.state, promise.limit_text), ("open", False))

    def test_each_limit(self):
        for text, installments in [
            (
                "More than 2 payments",
                [("2026-07-05", 1), ("2026-07-06", 1), ("2026-07-07", 1)],
            ),
            ("first payment is more than 10", [("2026-07-11", 1)]),
            ("last payment is more than 30", [("2026-07-05", 1), ("2026-07-31", 1)]),
        ]:
            with self.subTest(text):
                promise = self._take(self.collector, *installments)
                self.assertEqual(promise.state, "proposed")
                self.assertIn(text, promise.limit_text)

    def test_each_reads_the_limits_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.supervisor.lang = "es_MX"
        self._lead_team()
        promise = self._take(self.collector, ("2026-07-11", 1))
        self.assertIn("more than 10 days", promise.limit_text)
        spanish = promise.with_user(self.supervisor).with_context(lang="es_MX")
        self.assertNotIn("payment", spanish.limit_text)
        self.assertIn("10", spanish.limit_text)
        activity = promise.sudo().activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertIn(spanish.limit_text, activity.note)

    def _break(self, count):
        for _number in range(count):
            promise = self._promise(("2026-06-20", 10), date_made="2026-06-15")
            self.assertPromise(promise, "broken")

    def test_too_many_broken_promises(self):
        self.promise_policy.max_level = 9
        self._break(1)
        promise = self._take(self.collector, ("2026-07-05", 10))
        self.assertEqual((promise.state, promise.level), ("open", 2))
        promise._withdraw("For the next")
        self._break(1)
        promise = self._take(self.collector, ("2026-07-05", 10))
        self.assertEqual(promise.state, "proposed")
        self.assertIn("Promises not kept in the last 180 days: 2.", promise.limit_text)

    def test_what_broke_before_the_window_is_forgotten(self):
        self.promise_policy.write({"max_level": 9, "window_days": 5})
        self._break(2)
        self.assertEqual(self._take(self.collector, ("2026-07-05", 10)).state, "open")

    def test_the_same_item_too_often(self):
        self.promise_policy.max_broken = 9
        self._break(2)
        promise = self._take(self.collector, ("2026-07-05", 10))
        self.assertEqual((promise.state, promise.level), ("proposed", 3))

    def test_after_a_kept_promise_the_level_is_the_same(self):
        self._break(1)
        kept = self._promise(("2026-07-05", 400))
        self._pay(self.invoice, 400, "2026-06-30")
        self.assertPromise(kept, "kept", 400)
        self.assertEqual(self._take(self.collector, ("2026-07-05", 600)).level, 2)

    def test_another_item_begins_anew(self):
        self._break(1)
        other = self._receivable_lines(self._invoice(50, "2026-05-01"))
        promise = self._take(self.collector, ("2026-07-05", 50), lines=other)
        self.assertEqual(promise.level, 1)

    def test_what_was_never_allowed_does_not_count(self):
        for decide in ("_refuse", "_withdraw"):
            proposed = self._take(self.collector, ("2026-07-20", 100))
            getattr(proposed.with_user(self.supervisor), decide)("No")
        self.assertEqual(self._take(self.collector, ("2026-07-05", 100)).level, 1)

    def test_the_first_policy_that_fits_holds(self):
        segment = self.env["cartera.segment"].create({"name": "Grandes"})
        self.promise_policy.copy(
            {
                "name": "Grandes",
                "sequence": 1,
                "segment_ids": [Command.set(segment.ids)],
                "max_days_first": 90,
                "max_days_total": 90,
            }
        )
        self.assertEqual(
            self._take(self.collector, ("2026-07-20", 9)).state, "proposed"
        )
        self.case.sudo().segment_id = segment
        self.assertEqual(self._take(self.collector, ("2026-07-20", 9)).state, "open")

    def test_without_a_policy_there_are_no_limits_and_no_tolerance(self):
        self.promise_policy.active = False
        promise = self._take(self.collector, ("2027-07-20", 1000))
        self.assertEqual((promise.state, promise.tolerance_days), ("open", 0))

    # -- who goes further ---------------------------------------------------------

    def test_a_proposed_promise_pauses_nothing_and_asks_a_supervisor(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        self.assertEqual((promise.state, promise.item_ids.is_open), ("proposed", False))
        self.assertFalse(self._read_case().promise_date)
        activity = promise.activity_ids
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("cartera_cobranza.mail_activity_type_promise"),
        )
        self.assertTrue(
            activity.user_id.has_group("cartera_cobranza.group_cartera_supervisor")
        )

    def _lead_team(self):
        """The supervisor leads the team of the collector."""
        self.env["cartera.team"].create(
            {
                "name": "Norte",
                "leader_id": self.supervisor.id,
                "member_ids": [Command.create({"user_id": self.collector.id})],
            }
        )

    def test_the_leader_of_the_team_is_asked(self):
        self._lead_team()
        promise = self._take(self.collector, ("2026-07-20", 1000))
        self.assertEqual(promise.activity_ids.user_id, self.supervisor)

    def test_a_supervisor_approves(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        promise.with_user(self.supervisor)._approve("Good customer")
        self.assertRecordValues(
            promise,
            [{"state": "open", "approved_by_id": self.supervisor.id}],
        )
        self.assertTrue(promise.item_ids.is_open)
        self.assertFalse(promise.activity_ids)
        self.assertEqual(promise.change_ids[0].reason, "Good customer")
        self.assertEqual(self._read_case().promise_date.isoformat(), "2026-07-20")

    def test_a_supervisor_refuses(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        promise.with_user(self.supervisor)._refuse("Too far away")
        self.assertEqual((promise.state, promise.item_ids.is_open), ("refused", False))
        with self.assertRaisesRegex(UserError, "does not wait"):
            promise.with_user(self.supervisor)._approve("After all")

    def test_approving_needs_free_items(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        self._take(self.collector, ("2026-07-05", 1000))
        with self.assertRaisesRegex(UserError, "promised already"):
            promise.with_user(self.supervisor)._approve("Good customer")

    def test_approving_too_late(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        with self._on("2026-07-21"), self.assertRaisesRegex(UserError, "has passed"):
            promise.with_user(self.supervisor)._approve("Good customer")

    def test_an_undone_withdrawal_of_a_proposal_waits_again(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        promise._withdraw("Mistaken")
        self.assertFalse(promise.sudo().activity_ids)
        promise.with_user(self.collector).action_undo_withdrawal()
        self.assertEqual((promise.state, promise.item_ids.is_open), ("proposed", False))
        self.assertTrue(promise.sudo().activity_ids, "a supervisor is asked anew")

    def test_a_supervisor_goes_beyond_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._take(self.supervisor, ("2026-07-20", 1000))
        promise = self._take(
            self.supervisor, ("2026-07-20", 1000), override_reason="Good customer"
        )
        self.assertRecordValues(
            promise,
            [
                {
                    "state": "open",
                    "approved_by_id": self.supervisor.id,
                    "override_reason": "Good customer",
                }
            ],
        )

    def test_a_reason_alone_does_not_help_a_collector(self):
        promise = self._take(
            self.collector, ("2026-07-20", 1000), override_reason="Please"
        )
        self.assertEqual(promise.state, "proposed")

    # -- role by role -------------------------------------------------------------

    def test_who_takes_promises(self):
        stranger = self._create_user("otra", "own")
        readers = [
            stranger,
            self._create_user("auditora", "auditor"),
        ]
        for user in readers:
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._take(user)
        for login, group in (("todas", "collector"), ("jefa2", "supervisor")):
            user = self._create_user(login, group)
            promise = self._take(user, ("2026-07-05", 10))
            self.assertEqual((promise.user_id, promise.state), (user, "open"))
            promise.with_user(user)._withdraw("Next")

    def test_the_window_shows_nothing_of_others(self):
        stranger = self._create_user("otra", "own")
        self.env.flush_all()
        self.env.invalidate_all()
        windows = self.env["cartera.promise.take"]
        with self.assertRaises(AccessError):
            windows.with_user(stranger).create({"case_id": self.case.id})
        window = windows.with_user(self.collector).create({"case_id": self.case.id})
        self.assertEqual(window.item_ids.document, self.invoice.name)
        window.action_take()
        self.assertEqual(self.case.promise_ids.user_id, self.collector)

    def test_who_decides(self):
        promise = self._take(self.collector, ("2026-07-20", 1000))
        everybody = self._create_user("todas", "collector")
        auditor = self._create_user("auditora", "auditor")
        for user in (self.collector, everybody, auditor):
            own = promise.with_user(user)
            for decide in (own._approve, own._refuse):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    decide("I say so")
        for user in (auditor, self._create_user("otra", "own")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                promise.with_user(user)._withdraw("No")
        promise.with_user(self.collector)._withdraw("Called off")
        self.assertEqual(promise.state, "withdrawn")

    def test_own_cases_only(self):
        promise = self._take(self.collector, ("2026-07-05", 10))
        stranger = self._create_user("otra", "own")
        self.env.flush_all()
        self.env.invalidate_all()
        for records in (
            promise,
            promise.installment_ids,
            promise.item_ids,
            promise.change_ids,
        ):
            with self.subTest(records._name):
                found = records.with_user(stranger).search([("id", "in", records.ids)])
                self.assertFalse(found)
                found = records.with_user(self.collector).search(
                    [("id", "in", records.ids)]
                )
                self.assertEqual(found, records)

    def test_nobody_makes_promises_past_the_case(self):
        values = {
            "case_id": self.case.id,
            "currency_id": self.company.currency_id.id,
            "date_made": "2026-06-30",
        }
        for user in (self.collector, self.supervisor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["cartera.promise"].with_user(user).create(values)
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._take(user, ("2026-07-05", 10)).unlink()
            self.case.promise_ids._withdraw("Next")
