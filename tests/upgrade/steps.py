"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON.

The first ones run on the old version of the module, the others on the present one.
"""

import json
import sys
from datetime import timedelta

from cartera_dev.inside.session import environment

from odoo import Command, fields

NIGHTS = (60, 30, 0)  # days ago


# -- on the old version ----------------------------------------------------------------


def use(env) -> dict:
    """Lives with the module for a while: the demo company, some nights, what people do
    and what they set. Gives the numbers of cases and of moves."""
    company = env.ref("base.main_company")
    env["cartera.demo"]._create_demo_data(company)
    today = fields.Date.today()
    for days in NIGHTS:
        env["cartera.run"].run(company, date=today - timedelta(days=days))
    supervisor = _make_supervisor(env)
    _work(env(user=supervisor))
    _set(env, company, supervisor)
    _change_shipped_records(env)
    counts = {
        "cases": env["cartera.case"].search_count([]),
        "moves": env["cartera.stage.move"].search_count([]),
    }
    # Nobody reads a case after this one: its debtor waits in the queue.
    _make_invoice(env, env["cartera.case"].search([], limit=1).partner_id)
    return counts


def _make_supervisor(env):
    return env["res.users"].create(
        {
            "name": "Jefa de Cobranza",
            "login": "jefa",
            "group_ids": [
                Command.link(env.ref("cartera_cobranza.group_cartera_supervisor").id)
            ],
        }
    )


def _work(env) -> None:
    """A supervisor decides on proposals, moves a case, writes and plans on it."""
    cases = env["cartera.case"].search([("amount_overdue", ">", 0)])
    accepted, dismissed = cases.filtered("stage_proposed_id")[:2]
    accepted.action_accept_proposal()
    dismissed.action_dismiss_proposal()
    moved = (cases - accepted - dismissed)[0]
    moved.stage_id = env.ref("cartera_cobranza.cartera_stage_extrajudicial")
    moved.user_id = env.user
    moved.message_post(body="Promised to pay on Friday.")
    moved.activity_schedule("mail.mail_activity_data_call", summary="Call")


def _set(env, company, supervisor) -> None:
    """Policies, stages and settings of the company's own."""
    policy = env["cartera.aging.policy"].create(
        {
            "name": "Own",
            "company_id": company.id,
            "bucket_ids": [
                Command.create({"name": "Not due", "day_from": 0}),
                Command.create({"name": "Quarter", "day_from": 1}),
                Command.create({"name": "Later", "day_from": 91}),
            ],
        }
    )
    company.cartera_aging_policy_id = policy
    company.cartera_default_user_id = supervisor
    env["cartera.stage"].create(
        {"name": "Agency", "code": "agency", "sequence": 35, "company_id": company.id}
        | {"min_days": 120, "automatic": False}
    )
    env["res.company"].create({"name": "Another Company"})


def _change_shipped_records(env) -> None:
    """What an upgrade may not put back as it was shipped."""
    stage = env.ref("cartera_cobranza.cartera_stage_administrativa")
    stage.write({"name": "Early arrears", "min_days": 5})
    rule = env.ref("cartera_cobranza.cartera_case_rule_own")
    rule.domain_force = "[('user_id', 'in', [user.id, False])]"
    cron = env.ref("cartera_cobranza.ir_cron_cartera_run")
    cron.nextcall = fields.Datetime.now() + timedelta(days=1, hours=3)


def _make_invoice(env, partner) -> None:
    today = fields.Date.today()
    line = {"name": "x", "price_unit": 777}
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()


# -- on the present version ------------------------------------------------------------


def totals(env) -> dict:
    """What is owed by the cases and by the open items, and the differences between the
    items and the accounts of all companies."""
    return {
        "cases": round(sum(env["cartera.case"].search([]).mapped("amount_total")), 2),
        "items": round(
            sum(env["cartera.open.item"].search([]).mapped("amount_residual")), 2
        ),
        "differences": len(env["cartera.case"]._verify_ledger()),
    }


def episodes(env) -> list:
    """Of each case: episode, its first day and the oldest due date."""
    return [
        [case.episode, str(case.episode_date), str(case.date_oldest_due)]
        for case in env["cartera.case"].search([])
    ]


def night(env) -> dict:
    """One nightly run of every company: states, errors, and what came of it."""
    runs = env["cartera.run"].run()
    return {
        "states": sorted(set(runs.mapped("state"))),
        "errors": runs.error_ids.mapped("message"),
        "steps": env["cartera.step.execution"].search_count([]),
        "messages": env["cartera.communication"].search_count([]),
        "activities": env["mail.activity"].search_count(
            [("res_model", "=", "cartera.case")]
        ),
    }


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
