from odoo import api, models


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Mails to debtors are claimed before they leave; see
        :class:`~.smtp_attempt.SmtpAttempt`."""
        attempt = self.env.context.get("cartera_attempt")
        if attempt is None:
            return super().send_email(message, *args, **kwargs)
        with attempt.watch(kwargs.get("smtp_session")):
            return super().send_email(message, *args, **kwargs)
