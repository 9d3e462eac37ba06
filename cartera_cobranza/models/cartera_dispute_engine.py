from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib.disputes import Contest, share_out
from .cartera_debtor_member import owes_with
from .cartera_dispute_answer import LATE, QUESTION, UNANSWERED
from .conflicts import fetch_quietly

# How long the night looks whether what the ledger closed has been undone.
LOOK_BACK_DAYS = 180


class CarteraDisputeEngine(models.AbstractModel):
    """Keeps the open part of disputes in step with the ledger, closes those of which
    nothing is left, and escalates those that nobody answers."""

    _name = "cartera.dispute.engine"
    _description = "Dispute Engine"

    @api.model
    def _run_phase(self, run):
        """Settle and escalate the disputes of the run's company. A run of another day
        looks back and changes nothing.

        :return: ``(number of disputes that changed, [])``
        """
        if run._get_as_of():
            return 0, []
        count = self._settle(run.company_id, run.date)
        late = self._get_late(run.company_id, run.date)
        late._escalate(run.date)
        return count + len(late), []

    @api.model
    def _get_late(self, company, date):
        """The disputes past their deadline that nobody has been told of.

        Not by a search, which would first bring in what waits of all companies: that
        is for the phases of each.
        """
        disputes = self.env["cartera.dispute"]
        disputes.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM cartera_dispute
                WHERE company_id = %s AND state IN %s AND date_deadline < %s
                    AND date_escalated IS NULL
                ORDER BY id
                """,
                company.id,
                tuple(UNANSWERED),
                date,
            )
        )
        return disputes.browse(dispute_id for (dispute_id,) in rows)

    # -- what the ledger says -----------------------------------------------------

    @api.model
    def _get_matched_sql(self):
        """What was matched with the journal item ``line``, in its currency: credit
        notes, and drafts, which Odoo has taken off the residual too early."""
        return SQL(
            """
            SELECT
                COALESCE(SUM(partial.debit_amount_currency) FILTER (
                    WHERE entry.move_type = 'out_refund' AND entry.state = 'posted'
                ), 0) AS credited,
                COALESCE(SUM(partial.debit_amount_currency) FILTER (
                    WHERE entry.state = 'draft'
                ), 0) AS drafts
            FROM account_partial_reconcile partial
            JOIN account_move_line credit ON credit.id = partial.credit_move_id
            JOIN account_move entry ON entry.id = credit.move_id
            WHERE partial.debit_move_id = line.id
            """
        )

    @api.model
    def _flush_ledger(self):
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(
            ["amount_residual_currency", "parent_state", "partner_id"]
        )
        self.env["account.move"].flush_model(["move_type", "state"])
        self.env["cartera.dispute"].flush_model()
        self.env["cartera.dispute.item"].flush_model()
        self.env["res.partner"].flush_model(
            ["cartera_debtor_id", "cartera_group_id", "commercial_partner_id"]
        )

    @api.model
    def _get_credited(self, lines):
        """Credit notes matched with journal items, in their currency, by id."""
        return {row[0]: row[1] for row in self._fetch_lines(lines)}

    @api.model
    def _get_free(self, lines, without=None):
        """What is open of journal items and nobody contests, in their currency.

        :param without: items of disputes that do not count
        :return: dict of the lines' ids to amounts
        """
        return {row[0]: row[2] for row in self._fetch_lines(lines, without)}

    @api.model
    def _fetch_lines(self, lines, without=None):
        if not lines:
            return []
        self._flush_ledger()
        return self.env.execute_query(
            SQL(
                """
                SELECT
                    line.id,
                    matched.credited,
                    CASE WHEN line.parent_state = 'posted' THEN
                        line.amount_residual_currency + matched.drafts - (
                            SELECT COALESCE(SUM(
                                CASE WHEN dispute.state = 'founded'
                                    THEN item.amount_open ELSE item.amount END
                            ), 0)
                            FROM cartera_dispute_item item
                            JOIN cartera_dispute dispute
                                ON dispute.id = item.dispute_id
                            WHERE item.line_id = line.id AND item.is_open
                                AND dispute.state <> 'closed'
                                AND item.id <> ALL(%(without)s)
                        )
                    ELSE 0 END
                FROM account_move_line line
                CROSS JOIN LATERAL (%(matched)s) matched
                WHERE line.id = ANY(%(lines)s)
                """,
                matched=self._get_matched_sql(),
                lines=lines.ids,
                without=without.ids if without else [],
            )
        )

    # -- settling -----------------------------------------------------------------

    @api.model
    def _settle(self, company, date, debtor_ids=None):
        """Bring what is still disputed in step with the ledger as it stands.

        :param date: the company's day, on which disputes are closed
        :param debtor_ids: ids of the debtors; None for all
        :return: number of disputes that changed
        """
        rows = self._fetch_contests(company, date, debtor_ids)
        if not rows:
            return 0
        shares = self._share_out(rows)
        items = {
            row["item_id"]: shares[row["item_id"]].open
            for row in rows
            if (row["amount_open"], row["is_open"])
            != (shares[row["item_id"]].open, shares[row["item_id"]].open > 0)
        }
        members = defaultdict(list)
        for row in rows:
            members[row["dispute_id"]].append(row)
        outcomes = {
            dispute_id: self._judge(group, shares)
            for dispute_id, group in members.items()
        }
        turned = {
            dispute_id: outcome
            for dispute_id, outcome in outcomes.items()
            if members[dispute_id][0]["is_closed"] != bool(outcome)
        }
        changed = {row["dispute_id"] for row in rows if row["item_id"] in items}
        if items:
            self._write_amounts(items, changed)
        if turned:
            self._turn(turned, date)
        return len(changed | set(turned))

    @api.model
    def _share_out(self, rows):
        """What is left of each contest.

        :return: dict of the ids of the disputes' items to ``Share``
        """
        shares = {}
        by_line = defaultdict(list)
        for row in rows:
            by_line[row["line_id"]].append(row)
        for group in by_line.values():
            contests = [
                Contest(row["item_id"], row["contested"], row["credited_before"])
                for row in group
            ]
            ledger = group[0]
            shares |= share_out(
                contests, ledger["credited"], ledger["residual"], ledger["digits"]
            )
        return shares

    @api.model
    def _judge(self, rows, shares):
        """How the ledger has closed a dispute, or None as long as it has not.

        :param rows: its items
        """
        if any(shares[row["item_id"]].open > 0 for row in rows):
            return None
        if all(shares[row["item_id"]].left == 0 for row in rows):
            return "credited"
        return "paid" if any(row["is_owed"] for row in rows) else "cancelled"

    @api.model
    def _write_amounts(self, items, dispute_ids):
        """Write what is still disputed.

        :param items: dict of the ids of the disputes' items to amounts
        """
        fetch_quietly(
            self.env,
            SQL(
                """
                WITH fresh AS (
                    SELECT * FROM unnest(%(ids)s::int[], %(amounts)s::numeric[])
                        AS fresh (id, amount)
                ),
                written AS (
                    UPDATE cartera_dispute_item item
                    SET amount_open = fresh.amount, is_open = fresh.amount > 0
                    FROM fresh WHERE fresh.id = item.id
                )
                UPDATE cartera_dispute dispute
                SET amount_open = total.amount
                FROM (
                    SELECT
                        item.dispute_id,
                        SUM(COALESCE(fresh.amount, item.amount_open)) AS amount
                    FROM cartera_dispute_item item
                    LEFT JOIN fresh ON fresh.id = item.id
                    WHERE item.dispute_id = ANY(%(disputes)s)
                    GROUP BY item.dispute_id
                ) total
                WHERE dispute.id = total.dispute_id
                RETURNING dispute.id
                """,
                ids=list(items),
                amounts=list(items.values()),
                disputes=list(dispute_ids),
            ),
        )
        disputes = self.env["cartera.dispute"].browse(dispute_ids)
        disputes.invalidate_recordset(["amount_open"], flush=False)
        self.env["cartera.dispute.item"].browse(items).invalidate_recordset(
            ["amount_open", "is_open"], flush=False
        )

    @api.model
    def _turn(self, outcomes, date):
        """Close disputes, and open again those whose closing was undone.

        By SQL, since it happens while somebody reads a case.

        :param outcomes: dict of the disputes' ids to the outcome, None to open
        """
        disputes = self.env["cartera.dispute"].browse(outcomes).sudo()
        fetch_quietly(
            self.env,
            SQL(
                """
                UPDATE cartera_dispute dispute
                SET outcome = fresh.outcome,
                    is_closed_by_ledger = fresh.outcome IS NOT NULL,
                    state = CASE WHEN fresh.outcome IS NULL
                        THEN dispute.state_before ELSE 'closed' END,
                    state_before = CASE WHEN fresh.outcome IS NOT NULL
                        THEN dispute.state END,
                    date_closed = CASE WHEN fresh.outcome IS NOT NULL
                        THEN %(date)s::date END,
                    -- Whoever was in contact before has not heard of it.
                    write_date = %(now)s, write_uid = %(uid)s
                FROM unnest(%(ids)s::int[], %(outcomes)s::varchar[])
                    AS fresh (id, outcome)
                WHERE dispute.id = fresh.id
                RETURNING dispute.id
                """,
                ids=list(outcomes),
                outcomes=list(outcomes.values()),
                date=date,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            ),
        )
        disputes.invalidate_recordset(flush=False)
        self._turn_activities(disputes, date)
        self._log_turns(disputes)

    @api.model
    def _turn_activities(self, disputes, date):
        """Nobody need answer what the ledger has closed, until that is undone."""
        types = [
            self.env["ir.model.data"]._xmlid_to_res_id(name)
            for name in (QUESTION, LATE)
        ]
        self.env["mail.activity"].flush_model()
        fetch_quietly(
            self.env,
            SQL(
                """
                UPDATE mail_activity activity
                SET active = dispute.state <> 'closed',
                    date_done = CASE WHEN dispute.state = 'closed'
                        THEN %(date)s::date END
                FROM cartera_dispute dispute
                WHERE activity.res_model = 'cartera.dispute'
                    AND activity.res_id = dispute.id
                    AND activity.activity_type_id = ANY(%(types)s)
                    AND dispute.id = ANY(%(ids)s)
                    AND COALESCE(dispute.state_before, dispute.state) <> 'founded'
                    -- Earlier ones have been answered.
                    AND NOT EXISTS (
                        SELECT 1 FROM mail_activity later
                        WHERE later.res_model = activity.res_model
                            AND later.res_id = activity.res_id
                            AND later.activity_type_id = activity.activity_type_id
                            AND later.id > activity.id
                    )
                RETURNING activity.id
                """,
                ids=disputes.ids,
                types=types,
                date=date,
            ),
        )
        self.env["mail.activity"].invalidate_model(flush=False)
        disputes.invalidate_recordset(["activity_ids"], flush=False)

    @api.model
    def _log_turns(self, disputes):
        texts = {
            "credited": self.env._("Closed: credit notes cover all that was disputed."),
            "paid": self.env._("Closed: nothing of the disputed items is open."),
            "cancelled": self.env._(
                "Closed: the disputed documents are not posted, or not to this debtor."
            ),
            False: self.env._("Opened again: what had closed it was undone."),
        }
        disputes._message_log_batch(
            bodies={dispute.id: texts[dispute.outcome] for dispute in disputes},
            author_id=self.env.ref("base.partner_root").id,
        )

    @api.model
    def _fetch_contests(self, company, date, debtor_ids):
        """What is contested of items, the oldest first, with what the ledger says of
        them: of disputes that nobody but the ledger has closed."""
        self._flush_ledger()
        if debtor_ids is None:
            since = fields.Date.subtract(date, days=LOOK_BACK_DAYS)
            some = SQL(
                "(dispute.state <> 'closed' OR dispute.date_closed >= %s)", since
            )
        else:
            some = SQL("dispute.partner_id = ANY(%s)", list(debtor_ids))
        names = (
            "item_id",
            "dispute_id",
            "line_id",
            "state",
            "is_closed",
            "contested",
            "credited_before",
            "amount_open",
            "is_open",
            "is_owed",
            "credited",
            "residual",
            "digits",
        )
        query = SQL(
            """
            SELECT
                item.id,
                dispute.id,
                item.line_id,
                COALESCE(dispute.state_before, dispute.state),
                dispute.state = 'closed',
                CASE WHEN 'founded' IN (dispute.state, dispute.state_before)
                    THEN COALESCE(item.amount_accepted, 0) ELSE item.amount END,
                COALESCE(item.credited_before, 0),
                COALESCE(item.amount_open, 0),
                COALESCE(item.is_open, FALSE),
                owed.is_owed,
                matched.credited,
                CASE WHEN owed.is_owed
                    THEN line.amount_residual_currency + matched.drafts ELSE 0 END,
                currency.decimal_places
            FROM cartera_dispute dispute
            JOIN cartera_dispute_item item ON item.dispute_id = dispute.id
            JOIN account_move_line line ON line.id = item.line_id
            JOIN res_currency currency ON currency.id = dispute.currency_id
            CROSS JOIN LATERAL (%(matched)s) matched
            -- An invoice may have been made out to another debtor meanwhile.
            CROSS JOIN LATERAL (
                SELECT line.parent_state = 'posted' AND %(owes)s AS is_owed
            ) owed
            WHERE dispute.company_id = %(company)s
                AND (dispute.state <> 'closed' OR dispute.is_closed_by_ledger)
                AND %(some)s
            ORDER BY dispute.date_open, dispute.id, item.id
            """,
            matched=self._get_matched_sql(),
            owes=owes_with(SQL("line.partner_id"), SQL("dispute.partner_id")),
            company=company.id,
            some=some,
        )
        return [
            dict(zip(names, row, strict=True)) for row in fetch_quietly(self.env, query)
        ]
