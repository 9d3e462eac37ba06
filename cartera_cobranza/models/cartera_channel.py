from odoo import api, fields, models
from odoo.tools import SQL, formataddr, plaintext2html

from .contact_request import ADMITTED


class CarteraChannel(models.AbstractModel):
    """What becomes of a rendered message; one model per channel."""

    _name = "cartera.channel"
    _description = "Channel of Messages"

    @api.model
    def _queue(self, messages, origin):
        """Hand rendered messages of one company over to where they are sent from.

        :param origin: who asks, as the contact gate knows it
        """
        raise NotImplementedError

    @api.model
    def _log_contacts(self, messages, origin):
        """The contacts that these messages are, in the transaction that queues them."""
        self.env["cartera.contact"]._log(
            [
                {
                    "case_id": message.case_id.id,
                    "channel": message.channel,
                    "contact_partner_id": message.contact_partner_id.id,
                    "address": message.address,
                    "communication_id": message.id,
                    "user_id": False if origin == "dispatch" else self.env.uid,
                    "origin": origin,
                }
                for message in messages
            ]
        )

    @api.model
    def _prepare_message_values(self, message):
        """Values of the message in the chatter of the case."""
        company = message.company_id
        author = message.user_id.partner_id or company.partner_id
        return {
            "model": "cartera.case",
            "res_id": message.case_id.id,
            "author_id": author.id,
            "email_from": company.email_formatted or author.email_formatted,
            "subject": message.subject,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "mail_server_id": False,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            "date": fields.Datetime.now(),
        }


class CarteraChannelEmail(models.AbstractModel):
    _name = "cartera.channel.email"
    _inherit = ["cartera.channel"]
    _description = "E-mails to Debtors"

    @api.model
    def _queue(self, messages, origin):
        """Make the mails of Odoo's queue, all in one go."""
        attachments = self.env["cartera.invoice.printer"]._get_attachments(messages)
        mails = self.env["mail.mail"].with_context(cartera_admitted=ADMITTED)
        mails = mails.create(
            [
                self._prepare_mail_values(message, attachments.get(message.id))
                for message in messages
            ]
        )
        for message, mail in zip(messages, mails, strict=True):
            message.write(
                {"mail_id": mail.id, "mail_message_id": mail.mail_message_id.id}
            )
        messages.state = "queued"
        self._show_in_chatter(messages)
        self._log_contacts(messages, origin)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _show_in_chatter(self, messages):
        """Put the texts in the chatter. They are made of texts that were sanitised when
        they were typed, and of escaped values: sanitising each again would take longer
        than all the rest."""
        messages.flush_recordset(["body", "mail_message_id"])
        notes = messages.mail_message_id
        notes.flush_recordset(["body"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message SET body = message.body
                  FROM cartera_communication message
                 WHERE message.mail_message_id = mail_message.id
                   AND message.id = ANY(%s)
                """,
                messages.ids,
            )
        )
        notes.invalidate_recordset(["body"])

    @api.model
    def _prepare_mail_values(self, message, attachment_ids):
        person = message.contact_partner_id
        values = {
            **self._prepare_message_values(message),
            "message_id": message._get_message_id(),
            "message_type": "email_outgoing",
            "body_html": message.body,
            "email_to": formataddr((person.name or "", message.address)),
            "reply_to": self._get_reply_to(message),
            "headers": repr(self._get_headers(message)),
            # Not while it is being sent: see mail.mail's _gc_cartera_mails.
            "auto_delete": False,
            "is_notification": True,
            "state": "outgoing",
        }
        if attachment_ids:
            values["attachment_ids"] = [fields.Command.set(attachment_ids)]
        return values

    @api.model
    def _get_reply_to(self, message):
        """Where answers reach the case: the catch-all address, from where they are
        brought in by what they answer; else the collector, else the company."""
        company = message.company_id
        return (
            company.catchall_formatted
            or message.user_id.email_formatted
            or company.email_formatted
        )

    @api.model
    def _get_headers(self, message):
        headers = {"X-Auto-Response-Suppress": "OOF, AutoReply"}
        headers["List-Unsubscribe"] = f"<{message._get_opt_out_url(one_click=True)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers


class CarteraChannelSms(models.AbstractModel):
    _name = "cartera.channel.sms"
    _inherit = ["cartera.channel"]
    _description = "SMS to Debtors"

    @api.model
    def _queue(self, messages, origin):
        posted = self.env["mail.message"].create(
            [
                {
                    **self._prepare_message_values(message),
                    "message_type": "sms",
                    "body": plaintext2html(message.text),
                }
                for message in messages
            ]
        )
        texts = self.env["sms.sms"].create(
            [
                {
                    "number": message.address,
                    "body": message.text,
                    "partner_id": message.contact_partner_id.id,
                    "mail_message_id": note.id,
                }
                for message, note in zip(messages, posted, strict=True)
            ]
        )
        for message, sms, note in zip(messages, texts, posted, strict=True):
            message.write({"sms_uuid": sms.uuid, "mail_message_id": note.id})
        messages.state = "queued"
        self._log_contacts(messages, origin)


class CarteraChannelByHand(models.AbstractModel):
    """Messages that a person sends: they wait, and are contacts once sent."""

    _name = "cartera.channel.by.hand"
    _inherit = ["cartera.channel"]
    _description = "Messages Sent by Hand"

    @api.model
    def _queue(self, messages, origin):
        messages.state = "ready"


class CarteraChannelLetter(models.AbstractModel):
    _name = "cartera.channel.letter"
    _inherit = ["cartera.channel.by.hand"]
    _description = "Letters to Debtors"


class CarteraChannelWhatsapp(models.AbstractModel):
    _name = "cartera.channel.whatsapp"
    _inherit = ["cartera.channel.by.hand"]
    _description = "WhatsApp Messages to Debtors"
