from email.message import EmailMessage

from odoo.tests import tagged

from .message_common import MessageCommon

BOUNCE = """From: MAILER-DAEMON@deudor.example
To: bounce@acreedor.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{action}@deudor.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

User unknown.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; deudor.example

Final-Recipient: rfc822; faro@deudor.example
Action: {action}
Status: 5.1.1

--b
Content-Type: message/rfc822

From: cobranza@acreedor.example
To: faro@deudor.example
Subject: Your account
Message-ID: {message_id}

Text.
--b--
"""


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestBounceReply(MessageCommon):
    """What comes back: bounces and answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "acreedor.example"})
        cls.company.alias_domain_id = domain
        cls._overdue(100)
        cls.case = cls._case()
        cls.collector = cls._create_user(
            "ana", "collector", email="ana@acreedor.example"
        )
        cls.case.user_id = cls.collector
        cls.message = cls._plan_message()
        cls.dispatcher._dispatch()
        cls.message.state = "sent"

    # -- bounces ------------------------------------------------------------------

    def _bounce(self, action="failed"):
        mail = BOUNCE.format(action=action, message_id=self.message._get_message_id())
        self.env["mail.thread"].sudo().message_process("cartera.case", mail)

    def test_a_bounce_is_evidence_and_marks_the_address(self):
        self.debtor.write({"street": "Calle 2", "city": "Puebla"})
        self._bounce()
        self.assertEqual(self.message.state, "bounced")
        self.assertIn("User unknown", self.message.message)
        self.assertEqual(self.debtor.message_bounce, 1)
        self.assertEqual(self.case.contact_ids.reached, "bounced")
        self.assertIn("came back", self.case.message_ids[0].body)
        # The next message takes another way.
        self.frozen.move_to("2026-07-01 15:00:00")
        execution = self._execute(self._step(), self.case, "2026-07-01")
        self.assertEqual(execution.communication_id.channel, "letter")

    def test_a_server_that_goes_on_trying_is_no_bounce(self):
        self._bounce("delayed")
        self.assertEqual(self.message.state, "sent")

    def test_a_bounce_of_something_else_is_left_alone(self):
        mail = BOUNCE.format(action="failed", message_id="<other@x.example>")
        self.env["mail.thread"].sudo().message_process("cartera.case", mail)
        self.assertEqual(self.message.state, "sent")

    # -- answers ------------------------------------------------------------------

    def _reply(self, sender="Faro <faro@deudor.example>", number=1):
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = "catchall@acreedor.example"
        mail["Subject"] = "Re: Your account"
        mail["Message-ID"] = f"<answer-{number}@deudor.example>"
        mail["In-Reply-To"] = self.message._get_message_id()
        mail["References"] = self.message._get_message_id()
        mail.set_content("I paid yesterday.")
        self.env["mail.thread"].sudo().message_process(False, mail.as_bytes())
        return (
            self.env["mail.message"]
            .sudo()
            .search([("message_id", "=", f"<answer-{number}@deudor.example>")])
        )

    def _activities(self, user):
        kind = self.env.ref("cartera_cobranza.mail_activity_type_reply")
        return self.case.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == kind and activity.user_id == user
            )
        )

    def test_an_answer_lands_on_the_case_and_reaches_its_collector(self):
        self.case.message_unsubscribe(self.case.message_partner_ids.ids)
        reply = self._reply()
        self.assertEqual((reply.model, reply.res_id), ("cartera.case", self.case.id))
        self.assertIn(self.collector.partner_id, reply.notified_partner_ids)
        self.assertEqual(len(self._activities(self.collector)), 1)
        contact = self.case.contact_ids.filtered(lambda c: c.direction == "in")
        self.assertRecordValues(
            contact, [{"channel": "email", "address": "faro@deudor.example"}]
        )

    def test_several_answers_are_one_task(self):
        self._reply()
        self._reply(number=2)
        self.assertEqual(len(self._activities(self.collector)), 1)

    def test_after_a_hand_over_the_present_collector_is_told(self):
        luis = self._create_user("luis", "collector", email="luis@acreedor.example")
        self.case.user_id = luis
        reply = self._reply()
        self.assertIn(luis.partner_id, reply.notified_partner_ids)
        self.assertTrue(self._activities(luis))
        self.assertFalse(self._activities(self.collector))

    def test_without_collector_the_default_one_or_a_supervisor_is_told(self):
        self.case.user_id = False
        self._reply()
        supervisor = self.case._get_reply_reader()
        self.assertTrue(
            supervisor.has_group("cartera_cobranza.group_cartera_supervisor")
        )
        self.assertTrue(self._activities(supervisor))
        self.company.cartera_default_user_id = self.collector
        self._reply(number=2)
        self.assertTrue(self._activities(self.collector))

    def test_our_own_mails_are_no_answers(self):
        self._reply("Ana <ana@acreedor.example>")
        self.assertFalse(self._activities(self.collector))
        self.assertNotIn("in", self.case.contact_ids.mapped("direction"))
