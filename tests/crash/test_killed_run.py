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
RUNS = "SELECT date::text, state, COUNT(*) FROM cartera_run GROUP BY 1, 2 ORDER BY 1"
PHASES = """
    SELECT run.date::text, phase.phase, COUNT(*)
    FROM cartera_run_phase phase JOIN cartera_run run ON run.id = phase.run_id
    GROUP BY 1, 2 ORDER BY 1, 2
"""
PHASE_COUNT = "SELECT COUNT(*) FROM cartera_run_phase"
PICTURE = (MOVES, CASES, RUNS, PHASES)


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
    assert len(expected[0]) >= 30, (
        "too little happens in these nights to prove anything"
    )
    assert {state for _date, state, _count in expected[2]} == {"done"}

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
