from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .cartera_case_promise import MONEY_JOURNALS

# How long after it ended the night looks whether an agreement was paid late, or a
# payment of it taken back. Whenever something of its debtor changes, it is looked at.
DAYS_JUDGED = 180

TABLES = (
    "cartera.agreement",
    "cartera.agreement.item",
    "cartera.agreement.installment",
)

AGREEMENT_CACHES = {
    "standing": "varchar",
    "amount_paid": "numeric",
    "amount_credited": "numeric",
    "amount_open": "numeric",
    "amount_overdue": "numeric",
    "date_next": "date",
    "amount_next": "numeric",
    "missed_count": "int",
    "days_late": "int",
    "is_cured": "bool",
    "is_settlement_due": "bool",
    "is_paid_late": "bool",
    "is_taken_back": "bool",
}

INSTALLMENT_CACHES = {
    "state": "varchar",
    "amount_paid": "numeric",
    "amount_open": "numeric",
    "days_late": "int",
    "date_paid": "date",
}

EMPTY = {"varchar": "NULL", "date": "NULL", "numeric": "0", "int": "0", "bool": "FALSE"}


def _cached(table, types):
    """Columns of a cache as they are compared: without NULL but for dates and words."""
    return SQL(", ").join(
        SQL(
            "COALESCE(%s, %s) AS %s",
            SQL.identifier(table, name),
            SQL(EMPTY[kind]),
            SQL.identifier(name),
        )
        for name, kind in types.items()
    )


class CarteraAgreementFacts(models.AbstractModel):
    """What agreements are judged by: themselves, their items and instalments and what
    settled those, in a few queries for all debtors concerned.

    Journal items are read as the open items show them: what a draft settles does not
    count, and as of a past day neither does what was matched later.
    """

    _name = "cartera.agreement.facts"
    _description = "Facts of Agreements"

    @api.model
    def _flush(self):
        for name in TABLES:
            self.env[name].flush_model()
        depends = self.env["cartera.open.item"]._depends
        for name in (
            "account.account",
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "res.partner",
        ):
            self.env[name].flush_model(depends[name])
        self.env["account.move"].flush_model(
            [
                "cartera_agreement_id",
                "cartera_charge_number",
                "cartera_installment_id",
                "cartera_settles",
                "date",
                "state",
            ]
        )

    # -- agreements ---------------------------------------------------------------

    @api.model
    def _read_agreements(self, company, date, debtor_ids):
        """The agreements to judge: those in force, those kept, whose payments may be
        taken back, and those that expired, whose money may come late. What is paid once
        a later agreement covers the items is paid under that one."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    agreement.id, agreement.kind, agreement.state,
                    agreement.currency_id, known.partner_id AS debtor_id,
                    agreement.ledger_mode = 'reclassification' AS is_moved,
                    agreement.date_started, agreement.index_currency_id,
                    agreement.tolerance_days, agreement.tolerance_percent,
                    agreement.default_missed, agreement.default_days,
                    agreement.cure_count, agreement.date_late_until,
                    agreement.state = 'kept' AND %(undone)s AS is_undone, %(caches)s
                FROM cartera_agreement agreement
                JOIN cartera_case known ON known.id = agreement.case_id
                JOIN res_partner partner ON partner.id = known.partner_id
                WHERE agreement.company_id = %(company)s
                    AND agreement.date_started <= %(date)s
                    AND %(concerned)s
                ORDER BY agreement.id
                """,
                caches=_cached("agreement", AGREEMENT_CACHES),
                undone=self._get_undone_sql(),
                company=company.id,
                date=date,
                concerned=self._get_concerned_sql(company, date, debtor_ids),
            )
        )

    @api.model
    def _get_undone_sql(self):
        """Whether what was waived of moved debt is open again on its item, which the
        instalments do not show."""
        return SQL(
            """
            agreement.ledger_mode = 'reclassification' AND EXISTS (
                SELECT 1
                FROM cartera_agreement_item item
                JOIN account_move_line line ON line.id = item.line_id
                WHERE item.agreement_id = agreement.id
                    AND line.parent_state = 'posted'
                    AND line.amount_residual_currency > 0
                    AND item.amount > COALESCE((
                        SELECT SUM(partial.debit_amount_currency)
                        FROM account_partial_reconcile partial
                        JOIN account_move_line done ON done.id = partial.credit_move_id
                        JOIN account_move entry ON entry.id = done.move_id
                        WHERE partial.debit_move_id = line.id AND (
                            done.cartera_agreement_item_id = item.id
                            OR entry.cartera_settles
                            AND entry.cartera_agreement_id = agreement.id
                        )
                    ), 0)
            )
            """
        )

    @api.model
    def _get_concerned_sql(self, company, date, debtor_ids):
        judged = SQL(
            """
            (
                agreement.state IN ('active', 'kept')
                OR agreement.state = 'expired' AND agreement.late_decision IS NULL
                AND NOT EXISTS (
                    SELECT 1
                    FROM cartera_agreement_item mine
                    JOIN cartera_agreement_item again ON again.line_id = mine.line_id
                    JOIN cartera_agreement later ON later.id = again.agreement_id
                    WHERE mine.agreement_id = agreement.id
                        AND later.id <> agreement.id
                        AND later.date_started >= agreement.date_ended
                )
            )
            """
        )
        if debtor_ids is None:
            return SQL(
                "%s AND (agreement.state = 'active' OR agreement.date_ended >= %s)",
                judged,
                fields.Date.subtract(date, days=DAYS_JUDGED),
            )
        # The second half is for items whose partner has been moved to another debtor:
        # the agreement that covers them stays where it was made.
        return SQL(
            """
            %(judged)s AND (
                partner.cartera_debtor_id IN %(debtors)s
                OR partner.id IN %(debtors)s
                OR agreement.id IN (
                    SELECT item.agreement_id
                    FROM cartera_agreement_item item
                    JOIN account_move_line line ON line.id = item.line_id
                    JOIN res_partner owing ON owing.id = line.partner_id
                    WHERE item.company_id = %(company)s
                        AND owing.cartera_debtor_id IN %(debtors)s
                )
            )
            """,
            judged=judged,
            debtors=tuple(debtor_ids),
            company=company.id,
        )

    # -- what belongs to them -----------------------------------------------------

    @api.model
    def _read_parts(self, agreements, as_of):
        """Add to each agreement its ``installments`` and ``items``, each with what
        settled it and what is open of it.

        :param as_of: day as of which to read the ledger; None for what stands now
        """
        ids = [row["id"] for row in agreements]
        items = self._fetch_items(ids, as_of)
        installments = self._fetch_installments(ids, as_of)
        own_lines = self._fetch_own_lines(
            [row["id"] for row in agreements if row["is_moved"]], as_of
        )
        charges = self._fetch_charges(ids, as_of)
        line_ids = {row["line_id"] for row in items + own_lines + charges}
        settled = self._fetch_settled(line_ids, as_of)
        for row in items + own_lines + charges:
            row["settled"] = settled.get(row["line_id"], ())
            row["open_now"] = row["amount_currency"] - sum(
                amount for _day, _is_money, amount in row["settled"]
            )
        for part in installments:
            part["own_lines"], part["charges"] = [], []
        part_of = {part["id"]: part for part in installments}
        for name, rows in (("own_lines", own_lines), ("charges", charges)):
            for row in rows:
                part_of[row["installment_id"]][name].append(row)
        by_agreement = defaultdict(lambda: {"items": [], "installments": []})
        for name, rows in (("items", items), ("installments", installments)):
            for row in rows:
                by_agreement[row["agreement_id"]][name].append(row)
        for row in agreements:
            row.update(by_agreement[row["id"]])

    @api.model
    def _fetch_items(self, ids, as_of):
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    item.agreement_id, item.line_id, item.amount,
                    COALESCE(item.amount_credited_before, 0) AS credited_before,
                    COALESCE(item.amount_left_out, 0) AS left_out,
                    CASE WHEN item.amount_left_out > 0
                        THEN COALESCE((%(waived)s), 0) ELSE 0 END AS waived,
                    line.amount_currency,
                    line.parent_state = 'posted' %(up_to)s AS is_posted
                FROM cartera_agreement_item item
                JOIN account_move_line line ON line.id = item.line_id
                WHERE item.agreement_id = ANY(%(ids)s)
                ORDER BY item.agreement_id, item.sequence, item.id
                """,
                ids=ids,
                waived=self._get_waived_sql(as_of),
                up_to=self._get_up_to_sql(as_of),
            )
        )

    @api.model
    def _get_waived_sql(self, as_of):
        """What an agreement itself has waived of an ``item`` so far."""
        return SQL(
            """
            SELECT SUM(partial.debit_amount_currency)
            FROM account_partial_reconcile partial
            JOIN account_move_line done ON done.id = partial.credit_move_id
            JOIN account_move entry ON entry.id = done.move_id
            WHERE partial.debit_move_id = item.line_id
                AND entry.cartera_settles
                AND entry.cartera_agreement_id = item.agreement_id
                AND done.parent_state = 'posted' %s
            """,
            SQL("AND partial.max_date <= %s", as_of) if as_of else SQL(),
        )

    @api.model
    def _fetch_installments(self, ids, as_of):
        """The instalments, with what is still to be invoiced of their charges: nothing
        more once an invoice was posted, whatever became of it."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    part.id, part.agreement_id, part.date,
                    COALESCE(part.principal_from, 0) AS principal_from,
                    COALESCE(part.principal_to, 0) AS principal_to,
                    CASE WHEN part.charge_outcome IS NULL
                        AND COALESCE(charge.state, 'draft') = 'draft'
                        THEN COALESCE(part.amount_interest, 0)
                            + COALESCE(part.amount_fee, 0)
                            + COALESCE(part.amount_tax, 0)
                        ELSE 0 END AS amount_charges,
                    part.principal_to > part.principal_from
                        OR COALESCE(part.amount_interest, 0)
                            + COALESCE(part.amount_fee, 0) > 0 AS is_asked,
                    %(caches)s
                FROM cartera_agreement_installment part
                LEFT JOIN LATERAL (
                    SELECT state FROM account_move
                    WHERE cartera_installment_id = part.id
                        AND cartera_charge_number > 0 %(up_to)s
                    ORDER BY cartera_charge_number DESC
                    LIMIT 1
                ) charge ON TRUE
                WHERE part.agreement_id = ANY(%(ids)s)
                ORDER BY part.agreement_id, part.number
                """,
                caches=_cached("part", INSTALLMENT_CACHES),
                up_to=SQL("AND date <= %s", as_of) if as_of else SQL(),
                ids=ids,
            )
        )

    @api.model
    def _fetch_own_lines(self, ids, as_of):
        """The receivable items that stand for the instalments where the debt was moved
        to them."""
        if not ids:
            return []
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    part.id AS installment_id, line.id AS line_id,
                    line.amount_currency
                FROM cartera_agreement_installment part
                JOIN cartera_agreement_installment_line_rel own
                    ON own.installment_id = part.id
                JOIN account_move_line line ON line.id = own.line_id
                WHERE part.agreement_id = ANY(%s) AND line.parent_state = 'posted' %s
                ORDER BY line.id
                """,
                ids,
                self._get_up_to_sql(as_of),
            )
        )

    @api.model
    def _fetch_charges(self, ids, as_of):
        """The receivable items of the invoices of the instalments' charges."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT
                    part.id AS installment_id, line.id AS line_id,
                    line.amount_currency
                FROM cartera_agreement_installment part
                JOIN account_move charge ON charge.cartera_installment_id = part.id
                JOIN account_move_line line ON line.move_id = charge.id
                JOIN account_account account ON account.id = line.account_id
                WHERE part.agreement_id = ANY(%s)
                    AND line.parent_state = 'posted'
                    AND account.account_type = 'asset_receivable'
                    AND line.amount_currency > 0 %s
                """,
                ids,
                self._get_up_to_sql(as_of),
            )
        )

    @api.model
    def _get_up_to_sql(self, as_of):
        """Condition on a journal item ``line``: it was in the books on that day."""
        return SQL("AND line.date <= %s", as_of) if as_of else SQL()

    # -- the ledger ---------------------------------------------------------------

    @api.model
    def _fetch_settled(self, line_ids, as_of):
        """What settled debit items, by posted entries.

        Differences of exchange belong to the money that brought them about; and what
        the units of an indexed instalment lost in value pays it like money.

        :return: ``{line id: [(day of the other entry, whether it is money, amount in
            the item's currency), ...]}``, in the order in which they were matched
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT
                    partial.debit_move_id, paid.date,
                    journal.type IN %(journals)s OR EXISTS (
                        SELECT 1 FROM account_partial_reconcile cause
                        WHERE cause.exchange_move_id = paid.move_id
                    ) OR EXISTS (
                        SELECT 1 FROM account_move note
                        WHERE note.id = paid.move_id AND note.cartera_charge_number > 0
                    ) AS is_money,
                    partial.debit_amount_currency
                FROM account_partial_reconcile partial
                JOIN account_move_line paid ON paid.id = partial.credit_move_id
                JOIN account_journal journal ON journal.id = paid.journal_id
                WHERE partial.debit_move_id = ANY(%(lines)s)
                    AND paid.parent_state = 'posted' %(up_to)s
                ORDER BY partial.id
                """,
                journals=MONEY_JOURNALS,
                lines=list(line_ids),
                up_to=SQL("AND partial.max_date <= %s", as_of) if as_of else SQL(),
            )
        )
        found = defaultdict(list)
        for line_id, day, is_money, amount in rows:
            found[line_id].append((day, is_money, amount))
        return found
