"""A mail server for tests, as well- or ill-behaved as told."""

import contextlib
import socket
import socketserver
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email import message_from_bytes

END_MARK = b".\r\n"


@dataclass(frozen=True)
class Accepted:
    """A message that the server has taken charge of, and when."""

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    moment: datetime


@dataclass
class Behaviour:
    """What the server does wrong; nothing, unless told.

    :ivar delay: seconds from having accepted a message to saying so
    :ivar hang_up: closes every connection before greeting
    :ivar defer: says 451 instead of accepting a message
    :ivar refuse: addresses it says 550 to
    :ivar drop_before_end: closes the connection in the middle of a message
    :ivar drop_after_end: accepts a message and closes the connection unanswered
    """

    delay: float = 0.0
    hang_up: bool = False
    defer: bool = False
    refuse: frozenset[str] = frozenset()
    drop_before_end: bool = False
    drop_after_end: bool = False


@dataclass
class MailServer:
    """A mail server on a free port of this machine, and what it has accepted."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    accepted: list[Accepted] = field(default_factory=list)
    port: int = 0

    @contextlib.contextmanager
    def running(self):
        """Serves while the block lasts."""
        with _Server(("127.0.0.1", 0), _Session) as server:
            server.mail = self
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def recipients(self) -> list[str]:
        """The addressees of what was accepted, in order; one per message and
        addressee."""
        return [address for mail in self.accepted for address in mail.recipients]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        mail = self.server.mail
        if mail.behaviour.hang_up:
            return
        self._say("220 fake ESMTP")
        recipients = []
        # A client that is killed leaves in the middle of anything.
        with contextlib.suppress(ConnectionError, BrokenPipeError):
            while line := self.rfile.readline():
                word = line.decode().strip().upper().partition(" ")[0]
                if word == "QUIT":
                    self._say("221 bye")
                    return
                if word in ("MAIL", "RSET"):
                    recipients = []
                    self._say("250 ok")
                elif word == "RCPT":
                    self._take_recipient(mail, line, recipients)
                elif word == "DATA":
                    if not self._take_message(mail, recipients):
                        return
                else:
                    self._say("250 ok")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def _take_recipient(self, mail, line, recipients):
        address = line.decode().partition("<")[2].partition(">")[0]
        if address in mail.behaviour.refuse:
            self._say("550 no such address")
        else:
            recipients.append(address)
            self._say("250 ok")

    def _take_message(self, mail, recipients):
        """Takes a message in; False when the connection is over."""
        if mail.behaviour.drop_before_end:
            # Both in one packet: who reads the one finds the connection gone, however
            # busy the machine is.
            self.connection.send(b"354 go ahead\r\n", socket.MSG_MORE)
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self._say("354 go ahead")
        lines = []
        while (line := self.rfile.readline()) and line != END_MARK:
            lines.append(line)
        if not line:
            return False  # the client is gone, and no end mark has come
        if mail.behaviour.defer:
            self._say("451 try again later")
            return True
        content = message_from_bytes(b"".join(lines))
        mail.accepted.append(
            Accepted(
                content["Message-Id"],
                tuple(recipients),
                content["Subject"],
                datetime.now(timezone.utc),
            )
        )
        if mail.behaviour.drop_after_end:
            return False
        time.sleep(mail.behaviour.delay)
        self._say("250 accepted")
        return True
