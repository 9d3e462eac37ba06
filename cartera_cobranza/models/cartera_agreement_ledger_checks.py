from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CarteraAgreementLedgerChecks(models.AbstractModel):
    """What stands in the way of the entries of an agreement, told in words."""

    _name = "cartera.agreement.ledger.checks"
    _description = "Checks of Agreements in the Ledger"

    def _check_ledger(self, date):
        """Nothing in overlay mode. In reclassification mode the entry can be made.

        :param date: day of the entry
        :raise UserError: when the journal or an account is missing or archived, the day
            is locked, an item has less open than is covered, or an invoice has taxes
            that are due when it is paid
        """
        self.ensure_one()
        if self.ledger_mode != "reclassification":
            return
        accounts = self.company_id.sudo().cartera_agreement_account_id
        self._check_entry_settings(date, accounts | self.item_ids.line_id.account_id)
        self._check_items_open()
        self._check_cash_basis()

    def _check_entry_settings(self, date, accounts):
        company = self.company_id.sudo()
        journal = company.cartera_agreement_journal_id
        if not journal.active:
            raise UserError(
                self.env._(
                    "Choose a journal in use as Journal of Agreements in the settings "
                    "of %(company)s, under Cartera: what agreements move is "
                    "posted there.",
                    company=company.name,
                )
            )
        archived = accounts.filtered(lambda account: not account.active)
        if archived:
            raise UserError(
                self.env._(
                    "Agreement %(folio)s cannot be booked: the account %(account)s is "
                    "archived. Bring it back, or choose another one for receivables "
                    "under agreement in the settings.",
                    folio=self.display_name,
                    account=archived[0].with_company(company).display_name,
                )
            )
        self._check_lock_dates(date, journal)

    def _check_lock_dates(self, date, journal, has_tax=False):
        """:raise UserError: naming what locks ``date`` for entries of ``journal``"""
        locks = self.company_id._get_violated_lock_dates(date, has_tax, journal)
        if locks:
            raise UserError(
                self.env._(
                    "Nothing of agreement %(folio)s can be posted on %(day)s: the "
                    "books are closed by %(locks)s.",
                    folio=self.display_name,
                    day=format_date(self.env, date),
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )

    def _check_items_open(self):
        for item in self.item_ids:
            left = item.line_id.amount_residual_currency
            if self.currency_id.compare_amounts(left, item.amount) < 0:
                raise UserError(
                    self.env._(
                        "Less is open of %(document)s than the agreement covers. "
                        "Calculate the agreement anew.",
                        document=item.document,
                    )
                )

    def _check_cash_basis(self):
        """Odoo declares such taxes as soon as anything is matched with an invoice, paid
        or not."""
        waiting = self.item_ids.line_id.move_id.filtered(self._has_tax_to_come)
        if waiting:
            raise UserError(
                self.env._(
                    "Agreement %(folio)s cannot move the debt to new items: taxes of "
                    "%(documents)s are due when they are paid, and would be declared "
                    "at once. Choose a product that leaves the invoices open.",
                    folio=self.display_name,
                    documents=", ".join(waiting.mapped("name")),
                )
            )

    def _has_tax_to_come(self, move):
        taxes = move.line_ids.tax_line_id | move.line_ids.tax_ids
        return "on_payment" in taxes.flatten_taxes_hierarchy().mapped("tax_exigibility")
