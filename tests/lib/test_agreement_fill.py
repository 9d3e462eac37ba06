"""The axis of an agreement: what money pays of it, and which item stands where."""

from cartera_lib.agreement_fill import (
    Fill,
    Split,
    fill,
    get_bounds,
    get_pieces,
    split_item,
)
from hypothesis import assume, given
from hypothesis import strategies as st

BOUNDS = get_bounds([300, 300, 200])


def test_money_fills_the_oldest_first():
    fills, waiver = fill(BOUNDS, 1000, 450)
    assert fills == [Fill(300, 0, 0), Fill(150, 0, 150), Fill(0, 0, 200)]
    assert waiver == Fill(0, 0, 200)


def test_credit_takes_from_the_waiver_and_then_from_the_last():
    fills, waiver = fill(BOUNDS, 1000, 0, credited=250)
    assert fills == [Fill(0, 0, 300), Fill(0, 0, 300), Fill(0, 50, 150)]
    assert waiver == Fill(0, 200, 0)


def test_money_in_excess_of_the_instalments_pays_of_the_waiver():
    fills, waiver = fill(BOUNDS, 1000, 850)
    assert [one.open for one in fills] == [0, 0, 0]
    assert waiver == Fill(50, 0, 150)


def test_what_was_paid_is_not_cancelled():
    fills, waiver = fill(BOUNDS, 1000, 700, credited=400)
    assert fills[2] == Fill(100, 100, 0)
    assert waiver == Fill(0, 200, 0)


def test_without_instalments_all_is_waiver():
    assert fill([], 50, 10) == ([], Fill(10, 0, 40))


def test_an_item_is_cut_where_an_instalment_ends():
    items = [("a", 250), ("b", 400), ("c", 200)]
    assert get_pieces(items, BOUNDS, money=150) == [
        ("a", 0, 150),
        ("a", 1, 100),
        ("b", 1, 200),
        ("b", 2, 200),
        ("c", None, 200),
    ]


def test_items_without_anything_open_stand_nowhere():
    assert get_pieces([("a", 0), ("b", 10)], BOUNDS, 0) == [("b", 0, 10)]


# -- one item ------------------------------------------------------------------------

MONEY, CREDIT, WAIVER = "money", "credit", "waiver"


def split(total, covered, left_out, *settled):
    """What became of an item of ``total``, settled by ``(kind, amount)`` in turn."""
    return split_item(
        covered,
        total - sum(amount for _kind, amount in settled),
        [(kind == MONEY, amount) for kind, amount in settled],
        left_out=left_out,
        waived=sum(amount for kind, amount in settled if kind == WAIVER),
    )


def test_money_comes_last_to_what_was_left_out():
    assert split(1000, 700, 300, (MONEY, 500)) == Split(500, 0, 200, 0, 300)
    assert split(1000, 700, 300, (MONEY, 750)) == Split(700, 0, 0, 50, 300)


def test_a_credit_note_takes_first_what_was_left_out():
    assert split(1000, 700, 300, (CREDIT, 250)) == Split(0, 0, 700, 0, 50)
    assert split(1000, 700, 300, (CREDIT, 340)) == Split(0, 40, 660, 0, 0)
    paid = split(1000, 700, 300, (MONEY, 100), (CREDIT, 300), (MONEY, 100))
    assert paid == Split(200, 0, 500, 0, 0)


def test_the_waiver_takes_nothing_of_what_was_left_out():
    waived = split(1000, 700, 300, (MONEY, 500), (WAIVER, 200))
    assert waived == Split(500, 200, 0, 0, 300)
    assert split(1000, 700, 300, (MONEY, 500), (WAIVER, 200), (MONEY, 60)) == Split(
        500, 200, 0, 60, 300
    )


def test_what_else_is_not_covered_is_settled_first():
    assert split(1000, 600, 0, (MONEY, 500)) == Split(100, 0, 500)
    assert split(1000, 600, 0, (CREDIT, 400), (MONEY, 300)) == Split(300, 0, 300)
    assert split(1000, 600, 300, (MONEY, 150)) == Split(50, 0, 550, 0, 300)


def test_what_was_credited_before_took_nothing():
    assert split_item(600, 900, [(False, 100)], before=100, left_out=300) == Split(
        0, 0, 600, 0, 300
    )


@st.composite
def settled_items(draw):
    """An item with a part that was left out and no other that is not covered, how it
    was settled, and what is open of both parts by one settlement after the other."""
    covered, left_out = draw(st.tuples(*[st.integers(0, 1000)] * 2))
    settled, open_covered, open_out = [], covered, left_out
    for kind in draw(st.lists(st.sampled_from((MONEY, CREDIT, WAIVER)), max_size=8)):
        # The agreement waives nothing but what is open of it.
        most = open_covered if kind == WAIVER else open_covered + open_out
        amount = draw(st.integers(0, most))
        settled.append((kind, amount))
        out = min(amount, open_out) if kind == CREDIT else max(amount - open_covered, 0)
        open_covered, open_out = open_covered - (amount - out), open_out - out
    return covered, left_out, settled, (open_covered, open_out)


@given(settled_items())
def test_an_item_is_split_as_one_settlement_after_the_other_does(item):
    covered, left_out, settled, still_open = item
    found = split(covered + left_out, covered, left_out, *settled)
    sums = dict.fromkeys((MONEY, CREDIT, WAIVER), 0)
    for kind, amount in settled:
        sums[kind] += amount
    assert (found.open, found.left_out - found.beyond) == still_open
    assert found.credited == sums[WAIVER] + max(sums[CREDIT] - left_out, 0)
    assert found.paid + found.beyond == sums[MONEY]


@st.composite
def items_owing_more(draw):
    """An item that owes anything, also beyond its covered and its left out part."""
    total, covered, left_out = draw(st.tuples(*[st.integers(0, 1000)] * 3))
    total += covered + left_out
    settled, left = [], total
    for kind in draw(st.lists(st.sampled_from((MONEY, CREDIT)), max_size=8)):
        settled.append((kind, draw(st.integers(0, left))))
        left -= settled[-1][1]
    return total, covered, left_out, settled, left


@given(items_owing_more())
def test_nothing_is_lost_of_an_item(item):
    total, covered, left_out, settled, left = item
    found = split(total, covered, left_out, *settled)
    assert min(found.paid, found.credited, found.open, found.beyond) >= 0
    assert found.paid + found.credited + found.open == covered
    beside = left - found.open - (found.left_out - found.beyond)
    assert 0 <= beside <= total - covered - left_out


@given(items_owing_more())
def test_a_dispute_changes_nothing_of_what_is_agreed(item):
    """Credit notes up to what was left out are as if they never were."""
    total, covered, left_out, settled, _left = item
    money = [one for one in settled if one[0] == MONEY]
    credited = sum(amount for kind, amount in settled if kind == CREDIT)
    assume(credited <= left_out)
    found = split(total, covered, left_out, *settled)
    without = split(total, covered, left_out, *money)
    assert (found.paid, found.credited, found.open) == (
        without.paid,
        without.credited,
        without.open,
    )


PARTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=24)


@st.composite
def axes(draw):
    """An axis, and how its items were settled: with money, otherwise or not at all."""
    items = draw(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), max_size=8))
    total = sum(map(sum, items))
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=12)))
    principals = [high - low for low, high in zip([0, *cuts], cuts, strict=False)]
    return items, total, get_bounds(principals)


@given(axes())
def test_nothing_is_lost_on_the_axis(axis):
    items, total, bounds = axis
    money, credited = sum(item[0] for item in items), sum(item[1] for item in items)
    fills, waiver = fill(bounds, total, money, credited)
    for one, (start, end) in zip(fills, bounds, strict=True):
        assert one.paid + one.cancelled + one.open == end - start
    everything = [*fills, waiver]
    assert sum(one.paid for one in everything) == money
    assert sum(one.cancelled for one in everything) == credited
    assert sum(one.open for one in everything) == total - money - credited


@given(axes())
def test_pieces_are_the_open_part_of_items_and_of_instalments(axis):
    items, total, bounds = axis
    money, credited = sum(item[0] for item in items), sum(item[1] for item in items)
    fills, waiver = fill(bounds, total, money, credited)
    open_items = [(key, item[2]) for key, item in enumerate(items)]
    pieces = get_pieces(open_items, bounds, money)
    assert all(amount > 0 for _key, _index, amount in pieces)
    for key, amount in open_items:
        assert sum(part for one, _index, part in pieces if one == key) == amount
    for index, one in [*enumerate(fills), (None, waiver)]:
        assert sum(part for _key, at, part in pieces if at == index) == one.open


@given(axes(), st.integers(0, 10**6))
def test_more_money_never_opens_an_instalment(axis, more):
    _items, total, bounds = axis
    before, _waiver = fill(bounds, total, 0)
    after, _waiver = fill(bounds, total, more)
    for one, two in zip(before, after, strict=True):
        assert two.paid >= one.paid
        assert two.open <= one.open


@given(PARTS)
def test_bounds_follow_each_other(principals):
    bounds = get_bounds(principals)
    assert [end - start for start, end in bounds] == principals
    assert bounds[0][0] == 0
    assert bounds[-1][1] == sum(principals)
