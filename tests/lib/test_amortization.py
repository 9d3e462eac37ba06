"""Schedules: what holds for all of them, and where none can be made."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from cartera_lib.amortization import (
    GRACE_KINDS,
    METHODS,
    ScheduleError,
    Terms,
    schedule,
)
from cartera_lib.day_count import DAYS_IN_YEAR, year_fraction
from cartera_lib.rates import (
    PERIODS_PER_YEAR,
    effective_annual,
    period_rate,
    rate_of,
)
from cartera_lib.rounding import round_half_up
from cartera_lib.schedule_dates import due_dates
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 1, 31)
AMOUNTS = st.integers(100, 10**11)
MONTHS = tuple(due_dates(date(2026, 2, 28), "month", 12, month_end=True))


def make(principal=1_200_000, count=12, rate="0.24", **values):
    """Terms over the first ``count`` month ends, two per cent a month."""
    return Terms(principal, START, MONTHS[:count], rate=Decimal(rate), **values)


def columns(rows, *names):
    return [tuple(getattr(row, name) for name in names) for row in rows]


# -- examples ------------------------------------------------------------------------


def test_down_payment_comes_first_and_bears_no_interest():
    rows = schedule(make(count=1, down_payment=200_000))
    assert columns(rows, "number", "date", "principal", "interest", "balance") == [
        (0, START, 200_000, 0, 1_000_000),
        (1, MONTHS[0], 1_000_000, 20_000, 0),
    ]


def test_a_later_down_payment():
    later = START + timedelta(5)
    rows = schedule(make(count=1, down_payment=200_000, date_down_payment=later))
    assert [row.date for row in rows] == [later, MONTHS[0]]
    assert rows[1].interest == 20_000


def test_all_of_it_may_be_paid_down():
    [row] = schedule(make(count=0, down_payment=1_200_000))
    assert (row.number, row.principal, row.balance) == (0, 1_200_000, 0)


def test_a_single_payment_may_fall_on_the_first_day():
    terms = Terms(500, START, (START,), rate=Decimal("0.5"), interest_by="days")
    assert columns(schedule(terms), "principal", "interest") == [(500, 0)]


def test_without_interest_the_rest_of_the_division_comes_last():
    rows = schedule(make(100_000, 3, "0"))
    assert [row.payment for row in rows] == [33_333, 33_333, 33_334]


def test_every_instalment_of_a_tiny_debt_has_something():
    rows = schedule(make(18, 12, "0", method="german"))
    assert [row.principal for row in rows] == [2] * 6 + [1] * 6


def test_amounts_as_typed_and_the_rest_at_last():
    rows = schedule(make(100_000, 4, method="custom", amounts=(99_000, 0, 500)))
    assert columns(rows, "principal", "interest") == [
        (99_000, 2_000),
        (0, 20),
        (500, 20),
        (500, 10),
    ]


def test_grace_that_pays_its_interest():
    rows = schedule(make(1_000_000, 4, method="german", grace=2))
    assert columns(rows, "principal", "interest", "balance") == [
        (0, 20_000, 1_000_000),
        (0, 20_000, 1_000_000),
        (500_000, 20_000, 500_000),
        (500_000, 10_000, 0),
    ]


def test_grace_that_capitalises_keeps_interest_apart_from_principal():
    """20,000 and 20,400 join the debt: 1,040,400 is repaid in two halves."""
    rows = schedule(
        make(1_000_000, 4, method="german", grace=2, grace_kind="capitalise")
    )
    assert columns(rows, "principal", "interest", "balance", "capitalised") == [
        (0, 0, 1_000_000, 20_000),
        (0, 0, 1_000_000, 20_400),
        (500_000, 20_200 + 20_808, 500_000, 0),
        (500_000, 20_200 + 10_404, 0, 0),
    ]


def test_grace_that_accrues_bears_no_interest_on_interest():
    rows = schedule(make(1_000_000, 4, method="german", grace=2, grace_kind="accrue"))
    assert columns(rows, "principal", "interest", "capitalised") == [
        (0, 0, 0),
        (0, 0, 0),
        (500_000, 40_000 + 20_000, 0),
        (500_000, 10_000, 0),
    ]


def test_interest_by_the_days_of_the_calendar():
    """28 days of February and 31 of March at 6 % over 365."""
    terms = make(
        1_000_000,
        2,
        "0.06",
        method="american",
        interest_by="days",
        day_count="actual_365",
    )
    assert [row.interest for row in schedule(terms)] == [4_603, 5_096]


def test_moving_a_day_costs_nothing_where_days_before_moving_count():
    moved = (date(2026, 3, 2), date(2026, 3, 31))
    values = {"method": "american", "rate": Decimal("0.06"), "interest_by": "days"}
    values["day_count"] = "actual_365"
    later = schedule(Terms(1_000_000, START, moved, **values))
    agreed = schedule(
        Terms(1_000_000, START, moved, accrual_dates=MONTHS[:2], **values)
    )
    assert [row.interest for row in later] == [4_932, 4_767]
    assert [row.interest for row in agreed] == [4_603, 5_096]
    assert [row.date for row in agreed] == list(moved)


def test_a_long_first_period_never_makes_principal_negative():
    """Two years of interest at 50 % are more than the equal payment."""
    dates = (date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31))
    terms = Terms(
        1_000_000,
        START,
        dates,
        rate=Decimal("2"),
        interest_by="days",
        day_count="actual_365",
    )
    rows = schedule(terms)
    assert rows[0].principal == 0
    assert rows[0].interest == 4_000_000
    assert abs(rows[1].payment - rows[2].payment) <= 1


def test_only_what_bears_interest_costs_any():
    """A quarter of the debt is late interest, on which none is charged."""
    rows = schedule(make(1_000_000, 2, method="german", bearing=750_000))
    assert [row.interest for row in rows] == [15_000, 7_500]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("principal", {"principal": 0}),
        ("down_payment", {"down_payment": -1}),
        ("down_payment", {"down_payment": 1_200_001}),
        ("bearing", {"bearing": 1_200_001}),
        ("rate", {"rate": "-0.01"}),
        ("no_dates", {"count": 0}),
        ("no_dates", {"down_payment": 1_200_000}),
        ("accrual_count", {"accrual_dates": MONTHS[:2]}),
        ("dates", {"accrual_dates": MONTHS[::-1]}),
        ("grace", {"grace": 12}),
        ("grace", {"grace": -1}),
        ("too_small", {"principal": 11}),
        ("custom_grace", {"method": "custom", "grace": 1}),
        ("amounts_count", {"method": "custom", "amounts": (1,)}),
        ("amounts_negative", {"method": "custom", "amounts": (-1,) + (1,) * 10}),
        ("amounts_exceed", {"method": "custom", "amounts": (120_000,) * 11}),
    ],
)
def test_impossible_terms_say_why(code, values):
    if code == "amounts_exceed":
        values = {**values, "principal": 120_000 * 11}
    with pytest.raises(ScheduleError) as caught:
        schedule(make(**values))
    assert caught.value.code == code
    assert caught.value.params


@pytest.mark.parametrize("days", [-1, 28])
def test_a_down_payment_out_of_its_turn_is_refused(days):
    day = START + timedelta(days)
    with pytest.raises(ScheduleError, match="dates"):
        schedule(make(count=1, down_payment=200_000, date_down_payment=day))


@pytest.mark.parametrize(
    ("dates", "down_payment"),
    [
        ((START - timedelta(1),), 0),
        ((START,), 100),
        ((START + timedelta(2), START + timedelta(2)), 0),
        ((START + timedelta(2), START + timedelta(1)), 0),
    ],
)
def test_days_that_do_not_rise_are_refused(dates, down_payment):
    with pytest.raises(ScheduleError, match="dates"):
        schedule(Terms(1_000, START, dates, down_payment=down_payment))


# -- properties ------------------------------------------------------------------------


def vat(interest):
    """16 %, in the payment where payments are equal."""
    return round_half_up(interest * Decimal("0.16"))


@st.composite
def any_terms(draw, methods=METHODS, principals=AMOUNTS, most=2):
    count = draw(st.integers(1, 48))
    periodicity = draw(st.sampled_from(sorted(PERIODS_PER_YEAR)))
    method = draw(st.sampled_from(methods))
    principal = draw(principals)
    down_payment = draw(st.integers(0, principal - count))
    financed = principal - down_payment
    first = START + timedelta(draw(st.integers(1, 400)))
    amounts = ()
    if method == "custom":
        shares = st.integers(0, (financed - 1) // count)
        amounts = tuple(draw(shares) for _n in range(count - 1))
    return Terms(
        principal=principal,
        date_start=START,
        dates=tuple(due_dates(first, periodicity, count)),
        method=method,
        rate=draw(st.decimals(0, most, places=4)),
        rate_kind=draw(st.sampled_from(["nominal", "effective"])),
        periodicity=periodicity,
        down_payment=down_payment,
        interest_by=draw(st.sampled_from(["period", "days"])),
        day_count=draw(st.sampled_from(sorted(DAYS_IN_YEAR))),
        grace=0 if method == "custom" else draw(st.integers(0, count - 1)),
        grace_kind=draw(st.sampled_from(GRACE_KINDS)),
        bearing=draw(st.none() | st.integers(0, principal)),
        amounts=amounts,
        tax=draw(st.sampled_from([None, vat])),
    )


def get_rates(terms):
    if terms.interest_by == "period":
        rate = period_rate(terms.rate, terms.rate_kind, terms.periodicity)
        return [rate] * len(terms.dates)
    return [
        rate_of(terms.rate, terms.rate_kind, year_fraction(*span, terms.day_count))
        for span in pairwise((terms.date_start, *terms.dates))
    ]


@given(any_terms())
def test_principal_is_paid_to_the_last_unit(terms):
    rows = schedule(terms)
    balance = terms.principal
    for row in rows:
        balance -= row.principal
        assert row.balance == balance
        assert row.principal >= 0
        assert row.interest >= 0
    assert balance == 0
    assert rows[-1].principal > 0


@given(any_terms())
def test_rows_are_numbered_and_their_days_rise(terms):
    rows = schedule(terms)
    first = 0 if terms.down_payment else 1
    assert [row.number for row in rows] == list(range(first, len(terms.dates) + 1))
    assert all(before.date < after.date for before, after in pairwise(rows))
    assert [row.date for row in rows if row.number] == list(terms.dates)


@given(any_terms())
def test_what_is_put_off_is_paid_in_the_end(terms):
    """In the grace nothing but its interest is paid, if that."""
    rows = schedule(terms)
    for row in rows:
        in_grace = 0 < row.number <= terms.grace
        assert not (in_grace and row.principal)
        if not (in_grace and terms.grace_kind == "capitalise"):
            assert row.capitalised == 0
        if in_grace and terms.grace_kind != "pay_interest":
            assert row.interest == 0
    assert sum(row.interest for row in rows) >= sum(row.capitalised for row in rows)


@given(any_terms(methods=("french", "german", "american", "custom")))
def test_payments_are_worth_what_was_financed(terms):
    """Discounted at the rate of each period, but for half a unit of rounding each."""
    if terms.grace_kind == "accrue" or terms.bearing is not None:
        return
    worth, factor = Decimal(0), Decimal(1)
    rows = [row for row in schedule(terms) if row.number]
    for row, rate in zip(rows, get_rates(terms), strict=True):
        factor /= 1 + rate
        worth += row.payment * factor
    assert abs(worth - terms.financed) <= len(rows)


@given(any_terms(principals=st.integers(10**8, 10**11), most=1))
def test_flows_yield_the_effective_rate_agreed(terms):
    terms = Terms(
        terms.principal,
        START,
        terms.dates,
        "french",
        terms.rate,
        "effective",
        interest_by="days",
        day_count="actual_365",
    )
    payments = [(row.date, row.payment) for row in schedule(terms)]
    found = effective_annual([(START, -terms.principal), *payments])
    assert abs(found - terms.rate) < Decimal("0.0001")


@given(any_terms(methods=("french",), principals=st.integers(10**6, 10**10), most=1))
def test_french_payments_are_equal(terms):
    terms = Terms(
        terms.principal,
        START,
        terms.dates,
        "french",
        terms.rate,
        terms.rate_kind,
        terms.periodicity,
    )
    *equal, last = [row.payment for row in schedule(terms)]
    assert len(set(equal)) <= 1
    if equal:
        # Half a unit in every payment, and in every interest, grows to the end.
        growth = (1 + get_rates(terms)[0]) ** len(terms.dates)
        assert abs(last - equal[0]) <= len(terms.dates) * growth + 1


@given(any_terms(methods=("german", "flat")))
def test_equal_principal(terms):
    *equal, last = [
        row.principal for row in schedule(terms) if row.number > terms.grace
    ]
    if terms.grace_kind == "capitalise" or terms.financed < len(equal) ** 2:
        return
    assert len(set(equal)) <= 1
    assert abs(last - (equal or [last])[0]) <= len(equal)


@given(any_terms(methods=("flat",)))
def test_flat_interest_is_that_of_the_whole_sum_every_time(terms):
    if terms.grace or terms.bearing is not None or terms.financed < 10**6:
        return
    rows = [row for row in schedule(terms) if row.number]
    whole = terms.financed * sum(get_rates(terms))
    assert abs(sum(row.interest for row in rows) - whole) <= len(rows)
