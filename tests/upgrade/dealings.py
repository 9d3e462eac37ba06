"""Promises, disputes, pauses and groups on 19.0.3.0.0, and what they are later on."""

from datetime import timedelta

from builders import make_debtor, make_invoice, pay

from odoo import Command, fields

# Who promised two payments of 300: how many days from now it was promised, for when,
# and when one of them was paid.
PROMISES = (
    ("Promised Twice", -2, (5, 20), None),
    ("Paid The First", -20, (-10, 10), -11),
    ("Broke Both", -20, (-12, -10), None),
)
PAUSED = ("Paused Whole", "Paused In Part")
CONTESTED = "Contests A Part"
HEAD, MEMBER = "Group Head", "Group Member"
# Whose invoice falls due when the strategy reminds of it.
REMINDED, DAYS_TO_GO = "Reminded Before", 5

NAMES = [name for name, *_rest in PROMISES]
NAMES += [*PAUSED, CONTESTED, HEAD, MEMBER, REMINDED]


def deal(env) -> None:
    """Lives with promises, disputes, pauses, a group that is one case, and a plan that
    was run, by steps per debtor and per item."""
    company = env.ref("base.main_company")
    company.cartera_bank_lag_days = 0
    _promise(env)
    whole, part = (make_debtor(env, name) for name in PAUSED)
    make_invoice(env, part.partner_id, days=40)
    _pause(whole, days=10)
    _pause(part, days=4, lines=_get_lines(part)[:1])
    _contest(env, make_debtor(env, CONTESTED))
    _make_group(env)
    make_debtor(env, REMINDED, days=-DAYS_TO_GO)
    # The plan of today is run, and everything done that is to be done today.
    company.cartera_plan_approval = "automatic"
    env["cartera.run"].run(company)


def _promise(env) -> None:
    for name, made, days, paid in PROMISES:
        case = make_debtor(env, name)
        case._take_promise(
            {
                "installments": [(_day(number), 300) for number in days],
                "date_made": _day(made),
                "override_reason": "Known for long",
            }
        )
        if paid is not None:
            pay(env, case, _day(paid), 300)


def _pause(case, days, lines=()) -> None:
    case._pause(
        {
            "reason": "Looking for a payment",
            "date_review": _day(days),
            "line_ids": [line.id for line in lines],
        }
    )


def _contest(env, case) -> None:
    case._open_dispute(
        {
            "reason_id": env.ref("cartera_cobranza.dispute_reason_price").id,
            "lines": [(_get_lines(case).id, 77)],
            "date_deadline": _day(15),
        }
    )


def _make_group(env) -> None:
    """A parent and a member, one case, in which an item of the member is paused."""
    head, member = (make_debtor(env, name) for name in (HEAD, MEMBER))
    env["cartera.debtor.group"].create(
        {
            "name": "Group",
            "head_id": head.partner_id.id,
            "member_ids": [Command.set(member.partner_id.ids)],
            "is_one_case": True,
        }
    )
    make_invoice(env, member.partner_id, days=50)
    _pause(head, days=7, lines=_get_lines(member)[:1])


def _get_lines(case):
    """The invoiced items of the debtor, the first one first."""
    return case.env["account.move.line"].search(
        [
            ("partner_id", "=", case.partner_id.id),
            ("account_type", "=", "asset_receivable"),
            ("balance", ">", 0),
        ],
        order="id",
    )


def _day(days):
    return fields.Date.today() + timedelta(days=days)


# -- on any version since --------------------------------------------------------------


def dealings(env) -> dict:
    """What stands of all that, by the debtor's name."""
    cases = env["cartera.case"].search([("partner_id.name", "in", NAMES)])
    return {case.partner_id.name: _describe(case) for case in cases}


def _describe(case) -> dict:
    env = case.env
    steps = env["cartera.step.execution"].search([("case_id", "=", case.id)])
    items = env["cartera.open.item"].search([("case_id", "=", case.id)])
    return {
        "amounts": [
            case[f"amount_{part}"]
            for part in ("total", "collectable", "promised", "paused", "disputed")
        ],
        "items": sorted(
            [item.document, item.status, item.amount_residual, item.days_overdue]
            for item in items
        ),
        "promises": [
            [promise.state, promise.amount_kept, str(promise.date_next)]
            + promise.installment_ids.mapped("state")
            for promise in env["cartera.promise"].search([("case_id", "=", case.id)])
        ],
        "disputes": [
            [dispute.state, dispute.amount_open, len(dispute.activity_ids)]
            for dispute in env["cartera.dispute"].search([("case_id", "=", case.id)])
        ],
        "pauses": [
            [pause.state, pause.is_whole, str(pause.date_review)]
            for pause in env["cartera.pause"].search([("case_id", "=", case.id)])
        ],
        "steps": sorted(
            [step.step_id.name, step.state, bool(step.line_key)] for step in steps
        ),
        "worklist": env["cartera.worklist.entry"].search_count(
            [("case_id", "=", case.id)]
        ),
    }


# -- on the present version ------------------------------------------------------------


def agree(env) -> dict:
    """Comes to an agreement with the group, by a product that we ship."""
    user = env["res.users"].search([("login", "=", "jefa")])
    case = env["cartera.case"].search([("partner_id.name", "=", HEAD)])
    agreement = case.with_user(user)._negotiate(
        {
            "product_id": env.ref("cartera_cobranza.product_reestructura_mx").id,
            "override_reason": "Known for long",
        }
    )
    agreement.action_propose()
    agreement._sign()
    case.search([("id", "=", case.id)])  # brings in what has changed
    items = env["cartera.open.item"].search([("case_id", "=", case.id)])
    return {
        "state": agreement.state,
        "covered": agreement.amount_debt,
        "debtors": sorted(agreement.item_ids.line_id.partner_id.mapped("name")),
        "instalments": sum(agreement.installment_ids.mapped("amount_principal")),
        "agreed": [case.amount_agreed, sum(items.mapped("amount_residual"))],
        "documents": sorted(agreement.document_ids.mapped("kind")),
        "differences": len(env["cartera.case"]._verify_ledger()),
    }
