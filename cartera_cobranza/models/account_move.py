from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .res_partner import READERS


class AccountMove(models.Model):
    _inherit = "account.move"

    cartera_case_id = fields.Many2one(
        "cartera.case",
        string="Collection Case",
        compute="_compute_cartera_case_id",
        search="_search_cartera_case_id",
        groups=READERS,
    )
    # By the reader's own rights: a collector of own cases sees no others.
    cartera_stage_id = fields.Many2one(
        related="cartera_case_id.stage_id",
        related_sudo=False,
        tracking=False,  # not to be read at each write, as tracked fields are
        string="Collection Stage",
        groups=READERS,
    )
    cartera_user_id = fields.Many2one(
        related="cartera_case_id.user_id",
        related_sudo=False,
        tracking=False,  # not to be read at each write, as tracked fields are
        string="Collector",
        groups=READERS,
    )
    cartera_days_overdue = fields.Integer(
        string="Days Past Due",
        compute="_compute_cartera_days_overdue",
        groups=READERS,
        help="Days past due of the oldest open instalment.",
    )

    # -- agreements
    cartera_agreement_id = fields.Many2one(
        "cartera.agreement",
        string="Agreement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="cartera",
        groups=READERS,
        help="The agreement that this entry was made for.",
    )
    cartera_installment_id = fields.Many2one(
        "cartera.agreement.installment",
        string="Instalment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="cartera",
        groups=READERS,
        help="The instalment whose interest and fees it invoices.",
    )
    cartera_charge_number = fields.Integer(
        string="Charge",
        readonly=True,
        copy=False,
        prefetch="cartera",
        groups=READERS,
        help="One for the first invoice of the charges of an instalment; more when a "
        "waived one was charged again. Zero for credit notes.",
    )
    cartera_component = fields.Selection(
        [("capital", "Capital"), ("interest", "Interest"), ("fee", "Fees")],
        string="Part of the Debt",
        prefetch="cartera",
        groups=READERS,
        help="What the invoice counts as when an agreement waives a part of the debt. "
        "Empty: capital, but for invoices of interest and fee products alone.",
    )

    cartera_settles = fields.Boolean(
        string="Books a Waiver",
        readonly=True,
        copy=False,
        groups=READERS,
        help="It books what its agreement waives.",
    )

    # Killed and done again: the database lets an instalment be charged once.
    _cartera_charged_once = models.UniqueIndex(
        "(cartera_installment_id, cartera_charge_number) "
        "WHERE cartera_charge_number > 0",
        "The charges of the instalment have been invoiced already.",
    )

    @api.depends(
        "commercial_partner_id.cartera_debtor_id", "company_id", "state", "move_type"
    )
    @api.depends_context("uid")
    def _compute_cartera_case_id(self):
        sales = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        cases = {
            (case.partner_id, case.company_id): case
            for case in self.env["cartera.case"].search(
                [
                    (
                        "partner_id",
                        "in",
                        sales.commercial_partner_id.cartera_debtor_id.ids,
                    ),
                    ("company_id", "in", sales.company_id.ids),
                ]
            )
        }
        for move in self:
            move.cartera_case_id = move in sales and cases.get(
                (move.commercial_partner_id.cartera_debtor_id, move.company_id)
            )

    @api.model
    def _search_cartera_case_id(self, operator, value):
        if operator in ("any", "any!"):
            return self._get_cartera_domain(value)
        if operator != "in":
            return NotImplemented
        ids = set(value)
        found = self._get_cartera_domain([("id", "in", ids - {False})])
        if False in ids:
            found |= ~self._get_cartera_domain(Domain.TRUE)
        return found

    @api.model
    def _get_cartera_domain(self, domain):
        """Sales documents whose case is in ``domain``."""
        cases = self.env["cartera.case"]
        of_companies = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "commercial_partner_id.cartera_debtor_id",
                "in",
                cases._get_debtors(
                    Domain("company_id", "=", company.id) & Domain(domain)
                ),
            )
            for company in self.env["res.company"].search([])
        )
        sales = self.get_sale_types(include_receipts=True)
        return Domain("move_type", "in", sales) & of_companies

    # Without dependencies on the items, which every payment would have to follow:
    # what changes them makes this forgotten too.
    @api.depends_context("tz", "uid")
    def _compute_cartera_days_overdue(self):
        days = dict(
            self.env["cartera.open.item"]._read_group(
                [
                    ("move_id", "in", self.ids),
                    ("direction", "=", "debit"),
                    ("days_overdue", ">", 0),
                ],
                ["move_id"],
                ["days_overdue:max"],
            )
        )
        for move in self:
            move.cartera_days_overdue = days.get(move._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "draft":
            # Money that is not in the books pays no instalment.
            payments = self.sudo().line_ids.matched_debit_ids
            payments.filtered(lambda one: one._get_bringing_entries()).unlink()
        if not {"state", "payment_state", "invoice_user_id"}.isdisjoint(vals):
            self.env["cartera.case.queue"]._mark_lines(self.line_ids)
        return result

    # -- agreements ---------------------------------------------------------------

    def button_draft(self):
        self._check_not_agreed()
        return super().button_draft()

    def button_cancel(self):
        self._check_not_agreed()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_not_booked()
        # Those are taken back here, and not because they lose their payments.
        moves = self.with_context(cartera_reversed=self.ids)
        return super(AccountMove, moves)._reverse_moves(default_values_list, cancel)

    def _check_not_agreed(self):
        """Leave alone what agreements are built on, and what they booked.

        Programs, such as one that hears of a cancellation by the tax office, are not
        stopped: for the agreement the item is then settled otherwise.

        :raise UserError: when an agreement in force covers an item of the entries; see
            also :meth:`_check_not_booked`
        """
        if self.env.su:
            return
        # Only told who must not reset the entry: accountants may have no role here.
        items = self.env["cartera.agreement.item"].sudo()
        for item in items.search(
            [
                ("line_id.move_id", "in", self.ids),
                "|",
                ("is_active", "=", True),
                # What it has moved is collected by the one that took its place.
                ("agreement_id.state", "=", "refinanced"),
            ]
        ):
            agreement = item.agreement_id
            if not item.is_active:
                agreement = item.entry_line_ids and agreement._get_holder()
            if not agreement:
                continue
            raise UserError(
                self.env._(
                    "%(document)s is under agreement %(folio)s, which is in force. "
                    "Make a credit note for what is not owed, or have a supervisor "
                    "cancel the agreement first.",
                    document=item.line_id.move_id.name,
                    folio=agreement.name,
                )
            )
        self._check_not_booked()

    def _check_not_booked(self):
        """Entries that an agreement stands on go with it.

        :raise UserError: when an agreement in force has moved its debt there, or one
            that is kept has booked its waiver there
        """
        if self.env.su:
            return
        for move in self.sudo():
            agreement = move.cartera_agreement_id
            if agreement._stands_on(move):
                raise UserError(
                    self.env._(
                        "%(document)s was booked by agreement %(folio)s. Have a "
                        "supervisor cancel the agreement or undo its settlement, which "
                        "takes the entry back.",
                        document=move.name,
                        folio=agreement.name,
                    )
                )

    # -- consequences of stages ---------------------------------------------------

    def _post(self, soft=True):
        guard = self.env["cartera.consequence.guard"]
        allowed = guard._check_invoices(self, soft)
        self._check_waived()
        posted = super()._post(soft)
        guard._use(allowed)
        # Credit notes that somebody reviewed: their agreements need not wait for night.
        if any(posted.sudo().mapped("cartera_settles")):
            self.env["cartera.agreement.settler"]._trigger()
        return posted

    def _check_waived(self):
        """:raise UserError: when a credit note that was left for review waives what is
        not to be waived any more, because a payment was taken back, or another came"""
        # A check that holds for whoever posts, with or without a role of collection.
        waiving = self.sudo().filtered("cartera_settles")
        for agreement, moves in waiving.grouped("cartera_agreement_id").items():
            if agreement.state == "active":
                agreement._check_settlement()
                agreement._check_notes(moves.filtered("reversed_entry_id"))

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """A credit note of an agreement closes what that covers of the invoice, and no
        other instalment of it."""
        waiving = reverse_moves.filtered(
            lambda move: move.sudo().cartera_settles and move.move_type == "out_refund"
        )
        for note in waiving:
            note.sudo().cartera_agreement_id._match_credit_note(note)
        others = reverse_moves - waiving
        origins = self if not waiving else others.reversed_entry_id
        super(AccountMove, origins)._reconcile_reversed_moves(
            others, move_reverse_cancel
        )
        return reverse_moves

    def _is_cartera_cash(self):
        """Whether the invoice is paid as it is made, at a till or online, or asks for
        nothing, so that no debt comes of it."""
        self.ensure_one()
        if self.currency_id.is_zero(self.amount_total):
            return True
        if "pos_order_ids" in self._fields and self.sudo().pos_order_ids:
            return True
        if "transaction_ids" not in self._fields:
            return False
        paid = self.sudo().transaction_ids.filtered(
            lambda payment: payment.state in ("authorized", "done")
        )
        return (
            self.currency_id.compare_amounts(
                sum(paid.mapped("amount")), self.amount_total
            )
            >= 0
        )

    def _is_cartera_note(self):
        """Whether it is the credit note by which an instalment of an indexed agreement
        comes to what its units are worth."""
        self.ensure_one()
        return self.move_type == "out_refund" and self.sudo().cartera_charge_number > 0

    def _is_cartera_claim(self):
        """Whether it claims what is owed anyway, so that it is no new credit: what an
        agreement charges or no longer waives, and what the proceedings cost."""
        self.ensure_one()
        # Only whether: whoever posts may not see legal cases.
        costs = self.env["cartera.legal.cost"].sudo()
        return bool(
            self.sudo().cartera_agreement_id
            or costs.search_count([("move_id", "=", self.id)], limit=1)
        )

    def _get_alerts(self):
        alerts = super()._get_alerts()
        if self.state != "draft" or self.move_type != "out_invoice":
            return alerts
        if not self.env.user.has_groups(READERS):
            return alerts
        guard = self.env["cartera.consequence.guard"]
        if warning := guard._get_warning("invoice", self):
            alerts["cartera_consequence"] = {"level": "warning", "message": warning}
        return alerts

    def action_open_cartera_case(self):
        """Open the collection case of the invoice's debtor."""
        self.ensure_one()
        return self.cartera_case_id._get_records_action()

    def action_open_cartera_agreement(self):
        """Open the agreement that made the entry."""
        self.ensure_one()
        return self.cartera_agreement_id._get_records_action()
