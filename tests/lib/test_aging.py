"""Ages, buckets, and what a list of first days must be to serve as a policy."""

from datetime import date, timedelta

import pytest
from cartera_lib import aging
from hypothesis import given
from hypothesis import strategies as st

STANDARD = [0, 1, 31, 61, 91, 121, 181, 361]

days = st.integers(min_value=-3000, max_value=3000)
dates = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
ascending_days = st.lists(days, min_size=1, max_size=12, unique=True).map(sorted)
not_due_days = st.lists(
    st.integers(min_value=-400, max_value=0), min_size=1, max_size=4, unique=True
)
later_days = st.lists(st.integers(min_value=2, max_value=2000), max_size=8, unique=True)
sound_policies = st.builds(
    lambda before, after: [*before, 1, *after], not_due_days, later_days
)


# -- age --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "as_of", "age"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), 0),
        (date(2026, 6, 29), date(2026, 6, 30), 1),
        (date(2026, 7, 1), date(2026, 6, 30), -1),
        (date(2024, 2, 28), date(2024, 3, 1), 2),
        (date(2025, 6, 30), date(2026, 6, 30), 365),
    ],
)
def test_age_counts_calendar_days(base, as_of, age):
    assert aging.age_in_days(base, as_of) == age


@given(dates, days)
def test_age_is_what_was_added_to_the_base(base, age):
    assert aging.age_in_days(base, base + timedelta(days=age)) == age


# -- what a policy must be --------------------------------------------------------


@given(sound_policies)
def test_sound_policies_pass_in_any_order(first_days):
    aging.check_first_days(first_days)
    aging.check_first_days(first_days[::-1])


@pytest.mark.parametrize("split", [True, False])
def test_no_bucket_is_refused(split):
    with pytest.raises(aging.AgingError) as error:
        aging.check_first_days([], split_at_due_date=split)
    assert (error.value.code, error.value.day) == ("empty", None)


@pytest.mark.parametrize("split", [True, False])
@given(policy=sound_policies, data=st.data())
def test_two_buckets_from_one_day_are_refused(split, policy, data):
    day = data.draw(st.sampled_from(policy))
    with pytest.raises(aging.AgingError) as error:
        aging.check_first_days([*policy, day], split_at_due_date=split)
    assert (error.value.code, error.value.day) == ("duplicate", day)


@given(not_due_days, later_days)
def test_a_bucket_over_both_sides_of_the_due_date_is_refused(before, after):
    with pytest.raises(aging.AgingError) as error:
        aging.check_first_days(before + after)
    assert (error.value.code, error.value.day) == ("no_overdue_start", 1)


@given(later_days)
def test_overdue_buckets_alone_are_refused(after):
    with pytest.raises(aging.AgingError, match="no_overdue_start"):
        aging.check_first_days([1, *after])


@given(ascending_days)
def test_ages_from_another_date_may_start_on_any_day(first_days):
    aging.check_first_days(first_days, split_at_due_date=False)


# -- which bucket -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "first_day"),
    [
        (-500, 0),
        (-1, 0),
        (0, 0),
        (1, 1),
        (30, 1),
        (31, 31),
        (60, 31),
        (61, 61),
        (180, 121),
        (181, 181),
        (360, 181),
        (361, 361),
        (9999, 361),
    ],
)
def test_standard_buckets(age, first_day):
    assert STANDARD[aging.bucket_index(age, STANDARD)] == first_day


@given(days, ascending_days)
def test_each_age_falls_in_one_bucket_and_in_its_range(age, first_days):
    holding = [
        index
        for index, (first, last) in enumerate(aging.bucket_ranges(first_days))
        if (first is None or age >= first) and (last is None or age <= last)
    ]
    assert holding == [aging.bucket_index(age, first_days)]


@given(days, days, ascending_days)
def test_an_older_debt_is_never_in_a_younger_bucket(one, other, first_days):
    younger, older = sorted((one, other))
    assert aging.bucket_index(younger, first_days) <= aging.bucket_index(
        older, first_days
    )


@given(sound_policies, days)
def test_no_bucket_of_a_sound_policy_mixes_due_and_not_due(policy, age):
    first_days = sorted(policy)
    index = aging.bucket_index(age, first_days)
    overdue = age >= aging.FIRST_DAY_OVERDUE
    assert overdue == (first_days[index] >= aging.FIRST_DAY_OVERDUE)


# -- ranges -----------------------------------------------------------------------


def test_ranges_of_the_standard_buckets():
    assert aging.bucket_ranges(STANDARD) == [
        (None, 0),
        (1, 30),
        (31, 60),
        (61, 90),
        (91, 120),
        (121, 180),
        (181, 360),
        (361, None),
    ]


def test_a_single_bucket_holds_every_age():
    assert aging.bucket_ranges([1]) == [(None, None)]


@given(ascending_days)
def test_ranges_have_neither_gap_nor_overlap(first_days):
    ranges = aging.bucket_ranges(first_days)
    assert len(ranges) == len(first_days)
    assert ranges[0][0] is None
    assert ranges[-1][1] is None
    for (_first, last), (following, _last) in zip(ranges, ranges[1:], strict=False):
        assert following == last + 1
