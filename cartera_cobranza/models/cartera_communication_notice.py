from odoo import api, fields, models

from . import cartera_communication_offer  # noqa: F401  (inherited: it comes first)

PLACEHOLDERS = ("agreement_amount_text", "agreement_cure_text", "agreement_name")


class CarteraCommunicationNotice(models.AbstractModel):
    """What the texts of a message say of an agreement that is not being kept."""

    _name = "cartera.communication.notice"
    _description = "Notice of Default in a Message"
    _inherit = ["cartera.communication.offer"]

    agreement_name = fields.Char(compute="_compute_notice")
    agreement_amount_text = fields.Char(compute="_compute_notice")
    agreement_cure_text = fields.Char(compute="_compute_notice")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """See there."""
        allowed = super().mail_allowed_qweb_expressions()
        return (*allowed, *(f"object.{name}" for name in PLACEHOLDERS))

    @api.depends("agreement_id", "case_id")
    @api.depends_context("lang")
    def _compute_notice(self):
        for message in self:
            agreement = message._get_agreement()
            message.agreement_name = agreement.name
            message.agreement_cure_text = message._format_date(
                agreement.date_cure_until
            )
            message.agreement_amount_text = agreement and message._format_amount(
                agreement.amount_overdue, agreement.currency_id.id
            )

    def _get_agreement(self):
        """The agreement in default that the message is about; without one, that of the
        debtor which notice was given of. What was paid since is no default any more,
        though the notice is lifted by the night."""
        self.ensure_one()
        # Whoever writes to the debtor may say what was agreed with the debtor.
        message = self.sudo()
        known = message.agreement_id or message.case_id.agreement_ids.filtered(
            "date_notice"
        )
        return known.filtered(
            lambda agreement: (
                agreement.state == "active" and agreement.standing == "default"
            )
        )[:1]
