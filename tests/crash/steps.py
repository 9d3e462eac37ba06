"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON."""

import json
import sys
from datetime import date, timedelta

from cartera_dev.inside.session import environment

FIRST_DAY = date(2026, 1, 1)
NIGHTS = 70
DEBTORS = 24


def make_debts(env) -> int:
    """One entry that leaves every debtor owing from another day on."""
    company = env.ref("base.main_company")
    accounts = env["account.account"].with_company(company)
    receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
    income = accounts.search([("account_type", "=", "income")], limit=1)
    debtors = env["res.partner"].create(
        [{"name": f"Debtor {number}"} for number in range(DEBTORS)]
    )
    lines = [
        {
            "account_id": receivable.id,
            "partner_id": debtor.id,
            "balance": 100 + number,
            "date_maturity": FIRST_DAY - timedelta(days=200 - 11 * number),
        }
        for number, debtor in enumerate(debtors)
    ]
    total = sum(line["balance"] for line in lines)
    entry = env["account.move"].create(
        {
            "date": FIRST_DAY - timedelta(days=300),
            "line_ids": [
                (0, 0, line)
                for line in (*lines, {"account_id": income.id, "balance": -total})
            ],
        }
    )
    entry.action_post()
    entry.line_ids.no_followup = False
    return len(debtors)


def run_nights(env) -> int:
    """Does the nights that have not been done yet, each with its own commits; another
    runner may be at it too. Gives the number of runs this one made."""
    company = env.ref("base.main_company")
    runs = env["cartera.run"]
    made = 0
    for number in range(NIGHTS):
        night = FIRST_DAY + timedelta(days=number)
        while not _is_done(runs, night):
            made += len(runs._run_company_apart(company, night, once=True))
            env.cr.commit()
    return made


def _is_done(runs, night) -> bool:
    finished = [("date", "=", night), ("state", "in", ["done", "warning", "failed"])]
    return bool(runs.search_count(finished, limit=1))


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
