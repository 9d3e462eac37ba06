"""Money to indexed units and back."""

from decimal import Decimal

from cartera_lib.indexed_units import SCALE, from_units, to_units
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.decimals(1, 10**7, places=6)
# UDI of 1 December 2023, and of 26 November 2024, in cents.
BEFORE, AFTER = Decimal("794.469"), Decimal("830.9591")


def test_a_debt_grows_with_the_index():
    units = to_units(1_000_000, BEFORE)
    assert units == 12_587_024
    assert from_units(units, BEFORE) == 1_000_000
    assert from_units(units, AFTER) == 1_045_930


def test_halves_go_up():
    assert to_units(1, Decimal(20_000)) == 1
    assert from_units(5_000, Decimal(3)) == 2


@given(st.integers(0, 10**12), VALUES)
def test_money_comes_back_but_for_rounding(amount, value):
    # Half a part of a unit is lost at most, and half a cent.
    lost = abs(from_units(to_units(amount, value), value) - amount)
    assert lost <= value / SCALE / 2 + Decimal("0.5")
