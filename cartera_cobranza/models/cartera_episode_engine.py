from odoo import api, models
from odoo.tools import SQL

# How long before the last night a settlement may have been begun that was committed
# after it: what is looked at once more.
MARGIN = "1 day"

# Nothing that is overdue is left alone for now.
NOTHING_HELD = SQL(
    "COALESCE(amount_promised, 0) <= 0 AND COALESCE(amount_paused, 0) <= 0 "
    "AND COALESCE(amount_disputed, 0) <= 0"
)


class CarteraEpisodeEngine(models.AbstractModel):
    """Counts the episodes of arrears of the debtors and notes when they last paid.

    An episode begins when a debtor first has a collectable overdue item and ends at
    cure. What is promised, paused or disputed is not cured. A step of a strategy is
    done once in each episode.
    """

    _name = "cartera.episode.engine"
    _description = "Episode Engine"

    @api.model
    def _run_phase(self, run):
        """Begin and end the episodes as of the day of the run.

        :return: ``(number of cases that changed, [])``
        """
        last_night = self._get_last_night(run)
        return self._update(run.company_id, run.date, *last_night), []

    @api.model
    def _update(self, company, date, last_day=None, last_moment=None):
        """Begin and end the episodes of ``company`` and note its debtors' payments.

        :param date: the day as of which something is overdue
        :param last_day: the last day on which this was done before, or None
        :param last_moment: when it was, or None
        :return: number of cases that changed
        """
        count = self._count_episodes(company, date, last_day)
        count += self._note_payments(company, date, last_moment)
        if count:
            self.env["cartera.case"].invalidate_model(
                ["episode", "episode_date", "date_last_payment"], flush=False
            )
        return count

    @api.model
    def _get_last_night(self, run):
        """The last day before that of ``run`` on which episodes were counted, and the
        moment when they last were; None where they never were."""
        self.env["cartera.run.phase"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT MAX(run.date) FILTER (WHERE run.date < %s),
                    MAX(phase.create_date)
                FROM cartera_run_phase phase
                JOIN cartera_run run ON run.id = phase.run_id
                WHERE run.company_id = %s
                    AND phase.phase = 'episodes' AND phase.state <> 'failed'
                """,
                run.date,
                run.company_id.id,
            )
        )[0]

    @api.model
    def _count_episodes(self, company, date, last_day):
        """Begin an episode where something collectable has become overdue, and end it
        where nothing is any more.

        A debtor who has paid everything since ``last_day`` may be in arrears again
        today with something that was not overdue on that day: it is a new episode.

        :param last_day: the last day on which this was asked, or None
        :return: number of cases that changed
        """
        self.env["cartera.case"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case
                SET episode = episode + (date_oldest_due IS NOT NULL)::int,
                    episode_date = date_oldest_due + 1
                WHERE company_id = %(company)s AND (
                    (
                        date_oldest_due IS NULL AND episode_date IS NOT NULL
                        AND %(nothing_held)s
                    )
                    OR (date_oldest_due < %(date)s AND episode_date IS NULL)
                    OR (
                        episode_date <= %(last_day)s
                        AND date_oldest_due >= %(last_day)s
                        AND %(nothing_held)s
                    )
                )
                """,
                company=company.id,
                date=date,
                last_day=last_day,
                nothing_held=NOTHING_HELD,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _note_payments(self, company, date, since):
        """Keep the day of the last payment that was matched with an item.

        :param since: moment from which on settlements are new; None for all
        :return: number of cases that changed
        """
        for model in ("account.move", "account.move.line", "account.partial.reconcile"):
            self.env[model].flush_model()
        new = SQL()
        if since:
            new = SQL("AND partial.create_date >= %s - %s::interval", since, MARGIN)
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case known
                SET date_last_payment = paid.date
                FROM (
                    SELECT partner.cartera_debtor_id, MAX(line.date) AS date
                    FROM account_partial_reconcile partial
                    JOIN account_move_line line ON line.id = partial.credit_move_id
                    JOIN account_account account ON account.id = line.account_id
                    JOIN account_journal journal ON journal.id = line.journal_id
                    JOIN res_partner partner ON partner.id = line.partner_id
                    WHERE line.company_id = %(company)s
                        AND line.parent_state = 'posted'
                        AND line.date <= %(date)s
                        AND account.account_type = 'asset_receivable'
                        AND journal.type IN ('bank', 'cash', 'credit') %(new)s
                    GROUP BY partner.cartera_debtor_id
                ) paid
                WHERE known.partner_id = paid.cartera_debtor_id
                    AND known.company_id = %(company)s
                    AND (
                        known.date_last_payment IS NULL
                        OR known.date_last_payment < paid.date
                    )
                """,
                company=company.id,
                date=date,
                new=new,
            )
        )
        return self.env.cr.rowcount
