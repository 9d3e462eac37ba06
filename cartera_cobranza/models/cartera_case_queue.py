import logging
from collections import defaultdict

import psycopg2.errors

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import batches
from .conflicts import CONFLICTS, fetch_quietly

_logger = logging.getLogger(__name__)

# Keys in the data that a transaction carries until it commits.
MARKED = "cartera_cobranza.marked_debtors"
STALE = "cartera_cobranza.stale_debtors"
QUEUE_READ = "cartera_cobranza.queue_read"

# How long a reader waits for somebody who is writing the same case.
LOCK_TIMEOUT = "50ms"

# Beyond this many debtors one pass over the whole company is faster.
ALL_DEBTORS_FROM = 1000


class CarteraCaseQueue(models.Model):
    """Debtors whose ledger changed since their case was refreshed.

    Posting and paying only append rows here, at the end of their transaction: no
    lock, no wait, no conflict between two users who post for the same debtor.
    Whoever reads a case next, or the nightly run, takes the rows out.
    """

    _name = "cartera.case.queue"
    _description = "Cases to Refresh"
    _log_access = False

    # Plain integers: a foreign key would lock the partner's row at each posting.
    company_id = fields.Integer(help="Empty when all companies are concerned.")
    partner_id = fields.Integer(required=True)

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
        self.env["cartera.case.refresh"]._invalidate_caches()

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
            fetch_quietly(
                self.env,
                SQL(
                    """
                    DELETE FROM cartera_case_queue
                    WHERE id IN (
                        SELECT id FROM cartera_case_queue FOR UPDATE SKIP LOCKED
                    )
                    RETURNING company_id, partner_id
                    """
                ),
            )
        )

    @api.model
    def _refresh_keys(self, keys):
        """Refresh the debtors of (company id or None, partner id) pairs.

        :return: number of cases created or changed
        """
        debtors_of = self._get_debtors({partner_id for _company, partner_id in keys})
        debtors_by_company = defaultdict(set)
        for company_id, partner_id in keys:
            if debtor_ids := debtors_of.get(partner_id):
                # A partner who now belongs to another one may leave a case behind.
                debtors_by_company[company_id] |= {*debtor_ids, partner_id}
        anywhere = debtors_by_company.pop(None, set())
        count = 0
        for company in self.env["res.company"]._get_all_companies():
            debtor_ids = debtors_by_company.get(company.id, set()) | anywhere
            everything = len(debtor_ids) > ALL_DEBTORS_FROM
            if not debtor_ids:
                continue
            some = None if everything else list(debtor_ids)
            today = company._get_cartera_today()
            self._judge(company, today, some)
            count += self.env["cartera.case.refresh"]._refresh(company, debtor_ids=some)
            self.env["cartera.collected"]._refresh(company, today, some)
            self.env["cartera.worklist.engine"]._refresh(company, today, some)
        return count

    @api.model
    def _judge(self, company, today, debtor_ids):
        """Judge what was answered: it decides what may be collected, and that what is
        urgent."""
        self.env["cartera.promise.engine"]._judge(company, today, debtor_ids)
        self.env["cartera.dispute.engine"]._settle(company, today, debtor_ids)
        self.env["cartera.agreement.engine"]._judge(company, today, debtor_ids)

    @api.model
    def _get_debtors(self, partner_ids):
        """Whose cases hold, held or may hold what partners owe, by partner: of those
        who have a case or an entry. Of a group, all members: what was said in one
        case may be about items that stand in another now."""
        if not partner_ids:
            return {}
        self.env["res.partner"].flush_model(
            ["cartera_debtor_id", "cartera_group_id", "commercial_partner_id"]
        )
        found = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT
                        partner.id,
                        ARRAY[partner.cartera_debtor_id, partner.commercial_partner_id]
                        || ARRAY(
                            SELECT member.id FROM res_partner member
                            WHERE member.cartera_group_id = debtor.cartera_group_id
                        )
                    FROM res_partner partner
                    JOIN res_partner debtor
                        ON debtor.id = partner.commercial_partner_id
                    WHERE partner.id IN %s
                        AND (
                            EXISTS (
                                SELECT 1 FROM cartera_case known
                                WHERE known.partner_id IN (
                                    partner.id,
                                    partner.commercial_partner_id,
                                    partner.cartera_debtor_id
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
        for partner_id, debtor_id in self._get_agreed_debtors(found):
            found[partner_id].append(debtor_id)
        return found

    @api.model
    def _get_agreed_debtors(self, partner_ids):
        """Whose agreements in force cover what partners owe. An item stays in the case
        where that was agreed, even when its partner belongs to another debtor now.

        :return: ``(partner id, debtor id)`` pairs
        """
        if not partner_ids:
            return []
        self.env["cartera.agreement"].flush_model(["partner_id"])
        self.env["cartera.agreement.item"].flush_model(["is_active", "line_id"])
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.partner_id, agreement.partner_id
                FROM cartera_agreement_item covered
                JOIN account_move_line line ON line.id = covered.line_id
                JOIN cartera_agreement agreement ON agreement.id = covered.agreement_id
                WHERE covered.is_active AND line.partner_id IN %s
                """,
                tuple(partner_ids),
            )
        )

    @api.model
    def _forget(self, company):
        """Drop the debtors of ``company`` from the queue: all are refreshed now.

        :return: ids of the partners that were noted since they were last judged
        """
        stale = self.env.cr.precommit.data.get(STALE, set())
        own = {key for key in stale if key[0] == company.id}
        stale -= own
        rows = self.env.execute_query(
            SQL(
                "DELETE FROM cartera_case_queue WHERE company_id = %s "
                "RETURNING partner_id",
                company.id,
            )
        )
        return {partner_id for _company, partner_id in own}.union(*rows)

    @api.model
    def _judge_partners(self, company, partner_ids):
        """Judge again what concerns partners of whom something was posted since the
        night has judged: by itself, such as the charges of instalments, or by others.
        """
        debtor_ids = None
        if len(partner_ids) <= ALL_DEBTORS_FROM:
            found = self._get_debtors(partner_ids).values()
            debtor_ids = sorted({debtor_id for ids in found for debtor_id in ids})
        self._judge(company, company._get_cartera_today(), debtor_ids)
