"""Agreements whose debt was moved to items of the instalments' own."""

from datetime import date

from cartera_lib.agreement_rules import Facts, Installment, judge

D1, D2 = date(2026, 7, 10), date(2026, 8, 10)


def _judge(day, first=(), second=(), credited=0):
    money = tuple(sorted([*first, *second]))
    facts = Facts(
        kind="reestructura",
        installments=(
            Installment(1, D1, 0, 500, own_money=tuple(first)),
            Installment(
                2, D2, 500, 900, own_money=tuple(second), own_credited=credited
            ),
        ),
        total=900,
        money=money,
        credited=credited,
        default_missed=1,
    )
    return judge(facts, day)


def test_money_pays_the_instalment_it_was_matched_with():
    verdict = _judge(date(2026, 7, 20), second=[(D1, 400)])
    first, second = verdict.standings[1], verdict.standings[2]
    assert (first.state, first.paid, first.open) == ("overdue", 0, 500)
    assert (second.state, second.paid, second.date_paid) == ("paid", 400, D1)
    assert verdict.state == "default"
    assert verdict.date_next == D1


def test_money_of_a_day_to_come_has_not_come():
    verdict = _judge(date(2026, 7, 1), first=[(D1, 500)])
    assert (verdict.standings[1].state, verdict.standings[1].paid) == ("pending", 0)


def test_a_credit_note_shortens_the_instalment_it_was_matched_with():
    verdict = _judge(date(2026, 7, 1), first=[(D1, 0)], credited=150)
    assert [verdict.standings[key].open for key in (1, 2)] == [500, 250]
    verdict = _judge(date(2026, 7, 1), credited=400)
    assert verdict.standings[2].state == "void"
    assert verdict.standings[1].state == "pending"


def test_kept_when_each_is_paid():
    verdict = _judge(D2, first=[(D1, 500)], second=[(D2, 250)], credited=150)
    assert verdict.state == "kept"
    assert verdict.date_kept == D2
