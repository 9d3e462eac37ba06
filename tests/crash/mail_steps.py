"""Messages made and sent inside Odoo: `python mail_steps.py STEP DATABASE [WORD ...]`
prints JSON."""

import json
import sys
from datetime import datetime, timedelta

from cartera_dev.inside.session import environment
from freezegun import freeze_time

from odoo import Command

DEBTORS = 40
# A Monday, ten o'clock in Mexico: whoever does business may be written to.
FIRST_MORNING = datetime(2026, 6, 1, 16)
MORNINGS = 4


def make_debts(env, port: str) -> int:
    """Debtors who get an e-mail and a call every day, and the mail server to send
    through."""
    company = env.ref("base.main_company")
    company.partner_id.email = "cobranza@example.com"
    company.cartera_plan_approval = "automatic"
    company.cartera_bank_lag_days = 0
    _use_mail_server(env, int(port))
    debtors = _make_debtors(env, company)
    _make_strategy(env, debtors.category_id)
    return len(debtors)


def work(env, first: str = "0", last: str = str(MORNINGS - 1)) -> int:
    """Lives through the mornings from the first one to the last, each with the night's
    run and what it left to send.

    Takes up where another one has been killed; another one may be at it as well.
    """
    with freeze_time(FIRST_MORNING, tick=True) as clock:
        for number in range(int(first), int(last) + 1):
            morning = FIRST_MORNING + timedelta(days=number)
            clock.move_to(morning)
            _run_night(env)
            # Whoever takes up a morning begins it anew: what the killed one planned
            # must not be still to come by this one's clock.
            clock.move_to(morning + timedelta(hours=1))
            _send(env)
    return 0


def send_later(env, hours: str = "24") -> int:
    """Sends what is left, so many hours after the last of the mornings."""
    last = FIRST_MORNING + timedelta(days=MORNINGS - 1)
    with freeze_time(last + timedelta(hours=int(hours)), tick=True):
        _send(env)
    return 0


def _run_night(env) -> None:
    company = env.ref("base.main_company")
    runs = env["cartera.run"]
    while runs._is_pending(company):
        runs._run_company_apart(company, once=True)
        env.cr.commit()


def _send(env) -> None:
    env["cartera.dispatcher"]._cron_dispatch()
    env["mail.mail"].process_email_queue()
    env.cr.commit()


def _use_mail_server(env, port: int) -> None:
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {
            "name": "Crash",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_encryption": "none",
        }
    )


def _make_debtors(env, company):
    tag = env["res.partner.category"].create({"name": "Debtors"})
    debtors = env["res.partner"].create(
        [
            {
                "name": f"Debtor {number}",
                "is_company": True,
                "country_id": env.ref("base.mx").id,
                "email": f"debtor{number}@example.com",
                "phone": f"+52 55 5551 {2000 + number}",
                "category_id": [Command.set(tag.ids)],
            }
            for number in range(DEBTORS)
        ]
    )
    accounts = env["account.account"].with_company(company)
    receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
    income = accounts.search([("account_type", "=", "income")], limit=1)
    due = FIRST_MORNING.date() - timedelta(days=1)
    lines = [
        {
            "account_id": receivable.id,
            "partner_id": debtor.id,
            "balance": 1000,
            "date_maturity": due,
        }
        for debtor in debtors
    ]
    lines.append({"account_id": income.id, "balance": -1000 * len(lines)})
    entry = env["account.move"].create(
        {"date": due, "line_ids": [Command.create(line) for line in lines]}
    )
    entry.action_post()
    entry.line_ids.no_followup = False
    return debtors


def _make_strategy(env, tag) -> None:
    """An e-mail and a call on each of the mornings."""
    template = env["cartera.message.template"].search(
        [("kind", "=", "reminder")], limit=1
    )
    steps = [
        {
            "name": f"{action} {number}",
            "sequence": 10 * number,
            "clock": "due",
            "offset_days": number + 1,
            "action": action,
            "template_id": action == "email" and template.id,
            "fallback_channel": False,
        }
        for number in range(MORNINGS)
        for action in ("email", "call")
    ]
    strategy = env["cartera.strategy"].create(
        {"name": "Every day", "step_ids": [Command.create(step) for step in steps]}
    )
    env["cartera.segment"].create(
        {
            "name": "Debtors",
            "sequence": 0,
            "category_ids": tag.ids,
            "strategy_id": strategy.id,
        }
    )


if __name__ == "__main__":
    step, database, *words = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env, *words)
    print(json.dumps(result))
