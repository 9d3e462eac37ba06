"""`make demo` prints the portfolio, and does so again from the same database."""

import re
import subprocess

import pytest
from cartera_dev import paths


@pytest.fixture
def database(odoo):
    """A name for a demo database, deleted at the end."""
    name = f"cartera-install-{paths.clone_key()}-demo"
    odoo.drop(name)
    yield name
    odoo.drop(name)


def make_demo(odoo, database: str, **settings) -> str:
    """What `make demo` prints without serving; it has to succeed."""
    done = subprocess.run(
        [odoo.python, paths.REPO / "scripts" / "demo"],
        env=odoo.environment | {"DATABASE": database, "SERVE": "0"} | settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def row(output: str, first: str) -> list[str]:
    """The cells of the table row that begins with `first`."""
    lines = [line for line in output.splitlines() if line.startswith(f"  {first}  ")]
    return re.split(r"\s{2,}", lines[0].strip())


def test_demo(odoo, database):
    english = make_demo(odoo, database, LANG_CODE="en_US")
    assert "Aging of Distribuidora del Bajío, S.A. de C.V. (MXN)" in english
    assert int(row(english, "Total")[1]) > 100
    assert int(row(english, "1-30")[1]) > 0
    assert int(row(english, "+360")[1]) > 0
    assert re.search(r"^Nightly run of .*: Done, ", english, re.M)
    assert row(english, "Move stages")[-1] == "Done"

    again = make_demo(odoo, database, LANG_CODE="en_US")
    assert row(again, "Total") == row(english, "Total")
