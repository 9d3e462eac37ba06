"""The module comes and goes without a trace, whatever the database holds."""

from catalog import counts, orphans, things
from prepared_databases import NOON

DEALINGS = {
    "cartera.case.cause",
    "cartera.case.owner",
    "cartera.debtor.group",
    "cartera.dispute",
    "cartera.pause",
    "cartera.promise",
    "cartera.team",
}
ALL_IS_WELL = {"states": ["done"], "errors": [], "differences": 0}


def test_empty_database(make_database):
    database = make_database(modules=()).at(NOON)
    database.install()
    assert database.do("nightly_run") == ALL_IS_WELL
    assert database.do("cases")["count"] == 0


def test_existing_invoices_have_their_cases_at_once(make_database):
    database = make_database().at(NOON)
    receivable = database.do("make_invoices")
    database.install()
    cases = {"count": 2, "total": receivable, "overdue": receivable, "bucketed": 2}
    assert database.do("cases") == cases
    assert database.do("nightly_run") == ALL_IS_WELL


def test_uninstalling_leaves_nothing_and_reinstalling_finds_all(make_database):
    database = make_database().at(NOON)
    receivable = database.do("make_invoices")
    before, rows = things(database), counts(database)
    database.install()
    assert database.do("nightly_run") == ALL_IS_WELL
    assert things(database) > before
    assert DEALINGS <= set(database.do("deal_with_debtors"))

    database.uninstall()
    assert sorted(things(database) ^ before) == []
    assert orphans(database) == []
    assert counts(database) == rows
    assert database.do("accounting_works") == "paid, not_paid"
    assert database.do("open_views") > 100

    database.install()
    # The payment taken back outweighs its invoice: both are open.
    assert database.do("cases")["total"] == database.do("receivable") == receivable
    assert database.do("cases")["count"] == 3
    assert database.do("nightly_run") == ALL_IS_WELL


def test_accounting_demo_data_of_odoo(make_database):
    database = make_database(with_demo=True)
    database.install()
    assert database.do("open_items") > 10
    result = database.do("nightly_run")
    assert result["errors"] == []
    assert set(result["states"]) == {"done"}
    assert result["differences"] == 0
