from odoo import api, models
from odoo.tools import SQL


class CarteraAssignmentEngine(models.AbstractModel):
    """Gives cases to collectors by rule and load, and to substitutes by date.

    A case is given when it has something open and no collector, or one that is
    archived. It is never taken from anybody: that is for people.
    """

    _name = "cartera.assignment.engine"
    _description = "Assignment Engine"

    @api.model
    def _run_phase(self, run):
        """Assign the cases of the run's company that have no collector, and give those
        of who is away to who stands in.

        :return: ``(number of cases that changed hands, [])``
        """
        company = run.company_id
        # Whoever is away is so today, for whatever day the run is.
        today = company._get_cartera_today()
        self.env["cartera.collected"]._refresh(company, today)
        hand_over = self.env["cartera.hand.over"]
        count = hand_over._update_workers(company, today)
        return count + self._assign_cases(company, today), []

    @api.model
    def _assign_cases(self, company, date):
        """Give the cases of ``company`` that nobody has by the first rule that fits,
        else to the company's default collector.

        :param date: whoever is away on this day gets none of a team's
        :return: number of cases that were given
        """
        rules = self._get_rules(company)
        default = company.sudo().cartera_default_user_id.filtered("active")
        if not rules and not default:
            return 0
        for rule in ("cartera.assignment.rule", "cartera.team", "cartera.team.member"):
            self.env[rule].flush_model()
        return self.env["cartera.hand.over"]._hand_over(
            company, self._get_moves_sql(company, date, rules, default), "rule"
        )

    @api.model
    def _get_rules(self, company):
        """The rules of ``company`` that give cases to somebody, in their order."""
        rules = self.env["cartera.assignment.rule"].sudo()
        rules = rules.search([("company_id", "=", company.id)])
        return rules.filtered(
            lambda rule: rule.mode == "load" or rule.user_id.filtered("active")
        )

    @api.model
    def _get_first_collector(self, company):
        """Who gets a debtor's new case at once: the default collector, unless rules
        decide about it at night."""
        if self._get_rules(company):
            return self.env["res.users"]
        return company.sudo().cartera_default_user_id.filtered("active")

    @api.model
    def _get_moves_sql(self, company, date, rules, default):
        """Sub-query of the moves for ``_hand_over``."""
        return SQL(
            """
            WITH present AS MATERIALIZED (%(present)s),
            rule (place, user_id, team_id) AS MATERIALIZED (
                SELECT * FROM unnest(
                    %(places)s::int[], %(users)s::int[], %(teams)s::int[]
                )
            ),
            needy AS MATERIALIZED (
                SELECT
                    known.id, known.amount_collectable,
                    CASE %(conditions)s END AS place
                FROM cartera_case known
                JOIN res_partner partner ON partner.id = known.partner_id
                LEFT JOIN res_users person ON person.id = known.user_id
                WHERE known.company_id = %(company)s AND known.item_count > 0
                    AND (known.user_id IS NULL OR NOT person.active)
            ),
            to_deal AS MATERIALIZED (
                SELECT needy.id, rule.team_id, needy.amount_collectable AS amount
                FROM needy JOIN rule ON rule.place = needy.place
                WHERE rule.team_id IS NOT NULL
            ),
            given AS (
                %(dealt)s
                UNION ALL
                SELECT needy.id, COALESCE(rule.user_id, %(default)s) AS user_id
                FROM needy LEFT JOIN rule ON rule.place = needy.place
                WHERE rule.team_id IS NULL
            )
            SELECT
                known.id AS case_id, known.user_id AS user_from_id,
                given.user_id AS user_to_id
            FROM given JOIN cartera_case known ON known.id = given.id
            WHERE given.user_id IS NOT NULL
            """,
            present=self.env["cartera.team"]._get_present_sql(company, date),
            places=list(range(len(rules))),
            users=[rule.user_id.id if rule.mode == "user" else None for rule in rules],
            teams=[rule.team_id.id if rule.mode == "load" else None for rule in rules],
            conditions=self._get_first_fitting_sql(rules),
            company=company.id,
            dealt=self._get_dealt_sql(company),
            default=default.id or None,
        )

    @api.model
    def _get_first_fitting_sql(self, rules):
        """Branches of a CASE: the place of the first rule that fits and has somebody
        to give to."""
        branches = [SQL("WHEN FALSE THEN NULL::int")]
        for place, rule in enumerate(rules):
            someone = SQL("TRUE")
            if rule.mode == "load":
                someone = SQL(
                    "EXISTS (SELECT 1 FROM present WHERE present.team_id = %s)",
                    rule.team_id.id,
                )
            branches.append(
                SQL("WHEN %s AND %s THEN %s", someone, rule._get_condition_sql(), place)
            )
        return SQL(" ").join(branches)

    @api.model
    def _get_dealt_sql(self, company):
        """Deal the cases ``to_deal`` (``id, team_id, amount``) over those ``present``
        (``team_id, user_id, capacity``): each to whoever has the least work by then.

        One after the other that would be a loop. Instead each person offers as many
        places as there are cases, each as full as it makes him or her; the emptiest
        places are taken, and the largest debts are dealt first. Places and cases of
        one rank meet by grouping: PostgreSQL cannot guess how many there are, and
        would join them each with each.

        :return: sub-query of ``id, user_id``
        """
        return SQL(
            """
            SELECT MAX(id) AS id, MAX(user_id) AS user_id
            FROM (
                SELECT
                    id, NULL::int AS user_id, team_id,
                    row_number() OVER (
                        PARTITION BY team_id ORDER BY amount DESC, id
                    ) AS rank
                FROM to_deal
                UNION ALL
                SELECT
                    NULL, present.user_id, present.team_id,
                    row_number() OVER (
                        PARTITION BY present.team_id
                        ORDER BY
                            (COALESCE(load.cases, 0) + step)::numeric / capacity,
                            present.user_id
                    )
                FROM present
                JOIN (
                    SELECT team_id, COUNT(*) AS cases FROM to_deal GROUP BY team_id
                ) demand ON demand.team_id = present.team_id
                LEFT JOIN (%(load)s) load ON load.user_id = present.user_id
                CROSS JOIN LATERAL generate_series(1, demand.cases) step
            ) place
            GROUP BY team_id, rank
            HAVING MAX(id) IS NOT NULL AND MAX(user_id) IS NOT NULL
            """,
            load=self._get_load_sql(company),
        )

    @api.model
    def _get_load_sql(self, company):
        """How many open cases each collector has, without those that are dealt."""
        return SQL(
            """
            SELECT known.user_id, COUNT(*) AS cases
            FROM cartera_case known
            WHERE known.company_id = %s AND known.item_count > 0
                AND known.user_id IS NOT NULL
                AND known.id NOT IN (SELECT id FROM to_deal)
            GROUP BY known.user_id
            """,
            company.id,
        )

    @api.model
    def _deal_out(self, company, date, team, case_ids, user_from, note):
        """Deal some cases over the members of ``team`` who are there.

        :param user_from: who gets none of them
        :param note: why, in words
        :return: number of cases that changed hands
        """
        moves = SQL(
            """
            WITH present AS MATERIALIZED (
                SELECT * FROM (%(present)s) present
                WHERE team_id = %(team)s AND user_id <> ALL(%(user_from)s)
            ),
            to_deal AS MATERIALIZED (
                SELECT id, %(team)s AS team_id, amount_collectable AS amount
                FROM cartera_case WHERE id = ANY(%(ids)s)
            ),
            dealt AS (%(dealt)s)
            SELECT
                known.id AS case_id, known.user_id AS user_from_id,
                dealt.user_id AS user_to_id
            FROM dealt JOIN cartera_case known ON known.id = dealt.id
            """,
            present=self.env["cartera.team"]._get_present_sql(company, date),
            team=team.id,
            user_from=user_from.ids,
            ids=list(case_ids),
            dealt=self._get_dealt_sql(company),
        )
        return self.env["cartera.hand.over"]._hand_over(
            company, moves, "transfer", note
        )
