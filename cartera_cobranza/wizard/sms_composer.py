from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    def _filter_out_and_handle_revoked_sms_values(self, sms_values_all):
        """Of many texts to debtors those are sent that are lawful now."""
        values_of = super()._filter_out_and_handle_revoked_sms_values(sms_values_all)
        if self.res_model == "cartera.case":
            self._cancel_unlawful_cartera_texts(values_of)
        return values_of

    def _cancel_unlawful_cartera_texts(self, values_of):
        """Pass the gate with texts to debtors.

        :param values_of: dict of case id to the values of its SMS, changed in place
        """
        gate = self.env["cartera.contact.gate"]
        partners = self.env["res.partner"].sudo()
        requests_of = {
            case.id: gate._find_outside(
                case,
                "sms",
                [(partners.browse(values["partner_id"]), values["number"])],
            )
            for case in self.env["cartera.case"].browse(values_of)
            if (values := values_of[case.id])["state"] == "outgoing"
        }
        for case_id in gate._pass_messages(requests_of):
            values_of[case_id].update(state="canceled", failure_type="unknown")
