"""A history read from a file, as it happens: what was before the first day at once, the
rest day by day."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from load_history import load_invoices

from odoo import Command

STAGES = ("preventiva", "administrativa", "extrajudicial")
# Days past due from which on each stage is entered; the judicial one by nobody but a
# person, though it is proposed then.
ENTRY_DAYS = (1, 61, 181)


class HistoryDays:
    """Invoices and payments of a history, in the company's own currency."""

    def __init__(self, env, invoices, first_day):
        """:param invoices: :class:`history_csv.Invoice` s"""
        self.env = env
        # What somebody owes who has credit notes as well is no matter of dates alone.
        credited = {invoice.customer for invoice in invoices if invoice.amount < 0}
        self.debts = defaultdict(list)
        for invoice in invoices:
            if invoice.customer not in credited:
                self.debts[invoice.customer].append(invoice)
        self.customers = frozenset(self.debts)
        self.past = []
        self.new = defaultdict(list)
        self.paid = defaultdict(list)
        for invoice in invoices:
            known_on = max(invoice.invoice_date, first_day)
            if invoice.payment_date and invoice.payment_date >= first_day:
                self.paid[max(invoice.payment_date, known_on)].append(invoice)
                invoice = replace(invoice, payment_date=None)
            if invoice.invoice_date < first_day:
                self.past.append(invoice)
            else:
                self.new[invoice.invoice_date].append(invoice)

    def build_past(self):
        """Loads what happened before the first day."""
        return load_invoices(self.env, self.past, sample=50)

    def post(self, day):
        """Posts the invoices and the payments of a day."""
        if self.new[day]:
            load_invoices(self.env, self.new[day])
        if self.paid[day]:
            self._pay(self.paid[day], day)

    def _pay(self, invoices, day):
        """One bank entry with a line per invoice paid, as a statement has it."""
        moves = self.env["account.move"].search(
            [
                ("ref", "in", [invoice.number for invoice in invoices]),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ]
        )
        open_lines = moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        bank = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        lines = [
            {
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "balance": -line.amount_residual,
            }
            for line in open_lines
        ]
        total = sum(line["balance"] for line in lines)
        lines.append({"account_id": bank.default_account_id.id, "balance": -total})
        entry = self.env["account.move"].create(
            {
                "journal_id": bank.id,
                "date": day,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        entry.action_post()
        payments = entry.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.env["account.move.line"]._reconcile_plan(
            [line + payment for line, payment in zip(open_lines, payments, strict=True)]
        )

    # -- what the file says ------------------------------------------------------------

    def days_overdue(self, customer, day):
        """Age of a customer's oldest debt on a day, by the file alone; 0 if none."""
        dues = [
            invoice.due_date
            for invoice in self.debts[customer]
            if invoice.invoice_date <= day
            and invoice.due_date < day
            and not (
                invoice.payment_date
                and max(invoice.payment_date, invoice.invoice_date) <= day
            )
        ]
        return (day - min(dues)).days if dues else 0

    def expected_moves(self, first, days):
        """The stages that customers should have entered: set of (customer, day, from,
        to)."""
        moves = set()
        for customer in self.debts:
            stage, last_verdict = 0, 0
            for day in (first + timedelta(days=number) for number in range(days)):
                age = self.days_overdue(customer, day)
                verdict = sum(age >= limit for limit in ENTRY_DAYS)
                if verdict == last_verdict:
                    continue
                last_verdict = verdict
                reached = min(verdict, len(STAGES) - 1)
                if reached > stage or (verdict == 0 and stage):
                    moves.add((customer, day, STAGES[stage], STAGES[reached]))
                    stage = reached
        return moves

    def is_step_due(self, customer, day, offset, catch_up, due):
        """Whether a step by the due date was done on a day that suits it.

        :param due: of the item, for a step that is done per item
        """
        if due:
            return due + timedelta(days=offset) <= day <= due
        late = self.days_overdue(customer, day)
        return offset <= late and (not catch_up or late <= offset + catch_up)
