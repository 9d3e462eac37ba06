"""Databases to install the module in, each a copy that its test may spoil: fixtures of
the tests round Odoo."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from cartera_dev import paths, runtime
from cartera_dev.templates import Template


@dataclass
class Database:
    """One database and what a test does with it."""

    odoo: runtime.Odoo
    name: str
    steps: Path

    def install(self) -> None:
        """Installs the module, without demo data of ours."""
        self.odoo.install(self.name, "-i", paths.MODULE, "--without-demo=1")
        assert self.odoo.installed(self.name, paths.MODULE)

    def uninstall(self) -> None:
        """Uninstalls the module."""
        words = ["module", "uninstall", "-d", self.name, paths.MODULE]
        self.odoo.quietly(self.odoo.command(*words), what="Odoo", log="uninstall")
        assert not self.odoo.installed(self.name, paths.MODULE)

    def do(self, step: str):
        """Calls a function of the folder's steps.py inside Odoo; gives what it
        returns."""
        command = [str(self.odoo.python), str(self.steps), step, self.name]
        output = self.odoo.quietly(command, what=step, log=f"step-{step}")
        return json.loads(output.splitlines()[-1])

    def sql(self, statement: str) -> list[list]:
        """The rows of a statement."""
        return self.odoo.sql(statement, self.name)


@pytest.fixture(scope="session")
def odoo():
    """The prepared Odoo."""
    with runtime.prepared() as prepared:
        yield prepared


@pytest.fixture
def make_database(odoo, request):
    """Gives a function that makes a database from a template with those settings."""
    made = []

    def make(**template) -> Database:
        name = f"cartera-install-{paths.clone_key()}-{len(made)}"
        made.append(name)
        Template(**template).copy(odoo, name)
        return Database(odoo, name, request.path.with_name("steps.py"))

    yield make
    for name in made:
        odoo.drop(name)
