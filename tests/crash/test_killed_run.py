"""Nightly runs that are killed, or that meet each other, do all their work once."""

import os
import random
import signal
import subprocess
import time

import pytest
from cartera_dev import paths

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
    odoo = database.odoo
    return subprocess.Popen(
        [str(odoo.python), str(database.steps), "run_nights", database.name],
        cwd=paths.REPO,
        env=odoo.environment,
        pass_fds=odoo.inherited,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_later(process: subprocess.Popen, seconds: float) -> bool:
    """Kills the process after so long; False if it has ended by itself before."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


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
        wait_for_first_run(database, process)
        killed += kill_later(process, chance.uniform(0, 0.5))
    assert killed, "nothing was killed: the nights are over too soon"
    database.do("run_nights")
    assert picture(database) == expected


def wait_for_first_run(database, process) -> None:
    """Waits until the process has begun to write, so that a kill hits its work."""
    before = database.sql("SELECT COUNT(*) FROM cartera_run_phase")
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if database.sql("SELECT COUNT(*) FROM cartera_run_phase") != before:
            return
        time.sleep(0.05)
