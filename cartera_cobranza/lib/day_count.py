"""How many days, and what part of a year, lie between two dates.

The first day does not count and the last one does. ``30_360`` takes months of thirty
days and years of 360, with the 31st taken as the 30th on both sides (the European
variant; 28 February stays the 28th), as article 11 of Chile's Ley 18.010 has it.
``actual_365`` and ``actual_360`` count the days of the calendar, leap years too, and
divide by a fixed year.
"""

from decimal import Decimal

DAYS_IN_YEAR = {"30_360": 360, "actual_365": 365, "actual_360": 360}


def days(start, end, basis):
    """Days from ``start`` to ``end`` by the day count ``basis``.

    >>> from datetime import date
    >>> days(date(2026, 1, 31), date(2026, 2, 28), "30_360")
    28

    :param basis: a key of :data:`DAYS_IN_YEAR`
    :return: int, negative where ``end`` comes first
    :raise KeyError: for another basis
    """
    if basis not in DAYS_IN_YEAR:
        raise KeyError(basis)
    if basis != "30_360":
        return (end - start).days
    return (
        360 * (end.year - start.year)
        + 30 * (end.month - start.month)
        + min(end.day, 30)
        - min(start.day, 30)
    )


def year_fraction(start, end, basis):
    """Part of a year from ``start`` to ``end``.

    :param basis: a key of :data:`DAYS_IN_YEAR`
    :return: Decimal, in years
    :raise KeyError: for another basis
    """
    return Decimal(days(start, end, basis)) / DAYS_IN_YEAR[basis]
