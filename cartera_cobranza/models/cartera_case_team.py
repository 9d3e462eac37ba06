from odoo import api, models
from odoo.tools import SQL


class CarteraCaseTeam(models.AbstractModel):
    """Who has a case and who works on it."""

    _name = "cartera.case.team"
    _description = "Collector of a Case"

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._update_workers()
        return cases

    def write(self, vals):
        """A collector given by hand is kept in the history, and what is planned for
        the case goes along."""
        if "user_id" not in vals:
            return super().write(vals)
        had = {case.id: case.user_id.id for case in self}
        result = super().write(vals)
        changed = self.filtered(lambda case: case.user_id.id != had[case.id])
        for company, cases in changed.sudo().grouped("company_id").items():
            moves = SQL(
                "SELECT case_id, user_from_id, %s::int AS user_to_id "
                "FROM unnest(%s::int[], %s::int[]) had (case_id, user_from_id)",
                vals["user_id"] or None,
                cases.ids,
                [had[case.id] or None for case in cases],
            )
            self.env["cartera.hand.over"]._hand_over(company, moves, "manual")
        return result

    def _update_workers(self):
        owned = self.filtered("user_id").sudo()
        for company, cases in owned.grouped("company_id").items():
            self.env["cartera.hand.over"]._update_workers(
                company, company._get_cartera_today(), cases.user_id.ids
            )

    def _assign(self, user, reason="manual", note=None):
        """Give the cases to ``user``, or to nobody, whoever has them now.

        :param user: ``res.users``, empty for nobody
        :param reason: a reason of ``cartera.case.owner``
        :param note: why, in words
        :return: number of cases that changed hands
        """
        hand_over = self.env["cartera.hand.over"]
        return sum(
            hand_over._hand_over(
                company,
                SQL(
                    "SELECT id AS case_id, user_id AS user_from_id, "
                    "%s::int AS user_to_id FROM cartera_case WHERE id = ANY(%s)",
                    user.id or None,
                    cases.ids,
                ),
                reason,
                note,
            )
            for company, cases in self.sudo().grouped("company_id").items()
        )
