from odoo import api, models
from odoo.tools import SQL

from ..lib.worklist import MOST_POINTS
from . import cartera_worklist_calls, cartera_worklist_facts  # noqa: F401  (inherited)
from .cartera_case_next import NEXT_ACTION_FIELDS
from .conflicts import fetch_quietly

# Beyond this many new entries the table's statistics are of no use any more.
ANALYZE_FROM = 1000

# What the statement writes; hours of calls and who is at it are left alone.
COLUMNS = (
    "company_id",
    "user_id",
    "date_next",
    "next_action",
    "date_attended",
    "points",
    "explanation",
    "is_starved",
    "amount",
)

# What each factor measures, in columns of the facts; NULL where it does not apply.
MEASURES = {
    "amount": "CASE WHEN collectable > 0 THEN collectable END",
    "age": "CASE WHEN collectable > 0 THEN today - oldest_due END",
    "broken_promise": "NULLIF(broken_count, 0)",
    "broken_agreement": "NULLIF(broken_agreement_count, 0)",
    "default_notice": "NULLIF(notice_count, 0)",
    "overdue_installment": "NULLIF(overdue_installment_count, 0)",
    "bounced_payment": "NULLIF(bounced_count, 0)",
    "promise_today": "NULLIF(promise_today_count, 0)",
    "step_due": "NULLIF(step_count, 0)",
    "activity_due": "NULLIF(activity_count, 0)",
    "reply": "NULLIF(reply_count, 0)",
    "resubmission": "CASE WHEN waits AND resubmission <= today "
    "THEN today - resubmission END",
    "no_attention": "CASE WHEN collectable > 0 "
    "THEN today - COALESCE(attended, oldest_due, today) END",
    "dispute_late": "NULLIF(late_count, 0)",
    "unapplied": "CASE WHEN credit < 0 THEN div(-100 * credit, debt) END",
    "limitation": "CASE WHEN collectable > 0 AND months > 0 "
    "THEN (oldest_due + make_interval(months => months))::date - today END",
}

# In the order in which they are named when they fall on one day.
PLANNED = (
    ("reply", "reply_on"),
    ("broken_agreement", "broken_agreement_on"),
    ("default_notice", "notice_on"),
    ("broken_promise", "broken_on"),
    ("bounced_payment", "bounced_on"),
    ("overdue_installment", "overdue_installment_on"),
    ("dispute_closed", "dispute_closed_on"),
    ("resubmission", "resubmission_on"),
    ("activity", "activity_on"),
    ("promise", "promise_on"),
    ("dispute", "dispute_on"),
    ("pause", "review_on"),
)


class CarteraWorklistEngine(models.AbstractModel):
    """Makes the worklist of a company, in one statement, at night; and of some debtors
    whenever something about them changed. ``lib.worklist`` is its reference."""

    _name = "cartera.worklist.engine"
    _description = "Worklist Engine"
    _inherit = ["cartera.worklist.facts", "cartera.worklist.calls"]

    @api.model
    def _run_phase(self, run):
        """Make the worklist of the run's company.

        :return: ``(number of entries that changed, [])``
        """
        # What the steps of the night have planned; readers need not do it again.
        self.env["cartera.case.queue"]._apply_pending()
        return self._refresh(run.company_id, run.date), []

    @api.model
    def _refresh(self, company, date, debtor_ids=None):
        """Bring the worklist of ``company`` in step with its cases.

        :param date: the day for which it is made
        :param debtor_ids: ids of the debtors; None for all
        :return: number of entries that changed
        """
        if debtor_ids is not None and not debtor_ids:
            return 0
        company = company.sudo()
        # Nobody has the right to write the list but the module.
        engine = self.sudo()
        self.env["cartera.worklist.entry"].flush_model()
        [(changed, removed)] = fetch_quietly(
            self.env,
            SQL(
                """
                WITH %(facts)s,
                fresh AS MATERIALIZED (%(fresh)s),
                written AS (%(write)s RETURNING 1),
                removed AS (%(remove)s RETURNING 1)
                SELECT (SELECT COUNT(*) FROM written), (SELECT COUNT(*) FROM removed)
                """,
                facts=engine._get_facts_sql(company, date, debtor_ids),
                fresh=engine._get_fresh_sql(company),
                write=self._get_write_sql(),
                remove=self._get_remove_sql(company, debtor_ids),
            ),
        )
        if changed > ANALYZE_FROM:
            # Without statistics the first readers would plan for an empty table.
            self.env.cr.execute(SQL("ANALYZE cartera_worklist_entry"))
        engine._fill_calls(company, date, debtor_ids)
        self._invalidate_caches()
        return changed + removed

    @api.model
    def _invalidate_caches(self):
        """Forget what was read of the worklist in this transaction."""
        self.env["cartera.worklist.entry"].invalidate_model(flush=False)
        cases = self.env["cartera.case"]
        cases.invalidate_model(["worklist_ids", *NEXT_ACTION_FIELDS], flush=False)

    # -- the statement ------------------------------------------------------------

    @api.model
    def _get_fresh_sql(self, company):
        """The entries as they should be: ``case_id`` and :data:`COLUMNS`."""
        rules = self.env["cartera.worklist.rule"]._get_rules(company)
        points = [self._get_points_sql(rule) for rule in rules]
        return SQL(
            """
            SELECT id AS case_id, company_id, worker_id AS user_id, date_next,
                   %(action)s AS next_action, attended AS date_attended,
                   (%(total)s)::int AS points, %(explanation)s AS explanation,
                   COALESCE(neglected_after < today, FALSE) AS is_starved,
                   collectable AS amount
              FROM (SELECT dated.*, %(points)s FROM (
                SELECT planned.*, %(date)s AS date_next, %(measures)s FROM (
                    SELECT facts.*, LEAST(%(columns)s) AS planned_on FROM facts
                ) planned
              ) dated) decided
            """,
            action=self._get_action_sql(),
            total=SQL(" + ").join([SQL("0"), *(column for column, _sql in points)]),
            explanation=self._get_explanation_sql(rules),
            points=SQL(", ").join(
                [
                    SQL("0 AS no_points"),
                    *(SQL("%s AS %s", sql, column) for column, sql in points),
                ]
            ),
            date=self._get_date_sql(),
            measures=SQL(", ").join(
                SQL("(%s)::numeric AS %s", SQL(sql), self._get_measure(factor))
                for factor, sql in MEASURES.items()
            ),
            columns=SQL(", ").join(SQL(column) for _action, column in PLANNED),
        )

    @api.model
    def _get_date_sql(self):
        """When the next action is; see ``lib.worklist.plan``."""
        return SQL(
            """
            CASE WHEN is_held THEN LEAST(hold_until, reply_on)
                 WHEN planned_on IS NOT NULL THEN LEAST(planned_on, neglected_after)
                 WHEN overdue <= 0 THEN COALESCE(next_due, today)
                 ELSE COALESCE(
                     GREATEST(attended, CASE WHEN is_closed THEN closed_since END)
                     + attention_days, today)
            END
            """
        )

    @api.model
    def _get_action_sql(self):
        """What the next action is."""
        return SQL(
            """
            CASE WHEN is_held AND reply_on <= hold_until THEN 'reply'
                 WHEN is_held THEN 'pause'
                 WHEN planned_on IS NULL AND overdue <= 0 THEN 'not_due'
                 %s
                 ELSE 'attention'
            END
            """,
            SQL(" ").join(
                SQL("WHEN date_next = %s THEN %s", SQL(column), action)
                for action, column in PLANNED
            ),
        )

    # -- points -------------------------------------------------------------------

    @api.model
    def _get_measure(self, factor):
        return SQL.identifier(f"measure_{factor}")

    @api.model
    def _get_points_sql(self, rule):
        """``(column, expression)`` of the points that a rule gives; see
        ``lib.worklist.Rule.give``."""
        measure = self._get_measure(rule.factor)
        beyond = SQL("%s - %s::numeric", measure, str(rule.threshold))
        if rule.factor == "limitation":
            beyond = SQL("-(%s)", beyond)
        points = SQL("%s", rule.points)
        if rule.unit:
            points = SQL("%s * (div(%s, %s) + 1)", points, beyond, str(rule.unit))
        most = min(rule.max_points or MOST_POINTS, MOST_POINTS)
        points = SQL("GREATEST(%s, LEAST(%s, %s))", -most, most, points)
        return (
            SQL.identifier(f"points_{rule.id}"),
            SQL("CASE WHEN %s >= 0 THEN %s ELSE 0 END", beyond, points),
        )

    @api.model
    def _get_explanation_sql(self, rules):
        """The rules that gave points, as the entry keeps them; their names are looked
        up when it is read, in the reader's language."""
        reasons = [
            SQL(
                "CASE WHEN %(points)s <> 0 THEN jsonb_build_object("
                "'rule', %(rule)s, 'measure', %(measure)s, 'points', %(points)s) END",
                rule=rule.id,
                measure=self._get_measure(rule.factor),
                points=SQL.identifier(f"points_{rule.id}"),
            )
            for rule in rules
        ]
        return SQL(
            "to_jsonb(array_remove(ARRAY[%s]::jsonb[], NULL))", SQL(", ").join(reasons)
        )

    # -- writing ------------------------------------------------------------------

    @api.model
    def _get_write_sql(self):
        """Insert what is missing and update what differs."""
        columns = [SQL.identifier(name) for name in COLUMNS]
        return SQL(
            """
            INSERT INTO cartera_worklist_entry AS known (case_id, %(columns)s)
            SELECT case_id, %(columns)s FROM fresh
            ON CONFLICT (case_id) DO UPDATE SET (%(columns)s) = ROW(%(excluded)s)
            WHERE (%(known)s) IS DISTINCT FROM (%(excluded)s)
            """,
            columns=SQL(", ").join(columns),
            excluded=SQL(", ").join(SQL("EXCLUDED.%s", column) for column in columns),
            known=SQL(", ").join(SQL("known.%s", column) for column in columns),
        )

    @api.model
    def _get_remove_sql(self, company, debtor_ids):
        """Delete what belongs to debtors who owe nothing any more."""
        some_debtors = SQL()
        if debtor_ids is not None:
            some_debtors = SQL("AND debtor_case.partner_id IN %s", tuple(debtor_ids))
        return SQL(
            """
            DELETE FROM cartera_worklist_entry entry
             USING cartera_case debtor_case
             WHERE debtor_case.id = entry.case_id
               AND debtor_case.company_id = %(company)s %(some_debtors)s
               AND NOT EXISTS (SELECT FROM fresh WHERE fresh.case_id = entry.case_id)
            """,
            company=company.id,
            some_debtors=some_debtors,
        )
