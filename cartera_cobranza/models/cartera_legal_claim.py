from odoo import api, fields, models

# Which part of the claim an open item belongs to.
CLAIMED_AS = {
    "capital": "amount_capital",
    "interest": "amount_interest",
    "fee": "amount_costs",
}


class CarteraLegalClaim(models.AbstractModel):
    """What is claimed in court: at first what the debtor has overdue."""

    _name = "cartera.legal.claim"
    _description = "Claim of a Legal Case"

    currency_id = fields.Many2one("res.currency")  # that of the company
    amount_capital = fields.Monetary(
        string="Claimed Capital",
        compute="_compute_amounts",
        compute_sudo=False,  # by whom it is made, of what he or she may see
        store=True,
        precompute=True,
        readonly=False,
        help="At first what is overdue of the debtor's invoices.",
    )
    amount_interest = fields.Monetary(
        string="Claimed Interest",
        compute="_compute_amounts",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        help="At first what is overdue of interest that was invoiced.",
    )
    amount_costs = fields.Monetary(
        string="Claimed Costs",
        compute="_compute_amounts",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        help="At first what is overdue of fees and costs that were invoiced.",
    )
    amount_claimed = fields.Monetary(
        string="Claimed", compute="_compute_amount_claimed", store=True
    )

    @api.depends("case_id")
    def _compute_amounts(self):
        for legal in self:
            legal.update(legal._propose_claim())

    def _propose_claim(self):
        """What is overdue today, by the fields that claim it, in company currency."""
        claim = dict.fromkeys(CLAIMED_AS.values(), 0)
        case = self.case_id._origin
        if not case or not case.has_access("read"):
            return claim
        agreed = self.env["cartera.agreement.item"]
        for item in case._get_agreeable_items():
            component = agreed._find_component(item.move_line_id.move_id)
            claim[CLAIMED_AS[component]] += item.amount_overdue
        return claim

    @api.depends(*CLAIMED_AS.values())
    def _compute_amount_claimed(self):
        for legal in self:
            legal.amount_claimed = sum(legal[name] for name in CLAIMED_AS.values())
