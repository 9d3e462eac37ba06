from odoo import api, fields, models
from odoo.tools import SQL

MEMBER_DOMAIN = "[('share', '=', False), ('company_ids', 'in', company_id)]"


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
    leader_id = fields.Many2one(
        "res.users",
        string="Supervisor",
        check_company=True,
        domain=MEMBER_DOMAIN,
    )
    member_ids = fields.One2many("cartera.team.member", "team_id", string="Members")

    @api.model
    def _get_present_sql(self, company, date):
        """Collectors who can be given cases on ``date``: members of a team with some
        capacity who are neither archived nor away.

        :return: sub-query of ``team_id, user_id, capacity``
        """
        return SQL(
            """
            SELECT member.team_id, member.user_id, member.capacity
            FROM cartera_team_member member
            JOIN cartera_team team ON team.id = member.team_id AND team.active
            JOIN res_users person ON person.id = member.user_id AND person.active
            WHERE member.company_id = %(company)s AND member.capacity > 0
                AND member.user_id NOT IN (SELECT user_id FROM (%(away)s) away)
            """,
            company=company.id,
            away=self.env["cartera.substitution"]._get_away_sql(company, date),
        )


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
        domain=MEMBER_DOMAIN,
    )
    capacity = fields.Integer(
        default=40,
        help="Debtors that he or she can work on in a day. New cases are dealt in "
        "proportion to it; with zero, none.",
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
