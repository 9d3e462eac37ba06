"""What becomes of promises, first in examples and then whatever is paid when."""

from datetime import date, timedelta

import pytest
from cartera_lib.promise import (
    Installment,
    Item,
    Money,
    Promise,
    allocate,
    judge,
    split_evenly,
)
from hypothesis import given, settings
from hypothesis import strategies as st

START = date(2026, 6, 1)


def day(number):
    return START + timedelta(days=number)


def promise(key="p", made=0, payments=((10, 1000),), items=None, days=2, share=100):
    """A promise of ``payments`` [(day, amount), ...], 1 % and two days of tolerance.

    :param items: [(item, promised, open now), ...]; one of the whole amount when None
    """
    total = sum(amount for _day, amount in payments)
    items = [("a", total, total)] if items is None else items
    return Promise(
        key,
        day(made),
        tuple(
            Installment((key, number), day(when), amount)
            for number, (when, amount) in enumerate(payments)
        ),
        tuple(Item(*item) for item in items),
        days,
        share,
    )


def verdict(today, *money, **values):
    """What became of one promise, of ``money`` (day, amount[, item]) paid."""
    pieces = [
        Money(number, day(when), amount, *item)
        for number, (when, amount, *item) in enumerate(money)
    ]
    return judge([promise(**values)], pieces, day(today))["p"]


# -- one payment ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "money", "state", "kept"),
    [
        (5, [], "open", 0),
        (12, [], "open", 0),
        (13, [], "broken", 0),
        (5, [(3, 1000, "a")], "kept", 1000),
        (13, [(12, 1000, "a")], "kept", 1000),
        (14, [(13, 1000, "a")], "broken", 0),
        (13, [(10, 990, "a")], "kept", 990),
        (13, [(10, 989, "a")], "partial", 989),
        (12, [(10, 989, "a")], "open", 989),
        (13, [(-1, 1000)], "broken", 0),
        (13, [(0, 1000)], "kept", 1000),
        (13, [(5, 1000)], "kept", 1000),
        (13, [(5, 1000, "b")], "broken", 0),
        (5, [(6, 1000, "a")], "open", 0),
    ],
)
def test_what_is_paid_by_when_decides(today, money, state, kept):
    left = 1000 - sum(amount for _day, amount, *item in money if item == ["a"])
    result = verdict(today, *money, items=[("a", 1000, left)])
    assert (result.state, result.kept) == (state, kept)


def test_an_open_promise_says_what_is_next_and_until_when_it_pauses():
    result = verdict(11)
    assert (result.date_next, result.paused_until) == (day(10), day(12))
    assert result.date_ended is None


def test_a_promise_ends_with_the_last_money_or_the_missed_day():
    kept = verdict(13, (3, 600, "a"), (7, 400, "a"), items=[("a", 1000, 0)])
    assert kept.date_ended == day(7)
    assert verdict(30).date_ended == day(13)


def test_what_is_settled_otherwise_is_no_longer_to_be_paid():
    assert verdict(13, items=[("a", 1000, 0)]).state == "settled"
    half = verdict(13, (5, 600, "a"), items=[("a", 1000, 0)])
    assert (half.state, half.kept) == ("kept", 600)


def test_late_money_does_not_make_a_broken_promise_a_settled_one():
    assert verdict(30, (20, 1000, "a"), items=[("a", 1000, 0)]).state == "broken"


def test_what_was_paid_before_the_promise_on_its_day_does_not_keep_it():
    result = verdict(1, (0, 500, "a"), items=[("a", 1000, 1000, 500)])
    assert (result.state, result.kept) == ("open", 0)


# -- instalments ------------------------------------------------------------------

THREE = ((10, 300), (20, 300), (30, 300))


def states(result):
    return [result.outcomes["p", number].state for number in range(3)]


def test_instalments_are_served_in_their_order():
    result = verdict(15, (9, 400, "a"), payments=THREE, items=[("a", 900, 500)])
    assert states(result) == ["kept", "open", "open"]
    assert result.outcomes["p", 1].kept == 100
    assert result.date_next == day(20)


def test_a_missed_instalment_ends_the_promise():
    result = verdict(23, (9, 300, "a"), payments=THREE, items=[("a", 900, 600)])
    assert states(result) == ["kept", "broken", "void"]
    assert (result.state, result.kept, result.date_ended) == ("partial", 300, day(23))
    assert verdict(13, payments=THREE).state == "broken"


def test_a_credit_note_comes_off_the_last_instalments():
    result = verdict(15, (9, 300, "a"), payments=THREE, items=[("a", 900, 100)])
    assert states(result) == ["kept", "open", "void"]
    assert result.outcomes["p", 1].missing == 100


# -- several promises -------------------------------------------------------------


def two(money, today=13):
    older = promise("old", 0, ((10, 500),), [("a", 500, 500)])
    newer = promise("new", 1, ((9, 500),), [("b", 500, 500)])
    result = judge([newer, older], money, day(today))
    return result["old"].state, result["new"].state


def test_money_on_account_serves_the_oldest_promise_first():
    assert two([Money(1, day(5), 500)]) == ("kept", "broken")
    assert two([Money(1, day(5), 1000)]) == ("kept", "kept")


def test_a_broken_promise_takes_no_late_money_from_a_new_one():
    old = promise("old", 0, ((10, 500), (40, 500)), [("a", 1000, 0)])
    new = promise("new", 15, ((30, 1000),), [("a", 1000, 0)])
    result = judge([old, new], [Money(1, day(28), 1000, "a")], day(50))
    assert (result["old"].state, result["new"].state) == ("broken", "kept")


# -- whatever is paid when --------------------------------------------------------

ITEMS = ("a", "b", "c")
RANKS = {"broken": 0, "partial": 1, "open": 2, "kept": 3, "settled": 3}

payments = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 60)), min_size=1, max_size=3
)


@st.composite
def promises(draw, most=3):
    made = []
    for number in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, 20))
        parts = [(start + offset, amount) for offset, amount in draw(payments)]
        total = sum(amount for _day, amount in parts)
        covered = draw(st.lists(st.sampled_from(ITEMS), min_size=1, unique=True))
        shares, rest = [], total
        for item in covered[:-1]:
            share = draw(st.integers(0, rest))
            shares.append((item, share))
            rest -= share
        shares.append((covered[-1], rest))
        made.append((number, start, parts, shares))
    return made


def pieces(most=6):
    return st.lists(
        st.tuples(
            st.integers(-5, 65), st.integers(1, 120), st.sampled_from((None, *ITEMS))
        ),
        max_size=most,
    )


def build(made, paid, owed=2000):
    """Promises and money as a ledger shows them, in which each item owed as much
    before anything was paid."""
    money = [
        Money(number, day(when), amount, item)
        for number, (when, amount, item) in enumerate(paid)
    ]
    left = {
        item: owed - sum(piece.amount for piece in money if piece.item == item)
        for item in ITEMS
    }
    ready = [
        promise(key, start, parts, [(item, part, left[item]) for item, part in shares])
        for key, start, parts, shares in made
    ]
    return ready, money


@given(promises(), pieces(), st.integers(-5, 70))
def test_no_more_is_kept_than_was_paid_and_promised(made, paid, today):
    ready, money = build(made, paid)
    result = judge(ready, money, day(today))
    assert sum(v.kept for v in result.values()) <= sum(piece.amount for piece in money)
    for one in ready:
        promised = {part.key: part.amount for part in one.installments}
        for key, outcome in result[one.key].outcomes.items():
            assert 0 <= outcome.kept <= promised[key]
            assert outcome.missing >= 0


@given(promises(), pieces(), st.integers(-5, 70), st.randoms())
def test_the_order_of_reading_changes_nothing(made, paid, today, random):
    ready, money = build(made, paid)
    expected = judge(ready, money, day(today))
    random.shuffle(ready)
    random.shuffle(money)
    assert judge(ready, money, day(today)) == expected


@given(promises(), pieces(), pieces(1), st.integers(-5, 70))
@settings(max_examples=200)
def test_more_money_makes_the_first_promise_that_changes_better(
    made, paid, more, today
):
    """Of several promises a later one may get less, where an older one that was
    broken now goes on; the older has the better claim."""
    before = judge(*build(made, paid), day(today))
    after = judge(*build(made, paid + more), day(today))
    for _made, key in sorted((start, key) for key, start, *_rest in made):
        rank = [RANKS[v[key].state] for v in (before, after)]
        assert rank[0] <= rank[1]
        assert before[key].kept <= after[key].kept
        if before[key] != after[key]:
            break


@given(promises(most=1), pieces(), pieces(1), st.integers(-5, 70))
@settings(max_examples=200)
def test_more_money_never_worsens_a_promise(made, paid, more, today):
    before = judge(*build(made, paid), day(today))[0]
    after = judge(*build(made, paid + more), day(today))[0]
    assert RANKS[before.state] <= RANKS[after.state]
    assert before.kept <= after.kept


@given(promises(), pieces(), st.integers(-5, 70))
def test_a_payment_on_account_or_matched_with_the_item_counts_alike(made, paid, today):
    """Of one promise for one item: when it is reconciled does not matter."""
    [(key, start, parts, _shares), *_rest] = made
    total = sum(amount for _day, amount in parts)
    one = [(key, start, parts, [("a", total)])]
    matched = [(when, amount, "a") for when, amount, _item in paid]
    loose = [(when, amount, None) for when, amount, _item in paid]
    owed = max(2000, sum(amount for _day, amount, _item in paid))
    assert judge(*build(one, matched, owed), day(today)) == judge(
        *build(one, loose, owed), day(today)
    )


# -- making one -------------------------------------------------------------------


def test_the_oldest_items_are_served_first():
    parts, rest = allocate(700, [("old", 500), ("disputed", 0), ("new", 500)])
    assert (parts, rest) == ([("old", 500), ("new", 200)], 0)
    assert allocate(600, [("old", 500)]) == ([("old", 500)], 100)


@given(st.integers(1, 10_000), st.lists(st.integers(0, 3000)))
def test_what_is_allocated_and_what_is_not_make_the_amount(amount, most):
    parts, rest = allocate(amount, list(enumerate(most)))
    assert sum(part for _key, part in parts) + rest == amount
    assert all(0 < part <= most[key] for key, part in parts)


@given(st.integers(1, 10_000), st.integers(1, 48))
def test_even_payments(amount, count):
    if count > amount:
        with pytest.raises(ValueError):
            split_evenly(amount, count)
        return
    parts = split_evenly(amount, count)
    assert sum(parts) == amount
    assert len(parts) == count
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)
