"""Schedules of instalments: what each one pays of the debt, and of interest.

Amounts are whole numbers of the smallest unit of whatever is owed: cents, or parts of
an indexed unit (see :mod:`.indexed_units`). What is covered, the *principal*, and
interest that is put off never mix: the principal of the rows adds up to the principal
of the terms, to the unit; put-off interest is paid as interest.

With ``P`` financed in ``n`` instalments at the period rates ``i``:

* ``french``: equal payments, with taxes or without; see :mod:`.level_payment`
* ``german``: equal principal ``P / n``; interest on what is still owed
* ``american``: interest alone, and the whole of ``P`` with the last one
* ``flat``: equal principal ``P / n``; interest ``P * i`` every time
* ``custom``: principal as typed; interest on what is still owed

The last instalment takes what rounding leaves over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from .day_count import year_fraction
from .level_payment import level_rows
from .rates import period_rate, rate_of
from .rounding import round_half_up, share_out

METHODS = ("french", "german", "american", "flat", "custom")
GRACE_KINDS = ("pay_interest", "capitalise", "accrue")


class ScheduleError(ValueError):
    """Terms out of which no schedule can be made.

    :ivar code: one of those that :func:`schedule` names
    :ivar params: dict of the values a message may show
    """

    def __init__(self, code, **params):
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed.

    :ivar principal: all that is to be paid but interest, the down payment included
    :ivar date_start: interest runs from this day on
    :ivar dates: days of the instalments, moved to working days already
    :ivar method: of :data:`METHODS`
    :ivar rate: yearly, Decimal fraction
    :ivar rate_kind: ``nominal`` or ``effective``
    :ivar periodicity: a key of :data:`.rates.PERIODS_PER_YEAR`
    :ivar date_down_payment: None for ``date_start``
    :ivar interest_by: ``period`` charges one whole period for each instalment,
        whatever days lie between them; ``days`` charges those of ``day_count``
    :ivar day_count: a key of :data:`.day_count.DAYS_IN_YEAR`, for ``days``
    :ivar accrual_dates: days up to which ``days`` counts, where not ``dates``: those
        from before moving, when moving is to cost nobody anything
    :ivar grace: how many of the first instalments pay no principal
    :ivar grace_kind: what becomes of their interest: paid as it falls due
        (``pay_interest``), added to the debt, where it bears interest
        (``capitalise``), or added to the first instalment after them, bearing
        none (``accrue``)
    :ivar bearing: of the principal, what bears interest; None for all of it. Late
        interest and fees that are covered too bear none where interest on interest
        is not allowed. Each payment pays both in proportion
    :ivar amounts: for ``custom``, principal of each instalment but the last, which
        takes the rest; one typed for the last as well is passed over
    :ivar tax: for ``french``, taxes on the charges of an instalment out of its
        interest, in whole units: then payments are equal with them. None where they
        are equal without
    """

    principal: int
    date_start: date
    dates: tuple[date, ...]
    method: str = "french"
    rate: Decimal = Decimal(0)
    rate_kind: str = "nominal"
    periodicity: str = "month"
    down_payment: int = 0
    date_down_payment: date | None = None
    interest_by: str = "period"
    day_count: str = "30_360"
    accrual_dates: tuple[date, ...] | None = None
    grace: int = 0
    grace_kind: str = "pay_interest"
    bearing: int | None = None
    amounts: tuple[int, ...] = ()
    tax: Callable[[int], int] | None = None

    @property
    def financed(self):
        return self.principal - self.down_payment

    @property
    def first_day(self):
        """Of the down payment where there is one, else from which interest runs."""
        return (self.down_payment and self.date_down_payment) or self.date_start


@dataclass(frozen=True, slots=True)
class Row:
    """One payment.

    :ivar number: 0 for the down payment, the instalments from 1
    :ivar date: day on which it falls due
    :ivar principal: paid of the principal
    :ivar interest: paid of interest, what had been capitalised included
    :ivar balance: principal still owed after it
    :ivar capitalised: interest of the row that is not paid but added to the debt
    """

    number: int
    date: date
    principal: int
    interest: int
    balance: int
    capitalised: int = 0

    @property
    def payment(self):
        return self.principal + self.interest


def schedule(terms):
    """The payments that follow from ``terms``.

    Capitalised interest is paid back as interest, in proportion to the principal of
    each row. No row has negative principal.

    :param terms: :class:`Terms`
    :return: list of :class:`Row`, row 0 only where there is a down payment
    :raise ScheduleError: with one of these codes:

        * ``principal``: it is not above zero; ``rate``: it is negative
        * ``down_payment``, ``bearing``: negative or more than the principal
        * ``no_dates``: nothing to pay the rest with, or instalments for nothing
        * ``dates``: they do not rise; ``accrual_count``: not one for each of them
        * ``grace``: negative, or as long as the schedule
        * ``too_small``: less is to be paid than there are instalments to share it
        * ``amounts_count``, ``amounts_negative``; ``amounts_exceed``: they leave
          nothing for the last one
        * ``custom_grace``: instalments typed as zero do it
    """
    check(terms)
    rows, balance = [], terms.financed
    if terms.down_payment:
        rows.append(Row(0, terms.first_day, terms.down_payment, 0, balance))
    payments = zip(terms.dates, _get_payments(terms), strict=True)
    for number, (day, (principal, interest, capitalised)) in enumerate(payments, 1):
        balance -= principal
        rows.append(Row(number, day, principal, interest, balance, capitalised))
    return rows


# -- what can be asked ---------------------------------------------------------------


def check(terms):
    """Raise the :class:`ScheduleError` that :func:`schedule` would."""
    if terms.principal <= 0:
        raise ScheduleError("principal", amount=terms.principal)
    for code in ("down_payment", "bearing"):
        amount = getattr(terms, code) or 0
        if not 0 <= amount <= terms.principal:
            raise ScheduleError(code, amount=amount, most=terms.principal)
    if terms.rate < 0:
        raise ScheduleError("rate", rate=terms.rate)
    if bool(terms.financed) != bool(terms.dates):
        raise ScheduleError("no_dates", amount=terms.financed)
    if not terms.dates:
        return
    _check_dates(terms)
    count = len(terms.dates)
    if not 0 <= terms.grace < count:
        raise ScheduleError("grace", grace=terms.grace, count=count)
    divides = terms.method in ("french", "german", "flat")
    if divides and terms.financed < count - terms.grace:
        raise ScheduleError("too_small", amount=terms.financed, count=count)
    if terms.method == "custom":
        _check_amounts(terms)


def _check_dates(terms):
    """Rising from the first day, on which an instalment falls only where it is not
    that of a down payment."""
    for number, (before, after) in enumerate(pairwise((terms.first_day, *terms.dates))):
        same_day = number == 0 and not terms.down_payment and before == after
        if before >= after and not same_day:
            raise ScheduleError("dates", before=before, after=after)
    if terms.first_day < terms.date_start:
        raise ScheduleError("dates", before=terms.date_start, after=terms.first_day)
    accrual = terms.accrual_dates or terms.dates
    if len(accrual) != len(terms.dates):
        raise ScheduleError("accrual_count", days=len(accrual), count=len(terms.dates))
    for before, after in pairwise((terms.date_start, *accrual)):
        if before > after:
            raise ScheduleError("dates", before=before, after=after)


def _check_amounts(terms):
    if terms.grace:
        raise ScheduleError("custom_grace", grace=terms.grace)
    count = len(terms.dates)
    if len(terms.amounts) not in (count - 1, count):
        raise ScheduleError("amounts_count", typed=len(terms.amounts), count=count)
    typed = terms.amounts[: count - 1]
    if any(amount < 0 for amount in typed):
        raise ScheduleError("amounts_negative", amount=min(typed))
    if sum(typed) >= terms.financed:
        raise ScheduleError("amounts_exceed", amount=sum(typed), most=terms.financed)


# -- payments ------------------------------------------------------------------------


def _get_payments(terms):
    """``(principal, interest, capitalised)`` of each instalment."""
    if not terms.dates:
        return []
    rates = _get_rates(terms)
    payments, put_off = _get_grace(terms, rates)
    joins = put_off if terms.grace_kind == "capitalise" else 0
    extra = put_off - joins
    for principal, interest in _get_rows(terms, joins, rates[terms.grace :]):
        payments.append((principal, interest + extra, 0))
        extra = 0
    return payments


def _get_rows(terms, put_off, rates):
    """``(principal, interest)`` of the instalments after the grace.

    :param put_off: capitalised interest, which they pay as interest
    """
    if terms.method == "french":
        return level_rows(terms.financed, put_off, rates, terms.tax)
    parts = _METHODS[terms.method](terms, terms.financed + put_off, rates)
    own = share_out(terms.financed, [part for part, _interest in parts])
    return [
        (principal, interest + part - principal)
        for principal, (part, interest) in zip(own, parts, strict=True)
    ]


# -- interest of the periods ----------------------------------------------------------


def _get_rates(terms):
    """The rate of each instalment's period, on all that is owed."""
    bearing = terms.principal if terms.bearing is None else terms.bearing
    share = Decimal(bearing) / terms.principal
    if terms.interest_by == "period":
        rate = period_rate(terms.rate, terms.rate_kind, terms.periodicity)
        return [rate * share] * len(terms.dates)
    days = (terms.date_start, *(terms.accrual_dates or terms.dates))
    spans = (year_fraction(*span, terms.day_count) for span in pairwise(days))
    return [rate_of(terms.rate, terms.rate_kind, years) * share for years in spans]


def _get_grace(terms, rates):
    """``(principal, interest, capitalised)`` of the instalments without principal.

    :return: ``(list of them, interest they put off)``
    """
    rows, put_off = [], 0
    for rate in rates[: terms.grace]:
        bearing = put_off if terms.grace_kind == "capitalise" else 0
        interest = round_half_up((terms.financed + bearing) * rate)
        if terms.grace_kind == "pay_interest":
            rows.append((0, interest, 0))
            continue
        put_off += interest
        rows.append((0, 0, interest if terms.grace_kind == "capitalise" else 0))
    return rows, put_off


# -- other methods: (paid off, interest) of each row -----------------------------------


def _german(terms, amount, rates):
    return _on_balance(_equal_parts(amount, len(rates)), amount, rates)


def _american(terms, amount, rates):
    return _on_balance([0] * (len(rates) - 1), amount, rates)


def _custom(terms, amount, rates):
    return _on_balance(terms.amounts[: len(rates) - 1], amount, rates)


def _flat(terms, amount, rates):
    parts = _equal_parts(amount, len(rates))
    interests = [round_half_up(amount * rate) for rate in rates[:-1]]
    rest = round_half_up(amount * sum(rates)) - sum(interests)
    interests.append(max(rest, 0))
    return list(zip([*parts, amount - sum(parts)], interests, strict=True))


def _equal_parts(amount, count):
    """Equal parts of ``amount``, but for the last of ``count``."""
    equal, parts = round_half_up(Decimal(amount) / count), []
    for rows_left in range(count - 1, 0, -1):
        parts.append(_leave_enough(equal, amount, rows_left))
        amount -= parts[-1]
    return parts


def _leave_enough(part, balance, rows_left):
    """``part``, or less where not every later row would get its smallest unit."""
    return min(part, balance - rows_left)


def _on_balance(parts, amount, rates):
    """Pay off ``parts`` and at last the rest, with interest on what is owed."""
    rows, balance = [], amount
    for part, rate in zip([*parts, amount - sum(parts)], rates, strict=True):
        rows.append((part, round_half_up(balance * rate)))
        balance -= part
    return rows


_METHODS = {
    "german": _german,
    "american": _american,
    "flat": _flat,
    "custom": _custom,
}
