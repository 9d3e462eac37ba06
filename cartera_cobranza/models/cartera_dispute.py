from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from . import (  # noqa: F401  (inherited: they come first)
    cartera_inner_chatter,
    cartera_own_defaults,
)
from .cartera_dispute_answer import UNANSWERED

STATES = [
    ("open", "Raised"),
    ("analysis", "Under analysis"),
    ("founded", "Founded"),
    ("closed", "Closed"),
]
OUTCOMES = [
    ("credited", "Credit note"),
    ("unfounded", "Unfounded"),
    ("paid", "Paid by the debtor"),
    ("withdrawn", "Withdrawn by the debtor"),
    ("cancelled", "Document cancelled"),
]

# Those who see collections; to others a dispute says what they have to answer.
READERS = (
    "cartera_cobranza.group_cartera_own,cartera_cobranza.group_cartera_auditor,"
    "account.group_account_invoice"
)

# What an owner outside collections writes: the answer, and no more.
ANSWER_FIELDS = frozenset({"amount_accepted", "answer", "attachment_ids"})

# What buttons and the ledger decide.
PROTECTED_FIELDS = frozenset(
    {
        "amount",
        "amount_open",
        "company_id",
        "date_closed",
        "date_escalated",
        "date_open",
        "is_closed_by_ledger",
        "name",
        "outcome",
        "partner_id",
        "root_cause",
        "state",
        "state_before",
    }
)


class CarteraDispute(models.Model):
    """What a debtor contests of some items, who looks into it and by when.

    Only the contested part of the items leaves the dunning, until the dispute closes.
    What is still contested follows from the ledger: see ``cartera.dispute.engine``.
    """

    _name = "cartera.dispute"
    _description = "Dispute"
    _inherit = [
        "cartera.own.defaults",
        "cartera.dispute.answer",
        "cartera.inner.chatter",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_deadline, id"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade", groups=READERS
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
        compute="_compute_user_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who finds out whether the debtor is right, in sales or logistics, say.",
    )
    contact_id = fields.Many2one(
        "cartera.contact",
        string="In the Contact",
        index="btree_not_null",
        groups=READERS,
    )
    # -- what ---------------------------------------------------------------------
    reason_id = fields.Many2one(
        "cartera.dispute.reason",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
    )
    root_cause = fields.Selection(related="reason_id.root_cause", store=True)
    description = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", copy=False)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    item_ids = fields.One2many(
        "cartera.dispute.item", "dispute_id", string="Items", copy=False
    )
    document_names = fields.Char(
        string="Documents", compute="_compute_document_names", compute_sudo=True
    )
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
    date_deadline = fields.Date(
        string="Answer By",
        required=True,
        compute="_compute_date_deadline",
        store=True,
        precompute=True,
        readonly=False,
        tracking=True,
    )
    date_escalated = fields.Date(string="Escalated On", readonly=True, copy=False)
    date_closed = fields.Date(string="Closed On", readonly=True, copy=False)
    can_manage = fields.Boolean(
        compute="_compute_can_manage", help="The user works on the debtor's case."
    )
    # -- what became of it --------------------------------------------------------
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        group_expand=True,
        copy=False,
    )
    outcome = fields.Selection(OUTCOMES, readonly=True, tracking=True, copy=False)
    amount_accepted = fields.Monetary(
        string="Accepted",
        compute="_compute_amount_accepted",
        inverse="_inverse_amount_accepted",
        store=True,
        readonly=False,
        tracking=True,
        help="What the debtor is right about.",
    )
    answer = fields.Text(help="What was found, in words that may be told the debtor.")
    is_closed_by_ledger = fields.Boolean(
        readonly=True,
        copy=False,
        help="Closed because nothing contested was left open: opened again by itself "
        "where that is undone.",
    )
    state_before = fields.Selection(
        STATES,
        string="State Before It Was Closed",
        readonly=True,
        copy=False,
        help="To which it returns when what closed it is undone.",
    )

    _deadline_idx = models.Index("(company_id, date_deadline) WHERE state <> 'closed'")

    # -- computes -----------------------------------------------------------------

    @api.depends("case_id")
    def _compute_company_id(self):
        for dispute in self:
            dispute.company_id = dispute.case_id.company_id
            dispute.partner_id = dispute.case_id.partner_id

    @api.depends("case_id", "item_ids.line_id")
    def _compute_currency_id(self):
        for dispute in self:
            dispute.currency_id = (
                dispute.item_ids.line_id.currency_id[:1]
                or dispute.currency_id
                or dispute.case_id.company_id.currency_id
            )

    @api.depends("reason_id", "item_ids.line_id")
    def _compute_user_id(self):
        for dispute in self:
            if dispute.user_id and dispute._origin.reason_id == dispute.reason_id:
                continue  # chosen by somebody
            dispute.user_id = dispute.reason_id._find_owner(
                dispute.case_id, dispute.item_ids.move_id
            )

    @api.depends("reason_id", "date_open")
    def _compute_date_deadline(self):
        for dispute in self:
            days = dispute.reason_id.answer_days or 1
            opened = dispute.date_open or fields.Date.context_today(dispute)
            dispute.date_deadline = fields.Date.add(opened, days=days)

    @api.depends("case_id")
    @api.depends_context("uid")
    def _compute_can_manage(self):
        cases = self.sudo().case_id.sudo(False)
        managed = cases._filtered_access("write")
        for dispute in self:
            dispute.can_manage = dispute.sudo().case_id in managed

    @api.depends("item_ids.move_name")
    def _compute_document_names(self):
        for dispute in self:
            names = dict.fromkeys(dispute.item_ids.mapped("move_name"))
            dispute.document_names = ", ".join(filter(None, names))

    @api.depends("item_ids.amount", "item_ids.amount_open")
    def _compute_amounts(self):
        for dispute in self:
            dispute.amount = sum(dispute.item_ids.mapped("amount"))
            dispute.amount_open = sum(dispute.item_ids.mapped("amount_open"))

    @api.depends("item_ids.amount_accepted")
    def _compute_amount_accepted(self):
        for dispute in self:
            dispute.amount_accepted = sum(dispute.item_ids.mapped("amount_accepted"))

    def _inverse_amount_accepted(self):
        """Spread what is accepted over the items, in their order."""
        for dispute in self:
            rest = dispute.amount_accepted
            if not 0 <= rest <= dispute.currency_id.round(dispute.amount):
                raise ValidationError(
                    self.env._(
                        "What is accepted cannot be less than zero nor more than what "
                        "is disputed."
                    )
                )
            for item in dispute.sudo().item_ids:
                item.amount_accepted = min(rest, item.amount)
                rest -= item.amount_accepted

    # -- constraints --------------------------------------------------------------

    @api.constrains("item_ids", "currency_id")
    def _check_items(self):
        for dispute in self:
            if not dispute.item_ids:
                raise ValidationError(
                    self.env._("Say which items the debtor contests.")
                )
            if dispute.sudo().item_ids.line_id.currency_id != dispute.currency_id:
                raise ValidationError(
                    self.env._("A dispute is in the currency of its items.")
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """What the ledger says of disputes is brought in before they are read, also by
        those who may not see cases."""
        self.env["cartera.case.queue"].sudo()._apply_pending()
        return super()._search(domain, *args, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        cases = self.env["cartera.case"].browse(vals["case_id"] for vals in vals_list)
        for case, vals in zip(cases, vals_list, strict=True):
            vals.setdefault("date_open", case.company_id._get_cartera_today())
            vals["name"] = self._next_name(case.company_id)
        disputes = super().create(vals_list)
        disputes._claim_attachments()
        disputes._check_items()
        disputes._ask_owner()
        return disputes

    def write(self, vals):
        self._check_writable(vals)
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._claim_attachments()
        if not {"user_id", "date_deadline", "reason_id"}.isdisjoint(vals):
            self._move_question()
        if "amount_accepted" in vals:
            self._settle()
        return result

    @api.model
    def _is_by_program(self, name):
        return name in PROTECTED_FIELDS

    def _check_not_protected(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "The state, the dates and the amounts of a dispute follow from its "
                    "buttons and from the ledger and cannot be written."
                )
            )

    def _check_writable(self, vals):
        """Owners outside collections answer; who and what is collections' matter."""
        if self.env.su:
            return
        self._check_not_protected(vals)
        if not ANSWER_FIELDS.issuperset(vals):
            self._check_collections()
        if "case_id" in vals:
            raise UserError(self.env._("A dispute stays with its debtor."))
        if any(dispute.state == "closed" for dispute in self):
            raise UserError(
                self.env._("The dispute is closed. Open it again to change it.")
            )

    def _check_collections(self):
        """:raise AccessError: unless the user works on the debtors' cases"""
        if self.env.su:
            return
        cases = self.sudo().case_id.sudo(False)
        if cases - cases._filtered_access("write"):
            raise AccessError(
                self.env._(
                    "You can answer this dispute. What it is about, its owner and its "
                    "deadline are changed by collections."
                )
            )

    def _check_items_open(self):
        """:raise UserError: when what is contested has been answered"""
        self._check_collections()
        if any(dispute.state not in UNANSWERED for dispute in self):
            raise UserError(
                self.env._(
                    "The dispute has been answered. Open it again to change what is "
                    "disputed."
                )
            )

    @api.model
    def _next_name(self, company):
        """The next number in the company's own sequence, made with its first dispute
        after the pattern of the one that belongs to none."""
        sequences = self.env["ir.sequence"].sudo()
        domain = Domain("code", "=", "cartera.dispute")
        own = sequences.search(domain & Domain("company_id", "=", company.id), limit=1)
        if not own:
            pattern = sequences.search(
                domain & Domain("company_id", "=", False), limit=1
            )
            own = pattern.copy({"company_id": company.id, "number_next": 1})
        return own.next_by_id()

    def _claim_attachments(self):
        """What the user uploaded before the dispute existed, or in a window, belongs
        to it from now on, so that whoever sees the dispute sees it."""

        def is_loose(file):
            model = self.env.get(file.res_model)
            passing = model is not None and model._transient
            return file.create_uid == self.env.user and (passing or not file.res_id)

        for dispute in self:
            loose = dispute.sudo().attachment_ids.filtered(is_loose)
            loose.write({"res_model": self._name, "res_id": dispute.id})

    # -- the ledger ---------------------------------------------------------------

    def _settle(self):
        """Bring what is still disputed, and the debtors' cases, in step."""
        engine = self.env["cartera.dispute.engine"].sudo()
        disputes = self.sudo()
        for company, group in disputes.grouped("company_id").items():
            day = company._get_cartera_today()
            engine._settle(company, day, group.partner_id.ids)
        self.env["cartera.case.queue"]._mark(
            (dispute.company_id.id, dispute.partner_id.id) for dispute in disputes
        )
