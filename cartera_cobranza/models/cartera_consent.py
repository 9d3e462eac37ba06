from odoo import fields, models

from .channels import CHANNELS


class CarteraConsent(models.Model):
    """What a debtor allowed or forbade, by channel, when and where. The last row of a
    channel counts; rows are never changed."""

    _name = "cartera.consent"
    _description = "Contact Consent"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        index=True,
        ondelete="cascade",
        help="The debtor or a contact of theirs.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    channel = fields.Selection(CHANNELS, required=True)
    address = fields.Char(help="Leave empty for all addresses of this channel.")
    decision = fields.Selection(
        [("granted", "Granted"), ("withdrawn", "Withdrawn")],
        required=True,
        default="granted",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Selection(
        [
            ("contract", "Contract"),
            ("form", "Signed form"),
            ("call", "Recorded call"),
            ("link", "Link in a message"),
            ("portal", "Portal"),
            ("other", "Other"),
        ],
        required=True,
    )
    reference = fields.Char(help="Document, recording or page that proves it.")
    user_id = fields.Many2one(
        "res.users", string="Recorded By", default=lambda self: self.env.user
    )
