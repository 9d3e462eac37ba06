from odoo import fields, models
from odoo.exceptions import UserError


class CarteraPromiseDecision(models.TransientModel):
    """Why promises are withdrawn, allowed or refused."""

    _name = "cartera.promise.decision"
    _description = "Decision on a Promise"

    promise_ids = fields.Many2many("cartera.promise", required=True, readonly=True)
    decision = fields.Selection(
        [("withdraw", "Withdraw"), ("approve", "Approve"), ("refuse", "Refuse")],
        required=True,
        readonly=True,
    )
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do it, with the rights of the user on the promises."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason."))
        decide = {
            "withdraw": self.promise_ids._withdraw,
            "approve": self.promise_ids._approve,
            "refuse": self.promise_ids._refuse,
        }
        decide[self.decision](reason)
        return {"type": "ir.actions.act_window_close"}
