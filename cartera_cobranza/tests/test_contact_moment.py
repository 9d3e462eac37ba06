from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_contact import SATURDAY, CallCommon

# In Lima, where calls end at 20:00.
BEFORE_CLOSING = "2026-07-01 00:55:00"
AFTER_CLOSING = "2026-07-01 01:05:00"


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactMoment(CallCommon):
    """A contact is judged by when it began, and of the day of its company."""

    def _call(self):
        """The window that the call button opens."""
        action = self.case.with_user(self.collector).action_call()
        wizard = self.env["cartera.contact.log"].with_user(self.collector)
        return wizard.with_context(**action["context"]).create(
            {"disposition_id": self._result("reached").id}
        )

    def test_a_call_that_ends_after_closing(self):
        with self._on(BEFORE_CLOSING):
            wizard = self._call()
        with self._on(AFTER_CLOSING):
            wizard.invalidate_recordset()
            self.assertEqual(wizard.verdict, "allow")
            wizard.action_log()
        self.assertEqual(str(self.case.contact_ids.date), BEFORE_CLOSING)
        self.assertFalse(self.case.contact_ids.outside_rule)
        self.assertFalse(self._evidence())

    def test_a_window_that_was_open_after_closing(self):
        with self._on(BEFORE_CLOSING):
            wizard = self._open().save()
        with self._on(AFTER_CLOSING):
            wizard.action_log()
        self.assertFalse(self.case.contact_ids.outside_rule)

    def test_a_colleague_s_contact_meanwhile(self):
        self.env["cartera.contact.policy"].create(
            {
                "name": "Own",
                "company_id": self.company.id,
                "cap_ids": [(0, 0, {"channels": "call", "max_count": 1})],
            }
        )
        wizard = self._call()
        self._log(self.case)
        wizard.action_log()
        mine = self.case.contact_ids.filtered(lambda c: c.user_id == self.collector)
        self.assertEqual(mine.outside_rule, "cap_day")
        self.assertEqual(self._evidence().rule, "cap_day")

    def test_leave_for_a_call_is_none_for_a_visit(self):
        self.env["cartera.contact.policy"].create(
            {"name": "Own", "company_id": self.company.id, "visits": "forbidden"}
        )
        wizard = self._call()
        wizard.channel = "visit"
        with self.assertRaises(UserError):
            wizard.action_log()

    def test_no_leave_where_one_is_only_warned(self):
        self.company.cartera_contact_strictness = "warn"
        with self._on(SATURDAY):
            wizard = self._call()
            self.assertEqual(wizard.verdict, "warn")

    def test_a_promise_is_of_the_company_s_day(self):
        self.company.partner_id.tz = "America/Lima"
        with self._on("2026-07-01 00:30:00"):  # half past seven of 30 June
            form = self._open(result="promise")
            form.promise_date = "2026-06-30"
            form.save().action_log()
            self.assertEqual(str(self.case.promise_ids.date_made), "2026-06-30")
            form = self._open(result="promise")
            form.promise_date = "2026-06-29"
            wizard = form.save()
            with self.assertRaisesRegex(UserError, "before"):
                wizard.action_log()

    def test_what_was_warned_of_counts_too(self):
        self.company.cartera_contact_strictness = "warn"
        self.case.partner_id.country_id = self.env.ref("base.cl")
        activities = self.env["mail.activity"]
        for _number in range(2):
            activities |= self.case.activity_schedule(
                "cartera_cobranza.mail_activity_type_call", user_id=self.collector.id
            )
        with self._on(
            "2026-07-05 00:30:00"
        ):  # half past eight of a Saturday in Santiago
            activities.with_user(self.collector).action_feedback()
        rules = self.case.contact_ids.sorted("id").mapped("outside_rule")
        self.assertEqual(rules[0], "window")
        self.assertEqual(rules[1], "cap_week")
