from odoo import fields, models

from .cartera_agreement import STATES


class CarteraAgreementChange(models.Model):
    """That an agreement came into a state: who did it, when and why."""

    _name = "cartera.agreement.change"
    _description = "Change of an Agreement"
    _order = "id desc"
    _rec_name = "agreement_id"

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    day = fields.Date(help="From this day of the company on it is so.")
    state_from = fields.Selection(STATES, string="From")
    state_to = fields.Selection(STATES, string="To", required=True)
    user_id = fields.Many2one("res.users", string="By")
    reason = fields.Char()
