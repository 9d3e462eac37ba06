"""SQL of what promises, disputes and pauses say of journal items, live and as of a
past day.

Each function returns an ``SQL`` with one row per journal item that has a mark, by
``line_id``, so that the planner drops the join where nobody reads it:
``promised_until`` and ``paused_until`` are dates or NULL, ``disputed`` the contested
amount in the currency of the item or NULL, ``digits`` the decimals of the company's
currency, which are not in the index of the open items. What holds a debtor as a whole
is no mark of its items.
"""

from odoo.tools import SQL

from .cartera_debtor_member import owes_with

# The models and fields that are read here.
DEPENDS = {
    "cartera.dispute": ["date_open", "date_closed"],
    "cartera.dispute.item": [
        "dispute_id",
        "company_id",
        "line_id",
        "amount",
        "amount_open",
        "is_open",
    ],
    "cartera.pause": [
        "case_id",
        "date_from",
        "date_review",
        "date_ended",
        "state",
        "line_ids",
    ],
    "cartera.promise": [
        "date_made",
        "date_due",
        "date_ended",
        "date_paused_until",
        "state",
    ],
    "cartera.promise.installment": ["promise_id", "date"],
    "cartera.promise.item": ["promise_id", "line_id", "is_open"],
    "res.company": ["currency_id"],
    "res.currency": ["decimal_places"],
}


def marks_now(day, line=None):
    """What holds the items now.

    :param day: the day on which promises and pauses must not be over
    :param line: SQL of the one item asked about, for a lateral join; None for all
    """
    one = SQL("AND part.line_id = %s", line) if line else SQL()
    return _by_line(
        SQL(
            """
            SELECT part.line_id, promise.date_paused_until
            FROM cartera_promise_item part
            JOIN cartera_promise promise ON promise.id = part.promise_id
            WHERE part.is_open
                AND promise.state = 'open'
                AND promise.date_paused_until >= %s %s
            """,
            day,
            one,
        ),
        SQL(
            """
            SELECT part.line_id, pause.date_review
            FROM cartera_pause_line_rel part
            JOIN cartera_pause pause ON pause.id = part.pause_id
            JOIN cartera_case held ON held.id = pause.case_id
            JOIN account_move_line line ON line.id = part.line_id
            WHERE pause.state = 'active'
                AND pause.date_from <= %(day)s AND pause.date_review >= %(day)s %(one)s
                -- An invoice may have been made out to another debtor meanwhile.
                AND %(owes)s
            """,
            day=day,
            one=one,
            owes=owes_with(SQL("line.partner_id"), SQL("held.partner_id")),
        ),
        SQL(
            """
            SELECT part.line_id, part.amount_open, part.company_id
            FROM cartera_dispute_item part
            WHERE part.is_open AND part.amount_open > 0 %s
            """,
            one,
        ),
    )


def marks_on(day):
    """What held the items on a past day, by the dates of promises, disputes and pauses:
    each from its first day until the day before it ended."""
    return _by_line(
        SQL(
            """
            SELECT part.line_id, COALESCE(next.date, promise.date_due)
            FROM cartera_promise_item part
            JOIN cartera_promise promise ON promise.id = part.promise_id
            LEFT JOIN LATERAL (
                SELECT MIN(installment.date) AS date
                FROM cartera_promise_installment installment
                WHERE installment.promise_id = promise.id
                    AND installment.date >= %(day)s
            ) next ON TRUE
            WHERE promise.date_made <= %(day)s
                AND promise.state NOT IN ('proposed', 'refused')
                AND CASE promise.state
                    WHEN 'open' THEN part.is_open
                        AND promise.date_paused_until >= %(day)s
                    ELSE promise.date_ended > %(day)s
                END
            """,
            day=day,
        ),
        SQL(
            """
            SELECT part.line_id, pause.date_review
            FROM cartera_pause_line_rel part
            JOIN cartera_pause pause ON pause.id = part.pause_id
            WHERE pause.date_from <= %(day)s AND pause.date_review >= %(day)s
                AND (pause.date_ended IS NULL OR pause.date_ended > %(day)s)
            """,
            day=day,
        ),
        _disputed_on(day),
    )


def _disputed_on(day):
    """What was contested and not credited yet."""
    return SQL(
        """
        SELECT
            part.line_id,
            GREATEST(part.amount - COALESCE(credited.amount, 0), 0),
            part.company_id
        FROM cartera_dispute_item part
        JOIN cartera_dispute dispute ON dispute.id = part.dispute_id
        LEFT JOIN LATERAL (
            SELECT SUM(partial.debit_amount_currency) AS amount
            FROM account_partial_reconcile partial
            JOIN account_move_line credit ON credit.id = partial.credit_move_id
            JOIN account_move move ON move.id = credit.move_id
            WHERE partial.debit_move_id = part.line_id
                AND partial.max_date >= dispute.date_open
                AND partial.max_date <= %(day)s
                AND move.move_type = 'out_refund'
                AND credit.parent_state = 'posted'
        ) credited ON TRUE
        WHERE dispute.date_open <= %(day)s
            AND (dispute.date_closed IS NULL OR dispute.date_closed > %(day)s)
        """,
        day=day,
    )


def _by_line(promised, paused, disputed):
    return SQL(
        """
        SELECT
            line_id,
            MAX(promised_until) AS promised_until,
            MAX(paused_until) AS paused_until,
            SUM(disputed) AS disputed,
            MAX(digits) AS digits
        FROM (
            SELECT line_id, day AS promised_until, NULL::date AS paused_until,
                NULL::numeric AS disputed, NULL::int AS digits
            FROM (%s) promised (line_id, day)
            UNION ALL
            SELECT line_id, NULL, day, NULL, NULL FROM (%s) paused (line_id, day)
            UNION ALL
            SELECT line_id, NULL, NULL, amount, currency.decimal_places
            FROM (%s) disputed (line_id, amount, company_id)
            JOIN res_company company ON company.id = disputed.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
        ) mark
        GROUP BY line_id
        """,
        promised,
        paused,
        disputed,
    )
