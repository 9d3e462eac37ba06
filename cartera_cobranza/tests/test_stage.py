from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CarteraCommon


@tagged("post_install", "-at_install", "cartera")
class TestStage(CarteraCommon):
    """Stages move by age, and a person's decision stands until the facts change."""

    def _run(self, day="2026-06-30"):
        with self._on(day):
            return self.env["cartera.run"].run(self.company)

    def _stage(self, partner=None):
        return self._case(partner).stage_id.code

    def test_cases_move_forward_by_age(self):
        self._invoice(10, "2026-06-01", due="2026-06-30")
        seen = []
        for day in ("2026-06-30", "2026-07-01", "2026-08-29", "2026-08-30"):
            self._run(day)
            seen.append(self._stage())
        self.assertEqual(
            seen, ["preventiva", "administrativa", "administrativa", "extrajudicial"]
        )

    def test_every_move_is_in_the_history(self):
        self._invoice(10, "2026-03-01", due="2026-03-31")
        run = self._run()
        self.assertRecordValues(
            self._case().stage_move_ids,
            [
                {
                    "stage_from_id": self.stage_preventiva.id,
                    "stage_to_id": self.stage_extrajudicial.id,
                    "reason": "rule",
                    "days_overdue": 91,
                    "amount_overdue": 10.0,
                    "user_id": False,
                    "run_id": run.id,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_judicial_is_proposed_and_never_entered_by_the_machine(self):
        self._invoice(10, "2025-06-01", due="2025-06-30")
        self._run()
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_extrajudicial)
        self.assertEqual(case.stage_proposed_id, self.stage_judicial)
        self._run("2026-07-01")
        self.assertEqual(self._case().stage_id, self.stage_extrajudicial)

    def test_a_supervisor_accepts_the_proposal(self):
        self._invoice(10, "2025-06-01", due="2025-06-30")
        self._run()
        case = self._case()
        case.action_accept_proposal()
        self.assertEqual(case.stage_id, self.stage_judicial)
        self.assertFalse(case.stage_proposed_id)
        self.assertEqual(case.stage_move_ids[0].reason, "proposal")
        self.assertEqual(case.stage_move_ids[0].user_id, self.env.user)

    def test_a_dismissed_proposal_does_not_come_back_by_itself(self):
        self._invoice(10, "2025-06-01", due="2025-06-30")
        self._run()
        case = self._case()
        case.action_dismiss_proposal()
        self.assertFalse(case.stage_proposed_id)
        self._run("2026-07-01")
        self.assertFalse(self._case().stage_proposed_id)
        self.assertIn("dismissed", case.message_ids[0].body)

    def test_a_collector_decides_no_proposal(self):
        self._invoice(10, "2025-06-01", due="2025-06-30")
        self._run()
        case = self._case().with_user(self._create_user("gestora", "collector"))
        with self.assertRaises(AccessError):
            case.action_accept_proposal()
        with self.assertRaises(AccessError):
            case.action_dismiss_proposal()
        with self.assertRaises(AccessError):
            case.stage_id = self.stage_judicial
        self.assertEqual(case.stage_id, self.stage_extrajudicial)

    def test_a_cured_debtor_returns_to_the_first_stage(self):
        invoice = self._invoice(10, "2026-03-01")
        self._run()
        self.assertEqual(self._stage(), "extrajudicial")
        self._pay(invoice, 10, "2026-06-30")
        self._run("2026-07-01")
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_preventiva)
        self.assertEqual(case.stage_move_ids[0].reason, "cured")

    def test_a_younger_debt_does_not_move_a_case_back(self):
        old = self._invoice(10, "2026-03-01")
        self._invoice(10, "2026-06-01")
        self._run()
        self._pay(old, 10, "2026-06-30")
        self._run("2026-07-01")
        self.assertEqual(self._stage(), "extrajudicial")

    def test_leaving_court_after_payment_is_proposed(self):
        invoice = self._invoice(10, "2025-06-01")
        self._run()
        self._case().action_accept_proposal()
        self._pay(invoice, 10, "2026-06-30")
        self._run("2026-07-01")
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_judicial)
        self.assertEqual(case.stage_proposed_id, self.stage_preventiva)

    def test_a_stage_set_by_a_person_stands_until_the_facts_change(self):
        self._invoice(10, "2026-05-01", due="2026-05-02")
        self._run()
        self.assertEqual(self._stage(), "administrativa")
        self._case().stage_id = self.stage_preventiva
        self._run("2026-07-01")
        self.assertEqual(self._stage(), "preventiva")
        self._run("2026-07-02")
        self.assertEqual(self._stage(), "extrajudicial")

    def test_what_is_not_collectable_moves_nobody(self):
        invoice = self._invoice(10, "2026-03-01")
        invoice.action_toggle_block_payment()
        self._run()
        self.assertEqual(self._stage(), "preventiva")

    def test_amount_and_share_of_an_own_stage(self):
        self.env["cartera.stage"].create(
            {
                "name": "Key accounts",
                "code": "clave",
                "sequence": 25,
                "company_id": self.company.id,
                "min_days": 1,
                "min_amount": 1000,
                "min_share": 50,
            }
        )
        rows = [
            ("Grande", [(1500, "2026-06-01"), (100, "2026-08-01")], "clave"),
            ("Chico", [(900, "2026-06-01")], "administrativa"),
            (
                "Repartido",
                [(1500, "2026-06-01"), (4000, "2026-08-01")],
                "administrativa",
            ),
        ]
        for name, invoices, _stage in rows:
            debtor = self._create_debtor(name)
            for amount, due in invoices:
                self._invoice(amount, "2026-05-01", due=due, partner=debtor)
        self._run()
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        found = {case.partner_id.name: case.stage_id.code for case in cases}
        self.assertEqual(found, {name: stage for name, _invoices, stage in rows})

    def test_stages_in_use_are_kept(self):
        self._invoice(10, "2026-05-01")
        self._run()
        with self.assertRaisesRegex(UserError, "Move them to another stage"):
            self.stage_administrativa.sudo().unlink()
        with self.assertRaisesRegex(UserError, "Move them to another stage"):
            self.stage_administrativa.sudo().action_archive()

    def test_no_case_begins_in_an_archived_stage(self):
        self.env["cartera.stage"].create(
            {"name": "Old", "code": "old", "sequence": 1, "active": False}
        )
        self._invoice(10, "2026-05-01")
        cases = self.env["cartera.case"].with_context(active_test=False)
        case = cases.search([("partner_id", "=", self.debtor.id)])
        self.assertEqual(case.stage_id, self.stage_preventiva)

    def test_a_stage_with_cases_of_others_stays_shared(self):
        other = self.setup_other_company()["company"]
        self._invoice(10, "2026-05-01")
        self._run()
        with self.assertRaisesRegex(UserError, "Move them to another stage"):
            self.stage_administrativa.sudo().company_id = other

    def test_the_last_stage_cannot_be_archived(self):
        with self.assertRaisesRegex(ValidationError, "a stage to begin in"):
            self.env["cartera.stage"].sudo().search([]).action_archive()

    def test_the_history_cannot_be_edited(self):
        self._invoice(10, "2026-05-01")
        self._run()
        move = self._case().stage_move_ids
        for operation in ("write", "create", "unlink"):
            self.assertFalse(move.has_access(operation))
