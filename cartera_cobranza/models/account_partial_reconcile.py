from odoo import api, models
from odoo.exceptions import UserError

from .cartera_case_promise import MONEY_JOURNALS


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
        brought = self._get_bringing_entries()
        result = super().unlink()
        for agreement, entries in brought.grouped("cartera_agreement_id").items():
            agreement.with_company(agreement.company_id)._take_money_back(entries)
        return result

    def _get_bringing_entries(self):
        """The entries by which agreements brought over the payments that they are
        matched with here, but for those that are taken back already."""
        # The program's own entries, which go with the payment of whoever undoes it.
        entries = self.sudo().debit_move_id.move_id
        return entries.filtered(
            lambda entry: (
                entry.cartera_agreement_id
                and entry.journal_id.type in MONEY_JOURNALS
                and entry.state != "cancel"
                and not entry.reversed_entry_id
                and entry.id not in self.env.context.get("cartera_reversed", ())
            )
        )

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
