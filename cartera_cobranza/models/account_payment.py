from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # The few that fell through, for the worklist.
    _cartera_lost_idx = models.Index(
        "(company_id, date) WHERE state IN ('canceled', 'rejected')"
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["cartera.agreement.coverage"]._follow_payments(self)
        return result
