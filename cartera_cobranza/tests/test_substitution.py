from contextlib import contextmanager

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .team_common import TeamCommon


@tagged("post_install", "-at_install", "cartera", "cartera_team")
class TestSubstitution(TeamCommon):
    """Who works on the cases of somebody who is away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_cases(1, cls.ana)

    # -- what may be written ------------------------------------------------------

    @contextmanager
    def _refused(self, message):
        with (
            self.assertRaisesRegex(ValidationError, message),
            self.cr.savepoint(),
        ):
            yield

    def test_absences_of_one_person_do_not_overlap(self):
        self._absence(self.ana, self.beto, "2026-07-01", "2026-07-10")
        with self._refused("away from .* already"):
            self._absence(self.ana, self.carla, "2026-07-10", "2026-07-12")
        self._absence(self.ana, self.carla, "2026-07-11", "2026-07-12")

    def test_who_stands_in_is_there(self):
        self._absence(self.beto, self.carla, "2026-07-05", "2026-07-06")
        with self._refused("cannot stand in"):
            self._absence(self.ana, self.beto, "2026-07-01", "2026-07-05")

    def test_who_stands_in_does_not_go_away(self):
        self._absence(self.ana, self.beto, "2026-07-01", "2026-07-05")
        with self._refused("another substitute"):
            self._absence(self.beto, self.carla, "2026-07-05", "2026-07-06")
        self._absence(self.beto, self.carla, "2026-07-06", "2026-07-06")

    def test_both_collect_for_the_company(self):
        clerk = self._create_user("clerk", "auditor")
        with self._refused("does not collect"):
            self._absence(self.ana, clerk)

    # -- who works on the case ----------------------------------------------------

    def test_an_absence_of_today_holds_at_once(self):
        absence = self._absence(self.ana, self.beto)
        self.assertEqual(self.case.worker_id, self.beto)
        self.assertEqual(self.case.user_id, self.ana)
        absence.substitute_id = self.carla
        self.assertEqual(self.case.worker_id, self.carla)
        absence.date_from = "2026-07-02"
        self.assertEqual(self.case.worker_id, self.ana)
        absence.date_from = "2026-06-30"
        absence.unlink()
        self.assertEqual(self.case.worker_id, self.ana)

    def test_an_absence_given_to_somebody_else_changes_both(self):
        other = self._create_cases(1, self.carla)
        absence = self._absence(self.ana, self.beto)
        absence.user_id = self.carla
        self.assertEqual(self.case.worker_id, self.ana)
        self.assertEqual(other.worker_id, self.beto)

    def test_the_night_begins_and_ends_an_absence(self):
        self._absence(self.ana, self.beto, "2026-07-01", "2026-07-02")
        self.assertEqual(self.case.worker_id, self.ana)
        workers = {}
        for day in ("2026-07-01", "2026-07-02", "2026-07-03"):
            with self._on(f"{day} 12:00:00"):
                self.env["cartera.run"].run(self.company)
            workers[day] = self.case.worker_id.login
        self.assertEqual(
            workers,
            {"2026-07-01": "beto", "2026-07-02": "beto", "2026-07-03": "ana"},
        )

    def test_a_case_given_to_somebody_who_is_away_goes_to_the_substitute(self):
        self._absence(self.ana, self.beto)
        other = self._create_cases(1, self.carla)
        other.user_id = self.ana
        self.assertEqual((other.user_id, other.worker_id), (self.ana, self.beto))

    def test_an_absence_leaves_no_trace_in_the_history(self):
        before = len(self.case.owner_ids)
        self._absence(self.ana, self.beto)
        self.assertEqual(len(self.case.owner_ids), before)

    def test_planned_calls_go_and_come_back_and_own_notes_stay(self):
        kind = "cartera_cobranza.mail_activity_type_call"
        call = self.case.activity_schedule(kind, user_id=self.ana.id)
        call.automated = True
        note = self.case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.ana.id
        )
        note.automated = False
        absence = self._absence(self.ana, self.beto)
        self.assertEqual((call.user_id, note.user_id), (self.beto, self.ana))
        absence.unlink()
        self.assertEqual((call.user_id, note.user_id), (self.ana, self.ana))

    def test_an_archived_substitute_does_not_stand_in(self):
        self._absence(self.ana, self.beto, "2026-07-01", "2026-07-02")
        self.beto.active = False
        with self._on("2026-07-01 12:00:00"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(self.case.worker_id, self.ana)

    # -- what the substitute sees -------------------------------------------------

    def test_the_substitute_sees_the_debtor_in_these_days_only(self):
        contact = self.env["cartera.contact"]._log(
            [{"case_id": self.case.id, "channel": "call", "reached": "reached"}]
        )
        items = self._find_items(self.case.partner_id)
        self.assertTrue(items)
        seen = {"before": self._sees(contact, items)}
        absence = self._absence(self.ana, self.beto)
        seen["during"] = self._sees(contact, items)
        self.assertTrue(self._sees(contact, items, self.ana))
        absence.date_to = "2026-06-30"
        with self._on("2026-07-01 12:00:00"):
            self.env["cartera.run"].run(self.company)
            seen["after"] = self._sees(contact, items)
        self.assertEqual(seen, {"before": False, "during": True, "after": False})

    def _sees(self, contact, items, user=None):
        """Whether all that the collector works with is seen, or nothing of it."""
        self.env.flush_all()
        self.env.invalidate_all()
        seen = set()
        for records in (self.case, contact, items, self.case.owner_ids):
            as_user = records.with_user(user or self.beto)
            domain = [("id", "in", records.ids)]
            seen.add(bool(as_user.search_count(domain)))
            try:
                as_user.check_access("read")
                seen.add(True)
            except AccessError:
                seen.add(False)
        self.assertEqual(len(seen), 1)
        return seen.pop()

    def test_the_substitute_takes_a_note_on_the_case(self):
        self._absence(self.ana, self.beto)
        self.env.invalidate_all()
        self.case.with_user(self.beto).stage_id = self.stage_administrativa
        self.assertEqual(self.case.stage_id, self.stage_administrativa)

    def test_the_substitute_does_all_of_the_work_and_none_afterwards(self):
        """Also with rights on own cases alone."""
        other = self._create_cases(1, self.ana)
        absence = self._absence(self.ana, self.beto, end="2026-06-30")
        self.env.invalidate_all()
        seen = self.env["cartera.case"].with_user(self.beto).search([])
        self.assertEqual(seen.sorted("id"), (self.case | other).with_user(self.beto))
        case = self.case.with_user(self.beto)
        self._work_on(case)
        self.assertEqual(len(self.case.contact_ids), 1)
        self.assertEqual(self.case.promise_ids.user_id, self.beto)
        self.assertTrue(self.case.dispute_ids and self.case.pause_ids)
        with self._on("2026-07-01 15:00:00"):
            self.env["cartera.run"].run(self.company)
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(self.env["cartera.case"].with_user(self.beto).search([]))
            with self.assertRaises(AccessError):
                self._work_on(other.with_user(self.beto))
        self.assertFalse(other.contact_ids)
        self.assertEqual(absence.user_id, self.ana)

    def _work_on(self, case):
        line = self._receivable_lines(
            self._invoice(100, "2026-05-01", partner=case.sudo().partner_id)
        )
        result = self.env.ref("cartera_cobranza.cartera_disposition_reached")
        wizard = self.env["cartera.contact.log"].with_user(self.beto)
        wizard.create(
            {
                "case_id": case.id,
                "channel": "call",
                "direction": "in",
                "disposition_id": result.id,
            }
        ).action_log()
        case._open_dispute(
            {
                "reason_id": self.env["cartera.dispute.reason"].search([], limit=1).id,
                "lines": [(line.id, 10)],
            }
        )
        case._take_promise(
            {
                "currency_id": self.company.currency_id.id,
                "installments": [("2026-07-03", 20)],
                "channel": "call",
            }
        )
        case._pause(
            {
                "kind": "internal",
                "reason": "Asks the bank",
                "date_review": "2026-07-06",
            }
        )

    def test_the_day_begins_where_the_company_is(self):
        """Six in the morning in Greenwich is midnight in Mexico."""
        self.company.partner_id.tz = "America/Mexico_City"
        with self._on("2026-07-01 05:50:00"):
            self._absence(self.ana, self.beto, "2026-06-28", "2026-06-30")
            self.assertEqual(self.case.worker_id, self.beto)
        with self._on("2026-07-01 06:10:00"):
            self.env["cartera.worklist.engine"]._cron_fill_calls()
            self.env.invalidate_all()
            self.assertEqual(self.case.worker_id, self.ana)
