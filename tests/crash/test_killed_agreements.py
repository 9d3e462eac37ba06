"""Agreements are settled, charged, given notice of and ended once each, whoever is
killed, and however many are at it."""

import json
import random
from pathlib import Path

import killing
import pytest
from prepared_databases import databases

STEPS = Path(__file__).with_name("agreement_steps.py")
KILLS = 10
TIMES = 3

# Where each agreement stands, by which steps, and what was told and asked.
AGREEMENTS = """
    SELECT partner.name, agreement.state, agreement.standing,
        agreement.amount_paid::text, agreement.amount_credited::text,
        agreement.is_paid_late,
        (SELECT string_agg(change.state_to, ', ' ORDER BY change.id)
            FROM cartera_agreement_change change
            WHERE change.agreement_id = agreement.id),
        (SELECT string_agg(
                concat_ws(' ', part.state, part.amount_paid, part.amount_open,
                    part.charge_outcome), ', ' ORDER BY part.number)
            FROM cartera_agreement_installment part
            WHERE part.agreement_id = agreement.id),
        (SELECT string_agg(document.kind || ' ' || document.state, ', '
                ORDER BY document.id)
            FROM cartera_agreement_document document
            WHERE document.agreement_id = agreement.id),
        (SELECT string_agg(message.kind || ' ' || message.state, ', '
                ORDER BY message.id)
            FROM cartera_communication message
            WHERE message.agreement_id = agreement.id),
        (SELECT string_agg(activity.activity_type_id::text, ', '
                ORDER BY activity.id)
            FROM mail_activity activity
            WHERE activity.res_model = 'cartera.agreement'
                AND activity.res_id = agreement.id)
    FROM cartera_agreement agreement
    JOIN res_partner partner ON partner.id = agreement.partner_id
    ORDER BY 1
"""
# What the agreements made of the ledger, entry by entry, cash-basis taxes with them.
ENTRIES = """
    SELECT partner.name, move.move_type, move.state, move.cartera_settles,
        string_agg(
            account.code_store::text || ' ' || line.balance || ' '
                || line.amount_residual,
            ', ' ORDER BY account.code_store::text, line.balance, line.id
        )
    FROM account_move move
    JOIN account_move_line line ON line.move_id = move.id
    JOIN account_account account ON account.id = line.account_id
    JOIN res_partner partner ON partner.id = line.partner_id
    GROUP BY partner.name, move.id
    ORDER BY 1, 2, 3, 4, 5
"""
# What is matched with what, in the books of each debtor.
MATCHES = """
    SELECT partner.name, partial.amount::text, COUNT(*)
    FROM account_partial_reconcile partial
    JOIN account_move_line line ON line.id = partial.debit_move_id
    JOIN res_partner partner ON partner.id = line.partner_id
    GROUP BY 1, 2 ORDER BY 1, 2
"""
# The same on their days, where one worker after the other does it.
DAYS = """
    SELECT partner.name, agreement.date_started::text, agreement.date_ended::text,
        agreement.date_notice::text, agreement.date_cure_until::text,
        agreement.date_default::text,
        (SELECT string_agg(move.name || ' ' || move.date, ', ' ORDER BY move.id)
            FROM account_move move
            WHERE move.cartera_agreement_id = agreement.id),
        (SELECT string_agg(part.date_paid::text, ', ' ORDER BY part.number)
            FROM cartera_agreement_installment part
            WHERE part.agreement_id = agreement.id)
    FROM cartera_agreement agreement
    JOIN res_partner partner ON partner.id = agreement.partner_id
    ORDER BY 1
"""
RUNS = "SELECT date::text, state, COUNT(*) FROM cartera_run GROUP BY 1, 2 ORDER BY 1"
ERRORS = "SELECT message FROM cartera_run_error"
DONE = (AGREEMENTS, ENTRIES, MATCHES, ERRORS)
# A value that changes while agreements are being dealt with.
PROGRESS = """
    SELECT (SELECT COUNT(*) FROM cartera_agreement_change),
        (SELECT COUNT(*) FROM cartera_run_phase WHERE phase <= 'd'),
        (SELECT COUNT(*) FROM account_move WHERE cartera_agreement_id IS NOT NULL)
"""


@pytest.fixture(scope="module")
def prepared(odoo):
    """A company with agreements in force, what the nights make of it undisturbed, and
    a database to copy it to."""
    with databases(odoo, STEPS) as make_database:
        company, calm, copy = (make_database() for _ in range(3))
        company.install()
        company.do("make_agreements")
        odoo.copy(company.name, calm.name)
        calm.do("live")
        yield company, calm, copy


@pytest.fixture
def calm(prepared):
    return prepared[1]


@pytest.fixture
def database(prepared):
    """The company before the first night."""
    company, _calm, copy = prepared
    company.odoo.copy(company.name, copy.name)
    return copy


def start(database, step: str):
    """A step, done by a process of its own."""
    words = [str(database.odoo.python), str(STEPS), step, database.name]
    return killing.start(database.odoo, words)


def picture(database, statements) -> list:
    return [database.sql(statement) for statement in statements]


def test_every_fate_comes_to_its_end(calm):
    assert calm.sql(ERRORS) == []
    states = {}
    for name, state, *_rest in calm.sql(AGREEMENTS):
        states.setdefault(name[:-2], []).append(state)
    assert states == {
        name: [state] * TIMES
        for name, state in {
            "Broken": "broken",
            "Charged": "kept",
            "Charged And Broken": "broken",
            "Credited": "kept",
            "Cured": "kept",
            "Expired": "expired",
            "Kept": "kept",
            "Moved And Broken": "broken",
            "Moved And Kept": "kept",
            "Paid Late": "expired",
            "Written Off": "kept",
        }.items()
    }


def test_a_killed_night_is_done_once(database, calm):
    chance = random.Random(29)
    killed = 0
    for _ in range(KILLS):
        process = start(database, "live")
        killing.wait_until_at_work(process, lambda: database.sql(PROGRESS))
        killed += killing.kill_later(process, chance.uniform(0, 0.5))
    assert killed >= KILLS // 2, "little was killed: the nights are over too soon"
    database.do("live")
    everything = (*DONE, DAYS, RUNS)
    assert picture(database, everything) == picture(calm, everything)


def test_two_at_once_do_it_once(database, calm):
    both = [start(database, "live") for _ in range(2)]
    made = [json.loads(process.communicate()[0].splitlines()[-1]) for process in both]
    assert sum(made) == len(calm.sql(RUNS))
    everything = (*DONE, DAYS, RUNS)
    assert picture(database, everything) == picture(calm, everything)


def test_the_night_and_the_scheduled_action_settle_once(database, calm):
    """The action may settle a day earlier than the night would."""
    nights, action = start(database, "live"), start(database, "settle")
    for process in (nights, action):
        process.communicate()
        assert process.returncode == 0
    assert picture(database, DONE) == picture(calm, DONE)
