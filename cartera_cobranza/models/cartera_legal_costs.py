from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What is on the invoice stays as it was invoiced.
INVOICED_FIELDS = frozenset(
    {"amount", "date", "is_recoverable", "legal_case_id", "name", "product_id"}
)


class CarteraLegalCosts(models.AbstractModel):
    """Costs and fees of the proceedings, and charging them to the debtor."""

    _name = "cartera.legal.costs"
    _description = "Costs of Legal Cases"

    def action_invoice_costs(self):
        """Charge the recoverable costs to the debtor: one customer invoice, due at
        once, which an agreement can cover as fees.

        :return: the action that opens it
        """
        self.ensure_one()
        self._check_may_invoice()
        # Of two who press the button at once the second finds nothing left.
        costs = self.sudo().cost_ids
        costs.lock_for_update()
        costs.invalidate_recordset(["move_id"])
        costs = costs._get_to_invoice()
        if not costs:
            raise UserError(
                self.env._("There are no recoverable costs that are not invoiced yet.")
            )
        # Supervisors of collections post no invoices by their own rights.
        move = self.env["account.move"].sudo().create(costs._prepare_invoice())
        costs.move_id = move
        move.action_post()
        self._message_log(
            body=self.env._("Costs charged to the debtor: %s", move._get_html_link())
        )
        return self.action_open_invoices()

    def _check_may_invoice(self):
        self.check_access("read")
        if not self.env.user.has_groups(
            "cartera_cobranza.group_cartera_supervisor,account.group_account_invoice"
        ):
            raise AccessError(
                self.env._(
                    "Only a supervisor or somebody who makes invoices charges costs "
                    "to a debtor."
                )
            )

    def action_open_invoices(self):
        """Open the invoices by which costs were charged."""
        return self.cost_ids.move_id._get_records_action(name=self.env._("Invoices"))


class CarteraLegalCost(models.Model):
    """A cost of the proceedings: fees of the court, of lawyers, of experts."""

    _name = "cartera.legal.cost"
    _description = "Cost of a Legal Case"
    _inherit = ["cartera.own.defaults"]
    _order = "date, id"

    legal_case_id = fields.Many2one(
        "cartera.legal.case", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        related="legal_case_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="legal_case_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    name = fields.Char(string="Description", required=True)
    amount = fields.Monetary(required=True, help="Without taxes.")
    is_recoverable = fields.Boolean(
        string="Charged to the Debtor",
        default=True,
        help="To be charged by an invoice, with the taxes of the product.",
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        help="Its account and taxes go on the invoice. Empty: the product of fees in "
        "the settings.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    is_invoiced = fields.Boolean(compute="_compute_is_invoiced", compute_sudo=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A cost must be more than zero."
    )

    # Nothing of the invoice is among what it depends on: each payment would have to
    # follow that. What changes invoices makes this forgotten.
    @api.depends("move_id")
    def _compute_is_invoiced(self):
        """What was cancelled or reversed can be invoiced again."""
        for cost in self:
            cost.is_invoiced = (
                cost.move_id
                and cost.move_id.state != "cancel"
                and cost.move_id.payment_state != "reversed"
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_protected(vals)
        if not INVOICED_FIELDS.isdisjoint(vals):
            self._check_not_invoiced()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._check_not_invoiced()

    @api.model
    def _is_by_program(self, name):
        return name == "move_id"

    def _check_not_protected(self, vals):
        if not self.env.su and "move_id" in vals:
            raise AccessError(
                self.env._("The invoice of a cost is made by its button alone.")
            )

    def _check_not_invoiced(self):
        if invoiced := self.filtered("is_invoiced"):
            raise UserError(
                self.env._(
                    "%(cost)s is on the invoice %(invoice)s. Reverse that one first.",
                    cost=invoiced[0].name,
                    invoice=invoiced[0].sudo().move_id.name,
                )
            )

    # -- invoicing ----------------------------------------------------------------

    def _get_to_invoice(self):
        return self.filtered(lambda cost: cost.is_recoverable and not cost.is_invoiced)

    def _prepare_invoice(self):
        """Values of the invoice that charges the costs of one legal case."""
        legal = self.legal_case_id
        today = legal._get_today()
        return {
            "move_type": "out_invoice",
            "company_id": legal.company_id.id,
            "partner_id": legal.partner_id.id,
            "currency_id": legal.currency_id.id,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_payment_term_id": False,
            "invoice_origin": legal.name,
            "cartera_component": "fee",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": cost._get_product().id,
                        "name": cost.name,
                        "quantity": 1,
                        "price_unit": cost.amount,
                    }
                )
                for cost in self
            ],
        }

    def _get_product(self):
        """:raise UserError: when neither the cost nor the settings have one"""
        product = self.product_id or self.company_id.cartera_fee_product_id
        if not product:
            raise UserError(
                self.env._(
                    "Choose a product on the cost “%(cost)s”, or the product of fees "
                    "under Cartera / Configuration / Settings: it brings the account "
                    "and the taxes of the invoice.",
                    cost=self.name,
                )
            )
        return product
