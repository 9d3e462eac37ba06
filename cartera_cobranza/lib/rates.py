"""Interest rates: from one way of stating them to another, and out of payments.

Rates are Decimal fractions (0.24 is 24 %). A *nominal* yearly rate is shared out over
the periods of the year without compounding; an *effective* one (tasa efectiva anual)
compounds: ``effective = (1 + nominal / m) ** m - 1`` for ``m`` periods a year.
"""

import math
from decimal import Decimal

from .rounding import round_half_up

PERIODS_PER_YEAR = {
    "week": 52,
    "two_weeks": 26,
    "half_month": 24,
    "month": 12,
    "two_months": 6,
    "quarter": 4,
    "half_year": 2,
    "year": 1,
}

# Yearly growth is looked for between a ten-thousandth and a million-fold, in steps of
# its logarithm from zero outwards.
LOWEST, HIGHEST, STEP = math.log(1e-4), math.log(1e6), 0.05


# -- equivalent rates --------------------------------------------------------------


def effective_from_nominal(nominal, periods):
    """Effective yearly rate of a nominal one that compounds ``periods`` times a year.

    :param nominal: Decimal, yearly
    :param periods: int
    :return: Decimal, yearly
    """
    return (1 + nominal / periods) ** periods - 1


def nominal_from_effective(effective, periods):
    """Nominal yearly rate that compounds ``periods`` times a year to ``effective``.

    :param effective: Decimal, yearly
    :param periods: int
    :return: Decimal, yearly
    """
    return periods * rate_of(effective, "effective", Decimal(1) / periods)


def rate_of(rate, kind, years):
    """What a yearly rate comes to over part of a year, or over several.

    :param rate: Decimal, yearly
    :param kind: ``nominal`` (simple interest) or ``effective``
    :param years: Decimal
    :return: Decimal, for the whole of ``years``
    """
    if kind == "nominal":
        return rate * years
    return (1 + rate) ** years - 1


def period_rate(rate, kind, periodicity):
    """Rate of one period: a twelfth of a nominal one by the month, and so on.

    >>> period_rate(Decimal("0.24"), "nominal", "month")
    Decimal('0.02')

    :param rate: Decimal, yearly
    :param kind: ``nominal`` or ``effective``
    :param periodicity: a key of :data:`PERIODS_PER_YEAR`
    :return: Decimal, per period
    """
    periods = PERIODS_PER_YEAR[periodicity]
    if kind == "nominal":
        return rate / periods
    return rate_of(rate, kind, Decimal(1) / periods)


# -- out of payments ----------------------------------------------------------------


def effective_annual(flows):
    """Effective yearly rate at which dated amounts are worth nothing together.

    What is known as XIRR: days of the calendar over a year of 365. Where several
    rates do, the one nearest to zero.

    :param flows: ``(date, amount)`` pairs in any order and any unit, what is given
        negative and what is received positive
    :return: Decimal, yearly, to ten decimals; None when no rate from -99.99 % up to
        a million-fold does
    """
    if not flows:
        return None
    first = min(day for day, _amount in flows)
    timed = sorted(((day - first).days / 365, float(amount)) for day, amount in flows)

    def worth(growth):
        try:
            return math.fsum(amount * math.exp(-growth * t) for t, amount in timed)
        except OverflowError:
            # The farthest amount outgrows all others.
            return math.copysign(math.inf, timed[-1][1])

    return _to_rate(_find_root(worth))


def present_value(flows, annual_effective, day):
    """What dated amounts are worth on ``day``, at a yearly rate.

    :param flows: ``(date, amount)`` pairs, amounts in the currency's smallest unit
    :param annual_effective: Decimal, yearly, over -1; compounds by days over 365
    :param day: date; what was paid before it is worth more, what comes later less
    :return: int, in the same unit
    """
    growth = 1 + annual_effective
    worth = (
        amount * growth ** (Decimal((day - when).days) / 365) for when, amount in flows
    )
    return round_half_up(sum(worth, Decimal(0)))


def _find_root(function):
    """Where ``function`` is zero, the place nearest to zero; None when nowhere."""
    if not function(0.0):
        return 0.0
    for number in range(math.ceil(HIGHEST / STEP)):
        for sign, limit in ((1, HIGHEST), (-1, -LOWEST)):
            start = sign * min(number * STEP, limit)
            end = sign * min((number + 1) * STEP, limit)
            if function(start) * function(end) <= 0:
                return _bisect(function, start, end)
    return None


def _bisect(function, low, high):
    sign = math.copysign(1, function(low))
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if function(middle) * sign > 0:
            low = middle
        else:
            high = middle


def _to_rate(growth):
    """The rate of a continuous growth, to ten decimals."""
    if growth is None:
        return None
    return Decimal(f"{math.expm1(growth):.10f}") + 0
