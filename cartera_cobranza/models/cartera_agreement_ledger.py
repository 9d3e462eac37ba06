from odoo import Command, models

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_ledger_checks,
    cartera_agreement_ledger_parts,
    cartera_agreement_left_out,
)
from .cartera_agreement_ledger_parts import to_amount
from .cartera_case_promise import MONEY_JOURNALS


class CarteraAgreementLedger(models.AbstractModel):
    """What an agreement does to the ledger while it is in force: nothing in overlay
    mode, one entry in reclassification mode.

    The entry credits what is covered of each item at its own book value, in both
    currencies, and debits new receivable items: one for each part of an instalment that
    comes of one item, so that the book value of every item is still known when the
    agreement ends. What is to be waived of each is moved as well, to an item that
    nobody collects. The new items are paid like any other.

    When the agreement ends otherwise than by being kept, what is still open of the new
    items goes back: another entry closes them, and the matching of the covered items
    with the first entry shrinks by as much. They are open again for what was not paid,
    with their own dates, and the payments stay where they were applied.
    """

    _name = "cartera.agreement.ledger"
    _description = "Agreement in the Ledger"
    _inherit = [
        "cartera.agreement.left.out",
        "cartera.agreement.ledger.checks",
        "cartera.agreement.ledger.parts",
    ]

    # -- coming into force --------------------------------------------------------

    def _enter_ledger(self, date):
        """Do in the ledger what coming into force asks for, or coming back into force.

        What an agreement that is replaced by this one has moved, and this one does not
        cover, goes back to its items.

        :param date: day of the entry
        :raise UserError: see :meth:`_check_ledger`
        """
        self.ensure_one()
        old = self.refinanced_from_id
        if old.state == "refinanced":
            old._take_again(self.item_ids.line_id, date)
            old._leave_ledger(date)
        if self.ledger_mode != "reclassification":
            return
        if self.sudo().item_ids.entry_line_ids:
            self._move_again(date)
            return
        self._check_ledger(date)
        # By whoever may sign, which the caller has checked: collectors are no
        # accountants.
        agreement = self.sudo().with_company(self.company_id)
        rows = agreement._get_moving_rows()
        entry = agreement._post_entry(
            date,
            self.env._("%(folio)s: debt under agreement", folio=self.name),
            [values for values, _item, _installment in rows],
        )
        for line, (_values, item, installment) in zip(
            entry.line_ids.sorted("id"), rows, strict=True
        ):
            if installment:
                installment.line_ids += line
            elif line.balance < 0:
                agreement._match_at_book_value(item.line_id, line)

    def _get_moving_rows(self):
        """Lines of the entry.

        :return: list of ``(values, item, instalment)``; without an instalment they are
            the credit of the item, or what is to be waived of it
        """
        rows = []
        for item, parts in self._get_parts().items():
            book = to_amount(self._get_book_units(item), self.company_currency_id)
            rows.append((self._prepare_credit(item, -item.amount, -book), item, None))
            for installment, amount, value in parts:
                amount = to_amount(amount, self.currency_id)
                value = to_amount(value, self.company_currency_id)
                values = self._prepare_debit(item, installment, amount, value)
                rows.append((values, item, installment))
        return rows

    def _prepare_credit(self, item, amount, balance):
        label = self.env._(
            "%(folio)s: %(document)s under agreement",
            folio=self.name,
            document=item.document,
        )
        return {
            **self._prepare_entry_line(item.line_id, label, amount, balance),
            "date_maturity": item.date_due,
            "cartera_agreement_item_id": item.id,
        }

    def _prepare_debit(self, item, installment, amount, balance):
        """The item that stands for a part of an instalment, or for what is to be
        waived, which is due at the end and not collected."""
        names = {"folio": self.name, "document": item.document}
        if not installment:
            label = self.env._("%(folio)s, waived if kept: %(document)s", **names)
        elif not installment.number:
            label = self.env._("%(folio)s, down payment: %(document)s", **names)
        else:
            label = self.env._(
                "%(folio)s, instalment %(number)s: %(document)s",
                number=installment.number,
                **names,
            )
        account = installment and self.company_id.cartera_agreement_account_id
        return {
            **self._prepare_entry_line(item.line_id, label, amount, balance),
            "account_id": (account or item.line_id.account_id).id,
            "date_maturity": installment.date if installment else self.date_limit,
            # Items of general journals are not collected unless it is said.
            "no_followup": not installment,
            "cartera_agreement_item_id": item.id,
        }

    # -- going out of force -------------------------------------------------------

    def _leave_ledger(self, date):
        """Undo it, when the agreement ends otherwise than by being kept: the covered
        items are open again for what was not paid of them.

        New items that another agreement in force covers stay, until that one ends.

        :param date: day of the entry
        :raise UserError: see :meth:`_check_ledger`
        """
        self.ensure_one()
        lines = self._get_moved_lines()
        covered_anew = (
            self.env["cartera.agreement.item"]
            .sudo()
            .search([("line_id", "in", lines.ids), ("is_active", "=", True)])
        )
        self._give_back(lines - covered_anew.line_id, date)
        if self.refinanced_from_id:
            self.refinanced_from_id._leave_ledger(date)

    def _give_back_waived(self, date, invoice=None):
        """Let the covered items be open again for what is to be waived of them, so that
        it can be booked on them.

        :param date: day of the entry
        :param invoice: only the items of that one; None for all
        :raise UserError: see :meth:`_check_ledger`
        """
        self.ensure_one()
        waived = self._get_moved_lines() - self._get_installment_lines()
        if invoice is not None:
            waived = waived.filtered(
                lambda line: line.cartera_agreement_item_id.line_id.move_id == invoice
            )
        self._give_back(waived, date)

    def _move_again(self, date):
        """Undo what went back: the new items are open again as they were. What was
        paid of the covered items since pays of them.

        :param date: day of the entries
        :raise UserError: see :meth:`_check_ledger`
        """
        self.ensure_one()
        # By the step that was checked: its entries are the program's.
        agreement = self.sudo().with_company(self.company_id)
        entries = agreement._get_returning_entries()
        freed = agreement._free_money(entries)
        agreement._undo_returning(entries, date)
        agreement._apply_money(freed)

    def _free_money(self, entries):
        """Take off the covered items the money that came for them since ``entries``
        brought them back.

        :return: how much
        """
        lines = entries.line_ids
        since = min((lines.matched_debit_ids | lines.matched_credit_ids).ids, default=0)
        paid = self.item_ids.line_id.matched_credit_ids.filtered(
            lambda partial: (
                since
                and partial.id > since
                and partial.credit_move_id.journal_id.type in MONEY_JOURNALS
            )
        )
        freed = sum(paid.mapped("debit_amount_currency"))
        paid.unlink()
        return freed

    def _take_again(self, lines, date):
        """Move to ``lines`` again what went back of them when the agreement that took
        the place of this one, and covers them, ended.

        :param date: day of the entries
        :raise UserError: see :meth:`_check_ledger`
        """
        self.ensure_one()
        # By the step that was checked: its entries are the program's.
        lines |= lines.sudo().cartera_agreement_item_id.line_id
        if self.refinanced_from_id:
            self.refinanced_from_id._take_again(lines, date)
        entries = self.sudo()._get_returning_entries()
        self._undo_returning(
            entries.filtered(
                lambda entry: entry.line_ids.matched_debit_ids.debit_move_id & lines
            ),
            date,
        )

    def _undo_returning(self, entries, date):
        if not entries:
            return
        # Collectors do not post: the step that was checked does.
        agreement = self.sudo().with_company(self.company_id)
        agreement._check_entry_settings(date, entries.line_ids.account_id)
        ref = self.env._("%(folio)s: debt under agreement again", folio=self.name)
        values = {"date": date, "ref": ref, "cartera_agreement_id": self.id}
        entries._reverse_moves([dict(values) for _entry in entries], cancel=True)
        for item in agreement.item_ids:
            for line in item.entry_line_ids.filtered(lambda line: line.balance < 0):
                agreement._match_at_book_value(item.line_id, line)

    def _get_returning_entries(self):
        """Entries that brought something back, unless they are undone."""
        return self.move_ids.filtered(
            lambda move: (
                move.move_type == "entry"
                and move.state == "posted"
                and not move.cartera_settles
                # Payments that were moved are in theirs.
                and move.journal_id.type not in MONEY_JOURNALS
                and not move.reversed_entry_id
                and not move.reversal_move_ids
                and not move.line_ids.cartera_agreement_item_id
            )
        )

    def _stands_on(self, move):
        """Whether an entry is what the agreement rests on as it stands: in force, or
        replaced by one that is, on what moved its debt; kept, on what booked its
        waiver."""
        if self.state == "kept":
            return move.cartera_settles and move.state == "posted"
        return (
            bool(self._get_holder()) and move in self.installment_ids.line_ids.move_id
        )

    def _get_holder(self):
        """The agreement in force that what this one moved is collected by: itself, or
        the one that took its place; an empty recordset when there is none."""
        holder = self
        while holder.state == "refinanced":
            replaced_by = holder.refinanced_to_ids
            holder = replaced_by.filtered(lambda one: one.date_started)[:1]
        return holder.filtered(lambda one: one.state == "active")

    def _get_moved_lines(self):
        """Open items that stand for the covered ones, in reclassification mode."""
        lines = self.sudo().item_ids.entry_line_ids
        return lines.filtered(lambda line: line.balance > 0 and not line.reconciled)

    def _get_installment_lines(self):
        """Those of them that are to be paid."""
        return self._get_moved_lines() & self.sudo().installment_ids.line_ids

    def _get_covered_open(self, item):
        """What is open of the covered part of an item, apart from what was moved, from
        what was waived and from what was left out: that may be open for itself."""
        line = item.line_id
        done = sum(
            partial.debit_amount_currency
            for partial in line.matched_credit_ids
            if partial.credit_move_id in item.entry_line_ids
            or self._is_waived_by(partial.credit_move_id.move_id)
        )
        left = line.amount_residual_currency - self._get_left_out_open(item)
        return max(min(left, item.amount - done), 0)

    def _is_waived_by(self, move):
        return move.cartera_settles and move.cartera_agreement_id == self

    def _give_back(self, lines, date):
        """Close ``lines`` and open the covered items by as much."""
        lines = lines.filtered(lambda line: not line.reconciled)
        if not lines:
            return
        self._check_entry_settings(date, lines.account_id)
        agreement = self.sudo().with_company(self.company_id)
        pairs = lines.grouped("cartera_agreement_item_id")
        rows = [
            (values, line)
            for item, own in pairs.items()
            for values, line in agreement._get_returning_rows(item, own)
        ]
        entry = agreement._post_entry(
            date,
            self.env._("%(folio)s: debt back on its items", folio=self.name),
            [values for values, _line in rows],
        )
        for made, (_values, line) in zip(
            entry.line_ids.sorted("id"), rows, strict=True
        ):
            if made.balance < 0:
                agreement._match_at_book_value(line, made)
            else:
                agreement._reopen(line, made)

    def _get_returning_rows(self, item, lines):
        """Lines of the entry for the new items of one covered item.

        :return: list of ``(values, journal item it is matched with)``
        """
        credit = item.entry_line_ids.filtered(lambda line: line.balance < 0)
        label = self.env._(
            "%(folio)s: %(document)s no more under agreement",
            folio=self.name,
            document=item.document,
        )
        rows = [
            (
                self._prepare_entry_line(
                    line, label, -line.amount_residual_currency, -line.amount_residual
                ),
                line,
            )
            for line in lines
        ]
        amount = sum(lines.mapped("amount_residual_currency"))
        balance = sum(lines.mapped("amount_residual"))
        values = self._prepare_entry_line(credit, label, amount, balance)
        values["date_maturity"] = item.date_due
        return [*rows, (values, credit)]

    def _reopen(self, credit, debit):
        """Match the credit of a covered item with ``debit`` instead of the item, and
        only what is left of it with the item."""
        item_line = credit.cartera_agreement_item_id.line_id
        credit.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id == item_line
        ).unlink()
        self._match_at_book_value(debit, credit)
        self._match_at_book_value(item_line, credit)

    # -- entries ------------------------------------------------------------------

    def _post_entry(self, date, ref, lines, journal=None):
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": (
                    journal or self.company_id.cartera_agreement_journal_id
                ).id,
                "date": date,
                "ref": ref,
                "cartera_agreement_id": self.id,
                "line_ids": [Command.create(values) for values in lines],
            }
        )
        entry._post(soft=False)
        return entry

    def _prepare_entry_line(self, line, label, amount, balance):
        """A line on the account and of the partner of the journal item ``line``."""
        return {
            "name": label,
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "currency_id": line.currency_id.id,
            "amount_currency": amount,
            "balance": balance,
        }

    def _match_at_book_value(self, debit, credit):
        """Match two receivable items by what they both leave open in each currency.

        Odoo's own matching converts by the rate of each item, and books a difference
        in exchange where rounding makes them differ by a cent. Nothing was exchanged
        here: both are the same book value. No more was the invoice paid.
        """
        amount = min(debit.amount_residual_currency, -credit.amount_residual_currency)
        if debit.currency_id.compare_amounts(amount, 0) <= 0:
            return
        self.env["account.partial.reconcile"].create(
            {
                "debit_move_id": debit.id,
                "credit_move_id": credit.id,
                "debit_amount_currency": amount,
                "credit_amount_currency": amount,
                "amount": min(debit.amount_residual, -credit.amount_residual),
            }
        )
        matched = (debit | credit)._all_reconciled_lines()
        if all(matched.mapped("reconciled")):
            partials = matched.matched_debit_ids | matched.matched_credit_ids
            self.env["account.full.reconcile"].create(
                {
                    "partial_reconcile_ids": [
                        Command.link(one) for one in partials.ids
                    ],
                    "reconciled_line_ids": [Command.link(one) for one in matched.ids],
                }
            )
