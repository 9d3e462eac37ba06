"""A database with a Mexican company to load histories into, and to spoil."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cartera_dev import paths, runtime
from cartera_dev.templates import Template

HERE = Path(__file__).parent


@dataclass
class Database:
    """A database, and the scripts of this folder run on it."""

    odoo: runtime.Odoo
    name: str

    def run(self, script, *words) -> subprocess.CompletedProcess:
        """Run a script; both its outputs and its exit code are in the answer."""
        return subprocess.run(
            [
                *(str(self.odoo.python), str(HERE / script)),
                *("--database", self.name, *map(str, words)),
            ],
            env={**os.environ, **self.odoo.environment},
            pass_fds=self.odoo.inherited,
            capture_output=True,
            text=True,
        )

    def sql(self, statement) -> list[list]:
        """The rows of a statement."""
        return self.odoo.sql(statement, self.name)


@pytest.fixture(scope="module")
def odoo():
    """The prepared Odoo."""
    with runtime.prepared() as prepared:
        yield prepared


@pytest.fixture
def database(odoo):
    """A copy of the template, dropped after the test."""
    name = f"cartera-history-{paths.clone_key()}"
    Template().copy(odoo, name)
    yield Database(odoo, name)
    odoo.drop(name)
