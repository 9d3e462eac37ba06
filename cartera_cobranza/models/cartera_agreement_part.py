from odoo import api, models
from odoo.exceptions import AccessError

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What people write of the items and instalments of a draft.
NEGOTIATED_FIELDS = frozenset(
    {
        "agreement_id",
        "amount",
        "amount_principal",
        "component",
        "date",
        "line_id",
        "number",
        "sequence",
    }
)


class CarteraAgreementPart(models.AbstractModel):
    """An item or an instalment: it changes while its agreement is under negotiation,
    and what the ledger says of it is written by the program alone."""

    _name = "cartera.agreement.part"
    _description = "Part of an Agreement"
    _inherit = ["cartera.own.defaults"]

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        for vals in vals_list:
            parts._check_negotiated(vals)
        return parts

    def write(self, vals):
        self._check_negotiated(vals)
        result = super().write(vals)
        if "agreement_id" in vals:
            # No more does it get into one that is settled.
            self._check_negotiated(vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self._check_negotiated({})

    @api.model
    def _is_by_program(self, name):
        return name not in NEGOTIATED_FIELDS

    def _check_negotiated(self, vals):
        """:raise AccessError: when people change what is not under negotiation"""
        if self.env.su:
            return
        settled = self.agreement_id.filtered(lambda one: one.state != "draft")
        if settled or not NEGOTIATED_FIELDS.issuperset(vals):
            raise AccessError(
                self.env._(
                    "The items and the instalments of an agreement change while it is "
                    "under negotiation, and what is paid of them follows from the "
                    "ledger."
                )
            )
