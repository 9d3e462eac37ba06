from odoo import models

from ..lib.agreement_fill import get_pieces
from ..lib.rounding import share_out


def to_units(amount, currency):
    """An amount of money as a whole number of the smallest unit of its currency."""
    return round(amount / currency.rounding)


def to_amount(units, currency):
    """The other way round."""
    return currency.round(units * currency.rounding)


class CarteraAgreementLedgerParts(models.AbstractModel):
    """Which part of a covered item stands in which instalment, and which is waived,
    where the debt is moved."""

    _name = "cartera.agreement.ledger.parts"
    _description = "Parts of a Moved Debt"

    def _get_parts(self):
        """What of each item stands in which instalment, in the smallest units of both
        currencies.

        :return: ``{item: [(instalment or None, amount, book value), ...]}``, without an
            instalment what is to be waived
        """
        installments = self.installment_ids.sorted("number")
        currency = self.currency_id
        bounds = [
            (
                to_units(part.principal_from, currency),
                to_units(part.principal_to, currency),
            )
            for part in installments
        ]
        items = self.item_ids.sorted(lambda item: (item.sequence, item.id))
        amounts = {item: to_units(item.amount, currency) for item in items}
        payable = bounds[-1][1] if bounds else 0
        waived = self._spread_waiver(amounts, sum(amounts.values()) - payable)
        to_pay = [(item, amounts[item] - waived[item]) for item in items]
        parts = {item: [] for item in items}
        for item, index, amount in get_pieces(to_pay, bounds, 0):
            parts[item].append((installments[index], amount))
        for item, amount in waived.items():
            if amount:
                parts[item].append((None, amount))
        return {item: self._value_parts(item, own) for item, own in parts.items()}

    def _spread_waiver(self, amounts, total):
        """What is to be waived of each item: as the agreement has it, and what it does
        not say of an item, of the last ones.

        :param amounts: ``{item: what is covered of it}``, in smallest units
        :param total: what is waived of all, likewise
        :return: ``{item: what is waived of it}``
        """
        waived = {
            item: min(to_units(item.amount_quita, self.currency_id), amount)
            for item, amount in amounts.items()
        }
        rest = total - sum(waived.values())
        for item in reversed(amounts):
            more = min(max(rest, -waived[item]), amounts[item] - waived[item])
            waived[item] += more
            rest -= more
        return waived

    def _value_parts(self, item, parts):
        """Add to each part of an item its share of the book value."""
        weights = [amount for _installment, amount in parts]
        values = share_out(self._get_book_units(item), weights)
        return [
            (installment, amount, value)
            for (installment, amount), value in zip(parts, values, strict=True)
        ]

    def _get_book_units(self, item):
        """Book value of what is covered of an item, in smallest units."""
        line = item.line_id
        share = item.amount / line.amount_residual_currency
        return to_units(line.amount_residual * share, self.company_currency_id)
