"""Days on which instalments fall due."""

from calendar import monthrange
from datetime import timedelta

from .working_days import add_working_days

DAYS = {"week": 7, "two_weeks": 14}
MONTHS = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}
MIDDLE = 15


def due_dates(first, periodicity, count, month_end=False):
    """Days of ``count`` instalments, the first on ``first``.

    Steps of months keep the day of ``first`` and fall on the last day of shorter
    months without losing it: 31 January, 28 February, 31 March. ``half_month`` falls
    on the 15th and the last day; the first one then is the next such day from
    ``first`` on.

    >>> from datetime import date
    >>> [f"{day:%d/%m}" for day in due_dates(date(2026, 1, 31), "month", 3)]
    ['31/01', '28/02', '31/03']

    :param first: date
    :param periodicity: a key of :data:`DAYS` or :data:`MONTHS`, or ``half_month``
    :param month_end: always on the last day of the month; where ``first`` is not,
        from the end of its month on. For steps of months alone
    :return: list of date, strictly rising
    :raise KeyError: for another periodicity
    """
    if periodicity in DAYS:
        step = timedelta(days=DAYS[periodicity])
        return [first + number * step for number in range(count)]
    if periodicity == "half_month":
        return _half_months(first, count)
    day = 31 if month_end else first.day
    step = MONTHS[periodicity]
    return [_in_month(first, number * step, day) for number in range(count)]


def to_working_days(days, holidays=frozenset()):
    """The same days, each moved to the first working day from it on.

    Where two would meet, the later one goes to the working day after.

    :param days: list of date, rising
    :param holidays: dates on which nobody works, besides Saturdays and Sundays
    :return: list of date, strictly rising
    """
    moved = []
    for day in days:
        found = add_working_days(day, 0, holidays)
        if moved and found <= moved[-1]:
            found = add_working_days(moved[-1], 1, holidays)
        moved.append(found)
    return moved


def _half_months(first, count):
    late = first.day > MIDDLE
    days = (
        _in_month(first, number // 2, 31 if number % 2 else MIDDLE)
        for number in range(late, count + late)
    )
    return list(days)


def _in_month(day, months, wanted):
    """The day ``wanted``, or the last one, of the month ``months`` after ``day``'s."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(
        year=year, month=month, day=min(wanted, monthrange(year, month)[1])
    )
