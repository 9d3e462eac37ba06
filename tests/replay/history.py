"""Ninety days of a history from a file, with strategies, messages and the law.

    python tests/replay/history.py --database NAME [--days 90] [--until DAY] history.csv

The database has the module, a chart of accounts and no entries of its own. Invoices and
payments come in day by day, the clock of the process set to the day; every night the
job runs, every few hours what it planned is sent to a mail server of our own. The
file's customers are given countries, e-mail addresses and, where the law wants it,
consents in turn, and its days are moved to the present. A line per week is printed, and
what came of it at the end. Exit code 1 when a stage was entered on another day than the
file says it should have been, a step was done on a day that does not suit it, a step or
a message came twice, or a contact was against the law of its country.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE.parent), str(HERE.parent / "benchmark")]

from history_csv import read_history  # noqa: E402  (a folder away)
from load_history import set_company_currency  # noqa: E402
from odoo_env import add_database_options, environment  # noqa: E402

COUNTED = {
    "cases": "cartera.case",
    "moves": "cartera.stage.move",
    "steps": "cartera.step.execution",
    "messages": "cartera.communication",
    "contacts": "cartera.contact",
    "refusals": "cartera.contact.refusal",
}
# Laws are of their time: the history is moved, by whole weeks, to one in which those
# that the walk knows were in force.
TODAY = date(2026, 6, 1)
WEEK = timedelta(weeks=1)

COUNTRIES = ("MX", "CO", "ES", "CL", "PE", "AR", "EC", "GT")


class Customers:
    """Gives the customers of a file what is needed to reach them lawfully."""

    def __init__(self, env):
        self.env = env
        self.known = env["res.partner"]

    def settle(self):
        """Gives those who are new a country, an address and perhaps consents."""
        partners = self.env["res.partner"].search(
            [("customer_rank", ">", 0), ("email", "=", False)], order="id"
        )
        for number, partner in enumerate(partners, start=len(self.known)):
            code = COUNTRIES[number % len(COUNTRIES)]
            is_company = number // len(COUNTRIES) % 2 == 0
            partner.with_context(tracking_disable=True).write(
                {
                    "country_id": self.env.ref(f"base.{code.lower()}").id,
                    "email": f"customer{partner.id}@example.com",
                    "is_company": is_company,
                }
            )
            if code == "CO" and not is_company and number % 3:
                self.env["cartera.consent"].create(
                    {
                        "partner_id": partner.id,
                        "channel": "email",
                        "source": "contract",
                    }
                )
        self.known |= partners


def replay(env, invoices, first, days):
    """Lives through the days; gives what went wrong, one sentence each."""
    from days import live_through
    from history_days import HistoryDays

    ledger = HistoryDays(env, invoices, first)
    customers = Customers(env)

    def begin():
        counts = ledger.build_past()
        customers.settle()
        print(", ".join(f"{count:,} {what}" for what, count in counts.items()))

    def wake(number, day):
        ledger.post(day)
        customers.settle()

    failures, world = live_through(env, first, days, begin, wake, tell=tell(env))
    return failures + check(env, world, ledger, first, days)


def tell(env):
    """A function that prints how far the replay is, at the end of each week."""
    print("".join(f"{title:>12}" for title in ("day", *COUNTED)))

    def tell(number, day):
        if (number + 1) % 7:
            return
        counts = [env[model].search_count([]) for model in COUNTED.values()]
        cells = "".join(f"{count:>12,}" for count in counts)
        print(f"{day!s:>12}{cells}", flush=True)

    return tell


def check(env, world, ledger, first, days):
    """What the replay should not have done, one sentence each."""
    import facts
    from law.walk import find_breaches

    def sql(statement):
        env.cr.execute(statement)
        return env.cr.fetchall()

    contacts = facts.contacts(sql)
    print(f"{len(contacts):,} contacts: {dict(Counter(c.channel for c in contacts))}")
    for title, statement in facts.COUNTS.items():
        print(f"{title}: {', '.join(f'{n:,} {what}' for what, n in sql(statement))}")
    accepted = Counter(mail.message_id for mail in world.get_mails())
    failures = [f"against the law: {breach}" for breach in find_breaches(contacts)]
    failures += [f"step done twice: {row}" for row in sql(facts.TWICE_DONE)]
    failures += [f"two messages on a day: {row}" for row in sql(facts.MESSAGES_A_DAY)]
    failures += [f"sent {n} times: {one}" for one, n in accepted.items() if n > 1]
    if len(accepted) != sum(contact.channel == "email" for contact in contacts):
        failures.append(f"{len(accepted)} e-mails left, not what the log says")
    expected = ledger.expected_moves(first, days)
    found = {
        (name, date.fromisoformat(day), *stages)
        for name, day, *stages in sql(facts.MOVES)
        if name in ledger.customers
    }
    failures += [f"no such move: {move}" for move in sorted(expected - found)]
    failures += [f"unexpected move: {move}" for move in sorted(found - expected)]
    failures += [
        f"step too early or too late: {row}"
        for row in sql(facts.STEPS_BY_DUE_DATE)
        if row[0] in ledger.customers and not ledger.is_step_due(*row)
    ]
    print(f"{len(expected):,} moves as the file has them")
    return failures


def move_to_present(invoice, shift):
    """The invoice so much later."""
    payment_date = invoice.payment_date and invoice.payment_date + shift
    return replace(
        invoice,
        invoice_date=invoice.invoice_date + shift,
        due_date=invoice.due_date + shift,
        payment_date=payment_date,
    )


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("path", metavar="history.csv")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument(
        "--until", type=date.fromisoformat, help="last day (else of the last invoice)"
    )
    parser.add_argument("--currency", help="keep the (empty) books in this currency")
    arguments = parser.parse_args()
    invoices, problems = read_history(arguments.path)
    if problems:
        sys.exit("\n".join(map(str, problems[:20])))
    last = arguments.until or max(invoice.invoice_date for invoice in invoices)
    shift = (TODAY - last) // WEEK * WEEK
    invoices = [move_to_present(invoice, shift) for invoice in invoices]
    first = last + shift - timedelta(days=arguments.days - 1)
    began = time.monotonic()
    with environment(arguments.database, arguments.config) as env:
        if arguments.currency:
            set_company_currency(env, arguments.currency)
        failures = replay(env, invoices, first, arguments.days)
    for failure in failures[:50]:
        print(failure)
    seconds = time.monotonic() - began
    print(f"{arguments.days} days in {seconds:.0f} s, {len(failures) or 'no'} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
