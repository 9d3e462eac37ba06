"""Sales orders are guarded where sales are installed, and only as long as we are."""

from prepared_databases import NOON

IN_STAGE = "Ana is in the collection stage Extrajudicial"


def test_orders_of_debtors_are_warned_of_blocked_and_allowed(make_database):
    database = make_database().at(NOON)
    database.install()
    database.odoo.install(database.name, "-i", "sale", "--without-demo=1")
    seen = database.do("guarded_orders")
    assert seen["before"] == {"warning": "", "state": "sale"}
    assert seen["warned"]["warning"].startswith(IN_STAGE)
    assert seen["warned"]["state"] == "sale"
    assert seen["blocked"]["warning"].startswith(IN_STAGE)
    assert seen["blocked"]["state"].startswith(IN_STAGE)
    assert seen["paid in advance"]["state"] == "sale"
    assert seen["allowed"]["state"] == "sale"
    assert seen["allowed once"]["state"].startswith(IN_STAGE)
    assert seen["recovered"] == {"warning": "", "state": "sale"}

    database.uninstall()
    assert database.do("confirm_order") == {"warning": "", "state": "sale"}
