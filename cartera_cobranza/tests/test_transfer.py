from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .team_common import TeamCommon


@tagged("post_install", "-at_install", "cartera", "cartera_team")
class TestTransfer(TeamCommon):
    """Many cases from one person to others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls._create_cases(6, cls.ana)

    def _transfer(self, user=None, **values):
        values = {"user_from_id": self.ana.id, "which": "all", **values}
        transfers = self.env["cartera.transfer"].with_user(user or self.carla)
        return transfers.create(values)

    def test_to_one_person(self):
        transfer = self._transfer(
            target="user", user_to_id=self.beto.id, note="Sick leave"
        )
        self.assertEqual(transfer.case_count, 6)
        result = transfer.action_transfer()
        self.assertIn("6", result["params"]["message"])
        self.assertEqual(self.cases.user_id, self.beto)
        last = self.cases[0].owner_ids.sorted("id")[-1]
        self.assertRecordValues(
            last,
            [
                {
                    "user_from_id": self.ana.id,
                    "user_to_id": self.beto.id,
                    "reason": "transfer",
                    "note": "Sick leave",
                    "create_uid": self.carla.id,
                }
            ],
        )

    def test_over_the_team_without_the_one_who_gives(self):
        dora = self._create_user("dora", "own")
        members = self.env["cartera.team.member"]
        members.create({"team_id": self.team.id, "user_id": dora.id, "capacity": 20})
        transfer = self._transfer()
        self.assertEqual(transfer.team_id, self.team)
        transfer.action_transfer()
        self.assertEqual(self._owners(self.cases), {"beto": 2, "dora": 4})

    def test_the_overdue_ones(self):
        self._invoice(10, "2026-06-20", due="2026-07-20")
        not_due = self._case()
        not_due.user_id = self.ana
        transfer = self._transfer(
            which="overdue", target="user", user_to_id=self.beto.id
        )
        self.assertEqual(transfer.case_count, 6)
        transfer.action_transfer()
        self.assertEqual(not_due.user_id, self.ana)
        self.assertEqual(self.cases.user_id, self.beto)

    def test_what_is_on_the_worklist_today(self):
        self._plan(self.cases, ["2026-06-29", "2026-06-30", "2026-07-01"])
        transfer = self._transfer(which="due", target="user", user_to_id=self.beto.id)
        self.assertEqual(transfer.case_count, 2)
        transfer.action_transfer()
        self.assertEqual(self._owners(self.cases), {"beto": 2, "ana": 4})

    def test_selected_cases_of_several_people(self):
        others = self._create_cases(1, self.beto)
        chosen = self.cases[:2] | others
        transfer = (
            self.env["cartera.transfer"]
            .with_user(self.carla)
            .with_context(active_model="cartera.case", active_ids=chosen.ids)
            .create({"target": "user", "user_to_id": self.carla.id})
        )
        self.assertEqual((transfer.source, transfer.case_count), ("selected", 3))
        transfer.action_transfer()
        self.assertEqual(chosen.user_id, self.carla)
        self.assertEqual(self.cases[2:].user_id, self.ana)

    def test_what_nobody_has(self):
        self.cases[:2].user_id = False
        transfer = self._transfer(source="nobody", user_from_id=False)
        transfer.action_transfer()
        self.assertEqual(self._owners(self.cases[:2]), {"beto": 2})

    def test_it_can_be_given_back(self):
        self._transfer(target="user", user_to_id=self.beto.id).action_transfer()
        self.cases[0].user_id = self.carla
        rows = self.cases.owner_ids.filtered(lambda row: row.reason == "transfer")
        rows.with_user(self.carla).action_give_back()
        self.assertEqual(self._owners(self.cases), {"carla": 1, "ana": 5})
        with self.assertRaises(UserError):
            rows.with_user(self.carla).action_give_back()

    def test_only_supervisors_transfer_and_give_back(self):
        self._transfer(target="user", user_to_id=self.beto.id).action_transfer()
        with self.assertRaises(AccessError):
            self._transfer(user=self.ana)
        mine = self.cases.owner_ids.with_user(self.beto)
        with self.assertRaises(AccessError):
            mine.action_give_back()

    def test_what_is_missing_is_said(self):
        for values in (
            {"user_from_id": False},
            {"target": "user"},
            {"target": "user", "user_to_id": self.ana.id},
            {"which": "due"},
        ):
            self._plan(self.cases, [])
            with self.subTest(values), self.assertRaises(UserError):
                self._transfer(**values).action_transfer()

    def test_activities_go_along(self):
        call = self.cases[0].activity_schedule(
            "cartera_cobranza.mail_activity_type_call", user_id=self.ana.id
        )
        self._transfer(target="user", user_to_id=self.beto.id).action_transfer()
        self.assertEqual(call.user_id, self.beto)

    def test_in_a_few_statements_however_many(self):
        transfer = self._transfer(target="user", user_to_id=self.beto.id)
        self.env.flush_all()
        with self.assertQueryCount(60):
            transfer.action_transfer()
