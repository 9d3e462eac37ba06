"""Which database server is used."""

import pytest
from cartera_dev import database
from cartera_dev.console import Failure


def test_address_with_everything():
    url = "postgresql://ana:p%40ss@db.example:5433/ignored"
    assert database.from_url(url) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "ana",
        "PGPASSWORD": "p@ss",
    }


def test_address_with_the_least():
    variables = {"PGHOST": "db.example", "PGPORT": "5432"}
    assert database.from_url("postgres://db.example") == variables


def test_address_of_a_socket():
    variables = {"PGHOST": "/run/pg", "PGPORT": "5432", "PGUSER": "ana"}
    assert database.from_url("postgresql://ana@/?host=/run/pg") == variables


@pytest.mark.parametrize(
    "url", ["mysql://x", "db.example:5432", "postgresql:///x", "postgresql://h:port"]
)
def test_wrong_address(url):
    with pytest.raises(Failure, match="DATABASE_URL must look like"):
        database.from_url(url)


def test_nothing_set_means_the_embedded_server():
    assert database.external({"PGDATABASE": "x", "PGUSER": "y"}) is None


def test_variables_of_postgresql_are_passed_on_but_for_the_database():
    environ = {"PGHOST": "h", "PGUSER": "u", "PGDATABASE": "d", "HOME": "/"}
    assert database.external(environ) == {"PGHOST": "h", "PGUSER": "u"}


def test_address_comes_before_variables():
    environ = {"PGHOST": "h", "DATABASE_URL": "postgresql://u@other"}
    assert database.external(environ)["PGHOST"] == "other"


def test_user_that_odoo_refuses():
    with pytest.raises(Failure, match="refuses .* user postgres"):
        database.external({"DATABASE_URL": "postgresql://postgres@h"})


def test_environment_leads_to_one_server_only(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "of another server")
    monkeypatch.setenv("DATABASE_URL", "postgresql://h")
    environment = database.environment({"PGHOST": "/socket"})
    names = [name for name in environment if name.startswith(("PG", "DATABASE"))]
    assert names == ["PGHOST"]
