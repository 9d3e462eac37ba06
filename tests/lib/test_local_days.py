"""Local days in UTC, over the days on which clocks change."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from cartera_lib.local_days import first_moment, stretches
from hypothesis import given
from hypothesis import strategies as st

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
MADRID = ZoneInfo("Europe/Madrid")
SANTIAGO = ZoneInfo("America/Santiago")

# (zone, a day on which its clocks change, hours of that day)
CHANGES = [
    ("Europe/Madrid", date(2026, 3, 29), 23),
    ("Europe/Madrid", date(2026, 10, 25), 25),
    ("America/Tijuana", date(2026, 3, 8), 23),
    ("America/Tijuana", date(2026, 11, 1), 25),
    # At midnight: Santiago skips the first hour of a day, and repeats the last one.
    ("America/Santiago", date(2026, 9, 6), 23),
    ("America/Santiago", date(2026, 4, 4), 25),
    # Havana repeats the first hour of a day, Lord Howe changes by half an hour.
    ("America/Havana", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
]
days_around_changes = st.builds(
    lambda change, days: (ZoneInfo(change[0]), change[1] + timedelta(days=days)),
    st.sampled_from(CHANGES),
    st.integers(-2, 2),
)


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_length_of_a_day_on_which_clocks_change(zone, day, hours):
    parts = stretches(day, ZoneInfo(zone))
    assert len(parts) == 2 or zone == "America/Santiago"
    assert parts[-1][1] - parts[0][0] == timedelta(hours=hours)


@given(days_around_changes)
def test_stretches_hold_the_moments_of_their_day_and_no_others(place):
    zone, day = place
    parts = stretches(day, zone)
    for first, end, offset in parts:
        for moment in (first, first + MINUTE, end - MINUTE):
            local = moment.astimezone(zone)
            assert (local.date(), local.utcoffset()) == (day, offset)
    first, end = parts[0][0], parts[-1][1]
    assert (first - MINUTE).astimezone(zone).date() < day
    assert end.astimezone(zone).date() > day
    assert all(one[1] == other[0] for one, other in zip(parts, parts[1:], strict=False))


def first_local(day, hours, zone, not_before=datetime(2026, 1, 1, tzinfo=UTC)):
    moment = first_moment(day, hours, zone, not_before)
    return moment and moment.astimezone(zone).isoformat()


def test_hours_of_an_ordinary_day():
    assert first_local(date(2026, 6, 30), [(480, 720)], MADRID) == (
        "2026-06-30T08:00:00+02:00"
    )


def test_the_earliest_of_several_hours():
    assert first_local(date(2026, 6, 30), [(900, 1000), (480, 720)], MADRID) == (
        "2026-06-30T08:00:00+02:00"
    )


def test_hours_that_have_passed():
    noon = datetime(2026, 6, 30, 12, 0, tzinfo=MADRID)
    day = date(2026, 6, 30)
    assert first_local(day, [(480, 720)], MADRID, noon) is None
    assert first_local(day, [(480, 721)], MADRID, noon) == "2026-06-30T12:00:00+02:00"


def test_hours_that_the_clock_skips_have_no_moment():
    assert first_local(date(2026, 3, 29), [(120, 180)], MADRID) is None
    assert first_local(date(2026, 9, 6), [(0, 60)], SANTIAGO) is None


def test_hours_that_begin_while_the_clock_skips():
    assert first_local(date(2026, 3, 29), [(150, 240)], MADRID) == (
        "2026-03-29T03:00:00+02:00"
    )


def test_hours_that_the_clock_repeats_come_twice():
    day, hours = date(2026, 10, 25), [(120, 150)]
    assert first_local(day, hours, MADRID) == "2026-10-25T02:00:00+02:00"
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45 for the first time
    assert first_local(day, hours, MADRID, between) == "2026-10-25T02:00:00+01:00"
    past = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time
    assert first_local(day, hours, MADRID, past) is None
