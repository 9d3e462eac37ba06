from odoo import Command, api, models

from . import cartera_settlement_write_off  # noqa: F401  (inherited: it comes first)


class CarteraSettlementDiscount(models.AbstractModel):
    """Waives as a discount for payment: like Odoo's discount for early payment it takes
    its part of the taxes back, by one entry and without a fiscal document."""

    _name = "cartera.settlement.discount"
    _description = "Waiving by a Payment Discount"
    _inherit = ["cartera.settlement.write.off"]

    @api.model
    def _get_loss_rows(self, agreement, common, move, parts, rows):
        """The discount by taxes, and the taxes that were declared at invoicing."""
        account = self._get_account(agreement)
        if not parts[0].is_invoiced:
            return super()._get_loss_rows(agreement, common, move, parts, rows)
        base_lines = self._get_base_lines(move, parts)
        if not base_lines:
            return super()._get_loss_rows(agreement, common, move, parts, rows)
        bases = [self._prepare_base(common, account, line) for line in base_lines]
        taxes = self._get_tax_rows(agreement, common, base_lines)
        self._balance(bases, rows + taxes)
        return [(values, None) for values in bases] + taxes

    @api.model
    def _get_base_lines(self, move, parts):
        """What is waived of the document, by its taxes, as Odoo's tax engine has it."""
        credit = self.env["cartera.settlement.credit.note"]
        amount = sum(part.amount for part in parts)
        rate = credit._get_book_rate(parts)
        base_lines = credit._reduce(move, amount, rate)
        for base_line in base_lines:
            base_line.update(is_refund=True, sign=1)
        self.env["account.tax"]._add_accounting_data_in_base_lines_tax_details(
            base_lines, move.company_id
        )
        return base_lines

    @api.model
    def _prepare_base(self, common, account, base_line):
        get_total = self.env["cartera.settlement.credit.note"]._get_total
        # A tax that waits for payment was never declared: nothing is taken back of it.
        taxes = base_line["tax_ids"].flatten_taxes_hierarchy()
        taxes = taxes.filtered(lambda tax: tax.tax_exigibility != "on_payment")
        return {
            **common,
            "account_id": account.id,
            "currency_id": base_line["currency_id"].id,
            "amount_currency": get_total(base_line),
            "balance": get_total(base_line, ""),
            "analytic_distribution": base_line["analytic_distribution"],
            "tax_ids": [Command.set(taxes.ids)],
            "tax_tag_ids": [Command.set(base_line["tax_tag_ids"].ids)],
        }

    @api.model
    def _get_tax_rows(self, agreement, common, base_lines):
        lines = self.env["account.tax"]._prepare_tax_lines(
            base_lines, agreement.company_id
        )
        repartitions = self.env["account.tax.repartition.line"]
        rows = []
        for values in lines["tax_lines_to_add"]:
            tax = repartitions.browse(values["tax_repartition_line_id"]).tax_id
            if tax.tax_exigibility != "on_payment":
                rows.append(({**values, **common}, None))
        return rows

    @api.model
    def _balance(self, bases, rows):
        """Have the largest base bear what is left over in both currencies."""
        largest = max(bases, key=lambda values: abs(values["balance"]))
        for name in ("amount_currency", "balance"):
            total = sum(values[name] for values, _source in rows)
            largest[name] -= total + sum(values[name] for values in bases)

    @api.model
    def _get_company_account(self, company):
        return (
            company.account_journal_early_pay_discount_loss_account_id
            or super()._get_company_account(company)
        )
