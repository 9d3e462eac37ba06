"""The worklist's reference: points, what comes next, and who is neglected."""

from datetime import date, timedelta
from decimal import Decimal

from cartera_lib.worklist import (
    Activity,
    Debtor,
    Rule,
    is_starved,
    measure,
    plan,
    score,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 6, 30)
near = st.integers(-60, 60).map(lambda days: TODAY + timedelta(days))
past = st.integers(0, 200).map(lambda days: TODAY - timedelta(days))
amounts = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)


@st.composite
def debtors(draw):
    collectable = draw(amounts)
    overdue = collectable + draw(amounts)
    not_due = draw(amounts)
    noted = draw(st.none() | past)
    return Debtor(
        today=TODAY,
        attention_days=draw(st.integers(1, 60)),
        debt=overdue + not_due,
        overdue=overdue,
        collectable=collectable,
        credit=-draw(amounts),
        oldest_due=draw(past) if collectable else None,
        next_due=draw(st.none() | near),
        contacted=draw(st.none() | past),
        resubmission=draw(near) if noted else None,
        resubmitted=noted,
        activities=tuple(
            draw(
                st.lists(
                    st.builds(
                        Activity, near, st.sampled_from(("step", "reply", "other"))
                    ),
                    max_size=3,
                )
            )
        ),
        promises=tuple((day, day) for day in draw(st.lists(near, max_size=2))),
        broken=tuple(draw(st.lists(past, max_size=2))),
        disputes=tuple(draw(st.lists(near, max_size=2))),
        closed_disputes=tuple(draw(st.lists(past, max_size=2))),
        bounced=tuple(draw(st.lists(past, max_size=2))),
        news=tuple(
            (code, TODAY - timedelta(1))
            for code in draw(
                st.sets(
                    st.sampled_from(
                        ("broken_promise", "bounced_payment", "dispute_closed")
                    )
                )
            )
        ),
        hold_until=draw(st.none() | near),
        pauses=tuple(draw(st.lists(near, max_size=2))),
        is_closed=draw(st.booleans()),
        limitation=draw(st.none() | near),
    )


# -- what comes next --------------------------------------------------------------


@given(debtors())
def test_there_is_always_a_next_day(debtor):
    day, action = plan(debtor)
    assert isinstance(day, date)
    assert action


@given(debtors())
def test_the_neglected_are_never_left_for_later(debtor):
    if is_starved(debtor):
        assert plan(debtor)[0] <= TODAY


@given(debtors())
def test_nobody_waits_beyond_the_target(debtor):
    if debtor.neglected_after:
        limit = max(TODAY, debtor.neglected_after)
        assert plan(debtor)[0] <= limit


@given(debtors())
def test_whoever_was_seen_today_is_not_neglected(debtor):
    seen = {name: getattr(debtor, name) for name in Debtor.__slots__}
    assert not is_starved(Debtor(**{**seen, "contacted": TODAY}))


def test_a_pause_hides_everything_but_answers():
    held = Debtor(
        today=TODAY,
        overdue=Decimal(5),
        collectable=Decimal(5),
        oldest_due=TODAY - timedelta(300),
        hold_until=TODAY + timedelta(4),
        activities=(Activity(TODAY),),
    )
    assert plan(held) == (TODAY + timedelta(4), "pause")
    assert not is_starved(held)


def test_a_promise_is_waited_for_once_somebody_has_asked():
    asked = Debtor(
        today=TODAY,
        overdue=Decimal(5),
        contacted=TODAY,
        promises=((TODAY, TODAY + timedelta(3)),),
    )
    assert plan(asked) == (TODAY + timedelta(4), "promise")


def test_what_happens_after_the_contact_of_the_day_comes_today():
    seen = Debtor(
        today=TODAY,
        overdue=Decimal(5),
        collectable=Decimal(5),
        oldest_due=TODAY - timedelta(30),
        contacted=TODAY,
        bounced=(TODAY,),
    )
    assert plan(seen) == (TODAY + timedelta(30), "attention")
    values = {name: getattr(seen, name) for name in Debtor.__slots__}
    news = (("bounced_payment", TODAY),)
    assert plan(Debtor(**{**values, "news": news})) == (TODAY, "bounced_payment")


# -- points -----------------------------------------------------------------------

units = st.integers(0, 500).map(lambda tenths: Decimal(tenths) / 10)
rules = st.builds(
    Rule,
    key=st.integers(),
    factor=st.just("amount"),
    points=st.integers(-50, 50),
    threshold=units,
    unit=units,
    max_points=st.integers(0, 90),
)


@given(rules, amounts)
def test_points_stay_within_their_limit(rule, amount):
    points = rule.give(amount)
    if rule.max_points:
        assert abs(points) <= rule.max_points
    assert points * rule.points >= 0


@given(rules, amounts, amounts)
def test_more_of_it_gives_no_less(rule, some, more):
    few, many = rule.give(min(some, more)), rule.give(max(some, more))
    assert abs(few) <= abs(many)


@given(rules)
def test_points_begin_at_the_threshold(rule):
    assert rule.give(rule.threshold - Decimal("0.01")) == 0
    limit = rule.max_points or abs(rule.points)
    assert abs(rule.give(rule.threshold)) == min(abs(rule.points), limit)


def test_points_for_each_unit():
    rule = Rule("age", "age", 3, Decimal(1), Decimal(15), 10)
    given_ = [rule.give(Decimal(days)) for days in (0, 1, 15, 16, 31, 46, 900)]
    assert given_ == [0, 3, 3, 6, 9, 10, 10]


def test_limitation_counts_down():
    rule = Rule("law", "limitation", 15, Decimal(180), Decimal(30), 90)
    given_ = [rule.give(Decimal(days)) for days in (181, 180, 150, 0, -30)]
    assert given_ == [0, 15, 30, 90, 90]


@given(debtors(), st.lists(rules, max_size=4))
def test_the_sum_is_explained(debtor, some):
    points, explanation = score(some, debtor)
    assert points == sum(given_ for *_rest, given_ in explanation)
    measured = measure(debtor)["amount"]
    assert all(value == measured for _key, value, _given in explanation)
