from odoo import api, fields, models
from odoo.tools import SQL

from ..lib.worklist import LOOK_BACK_DAYS
from . import cartera_worklist_agreements  # noqa: F401  (inherited: it comes first)
from .cartera_dispute_answer import UNANSWERED

# What is read beside the cases.
SOURCES = (
    "account.move.line",
    "account.payment",
    "cartera.agreement",
    "cartera.agreement.change",
    "cartera.agreement.installment",
    "cartera.case",
    "cartera.contact",
    "cartera.dispute",
    "cartera.pause",
    "cartera.promise",
    "cartera.promise.change",
    "cartera.promise.installment",
    "cartera.segment",
    "mail.activity",
    "mail.activity.type",
)


class CarteraWorklistFacts(models.AbstractModel):
    """What decides about the worklist, one row for each debtor who owes something:
    the columns of ``lib.worklist.Debtor``, already summed up."""

    _name = "cartera.worklist.facts"
    _description = "Facts for the Worklist"
    _inherit = ["cartera.worklist.agreements"]

    @api.model
    def _get_facts_sql(self, company, date, debtor_ids):
        """The common table expressions that end in ``facts``.

        :param date: the day for which the worklist is made
        :param debtor_ids: ids of the debtors; None for all
        """
        for model in SOURCES:
            self.env[model].flush_model()
        self.env["res.partner"].flush_model(["active", "cartera_insolvent_since"])
        return SQL(
            """
            known AS MATERIALIZED (%(known)s),
            activity AS (%(activity)s),
            promise AS (%(promise)s),
            agreed AS (%(agreed)s),
            dispute AS (%(dispute)s),
            bounce AS (%(bounce)s),
            pause AS (%(pause)s),
            facts AS MATERIALIZED (
                SELECT known.*, activity.*, promise.*, agreed.*, dispute.*,
                       bounce.bounced_on, bounce.bounced_count, pause.review_on
                  FROM known
                  LEFT JOIN activity ON activity.activity_case_id = known.id
                  LEFT JOIN promise ON promise.promise_case_id = known.id
                  LEFT JOIN agreed ON agreed.agreed_case_id = known.id
                  LEFT JOIN dispute ON dispute.dispute_case_id = known.id
                  LEFT JOIN bounce ON bounce.case_id = known.id
                  LEFT JOIN pause ON pause.case_id = known.id
            )
            """,
            known=self._get_known_sql(company, date, debtor_ids),
            activity=self._get_activity_sql(date),
            promise=self._get_promise_sql(company, date),
            agreed=self._get_agreed_sql(company, date),
            dispute=self._get_dispute_sql(date),
            bounce=self._get_bounce_sql(company, date, debtor_ids),
            pause=self._get_pause_sql(date),
        )

    @api.model
    def _get_known_sql(self, company, date, debtor_ids):
        """The cases that owe something, with what a person last did about them."""
        return SQL(
            """
            SELECT looked.*,
                   CASE WHEN waits THEN resubmission END AS resubmission_on,
                   CASE WHEN collectable > 0 AND NOT is_closed AND NOT is_held
                       THEN COALESCE(attended, oldest_due, %(date)s)
                   END + attention_days AS neglected_after
              FROM (
                SELECT found.*, %(date)s::date AS today, %(months)s AS months,
                       GREATEST(contacted, resubmitted) AS attended,
                       GREATEST(contacted_at, resubmitted_at) AS attended_at,
                       resubmission IS NOT NULL AND NOT COALESCE(
                           (resubmitted_at IS NULL OR contacted_at > resubmitted_at)
                           AND contacted >= resubmission, FALSE
                       ) AS waits
                  FROM (%(found)s) found
              ) looked
            """,
            date=date,
            months=company.cartera_limitation_months,
            found=self._get_found_sql(company, date, debtor_ids),
        )

    @api.model
    def _get_found_sql(self, company, date, debtor_ids):
        some_debtors = SQL()
        if debtor_ids is not None:
            some_debtors = SQL("AND debtor_case.partner_id IN %s", tuple(debtor_ids))
        return SQL(
            """
            SELECT debtor_case.id, debtor_case.partner_id, debtor_case.company_id,
                   debtor_case.user_id AS collector_id, debtor_case.worker_id,
                   debtor_case.amount_not_due + debtor_case.amount_overdue AS debt,
                   debtor_case.amount_overdue AS overdue,
                   debtor_case.amount_collectable AS collectable,
                   debtor_case.amount_credit AS credit,
                   debtor_case.date_oldest_due AS oldest_due,
                   debtor_case.date_next_due AS next_due,
                   debtor_case.date_resubmission AS resubmission,
                   debtor_case.resubmitted_at,
                   %(resubmitted)s AS resubmitted,
                   contact.moment AS contacted_at,
                   %(contacted)s AS contacted,
                   debtor_case.hold_until,
                   COALESCE(debtor_case.hold_until >= %(date)s, FALSE) AS is_held,
                   NOT debtor.active
                       OR COALESCE(debtor.cartera_insolvent_since <= %(date)s, FALSE)
                       AS is_closed,
                   debtor.cartera_insolvent_since AS closed_since,
                   COALESCE(NULLIF(segment.attention_days, 0), %(attention)s)
                       AS attention_days
              FROM cartera_case debtor_case
              JOIN res_partner debtor ON debtor.id = debtor_case.partner_id
              LEFT JOIN cartera_segment segment ON segment.id = debtor_case.segment_id
              LEFT JOIN LATERAL (
                  SELECT MAX(contact.date) AS moment FROM cartera_contact contact
                   WHERE contact.case_id = debtor_case.id
                     AND contact.user_id IS NOT NULL
              ) contact ON TRUE
             WHERE debtor_case.company_id = %(company)s %(some_debtors)s
               AND debtor_case.amount_not_due + debtor_case.amount_overdue > 0
            """,
            company=company.id,
            date=date,
            attention=company.cartera_attention_days,
            contacted=self._get_day_sql(company, SQL("contact.moment")),
            resubmitted=self._get_day_sql(company, SQL("debtor_case.resubmitted_at")),
            some_debtors=some_debtors,
        )

    @api.model
    def _get_day_sql(self, company, moment):
        """The date of a moment where the company is."""
        zone = company._get_cartera_tz()
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)

    @api.model
    def _get_activity_sql(self, date):
        """Open activities of collection: calls, visits and answers, whoever has them,
        and all others of whoever collects."""
        return SQL(
            """
            SELECT case_id AS activity_case_id,
                   MIN(day) FILTER (WHERE kind = 'reply' AND NOT is_foreseen)
                       AS reply_on,
                   MIN(day) FILTER (WHERE kind <> 'reply' AND NOT is_foreseen)
                       AS activity_on,
                   COUNT(*) FILTER (WHERE kind = 'reply' AND day <= %(date)s)
                       AS reply_count,
                   COUNT(*) FILTER (WHERE kind = 'step' AND day <= %(date)s)
                       AS step_count,
                   COUNT(*) FILTER (WHERE kind = 'other' AND day <= %(date)s)
                       AS activity_count
              FROM (
                SELECT known.id AS case_id, activity.date_deadline AS day,
                       CASE WHEN kind.id = %(reply)s THEN 'reply'
                            WHEN kind.cartera_channel IS NOT NULL THEN 'step'
                            ELSE 'other' END AS kind,
                       COALESCE(
                           known.waits
                           AND activity.create_date <= known.resubmitted_at
                           AND activity.date_deadline <= known.resubmitted, FALSE
                       ) AS is_foreseen
                  FROM known
                  JOIN mail_activity activity ON activity.res_id = known.id
                   AND activity.res_model = 'cartera.case' AND activity.active
                  LEFT JOIN mail_activity_type kind
                       ON kind.id = activity.activity_type_id
                 WHERE kind.id = %(reply)s OR kind.cartera_channel IS NOT NULL
                    OR activity.user_id IS NULL
                    OR activity.user_id IN (known.collector_id, known.worker_id)
              ) planned
             GROUP BY case_id
            """,
            date=date,
            reply=self.env.ref("cartera_cobranza.mail_activity_type_reply").id,
        )

    @api.model
    def _get_news_sql(self, moment):
        """Whether nobody has looked at the debtor since ``moment``. What a replay of
        an earlier day cannot know of yet is no news."""
        return SQL(
            "(%(moment)s > COALESCE(known.attended_at, '-infinity') "
            "AND %(moment)s <= %(now)s)",
            moment=moment,
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_promise_sql(self, company, date):
        """Instalments to come, and promises that were not kept."""
        return SQL(
            """
            SELECT known.id AS promise_case_id,
                   MIN(CASE WHEN known.attended >= instalment.date
                       THEN GREATEST(promise.date_paused_until, instalment.date) + 1
                       ELSE instalment.date END) AS promise_on,
                   COUNT(*) FILTER (WHERE instalment.date = %(date)s)
                       AS promise_today_count,
                   COUNT(DISTINCT promise.id) FILTER (WHERE promise.state <> 'open')
                       AS broken_count,
                   GREATEST(
                       MAX(promise.date_ended) FILTER (
                           WHERE promise.state <> 'open' AND known.collectable > 0
                           AND promise.date_ended
                               > COALESCE(known.attended, '-infinity')
                       ),
                       MAX(%(found)s) FILTER (
                           WHERE known.collectable > 0 AND %(is_news)s
                       )
                   ) AS broken_on
              FROM known
              JOIN cartera_promise promise ON promise.case_id = known.id
              LEFT JOIN LATERAL (
                  -- A payment that bounces breaks a promise of long ago.
                  SELECT MAX(change.date) AS moment FROM cartera_promise_change change
                   WHERE change.promise_id = promise.id
                     AND change.state_to IN ('broken', 'partial')
                     AND promise.state IN ('broken', 'partial')
              ) change ON TRUE
              LEFT JOIN cartera_promise_installment instalment
                   ON instalment.promise_id = promise.id
                  AND promise.state = 'open' AND instalment.state = 'open'
             WHERE promise.state = 'open'
                OR (promise.state IN ('broken', 'partial')
                    AND promise.date_ended > %(since)s)
             GROUP BY known.id
            """,
            date=date,
            since=self._get_since(date),
            found=self._get_day_sql(company, SQL("change.moment")),
            is_news=self._get_news_sql(SQL("change.moment")),
        )

    @api.model
    def _get_dispute_sql(self, date):
        """Disputes that wait for an answer, and those closed of late. What was
        answered and awaits its credit note is nobody's work here."""
        return SQL(
            """
            SELECT known.id AS dispute_case_id,
                   MIN(dispute.date_deadline) FILTER (
                       WHERE dispute.state IN %(unanswered)s
                       AND dispute.date_deadline > COALESCE(known.attended, '-infinity')
                   ) AS dispute_on,
                   COUNT(*) FILTER (
                       WHERE dispute.state IN %(unanswered)s
                       AND dispute.date_deadline < %(date)s
                   ) AS late_count,
                   MAX(dispute.date_closed) FILTER (
                       WHERE dispute.state = 'closed' AND known.collectable > 0
                       AND (
                           dispute.date_closed > COALESCE(known.attended, '-infinity')
                           OR (dispute.date_closed = known.attended AND %(is_news)s)
                       )
                   ) AS dispute_closed_on
              FROM known
              JOIN cartera_dispute dispute ON dispute.case_id = known.id
             WHERE dispute.state IN %(unanswered)s OR dispute.date_closed > %(since)s
             GROUP BY known.id
            """,
            date=date,
            unanswered=UNANSWERED,
            since=self._get_since(date),
            is_news=self._get_news_sql(SQL("dispute.write_date")),
        )

    @api.model
    def _get_bounce_sql(self, company, date, debtor_ids):
        """Payments that fell through: how many of late, and the last that nobody has
        looked at."""
        return SQL(
            """
            SELECT known.id AS case_id, COUNT(*) AS bounced_count,
                   MAX(LEAST(GREATEST(lost.day, %(found)s), %(date)s)) FILTER (
                       WHERE known.overdue > 0 AND (
                           lost.day > COALESCE(known.attended, '-infinity')
                           OR %(is_news)s
                       )
                   ) AS bounced_on
              FROM known
              JOIN (%(lost)s) lost ON lost.debtor_id = known.partner_id
             GROUP BY known.id
            """,
            date=date,
            found=self._get_day_sql(company, SQL("lost.moment")),
            is_news=self._get_news_sql(SQL("lost.moment")),
            lost=self._get_lost_sql(company, date, debtor_ids),
        )

    @api.model
    def _get_lost_sql(self, company, date, debtor_ids):
        """Money that went back through a bank journal without being a payment of ours,
        and payments that were rejected or cancelled."""
        some_debtors = SQL()
        if debtor_ids is not None:
            some_debtors = SQL("AND payer.cartera_debtor_id IN %s", tuple(debtor_ids))
        return SQL(
            """
            SELECT payer.cartera_debtor_id AS debtor_id, line.date AS day,
                   line.create_date AS moment
              FROM account_move_line line
              JOIN res_partner payer ON payer.id = line.partner_id
              JOIN account_journal journal
                   ON journal.id = line.journal_id
                  AND journal.type IN ('bank', 'cash', 'credit')
             WHERE line.account_id = ANY (ARRAY(
                       SELECT id FROM account_account
                        WHERE account_type = 'asset_receivable'
                   ))
               AND line.company_id = %(company)s AND line.parent_state = 'posted'
               AND line.balance > 0 AND line.payment_id IS NULL
               AND line.date > %(since)s AND line.date <= %(date)s %(some_debtors)s
            UNION ALL
            SELECT payer.cartera_debtor_id, payment.date, payment.write_date
              FROM account_payment payment
              JOIN res_partner payer ON payer.id = payment.partner_id
             WHERE payment.company_id = %(company)s
               AND payment.payment_type = 'inbound'
               AND payment.state IN ('canceled', 'rejected')
               AND payment.date > %(since)s AND payment.date <= %(date)s
               %(some_debtors)s
            """,
            company=company.id,
            since=self._get_since(date),
            date=date,
            some_debtors=some_debtors,
        )

    @api.model
    def _get_pause_sql(self, date):
        """The next review of the pauses of some items."""
        return SQL(
            """
            SELECT known.id AS case_id, MIN(pause.date_review) AS review_on
              FROM known
              JOIN cartera_pause pause ON pause.case_id = known.id
             WHERE pause.state = 'active' AND pause.is_whole IS NOT TRUE
               AND pause.date_from <= %(date)s AND pause.date_review >= %(date)s
             GROUP BY known.id
            """,
            date=date,
        )

    @api.model
    def _get_since(self, date):
        return fields.Date.subtract(date, days=LOOK_BACK_DAYS)
