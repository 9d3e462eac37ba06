"""Opens an Odoo environment from a plain Python process.

Odoo must be importable (``PYTHONPATH``) and its configuration file named by
``--config`` or the ``ODOO_RC`` variable, which Odoo itself reads.
"""

import contextlib


def add_database_options(parser):
    """Add ``--database`` and ``--config``, shared by every script of this folder."""
    parser.add_argument("--database", required=True, help="name of the database")
    parser.add_argument("--config", help="Odoo configuration file (else ODOO_RC)")


def configure(database, config=None, *options):
    """Hand the command line ``options`` to Odoo, as its own commands do."""
    from odoo.tools import config as odoo_config

    arguments = ["--database", database, "--no-http", "--log-level=warn", *options]
    if config:
        arguments += ["--config", config]
    odoo_config.parse_config(arguments, setup_logging=True)


@contextlib.contextmanager
def environment(database, config=None):
    """Yield a superuser environment of ``database``.

    The transaction is committed when the block ends, rolled back when it raises.
    """
    configure(database, config)
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    with Registry(database).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


def vacuum_analyze(cr, tables):
    """Refresh statistics and the visibility map, which bulk writing left behind.

    ``VACUUM`` refuses to run inside a transaction, hence a connection of its own.
    """
    from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

    import odoo.sql_db

    with contextlib.closing(odoo.sql_db.db_connect(cr.dbname).cursor()) as own:
        own._cnx.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        for table in tables:
            own.execute(f'VACUUM (ANALYZE) "{table}"')
