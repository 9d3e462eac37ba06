"""What the entry rules decide, first in examples and then whatever the facts."""

import pytest
from cartera_lib.stage_rules import Decision, StageRule, decide
from hypothesis import given, settings
from hypothesis import strategies as st

PREVENTIVA = StageRule("preventiva", 0)
ADMINISTRATIVA = StageRule("administrativa", 1, min_days=1)
EXTRAJUDICIAL = StageRule("extrajudicial", 2, min_days=61)
JUDICIAL = StageRule("judicial", 3, min_days=181, automatic=False)
FOUR = [PREVENTIVA, ADMINISTRATIVA, EXTRAJUDICIAL, JUDICIAL]


def decision(current, last, days, amount=1000.0, share=100.0, rules=FOUR):
    return decide(rules, current, last, days, amount, share)


# -- one rule ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "amount", "share", "holds"),
    [
        (61, 500.0, 25.0, True),
        (60, 500.0, 25.0, False),
        (61, 499.99, 25.0, False),
        (61, 500.0, 24.99, False),
    ],
)
def test_a_rule_holds_from_its_limits_on(days, amount, share, holds):
    rule = StageRule("x", 1, min_days=61, min_amount=500.0, min_share=25.0)
    assert rule.holds(days, amount, share) is holds


@pytest.mark.parametrize(
    ("days", "amount", "broken", "holds"),
    [
        (5, 500.0, 2, True),
        (5, 500.0, 1, False),
        (5, 499.99, 2, False),
        (0, 500.0, 9, False),
        (61, 500.0, 0, True),
    ],
)
def test_broken_promises_do_instead_of_the_days(days, amount, broken, holds):
    rule = StageRule("x", 1, min_days=61, min_amount=500.0, min_broken=2)
    assert rule.holds(days, amount, 100.0, broken) is holds


def test_broken_promises_matter_where_they_are_asked_for():
    assert not EXTRAJUDICIAL.holds(5, 500.0, 100.0, broken=9)


@pytest.mark.parametrize(
    ("days", "amount", "has_broken_agreement", "holds"),
    [
        (1, 500.0, True, True),
        (1, 500.0, False, False),
        (0, 500.0, True, False),
        (1, 499.0, True, False),
        (61, 500.0, False, True),
    ],
)
def test_a_broken_agreement_does_instead_of_the_days(
    days, amount, has_broken_agreement, holds
):
    rule = StageRule("x", 1, min_days=61, min_amount=500.0, on_broken_agreement=True)
    assert rule.holds(days, amount, 100.0, 0, has_broken_agreement) is holds
    deaf = StageRule("x", 1, min_days=61, min_amount=500.0)
    assert deaf.holds(days, amount, 100.0, 0, has_broken_agreement) is (days >= 61)


def test_what_is_promised_is_not_cured():
    held = decide(FOUR, EXTRAJUDICIAL, EXTRAJUDICIAL, 0, 0.0, 0.0, is_held=True)
    assert held == Decision(EXTRAJUDICIAL)
    cured = decide(FOUR, EXTRAJUDICIAL, EXTRAJUDICIAL, 0, 0.0, 0.0)
    assert cured == Decision(PREVENTIVA, move_to=PREVENTIVA)


def test_who_is_in_court_is_not_cured_before_that_is_over():
    sued = decide(FOUR, JUDICIAL, JUDICIAL, 0, 0.0, 0.0, is_in_court=True)
    assert sued == Decision(JUDICIAL)
    over = decide(FOUR, JUDICIAL, JUDICIAL, 0, 0.0, 0.0)
    assert over == Decision(PREVENTIVA, propose=PREVENTIVA)
    overdue = decide(FOUR, JUDICIAL, JUDICIAL, 5, 10.0, 10.0, is_in_court=True)
    assert overdue == Decision(ADMINISTRATIVA)
    elsewhere = decide(
        FOUR, EXTRAJUDICIAL, EXTRAJUDICIAL, 0, 0.0, 0.0, is_in_court=True
    )
    assert elsewhere == Decision(PREVENTIVA, move_to=PREVENTIVA)


# -- the four stages --------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (0, None),
        (1, ADMINISTRATIVA),
        (60, ADMINISTRATIVA),
        (61, EXTRAJUDICIAL),
        (180, EXTRAJUDICIAL),
    ],
)
def test_age_moves_a_case_forward(days, stage):
    result = decision(PREVENTIVA, PREVENTIVA, days)
    assert result == Decision(stage or PREVENTIVA, move_to=stage)


def test_court_is_proposed_and_all_before_it_is_entered():
    result = decision(ADMINISTRATIVA, ADMINISTRATIVA, 200)
    assert result == Decision(JUDICIAL, move_to=EXTRAJUDICIAL, propose=JUDICIAL)


def test_court_is_only_proposed_next_to_it():
    result = decision(EXTRAJUDICIAL, EXTRAJUDICIAL, 181)
    assert result == Decision(JUDICIAL, propose=JUDICIAL)


def test_a_verdict_acts_once():
    assert decision(EXTRAJUDICIAL, JUDICIAL, 250) == Decision(JUDICIAL)


def test_what_a_person_has_set_stands_until_the_facts_change():
    assert decision(ADMINISTRATIVA, EXTRAJUDICIAL, 90) == Decision(EXTRAJUDICIAL)
    assert decision(JUDICIAL, EXTRAJUDICIAL, 90) == Decision(EXTRAJUDICIAL)


def test_a_cured_case_returns_to_the_first_stage():
    result = decision(EXTRAJUDICIAL, EXTRAJUDICIAL, 0, amount=0, share=0)
    assert result == Decision(PREVENTIVA, move_to=PREVENTIVA)


def test_leaving_court_is_proposed():
    result = decision(JUDICIAL, JUDICIAL, 0, amount=0, share=0)
    assert result == Decision(PREVENTIVA, propose=PREVENTIVA)


def test_a_partial_cure_moves_nothing_back():
    assert decision(EXTRAJUDICIAL, EXTRAJUDICIAL, 20) == Decision(ADMINISTRATIVA)


def test_a_new_case_is_decided_at_once():
    result = decision(PREVENTIVA, None, 70)
    assert result == Decision(EXTRAJUDICIAL, move_to=EXTRAJUDICIAL)


def test_the_highest_rule_that_holds_decides():
    by_amount = StageRule("by_amount", 1, min_amount=5000.0)
    rules = [PREVENTIVA, by_amount, StageRule("late", 2, min_days=30)]
    assert decision(PREVENTIVA, None, 40, 100.0, rules=rules).verdict.stage == "late"
    assert decision(PREVENTIVA, None, 5, 6000.0, rules=rules).verdict == by_amount


def test_no_machine_takes_a_case_out_of_a_stage_that_a_person_decides_on():
    written_off = StageRule("written_off", 4, min_days=720)
    result = decision(JUDICIAL, JUDICIAL, 800, rules=[*FOUR, written_off])
    assert result == Decision(written_off, propose=written_off)


# -- whatever the facts -----------------------------------------------------------


@st.composite
def rule_sets(draw):
    """Two to five stages; the lowest one always holds."""
    number = draw(st.integers(2, 5))
    higher = [
        StageRule(
            rank,
            rank,
            min_days=draw(st.integers(0, 200)),
            min_amount=draw(st.sampled_from([0.0, 100.0, 5000.0])),
            min_share=draw(st.sampled_from([0.0, 10.0, 50.0])),
            automatic=draw(st.booleans()),
        )
        for rank in range(1, number)
    ]
    return [StageRule(0, 0), *higher]


@st.composite
def situations(draw):
    rules = draw(rule_sets())
    return {
        "rules": draw(st.permutations(rules)),
        "current": draw(st.sampled_from(rules)),
        "last_verdict": draw(st.sampled_from([None, *rules])),
        "days": draw(st.integers(0, 250)),
        "amount": draw(st.floats(0, 10_000)),
        "share": draw(st.floats(0, 100)),
    }


@settings(max_examples=500)
@given(situations())
def test_the_machine_neither_enters_nor_leaves_a_stage_of_people(facts):
    result = decide(**facts)
    if result.move_to:
        assert result.move_to.automatic or result.move_to.rank == 0
        assert facts["current"].automatic


@given(situations())
def test_a_move_goes_forward_or_all_the_way_back(facts):
    result = decide(**facts)
    if result.move_to:
        lowest = min(rule.rank for rule in facts["rules"])
        assert (
            result.move_to.rank > facts["current"].rank or result.move_to.rank == lowest
        )
        assert result.move_to != facts["current"]


@given(situations())
def test_nobody_is_asked_about_the_stage_a_case_is_in(facts):
    result = decide(**facts)
    assert result.propose != facts["current"] or result.propose is None


@given(situations())
def test_a_proposal_is_the_verdict(facts):
    result = decide(**facts)
    assert result.propose in (None, result.verdict)


@given(situations())
def test_deciding_again_on_the_same_facts_changes_nothing(facts):
    first = decide(**facts)
    again = decide(
        **{
            **facts,
            "current": first.move_to or facts["current"],
            "last_verdict": first.verdict,
        }
    )
    assert again == Decision(first.verdict)


@given(situations())
def test_the_verdict_depends_on_the_facts_alone(facts):
    elsewhere = min(facts["rules"], key=lambda rule: rule.rank)
    other = decide(**{**facts, "current": elsewhere, "last_verdict": None})
    assert decide(**facts).verdict == other.verdict


@given(situations(), st.integers(0, 100), st.floats(0, 1000))
def test_a_worse_debt_never_gets_a_milder_verdict(facts, days, amount):
    worse = {**facts, "days": facts["days"] + days, "amount": facts["amount"] + amount}
    assert decide(**worse).verdict.rank >= decide(**facts).verdict.rank
