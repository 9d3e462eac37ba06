from odoo import api, fields, models

from . import cartera_agreement_part  # noqa: F401  (inherited: it comes first)

# What an item is part of, in the order in which it is waived.
COMPONENTS = [("fee", "Fees"), ("interest", "Interest"), ("capital", "Capital")]


class CarteraAgreementItem(models.Model):
    """What an agreement covers of one open item."""

    _name = "cartera.agreement.item"
    _inherit = ["cartera.agreement.part"]
    _description = "Item of an Agreement"
    _order = "agreement_id, sequence, id"
    _rec_name = "line_id"

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(help="Order in which money fills it: the oldest first.")
    document = fields.Char(related="line_id.move_name")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    date_original = fields.Date(
        string="Original Due Date",
        compute="_compute_date_original",
        store=True,
        precompute=True,
        help="When the debt was due before any agreement, however often it was moved.",
    )
    component = fields.Selection(
        COMPONENTS,
        compute="_compute_component",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Fees are waived first, then interest, then capital.",
    )
    amount = fields.Monetary(
        string="Debt Covered",
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="What the agreement covers of the item.",
    )
    amount_quita = fields.Monetary(string="Waived", readonly=True)
    amount_credited_before = fields.Monetary(
        readonly=True,
        help="What credit notes and other settlements without money had taken off the "
        "item before the agreement came into force.",
    )
    amount_left_out = fields.Monetary(
        string="Left Out",
        readonly=True,
        copy=False,
        help="What was disputed of the item when the agreement came into force. Credit "
        "notes take it before they shorten the schedule, and money pays it last.",
    )
    is_active = fields.Boolean(
        readonly=True,
        copy=False,
        help="The agreement is in force, and its instalments stand in for the item.",
    )
    entry_line_ids = fields.One2many(
        "account.move.line",
        "cartera_agreement_item_id",
        readonly=True,
        help="In reclassification mode: the credit that settles it and the receivable "
        "items that stand for it.",
    )

    _once = models.Constraint(
        "UNIQUE (agreement_id, line_id)", "An item is in an agreement once."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "What is covered of an item must be more than zero."
    )
    _active_uniq = models.UniqueIndex(
        "(line_id) WHERE is_active",
        "Another agreement that is in force covers this item. Cancel or refinance that "
        "one first, or leave the item out.",
    )

    @api.depends("line_id")
    def _compute_date_original(self):
        for item in self:
            line = item.line_id
            # A moved debt is that of the item which an earlier agreement covered.
            earlier = line.cartera_agreement_item_id
            item.date_original = (
                earlier.date_original or line.date_maturity or line.date
            )

    @api.depends("line_id")
    def _compute_component(self):
        for item in self:
            item.component = item._guess_component()

    def _guess_component(self):
        return self._find_component(self.line_id.move_id)

    @api.model
    def _find_component(self, move):
        """Which of :data:`COMPONENTS` an invoice is: what it says, or else what all its
        lines are of."""
        move = move.sudo()
        if move.cartera_component:
            return move.cartera_component
        company = move.company_id
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        for component, product in (
            ("interest", company.cartera_interest_product_id),
            ("fee", company.cartera_fee_product_id),
        ):
            if product and lines and lines.product_id == product:
                # A line without a product is no charge.
                if all(line.product_id for line in lines):
                    return component
        return "capital"

    @api.depends("line_id")
    def _compute_amount(self):
        """All of it that may be covered."""
        for item in self:
            line = item.line_id._origin
            if item.amount or not line:
                item.amount = item.amount
                continue
            agreeable = item.agreement_id._get_agreeable()
            item.amount = agreeable.get(line, line.amount_residual_currency)

    @api.onchange("line_id")
    def _onchange_line_id(self):
        agreeable = self.agreement_id._get_agreeable()
        self.amount = agreeable.get(self.line_id._origin, 0)
