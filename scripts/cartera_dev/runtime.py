"""The prepared Odoo: its command line, its databases, and programs that import it."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import database, paths, venv
from .console import Failure, run, say
from .odoo_source import OdooSource, odoo_source

HERE = Path(__file__).parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Odoo:
    """An Odoo 19 with this clone among its add-ons and a database server behind it."""

    source: OdooSource
    python: Path
    config: Path
    environment: dict[str, str]
    inherited: tuple[int, ...]

    # -- programs ----------------------------------------------------------------------

    def command(self, *words: str) -> list[str]:
        """The words that start Odoo's own command line."""
        return [str(self.python), str(HERE / "inside" / "cli.py"), *words]

    def program(self, name: str, *words: str) -> list[str]:
        """The words that start a program of `cartera_dev.inside`."""
        return [str(self.python), "-m", f"cartera_dev.inside.{name}", *words]

    def call(self, command: Sequence[str], **options) -> int:
        """Runs a program in the foreground, on this terminal.

        :return: its exit code
        """
        return wait(self.start(command, **options))

    def start(self, command: Sequence[str], **options) -> subprocess.Popen:
        """Starts a program on this terminal, with Odoo's environment."""
        options.setdefault("env", self.environment)
        return subprocess.Popen(command, pass_fds=self.inherited, **options)

    def quietly(self, command: Sequence[str], *, what: str, log: str) -> str:
        """Runs a program with its output kept from the screen.

        :return: its standard output
        :raise Failure: its exit code is not 0
        """
        return run(
            command,
            what=what,
            log=log,
            cwd=paths.REPO,
            env=self.environment,
            pass_fds=self.inherited,
        )

    # -- databases ---------------------------------------------------------------------

    def sql(self, statement: str, name: str = "postgres") -> list[list]:
        """The rows of one SQL statement run in the database `name`."""
        command = [str(self.python), str(HERE / "sql.py"), name, statement]
        what = "The database server"
        return json.loads(self.quietly(command, what=what, log="sql"))

    def exists(self, name: str) -> bool:
        """Whether there is a database of that name."""
        rows = self.sql("SELECT datname FROM pg_database")
        return [check_name(name)] in rows

    def drop(self, name: str) -> None:
        """Deletes a database and its files; absent is fine."""
        if self.exists(name):
            self._db("drop", name)

    def rename(self, old: str, new: str) -> None:
        """Renames a database and its files."""
        self._db("rename", old, new)

    def copy(self, old: str, new: str) -> None:
        """Copies a database and its files; an existing `new` is replaced."""
        self.drop(new)
        self._db("duplicate", old, new)

    def _db(self, action: str, *names: str) -> None:
        what = f"Database {' to '.join(names)}: {action}"
        self.quietly(self.command("db", action, *names), what=what, log="odoo-db")

    def installed(self, name: str, module: str) -> bool:
        """Whether the database has the module; False if it isn't Odoo's at all."""
        if self.sql("SELECT to_regclass('ir_module_module')", name) == [[None]]:
            return False
        query = f"SELECT 1 FROM ir_module_module WHERE name = '{module}'"
        return bool(self.sql(f"{query} AND state = 'installed'", name))

    def parameter(self, name: str, key: str) -> str | None:
        """The value of a system parameter in the database `name`."""
        rows = self.sql(
            f"SELECT value FROM ir_config_parameter WHERE key = '{key}'", name
        )
        return rows[0][0] if rows else None

    def install(self, name: str, *words: str) -> None:
        """Installs or updates modules, named in Odoo's own words (`-i a,b`)."""
        self.quietly(
            self.command(
                *("server", "-d", name, "--no-http", "--stop-after-init"),
                *("--log-level=warn", *words),
            ),
            what=f"Odoo ({' '.join(words)})",
            log=f"odoo-{name}",
        )


def wait(process: subprocess.Popen, meanwhile: Callable[[], None] | None = None) -> int:
    """Waits for a child that shares the terminal; Ctrl-C is the child's to obey.

    :param meanwhile: called before waiting; should return soon after the child ends
    :return: its exit code
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        if meanwhile:
            meanwhile()
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def check_name(name: str) -> str:
    """`name`, if a database may be called so.

    :raise Failure: it may not
    """
    if not NAME.fullmatch(name):
        raise Failure(
            f"{name!r} is no name for a database: use letters, digits, _ . and -."
        )
    return name


@contextmanager
def prepared() -> Iterator[Odoo]:
    """Prepares what is missing and keeps the database server up for the block."""

    def waiting() -> None:
        say("  Another command is preparing; waiting for it.")

    database.check_settings()
    with paths.lock("prepare", waiting):
        source = odoo_source()
        python = venv.python()
    with database.server() as (variables, inherited):
        own = {
            "PYTHONPATH": os.pathsep.join([str(source.python_path), str(HERE.parent)]),
            "ODOO_RC": str(_config(source)),
        }
        environment = database.environment(variables) | own
        yield Odoo(source, python, _config(source), environment, inherited)


def _config(source: OdooSource) -> Path:
    """This clone's configuration file for Odoo, written anew."""
    file = paths.cache() / f"odoo-{paths.clone_key()}.conf"
    addons = ",".join(str(folder) for folder in (*source.addons, paths.REPO))
    text = (
        "[options]\n"
        f"addons_path = {addons}\n"
        f"data_dir = {paths.cache() / 'odoo-data'}\n"
        "http_interface = 127.0.0.1\n"
    )
    if not file.exists() or file.read_text() != text:
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_text(text)
        part.rename(file)
    return file
