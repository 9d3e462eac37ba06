from odoo import api, fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    cartera_channel = fields.Selection(
        [("call", "Call"), ("visit", "Visit")],
        string="Contact with the Debtor",
        compute="_compute_cartera_channel",
        store=True,
        readonly=False,
        help="An activity of this type that is done on a collection case is a contact "
        "with the debtor: the contact policy decides whether it may take place, and "
        "it is logged.",
    )

    @api.depends("category")
    def _compute_cartera_channel(self):
        for activity_type in self:
            if activity_type.category == "phonecall":
                activity_type.cartera_channel = "call"
            else:
                activity_type.cartera_channel = activity_type.cartera_channel
