"""Schedules that were published, each with its address.

The tables of textbooks and of spreadsheets carry fractions of a cent from row to row,
where a schedule that is to be paid rounds each one. Single figures therefore differ by
some cents at most; ``CENTS`` says by how many.
"""

from datetime import date
from decimal import Decimal

from cartera_lib.amortization import Terms, schedule
from cartera_lib.schedule_dates import due_dates

CENTS = 2


def make(amount, count, rate, periodicity="month", **values):
    """Rows for an amount in cents, at a yearly rate."""
    start = date(2026, 1, 15)
    step = {"month": date(2026, 2, 15), "year": date(2027, 1, 15)}[periodicity]
    dates = tuple(due_dates(step, periodicity, count))
    return schedule(
        Terms(
            amount, start, dates, rate=Decimal(rate), periodicity=periodicity, **values
        )
    )


def assert_table(rows, expected, digits=2):
    """Compare ``(interest, principal, balance)`` in units of money."""
    scale = 100 if digits == 2 else 1
    for row, figures in zip(rows, expected, strict=False):
        found = row.interest, row.principal, row.balance
        for one, figure in zip(found, figures, strict=True):
            assert abs(one - Decimal(figure) * scale) <= CENTS, (row, figures)
    assert rows[-1].balance == 0


def test_french_five_years():
    # 42,000 at 8 %: https://www.coursehero.com/file/5919788/CHAPTER-6-11/
    rows = make(4_200_000, 5, "0.08", "year")
    assert {row.payment for row in rows[:-1]} == {1_051_917}
    assert_table(
        rows,
        [
            ("3360.00", "7159.17", "34840.83"),
            ("2787.27", "7731.90", "27108.92"),
            ("2168.71", "8350.46", "18758.47"),
            ("1500.68", "9018.49", "9739.97"),
            ("779.20", "9739.97", "0"),
        ],
    )


def test_german_five_years():
    # The same in equal parts: https://www.coursehero.com/file/5919789/CHAPTER-6-12/
    rows = make(4_200_000, 5, "0.08", "year", method="german")
    assert [row.payment for row in rows] == [
        1_176_000,
        1_108_800,
        1_041_600,
        974_400,
        907_200,
    ]
    assert sum(row.interest for row in rows) == 1_008_000


def test_american_six_months():
    # 20,000,000 at 2.5 % a month, capital at the end:
    # https://es.scribd.com/document/538392719
    rows = make(20_000_000, 6, "0.30", method="american")
    assert [row.payment for row in rows] == [500_000] * 5 + [20_500_000]


def test_french_after_a_down_payment():
    # 5,000,000, a tenth of it down, 30 % a year by the month, in pesos without cents:
    # https://es.scribd.com/document/538392719
    rows = make(5_000_000, 6, "0.30", down_payment=500_000)
    assert rows[0].payment == 500_000
    assert {row.payment for row in rows[1:-1]} == {816_975}


def test_french_at_an_effective_rate():
    # 819,277 at 20 % effective, 84 months: https://ja.scribd.com/document/378934763
    rows = make(81_927_700, 84, "0.20", rate_kind="effective")
    assert {row.payment for row in rows[:-1]} == {1_739_822}
    assert_table(
        rows,
        [
            ("12542.70", "4855.52", "814421.48"),
            ("12468.36", "4929.86", "809491.62"),
            ("12392.89", "5005.33", "804486.28"),
            ("12316.26", "5081.96", "799404.32"),
            ("12238.46", "5159.76", "794244.56"),
            ("12159.46", "5238.76", "789005.80"),
        ],
    )


def test_french_six_months_in_all():
    # 1,000 at 2 % a month; 178.53 each and 71.15 of interest in all:
    # https://www.sapling.com/8703730/calculate-reducing-balance-interest-rate
    rows = make(100_000, 6, "0.24")
    assert {row.payment for row in rows[:-1]} == {17_853}
    assert abs(sum(row.interest for row in rows) - 7_115) <= CENTS
    assert_table(rows, [("20.00", "158.53", "841.47"), ("16.83", "161.70", "679.77")])


def test_french_thirty_years():
    # Interest of 300,000 at 4 %; the payment there is rounded to 1,432 dollars:
    # https://www.calculatorplus.com/30-year-mortgage-amortization-table/
    rows = make(30_000_000, 360, "0.04")
    assert abs(rows[0].payment - 143_200) < 50
    published = ["1000.00", "998.56", "997.12", "995.67", "994.21", "992.75"]
    for row, interest in zip(rows, published, strict=False):
        assert abs(row.interest - 100 * Decimal(interest)) <= CENTS


def test_flat_twelve_months():
    # 120,000 at 10 % a year on the whole sum: https://pastebin.com/XwcQM22Y
    rows = make(12_000_000, 12, "0.10", method="flat")
    assert [row.interest for row in rows] == [100_000] * 12
    assert [row.payment for row in rows] == [1_100_000] * 12
    assert rows[0].balance == 11_000_000


def test_flat_five_years():
    # 100,000 at 10 % flat: 2,500 a month, 50,000 in all:
    # https://calculatorlib.com/acb-flat-vs-reducing-interest-calculator
    flat = make(10_000_000, 60, "0.10", method="flat")
    assert {row.payment for row in flat[:-1]} == {250_000}
    assert sum(row.payment for row in flat) == 15_000_000
    # The same rate on what is owed: 2,124.70 a month, 27,482.27 of interest in all.
    french = make(10_000_000, 60, "0.10")
    assert {row.payment for row in french[:-1]} == {212_470}
    assert abs(sum(row.interest for row in french) - 2_748_227) <= 60


def test_french_two_per_cent_a_month():
    # A = P * i / (1 - (1 + i) ** -n) for 12,000 over twelve months.
    rows = make(1_200_000, 12, "0.24")
    assert {row.payment for row in rows[:-1]} == {113_472}
    assert abs(sum(row.interest for row in rows) - 161_658) <= CENTS
