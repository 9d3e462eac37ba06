import psycopg2

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .team_common import TeamCommon


@tagged("post_install", "-at_install", "cartera", "cartera_team")
class TestTeam(TeamCommon):
    """Who has a case, and what becomes of it when that changes."""

    def test_a_collector_is_in_one_team_of_a_company(self):
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_team("South", {self.ana: 5})

    def test_a_collector_given_by_hand_works_on_the_case(self):
        [case] = self._create_cases(1)
        case.user_id = self.ana
        self.assertEqual(case.worker_id, self.ana)
        case.user_id = False
        self.assertFalse(case.worker_id)

    def test_every_change_is_in_the_history(self):
        [case] = self._create_cases(1)
        case.with_user(self.carla).user_id = self.ana
        case.user_id = self.ana
        case._assign(self.beto, "transfer", "Too much work")
        case.with_user(self.carla).user_id = False
        self.assertEqual(
            self._history(case),
            [
                (False, "ana", "manual"),
                ("ana", "beto", "transfer"),
                ("beto", False, "manual"),
            ],
        )
        first, second, _third = case.owner_ids.sorted("id")
        self.assertEqual(first.create_uid, self.carla)
        self.assertEqual(second.note, "Too much work")
        self.assertEqual(second.date, fields.Datetime.now())

    def test_open_activities_go_along_and_done_ones_stay(self):
        [case] = self._create_cases(1, self.ana)
        call = "cartera_cobranza.mail_activity_type_call"
        still_open = case.activity_schedule(call, user_id=self.ana.id)
        of_another = case.activity_schedule(call, user_id=self.carla.id)
        done = case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.ana.id
        )
        done.action_done()
        case.user_id = self.beto
        self.assertEqual(still_open.user_id, self.beto)
        self.assertEqual(of_another.user_id, self.carla)
        self.assertEqual(done.user_id, self.ana)

    def test_the_place_on_the_worklist_goes_along(self):
        [case] = self._create_cases(1, self.ana)
        entry = self._plan(case, ["2026-06-30"])
        case._assign(self.beto)
        self.assertEqual(entry.user_id, self.beto)

    def test_the_case_of_another_company_is_left_alone(self):
        other = self._create_cases(1, self.ana)
        count = self.env["cartera.hand.over"]._hand_over(
            self.env["res.company"].create({"name": "Another"}),
            self._moves(other),
            "transfer",
        )
        self.assertEqual((count, other.user_id), (0, self.ana))

    def _moves(self, cases):
        return SQL(
            "SELECT id AS case_id, user_id AS user_from_id, %s AS user_to_id "
            "FROM cartera_case WHERE id = ANY(%s)",
            self.beto.id,
            cases.ids,
        )
