from odoo import Command, api, models
from odoo.exceptions import UserError

from .settlement_part import group_by_move


class CarteraSettlementWriteOff(models.AbstractModel):
    """Waives by one entry to the account of waived receivables.

    The taxes of the invoices stay as they were declared. What a cash-basis tax still
    has on its transition account was never collected and never will be: the entry
    takes it off there, and is matched so that Odoo does not declare it as collected.
    """

    _name = "cartera.settlement.write.off"
    _description = "Waiving by a Write-Off"

    @api.model
    def _book(self, agreement, parts, date):
        """Make, post and match the entry.

        :param parts: ``SettlementPart`` tuples
        :return: the entry
        """
        rows = []
        for move, own in group_by_move(parts).items():
            rows += self._get_rows(agreement, move, own)
        # Balanced, and with its taxes: Odoo has nothing to add.
        entry = (
            self.env["account.move"]
            .with_context(skip_invoice_sync=True)
            .create(self._prepare_entry(agreement, rows, date))
        )
        entry._post(soft=False)
        lines = entry.line_ids.sorted("id")
        for (_values, source), line in zip(rows, lines, strict=True):
            if source:
                (source | line).with_context(no_cash_basis=True).reconcile()
        return entry

    @api.model
    def _prepare_entry(self, agreement, rows, date):
        return {
            "move_type": "entry",
            "company_id": agreement.company_id.id,
            "journal_id": self._get_journal(agreement).id,
            "date": date,
            "ref": self._get_label(agreement),
            "cartera_agreement_id": agreement.id,
            "cartera_settles": True,
            "line_ids": [Command.create(values) for values, _source in rows],
        }

    # -- lines --------------------------------------------------------------------

    @api.model
    def _get_rows(self, agreement, move, parts):
        """Lines of the entry for the items of one document.

        :return: ``(values of the line, journal item it is matched with or None)``
            tuples that balance in both currencies
        """
        label = self._get_label(agreement, move)
        common = {"name": label, "partner_id": parts[0].line.partner_id.id}
        rows = [
            (
                self._prepare_line(common, part.line, -part.amount, -part.balance),
                part.line,
            )
            for part in parts
        ]
        rows += self._get_pending_taxes(common, move, parts)
        return self._get_loss_rows(agreement, common, move, parts, rows) + rows

    @api.model
    def _get_loss_rows(self, agreement, common, move, parts, rows):
        """What the other lines leave to be borne."""
        account = self._get_account(agreement)
        return [(self._prepare_rest(common, parts[0].line, account, rows), None)]

    @api.model
    def _prepare_rest(self, common, line, account, rows):
        """The line to ``account`` that balances ``rows``."""
        return {
            **common,
            "account_id": account.id,
            "currency_id": line.currency_id.id,
            "amount_currency": -sum(values["amount_currency"] for values, _s in rows),
            "balance": -sum(values["balance"] for values, _s in rows),
        }

    @api.model
    def _get_pending_taxes(self, common, move, parts):
        """What is still on the transition accounts of cash-basis taxes, for the part of
        the document that is waived."""
        waiting = move.line_ids.filtered(
            lambda line: (
                line.tax_line_id.tax_exigibility == "on_payment" and not line.reconciled
            )
        )
        # An entry without taxes may be of several debtors, and come to nothing.
        share = waiting and self._get_share(move, parts)
        rows = []
        for line in waiting:
            amount = line.currency_id.round(line.amount_residual_currency * share)
            balance = line.company_currency_id.round(line.amount_residual * share)
            values = self._prepare_line(common, line, -amount, -balance)
            rows.append((values, line if line.account_id.reconcile else None))
        return rows

    @api.model
    def _get_share(self, move, parts):
        """Share of what is open of the document that is waived, up to one."""
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        open_amount = sum(receivable.mapped("amount_residual_currency"))
        return sum(part.amount for part in parts) / open_amount

    @api.model
    def _prepare_line(self, common, line, amount, balance):
        """A line on the account of the journal item ``line``."""
        return {
            **common,
            "partner_id": line.partner_id.id,
            "account_id": line.account_id.id,
            "currency_id": line.currency_id.id,
            "amount_currency": amount,
            "balance": balance,
        }

    @api.model
    def _get_label(self, agreement, move=None):
        if move:
            return self.env._(
                "%(folio)s: waived of %(document)s",
                folio=agreement.name,
                document=move.name,
            )
        return self.env._("%(folio)s: waived", folio=agreement.name)

    # -- settings -----------------------------------------------------------------

    @api.model
    def _get_journal(self, agreement):
        journal = agreement.company_id.cartera_agreement_journal_id
        if journal.active:
            return journal
        raise UserError(
            self.env._(
                "Choose a journal in use as Journal of Agreements in the settings of "
                "%(company)s, under Cartera: what is waived is posted there.",
                company=agreement.company_id.name,
            )
        )

    @api.model
    def _get_account(self, agreement):
        """The account that bears what is waived.

        :raise UserError: when there is none that is in use
        """
        company = agreement.company_id
        product = agreement.product_id.with_company(company)
        account = product.writeoff_account_id or self._get_company_account(company)
        if account.active:
            return account
        raise UserError(
            self.env._(
                "There is no account in use for what agreement %(folio)s waives. "
                "Choose it in the product %(product)s, or as Waived Receivables in the "
                "settings of %(company)s, under Cartera.",
                folio=agreement.name,
                product=product.name,
                company=company.name,
            )
        )

    @api.model
    def _get_company_account(self, company):
        return company.cartera_writeoff_account_id
