"""Day counts, against published figures and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cartera_lib.day_count import DAYS_IN_YEAR, days, year_fraction
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "thirty", "actual"),
    [
        # http://fit.c2.com/Release/Classes/Demo/test.html
        (date(2003, 2, 15), date(2003, 3, 15), 30, 28),
        (date(2003, 2, 15), date(2003, 3, 16), 31, 29),
        # Both ends on the 31st, and the end of February.
        (date(2026, 1, 31), date(2026, 3, 31), 60, 59),
        (date(2026, 1, 31), date(2026, 2, 28), 28, 28),
        (date(2026, 2, 28), date(2026, 3, 31), 32, 31),
        (date(2028, 2, 29), date(2029, 2, 28), 359, 365),
        (date(2026, 3, 2), date(2026, 3, 1), -1, -1),
    ],
)
def test_days(start, end, thirty, actual):
    assert days(start, end, "30_360") == thirty
    assert days(start, end, "actual_365") == actual
    assert days(start, end, "actual_360") == actual


@pytest.mark.parametrize(
    ("start", "end", "fraction"),
    [
        # "Actual360 day count convention": https://value.finrmsoft.com/
        # 076815db0377ef831ef6b29ede5d21c510d78d39ef0e91a9ed67269b928dee32.html
        (date(2006, 8, 20), date(2007, 2, 20), "0.511111111"),
        (date(2007, 2, 20), date(2007, 8, 20), "0.502777778"),
        (date(2008, 2, 20), date(2008, 8, 20), "0.505555556"),
        (date(2006, 2, 28), date(2006, 8, 31), "0.511111111"),
    ],
)
def test_published_fractions_of_a_year(start, end, fraction):
    assert round(year_fraction(start, end, "actual_360"), 9) == Decimal(fraction)


def test_another_basis_is_refused():
    with pytest.raises(KeyError):
        days(date(2026, 1, 1), date(2026, 2, 1), "actual_actual")


@given(DAYS, DAYS, DAYS, st.sampled_from(sorted(DAYS_IN_YEAR)))
def test_spans_add_up(first, second, third, basis):
    whole = days(first, third, basis)
    assert days(first, second, basis) + days(second, third, basis) == whole


@given(DAYS, st.integers(0, 400))
def test_thirty_days_a_month_stay_near_the_calendar(start, count):
    found = days(start, start + timedelta(count), "30_360")
    assert 0 <= found
    assert abs(found - count) <= 7


@given(DAYS)
def test_a_year_of_twelve_months_is_a_year(start):
    end = date(start.year + 1, 1, 1)
    assert year_fraction(date(start.year, 1, 1), end, "30_360") == 1
