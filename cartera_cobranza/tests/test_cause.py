from datetime import date

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .dispute_common import DisputeCommon


@tagged("post_install", "-at_install", "cartera", "cartera_cause")
class TestCause(DisputeCommon):
    """Why debtors pay late: who may know, for how long, and who is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls._create_user("cause_supervisor", "supervisor")
        cls.auditor = cls._create_user("cause_auditor", "auditor")
        cls.colleague = cls._create_user("cause_colleague", "collector")
        cls.trusted = cls._create_user("cause_trusted", "collector")
        cls.trusted.group_ids += cls.env.ref("cartera_cobranza.group_cartera_sensitive")
        cls.illness = cls.env.ref("cartera_cobranza.cause_illness")
        cls.seasonal = cls.env.ref("cartera_cobranza.cause_seasonal")
        cls.delivery = cls.env.ref("cartera_cobranza.cause_our_delivery")

    def _as(self, user, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user)

    def _note(self, cause, user=None):
        return self._as(user or self.collector, self.case)._note_cause(cause)

    def _age(self, row, interval):
        """As if it had been noted earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cartera_case_cause SET create_date = %s::timestamp WHERE id = %s",
            [interval, row.id],
        )
        self.env.invalidate_all()

    # -- who may know -------------------------------------------------------------

    def test_cause_says_who_when_and_how_long(self):
        row = self._note(self.illness)
        self.assertRecordValues(
            row.sudo(),
            [
                {
                    "date": date(2026, 6, 30),
                    "date_purge": date(2026, 12, 27),
                    "user_id": self.collector.id,
                    "is_sensitive": True,
                    "amount_overdue": 100,
                }
            ],
        )
        self.assertFalse(self._note(self.seasonal).date_purge)

    def test_sensitive_causes_are_seen_by_few(self):
        secret, plain = self._note(self.illness), self._note(self.seasonal)
        self._age(secret, "2026-06-28 12:00:00")
        export = self.env.ref("base.group_allow_export")
        for user, seen in (
            (self.collector, plain),
            (self.colleague, plain),
            (self.supervisor, plain),
            (self.auditor, plain),
            (self.trusted, plain | secret),
        ):
            user.group_ids += export
            with self.subTest(user.login):
                rows = self._as(user, self.env["cartera.case.cause"])
                self.assertEqual(set(rows.search([]).ids), set(seen.ids))
                groups = rows.formatted_read_group([], ["cause_id"], ["__count"])
                self.assertEqual(
                    {group["cause_id"][0] for group in groups},
                    set(seen.sudo().cause_id.ids),
                )
                case = self._as(user, self.case)
                [page] = case.web_read({"cause_ids": {"fields": {"display_name": {}}}})
                self.assertEqual(
                    {row["id"] for row in page["cause_ids"]}, set(seen.ids)
                )
                exported = case.export_data(["cause_ids/cause_id/name"])["datas"]
                self.assertEqual(
                    {name for [name] in exported if name},
                    set(seen.sudo().mapped("cause_id.name")),
                )
                found = self._as(user, self.env["cartera.case"]).search(
                    [("cause_ids.cause_id", "=", self.illness.id)]
                )
                self.assertEqual(found.ids, self.case.ids if secret in seen else [])
                if secret not in seen:
                    with self.assertRaises(AccessError):
                        self._as(user, secret).read(["display_name"])
                    with self.assertRaises(AccessError):
                        self._as(user, secret).unlink()

    def test_whoever_noted_it_sees_it_for_a_day_and_may_undo_it(self):
        row = self._note(self.illness)
        self.assertTrue(self._as(self.collector, row).has_access("read"))
        self.assertFalse(self._as(self.colleague, row).has_access("read"))
        self._age(row, "2026-06-28 23:59:59")
        self.assertFalse(self._as(self.collector, row).has_access("read"))
        self._age(row, "2026-06-30 00:00:00")
        self._as(self.collector, row).unlink()

    def test_who_deletes_what_was_noted(self):
        refused = "within a day, or a supervisor"
        own = self._create_user("cause_own", "own")
        self.case.sudo().user_id = own
        for user in (own, self.colleague, self.trusted):
            row = self._note(self.seasonal)
            with self.subTest(user.login):
                with self.assertRaisesRegex(AccessError, refused):
                    self._as(user, row).unlink()
        for user in (self.auditor, self.seller):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._as(user, row).unlink()
        for user in (own, self.colleague, self.supervisor):
            with self.subTest(user.login):
                self._as(user, self._note(self.seasonal, user)).unlink()
        self._as(self.supervisor, row).unlink()
        self.assertFalse(row.exists())

    def test_what_was_noted_earlier_is_deleted_by_a_supervisor(self):
        row = self._note(self.seasonal)
        self._age(row, "2026-06-28 12:00:00")
        with self.assertRaisesRegex(AccessError, "within a day, or a supervisor"):
            self._as(self.collector, row).unlink()
        self._as(self.supervisor, row).unlink()
        self.assertFalse(row.exists())

    def test_sensitive_causes_leave_no_other_trace(self):
        messages = self.case.message_ids
        activities = self.env["mail.activity"].search_count([])
        self._note(self.illness)
        self.assertEqual(self._as(self.env.user, self.case).message_ids, messages)
        self.assertEqual(self.env["mail.activity"].search_count([]), activities)

    def test_who_noted_it_and_when_is_not_chosen(self):
        rows = self._as(self.collector, self.env["cartera.case.cause"])
        row = rows.create(
            {
                "case_id": self.case.id,
                "cause_id": self.illness.id,
                "user_id": self.colleague.id,
                "date": "2020-01-01",
                "amount_overdue": 1,
            }
        )
        self.assertEqual(row.user_id, self.collector)
        self.assertEqual(row.date, date(2026, 6, 30))
        self.assertEqual(row.amount_overdue, 100)
        with self.assertRaises(AccessError):
            row.write({"cause_id": self.seasonal.id})

    def test_causes_are_noted_by_those_who_work_on_the_case(self):
        own = self._create_user("cause_own", "own")
        for user in (own, self.auditor, self.seller):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._note(self.seasonal, user)

    def test_sensitive_stays_sensitive(self):
        for values in ({"is_sensitive": False}, {"retention_days": 10000}):
            with self.subTest(values), self.assertRaises(AccessError):
                self._as(self.supervisor, self.illness).write(values)
        self._as(self.supervisor, self.illness).retention_days = 30
        self.trusted.group_ids += self.env.ref(
            "cartera_cobranza.group_cartera_supervisor"
        )
        self._as(self.trusted, self.illness).retention_days = 90

    def test_shorter_retention_and_later_sensitivity_apply_to_what_was_noted(self):
        row, plain = self._note(self.illness), self._note(self.seasonal)
        self.illness.sudo().retention_days = 10
        self.assertEqual(row.sudo().date_purge, date(2026, 7, 10))
        self.seasonal.sudo().is_sensitive = True
        self.assertTrue(plain.sudo().date_purge)
        self._age(plain, "2026-06-01 00:00:00")
        self.assertFalse(self._as(self.collector, plain).has_access("read"))

    # -- deletion -----------------------------------------------------------------

    def test_sensitive_causes_are_deleted_on_their_day(self):
        secret, plain = self._note(self.illness), self._note(self.seasonal)
        rows = self.env["cartera.case.cause"]
        with self._on("2026-12-26"):
            self.assertEqual(rows._gc_sensitive(), (0, 0))
        with self._on("2026-12-27"):
            self.assertEqual(rows._gc_sensitive(), (1, 0))
        self.assertFalse(secret.exists())
        self.assertTrue(plain.exists())

    # -- our fault ----------------------------------------------------------------

    def test_salesperson_is_told_once_of_our_fault(self):
        kind = self.env.ref("cartera_cobranza.mail_activity_type_our_fault")
        row = self._note(self.delivery)
        self._note(self.delivery)
        self.assertEqual(row.salesperson_id, self.seller)
        activities = self.debtor.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )
        self.assertEqual(len(activities), 1)
        self.assertEqual(activities.user_id, self.seller)
        self.assertEqual(self._as(self.seller, activities).summary, self.delivery.name)
        self.assertTrue(self._as(self.seller, self.debtor).has_access("read"))

    def test_salesperson_of_the_debtor_comes_before_that_of_the_invoice(self):
        other = self._create_employee("key_account")
        self.debtor.user_id = other
        self.assertEqual(self._note(self.delivery).salesperson_id, other)

    def test_our_fault_is_reported_by_cause_and_salesperson(self):
        self._note(self.delivery)
        self._note(self.seasonal)
        action = self.env.ref("cartera_cobranza.cartera_case_cause_action_ours")
        rows = self._as(self.supervisor, self.env["cartera.case.cause"])
        rows.get_views([(False, "pivot"), (False, "list"), (False, "search")])
        [group] = rows._read_group(
            [("is_ours", "=", True)],
            ["cause_id", "salesperson_id", "date:month"],
            ["amount_overdue:sum"],
        )
        self.assertEqual(group[0].id, self.delivery.id)
        self.assertEqual(group[1].id, self.seller.id)
        self.assertEqual(group[3], 100)
        self.assertIn("is_ours", action.domain)

    @mute_logger("odoo.sql_db")
    def test_our_fault_cannot_be_sensitive(self):
        with self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            self.delivery.sudo().is_sensitive = True
            self.env.flush_all()

    # -- what it suggests ---------------------------------------------------------

    def test_window_notes_the_cause(self):
        action = self.case.action_note_cause()
        rows = self._as(self.collector, self.env["cartera.case.cause"])
        with Form(rows.with_context(**action["context"])) as form:
            form.cause_id = self.illness
            self.assertTrue(form.is_sensitive)
        self.assertEqual(form.record.case_id, self.case)
        self.assertEqual(form.record.user_id, self.collector)

    def test_case_suggests_by_the_last_cause_that_one_may_know(self):
        self._note(self.seasonal)
        with self._on("2026-07-01"):
            row = self._note(self.illness)
        self.assertIn(
            self.illness.name, self._as(self.trusted, self.case).cause_suggestion
        )
        self._age(row, "2026-06-01 00:00:00")
        for user in (self.colleague, self.supervisor, self.collector):
            case = self._as(user, self.case)
            self.assertIn(self.seasonal.name, case.cause_suggestion)
            self.assertEqual(case.cause_pause_days, 0)

    def test_pause_as_suggested_does_not_name_the_cause(self):
        self._note(self.illness)
        case = self._as(self.collector, self.case)
        case.action_pause_as_suggested()
        pause = case.pause_ids
        self.assertRecordValues(
            pause,
            [
                {
                    "kind": "cause",
                    "date_review": date(2026, 7, 30),
                    "user_id": self.collector.id,
                    "state": "active",
                }
            ],
        )
        self.assertNotIn(self.illness.name, pause.reason)
        self.assertEqual(self._as(self.collector, self.case).cause_pause_days, 0)
