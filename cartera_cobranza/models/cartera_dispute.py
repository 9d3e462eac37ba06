from odoo import api, fields, models

STATES = [
    ("open", "Open"),
    ("analysis", "Under analysis"),
    ("founded", "Founded"),
    ("closed", "Closed"),
]
OUTCOMES = [
    ("credited", "Credit note"),
    ("unfounded", "Unfounded"),
    ("paid", "Paid"),
    ("withdrawn", "Withdrawn by the debtor"),
]


class CarteraDispute(models.Model):
    """What a debtor contests of some items, who looks into it and by when.

    Only the contested part of the items leaves the dunning, until the dispute closes.
    """

    _name = "cartera.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_deadline, id"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who finds out whether the debtor is right, in sales or logistics, say.",
    )
    contact_id = fields.Many2one(
        "cartera.contact", string="In the Contact", index="btree_not_null"
    )
    # -- what ---------------------------------------------------------------------
    reason_id = fields.Many2one(
        "cartera.dispute.reason", required=True, index=True, tracking=True
    )
    root_cause = fields.Selection(related="reason_id.root_cause", store=True)
    description = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", copy=False)
    currency_id = fields.Many2one("res.currency", required=True)
    item_ids = fields.One2many("cartera.dispute.item", "dispute_id", string="Items")
    amount = fields.Monetary(
        string="Disputed", compute="_compute_amounts", store=True, tracking=True
    )
    amount_open = fields.Monetary(
        string="Still Disputed", compute="_compute_amounts", store=True
    )
    # -- when ---------------------------------------------------------------------
    date_open = fields.Date(
        string="Opened On", required=True, default=fields.Date.context_today
    )
    date_deadline = fields.Date(string="Answer By", required=True, tracking=True)
    date_escalated = fields.Date(string="Escalated On", readonly=True)
    date_closed = fields.Date(string="Closed On", readonly=True, copy=False)
    # -- what became of it --------------------------------------------------------
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        group_expand=True,
    )
    outcome = fields.Selection(OUTCOMES, readonly=True, tracking=True)
    amount_accepted = fields.Monetary(
        string="Accepted", tracking=True, help="What the debtor is right about."
    )
    answer = fields.Text(help="What was found, in words that may be told the debtor.")
    is_closed_by_ledger = fields.Boolean(
        readonly=True,
        help="Closed because nothing contested was left open: opened again by itself "
        "where that is undone.",
    )

    _deadline_idx = models.Index("(company_id, date_deadline) WHERE state <> 'closed'")

    @api.depends("case_id")
    def _compute_company_id(self):
        for dispute in self:
            dispute.company_id = dispute.case_id.company_id
            dispute.partner_id = dispute.case_id.partner_id

    @api.depends("item_ids.amount", "item_ids.amount_open")
    def _compute_amounts(self):
        for dispute in self:
            dispute.amount = sum(dispute.item_ids.mapped("amount"))
            dispute.amount_open = sum(dispute.item_ids.mapped("amount_open"))


class CarteraDisputeItem(models.Model):
    """What is contested of one open item."""

    _name = "cartera.dispute.item"
    _description = "Item of a Dispute"
    _order = "dispute_id, id"
    _rec_name = "line_id"

    dispute_id = fields.Many2one(
        "cartera.dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True, precompute=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(related="line_id.move_id", string="Document")
    date_due = fields.Date(related="line_id.date_maturity", string="Due Date")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount = fields.Monetary(string="Disputed", required=True)
    amount_open = fields.Monetary(
        string="Still Disputed",
        readonly=True,
        help="Less what has been credited since, and never more than what is open.",
    )
    is_open = fields.Boolean(
        readonly=True, default=True, help="This part is kept out of the dunning."
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The disputed amount must be more than zero."
    )
    _once = models.Constraint(
        "UNIQUE (dispute_id, line_id)", "An item is in a dispute once."
    )
    _open_idx = models.Index("(line_id) INCLUDE (amount_open) WHERE is_open")


class CarteraDisputeReason(models.Model):
    """Why debtors contest, which part of the company is at its root, and who answers
    by when."""

    _name = "cartera.dispute.reason"
    _description = "Reason of Disputes"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    root_cause = fields.Selection(
        [
            ("sales", "Sales"),
            ("logistics", "Logistics"),
            ("quality", "Quality"),
            ("invoicing", "Invoicing"),
            ("treasury", "Cash application"),
            ("debtor", "The debtor"),
        ],
        required=True,
        default="sales",
    )
    owner = fields.Selection(
        [
            ("salesperson", "The salesperson of the invoice"),
            ("user", "One person"),
            ("collector", "The collector"),
        ],
        required=True,
        default="salesperson",
    )
    user_id = fields.Many2one("res.users", check_company=True)
    answer_days = fields.Integer(
        string="Days to Answer", required=True, default=10, help="Calendar days."
    )

    _days_positive = models.Constraint(
        "CHECK (answer_days > 0)", "Give at least one day to answer."
    )
