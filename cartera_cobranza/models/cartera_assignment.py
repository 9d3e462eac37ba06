from odoo import fields, models


class CarteraAssignmentRule(models.Model):
    """Which collector, or team, gets the cases that have none: the first rule that
    fits."""

    _name = "cartera.assignment.rule"
    _description = "Assignment Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # -- to whom
    mode = fields.Selection(
        [("load", "Whoever of the team has the least work"), ("user", "One person")],
        required=True,
        default="load",
    )
    team_id = fields.Many2one("cartera.team", check_company=True)
    user_id = fields.Many2one("res.users", check_company=True)
    # -- which: all that are filled must hold
    stage_ids = fields.Many2many("cartera.stage", check_company=True)
    segment_ids = fields.Many2many("cartera.segment", check_company=True)
    country_ids = fields.Many2many("res.country")
    state_ids = fields.Many2many("res.country.state", string="States")
    category_ids = fields.Many2many("res.partner.category", string="Tags")
    min_amount = fields.Monetary(string="Overdue From")
    max_amount = fields.Monetary(string="Overdue To", help="Zero: no upper limit.")
    letter_from = fields.Char(string="Names From", size=1)
    letter_to = fields.Char(string="Names To", size=1)


class CarteraCaseOwner(models.Model):
    """Who had a case, from when, and why it changed hands."""

    _name = "cartera.case.owner"
    _description = "Collector History"
    _order = "date desc, id desc"
    _rec_name = "user_to_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_from_id = fields.Many2one("res.users", string="From", readonly=True)
    user_to_id = fields.Many2one("res.users", string="To", readonly=True)
    reason = fields.Selection(
        [
            ("manual", "By hand"),
            ("rule", "Assignment rule"),
            ("transfer", "Transfer"),
        ],
        required=True,
        readonly=True,
    )
    note = fields.Char(readonly=True)
