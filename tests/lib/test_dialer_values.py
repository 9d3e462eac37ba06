from datetime import datetime, timedelta, timezone

import pytest
from cartera_lib.dialer_values import read_amount, read_moment

UTC = timezone.utc
LIMA = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-30T15:04:05Z", datetime(2026, 6, 30, 15, 4, 5, tzinfo=UTC)),
        ("2026-06-30T15:04:05z", datetime(2026, 6, 30, 15, 4, 5, tzinfo=UTC)),
        ("2026-06-30T10:04:05-05:00", datetime(2026, 6, 30, 10, 4, 5, tzinfo=LIMA)),
        ("2026-06-30 15:04:05", datetime(2026, 6, 30, 15, 4, 5)),
        ("2026-06-30", datetime(2026, 6, 30)),
    ],
)
def test_moments(text, moment):
    assert read_moment(text) == moment
    assert read_moment(text).tzinfo == moment.tzinfo


@pytest.mark.parametrize("value", ["", "Z", "yesterday", "30/06/2026", None, 5, ["x"]])
def test_no_moments(value):
    with pytest.raises(ValueError):
        read_moment(value)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", 12),
        ("12.5", 12.5),
        ("12,50", 12.5),
        ("12500", 12500),
        ("0,1234", 0.1234),
        ("-3", -3),
    ],
)
def test_amounts(text, amount):
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "12,500",
        "12.500",
        "1,250.00",
        "1.250,00",
        "1 250",
        "1_250",
        "nan",
        "inf",
        "",
        "x",
    ]
    + ["1e400", "$5"],
)
def test_no_amounts(text):
    with pytest.raises(ValueError):
        read_amount(text)
