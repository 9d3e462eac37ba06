"""A database of an earlier version keeps what it holds and gets all that is new."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import old_version
import picture
import pytest
from prepared_databases import Database, databases, without_clone

OLD = "19.0.1.0.0"


@dataclass
class Upgraded:
    """A database that came from the old version, and what it held before."""

    database: Database
    counts: dict
    columns: dict[str, str]
    rows: dict[str, list[str]]
    rules: dict[str, list]
    shipped: set[str]


@pytest.fixture(scope="module")
def make(odoo, request):
    """Makes databases for the tests of this file."""
    with databases(odoo, request.path.with_name("steps.py")) as make:
        yield make


@pytest.fixture(scope="module")
def fresh(make):
    """A database with the present version, installed."""
    database = make()
    database.install()
    return database


@pytest.fixture(scope="module")
def upgraded(odoo, make, tmp_path_factory):
    """A database that the old version has lived in, updated to the present one."""
    folder = tmp_path_factory.mktemp("old")
    old_version.unpack(OLD, folder)
    database = make()
    old = replace(database, odoo=without_clone(odoo, folder, addons=folder))
    old.install()
    counts = old.do("use")
    columns = picture.columns(old)
    before = Upgraded(
        database,
        counts,
        columns,
        rows=picture.rows(old, columns),
        rules=picture.rules(old),
        shipped=set(picture.shipped(old, columns)),
    )
    database.upgrade()
    return before


def test_nothing_that_was_there_is_lost_or_changed(upgraded):
    assert upgraded.counts["cases"] > 50
    assert upgraded.counts["moves"] > 50
    after = picture.rows(upgraded.database, upgraded.columns)
    for name, rows in upgraded.rows.items():
        if name in picture.GROWING:
            assert set(rows) <= set(after[name]), name
        else:
            assert after[name] == rows, name


def test_it_is_made_as_if_installed_anew(upgraded, fresh):
    made = picture.shape(upgraded.database)
    assert sorted(made ^ picture.shape(fresh)) == []


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


def test_arrears_that_are_there_are_the_first_episode(upgraded):
    found = upgraded.database.do("episodes")
    assert len(found) == upgraded.counts["cases"]
    late = [case for case in found if case[2] != "False"]
    assert 10 < len(late) < len(found)
    for episode, since, oldest_due in found:
        if oldest_due == "False":
            assert [episode, since] == [0, "False"]
        else:
            first_day = date.fromisoformat(oldest_due) + timedelta(days=1)
            assert [episode, since] == [1, str(first_day)]


def test_a_second_update_changes_nothing(upgraded):
    database = upgraded.database
    columns = picture.columns(database)
    before = picture.rows(database, columns), picture.shape(database)
    database.upgrade()
    assert picture.rows(database, columns) == before[0]
    assert picture.shape(database) == before[1]


def test_cases_items_and_accounts_agree(upgraded):
    assert upgraded.rows["cartera_case_queue"], "nothing waited to be brought in"
    totals = upgraded.database.do("totals")
    assert totals["cases"] == totals["items"] > 0
    assert totals["differences"] == 0


def test_the_first_night_does_nothing_to_debtors_unasked(upgraded):
    assert upgraded.database.do("night") == {
        "states": ["done"],
        "errors": [],
        "steps": 0,
        "messages": 0,
        "activities": len(upgraded.rows["activity"]),
    }
    # Neither do the stages take anything from the debtors who are in them already.
    after = picture.rows(upgraded.database, upgraded.columns)
    assert after["partner"] == upgraded.rows["partner"]
    assert upgraded.database.do("totals")["differences"] == 0
