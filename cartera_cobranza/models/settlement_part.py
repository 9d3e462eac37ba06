from typing import NamedTuple

from odoo import models


class SettlementPart(NamedTuple):
    """What is left open of one receivable item, and is to be waived."""

    line: models.Model
    amount: float
    """In the currency of the item."""
    component: str
    held_by: models.Model | None = None
    """The item that stands for it, where the debt was moved."""

    @property
    def balance(self):
        """Its book value: what it is worth in the ledger, so that nothing is gained or
        lost on a rate at which no money was ever exchanged."""
        line = self.held_by or self.line
        if not line.currency_id.compare_amounts(
            self.amount, line.amount_residual_currency
        ):
            return line.amount_residual
        share = self.amount / line.amount_residual_currency
        return line.company_currency_id.round(line.amount_residual * share)

    @property
    def is_invoiced(self):
        """Whether there is an invoice that can be credited."""
        return self.line.move_id.is_sale_document(include_receipts=True)


def group_by_move(parts):
    """``{account.move: [part, ...]}``, in the order of the parts."""
    groups = {}
    for part in parts:
        groups.setdefault(part.line.move_id, []).append(part)
    return groups
