from odoo import api, models
from odoo.exceptions import UserError


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._mark_cartera()
        return partials

    def unlink(self):
        self._check_not_moved()
        self._mark_cartera()
        return super().unlink()

    def _check_not_moved(self):
        """The item that an agreement moved is not opened beside what it was moved to.

        :raise UserError: when people undo that match while the agreement, or the one
            that took its place, is in force
        """
        if self.env.su:
            return
        items = self.sudo().credit_move_id.cartera_agreement_item_id
        for agreement in items.agreement_id:
            if holder := agreement._get_holder():
                raise UserError(
                    self.env._(
                        "%(document)s is under agreement %(folio)s, which moved it to "
                        "its instalments: the match is undone when a supervisor "
                        "cancels the agreement.",
                        document=", ".join(
                            (items & agreement.item_ids).mapped("document")
                        ),
                        folio=holder.name,
                    )
                )

    def _mark_cartera(self):
        self.env["cartera.case.queue"]._mark_lines(
            self.debit_move_id | self.credit_move_id
        )
