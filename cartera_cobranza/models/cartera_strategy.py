from odoo import fields, models


class CarteraStrategy(models.Model):
    """What is done with the debtors of a segment (política de cobranza), step by
    step."""

    _name = "cartera.strategy"
    _description = "Collection Strategy"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a strategy that all companies share.",
    )
    description = fields.Text(translate=True)
    step_ids = fields.One2many("cartera.strategy.step", "strategy_id", copy=True)
    segment_ids = fields.One2many("cartera.segment", "strategy_id")

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", strategy.name)}
            for strategy, vals in zip(self, super().copy_data(default), strict=True)
        ]
