from odoo import Command, api, fields, models
from odoo.tools import float_round

from ..lib import settlement
from ..lib.schedule_dates import due_dates

COMPONENTS = ("fee", "interest", "capital")

# What is proposed for a reestructura when more instalments may be granted.
USUAL_TERM = 12

# Days for which an offer is valid where no limit says it.
USUAL_VALIDITY = 10


class CarteraAgreementTerms(models.AbstractModel):
    """What is agreed: which items, how much of them is waived, and by what terms.

    Terms are proposed from the case and the product, and stay editable. What is
    waived is kept as amounts; their percentages, and what is left to pay, are other
    handles on them.
    """

    _name = "cartera.agreement.terms"
    _description = "Terms of an Agreement"

    offered_product_ids = fields.Many2many(
        "cartera.agreement.product", compute="_compute_offered_product_ids"
    )
    available_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_available_line_ids"
    )
    # -- proposals ----------------------------------------------------------------

    @api.depends("case_id")
    def _compute_offered_product_ids(self):
        products = self.env["cartera.agreement.product"]
        for agreement in self:
            agreement.offered_product_ids = agreement.case_id and products._get_offered(
                agreement.case_id
            )

    @api.depends("case_id")
    def _compute_product_id(self):
        products = self.env["cartera.agreement.product"]
        for agreement in self:
            agreement.product_id = agreement.product_id or (
                agreement.case_id and products._get_default(agreement.case_id)
            )

    @api.depends("case_id")
    def _compute_currency_id(self):
        for agreement in self:
            agreement.currency_id = agreement.currency_id or (
                agreement.case_id
                and agreement.case_id._get_agreeable_currency(
                    agreement.refinanced_from_id
                )
            )

    @api.depends("case_id", "currency_id")
    def _compute_available_line_ids(self):
        for agreement in self:
            agreement.available_line_ids = self.env["account.move.line"].union(
                *agreement._get_agreeable()
            )

    def _get_agreeable(self):
        """What may be covered of each item in the currency; see the case."""
        self.ensure_one()
        if not self.case_id:
            return {}
        refinanced = self.refinanced_from_id._origin
        found = self.case_id._origin._get_agreeable(refinanced)
        return {
            line: amount
            for line, amount in found.items()
            if line.currency_id == self.currency_id
        }

    @api.depends("case_id", "currency_id")
    def _compute_item_ids(self):
        """All that can be collected; a draft alone follows its case and currency."""
        for agreement in self:
            if agreement.state != "draft":
                agreement.item_ids = agreement.item_ids
                continue
            agreement._take_items(agreement._get_agreeable())

    @api.depends("case_id", "currency_id")
    def _compute_amount_credits(self):
        for agreement in self:
            case = agreement.case_id._origin
            agreement.amount_credits = (
                case._get_credits(agreement.currency_id) if case else 0
            )

    def _get_proposal(self, name):
        """The usual value of a term: what the product says, within what a collector
        may grant. A finiquito is paid while its offer is valid, other instalments from
        one period after the day of the agreement on."""
        grid = self._find_usual_grid()
        start = self.date or fields.Date.context_today(self)
        finiquito = self.product_id.kind == "finiquito"
        match name:
            case "rate":
                return grid.rate_default
            case "term":
                most = grid.term_max or USUAL_TERM
                return 1 if finiquito else min(most, USUAL_TERM)
            case "grace_periods":
                return 0
            case "down_payment":
                debts, waived = self._get_debts(), self._get_waived()
                payable = sum(debts.values()) - sum(waived.values())
                return self._get_least_down_payment(grid, self._to_amount(payable))
            case "date_down_payment":
                return start
            case "date_valid_until":
                return fields.Date.add(start, days=grid.validity_days or USUAL_VALIDITY)
            case "date_first" if finiquito:
                return fields.Date.add(start, days=grid.validity_days or USUAL_VALIDITY)
            case "date_first":
                periodicity = self.periodicity or "month"
                return due_dates(start, periodicity, 2, self.last_day)[1]
            case _:
                return self.product_id[name]

    def _get_least_down_payment(self, grid, payable):
        """What has to be paid down of ``payable``, rounded up."""
        currency = self.currency_id
        if not currency or self.method == "custom":
            return 0
        return float_round(
            payable * grid.down_payment / 100,
            precision_rounding=currency.rounding,
            rounding_method="UP",
        )

    def _follow_payable(self):
        """Of another amount to be paid the least down payment is another one, as long
        as nobody typed more or less."""
        before = self.amount_debt - self.amount_quita
        least = self._get_least_down_payment(self._find_usual_grid(), before)
        if self.currency_id and not self.currency_id.compare_amounts(
            self.down_payment, least
        ):
            self.down_payment = self._get_proposal("down_payment")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """What one product waives, another one may not: it is typed anew."""
        if any(self._get_waived().values()):
            self._set_waived(dict.fromkeys(COMPONENTS, 0))
            self.down_payment = self._get_proposal("down_payment")
            self._refresh()

    @api.onchange("periodicity", "last_day")
    def _onchange_periodicity(self):
        if self.kind != "finiquito" and self.date and self.periodicity:
            self.date_first = self._get_proposal("date_first")

    @api.onchange("method")
    def _onchange_method(self):
        if self.method == "custom":
            self.down_payment = 0

    # -- what is waived -----------------------------------------------------------

    def _get_debt(self):
        return sum(self.item_ids.mapped("amount"))

    def _get_debts(self):
        """``{component: covered debt in the smallest unit of the currency}``"""
        debts = dict.fromkeys(COMPONENTS, 0)
        for item in self.item_ids:
            debts[item.component or "capital"] += self._to_units(item.amount)
        return debts

    def _get_waived(self):
        """``{component: what is waived of it in the smallest unit}``, not more than
        is owed of it."""
        debts = self._get_debts()
        return {
            name: max(0, min(self._to_units(self[f"amount_quita_{name}"]), owed))
            for name, owed in debts.items()
        }

    def _set_waived(self, waived):
        """Keep what is waived of each component, in the smallest unit, and what
        follows from it."""
        debts = self._get_debts()
        values = {}
        for name, amount in waived.items():
            owed = debts[name]
            values[f"amount_quita_{name}"] = self._to_amount(amount)
            values[f"quita_{name}"] = round(100 * amount / owed, 2) if owed else 0
        total = sum(debts.values())
        values["amount_payable"] = self._to_amount(total - sum(waived.values()))
        self.update(values)

    def _waive_percents(self):
        """Waive the percentage of each component."""
        percents = {
            name: self._to_rate(min(max(self[f"quita_{name}"], 0), 100))
            for name in COMPONENTS
        }
        self._set_waived(settlement.waive_percents(self._get_debts(), percents))

    def _waive_to(self, payable):
        """Waive what leaves ``payable`` to pay: fees first, then interest, then
        capital. More than is owed waives nothing."""
        debts = self._get_debts()
        total = sum(debts.values())
        quita = total - min(max(self._to_units(payable), 0), total)
        self._set_waived(settlement.waive_total(quita, debts))

    def _waive_items(self):
        """Spread what is waived over the items, each in proportion."""
        parts = settlement.waive_items(
            self._get_waived(),
            [
                (item, {item.component or "capital": self._to_units(item.amount)})
                for item in self.item_ids
            ],
        )
        for item, waived in parts.items():
            item.amount_quita = self._to_amount(sum(waived.values()))

    @api.onchange("item_ids")
    def _onchange_item_ids(self):
        """Of another debt the same share is waived."""
        debts = self._get_debts()
        if any(
            self._to_units(self[f"amount_debt_{name}"]) != owed
            for name, owed in debts.items()
        ):
            self._waive_percents()
        self._refresh()

    @api.onchange("quita_fee", "quita_interest", "quita_capital")
    def _onchange_quita_percent(self):
        debts, waived = self._get_debts(), self._get_waived()
        if any(
            owed
            and round(100 * waived[name] / owed, 2) != round(self[f"quita_{name}"], 2)
            for name, owed in debts.items()
        ):
            self._waive_percents()
            self._follow_payable()
            self._refresh()

    @api.onchange("amount_quita_fee", "amount_quita_interest", "amount_quita_capital")
    def _onchange_quita_amount(self):
        self._set_waived(self._get_waived())
        self._follow_payable()
        self._refresh()

    @api.onchange("amount_payable")
    def _onchange_amount_payable(self):
        left = sum(self._get_debts().values()) - sum(self._get_waived().values())
        if self._to_units(self.amount_payable) != left:
            self._waive_to(self.amount_payable)
            self._follow_payable()
            self._refresh()

    # -- buttons ------------------------------------------------------------------

    def action_take_all(self):
        """Cover all that can be collected in the currency."""
        self.ensure_one()
        self.check_access("write")
        self._take_items(self._get_agreeable())

    def action_take_overdue(self):
        """Cover only what is overdue on the day of the agreement."""
        self.ensure_one()
        self.check_access("write")
        self._take_items(
            {
                line: amount
                for line, amount in self._get_agreeable().items()
                if (line.date_maturity or line.date) < self.date
            }
        )

    def _take_items(self, amounts):
        """Cover the journal items of ``amounts``, so much of each."""
        self.item_ids = [
            Command.clear(),
            *(
                Command.create({"line_id": line.id, "sequence": rank, "amount": amount})
                for rank, (line, amount) in enumerate(amounts.items())
            ),
        ]

    def action_open_credits(self):
        """List what stands in favour of the debtor."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_open_item_action"
        )
        action["domain"] = [
            ("case_id", "=", self.case_id.id),
            ("direction", "=", "credit"),
        ]
        action["context"] = {}
        return action

    # -- units --------------------------------------------------------------------

    def _to_units(self, amount):
        """``amount`` in the smallest unit of the currency."""
        return round((amount or 0) / (self.currency_id.rounding or 0.01))

    def _to_amount(self, units):
        currency = self.currency_id
        return currency.round(units * currency.rounding) if currency else units / 100
