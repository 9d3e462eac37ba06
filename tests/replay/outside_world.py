"""Whoever takes the messages: a mail server and a provider of text messages."""

from contextlib import ExitStack
from datetime import datetime, timezone
from unittest.mock import patch

from smtp_server import MailServer

from odoo.addons.sms.tools.sms_api import SmsApi


class OutsideWorld:
    """Takes what Odoo sends, and notes the moment, while the block lasts."""

    def __init__(self, env):
        self.env = env
        self.mail_server = MailServer()
        self.texts = []

    def __enter__(self):
        self.stack = ExitStack()
        self.stack.enter_context(self.mail_server.running())
        self.stack.enter_context(
            patch.object(SmsApi, "_send_sms_batch", self._take_texts)
        )
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {
                "name": "Replay",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.mail_server.port,
                "smtp_encryption": "none",
            }
        )
        return self

    def __exit__(self, *details):
        return self.stack.__exit__(*details)

    def _take_texts(self, messages, delivery_reports_url=False):
        answers = []
        for message in messages:
            for number in message["numbers"]:
                self.texts.append(
                    {
                        "number": number["number"],
                        "moment": datetime.now(timezone.utc).isoformat(),
                    }
                )
                answers.append(
                    {"uuid": number["uuid"], "state": "success", "credit": 1}
                )
        return answers

    def get_mails(self):
        """The mails that were accepted, but for what Odoo tells its own users."""
        users = self.env["res.users"].search([])
        own = set(users.mapped("email_normalized"))
        return [
            mail
            for mail in self.mail_server.accepted
            if not own.issuperset(mail.recipients)
        ]

    def dispatch(self):
        """What the scheduled actions do every quarter of an hour."""
        self.env["cartera.dispatcher"]._cron_dispatch()
        self.env["mail.mail"].process_email_queue()
        self.env["sms.sms"]._process_queue()
