"""Working days: weekends and holidays do not count."""

from datetime import date, timedelta

import pytest
from cartera_lib.working_days import add_working_days
from hypothesis import given
from hypothesis import strategies as st

FRIDAY = date(2026, 7, 3)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "count", "holidays", "expected"),
    [
        (FRIDAY, 0, (), FRIDAY),
        (FRIDAY, 1, (), FRIDAY + 3 * DAY),
        (FRIDAY, 5, (), FRIDAY + 7 * DAY),
        (FRIDAY + DAY, 0, (), FRIDAY + 3 * DAY),
        (FRIDAY + DAY, 1, (), FRIDAY + 4 * DAY),
        (FRIDAY, 0, (FRIDAY,), FRIDAY + 3 * DAY),
        (FRIDAY, 1, (FRIDAY + 3 * DAY,), FRIDAY + 4 * DAY),
    ],
)
def test_examples(day, count, holidays, expected):
    assert add_working_days(day, count, frozenset(holidays)) == expected


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 30),
    st.frozensets(st.integers(0, 60), max_size=10),
)
def test_counts_the_days_on_which_people_work(day, count, offsets):
    holidays = frozenset(day + n * DAY for n in offsets)
    found = add_working_days(day, count, holidays)

    def works(one):
        return one.weekday() < 5 and one not in holidays

    assert works(found)
    between = [day + n * DAY for n in range((found - day).days + 1)]
    first = add_working_days(day, 0, holidays)
    assert sum(works(one) for one in between if one > first) == count
