"""Whole numbers of a currency's smallest unit out of exact calculations."""

from decimal import ROUND_HALF_UP, Decimal

ONE = Decimal(1)


def round_half_up(value):
    """The nearest whole number; halves go away from zero, as invoices round.

    >>> from decimal import Decimal
    >>> round_half_up(Decimal("113471.5"))
    113472

    :param value: Decimal
    :return: int
    """
    return int(value.quantize(ONE, rounding=ROUND_HALF_UP))


def share_out(amount, weights):
    """Parts of ``amount`` in proportion to ``weights``, that add up to it exactly.

    Each part is the difference between two rounded running totals, so that none is
    off by more than one unit, wherever it stands.

    >>> share_out(100, [1, 1, 1])
    [33, 34, 33]

    :param amount: int in the smallest unit of the currency, not negative
    :param weights: list of int, none negative, not all zero
    :return: list of int, one for each weight
    """
    total = sum(weights)
    parts, running, given = [], 0, 0
    for weight in weights:
        running += weight
        reached = (2 * amount * running + total) // (2 * total)
        parts.append(reached - given)
        given = reached
    return parts
