"""Write a receivables ledger of any size into an Odoo database, in minutes.

    python tests/benchmark/generate.py --database bench --size 100000

Twenty-four months of posted customer invoices up to a fixed day: terms of 0 to 90 days
and three instalments, some sixty in a hundred paid, in part or in two steps or many at
once, Pareto debtors with contacts of their own, one in twelve invoices in foreign
currency with its exchange differences, credit notes, payments on account. Same
arguments, same ledger. A sample is compared with Odoo's own figures before anything is
committed.
"""

import argparse
import math
import time
from datetime import date

import generate_sql
from books import find_or_create_tax, read_books
from bulk import reserve_ids
from ledger_check import check_ledger
from ledger_writer import TABLES, create_staging, write_ledger
from odoo_env import add_database_options, environment, vacuum_analyze

REFERENCE_DATE = date(2026, 6, 30)
MONTHS = 27
# (days of each instalment, share of the invoices up to and including this term)
TERMS = (
    ((0,), 0.10),
    ((15,), 0.20),
    ((30,), 0.60),
    ((60,), 0.80),
    ((90,), 0.90),
    ((30, 60, 90), 1.0),
)


def generate(env, size, reference=REFERENCE_DATE, seed=1, sample=200):
    """Write ``size`` invoices and what belongs to them for the current company.

    :param reference: last day of the ledger; its history begins 730 days earlier.
    :param sample: number of entries to compare with Odoo's own figures.
    :return: number of rows written per table.
    :raise ValueError: the books are not ready, or the figures differ from Odoo's.
    """
    cr = env.cr
    tax = find_or_create_tax(env)
    books = read_books(env, tax, _find_or_create_product(env, tax))
    debtors = max(size // 20, 10)
    foreign = _prepare_rates(env, reference)
    terms = _find_or_create_terms(env)
    env.flush_all()
    values = {
        "seed": seed,
        "date": reference,
        "invoices": size,
        "debtors": debtors,
        "knee": max(debtors / 1000, 1),
        "partner_base": reserve_ids(cr, "res_partner", 2 * debtors),
        "country_id": env.company.country_id.id or None,
        "currency_id": books.currency_id,
        "foreign_id": foreign.id,
        "user_id": books.user_id,
        "lang": books.lang,
        "tax_rate": books.tax.rate,
    }
    cr.execute("SET LOCAL work_mem = '256MB'")
    create_staging(cr)
    _stage_rates(cr, reference)
    _stage_terms(cr, terms)
    for name in ("DRAW", "DEBTORS", "DOCUMENTS", "PLAN", "PAYMENTS", "CREDITS"):
        cr.execute(getattr(generate_sql, name), values)
        for table in ("debtor", "document", "product", "due"):
            if name != "DRAW":
                cr.execute(f"ANALYZE stage_{table}")
    written = {"res_partner": debtors, **write_ledger(cr, books)}
    env.invalidate_all()
    differences = check_ledger(env, sample, seed)
    if differences:
        raise ValueError("Odoo computes otherwise:\n" + "\n".join(differences[:20]))
    return written


def rate_of(month_number):
    """Exchange rate of a month: a slow wave between 17.00 and 20.00 in quarters."""
    return round(4 * (18.5 + 1.5 * math.sin(month_number / 3))) / 4


def _months(reference):
    """First days of the ``MONTHS`` months up to and including the reference's."""
    last = reference.year * 12 + reference.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(last - MONTHS + 1, last + 1)]


def _prepare_rates(env, reference):
    """Give a currency foreign to the company one rate a month; return it."""
    currencies = env["res.currency"].with_context(active_test=False)
    rates = env["res.currency.rate"]
    for name in ("USD", "EUR", "GBP"):
        currency = currencies.search([("name", "=", name)])
        own = rates.search_count(
            [("currency_id", "=", currency.id), ("company_id", "=", env.company.id)]
        )
        if currency != env.company.currency_id and not own:
            break
    else:
        raise ValueError("The currencies have rates already: use a new database.")
    currency.active = True
    rates.create(
        [
            {
                "name": month,
                "currency_id": currency.id,
                "company_id": env.company.id,
                "inverse_company_rate": rate_of(number),
            }
            for number, month in enumerate(_months(reference))
        ]
    )
    return currency


def _stage_rates(cr, reference):
    cr.execute(
        "CREATE TEMP TABLE stage_rate (month date PRIMARY KEY, rate numeric NOT NULL)"
        " ON COMMIT DROP"
    )
    for number, month in enumerate(_months(reference)):
        cr.execute("INSERT INTO stage_rate VALUES (%s, %s)", [month, rate_of(number)])


def _find_or_create_terms(env):
    """Return the payment terms in the order of ``TERMS``."""
    terms = env["account.payment.term"]
    for days, _up_to in TERMS:
        name = f"Benchmark {'/'.join(map(str, days))} days"
        term = terms.search([("name", "=", name)], limit=1)
        shares = [round(100 / len(days), 6)] * (len(days) - 1)
        shares.append(100 - sum(shares))
        terms += term or terms.create(
            {
                "name": name,
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": share, "nb_days": day})
                    for day, share in zip(days, shares, strict=True)
                ],
            }
        )
    return terms


def _stage_terms(cr, terms):
    cr.execute(
        "CREATE TEMP TABLE stage_term (term_id int, up_to float8) ON COMMIT DROP;"
        "CREATE TEMP TABLE stage_term_line (term_id int, position int, days int,"
        " share numeric, last bool) ON COMMIT DROP"
    )
    for term, (_days, up_to) in zip(terms, TERMS, strict=True):
        cr.execute("INSERT INTO stage_term VALUES (%s, %s)", [term.id, up_to])
    cr.execute(
        """
        INSERT INTO stage_term_line
        SELECT payment_id, row_number() OVER term, nb_days, value_amount / 100,
               row_number() OVER term = count(*) OVER (PARTITION BY payment_id)
          FROM account_payment_term_line
         WHERE payment_id = ANY(%s)
        WINDOW term AS (PARTITION BY payment_id ORDER BY nb_days)
        """,
        [terms.ids],
    )


def _find_or_create_product(env, tax):
    name = "Goods (benchmark)"
    products = env["product.product"]
    return products.search([("name", "=", name)], limit=1) or products.create(
        {"name": name, "type": "consu", "taxes_id": [(6, 0, tax.ids)]}
    )


def load_chart(env, code):
    """Load the chart of accounts ``code``, unless the company uses it already."""
    if env.company.chart_template != code:
        env["account.chart.template"].try_loading(code, env.company, install_demo=False)


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("--size", type=int, required=True, help="number of invoices")
    parser.add_argument("--date", type=date.fromisoformat, default=REFERENCE_DATE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--chart", help="load this chart first, mx for example")
    arguments = parser.parse_args()
    began = time.monotonic()
    with environment(arguments.database, arguments.config) as env:
        if arguments.chart:
            load_chart(env, arguments.chart)
        written = generate(
            env, arguments.size, arguments.date, arguments.seed, arguments.sample
        )
        env.cr.commit()
        vacuum_analyze(env.cr, ("res_partner", *TABLES))
    for table, rows in written.items():
        print(f"{table:40} {rows:>10,}")
    print(f"written and checked in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
