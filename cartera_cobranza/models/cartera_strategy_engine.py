from odoo import api, fields, models
from odoo.tools import SQL

from . import strategy_candidates, strategy_facts
from .plan_reasons import WAITING

# Beyond this many new lines the table's statistics are of no use any more.
ANALYZE_FROM = 10_000

# Beyond this many debtors it does not pay any more to look each of them up.
MANY = 100

# How much a plan tells.
NIGHT, PEOPLE, EVERYTHING = "night", "people", "everything"

# What the lines of a plan hold besides the plan and its company, in this order.
LINE_FIELDS = (
    "id",
    "case_id",
    "step_id",
    "line_id",
    "installment_id",
    "action",
    "channel",
    "verdict",
    "reason",
    "merged_into_id",
    "episode",
    "occurrence",
    "date_event",
    "date_step",
    "date_next",
    "amount",
    "days_overdue",
    "cost",
)


class CarteraStrategyEngine(models.AbstractModel):
    """Decides which steps of the strategies are due on a day, for all debtors of a
    company in one statement, and says of the rest why not.

    For another day than today the ledger is read as of that day, or aged to it; stage,
    segment and pauses are those of today.
    """

    _name = "cartera.strategy.engine"
    _description = "Strategy Engine"

    # -- plans --------------------------------------------------------------------

    @api.model
    def _fill(self, plan, told, as_of=None, ids=None):
        """Write the lines of ``plan``, which has none.

        :param told: :data:`NIGHT`, :data:`PEOPLE` or :data:`EVERYTHING`: how much of
            what is not done is told
        :param as_of: day as of which the run has refreshed the cases, where it is not
            today
        :param ids: case ids, or None for all
        :return: number of lines
        """
        company = plan.company_id
        self.env["cartera.plan.line"].flush_model()
        columns = SQL(", ").join(map(SQL.identifier, LINE_FIELDS))
        tables = self._get_tables_sql(
            company,
            plan.date,
            told,
            ids=ids,
            number=SQL("nextval('cartera_plan_line_id_seq')"),
            as_of=as_of,
            # The run has just refreshed the cases.
            cached=told == NIGHT,
        )
        if many := ids is None or len(ids) > MANY:
            # Common tables have no statistics: taken to be nearly empty, they would be
            # read whole for each debtor.
            self.env.cr.execute("SET LOCAL enable_nestloop = off")
        self.env.cr.execute(
            SQL(
                """
                %(tables)s
                INSERT INTO cartera_plan_line (
                    plan_id, company_id, state, create_uid, create_date, write_uid,
                    write_date, %(columns)s
                )
                SELECT
                    %(plan)s, %(company)s,
                    CASE WHEN verdict IN ('do', 'merged') THEN 'open' ELSE 'none' END,
                    %(uid)s, %(now)s, %(uid)s, %(now)s, %(columns)s
                FROM lines
                """,
                tables=tables,
                columns=columns,
                plan=plan.id,
                company=company.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        count = self.env.cr.rowcount
        if many:
            self.env.cr.execute("SET LOCAL enable_nestloop = DEFAULT")
        if count > ANALYZE_FROM:
            self.env.cr.execute(SQL("ANALYZE cartera_plan_line"))
        self.env["cartera.plan.line"].invalidate_model(flush=False)
        plan.invalidate_recordset(["line_ids", "total_ids"], flush=False)
        return count

    @api.model
    def _get_rows(self, company, date, told, ids):
        """What a plan would say of some cases, without a plan.

        :return: list of dicts of :data:`LINE_FIELDS`
        """
        return self.env.execute_query_dict(
            SQL(
                "%s SELECT * FROM lines",
                self._get_tables_sql(
                    company, date, told, ids=ids, number=SQL("ROW_NUMBER() OVER ()")
                ),
            )
        )

    @api.model
    def _get_next_steps(self, cases):
        """What the strategies do next with some cases.

        :return: dict of case id to ``(step id or None, day or None, reason)``
        """
        found = {}
        for company, members in cases.grouped("company_id").items():
            today = company._get_cartera_today()
            rows = self._get_rows(company, today, PEOPLE, members.ids)
            case_of = {case.id: case for case in members}
            for row in rows:
                case = case_of[row["case_id"]]
                place, step = self._get_place(row, case, today)
                if case.id not in found or place < found[case.id][0]:
                    found[case.id] = place, step
        return {case_id: step for case_id, (_place, step) in found.items()}

    @api.model
    def _get_place(self, row, case, today):
        """How soon a line of a simulation comes, and what is told of it.

        :return: ``((class, day), (step id or None, day or None, reason))``
        """
        if row["verdict"] == "do":
            return (0, today), (row["step_id"], today, row["reason"])
        if not row["date_next"]:
            # Nothing that will still be done.
            return (2, today), (None, None, row["reason"])
        day, reason = row["date_next"], row["reason"]
        if case.hold_until and case.hold_until >= day:
            day, reason = fields.Date.add(case.hold_until, days=1), "hold"
        return (1, day), (row["step_id"], day, reason)

    # -- the statement ------------------------------------------------------------

    @api.model
    def _get_tables_sql(
        self, company, date, told, ids=None, number=None, as_of=None, cached=False
    ):
        """The common tables of a decision, of which ``lines`` holds the result.

        :param number: SQL of the id of a line
        :param cached: whether the amounts of the cases are those of ``date``
        """
        self._flush()
        company = company.sudo()
        step_model = self.env["cartera.strategy.step"]
        debtor_ids = None
        if ids is not None:
            debtor_ids = self.env["cartera.case"].browse(ids).sudo().partner_id.ids
        open_items, money = self._get_money(company, date, as_of, cached, debtor_ids)
        until = self._get_last_due(company, date) if told == NIGHT else None
        guard = self.env["cartera.bank.guard"]._get_guard(company, date, debtor_ids)
        everybody = told != NIGHT
        tables = {
            "facts": strategy_facts.facts(company, date, money, guard, ids),
            "promises": strategy_facts.promises(
                company, date, self._get_rates(company, date), ids
            ),
            "steps": strategy_facts.steps(step_model, company),
            "done": strategy_facts.done(company, date),
            "latest": strategy_facts.latest(company, date),
            "reach": self._get_reach_sql(company, date, ids),
            "items": self._get_items_sql(
                strategy_candidates.items(open_items, company, date, until, debtor_ids),
                bool(until or (ids is not None and len(ids) <= MANY)),
            ),
            "upcoming": strategy_candidates.upcoming(),
            "candidates": strategy_candidates.all_candidates(date)
            if everybody
            else strategy_candidates.due_candidates(date),
            "judged": strategy_candidates.judged(date),
            "told": self._get_told_sql(told, date),
            "numbered": self._get_numbered_sql(number, everybody),
            "lines": self._get_lines_sql(date),
        }
        return SQL(
            "WITH %s",
            SQL(", ").join(
                SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
                for name, query in tables.items()
            ),
        )

    @api.model
    def _get_items_sql(self, items, are_few):
        """The items that the steps before their due date are about. Up to a day, or of
        some debtors, they are few and read first: the way in which all debtors are
        joined would have the ledger read whole.

        :param items: query of ``strategy_candidates.items``
        """
        if not are_few:
            return items
        return strategy_candidates.found_items(self.env.execute_query(items))

    @api.model
    def _get_rates(self, company, date):
        """What one unit of each currency is worth in the company's on a day.

        :return: list of ``(currency id, worth)``
        """
        currencies = self.env["res.currency"].with_context(active_test=False)
        currencies = currencies.search([])  # pylint: disable=no-search-all
        rates = currencies._get_rates(company, date)
        own = rates[company.currency_id.id]
        return [(currency_id, own / rate) for currency_id, rate in rates.items()]

    @api.model
    def _get_reach_sql(self, company, date, ids):
        return strategy_facts.reach(
            self.env["cartera.recipient"]._get_reachable_sql(company, ids),
            self.env["cartera.contact.policy"]._get_rules(company, date),
        )

    @api.model
    def _flush(self):
        for model in (
            "cartera.case",
            "cartera.consent",
            "cartera.contact",
            "cartera.pause",
            "cartera.promise",
            "cartera.promise.installment",
            "cartera.segment",
            "cartera.step.execution",
            "cartera.strategy",
            "cartera.strategy.step",
            "res.partner",
        ):
            self.env[model].flush_model()
        for model_name, field_names in self.env["cartera.open.item"]._depends.items():
            self.env[model_name].flush_model(field_names)

    @api.model
    def _get_money(self, company, date, as_of, cached, debtor_ids):
        """The open items on a day, and the SQL of their sums by debtor, which is None
        where the cases hold them."""
        if not cached:
            # What has changed in the ledger is brought into the cases first.
            self.env["cartera.case.queue"]._apply_pending()
            today = company._get_cartera_today()
            cached = date == today
            as_of = date if date < today else None
        open_items = self.env["cartera.open.item"].with_context(
            tz=company._get_cartera_tz(),
            cartera_as_of=as_of.isoformat() if as_of else False,
            # What is open now is what will be open on a day to come.
            cartera_aged_to=date.isoformat(),
            cartera_aging_policy_id=False,
            cartera_few_items=debtor_ids is not None and len(debtor_ids) <= MANY,
        )
        if debtor_ids is not None:
            open_items = open_items._only("debtor_id", "in", debtor_ids)
        if cached:
            return open_items, None
        refresh = self.env["cartera.case.refresh"]
        return open_items, refresh._get_fresh_sql(open_items, company, debtor_ids)

    @api.model
    def _get_last_due(self, company, date):
        """The last due date that a step before it may concern on a day."""
        [[days]] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(-step.offset_days)
                FROM cartera_strategy_step step
                JOIN cartera_strategy strategy ON strategy.id = step.strategy_id
                WHERE step.active AND step.clock = 'due' AND step.offset_days <= 0
                    AND (strategy.company_id IS NULL OR strategy.company_id = %s)
                """,
                company.id,
            )
        )
        # Without any such step no item is looked at.
        return fields.Date.add(date, days=-1 if days is None else days)

    # -- the lines ----------------------------------------------------------------

    @api.model
    def _get_told_sql(self, told, date):
        if told == NIGHT:
            return strategy_candidates.told_at_night()
        if told == PEOPLE:
            return strategy_candidates.told_to_people(date)
        return SQL("SELECT * FROM judged")

    @api.model
    def _get_numbered_sql(self, number, everybody):
        """The lines with their ids: what is told of candidates and, where everybody
        has a line, those who have none."""
        columns = SQL(
            "case_id, step_id, line_id, installment_id, episode, occurrence, "
            "date_event, date_step, amount, rank, action, channel, merge_group, cost, "
            "date_oldest_due, hold_until, promised_until, paused_until, wait_until, "
            "reason"
        )
        idle = SQL()
        if everybody:
            idle = SQL(
                """
                UNION ALL
                SELECT
                    id, NULL, NULL, NULL, episode, 1, NULL, NULL, amount_collectable,
                    NULL,
                    NULL, NULL, NULL, 0, date_oldest_due, hold_until,
                    promised_until, paused_until, NULL,
                    CASE
                        WHEN closed IN ('archived', 'insolvent') THEN closed
                        WHEN segment_id IS NULL THEN 'no_segment'
                        WHEN strategy_id IS NULL THEN 'no_strategy'
                        ELSE 'no_steps'
                    END
                FROM facts
                WHERE id NOT IN (SELECT case_id FROM candidates)
                """
            )
        return SQL(
            "SELECT %(number)s AS id, told.* FROM ("
            "SELECT %(columns)s FROM told %(idle)s) told",
            number=number,
            columns=columns,
            idle=idle,
        )

    @api.model
    def _get_lines_sql(self, date):
        """The columns of :data:`LINE_FIELDS`: of several steps of a kind that are due
        for a debtor on one day the strongest is done, the others are merged into it."""
        return SQL(
            """
            SELECT
                id, case_id, step_id, line_id, installment_id, action, channel,
                CASE
                    WHEN reason IN %(waiting)s THEN 'wait'
                    WHEN reason IS NOT NULL THEN 'skip'
                    WHEN strongest_id = id THEN 'do'
                    ELSE 'merged'
                END AS verdict,
                COALESCE(
                    reason, CASE strongest_id WHEN id THEN 'due' ELSE 'merged' END
                ) AS reason,
                CASE WHEN reason IS NULL AND strongest_id <> id
                    THEN strongest_id END AS merged_into_id,
                episode, occurrence, date_event, date_step,
                CASE reason
                    WHEN 'not_yet' THEN date_step
                    WHEN 'waiting' THEN wait_until + 1
                    WHEN 'today' THEN %(date)s + 1
                    WHEN 'hold' THEN hold_until + 1
                    WHEN 'promise' THEN promised_until + 1
                    WHEN 'paused' THEN paused_until + 1
                END AS date_next,
                amount,
                GREATEST(COALESCE(%(date)s - date_oldest_due, 0), 0) AS days_overdue,
                CASE WHEN reason IS NULL AND strongest_id = id
                    THEN COALESCE(cost, 0) ELSE 0 END AS cost
            FROM (
                SELECT
                    numbered.*,
                    FIRST_VALUE(id) OVER (
                        PARTITION BY case_id, COALESCE(
                            CASE WHEN reason IS NULL THEN merge_group END, id::text
                        )
                        ORDER BY rank DESC, date_step, date_event, line_id
                    ) AS strongest_id
                FROM numbered
            ) line
            """,
            waiting=WAITING,
            date=date,
        )
