"""SQL of which steps are due for which debtors, and why not.

Each function returns an ``SQL`` for the common table expression of its name; they read
those of :mod:`.strategy_facts`. The rules are those of ``lib/strategy.py``.
"""

from odoo.tools import SQL

from .plan_reasons import ANSWERED, UNTOLD, WAITING
from .strategy_facts import COUNTED, MESSAGES


def items(open_items, company, date, until, debtor_ids=None):
    """The collectable items that fall due from ``date`` on; what falls due of an
    instalment of an agreement is one, with the first of its items.

    :param until: the last due date to look at, or None
    :param debtor_ids: ids of the debtors to look at, or None
    """
    limit = SQL("AND item.date_due <= %s", until) if until else SQL()
    some_debtors = SQL()
    if debtor_ids is not None:
        # As values, so that the index of the items is searched by them.
        some_debtors = SQL("AND item.debtor_id IN %s", tuple(debtor_ids))
    return SQL(
        """
        SELECT
            MIN(item.move_line_id) AS move_line_id,
            item.installment_id,
            item.debtor_id,
            item.date_due,
            SUM(item.amount_askable) AS amount_askable,
            COALESCE(-item.installment_id, item.move_line_id) AS line_key
        FROM %(items)s item
        WHERE item.company_id = %(company)s
            AND item.collectable
            AND item.date_due >= %(date)s %(limit)s %(some_debtors)s
        GROUP BY line_key, item.installment_id, item.debtor_id, item.date_due
        """,
        items=open_items._table_sql,
        company=company.id,
        date=date,
        limit=limit,
        some_debtors=some_debtors,
    )


def found_items(rows):
    """The same, where they have been read already.

    :param rows: of the query of :func:`items`
    """
    columns = zip(*rows, strict=True) if rows else ((),) * 6
    return SQL(
        """
        SELECT * FROM unnest(
            %s::int[], %s::int[], %s::int[], %s::date[], %s::numeric[], %s::int[]
        ) item (
            move_line_id, installment_id, debtor_id, date_due, amount_askable, line_key
        )
        """,
        *map(list, columns),
    )


def due_candidates(date):
    """Steps per debtor and per item whose day has come, by their clock; whatever is
    done already, or has no day, or is too late, is left out. Of those of whom nothing
    may be asked for now, the first step that would ask."""
    return SQL(
        """
        SELECT * FROM (%(per_debtor)s UNION ALL %(per_promise)s) candidate
        WHERE date_step <= %(date)s AND NOT exhausted
            AND (catch_up_days = 0 OR %(date)s - date_step <= catch_up_days)
        UNION ALL
        %(per_item)s
        UNION ALL
        (%(per_answer)s)
        """,
        per_debtor=_per_debtor(SQL("facts.date_oldest_due"), SQL()),
        per_promise=_per_promise(),
        per_item=_per_item(SQL("item.date_due + step.offset_days <= %s", date)),
        per_answer=_per_answer(),
        date=date,
    )


def all_candidates(date):
    """Steps per debtor and per item, also those whose day is still to come: of the
    debtors who owe nothing overdue, by the next due date; of the items, the first."""
    return SQL(
        """
        SELECT * FROM (%(per_debtor)s UNION ALL %(per_promise)s) candidate
        UNION ALL
        %(per_item)s
        UNION ALL
        %(next_item)s
        """,
        per_debtor=_per_debtor(
            SQL(
                "CASE WHEN facts.quiet = 'nothing_overdue' THEN upcoming.date_due "
                "ELSE facts.date_oldest_due END"
            ),
            SQL("LEFT JOIN upcoming ON upcoming.debtor_id = facts.partner_id"),
        ),
        per_promise=_per_promise(),
        per_item=_per_item(SQL("item.date_due + step.offset_days <= %s", date)),
        next_item=_next_item(date),
    )


def upcoming():
    """Per debtor, the next due date of a collectable item."""
    return SQL(
        "SELECT debtor_id, MIN(date_due) AS date_due FROM items GROUP BY debtor_id"
    )


def _per_debtor(oldest_due, join):
    """Steps of the arrears and after payments, with their day by their clock.

    :param oldest_due: SQL of the due date that the arrears count from
    :param join: SQL of what that one needs
    """
    return SQL(
        """
        SELECT
            facts.id AS case_id,
            step.id AS step_id,
            NULL::int AS line_id,
            NULL::int AS installment_id,
            CASE step.kind WHEN 'arrears' THEN facts.episode ELSE 0 END AS episode,
            COALESCE(done.times, 0) + 1 AS occurrence,
            event.date AS date_event,
            CASE
                WHEN done.times IS NOT NULL THEN done.last_date + step.repeat_days
                ELSE origin.date + step.offset_days
            END AS date_step,
            facts.amount_collectable AS amount,
            COALESCE(done.times >= step.max_executions, FALSE) AS exhausted,
            step.catch_up_days
        FROM facts
        JOIN steps step
            ON step.strategy_id = facts.strategy_id AND step.kind <> 'item'
                AND step.clock NOT IN ('promise', 'promise_made')
        %(join)s
        LEFT JOIN done before
            ON before.case_id = facts.id AND before.step_id = step.previous_id
                AND before.date_event IS NULL
        CROSS JOIN LATERAL (
            SELECT CASE step.clock
                WHEN 'due' THEN %(oldest_due)s
                WHEN 'stage' THEN facts.stage_date
                WHEN 'previous' THEN before.last_date
                WHEN 'payment' THEN facts.date_last_payment
            END AS date
        ) origin
        CROSS JOIN LATERAL (
            SELECT CASE step.kind WHEN 'event' THEN origin.date END AS date
        ) event
        LEFT JOIN done
            ON done.case_id = facts.id AND done.step_id = step.id
                AND done.date_event IS NOT DISTINCT FROM event.date
        WHERE step.kind = 'arrears' OR origin.date IS NOT NULL
        """,
        oldest_due=oldest_due,
        join=join,
    )


def _per_answer():
    """One step for each debtor who has answered for all that is overdue, by a promise
    say: it has no day as long as nothing may be asked for."""
    return SQL(
        """
        SELECT DISTINCT ON (facts.id)
            facts.id, step.id, NULL::int, NULL::int, facts.episode, 1, NULL::date,
            NULL::date, facts.amount_collectable, FALSE, step.catch_up_days
        FROM facts
        JOIN steps step
            ON step.strategy_id = facts.strategy_id AND step.kind = 'arrears'
                AND step.clock = 'due'
        WHERE facts.quiet IN %s
            AND NOT EXISTS (
                SELECT 1 FROM done
                WHERE done.case_id = facts.id AND done.step_id = step.id
                    AND done.date_event IS NULL
            )
        ORDER BY facts.id, step.rank
        """,
        ANSWERED,
    )


def _per_promise():
    """Steps around promises, for each promised day that they are for: those after the
    day for payments that were not kept, from the day on which that was found."""
    return SQL(
        """
        SELECT
            facts.id, step.id, NULL::int, NULL::int, 0, COALESCE(done.times, 0) + 1,
            promise.date,
            CASE
                WHEN done.times IS NOT NULL THEN done.last_date + step.repeat_days
                ELSE GREATEST(promise.date + step.offset_days, promise.least)
            END,
            CASE WHEN promise.is_after
                THEN facts.amount_collectable ELSE promise.amount END,
            COALESCE(done.times >= step.max_executions, FALSE),
            step.catch_up_days
        FROM promises promise
        JOIN facts ON facts.id = promise.case_id
        JOIN steps step
            ON step.strategy_id = facts.strategy_id AND step.clock = promise.clock
                AND COALESCE(promise.is_after = (step.offset_days > 0), TRUE)
        LEFT JOIN done
            ON done.case_id = facts.id AND done.step_id = step.id
                AND done.date_event = promise.date
        """
    )


def _per_item(condition):
    """Steps before the due date, for each item of which the day has come."""
    return SQL(
        """
        SELECT
            facts.id, step.id, item.move_line_id, item.installment_id, 0, 1,
            NULL::date,
            item.date_due + step.offset_days, item.amount_askable, FALSE, 0
        FROM items item
        JOIN facts ON facts.partner_id = item.debtor_id
        JOIN steps step ON step.strategy_id = facts.strategy_id AND step.kind = 'item'
        WHERE %s
            AND NOT EXISTS (
                SELECT 1 FROM cartera_step_execution execution
                WHERE execution.case_id = facts.id
                    AND execution.step_id = step.id
                    AND execution.line_key = item.line_key
                    AND execution.state IN %s
            )
        """,
        condition,
        COUNTED,
    )


def _next_item(date):
    """Steps before the due date, with the first day still to come."""
    return SQL(
        """
        SELECT
            facts.id, step.id, NULL::int, NULL::int, 0, 1, NULL::date,
            MIN(item.date_due + step.offset_days), NULL::numeric, FALSE, 0
        FROM items item
        JOIN facts ON facts.partner_id = item.debtor_id
        JOIN steps step ON step.strategy_id = facts.strategy_id AND step.kind = 'item'
        WHERE item.date_due + step.offset_days > %s
        GROUP BY facts.id, step.id
        """,
        date,
    )


def judged(date):
    """The candidates with the reason why they are not done, NULL for none."""
    return SQL(
        """
        SELECT
            candidate.*,
            step.rank, step.action, step.merge_group, step.cost,
            facts.date_oldest_due, facts.hold_until, facts.promised_until,
            facts.paused_until, latest.wait_until,
            way.channel,
            CASE
                WHEN candidate.exhausted THEN 'done'
                WHEN candidate.date_step IS NULL
                    THEN CASE step.clock WHEN 'previous' THEN 'clock'
                        ELSE COALESCE(facts.quiet, 'nothing_overdue') END
                WHEN candidate.date_step > %(date)s THEN 'not_yet'
                WHEN candidate.catch_up_days > 0
                    AND %(date)s - candidate.date_step > candidate.catch_up_days
                    THEN 'expired'
                WHEN step.kind = 'arrears' AND latest.ended THEN 'ended'
                WHEN step.kind = 'arrears' AND step.rank < CASE step.merge_group
                    WHEN 'message' THEN latest.message_rank
                    WHEN 'spoken' THEN latest.spoken_rank END
                    THEN 'superseded'
                WHEN step.kind = 'arrears'
                    AND step.template_id = ANY(latest.texts_elsewhere)
                    THEN 'superseded'
                WHEN facts.closed IS NOT NULL THEN facts.closed
                WHEN step.chasing AND facts.quiet IS NOT NULL THEN facts.quiet
                WHEN step.clock = 'promise' AND facts.amount_total <= 0
                    THEN 'nothing_owed'
                WHEN candidate.amount < step.min_amount
                    OR (step.max_amount > 0 AND candidate.amount > step.max_amount)
                    THEN 'amount'
                WHEN facts.share < step.min_share THEN 'share'
                WHEN facts.bucket_id = ANY(step.bucket_ids) IS NOT TRUE
                    AND step.bucket_ids IS NOT NULL THEN 'bucket'
                WHEN facts.segment_id = ANY(step.segment_ids) IS NOT TRUE
                    AND step.segment_ids IS NOT NULL THEN 'segment'
                WHEN facts.stage_id = ANY(step.stage_ids) IS NOT TRUE
                    AND step.stage_ids IS NOT NULL THEN 'stage'
                WHEN facts.lang = ANY(step.langs) IS NOT TRUE
                    AND step.langs IS NOT NULL THEN 'language'
                WHEN step.kind = 'arrears' AND latest.wait_until >= %(date)s
                    THEN 'waiting'
                WHEN CASE step.merge_group
                    WHEN 'message' THEN latest.message_today
                    WHEN 'spoken' THEN latest.spoken_today END THEN 'today'
                WHEN step.merge_group IN ('message', 'spoken') AND way.channel IS NULL
                    THEN COALESCE(reach.obstacles ->> step.action, 'no_channel')
            END AS reason
        FROM candidates candidate
        JOIN facts ON facts.id = candidate.case_id
        JOIN steps step ON step.id = candidate.step_id
        LEFT JOIN latest ON latest.case_id = candidate.case_id
        LEFT JOIN reach ON reach.case_id = candidate.case_id
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN step.merge_group IS NULL
                    OR step.merge_group NOT IN ('message', 'spoken')
                    OR step.action = ANY(reach.channels)
                    THEN step.action
                WHEN step.fallback_channel AND step.action IN %(messages)s
                    THEN %(fallback)s
            END AS channel
        ) way
        """,
        date=date,
        messages=MESSAGES,
        fallback=_fallback(),
    )


def _fallback():
    """The written channel that worked last, or else the first that reaches."""
    return SQL(
        """
        COALESCE(
            (
                SELECT contact.channel FROM cartera_contact contact
                WHERE contact.case_id = candidate.case_id
                    AND contact.channel = ANY(reach.channels)
                    AND contact.channel IN %(messages)s
                    AND contact.reached IN ('sent', 'reached')
                ORDER BY contact.date DESC LIMIT 1
            ),
            (
                SELECT usual.channel
                FROM unnest(%(order)s) WITH ORDINALITY usual (channel, place)
                WHERE usual.channel = ANY(reach.channels)
                ORDER BY usual.place LIMIT 1
            )
        )
        """,
        messages=MESSAGES,
        order=list(MESSAGES),
    )


def told_at_night():
    """What the nightly plan keeps: what is done, and what was kept from being done."""
    return SQL(
        "SELECT * FROM judged WHERE reason IS NULL OR reason NOT IN %s",
        (*UNTOLD, *WAITING),
    )


def told_to_people(date):
    """What a simulation shows: the same, and one line for each debtor of whom there
    would be none, with what comes next or else why nothing does."""
    return SQL(
        """
        SELECT * FROM (
            SELECT
                ranked.*,
                reason IS NULL OR reason NOT IN %(quiet)s AS told,
                BOOL_OR(reason IS NULL OR reason NOT IN %(quiet)s)
                    OVER (PARTITION BY case_id) AS any_told,
                ROW_NUMBER() OVER (
                    PARTITION BY case_id
                    ORDER BY reason IN %(waiting)s DESC, reason = 'clock',
                        GREATEST(date_step, wait_until + 1, %(date)s), rank
                ) AS place
            FROM judged ranked
        ) line
        WHERE told OR (NOT any_told AND place = 1)
        """,
        quiet=(*UNTOLD, *WAITING),
        waiting=WAITING,
        date=date,
    )
