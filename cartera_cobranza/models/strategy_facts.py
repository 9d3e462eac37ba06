"""SQL of what a plan is decided on: the debtors, the steps and what has been done.

Each function returns an ``SQL`` for the common table expression of its name.
"""

from odoo.tools import SQL

# How long ago a promise or payment may be that a step still answers to.
EVENT_DAYS = 90

# An execution that failed does not count: the step is planned again. One that has been
# given up does: it is left to a person.
COUNTED = ("done", "merged", "given_up")

MESSAGES = ("email", "sms", "whatsapp", "letter")
SPOKEN = ("call", "visit")


def facts(company, date, money, guard, ids=None):
    """One row per debtor that a strategy may have something to do with.

    ``closed`` says why nothing at all is done with a debtor, ``quiet`` why nothing is
    asked of one.

    :param money: SQL of the amounts by ``partner_id`` on that day; None to take those
        that the cases hold
    :param guard: SQL of the ids of debtors whose money is on its way, and whether the
        bank statements are too old for asking
    :param ids: case ids, or None
    """
    transit, stale = guard
    some_cases = SQL(
        "(live.item_count > 0 OR known.date_last_payment > %(since)s - %(days)s)",
        since=date,
        days=EVENT_DAYS,
    )
    if ids is not None:
        some_cases = SQL("known.id = ANY(%s)", list(ids))
    of_these = _among(ids)
    source = SQL("JOIN cartera_case live ON live.id = known.id")
    if money is not None:
        source = SQL("LEFT JOIN (%s) live ON live.partner_id = known.partner_id", money)
    return SQL(
        """
        SELECT
            debtor.*,
            promised.until AS promised_until,
            paused.until AS paused_until,
            CASE
                WHEN amount_collectable <= 0 AND amount_overdue > 0 THEN CASE
                    WHEN amount_promised > 0 THEN 'promise'
                    WHEN amount_paused > 0 THEN 'paused'
                    WHEN amount_disputed > 0 THEN 'disputed'
                    ELSE 'blocked'
                END
                WHEN amount_collectable <= 0 THEN 'nothing_overdue'
                WHEN amount_collectable + amount_credit <= 0 THEN 'covered'
                WHEN %(stale)s THEN 'bank_stale'
                WHEN transit.pending
                    OR transit.amount >= amount_collectable * transit.share / 100
                    THEN 'money_in_transit'
            END AS quiet
        FROM (
            SELECT
                known.id, known.partner_id, known.segment_id, known.stage_id,
                known.stage_date, known.date_last_payment, known.hold_until,
                segment.strategy_id AS wanted_strategy_id,
                strategy.id AS strategy_id,
                COALESCE(partner.lang, %(lang)s) AS lang,
                COALESCE(partner.country_id, %(country)s) AS country_id,
                partner.cartera_debtor_kind AS debtor_kind,
                partner.cartera_sued_since <= %(date)s AS sued,
                known.episode + (known.episode_date IS NULL)::int AS episode,
                live.date_oldest_due,
                live.bucket_id,
                COALESCE(live.amount_total, 0) AS amount_total,
                COALESCE(live.amount_overdue, 0) AS amount_overdue,
                COALESCE(live.amount_collectable, 0) AS amount_collectable,
                COALESCE(live.amount_promised, 0) AS amount_promised,
                COALESCE(live.amount_paused, 0) AS amount_paused,
                COALESCE(live.amount_disputed, 0) AS amount_disputed,
                COALESCE(live.amount_credit, 0) AS amount_credit,
                COALESCE(
                    100 * live.amount_collectable
                    / NULLIF(live.amount_not_due + live.amount_overdue, 0), 0
                ) AS share,
                CASE
                    WHEN partner.active IS NOT TRUE THEN 'archived'
                    WHEN partner.cartera_insolvent_since <= %(date)s THEN 'insolvent'
                    WHEN known.hold_until >= %(date)s THEN 'hold'
                END AS closed
            FROM cartera_case known
            %(source)s
            JOIN res_partner partner ON partner.id = known.partner_id
            LEFT JOIN cartera_segment segment ON segment.id = known.segment_id
            LEFT JOIN cartera_strategy strategy
                ON strategy.id = segment.strategy_id AND strategy.active
            WHERE known.company_id = %(company)s AND %(some_cases)s
        ) debtor
        LEFT JOIN (%(transit)s) transit ON transit.debtor_id = debtor.partner_id
        LEFT JOIN (
            SELECT case_id, MIN(date_paused_until) AS until FROM cartera_promise
            WHERE company_id = %(company)s AND state = 'open'
                AND date_paused_until >= %(date)s %(of_these)s
            GROUP BY case_id
        ) promised ON promised.case_id = debtor.id
        LEFT JOIN (
            SELECT case_id, MIN(date_review) AS until FROM cartera_pause
            WHERE company_id = %(company)s AND state = 'active' AND NOT is_whole
                AND date_review >= %(date)s %(of_these)s
            GROUP BY case_id
        ) paused ON paused.case_id = debtor.id
        """,
        company=company.id,
        date=date,
        lang=company.partner_id.lang or "en_US",
        country=company.country_id.id or None,
        source=source,
        some_cases=some_cases,
        of_these=of_these,
        stale=stale,
        transit=transit,
    )


def _among(ids):
    """Condition that a row is of one of some cases, if not of any."""
    return SQL() if ids is None else SQL("AND case_id = ANY(%s)", list(ids))


def promises(company, date, rates, ids=None):
    """The promised days of each debtor that steps answer to, by ``clock``: of the open
    promises the day they were made and their payments to come (``is_after`` NULL and
    FALSE), and the payments that were not kept, with the day on which that was found
    (TRUE). Several of a day are one. They count for the case that holds the items now,
    which of a group collected as one is that of its parent.

    :param rates: rows of currency id and worth in the company's currency
    :param ids: case ids, or None
    """
    rows = SQL(", ").join(SQL("(%s, %s::numeric)", *row) for row in rates)
    of_these = SQL()
    if ids is not None:
        of_these = SQL(
            "AND partner.cartera_debtor_id IN ("
            "SELECT partner_id FROM cartera_case WHERE id = ANY(%s))",
            list(ids),
        )
    return SQL(
        """
        SELECT
            COALESCE(holder.id, own.id) AS case_id,
            event.clock, event.date, event.is_after,
            MAX(event.least) AS least,
            SUM(event.amount * rate.worth) AS amount
        FROM cartera_promise promise
        JOIN cartera_case own ON own.id = promise.case_id
        JOIN res_partner partner ON partner.id = own.partner_id
        LEFT JOIN cartera_case holder
            ON holder.partner_id = partner.cartera_debtor_id
            AND holder.company_id = promise.company_id
        JOIN (%(rates)s) rate (currency_id, worth)
            ON rate.currency_id = promise.currency_id
        CROSS JOIN LATERAL (
            SELECT
                'promise_made' AS clock, promise.date_made AS date,
                NULL::boolean AS is_after, NULL::date AS least,
                promise.amount AS amount
            WHERE promise.state = 'open'
            UNION ALL
            SELECT
                'promise', part.date, part.state <> 'open', part.date_judged,
                part.amount
            FROM cartera_promise_installment part
            WHERE part.promise_id = promise.id AND (
                (promise.state = 'open' AND part.state = 'open')
                OR (
                    promise.state IN ('broken', 'partial')
                    AND part.state IN ('broken', 'partial')
                )
            )
        ) event
        WHERE promise.company_id = %(company)s %(of_these)s
            AND (
                promise.state = 'open'
                OR (
                    promise.state IN ('broken', 'partial')
                    AND promise.date_ended > %(date)s - %(days)s
                )
            )
            AND event.date > %(date)s - %(days)s
        GROUP BY 1, event.clock, event.date, event.is_after
        """,
        company=company.id,
        date=date,
        days=EVENT_DAYS,
        of_these=of_these,
        rates=SQL("VALUES %s", rows),
    )


def steps(step_model, company):
    """One row per active step, with the arrays of its conditions.

    ``kind`` tells steps per item, of the arrears and after an event apart; ``chasing``
    those that ask for money; ``rank`` is the order of strength within the strategy and
    ``merge_group`` what is done at most once a day; ``previous_id`` is the step before
    among those of the arrears.
    """
    return SQL(
        """
        SELECT
            step.*,
            kind = 'arrears' OR (clock = 'promise' AND offset_days > 0) AS chasing,
            ROW_NUMBER() OVER in_strategy AS rank,
            CASE
                WHEN action IN %(messages)s THEN 'message'
                WHEN action IN %(spoken)s THEN 'spoken'
                WHEN action IN ('stage', 'hold') THEN action
            END AS merge_group,
            LAG(id) OVER (
                PARTITION BY strategy_id, kind ORDER BY sequence, id
            ) AS previous_id
        FROM (
            SELECT
                step.*,
                CASE
                    WHEN clock = 'due' AND offset_days <= 0 THEN 'item'
                    WHEN clock IN ('due', 'stage', 'previous') THEN 'arrears'
                    ELSE 'event'
                END AS kind,
                %(buckets)s AS bucket_ids,
                %(stages)s AS stage_ids,
                %(segments)s AS segment_ids,
                %(langs)s AS langs
            FROM cartera_strategy_step step
            JOIN cartera_strategy strategy
                ON strategy.id = step.strategy_id AND strategy.active
            WHERE step.active
                AND (strategy.company_id IS NULL OR strategy.company_id = %(company)s)
        ) step
        WINDOW in_strategy AS (PARTITION BY strategy_id ORDER BY sequence, id)
        """,
        company=company.id,
        messages=MESSAGES,
        spoken=SPOKEN,
        buckets=_array(step_model, "bucket_ids"),
        stages=_array(step_model, "stage_ids"),
        segments=_array(step_model, "segment_ids"),
        langs=_array(step_model, "lang_ids", "code"),
    )


def _array(step_model, name, column="id"):
    """What a many2many of a step holds, NULL when that is nothing."""
    field = step_model._fields[name]
    return SQL(
        "NULLIF(ARRAY(SELECT other.%s FROM %s rel JOIN %s other ON other.id = rel.%s "
        "WHERE rel.%s = step.id), '{}')",
        SQL.identifier(column),
        SQL.identifier(field.relation),
        SQL.identifier(step_model.env[field.comodel_name]._table),
        SQL.identifier(field.column2),
        SQL.identifier(field.column1),
    )


def done(company, date):
    """How often and when last each step was done for a debtor: in the present episode
    and, after an event, for that event."""
    return SQL(
        """
        SELECT
            execution.case_id, execution.step_id, execution.date_event,
            MAX(execution.occurrence) AS times,
            MAX(execution.date) AS last_date
        FROM cartera_step_execution execution
        JOIN facts ON facts.id = execution.case_id
            AND execution.episode IN (0, facts.episode)
        WHERE execution.company_id = %s
            AND execution.date <= %s
            AND execution.line_key = 0
            AND execution.state IN %s
        GROUP BY execution.case_id, execution.step_id, execution.date_event
        """,
        company.id,
        date,
        COUNTED,
    )


def latest(company, date):
    """Per debtor, what the steps done so far forbid today: a pause, the end of the
    strategy, weaker steps than the strongest one done, what the strategy that the
    debtor had before has told already, a second contact of the day."""
    return SQL(
        """
        SELECT
            execution.case_id,
            MAX(execution.date + step.wait_after) FILTER (
                WHERE step.wait_after > 0 AND execution.state = 'done'
            ) AS wait_until,
            BOOL_OR(
                step.is_exit AND execution.state = 'done'
                AND execution.episode = facts.episode
            ) AS ended,
            MAX(step.rank) FILTER (
                WHERE step.kind = 'arrears' AND step.merge_group = 'message'
                    AND execution.episode = facts.episode
            ) AS message_rank,
            MAX(step.rank) FILTER (
                WHERE step.kind = 'arrears' AND step.merge_group = 'spoken'
                    AND execution.episode = facts.episode
            ) AS spoken_rank,
            array_agg(DISTINCT other.template_id) FILTER (
                WHERE step.id IS NULL AND execution.state = 'done'
                    AND execution.episode = facts.episode
            ) AS texts_elsewhere,
            BOOL_OR(
                execution.date = %(date)s AND execution.state = 'done'
                AND execution.action IN %(messages)s
            ) AS message_today,
            BOOL_OR(
                execution.date = %(date)s AND execution.state = 'done'
                AND execution.action IN %(spoken)s
            ) AS spoken_today
        FROM cartera_step_execution execution
        JOIN facts ON facts.id = execution.case_id
            AND execution.episode IN (0, facts.episode)
        LEFT JOIN steps step ON step.id = execution.step_id
            AND step.strategy_id = facts.strategy_id
        JOIN cartera_strategy_step other ON other.id = execution.step_id
        WHERE execution.company_id = %(company)s AND execution.date <= %(date)s
            AND execution.state IN %(counted)s
        GROUP BY execution.case_id
        """,
        company=company.id,
        date=date,
        messages=MESSAGES,
        spoken=SPOKEN,
        counted=COUNTED,
    )


def reach(ways, rules):
    """Per debtor, the channels that reach it and, of those that may not be used, why.

    By one that the law does not allow, or that the debtor has withdrawn or has to
    authorise first, nobody would get past the contact gate.

    :param ways: SQL of (case id, channel, last word on it) rows
    :param rules: policies by country and kind of debtor, of
        ``cartera.contact.policy._get_rules``
    """
    return SQL(
        """
        SELECT
            case_id,
            array_agg(channel) FILTER (WHERE is_open) AS channels,
            jsonb_object_agg(channel, obstacle) FILTER (WHERE NOT is_open) AS obstacles
        FROM (
            SELECT
                case_id,
                channel,
                BOOL_OR(obstacle IS NULL) AS is_open,
                -- Of several people's the gravest, which is the last in the alphabet.
                MAX(obstacle) AS obstacle
            FROM (
                SELECT
                    way.case_id,
                    way.channel,
                    CASE
                        WHEN facts.sued AND %(stop_when_sued)s THEN 'sued'
                        WHEN way.channel = 'visit' AND %(visits_forbidden)s
                            THEN 'forbidden'
                        WHEN way.decision = 'withdrawn' THEN 'opt_out'
                        WHEN way.decision IS NULL AND %(consent_required)s
                            THEN 'consent'
                    END AS obstacle
                FROM (%(ways)s) way
                JOIN facts ON facts.id = way.case_id
            ) person
            GROUP BY case_id, channel
        ) way
        GROUP BY case_id
        """,
        ways=ways,
        stop_when_sued=_bound(rules, lambda policy: policy.stop_when_sued),
        consent_required=_bound(rules, lambda policy: policy.consent_required),
        visits_forbidden=_bound(rules, lambda policy: policy.visits == "forbidden"),
    )


def _bound(rules, test):
    """Condition on a debtor: one of the policies that bind its contacts is such.

    :param test: function of a ``lib.contact_window.Policy``
    """
    kinds = {}
    for (country_id, kind), policies in rules.items():
        found = kinds.setdefault(country_id, [])
        if any(map(test, policies)):
            found.append(kind)
    everywhere = kinds.pop(None)
    cases = [
        SQL("WHEN %s THEN facts.debtor_kind = ANY(%s)", country_id, found)
        for country_id, found in kinds.items()
        if found != everywhere
    ]
    general = SQL("facts.debtor_kind = ANY(%s)", everywhere)
    if not cases:
        return general
    return SQL("CASE facts.country_id %s ELSE %s END", SQL(" ").join(cases), general)
