"""How instruments are spread over instalments, and what becomes of cheques."""

from decimal import Decimal

import pytest
from cartera_lib.coverage import Instrument, Passing, cover, get_cheque_state
from hypothesis import given
from hypothesis import strategies as st

PARTS = [("a", 100), ("b", 100), ("c", 50)]


def test_without_instruments_nothing_is_covered():
    assert cover(PARTS, []) == {"a": 0, "b": 0, "c": 0}


def test_the_earliest_comes_first():
    assert cover(PARTS, [Instrument(150)]) == {"a": 100, "b": 50, "c": 0}


def test_those_for_certain_instalments_go_before_those_for_all():
    found = cover(PARTS, [Instrument(100), Instrument(100, frozenset("a"))])
    assert found == {"a": 100, "b": 100, "c": 0}


def test_what_an_instalment_does_not_need_is_not_for_others():
    assert cover(PARTS, [Instrument(300, frozenset("c"))])["a"] == 0


def test_one_without_amount_answers_for_all_of_its_instalments():
    found = cover(PARTS, [Instrument(None, frozenset("bc"))])
    assert found == {"a": 0, "b": 100, "c": 50}


amounts = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def cases(draw):
    parts = list(enumerate(draw(st.lists(amounts, max_size=6))))
    keys = st.frozensets(st.integers(0, 5), max_size=3)
    made = st.builds(Instrument, st.none() | amounts, keys)
    return parts, draw(st.lists(made, max_size=6))


@given(cases())
def test_nothing_is_covered_twice(case):
    parts, instruments = case
    covered = cover(parts, instruments)
    assert all(0 <= covered[key] <= amount for key, amount in parts)
    if all(instrument.amount is not None for instrument in instruments):
        assert sum(covered.values()) <= sum(one.amount for one in instruments)


@given(cases(), amounts)
def test_one_more_for_all_never_covers_less(case, amount):
    parts, instruments = case
    before = sum(cover(parts, instruments).values())
    after = sum(cover(parts, [*instruments, Instrument(amount)]).values())
    assert after == min(before + amount, sum(part for _key, part in parts))


BANK = Passing(is_in=True, is_bank=True)
CREDITED = Passing(is_in=True, is_bank=True, is_credited=True)
FROM_BANK = Passing(is_in=False, is_bank=True)
DRAWER_OUT, DRAWER_IN = Passing(is_in=False), Passing(is_in=True)
TO_OTHER = Passing(is_in=False, holder="other")
FROM_OTHER = Passing(is_in=True, holder="other")
TO_DEBTOR = Passing(is_in=False, holder="debtor")
FROM_DEBTOR = Passing(is_in=True, holder="debtor")


@pytest.mark.parametrize(
    ("passings", "state"),
    [
        ((), "held"),
        ((DRAWER_OUT, DRAWER_IN), "held"),
        ((DRAWER_OUT, BANK), "held"),
        ((DRAWER_OUT, CREDITED), "paid"),
        ((DRAWER_OUT, BANK, FROM_BANK, DRAWER_IN), "bounced"),
        ((DRAWER_OUT, CREDITED, FROM_BANK, DRAWER_IN), "bounced"),
        ((BANK, FROM_BANK, DRAWER_IN, DRAWER_OUT, BANK), "held"),
        ((BANK, FROM_BANK, DRAWER_IN, TO_DEBTOR), "returned"),
        ((TO_OTHER,), "paid"),
        ((TO_OTHER, FROM_OTHER), "bounced"),
        ((TO_DEBTOR,), "returned"),
        ((TO_DEBTOR, FROM_DEBTOR), "held"),
    ],
)
def test_what_became_of_a_cheque(passings, state):
    assert get_cheque_state(passings) == state
