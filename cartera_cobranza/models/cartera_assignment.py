from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# Names are sorted by their first letter as people read it. Databases that know no
# accents leave small letters with one as they are.
CAPITALS, PLAIN = "ÁÀÄÂÉÈËÊÍÌÏÎÓÒÖÔÚÙÜÛÑÇ", "AAAAEEEEIIIIOOOOUUUUNC"
ACCENTED = CAPITALS + CAPITALS.lower()


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
        string="Give To",
        required=True,
        default="load",
        help="The least work: fewest open cases for the debtors that he or she can "
        "work on in a day. Who is away gets none; when nobody of the team is there, "
        "the next rule decides.",
    )
    team_id = fields.Many2one("cartera.team", check_company=True)
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    # -- which: all that are filled must hold
    stage_ids = fields.Many2many("cartera.stage", string="Stages", check_company=True)
    segment_ids = fields.Many2many(
        "cartera.segment", string="Segments", check_company=True
    )
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many("res.country.state", string="States")
    category_ids = fields.Many2many(
        "res.partner.category", string="Tags", help="Debtors that have one of these."
    )
    min_amount = fields.Monetary(string="Overdue From")
    max_amount = fields.Monetary(string="Overdue To", help="Zero: no upper limit.")
    letter_from = fields.Char(
        string="Names From", size=1, help="First letter of the debtor's name."
    )
    letter_to = fields.Char(string="Names To", size=1)

    _amounts_valid = models.Constraint(
        "CHECK (min_amount >= 0 AND (max_amount = 0 OR max_amount >= min_amount))",
        "Amounts cannot be negative, and the upper one is not below the lower one.",
    )

    @api.constrains("mode", "team_id", "user_id")
    def _check_mode(self):
        for rule in self:
            if not (rule.team_id if rule.mode == "load" else rule.user_id):
                raise ValidationError(
                    self.env._(
                        "Say to whom the rule %s gives the cases: a team, or a person.",
                        rule.name,
                    )
                )

    # -- the condition -------------------------------------------------------------

    def _get_condition_sql(self):
        """Whether the rule fits a case ``known`` of the debtor ``partner``."""
        self.ensure_one()
        conditions = [
            *self._get_choice_conditions(),
            SQL("known.amount_overdue >= %s", self.min_amount),
        ]
        if self.max_amount:
            conditions.append(SQL("known.amount_overdue <= %s", self.max_amount))
        letter = self._get_letter_sql(SQL("partner.name"))
        for name, operator in (("letter_from", SQL(">=")), ("letter_to", SQL("<="))):
            if limit := self[name] and self[name].strip():
                conditions.append(
                    SQL("%s %s %s", letter, operator, self._get_letter_sql(limit))
                )
        return SQL("(%s)", SQL(" AND ").join(conditions))

    def _get_choice_conditions(self):
        choices = [
            (SQL("known.stage_id"), self.stage_ids),
            (SQL("known.segment_id"), self.segment_ids),
            (SQL("partner.country_id"), self.country_ids),
            (SQL("partner.state_id"), self.state_ids),
        ]
        for column, chosen in choices:
            if chosen:
                yield SQL("%s = ANY(%s)", column, chosen.ids)
        if self.category_ids:
            yield SQL(
                """
                EXISTS (
                    SELECT 1 FROM res_partner_res_partner_category_rel tag
                    WHERE tag.partner_id = partner.id AND tag.category_id = ANY(%s)
                )
                """,
                self.category_ids.ids,
            )

    @api.model
    def _get_letter_sql(self, name):
        return SQL(
            'translate(upper(left(ltrim(%s), 1)), %s, %s) COLLATE "C"',
            name,
            ACCENTED,
            PLAIN * 2,
        )
