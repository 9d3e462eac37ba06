from odoo import api, models
from odoo.tools import SQL


class CarteraPauseEngine(models.AbstractModel):
    """Ends the pauses whose review is over, and keeps in the cases what holds."""

    _name = "cartera.pause.engine"
    _description = "Pause Engine"

    @api.model
    def _run_phase(self, run):
        """End what is over as of the day of the run. The activities of the owners stay,
        so that they look at it.

        :return: ``(number of pauses that ended, [])``
        """
        return self._end_over(run.company_id, run.date), []

    @api.model
    def _end_over(self, company, date):
        """End the pauses of ``company`` whose review was before ``date``.

        :return: their number
        """
        self.env["cartera.pause"].flush_model()
        case_ids = self.env.execute_query(
            SQL(
                """
                UPDATE cartera_pause
                SET state = 'ended', date_ended = date_review + 1,
                    write_uid = %(uid)s, write_date = %(now)s
                WHERE company_id = %(company)s AND state = 'active'
                    AND date_review < %(date)s
                RETURNING case_id
                """,
                uid=self.env.uid,
                now=self.env.cr.now(),
                company=company.id,
                date=date,
            )
        )
        self.env["cartera.pause"].invalidate_model(flush=False)
        self._write_holds(list({case_id for (case_id,) in case_ids}))
        return len(case_ids)

    @api.model
    def _write_holds(self, case_ids):
        """Write into the cases until when and why the debtor as a whole is paused: of
        several pauses the latest review counts."""
        if not case_ids:
            return
        cases = self.env["cartera.case"].browse(case_ids)
        self.env["cartera.pause"].flush_model()
        cases.flush_recordset(["hold_until", "hold_reason"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case known
                SET hold_until = latest.date_review, hold_reason = latest.reason
                FROM (
                    SELECT DISTINCT ON (held.id)
                        held.id, pause.date_review, pause.reason
                    FROM cartera_case held
                    LEFT JOIN cartera_pause pause
                        ON pause.case_id = held.id
                            AND pause.company_id = held.company_id
                            AND pause.state = 'active' AND pause.is_whole
                    WHERE held.id = ANY(%s)
                    ORDER BY held.id, pause.date_review DESC NULLS LAST, pause.id DESC
                ) latest
                WHERE known.id = latest.id
                    AND (known.hold_until, known.hold_reason)
                        IS DISTINCT FROM (latest.date_review, latest.reason)
                """,
                case_ids,
            )
        )
        cases.invalidate_recordset(["hold_until", "hold_reason"], flush=False)
        cases.modified(["hold_until", "hold_reason"])
