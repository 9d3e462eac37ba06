"""Run the nightly job day by day over a history and prove the ledger every day.

    python tests/benchmark/replay.py --database NAME [--days 120] [--until 2020-09-07]

For every day the job runs as of that day; then the module's own ledger check must find
no difference, and the amounts cached on the cases must equal the balance of the
receivable accounts up to that day, debtor by debtor, summed here from the journal items
alone. A table of the days is printed; exit code 1 when a day fails.

The database may be one that ``load_history.py`` or ``generate.py`` has filled, or one
with Odoo's own accounting demo data. The module has to be installed in it.
"""

import argparse
import sys
import time
from datetime import date, timedelta

from odoo_env import add_database_options, environment

# The balance of a debtor is what its entries up to the day add up to: no residual and
# no reconciliation is consulted, so this cannot share a mistake with the module.
WRONG_CASES = """
SELECT coalesce(ledger.partner_id, c.partner_id), coalesce(ledger.balance, 0),
       coalesce(c.amount_total, 0)
  FROM (
    SELECT p.commercial_partner_id AS partner_id, sum(l.balance) AS balance
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id
      JOIN res_partner p ON p.id = l.partner_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.company_id = %(company)s AND l.date <= %(date)s
     GROUP BY p.commercial_partner_id
  ) AS ledger
  FULL JOIN (SELECT * FROM cartera_case WHERE company_id = %(company)s) AS c
    ON c.partner_id = ledger.partner_id
 WHERE coalesce(ledger.balance, 0) != coalesce(c.amount_total, 0)
"""

LAST_DAY = """
SELECT max(l.date) FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id
 WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
"""

HEADER = f"{'day':12}{'cases':>8}{'changed':>9}{'moves':>7}{'open amount':>18}{'s':>7}"


def replay(env, first, days):
    """Run ``days`` days from ``first`` on, printing one line each.

    :return: what went wrong, one sentence each.
    """
    print(HEADER)
    failures = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        found = run_day(env, day)
        for failure in found[:5]:
            print(f"  {failure}", flush=True)
        failures += found
    return failures


def run_day(env, day):
    """Run all companies for one day and check the outcome; return the failures."""
    began = time.monotonic()
    runs = env["cartera.run"].run(date=day)
    seconds = time.monotonic() - began
    failures = [
        f"{day} {run.company_id.name}: run {run.state}, {error.message}"
        for run in runs
        for error in run.error_ids
    ]
    failures += [
        f"{day} {run.company_id.name}: run ended as {run.state}"
        for run in runs
        if run.state != "done" and not run.error_ids
    ]
    if len(runs) < env["res.company"].search_count([]):
        failures.append(f"{day}: a company was not run")
    failures += [
        f"{day} ledger check: {difference}"
        for difference in env["cartera.case"]._verify_ledger(date=day)
    ]
    failures += _find_wrong_cases(env, day)
    changed = sum(
        phase.record_count for phase in runs.phase_ids if phase.phase == "refresh"
    )
    env.cr.execute(
        "SELECT count(*), coalesce(sum(amount_total), 0) FROM cartera_case"
        " WHERE item_count != 0"
    )
    cases, amount = env.cr.fetchone()
    moves = env["cartera.stage.move"].search_count([("run_id", "in", runs.ids)])
    print(
        f"{day!s:12}{cases:>8,}{changed:>9,}{moves:>7,}{amount:>18,.2f}{seconds:>7.2f}",
        flush=True,
    )
    return failures


def _find_wrong_cases(env, day):
    wrong = []
    for company in env["res.company"].search([]):
        env.cr.execute(WRONG_CASES, {"company": company.id, "date": day})
        wrong += [
            f"{day} {company.name}, partner {partner}: ledger {balance}, case {amount}"
            for partner, balance, amount in env.cr.fetchall()
        ]
    return wrong


def main():
    """Command line entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_database_options(parser)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument(
        "--until", type=date.fromisoformat, help="last day (else the ledger's last)"
    )
    arguments = parser.parse_args()
    with environment(arguments.database, arguments.config) as env:
        env.cr.execute(LAST_DAY)
        last = arguments.until or env.cr.fetchone()[0]
        first = last - timedelta(days=arguments.days - 1)
        failures = replay(env, first, arguments.days)
    verdict = f"{len(failures)} failures" if failures else "the ledger held every day"
    print(f"{arguments.days} days, {verdict}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
