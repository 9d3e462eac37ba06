from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner import READERS


class AccountMove(models.Model):
    # A subject of its own, which the other files know nothing of.
    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "account.move"

    cartera_covered_by_id = fields.Many2one(
        "cartera.agreement",
        string="In Agreement",
        compute="_compute_cartera_covered_by_id",
        search="_search_cartera_covered_by_id",
        groups=READERS,
        help="The agreement in force that covers the invoice: its instalments are "
        "collected in its place, also where it shows as paid because its debt was "
        "moved to new items.",
    )

    # Without dependencies on the agreements: what changes them makes this forgotten.
    @api.depends_context("uid")
    def _compute_cartera_covered_by_id(self):
        items = self.env["cartera.agreement.item"].search(
            [("line_id.move_id", "in", self.ids), ("is_active", "=", True)]
        )
        covered = {item.line_id.move_id: item.agreement_id for item in items}
        for move in self:
            move.cartera_covered_by_id = covered.get(move._origin)

    @api.model
    def _search_cartera_covered_by_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = set(value)
        found = self._get_covered_domain([("agreement_id", "in", list(ids - {False}))])
        if False in ids:
            found |= ~self._get_covered_domain([])
        return found

    @api.model
    def _get_covered_domain(self, domain):
        """Entries of which an item is in an agreement in force that meets ``domain``,
        on ``cartera.agreement.item``."""
        items = self.env["cartera.agreement.item"]._search(
            Domain("is_active", "=", True) & Domain(domain)
        )
        return Domain("line_ids", "any", [("id", "in", items.subselect("line_id"))])
