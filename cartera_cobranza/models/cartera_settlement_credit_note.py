from odoo import Command, api, models

from .settlement_part import group_by_move


class CarteraSettlementCreditNote(models.AbstractModel):
    """Waives by credit notes, one for each invoice, with its taxes in proportion.

    Odoo's own reversal makes the document, so that the localisation fills in what its
    credit notes ask for; its lines are then replaced by the part that is waived. Odoo's
    tax engine finds the base and the taxes that come to exactly that amount, whatever
    the rounding, included, fixed or withholding taxes.
    """

    _name = "cartera.settlement.credit.note"
    _description = "Waiving by Credit Notes"

    @api.model
    def _book(self, agreement, parts, date):
        """Make the credit notes, and post and match them unless the company reviews
        them first.

        :param parts: ``SettlementPart`` tuples of invoices
        :return: the credit notes
        """
        notes = self.env["account.move"]
        for invoice, own in group_by_move(parts).items():
            notes |= self._make_note(agreement, invoice, own, date)
        if not agreement.company_id.cartera_credit_note_draft:
            notes._post(soft=False)
        return notes

    @api.model
    def _make_note(self, agreement, invoice, parts, date):
        note = invoice._reverse_moves(
            [self._prepare_note(agreement, invoice, parts, date)]
        )
        # Not at once: the copy must be rid of the invoice's own lines and taxes first.
        note.write({"invoice_line_ids": [Command.clear()]})
        note.write({"invoice_line_ids": self._prepare_lines(agreement, note, parts)})
        return note

    @api.model
    def _prepare_note(self, agreement, invoice, parts, date):
        reversal = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(invoice.ids)],
                "company_id": invoice.company_id.id,
                "journal_id": invoice.journal_id.id,
                "date": date,
                "reason": self._get_reason(agreement),
            }
        )
        values = {
            **reversal._prepare_default_reversal(invoice),
            "auto_post": "no",
            "invoice_payment_term_id": False,
            "invoice_date_due": date,
            "invoice_cash_rounding_id": False,
            "cartera_agreement_id": agreement.id,
            "cartera_settles": True,
        }
        if invoice.currency_id != invoice.company_currency_id:
            values["invoice_currency_rate"] = self._get_book_rate(parts)
        return values

    @api.model
    def _get_reason(self, agreement):
        return self.env._("Waived by agreement %(folio)s", folio=agreement.name)

    @api.model
    def _get_book_rate(self, parts):
        """Units of the currency for one of the company's, as the items stand in the
        ledger."""
        balance = sum(part.balance for part in parts)
        if not balance:
            return parts[0].line.move_id.invoice_currency_rate
        return sum(part.amount for part in parts) / balance

    # -- lines --------------------------------------------------------------------

    @api.model
    def _prepare_lines(self, agreement, note, parts):
        """Lines of ``note`` that come to exactly what is waived of its invoice."""
        invoice = note.reversed_entry_id
        amount = sum(part.amount for part in parts)
        taxes = self.env["account.tax"]
        base_lines = self._reduce(invoice, amount, note.invoice_currency_rate)
        self._keep_book_value(base_lines, sum(part.balance for part in parts))
        return [
            Command.create(
                {
                    "name": self._get_label(agreement, invoice),
                    "product_id": agreement.company_id.cartera_waiver_product_id.id,
                    "account_id": self._get_account(agreement, base_line).id,
                    "analytic_distribution": base_line["analytic_distribution"],
                    "quantity": 1,
                    "price_unit": base_line["price_unit"],
                    "discount": 0,
                    "tax_ids": [Command.set(base_line["tax_ids"].ids)],
                    "extra_tax_data": taxes._export_base_line_extra_tax_data(base_line),
                }
            )
            for base_line in base_lines
        ]

    @api.model
    def _reduce(self, invoice, amount, rate=None):
        """The lines of ``invoice``, by account and taxes, reduced to ``amount`` with
        taxes.

        :param rate: of the currency; the invoice's own when None
        :return: base lines of Odoo's tax engine
        """
        base_lines, _tax_lines = invoice._get_rounded_base_and_tax_lines()
        base_lines = [line for line in base_lines if not line["special_type"]]
        for base_line in base_lines:
            base_line["rate"] = rate or base_line["rate"]
        reduced = self.env["account.tax"]._prepare_down_payment_lines(
            base_lines,
            invoice.company_id,
            "fixed",
            amount,
            computation_key=f"cartera_settlement,{invoice.id}",
            grouping_function=lambda line: {"account_id": line["account_id"]},
        )
        for base_line in reduced:
            if not base_line["tax_details"]["taxes_data"]:
                # The engine keeps its own roundings on lines with taxes alone.
                base_line["price_unit"] = self._get_total(base_line)
        return reduced

    @api.model
    def _keep_book_value(self, base_lines, balance):
        """Have the largest line with taxes bear what rounding in the currency of the
        invoice leaves over in the company's, so that it is no difference in exchange.

        :param balance: what is waived, at its book value
        """
        taxed = [line for line in base_lines if line["tax_details"]["taxes_data"]]
        if not taxed:
            return
        largest = max(taxed, key=lambda line: abs(line["manual_total_excluded"]))
        left = self.env.company.currency_id.round(
            balance - sum(map(self._get_value, base_lines))
        )
        largest["manual_total_excluded"] += left
        for amounts in largest["manual_tax_amounts"].values():
            if "base_amount" in amounts:
                amounts["base_amount"] += left

    @api.model
    def _get_value(self, base_line):
        """What a base line and its taxes come to in the company's currency."""
        if base_line["tax_details"]["taxes_data"]:
            taxes = base_line["manual_tax_amounts"].values()
            return base_line["manual_total_excluded"] + sum(
                amounts.get("tax_amount", 0) for amounts in taxes
            )
        return self.env.company.currency_id.round(
            base_line["price_unit"] / base_line["rate"]
        )

    @api.model
    def _get_total(self, base_line, suffix="_currency"):
        """What a base line comes to without taxes, to the cent."""
        details = base_line["tax_details"]
        total = details[f"total_excluded{suffix}"]
        return total + details[f"delta_total_excluded{suffix}"]

    @api.model
    def _get_label(self, agreement, invoice):
        lang = invoice.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env._(
            "Discount on %(invoice)s, agreement %(folio)s",
            invoice=invoice.name,
            folio=agreement.name,
        )

    @api.model
    def _get_account(self, agreement, base_line):
        """Account of returns and discounts where the localisation has one (Mexico);
        the invoice's own otherwise."""
        company = agreement.company_id
        field = "l10n_mx_income_return_discount_account_id"
        own = company[field] if field in company._fields else None
        return own or base_line["account_id"]
