"""Days on which people work."""

from datetime import timedelta

DAY = timedelta(days=1)
WEEKEND = frozenset({5, 6})


def add_working_days(day, count, holidays=frozenset()):
    """The working day that comes ``count`` working days after a day.

    >>> from datetime import date
    >>> add_working_days(date(2026, 7, 3), 1)  # a Friday
    datetime.date(2026, 7, 6)
    >>> add_working_days(date(2026, 7, 4), 0)
    datetime.date(2026, 7, 6)

    :param count: zero for the day itself, or the first working day after it
    :param holidays: dates on which nobody works, besides Saturdays and Sundays
    :return: date
    """
    while _is_off(day, holidays):
        day += DAY
    for _n in range(count):
        day += DAY
        while _is_off(day, holidays):
            day += DAY
    return day


def _is_off(day, holidays):
    return day.weekday() in WEEKEND or day in holidays
