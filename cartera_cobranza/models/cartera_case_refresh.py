import logging
from collections import defaultdict

import psycopg2.errors

from odoo import api, models
from odoo.tools import SQL

from ..lib import batches
from .cartera_case import CACHED_FIELDS

_logger = logging.getLogger(__name__)

# Keys in the data that a transaction carries until it commits.
MARKED = "cartera_cobranza.marked_debtors"
STALE = "cartera_cobranza.stale_debtors"
QUEUE_READ = "cartera_cobranza.queue_read"

CONFLICTS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)

# How long a reader waits for somebody who is writing the same case.
LOCK_TIMEOUT = "50ms"

# Beyond this many debtors one pass over the whole company is faster.
ALL_DEBTORS_FROM = 1000


class CarteraCaseRefresh(models.AbstractModel):
    """Keeps the amounts of the cases equal to the open items.

    The whole of a company, or some debtors of it, in one statement that writes only
    the rows that change.
    """

    _name = "cartera.case.refresh"
    _description = "Case Refresh"

    # -- noting what changed ------------------------------------------------------

    @api.model
    def _mark_lines(self, lines):
        """Note that the open items of these journal items' debtors have changed.

        :param lines: ``account.move.line`` records; only receivable ones count
        """
        self._mark(
            (line.company_id.id, line.partner_id.id)
            for line in lines
            if line.partner_id and line.account_id.account_type == "asset_receivable"
        )

    @api.model
    def _mark_partners(self, partners):
        """Note that the debt of these partners may have changed in any company."""
        self._mark((None, partner_id) for partner_id in partners.ids)

    @api.model
    def _mark(self, keys):
        """Note (company id or None, partner id) pairs until the transaction ends."""
        keys = set(keys)
        if not keys:
            return
        data = self.env.cr.precommit.data
        if MARKED not in data:
            data[MARKED] = set()
            self.env.cr.precommit.add(self._queue_marked)
        data[MARKED] |= keys
        data.setdefault(STALE, set()).update(keys)
        self._invalidate_caches()

    @api.model
    def _queue_marked(self):
        # Taken out, so that what a later hook of the same end marks is queued as well.
        keys = self.env.cr.precommit.data.pop(MARKED, None)
        if not keys:
            return
        companies, partners = zip(*keys, strict=True)
        self.env.cr.execute(
            SQL(
                "INSERT INTO cartera_case_queue (company_id, partner_id) "
                "SELECT * FROM unnest(%s::int[], %s::int[])",
                list(companies),
                list(partners),
            )
        )

    @api.model
    def _invalidate_caches(self):
        """Forget what was read of the cases and items in this transaction."""
        self.env["cartera.open.item"].invalidate_model(flush=False)
        self.env["cartera.case"].invalidate_model(
            [*CACHED_FIELDS, "days_overdue", "open_item_ids", "aging_strip"],
            flush=False,
        )
        self.env["res.partner"].invalidate_model(
            self.env["res.partner"]._get_cartera_fields(), flush=False
        )
        self.env["account.move"].invalidate_model(
            ["cartera_case_id", "cartera_days_overdue"], flush=False
        )

    # -- bringing it in -----------------------------------------------------------

    @api.model
    def _apply_pending(self):
        """Refresh the cases whose debtors were noted, here or by others.

        A reader neither waits for somebody who is writing the same cases, nor fails
        where one cannot be written: it goes on with what is there.
        """
        data = self.env.cr.precommit.data
        if own := data.pop(STALE, None):
            if not self._apply(lambda: own):
                data.setdefault(STALE, set()).update(own)
        if QUEUE_READ in data:
            return
        # What others commit from now on is out of this transaction's sight.
        data[QUEUE_READ] = True
        if self._is_queue_filled():
            self._apply(self._take_queue)

    @api.model
    def _apply(self, get_keys):
        """Refresh the keys, all or none; False when another transaction is at them.

        :param get_keys: callable that returns (company id or None, partner id) pairs
        """
        for model_name, field_names in self.env["cartera.open.item"]._depends.items():
            self.env[model_name].flush_model(field_names)
        try:
            # The flush of a savepoint would run the hooks of the transaction's end.
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
                self._refresh_isolating(get_keys())
                self.env.cr.execute(SQL("SET LOCAL lock_timeout TO DEFAULT"))
        except CONFLICTS:
            _logger.debug("Cases are being refreshed by another transaction")
            return False
        return True

    @api.model
    def _refresh_isolating(self, keys):
        """Refresh the keys but those that make it fail, which the night will report."""

        def attempt(work, batch):
            try:
                with self.env.cr.savepoint(flush=False):
                    return work(batch), None
            except (*CONFLICTS, psycopg2.errors.ReadOnlySqlTransaction):
                raise
            except psycopg2.Error as error:
                return None, error

        _count, errors = batches.run_isolating(
            sorted(keys, key=str), self._refresh_keys, attempt
        )
        for (company_id, partner_id), error in errors:
            _logger.warning(
                "The case of partner %s in company %s cannot be refreshed: %s",
                partner_id,
                company_id or "any",
                error,
            )

    @api.model
    def _query(self, query):
        """Rows of a statement whose failure is expected, and not to be logged."""
        self.env.flush_query(query)
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()

    @api.model
    def _is_queue_filled(self):
        """Most of the time it is not; and a read-only transaction may not even try to
        delete."""
        return bool(
            self.env.execute_query(SQL("SELECT 1 FROM cartera_case_queue LIMIT 1"))
        )

    @api.model
    def _take_queue(self):
        """Take all (company id or None, partner id) pairs out of the queue."""
        return set(
            self._query(
                SQL(
                    """
                    DELETE FROM cartera_case_queue
                    WHERE id IN (
                        SELECT id FROM cartera_case_queue FOR UPDATE SKIP LOCKED
                    )
                    RETURNING company_id, partner_id
                    """
                )
            )
        )

    @api.model
    def _refresh_keys(self, keys):
        """Refresh the debtors of (company id or None, partner id) pairs.

        :return: number of cases created or changed
        """
        debtor_of = self._get_debtors({partner_id for _company, partner_id in keys})
        debtors_by_company = defaultdict(set)
        for company_id, partner_id in keys:
            if debtor_id := debtor_of.get(partner_id):
                # A partner who now belongs to another one may leave a case behind.
                debtors_by_company[company_id] |= {debtor_id, partner_id}
        anywhere = debtors_by_company.pop(None, set())
        count = 0
        for company in self.env["res.company"]._get_all_companies():
            debtor_ids = debtors_by_company.get(company.id, set()) | anywhere
            everything = len(debtor_ids) > ALL_DEBTORS_FROM
            count += self._refresh(
                company, debtor_ids=None if everything else list(debtor_ids)
            )
        return count

    @api.model
    def _get_debtors(self, partner_ids):
        """Commercial partner by partner, of those who have a case or an entry."""
        if not partner_ids:
            return {}
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner.id, partner.commercial_partner_id
                    FROM res_partner partner
                    WHERE partner.id IN %s
                        AND (
                            EXISTS (
                                SELECT 1 FROM cartera_case known
                                WHERE known.partner_id IN (
                                    partner.id, partner.commercial_partner_id
                                )
                            )
                            OR EXISTS (
                                SELECT 1 FROM account_move_line line
                                WHERE line.partner_id = partner.id
                            )
                        )
                    """,
                    tuple(partner_ids),
                )
            )
        )

    # -- the statement ------------------------------------------------------------

    @api.model
    def _refresh(self, company, date=None, debtor_ids=None):
        """Make the cases of ``company`` equal to its open items.

        :param company: one ``res.company``
        :param date: day as of which to read the ledger; None for what stands today
        :param debtor_ids: ids of the commercial partners to refresh; None for all
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
        )
        self.env["cartera.case"].flush_model(["partner_id", "company_id", "stage_id"])
        created, changed = self._query(
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
            )
        )[0]
        if created > ALL_DEBTORS_FROM:
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
                    COALESCE(
                        SUM(item.amount_overdue) FILTER (WHERE item.collectable), 0
                    ) AS amount_collectable,
                    SUM(item.amount_credit) AS amount_credit,
                    MIN(item.date_due) FILTER (
                        WHERE item.collectable AND item.days_overdue > 0
                    ) AS date_oldest_due,
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
                partner_id, company_id, user_id, stage_id, stage_verdict_id, stage_date,
                create_uid, create_date, write_uid, write_date, %(columns)s
            )
            SELECT
                fresh.partner_id, %(company)s, %(collector)s, %(stage)s, %(stage)s,
                %(date)s, %(uid)s, %(now)s, %(uid)s, %(now)s, %(columns)s
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
            collector=company.cartera_default_user_id.filtered("active").id or None,
            stage=first_stage.id,
            date=date,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )

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
                amount_collectable = 0, amount_credit = 0, date_oldest_due = NULL,
                bucket_id = NULL, item_count = 0, overdue_count = 0
            WHERE known.company_id = %(company)s
                AND known.item_count <> 0 %(some_debtors)s
                AND NOT EXISTS (
                    SELECT 1 FROM fresh WHERE fresh.partner_id = known.partner_id
                )
            """,
            company=company.id,
            some_debtors=some_debtors,
        )

    # -- the nightly run ----------------------------------------------------------

    @api.model
    def _run_phase(self, run):
        """Refresh all cases of the run's company; debtors that fail stand apart.

        :return: ``(number of cases written, [(partner id, error), ...])``
        """
        company = run.company_id
        date = run._get_as_of()
        self._forget_pending(company)

        def refresh(debtor_ids):
            return self._refresh(company, date=date, debtor_ids=debtor_ids)

        count, error = run._attempt(refresh, None)
        if error is None:
            return count, []
        debtor_ids = self._get_debtor_ids(company, date)
        return run._isolate(debtor_ids, refresh)

    @api.model
    def _forget_pending(self, company):
        """Drop the debtors of ``company`` from the queue: all are refreshed now."""
        stale = self.env.cr.precommit.data.get(STALE)
        if stale:
            stale -= {key for key in stale if key[0] == company.id}
        self.env.cr.execute(
            SQL("DELETE FROM cartera_case_queue WHERE company_id = %s", company.id)
        )

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
