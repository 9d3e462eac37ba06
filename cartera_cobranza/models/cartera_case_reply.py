from odoo import models
from odoo.tools import email_normalize


class CarteraCaseReply(models.AbstractModel):
    """What debtors answer: it stands in the chatter of the case, and whoever looks
    after the case now learns of it, whether or not they follow anything."""

    _name = "cartera.case.reply"
    _description = "Answers on a Case"

    def message_post(self, **kwargs):
        is_reply = kwargs.get("message_type") == "email" and not self._is_ours(
            kwargs.get("author_id")
        )
        if not is_reply:
            return super().message_post(**kwargs)
        reader = self._get_reply_reader()
        partners = {*(kwargs.pop("partner_ids", None) or []), *reader.partner_id.ids}
        message = super().message_post(partner_ids=list(partners), **kwargs)
        self.sudo()._note_reply(message, reader)
        return message

    def _is_ours(self, author_id):
        """Whether an incoming mail was written by somebody of the company."""
        author = self.env["res.partner"].sudo().browse(author_id or [])
        return any(user._is_internal() for user in author.user_ids)

    def _get_reply_reader(self):
        """Who reads the answers: whoever works on the case now, else the company's
        default collector, else a supervisor."""
        self.ensure_one()
        case = self.sudo()
        user = case.worker_id or case.company_id.cartera_default_user_id
        if user:
            return user
        supervisors = self.env.ref("cartera_cobranza.group_cartera_supervisor").sudo()
        return supervisors.all_user_ids.filtered(
            lambda user: not user.share and case.company_id in user.company_ids
        ).sorted("id")[:1]

    def _note_reply(self, message, reader):
        """Count the answer as a contact, and ask its reader to look at it; once, while
        several answers wait."""
        address = email_normalize(message.email_from or "") or message.email_from
        self.env["cartera.contact"]._log(
            [
                {
                    "case_id": self.id,
                    "channel": "email",
                    "direction": "in",
                    "reached": "reached",
                    "contact_partner_id": message.author_id.id,
                    "address": address,
                }
            ]
        )
        kind = self.env.ref("cartera_cobranza.mail_activity_type_reply")
        waiting = self.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == kind and activity.user_id == reader
            )
        )
        if reader and not waiting:
            self.activity_schedule(
                "cartera_cobranza.mail_activity_type_reply",
                summary=message.subject,
                user_id=reader.id,
            )
