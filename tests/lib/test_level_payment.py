"""Equal payments with the taxes on their interest (pago fijo con IVA)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cartera_lib.amortization import Terms, schedule
from cartera_lib.level_payment import level_rows
from cartera_lib.rates import effective_annual
from cartera_lib.rounding import round_half_up
from cartera_lib.schedule_dates import due_dates
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 1, 31)
TWO_PER_CENT = [Decimal("0.02")] * 12


def taxed(percent, fee=0):
    """The taxes on an instalment, as one invoice of interest and fee rounds them."""
    share = Decimal(percent) / 100
    return lambda interest: round_half_up((interest + fee) * share)


def totals(rows, tax):
    return [principal + interest + tax(interest) for principal, interest in rows]


# -- examples ------------------------------------------------------------------------


def test_a_year_at_two_per_cent_with_sixteen_of_vat():
    """12,000 by A = P * j / (1 - (1 + j) ** -12), j = 2.32 %: 1,157.13 a month.

    Principal, interest, VAT and balance were reckoned apart, without rounding on the
    way, so that figures differ by a cent here and there.
    """
    tax, balance = taxed(16), 1_200_000
    rows = level_rows(1_200_000, 0, TWO_PER_CENT, tax)
    assert set(totals(rows, tax)[:-1]) == {115_713}
    assert abs(totals(rows, tax)[-1] - 115_713) <= 6
    expected = [
        ("878.73", "240.00", "38.40", "11121.27"),
        ("899.12", "222.43", "35.59", "10222.15"),
        ("919.98", "204.44", "32.71", "9302.17"),
        ("941.32", "186.04", "29.77", "8360.85"),
        ("963.16", "167.22", "26.75", "7397.69"),
        ("985.51", "147.95", "23.67", "6412.18"),
        ("1008.37", "128.24", "20.52", "5403.81"),
        ("1031.76", "108.08", "17.29", "4372.04"),
        ("1055.70", "87.44", "13.99", "3316.34"),
        ("1080.19", "66.33", "10.61", "2236.15"),
        ("1105.25", "44.72", "7.16", "1130.90"),
        ("1130.90", "22.62", "3.62", "0.00"),
    ]
    for (principal, interest), figures in zip(rows, expected, strict=True):
        balance -= principal
        found = principal, interest, tax(interest), balance
        for one, figure in zip(found, figures, strict=True):
            assert abs(one - 100 * Decimal(figure)) <= 3, figures
    assert balance == 0


def test_without_taxes_payments_are_as_ever():
    """A = P * i / (1 - (1 + i) ** -12): 1,134.72 a month."""
    without = level_rows(1_200_000, 0, TWO_PER_CENT)
    assert {sum(row) for row in without[:-1]} == {113_472}
    assert level_rows(1_200_000, 0, TWO_PER_CENT, taxed(0)) == without


def test_a_fee_and_its_tax_are_in_every_payment():
    """5.00 of fee pay 0.80 of tax: instalments stay as equal as they were."""
    tax = taxed(16, fee=500)
    rows = level_rows(1_200_000, 0, TWO_PER_CENT, tax)
    assert set(totals(rows, tax)[:-1]) == {115_713 + 80}


def test_capitalised_interest_is_taxed_when_it_is_paid():
    """1,000 and 20 capitalised, in two: 20/1,020 of what is paid back is interest too.

    g = 1 + 0.16 * 20 / 1,020 = 1.003137; the usual payment at 0.0232 / g is 527.76, and
    g times that 529.42. Its first interest is 20.40 and 9.89 paid back, with 4.85 of
    VAT; its last one 10.32 and 10.11, with 3.27.
    """
    tax = taxed(16)
    rows = level_rows(100_000, 2_000, TWO_PER_CENT[:2], tax)
    assert rows == [(49_428, 2_040 + 989), (50_572, 1_032 + 1_011)]
    assert totals(rows, tax) == [52_942, 52_942]


def test_a_long_first_period_leaves_equal_payments_after_it():
    tax = taxed(16)
    rates = [Decimal("4"), Decimal("0.02"), Decimal("0.02"), Decimal("0.02")]
    first, *rest = level_rows(1_000_000, 0, rates, tax)
    assert first == (0, 4_000_000)
    equal = totals(rest, tax)
    assert equal[0] == equal[1]
    assert abs(equal[2] - equal[0]) <= 3


# -- properties ------------------------------------------------------------------------

PERCENTS = st.sampled_from(["0", "4", "8", "10.5", "16", "19", "21"])
RATES = st.lists(st.decimals(0, "0.1", places=6), min_size=1, max_size=48)


@given(
    debt=st.integers(10**5, 10**11),
    put_off=st.just(0) | st.integers(1, 10**5),
    rates=RATES,
    percent=PERCENTS,
    fee=st.sampled_from([0, 777]),
)
def test_all_is_paid_and_totals_are_equal_to_the_unit(
    debt, put_off, rates, percent, fee
):
    tax = taxed(percent, fee)
    rows = level_rows(debt, put_off, rates, tax)
    assert sum(principal for principal, _interest in rows) == debt
    assert all(principal >= 0 and interest >= 0 for principal, interest in rows)
    owed, charged = debt + put_off, 0
    for (principal, interest), rate in zip(rows, rates, strict=True):
        due = round_half_up(owed * rate)
        assert interest >= due
        owed -= principal + interest - due
        charged += due
    assert owed == 0
    assert sum(interest for _principal, interest in rows) == charged + put_off
    *equal, _last = totals(rows, tax)
    # Where a period cost more than the equal payment, it was reckoned anew.
    bare = [number for number, row in enumerate(rows, 1) if not row[0]]
    assert len(set(equal[max(bare, default=0) :])) <= 1


@given(
    debt=st.integers(10**6, 10**10),
    put_off=st.just(0) | st.integers(1, 10**6),
    rate=st.decimals(0, "0.05", places=6),
    count=st.integers(2, 48),
    percent=PERCENTS,
)
def test_the_last_one_takes_but_what_rounding_leaves(
    debt, put_off, rate, count, percent
):
    tax = taxed(percent)
    *equal, last = totals(level_rows(debt, put_off, [rate] * count, tax), tax)
    # Half a unit of payment, interest and taxes of every row grows to the end.
    growth = (1 + rate * (1 + Decimal(percent) / 100)) ** count
    assert abs(last - equal[0]) <= 2 * count * growth + 1


@given(
    principal=st.integers(10**8, 10**11),
    rate=st.decimals(0, 1, places=4),
    count=st.integers(1, 36),
    percent=PERCENTS,
)
def test_taxes_leave_the_effective_rate_as_agreed(principal, rate, count, percent):
    """What the creditor keeps yields the rate, and so does what the cap looks at."""
    terms = Terms(
        principal,
        START,
        tuple(due_dates(date(2026, 2, 28), "month", count, month_end=True)),
        rate=rate,
        rate_kind="effective",
        interest_by="days",
        day_count="actual_365",
    )
    for case in (terms, replace(terms, tax=taxed(percent))):
        payments = [(row.date, row.payment) for row in schedule(case)]
        found = effective_annual([(START, -principal), *payments])
        assert abs(found - rate) < Decimal("0.0001")


@given(
    principal=st.integers(10**6, 10**10),
    rate=st.decimals("0.01", 1, places=4),
    count=st.integers(2, 24),
    grace=st.integers(0, 3),
    kind=st.sampled_from(["pay_interest", "capitalise", "accrue"]),
    percent=PERCENTS,
)
def test_totals_are_equal_after_any_grace(principal, rate, count, grace, kind, percent):
    tax = taxed(percent)
    terms = Terms(
        principal,
        START,
        tuple(due_dates(date(2026, 2, 28), "month", count + grace, month_end=True)),
        rate=rate,
        grace=grace,
        grace_kind=kind,
        tax=tax,
    )
    rows = schedule(terms)[grace:]
    # What was put off without interest on it is all in the first one.
    rows = rows[kind == "accrue" : -1]
    assert len({row.payment + tax(row.interest) for row in rows}) <= 1
