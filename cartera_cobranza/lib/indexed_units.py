"""Debts kept in indexed units (UF, UVR, UDI) instead of money.

Amounts of units are whole numbers of their parts: with the usual four decimals,
``scale`` is 10,000 parts to the unit. Money is in the currency's smallest unit, and
the value of a unit is the Decimal amount of those (a UDI of MXN 8.245227 is worth
824.5227 cents). Halves are rounded away from zero.
"""

from .rounding import round_half_up

SCALE = 10_000


def to_units(amount, value, scale=SCALE):
    """Parts of a unit that ``amount`` of money buys at ``value``.

    >>> to_units(824_522_700, Decimal("824.5227"))
    10000000000

    :param amount: int, money
    :param value: Decimal, money for one unit, above zero
    :return: int, parts of a unit
    """
    return round_half_up(amount * scale / value)


def from_units(units, value, scale=SCALE):
    """Money that parts of a unit are worth at ``value``.

    :param units: int, parts of a unit
    :param value: Decimal, money for one unit
    :return: int, money
    """
    return round_half_up(units * value / scale)
