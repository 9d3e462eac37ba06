from odoo import api, models
from odoo.tools import SQL

from .cartera_case_aging import FEW_DEBTORS
from .cartera_case_amounts import CACHED_FIELDS
from .conflicts import fetch_quietly

# What is read of the ledger without depending on it, which every payment would have to
# follow: the names of the fields by model, None for all of them.
READ_OF_LEDGER = {
    "account.move": (
        "cartera_case_id",
        "cartera_covered_by_id",
        "cartera_days_overdue",
    ),
    "cartera.agreement": (
        "amount_charges_dropped",
        "amount_charges_paid",
        "amount_charges_to_come",
        "charge_text",
    ),
    "cartera.agreement.installment": ("charge_state",),
    "cartera.case": (*CACHED_FIELDS, "days_overdue", "open_item_ids", "aging_strip"),
    "cartera.legal.case": ("amount_to_invoice", "invoice_count"),
    "cartera.legal.cost": ("is_invoiced",),
    "cartera.open.item": None,
    "res.partner": (
        "cartera_amount_overdue",
        "cartera_case_id",
        "cartera_days_overdue",
        "cartera_own_balance",
        "cartera_own_overdue",
        "cartera_stage_id",
        "cartera_user_id",
    ),
}

# Beyond this many new cases the table's statistics are of no use any more.
ANALYZE_FROM = 1000


class CarteraCaseRefresh(models.AbstractModel):
    """Keeps the amounts of the cases equal to the open items.

    The whole of a company, or some debtors of it, in one statement that writes only
    the rows that change.
    """

    _name = "cartera.case.refresh"
    _description = "Case Refresh"

    # -- the statement ------------------------------------------------------------

    @api.model
    def _refresh(self, company, date=None, debtor_ids=None):
        """Make the cases of ``company`` equal to its open items.

        :param company: one ``res.company``
        :param date: day as of which to read the ledger; None for what stands today
        :param debtor_ids: ids of the debtors to refresh; None for all
        :return: number of cases created or changed
        """
        if debtor_ids is not None and not debtor_ids:
            return 0
        company = company.sudo()
        first_stage = self.env["cartera.stage"].sudo()._get_first_stage(company)
        today = company._get_cartera_today()
        items = self.env["cartera.open.item"].with_context(
            tz=company._get_cartera_tz(),
            cartera_as_of=date.isoformat() if date else False,
            # What a reader has chosen for a report is not the company's own policy.
            cartera_aging_policy_id=False,
            cartera_few_items=debtor_ids is not None and len(debtor_ids) <= FEW_DEBTORS,
        )
        if debtor_ids is not None:
            items = items._only("debtor_id", "in", debtor_ids)
        self.env["cartera.case"].flush_model(["partner_id", "company_id", "stage_id"])
        created, changed = fetch_quietly(
            self.env,
            SQL(
                """
                WITH fresh AS MATERIALIZED (%(fresh)s),
                created AS (%(insert)s RETURNING 1),
                changed AS (%(update)s RETURNING 1),
                emptied AS (%(empty)s RETURNING 1)
                SELECT
                    (SELECT COUNT(*) FROM created),
                    (SELECT COUNT(*) FROM changed) + (SELECT COUNT(*) FROM emptied)
                """,
                fresh=self._get_fresh_sql(items, company, debtor_ids),
                insert=self._get_insert_sql(company, first_stage, date or today),
                update=self._get_update_sql(company),
                empty=self._get_empty_sql(company, debtor_ids),
            ),
        )[0]
        if created > ANALYZE_FROM:
            # Without statistics the next statements would plan for an empty table.
            self.env.cr.execute(SQL("ANALYZE cartera_case"))
        if created or changed:
            self._invalidate_caches()
            self.env["res.partner"].invalidate_model(["cartera_case_ids"])
        return created + changed

    @api.model
    def _get_fresh_sql(self, items, company, debtor_ids):
        """Per debtor, the values of :data:`CACHED_FIELDS` by the open items."""
        some_debtors = SQL()
        if debtor_ids is not None:
            some_debtors = SQL("AND item.debtor_id IN %s", tuple(debtor_ids))
        return SQL(
            """
            SELECT
                total.*,
                CASE WHEN total.oldest_age IS NOT NULL THEN policy.bucket_ids[
                    GREATEST(width_bucket(total.oldest_age, policy.first_days), 1)
                ] END AS bucket_id
            FROM (
                SELECT
                    item.debtor_id AS partner_id,
                    SUM(item.amount_residual) AS amount_total,
                    SUM(item.amount_not_due) AS amount_not_due,
                    SUM(item.amount_overdue) AS amount_overdue,
                    SUM(item.amount_collectable) AS amount_collectable,
                    COALESCE(
                        SUM(item.amount_disputed) FILTER (WHERE item.days_overdue > 0),
                        0
                    ) AS amount_disputed,
                    COALESCE(
                        SUM(item.amount_overdue) FILTER (WHERE item.is_promised), 0
                    ) AS amount_promised,
                    COALESCE(
                        SUM(item.amount_overdue) FILTER (WHERE item.is_paused), 0
                    ) AS amount_paused,
                    SUM(item.amount_credit) AS amount_credit,
                    COALESCE(
                        SUM(item.amount_residual) FILTER (WHERE item.is_agreed), 0
                    ) AS amount_agreed,
                    MIN(item.date_due) FILTER (
                        WHERE item.collectable AND item.days_overdue > 0
                    ) AS date_oldest_due,
                    MIN(item.date_due) FILTER (
                        WHERE item.direction = 'debit' AND item.days_overdue <= 0
                            AND item.status <> 'agreed'
                    ) AS date_next_due,
                    MAX(item.age_days) FILTER (
                        WHERE item.collectable AND item.days_overdue > 0
                    ) AS oldest_age,
                    COUNT(*) AS item_count,
                    COUNT(*) FILTER (
                        WHERE item.direction = 'debit' AND item.days_overdue > 0
                    ) AS overdue_count
                FROM %(items)s item
                WHERE item.company_id = %(company)s
                    AND item.debtor_id IS NOT NULL %(some_debtors)s
                GROUP BY item.debtor_id
            ) total
            LEFT JOIN (%(policies)s) policy ON policy.company_id = %(company)s
            """,
            items=items._table_sql,
            company=company.id,
            some_debtors=some_debtors,
            policies=items._get_policies_sql(),
        )

    @api.model
    def _get_insert_sql(self, company, first_stage, date):
        columns = SQL(", ").join(map(SQL.identifier, CACHED_FIELDS))
        return SQL(
            """
            INSERT INTO cartera_case (
                partner_id, company_id, user_id, worker_id, stage_id, stage_verdict_id,
                stage_date, episode, create_uid, create_date, write_uid, write_date,
                %(columns)s
            )
            SELECT
                fresh.partner_id, %(company)s, %(collector)s, %(collector)s, %(stage)s,
                %(stage)s, %(date)s, 0, %(uid)s, %(now)s, %(uid)s, %(now)s, %(columns)s
            FROM fresh
            WHERE NOT EXISTS (
                SELECT 1 FROM cartera_case known
                WHERE known.partner_id = fresh.partner_id
                    AND known.company_id = %(company)s
            )
            ON CONFLICT DO NOTHING
            """,
            columns=columns,
            company=company.id,
            collector=self._get_first_collector_id(company),
            stage=first_stage.id,
            date=date,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )

    @api.model
    def _get_first_collector_id(self, company):
        engine = self.env["cartera.assignment.engine"]
        return engine._get_first_collector(company).id or None

    @api.model
    def _get_update_sql(self, company):
        columns = [SQL.identifier(name) for name in CACHED_FIELDS]
        return SQL(
            """
            UPDATE cartera_case known
            SET (%(columns)s) = ROW(%(fresh)s)
            FROM fresh
            WHERE known.partner_id = fresh.partner_id
                AND known.company_id = %(company)s
                AND (%(known)s) IS DISTINCT FROM (%(fresh)s)
            """,
            columns=SQL(", ").join(columns),
            fresh=SQL(", ").join(SQL("fresh.%s", column) for column in columns),
            known=SQL(", ").join(SQL("known.%s", column) for column in columns),
            company=company.id,
        )

    @api.model
    def _get_empty_sql(self, company, debtor_ids):
        some_debtors = SQL()
        if debtor_ids is not None:
            some_debtors = SQL("AND known.partner_id IN %s", tuple(debtor_ids))
        return SQL(
            """
            UPDATE cartera_case known
            SET amount_total = 0, amount_not_due = 0, amount_overdue = 0,
                amount_collectable = 0, amount_disputed = 0, amount_promised = 0,
                amount_paused = 0, amount_credit = 0, amount_agreed = 0,
                date_oldest_due = NULL, date_next_due = NULL, bucket_id = NULL,
                item_count = 0, overdue_count = 0
            WHERE known.company_id = %(company)s
                AND known.item_count <> 0 %(some_debtors)s
                AND NOT EXISTS (
                    SELECT 1 FROM fresh WHERE fresh.partner_id = known.partner_id
                )
            """,
            company=company.id,
            some_debtors=some_debtors,
        )

    @api.model
    def _invalidate_caches(self):
        """Forget what was read of the ledger in this transaction without depending on
        it."""
        for model_name, names in READ_OF_LEDGER.items():
            self.env[model_name].invalidate_model(names, flush=False)
        self.env["cartera.worklist.engine"]._invalidate_caches()

    # -- the nightly run ----------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Refresh all cases of the run's company; debtors that fail stand apart.

        :return: ``(number of cases written, [(partner id, error), ...])``
        """
        company = run.company_id
        date = run._get_as_of()
        errors = self._catch_up(run)

        def refresh(debtor_ids):
            return self._refresh(company, date=date, debtor_ids=debtor_ids)

        count, error = run._attempt(refresh, None)
        if error is None:
            return count, errors
        debtor_ids = self._get_debtor_ids(company, date)
        count, failed = run._isolate(debtor_ids, refresh)
        return count, errors + failed

    @api.model
    def _catch_up(self, run):
        """Empty the queue, of which the run has judged what was in it when it began.

        :return: ``[(False, error)]`` where the rest could not be judged
        """
        queue = self.env["cartera.case.queue"]
        partner_ids = queue._forget(run.company_id)
        if run._get_as_of() or not partner_ids:
            return []

        def judge(partner_ids):
            queue._judge_partners(run.company_id, partner_ids)

        _result, error = run._attempt(judge, partner_ids)
        return [(False, error)] if error is not None else []

    @api.model
    def _get_debtor_ids(self, company, date):
        """Ids of all debtors with open items or with a case."""
        items = self.env["cartera.open.item"].with_context(
            cartera_as_of=date.isoformat() if date else False
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.debtor_id FROM %s item
                WHERE item.company_id = %s AND item.debtor_id IS NOT NULL
                UNION
                SELECT partner_id FROM cartera_case WHERE company_id = %s
                ORDER BY 1
                """,
                items._table_sql,
                company.id,
                company.id,
            )
        )
        return [debtor_id for (debtor_id,) in rows]
