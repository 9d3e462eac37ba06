"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON."""

import json
import sys
from datetime import datetime, timedelta

from cartera_dev.inside.session import environment
from freezegun import freeze_time

from odoo import Command

# Noon, which is the same day everywhere from Mexico to here.
FIRST_NOON = datetime(2026, 1, 1, 12)
FIRST_DAY = FIRST_NOON.date()
NIGHTS = 70
DEBTORS = 24


def make_debts(env) -> int:
    """One entry that leaves every debtor owing from another day on; some of them
    promise, contest, or are left alone for a while."""
    company = env.ref("base.main_company")
    accounts = env["account.account"].with_company(company)
    receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
    income = accounts.search([("account_type", "=", "income")], limit=1)
    # Who answers the disputes, and sees that they are answered.
    user = env.ref("base.user_admin")
    user.group_ids += env.ref("cartera_cobranza.group_cartera_supervisor")
    debtors = env["res.partner"].create(
        [{"name": f"Debtor {number}", "user_id": user.id} for number in range(DEBTORS)]
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
                Command.create(line)
                for line in (*lines, {"account_id": income.id, "balance": -total})
            ],
        }
    )
    entry.action_post()
    entry.line_ids.no_followup = False
    with freeze_time(FIRST_NOON, tick=True):
        _deal_with_debtors(env, debtors)
    return len(debtors)


def _deal_with_debtors(env, debtors) -> None:
    """Every second debtor promises, is left alone, or contests, for ever more days."""
    for number, debtor in enumerate(debtors):
        case = env["cartera.case"].search([("partner_id", "=", debtor.id)])
        line = env["account.move.line"].search(
            [("partner_id", "=", debtor.id), ("account_type", "=", "asset_receivable")]
        )
        day = FIRST_DAY + timedelta(days=2 * number)
        if number % 4 == 0:
            first = FIRST_DAY + timedelta(days=number // 2)
            _promise(env, case, first, pays=number % 8 == 0)
        elif number % 4 == 1:
            whole = number % 8 == 1
            case._pause(
                {
                    "reason": "Looking for a payment",
                    "date_review": day,
                    "line_ids": [] if whole else line.ids,
                }
            )
        elif number % 4 == 2:
            case._open_dispute(
                {
                    "reason_id": env.ref("cartera_cobranza.dispute_reason_price").id,
                    "lines": [(line.id, line.balance / 2)],
                    "date_deadline": day,
                }
            )


def _promise(env, case, first, pays) -> None:
    """Two payments, of which the first one is made at once, or none."""
    second = first + timedelta(days=20)
    case._take_promise({"installments": [(first, 40), (second, 40)]})
    if pays:
        payment = env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": case.partner_id.id,
                "date": FIRST_DAY,
                "amount": 40,
            }
        )
        payment.action_post()


def run_nights(env) -> int:
    """Does the nights that have not been done yet, the clock set to each, with its own
    commits; another runner may be at it too. Gives the number of runs this one made."""
    company = env.ref("base.main_company")
    runs = env["cartera.run"]
    made = 0
    with freeze_time(FIRST_NOON, tick=True) as clock:
        for number in range(NIGHTS):
            clock.move_to(FIRST_NOON + timedelta(days=number))
            while not is_done(runs, FIRST_DAY + timedelta(days=number)):
                made += len(runs._run_company_apart(company, once=True))
                env.cr.commit()
    return made


def is_done(runs, night) -> bool:
    finished = [("date", "=", night), ("state", "in", ["done", "warning", "failed"])]
    return bool(runs.search_count(finished, limit=1))


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
