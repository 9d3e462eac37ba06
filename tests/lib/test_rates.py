"""Rates: each way of stating one leads back, and published examples come out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cartera_lib.rates import (
    PERIODS_PER_YEAR,
    effective_annual,
    effective_from_nominal,
    nominal_from_effective,
    period_rate,
    present_value,
    rate_of,
)
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 1, 31)
RATES = st.decimals(0, 2, places=4)


def close(found, expected, places=10):
    return abs(found - Decimal(expected)) < Decimal(10) ** -places


# -- examples ------------------------------------------------------------------------


def test_nominal_by_month_to_effective():
    # 1 % a month is 12.6825 % a year.
    assert close(effective_from_nominal(Decimal("0.12"), 12), "0.126825", 7)


def test_effective_of_colombia_to_nominal_and_to_days():
    # A published ceiling of 25.02 % a year, over 45 days on a million.
    rate = Decimal("0.2502")
    assert close(nominal_from_effective(rate, 12), "0.22539", 5)
    interest = 1_000_000 * rate_of(rate, "effective", Decimal(45) / 365)
    assert close(interest, "27913.04", 2)


def test_simple_interest_over_days():
    # 6 % a year on 10,000 for 45 days: article 362 of Mexico's Código de Comercio.
    assert close(
        10_000 * rate_of(Decimal("0.06"), "nominal", Decimal(45) / 365), "73.97", 2
    )
    assert 10_000 * rate_of(Decimal("0.06"), "nominal", Decimal(45) / 360) == 75


def test_period_of_an_effective_rate():
    # 20 % a year is 1.5309 % a month: https://ja.scribd.com/document/378934763
    assert close(period_rate(Decimal("0.2"), "effective", "month"), "0.015309", 6)


def test_flat_rate_costs_far_more_than_it_says():
    # 2 % a month on the whole sum for a year is 3.48 % a month on what is still owed.
    flows = [(START, -12_000)]
    flows += [(START + timedelta(round(n * 365 / 12)), 1_240) for n in range(1, 13)]
    assert close(effective_annual(flows), "0.5067", 2)


def test_irregular_payments_like_the_spreadsheets():
    # Example of https://support.microsoft.com/zh-cn/excel/functions/xirr-function
    flows = [
        (date(2008, 1, 1), -10_000),
        (date(2008, 3, 1), 2_750),
        (date(2008, 10, 30), 4_250),
        (date(2009, 2, 15), 3_250),
        (date(2009, 4, 1), 2_750),
    ]
    assert close(effective_annual(flows), "0.373362535", 7)


@pytest.mark.parametrize(
    "flows",
    [
        [],
        [(START, -100)],
        [(START, 100), (START + timedelta(30), 100)],
        [(START, -100), (START, 90)],
        # Doubled in a day: beyond a million-fold in a year.
        [(START, -100), (START + timedelta(1), 200)],
    ],
)
def test_no_rate(flows):
    assert effective_annual(flows) is None


def test_a_loss_has_a_negative_rate():
    flows = [(START, -100), (START + timedelta(365), 50)]
    assert effective_annual(flows) == Decimal("-0.5")


def test_nothing_gained_is_a_rate_of_zero():
    assert effective_annual([(START, -100), (START + timedelta(90), 100)]) == 0


def test_present_value_before_and_after():
    flows = [(START + timedelta(365), 11_000)]
    assert present_value(flows, Decimal("0.1"), START) == 10_000
    assert present_value(flows, Decimal("0.1"), START + timedelta(730)) == 12_100


# -- properties ------------------------------------------------------------------------


@given(RATES, st.sampled_from(sorted(PERIODS_PER_YEAR.values())))
def test_effective_and_nominal_are_inverse(rate, periods):
    nominal = nominal_from_effective(rate, periods)
    assert close(effective_from_nominal(nominal, periods), rate)
    assert nominal <= rate


@given(RATES, st.sampled_from(sorted(PERIODS_PER_YEAR)))
def test_a_year_of_periods_is_the_yearly_rate(rate, periodicity):
    periods = PERIODS_PER_YEAR[periodicity]
    assert close(period_rate(rate, "nominal", periodicity) * periods, rate)
    compounded = (1 + period_rate(rate, "effective", periodicity)) ** periods - 1
    assert close(compounded, rate)


@given(st.decimals(0, "0.2", places=4), st.integers(1, 120))
def test_flat_payments_are_worth_what_was_lent(rate, count):
    payment = (1 + rate * count) / count
    days = [START + timedelta(30 * n) for n in range(1, count + 1)]
    effective = effective_annual([(START, -1), *((day, payment) for day in days)])
    worth = sum(
        payment / (1 + effective) ** (Decimal((day - START).days) / 365) for day in days
    )
    assert close(worth, 1, 5)
    monthly = rate_of(effective, "effective", Decimal(30) / 365)
    assert monthly >= rate if count > 1 else close(monthly, rate, 8)
