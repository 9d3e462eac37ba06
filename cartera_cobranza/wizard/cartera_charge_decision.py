from odoo import fields, models
from odoo.exceptions import UserError


class CarteraChargeDecision(models.TransientModel):
    """Why charges of an agreement are waived, or invoiced again."""

    _name = "cartera.charge.decision"
    _description = "Decision on Charges"

    installment_ids = fields.Many2many(
        "cartera.agreement.installment", required=True, readonly=True
    )
    decision = fields.Selection(
        [("waive", "Waive"), ("again", "Invoice Again")], required=True, readonly=True
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do it, with the rights of the user on the agreement."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason."))
        if self.decision == "waive":
            self.installment_ids._waive_charges(reason)
        else:
            self.installment_ids._charge_again(reason)
        return {"type": "ir.actions.act_window_close"}
