from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.cartera_agreement_judicial import COURT_STEPS


class CarteraAgreementDecision(models.TransientModel):
    """Why a person takes a step with an agreement, or when it was signed."""

    _name = "cartera.agreement.decision"
    _description = "Decision on an Agreement"

    agreement_id = fields.Many2one("cartera.agreement", required=True, readonly=True)
    decision = fields.Selection(
        [
            ("approve", "Approve"),
            ("refuse", "Turn Down"),
            ("withdraw", "Negotiate Again"),
            ("accept", "Sign"),
            ("cancel", "Cancel"),
            ("reinstate", "Reinstate"),
            ("undo_settlement", "Undo the Settlement"),
            ("undo_court", "Undo the Step in Court"),
        ],
        required=True,
        readonly=True,
    )
    # By the reader's own rights on the agreement.
    limit_text = fields.Char(related="agreement_id.limit_text", related_sudo=False)
    limit_table = fields.Html(related="agreement_id.limit_table", related_sudo=False)
    override_reason = fields.Char(
        related="agreement_id.override_reason", related_sudo=False
    )
    # What is undone is what was read, whatever has been noted since.
    court_step = fields.Selection(COURT_STEPS, string="Step in Court", readonly=True)
    court_date = fields.Date(string="Day", readonly=True)
    reason = fields.Char()
    date = fields.Date(
        string="Signed On", default=lambda self: self._default_date(), required=True
    )

    @api.model
    def _default_date(self):
        agreement = self.env["cartera.agreement"].browse(
            self.env.context.get("default_agreement_id")
        )
        return (agreement.company_id or self.env.company)._get_cartera_today()

    def action_confirm(self):
        """Do it, with the rights of the user on the agreement."""
        self.ensure_one()
        agreement, reason = self.agreement_id, (self.reason or "").strip()
        if not reason and self.decision not in ("accept", "withdraw"):
            raise UserError(self.env._("Give the reason."))
        match self.decision:
            case "approve":
                agreement._approve(reason)
            case "refuse":
                agreement._refuse(reason)
            case "withdraw":
                agreement._withdraw(reason)
            case "accept":
                agreement._sign(self.date, reason)
            case "cancel":
                agreement._cancel(reason)
            case "reinstate":
                agreement._reinstate(reason)
            case "undo_settlement":
                agreement._undo_settlement(reason)
            case "undo_court":
                agreement._undo_court_step(self.court_step, self.court_date, reason)
        return {"type": "ir.actions.act_window_close"}
