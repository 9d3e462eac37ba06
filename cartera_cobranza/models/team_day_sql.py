"""The parts of the query behind the supervisor's screen, each a sum by company and
collector."""

from odoo.tools import SQL

# Columns that each part gives.
FIGURES = {
    "work": ("case_count", "amount_overdue"),
    "worked": ("worked_count", "amount_worked"),
    "list": (
        "due_count",
        "neglected_count",
        "amount_collectable",
        "amount_attended",
    ),
    "todo": ("unworked_count",),
    "own": ("owned_count", "amount_collected"),
    "contact": (
        "contact_count",
        "reached_count",
        "third_party_count",
        "no_answer_count",
        "wrong_count",
    ),
    "taken": ("promise_count", "amount_promised"),
    "due": ("promise_due_count",),
    "judged": ("amount_kept", "amount_broken"),
    "late": ("dispute_late_count",),
    "member": ("capacity", "target"),
}

# Shares in percent: (part, whole).
SHARES = {
    "done_share": (
        SQL("worked.worked_count"),
        SQL("(COALESCE(worked.worked_count, 0) + COALESCE(todo.unworked_count, 0))"),
    ),
    "capacity_share": (SQL("worked.worked_count"), SQL("member.capacity")),
    "covered_share": (SQL("list.amount_attended"), SQL("list.amount_collectable")),
    "kept_share": (
        SQL("judged.amount_kept"),
        SQL("(COALESCE(judged.amount_kept, 0) + COALESCE(judged.amount_broken, 0))"),
    ),
    "attained_share": (SQL("own.amount_collected"), SQL("member.target")),
}


def get_parts(days):
    """The common table expressions, from the days to the people they concern.

    :param days: tuples of company, its root, its currency, today, first of the month,
        and the moments at which today begins and ends
    """
    rows = SQL(", ").join(
        SQL("(%s, %s, %s, %s::date, %s::date, %s::timestamp, %s::timestamp)", *row)
        for row in days
    )
    return SQL(
        """
        day (company_id, root_id, currency_id, today, month, start, stop)
            AS MATERIALIZED (VALUES %(days)s),
        logged AS MATERIALIZED (%(logged)s),
        %(cases)s, %(contacts)s, %(promises)s, %(people)s
        """,
        days=rows,
        logged=SQL(" UNION ALL ").join(map(_get_logged, days)),
        cases=_CASES,
        contacts=_CONTACTS,
        promises=_get_promises(),
        people=_PEOPLE,
    )


def _get_logged(day):
    """What people noted in a company on a day. Of moments written out PostgreSQL knows
    how few they are, and looks up their cases one by one."""
    company_id, *_rest, start, stop = day
    return SQL(
        """
        SELECT company_id, case_id, user_id, reached FROM cartera_contact
        WHERE company_id = %s AND date >= %s AND date < %s AND user_id IS NOT NULL
        """,
        company_id,
        start,
        stop,
    )


_CASES = SQL(
    """
    attended AS MATERIALIZED (
        SELECT DISTINCT case_id FROM logged
    ),
    portfolio AS MATERIALIZED (
        SELECT day.company_id, known.*
        FROM day CROSS JOIN LATERAL (
            SELECT
                worker_id, user_id,
                COUNT(*) FILTER (WHERE item_count > 0) AS cases,
                SUM(amount_overdue) AS overdue,
                SUM(amount_collected) FILTER (
                    WHERE month_collected = day.month
                ) AS collected
            FROM cartera_case
            WHERE company_id = day.company_id
                AND (item_count > 0 OR month_collected = day.month)
            GROUP BY worker_id, user_id
        ) known
    ),
    work AS MATERIALIZED (
        SELECT company_id, worker_id AS user_id, SUM(cases)::int AS case_count,
            SUM(overdue) AS amount_overdue
        FROM portfolio
        GROUP BY company_id, worker_id
    ),
    own AS MATERIALIZED (
        SELECT company_id, user_id, SUM(cases)::int AS owned_count,
            SUM(collected) AS amount_collected
        FROM portfolio
        GROUP BY company_id, user_id
    ),
    worked AS MATERIALIZED (
        SELECT
            known.company_id,
            known.worker_id AS user_id,
            COUNT(*) AS worked_count,
            SUM(known.amount_overdue) AS amount_worked,
            COUNT(*) FILTER (WHERE entry.date_next <= day.today) AS still_due
        FROM attended
        JOIN cartera_case known ON known.id = attended.case_id
        JOIN day ON day.company_id = known.company_id
        LEFT JOIN cartera_worklist_entry entry ON entry.case_id = known.id
        GROUP BY known.company_id, known.worker_id
    ),
    list AS MATERIALIZED (
        SELECT day.company_id, entry.*
        FROM day CROSS JOIN LATERAL (
            SELECT
                user_id,
                COUNT(*) FILTER (WHERE date_next <= day.today) AS due_count,
                COUNT(*) FILTER (WHERE is_starved) AS neglected_count,
                SUM(amount) AS amount_collectable,
                SUM(amount) FILTER (WHERE date_attended >= day.month)
                    AS amount_attended
            FROM cartera_worklist_entry
            WHERE company_id = day.company_id
            GROUP BY user_id
        ) entry
    ),
    todo AS (
        SELECT list.company_id, list.user_id,
            list.due_count - COALESCE(worked.still_due, 0) AS unworked_count
        FROM list LEFT JOIN worked ON worked.company_id = list.company_id
            AND worked.user_id IS NOT DISTINCT FROM list.user_id
    ),
    late AS (
        SELECT known.company_id, known.worker_id AS user_id,
            COUNT(*) AS dispute_late_count
        FROM day
        JOIN cartera_dispute dispute ON dispute.company_id = day.company_id
            AND dispute.state IN ('open', 'analysis')
            AND dispute.date_deadline < day.today
        JOIN cartera_case known ON known.id = dispute.case_id
        GROUP BY known.company_id, known.worker_id
    )
    """
)

_CONTACTS = SQL(
    """
    contact AS MATERIALIZED (
        SELECT
            company_id,
            user_id,
            COUNT(*) AS contact_count,
            COUNT(*) FILTER (WHERE reached = 'reached') AS reached_count,
            COUNT(*) FILTER (WHERE reached = 'third_party') AS third_party_count,
            COUNT(*) FILTER (WHERE reached = 'no_answer') AS no_answer_count,
            COUNT(*) FILTER (WHERE reached = 'wrong_number') AS wrong_count
        FROM logged
        GROUP BY company_id, user_id
    )
    """
)


def _get_promises():
    """What was promised, in the company's currency at the rates of today."""
    return SQL(
        """
        taken AS MATERIALIZED (
            SELECT promise.company_id, promise.user_id, COUNT(*) AS promise_count,
                SUM(promise.amount * %(factor)s) AS amount_promised
            FROM day
            JOIN cartera_promise promise ON promise.company_id = day.company_id
                AND promise.date_made = day.today
            WHERE promise.user_id IS NOT NULL
                AND promise.state NOT IN ('refused', 'withdrawn')
            GROUP BY promise.company_id, promise.user_id
        ),
        judged AS MATERIALIZED (
            SELECT promise.company_id, promise.user_id,
                SUM(payment.amount_kept * %(factor)s) FILTER (
                    WHERE payment.state IN ('kept', 'partial')
                ) AS amount_kept,
                SUM((payment.amount - COALESCE(payment.amount_kept, 0)) * %(factor)s)
                    FILTER (WHERE payment.state IN ('broken', 'partial'))
                    AS amount_broken
            FROM day
            JOIN cartera_promise_installment payment
                ON payment.company_id = day.company_id
                AND payment.date_judged BETWEEN day.month AND day.today
                AND payment.state IN ('kept', 'partial', 'broken')
            JOIN cartera_promise promise ON promise.id = payment.promise_id
            WHERE promise.user_id IS NOT NULL
            GROUP BY promise.company_id, promise.user_id
        ),
        due AS (
            SELECT known.company_id, known.worker_id AS user_id,
                COUNT(DISTINCT promise.id) AS promise_due_count
            FROM day
            JOIN cartera_promise_installment payment
                ON payment.company_id = day.company_id
                AND payment.date = day.today AND payment.state = 'open'
            JOIN cartera_promise promise ON promise.id = payment.promise_id
                AND promise.state = 'open'
            JOIN cartera_case known ON known.id = promise.case_id
            GROUP BY known.company_id, known.worker_id
        )
        """,
        factor=SQL(
            "CASE WHEN promise.currency_id = day.currency_id THEN 1 ELSE %s / %s END",
            _get_rate(SQL("day.currency_id")),
            _get_rate(SQL("promise.currency_id")),
        ),
    )


def _get_rate(currency):
    return SQL(
        """
        COALESCE((
            SELECT known_rate.rate FROM res_currency_rate known_rate
            WHERE known_rate.currency_id = %s AND known_rate.name <= day.today
                AND (known_rate.company_id IS NULL
                    OR known_rate.company_id = day.root_id)
            ORDER BY known_rate.company_id, known_rate.name DESC
            LIMIT 1
        ), 1)
        """,
        currency,
    )


_PEOPLE = SQL(
    """
    member AS (
        SELECT member.company_id, member.user_id, member.team_id, member.capacity,
            member.target
        FROM cartera_team_member member
        JOIN cartera_team team ON team.id = member.team_id AND team.active
    ),
    away AS (
        SELECT absence.company_id, absence.user_id, absence.substitute_id
        FROM day
        JOIN cartera_substitution absence ON absence.company_id = day.company_id
            AND day.today BETWEEN absence.date_from AND absence.date_to
        JOIN res_users substitute
            ON substitute.id = absence.substitute_id AND substitute.active
    ),
    person AS (
        SELECT company_id, user_id FROM work
        UNION SELECT company_id, user_id FROM own
        UNION SELECT company_id, user_id FROM worked
        UNION SELECT company_id, user_id FROM contact
        UNION SELECT company_id, user_id FROM taken
        UNION SELECT company_id, user_id FROM judged
        UNION SELECT member.company_id, member.user_id
            FROM member JOIN day ON day.company_id = member.company_id
    )
    """
)
