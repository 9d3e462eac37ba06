"""A database of an earlier version keeps what it holds and gets all that is new."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import old_version
import picture
import pytest
from cartera_dev.templates import Template
from prepared_databases import NOON, Database, databases, without_clone

# Every earlier version, and what is done with it.
LIVES = {
    "19.0.1.0.0": ["use"],
    "19.0.2.0.0": ["use", "collect"],
    "19.0.3.0.0": ["use", "deal"],
}

# What an update does not add to the strategies that a company works with.
LEFT_OUT = {
    "19.0.2.0.0": {
        f"xml id cartera_step_{strategy}_promise_call cartera.strategy.step true"
        for strategy in ("companies", "persons")
    }
}

MAIN = Template().company
HEAD, MEMBER = "Group Head", "Group Member"

DONE_TO_DEBTORS = (
    "activity",
    "partner",
    "cartera_communication",
    "cartera_contact",
    "cartera_step_execution",
)


@dataclass
class Upgraded:
    """A database that came from an old version, and what it held before."""

    version: str
    database: Database
    counts: dict
    columns: dict[str, str]
    rows: dict[str, list[str]]
    rules: dict[str, list]
    shipped: set[str]
    dealings: dict[str, dict]


@pytest.fixture(scope="module")
def make(odoo, request):
    """Makes databases for the tests of this file."""
    with databases(odoo, request.path.with_name("steps.py")) as make:
        yield make


@pytest.fixture(scope="module")
def fresh(make):
    """A database with the present version, installed."""
    database = make().at(NOON)
    database.install()
    return database


@pytest.fixture(scope="module", params=LIVES)
def upgraded(make, tmp_path_factory, request):
    """A database that an old version has lived in, updated to the present one."""
    folder = tmp_path_factory.mktemp("old")
    old_version.unpack(request.param, folder)
    database = make().at(NOON)
    old = replace(database, odoo=without_clone(database.odoo, folder, addons=folder))
    old.install()
    for step in LIVES[request.param]:
        old.do(step)
    # Whoever reads them brings in what waits, which the last step leaves waiting.
    dealings = old.do("dealings") if "deal" in LIVES[request.param] else {}
    counts = old.do("leave")
    [[counts["waiting"]]] = old.sql("SELECT COUNT(*) FROM cartera_case_queue")
    columns = picture.kept(picture.columns(old))
    before = Upgraded(
        request.param,
        database,
        counts,
        columns,
        rows=picture.rows(old, columns),
        rules=picture.rules(old),
        shipped=set(picture.shipped(old, columns)),
        dealings=dealings,
    )
    database.upgrade()
    return before


def test_nothing_that_was_there_is_lost_or_changed(upgraded):
    assert upgraded.counts["cases"] > 50
    assert upgraded.counts["moves"] > 50
    after = picture.rows(upgraded.database, upgraded.columns)
    lost = {name: set(rows) - set(after[name]) for name, rows in upgraded.rows.items()}
    assert {name: rows for name, rows in lost.items() if rows} == {}
    added = {
        name: set(after[name]) - set(rows)
        for name, rows in upgraded.rows.items()
        if name not in picture.GROWING
    }
    assert {name: rows for name, rows in added.items() if rows} == {}


def test_it_is_made_as_if_installed_anew(upgraded, fresh):
    made = picture.shape(upgraded.database)
    left_out = LEFT_OUT.get(upgraded.version, set())
    assert made ^ picture.shape(fresh) == left_out


def test_record_rules_are_the_present_ones_but_for_the_changed_one(upgraded, fresh):
    changed = "cartera_case_rule_own"
    now, installed = picture.rules(upgraded.database), picture.rules(fresh)
    assert now.pop(changed) == upgraded.rules[changed] != installed.pop(changed)
    assert now == installed


def test_shipped_records_get_what_is_new_to_them(upgraded, fresh):
    def new_columns(database):
        found = picture.shipped(database, upgraded.columns)
        return {name: found[name] for name in upgraded.shipped}

    assert upgraded.shipped
    assert new_columns(upgraded.database) == new_columns(fresh)


def test_the_company_gets_the_settings_that_are_new(upgraded, fresh):
    now, installed = (
        picture.settings(database, MAIN, upgraded.columns)
        for database in (upgraded.database, fresh)
    )
    assert installed
    assert now == installed


def test_arrears_that_are_there_are_the_first_episode(upgraded):
    found = upgraded.database.do("episodes")
    assert len(found) == upgraded.counts["cases"]
    if upgraded.version != "19.0.1.0.0":
        return  # It has counted them itself: they are kept as they are.
    late = [case for case in found if case[2] != "False"]
    assert 10 < len(late) < len(found)
    for episode, since, oldest_due in found:
        if oldest_due == "False":
            assert [episode, since] == [0, "False"]
        else:
            first_day = date.fromisoformat(oldest_due) + timedelta(days=1)
            assert [episode, since] == [1, str(first_day)]


def test_whoever_has_a_case_finds_it_in_the_list_of_the_day(upgraded):
    found = upgraded.database.do("workers")
    assert found.pop("workers") > 0
    assert found.pop("worklist") > 10
    assert found == {"others": 0, "strangers": 0}


def test_what_people_had_noted_is_carried_over(upgraded):
    found = upgraded.database.do("carried")
    assert found["without result"] == 0
    if "collect" not in LIVES[upgraded.version]:
        assert found["pauses"] == found["promises"] == {}
        return
    # A pause by a person, reviewed on the last day of the hold.
    assert found["pauses"] == {"Held": ["internal", 10, True, True]}
    # State, what was paid, what the items hold, what the case awaits, what is asked
    # for now.
    assert found["promises"] == {
        "Promised": ["open", 0, 777, 777, 0],
        "Broke A Promise": ["broken", 0, 777, 0, 777],
        "Kept A Promise": ["kept", 777, 777, 0, 0],
    }
    assert {phone for *_rest, phone, _code in found["contacts"]} == {"+525555512000"}
    assert {tuple(row[:2]): row[3] for row in found["contacts"]} == {
        ("out", "sent"): "sent",
        ("out", "no_answer"): "no_answer",
        ("out", "reached"): "reached",
        ("out", "third_party"): "third_party",
        ("out", "wrong_number"): "wrong_number",
        ("out", "bounced"): "bounced",
        ("in", "reached"): "incoming",
    }


def test_promises_disputes_pauses_and_steps_mean_the_same(upgraded):
    if not upgraded.dealings:
        return  # There were none yet.
    before = upgraded.dealings
    assert upgraded.database.do("dealings") == before
    states = [promise[0] for row in before.values() for promise in row["promises"]]
    assert sorted(states) == ["broken", "open", "open"]
    statuses = {item[1] for row in before.values() for item in row["items"]}
    assert statuses == {"collectable", "promised", "paused", "disputed"}
    # Per debtor, and per item: who are asked for once, by whatever key.
    assert {step[2] for row in before.values() for step in row["steps"]} == {
        False,
        True,
    }
    assert len(before[HEAD]["items"]) == 3


def test_a_second_update_changes_nothing(upgraded):
    database = upgraded.database
    columns = picture.columns(database)
    before = picture.rows(database, columns), picture.shape(database)
    database.upgrade()
    assert picture.rows(database, columns) == before[0]
    assert picture.shape(database) == before[1]


def test_cases_items_and_accounts_agree(upgraded):
    assert upgraded.counts["waiting"], "nothing waited to be brought in"
    totals = upgraded.database.do("totals")
    assert totals["cases"] == totals["items"] > 0
    assert totals["differences"] == 0


def test_the_first_night_does_nothing_to_debtors_unasked(upgraded):
    database = upgraded.database
    columns = picture.columns(database)
    before = picture.rows(database, columns)
    assert database.do("night") == {"states": ["done"], "errors": []}
    after = picture.rows(database, columns)
    # Neither do the stages take anything from the debtors who are in them already.
    for name in DONE_TO_DEBTORS:
        assert after[name] == before[name], name
    assert database.do("totals")["differences"] == 0


def test_old_debt_can_be_agreed_on(upgraded):
    if not upgraded.dealings:
        return  # There is no such debtor.
    owed = upgraded.dealings[HEAD]["amounts"][0]
    assert upgraded.database.do("agree") == {
        "state": "active",
        "covered": owed,
        "debtors": [HEAD, MEMBER],
        "instalments": owed,
        "agreed": [owed, owed],
        "documents": ["contract"],
        "differences": 0,
    }
