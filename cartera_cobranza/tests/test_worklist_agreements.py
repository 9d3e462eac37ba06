from odoo import fields
from odoo.tests import tagged

from .agreement_common import AgreementCommon
from .common import TODAY


@tagged("post_install", "-at_install", "cartera")
class TestWorklistAgreements(AgreementCommon):
    """Debtors who do not keep to an agreement come up on the worklist, and it says
    why."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.frozen.move_to, TODAY)
        self.collector = self._create_user("worklist_agreements", "own")
        self.company.cartera_default_user_id = self.collector
        self.env["cartera.segment"].search([]).attention_days = 30
        invoice = self._invoice(900, "2026-01-05", due="2026-02-05")
        self.case = self._case()
        self.agreement = self._make_agreement(
            invoice,
            ("2026-07-10", 300),
            ("2026-08-10", 300),
            ("2026-09-10", 300),
            product=self._agreement_product(
                tolerance_days=2, default_missed=2, notice_days=5, accelerates=True
            ),
        )

    def _night(self, day):
        self.frozen.move_to(f"{day} 09:00:00")
        self.env["cartera.run"].run(self.company)
        return self.case.worklist_ids

    def _look(self):
        """The collector sees the debtor today."""
        self.env["cartera.contact"].sudo().create(
            {
                "case_id": self.case.id,
                "company_id": self.company.id,
                "date": fields.Datetime.now(),
                "channel": "call",
                "direction": "out",
                "reached": "reached",
                "origin": "manual",
                "user_id": self.collector.id,
            }
        )

    def assertReason(self, entry, label, points):
        found = {row["label"]: row["points"] for row in entry._explain()}
        self.assertEqual(found.get(label), points, found)

    def test_an_overdue_instalment_comes_up_when_its_tolerance_is_over(self):
        self._look()
        entry = self._night("2026-07-12")
        self.assertNotEqual(entry.next_action, "overdue_installment")
        entry = self._night("2026-07-13")
        self.assertEqual(entry.next_action, "overdue_installment")
        self.assertEqual(str(entry.date_next), "2026-07-13")
        self.assertReason(entry, "Instalment of an agreement overdue", 30)
        self._look()
        entry = self._night("2026-07-14")
        self.assertNotEqual(entry.next_action, "overdue_installment")
        self.assertReason(entry, "Instalment of an agreement overdue", 30)

    def test_a_notice_of_default_and_a_broken_agreement_come_up(self):
        self._night("2026-08-12")
        self._look()
        entry = self._night("2026-08-13")
        self.assertEqual(str(self.agreement.date_notice), "2026-08-13")
        self.assertEqual(entry.next_action, "default_notice")
        self.assertReason(entry, "Notice of default given", 40)
        self.assertReason(entry, "Instalment of an agreement overdue", 60)
        self._look()
        entry = self._night("2026-08-19")
        self.assertEqual(self.agreement.state, "broken")
        self.assertEqual(entry.next_action, "broken_agreement")
        self.assertEqual(str(entry.date_next), "2026-08-19")
        self.assertReason(entry, "Agreement broken", 60)
        self.assertReason(entry, "Notice of default given", None)
        self.assertIn("Broken agreement", self.case.next_action_text)

    def test_who_keeps_to_it_does_not_come_up_for_it(self):
        entry = self._night("2026-07-05")
        self.assertNotIn(
            entry.next_action,
            ("broken_agreement", "default_notice", "overdue_installment"),
        )
