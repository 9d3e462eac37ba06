"""Rounding, and parts that add up."""

from decimal import Decimal

import pytest
from cartera_lib.rounding import round_half_up, share_out
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.5", 3), ("3.5", 4), ("2.4999", 2), ("-2.5", -3), ("0", 0)],
)
def test_halves_go_away_from_zero(value, expected):
    assert round_half_up(Decimal(value)) == expected


def test_large_amounts_keep_every_digit():
    assert round_half_up(Decimal("123456789012345678.5")) == 123456789012345679


def test_running_totals_are_rounded():
    assert share_out(100, [1, 1, 1]) == [33, 34, 33]
    assert share_out(5, [1, 1]) == [3, 2]


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any),
)
def test_parts_add_up_and_are_off_by_one_at_most(amount, weights):
    parts = share_out(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) <= sum(weights)
        assert part >= 0
