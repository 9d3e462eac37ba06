from odoo import models
from odoo.exceptions import UserError


class CarteraAgreementRefinance(models.AbstractModel):
    """A new agreement in place of one that is in force, or broken."""

    _name = "cartera.agreement.refinance"
    _description = "Refinancing of an Agreement"

    def action_refinance(self):
        """Negotiate an agreement that takes the place of this one."""
        return self._refinance({})._get_records_action()

    def action_open_refinanced(self):
        """Open the agreement that this one takes the place of."""
        self.ensure_one()
        return self.refinanced_from_id._get_records_action()

    def action_open_refinancing(self):
        """Open what takes the place of this agreement, or is to do so."""
        self.ensure_one()
        return self.refinanced_to_ids._get_records_action()

    def _refinance(self, vals):
        """Draft an agreement about what is open of this one.

        This one stays as it is until the new one comes into force; if it is in force
        then, it ends as refinanced.

        :param vals: as for ``cartera.case._negotiate``
        :return: the ``cartera.agreement``, in draft
        """
        self.ensure_one()
        self._check_step("active", "broken")
        open_draft = self.refinanced_to_ids.filtered(
            lambda agreement: agreement.state in ("draft", "to_approve", "proposed")
        )
        if open_draft:
            raise UserError(
                self.env._(
                    "%(name)s, which is to replace this agreement, is being negotiated "
                    "already.",
                    name=open_draft[0].display_name,
                )
            )
        return self.case_id._negotiate(
            {
                "product_id": self.product_id.id,
                "currency_id": self.currency_id.id,
                "refinanced_from_id": self.id,
                "legal_case_id": self.legal_case_id.id,
                **vals,
            }
        )
