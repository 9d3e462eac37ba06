from odoo import api, fields, models
from odoo.tools import SQL


class CarteraHandOver(models.AbstractModel):
    """Gives cases from one person to another, as many as there are in one statement.

    With a case goes what is planned for it: its place on the worklist and the open
    activities.
    """

    _name = "cartera.hand.over"
    _description = "Handing Over of Cases"

    @api.model
    def _hand_over(self, company, moves, reason, note=None):
        """Give cases of ``company`` to another collector, and keep in their history
        who had them.

        :param moves: sub-query of ``case_id, user_from_id, user_to_id``, each case once
        :param reason: a reason of ``cartera.case.owner``
        :param note: why, in words
        :return: number of cases that changed hands
        """
        self._flush()
        [(count,)] = self.env.execute_query(
            SQL(
                """
                WITH moves AS MATERIALIZED (%(moves)s),
                changed AS MATERIALIZED (
                    SELECT
                        known.id, moves.user_from_id, moves.user_to_id,
                        known.worker_id AS worker_from_id,
                        COALESCE(away.substitute_id, moves.user_to_id) AS worker_to_id
                    FROM moves
                    JOIN cartera_case known ON known.id = moves.case_id
                    LEFT JOIN (%(away)s) away ON away.user_id = moves.user_to_id
                    WHERE known.company_id = %(company)s
                        AND moves.user_to_id IS DISTINCT FROM moves.user_from_id
                ),
                owned AS (
                    UPDATE cartera_case known
                    SET user_id = changed.user_to_id, worker_id = changed.worker_to_id,
                        write_uid = %(uid)s, write_date = %(now)s
                    FROM changed
                    WHERE changed.id = known.id
                ),
                history AS (
                    INSERT INTO cartera_case_owner (
                        case_id, company_id, date, user_from_id, user_to_id, reason,
                        note, create_uid, create_date, write_uid, write_date
                    )
                    SELECT
                        id, %(company)s, %(now)s, user_from_id, user_to_id, %(reason)s,
                        %(note)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                    FROM changed
                ),
                %(followers)s
                SELECT COUNT(*) FROM changed
                """,
                moves=moves,
                away=self._get_away_sql(company),
                company=company.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                reason=reason,
                note=note or None,
                followers=self._get_followers_sql(
                    SQL("activity.user_id IN (user_from_id, worker_from_id)")
                ),
            )
        )
        self._forget()
        return count

    @api.model
    def _update_workers(self, company, date, user_ids=None):
        """Give the cases to whoever works on them on ``date``: the collector, or who
        stands in. The calls that a strategy planned go along, both ways.

        :param user_ids: ids of the collectors whose cases are meant; None for all
        :return: number of cases that changed hands
        """
        self._flush()
        some_people = SQL()
        if user_ids is not None:
            some_people = SQL("AND known.user_id = ANY(%s)", list(user_ids))
        [(count,)] = self.env.execute_query(
            SQL(
                """
                WITH changed AS MATERIALIZED (
                    SELECT
                        known.id, known.worker_id AS worker_from_id,
                        COALESCE(away.substitute_id, known.user_id) AS worker_to_id
                    FROM cartera_case known
                    LEFT JOIN (%(away)s) away ON away.user_id = known.user_id
                    WHERE known.company_id = %(company)s %(some_people)s
                        AND known.worker_id IS DISTINCT FROM
                            COALESCE(away.substitute_id, known.user_id)
                ),
                worked AS (
                    UPDATE cartera_case known SET worker_id = changed.worker_to_id
                    FROM changed
                    WHERE changed.id = known.id
                ),
                %(followers)s
                SELECT COUNT(*) FROM changed
                """,
                away=self._get_away_sql(company, date),
                company=company.id,
                some_people=some_people,
                followers=self._get_followers_sql(
                    SQL("activity.automated AND activity.user_id = worker_from_id")
                ),
            )
        )
        self._forget()
        return count

    @api.model
    def _get_away_sql(self, company, date=None):
        date = date or company._get_cartera_today()
        return self.env["cartera.substitution"]._get_away_sql(company, date)

    @api.model
    def _get_followers_sql(self, activities):
        """Parts of the statement that let what is planned follow the ``changed`` cases.

        :param activities: which of the open activities of the cases go along
        """
        return SQL(
            """
            activities AS (
                UPDATE mail_activity activity
                SET user_id = worker_to_id, user_tz = partner.tz
                FROM changed
                JOIN res_users person ON person.id = changed.worker_to_id
                JOIN res_partner partner ON partner.id = person.partner_id
                WHERE activity.res_model = 'cartera.case'
                    AND activity.res_id = changed.id
                    AND activity.active AND %s
            ),
            entries AS (
                UPDATE cartera_worklist_entry entry SET user_id = worker_to_id
                FROM changed
                WHERE entry.case_id = changed.id
                    AND entry.user_id IS DISTINCT FROM worker_to_id
            )
            """,
            activities,
        )

    @api.model
    def _flush(self):
        for model in (
            "cartera.case",
            "cartera.case.owner",
            "cartera.team.member",
            "cartera.worklist.entry",
            "mail.activity",
            "res.partner",
            "res.users",
        ):
            self.env[model].flush_model()

    @api.model
    def _forget(self):
        """Forget who had the cases, as read in this transaction."""
        self.env["cartera.case"].invalidate_model(
            ["user_id", "worker_id", "owner_ids", "activity_ids"], flush=False
        )
        self.env["cartera.worklist.entry"].invalidate_model(["user_id"], flush=False)
        self.env["mail.activity"].invalidate_model(flush=False)
        self.env["cartera.open.item"].invalidate_model(flush=False)
