"""SQL of the instalments that stand in for the items which an agreement covers.

The covered debt of an agreement is an axis: its open items follow each other on it
from where the money ends, and its instalments take up consecutive stretches from its
beginning; what stands in an instalment is the overlap of both. Money fills the axis
from its beginning, what was settled otherwise shortens it from its end, once it has
taken what was left out of an item because it was disputed. The reference is
``lib/agreement_fill.py``.

Nothing is stored of this: whatever happens to the items moves the pieces at once. Each
row is one piece of a journal item, with the columns of :mod:`.open_item_lines`; the
pieces of an item add up to what is open of it, to the cent.
"""

from odoo.tools import SQL

from . import agreement_settled as settled
from . import open_item_lines as lines

# The id of a piece is the negative of so many times the id of the agreement's item,
# and the number of its instalment or of what else it is.
NUMBERS = 1024
WAIVED = 1022
OUTSIDE = 1023

# The models and fields that are read here.
DEPENDS = {
    "account.journal": ["type"],
    "account.move": [
        "cartera_agreement_id",
        "cartera_charge_number",
        "cartera_settles",
    ],
    "account.partial.reconcile": ["exchange_move_id"],
    "cartera.agreement": [
        "amount_payable",
        "company_id",
        "cure_count",
        "date_ended",
        "date_limit",
        "date_started",
        "is_cured",
        "ledger_mode",
        "partner_id",
        "state",
    ],
    "cartera.agreement.change": ["agreement_id", "day", "state_to"],
    "cartera.agreement.item": [
        "agreement_id",
        "amount",
        "amount_credited_before",
        "amount_left_out",
        "company_id",
        "date_original",
        "is_active",
        "line_id",
        "sequence",
    ],
    "cartera.agreement.installment": [
        "agreement_id",
        "amount_fee",
        "amount_interest",
        "date",
        "number",
        "principal_from",
        "principal_to",
    ],
}


def is_covered(as_of=None):
    """Condition on a journal item ``line``: instalments stand in for it.

    :param as_of: a past day; None for now
    """
    return SQL(
        """
        EXISTS (
            SELECT 1
            FROM cartera_agreement_item covered
            JOIN cartera_agreement agreement ON agreement.id = covered.agreement_id
            WHERE covered.line_id = line.id AND %s
        )
        """,
        _in_force(as_of),
    )


def _in_force(as_of):
    if not as_of:
        return SQL("covered.is_active AND agreement.ledger_mode = 'overlay'")
    return SQL(
        """
        agreement.ledger_mode = 'overlay'
        AND agreement.date_started <= %(day)s
        AND (agreement.date_ended IS NULL OR agreement.date_ended > %(day)s)
        -- Nor on days before it was reinstated, which it knows no end of any more.
        AND COALESCE((
            SELECT change.state_to
            FROM cartera_agreement_change change
            WHERE change.agreement_id = agreement.id AND change.day <= %(day)s
            ORDER BY change.id DESC
            LIMIT 1
        ), 'active') = 'active'
        """,
        day=as_of,
    )


def pieces(day, as_of=None, only=None):
    """The pieces of all items that are covered.

    What is to be waived (:data:`WAIVED`) is due by the last day of the agreement and
    never past due. What an item leaves open beyond its covered amount
    (:data:`OUTSIDE`) keeps the date of the item and belongs to no agreement.

    :param day: the day that is shown
    :param as_of: the same, where the ledger is read as of a past day
    :param only: ids of the agreements to look at; None for all
    """
    return SQL(
        """
        SELECT
            -(covered.id * %(numbers)s::int8 + stretch.number) AS id,
            %(columns)s,
            covered.holder_id,
            CASE WHEN stretch.number <> %(outside)s
                THEN covered.agreement_id END AS agreement_id,
            stretch.installment_id,
            CASE stretch.number
                WHEN %(outside)s THEN covered.date_due
                WHEN %(waived)s THEN GREATEST(stretch.date, %(day)s)
                ELSE stretch.date
            END AS date_due,
            covered.date_due_original,
            stretch.number = %(waived)s AS is_waived,
            stretch.number <> %(outside)s AND %(is_cured)s AS is_cured,
            -- What was settled before stands in the first of the pieces.
            %(amount)s + CASE part.low WHEN 0
                THEN covered.balance - covered.residual ELSE 0 END AS balance,
            part.high - part.low + CASE part.low WHEN 0
                THEN covered.amount_currency - covered.residual_currency ELSE 0
            END AS amount_currency,
            %(amount)s AS amount_residual,
            part.high - part.low AS amount_residual_currency
        FROM (%(placed)s) covered
        JOIN (%(stretches)s) stretch
            ON stretch.agreement_id = covered.agreement_id
            AND stretch.low < covered.high
            AND stretch.high > covered.low
            AND CASE stretch.number WHEN %(outside)s
                THEN covered.is_beyond ELSE covered.open > 0 END
        CROSS JOIN LATERAL (
            SELECT
                CASE stretch.number WHEN %(outside)s THEN covered.open
                    ELSE GREATEST(stretch.low, covered.low) - covered.low END AS low,
                CASE stretch.number WHEN %(outside)s THEN covered.residual_currency
                    ELSE LEAST(stretch.high, covered.high) - covered.low END AS high
        ) part
        """,
        numbers=NUMBERS,
        waived=WAIVED,
        outside=OUTSIDE,
        columns=_columns(SQL("covered")),
        day=day,
        is_cured=_is_cured(as_of),
        amount=_get_amount(),
        placed=_placed(as_of, only),
        stretches=_stretches(),
    )


def _columns(table):
    """What a piece has of its journal item."""
    return SQL(
        """
        %(table)s.line_id, %(table)s.move_id, %(table)s.move_name, %(table)s.ref,
        %(table)s.company_id, %(table)s.company_currency_id, %(table)s.currency_id,
        %(table)s.account_id, %(table)s.journal_id, %(table)s.partner_id,
        %(table)s.payment_id, %(table)s.date, %(table)s.invoice_date,
        %(table)s.no_followup
        """,
        table=table,
    )


def _get_amount():
    """A piece at book value: the difference of two rounded sums from the beginning of
    the item, so that nothing is lost between its pieces."""
    return SQL(
        """
        CASE
            WHEN covered.residual = covered.residual_currency THEN part.high - part.low
            WHEN stretch.number = %s THEN covered.residual - %s
            ELSE %s - %s
        END
        """,
        OUTSIDE,
        _book_value(SQL("part.low")),
        _book_value(SQL("part.high")),
        _book_value(SQL("part.low")),
    )


def _book_value(amount):
    """What so much of an item, from its beginning, is in the company's currency."""
    return SQL(
        """
        COALESCE(
            ROUND(
                covered.residual * %s / NULLIF(covered.residual_currency, 0),
                (
                    SELECT decimal_places FROM res_currency
                    WHERE id = covered.company_currency_id
                )
            ),
            0
        )
        """,
        amount,
    )


def _is_cured(as_of):
    """Whether the first instalments are paid: of a past day, when there was the money
    for them, if by now their charges are paid as well."""
    if not as_of:
        return SQL("covered.is_agreement_cured")
    return SQL(
        """
        covered.is_agreement_cured AND covered.money_all >= COALESCE(
            (
                SELECT MAX(first.principal_to)
                FROM (
                    SELECT principal_to FROM cartera_agreement_installment
                    WHERE agreement_id = covered.agreement_id AND %s
                    ORDER BY number LIMIT covered.cure_count
                ) first
            ),
            0
        )
        """,
        lines.IS_ASKED,
    )


def _stretches():
    """The parts of the axis of each agreement, and its number for what is not on it,
    which is beside all of it."""
    return SQL(
        """
        SELECT
            agreement_id, id AS installment_id, number, date,
            principal_from AS low, principal_to AS high
        FROM cartera_agreement_installment
        UNION ALL
        SELECT
            id, NULL::int4, %s, date_limit,
            COALESCE(amount_payable, 0), 'Infinity'::numeric
        FROM cartera_agreement
        UNION ALL
        SELECT id, NULL::int4, %s, NULL::date, '-Infinity'::numeric, 'Infinity'::numeric
        FROM cartera_agreement
        """,
        WAIVED,
        OUTSIDE,
    )


def _placed(as_of, only):
    """The covered items with their place on the axis, from ``low`` to ``high``."""
    return SQL(
        """
        SELECT
            item.*,
            item.residual_currency <> item.open
                OR (item.open = 0 AND item.residual <> 0) AS is_beyond,
            SUM(item.money) OVER agreement AS money_all,
            SUM(item.money) OVER agreement + SUM(item.open) OVER before - item.open
                AS low,
            SUM(item.money) OVER agreement + SUM(item.open) OVER before AS high
        FROM (%s) item
        WINDOW
            -- By company as well, so that the planner looks at those asked for only.
            agreement AS (PARTITION BY item.company_id, item.agreement_id),
            before AS (
                PARTITION BY item.company_id, item.agreement_id
                ORDER BY item.sequence, item.id
                ROWS UNBOUNDED PRECEDING
            )
        """,
        _covered(as_of, only),
    )


def _covered(as_of, only):
    """The covered items of agreements in force: of the covered amount, what is ``open``
    and what was paid in ``money`` since the agreement is in force. The rest was settled
    otherwise, as which counts an entry that is no more in the books."""
    some = SQL()
    if only is not None:
        some = SQL("AND covered.agreement_id = ANY (%s)", list(only))
    return SQL(
        """
        SELECT
            covered.id, covered.agreement_id, covered.sequence,
            covered.company_id, line.id AS line_id, line.move_id, line.move_name,
            line.ref, line.company_currency_id, line.currency_id, line.account_id,
            line.journal_id, line.partner_id, line.payment_id, line.date,
            line.invoice_date, line.no_followup,
            agreement.partner_id AS holder_id,
            agreement.is_cured IS TRUE AS is_agreement_cured,
            agreement.cure_count,
            COALESCE(line.date_maturity, line.date) AS date_due,
            %(original)s AS date_due_original,
            line.balance, line.amount_currency,
            COALESCE(book.residual, 0) AS residual,
            COALESCE(book.residual_currency, 0) AS residual_currency,
            COALESCE(book.open, 0) AS open,
            CASE WHEN book.open < covered.amount
                THEN covered.amount - book.open - COALESCE((%(credited)s), 0)
                ELSE 0
            END AS money
        FROM cartera_agreement_item covered
        JOIN cartera_agreement agreement ON agreement.id = covered.agreement_id
        JOIN account_move_line line ON line.id = covered.line_id
        %(undone)s
        LEFT JOIN LATERAL (
            SELECT
                residual,
                residual_currency,
                left_out,
                LEAST(GREATEST(residual_currency - left_out, 0), covered.amount) AS open
            FROM (
                SELECT
                    line.amount_residual + undone.amount AS residual,
                    line.amount_residual_currency + undone.amount_currency
                        AS residual_currency,
                    CASE WHEN covered.amount_left_out > 0
                        THEN (%(left_out)s) ELSE 0 END AS left_out
            ) line_open
            WHERE %(in_the_books)s
            -- Not to be worked out again wherever it is used.
            OFFSET 0
        ) book ON TRUE
        WHERE %(in_force)s %(some)s
        """,
        original=lines.original_due_date(),
        undone=lines.join_undone(as_of),
        in_the_books=lines.in_the_books(as_of),
        left_out=settled.left_out(as_of),
        credited=settled.credited(as_of),
        in_force=_in_force(as_of),
        some=some,
    )


# -- of which agreements -----------------------------------------------------------


def find_agreements(env, name, ids):
    """The agreements whose pieces may have one of ``ids`` in a field of the view.

    :param name: one of :data:`AMONG`
    :param ids: integers
    :return: set of ids
    """
    if name == "id":
        ids = [-number // NUMBERS for number in ids if number < 0]
    if not ids:
        return set()
    for model_name in ("cartera.agreement", "cartera.agreement.item"):
        env[model_name].flush_model(DEPENDS[model_name])
    return {found for (found,) in env.execute_query(SQL(AMONG[name], list(ids)))}


def find_lines(env, ids):
    """The journal items of the rows with ``ids`` of the view, which are theirs or those
    of pieces.

    :return: list of ids
    """
    covered = {-number // NUMBERS for number in ids if number < 0}
    items = env["cartera.agreement.item"].sudo().browse(covered).exists()
    return [number for number in ids if number > 0] + items.line_id.ids


AMONG = {
    "id": "SELECT agreement_id FROM cartera_agreement_item WHERE id = ANY (%s)",
    "move_line_id": """
        SELECT agreement_id FROM cartera_agreement_item WHERE line_id = ANY (%s)
    """,
    "move_id": """
        SELECT covered.agreement_id
        FROM account_move_line line
        JOIN cartera_agreement_item covered ON covered.line_id = line.id
        WHERE line.move_id = ANY (%s)
    """,
    "agreement_id": "SELECT id FROM cartera_agreement WHERE id = ANY (%s)",
    "debtor_id": """
        SELECT agreement.id
        FROM cartera_agreement agreement
        JOIN res_partner holder ON holder.id = agreement.partner_id
        WHERE holder.cartera_debtor_id = ANY (%s)
    """,
    "case_id": """
        SELECT agreement.id
        FROM cartera_agreement agreement
        JOIN res_partner holder ON holder.id = agreement.partner_id
        JOIN cartera_case debtor_case
            ON debtor_case.partner_id = holder.cartera_debtor_id
            AND debtor_case.company_id = agreement.company_id
        WHERE debtor_case.id = ANY (%s)
    """,
}
