from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # The few that fell through, for the worklist.
    _cartera_lost_idx = models.Index(
        "(company_id, date) WHERE state IN ('canceled', 'rejected')"
    )
