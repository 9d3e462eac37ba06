"""Helpers for writing millions of rows: indexes, foreign keys, blocks of ids."""

import contextlib

from odoo.tools import SQL


@contextlib.contextmanager
def without_indexes(cr, tables):
    """Drop the plain indexes of ``tables``, create them again when the block ends.

    Twenty indexes filled row by row take ten times as long as built at once, and end
    up bloated as no database in use would be. All in the caller's transaction: when
    it rolls back nothing has happened. Indexes behind constraints stay.
    """
    cr.execute(
        """
        SELECT i.relname, pg_get_indexdef(x.indexrelid)
          FROM pg_index x
          JOIN pg_class i ON i.oid = x.indexrelid
          JOIN pg_class t ON t.oid = x.indrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE t.relname IN %s AND n.nspname = current_schema
           AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)
        """,
        [tuple(tables)],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    for _name, definition in indexes:
        cr.execute(SQL(definition.replace("%", "%%")))


def skip_foreign_keys(cr):
    """Spare the row-by-row foreign key checks for this transaction, where allowed.

    Only a superuser of the database server may; everybody else waits a little longer.
    """
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cr.fetchone()[0]:
        cr.execute("SET LOCAL session_replication_role = replica")


def reserve_ids(cr, table, count):
    """Take ``count`` ids of the table's sequence; return the last one before them."""
    cr.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
    last = cr.fetchone()[0] - 1
    if count:
        cr.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last + count]
        )
    return last


def count_rows(cr, table):
    """Return the exact number of rows of a staging table."""
    cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0]
