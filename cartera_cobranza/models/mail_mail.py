import smtplib
from contextlib import suppress

from odoo import api, models
from odoo.modules import module
from odoo.tools import email_split

from .contact_request import ADMITTED
from .sending_journal import SendingJournal
from .smtp_attempt import SmtpAttempt

# Mails that are deleted in one go.
GC_BATCH = 1000


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Mails of cases that templates, actions or the composer make for many are
        contacts; those of messages in the chatter have been asked for already."""
        mails = super().create(vals_list)
        if self.env.context.get("cartera_admitted") is not ADMITTED:
            self.browse(
                mail.id
                for mail, vals in zip(mails, vals_list, strict=True)
                if vals.get("model") == "cartera.case" and "mail_message_id" not in vals
            )._pass_cartera_gate()
        return mails

    def _pass_cartera_gate(self):
        """Cancel the mails of cases that may not be sent to their debtors now."""
        gate = self.env["cartera.contact.gate"]
        cases = self.env["cartera.case"].sudo()
        nobody = self.env["res.partner"]
        requests_of = {}
        for mail in self.filtered(lambda mail: mail.state == "outgoing"):
            addresses = email_split(f"{mail.email_to or ''},{mail.email_cc or ''}")
            ways = [(person, person.email_normalized) for person in mail.recipient_ids]
            ways += [(nobody, address) for address in addresses]
            case = cases.browse(mail.res_id)
            requests_of[mail] = gate._find_outside(case, "email", ways)
        for mail, reason in gate._pass_messages(requests_of).items():
            mail.write({"state": "cancel", "failure_reason": reason})

    def _get_cartera_messages(self):
        """Ids of the messages to debtors that these mails carry: dict by mail id."""
        found = self.env["cartera.communication"].sudo()
        rows = found.search_fetch([("mail_id", "in", self.ids)], ["mail_id"])
        return {row.mail_id.id: row.id for row in rows}

    def _send(
        self,
        auto_commit=False,
        raise_exception=False,
        smtp_session=None,
        alias_domain_id=False,
        mail_server=False,
        post_send_callback=None,
    ):
        message_of = self._get_cartera_messages()
        ours = self.filtered(lambda mail: mail.id in message_of)
        options = {
            "auto_commit": auto_commit,
            "raise_exception": raise_exception,
            "alias_domain_id": alias_domain_id,
            "mail_server": mail_server,
            "post_send_callback": post_send_callback,
        }
        others = self - ours
        if not ours or self.env["ir.mail_server"]._disable_send():
            return super()._send(smtp_session=smtp_session, **options)
        if others:
            super(MailMail, others)._send(smtp_session=smtp_session, **options)
        ours._send_cartera_mails(message_of, smtp_session, options)
        if post_send_callback:
            post_send_callback(self.ids)
        return True

    def _send_cartera_mails(self, message_of, session, options):
        """Send mails to debtors one by one, each once whatever happens, with a new
        session where the server has closed the last one."""
        first = session
        with SendingJournal(self.env) as journal:
            pending = list(self.ids)
            while pending:
                mail = self.browse(pending.pop(0))
                if not journal.hold(message_of[mail.id]):
                    continue
                attempt = SmtpAttempt(journal, message_of[mail.id])
                mail._send_cartera_mail(attempt, session, options)
                journal.release(message_of[mail.id])
                if not attempt.lost_connection or not pending:
                    continue
                session, error = self._reconnect(session, options["mail_server"])
                if error:
                    rest = self.browse(pending)
                    rest._postpone_cartera_mails(str(error), journal, message_of)
                    break
        if session and session != first:
            with suppress(smtplib.SMTPServerDisconnected):
                session.quit()

    def _send_cartera_mail(self, attempt, session, options):
        """Send one mail and make its record say what the message says."""
        mail = self.with_context(cartera_attempt=attempt)
        try:
            # Our own ``_send`` has called this: now it is Odoo's turn.
            # pylint: disable-next=super-method-mismatch
            super(MailMail, mail)._send(
                smtp_session=session, **{**options, "raise_exception": False}
            )
        except smtplib.SMTPServerDisconnected:
            attempt.lost_connection = True
        if not self.exists():
            return
        if attempt.outcome is None and self.state == "exception":
            # It could not even be put together.
            attempt.postpone(self.failure_reason or "")
        if attempt.outcome == "retry":
            self.write({"state": "outgoing", "scheduled_date": attempt.next_try})
        if options["auto_commit"] and not module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _reconnect(self, session, mail_server):
        """A new session like the last one.

        :return: ``(session, None)`` or ``(None, error)``
        """
        try:
            return (
                self.env["ir.mail_server"]._connect__(
                    mail_server_id=mail_server.id if mail_server else None,
                    smtp_from=getattr(session, "smtp_from", None),
                ),
                None,
            )
        except Exception as error:  # pylint: disable=broad-exception-caught
            return None, error  # whatever keeps us from the server, it is tried later

    def _postpone_cartera_mails(self, reason, journal, message_of):
        """The mail server could not be reached: try the mails again later."""
        for mail in self:
            message_id = message_of[mail.id]
            if not journal.hold(message_id):
                continue
            attempt = SmtpAttempt(journal, message_id)
            attempt.postpone(reason)
            if attempt.outcome == "retry":
                mail.write({"state": "outgoing", "scheduled_date": attempt.next_try})
            journal.release(message_id)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        if failure_type == "mail_smtp":
            message_of = self._get_cartera_messages()
            ours = self.filtered(lambda mail: mail.id in message_of)
            if ours:
                with SendingJournal(self.env) as journal:
                    ours._postpone_cartera_mails(
                        ours[0].failure_reason or failure_type, journal, message_of
                    )
        return result

    @api.autovacuum
    def _gc_cartera_mails(self):
        """Delete the mails that have left; their message stays in the chatter.

        Odoo would do so while sending, in a transaction that began before the journal
        wrote the result on the message that refers to the mail: a conflict, always.

        :return: number of mails, and whether there may be more
        """
        messages = self.env["cartera.communication"].search(
            [("mail_id.state", "in", ("sent", "cancel"))], limit=GC_BATCH
        )
        messages.mail_id.unlink()
        return len(messages), len(messages) == GC_BATCH
