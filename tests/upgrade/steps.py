"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON.

The first ones run on the old version of the module, the others on the present one.
"""

import json
import sys
from datetime import timedelta

from builders import make_debtor, make_invoice, pay
from cartera_dev.inside.session import environment
from dealings import agree, deal, dealings  # noqa: F401  (steps)

from odoo import Command, fields

NIGHTS = (60, 30, 0)  # days ago


# -- on the old version ----------------------------------------------------------------


def use(env) -> None:
    """Lives with the module for a while: the demo company, some nights, what people do
    and what they set."""
    company = env.ref("base.main_company")
    env["cartera.demo"]._create_demo_data(company)
    today = fields.Date.today()
    for days in NIGHTS:
        env["cartera.run"].run(company, date=today - timedelta(days=days))
    supervisor = _make_supervisor(env)
    _work(env(user=supervisor))
    _set(env, company, supervisor)
    _change_shipped_records(env)


def leave(env) -> dict:
    """Counts cases, moves and what was done to debtors, and leaves an invoice behind
    that no case knows of yet."""
    counts = {
        "cases": env["cartera.case"].search_count([]),
        "moves": env["cartera.stage.move"].search_count([]),
    }
    # Nobody reads a case after this one: its debtor waits in the queue.
    make_invoice(env, env["cartera.case"].search([], limit=1).partner_id)
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


# -- on 19.0.2.0.0 ---------------------------------------------------------------------


def collect(env) -> None:
    """Lives with the strategies, too: holds, promises, contacts, consents and a plan
    that was run."""
    company = env.ref("base.main_company")
    company.cartera_bank_lag_days = 0
    today = fields.Date.today()

    def day(days):
        return today + timedelta(days=days)

    for name, until in HOLDS:
        case = make_debtor(env, name)
        case.write({"hold_until": day(until), "hold_reason": "Looking for a payment"})
    for name, made, promised, paid in PROMISES:
        case = make_debtor(env, name)
        case._record_promise(day(promised), 777, day(made))
        if paid is not None:
            pay(env, case, day(paid))
    _contact(env, make_debtor(env, "Contacted"))
    # The plan of today is run, and everything done that is to be done today.
    company.cartera_plan_approval = "automatic"
    env["cartera.run"].run(company)


# How many days from now a hold ends.
HOLDS = (("Held", 10), ("Held Before", -3))

# Who promised all that is owed: how many days from now it was promised, for when, and
# when it was paid.
PROMISES = (
    ("Promised", -2, 5, None),
    ("Broke A Promise", -20, -10, None),
    ("Kept A Promise", -20, -10, -11),
)


def _contact(env, case) -> None:
    """One contact of each result and direction, and a consent."""
    results = dict(env["cartera.contact"]._fields["reached"].selection)
    made = [("out", result) for result in results] + [("in", "reached")]
    env["cartera.contact"]._log(
        [
            {
                "case_id": case.id,
                "channel": "call",
                "direction": direction,
                "reached": result,
                "address": PHONE,
            }
            for direction, result in made
        ]
    )
    env["cartera.consent"].create(
        {"partner_id": case.partner_id.id, "channel": "sms", "source": "contract"}
    )


PHONE = "+52 (55) 5551-2000"


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


def carried(env) -> dict:
    """What became of the holds, promises and contacts of :func:`collect`; the first
    two by the debtor's name."""
    contacts = env["cartera.contact"]
    names = [name for name, *_rest in HOLDS + PROMISES]
    theirs = [("partner_id.name", "in", names)]
    return {
        "pauses": {
            pause.partner_id.name: [
                pause.kind,
                (pause.date_review - fields.Date.today()).days,
                pause.activity_id.date_deadline == pause.date_review,
                pause.case_id.hold_until == pause.date_review,
            ]
            for pause in env["cartera.pause"].search(theirs)
        },
        "promises": {
            promise.partner_id.name: [
                promise.state,
                promise.amount_kept,
                sum(promise.item_ids.mapped("amount")),
                promise.case_id.promise_amount,
                promise.case_id.amount_collectable,
            ]
            for promise in env["cartera.promise"].search(theirs)
        },
        "contacts": [
            [contact.direction, contact.reached, contact.address]
            + contact.disposition_id.mapped("code")
            for contact in contacts.search([("partner_id.name", "=", "Contacted")])
        ],
        "without result": contacts.search_count([("disposition_id", "=", False)]),
    }


def workers(env) -> dict:
    """Whoever has cases works on them and finds them in the list of the day; every
    partner is collected with its own company, unless it is one case with its group."""
    cases = env["cartera.case"].search([])
    partners = env["res.partner"].with_context(active_test=False).search([])
    entries = env["cartera.worklist.entry"].search([])
    return {
        "others": len(cases.filtered(lambda case: case.worker_id != case.user_id)),
        "workers": len(cases.worker_id),
        "worklist": len(entries),
        "strangers": len(
            [one for one in partners if one.cartera_debtor_id != _get_debtor(one)]
        ),
    }


def _get_debtor(partner):
    """With whom a partner is collected from."""
    company = partner.commercial_partner_id
    group = company.cartera_group_id
    return group.head_id if group.is_one_case else company


def night(env) -> dict:
    """One nightly run of every company: states and errors."""
    runs = env["cartera.run"].run()
    return {
        "states": sorted(set(runs.mapped("state"))),
        "errors": runs.error_ids.mapped("message"),
    }


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
