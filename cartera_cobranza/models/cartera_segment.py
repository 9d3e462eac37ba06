from odoo import fields, models


class CarteraSegment(models.Model):
    """Rules that put a debtor in a segment, and the strategy of that segment."""

    _name = "cartera.segment"
    _description = "Debtor Segment"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The first segment whose rules hold is the debtor's."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a segment that all companies share.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    strategy_id = fields.Many2one(
        "cartera.strategy",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="What is done with the debtors of this segment. Empty: nothing by itself.",
    )
    description = fields.Text(translate=True)

    # -- rules: all that are filled must hold -------------------------------------
    debtor_kind = fields.Selection(
        [("person", "Natural persons"), ("company", "Companies")],
        help="Leave empty for both.",
    )
    min_balance = fields.Monetary(string="Balance From")
    max_balance = fields.Monetary(
        string="Balance To", help="Zero: no upper limit."
    )
    min_days = fields.Integer(string="Days Past Due From")
    max_days = fields.Integer(string="Days Past Due To", help="Zero: no upper limit.")
    country_ids = fields.Many2many("res.country", string="Countries")
    category_ids = fields.Many2many("res.partner.category", string="Tags")
    salesperson_ids = fields.Many2many(
        "res.users",
        relation="cartera_segment_salesperson_rel",
        string="Salespeople",
    )
    stage_ids = fields.Many2many("cartera.stage", string="Stages")
    domain = fields.Char(
        string="Other Conditions", help="A filter on cases, besides the rules above."
    )
    case_ids = fields.One2many("cartera.case", "segment_id", string="Cases")

    def _compute_currency_id(self):
        for segment in self:
            segment.currency_id = (segment.company_id or self.env.company).currency_id
