from odoo import models


class CarteraInnerChatter(models.AbstractModel):
    """The chatter of a document that is discussed in the house only: what is said to
    the debtor is written on the case, where it passes the gate as a contact."""

    _name = "cartera.inner.chatter"
    _description = "Internal Chatter"

    def _message_add_suggested_recipients(self, force_primary_email=False):
        suggested = super()._message_add_suggested_recipients(force_primary_email)
        for record in self:
            people = suggested[record.id]["partners"]
            suggested[record.id] = {
                "email_to_lst": [],
                "partners": people.filtered(record._is_of_the_house),
            }
        return suggested

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        rows = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        partners = self.env["res.partner"].sudo()
        return [
            row
            for row in rows
            if row["id"] and self._is_of_the_house(partners.browse(row["id"]))
        ]

    def _is_of_the_house(self, person):
        """Whether a contact is one of our own people."""
        case = self.sudo().case_id
        return not self.env["cartera.contact.gate"]._is_outside(case, person.sudo())
