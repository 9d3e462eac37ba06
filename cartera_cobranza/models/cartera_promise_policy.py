from odoo import fields, models


class CarteraPromisePolicy(models.Model):
    """How far collectors may go with promises, and what counts as kept."""

    _name = "cartera.promise.policy"
    _description = "Policy of Promises"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    segment_ids = fields.Many2many(
        "cartera.segment",
        string="Segments",
        check_company=True,
        help="Empty: for debtors of any segment. The first policy that fits holds.",
    )
    tolerance_days = fields.Integer(
        default=2, help="Days after the promised one on which money still counts."
    )
    tolerance_percent = fields.Float(
        default=1.0,
        digits=(5, 2),
        help="Share of the promised amount that may be missing.",
    )
    max_installments = fields.Integer(string="Instalments", default=3)
    max_days_first = fields.Integer(string="Days to the First Payment", default=15)
    max_days_total = fields.Integer(string="Days to the Last Payment", default=90)
    max_broken = fields.Integer(
        string="Broken Promises",
        default=2,
        help="After so many within the days below only a supervisor takes another.",
    )
    window_days = fields.Integer(string="Within Days", default=180)

    _days_positive = models.Constraint(
        "CHECK (tolerance_days >= 0 AND max_installments > 0 AND max_days_first >= 0 "
        "AND max_days_total >= max_days_first AND max_broken > 0 AND window_days > 0)",
        "The numbers of a policy of promises may not be negative, and the last payment "
        "may not come before the first.",
    )
    _percent_range = models.Constraint(
        "CHECK (tolerance_percent >= 0 AND tolerance_percent < 100)",
        "The tolerance is a percentage from 0 to less than 100.",
    )
