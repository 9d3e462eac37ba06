"""What the tests do inside Odoo: `python steps.py STEP DATABASE` prints JSON."""

import json
import sys
from datetime import timedelta

from cartera_dev.inside.session import environment

from odoo import fields
from odoo.exceptions import UserError
from odoo.modules.module import Manifest


def make_invoices(env) -> float:
    """Posts three overdue invoices of each of two debtors, one of them half paid.

    :return: what is receivable after that, in company currency
    """
    partners = env["res.partner"].create([{"name": "Ana"}, {"name": "Beto"}])
    # Whoever is given something to do about them follows them.
    partners.message_subscribe(env.ref("base.user_admin").partner_id.ids)
    moves = env["account.move"]
    for partner in partners:
        for price in (1000, 200, 30):
            moves |= _make_invoice(env, partner, price)
    moves.action_post()
    _pay(env, moves[0], moves[0].amount_total / 2)
    return receivable(env)


def deal_with_debtors(env) -> list:
    """Does with two debtors what leaves records of many kinds, Odoo's own among them;
    gives the names of our models that have some."""
    company = env.ref("base.main_company")
    today = fields.Date.today()
    collector = env.ref("base.user_admin")
    collector.group_ids += env.ref("cartera_cobranza.group_cartera_supervisor")
    known = env["cartera.case"].search([]).grouped(lambda case: case.partner_id.name)
    ana, beto = known["Ana"], known["Beto"]
    ana.partner_id.with_context(tracking_disable=True).user_id = collector
    _first, second, third = env["account.move.line"].search(
        [
            ("partner_id", "=", ana.partner_id.id),
            ("account_type", "=", "asset_receivable"),
            ("debit", ">", 0),
        ]
    )
    ana._take_promise({"installments": [(today, 10)], "line_ids": second.ids})
    beto._pause({"reason": "Known", "date_review": today + timedelta(days=5)})
    reason = env.ref("cartera_cobranza.dispute_reason_price")
    dispute = ana._open_dispute({"reason_id": reason.id, "lines": [(third.id, 20)]})
    env["ir.attachment"].create(
        {"name": "x", "raw": b"x", "res_model": dispute._name, "res_id": dispute.id}
    )
    cause = env.ref("cartera_cobranza.cause_our_invoicing")
    ana.with_context(mail_activity_quick_update=True)._note_cause(cause)
    env["cartera.debtor.group"].create(
        {
            "name": "Group",
            "head_id": ana.partner_id.id,
            "member_ids": [(6, 0, (ana + beto).partner_id.ids)],
            "is_one_case": True,
        }
    )
    env["cartera.team"].create(
        {
            "name": "Team",
            "company_id": company.id,
            "member_ids": [(0, 0, {"user_id": collector.id})],
        }
    )
    ana._assign(collector, "manual", "x")
    return sorted(
        name
        for name, model in env.items()
        if name.startswith("cartera.") and model._auto and model.search_count([])
    )


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


def confirm_order(env, partner=None, paid: float = 0) -> dict:
    """Confirms a quotation of 100, of which as much has been paid online; gives what it
    warned of, and its state in the end or why it was refused."""
    partner = partner or env["res.partner"].create({"name": "Diana"})
    product = env["product.product"].create({"name": "x", "taxes_id": False})
    line = {"product_id": product.id, "price_unit": 100}
    order = env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [(0, 0, line)]}
    )
    if paid:
        _pay_online(env, order, paid)
    warning = order.partner_credit_warning or ""
    try:
        with env.cr.savepoint():
            order.action_confirm()
    except UserError as error:
        return {"warning": warning, "state": str(error)}
    return {"warning": warning, "state": order.state}


def _pay_online(env, order, amount: float):
    methods = env["payment.method"].with_context(active_test=False)
    env["payment.transaction"].create(
        {
            "provider_id": env["payment.provider"].search([], limit=1).id,
            "payment_method_id": methods.search([], limit=1).id,
            "reference": order.name,
            "amount": amount,
            "currency_id": order.currency_id.id,
            "partner_id": order.partner_id.id,
            "sale_order_ids": [(6, 0, order.ids)],
            "state": "done",
        }
    )


def guarded_orders(env) -> dict:
    """Orders of a debtor in a stage that warns of them, then blocks them; see
    :func:`confirm_order`."""
    debtor = env["res.partner"].create({"name": "Ana"})
    _make_invoice(env, debtor, 1000).action_post()
    case = env["cartera.case"].search([("partner_id", "=", debtor.id)])
    stages = env["cartera.stage"].search([])
    stage = stages.filtered(lambda stage: stage.code == "extrajudicial")
    consequence = env["cartera.stage.consequence"].create(
        {"stage_id": stage.id, "kind": "warn_order"}
    )
    seen = {"before": confirm_order(env, debtor)}
    case.stage_id = stage
    seen["warned"] = confirm_order(env, debtor)
    consequence.kind = "block_order"
    case.stage_id = stages[0]
    case.stage_id = stage
    seen["blocked"] = confirm_order(env, debtor)
    seen["paid in advance"] = confirm_order(env, debtor, paid=100)
    env["cartera.consequence.release"].create({"case_id": case.id, "reason": "Known"})
    seen["allowed"] = confirm_order(env, debtor)
    seen["allowed once"] = confirm_order(env, debtor)
    case.stage_id = stages[0]
    seen["recovered"] = confirm_order(env, debtor)
    return seen


if __name__ == "__main__":
    step, database = sys.argv[1:]
    with environment(database) as env:
        result = globals()[step](env)
    print(json.dumps(result))
