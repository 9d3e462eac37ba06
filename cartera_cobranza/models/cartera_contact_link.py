"""Messages that a person sends by opening a link."""

from urllib.parse import quote

from odoo import api, models
from odoo.exceptions import UserError


class CarteraContactLink(models.AbstractModel):
    _name = "cartera.contact.link"
    _description = "Contacts by Links"

    @api.model
    def _get_whatsapp_url(self, phone, text, country=None):
        """The link that opens WhatsApp with a message to a number.

        :param country: ``res.country`` of a number without prefix
        :raise UserError: when the number cannot be one
        """
        if not phone:
            raise UserError(self.env._("There is no number to write to."))
        number = self.env["res.partner"]._phone_format(
            number=phone, country=country, raise_exception=True
        )
        return f"https://wa.me/{number.lstrip('+')}?text={quote(text, safe='')}"

    @api.model
    def _open_whatsapp(self, request, text):
        """Pass the gate with a message that a person sends by WhatsApp now, log it, and
        open it.

        :param request: :class:`ContactRequest` by ``whatsapp`` with its address
        :return: action that opens the link
        :raise UserError: when the number is none, or the message is not allowed now
        """
        case = request.case.sudo()
        person = (request.contact or case.partner_id).sudo()
        country = person.country_id or case.company_id.country_id
        url = self._get_whatsapp_url(request.address, text, country)
        self._require([request], "link")
        self.env["cartera.contact"]._log(
            [
                {
                    "case_id": case.id,
                    "channel": request.channel,
                    "contact_partner_id": person.id,
                    "address": request.address,
                    "communication_id": request.communication.id
                    if request.communication
                    else False,
                    "origin": "link",
                    "user_id": self.env.uid,
                }
            ]
        )
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}
