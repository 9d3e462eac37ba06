"""Nightly runs that are killed, or that meet each other, do all their work once."""

import random
import subprocess

import killing
import pytest

KILLS = 12

MOVES = """
    SELECT partner.name, move.date::text, stage_from.code, stage_to.code, move.reason
    FROM cartera_stage_move move
    JOIN cartera_case debtor_case ON debtor_case.id = move.case_id
    JOIN res_partner partner ON partner.id = debtor_case.partner_id
    JOIN cartera_stage stage_from ON stage_from.id = move.stage_from_id
    JOIN cartera_stage stage_to ON stage_to.id = move.stage_to_id
    ORDER BY 1, 2, 3, 4
"""
CASES = """
    SELECT partner.name, stage.code, proposed.code, debtor_case.amount_overdue::text
    FROM cartera_case debtor_case
    JOIN res_partner partner ON partner.id = debtor_case.partner_id
    JOIN cartera_stage stage ON stage.id = debtor_case.stage_id
    LEFT JOIN cartera_stage proposed ON proposed.id = debtor_case.stage_proposed_id
    ORDER BY 1
"""
# What is promised, contested and paused, and what came of it.
PROMISES = """
    SELECT partner.name, promise.state, promise.amount_kept::text,
        promise.date_ended::text, promise.date_next::text,
        (SELECT string_agg(part.state || ' ' || part.date_judged, ', ' ORDER BY part.id)
            FROM cartera_promise_installment part WHERE part.promise_id = promise.id),
        (SELECT string_agg(change.state_to, ', ' ORDER BY change.id)
            FROM cartera_promise_change change WHERE change.promise_id = promise.id),
        (SELECT bool_or(item.is_open)
            FROM cartera_promise_item item WHERE item.promise_id = promise.id)
    FROM cartera_promise promise
    JOIN cartera_case debtor_case ON debtor_case.id = promise.case_id
    JOIN res_partner partner ON partner.id = debtor_case.partner_id
    ORDER BY 1
"""
DISPUTES = """
    SELECT partner.name, dispute.state, dispute.amount_open::text,
        dispute.date_escalated::text,
        (SELECT COUNT(*) FROM mail_activity activity
            WHERE activity.res_model = 'cartera.dispute'
                AND activity.res_id = dispute.id)
    FROM cartera_dispute dispute
    JOIN res_partner partner ON partner.id = dispute.partner_id
    ORDER BY 1
"""
PAUSES = """
    SELECT partner.name, pause.is_whole, pause.state, pause.date_ended::text,
        debtor_case.hold_until::text, debtor_case.amount_paused::text
    FROM cartera_pause pause
    JOIN cartera_case debtor_case ON debtor_case.id = pause.case_id
    JOIN res_partner partner ON partner.id = debtor_case.partner_id
    ORDER BY 1
"""
WORKLIST = """
    SELECT partner.name, entry.date_next::text, entry.next_action, entry.points,
        entry.explanation::text
    FROM cartera_worklist_entry entry
    JOIN cartera_case debtor_case ON debtor_case.id = entry.case_id
    JOIN res_partner partner ON partner.id = debtor_case.partner_id
    ORDER BY 1
"""
RUNS = "SELECT date::text, state, COUNT(*) FROM cartera_run GROUP BY 1, 2 ORDER BY 1"
PHASES = """
    SELECT run.date::text, phase.phase, COUNT(*)
    FROM cartera_run_phase phase JOIN cartera_run run ON run.id = phase.run_id
    GROUP BY 1, 2 ORDER BY 1, 2
"""
PHASE_COUNT = "SELECT COUNT(*) FROM cartera_run_phase"
PICTURE = (MOVES, CASES, RUNS, PHASES, PROMISES, DISPUTES, PAUSES, WORKLIST)


@pytest.fixture
def database(make_database):
    """A company with debtors who fall overdue one after the other."""
    database = make_database()
    database.install()
    database.do("make_debts")
    return database


def start(database) -> subprocess.Popen:
    """The nights, done by a process of its own."""
    words = [str(database.odoo.python), str(database.steps), "run_nights"]
    return killing.start(database.odoo, [*words, database.name])


def picture(database) -> list:
    """All that the runs have left behind."""
    return [database.sql(statement) for statement in PICTURE]


def start_over(database, copy_of) -> None:
    """Makes `database` a copy of another one again."""
    database.odoo.copy(copy_of.name, database.name)


def test_killed_and_doubled_runs_leave_what_one_calm_run_leaves(
    database, make_database
):
    calm = make_database()
    start_over(calm, database)
    calm.do("run_nights")
    expected = picture(calm)
    assert len(expected[0]) >= 25, (
        "too little happens in these nights to prove anything"
    )
    assert {state for _date, state, _count in expected[2]} == {"done"}
    promises, disputes, pauses, worklist = expected[4:]
    assert {state for _name, state, *_rest in promises} == {"partial", "broken"}
    assert all(escalated and asked for *_rest, escalated, asked in disputes)
    assert {state for _name, _whole, state, *_rest in pauses} == {"ended"}
    assert worklist

    doubled = calm
    start_over(doubled, database)
    both = [start(doubled), start(doubled)]
    made = [int(process.communicate()[0].splitlines()[-1]) for process in both]
    assert sum(made) == len(expected[2])
    assert picture(doubled) == expected

    chance = random.Random(19)
    killed = 0
    for _ in range(KILLS):
        process = start(database)
        killing.wait_until_at_work(process, lambda: database.sql(PHASE_COUNT))
        killed += killing.kill_later(process, chance.uniform(0, 0.5))
    assert killed, "nothing was killed: the nights are over too soon"
    database.do("run_nights")
    assert picture(database) == expected
