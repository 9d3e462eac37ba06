from odoo import fields, models

from .channels import CHANNELS


class CarteraContactRefusal(models.Model):
    """Evidence of a contact that the rules delayed or refused. Nobody edits it."""

    _name = "cartera.contact.refusal"
    _description = "Refused or Delayed Contact"
    _order = "date desc, id desc"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    country_id = fields.Many2one("res.country", readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    verdict = fields.Selection(
        [("delay", "Delayed"), ("refuse", "Refused")], required=True, readonly=True
    )
    date_until = fields.Datetime(string="Lawful From", readonly=True)
    rule = fields.Char(required=True, readonly=True)
    article = fields.Char(readonly=True)
    origin = fields.Char(required=True, readonly=True)
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, ondelete="set null"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
