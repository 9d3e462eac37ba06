from odoo import api, models

# Of a header, by the standard. Folded at the usual 78, a long link would be encoded,
# and the reader's button to unsubscribe would not find it.
MAX_LINE_LENGTH = 998


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Mails to debtors are claimed before they leave; see
        :class:`~.smtp_attempt.SmtpAttempt`."""
        attempt = self.env.context.get("cartera_attempt")
        if attempt is None:
            return super().send_email(message, *args, **kwargs)
        message.policy = message.policy.clone(max_line_length=MAX_LINE_LENGTH)
        with attempt.watch(kwargs.get("smtp_session")):
            return super().send_email(message, *args, **kwargs)
