from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """A mail that came back is evidence on the message that it carried."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        if not self._is_cartera_delay(email_message):
            self.env["cartera.communication"].sudo()._receive_bounce(
                message_dict["bounced_message"], message_dict.get("body")
            )
        return result

    @api.model
    def _is_cartera_delay(self, email_message):
        """Whether a mail server only says that it goes on trying."""
        return any(
            status.get("Action", "").strip().lower() == "delayed"
            for part in email_message.walk()
            if part.get_content_type() == "message/delivery-status"
            for status in part.get_payload()
        )
