"""Compares a ledger written by SQL with what Odoo itself computes from it.

python tests/benchmark/ledger_check.py --database NAME [--sample 200]
"""

import argparse
import random
import sys
from datetime import date, datetime

from odoo_env import add_database_options, environment

from odoo.tools import SQL

MOVE_FIELDS = (
    "amount_residual",
    "amount_residual_signed",
    "amount_tax",
    "amount_tax_signed",
    "amount_total",
    "amount_total_in_currency_signed",
    "amount_total_signed",
    "amount_untaxed",
    "amount_untaxed_in_currency_signed",
    "amount_untaxed_signed",
    "always_tax_exigible",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "invoice_currency_rate",
    "invoice_partner_display_name",
    "made_sequence_gap",
    "payment_reference",
    "payment_state",
    "sequence_number",
    "sequence_prefix",
)
INVOICE_FIELDS = ("invoice_date_due",)
# Given by hand on other entries, so only there.
INVOICE_LINE_FIELDS = ("partner_id",)
LINE_FIELDS = (
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "company_currency_id",
    "company_id",
    "credit",
    "currency_id",
    "date",
    "debit",
    "display_type",
    "invoice_date",
    "is_storno",
    "journal_id",
    "move_name",
    "no_followup",
    "parent_state",
    "price_subtotal",
    "price_total",
    "reconciled",
    "ref",
    "tax_group_id",
    "tax_line_id",
)
PARTIAL_FIELDS = ("company_id", "credit_currency_id", "debit_currency_id", "max_date")
PAYMENT_FIELDS = (
    "amount_company_currency_signed",
    "destination_account_id",
    "is_matched",
    "is_reconciled",
    "name",
    "outstanding_account_id",
    "state",
)

UNBALANCED = """
SELECT move_id FROM account_move_line WHERE company_id = %(company)s
 GROUP BY move_id HAVING sum(balance) != 0 OR sum(debit) != sum(credit)
 LIMIT 5
"""
# Over all lines, not only the sample: residual = balance less what was reconciled.
WRONG_RESIDUAL = """
SELECT l.id FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id
  LEFT JOIN (
    SELECT line_id, sum(amount) AS amount, sum(currency) AS currency FROM (
        SELECT debit_move_id, amount, debit_amount_currency
          FROM account_partial_reconcile
         UNION ALL
        SELECT credit_move_id, -amount, -credit_amount_currency
          FROM account_partial_reconcile) AS p(line_id, amount, currency)
     GROUP BY line_id) AS p ON p.line_id = l.id
 WHERE l.company_id = %(company)s AND a.account_type = 'asset_receivable'
   AND l.parent_state = 'posted'
   AND (l.amount_residual != l.balance - coalesce(p.amount, 0)
     OR l.amount_residual_currency != l.amount_currency - coalesce(p.currency, 0)
     OR l.reconciled != (l.amount_residual = 0 AND l.amount_residual_currency = 0)
     OR (l.matching_number IS NULL) != (p.line_id IS NULL)
     OR l.full_reconcile_id IS NOT NULL AND NOT l.reconciled)
 LIMIT 5
"""


def check_ledger(env, sample=200, seed=1):
    """Return the differences found, one sentence each; empty when all agrees.

    The whole ledger is checked for balance and residuals, ``sample`` entries and as
    many partners through Odoo's own computations. Nothing is kept of them.
    """
    env.flush_all()
    differences = []
    for what, query in (
        ("unbalanced entry", UNBALANCED),
        ("wrong residual on journal item", WRONG_RESIDUAL),
    ):
        env.cr.execute(query, {"company": env.company.id})
        differences += [f"{what} {row[0]}" for row in env.cr.fetchall()]
    savepoint = env.cr.savepoint()
    try:
        differences += _check_sample(env, sample, random.Random(seed))
    finally:
        env.invalidate_all(flush=False)
        savepoint.close(rollback=True)
    return differences


def _check_sample(env, sample, draw):
    moves = _draw_moves(env, sample, draw)
    lines = moves.line_ids
    partials = lines.matched_debit_ids | lines.matched_credit_ids
    differences = _check_invoice_taxes(moves)
    differences += _check_matching_numbers(lines)
    differences += _check_partner_credit(lines.partner_id)
    invoices = moves.filtered(lambda move: move.is_invoice())
    for records, names in (
        (lines, LINE_FIELDS),
        (invoices.line_ids, INVOICE_LINE_FIELDS),
        (partials, PARTIAL_FIELDS),
        (moves.origin_payment_id, PAYMENT_FIELDS),
        (moves, MOVE_FIELDS),
        (invoices, INVOICE_FIELDS),
    ):
        differences += _recompute(records, names)
    return differences


def _draw_moves(env, sample, draw):
    """Draw entries of every kind: invoices, credit notes, payments, exchange."""
    moves = env["account.move"]
    for move_type in ("out_invoice", "out_refund", "entry"):
        ids = moves.search(
            [
                ("move_type", "=", move_type),
                ("state", "=", "posted"),
                ("company_id", "=", env.company.id),
            ]
        ).ids
        moves += moves.browse(draw.sample(ids, min(len(ids), sample // 2)))
    return moves


def _recompute(records, names):
    """Compare the stored values with those that the computes of ``names`` give."""
    stored = {name: _values(records, name) for name in names}
    for name in names:
        records.env.add_to_compute(records._fields[name], records)
    differences = []
    for name in names:
        for record, before, after in zip(
            records, stored[name], _values(records, name), strict=True
        ):
            if not _same(before, after):
                differences.append(f"{record} {name}: stored {before}, Odoo {after}")
    return differences


def _values(records, name):
    field = records._fields[name]
    values = (record[name] for record in records)
    return [value.ids if field.relational else value for value in values]


def _same(before, after):
    if isinstance(before, float):
        return abs(before - after) < 1e-9 * max(1, abs(before))
    if isinstance(before, date | datetime):
        return before == after
    return (before or False) == (after or False)


def _check_invoice_taxes(moves):
    """Compare tax and receivable lines with Odoo's tax engine and payment terms."""
    differences = []
    for move in moves.filtered(lambda move: move.is_invoice()):
        sign = move.direction_sign
        taxes = move.line_ids.filtered(lambda line: line.display_type == "tax")
        totals = move.tax_totals
        if (
            taxes
            and abs(
                totals["tax_amount_currency"]
                - sign * sum(taxes.mapped("amount_currency"))
            )
            > 0.001
        ):
            differences.append(f"{move} tax: Odoo {totals['tax_amount']}")
        differences += _check_dues(move, sign)
    return differences


def _check_dues(move, sign):
    dues = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
    stored = [(u.date_maturity, u.amount_currency, u.balance) for u in dues]
    needed = sorted(
        (
            key["date_maturity"],
            round(value["amount_currency"], 2),
            round(value["balance"], 2),
        )
        for key, value in move.needed_terms.items()
    )
    if move.invoice_payment_term_id and sorted(stored) != needed:
        return [f"{move} dues: stored {sorted(stored)}, Odoo {needed}"]
    if not move.invoice_payment_term_id and -sign * sum(due[1] for due in stored) != (
        move.amount_total
    ):
        return [f"{move} dues do not add up to {move.amount_total}"]
    return []


def _check_matching_numbers(lines):
    lines = lines._all_reconciled_lines()
    stored = {line: line.matching_number for line in lines}
    lines.env["account.partial.reconcile"]._update_matching_number(lines)
    lines.invalidate_recordset(["matching_number"])
    return [
        f"{line} matching number: stored {number}, Odoo {line.matching_number}"
        for line, number in stored.items()
        if line.matching_number != number
    ]


def _check_partner_credit(partners):
    """Compare ``credit`` of the partners with the sum of their residuals."""
    if not partners:
        return []
    rows = partners.env.execute_query(
        SQL(
            """
            SELECT l.partner_id, sum(l.amount_residual) FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
             WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
               AND l.company_id = %s AND l.partner_id IN %s
             GROUP BY l.partner_id
            """,
            partners.env.company.id,
            partners._ids,
        )
    )
    owed = {partner: float(amount) for partner, amount in rows}
    return [
        f"{partner} credit: Odoo {partner.credit}, items {owed.get(partner.id, 0)}"
        for partner in partners
        if abs(partner.credit - owed.get(partner.id, 0)) > 0.005
    ]


def main():
    """Command line entry; exit code 1 when something differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with environment(arguments.database, arguments.config) as env:
        differences = check_ledger(env, arguments.sample, arguments.seed)
        env.cr.rollback()
    for difference in differences:
        print(difference)
    print(f"{len(differences)} differences")
    return int(bool(differences))


if __name__ == "__main__":
    sys.exit(main())
