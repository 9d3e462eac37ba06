"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON."""

import json
import sys

from cartera_dev.inside.session import environment

from odoo import fields
from odoo.modules.module import Manifest


def make_invoices(env) -> float:
    """Posts three overdue invoices of each of two debtors, one of them half paid.

    :return: what is receivable after that, in company currency
    """
    partners = env["res.partner"].create([{"name": "Ana"}, {"name": "Beto"}])
    moves = env["account.move"]
    for partner in partners:
        for price in (1000, 200, 30):
            moves |= _make_invoice(env, partner, price)
    moves.action_post()
    _pay(env, moves[0], moves[0].amount_total / 2)
    return receivable(env)


def _make_invoice(env, partner, price: float):
    today = fields.Date.today()
    last_year = today.replace(day=1, year=today.year - 1)
    return env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": last_year,
            "invoice_date_due": last_year,
            "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": price})],
        }
    )


def _pay(env, invoice, amount: float) -> None:
    wizard = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    wizard.create({"amount": amount})._create_payments()


def receivable(env) -> float:
    """Balance of the main company's receivable accounts."""
    lines = env["account.move.line"]._read_group(
        [
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("company_id", "=", env.ref("base.main_company").id),
        ],
        [],
        ["balance:sum"],
    )
    return round(lines[0][0], 2)


def cases(env) -> dict:
    """Number of cases, and the sum of what they say is owed."""
    cases = env["cartera.case"].search([])
    return {
        "count": len(cases),
        "total": round(sum(cases.mapped("amount_total")), 2),
        "overdue": round(sum(cases.mapped("amount_overdue")), 2),
        "bucketed": sum(bool(case.bucket_id) for case in cases),
    }


def nightly_run(env) -> dict:
    """Runs the nightly job of every company: states of the runs, errors, differences
    between open items and ledger."""
    runs = env["cartera.run"].run()
    return {
        "states": runs.mapped("state"),
        "errors": runs.error_ids.mapped("message"),
        "differences": len(env["cartera.case"]._verify_ledger()),
    }


def open_items(env) -> int:
    """Number of open items of all companies."""
    return env["cartera.open.item"].search_count([])


def accounting_works(env) -> str:
    """Posts an invoice, pays it and takes the payment back; gives what it ends as."""
    partner = env["res.partner"].create({"name": "Carla"})
    invoice = _make_invoice(env, partner, 70)
    invoice.action_post()
    _pay(env, invoice, invoice.amount_total)
    paid = invoice.payment_state
    invoice.line_ids.remove_move_reconcile()
    return f"{paid}, {invoice.payment_state}"


def open_views(env) -> int:
    """Renders every view of every model that is left; gives their number."""
    views = env["ir.ui.view"].search([("type", "in", ("list", "form", "search"))])
    for view in views:
        if view.model in env and not view.inherit_id:
            env[view.model].get_view(view.id, view.type)
    return len(views)


def module_folder(env) -> str:
    """Where Odoo found the module."""
    return Manifest.for_addon("cartera_cobranza").path


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
