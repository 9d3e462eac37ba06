from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import clean_context


class CarteraAgreementMarks(models.AbstractModel):
    """Documents and journal items that bear what they are to an agreement: programs
    alone write that, since what is owed by it and what was waived is read there."""

    _name = "cartera.agreement.marks"
    _description = "Marks of Agreements in the Ledger"

    _agreement_marks = frozenset()

    @api.model
    def default_get(self, fields):
        # Nor do they come of anybody's own default, or of the context.
        marks = self._agreement_marks
        return super().default_get([name for name in fields if name not in marks])

    @api.model_create_multi
    def create(self, vals_list):
        self._check_marks(vals_list)
        if any(not self._agreement_marks.isdisjoint(vals) for vals in vals_list):
            # By a program, for whoever called it with defaults of his or her own, which
            # keyword arguments would leave in the context.
            bare = clean_context(self.env.context)
            self = self.with_context(bare)  # pylint: disable=context-overridden
        return super().create(vals_list)

    def write(self, vals):
        self._check_marks([vals])
        return super().write(vals)

    @api.model
    def _check_marks(self, vals_list):
        """:raise AccessError: when people write what is noted for an agreement"""
        if self.env.su:
            return
        if any(not self._agreement_marks.isdisjoint(vals) for vals in vals_list):
            raise AccessError(
                self.env._(
                    "What a document or a journal item is to an agreement is noted by "
                    "the agreement itself."
                )
            )


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "cartera.agreement.marks"]

    _agreement_marks = frozenset(
        {
            "cartera_agreement_id",
            "cartera_charge_number",
            "cartera_installment_id",
            "cartera_settles",
        }
    )


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "cartera.agreement.marks"]

    _agreement_marks = frozenset({"cartera_agreement_item_id"})
