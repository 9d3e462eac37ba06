from functools import partial
from itertools import groupby

from odoo import api, models
from odoo.tools import SQL


class CarteraConsequenceEngine(models.AbstractModel):
    """Keeps what is in force for the debtors equal to what their stages ask for.

    One statement compares the two, so that a night without changes costs one query.
    What differs is undone and applied by the handlers, kind by kind in batches; what
    fails is recorded in the log of its debtor and tried again at the next night.
    """

    _name = "cartera.consequence.engine"
    _description = "Consequence Engine"

    # -- entry points -------------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Undo and apply the consequences of the company's stages.

        :return: ``(number of consequences undone or applied, [(partner id, error),
            ...])``
        """
        return self.sudo()._level(run.company_id, run.date)

    @api.model
    def _follow(self, cases, user=None):
        """Undo and apply at once what the stages of ``cases`` ask for.

        :param user: who moved the cases; None when the rules did it
        """
        for company, of_company in cases.sudo().grouped("company_id").items():
            today = company._get_cartera_today()
            self.sudo()._level(company, today, user=user, ids=of_company.ids)

    @api.model
    def _release(self, cases):
        """Undo what is in force for ``cases``, whatever their stages ask for."""
        logs = self.env["cartera.consequence.log"].sudo()
        found = logs.search([("case_id", "in", cases.ids), ("date_undone", "=", False)])
        for company, of_company in found.grouped("company_id").items():
            today = company._get_cartera_today()
            self.sudo()._undo(of_company.ids, today, self.env.user)

    # -- what to do ---------------------------------------------------------------

    @api.model
    def _level(self, company, date, user=None, ids=None):
        """Make what is in force in ``company`` equal to what the stages ask for.

        :param ids: case ids, or None for all
        :return: as :meth:`_run_phase`
        """
        to_undo, to_apply = [], []
        for case_id, consequence_id, log_id in self._find_differences(
            company, date, ids
        ):
            if consequence_id:
                to_apply.append((case_id, consequence_id))
            else:
                to_undo.append(log_id)
        errors = self._undo(to_undo, date, user) + self._apply(to_apply, date, user)
        return len(to_undo) + len(to_apply) - len(errors), errors

    @api.model
    def _find_differences(self, company, date, ids):
        """Rows ``(case id, consequence id, log id)``: to be applied when there is a
        consequence, else to be undone."""
        cases = self.env["cartera.case"]
        cases.flush_model(["company_id", "stage_id", "stage_date"])
        self.env["cartera.stage.consequence"].flush_model()
        self.env["cartera.consequence.log"].flush_model()
        some_cases, some_logs = SQL(), SQL()
        if ids is not None:
            some_cases = SQL("AND known.id IN %s", tuple(ids))
            some_logs = SQL("AND case_id IN %s", tuple(ids))
        return self.env.execute_query(
            SQL(
                """
                SELECT
                    COALESCE(wanted.case_id, found.case_id),
                    wanted.consequence_id,
                    found.id
                FROM (
                    SELECT known.id AS case_id, rule.id AS consequence_id, rule.kind
                    FROM cartera_stage_consequence rule
                    JOIN cartera_case known ON known.stage_id = rule.stage_id
                    WHERE rule.active
                        AND known.company_id = %(company)s
                        AND COALESCE(rule.company_id, known.company_id)
                            = known.company_id
                        AND LEAST(known.stage_date, %(date)s)
                            + COALESCE(rule.notice_days, 0) <= %(date)s
                        %(some_cases)s
                ) wanted
                FULL JOIN (
                    SELECT id, case_id, consequence_id, kind, state
                    FROM cartera_consequence_log
                    WHERE company_id = %(company)s AND date_undone IS NULL %(some_logs)s
                ) found
                    ON found.case_id = wanted.case_id
                    AND found.consequence_id = wanted.consequence_id
                    AND found.kind = wanted.kind
                WHERE wanted.case_id IS NULL
                    OR found.case_id IS NULL
                    OR found.state = 'failed'
                """,
                company=company.id,
                date=date,
                some_cases=some_cases,
                some_logs=some_logs,
            )
        )

    # -- undoing ------------------------------------------------------------------

    @api.model
    def _undo(self, log_ids, date, user):
        """Undo open logs, the latest first.

        :return: ``[(partner id, error), ...]``; those stay in force
        """
        logs = self.env["cartera.consequence.log"].browse(sorted(log_ids, reverse=True))
        # What failed when it was applied has left nothing to undo.
        errors = self._handle(logs.filtered(lambda log: log.state == "active"), "_undo")
        done = logs.filtered(lambda log: log not in errors)
        done.write({"date_undone": date, "undone_user_id": user and user.id})
        done.filtered(lambda log: log.state == "active").state = "undone"
        for log, error in errors.items():
            log.reason = self.env._("It could not be undone: %(error)s", error=error)
        return [(log.partner_id.id, error) for log, error in errors.items()]

    # -- applying -----------------------------------------------------------------

    @api.model
    def _apply(self, pairs, date, user):
        """Apply (case id, consequence id) pairs, in the order of the consequences.

        :return: ``[(partner id, error), ...]``; those stand in the log as failed
        """
        if not pairs:
            return []
        logs = self._open_logs(pairs, date, user)
        errors = self._handle(logs, "_apply")
        for log, error in errors.items():
            log.write({"state": "failed", "reason": str(error)})
        return [(log.partner_id.id, error) for log, error in errors.items()]

    @api.model
    def _open_logs(self, pairs, date, user):
        """The open logs of the pairs, new ones or those that failed before."""
        logs = self.env["cartera.consequence.log"]
        logs.flush_model()
        case_ids, consequence_ids = zip(*pairs, strict=True)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO cartera_consequence_log (
                    case_id, company_id, partner_id, consequence_id, stage_id, kind,
                    state, date, user_id, create_uid, create_date, write_uid, write_date
                )
                SELECT
                    known.id, known.company_id, known.partner_id, rule.id,
                    rule.stage_id, rule.kind, 'active', %(date)s, %(user)s,
                    %(uid)s, %(now)s, %(uid)s, %(now)s
                FROM unnest(%(cases)s, %(rules)s) pair (case_id, consequence_id)
                JOIN cartera_case known ON known.id = pair.case_id
                JOIN cartera_stage_consequence rule ON rule.id = pair.consequence_id
                ORDER BY rule.sequence, rule.id, known.id
                ON CONFLICT (case_id, consequence_id) WHERE date_undone IS NULL
                DO UPDATE SET state = 'active', date = %(date)s, reason = NULL
                    WHERE cartera_consequence_log.state = 'failed'
                        AND cartera_consequence_log.kind = EXCLUDED.kind
                RETURNING id
                """,
                cases=list(case_ids),
                rules=list(consequence_ids),
                date=date,
                user=user.id if user else None,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        logs.invalidate_model(flush=False)
        self.env["cartera.case"].invalidate_model(
            ["consequence_log_ids", "consequence_count", "is_blocked"], flush=False
        )
        return logs.browse(log_id for (log_id,) in rows)

    # -- handlers -----------------------------------------------------------------

    @api.model
    def _get_handler(self, kind):
        """The model that applies and undoes ``kind``."""
        name = f"cartera.consequence.{kind}"
        return self.env[
            name if name in self.env.registry else "cartera.consequence.handler"
        ]

    @api.model
    def _handle(self, logs, method):
        """Call ``method`` of the handlers, so that a failure stays with its debtor.

        :return: dict of log to error
        """
        run = self.env["cartera.run"]
        model = logs.browse()
        errors = {}
        # Neighbours alone, as their order counts: not what Odoo's own groups.
        # pylint: disable-next=bad-builtin-groupby
        for kind, group in groupby(logs, lambda log: log.kind):
            handler = self._get_handler(kind)
            work = partial(self._handle_batch, getattr(handler, method))
            ids = [log.id for log in group]
            size = 1 if handler._apart else len(ids)
            for start in range(0, len(ids), size):
                _count, failed = run._isolate(ids[start : start + size], work)
                errors |= {model.browse(log_id): error for log_id, error in failed}
        return errors

    @api.model
    def _handle_batch(self, method, log_ids):
        method(self.env["cartera.consequence.log"].browse(log_ids))
        self.env.flush_all()  # what the database refuses fails here
        return len(log_ids)
