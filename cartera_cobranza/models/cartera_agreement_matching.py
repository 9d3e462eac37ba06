from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import format_amount

from . import cartera_agreement_money_moved  # noqa: F401  (inherited: it comes first)
from .cartera_case_promise import MONEY_JOURNALS

# What comes so few days before an instalment pays its interest, too.
DAYS_AHEAD = 7


class CarteraAgreementMatching(models.AbstractModel):
    """Matches money that nobody has applied yet with what an agreement covers."""

    _name = "cartera.agreement.matching"
    _description = "Matching of an Agreement"
    _inherit = ["cartera.agreement.money.moved"]

    def action_match_payments(self):
        """Match what the debtor paid and nobody has applied with the covered items: of
        each no more than is to be paid of it, the oldest first. Money beyond that stays
        unapplied.

        What pays an instalment on its day, or some days before, pays its charges with
        it: they are invoiced first, where the night has not done so. What is beyond the
        instalments that have come stays unapplied as far as their charges are not
        posted, be it that they cannot be invoiced or that they are reviewed: it is
        meant for them.

        :return: a notification of what is kept for charges, if anything is
        :raise UserError: when there is no such money
        """
        self.ensure_one()
        self.check_access("write")
        # The money is the company's already: matching it is no entry of anybody's.
        agreement = self.sudo().with_company(self.company_id)
        agreement._check_matchable()
        agreement._charge_what_is_paid()
        kept = agreement._get_kept_money()
        left = agreement._get_money_at_hand() - kept
        matched = agreement._apply_money(left)
        if not matched and not kept:
            raise UserError(
                self.env._(
                    "There is no payment of the debtor in %(currency)s that is still "
                    "to be matched, or nothing left to pay.",
                    currency=agreement.currency_id.name,
                )
            )
        agreement._judge_now()
        return self._tell_kept(kept) if kept else None

    def _tell_kept(self, kept):
        message = self.env._(
            "%(amount)s stays unapplied: it is kept for charges of instalments that "
            "have come and are not posted. Match it once they are.",
            amount=format_amount(self.env, kept, self.currency_id),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": message,
                "sticky": True,
                # The form behind it is read again.
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_matchable(self):
        if self.state != "active":
            raise UserError(
                self.env._("Payments are matched while the agreement is in force.")
            )

    def _charge_what_is_paid(self):
        """Invoice the charges that have come, and those of the next days that the money
        at hand reaches; what would come after all of the debt is paid, lapses."""
        debt, money = self._get_debt_to_pay(), self._get_money_at_hand()
        if any(self.currency_id.compare_amounts(x, 0) <= 0 for x in (debt, money)):
            return
        today = self.company_id._get_cartera_today()
        for installment in self.installment_ids.sorted("number"):
            if installment._is_chargeable(today):
                self._try_to_charge(installment, today)
        for installment in self._get_reached_installments(money, debt, today):
            self._try_to_charge(installment, today)

    def _try_to_charge(self, installment, date):
        """What cannot be invoiced waits, as at night, and says why: it is no reason to
        let money lie that pays the debt."""
        try:
            with self.env.cr.savepoint():
                self._charge_installment(installment, date)
        except (RedirectWarning, UserError) as error:
            installment.charge_note = error.args[0]

    def _get_debt_to_pay(self):
        """What is still to be paid of the debt itself."""
        targets = self._get_match_targets()
        charges = self._get_open_charge_lines()
        return sum(targets[line] for line in targets.keys() - set(charges))

    def _get_kept_money(self):
        """What of the money at hand is kept for charges that are not posted: of the
        instalments that have come, and no more than is beyond those."""
        today = self.company_id._get_cartera_today()
        parts = self.installment_ids.sorted("number")
        unposted = parts.filtered(
            lambda part: part.charge_state in ("waiting", "draft")
        )
        if not unposted:
            return 0
        last = max(unposted.mapped("number"))
        come = parts.filtered(lambda part: part.date <= today or part.number <= last)
        paid = parts[-1:].principal_to - self._get_debt_to_pay()
        due = max(come[-1:].principal_to - paid, 0)
        due += sum(self._get_open_charge_lines().mapped("amount_residual_currency"))
        charges = sum(part._get_unposted_charge() for part in unposted)
        return max(min(charges, self._get_money_at_hand() - due), 0)

    def _get_reached_installments(self, money, debt, today):
        """The instalments of the next days whose charges ``money`` pays, and before
        them whatever comes first. What the units of an indexed one will be worth is not
        known before its day.

        :param money: amount at hand, in the currency of the agreement
        :param debt: what is left of the covered debt, likewise
        """
        last = fields.Date.add(today, days=DAYS_AHEAD)
        parts = self.installment_ids.sorted("number")
        paid = parts[-1:].principal_to - debt
        money -= sum(self._get_open_charge_lines().mapped("amount_residual_currency"))
        reached = parts.browse()
        for part in parts:
            if part.date <= today or part.units or not part._is_chargeable(last):
                continue
            first = max(part.principal_from - paid, 0)
            money -= part.amount_interest + part.amount_fee + part.amount_tax
            if self.currency_id.compare_amounts(money, first) < 0:
                break
            reached |= part
        return reached

    def _apply_money(self, most):
        """Match payments, also such as wait on another account.

        :param most: no more than that is matched
        :return: how much was matched
        """
        matched = self._match_payments(most)
        if self._bring_money(most - matched):
            matched += self._match_payments(most - matched)
        return matched

    def _apply_note(self, note):
        """Let what the units of an instalment lost in value pay of the debt: it is less
        that has to be paid in money."""
        if note._is_cartera_note():
            lines = note.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            self._match_payments(note.amount_total, lines)

    def _match_payments(self, most, payments=None):
        """
        :param most: no more than that is matched
        :param payments: credit items; None for whatever payments are not applied
        :return: how much was matched
        """
        matched = 0
        targets = self._get_match_targets()
        if payments is None:
            payments = self._get_unapplied_payments()
        for payment in payments:
            for line in targets:
                limit = min(targets[line], self._get_money(payment), most - matched)
                if self.currency_id.compare_amounts(limit, 0) <= 0:
                    continue
                if line.account_id != payment.account_id:
                    continue
                self._match(line, payment, limit)
                targets[line] -= limit
                matched += limit
        return matched

    def _match(self, line, credit, amount):
        """Match no more than ``amount`` of a credit item with ``line``."""
        limits = {credit.id: amount}
        (line | credit).with_context(cartera_match_limit=limits).reconcile()

    def _get_match_targets(self):
        """What is still to be paid of each item.

        Charges are invoiced when they are due, and come before the debt. What is to be
        waived of the items is spared; where more was paid of one than was to be,
        another has less to pay. What is not covered of an item is paid before, unless
        it was left out because it was disputed.

        :return: ``{journal item: amount}``, the oldest first
        """
        items = self.item_ids.sorted("sequence")
        targets, waived = {}, {}
        for item in items:
            line = item.line_id
            left = self._get_covered_open(item)
            waived[line] = min(item.amount_quita, left)
            targets[line] = left - waived[line]
        # What the items do not say of the waiver is left on the last ones.
        rest = sum(targets.values()) - self._get_left_to_pay(targets, waived)
        for line in reversed(targets):
            spared = min(max(rest, 0), targets[line])
            targets[line] -= spared
            rest -= spared
        for line in targets:
            more = min(max(-rest, 0), waived[line])
            targets[line] += more
            rest += more
        for item in items:
            if targets[item.line_id] > 0:
                beyond = self._get_beyond(item) - self._get_left_out_open(item)
                targets[item.line_id] += beyond
        moved = self._get_installment_lines()
        targets.update(
            (line, line.amount_residual_currency)
            for line in moved.sorted(lambda line: (line.date_maturity, line.id))
        )
        charges = {
            line: line.amount_residual_currency
            for line in self._get_open_charge_lines()
        }
        return {**charges, **targets}

    def _get_beyond(self, item):
        """What of an item is open beyond the covered part."""
        return item.line_id.amount_residual_currency - self._get_covered_open(item)

    def _get_open_charge_lines(self):
        """Open items of the interest, fees and indexation of the instalments, the
        oldest first."""
        charges = self.installment_ids.charge_ids
        lines = charges.filtered(lambda move: move.state == "posted").line_ids
        return lines.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.amount_residual_currency > 0
            )
        ).sorted(lambda line: (line.date_maturity, line.id))

    def _get_left_to_pay(self, targets, waived):
        """What is left of the debt to pay: what is open of it beyond the waiver."""
        left = sum(targets.values()) + sum(waived.values())
        return max(left - self.amount_quita, 0)

    def _get_owed_lines(self):
        """What the debtors owe by the agreement: covered items, instalments that stand
        for them, charges."""
        lines = self.item_ids.line_id | self._get_installment_lines()
        return lines | self._get_open_charge_lines()

    def _get_unapplied_payments(self):
        """Receivable items of money that the debtors of the covered items paid, and of
        what the units of indexed instalments lost in value."""
        owed = self._get_owed_lines()
        domain = self._get_payment_domain(owed)
        domain.append(("account_id", "in", owed.account_id.ids))
        payments = self.env["account.move.line"].search(domain, order="date, id")
        notes = self.installment_ids.charge_ids.filtered(
            lambda move: move.state == "posted" and move._is_cartera_note()
        )
        return payments | notes.line_ids.filtered(
            lambda line: (
                line.account_id in owed.account_id
                and line.amount_residual_currency < 0
                and line.account_id.account_type == "asset_receivable"
            )
        )

    def _get_money_at_hand(self):
        """What there is that may be matched, on whatever receivable account."""
        owed = self._get_owed_lines()
        payments = self._get_unapplied_payments()
        payments |= self._get_money_elsewhere(owed, owed.account_id)
        return sum(map(self._get_money, payments))

    def _get_money(self, line):
        """What a receivable item of a payment holds that may be matched."""
        return -line.amount_residual_currency

    def _get_payment_domain(self, owed):
        return [
            ("company_id", "=", self.company_id.id),
            ("partner_id", "in", owed.partner_id.ids),
            ("account_id.account_type", "=", "asset_receivable"),
            ("currency_id", "=", self.currency_id.id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual_currency", "<", 0),
            ("journal_id.type", "in", MONEY_JOURNALS),
        ]
