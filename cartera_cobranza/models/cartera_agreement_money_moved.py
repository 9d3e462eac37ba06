from odoo import models


class CarteraAgreementMoneyMoved(models.AbstractModel):
    """Brings money that waits on another receivable account to that of the instalments:
    Odoo matches within one account.

    The entry bears day and journal of the payment, so that it counts as the money that
    it is, on the day on which it came; and its book value in both currencies, so that
    no difference in exchange arises of it. Whoever takes the entry back has the payment
    unapplied as it was; and whatever takes the payment away from the entry (it is reset
    to draft, cancelled, reversed, unmatched) takes the entry back.
    """

    _name = "cartera.agreement.money.moved"
    _description = "Money Moved for an Agreement"

    def _bring_money(self, most):
        """Bring what is still to be paid, as far as money waits elsewhere.

        :param most: no more than that is brought
        :return: the entries
        :raise UserError: when the day of a payment is locked
        """
        entries = self.env["account.move"]
        needed = {
            line: amount
            for line, amount in self._get_match_targets().items()
            if self.currency_id.compare_amounts(amount, 0) > 0
        }
        owed = self.env["account.move.line"].union(*needed)
        for account, lines in owed.grouped("account_id").items():
            left = sum(needed[line] for line in lines)
            for payment in self._get_money_elsewhere(lines, owed.account_id):
                amount = min(left, self._get_money(payment), most)
                if self.currency_id.compare_amounts(amount, 0) > 0:
                    entries |= self._move_money(payment, account, amount)
                    left -= amount
                    most -= amount
        return entries

    def _take_money_back(self, entries):
        """Take back what brought payments over that are there no more: the instalments
        are open again.

        :param entries: of one agreement
        """
        today = self.company_id._get_cartera_today()
        for entry in entries:
            if entry.state == "draft" or self._may_cancel(entry):
                entry.button_cancel()
            else:
                self._reverse_entry(
                    entry,
                    today,
                    self.env._(
                        "%(folio)s: %(document)s taken back",
                        folio=self.name,
                        document=entry.name,
                    ),
                )

    def _get_money_elsewhere(self, owed, accounts):
        domain = self._get_payment_domain(owed)
        domain += [
            ("account_id", "not in", accounts.ids),
            ("account_id.non_trade", "=", False),
        ]
        return self.env["account.move.line"].search(domain, order="date, id")

    def _move_money(self, payment, account, amount):
        """:return: the entry that moves ``amount`` of a payment to ``account``"""
        self._check_lock_dates(payment.date, payment.journal_id)
        share = amount / payment.amount_residual_currency
        balance = self.company_currency_id.round(payment.amount_residual * share)
        label = self.env._(
            "%(folio)s: %(payment)s applied",
            folio=self.name,
            payment=payment.move_name,
        )
        back = self._prepare_entry_line(payment, label, amount, balance)
        there = self._prepare_entry_line(payment, label, -amount, -balance)
        there["account_id"] = account.id
        entry = self._post_entry(
            payment.date, label, [back, there], journal=payment.journal_id
        )
        self._match_at_book_value(entry.line_ids.sorted("id")[0], payment)
        return entry
