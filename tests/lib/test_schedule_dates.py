"""Days of instalments, by example and by property."""

from datetime import date, timedelta

import pytest
from cartera_lib.schedule_dates import DAYS, MONTHS, due_dates, to_working_days
from hypothesis import given
from hypothesis import strategies as st

DAY = timedelta(days=1)
FIRST = st.dates(date(2020, 1, 1), date(2040, 12, 31))
PERIODICITIES = [*DAYS, *MONTHS, "half_month"]


def as_text(days):
    return " ".join(f"{day:%y%m%d}" for day in days)


@pytest.mark.parametrize(
    ("first", "periodicity", "month_end", "expected"),
    [
        (date(2026, 7, 3), "week", False, "260703 260710 260717"),
        (date(2026, 7, 3), "two_weeks", False, "260703 260717 260731"),
        (date(2026, 1, 31), "month", False, "260131 260228 260331"),
        (date(2028, 1, 30), "month", False, "280130 280229 280330"),
        (date(2026, 2, 28), "month", False, "260228 260328 260428"),
        (date(2026, 2, 28), "month", True, "260228 260331 260430"),
        (date(2026, 2, 10), "month", True, "260228 260331 260430"),
        (date(2026, 12, 31), "two_months", False, "261231 270228 270430"),
        (date(2026, 8, 31), "quarter", False, "260831 261130 270228"),
        (date(2026, 8, 31), "half_year", False, "260831 270228 270831"),
        (date(2028, 2, 29), "year", False, "280229 290228 300228"),
        (date(2026, 1, 10), "half_month", False, "260115 260131 260215"),
        (date(2026, 1, 15), "half_month", False, "260115 260131 260215"),
        (date(2026, 1, 16), "half_month", False, "260131 260215 260228"),
        (date(2026, 12, 31), "half_month", False, "261231 270115 270131"),
    ],
)
def test_due_dates(first, periodicity, month_end, expected):
    assert as_text(due_dates(first, periodicity, 3, month_end)) == expected


def test_another_periodicity_is_refused():
    with pytest.raises(KeyError):
        due_dates(date(2026, 1, 1), "fortnight", 2)


def test_moved_to_the_next_working_day():
    saturday = date(2026, 7, 4)
    moved = to_working_days([saturday], frozenset({saturday + 2 * DAY}))
    assert moved == [saturday + 3 * DAY]


def test_days_never_meet():
    """Two weeks of holidays push two weekly instalments to one day."""
    friday = date(2026, 7, 3)
    holidays = frozenset(friday + n * DAY for n in range(14))
    moved = to_working_days(due_dates(friday, "week", 3), holidays)
    assert as_text(moved) == "260717 260720 260721"


@given(FIRST, st.sampled_from(PERIODICITIES), st.integers(1, 40), st.booleans())
def test_dates_rise_from_the_first_on(first, periodicity, count, month_end):
    days = due_dates(first, periodicity, count, month_end)
    assert len(days) == count
    assert days[0] >= first
    assert all(before < after for before, after in zip(days, days[1:], strict=False))


@given(FIRST, st.sampled_from(sorted(MONTHS)), st.integers(2, 40))
def test_the_day_of_the_month_is_kept_where_there_is_one(first, periodicity, count):
    for day in due_dates(first, periodicity, count):
        last = (day + DAY).day == 1
        assert day.day == first.day or (last and day.day < first.day)


@given(
    FIRST,
    st.sampled_from(PERIODICITIES),
    st.integers(1, 30),
    st.frozensets(st.integers(0, 200), max_size=60),
)
def test_moved_days_are_worked_and_rise(first, periodicity, count, offsets):
    holidays = frozenset(first + n * DAY for n in offsets)
    days = due_dates(first, periodicity, count)
    moved = to_working_days(days, holidays)
    assert all(day.weekday() < 5 and day not in holidays for day in moved)
    assert all(after >= before for before, after in zip(days, moved, strict=True))
    assert all(one < two for one, two in zip(moved, moved[1:], strict=False))
