from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_compare

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What the answer and the ledger decide.
PROTECTED_FIELDS = frozenset(
    {"amount_accepted", "amount_open", "credited_before", "is_open"}
)


class CarteraDisputeItem(models.Model):
    """What is contested of one open item."""

    _name = "cartera.dispute.item"
    _inherit = ["cartera.own.defaults"]
    _description = "Item of a Dispute"
    _order = "dispute_id, id"
    _rec_name = "move_name"

    dispute_id = fields.Many2one(
        "cartera.dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True, precompute=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(related="line_id.move_id", string="Journal Entry")
    move_name = fields.Char(related="line_id.move_name", string="Document")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_residual = fields.Monetary(
        related="line_id.amount_residual_currency", string="Open Now"
    )
    amount = fields.Monetary(
        string="Disputed",
        required=True,
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
    )
    amount_accepted = fields.Monetary(string="Accepted", readonly=True)
    amount_open = fields.Monetary(
        string="Still Disputed",
        readonly=True,
        help="Less what has been credited since, and never more than what is open.",
    )
    is_open = fields.Boolean(
        readonly=True, default=True, help="This part is kept out of the dunning."
    )
    credited_before = fields.Monetary(
        readonly=True,
        help="Credit notes matched with the item before it was contested.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The disputed amount must be more than zero."
    )
    _once = models.Constraint(
        "UNIQUE (dispute_id, line_id)", "An item is in a dispute once."
    )
    _open_idx = models.Index("(line_id) INCLUDE (amount_open) WHERE is_open")

    @api.depends("line_id")
    def _compute_amount(self):
        """What nobody contests yet."""
        free = self.env["cartera.dispute.engine"]._get_free(self.line_id._origin)
        for item in self:
            if not item.amount or item._origin.line_id != item.line_id:
                item.amount = max(free.get(item.line_id._origin.id, 0), 0)

    @api.constrains("line_id", "amount")
    def _check_amount(self):
        """What an item leaves open can be contested once."""
        engine = self.env["cartera.dispute.engine"]
        free = engine._get_free(self.line_id, without=self)
        for item in self.sudo():
            debtor = item.dispute_id.partner_id
            line = item.line_id
            if (
                line.company_id != item.dispute_id.company_id
                or not line.partner_id._owes_with(debtor)
                or line.account_id.account_type != "asset_receivable"
                or line.currency_id != item.dispute_id.currency_id
            ):
                raise ValidationError(
                    self.env._(
                        "The items of a dispute are open items of its debtor, all in "
                        "the same currency."
                    )
                )
            rounding = line.currency_id.rounding
            others = (self - item).filtered(
                lambda other, line=line: other.line_id == line
            )
            left = free.get(line.id, 0) - sum(others.mapped("amount"))
            if float_compare(item.amount, left, precision_rounding=rounding) > 0:
                raise ValidationError(
                    self.env._(
                        "Of %(document)s no more than %(amount)s can be disputed: the "
                        "rest is not open, or is disputed already.",
                        document=line.move_name,
                        amount=line.currency_id.format(max(left, 0)),
                    )
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        items = super().create(vals_list)
        items.dispute_id._check_items_open()
        credited = self.env["cartera.dispute.engine"]._get_credited(items.line_id)
        for item in items.sudo():
            item.credited_before = credited.get(item.line_id.id, 0)
        items.dispute_id._settle()
        return items

    def write(self, vals):
        self._check_not_protected(vals)
        if not self.env.su:
            self._check_not_exchanged(vals)
            self.dispute_id._check_items_open()
        result = super().write(vals)
        if not self.env.su:
            self.dispute_id._settle()
        return result

    def unlink(self):
        disputes = self.dispute_id
        disputes._check_items_open()
        result = super().unlink()
        disputes = disputes.exists()
        disputes._check_items()
        disputes._settle()
        return result

    @api.model
    def _is_by_program(self, name):
        return name in PROTECTED_FIELDS

    def _check_not_protected(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "What is left of a dispute follows from its answer and from the "
                    "ledger and cannot be written."
                )
            )

    def _check_not_exchanged(self, vals):
        """What was credited before is known of the item that was contested."""
        if not {"dispute_id", "line_id"}.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "Take the item out of the dispute, and add the other one instead."
                )
            )
