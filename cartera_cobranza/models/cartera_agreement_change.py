from odoo import api, fields, models

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)
from .cartera_agreement import STATES


class CarteraAgreementChange(models.Model):
    """That an agreement came into a state: who did it, when and why."""

    _name = "cartera.agreement.change"
    _description = "Change of an Agreement"
    _inherit = ["cartera.own.defaults"]
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
    state_from = fields.Selection(STATES, string="State Before")
    state_to = fields.Selection(STATES, string="State After", required=True)
    user_id = fields.Many2one("res.users")
    by_name = fields.Char(string="By", compute="_compute_by_name")
    reason = fields.Char()

    @api.model
    def _is_by_program(self, name):
        return True

    @api.depends("user_id", "agreement_id.signed_by", "agreement_id.partner_id")
    def _compute_by_name(self):
        """Whoever answers an offer by its link is nobody's user: the signer, or else
        the debtor."""
        for change in self.sudo():
            agreement, user = change.agreement_id, change.user_id
            change.by_name = (
                agreement.signed_by or agreement.partner_id.name
                if user and user._is_public()
                else user.name
            )
