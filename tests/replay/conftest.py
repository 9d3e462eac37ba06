from pathlib import Path

import pytest
from prepared_databases import databases, odoo  # noqa: F401  (fixture)

STEPS = Path(__file__).with_name("steps.py")


@pytest.fixture(scope="module")
def lived(odoo):  # noqa: F811
    """The database after ninety days, and what the world outside has seen of them."""
    with databases(odoo, STEPS) as make_database:
        database = make_database()
        database.install()
        yield database, database.do("replay")
