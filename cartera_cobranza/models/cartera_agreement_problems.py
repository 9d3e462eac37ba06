from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date

from .cartera_case_promise import MONEY_JOURNALS


class CarteraAgreementProblems(models.AbstractModel):
    """What stands in the way of an agreement: nobody may pass over it."""

    _name = "cartera.agreement.problems"
    _description = "Problems of an Agreement"

    problem_text = fields.Char(
        string="In the Way",
        compute="_compute_problem_text",
        help="What must be put right before it can be offered.",
    )
    promise_text = fields.Char(compute="_compute_promise_text")

    @api.depends(
        "amount_payable",
        "case_id",
        "currency_id",
        "amount_fee",
        "date_limit",
        "date_valid_until",
        "index_value",
        "installment_ids.amount_principal",
        "installment_ids.date",
        "item_ids.amount",
        "item_ids.line_id",
        "product_id",
        "rate_effective",
        "state",
        "term",
    )
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for agreement in self:
            found = agreement.state == "draft" and agreement._get_problems()
            agreement.problem_text = " ".join(found) if found else False

    def _get_problems(self):
        """What stands in the way of offering it, in sentences.

        :return: list of str
        """
        self.ensure_one()
        if not self.case_id or not self.currency_id:
            return []
        found = [
            self.case_id._origin._get_insolvency_text(),
            *self._get_item_problems(),
            self._get_schedule_problem(),
            self._get_cap_problem(),
            self._get_index_problem(),
            self._get_offered_problem(),
            self._get_product_problem(),
            self._get_validity_problem(),
            self._get_refinance_problem(),
        ]
        return [text for text in found if text]

    def _check_problems(self):
        """:raise UserError: with all that stands in the way"""
        if problems := self._get_problems():
            raise UserError("\n".join(problems))

    # -- items --------------------------------------------------------------------

    def _get_item_problems(self):
        if not self.item_ids:
            return [self.env._("Choose the items that it is about.")]
        agreeable = self.case_id._origin._get_agreeable(self.refinanced_from_id._origin)
        others = self._get_other_agreements()
        found = (
            self._get_item_problem(item, agreeable.get(item.line_id._origin), others)
            for item in self.item_ids
            if item.line_id
        )
        return [text for text in found if text]

    def _get_item_problem(self, item, most, others):
        """Why an item cannot be covered, or False.

        :param most: what may be covered of it; None where nothing may
        :param others: see ``_get_other_agreements``
        """
        line = item.line_id._origin.sudo()
        shown = {"item": line.move_name or line.display_name}
        if most is None:
            if other := others.get(line):
                return self.env._(
                    "%(item)s is in the agreement %(agreement)s, which is in force. "
                    "Cancel or refinance that one, or leave the item out.",
                    agreement=other.sudo().display_name,
                    **shown,
                )
            return self.env._(
                "%(item)s is no open, collectable debt of %(debtor)s: what is paid, "
                "disputed as a whole, blocked or excluded from follow-up is left out.",
                debtor=self.case_id.display_name,
                **shown,
            )
        if line.currency_id != self.currency_id:
            return self.env._(
                "%(item)s is owed in %(own)s and the agreement is in %(other)s. Make "
                "one agreement per currency.",
                own=line.currency_id.name,
                other=self.currency_id.name,
                **shown,
            )
        if self.currency_id.compare_amounts(item.amount, most) > 0:
            return self.env._(
                "Of %(item)s %(most)s can be covered, not more: what is disputed is "
                "left out.",
                most=self.currency_id.format(most),
                **shown,
            )
        return False

    def _get_other_agreements(self):
        """``{journal item: agreement}`` of the items that another one in force
        covers, or has moved there."""
        lines = self.item_ids.line_id._origin
        debts = {line: line._get_cartera_debts() for line in lines}
        every = lines.union(*debts.values())
        items = self.env["cartera.agreement.item"].sudo()
        found = items.search([("line_id", "in", every.ids), ("is_active", "=", True)])
        own = self._origin | self.refinanced_from_id._origin
        others = {
            item.line_id: item.agreement_id
            for item in found
            if item.agreement_id not in own
        }
        return {
            line: others[debt]
            for line, of_line in debts.items()
            for debt in of_line
            if debt in others
        }

    def _check_open_items(self):
        """:raise UserError: when an item is not what the agreement was made for"""
        others = self._get_other_agreements()
        for item in self.item_ids:
            line = item.line_id
            if other := others.get(line):
                raise UserError(
                    self.env._(
                        "%(item)s is in the agreement %(agreement)s, which is in "
                        "force.",
                        item=line.move_name,
                        agreement=other.display_name,
                    )
                )
            left = line.amount_residual_currency
            kept = left + self._get_paid_since_offer(line)
            is_owed = line.parent_state == "posted" and (
                line.currency_id == self.currency_id
            )
            if is_owed and self.currency_id.compare_amounts(kept, item.amount) >= 0:
                continue
            raise UserError(
                self._get_changed_text(
                    item=line.move_name,
                    left=line.currency_id.format(left),
                    covered=self.currency_id.format(item.amount),
                )
            )

    def _get_changed_text(self, **shown):
        if self.ledger_mode == "reclassification":
            return self.env._(
                "%(item)s has changed since the offer: %(left)s of it are open, and "
                "%(covered)s are covered. If a payment was matched with it meanwhile, "
                "undo that match, note the signature and match it again; otherwise "
                "withdraw the offer and make a new one.",
                **shown,
            )
        return self.env._(
            "%(item)s has changed since the offer: %(left)s of it are open, and "
            "%(covered)s are covered. Withdraw the offer and make a new one.",
            **shown,
        )

    def _get_paid_since_offer(self, line):
        """What money has settled of an item since the offer was made: it pays under the
        agreement as what comes later does. Nothing where the debt itself is moved, of
        which there must be as much as was agreed."""
        if self.ledger_mode == "reclassification":
            return 0
        offers = self.change_ids.filtered(lambda change: change.state_from == "draft")
        offered = offers.sorted("id")[-1:].create_date or self.create_date
        payments = line.matched_credit_ids.filtered(
            lambda partial: (
                partial.create_date >= offered
                and partial.credit_move_id.parent_state == "posted"
                and partial.credit_move_id.journal_id.type in MONEY_JOURNALS
            )
        )
        return sum(payments.mapped("debit_amount_currency"))

    # -- terms --------------------------------------------------------------------

    def _get_cap_problem(self):
        """An effective rate above the legal cap, which nobody may grant."""
        cap = self.company_id.sudo().cartera_rate_cap
        if not cap or float_compare(self.rate_effective, cap, precision_digits=4) <= 0:
            return False
        return self.env._(
            "Interest and fees come to %(rate)s %% effective a year, above the legal "
            "cap of %(cap)s %%. Lower the rate or the fee.",
            rate=f"{self.rate_effective:.2f}",
            cap=f"{cap:.2f}",
        )

    def _get_index_problem(self):
        if not self.index_currency_id or self._get_index_value():
            return False
        return self.env._(
            "There is no value of %(unit)s for %(day)s. Enter it among the rates of "
            "that currency.",
            unit=self.index_currency_id.name,
            day=format_date(self.env, self.date),
        )

    def _get_offered_problem(self):
        """A product that is meant for others, whose limits would hold instead of those
        that hold here."""
        offered = self.product_id._get_offered(self.case_id._origin)
        if not self.product_id or self.product_id._origin in offered:
            return False
        return self.env._(
            "%(product)s is not offered to debtors of this company. Choose another "
            "product.",
            product=self.product_id.name,
        )

    def _get_product_problem(self):
        """Charges that could not be invoiced."""
        company = self.company_id.sudo()
        if self.currency_id.compare_amounts(self.amount_fee, 0) < 0:
            return self.env._("The fee is less than zero.")
        if self.amount_interest and not company.cartera_interest_product_id:
            return self.env._(
                "Choose the product of financing interest in the settings of Cartera: "
                "without it interest cannot be invoiced."
            )
        if self.amount_fees and not company.cartera_fee_product_id:
            return self.env._(
                "Choose the product of the fee of agreements in the settings of "
                "Cartera: without it the fee cannot be invoiced."
            )
        return False

    def _get_validity_problem(self):
        today = self.company_id._get_cartera_today()
        if self.date and self.date > today:
            return self.env._("The day of an agreement cannot be one to come.")
        if not self.date_valid_until:
            return self.env._("Say until when the offer is valid.")
        if self.date_valid_until < today:
            return self.env._("The offer would not be valid any more today.")
        return False

    def _get_refinance_problem(self):
        old = self.refinanced_from_id.sudo()
        if not old:
            return False
        if old.case_id == self.case_id._origin and old.state in ("active", "broken"):
            return False
        return self.env._(
            "%(agreement)s is over and cannot be refinanced any more.",
            agreement=old.display_name,
        )

    # -- promises -----------------------------------------------------------------

    @api.depends("item_ids.line_id", "state")
    @api.depends_context("lang")
    def _compute_promise_text(self):
        """That promises will give way; see ``_withdraw_promises``."""
        for agreement in self:
            days = agreement._get_open_promises().mapped("date_next")
            agreement.promise_text = False
            if days and agreement.state in ("draft", "to_approve", "proposed"):
                agreement.promise_text = self.env._(
                    "Promised for %(days)s: the promise is withdrawn when the "
                    "agreement comes into force.",
                    days=", ".join(format_date(self.env, day) for day in days if day),
                )

    def _get_open_promises(self):
        """Open promises for covered items."""
        items = self.env["cartera.promise.item"].sudo()
        lines = self.item_ids.line_id._origin
        return items.search(
            [("line_id", "in", lines.ids), ("is_open", "=", True)]
        ).promise_id
