from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..lib import promise as rules

# Money that is paid, and no credit note or write-off, comes in by these journals.
MONEY_JOURNALS = ("bank", "cash", "credit")


class CarteraCasePromise(models.AbstractModel):
    """Taking promises from the debtor of a case."""

    _name = "cartera.case.promise"
    _description = "Promises of a Case"

    def _take_promise(self, vals):
        """Take a promise from the debtor.

        Beyond the limits of the policy a collector's promise waits for a supervisor
        and pauses nothing; a supervisor gives the reason and it holds at once.

        :param vals: ``installments`` [(date, amount), ...] in the currency, and where
            they are not as usual ``currency_id`` (else the main one), ``line_ids`` of
            the journal items (else all collectable ones of the currency, the oldest
            first, up to the amount), ``date_made`` (else today), ``promised_by_id``,
            ``channel``, ``contact_id``, ``note`` and ``override_reason``
        :return: the ``cartera.promise``
        :raise UserError: when it cannot be promised like this
        """
        self.ensure_one()
        self.check_access("write")
        values = self.sudo()._prepare_promise(vals)
        promise = self.env["cartera.promise"].sudo().create(values)
        if promise.state == "proposed":
            promise._ask_supervisor()
        return promise.sudo(self.env.su)

    def _get_promise_default(self):
        """The day that is proposed for the first payment of a promise."""
        policy = self.env["cartera.promise.policy"]._get_policy(self)
        today = self.company_id._get_cartera_today()
        return fields.Date.add(today, days=policy.default_days)

    def _prepare_promise(self, vals):
        currency = self.env["res.currency"].browse(vals.get("currency_id"))
        currency = currency or self._get_promise_currency()
        today = self.company_id._get_cartera_today()
        date_made = fields.Date.to_date(vals.get("date_made")) or today
        installments = self._check_installments(
            vals["installments"], currency, date_made, today
        )
        parts = self._allocate_promise(
            currency, sum(amount for _day, amount in installments), vals.get("line_ids")
        )
        days = [day for day, _amount in installments]
        level = self._get_promise_level([line.id for line, _amount in parts])
        policy = self.env["cartera.promise.policy"]._get_policy(self)
        excesses = policy._get_excesses(self, date_made, days, level)
        reason = (vals.get("override_reason") or "").strip()
        by_supervisor = self.env["cartera.promise"]._is_supervisor()
        if excesses and by_supervisor and not reason:
            raise UserError(
                self.env._(
                    "The promise goes beyond the limits of the policy. Say why you "
                    "allow it. %(excesses)s",
                    excesses=policy._describe_excesses(excesses),
                )
            )
        is_open = by_supervisor or not excesses
        kept = ("promised_by_id", "channel", "contact_id", "note")
        return {
            **{name: vals.get(name) for name in kept},
            "case_id": self.id,
            "user_id": self.env.uid,
            "currency_id": currency.id,
            "date_made": date_made,
            "date_due": max(days),
            "date_next": min(days),
            "date_paused_until": fields.Date.add(min(days), days=policy.tolerance_days),
            "tolerance_days": policy.tolerance_days,
            "tolerance_percent": policy.tolerance_percent,
            "level": level,
            "state": "open" if is_open else "proposed",
            "limit_facts": excesses or False,
            "override_reason": reason or False,
            "approved_by_id": self.env.uid if excesses and is_open else False,
            "installment_ids": [
                Command.create({"date": day, "amount": amount})
                for day, amount in installments
            ],
            "item_ids": self._prepare_promise_items(parts, date_made, is_open),
        }

    def _prepare_promise_items(self, parts, date_made, is_open):
        paid_before = self._get_paid_since([line.id for line, _a in parts], date_made)
        return [
            Command.create(
                {
                    "line_id": line.id,
                    "amount": amount,
                    "amount_open": line.amount_residual_currency,
                    "amount_paid_before": paid_before.get(line.id, 0),
                    "is_open": is_open,
                }
            )
            for line, amount in parts
        ]

    def _get_paid_since(self, line_ids, date):
        """What money dated ``date`` or later has taken off the items, by item, in
        their own currency."""
        partials = self.env["account.partial.reconcile"]._read_group(
            [
                ("debit_move_id", "in", line_ids),
                ("credit_move_id.date", ">=", date),
                ("credit_move_id.parent_state", "=", "posted"),
                ("credit_move_id.journal_id.type", "in", MONEY_JOURNALS),
            ],
            ["debit_move_id"],
            ["debit_amount_currency:sum"],
        )
        return {line.id: amount for line, amount in partials}

    # -- what may be promised -----------------------------------------------------

    def _get_promise_items(self):
        """Open items of the debtor that may be promised, the oldest first."""
        items = self.env["cartera.open.item"].sudo().with_context(cartera_as_of=False)
        return items.search(
            [
                ("debtor_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("direction", "=", "debit"),
                ("amount_residual_currency", ">", 0),
                ("no_followup", "=", False),
                ("blocked", "=", False),
                ("account_id.non_trade", "=", False),
                ("status", "!=", "agreed"),
            ],
            order="date_due, id",
        )

    def _leave_to_agreements(self, items):
        """Of instalments of agreements, what may be promised: those that are overdue or
        else the next one. The rest has been agreed already."""
        found = items.filtered(lambda item: not item.is_agreed)
        for parts in (items - found).grouped("agreement_id").values():
            overdue = parts.filtered(lambda item: item.due_side == "overdue")
            next_one = parts.filtered(
                lambda item, first=parts[0]: item.date_due == first.date_due
            )
            found |= overdue or next_one
        return found.sorted(lambda item: (item.date_due, item.id))

    def _get_promisable(self):
        """What may be promised of each item: what is open of it, less what is
        disputed; nothing where another promise is open.

        :return: ``{open item: amount in the item's currency}``, the oldest first
        """
        items = self._leave_to_agreements(self._get_promise_items())
        lines = [("line_id", "in", items.move_line_id.ids), ("is_open", "=", True)]
        promised = self.env["cartera.promise.item"].sudo().search(lines).line_id
        amounts = {
            item: item.amount_residual_currency - item.amount_disputed_currency
            for item in items
            if item.move_line_id not in promised
        }
        return {
            item: amount
            for item, amount in amounts.items()
            if item.currency_id.compare_amounts(amount, 0) > 0
        }

    def _get_promise_currency(self):
        """The currency in which the debtor owes most of what may be promised."""
        owed = defaultdict(float)
        for item in self._get_promisable():
            owed[item.currency_id] += item.amount_residual
        return max(owed, key=owed.get, default=self.company_id.currency_id)

    def _check_installments(self, installments, currency, date_made, today):
        """:return: the payments as ``[(date, rounded amount), ...]``, the first first
        :raise UserError: when one of them cannot be
        """
        rounded = sorted(
            (fields.Date.to_date(day), currency.round(amount))
            for day, amount in installments
        )
        if not rounded or any(amount <= 0 for _day, amount in rounded):
            raise UserError(
                self.env._("Enter the amount that was promised: more than zero.")
            )
        if date_made > today:
            raise UserError(self.env._("A promise cannot be made on a day to come."))
        if rounded[0][0] < date_made:
            raise UserError(
                self.env._(
                    "The payment promised for %(day)s is before the promise was made.",
                    day=format_date(self.env, rounded[0][0]),
                )
            )
        return rounded

    def _allocate_promise(self, currency, amount, line_ids):
        """Spread the amount over the items, the oldest first.

        :return: ``[(journal item, amount), ...]``
        :raise UserError: when it is more than may be promised of them
        """
        chosen = self._get_promisable()
        if line_ids is not None:
            self._check_promise_items(currency, line_ids)
            chosen = {
                item: most
                for item, most in chosen.items()
                if item.move_line_id.id in set(line_ids)
            }
        parts, excess = self._spread_promise(currency, amount, chosen)
        if excess:
            most = sum(
                most for item, most in chosen.items() if item.currency_id == currency
            )
            raise UserError(
                self.env._(
                    "%(amount)s is more than can be promised, which is %(most)s. What "
                    "is disputed, blocked or promised already does not count.",
                    amount=format_amount(self.env, amount, currency),
                    most=format_amount(self.env, most, currency),
                )
            )
        amounts = defaultdict(int)
        for item, part in parts:
            amounts[item.move_line_id] += part
        return [
            (line, currency.round(part * currency.rounding))
            for line, part in amounts.items()
        ]

    def _find_promised_lines(self, currency, amount):
        """Ids of the journal items that a promise is about when none are chosen; all
        where it is more than can be promised."""
        parts, _excess = self._spread_promise(currency, amount, self._get_promisable())
        return list(dict.fromkeys(item.move_line_id.id for item, _part in parts))

    def _spread_promise(self, currency, amount, promisable):
        """:return: what ``lib.promise.allocate`` makes of the items of the currency"""
        return rules.allocate(
            self._to_units(currency, amount),
            [
                (item, self._to_units(currency, most))
                for item, most in promisable.items()
                if item.currency_id == currency
            ],
        )

    def _to_units(self, currency, amount):
        """``amount`` in the smallest unit of the currency."""
        return round(amount / currency.rounding)

    def _check_promise_items(self, currency, line_ids):
        """:raise UserError: when one of the items cannot be promised by the debtor in
        the currency"""
        lines = self.env["account.move.line"].browse(line_ids)
        known = {item.move_line_id.id: item for item in self._get_promise_items()}
        self._check_not_promised(lines)
        self._check_not_agreed(lines)
        for line in lines:
            if line.id not in known:
                raise UserError(
                    self.env._(
                        "%(item)s cannot be promised: it is not an open, collectable "
                        "debt of %(debtor)s.",
                        item=line.display_name,
                        debtor=self.display_name,
                    )
                )
            if known[line.id].currency_id != currency:
                raise UserError(
                    self.env._(
                        "%(item)s is owed in %(own)s and cannot be promised in "
                        "%(other)s. Take one promise per currency.",
                        item=line.display_name,
                        own=known[line.id].currency_id.name,
                        other=currency.name,
                    )
                )

    def _check_not_promised(self, lines):
        """:raise UserError: when a promise is open for one of the journal items"""
        taken = (
            self.env["cartera.promise.item"]
            .sudo()
            .search([("line_id", "in", lines.ids), ("is_open", "=", True)], limit=1)
        )
        if taken:
            raise UserError(
                self.env._(
                    "%(item)s is promised already until %(day)s. Withdraw that promise "
                    "first, or leave the item out.",
                    item=taken.line_id.display_name,
                    day=format_date(self.env, taken.promise_id.date_due),
                )
            )

    def _check_not_agreed(self, lines):
        """:raise UserError: when nothing of one of the journal items may be promised,
        since its agreement has later days for it"""
        covered = self._get_promise_items().filtered("is_agreed")
        due = self._leave_to_agreements(covered)
        for item in covered:
            if item.move_line_id in lines - due.move_line_id:
                raise UserError(
                    self.env._(
                        "%(item)s is under agreement %(agreement)s. Only what is "
                        "overdue of the agreement can be promised, or else its next "
                        "instalment.",
                        item=item.document,
                        agreement=item.agreement_id.display_name,
                    )
                )

    def _get_promise_limits(self, days, line_ids, date_made=None):
        """What of a promise would be beyond the limits, or False.

        :param days: days of its payments
        :param line_ids: ids of the journal items promised
        :param date_made: day on which it is made; None for today
        """
        if not days:
            return False
        policy = self.env["cartera.promise.policy"]._get_policy(self)
        date_made = date_made or self.company_id._get_cartera_today()
        level = self._get_promise_level(line_ids)
        excesses = policy._get_excesses(self, date_made, days, level)
        return policy._describe_excesses(excesses)

    def _get_promise_level(self, line_ids):
        """How often the items are promised by now: promises that were not kept, or
        withdrawn after they had been open, and the new one."""
        counts = (
            self.env["cartera.promise.item"]
            .sudo()
            ._read_group(
                [
                    ("line_id", "in", line_ids),
                    ("promise_id.state", "in", ["broken", "partial", "withdrawn"]),
                    "|",
                    ("promise_id.limit_facts", "=", False),
                    ("promise_id.approved_by_id", "!=", False),
                ],
                ["line_id"],
                ["__count"],
            )
        )
        return 1 + max((count for _line, count in counts), default=0)

    # -- actions ------------------------------------------------------------------

    def action_promise(self):
        """Open the window that takes a promise of the debtor."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_promise_take_action"
        )
        action["context"] = {"default_case_id": self.id}
        return action
