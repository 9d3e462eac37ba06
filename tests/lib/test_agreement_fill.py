"""The axis of an agreement: what money pays of it, and which item stands where."""

from cartera_lib.agreement_fill import Fill, fill, get_bounds, get_pieces
from hypothesis import given
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
