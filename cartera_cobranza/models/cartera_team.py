from odoo import fields, models


class CarteraTeam(models.Model):
    """Collectors who work under one supervisor."""

    _name = "cartera.team"
    _description = "Collection Team"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    leader_id = fields.Many2one("res.users", string="Supervisor", check_company=True)
    member_ids = fields.One2many("cartera.team.member", "team_id", string="Members")


class CarteraTeamMember(models.Model):
    """One collector of a team, and what can be asked of him or her."""

    _name = "cartera.team.member"
    _description = "Collector of a Team"
    _order = "team_id, id"
    _rec_name = "user_id"
    _check_company_auto = True

    team_id = fields.Many2one(
        "cartera.team", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="team_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    capacity = fields.Integer(
        default=40, help="Debtors that he or she can work on in a day."
    )
    target = fields.Monetary(
        string="Monthly Target", help="To be collected in a month."
    )

    _once = models.Constraint(
        "UNIQUE (company_id, user_id)",
        "A collector is in one team of the company.",
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0 AND target >= 0)",
        "Capacity and target may not be negative.",
    )


class CarteraSubstitution(models.Model):
    """Who does a collector's work while he or she is away."""

    _name = "cartera.substitution"
    _description = "Substitution of a Collector"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", string="Away", required=True, index=True, check_company=True
    )
    substitute_id = fields.Many2one(
        "res.users", required=True, index=True, check_company=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True, help="Last day of the absence.")
    reason = fields.Char()

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "An absence ends on its first day or later."
    )
    _not_self = models.Constraint(
        "CHECK (substitute_id <> user_id)", "Nobody stands in for himself or herself."
    )
