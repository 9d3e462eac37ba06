import fcntl
import resource
import smtplib
import socket
import threading
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from unittest.mock import Mock, patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.iap.tools.iap_tools import InsufficientCreditError
from odoo.addons.sms.tools.sms_api import SmsApi

from ..models.sending_journal import RETRY_AFTER, SendingJournal
from ..models.smtp_attempt import SmtpAttempt
from .message_common import MessageCommon

LOUD = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


class Session(StreamRequestHandler):
    """A mail server that says what it is told at one point of the conversation."""

    def handle(self):
        self._say("220 test")
        while line := self.rfile.readline():
            word = line.split()[0].decode().upper()
            if word == "QUIT":
                return self._say("221 bye")
            if word == "RCPT":
                self._say(self.server.on_recipient)
            elif word != "DATA":
                self._say("250 ok")
            elif not self._take():
                return None

    def _take(self):
        self._say("354 go on")
        if self.server.leave_early:
            return False
        content = b""
        while (line := self.rfile.readline()) and line != b".\r\n":
            content += line
        self.server.seen.append(content)
        if self.server.on_end is None:
            return False
        self._say(self.server.on_end)
        return True

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.on_recipient = "250 ok"
        self.on_end = "250 ok"  # None: no answer
        self.leave_early = False
        self.seen = []


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestSending(MessageCommon):
    """A message leaves once, and what is known of it is true."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._overdue(100)
        cls.case = cls._case()
        cls.server = Server()
        thread = threading.Thread(target=cls.server.serve_forever, args=(0.02,))
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(cls.server.shutdown)
        cls.env["ir.mail_server"].sudo().search([]).active = False
        cls.env["ir.mail_server"].sudo().create(
            {
                "name": "Test",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.server.server_address[1],
                "smtp_encryption": "none",
            }
        )

    def setUp(self):
        super().setUp()
        self.server.__dict__.update(
            on_recipient="250 ok", on_end="250 ok", leave_early=False, seen=[]
        )
        self.message = self._plan_message()
        self._dispatch()
        self.mail = self.message.mail_id.sudo()

    @mute_logger(*LOUD)
    def _send(self):
        """Send the mail as Odoo's queue does, by a real session."""
        with patch.object(IrMail_Server, "_disable_send", lambda *_args: False):
            self.mail.send()
        self.message.invalidate_recordset()

    def _contact(self):
        return self.env["cartera.contact"].search(
            [("communication_id", "=", self.message.id)]
        )

    # -- e-mail -------------------------------------------------------------------

    def test_taken_by_the_server(self):
        self._send()
        self.assertEqual(self.message.state, "sent")
        self.assertTrue(self.message.date_sent)
        self.assertEqual(self.message.attempts, 1)
        self.assertEqual(self.mail.state, "sent")
        self.assertIn(self.message._get_message_id().encode(), self.server.seen[0])

    def test_claimed_when_the_mark_is_sent_and_not_before(self):
        states = []
        claim = SendingJournal.claim

        def watch(journal, ids):
            states.append((self.message.state, len(self.server.seen)))
            result = claim(journal, ids)
            states.append((self.message.state, len(self.server.seen)))
            return result

        with patch.object(SendingJournal, "claim", watch):
            self._send()
        self.assertEqual(states, [("queued", 0), ("sending", 0)])
        self.assertEqual(len(self.server.seen), 1)

    def test_not_sent_a_second_time(self):
        self._send()
        self.mail.state = "outgoing"
        self._send()
        self.assertEqual(len(self.server.seen), 1)

    def test_claimed_by_another_it_is_broken_off(self):
        with patch.object(SendingJournal, "claim", lambda *_args: set()):
            self._send()
        self.assertEqual(self.message.state, "queued")
        # The server got a body without the mark: nothing that it took.
        self.assertEqual(self.message.attempts, 0)

    def test_an_answer_that_does_not_come_leaves_a_doubt(self):
        self.server.on_end = None
        self._send()
        self.assertEqual(self.message.state, "unconfirmed")
        self.mail.state = "outgoing"
        self._send()
        self.assertEqual(len(self.server.seen), 1)
        self.assertEqual(self._contact().reached, "sent")

    def test_a_server_that_leaves_before_the_end_has_taken_nothing(self):
        self.server.leave_early = True
        self._send()
        self.assertEqual(self.message.state, "queued")
        self.assertEqual(self.message.attempts, 1)
        self.assertEqual(self.mail.state, "outgoing")
        self.assertEqual(self.mail.scheduled_date, self.message.date_next_try)

    def test_tried_again_when_it_is_time(self):
        self.server.on_end = "451 later"
        self._send()
        self.assertEqual(self.message.state, "queued")
        self.server.on_end = "250 ok"
        self._send()
        self.assertEqual(len(self.server.seen), 1, "too early")
        self.frozen.tick(RETRY_AFTER[0])
        self._send()
        self.assertEqual(self.message.state, "sent")
        self.assertEqual(self.message.attempts, 2)

    def test_given_up_after_the_last_try(self):
        self.server.on_end = "451 later"
        for wait in RETRY_AFTER:
            self._send()
            self.message.date_closing = False
            self.frozen.tick(wait)
        self._send()
        self.assertEqual(
            (self.message.state, self.message.failure), ("failed", "server")
        )
        self.frozen.move_to("2026-06-30 15:00:00")

    def test_a_refused_address_makes_way_for_the_next(self):
        invoice = self._contact_of_invoices()
        self.server.on_recipient = "550 no such user"
        self._send()
        self.assertEqual(self.message.state, "failed")
        self._dispatch()
        again = self.messages.search([("previous_id", "=", self.message.id)])
        self.assertEqual(again.contact_partner_id, invoice)
        self.assertEqual(self.debtor.message_bounce, 1)
        self.assertEqual(self._contact().reached, "bounced")
        self.assertFalse(self.message.failure)

    def _contact_of_invoices(self):
        """Somebody to fall back to who appeared after the message was planned."""
        return self.env["res.partner"].create(
            {
                "name": "Facturas",
                "type": "invoice",
                "parent_id": self.debtor.id,
                "email": "facturas@deudor.example",
            }
        )

    def test_refused_for_now_is_tried_again(self):
        self.server.on_recipient = "450 mailbox busy"
        self._send()
        self.assertEqual(self.message.state, "queued")
        self.assertFalse(self.debtor.message_bounce)

    def test_content_refused_for_good(self):
        self.server.on_end = "554 no spam here"
        self._send()
        self.assertEqual(
            (self.message.state, self.message.failure), ("failed", "server")
        )
        self.assertIn("no spam here", self.message.message)

    @mute_logger(*LOUD)
    def test_no_server_at_all(self):
        with (
            patch.object(IrMail_Server, "_disable_send", lambda *_args: False),
            patch.object(IrMail_Server, "_connect__", side_effect=OSError("no route")),
        ):
            self.mail.send()
        self.assertEqual(self.message.state, "queued")
        self.assertEqual(self.mail.state, "outgoing")
        self.assertTrue(self.mail.scheduled_date)

    def test_a_session_that_breaks_is_opened_anew(self):
        other = self._create_debtor("Otro", email="o@x.example")
        self._overdue(70, partner=other)
        second = self._plan_message(case=self._case(other))
        self._dispatch()
        connections = []
        connect = IrMail_Server._connect__

        def count(server, **options):
            connections.append(1)
            if len(connections) == 2:
                self.server.on_end = "250 ok"
            return connect(server, **options)

        self.server.on_end = None
        self.mail |= second.mail_id
        with patch.object(IrMail_Server, "_connect__", count):
            self._send()
        self.assertEqual({self.message.state, second.state}, {"unconfirmed", "sent"})

    # -- the server's word before the end -----------------------------------------

    def test_a_server_speaks_on_any_descriptor(self):
        high = 1100
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        enough = max(limits[0], high + 10)
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        near, far = socket.socketpair()
        self.addCleanup(far.close)
        self.addCleanup(near.close)
        number = fcntl.fcntl(near.fileno(), fcntl.F_DUPFD, high)
        sock = socket.socket(fileno=number)
        self.addCleanup(sock.close)
        self.assertFalse(SmtpAttempt._has_spoken(sock))
        far.send(b"421 closing")
        self.assertTrue(SmtpAttempt._has_spoken(sock))

    def test_what_is_decrypted_already_is_heard(self):
        near, far = socket.socketpair()
        self.addCleanup(near.close)
        self.addCleanup(far.close)
        encrypted = Mock(fileno=near.fileno, pending=lambda: 12)
        self.assertTrue(SmtpAttempt._has_spoken(encrypted))
        encrypted.pending = lambda: 0
        self.assertFalse(SmtpAttempt._has_spoken(encrypted))

    # -- claims of the dead -------------------------------------------------------

    def test_the_claim_of_a_dead_process_is_a_doubt(self):
        self.message.write({"state": "sending", "claim": 4711})
        self.env["cartera.sending.journal"].sudo()._recover()
        self.assertEqual(self.message.state, "unconfirmed")
        self.assertEqual(self.mail.state, "cancel")

    def test_the_claim_of_a_living_process_is_respected(self):
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(hashtext('cartera.sender'), 4711)")
            self.message.write({"state": "sending", "claim": 4711})
            self.env["cartera.sending.journal"].sudo()._recover()
            cr.execute("SELECT pg_advisory_unlock_all()")
        self.assertEqual(self.message.state, "sending")

    # -- others' mails ------------------------------------------------------------

    def test_other_mails_are_sent_as_ever(self):
        self.mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "email_to": "x@x.example",
                    "email_from": "y@y.example",
                    "body_html": "Hi",
                }
            )
        )
        self._send()
        self.assertEqual(self.mail.state, "sent")
        self.assertEqual(self.message.state, "queued")
        self.assertEqual(len(self.server.seen), 1)


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestSmsSending(MessageCommon):
    """The same for SMS, which a provider takes over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._overdue(100)
        cls.debtor.country_id = cls.env.ref("base.us")
        cls.debtor.phone = "+1 202 555 0123"

    def setUp(self):
        super().setUp()
        self.message = self._plan_message("sms")
        self._dispatch()
        self.sms = self.env["sms.sms"].sudo()
        self.sms = self.sms.search([("uuid", "=", self.message.sms_uuid)])
        self.calls = []

    @contextmanager
    def _provider(self, answer):
        def send(_api, messages, *_args, **_kwargs):
            self.calls.append((self.message.state, messages))
            if isinstance(answer, Exception):
                raise answer
            return [
                {"uuid": number["uuid"], "state": answer}
                for message in messages
                for number in message["numbers"]
            ]

        with patch.object(SmsApi, "_send_sms_batch", send):
            yield

    def _send(self, answer):
        with self._provider(answer):
            self.sms.send(unlink_sent=False)
        self.message.invalidate_recordset()

    def test_claimed_before_the_request_and_sent_after(self):
        self._send("success")
        [(state, _messages)] = self.calls
        self.assertEqual((state, self.message.state), ("sending", "sent"))
        self.sms.state = "outgoing"
        self._send("success")
        self.assertEqual(len(self.calls), 1)

    def test_a_request_without_answer_leaves_a_doubt(self):
        self._send(smtplib.SMTPException("timeout"))
        self.assertEqual(self.message.state, "unconfirmed")
        self.sms.state = "outgoing"
        self._send("success")
        self.assertEqual(len(self.calls), 1)

    def test_no_credit_is_tried_again(self):
        self._send(InsufficientCreditError("none left"))
        self.assertEqual(self.message.state, "queued")
        self.assertEqual(self.message.attempts, 1)
        self.assertEqual(self.sms.state, "outgoing")
        self.assertTrue(self.message.date_next_try)

    def test_a_wrong_number_fails(self):
        self._send("wrong_number_format")
        self.assertEqual(
            (self.message.state, self.message.failure), ("failed", "address")
        )
