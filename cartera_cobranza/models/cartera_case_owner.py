from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


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
            ("transfer", "Transfer of work"),
        ],
        required=True,
        readonly=True,
    )
    note = fields.Char(readonly=True)

    def action_give_back(self):
        """Undo these changes: the cases that are still with whoever got them go back
        to whoever had them.

        :raise AccessError: unless the user is a supervisor
        """
        self.check_access("read")
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._("Only a supervisor gives cases from one person to another.")
            )
        hand_over = self.env["cartera.hand.over"]
        count = sum(
            hand_over._hand_over(
                company, rows._get_way_back_sql(), "transfer", self.env._("Given back")
            )
            for company, rows in self.sudo().grouped("company_id").items()
        )
        if not count:
            raise UserError(
                self.env._(
                    "None of these cases can be given back: they have changed hands "
                    "since, or whoever had them does not work here any more."
                )
            )
        return self.env["cartera.transfer"]._notify(
            self.env._("Cases given back: %s.", count)
        )

    def _get_way_back_sql(self):
        """The oldest of the changes of each case decides who had it."""
        return SQL(
            """
            SELECT known.id AS case_id, known.user_id AS user_from_id, person.id
                AS user_to_id
            FROM (
                SELECT
                    case_id,
                    (array_agg(user_from_id ORDER BY date, id))[1] AS user_from_id,
                    (array_agg(user_to_id ORDER BY date DESC, id DESC))[1] AS user_to_id
                FROM cartera_case_owner
                WHERE id = ANY(%s)
                GROUP BY case_id
            ) change
            JOIN cartera_case known ON known.id = change.case_id
            LEFT JOIN res_users person ON person.id = change.user_from_id
            WHERE known.user_id IS NOT DISTINCT FROM change.user_to_id
                AND (person.active OR change.user_from_id IS NULL)
            """,
            self.ids,
        )
