"""Load an invoice history from a CSV file as posted invoices and payments.

    python tests/benchmark/load_history.py --database NAME history.csv

The columns are described in ``history_csv``. Every row becomes a posted customer
invoice (a negative amount a credit note) with the file's invoice_id as reference, for a
customer found or created by its customer_id as reference; a row with a payment date
also becomes a payment of that day to the bank journal, reconciled with it. All rows or
none are loaded: whatever is wrong is listed with line, column and cure.

Entries are written set-based, because Odoo itself needs a sixth of a second per paid
invoice; a sample is compared with Odoo's own figures before anything is committed.
"""

import argparse
import sys
import time
from datetime import date

from books import read_books
from history_csv import Problem, read_history
from ledger_check import check_ledger
from ledger_writer import TABLES, create_staging, write_ledger
from odoo_env import add_database_options, environment, vacuum_analyze
from psycopg2.extras import execute_values

# Beyond this many problems the rest are only counted.
SHOWN_PROBLEMS = 50


class HistoryError(Exception):
    """The history cannot be loaded; carries the list of problems."""

    def __init__(self, problems):
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def load_history(env, path, sample=200):
    """Load the file at ``path`` into the current company.

    :param sample: number of entries to compare with Odoo's own figures.
    :return: dict of what was loaded (counts), nothing committed yet.
    :raise HistoryError: rows that cannot be loaded; nothing has been written then.
    :raise ValueError: the company's books are not ready for it.
    """
    invoices, problems = read_history(path)
    return load_invoices(env, invoices, sample, problems)


def load_invoices(env, invoices, sample=0, problems=()):
    """Load rows of a history into the current company; see :func:`load_history`.

    :param sample: number of entries to compare with Odoo's own figures; without any the
        ledger is not checked either.
    :param problems: what is wrong with the rows already.
    """
    currencies = _find_currencies(env, invoices)
    problems = [*problems, *_check_against_books(env, invoices, currencies)]
    if problems:
        raise HistoryError(sorted(problems, key=lambda problem: problem.line))
    books = read_books(env)
    partners, created = _find_or_create_customers(env, invoices)
    env.flush_all()
    create_staging(env.cr)
    _stage(env, invoices, partners, currencies)
    write_ledger(env.cr, books)
    env.invalidate_all()
    differences = sample and check_ledger(env, sample)
    if differences:
        raise ValueError("Odoo computes otherwise:\n" + "\n".join(differences[:20]))
    return {
        "invoices": sum(invoice.amount > 0 for invoice in invoices),
        "credit notes": sum(invoice.amount < 0 for invoice in invoices),
        "payments": sum(bool(invoice.payment_date) for invoice in invoices),
        "left open": sum(not invoice.payment_date for invoice in invoices),
        "customers created": created,
        "customers known": len(partners) - created,
    }


def set_company_currency(env, code):
    """Keep the books in another currency, as long as they are empty.

    :raise ValueError: unknown currency, or books that hold entries in another one.
    """
    company = env.company
    currency = _search_currencies(env, [code])
    if not currency:
        raise ValueError(f"Odoo knows no currency {code}.")
    if company.currency_id == currency:
        return
    if company._existing_accounting():
        raise ValueError(
            f"The books of {company.name} are kept in {company.currency_id.name} and"
            f" hold entries: take an empty company to keep them in {code}."
        )
    currency.active = True
    company.currency_id = currency


def _search_currencies(env, codes):
    return (
        env["res.currency"]
        .with_context(active_test=False)
        .search([("name", "in", list(codes))])
    )


def _find_currencies(env, invoices):
    """Return the currencies of the file by code; the empty code is the company's."""
    codes = {invoice.currency for invoice in invoices if invoice.currency}
    found = {currency.name: currency for currency in _search_currencies(env, codes)}
    return {"": env.company.currency_id, **found}


def _check_against_books(env, invoices, currencies):
    """Return the problems that only the database can tell."""
    known = _find_loaded_numbers(env, [invoice.number for invoice in invoices])
    lock = _lock_date(env)
    problems = []
    for invoice in invoices:
        problem = (
            _check_currency(env, invoice, currencies.get(invoice.currency))
            or _check_lock(invoice, lock)
            or (invoice.number in known and _duplicate(env, invoice))
        )
        if problem:
            problems.append(Problem(invoice.line, *problem))
    return problems


def _check_currency(env, invoice, currency):
    if not currency:
        return (
            "currency",
            f"Odoo knows no currency {invoice.currency!r}; use its three-letter code",
        )
    if invoice.amount != round(invoice.amount, currency.decimal_places):
        return (
            "amount",
            f"{invoice.amount} has more decimals than {currency.name} has"
            f" ({currency.decimal_places}); round it",
        )
    if currency == env.company.currency_id:
        return None
    rates = currency.rate_ids.filtered(
        lambda rate: not rate.company_id or rate.company_id == env.company
    )
    first_rate = min(rates.mapped("name"), default=None)
    if not first_rate or first_rate > invoice.invoice_date:
        return (
            "currency",
            f"Odoo has no rate of {currency.name} for {invoice.invoice_date};"
            " enter one of that day or earlier (Accounting, Currencies)",
        )
    return None


def _lock_date(env):
    """Return the last day on which the company's sales or bank books are closed."""
    journals = env["account.journal"].search(
        [("type", "in", ("sale", "bank")), ("company_id", "=", env.company.id)]
    )
    locks = map(env.company._get_user_fiscal_lock_date, journals)
    return max(locks, default=date.min)


def _check_lock(invoice, lock):
    for column in ("invoice_date", "payment_date"):
        day = getattr(invoice, column)
        if day and day <= lock:
            return (
                column,
                f"{day} lies in a period that is locked up to {lock}; move the lock"
                " date back in the accounting settings",
            )
    return None


def _find_loaded_numbers(env, numbers):
    moves = env["account.move"].search_fetch(
        [
            ("ref", "in", numbers),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("company_id", "=", env.company.id),
        ],
        ["ref"],
    )
    return set(moves.mapped("ref"))


def _duplicate(env, invoice):
    return (
        "invoice_id",
        f"{env.company.name} has an invoice with reference {invoice.number!r}"
        " already; leave the row out",
    )


def _find_or_create_customers(env, invoices):
    """Return partners by customer id, and how many of them had to be created."""
    countries = {
        country.code: country.id
        for country in env["res.country"].search_fetch([], ["code"])
    }
    wanted = {invoice.customer: invoice.country for invoice in invoices}
    known = env["res.partner"].search(
        [("ref", "in", list(wanted)), ("company_id", "in", (False, env.company.id))]
    )
    partners = {partner.ref: partner.commercial_partner_id for partner in known}
    new = [customer for customer in wanted if customer not in partners]
    created = (
        env["res.partner"]
        .with_context(tracking_disable=True)
        .create(
            [
                {
                    "name": customer,
                    "ref": customer,
                    "is_company": True,
                    "country_id": countries.get(wanted[customer]),
                    "customer_rank": 1,
                }
                for customer in new
            ]
        )
    )
    partners.update(zip(new, created, strict=True))
    return partners, len(created)


def _stage(env, invoices, partners, currencies):
    """Fill the staging tables: a document, a line, a due, perhaps a payment per row."""
    rates = _Rates(env, currencies)
    documents, amounts, dues, payments, matches = [], [], [], [], []
    for number, invoice in enumerate(invoices, start=1):
        partner = partners[invoice.customer]
        currency = currencies[invoice.currency].id
        kind = "out_refund" if invoice.amount < 0 else "out_invoice"
        amount = abs(invoice.amount)
        documents.append(
            (
                number,
                kind,
                partner.id,
                partner.id,
                partner.complete_name,
                currency,
                rates.get(invoice.currency, invoice.invoice_date),
                invoice.invoice_date,
                None,
                invoice.number,
            )
        )
        amounts.append((number, 1, amount))
        dues.append((number, number, 1, invoice.due_date, amount))
        if invoice.payment_date:
            payments.append(
                (
                    len(payments) + 1,
                    partner.id,
                    partner.complete_name,
                    currency,
                    rates.get(invoice.currency, invoice.payment_date),
                    invoice.payment_date,
                    amount,
                    number,
                )
            )
            matches.append((len(payments), number, len(payments), None, amount))
    staged = {
        "document": documents,
        "product": amounts,
        "due": dues,
        "payment": payments,
        "match": matches,
    }
    for table, rows in staged.items():
        execute_values(
            env.cr._obj, f"INSERT INTO stage_{table} VALUES %s", rows, page_size=5000
        )


class _Rates:
    """Units of company currency per unit of a currency, remembered by day."""

    def __init__(self, env, currencies):
        self.company = env.company
        self.currencies = currencies
        self.known = {}

    def get(self, code, day):
        currency = self.currencies[code]
        if currency == self.company.currency_id:
            return 1
        if (code, day) not in self.known:
            self.known[code, day] = 1 / currency._get_conversion_rate(
                self.company.currency_id, currency, self.company, day
            )
        return self.known[code, day]


def _print_problems(problems):
    for problem in problems[:SHOWN_PROBLEMS]:
        print(problem, file=sys.stderr)
    if len(problems) > SHOWN_PROBLEMS:
        print(f"... and {len(problems) - SHOWN_PROBLEMS} more", file=sys.stderr)
    print(f"{len(problems)} problems; nothing was loaded.", file=sys.stderr)


def main():
    """Command line entry; exit code 1 when nothing was loaded."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("path", metavar="history.csv")
    parser.add_argument("--company", help="name of the company (else the first)")
    parser.add_argument("--currency", help="keep the (empty) books in this currency")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument(
        "--dry-run", action="store_true", help="do everything, keep nothing"
    )
    arguments = parser.parse_args()
    began = time.monotonic()
    with environment(arguments.database, arguments.config) as env:
        try:
            counts = _load(env, arguments)
        except HistoryError as error:
            env.cr.rollback()
            _print_problems(error.problems)
            return 1
        except (OSError, ValueError) as error:
            env.cr.rollback()
            print(f"{error} Nothing was loaded.", file=sys.stderr)
            return 1
        if arguments.dry_run:
            env.cr.rollback()
        else:
            env.cr.commit()
            vacuum_analyze(env.cr, ("res_partner", *TABLES))
    for what, count in counts.items():
        print(f"{what:20} {count:>8,}")
    kept = "nothing kept (dry run)" if arguments.dry_run else "loaded and checked"
    print(f"{kept} in {time.monotonic() - began:.0f} s")
    return 0


def _load(env, arguments):
    company = env.company
    if arguments.company:
        company = env["res.company"].search([("name", "=", arguments.company)], limit=1)
        if not company:
            raise ValueError(f"There is no company named {arguments.company}.")
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    if arguments.currency:
        set_company_currency(env, arguments.currency)
    return load_history(env, arguments.path, arguments.sample)


if __name__ == "__main__":
    sys.exit(main())
