from odoo import fields, models
from odoo.exceptions import UserError

# Beyond it a number holds no cents; and one that is none is not below it.
MAX_AMOUNT = 10**13


class CarteraDialerPromise(models.AbstractModel):
    """Reads the promises in the results of calls, and takes them."""

    _name = "cartera.dialer.promise"
    _description = "Promises of a Dialer"

    def _read_promise(self, result, case, moment):
        """``(date, amount or None, day it was made)`` that was promised, or None."""
        if not result.get("promise_date"):
            return None
        made_on = case.company_id._get_cartera_day(moment.replace(tzinfo=None))
        try:
            date = fields.Date.to_date(self._read_text(result, "promise_date"))
        except ValueError:
            raise ValueError(
                self.env._("The promised date is in ISO 8601, as in 2026-06-30.")
            ) from None
        if date < made_on:
            raise ValueError(
                self.env._("The promised date is before the promise was made.")
            )
        return date, self._read_amount(result), made_on

    def _read_amount(self, result):
        """The amount that was promised; None where nobody said it."""
        if "promise_amount" not in result:
            return None
        amount = result["promise_amount"]
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if not is_number or not -MAX_AMOUNT < amount < MAX_AMOUNT:
            raise ValueError(
                self.env._(
                    "The promised amount is a number, with no mark of thousands."
                )
            )
        if amount <= 0:
            raise ValueError(self.env._("The promised amount is above zero."))
        return amount

    def _take_promise(self, call, contact):
        """Take the promise of a call that has been logged, if there is one.

        :return: why it was not taken, or ``""``: the call took place all the same
        """
        if not call["promise"]:
            return ""
        case = call["case"]
        date, amount, made_on = call["promise"]
        if any(known.date_made > made_on for known in self._get_standing(case)):
            return self.env._("A later promise is known already.")
        if amount is None:
            amount = case.sudo()._get_overdue_promisable(case.currency_id)
        try:
            with self.env.cr.savepoint():
                case._take_promise(
                    {
                        "currency_id": case.currency_id.id,
                        "installments": [(date, amount)],
                        "date_made": made_on,
                        "channel": "call",
                        "contact_id": contact.id,
                        "note": call["note"],
                    }
                )
        except UserError as error:
            return str(error)
        return ""

    def _get_standing(self, case):
        """The promises of a case that wait for their day or a supervisor."""
        return case.promise_ids.filtered(
            lambda promise: promise.state in ("open", "proposed")
        )
