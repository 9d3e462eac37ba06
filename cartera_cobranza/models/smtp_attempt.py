"""One try to send one mail: what is claimed when, and what came of it."""

import selectors
import smtplib
import socket
from contextlib import contextmanager
from smtplib import SMTP

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

END_OF_BODY = b"\r\n.\r\n"
END_MARK = b".\r\n"


class TakenByAnother(Exception):
    """Another sender has claimed the mail."""


class SmtpAttempt:
    """Sends a mail of ours so that it leaves once.

    A mail server takes charge of a mail at the mark that ends it. Up to there a mail
    can be broken off at no harm; from there on only the server's answer tells. So the
    claim is committed right before the mark.

    :ivar outcome: ``sent``, ``unconfirmed``, ``failed``, ``retry``, ``taken``, or None
        when the mail has not come to be sent
    :ivar lost_connection: whether the session cannot be used any more
    """

    def __init__(self, journal, message_id):
        self.journal = journal
        self.message_id = message_id
        self.outcome = None
        self.next_try = None
        self.lost_connection = False
        self._left = False

    @contextmanager
    def watch(self, session):
        """Around the sending of the mail by ``session``: claim and result."""
        try:
            if isinstance(session, SMTP):
                with self._stop_before_end(session):
                    yield
            else:
                # No end mark to wait for: whatever this is, it may send at once.
                self._claim()
                self._left = True
                yield
        except Exception as error:
            closed = getattr(session, "sock", session) is None
            self.lost_connection = closed
            wrapped = isinstance(error, MailDeliveryException)
            self._conclude(error.__context__ if wrapped else error)
            raise
        self.outcome = "sent"
        self.journal.note_sent([self.message_id])

    # -- the end mark -------------------------------------------------------------

    @contextmanager
    def _stop_before_end(self, session):
        # The mark is a packet of its own, which otherwise is held back until the other
        # side acknowledges the one before: 40 ms for each mail.
        session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        send = session.send

        def send_with_claim(data):
            if not isinstance(data, bytes) or not data.endswith(END_OF_BODY):
                return send(data)
            try:
                send(data.removesuffix(END_MARK))
                self._expect_silence(session)
                self._claim()
                self._expect_silence(session)  # it may have gone while we wrote
                send(END_MARK)
            except Exception:
                session.close()  # in the middle of a mail: nothing else may follow
                raise
            self._left = True
            return None

        session.send = send_with_claim
        try:
            yield
        finally:
            del session.send

    def _claim(self):
        if not self.journal.claim([self.message_id]):
            raise TakenByAnother

    def _expect_silence(self, session):
        """A server that speaks before the end, or has gone, will not take the mail."""
        if self._has_spoken(session.sock):
            code, reply = session.getreply()  # raises when the server has gone
            raise smtplib.SMTPDataError(code, reply)

    @staticmethod
    def _has_spoken(sock):
        """Whether something waits to be read, also behind the encryption."""
        pending = getattr(sock, "pending", None)
        if pending and pending():
            return True
        # Not select.select: it takes none of the high descriptors of busy servers.
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(0))

    # -- what came of it ----------------------------------------------------------

    def _conclude(self, error):
        reason = self._describe(error)
        ids = [self.message_id]
        if isinstance(error, TakenByAnother):
            self.outcome = "taken"
        elif self._left and not isinstance(error, smtplib.SMTPResponseException):
            self.outcome = "unconfirmed"
            self.journal.note_unconfirmed(ids, reason)
        elif failure := self._find_failure(error):
            self.outcome = "failed"
            self.journal.note_failed(ids, reason, failure)
        else:
            self.postpone(reason)

    def postpone(self, reason):
        """Have the mail tried again later, or give it up."""
        self.next_try = self.journal.postpone(self.message_id, reason)
        self.outcome = "retry" if self.next_try else "failed"

    def _find_failure(self, error):
        """``address`` or ``server`` when trying again would not help, else None."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _reply in error.recipients.values()]
            return "address" if min(codes, default=0) >= 500 else None
        if isinstance(error, AssertionError):
            return "address" if "recipient" in str(error) else None
        if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500:
            return "server"
        return None

    def _describe(self, error):
        return str(error) or type(error).__name__
