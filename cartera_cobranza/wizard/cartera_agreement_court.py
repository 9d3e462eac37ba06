from odoo import fields, models
from odoo.exceptions import UserError

from ..models.cartera_agreement_judicial import COURT_STEPS
from . import cartera_case_window  # noqa: F401  (inherited: it comes first)


class CarteraAgreementCourt(models.TransientModel):
    """Asks when an agreement was presented to the court, homologated or rejected."""

    _name = "cartera.agreement.court"
    _description = "Agreement Before the Court"
    _inherit = ["cartera.case.window"]

    agreement_id = fields.Many2one("cartera.agreement", required=True, readonly=True)
    case_id = fields.Many2one(related="agreement_id.case_id")
    legal_case_id = fields.Many2one(related="agreement_id.legal_case_id")
    court_effect = fields.Selection(related="agreement_id.court_effect")
    step = fields.Selection(COURT_STEPS, required=True, readonly=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(help="As the court gave it.")

    def action_confirm(self):
        """Keep the step, and do what follows from it."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if self.step == "rejected" and not reason:
            raise UserError(self.env._("Say why the court rejected the agreement."))
        self.agreement_id._note_court_step(self.step, self.date, reason)
        return {"type": "ir.actions.act_window_close"}
