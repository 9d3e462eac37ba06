from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._mark_cartera()
        return partials

    def unlink(self):
        self._mark_cartera()
        return super().unlink()

    def _mark_cartera(self):
        self.env["cartera.case.queue"]._mark_lines(
            self.debit_move_id | self.credit_move_id
        )
