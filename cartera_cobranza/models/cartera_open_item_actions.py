from odoo import api, fields, models
from odoo.fields import Domain

# A table with a row for each of more debtors than these is not read by anybody.
PIVOT_DEBTORS = 1000


class CarteraOpenItemActions(models.AbstractModel):
    """What a reader of open items can do with them."""

    _name = "cartera.open.item.actions"
    _description = "Actions on Open Items"

    @api.model
    def action_open_aging(self):
        """Show the aging as a table by debtor, or by stage where debtors are many."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_open_item_action_aging"
        )
        action["context"] = self._get_pivot_context(fields.Date.context_today(self))
        return action

    @api.model
    def _get_pivot_context(self, day):
        """Rows and measures of the aging as a table; the disputed amounts have a column
        where something is disputed on the day."""
        context = {"pivot_row_groupby": self._get_pivot_rows()}
        if self._has_disputes(day):
            context["pivot_measures"] = ["amount_residual", "amount_disputed"]
        return context

    @api.model
    def _has_disputes(self, day):
        # Whether there are any is no secret to whoever reads the aging.
        disputes = self.env["cartera.dispute"].sudo()
        ended = Domain("date_closed", "=", False) | Domain("date_closed", ">", day)
        here = Domain("company_id", "in", self.env.companies.ids)
        opened = Domain("date_open", "<=", day)
        return bool(disputes.search_count(here & opened & ended, limit=1))

    @api.model
    def _get_pivot_rows(self):
        open_cases = [
            ("item_count", ">", 0),
            ("company_id", "in", self.env.companies.ids),
        ]
        found = self.env["cartera.case"].search_count(
            open_cases, limit=PIVOT_DEBTORS + 1
        )
        return ["stage_id"] if found > PIVOT_DEBTORS else ["debtor_id"]

    def action_include(self):
        """Let the items be collected, as Odoo does by itself for invoices only."""
        # With the user's own rights on journal items.
        self.move_line_id.no_followup = False

    def action_exclude(self):
        """Keep the items out of collection; they stay in the aging."""
        self.move_line_id.no_followup = True

    def action_open_document(self):
        """Open the invoice, or the entry, that the item belongs to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [[False, "form"]],
        }

    def action_open_case(self):
        """Open the collection case of the item's debtor."""
        self.ensure_one()
        # The case is as it stands now, whatever day is looked at here.
        return self.case_id._get_records_action(context={})
