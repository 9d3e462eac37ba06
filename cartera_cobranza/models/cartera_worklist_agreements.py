from odoo import api, models
from odoo.tools import SQL


class CarteraWorklistAgreements(models.AbstractModel):
    """What decides about the worklist of agreements that are not kept to."""

    _name = "cartera.worklist.agreements"
    _description = "Agreements for the Worklist"

    @api.model
    def _get_agreed_sql(self, company, date):
        """Agreements that were broken, or not paid in time, of late; and of those in
        force the notices of default and the overdue instalments.

        An instalment comes up once its days of tolerance are over.
        """
        return SQL(
            """
            SELECT known.id AS agreed_case_id,
                   COUNT(DISTINCT agreement.id) FILTER (
                       WHERE agreement.state <> 'active'
                   ) AS broken_agreement_count,
                   GREATEST(
                       MAX(agreement.date_ended) FILTER (
                           WHERE agreement.state <> 'active' AND known.collectable > 0
                           AND agreement.date_ended
                               > COALESCE(known.attended, '-infinity')
                       ),
                       MAX(%(found)s) FILTER (
                           WHERE known.collectable > 0 AND %(is_news)s
                       )
                   ) AS broken_agreement_on,
                   COUNT(DISTINCT agreement.id) FILTER (
                       WHERE agreement.state = 'active'
                       AND agreement.date_notice IS NOT NULL
                   ) AS notice_count,
                   MAX(agreement.date_notice) FILTER (
                       WHERE agreement.state = 'active' AND known.collectable > 0
                       AND agreement.date_notice
                           > COALESCE(known.attended, '-infinity')
                   ) AS notice_on,
                   COUNT(part.id) AS overdue_installment_count,
                   MAX(part.overdue_from) FILTER (
                       WHERE known.collectable > 0
                       AND part.overdue_from > COALESCE(known.attended, '-infinity')
                   ) AS overdue_installment_on
              FROM known
              JOIN cartera_agreement agreement ON agreement.case_id = known.id
              LEFT JOIN LATERAL (
                  SELECT MAX(change.date) AS moment FROM cartera_agreement_change change
                   WHERE change.agreement_id = agreement.id
                     AND agreement.state <> 'active'
                     AND change.state_to = agreement.state
              ) change ON TRUE
              LEFT JOIN LATERAL (
                  SELECT late.id,
                         late.date + COALESCE(agreement.tolerance_days, 0) + 1
                             AS overdue_from
                    FROM cartera_agreement_installment late
                   WHERE late.agreement_id = agreement.id
                     AND agreement.state = 'active' AND late.state = 'overdue'
              ) part ON TRUE
             WHERE agreement.date_started IS NOT NULL
               AND (agreement.state = 'active'
                    OR (agreement.state IN ('broken', 'expired')
                        AND agreement.date_ended > %(since)s))
             GROUP BY known.id
            """,
            since=self._get_since(date),
            found=self._get_day_sql(company, SQL("change.moment")),
            is_news=self._get_news_sql(SQL("change.moment")),
        )
