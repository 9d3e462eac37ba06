from odoo import api, fields, models
from odoo.fields import Domain

from ..lib import aging

# Up to so many debtors, what holds an item is looked up item by item.
FEW_DEBTORS = 100


class CarteraCaseAging(models.AbstractModel):
    """How old a debt is and what it is made of, read from the open items."""

    _name = "cartera.case.aging"
    _description = "Aging of a Case"

    days_overdue = fields.Integer(
        string="Days Past Due",
        compute="_compute_days_overdue",
        search="_search_days_overdue",
        help="Days past due of the oldest overdue collectable item.",
    )
    open_item_ids = fields.Many2many(
        "cartera.open.item", string="Items", compute="_compute_open_item_ids"
    )
    aging_strip = fields.Json(compute="_compute_aging_strip")

    # -- age ----------------------------------------------------------------------

    @api.depends("date_oldest_due")
    @api.depends_context("tz")
    def _compute_days_overdue(self):
        today = fields.Date.context_today(self)
        for case in self:
            due = case.date_oldest_due
            case.days_overdue = max(aging.age_in_days(due, today), 0) if due else 0

    def _search_days_overdue(self, operator, value):
        """Turn days into dates, so that the stored oldest due date is searched."""
        if operator == "in":
            return Domain.OR(
                self._get_days_domain("=", days) for days in value if days is not False
            )
        if operator in ("<", "<=", ">", ">="):
            return self._get_days_domain(operator, value)
        return NotImplemented

    def _get_days_domain(self, operator, days):
        if operator == "=":
            return self._get_days_domain(">=", days) & self._get_days_domain("<=", days)
        if operator in ("<", "<="):
            beyond = ">=" if operator == "<" else ">"
            return ~self._get_days_domain(beyond, days)
        if days < 0 or (days == 0 and operator == ">="):
            return Domain.TRUE
        earliest = fields.Date.subtract(fields.Date.context_today(self), days=days)
        return Domain("date_oldest_due", "<" if operator == ">" else "<=", earliest)

    # -- items --------------------------------------------------------------------

    def _get_items_domain(self):
        """Domain of the open items of the cases. By debtor and company, which an index
        finds, rather than by case."""
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("debtor_id", "in", cases.partner_id.ids)
            for company, cases in self.grouped("company_id").items()
        )

    def _get_live_items(self):
        """The items as they stand, whatever past day or policy is being looked at."""
        return self.env["cartera.open.item"].with_context(
            cartera_as_of=False,
            cartera_aging_policy_id=False,
            cartera_few_items=len(self) <= FEW_DEBTORS,
        )

    @api.depends_context("tz", "uid")
    def _compute_open_item_ids(self):
        items = self._get_live_items().search_fetch(
            self._get_items_domain(), ["debtor_id", "company_id"], order="date_due, id"
        )
        items = items.grouped(lambda item: (item.debtor_id, item.company_id))
        no_items = self.env["cartera.open.item"]
        for case in self:
            key = (case.partner_id, case.company_id)
            case.open_item_ids = items.get(key, no_items)

    @api.depends_context("tz", "uid")
    def _compute_aging_strip(self):
        """The buckets of the company's policy with their items and amounts:
        ``[{"id", "name", "label", "side", "color", "count", "amount"}, ...]``."""
        rows = self._get_live_items()._read_group(
            self._get_items_domain(),
            ["debtor_id", "company_id", "bucket_id"],
            ["__count", "amount_residual:sum"],
        )
        totals = {tuple(key): (count, amount) for *key, count, amount in rows}
        for case in self:
            buckets = case.company_id.sudo().cartera_aging_policy_id.bucket_ids
            strip = []
            for bucket in buckets:
                key = (case.partner_id, case.company_id, bucket)
                count, amount = totals.get(key, (0, 0.0))
                strip.append(
                    {
                        "id": bucket.id,
                        "name": bucket.name,
                        "label": bucket.range_label,
                        "side": bucket.side,
                        "color": bucket.color,
                        "count": count,
                        "amount": amount,
                    }
                )
            case.aging_strip = strip

    def action_open_items(self):
        """List the open items of the cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_open_item_action"
        )
        action["domain"] = list(self._get_items_domain())
        action["context"] = {"search_default_overdue": 0}
        return action
