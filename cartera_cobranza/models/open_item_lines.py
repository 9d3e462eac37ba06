"""SQL of the journal items behind the open items, live and as of a past day.

A settlement (``account.partial.reconcile``) counts when both its entries are posted
and, for a past day, dated up to it; what one that does not count has taken off the
residual is added again. Each function returns an ``SQL`` with the same columns;
``which`` is the condition on ``line`` by which instalments of agreements stand in for
some of the items, see :mod:`.agreement_pieces`.
"""

from odoo.tools import SQL

# Of an instalment: something is to be paid by it, so that its payment proves something.
IS_ASKED = SQL(
    "(principal_to > principal_from OR amount_interest > 0 OR amount_fee > 0)"
)


def _columns(as_of=None):
    return SQL(
        """
        line.id, line.id AS line_id, line.move_id, line.move_name, line.ref,
        line.company_id, line.company_currency_id, line.currency_id, line.account_id,
        line.journal_id, line.partner_id, line.payment_id, line.date,
        line.invoice_date, line.no_followup,
        line.partner_id AS holder_id,
        NULL::int4 AS agreement_id,
        NULL::int4 AS installment_id,
        COALESCE(line.date_maturity, line.date) AS date_due,
        %s AS date_due_original,
        FALSE AS is_waived,
        COALESCE(
            (
                SELECT %s
                FROM cartera_agreement_item moved
                JOIN cartera_agreement agreement ON agreement.id = moved.agreement_id
                WHERE moved.id = line.cartera_agreement_item_id
            ),
            FALSE
        ) AS is_cured,
        line.balance, line.amount_currency
        """,
        original_due_date(),
        _is_cured(as_of),
    )


def _is_cured(as_of):
    """Whether the first instalments of an ``agreement`` that moved the debt are paid:
    of a past day, if they are by now and nothing of them was paid later."""
    if not as_of:
        return SQL("agreement.is_cured")
    return SQL(
        """
        agreement.is_cured AND NOT EXISTS (
            SELECT 1
            FROM (
                SELECT id FROM cartera_agreement_installment
                WHERE agreement_id = agreement.id AND %s
                ORDER BY number LIMIT agreement.cure_count
            ) first
            JOIN cartera_agreement_installment_line_rel own
                ON own.installment_id = first.id
            JOIN account_partial_reconcile partial
                ON partial.debit_move_id = own.line_id
            WHERE partial.max_date > %s
        )
        """,
        IS_ASKED,
        as_of,
    )


def original_due_date():
    """When a journal item ``line`` was due before any agreement: one that an agreement
    moved the debt to has the age of the item that it stands for."""
    return SQL(
        """
        COALESCE(
            (
                SELECT moved.date_original
                FROM cartera_agreement_item moved
                WHERE moved.id = line.cartera_agreement_item_id
            ),
            line.date_maturity,
            line.date
        )
        """
    )


def in_the_books(as_of=None):
    """Condition on a journal item ``line``: it is a receivable of that day."""
    # An array is a condition that the index can be searched by; a join would read it
    # all, with the bank lines that leave something open.
    return SQL(
        """
        line.parent_state = 'posted'
        AND line.account_id = ANY (ARRAY(
            SELECT id FROM account_account WHERE account_type = 'asset_receivable'
        )) %s
        """,
        SQL("AND line.date <= %s", as_of) if as_of else SQL(),
    )


# -- live: what Odoo leaves open, put right where a draft has settled something


def open_now(which):
    """Journal items that Odoo leaves open, with what is open of them."""
    return SQL(
        """
        SELECT
            %(columns)s,
            line.amount_residual + COALESCE(undone.amount, 0) AS amount_residual,
            line.amount_residual_currency + COALESCE(undone.amount_currency, 0)
                AS amount_residual_currency
        FROM account_move_line line
        LEFT JOIN (%(undone)s) undone ON undone.line_id = line.id
        WHERE %(in_the_books)s AND %(which)s
            AND (line.amount_residual <> 0 OR line.amount_residual_currency <> 0)
            AND (
                undone.line_id IS NULL
                OR line.amount_residual + undone.amount <> 0
                OR line.amount_residual_currency + undone.amount_currency <> 0
            )
        """,
        columns=_columns(),
        in_the_books=in_the_books(),
        which=which,
        undone=_sums(_settled_by_drafts()),
    )


def closed_by_drafts(which):
    """Journal items that Odoo has closed with entries which are still drafts."""
    return SQL(
        """
        SELECT
            %(columns)s,
            undone.amount AS amount_residual,
            undone.amount_currency AS amount_residual_currency
        FROM (%(undone)s) undone
        JOIN account_move_line line ON line.id = undone.line_id
        WHERE %(in_the_books)s AND %(which)s
            AND line.amount_residual = 0
            AND line.amount_residual_currency = 0
        """,
        columns=_columns(),
        in_the_books=in_the_books(),
        which=which,
        undone=_sums(_settled_by_drafts()),
    )


# -- the past: what is open now, plus what was settled since


def open_on(as_of, which):
    """Journal items that were open on a day, with what was open of them."""
    parts = SQL(
        """
        SELECT
            line.id AS line_id,
            line.amount_residual AS amount,
            line.amount_residual_currency AS amount_currency
        FROM account_move_line line
        WHERE %(in_the_books)s
            AND (line.amount_residual <> 0 OR line.amount_residual_currency <> 0)
        UNION ALL
        %(settlements)s
        """,
        in_the_books=in_the_books(as_of),
        settlements=_settled_since(as_of),
    )
    return SQL(
        """
        SELECT
            %(columns)s,
            total.amount AS amount_residual,
            total.amount_currency AS amount_residual_currency
        FROM (%(totals)s) total
        JOIN account_move_line line ON line.id = total.line_id
        WHERE %(in_the_books)s AND %(which)s
        """,
        columns=_columns(as_of),
        in_the_books=in_the_books(as_of),
        which=which,
        totals=_sums(parts),
    )


def parts_of_open_on(as_of, which):
    """What is open now and, row by row, what was settled since: several rows per
    item, whose sums are those of the items."""
    return SQL(
        """
        SELECT %(columns)s, line.amount_residual, line.amount_residual_currency
        FROM account_move_line line
        WHERE %(in_the_books)s AND %(which)s
            AND (line.amount_residual <> 0 OR line.amount_residual_currency <> 0)
        UNION ALL
        SELECT
            %(columns)s,
            settlement.amount AS amount_residual,
            settlement.amount_currency AS amount_residual_currency
        FROM (%(settlements)s) settlement
        JOIN account_move_line line ON line.id = settlement.line_id
        WHERE %(in_the_books)s AND %(which)s
        """,
        columns=_columns(as_of),
        in_the_books=in_the_books(as_of),
        which=which,
        settlements=_settled_since(as_of),
    )


# -- settlements that do not count


def join_undone(as_of=None):
    """Joins to a debit item ``line``: of ``undone``, the ``amount`` and the
    ``amount_currency`` to be added to what Odoo leaves open of it."""
    later = SQL("SELECT 0 AS amount, 0 AS amount_currency")
    if as_of:
        later = SQL(
            """
            SELECT SUM(amount) AS amount, SUM(debit_amount_currency) AS amount_currency
            FROM account_partial_reconcile
            WHERE debit_move_id = line.id AND max_date > %s
            """,
            as_of,
        )
    return SQL(
        """
        LEFT JOIN (%s) draft ON draft.line_id = line.id
        CROSS JOIN LATERAL (%s) later
        CROSS JOIN LATERAL (
            SELECT
                COALESCE(draft.amount, 0) + COALESCE(later.amount, 0) AS amount,
                COALESCE(draft.amount_currency, 0)
                    + COALESCE(later.amount_currency, 0) AS amount_currency
        ) undone
        """,
        _sums(_settled_by_drafts(as_of)),
        later,
    )


def _sums(settlements):
    """Per journal item, the sum of what is not zero."""
    return SQL(
        """
        SELECT
            line_id, SUM(amount) AS amount, SUM(amount_currency) AS amount_currency
        FROM (%s) part
        GROUP BY line_id
        HAVING SUM(amount) <> 0 OR SUM(amount_currency) <> 0
        """,
        settlements,
    )


def _settled_since(as_of):
    return SQL(
        "%s UNION ALL %s",
        _settled_by_drafts(as_of),
        _settled_later(as_of),
    )


def _settled_by_drafts(as_of=None):
    """What draft entries have taken off the items they are matched with."""
    draft_lines = SQL(
        """
        FROM (
            SELECT id FROM account_move_line
            WHERE parent_state = 'draft' AND matching_number IS NOT NULL
        ) line
        """
    )
    counted = SQL("AND partial.max_date <= %s", as_of) if as_of else SQL()
    return SQL(
        """
        SELECT
            partial.debit_move_id AS line_id,
            partial.amount,
            partial.debit_amount_currency AS amount_currency
        %(draft_lines)s
        JOIN account_partial_reconcile partial
            ON partial.credit_move_id = line.id %(counted)s
        UNION ALL
        SELECT
            partial.credit_move_id,
            -partial.amount,
            -partial.credit_amount_currency
        %(draft_lines)s
        JOIN account_partial_reconcile partial
            ON partial.debit_move_id = line.id %(counted)s
        """,
        draft_lines=draft_lines,
        counted=counted,
    )


def _settled_later(as_of):
    """What settlements made after ``as_of`` have taken off both their items."""
    return SQL(
        """
        SELECT debit_move_id AS line_id, amount, debit_amount_currency
        FROM account_partial_reconcile
        WHERE max_date > %(as_of)s
        UNION ALL
        SELECT credit_move_id, -amount, -credit_amount_currency
        FROM account_partial_reconcile
        WHERE max_date > %(as_of)s
        """,
        as_of=as_of,
    )
