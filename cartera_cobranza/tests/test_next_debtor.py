from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .contact_common import ContactCommon


@tagged("post_install", "-at_install", "cartera")
class TestNextDebtor(ContactCommon):
    """From one debtor to the next, two collectors never at the same one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 18:00:00")
        cls.collector = cls._create_user("next_collector", "collector")
        cls.company.cartera_default_user_id = cls.collector
        cls.people = [
            cls._create_person("mx", name=f"Person {n}", phone=f"+52555555010{n}")
            for n in range(3)
        ]
        for person, amount in zip(cls.people, (90000, 50000, 10000), strict=True):
            cls._invoice(amount, "2026-06-01", due="2026-06-20", partner=person)
        cls.first, cls.second, cls.third = (cls._case(p) for p in cls.people)
        cls.env["cartera.worklist.entry"].search(
            [("case_id", "not in", (cls.first + cls.second + cls.third).ids)]
        ).sudo().unlink()
        cls.env.flush_all()

    def _next(self, case=None, user=None):
        """The case that comes next, or the action where there is none."""
        cases = self.env["cartera.case"].with_user(user or self.collector)
        action = (case or cases).with_user(user or self.collector).action_next_debtor()
        if action.get("res_model") == "cartera.case":
            return self.env["cartera.case"].browse(action["res_id"])
        return action

    def test_the_most_urgent_comes_first(self):
        self.assertEqual(self._next(), self.first)
        self.assertEqual(self._next(self.first), self.second)
        self.assertEqual(self._next(self.second), self.third)

    def test_a_worked_debtor_does_not_come_again(self):
        self._log(self.first, user_id=self.collector.id)
        self.assertEqual(self._next(), self.second)

    def test_who_was_passed_over_comes_after_the_rest(self):
        for case in (self.first, self.second, self.third):
            self.assertEqual(self._next(), case)
        self.assertEqual(self._next(self.third), self.first)

    def test_nobody_is_offered_whom_another_has_open(self):
        other = self._create_user("next_other", "collector")
        entry = self.first.worklist_ids
        entry.with_user(other).action_open_case()
        self.assertEqual(entry.taken_by_id, other)
        self.assertEqual(self._next(), self.second)
        with self._on("2026-06-30 18:16:00"):
            self.env.invalidate_all()
            self.assertEqual(self._next(self.second), self.first)

    def test_one_that_is_being_taken_is_passed_over(self):
        """As when another transaction holds its row."""
        entries = type(self.env["cartera.worklist.entry"])
        lock = entries.try_lock_for_update

        def skip_first(records, **kwargs):
            free = records.filtered(lambda entry: entry.case_id != self.first)
            return lock(free, **kwargs)

        with patch.object(entries, "try_lock_for_update", skip_first):
            self.assertEqual(self._next(), self.second)

    def test_after_the_last_one_the_list_is_shown(self):
        for case in (self.first, self.second, self.third):
            self._log(case, user_id=self.collector.id)
        action = self._next()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(
            action["params"]["next"]["res_model"], "cartera.worklist.entry"
        )

    def test_debtors_of_others_are_not_offered(self):
        other = self._create_user("next_idle", "collector")
        self.assertEqual(self._next(user=other)["tag"], "display_notification")

    def test_debtors_of_later_days_are_not_offered(self):
        self.first._resubmit("2026-07-08")
        self.assertEqual(self._next(), self.second)
        with self._on("2026-07-08 18:00:00"):
            today = fields.Date.to_date("2026-07-08")
            self.env["cartera.worklist.engine"]._refresh(self.company, today)
            self.assertEqual(self._next(), self.first)

    def test_the_day_is_the_companys(self):
        """Ten in the evening in Mexico, where the user's clock is at tomorrow."""
        self.company.partner_id.tz = "America/Mexico_City"
        self.collector.tz = "Europe/Madrid"
        entries = (self.first | self.second | self.third).worklist_ids.sudo()
        entries.date_next = "2026-07-01"
        self.env.flush_all()
        cases = self.env["cartera.worklist.entry"].with_user(self.collector)
        with self._on("2026-07-01 04:00:00"):
            domain = cases._get_due_domain(self.collector)
            self.assertFalse(entries.filtered_domain(domain))
        with self._on("2026-07-01 07:00:00"):
            domain = cases._get_due_domain(self.collector)
            self.assertTrue(entries.filtered_domain(domain))

    def test_the_list_starts_the_day(self):
        entries = self.env["cartera.worklist.entry"].with_user(self.collector)
        action = entries.action_start()
        self.assertEqual(action["res_id"], self.first.id)
        self.assertTrue(action["context"]["cartera_worklist"])
        self.assertEqual(self.first.worklist_ids.taken_by_id, self.collector)
