"""SQL of what settled the items that an agreement covers, otherwise than by money.

The functions return a sub-query about one item: ``covered`` by the agreement, with its
journal item ``line`` and what is open of it in the ``book``, as
:mod:`.agreement_pieces` names them. The reference is ``split_item`` of
``lib/agreement_fill.py``.
"""

from odoo.tools import SQL

from .cartera_case_promise import MONEY_JOURNALS


def left_out(as_of):
    """What is still left out of an item since it was disputed when the agreement began:
    what was settled since otherwise than by money has taken the rest, unless it is the
    waiver of the agreement."""
    return SQL(
        """
        SELECT GREATEST(
            covered.amount_left_out - GREATEST(
                COALESCE(SUM(settled.amount), 0)
                    - COALESCE(covered.amount_credited_before, 0),
                0
            ),
            0
        )
        FROM (%s) settled
        JOIN account_move entry ON entry.id = settled.move_id
        WHERE settled.is_credit AND (
            entry.cartera_settles
            AND entry.cartera_agreement_id = covered.agreement_id
        ) IS NOT TRUE
        """,
        _settled(as_of),
    )


def credited(as_of):
    """What was settled of the covered part of an item otherwise than by money since
    the agreement is in force. What was matched last has settled the covered part, what
    came before the rest of the item; of what was left out, see :func:`left_out`."""
    return SQL(
        """
        SELECT LEAST(
            GREATEST(
                SUM(settled.amount) - COALESCE(covered.amount_credited_before, 0)
                    - COALESCE(covered.amount_left_out, 0) + book.left_out,
                0
            ),
            SUM(GREATEST(
                LEAST(
                    settled.amount,
                    covered.amount - book.open - settled.later + GREATEST(
                        book.left_out - GREATEST(book.residual_currency, 0), 0
                    )
                ),
                0
            )),
            covered.amount - book.open
        )
        FROM (%s) settled
        WHERE settled.is_credit
        """,
        _settled(as_of),
    )


def _settled(as_of):
    """What settled an item, and of it what was matched ``later``: as a credit count
    credit notes, write-offs and other entries, but no exchange differences, nor what
    the units of an indexed instalment lost in value, which pays it like money."""
    return SQL(
        """
        SELECT
            counterpart.move_id,
            partial.debit_amount_currency AS amount,
            SUM(partial.debit_amount_currency) OVER (ORDER BY partial.id DESC)
                - partial.debit_amount_currency AS later,
            journal.type NOT IN %s AND NOT EXISTS (
                SELECT 1 FROM account_partial_reconcile cause
                WHERE cause.exchange_move_id = counterpart.move_id
            ) AND NOT EXISTS (
                SELECT 1 FROM account_move note
                WHERE note.id = counterpart.move_id AND note.cartera_charge_number > 0
            ) AS is_credit
        FROM account_partial_reconcile partial
        JOIN account_move_line counterpart
            ON counterpart.id = partial.credit_move_id
        JOIN account_journal journal ON journal.id = counterpart.journal_id
        WHERE partial.debit_move_id = line.id
            AND counterpart.parent_state = 'posted' %s
        """,
        MONEY_JOURNALS,
        SQL("AND partial.max_date <= %s", as_of) if as_of else SQL(),
    )
