from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..lib import promise as rules
from ..models.channels import CHANNELS

PERIODS = {"week": {"weeks": 1}, "fortnight": {"weeks": 2}, "month": {"months": 1}}


class CarteraPromiseTake(models.TransientModel):
    """Take a promise: proposes all that can be collected, in one payment."""

    _name = "cartera.promise.take"
    _description = "Take a Promise"
    _inherit = ["cartera.case.window"]

    case_id = fields.Many2one("cartera.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(
        related="case_id.partner_id", related_sudo=False, string="Debtor"
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        domain="[('id', 'in', available_currency_ids)]",
    )
    available_currency_ids = fields.Many2many(
        "res.currency", compute="_compute_available_currency_ids"
    )
    item_ids = fields.One2many(
        "cartera.promise.take.item",
        "take_id",
        string="Items",
        compute="_compute_item_ids",
        compute_sudo=False,  # what the user may not see is not shown here either
        store=True,
        readonly=False,
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Less than the sum of the items serves the oldest of them first.",
    )
    installment_count = fields.Integer(string="Payments", default=1)
    date_first = fields.Date(
        string="First Payment",
        compute="_compute_date_first",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    period = fields.Selection(
        [
            ("week", "Weekly"),
            ("fortnight", "Every two weeks"),
            ("month", "Monthly"),
        ],
        required=True,
        default="month",
    )
    installment_ids = fields.One2many(
        "cartera.promise.take.installment",
        "take_id",
        string="Instalments",
        compute="_compute_installment_ids",
        store=True,
        readonly=False,
    )
    promised_by_id = fields.Many2one(
        "res.partner",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    channel = fields.Selection(CHANNELS, default="call")
    contact_id = fields.Many2one("cartera.contact")
    note = fields.Text()
    limit_text = fields.Char(
        string="Beyond the Limits", compute="_compute_limit_text", readonly=True
    )
    is_supervisor = fields.Boolean(compute="_compute_is_supervisor")
    override_reason = fields.Char(string="Reason")

    # -- proposals ----------------------------------------------------------------

    @api.depends("case_id")
    def _compute_available_currency_ids(self):
        for take in self:
            items = take.case_id._get_promisable()
            take.available_currency_ids = self.env["res.currency"].union(
                *(item.currency_id for item in items)
            )

    @api.depends("case_id")
    def _compute_currency_id(self):
        for take in self:
            take.currency_id = take.case_id._get_promise_currency()

    @api.depends("case_id")
    def _compute_date_first(self):
        for take in self:
            take.date_first = take.case_id._get_promise_default()

    @api.depends("case_id", "currency_id")
    def _compute_item_ids(self):
        for take in self:
            own = {}
            for item, most in take.case_id._get_promisable().items():
                if item.currency_id == take.currency_id:
                    own.setdefault(item.move_line_id, []).append((item, most))
            oldest = {line: parts[0][0] for line, parts in own.items()}
            overdue = any(item.days_overdue > 0 for item in oldest.values())
            take.item_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "line_id": line.id,
                            "is_included": oldest[line].days_overdue > 0 or not overdue,
                            "amount_open": sum(most for _item, most in parts),
                        }
                    )
                    for line, parts in own.items()
                ),
            ]

    @api.depends("item_ids.is_included")
    def _compute_amount(self):
        for take in self:
            included = take.item_ids.filtered("is_included")
            take.amount = sum(included.mapped("amount_open"))

    @api.depends("amount", "installment_count", "date_first", "period")
    def _compute_installment_ids(self):
        for take in self:
            take.installment_ids = [Command.clear(), *take._split()]

    def _split(self):
        """Commands of even payments; none where the amount is too small for them."""
        unit = self.currency_id.rounding
        try:
            parts = rules.split_evenly(
                round(self.amount / unit), self.installment_count
            )
        except (ValueError, ZeroDivisionError):
            return []
        step = PERIODS[self.period]
        return [
            Command.create(
                {
                    # From the first day, so that the 31st stays at the end of months.
                    "date": fields.Date.add(
                        self.date_first,
                        **{name: count * number for name, count in step.items()},
                    ),
                    "amount": self.currency_id.round(part * unit),
                }
            )
            for number, part in enumerate(parts)
        ]

    # -- limits -------------------------------------------------------------------

    @api.depends_context("uid")
    def _compute_is_supervisor(self):
        self.is_supervisor = self.env["cartera.promise"]._is_supervisor()

    @api.depends("case_id", "item_ids.is_included", "installment_ids.date")
    def _compute_limit_text(self):
        for take in self:
            days = [day for day in take.installment_ids.mapped("date") if day]
            take.limit_text = take.case_id._get_promise_limits(
                days, take._get_line_ids()
            )

    def _get_line_ids(self):
        return self.item_ids.filtered("is_included").line_id.ids

    # -- taking -------------------------------------------------------------------

    def action_take(self):
        """Take the promise."""
        self.ensure_one()
        line_ids = self._get_line_ids()
        if not line_ids:
            raise UserError(self.env._("Choose the items that are promised."))
        self._check_sum()
        promise = self.case_id._take_promise(
            {
                "currency_id": self.currency_id.id,
                "installments": [
                    (part.date, part.amount) for part in self.installment_ids
                ],
                "line_ids": line_ids,
                "promised_by_id": self.promised_by_id.id,
                "channel": self.channel,
                "contact_id": self.contact_id.id,
                "note": self.note,
                "override_reason": self.override_reason,
            }
        )
        done = {"type": "ir.actions.act_window_close"}
        return promise._get_waiting_notice() or done

    def _check_sum(self):
        """:raise UserError: when payments edited by hand are not what is promised"""
        total = sum(self.installment_ids.mapped("amount"))
        if self.currency_id.compare_amounts(total, self.amount):
            raise UserError(
                self.env._(
                    "The payments add up to %(total)s, and %(amount)s is promised. "
                    "Correct the amount or the payments.",
                    total=self.currency_id.format(total),
                    amount=self.currency_id.format(self.amount),
                )
            )


class CarteraPromiseTakeItem(models.TransientModel):
    """One open item that may be promised."""

    _name = "cartera.promise.take.item"
    _description = "Item to Promise"

    take_id = fields.Many2one(
        "cartera.promise.take", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="take_id.currency_id")
    line_id = fields.Many2one("account.move.line", string="Item", required=True)
    document = fields.Char(compute="_compute_document")
    date_due = fields.Date(compute="_compute_document", string="Due Date")
    is_included = fields.Boolean(string="Promised")
    amount_open = fields.Monetary(
        string="Can Be Promised",
        readonly=True,
        help="What is open of it, less what is disputed.",
    )

    @api.depends("line_id")
    @api.depends_context("uid")
    def _compute_document(self):
        """As far as the user may see the item: whoever sends the id of another one
        past the window learns nothing of it."""
        seen = {
            item.move_line_id.id: item
            for item in self.env["cartera.open.item"].search(
                [("move_line_id", "in", self.line_id.ids)], order="date_due desc, id"
            )
        }
        for row in self:
            item = seen.get(row.line_id.id)
            row.document = item and item.document
            row.date_due = item and item.date_due


class CarteraPromiseTakeInstallment(models.TransientModel):
    """One payment of the promise to take."""

    _name = "cartera.promise.take.installment"
    _description = "Payment to Promise"
    _order = "date, id"

    take_id = fields.Many2one(
        "cartera.promise.take", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="take_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
