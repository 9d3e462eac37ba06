"""Age of a debt in days, and the buckets (edades de cartera) it falls in.

A policy is the ascending list of the *first days* of its buckets. A bucket ends the
day before the next one begins, the lowest one has no beginning and the highest one
no end, so that no age can fall between two buckets or into two of them.

Day 0 is the due date itself: what is due today is not yet overdue, so day 1 is the
first day of arrears and always the beginning of a bucket.
"""

from bisect import bisect_right

FIRST_DAY_OVERDUE = 1


class AgingError(ValueError):
    """A list of first days that cannot serve as an aging policy.

    :ivar code: ``empty``, ``duplicate`` or ``no_overdue_start``
    :ivar day: the day at fault, or None
    """

    def __init__(self, code, day=None):
        super().__init__(f"{code}: {day}")
        self.code = code
        self.day = day


def age_in_days(base_date, as_of):
    """Days from ``base_date`` to ``as_of``; negative while the date is yet to come."""
    return (as_of - base_date).days


def check_first_days(first_days, *, split_at_due_date=True):
    """Raise :class:`AgingError` unless the first days make a sound policy.

    :param first_days: days of age, in any order
    :param split_at_due_date: whether one bucket must begin on day 1, so that none
        mixes what is not due with what is overdue
    """
    if not first_days:
        raise AgingError("empty")
    seen = set()
    for day in first_days:
        if day in seen:
            raise AgingError("duplicate", day)
        seen.add(day)
    if not split_at_due_date:
        return
    if FIRST_DAY_OVERDUE not in seen or min(seen) == FIRST_DAY_OVERDUE:
        raise AgingError("no_overdue_start", FIRST_DAY_OVERDUE)


def bucket_index(age, first_days):
    """Index in the ascending ``first_days`` of the bucket that holds ``age`` days."""
    return max(bisect_right(first_days, age) - 1, 0)


def bucket_ranges(first_days):
    """Return ``[(first, last), ...]`` in days for ascending ``first_days``.

    ``None`` stands for the open beginning of the lowest bucket and the open end of
    the highest one.
    """
    ends = [day - 1 for day in first_days[1:]] + [None]
    starts = [None] + list(first_days[1:])
    return list(zip(starts, ends, strict=True))
