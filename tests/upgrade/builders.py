"""Debtors, invoices and payments, on whichever version of the module is at hand."""

from datetime import timedelta

from odoo import Command, fields


def make_debtor(env, name, days=30):
    """The case of a new debtor with an invoice that fell due so many days ago."""
    partner = env["res.partner"].create(
        {
            "name": name,
            "is_company": True,
            "country_id": env.ref("base.mx").id,
            "email": f"{name.lower().replace(' ', '.')}@example.com",
        }
    )
    make_invoice(env, partner, days)
    return env["cartera.case"].search([("partner_id", "=", partner.id)])


def make_invoice(env, partner, days=0):
    """An invoice that fell due so many days ago."""
    today = fields.Date.today()
    due = today - timedelta(days=days)
    line = {"name": "x", "price_unit": 777, "tax_ids": False}
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": min(due, today),
            "invoice_date_due": due,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()
    return invoice


def pay(env, case, day, amount=None) -> None:
    """A payment of the debtor's invoice, all of it or an amount."""
    invoice = env["account.move"].search([("partner_id", "=", case.partner_id.id)])
    values = {"payment_date": day} | ({"amount": amount} if amount else {})
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    ).create(values)._create_payments()
