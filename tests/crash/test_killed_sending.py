"""Messages reach the mail server once each, whoever is killed and whatever the server
does; the few that nobody can be sure of are shown to a person."""

import json
import random
from collections import Counter
from pathlib import Path

import killing
import pytest
from prepared_databases import databases
from smtp_server import Behaviour, MailServer

STEPS = Path(__file__).with_name("mail_steps.py")
KILLS = 12
DEBTORS = 40
MORNINGS = 4
LAST_MORNING = MORNINGS - 1

STATES = """
    SELECT state, COUNT(*) FROM cartera_communication
    WHERE channel = 'email' GROUP BY 1 ORDER BY 1
"""
MESSAGES = """
    SELECT message.message_id, communication.state, communication.address,
        communication.date::text
    FROM cartera_communication communication
    LEFT JOIN mail_message message ON message.id = communication.mail_message_id
    WHERE communication.channel = 'email'
"""
# Every step once for every debtor, each with what it made.
EXECUTIONS = """
    SELECT step.name ->> 'en_US', execution.state, COUNT(*),
        COUNT(DISTINCT execution.case_id), COUNT(DISTINCT execution.communication_id),
        COUNT(DISTINCT execution.activity_id)
    FROM cartera_step_execution execution
    JOIN cartera_strategy_step step ON step.id = execution.step_id
    GROUP BY 1, 2 ORDER BY 1, 2
"""
EXECUTION_COUNT = "SELECT COUNT(*) FROM cartera_step_execution"


@pytest.fixture(scope="module")
def server():
    """The server that takes the messages; every test finds it empty and well."""
    with MailServer().running() as server:
        yield server


@pytest.fixture(scope="module")
def databases_of_all(odoo, server):
    """A database with debtors who get messages, and one to copy it to."""
    with databases(odoo, STEPS) as make_database:
        company, copy = make_database(), make_database()
        company.install()
        do(company, "make_debts", server.port)
        yield company, copy


@pytest.fixture
def database(databases_of_all, server):
    """A company whose debtors have not got anything yet."""
    company, copy = databases_of_all
    server.accepted.clear()
    server.behaviour = Behaviour(delay=0.01)
    company.odoo.copy(company.name, copy.name)
    return copy


def command(database, step: str, *words) -> list[str]:
    words = [step, database.name, *map(str, words)]
    return [str(database.odoo.python), str(STEPS), *words]


def do(database, step: str, *words):
    """Calls a function of mail_steps.py and gives what it returns."""
    output = database.odoo.quietly(
        command(database, step, *words), what=step, log=f"step-{step}"
    )
    return json.loads(output.splitlines()[-1])


def start(database, *mornings):
    """The mornings, all or from one to another, lived through by a process of its
    own."""
    return killing.start(database.odoo, command(database, "work", *mornings))


def assert_sent_once(database, server, mornings, perhaps=0) -> None:
    """Every debtor was sent one message each morning: the server has it once. At most
    `perhaps` of them are in doubt; a person is shown those."""
    messages = database.sql(MESSAGES)
    accepted = Counter(mail.message_id for mail in server.accepted)
    assert len(messages) == DEBTORS * mornings
    assert len({(address, day) for _id, _state, address, day in messages}) == len(
        messages
    )
    in_doubt = {id_ for id_, state, *_rest in messages if state == "unconfirmed"}
    sent = {id_ for id_, state, *_rest in messages if state == "sent"}
    assert len(sent) + len(in_doubt) == len(messages), database.sql(STATES)
    assert len(in_doubt) <= perhaps
    assert set(accepted.values()) == {1}, "a message was sent twice"
    assert sent <= set(accepted), "a message was lost"
    assert set(accepted) <= sent | in_doubt


def test_killed_sending_loses_and_doubles_nothing(database, server):
    # So slow that the mornings are not over before the last kill.
    server.behaviour = Behaviour(delay=0.1)
    chance = random.Random(23)
    killed = 0
    for _ in range(KILLS):
        process = start(database)
        killing.wait_until_at_work(process, lambda: progress(database, server))
        killed += killing.kill_later(process, chance.uniform(0, 2))
    assert killed >= KILLS // 2, "little was killed: the mornings are over too soon"
    server.behaviour = Behaviour()
    do(database, "work")
    do(database, "send_later")

    assert database.sql(EXECUTIONS) == calm_executions()
    assert_sent_once(database, server, MORNINGS, perhaps=killed)


def test_killed_while_the_server_answers(database, server):
    """The worst moment: the server has the message, and the sender does not know."""
    server.behaviour = Behaviour(delay=1)
    for number in range(3):
        process = start(database)
        killing.wait_until_at_work(process, lambda: len(server.accepted))
        assert killing.kill_later(process, 0)
        assert len(server.accepted) == number + 1
    server.behaviour = Behaviour()
    do(database, "work")
    do(database, "send_later")

    assert_sent_once(database, server, MORNINGS, perhaps=3)
    assert ["unconfirmed", 3] in database.sql(STATES)


def test_two_at_once_do_it_once(database, server):
    for morning in range(MORNINGS):
        both = [start(database, morning, morning) for _ in range(2)]
        for process in both:
            process.communicate()
            assert process.returncode == 0
    do(database, "send_later")

    assert database.sql(EXECUTIONS) == calm_executions()
    assert_sent_once(database, server, MORNINGS)


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(hang_up=True),
        Behaviour(defer=True),
        Behaviour(drop_before_end=True),
    ],
    ids=["hangs up", "defers", "breaks off"],
)
def test_what_the_server_did_not_take_is_sent_later(database, server, behaviour):
    server.behaviour = behaviour
    do(database, "work", LAST_MORNING)
    assert server.accepted == []

    server.behaviour = Behaviour()
    do(database, "send_later")
    assert_sent_once(database, server, 1)


def test_what_was_not_taken_by_day_does_not_leave_at_night(database, server):
    """The law of the hours holds for the moment when a message really leaves."""
    server.behaviour = Behaviour(hang_up=True)
    do(database, "work", LAST_MORNING)

    server.behaviour = Behaviour()
    do(database, "send_later", 14)  # midnight there
    assert server.accepted == []
    do(database, "send_later")
    assert_sent_once(database, server, 1)


def test_what_may_have_arrived_is_not_sent_again(database, server):
    server.behaviour = Behaviour(drop_after_end=True)
    do(database, "work", LAST_MORNING)

    server.behaviour = Behaviour()
    do(database, "send_later")
    assert len(server.accepted) == DEBTORS
    assert_sent_once(database, server, 1, perhaps=DEBTORS)


def test_a_refused_address_stops_nobody_else(database, server):
    server.behaviour = Behaviour(refuse=frozenset({"debtor7@example.com"}))
    do(database, "work", LAST_MORNING)
    do(database, "send_later")

    assert Counter(server.recipients()) == {
        f"debtor{number}@example.com": 1 for number in range(DEBTORS) if number != 7
    }
    failed = [row for row in database.sql(MESSAGES) if row[1] in ("failed", "bounced")]
    assert [address for _id, _state, address, _day in failed] == ["debtor7@example.com"]


def progress(database, server):
    """A value that changes while somebody works."""
    return len(server.accepted), database.sql(EXECUTION_COUNT)


def calm_executions():
    """What the executions are when nothing disturbs them."""
    return sorted(
        [f"{action} {number}", "done", DEBTORS, DEBTORS, *made]
        for number in range(MORNINGS)
        for action, made in (("email", [DEBTORS, 0]), ("call", [0, DEBTORS]))
    )
