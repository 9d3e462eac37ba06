"""Days and hours of a time zone as moments in UTC, whatever daylight saving does.

A local day is cut into *stretches* of one UTC offset each: nearly always one, two on
the day the clocks change. Within a stretch the wall clock runs evenly, so that hours
that the clock skips have no moment, and hours that it repeats have two.
"""

from datetime import datetime, time, timedelta, timezone
from functools import lru_cache

UTC = timezone.utc
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def local_date(moment, zone):
    """The date of an aware moment by the clock of a time zone."""
    return moment.astimezone(zone).date()


@lru_cache(maxsize=4096)
def stretches(day, zone):
    """The stretches of a local day.

    :param zone: a :class:`~datetime.tzinfo`
    :return: ``[(first, end, offset), ...]``: aware UTC moments, ``end`` exclusive, and
        the offset of the wall clock from UTC
    """
    # Of a midnight that comes twice the first one is meant; of one that is skipped,
    # this gives the moment of the change.
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    end = datetime.combine(day + DAY, time.min, zone).astimezone(UTC)
    before, after = _offset(first, zone), _offset(end - MINUTE, zone)
    if before == after:
        return [(first, end, before)]
    change = _find_change(first, end, before, zone)
    return [(first, change, before), (change, end, after)]


def first_moment(day, hours, zone, not_before):
    """The first moment of a local day at which the wall clock is within the hours.

    :param hours: ``[(from, to), ...]`` in minutes after midnight, ``to`` exclusive
    :param not_before: aware moment
    :return: aware UTC moment, or None when the day has none
    """
    midnight = datetime.combine(day, time.min, UTC)
    moments = []
    for first, end, offset in stretches(day, zone):
        for start, stop in hours:
            opens = max(first, not_before, midnight + start * MINUTE - offset)
            if opens < min(end, midnight + stop * MINUTE - offset):
                moments.append(opens)
    return min(moments, default=None)


def last_moment(day, hours, zone, moment):
    """The end of the hours of a local day that are open at a moment of that day.

    :param hours: as in :func:`first_moment`
    :param moment: aware moment
    :return: aware UTC moment, exclusive; the moment given when none are open
    """
    midnight = datetime.combine(day, time.min, UTC)
    spans = sorted(
        (
            max(first, midnight + start * MINUTE - offset),
            min(end, midnight + stop * MINUTE - offset),
        )
        for first, end, offset in stretches(day, zone)
        for start, stop in hours
    )
    last = moment
    for opens, closes in spans:
        if opens <= last < closes:
            last = closes
    return last


def _offset(moment, zone):
    return moment.astimezone(zone).utcoffset()


def _find_change(first, end, before, zone):
    """The minute in which the offset stops being ``before``."""
    low, high = 0, int((end - first) / MINUTE)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(first + middle * MINUTE, zone) == before:
            low = middle
        else:
            high = middle
    return first + high * MINUTE
