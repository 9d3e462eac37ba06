from email import message_from_string

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.tests.common import MockSmtplibCase

from .message_common import NOON, MessageCommon


@tagged("post_install", "-at_install")
class TestLateSending(MessageCommon, MockSmtplibCase):
    """A mail that the server takes too late does not leave outside the hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._overdue()
        cls.message = cls._plan_message()
        cls.dispatcher._dispatch()

    def setUp(self):
        super().setUp()
        self.frozen.move_to(NOON)

    def _send(self):
        """Send the mail as Odoo's queue does; the mails that the server got."""
        with self.mock_smtplib_connection():
            self.message.mail_id.send()
        return self.emails

    def test_message_knows_when_its_hours_end(self):
        self.assertEqual(self.message.state, "queued")
        self.assertGreater(self.message.date_closing, self.message.date_queued)
        self.assertEqual(self.message.date_closing.date(), self.message.date)

    def test_mail_does_not_leave_after_the_hours(self):
        self.frozen.move_to(self.message.date_closing)
        self.assertFalse(self._send())
        self.assertEqual(self.message.state, "queued")

    def test_mail_leaves_within_the_hours(self):
        self.assertEqual(len(self._send()), 1)
        self.assertEqual(self.message.state, "sent")

    def test_link_to_unsubscribe_is_legible_to_mail_programs(self):
        self._send()
        sent = message_from_string(self.emails[0]["message"])
        url = self.message._get_opt_out_url(one_click=True)
        self.assertEqual(sent["List-Unsubscribe"], f"<{url}>")

    def test_what_came_too_late_waits_for_the_next_hours(self):
        mail, note = self.message.mail_id, self.message.mail_message_id
        self.assertTrue(self.message.case_id.contact_ids)
        self.frozen.move_to(self.message.date_closing)
        self.dispatcher._dispatch()
        self.assertEqual(self.message.state, "planned")
        self.assertGreater(self.message.date_planned, fields.Datetime.now())
        self.assertFalse(mail.exists())
        self.assertFalse(note.exists())
        # It did not take place, so the law does not count it.
        self.assertFalse(self.message.case_id.contact_ids)
        self.frozen.move_to(self.message.date_planned)
        self.dispatcher._dispatch()
        self.assertEqual(self.message.state, "queued")
        self.assertEqual(len(self.message.case_id.contact_ids), 1)
