"""The demo company's history as it happens: what was before the first day at once, the
rest day by day."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo.addons.cartera_cobranza.demo.cartera_demo import QUIET
from odoo.addons.cartera_cobranza.demo.debtors import DEBTORS, ROLES, SALESPEOPLE
from odoo.addons.cartera_cobranza.demo.plan import build_plan


class DemoDays:
    """Invoices, credit notes and payments of the demo's plan.

    The plan counts its days back from one day; that is the last one here. What it has
    on or after the first day waits for :meth:`post`.
    """

    def __init__(self, company, first_day, days):
        """:param days: how many days the plan is posted one by one"""
        self.company = company.sudo().with_company(company).with_context(**QUIET)
        self.env = self.company.env
        self.ledger = self.env["cartera.demo.ledger"]
        self.last_day = first_day + timedelta(days=days - 1)
        self.start = 1 - days
        self.documents, receipts = build_plan(DEBTORS)
        self.waiting = defaultdict(list)
        for receipt in receipts:
            self.waiting[receipt.day].append((self._pay, receipt))
        for number, document in enumerate(self.documents):
            if document.day >= self.start:
                self.waiting[document.day].insert(0, (self._invoice, number))
            if document.refund:
                self.waiting[document.refund[0]].append((self._refund, number))
        self.past_receipts = [r for r in receipts if r.day < self.start]
        self.invoices = {}

    def build_past(self):
        """Creates users and debtors, and what happened before the first day."""
        people = self.env["cartera.demo.people"]
        demo = self.env["cartera.demo"]
        self.currencies = demo._prepare_currencies(self.company, self.last_day)
        salespeople = people._create_users(self.company, SALESPEOPLE)
        people._create_users(self.company, ROLES)
        self.partners = people._create_debtors(self.company, salespeople)
        past = [self._up_to_start(doc) for doc in self.documents if self._is_past(doc)]
        invoices = self.ledger._create_documents(
            self.partners, self.currencies, past, self.last_day
        )
        self.ledger._create_receipts(
            self.partners, invoices, past, self.past_receipts, self.last_day
        )
        self.invoices = dict(enumerate(invoices))
        self._mark_open_invoices(invoices)
        return self.partners

    def post(self, day):
        """Posts what the plan has for a day."""
        for post, item in self.waiting[(day - self.last_day).days]:
            post(item, day)

    # -- the past ----------------------------------------------------------------------

    def _is_past(self, document):
        return document.day < self.start

    def _up_to_start(self, document):
        """The document without the credit note that is yet to come."""
        if document.refund and document.refund[0] >= self.start:
            return replace(document, refund=None)
        return document

    def _mark_open_invoices(self, invoices):
        """Blocks or silences what the odd debtors are there to show."""
        self.env["cartera.demo"]._apply_quirks(self.partners, invoices)

    # -- one day -----------------------------------------------------------------------

    def _invoice(self, number, day):
        document = replace(self.documents[number], refund=None)
        self.invoices[number] = self.ledger._create_documents(
            self.partners, self.currencies, [document], self.last_day
        )

    def _refund(self, number, day):
        document = self.documents[number]
        vals = self.ledger._prepare_invoice(
            self.partners, self.currencies, number, document
        )
        invoice = self.invoices[number]
        refund = self.env["account.move"].create(
            self.ledger._prepare_refund(invoice, vals, document, self.last_day)
        )
        refund.journal_id = invoice.journal_id
        refund.action_post()
        self._settle(self._lines(number), self.ledger._get_receivable_lines(refund))

    def _pay(self, receipt, day):
        used, amount = self.env["account.move.line"], 0.0
        for number, instalment, share in receipt.items:
            line = self._lines(number)[instalment]
            used += line
            amount += line.currency_id.round(line.amount_residual_currency * share)
        if amount <= 0:
            return  # credit notes have settled it before
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partners[receipt.debtor].id,
                "date": day,
                "amount": amount,
                "currency_id": used.currency_id.id,
                "journal_id": self.ledger._get_journal(self.company, "bank").id,
            }
        )
        payment.action_post()
        if receipt.applied:
            self._settle(used, self.ledger._get_receivable_lines(payment.move_id))

    def _lines(self, number):
        return self.ledger._get_receivable_lines(self.invoices[number])

    def _settle(self, lines, others):
        (lines.filtered(lambda line: not line.reconciled) + others).reconcile()
