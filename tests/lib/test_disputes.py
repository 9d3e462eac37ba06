"""What stays contested, by example and by property."""

from cartera_lib.disputes import Contest, Share, share_out
from hypothesis import given
from hypothesis import strategies as st

CENTS = st.integers(0, 100_000).map(lambda cents: cents / 100)


def test_credit_notes_serve_the_oldest_first():
    contests = [Contest("a", 60.0), Contest("b", 40.0)]
    assert share_out(contests, credited=70.0, residual=30.0) == {
        "a": Share(0.0, 0.0),
        "b": Share(30.0, 30.0),
    }


def test_what_was_credited_before_is_not_counted():
    [share] = share_out([Contest("a", 40.0, 20.0)], 30.0, 70.0).values()
    assert share == Share(30.0, 30.0)


def test_credit_before_the_second_contest_does_not_serve_it():
    contests = [Contest("a", 10.0), Contest("b", 50.0, 30.0)]
    assert share_out(contests, credited=30.0, residual=70.0)["b"] == Share(50.0, 50.0)


def test_what_is_paid_is_not_contested_any_more():
    [share] = share_out([Contest("a", 40.0)], 0.0, 10.0).values()
    assert share == Share(40.0, 10.0)


def test_a_credit_balance_leaves_nothing_open():
    [share] = share_out([Contest("a", 40.0)], 0.0, -5.0).values()
    assert share == Share(40.0, 0.0)


@given(
    st.lists(st.tuples(CENTS, CENTS), max_size=5),
    CENTS,
    CENTS,
)
def test_shares_never_exceed_contest_residual_and_credit(parts, credited, residual):
    befores = sorted(before for _amount, before in parts)
    contests = [
        Contest(key, amount, before)
        for key, ((amount, _), before) in enumerate(zip(parts, befores, strict=True))
    ]
    shares = share_out(contests, credited, residual)
    taken = 0.0
    for contest in contests:
        share = shares[contest.key]
        assert 0 <= share.open <= share.left <= contest.amount
        taken += contest.amount - share.left
        # Credit from before a contest never serves it.
        assert (
            contest.amount - share.left
            <= max(credited - contest.credited_before, 0) + 0.005
        )
    assert sum(share.open for share in shares.values()) <= residual + 0.005
    assert taken <= credited + 0.005
