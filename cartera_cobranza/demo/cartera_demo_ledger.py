from datetime import timedelta

from odoo import Command, api, models
from odoo.tools import SQL

from .debtors import DEBTORS, GOODS
from .places import price

JOURNAL_NAME, JOURNAL_CODE = "Ventas demo", "VDEMO"


class CarteraDemoLedger(models.AbstractModel):
    """Posts the demo's plan: invoices, credit notes, payments and what they settle."""

    _name = "cartera.demo.ledger"
    _description = "Demo Journal Entries"

    @api.model
    def _get_journal(self, company, kind):
        """Return the company's first journal of a type, without fiscal documents.

        Where each invoice needs an official document number (``l10n_latam`` charts) a
        sale journal without them is made: the demo does not imitate e-invoicing.
        """
        Journal = self.env["account.journal"]
        journals = Journal.search(
            [*Journal._check_company_domain(company), ("type", "=", kind)]
        )
        if "l10n_latam_use_documents" not in Journal._fields:
            return journals[:1]
        plain = journals.filtered(lambda journal: not journal.l10n_latam_use_documents)
        if plain or not journals:
            return plain[:1]
        return Journal.create(
            {
                "name": JOURNAL_NAME,
                "code": JOURNAL_CODE,
                "type": kind,
                "company_id": company.id,
                "default_account_id": journals[0].default_account_id.id,
                "l10n_latam_use_documents": False,
            }
        )

    # ------------------------------------------------------------------
    # Invoices and credit notes
    # ------------------------------------------------------------------

    @api.model
    def _create_documents(self, partners, currencies, documents, today):
        """Post the plan's invoices and credit notes, numbered in order of their date.

        :return: the invoices, in the order of ``documents``
        """
        journal = self._get_journal(self.env.company, "sale")
        vals_list = [
            {
                **self._prepare_invoice(partners, currencies, number, document),
                "invoice_date": today + timedelta(days=document.day),
                "journal_id": journal.id,
            }
            for number, document in enumerate(documents)
        ]
        invoices = self.env["account.move"].create(vals_list)
        refunds = self.env["account.move"].create(
            [
                self._prepare_refund(invoice, vals, document, today)
                for invoice, vals, document in zip(
                    invoices, vals_list, documents, strict=True
                )
                if document.refund
            ]
        )
        in_order = (invoices + refunds).sorted(lambda m: (m.invoice_date, m.id))
        in_order.action_post()
        self._refresh_statistics()
        return invoices

    @api.model
    def _prepare_invoice(self, partners, currencies, number, document):
        debtor, partner = DEBTORS[document.debtor], partners[document.debtor]
        company = self.env.company
        currency = currencies[min(debtor.foreign, len(currencies) - 1)]
        branches = partner.child_ids.filtered(lambda child: child.type == "other")
        addressees = partner + branches
        goods = GOODS[debtor.trade]
        # What is exported bears no tax.
        taxes = () if debtor.foreign else company.account_sale_tax_id.ids
        quantity = 1 + number % 4
        line = {
            "name": goods[number % len(goods)],
            "quantity": quantity,
            "price_unit": price(document.amount / quantity, currency.name),
            "tax_ids": [Command.set(taxes)],
        }
        return {
            "move_type": "out_invoice",
            "partner_id": addressees[number % len(addressees)].id,
            "invoice_payment_term_id": partner.property_payment_term_id.id,
            "invoice_user_id": partner.user_id.id,
            "currency_id": currency.id,
            "ref": f"OC-{20500 + 3 * number}",
            "invoice_line_ids": [Command.create(line)],
        }

    @api.model
    def _prepare_refund(self, invoice, invoice_vals, document, today):
        day, share = document.refund
        line = dict(invoice_vals["invoice_line_ids"][0][2])
        line["price_unit"] = invoice.currency_id.round(line["price_unit"] * share)
        return {
            **invoice_vals,
            "move_type": "out_refund",
            "reversed_entry_id": invoice.id,
            "invoice_date": today + timedelta(days=day),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(line)],
        }

    # ------------------------------------------------------------------
    # Payments and reconciliation
    # ------------------------------------------------------------------

    @api.model
    def _create_receipts(self, partners, invoices, documents, receipts, today):
        """Post the plan's payments and settle with them and with the credit notes."""
        lines = [self._get_receivable_lines(invoice) for invoice in invoices]
        left = {line: line.amount_currency for group in lines for line in group}
        settled = self._settle_in_order(invoices, documents, receipts, lines, left)
        bank = self._get_journal(self.env.company, "bank")
        vals_list, plan = [], []
        for source, used, amount in settled:
            if isinstance(source, models.BaseModel):
                plan.append((None, self._get_receivable_lines(source) + used))
                continue
            if source.applied:
                plan.append((len(vals_list), used))
            currency = used.currency_id or self.env.company.currency_id
            vals_list.append(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": partners[source.debtor].id,
                    "date": today + timedelta(days=source.day),
                    "amount": amount + price(source.advance, currency.name),
                    "currency_id": currency.id,
                    "journal_id": bank.id,
                    "memo": "Transferencia",
                }
            )
        payments = self.env["account.payment"].create(vals_list)
        payments.action_post()
        self._refresh_statistics()
        self.env["account.move.line"]._reconcile_plan(
            [
                used
                if number is None
                else used + self._get_receivable_lines(payments[number].move_id)
                for number, used in plan
            ]
        )

    @api.model
    def _refresh_statistics(self):
        """Let the database count the entries it has just been given.

        Tables known to be empty are joined by nested loops: measured after a failed
        attempt, reconciling took more than ten minutes instead of one.
        """
        self.env.flush_all()
        for model in ("account.move", "account.move.line", "account.payment"):
            table = SQL.identifier(self.env[model]._table)
            self.env.cr.execute(SQL("ANALYZE %s", table))

    @api.model
    def _settle_in_order(self, invoices, documents, receipts, lines, left):
        """Yield what settles what, day by day, taking it off ``left``.

        A payment's amount is its share of what its instalments still owe by then.

        :param lines: the receivable lines of each document
        :param left: dict of what each line owes, in its currency; changed
        :return: (credit note or receipt, lines it settles, amount) tuples
        """
        order = [(doc.refund[0], 0, n) for n, doc in enumerate(documents) if doc.refund]
        order += [(receipt.day, 1, n) for n, receipt in enumerate(receipts)]
        for _day, is_receipt, number in sorted(order):
            if is_receipt:
                source = receipts[number]
                taken = self._take(source.items, lines, left)
            else:
                source = invoices[number].reversal_move_ids
                taken = self._spread(source.amount_total, lines[number], left)
            for line, amount in taken.items():
                left[line] -= amount
            used = [line.id for line, amount in taken.items() if amount]
            if used or (is_receipt and source.advance):
                yield (
                    source,
                    self.env["account.move.line"].browse(used),
                    sum(taken.values()),
                )

    @api.model
    def _take(self, items, lines, left):
        """What a receipt's shares come to, by line."""
        taken = {}
        for document, instalment, share in items:
            line = lines[document][instalment]
            taken[line] = line.currency_id.round(left[line] * share)
        return taken

    @api.model
    def _spread(self, amount, lines, left):
        """Share an amount out over the lines, the earliest maturity first."""
        taken = {}
        for line in lines:
            taken[line] = min(amount, left[line])
            amount -= taken[line]
        return taken

    @api.model
    def _get_receivable_lines(self, move):
        """The move's receivable lines, the earliest maturity first."""
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted("date_maturity")
