"""Databases of a benchmark: the ledger without the module, and copies of it."""

import contextlib
import shutil
import subprocess
import sys

from odoo_env import configure

# Started from a clean folder, so that nothing here is taken for a module of Odoo's.
COMMAND_LINE = (
    "import sys; sys.argv[0] = 'odoo'; from odoo.cli.command import main; main()"
)


def exists(name):
    """Tell whether the server has a database of that name."""
    with _server() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.fetchone())


def drop(name):
    """Drop a database if it is there, and its files."""
    import odoo.sql_db
    from odoo.tools import SQL, config

    odoo.sql_db.close_db(name)
    with _server() as cr:
        cr.execute(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(name)))
    shutil.rmtree(config.filestore(name), ignore_errors=True)


def copy(source, target):
    """Make ``target`` an exact copy of ``source``, page for page."""
    import odoo.sql_db
    from odoo.tools import SQL, config

    drop(target)
    odoo.sql_db.close_db(source)
    with _server() as cr:
        # Copying files spares writing gigabytes to the log, where the server can.
        strategy = SQL("STRATEGY file_copy" if cr._cnx.server_version >= 150000 else "")
        cr.execute(
            SQL(
                "CREATE DATABASE %s TEMPLATE %s %s",
                SQL.identifier(target),
                SQL.identifier(source),
                strategy,
            )
        )
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(config.filestore(source), config.filestore(target))


def install(name, modules):
    """Install modules in a process of its own, creating the database if need be.

    :raise subprocess.CalledProcessError: Odoo failed; it has said why.
    """
    from odoo.tools import config

    subprocess.run(
        [
            *(sys.executable, "-c", COMMAND_LINE, "server"),
            *("--config", config["config"], "--database", name, "--init", modules),
            *("--without-demo=1", "--no-http", "--stop-after-init"),
            "--log-level=warn",
        ],
        check=True,
    )


@contextlib.contextmanager
def _server():
    """Yield a cursor of the server's own database, outside any transaction."""
    from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

    import odoo.sql_db

    with contextlib.closing(odoo.sql_db.db_connect("postgres").cursor()) as cr:
        cr._cnx.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        yield cr


def connect(database, config):
    """Read Odoo's configuration, so that the functions above know the server."""
    configure(database, config)
