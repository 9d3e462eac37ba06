from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from . import (  # noqa: F401  (inherited: they come first)
    cartera_case_aging,
    cartera_case_agreement,
    cartera_case_amounts,
    cartera_case_causes,
    cartera_case_chatter,
    cartera_case_consequence,
    cartera_case_contact,
    cartera_case_dispute,
    cartera_case_legal,
    cartera_case_next,
    cartera_case_pause,
    cartera_case_people,
    cartera_case_promise,
    cartera_case_reply,
    cartera_case_screen,
    cartera_case_stage,
    cartera_case_strategy,
    cartera_case_team,
)
from .cartera_case_amounts import CACHED_FIELDS

# What people never write: the ledger decides it, or the rules do.
PROTECTED_FIELDS = frozenset(
    [
        *CACHED_FIELDS,
        "company_id",
        "partner_id",
        "stage_date",
        "stage_proposed_id",
        "stage_verdict_id",
        "segment_id",
        "episode",
        "episode_date",
        "hold_until",
        "hold_reason",
        "counsel_id",
        "counsel_only",
        "promise_amount",
        "promise_date",
        "promise_made_on",
        "date_last_payment",
        "worker_id",
        "amount_collected",
        "month_collected",
        "resubmitted_at",
    ]
)


class CarteraCase(models.Model):
    """The file (expediente) of one debtor in one company, kept for ever.

    Its amounts are a cache of the open items, written by ``cartera.case.refresh``
    alone, in the company's currency at the rates of the entries.
    """

    _name = "cartera.case"
    _description = "Collection Case"
    # The mail comes last, since the others add to what it does.
    _inherit = [
        "cartera.case.strategy",
        "cartera.case.team",
        "cartera.case.stage",
        "cartera.case.aging",
        "cartera.case.amounts",
        "cartera.case.consequence",
        "cartera.case.contact",
        "cartera.case.people",
        "cartera.case.next",
        "cartera.case.pause",
        "cartera.case.dispute",
        "cartera.case.agreement",
        "cartera.case.legal",
        "cartera.case.causes",
        "cartera.case.promise",
        "cartera.case.reply",
        "cartera.case.screen",
        "cartera.case.chatter",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "amount_overdue desc, id"
    _rec_names_search = ["partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    # -- identity -----------------------------------------------------------------
    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        readonly=True,
        # Odoo keeps a partner who has entries; one who has none leaves no case.
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    group_id = fields.Many2one(related="partner_id.cartera_group_id")
    group_amount_total = fields.Monetary(
        string="Balance of the Group", related="group_id.amount_total"
    )
    collected_with_id = fields.Many2one(
        "res.partner",
        compute="_compute_collected_with_id",
        help="The parent of the group, in whose case the items of all members stand.",
    )
    partner_active = fields.Boolean(string="Debtor Active", related="partner_id.active")
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    # -- who and where ------------------------------------------------------------
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    worker_id = fields.Many2one(
        "res.users",
        string="Works on It",
        readonly=True,
        index="btree_not_null",
        help="The collector, or who stands in for him or her today.",
    )
    owner_ids = fields.One2many(
        "cartera.case.owner", "case_id", string="Collector History", readonly=True
    )
    stage_id = fields.Many2one(
        "cartera.stage",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        group_expand="_read_group_stage_ids",
        domain="[('company_id', 'in', [False, company_id])]",
    )
    stage_date = fields.Date(
        string="In Stage Since", readonly=True, default=fields.Date.context_today
    )
    stage_script = fields.Html(string="Script", related="stage_id.script")
    stage_proposed_id = fields.Many2one(
        "cartera.stage",
        string="Proposed Stage",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Stage that the rules ask for and a supervisor decides on.",
    )
    stage_verdict_id = fields.Many2one(
        "cartera.stage",
        string="Stage by the Rules",
        readonly=True,
        ondelete="set null",
        help="What the entry rules last asked for. The machine acts when this changes "
        "and leaves a stage set by a person alone until then.",
    )
    stage_move_ids = fields.One2many(
        "cartera.stage.move", "case_id", string="Stage History", readonly=True
    )
    # -- segment and strategy -----------------------------------------------------
    segment_id = fields.Many2one(
        "cartera.segment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The first segment whose rules hold, or the one pinned by hand.",
    )
    strategy_id = fields.Many2one(related="segment_id.strategy_id")
    segment_pin_id = fields.Many2one(
        "cartera.segment",
        string="Pinned Segment",
        ondelete="set null",
        tracking=True,
        check_company=True,
        help="Segment set by hand, whatever the rules say, until its day is over.",
    )
    segment_pin_until = fields.Date(string="Pinned Until", tracking=True)
    segment_pin_reason = fields.Char(string="Reason of the Pin", tracking=True)
    episode = fields.Integer(
        readonly=True,
        required=True,
        default=0,
        help="Number of the debtor's episodes of arrears so far. A step of the "
        "strategy is done once in each.",
    )
    episode_date = fields.Date(
        string="In Arrears Since",
        readonly=True,
        help="First day of the present episode of arrears. Empty: nothing collectable "
        "is overdue.",
    )
    hold_until = fields.Date(
        string="On Hold Until",
        readonly=True,
        help="Up to this day the strategy does nothing with the debtor: the latest of "
        "the pauses of the debtor as a whole.",
    )
    hold_reason = fields.Char(readonly=True)
    promise_date = fields.Date(
        string="Promised For",
        readonly=True,
        help="Day of the next payment of the open promises.",
    )
    promise_amount = fields.Monetary(
        string="Next Promised Payment",
        readonly=True,
        help="What is left to pay of it, at the rate of the items.",
    )
    promise_made_on = fields.Date(readonly=True)
    date_last_payment = fields.Date(
        string="Last Payment",
        readonly=True,
        help="Day of the last payment that was matched with an item of the debtor.",
    )
    execution_ids = fields.One2many(
        "cartera.step.execution", "case_id", string="Steps Done", readonly=True
    )
    communication_ids = fields.One2many(
        "cartera.communication", "case_id", string="Communications", readonly=True
    )
    contact_ids = fields.One2many(
        "cartera.contact", "case_id", string="Contacts", readonly=True
    )
    # -- what the debtor answered -------------------------------------------------
    promise_ids = fields.One2many("cartera.promise", "case_id", string="Promises")
    dispute_ids = fields.One2many("cartera.dispute", "case_id", string="Disputes")
    pause_ids = fields.One2many("cartera.pause", "case_id", string="Pauses")
    cause_ids = fields.One2many("cartera.case.cause", "case_id", string="Causes")
    # -- what comes next ----------------------------------------------------------
    date_resubmission = fields.Date(
        string="Look at It Again On",
        help="Until this day the debtor is left out of the worklist, unless something "
        "happens.",
    )
    worklist_ids = fields.One2many("cartera.worklist.entry", "case_id", readonly=True)

    # A constraint, not an index: the merging of partners in Odoo looks for one.
    _debtor_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "The debtor has a case in this company already.",
    )
    _company_stage_idx = models.Index("(company_id, stage_id)")

    # -- computes -----------------------------------------------------------------

    @api.depends("partner_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = case.partner_id.display_name

    @api.depends("partner_id.cartera_debtor_id")
    def _compute_collected_with_id(self):
        for case in self:
            head = case.partner_id.cartera_debtor_id
            case.collected_with_id = head if head != case.partner_id else False

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        companies = self.env.companies.ids
        return stages.search([("company_id", "in", [False, *companies])])

    # -- CRUD ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Every read of a case begins here: what changed in the ledger since the last
        one is brought in first, so that posting need not wait for it."""
        self.env["cartera.case.queue"]._apply_pending()
        return super()._search(domain, *args, **kwargs)

    def write(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "The debtor, the amounts and the dates of a case come from the "
                    "ledger and cannot be written. Correct the entries instead."
                )
            )
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Cases are opened by themselves for every debtor with open items "
                    "in the ledger."
                )
            )
        return super().create(vals_list)

    # -- actions ------------------------------------------------------------------

    def action_open_invoices(self):
        """List the debtors' invoices and credit notes that are not paid."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [
            (
                "commercial_partner_id.cartera_debtor_id",
                "in",
                self.partner_id.ids,
            ),
            ("company_id", "in", self.company_id.ids),
            ("move_type", "in", ["out_invoice", "out_refund", "out_receipt"]),
        ]
        action["context"] = {"search_default_open": 1, "create": False}
        return action

    def action_open_group(self):
        """Open the group that the debtor belongs to."""
        self.ensure_one()
        return self.group_id._get_records_action()

    # -- debtors ------------------------------------------------------------------

    @api.model
    def _get_debtors(self, domain):
        """Sub-query of the debtors whose case is in ``domain``, as far as the user may
        see the cases."""
        cases = self._search(domain)
        return cases.subselect(SQL.identifier(self._table, "partner_id"))

    # -- mail ---------------------------------------------------------------------

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Whoever reads a case may leave a note, but for an auditor, who only reads."""
        if message_operation == "create" and self.env.user.has_group(
            "cartera_cobranza.group_cartera_auditor"
        ):
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    # -- ledger check -------------------------------------------------------------

    @api.model
    def _verify_ledger(self, companies=None, date=None):
        """Compare the open items with the balances of the receivable accounts; see
        :meth:`CarteraLedgerVerifier._verify`."""
        return self.env["cartera.ledger.verifier"]._verify(companies, date)
