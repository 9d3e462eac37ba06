from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.cartera_consent import DECISIONS, OWN_SOURCES, SOURCES
from ..models.channels import CHANNELS


class CarteraConsentRegister(models.TransientModel):
    """Records what many people allowed or forbade at once, from one source."""

    _name = "cartera.consent.register"
    _description = "Register Consent"

    partner_ids = fields.Many2many(
        "res.partner",
        "cartera_consent_register_partner_rel",
        string="People",
        required=True,
        default=lambda self: self._default_partner_ids(),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    email = fields.Boolean(string="E-mail")
    sms = fields.Boolean(string="SMS")
    whatsapp = fields.Boolean(string="WhatsApp")
    letter = fields.Boolean()
    call = fields.Boolean(string="Calls")
    visit = fields.Boolean(string="Visits")
    decision = fields.Selection(DECISIONS, required=True, default="granted")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Selection(
        [choice for choice in SOURCES if choice[0] not in OWN_SOURCES],
        required=True,
        default="contract",
    )
    reference = fields.Char(help="Document, recording or page that proves it.")

    @api.model
    def _default_partner_ids(self):
        active = self.env.context.get("active_ids", [])
        if self.env.context.get("active_model") == "res.partner":
            return self.env["res.partner"].browse(active)
        if self.env.context.get("active_model") == "cartera.case":
            return self.env["cartera.case"].browse(active).partner_id
        return self.env["res.partner"]

    def action_register(self):
        """Add the rows and show them."""
        self.ensure_one()
        channels = [code for code, _label in CHANNELS if self[code]]
        if not channels:
            raise UserError(self.env._("Choose at least one channel."))
        consents = self.env["cartera.consent"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company_id.id,
                    "channel": channel,
                    "decision": self.decision,
                    "date": self.date,
                    "source": self.source,
                    "reference": self.reference,
                }
                for partner in self.partner_ids
                for channel in channels
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_consent_action"
        )
        action["domain"] = [("id", "in", consents.ids)]
        return action
