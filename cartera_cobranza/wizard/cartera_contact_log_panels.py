"""What the window that logs contacts asks for, once it knows the result."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..models.contact_request import ContactRequest

MAX_INSTALLMENTS = 60

EVERY = {
    "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1),
}


class CarteraContactLog(models.TransientModel):
    _inherit = "cartera.contact.log"

    # -- a promise ----------------------------------------------------------------
    promise_currency_id = fields.Many2one(
        "res.currency",
        string="Promised In",
        compute="_compute_promise_currency_id",
        store=True,
        readonly=False,
    )
    promise_date = fields.Date(
        string="Promised For",
        compute="_compute_promise_date",
        store=True,
        readonly=False,
    )
    promise_amount = fields.Monetary(
        string="Promised",
        currency_field="promise_currency_id",
        compute="_compute_promise_amount",
        store=True,
        readonly=False,
    )
    promise_count = fields.Integer(string="Payments", default=1)
    promise_every = fields.Selection(
        [("week", "Week"), ("fortnight", "Two weeks"), ("month", "Month")],
        string="One Payment Every",
        default="month",
    )
    promise_text = fields.Char(
        string="Payments in Words", compute="_compute_promise_text"
    )
    promise_limit_text = fields.Char(
        string="Beyond the Limits", compute="_compute_promise_limit_text"
    )
    promise_reason = fields.Char(
        string="Reason for an Exception",
        help="Why a promise beyond the limits is taken.",
    )
    # -- a dispute ----------------------------------------------------------------
    dispute_reason_id = fields.Many2one("cartera.dispute.reason")
    dispute_item_id = fields.Many2one(
        "cartera.open.item",
        string="Item",
        domain="[('case_id', '=', case_id), ('kind', '=', 'invoice')]",
    )
    dispute_currency_id = fields.Many2one(
        related="dispute_item_id.currency_id", string="Currency of the Item"
    )
    dispute_amount = fields.Monetary(
        string="Disputed",
        currency_field="dispute_currency_id",
        compute="_compute_dispute_amount",
        store=True,
        readonly=False,
    )
    # -- calling back -------------------------------------------------------------
    callback_date = fields.Datetime(string="Call Back At")
    callback_text = fields.Char(compute="_compute_callback_text")
    # -- has paid -----------------------------------------------------------------
    paid_date = fields.Date(string="Paid On")
    paid_amount = fields.Monetary(string="Paid", currency_field="currency_id")
    proof_ids = fields.Many2many("ir.attachment", string="Proof or Evidence")
    # -- insolvent ----------------------------------------------------------------
    insolvent_date = fields.Date(string="Proceedings Began On")

    # -- promise ------------------------------------------------------------------

    @api.depends("case_id", "follow_up")
    def _compute_promise_currency_id(self):
        """The currency in which most is owed."""
        for log in self:
            log.promise_currency_id = False
            if log.case_id and log.follow_up == "promise":
                log._check_case()
                case = log.case_id.sudo()
                log.promise_currency_id = case._get_promise_currency()

    @api.depends("case_id", "follow_up")
    def _compute_promise_date(self):
        """As the window that takes promises proposes it, until a day is entered."""
        for log in self:
            if log.promise_date or not log.case_id or log.follow_up != "promise":
                continue
            log._check_case()
            log.promise_date = log.case_id.sudo()._get_promise_default()

    @api.depends("case_id", "follow_up", "promise_currency_id")
    def _compute_promise_amount(self):
        """All that is overdue and can be promised."""
        for log in self:
            log._check_case()
            currency, case = log.promise_currency_id, log.case_id.sudo()
            log.promise_amount = currency and case._get_overdue_promisable(currency)

    @api.depends(
        "promise_amount",
        "promise_count",
        "promise_currency_id",
        "promise_date",
        "promise_every",
    )
    @api.depends_context("lang")
    def _compute_promise_text(self):
        for log in self:
            readable = log.promise_count > 1 and log._is_promise_readable()
            log.promise_text = readable and " · ".join(
                f"{format_date(log.env, day)}: "
                f"{format_amount(log.env, amount, log.promise_currency_id)}"
                for day, amount in log._get_installments()
            )

    @api.depends(
        "case_id",
        "date",
        "follow_up",
        "promise_amount",
        "promise_count",
        "promise_currency_id",
        "promise_date",
        "promise_every",
    )
    @api.depends_context("lang")
    def _compute_promise_limit_text(self):
        """What a supervisor would have to decide about."""
        for log in self:
            log.promise_limit_text = False
            if not log.case_id or log.follow_up != "promise":
                continue
            if not log.date or not log._is_promise_readable():
                continue
            log._check_case()
            case = log.case_id.sudo()
            days = [day for day, _amount in log._get_installments()]
            line_ids = case._find_promised_lines(
                log.promise_currency_id, log.promise_amount
            )
            log.promise_limit_text = case._get_promise_limits(
                days, line_ids, log._get_day()
            )

    def _is_promise_readable(self):
        """Whether payments can be told yet: while somebody types, anything may stand
        there."""
        return self.promise_date and 1 <= self.promise_count <= MAX_INSTALLMENTS

    def _get_installments(self):
        """The payments that are promised: equal ones, the last with what is left.

        :return: ``[(date, amount), ...]``
        """
        count, total = self.promise_count, self.promise_amount
        each = self.promise_currency_id.round(total / count)
        amounts = [each] * (count - 1)
        amounts.append(self.promise_currency_id.round(total - sum(amounts)))
        every = EVERY[self.promise_every]
        return [
            (self.promise_date + every * n, amount) for n, amount in enumerate(amounts)
        ]

    def _check_promise(self):
        if not self.promise_date:
            raise UserError(self.env._("Enter the day by which it will be paid."))
        if self.promise_date < self._get_day():
            raise UserError(
                self.env._("The promised date is before the promise was made.")
            )
        if self.promise_amount <= 0:
            raise UserError(self.env._("Enter the amount that was promised."))
        if not 1 <= self.promise_count <= MAX_INSTALLMENTS:
            raise UserError(
                self.env._("A promise has from 1 to %s payments.", MAX_INSTALLMENTS)
            )

    # -- dispute ------------------------------------------------------------------

    @api.depends("dispute_item_id")
    def _compute_dispute_amount(self):
        """All that is open of it: of an item under agreement, in all instalments."""
        for log in self:
            line = log.dispute_item_id.move_line_id
            log.dispute_amount = line.amount_residual_currency

    # -- call back ----------------------------------------------------------------

    @api.depends("address", "callback_date", "case_id", "contact_partner_id")
    @api.depends_context("lang")
    def _compute_callback_text(self):
        """Why the debtor could not be called at that moment."""
        gate = self.env["cartera.contact.gate"]
        for log in self:
            log.callback_text = False
            if not (log.case_id and log.callback_date):
                continue
            request = ContactRequest(
                log.case_id, "call", log.contact_partner_id or None, log.address
            )
            [decision] = gate._decide([request], log.callback_date)
            if not decision.allowed:
                log.callback_text = gate._describe(log.case_id, decision)

    def _get_callback_day(self):
        """The day of the call by the clock of whoever makes it."""
        moment = fields.Datetime.context_timestamp(self, self.callback_date)
        return moment.date()

    # -- evidence -----------------------------------------------------------------

    def _move_proof(self, record):
        """Make what was attached a part of a record: whoever sees that may see it."""
        if self.proof_ids:
            self.proof_ids.check_access("write")
            self.proof_ids.write({"res_model": record._name, "res_id": record.id})
