"""Agreements, and the nights that see to them, inside Odoo:
`python agreement_steps.py STEP DATABASE` prints JSON."""

import json
import sys
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from cartera_dev.inside.session import environment
from freezegun import freeze_time
from steps import FIRST_DAY, FIRST_NOON, is_done

from odoo import Command
from odoo.service.model import retrying

NIGHTS = 12
# How often each fate befalls somebody, a day later each time.
TIMES = 3
# What everybody owes, with taxes where there are any.
DEBT = 1160


class Fate(NamedTuple):
    """What is agreed with a debtor, and what comes of it."""

    product: dict
    installments: list  # (days from the first one, amount of the debt)
    payments: list  # (days from the first one, amount)
    has_taxes: bool = False
    rate: float = 0


FINIQUITO = {"kind": "finiquito", "default_missed": 1, "notice_days": 0}
REESTRUCTURA = {"kind": "reestructura", "default_missed": 1, "notice_days": 2}
FATES = {
    "Credited": Fate(
        {**FINIQUITO, "settlement_method": "credit_note"},
        [(1, 812)],
        [(1, 812)],
        has_taxes=True,
    ),
    "Written Off": Fate(
        {**FINIQUITO, "settlement_method": "write_off"},
        [(2, 812)],
        [(1, 400), (2, 412)],
        has_taxes=True,
    ),
    "Expired": Fate(FINIQUITO, [(2, 812)], [(1, 400)]),
    "Paid Late": Fate(FINIQUITO, [(2, 812)], [(1, 400), (5, 412)]),
    "Kept": Fate(REESTRUCTURA, [(1, 580), (4, 580)], [(1, 580), (4, 580)]),
    "Cured": Fate(REESTRUCTURA, [(1, 580), (7, 580)], [(3, 580), (6, 580)]),
    "Broken": Fate(REESTRUCTURA, [(1, 580), (9, 580)], []),
    "Charged": Fate(REESTRUCTURA, [(1, 580), (3, 580)], [(1, 580), (3, 580)], rate=60),
    "Charged And Broken": Fate(REESTRUCTURA, [(1, 580), (3, 580)], [(1, 580)], rate=60),
    "Moved And Broken": Fate(
        {**REESTRUCTURA, "ledger_mode": "reclassification"},
        [(1, 580), (3, 580)],
        [(1, 580)],
    ),
    "Moved And Kept": Fate(
        {**REESTRUCTURA, "ledger_mode": "reclassification"},
        [(1, 580), (3, 580)],
        [(1, 580), (3, 580)],
    ),
}


# -- at first --------------------------------------------------------------------------


def make_agreements(env) -> int:
    """Debtors with an agreement in force each, and the accounts that those need."""
    company = env.ref("base.main_company")
    user = env.ref("base.user_admin")
    user.group_ids += env.ref("cartera_cobranza.group_cartera_supervisor")
    _set_accounts(env, company)
    with freeze_time(FIRST_NOON, tick=True):
        for name, fate in FATES.items():
            product = env["cartera.agreement.product"].create(
                {
                    "name": name,
                    "tolerance_days": 0,
                    "move_to_working": False,
                    **fate.product,
                }
            )
            for number in range(TIMES):
                _make_agreement(env, f"{name} {number}", product, fate, number)
    return env["cartera.agreement"].search_count([("state", "=", "active")])


def _set_accounts(env, company) -> None:
    accounts = env["account.account"].with_company(company)
    company.write(
        {
            "cartera_agreement_journal_id": env["account.journal"]
            .search([("type", "=", "general"), ("company_id", "=", company.id)])[:1]
            .id,
            "cartera_writeoff_account_id": accounts.search(
                [("account_type", "=", "expense")], limit=1
            ).id,
        }
    )


def _make_agreement(env, name, product, fate, delay) -> None:
    def day(number):
        return FIRST_DAY + timedelta(days=number + delay)

    debtor = env["res.partner"].create(
        {"name": name, "is_company": True, "email": f"{product.id}-{delay}@example.com"}
    )
    invoice = _make_invoice(env, debtor, fate.has_taxes)
    line = invoice.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    case = env["cartera.case"].search([("partner_id", "=", debtor.id)])
    agreement = case._negotiate(
        {
            "product_id": product.id,
            "line_ids": line.ids,
            "payments": [(day(number), part) for number, part in fate.installments],
            "amount_payable": sum(part for _number, part in fate.installments),
            "rate": fate.rate,
            "override_reason": "As agreed",
        }
    )
    agreement.action_propose()
    agreement._sign()


def _make_invoice(env, debtor, has_taxes):
    """An invoice of :data:`DEBT` that fell due a while ago."""
    tax = env["account.tax"].search(
        [("type_tax_use", "=", "sale"), ("amount", "=", 16)], limit=1
    )
    line = {
        "name": "x",
        "price_unit": DEBT / 1.16 if has_taxes else DEBT,
        "tax_ids": [Command.set(tax.ids if has_taxes else [])],
    }
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": FIRST_DAY - timedelta(days=60),
            "invoice_date_due": FIRST_DAY - timedelta(days=30),
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()
    return invoice


# -- night by night --------------------------------------------------------------------


def live(env) -> int:
    """Lives through the nights that have not been done yet and pays, by day, what is
    paid; takes up where another one was killed, and another one may be at it as well.
    Gives the number of runs this one made."""
    company = env.ref("base.main_company")
    runs = env["cartera.run"]
    made = 0
    with freeze_time(FIRST_NOON, tick=True) as clock:
        for number in range(NIGHTS):
            clock.move_to(FIRST_NOON + timedelta(days=number))
            while not is_done(runs, FIRST_DAY + timedelta(days=number)):
                made += len(runs._run_company_apart(company, once=True))
                env.cr.commit()
            _pay(env, number)
    return made


def settle(env) -> int:
    """Settles over and over what is paid, beside the nights, until the last of them is
    done: as the scheduled action does. Gives the number of times it tried."""
    runs = env["cartera.run"]
    tried = 0
    with freeze_time(FIRST_NOON, tick=True) as clock:
        while not is_done(runs, FIRST_DAY + timedelta(days=NIGHTS - 1)):
            last = runs.search([], order="date desc", limit=1).date or FIRST_DAY
            clock.move_to(FIRST_NOON + (last - FIRST_DAY))
            env["cartera.agreement.settler"]._cron_settle()
            env.cr.commit()
            tried += 1
    return tried


def _pay(env, number) -> None:
    """Books and matches the payments of a day, once, with the charges made by then."""
    # Two at it would pay twice, which is no fault of theirs.
    env.cr.execute("SELECT pg_advisory_lock(19)")
    env.cr.commit()  # to see what the last holder of the lock has booked
    for name, fate in FATES.items():
        for delay in range(TIMES):
            for day, amount in fate.payments:
                if day + delay == number:
                    book = partial(
                        _book_payment, env, f"{name} {delay}", number, amount
                    )
                    retrying(book, env)  # as requests are, where others get in the way
                    env.cr.commit()
    env.cr.execute("SELECT pg_advisory_unlock(19)")
    env.cr.commit()


def _book_payment(env, name, number, amount) -> None:
    company = env.ref("base.main_company")
    ref = f"{name}: day {number}"
    if env["account.move"].search_count([("ref", "=", ref)]):
        return
    agreement = env["cartera.agreement"].search([("partner_id.name", "=", name)])
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    receivable = agreement.item_ids.line_id.account_id
    charges = agreement.installment_ids.charge_ids.line_ids.filtered(
        lambda line: line.account_id == receivable and not line.reconciled
    )
    amount += sum(charges.mapped("amount_residual"))
    lines = (
        {"account_id": journal.default_account_id.id, "balance": amount},
        {
            "account_id": receivable.id,
            "partner_id": agreement.partner_id.id,
            "balance": -amount,
        },
    )
    entry = env["account.move"].create(
        {
            "date": FIRST_DAY + timedelta(days=number),
            "journal_id": journal.id,
            "ref": ref,
            "line_ids": [Command.create(line) for line in lines],
        }
    )
    entry.action_post()
    credit = entry.line_ids.filtered(lambda line: line.account_id == receivable)
    if charges:
        (charges | credit).reconcile()
    if agreement.state == "active":
        agreement.action_match_payments()
    else:
        (credit | agreement.item_ids.line_id).reconcile()


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
