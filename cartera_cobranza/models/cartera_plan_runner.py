from odoo import api, models
from odoo.tools import SQL

from ..lib import batches
from . import strategy_facts
from .cartera_run import ATTEMPTS
from .conflicts import CONFLICTS

# Steps that are done and committed together.
BATCH = 500


class CarteraPlanRunner(models.AbstractModel):
    """Does what approved plans say, exactly once.

    The lines of a plan are taken in batches. Of each batch the database records the
    steps that were not done before; these are handed to what does them, and all that
    is committed together. A run that is killed goes on with the next batch, a second
    one steps aside, and where both should do the same step the record refuses one.
    """

    _name = "cartera.plan.runner"
    _description = "Plan Runner"

    # The night must not hold a whole plan in one transaction.
    _commits_itself = True

    # -- entry points -------------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Run the approved plans of the run's company.

        :return: ``(number of steps done, [(partner id, error), ...])``
        """
        plans = self._get_plans(run.company_id, run.date)
        count, errors = 0, []
        for plan in plans:
            done, failed = self._run(plan, day=run.date)
            count += done
            errors += failed
        return count, errors

    @api.model
    def _cron_run(self):
        """Run what was approved and is too big for a button, or was left unfinished."""
        self = self.sudo()  # whoever the scheduled action runs as, it is for all
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_all_companies()
        plans = self.env["cartera.plan"].browse()
        for company in companies:
            plans |= self._get_plans(company, company._get_cartera_today())
        cron._commit_progress(remaining=len(plans))
        for plan in plans:
            self.with_company(plan.company_id)._run(plan)
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_plans(self, company, date):
        return self.env["cartera.plan"].search(
            [
                ("company_id", "=", company.id),
                ("case_id", "=", False),
                ("date", "<=", date),
                ("state", "in", ("approved", "running")),
            ],
            order="date, id",
        )

    # -- one plan -----------------------------------------------------------------

    @api.model
    def _run(self, plan, day=None, commit=True):
        """Do what is left of ``plan``.

        :param day: the day on which it is done; the company's today when None
        :param commit: whether each batch is kept by itself
        :return: ``(number of steps done, [(partner id, error), ...])``
        """
        runs = self.env["cartera.run"]
        day = day or plan.company_id._get_cartera_today()
        count, errors, attempts_left = 0, [], ATTEMPTS
        while self._lock(plan):
            try:
                done, failed = self._run_batch(plan, day)
            except CONFLICTS:
                attempts_left -= 1
                if not attempts_left or not commit or not runs._can_commit():
                    raise
                # A new transaction sees what the other one has written.
                self.env.cr.rollback()
                continue
            count += done
            errors += failed
            attempts_left = ATTEMPTS
            if commit:
                runs._commit()
        return count, errors

    @api.model
    def _run_batch(self, plan, day):
        """Do the next lines of ``plan``, or end it when there are none.

        :return: ``(number of steps done, [(partner id, error), ...])``
        """
        line_ids = self._get_batch(plan)
        plan.state = "running" if line_ids else "done"
        count, errors = 0, []
        if line_ids:
            self._leave_out(plan, line_ids)
            count, errors = self._do_batch(line_ids, day)
        self.env.flush_all()
        return count, errors

    @api.model
    def _lock(self, plan):
        """Take the plan until the end of the transaction; False when another runner
        is at it, or has ended it."""
        [[free]] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext('cartera.plan'), %s)",
                plan.id,
            )
        )
        plan.invalidate_recordset(["state"])
        return free and plan.state in ("approved", "running")

    @api.model
    def _get_batch(self, plan):
        """Ids of the next lines to do."""
        self.env["cartera.plan.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM cartera_plan_line
                WHERE plan_id = %s AND state = 'open' AND verdict = 'do'
                ORDER BY case_id, id LIMIT %s
                """,
                plan.id,
                BATCH,
            )
        )
        return [line_id for (line_id,) in rows]

    # -- what has become impossible -----------------------------------------------

    @api.model
    def _leave_out(self, plan, line_ids):
        """Mark the lines that the debtor's facts no longer allow, with the reason, and
        those that were merged into them."""
        company = plan.company_id
        self.env["cartera.case.queue"]._apply_pending()
        engine = self.env["cartera.strategy.engine"]
        engine._flush()
        guard = self.env["cartera.bank.guard"]._get_guard(company, plan.date)
        lines = self.env["cartera.plan.line"].browse(line_ids)
        self.env.cr.execute(
            SQL(
                """
                WITH facts AS MATERIALIZED (%(facts)s),
                promises AS MATERIALIZED (%(promises)s),
                left_out AS (
                    SELECT line.id, line.reason
                    FROM (%(reasons)s) line
                    WHERE line.reason IS NOT NULL
                )
                UPDATE cartera_plan_line line
                SET state = 'left_out', verdict = 'skip', cost = 0,
                    merged_into_id = NULL, reason = left_out.reason
                FROM left_out
                WHERE left_out.id IN (line.id, line.merged_into_id)
                    AND line.state = 'open'
                """,
                facts=strategy_facts.facts(
                    company, plan.date, None, guard, lines.case_id.ids
                ),
                promises=strategy_facts.promises(
                    company,
                    plan.date,
                    engine._get_rates(company, plan.date),
                    lines.case_id.ids,
                ),
                reasons=self._get_reasons_sql(line_ids),
            )
        )
        if self.env.cr.rowcount:
            lines.invalidate_model(flush=False)

    @api.model
    def _get_reasons_sql(self, line_ids):
        return SQL(
            """
            SELECT
                line.id,
                CASE
                    WHEN facts.id IS NULL THEN 'elsewhere'
                    WHEN facts.closed IS NOT NULL THEN facts.closed
                    WHEN installment.state IN ('paid', 'void') THEN 'paid'
                    WHEN contract.state <> 'active' THEN 'agreement_over'
                    WHEN item.id IS NOT NULL AND installment.id IS NULL
                        AND item.amount_residual = 0
                        AND item.amount_residual_currency = 0 THEN 'paid'
                    WHEN line.episode > 0 AND facts.date_oldest_due IS NULL
                        AND facts.quiet = 'nothing_overdue' THEN 'paid'
                    WHEN line.episode > 0 AND line.episode <> facts.episode
                        THEN 'cured'
                    WHEN line.episode > 0
                        OR (step.clock = 'promise' AND step.offset_days > 0)
                        THEN CASE facts.quiet
                            WHEN 'nothing_overdue' THEN 'paid' ELSE facts.quiet END
                    WHEN step.clock IN ('promise', 'promise_made')
                        AND promise.case_id IS NULL THEN 'promise_over'
                END AS reason
            FROM cartera_plan_line line
            LEFT JOIN facts ON facts.id = line.case_id
            JOIN cartera_strategy_step step ON step.id = line.step_id
            LEFT JOIN account_move_line item ON item.id = line.line_id
            LEFT JOIN cartera_agreement_installment installment
                ON installment.id = line.installment_id
            LEFT JOIN cartera_agreement contract
                ON contract.id = installment.agreement_id
            LEFT JOIN promises promise
                ON promise.case_id = line.case_id AND promise.clock = step.clock
                    AND promise.date = line.date_event
                    AND COALESCE(promise.is_after = (step.offset_days > 0), TRUE)
            WHERE line.id = ANY(%s)
            """,
            list(line_ids),
        )

    # -- doing --------------------------------------------------------------------

    @api.model
    def _do_batch(self, line_ids, day):
        """Do the lines that are still to do, action by action; one that fails is
        marked, and planned again another day.

        :return: ``(number of steps done, [(partner id, error), ...])``
        """
        lines = self.env["cartera.plan.line"].browse(line_ids)
        lines = lines.filtered(lambda line: line.state == "open")
        count, errors = 0, []
        for action, members in lines.grouped("action").items():
            # Each action is a model of its own with a method that does a batch.
            handler = self.env[f"cartera.action.{action}"]

            def work(ids, handler=handler):
                executions = self._record(ids, day)
                handler._do(executions)
                self.env.flush_all()
                return len(executions)

            done, failed = batches.run_isolating(
                members.ids, work, self.env["cartera.run"]._attempt
            )
            count += done
            errors += self._mark_failed(failed)
        return count, errors

    @api.model
    def _record(self, line_ids, day):
        """Record that the steps of the lines, and those merged into them, are done.

        :return: the ``cartera.step.execution`` of the lines that were not done before
        """
        self.env["cartera.step.execution"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH chosen AS MATERIALIZED (
                    SELECT * FROM cartera_plan_line
                    WHERE (id = ANY(%(ids)s) OR merged_into_id = ANY(%(ids)s))
                        AND state = 'open'
                ),
                recorded AS (
                    INSERT INTO cartera_step_execution (
                        case_id, company_id, step_id, episode, occurrence, line_id,
                        line_key, date_event, date, plan_id, plan_line_id, action,
                        channel, state, create_uid, create_date, write_uid, write_date
                    )
                    SELECT
                        case_id, company_id, step_id, episode, occurrence, line_id,
                        COALESCE(-installment_id, line_id, 0), date_event, %(day)s,
                        plan_id, id, action, channel,
                        CASE verdict WHEN 'do' THEN 'done' ELSE 'merged' END,
                        %(uid)s, %(now)s, %(uid)s, %(now)s
                    FROM chosen
                    ORDER BY case_id, id
                    ON CONFLICT DO NOTHING
                    RETURNING id, plan_line_id, state
                ),
                marked AS (
                    UPDATE cartera_plan_line line
                    SET state = CASE WHEN recorded.id IS NULL
                            THEN 'left_out' ELSE 'done' END,
                        verdict = CASE WHEN recorded.id IS NULL
                            THEN 'skip' ELSE line.verdict END,
                        cost = CASE WHEN recorded.id IS NULL THEN 0 ELSE line.cost END,
                        reason = CASE WHEN recorded.id IS NULL
                            THEN 'repeated' ELSE line.reason END
                    FROM chosen
                    LEFT JOIN recorded ON recorded.plan_line_id = chosen.id
                    WHERE line.id = chosen.id
                )
                SELECT id FROM recorded WHERE state = 'done' ORDER BY id
                """,
                ids=list(line_ids),
                day=day,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["cartera.plan.line"].invalidate_model(flush=False)
        self.env["cartera.case"].invalidate_model(["execution_ids"], flush=False)
        return self.env["cartera.step.execution"].browse(row[0] for row in rows)

    @api.model
    def _mark_failed(self, failed):
        """Mark the lines that failed, and those merged into them.

        :param failed: list of ``(line id, error)``
        :return: list of ``(partner id, error)``
        """
        errors = []
        for line_id, error in failed:
            line = self.env["cartera.plan.line"].browse(line_id)
            merged = line.search(
                [("merged_into_id", "=", line.id), ("state", "=", "open")]
            )
            (line | merged).write({"state": "failed", "message": str(error)})
            errors.append((line.case_id.partner_id.id, error))
        return errors
