"""Databases to install the module in, each a copy that its test may spoil: fixtures of
the tests round Odoo."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cartera_dev import paths, runtime
from cartera_dev.inside import clock
from cartera_dev.templates import Template

# Of a working day, in Mexico: what is to be done on it may be done.
NOON = "2026-06-17 18:00:00"


@dataclass
class Database:
    """One database and what a test does with it."""

    odoo: runtime.Odoo
    name: str
    steps: Path

    def at(self, moment: str) -> "Database":
        """The same one, for which it is always the same day.

        :param moment: when each of its programs starts, ISO date and time in UTC
        """
        environment = self.odoo.environment | {clock.VARIABLE: moment}
        return replace(self, odoo=replace(self.odoo, environment=environment))

    def install(self) -> None:
        """Installs the module, without demo data of ours."""
        self.odoo.install(self.name, "-i", paths.MODULE, "--without-demo=1")
        assert self.odoo.installed(self.name, paths.MODULE)

    def upgrade(self) -> None:
        """Updates the module."""
        self.odoo.install(self.name, "-u", paths.MODULE)

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


@contextmanager
def databases(odoo: runtime.Odoo, steps: Path) -> Iterator[Callable[..., Database]]:
    """Gives a function that makes a database from a template with those settings; they
    are deleted at the end.

    :param steps: the steps.py of the tests
    """
    made = []

    def make(**template) -> Database:
        name = f"cartera-{steps.parent.name}-{paths.clone_key()}-{len(made)}"
        made.append(name)
        Template(**template).copy(odoo, name)
        return Database(odoo, name, steps)

    yield make
    for name in made:
        odoo.drop(name)


@pytest.fixture
def make_database(odoo, request):
    """Gives a function that makes a database from a template with those settings."""
    with databases(odoo, request.path.with_name("steps.py")) as make:
        yield make


def without_clone(
    odoo: runtime.Odoo,
    folder: Path,
    *,
    addons: Path | None = None,
    packages: Path | None = None,
) -> runtime.Odoo:
    """The same Odoo, which finds the module in another place than this clone.

    :param folder: where to write its configuration file
    :param addons: a folder of add-ons
    :param packages: a folder of Python packages
    """
    text = odoo.config.read_text()
    assert f",{paths.REPO}\n" in text
    others = f",{addons}\n" if addons else "\n"
    config = folder / "odoo.conf"
    config.write_text(text.replace(f",{paths.REPO}\n", others))
    environment = odoo.environment | {"ODOO_RC": str(config)}
    if packages:
        environment["PYTHONPATH"] += f":{packages}"
    return replace(odoo, config=config, environment=environment)
