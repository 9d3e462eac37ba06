from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .contact_request import ContactRequest

# A bounce may tell its whole story.
REASON_LENGTH = 200


class CarteraCommunication(models.Model):
    """What becomes of messages outside: those that come back, and those that a person
    prints or sends."""

    _inherit = "cartera.communication"

    can_be_taken_back = fields.Boolean(compute="_compute_can_be_taken_back")

    # -- bounces ------------------------------------------------------------------

    @api.model
    def _receive_bounce(self, bounced, body):
        """Mails came back: note it on their messages and mark the addresses, so that
        the next message takes another way.

        :param bounced: the ``mail.message`` that the bounce is about
        :param body: what the mail server says
        """
        if not bounced:
            return
        found = self.search([("mail_message_id", "in", bounced.ids)])
        reason = html2plaintext(body or "")[:REASON_LENGTH]
        for message in found._lock_in("queued", "sending", "sent", "unconfirmed"):
            message._set_state("bounced", reason)
            message._mark_unreached(is_address=True)
            message.case_id._message_log(
                body=self.env._(
                    "The message “%(subject)s” to %(address)s came back.",
                    subject=message.subject,
                    address=message.address,
                )
            )

    # -- letters ------------------------------------------------------------------

    def action_print(self):
        """Print the letters."""
        letters = self.filtered(lambda message: message.channel == "letter")
        letters.check_access("read")
        if not letters:
            raise UserError(self.env._("Choose letters to print."))
        letters = self.env["cartera.waiting.messages"]._look_again(letters)
        return self.env.ref("cartera_cobranza.cartera_letter_report").report_action(
            letters
        )

    def action_mark_posted(self):
        """Note that letters were printed and posted now: contacts, if they are allowed
        now."""
        self._check_rights("group_cartera_own")
        letters = self.sudo()._lock_in("ready")
        letters = letters.filtered(lambda message: message.channel == "letter")
        if not letters:
            raise UserError(self.env._("Choose letters that wait to be sent."))
        requests = [letter._to_request() for letter in letters]
        self.env["cartera.contact.gate"]._require(requests, "manual")
        self.env["cartera.channel.letter"]._log_contacts(letters, "manual")
        letters.date_sent = fields.Datetime.now()
        letters._set_state("sent")

    # -- links --------------------------------------------------------------------

    def action_open_whatsapp(self):
        """Open WhatsApp with the message; it counts as sent."""
        self.ensure_one()
        self._check_rights("group_cartera_own")
        message = self.sudo()._lock_in("ready")
        if message.channel != "whatsapp":
            raise UserError(self.env._("This message does not wait to be sent."))
        action = self.env["cartera.contact.gate"]._open_whatsapp(
            message._to_request(), message.text
        )
        message.date_sent = fields.Datetime.now()
        message._set_state("sent")
        return action

    def action_not_sent(self):
        """Take back, on the same day, that WhatsApp messages were sent: they were only
        opened. The contact stays in the log, as one that did not arrive, for the limits
        count attempts."""
        self._check_rights("group_cartera_own")
        messages = self.sudo()._lock_in("sent").filtered("can_be_taken_back")
        if not messages:
            raise UserError(
                self.env._(
                    "Only WhatsApp messages that were opened today can be taken back."
                )
            )
        contacts = self.env["cartera.contact"].sudo()
        contacts.search([("communication_id", "in", messages.ids)])._note_result(
            "bounced"
        )
        messages.date_sent = False
        messages._set_state(
            "ready",
            self.env._("Opened, but not sent, by %(user)s", user=self.env.user.name),
        )

    @api.depends("channel", "date_sent", "state")
    def _compute_can_be_taken_back(self):
        for message in self:
            company = message.company_id
            message.can_be_taken_back = (
                message.channel == "whatsapp"
                and message.state == "sent"
                and company._get_cartera_day(message.date_sent)
                == company._get_cartera_today()
            )

    def _to_request(self):
        self.ensure_one()
        return ContactRequest(
            case=self.case_id,
            channel=self.channel,
            contact=self.contact_partner_id or None,
            address=self.address or None,
            communication=self,
        )
