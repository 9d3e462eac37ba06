"""How agreements stand, first in examples and then whatever is paid when."""

from datetime import date, timedelta

import pytest
from cartera_lib.agreement_fill import get_bounds
from cartera_lib.agreement_rules import (
    SETTLEMENT,
    WHOLE,
    Facts,
    Installment,
    judge,
)
from hypothesis import given
from hypothesis import strategies as st

START = date(2026, 6, 1)


def day(number):
    return START + timedelta(days=number)


def agreement(payments=((10, 400), (40, 400), (70, 200)), charges=None, **values):
    """Three instalments of a debt of 1,000, with three days of tolerance.

    :param payments: ``(day, principal)`` of each instalment
    :param charges: ``{number: (open, to come)}``
    :param money: ``(day, amount)`` pairs
    """
    bounds = get_bounds([amount for _day, amount in payments])
    installments = tuple(
        Installment(number, day(when), start, end, *(charges or {}).get(number, (0, 0)))
        for number, ((when, _), (start, end)) in enumerate(
            zip(payments, bounds, strict=True), 1
        )
    )
    money = tuple((day(when), amount) for when, amount in values.pop("money", ()))
    values = {
        "kind": "reestructura",
        "total": bounds[-1][1],
        "tolerance_days": 3,
        "default_missed": 2,
        "default_days": 60,
        **values,
    }
    return Facts(installments=installments, money=money, **values)


def states(verdict):
    return [standing.state for standing in verdict.standings.values()]


# -- instalments -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "money", "expected"),
    [
        (9, (), ["pending", "pending", "pending"]),
        (10, (), ["due", "pending", "pending"]),
        (13, (), ["due", "pending", "pending"]),
        (14, (), ["overdue", "pending", "pending"]),
        (12, ((11, 100),), ["partial", "pending", "pending"]),
        (14, ((11, 100),), ["overdue", "pending", "pending"]),
        (14, ((11, 400),), ["paid", "pending", "pending"]),
        (14, ((2, 500),), ["paid", "partial", "pending"]),
        # Dated tomorrow, it has not come in.
        (14, ((15, 400),), ["overdue", "pending", "pending"]),
        (80, ((11, 400), (75, 600)), ["paid", "paid", "paid"]),
    ],
)
def test_states_of_instalments(today, money, expected):
    assert states(judge(agreement(money=money), day(today))) == expected


def test_an_undone_payment_opens_the_instalment_again():
    assert states(judge(agreement(money=((9, 400),)), day(20)))[0] == "paid"
    again = judge(agreement(), day(20))
    assert states(again)[0] == "overdue"
    assert (again.days_late, again.missed, again.overdue) == (10, 1, 400)


def test_charges_are_part_of_an_instalment():
    facts = agreement(charges={1: (30, 0)}, money=((9, 400),))
    verdict = judge(facts, day(20))
    assert states(verdict)[0] == "overdue"
    assert verdict.overdue == 30


def test_charges_to_come_keep_an_instalment_open_and_are_not_open_yet():
    facts = agreement(charges={3: (0, 12)}, money=((9, 1_000),))
    verdict = judge(facts, day(20))
    assert states(verdict) == ["paid", "paid", "partial"]
    assert verdict.state == "in_time"
    assert verdict.standings[3].open == 0


def test_nobody_is_late_with_what_was_not_charged():
    facts = agreement(charges={1: (0, 12)}, money=((9, 400),), default_days=5)
    verdict = judge(facts, day(20))
    assert states(verdict)[0] == "partial"
    assert (verdict.state, verdict.days_late, verdict.missed) == ("in_time", 0, 0)
    assert verdict.date_next == day(10)
    short = agreement(charges={1: (0, 12)}, money=((9, 399),), default_days=5)
    assert judge(short, day(20)).state == "default"


def test_interest_alone_is_due_until_it_is_invoiced():
    """An American schedule: principal comes with the last one."""
    facts = agreement(((10, 0), (40, 1_000)), charges={1: (0, 20), 2: (0, 20)})
    assert states(judge(facts, day(5))) == ["pending", "pending"]
    assert states(judge(facts, day(20))) == ["due", "pending"]
    charged = agreement(((10, 0), (40, 1_000)), charges={1: (20, 0), 2: (0, 20)})
    assert states(judge(charged, day(20))) == ["overdue", "pending"]
    paid = agreement(((10, 0), (40, 1_000)), charges={2: (0, 20)})
    assert states(judge(paid, day(20))) == ["paid", "pending"]


def test_what_is_settled_otherwise_voids_the_last_ones():
    verdict = judge(agreement(credited=500), day(5))
    assert states(verdict) == ["pending", "pending", "void"]
    assert [one.open for one in verdict.standings.values()] == [400, 100, 0]
    assert [one.cancelled for one in verdict.standings.values()] == [0, 300, 200]


def test_a_void_instalment_with_invoiced_interest_is_still_owed():
    facts = agreement(charges={3: (15, 0)}, credited=200)
    assert states(judge(facts, day(80)))[2] == "overdue"


def test_interest_alone_goes_with_the_principal_behind_it():
    facts = agreement(
        ((10, 0), (40, 1_000)), charges={1: (0, 20), 2: (0, 20)}, credited=1_000
    )
    verdict = judge(facts, day(50))
    assert states(verdict) == ["void", "void"]
    assert verdict.state == "kept"


def test_interest_alone_at_the_end_is_not_void_by_itself():
    facts = agreement(((10, 1_000), (40, 0)), charges={2: (0, 20)})
    assert states(judge(facts, day(5))) == ["pending", "pending"]


def test_one_paid_in_part_and_settled_otherwise_for_the_rest_is_paid():
    verdict = judge(agreement(money=((5, 450),), credited=700), day(20))
    assert states(verdict) == ["paid", "paid", "void"]
    assert verdict.standings[2].cancelled == 350
    assert verdict.standings[2].date_paid == day(5)


def test_a_share_of_the_principal_may_be_missing():
    """One per cent of 400 is 4."""
    share = WHOLE // 100
    for paid, expected in ((396, "paid"), (395, "overdue")):
        facts = agreement(money=((9, paid),), tolerance_share=share)
        first = judge(facts, day(20)).standings[1]
        assert first.state == expected
        assert first.date_paid == (day(9) if expected == "paid" else None)


def test_the_day_of_payment_is_that_of_the_money_which_completed_it():
    facts = agreement(money=((12, 150), (5, 250), (45, 600)))
    verdict = judge(facts, day(60))
    paid = [one.date_paid for one in verdict.standings.values()]
    assert paid == [day(12), day(45), day(45)]
    assert verdict.date_kept == day(45)


# -- default and cure ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "rule", "expected"),
    [
        (13, {}, "in_time"),
        (14, {}, "late"),
        (43, {}, "late"),
        # Two are overdue: the tolerance of the second ended on day 43.
        (44, {}, "default"),
        (44, {"default_missed": 3}, "late"),
        (44, {"default_missed": 0}, "late"),
        (69, {"default_missed": 0}, "late"),
        # The first one is 60 days late.
        (70, {"default_missed": 0}, "default"),
        (90, {"default_missed": 0, "default_days": 0}, "late"),
    ],
)
def test_default_by_the_rule_of_the_product(today, rule, expected):
    verdict = judge(agreement(**rule), day(today))
    assert verdict.state == expected
    assert verdict.is_default == (expected == "default")


def test_paying_the_oldest_ends_the_default():
    verdict = judge(agreement(money=((50, 400),)), day(50))
    assert verdict.state == "late"
    assert (verdict.missed, verdict.days_late, verdict.date_next) == (1, 10, day(40))


@pytest.mark.parametrize(
    ("count", "paid", "expected"),
    [(2, 799, False), (2, 800, True), (0, 0, True), (9, 999, False), (9, 1000, True)],
)
def test_cured_once_the_first_instalments_are_paid(count, paid, expected):
    money = ((9, paid),) if paid else ()
    facts = agreement(cure_count=count, money=money)
    assert judge(facts, day(9)).is_cured is expected


def test_a_credit_note_cures_nothing_but_the_whole():
    assert not judge(agreement(cure_count=3, credited=600), day(5)).is_cured
    assert judge(agreement(cure_count=3, credited=1_000), day(5)).is_cured


# -- settlements -----------------------------------------------------------------------


def settlement(**values):
    """600 of 1,000 by day 10, with three days of tolerance."""
    return agreement(((10, 600),), kind=SETTLEMENT, total=1_000, **values)


def test_a_settlement_paid_in_time_is_kept():
    verdict = judge(settlement(money=((13, 600),)), day(30))
    assert verdict.state == "kept"
    assert (verdict.waiver_open, verdict.late_money) == (400, 0)
    assert verdict.date_kept == day(13)


def test_a_settlement_waits_until_its_last_day():
    assert judge(settlement(money=((9, 599),)), day(13)).state == "in_time"
    assert judge(settlement(money=((9, 599),)), day(14)).state == "expired"


def test_money_after_the_last_day_leaves_it_expired_and_is_reported():
    verdict = judge(settlement(money=((9, 200), (14, 400))), day(20))
    assert verdict.state == "expired"
    assert verdict.late_money == 400
    assert verdict.date_kept == day(14)


def test_tolerance_lets_some_of_it_be_missing():
    facts = settlement(money=((9, 594),), tolerance_share=WHOLE // 100)
    assert judge(facts, day(20)).state == "kept"
    facts = settlement(money=((9, 593),), tolerance_share=WHOLE // 100)
    assert judge(facts, day(20)).state == "expired"


@pytest.mark.parametrize("charges", [(1, 0), (0, 1)])
def test_tolerance_forgives_nothing_of_the_charges(charges):
    facts = agreement(
        ((10, 1_000),),
        charges={1: charges},
        money=((9, 995),),
        tolerance_share=WHOLE // 100,
    )
    verdict = judge(facts, day(10))
    assert (states(verdict), verdict.state) == (["partial"], "in_time")


def test_a_credit_note_beyond_the_discount_lowers_what_is_to_be_paid():
    facts = settlement(money=((9, 500),), credited=500)
    verdict = judge(facts, day(20))
    assert (verdict.state, verdict.waiver_open) == ("kept", 0)


def test_a_settlement_in_parts_defaults_by_its_rule_before_its_last_day():
    facts = agreement(
        ((10, 300), (40, 300)), kind=SETTLEMENT, total=1_000, default_missed=1
    )
    assert judge(facts, day(20)).state == "default"
    assert judge(facts, day(44)).state == "expired"


# -- properties ------------------------------------------------------------------------


@st.composite
def any_facts(draw):
    count = draw(st.integers(1, 6))
    days = sorted(draw(st.sets(st.integers(0, 300), min_size=count, max_size=count)))
    amounts = draw(st.lists(st.integers(0, 500), min_size=count, max_size=count))
    payable, waiver = sum(amounts), draw(st.integers(0, 300))
    credited = draw(st.integers(0, payable + waiver))
    charges = st.tuples(st.integers(0, 3), st.integers(0, 3))
    return agreement(
        tuple(zip(days, amounts, strict=True)),
        charges=draw(st.dictionaries(st.integers(1, count), charges)),
        kind=draw(st.sampled_from([SETTLEMENT, "reestructura"])),
        total=payable + waiver,
        credited=credited,
        money=draw(
            st.lists(st.tuples(st.integers(0, 320), st.integers(1, 400)), max_size=8)
        ),
        tolerance_share=draw(st.sampled_from([0, 100, 1000])),
        default_missed=draw(st.integers(0, 3)),
        default_days=draw(st.integers(0, 90)),
        cure_count=draw(st.integers(0, 4)),
    )


DAYS = st.integers(0, 400).map(day)


@given(any_facts(), DAYS)
def test_amounts_of_a_verdict_agree(facts, today):
    verdict = judge(facts, today)
    for one in facts.installments:
        standing = verdict.standings[one.key]
        parts = standing.paid + standing.cancelled + standing.open - one.charges_open
        assert parts == one.end - one.start
        assert (standing.days_late > 0) == (standing.state == "overdue")
    overdue = [one for one in verdict.standings.values() if one.state == "overdue"]
    assert verdict.missed == len(overdue)
    assert verdict.overdue == sum(one.open for one in overdue)
    assert verdict.days_late == max((one.days_late for one in overdue), default=0)


@given(any_facts(), DAYS)
def test_nothing_is_late_before_its_day(facts, today):
    verdict = judge(facts, today)
    for one in facts.installments:
        if today <= one.date + timedelta(facts.tolerance_days):
            assert verdict.standings[one.key].state != "overdue"


@given(any_facts(), DAYS)
def test_kept_means_that_nothing_is_left_but_tolerance(facts, today):
    verdict = judge(facts, today)
    left = [
        one.key for one in facts.installments if not verdict.standings[one.key].is_done
    ]
    if verdict.state != "expired":
        assert (verdict.state == "kept") == (not left)
    if left:
        assert verdict.date_next == facts.installments[left[0] - 1].date
    elif verdict.state == "kept":
        assert verdict.date_next is None
        assert verdict.is_cured


@given(any_facts(), DAYS, st.permutations(range(8)))
def test_the_order_in_which_money_is_told_does_not_matter(facts, today, order):
    money = tuple(facts.money[index] for index in order if index < len(facts.money))
    again = Facts(
        **{
            name: getattr(facts, name)
            for name in Facts.__dataclass_fields__
            if name != "money"
        },
        money=money,
    )
    assert judge(again, today) == judge(facts, today)


@given(any_facts(), DAYS)
def test_only_a_settlement_expires(facts, today):
    verdict = judge(facts, today)
    last = facts.installments[-1].date + timedelta(facts.tolerance_days)
    if verdict.state == "expired":
        assert facts.kind == SETTLEMENT
        assert today > last
    else:
        assert verdict.late_money == 0
