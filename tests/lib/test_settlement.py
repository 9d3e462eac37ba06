"""What is waived of which component and of which item."""

from decimal import Decimal

import pytest
from cartera_lib.settlement import (
    ORDER,
    SettlementError,
    settle,
    spread,
    waive_items,
    waive_percents,
    waive_total,
)
from hypothesis import given
from hypothesis import strategies as st

DEBT = {"fee": 5_000, "interest": 20_000, "capital": 100_000}


def test_charges_are_waived_before_capital():
    assert waive_total(4_000, DEBT) == {"fee": 4_000, "interest": 0, "capital": 0}
    assert waive_total(30_000, DEBT) == {
        "fee": 5_000,
        "interest": 20_000,
        "capital": 5_000,
    }


def test_another_order():
    waived = waive_total(30_000, DEBT, order=("interest", "fee", "capital"))
    assert waived == {"fee": 5_000, "interest": 20_000, "capital": 5_000}
    assert waive_total(1, DEBT, order=("capital",))["capital"] == 1


@pytest.mark.parametrize("quita", [125_001, -1])
def test_no_more_than_all_of_it_is_waived(quita):
    with pytest.raises(SettlementError) as caught:
        waive_total(quita, DEBT)
    assert (caught.value.amount, caught.value.most) == (quita, 125_000)


def test_percents_of_components():
    percents = {"fee": Decimal(1), "interest": Decimal("0.333")}
    assert waive_percents(DEBT, percents) == {
        "fee": 5_000,
        "interest": 6_660,
        "capital": 0,
    }


def test_cents_left_over_go_to_the_largest():
    assert spread(100, [("a", 100), ("b", 101), ("c", 100)]) == {
        "a": 33,
        "b": 34,
        "c": 33,
    }


def test_cents_left_over_never_exceed_an_item():
    assert spread(2, [("a", 1), ("b", 1), ("c", 1)]) == {"a": 1, "b": 1, "c": 0}


def test_nothing_open_bears_nothing():
    assert spread(0, [("a", 0)]) == {"a": 0}
    with pytest.raises(SettlementError):
        spread(1, [("a", 0)])


def test_a_payment_settles_items_by_component():
    """Of 1,500.00, 1,200.00 settle: fees, all the interest, and 50.00 of capital."""
    items = [
        ("invoice 1", {"capital": 80_000}),
        ("invoice 2", {"capital": 45_000}),
        ("interest", {"interest": 20_000}),
        ("fee", {"fee": 5_000}),
    ]
    waived = settle(120_000, items)
    assert waived["fee"]["fee"] == 5_000
    assert waived["interest"]["interest"] == 20_000
    assert waived["invoice 1"] == {"fee": 0, "interest": 0, "capital": 3_200}
    assert waived["invoice 2"] == {"fee": 0, "interest": 0, "capital": 1_800}


@pytest.mark.parametrize("payment", [-1, 101])
def test_a_payment_of_more_than_the_debt_settles_nothing(payment):
    with pytest.raises(SettlementError):
        settle(payment, [("a", {"capital": 100})])


AMOUNTS = st.integers(0, 10**9)
ITEMS = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(ORDER, AMOUNTS)), max_size=12
).map(lambda parts: list(enumerate(parts)))


@given(st.lists(AMOUNTS, max_size=12), st.data())
def test_spread_adds_up_within_what_is_open(amounts, data):
    items = list(enumerate(amounts))
    amount = data.draw(st.integers(0, sum(amounts)))
    parts = spread(amount, items)
    assert sum(parts.values()) == amount
    largest = max(amounts, default=0)
    for key, owed in items:
        assert 0 <= parts[key] <= owed
        share = amount * owed // sum(amounts) if owed else 0
        assert share <= parts[key]
        if owed < largest and amount < sum(amounts) // 2 and largest > 100:
            assert parts[key] == share


@given(ITEMS, st.data())
def test_what_is_paid_and_what_is_waived_are_the_debt(items, data):
    total = sum(sum(parts.values()) for _key, parts in items)
    payment = data.draw(st.integers(0, total))
    waived = settle(payment, items)
    assert sum(sum(parts.values()) for parts in waived.values()) == total - payment
    for key, parts in items:
        for component in ORDER:
            assert 0 <= waived[key][component] <= parts.get(component, 0)


@given(ITEMS, st.data())
def test_capital_is_waived_only_when_charges_are_gone(items, data):
    owed = {name: sum(parts.get(name, 0) for _k, parts in items) for name in ORDER}
    quita = data.draw(st.integers(0, sum(owed.values())))
    waived = waive_total(quita, owed)
    assert sum(waived.values()) == quita
    if waived["capital"]:
        assert waived["interest"] == owed["interest"]
    if waived["interest"]:
        assert waived["fee"] == owed["fee"]
    by_item = waive_items(waived, items)
    for name in ORDER:
        assert sum(parts[name] for parts in by_item.values()) == waived[name]
