from datetime import timedelta
from decimal import Decimal
from functools import partial

from odoo import Command, api, models
from odoo.tools import format_date

from ..lib import amortization, indexed_units, rates
from ..lib.schedule_dates import due_dates, to_working_days
from .cartera_agreement_writing import REFRESHING

# What decides the instalments, besides the items and what is waived of them.
SCHEDULE_FIELDS = (
    "date",
    "down_payment",
    "date_down_payment",
    "term",
    "periodicity",
    "date_first",
    "last_day",
    "move_to_working",
    "method",
    "equal_with_taxes",
    "rate",
    "rate_kind",
    "day_count",
    "grace_periods",
    "grace_kind",
    "amount_fee",
    "index_currency_id",
)

# Longer than anybody agrees on; what is typed by mistake shall not hold the server.
MOST_INSTALLMENTS = 600

# Nor do they pay for longer: a year typed by mistake shall not either.
MOST_YEARS = 100

# Holidays are looked for so many days after the last instalment.
HOLIDAY_REACH = 30

# Charges so high, or for so short a time, that no yearly rate comes to them.
BOUNDLESS = 1e6


class CarteraAgreementSchedule(models.AbstractModel):
    """The instalments that follow from the terms, and what they come to."""

    _name = "cartera.agreement.schedule"
    _description = "Schedule of an Agreement"

    @api.onchange(*SCHEDULE_FIELDS)
    def _onchange_schedule(self):
        self._refresh()

    @api.onchange("installment_ids")
    def _onchange_installment_ids(self):
        """Those that follow from the terms were worked out already."""
        if self.method == "custom":
            self._refresh()

    def _refresh(self):
        """Work out debt, discount, schedule and rates anew from the terms."""
        self.ensure_one()
        if not self.date:
            return
        # What follows from the terms settles none of them anew.
        self = self.with_context(**{REFRESHING: True})
        self._waive_items()
        if self.method == "custom":
            for number, row in enumerate(self._get_typed_rows(), 1):
                row.number = number
        terms = self._get_terms()
        try:
            rows = amortization.schedule(terms)
        except (amortization.ScheduleError, ArithmeticError):
            rows = []
        lines = self._get_lines(rows)
        index_value = self._get_index_value() or 0
        self.update(
            {
                **self._prepare_debt(),
                **self._prepare_effect(terms, lines),
                "index_value": index_value,
            }
        )
        if rows or self.method != "custom":
            self._write_installments(self._prepare_installments(lines, index_value))

    def _get_lines(self, rows):
        """``(row, fee, taxes on interest and fee)`` of each row of the schedule."""
        own = self._to_units(self.amount_fee)
        fees = [own if row.number else 0 for row in rows]
        return [
            (row, fee, self._get_tax(row.interest, fee))
            for row, fee in zip(rows, fees, strict=True)
        ]

    # -- terms for the calculation ------------------------------------------------

    def _get_terms(self):
        """The terms as ``lib.amortization`` wants them, in the smallest unit."""
        debts, waived = self._get_debts(), self._get_waived()
        principal = sum(debts.values()) - sum(waived.values())
        custom = self.method == "custom"
        down_payment = 0 if custom else self._to_units(self.down_payment)
        start = self.date_down_payment if down_payment else self.date
        days = self._get_days() if principal != down_payment else []
        bearing = debts["capital"] - waived["capital"]
        fee = self._to_units(self.amount_fee)
        return amortization.Terms(
            principal=principal,
            date_start=max(start or self.date, self.date),
            date_down_payment=start,
            dates=tuple(self._move_days(days)),
            accrual_dates=tuple(days),
            method=self.method,
            rate=self._to_rate(self.rate),
            rate_kind=self.rate_kind,
            periodicity=self.periodicity,
            down_payment=down_payment,
            interest_by="period" if self._is_regular(days) else "days",
            day_count=self.day_count,
            grace=self.grace_periods,
            grace_kind=self.grace_kind,
            bearing=None if self.product_id.interest_on_charges else bearing,
            amounts=self._get_typed_amounts(),
            tax=partial(self._get_tax, fee=fee) if self.equal_with_taxes else None,
        )

    def _get_days(self):
        """Days of the instalments, before they are moved to working days."""
        # In the form people may clear any of them.
        ways = self.method, self.rate_kind, self.day_count, self.grace_kind
        if self._is_too_long() or not all(ways):
            return []
        if self.method == "custom":
            return [row.date for row in self._get_typed_rows()]
        if not self.date_first or not self.periodicity:
            return []
        count = min(max(self.term, 0), MOST_INSTALLMENTS)
        return due_dates(self.date_first, self.periodicity, count, self.last_day)

    def _is_too_long(self):
        """Whether the payments reach further than anybody agrees on."""
        days = [self.date_down_payment, self.date_first]
        years = 0
        if self.method == "custom":
            days = self._get_typed_rows().mapped("date")
        elif self.periodicity:
            count = min(max(self.term, 0), MOST_INSTALLMENTS)
            years = count // rates.PERIODS_PER_YEAR[self.periodicity]
        last = max((day.year for day in days if day), default=0)
        return last + years > self.date.year + MOST_YEARS

    def _move_days(self, days):
        if (
            not days
            or days[0] < self.date
            or not self.move_to_working
            or self.method == "custom"
        ):
            return days
        company = self.company_id
        country = company.sudo().country_id
        holidays = self.env["resource.calendar"]._get_cartera_holidays(
            country, days[0], days[-1] + timedelta(days=HOLIDAY_REACH), company
        )
        return to_working_days(days, holidays.get(country, frozenset()))

    def _is_regular(self, days):
        """Whether interest is charged by whole periods: by 30/360, when the first
        instalment is just one period away. Else the days are counted."""
        if self.day_count != "30_360" or self.method == "custom" or not days:
            return False
        if self.periodicity == "half_month":
            return False
        start = (self.down_payment and self.date_down_payment) or self.date
        # Of months that are counted to their last day, the first one is no whole one
        # unless it begins there.
        period = due_dates(start, self.periodicity, 2, self.last_day)
        return period == [start, days[0]]

    def _get_typed_rows(self):
        """The instalments of a schedule by hand, by their days."""
        rows = self.installment_ids.filtered("date")
        return rows.sorted(lambda row: (row.date, row.number))

    def _get_typed_amounts(self):
        if self.method != "custom":
            return ()
        rows = self._get_typed_rows()
        return tuple(self._to_units(row.amount_principal) for row in rows)

    def _to_rate(self, percent):
        """A percentage as an exact fraction, free of the noise of floats."""
        return Decimal(str(round(percent or 0, 6))) / 100

    def _get_index_value(self):
        """Money for one unit on the day of the agreement; None where no rate is
        dated for that very day, 0 when it is not indexed."""
        unit = self.index_currency_id
        if not unit or not self.date or not self.currency_id:
            return 0
        dated = self.env["res.currency.rate"].sudo()
        dated = dated.search_count(
            [
                ("currency_id", "=", unit.id),
                ("company_id", "in", [False, self.company_id.root_id.id]),
                ("name", "=", self.date),
            ],
            limit=1,
        )
        if not dated:
            return None
        return unit._convert(1, self.currency_id, self.company_id, self.date, False)

    # -- what follows -------------------------------------------------------------

    def _prepare_debt(self):
        debts, waived = self._get_debts(), self._get_waived()
        total, quita = sum(debts.values()), sum(waived.values())
        values = {
            f"amount_debt_{name}": self._to_amount(owed) for name, owed in debts.items()
        }
        return {
            **values,
            "amount_debt": self._to_amount(total),
            "amount_quita": self._to_amount(quita),
            "quita_percent": round(100 * quita / total, 2) if total else 0,
            "amount_payable": self._to_amount(total - quita),
        }

    def _prepare_effect(self, terms, lines):
        """Totals, effective rate and present value."""
        interest = sum(row.interest for row, _fee, _tax in lines)
        fees = sum(fee for _row, fee, _tax in lines)
        taxes = sum(tax for _row, _fee, tax in lines)
        flows = [(row.date, row.payment + fee) for row, fee, _tax in lines]
        discount = self._to_rate(self.company_id.sudo().cartera_discount_rate)
        payable = terms.principal if lines else 0
        return {
            "amount_interest": self._to_amount(interest),
            "amount_fees": self._to_amount(fees),
            "amount_charge_tax": self._to_amount(taxes),
            "amount_total": self._to_amount(payable + interest + fees + taxes),
            "rate_effective": self._get_effective(terms, flows, interest + fees),
            "rate_cap": self.company_id.sudo().cartera_rate_cap,
            "amount_present": self._to_amount(
                rates.present_value(flows, discount, self.date) if lines else 0
            ),
            "date_limit": lines[-1][0].date if lines else False,
        }

    def _get_effective(self, terms, flows, charges):
        """What interest and fees come to as an effective rate, % a year."""
        if not charges:
            return 0
        found = rates.effective_annual([(terms.date_start, -terms.principal), *flows])
        return BOUNDLESS if found is None else 100 * float(found)

    def _write_installments(self, rows):
        """Make the instalments those of the schedule.

        :param rows: list of values
        """
        if self.method == "custom" and not self.id:
            # While they are typed: the row under the cursor stays the same.
            typed = self._get_typed_rows()
            for record, values in zip(typed, rows, strict=True):
                record.update(values)
            return
        self.installment_ids = [Command.clear(), *map(Command.create, rows)]

    def _prepare_installments(self, lines, index_value):
        reached, result = 0, []
        for row, fee, tax in lines:
            start, reached = reached, reached + row.principal
            result.append(
                {
                    "number": row.number,
                    "date": row.date,
                    "amount_principal": self._to_amount(row.principal),
                    "amount_interest": self._to_amount(row.interest),
                    "amount_fee": self._to_amount(fee),
                    "amount_tax": self._to_amount(tax),
                    "amount_total": self._to_amount(row.payment + fee + tax),
                    "amount_balance": self._to_amount(row.balance),
                    "units": self._get_units(row.principal, index_value),
                    "principal_from": self._to_amount(start),
                    "principal_to": self._to_amount(reached),
                }
            )
        return result

    def _get_units(self, principal, index_value):
        if not index_value:
            return 0
        value = Decimal(str(index_value)) / Decimal(str(self.currency_id.rounding))
        return indexed_units.to_units(principal, value) / indexed_units.SCALE

    def _get_tax(self, interest, fee):
        """Taxes on the charges of one instalment, in the smallest unit."""
        interest, fee = self._to_amount(interest), self._to_amount(fee)
        return self._to_units(self._estimate_charge_tax(interest, fee))

    def _get_equal_payment(self):
        """What each instalment comes to where they bear interest and all are equal, but
        for what rounding leaves to the last one; otherwise zero. Those of an indexed
        agreement are not: the value of the unit changes."""
        rows = self.installment_ids.filtered("number").sorted("number")
        *equal, last = rows.mapped("amount_total") or [0]
        if self.index_currency_id or not any(rows.mapped("amount_interest")):
            return 0
        if len(set(equal)) != 1 or abs(last - equal[0]) > equal[0] / 100:
            return 0
        return equal[0]

    # -- why there is none --------------------------------------------------------

    def _get_schedule_problem(self):
        """Why no schedule follows from the terms, or False."""
        if not self.date:
            return False
        if self._is_too_long():
            return self.env._(
                "The payments reach more than %(years)s years ahead.", years=MOST_YEARS
            )
        by_hand = self.method == "custom"
        count = len(self._get_typed_rows()) if by_hand else self.term
        if count > MOST_INSTALLMENTS:
            return self.env._(
                "There are at most %(most)s instalments.", most=MOST_INSTALLMENTS
            )
        try:
            amortization.check(self._get_terms())
        except amortization.ScheduleError as error:
            return self._describe_schedule_error(error.code, error.params)
        if not self.date_limit:
            return self.env._("With this rate the interest grows beyond all measure.")
        return False

    def _describe_schedule_error(self, code, params):
        match code:
            case "principal":
                return self.env._("Nothing is left to pay: then there is no agreement.")
            case "down_payment" | "bearing":
                return self.env._(
                    "The down payment is more than what is to be paid, or less than "
                    "zero."
                )
            case "rate":
                return self.env._("The rate is less than zero.")
            case "no_dates":
                return self.env._("Say in how many instalments the rest is paid.")
            case "dates":
                return self.env._(
                    "%(after)s does not come after %(before)s: the payments must "
                    "follow one another, and none comes before the agreement.",
                    before=format_date(self.env, params["before"]),
                    after=format_date(self.env, params["after"]),
                )
            case "grace":
                return self.env._(
                    "With %(grace)s periods of grace no instalment is left to pay the "
                    "debt.",
                    grace=params["grace"],
                )
            case "too_small":
                return self.env._(
                    "There is too little to pay for %(count)s instalments.",
                    count=params["count"],
                )
            case "custom_grace":
                return self.env._(
                    "Instalments by hand have no grace: type zero for those that pay "
                    "interest alone."
                )
            case "amounts_negative":
                return self.env._("An instalment is less than zero.")
            case _:
                return self.env._(
                    "The instalments leave nothing for the last one, which takes the "
                    "rest. Lower one of the others, or delete the last."
                )
