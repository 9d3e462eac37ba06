"""Writes invoices, credit notes, payments and their reconciliation in bulk.

Callers fill the staging tables (``create_staging``), then ``write_ledger`` turns them
into the rows that Odoo itself would have stored, a handful of statements whatever the
number of documents. ``ledger_check`` compares the outcome with Odoo's own figures.

Amounts in the staging tables are positive and in the document's currency; ``rate`` is
units of company currency per unit of that currency, 1 for the company's own.

What is expected of the caller:

- a match settles a due of an invoice by a payment or by a due of a credit note of the
  same commercial partner and currency;
- in a foreign currency, either a line is settled by one match, or every product of an
  amount with the rate is exact: then no cent of rounding has to be distributed.
"""

from dataclasses import asdict

import ledger_sql as sql
from bulk import count_rows, reserve_ids, skip_foreign_keys, without_indexes

TABLES = (
    "account_move",
    "account_move_line",
    "account_move_line_account_tax_rel",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
)
# Below this many documents dropping and building the indexes costs more than it saves.
BULK_THRESHOLD = 20_000


def create_staging(cr):
    """Create the empty staging tables; they vanish when the transaction ends."""
    cr.execute(sql.STAGING)


def write_ledger(cr, books):
    """Turn the staging tables into posted and reconciled entries.

    :param cr: a cursor; everything happens in its transaction, nothing is committed.
    :param books: the :class:`books.Books` of the company.
    :return: number of rows written per table.
    """
    cr.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '1GB'")
    for table in ("document", "product", "due", "payment", "match"):
        cr.execute(f"ANALYZE stage_{table}")
    values = _parameters(books)
    _prepare(cr, values)
    if count_rows(cr, "stage_document") >= BULK_THRESHOLD:
        skip_foreign_keys(cr)
        with without_indexes(cr, TABLES):
            written = _insert(cr, values)
    else:
        written = _insert(cr, values)
    for table in TABLES:
        cr.execute(f"ANALYZE {table}")
    return written


def _parameters(books):
    values = asdict(books)
    tax = values.pop("tax") or {}
    for name in ("id", "group_id", "name", "account_id"):
        values[f"tax_{name}"] = tax.get(name)
    values["tax_rate"] = tax.get("rate", 0)
    values["tax_invoice_line_id"] = tax.get("invoice_line_id")
    values["tax_refund_line_id"] = tax.get("refund_line_id")
    return values


def _prepare(cr, values):
    """Compute amounts, matches, names and ids in the staging tables."""
    cr.execute(sql.TOTALS, values)
    cr.execute(sql.MATCHES, values)
    cr.execute(sql.SPREAD_COMPONENT)
    while cr.rowcount:
        cr.execute(sql.SPREAD_COMPONENT)
    values["full_base"] = reserve_ids(
        cr, "account_full_reconcile", count_rows(cr, "stage_partial")
    )
    cr.execute(sql.RESIDUALS, values)
    cr.execute(sql.DOCUMENT_RESIDUALS)
    cr.execute("SELECT coalesce(max(payment_id), 0) FROM stage_payment")
    values["payment_base"] = reserve_ids(cr, "account_payment", cr.fetchone()[0])
    values["move_base"], values["line_base"] = _reserve_entries(cr)
    cr.execute(sql.MOVES, values)
    values["partial_base"] = reserve_ids(
        cr, "account_partial_reconcile", 2 * count_rows(cr, "stage_partial")
    )
    cr.execute(sql.PARTIALS, values)
    for table in ("total", "item", "partial", "move", "due_state", "reconcile"):
        cr.execute(f"ANALYZE stage_{table}")


def _reserve_entries(cr):
    """Reserve ids for every entry and journal item; return both bases."""
    cr.execute("SELECT count(*) FROM stage_partial WHERE exchange <> 0")
    exchanges = cr.fetchone()[0]
    payments = count_rows(cr, "stage_payment")
    documents = count_rows(cr, "stage_document")
    cr.execute("SELECT coalesce(sum(lines + (tax <> 0)::int), 0) FROM stage_total")
    lines = int(cr.fetchone()[0]) + count_rows(cr, "stage_due")
    return (
        reserve_ids(cr, "account_move", documents + payments + exchanges),
        reserve_ids(cr, "account_move_line", lines + 2 * (payments + exchanges)),
    )


def _insert(cr, values):
    statements = {
        "account_full_reconcile": sql.INSERT_FULL,
        # Each points to the other: one statement, foreign keys are checked at its end.
        "account_move": f"WITH payment AS ({sql.INSERT_PAYMENTS}) {sql.INSERT_MOVES}",
        "account_move_line": sql.INSERT_LINES,
        "account_move_line_account_tax_rel": sql.INSERT_LINE_TAXES,
        "account_partial_reconcile": sql.INSERT_PARTIALS,
    }
    written = {}
    for table, statement in statements.items():
        cr.execute(statement, values)
        written[table] = cr.rowcount
    return written
