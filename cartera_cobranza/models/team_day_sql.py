"""The parts of the query behind the supervisor's screen, each a sum by company and
collector."""

from odoo.tools import SQL

# Columns that each part gives.
FIGURES = {
    "work": (
        "case_count",
        "due_count",
        "worked_count",
        "unworked_count",
        "neglected_count",
        "amount_overdue",
        "amount_worked",
        "amount_attended",
    ),
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
        SQL("work.worked_count"),
        SQL("(work.worked_count + work.unworked_count)"),
    ),
    "capacity_share": (SQL("work.worked_count"), SQL("member.capacity")),
    "covered_share": (SQL("work.amount_attended"), SQL("work.amount_overdue")),
    "kept_share": (
        SQL("judged.amount_kept"),
        SQL("(judged.amount_kept + judged.amount_broken)"),
    ),
    "attained_share": (SQL("own.amount_collected"), SQL("member.target")),
}


def get_parts(days):
    """The common table expressions, from the days to the people they concern.

    :param days: rows of company, its root, its currency, today, first of the month,
        and the moments at which today begins and ends
    """
    return SQL(
        """
        day (company_id, root_id, currency_id, today, month, start, stop)
            AS MATERIALIZED (VALUES %(days)s),
        %(cases)s, %(contacts)s, %(promises)s, %(people)s
        """,
        days=days,
        cases=_CASES,
        contacts=_CONTACTS,
        promises=_get_promises(),
        people=_PEOPLE,
    )


_CASES = SQL(
    """
    attended AS MATERIALIZED (
        SELECT DISTINCT contact.case_id
        FROM day
        JOIN cartera_contact contact ON contact.company_id = day.company_id
            AND contact.date >= day.start AND contact.date < day.stop
        WHERE contact.user_id IS NOT NULL
    ),
    work AS MATERIALIZED (
        SELECT
            known.company_id,
            known.worker_id AS user_id,
            COUNT(*) FILTER (WHERE known.item_count > 0) AS case_count,
            COUNT(*) FILTER (WHERE known.item_count > 0
                AND entry.date_next <= day.today) AS due_count,
            COUNT(attended.case_id) AS worked_count,
            COUNT(*) FILTER (WHERE known.item_count > 0
                AND entry.date_next <= day.today
                AND attended.case_id IS NULL) AS unworked_count,
            COUNT(*) FILTER (WHERE known.item_count > 0
                AND entry.is_starved) AS neglected_count,
            SUM(known.amount_overdue) AS amount_overdue,
            SUM(known.amount_overdue) FILTER (
                WHERE attended.case_id IS NOT NULL
            ) AS amount_worked,
            SUM(known.amount_overdue) FILTER (WHERE known.item_count > 0
                AND entry.date_attended >= day.month) AS amount_attended
        FROM day
        JOIN cartera_case known ON known.company_id = day.company_id
        LEFT JOIN cartera_worklist_entry entry ON entry.case_id = known.id
        LEFT JOIN attended ON attended.case_id = known.id
        WHERE known.item_count > 0 OR attended.case_id IS NOT NULL
        GROUP BY known.company_id, known.worker_id
    ),
    own AS MATERIALIZED (
        SELECT
            known.company_id,
            known.user_id,
            COUNT(*) FILTER (WHERE known.item_count > 0) AS owned_count,
            SUM(known.amount_collected) FILTER (
                WHERE known.month_collected = day.month
            ) AS amount_collected
        FROM day
        JOIN cartera_case known ON known.company_id = day.company_id
        WHERE known.item_count > 0 OR known.month_collected = day.month
        GROUP BY known.company_id, known.user_id
    ),
    late AS (
        SELECT known.company_id, known.worker_id AS user_id,
            COUNT(*) AS dispute_late_count
        FROM day
        JOIN cartera_dispute dispute ON dispute.company_id = day.company_id
            AND dispute.state <> 'closed' AND dispute.date_deadline < day.today
        JOIN cartera_case known ON known.id = dispute.case_id
        GROUP BY known.company_id, known.worker_id
    )
    """
)

_CONTACTS = SQL(
    """
    contact AS MATERIALIZED (
        SELECT
            contact.company_id,
            contact.user_id,
            COUNT(*) AS contact_count,
            COUNT(*) FILTER (WHERE contact.reached = 'reached') AS reached_count,
            COUNT(*) FILTER (WHERE contact.reached = 'third_party')
                AS third_party_count,
            COUNT(*) FILTER (WHERE contact.reached = 'no_answer') AS no_answer_count,
            COUNT(*) FILTER (WHERE contact.reached = 'wrong_number') AS wrong_count
        FROM day
        JOIN cartera_contact contact ON contact.company_id = day.company_id
            AND contact.date >= day.start AND contact.date < day.stop
        WHERE contact.user_id IS NOT NULL
        GROUP BY contact.company_id, contact.user_id
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
        UNION SELECT company_id, user_id FROM contact
        UNION SELECT company_id, user_id FROM taken
        UNION SELECT company_id, user_id FROM judged
        UNION SELECT member.company_id, member.user_id
            FROM member JOIN day ON day.company_id = member.company_id
    )
    """
)
