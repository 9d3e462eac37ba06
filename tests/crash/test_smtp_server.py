"""The mail server of the tests behaves, and misbehaves, as told."""

import smtplib
from email.message import EmailMessage

import pytest
from smtp_server import Behaviour, MailServer


@pytest.fixture
def server():
    with MailServer().running() as server:
        yield server


def send(server, *recipients, message_id="<1@test>"):
    message = EmailMessage()
    message["Message-Id"] = message_id
    message["Subject"] = "Debt"
    message["From"] = "us@example.com"
    message["To"] = ", ".join(recipients)
    message.set_content("Pay.\n.\nPlease.")
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.send_message(message)


def test_messages_are_kept_with_their_recipients(server):
    send(server, "ana@example.com", "beto@example.com")
    send(server, "carla@example.com", message_id="<2@test>")

    assert [mail.message_id for mail in server.accepted] == ["<1@test>", "<2@test>"]
    assert server.recipients() == [
        "ana@example.com",
        "beto@example.com",
        "carla@example.com",
    ]


@pytest.mark.parametrize(
    ("behaviour", "error", "accepted"),
    [
        (Behaviour(hang_up=True), smtplib.SMTPServerDisconnected, 0),
        (Behaviour(defer=True), smtplib.SMTPDataError, 0),
        (
            Behaviour(refuse=frozenset({"ana@example.com"})),
            smtplib.SMTPRecipientsRefused,
            0,
        ),
        (Behaviour(drop_before_end=True), (smtplib.SMTPException, OSError), 0),
        (Behaviour(drop_after_end=True), smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_it_fails_as_told(server, behaviour, error, accepted):
    server.behaviour = behaviour

    with pytest.raises(error):
        send(server, "ana@example.com")
    assert len(server.accepted) == accepted


def test_one_refused_address_leaves_the_others(server):
    server.behaviour = Behaviour(refuse=frozenset({"ana@example.com"}))

    send(server, "ana@example.com", "beto@example.com")
    assert server.recipients() == ["beto@example.com"]
