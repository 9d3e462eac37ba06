from odoo import api, models
from odoo.tools import SQL

from ..lib.stage_rules import BROKEN_DAYS
from .cartera_episode_engine import NOTHING_HELD


class CarteraStageEngine(models.AbstractModel):
    """Moves the cases of a company through the stages, all in one statement.

    The rules are those of :func:`odoo.addons.cartera_cobranza.lib.stage_rules.decide`.
    """

    _name = "cartera.stage.engine"
    _description = "Stage Engine"

    @api.model
    def _run_phase(self, run):
        """Move and propose what the entry rules ask for on the day of the run.

        :return: ``(number of cases moved or proposed, [(partner id, error), ...])``
        """

        def move(case_ids):
            return self._move_cases(run.company_id, run.date, run=run, ids=case_ids)

        count, error = run._attempt(move, None)
        if error is None:
            return count, []
        cases = self.env["cartera.case"].search(
            [("company_id", "=", run.company_id.id)]
        )
        count, errors = run._isolate(cases.ids, move)
        partner_of = {case.id: case.partner_id.id for case in cases}
        return count, [(partner_of[case_id], error) for case_id, error in errors]

    @api.model
    def _move_cases(self, company, date, run=None, ids=None):
        """Apply the entry rules to the cases of ``company``.

        :param date: the day on which the days past due are counted
        :param run: the ``cartera.run`` that the moves are recorded under
        :param ids: case ids, or None for all
        :return: number of cases moved or proposed
        """
        self.env["cartera.case"].flush_model()
        self.env["cartera.promise"].flush_model()
        self.env["cartera.agreement"].flush_model(["case_id", "date_ended", "state"])
        self.env["cartera.legal.case"].flush_model(
            ["case_id", "case_stage_suspended_id", "state"]
        )
        self.env["cartera.stage.move"].flush_model()
        moved, proposed = self.env.execute_query(
            SQL(
                """
                WITH decision AS MATERIALIZED (%(decisions)s),
                changed AS (
                    UPDATE cartera_case known
                    SET stage_verdict_id = decision.verdict_id,
                        stage_id = COALESCE(decision.move_to_id, known.stage_id),
                        stage_proposed_id = COALESCE(
                            decision.propose_id,
                            CASE WHEN decision.verdict_rank <> 0 AND %(resumed)s
                                THEN known.stage_proposed_id END
                        ),
                        stage_date = CASE
                            WHEN decision.move_to_id IS NULL THEN known.stage_date
                            ELSE %(date)s
                        END
                    FROM decision
                    WHERE decision.id = known.id
                ),
                history AS (
                    INSERT INTO cartera_stage_move (
                        case_id, company_id, date, stage_from_id, stage_to_id, reason,
                        run_id, amount_overdue, days_overdue,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT
                        id, %(company)s, %(date)s, stage_id, move_to_id, reason,
                        %(run)s, amount_overdue, days,
                        %(uid)s, %(now)s, %(uid)s, %(now)s
                    FROM decision
                    WHERE move_to_id IS NOT NULL
                )
                SELECT COUNT(move_to_id), COUNT(propose_id) FROM decision
                """,
                decisions=self._get_decisions_sql(company, date, ids),
                resumed=self._get_resumed_sql(),
                date=date,
                company=company.id,
                run=run.id if run else None,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )[0]
        self._forget_stages()
        return moved + proposed

    @api.model
    def _forget_stages(self):
        """Forget the stages that were read in this transaction."""
        self.env["cartera.case"].invalidate_model(
            [
                "stage_id",
                "stage_date",
                "stage_verdict_id",
                "stage_proposed_id",
                "stage_move_ids",
            ],
            flush=False,
        )
        self.env["cartera.open.item"].invalidate_model(flush=False)

    @api.model
    def _advance(self, company, case_ids, stage, date):
        """Move some cases forward to ``stage`` as a strategy asks for; into or out of
        a stage that is not automatic, propose it. Cases that are there already, or
        beyond, stay.

        :param date: the day of the moves
        :return: the cases that were moved
        """
        cases = self.env["cartera.case"]
        cases.flush_model()
        self.env["cartera.stage.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH decision AS MATERIALIZED (
                    SELECT
                        known.id, known.stage_id, known.amount_overdue,
                        COALESCE(%(date)s - known.date_oldest_due, 0) AS days,
                        COALESCE(rule.automatic, TRUE) AND target.automatic AS moves
                    FROM cartera_case known
                    JOIN (%(rules)s) target ON target.stage_id = %(stage)s
                    LEFT JOIN (%(rules)s) rule ON rule.stage_id = known.stage_id
                    WHERE known.id = ANY(%(ids)s) AND known.company_id = %(company)s
                        AND COALESCE(rule.rank, -1) < target.rank
                ),
                changed AS (
                    UPDATE cartera_case known
                    SET stage_id = CASE WHEN moves
                            THEN %(stage)s ELSE known.stage_id END,
                        stage_date = CASE WHEN moves
                            THEN %(date)s ELSE known.stage_date END,
                        stage_proposed_id = CASE WHEN NOT moves THEN %(stage)s END
                    FROM decision
                    WHERE decision.id = known.id
                ),
                history AS (
                    INSERT INTO cartera_stage_move (
                        case_id, company_id, date, stage_from_id, stage_to_id, reason,
                        amount_overdue, days_overdue,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT
                        id, %(company)s, %(date)s, stage_id, %(stage)s, 'strategy',
                        amount_overdue, days, %(uid)s, %(now)s, %(uid)s, %(now)s
                    FROM decision
                    WHERE moves
                )
                SELECT id FROM decision WHERE moves
                """,
                rules=self._get_rules_sql(company),
                date=date,
                stage=stage.id,
                ids=list(case_ids),
                company=company.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self._forget_stages()
        return cases.browse(case_id for (case_id,) in rows)

    @api.model
    def _get_decisions_sql(self, company, date, ids):
        """One row per case whose verdict has changed: the verdict and what follows."""
        return SQL(
            """
            SELECT
                verdict.*,
                verdict_rule.stage_id AS verdict_id,
                move_rule.stage_id AS move_to_id,
                propose_rule.stage_id AS propose_id,
                CASE verdict.verdict_rank WHEN 0 THEN 'cured' ELSE 'rule' END AS reason
            FROM (
                SELECT
                    judged.*,
                    CASE
                        WHEN verdict_rank = 0
                            THEN CASE WHEN rank <> 0 AND automatic THEN 0 END
                        WHEN automatic AND reachable_rank > rank THEN reachable_rank
                    END AS move_rank,
                    CASE
                        WHEN verdict_rank = 0
                            THEN CASE WHEN rank <> 0 AND NOT automatic THEN 0 END
                        WHEN verdict_rank > rank
                            AND (NOT automatic OR verdict_rank > reachable_rank)
                            THEN verdict_rank
                    END AS propose_rank
                FROM (%(judged)s) judged
            ) verdict
            JOIN (%(rules)s) verdict_rule ON verdict_rule.rank = verdict.verdict_rank
            LEFT JOIN (%(rules)s) move_rule ON move_rule.rank = verdict.move_rank
            LEFT JOIN (%(rules)s) propose_rule
                ON propose_rule.rank = verdict.propose_rank
            WHERE verdict_rule.stage_id IS DISTINCT FROM verdict.stage_verdict_id
            """,
            judged=self._get_judged_sql(company, date, ids),
            rules=self._get_rules_sql(company),
        )

    @api.model
    def _get_judged_sql(self, company, date, ids):
        """The cases with the rank of their stage, of the highest stage whose rule
        holds, and of the highest automatic one."""
        return SQL(
            """
            SELECT
                facts.*,
                COALESCE(rule.rank, -1) AS rank,
                COALESCE(rule.automatic, TRUE) AS automatic,
                COALESCE(holding.rank, 0) AS verdict_rank,
                COALESCE(holding.automatic_rank, 0) AS reachable_rank
            FROM (
                SELECT
                    id, stage_id, stage_verdict_id, amount_overdue, amount_collectable,
                    COALESCE(%(date)s - date_oldest_due, 0) AS days,
                    COALESCE(
                        100 * amount_collectable
                        / NULLIF(amount_not_due + amount_overdue, 0), 0
                    ) AS share,
                    COALESCE(unkept.count, 0) AS broken,
                    id IN (%(breached)s) AS has_broken_agreement,
                    id IN (%(sued)s) AS is_in_court
                FROM cartera_case
                LEFT JOIN (%(unkept)s) unkept ON unkept.case_id = id
                WHERE company_id = %(company)s %(some_cases)s
                    -- What is left alone for now is not cured.
                    AND (date_oldest_due < %(date)s OR (%(nothing_held)s))
            ) facts
            LEFT JOIN (%(rules)s) rule ON rule.stage_id = facts.stage_id
            CROSS JOIN LATERAL (
                SELECT
                    MAX(rank) AS rank,
                    MAX(rank) FILTER (WHERE automatic) AS automatic_rank
                FROM (%(rules)s) rule
                WHERE (
                        facts.days >= rule.min_days
                        OR (
                            facts.days > 0 AND rule.min_broken > 0
                            AND facts.broken >= rule.min_broken
                        )
                        OR (
                            facts.days > 0 AND rule.on_broken_agreement
                            AND facts.has_broken_agreement
                        )
                    )
                    AND facts.amount_collectable >= rule.min_amount
                    AND facts.share >= rule.min_share
            ) holding
            -- Whom a person put into court is not cured before that is over.
            WHERE facts.days > 0 OR NOT facts.is_in_court
                OR COALESCE(rule.automatic, TRUE)
            """,
            date=date,
            company=company.id,
            some_cases=SQL("AND id IN %s", tuple(ids)) if ids is not None else SQL(),
            rules=self._get_rules_sql(company),
            unkept=self._get_unkept_sql(company, date),
            breached=self._get_breached_sql(company, date),
            sued=self._get_sued_sql(company),
            nothing_held=NOTHING_HELD,
        )

    @api.model
    def _get_unkept_sql(self, company, date):
        """How many promises each debtor has not kept lately."""
        return SQL(
            """
            SELECT case_id, COUNT(*) AS count FROM cartera_promise
            WHERE company_id = %(company)s AND state IN ('broken', 'partial')
                AND date_ended > %(date)s - %(days)s AND date_ended <= %(date)s
            GROUP BY case_id
            """,
            company=company.id,
            date=date,
            days=BROKEN_DAYS,
        )

    @api.model
    def _get_breached_sql(self, company, date):
        """The debtors who broke an agreement lately."""
        return SQL(
            """
            SELECT case_id FROM cartera_agreement
            WHERE company_id = %(company)s AND state = 'broken'
                AND date_ended > %(date)s - %(days)s AND date_ended <= %(date)s
            """,
            company=company.id,
            date=date,
            days=BROKEN_DAYS,
        )

    @api.model
    def _get_sued_sql(self, company):
        """The debtors with a legal case that is not closed."""
        return SQL(
            """
            SELECT case_id FROM cartera_legal_case
            WHERE company_id = %s AND state <> 'closed'
            """,
            company.id,
        )

    @api.model
    def _get_resumed_sql(self):
        """Whether the proposal of the case is the stage that it was in when its legal
        case was suspended, and that goes on: so it stands whatever else is decided."""
        return SQL(
            """
            EXISTS (
                SELECT FROM cartera_legal_case legal
                WHERE legal.case_id = known.id
                    AND legal.state IN ('open', 'execution')
                    AND legal.case_stage_suspended_id = known.stage_proposed_id
            )
            """
        )

    @api.model
    def _get_rules_sql(self, company):
        """The entry rules of the company's stages as rows."""
        # The run reads the stages of a company whatever its user may see.
        rules = self.env["cartera.stage"].sudo()._get_stages(company)._get_rules()
        rows = [
            SQL(
                "(%s, %s, %s, %s::numeric, %s::numeric, %s, %s, %s)",
                rule.stage,
                rule.rank,
                rule.min_days,
                rule.min_amount,
                rule.min_share,
                rule.automatic,
                rule.min_broken,
                rule.on_broken_agreement,
            )
            for rule in rules.values()
        ]
        return SQL(
            "SELECT * FROM (VALUES %s) rules "
            "(stage_id, rank, min_days, min_amount, min_share, automatic, min_broken, "
            "on_broken_agreement)",
            SQL(", ").join(rows),
        )
