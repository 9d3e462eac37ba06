from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .cartera_team import MEMBER_DOMAIN


class CarteraSubstitution(models.Model):
    """Who does a collector's work while he or she is away.

    The cases stay the collector's; the substitute sees them and works on them from the
    first day to the last. Whoever stands in is there: nobody stands in for a
    substitute, so that it is always plain who looks after a debtor.
    """

    _name = "cartera.substitution"
    _description = "Substitution of a Collector"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Away",
        required=True,
        index=True,
        check_company=True,
        domain=MEMBER_DOMAIN,
    )
    substitute_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        check_company=True,
        domain=MEMBER_DOMAIN,
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

    @api.constrains("company_id", "user_id", "substitute_id")
    def _check_collector(self):
        for absence in self.sudo():
            for person in absence.user_id | absence.substitute_id:
                is_collector = person.has_group("cartera_cobranza.group_cartera_own")
                if is_collector and absence.company_id in person.company_ids:
                    continue
                raise ValidationError(
                    self.env._(
                        "%(person)s does not collect for %(company)s. Give the rights "
                        "of a collector and the company first, or choose somebody "
                        "else.",
                        person=person.name,
                        company=absence.company_id.name,
                    )
                )

    @api.constrains("company_id", "user_id", "substitute_id", "date_from", "date_to")
    def _check_overlap(self):
        for absence in self:
            for other in self.search(absence._get_overlap_domain(), limit=1):
                if other.user_id == absence.user_id:
                    message = absence._describe_overlap(other)
                elif other.user_id == absence.substitute_id:
                    message = absence._describe_away(other)
                else:
                    message = absence._describe_chain(other)
                raise ValidationError(message)

    def _get_overlap_domain(self):
        """Other absences of these days that concern the one who is away or the one who
        stands in."""
        self.ensure_one()
        people = Domain("user_id", "in", (self.user_id | self.substitute_id).ids)
        return (
            (people | Domain("substitute_id", "=", self.user_id.id))
            & Domain("id", "!=", self.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )

    def _describe_overlap(self, other):
        return self.env._(
            "%(person)s is away from %(start)s to %(end)s already. Change that absence "
            "instead.",
            person=other.user_id.name,
            start=format_date(self.env, other.date_from),
            end=format_date(self.env, other.date_to),
        )

    def _describe_away(self, other):
        return self.env._(
            "%(person)s is away from %(start)s to %(end)s and cannot stand in then. "
            "Choose somebody else, or split the absence in two.",
            person=other.user_id.name,
            start=format_date(self.env, other.date_from),
            end=format_date(self.env, other.date_to),
        )

    def _describe_chain(self, other):
        return self.env._(
            "%(person)s stands in for %(absent)s from %(start)s to %(end)s. Give "
            "%(absent)s another substitute for these days first.",
            person=other.substitute_id.name,
            absent=other.user_id.name,
            start=format_date(self.env, other.date_from),
            end=format_date(self.env, other.date_to),
        )

    # -- CRUD: what holds today is in force at once --------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        absences = super().create(vals_list)
        absences._update_workers()
        return absences

    def write(self, vals):
        before = self._get_absent()
        result = super().write(vals)
        self._update_workers(before)
        return result

    def unlink(self):
        before = self._get_absent()
        result = super().unlink()
        self._update_workers(before)
        return result

    def _get_absent(self):
        """Ids of the people who are away, by company."""
        groups = self.sudo().grouped("company_id")
        return {company: set(rows.user_id.ids) for company, rows in groups.items()}

    def _update_workers(self, before=None):
        """Give the cases of these absences to whoever works on them today.

        :param before: whose absences these were; see :meth:`_get_absent`
        """
        absent = self.exists()._get_absent()
        for company, user_ids in (before or {}).items():
            absent.setdefault(company, set()).update(user_ids)
        hand_over = self.env["cartera.hand.over"].sudo()
        for company, user_ids in absent.items():
            today = company._get_cartera_today()
            hand_over._update_workers(company, today, user_ids=user_ids)

    @api.model
    def _begin_day(self, company):
        """Give the cases of those whose absence begins or has ended to whoever works
        on them today: the night may be hours away, as companies are in many zones.

        :return: number of cases that changed hands
        """
        today = company._get_cartera_today()
        absences = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", today),
                ("date_to", ">=", fields.Date.subtract(today, days=1)),
            ]
        )
        people = absences.user_id.ids
        hand_over = self.env["cartera.hand.over"].sudo()
        return people and hand_over._update_workers(company, today, people)

    # -- who is away ---------------------------------------------------------------

    @api.model
    def _get_present_sql(self, user, company, date):
        """Who does the work of ``user`` on ``date``: he or she, or who stands in.

        :param company: SQL of a company's id
        :param date: SQL of a day
        :return: SQL of the id of a user
        """
        self.flush_model()
        return SQL(
            """
            COALESCE((
                SELECT absence.substitute_id
                FROM cartera_substitution absence
                JOIN res_users substitute
                    ON substitute.id = absence.substitute_id AND substitute.active
                WHERE absence.user_id = %(user)s AND absence.company_id = %(company)s
                    AND %(date)s BETWEEN absence.date_from AND absence.date_to
            ), %(user)s)
            """,
            user=user.id,
            company=company,
            date=date,
        )

    @api.model
    def _get_away_sql(self, company, date):
        """Who is away on ``date`` and who stands in.

        :return: sub-query of ``user_id, substitute_id``
        """
        self.flush_model()
        return SQL(
            """
            SELECT absence.user_id, absence.substitute_id
            FROM cartera_substitution absence
            JOIN res_users substitute
                ON substitute.id = absence.substitute_id AND substitute.active
            WHERE absence.company_id = %s
                AND %s BETWEEN absence.date_from AND absence.date_to
            """,
            company.id,
            date,
        )
