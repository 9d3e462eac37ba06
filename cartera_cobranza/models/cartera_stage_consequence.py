from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount

KINDS = [
    ("credit_freeze", "Freeze the credit limit"),
    ("credit_lower", "Lower the credit limit"),
    ("warn_invoice", "Warn on invoices"),
    ("block_invoice", "Block new invoices"),
    ("warn_order", "Warn on sales orders"),
    ("block_order", "Block sales orders"),
    ("notify_salesperson", "Tell the salesperson"),
    ("server_action", "Run a server action"),
]


class CarteraStageConsequence(models.Model):
    """What a stage brings about for the debtors in it, as long as they are in it."""

    _name = "cartera.stage.consequence"
    _description = "Consequence of a Stage"
    _order = "stage_id, sequence, id"
    _check_company_auto = True

    stage_id = fields.Many2one(
        "cartera.stage",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True,
        help="Switched off, it no longer holds: what it has done is undone at night.",
    )
    kind = fields.Selection(KINDS, required=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Leave empty for all companies that have the stage.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    notice_days = fields.Integer(
        string="Days of Notice",
        help="Days that a debtor must have been in the stage before this happens, for "
        "instance because the debtor has to be warned first.",
    )
    limit_mode = fields.Selection(
        [("percent", "A percentage"), ("amount", "An amount")],
        string="Lower To",
        default="percent",
    )
    limit_percent = fields.Float(
        string="% of the Limit",
        default=50.0,
        digits=(5, 2),
        help="Of the debtor's credit limit, or of what the debtor owes where there is "
        "none.",
    )
    limit_amount = fields.Monetary(
        string="Limit",
        help="New credit limit, for those whose limit is higher. Of a consequence that "
        "companies share it counts in the currency of each.",
    )
    # Whoever chooses an action lets it run with all rights.
    action_enter_id = fields.Many2one(
        "ir.actions.server",
        string="Action on Entering",
        groups="base.group_system",
        ondelete="restrict",
        domain="[('model_id.model', '=', 'cartera.case')]",
        help="Server action that is run for the case of each debtor who enters.",
    )
    action_leave_id = fields.Many2one(
        "ir.actions.server",
        string="Action on Leaving",
        groups="base.group_system",
        ondelete="restrict",
        domain="[('model_id.model', '=', 'cartera.case')]",
        help="Server action that is run for the case when the debtor leaves the stage.",
    )
    details = fields.Char(compute="_compute_details")

    _values_sensible = models.Constraint(
        "CHECK (notice_days >= 0 AND limit_percent BETWEEN 0 AND 100"
        " AND limit_amount >= 0)",
        "Days of notice and limit of a consequence cannot be negative, and its "
        "percentage is between 0 and 100.",
    )

    @api.depends("stage_id")
    def _compute_company_id(self):
        for consequence in self:
            consequence.company_id = consequence.stage_id.company_id

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for consequence in self:
            company = consequence.company_id or self.env.company
            consequence.currency_id = company.currency_id

    @api.depends("kind", "stage_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for consequence in self:
            consequence.display_name = (
                f"{consequence.stage_id.name or ''}: {names.get(consequence.kind, '')}"
            )

    @api.depends("kind", "limit_mode", "limit_percent", "limit_amount")
    @api.depends_context("lang", "company")
    def _compute_details(self):
        self.details = False
        for consequence in self.filtered(lambda c: c.kind == "credit_lower"):
            consequence.details = (
                format_amount(
                    self.env, consequence.limit_amount, consequence.currency_id
                )
                if consequence.limit_mode == "amount"
                else f"{consequence.limit_percent:g} %"
            )

    @api.constrains("kind", "action_enter_id", "action_leave_id")
    def _check_actions(self):
        for consequence in self.sudo().filtered(lambda c: c.kind == "server_action"):
            actions = consequence.action_enter_id | consequence.action_leave_id
            if not actions:
                raise ValidationError(
                    self.env._(
                        "A consequence that runs a server action needs one. Only an "
                        "administrator can choose it."
                    )
                )
            if set(actions.mapped("model_name")) != {"cartera.case"}:
                raise ValidationError(
                    self.env._(
                        "The server action of a consequence must be made for "
                        "collection cases."
                    )
                )

    @api.constrains("company_id", "stage_id")
    def _check_company_of_stage(self):
        for consequence in self:
            owner = consequence.stage_id.company_id
            if owner and consequence.company_id != owner:
                raise ValidationError(
                    self.env._(
                        "The stage %(stage)s belongs to %(company)s, and so do its "
                        "consequences.",
                        stage=consequence.stage_id.name,
                        company=owner.name,
                    )
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        logs = self.env["cartera.consequence.log"].sudo()
        if logs.search_count([("consequence_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This consequence has already been applied to debtors. Switch it "
                    "off instead of deleting it: it is undone then, and the history "
                    "stays."
                )
            )

    @api.model
    @tools.ormcache()
    def _get_kinds_in_use(self):
        """Kinds that any company uses. Cached, so that whoever blocks no documents pays
        nothing for it when posting."""
        found = self.sudo()._read_group([("active", "=", True)], ["kind"])
        return frozenset(kind for (kind,) in found)
