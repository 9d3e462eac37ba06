"""Ninety days of the demo company, day by day: what was to happen has happened, once,
and nobody was contacted against the law of their country."""

from collections import Counter, defaultdict
from datetime import date

import facts
import pytest
from law.walk import find_breaches
from witnesses import FIRST_DAY, WITNESSES

STEPS_OF = {witness.name: witness.steps for witness in WITNESSES}
MOVES_OF = {witness.name: witness.moves for witness in WITNESSES}


def day_number(iso: str) -> int:
    return (date.fromisoformat(iso) - date.fromisoformat(FIRST_DAY)).days


@pytest.fixture(scope="module")
def database(lived):
    return lived[0]


@pytest.fixture(scope="module")
def seen(lived):
    return lived[1]


def of_each(rows) -> dict:
    """Rows by debtor: ``{name: ((number of the day, ...), ...)}``."""
    found = defaultdict(tuple)
    for name, day, *rest in rows:
        found[name] += ((day_number(day), *rest),)
    return found


def test_every_night_ends_well(seen):
    assert seen["failures"] == []


@pytest.mark.parametrize("name", STEPS_OF)
def test_witnesses_get_their_steps_on_their_days(database, name):
    assert of_each(database.sql(facts.STEPS_DONE))[name] == STEPS_OF[name]


@pytest.mark.parametrize("name", MOVES_OF)
def test_witnesses_pass_through_their_stages(database, name):
    assert of_each(database.sql(facts.MOVES))[name] == MOVES_OF[name]


def test_each_step_is_done_once(database):
    assert database.sql(facts.TWICE_DONE) == []


def test_one_message_a_day(database):
    assert database.sql(facts.MESSAGES_A_DAY) == []


def test_no_contact_is_outside_the_law(database):
    contacts = facts.contacts(database.sql)

    assert len(contacts) > 300, "too few contacts to prove anything"
    assert {c.country for c in contacts} >= set("AR CL CO EC ES MX PE".split())
    assert {c.channel for c in contacts} >= {"email", "sms", "letter", "call", "visit"}
    assert [str(breach) for breach in find_breaches(contacts)] == []


def test_the_log_knows_every_message_that_left(database, seen):
    """What the walk goes over is what the mail server and the provider received."""
    logged = Counter(
        (contact.channel, contact.moment.isoformat(timespec="seconds"))
        for contact in facts.contacts(database.sql)
        if contact.channel in ("email", "sms")
    )
    left = Counter(
        (channel, message["moment"][:19] + "+00:00")
        for channel, messages in (("email", seen["mails"]), ("sms", seen["texts"]))
        for message in messages
    )
    assert left == logged


def test_every_message_was_accepted_once(database, seen):
    accepted = Counter(mail["message_id"] for mail in seen["mails"])
    sent = database.sql(facts.SENT_MAILS)

    assert set(accepted.values()) == {1}
    assert set(accepted) == {message_id for message_id, _moment, _state in sent}
    assert {state for *_rest, state in sent} == {"sent"}


def test_whoever_authorised_nothing_got_nothing_and_the_plans_say_why(database):
    contacts = facts.contacts(database.sql)
    assert not [c for c in contacts if c.debtor == "Authorised nothing"]
    reasons = dict(database.sql(facts.LEFT_OUT))
    assert reasons["consent"] >= len(STEPS_OF["Never pays, Colombia"]) - 1
