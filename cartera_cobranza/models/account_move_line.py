from odoo import api, fields, models

from .res_partner import READERS

# What moves an item to another debtor, day or side of the collection.
FIELDS_OF_ITEMS = frozenset(
    {
        "account_id",
        "amount_currency",
        "balance",
        "credit",
        "currency_id",
        "date_maturity",
        "debit",
        "no_followup",
        "partner_id",
    }
)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    cartera_agreement_item_id = fields.Many2one(
        "cartera.agreement.item",
        string="Item Under Agreement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="cartera",
        groups=READERS,
        help="The covered item that an agreement moved here.",
    )

    # What the aging reads of the lines that leave something open: receivables, and
    # payables and bank lines, but no revenue or tax.
    _cartera_open_idx = models.Index(
        """
        (account_id, partner_id)
        INCLUDE (
            id, company_id, currency_id, move_id, date_maturity, date, invoice_date,
            no_followup, amount_residual, amount_residual_currency
        )
        WHERE parent_state = 'posted'
            AND (amount_residual <> 0 OR amount_residual_currency <> 0)
        """
    )

    # The few drafts that are matched with something, out of however many there are.
    _cartera_draft_idx = models.Index(
        "(id) WHERE parent_state = 'draft' AND matching_number IS NOT NULL"
    )

    @api.model
    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        """Match of a credit item no more than the amount in the context, by its id.

        Odoo matches all it can; of an item that an agreement waives in part, money may
        take no more than what is to be paid.
        """
        limits = self.env.context.get("cartera_match_limit", {})
        limit = limits.get(credit_values["aml"].id)
        open_amount = -credit_values["amount_residual_currency"]
        if limit and limit < open_amount:
            company_currency = credit_values["aml"].company_currency_id
            balance = credit_values["amount_residual"] * limit / open_amount
            credit_values = {
                **credit_values,
                "amount_residual_currency": -limit,
                "amount_residual": company_currency.round(balance),
            }
        return super()._prepare_reconciliation_single_partial(
            debit_values, credit_values, shadowed_aml_values
        )

    def _get_cartera_debts(self):
        """The items, and those whose debt agreements have moved to them, however
        often."""
        # The items themselves are given to programs alone.
        debts = found = self.sudo()
        while found := found.cartera_agreement_item_id.line_id:
            debts |= found
        return debts

    def write(self, vals):
        if FIELDS_OF_ITEMS.isdisjoint(vals):
            return super().write(vals)
        posted = self.filtered(lambda line: line.parent_state == "posted")
        # The debtor who loses the item is as concerned as the one who gets it.
        queue = self.env["cartera.case.queue"]
        queue._mark_lines(posted)
        result = super().write(vals)
        queue._mark_lines(posted)
        return result
