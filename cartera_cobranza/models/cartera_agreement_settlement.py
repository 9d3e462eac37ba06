from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_matching,
    cartera_agreement_settlement_undo,
)
from .settlement_part import SettlementPart

# The model that books what is waived, by method.
BOOKERS = {
    "credit_note": "cartera.settlement.credit.note",
    "write_off": "cartera.settlement.write.off",
    "discount": "cartera.settlement.discount",
}

# What is waived of these is credited on its own invoices first.
CHARGES = ("fee", "interest")


class CarteraAgreementSettlement(models.AbstractModel):
    """Books what was waived, once what was agreed is paid."""

    _name = "cartera.agreement.settlement"
    _description = "Settlement of an Agreement"
    _inherit = [
        "cartera.agreement.matching",
        "cartera.agreement.settlement.undo",
    ]

    reverse_charges_first = fields.Boolean(
        default=True,
        readonly=True,
        help="What is waived of interest and fees is credited on their own invoices.",
    )
    is_settlement_held = fields.Boolean(
        string="Settled by a Person Only",
        readonly=True,
        copy=False,
        help="Its settlement was undone: only a supervisor books it again.",
    )
    settlement_note = fields.Char(
        string="Why It Is Not Settled", readonly=True, copy=False
    )
    is_waiting_review = fields.Boolean(
        string="Credit Notes to Review", compute="_compute_is_waiting_review"
    )

    def _compute_is_waiting_review(self):
        for agreement in self:
            agreement.is_waiting_review = bool(agreement.sudo()._get_drafts())

    def action_settle(self):
        """Book what was waived now, as a supervisor."""
        self._check_supervisor()
        for agreement in self:
            agreement._judge_now()
            if not agreement.is_settlement_due:
                agreement.sudo()._tell_why_not_due()  # whatever it is about
            agreement._settle(agreement.company_id._get_cartera_today())

    def _tell_why_not_due(self):
        """:raise UserError: with what keeps it from being settled"""
        self._check_settlement()
        charges = sum(self._get_open_charge_lines().mapped("amount_residual_currency"))
        charges += self.amount_charges_to_come
        if self.currency_id.compare_amounts(charges, 0) > 0:
            raise UserError(
                self.env._(
                    "Agreement %(folio)s cannot be settled: %(amount)s of interest and "
                    "fees is still to be invoiced or to be paid.",
                    folio=self.name,
                    amount=format_amount(self.env, charges, self.currency_id),
                )
            )
        raise UserError(
            self.env._(
                "Agreement %(folio)s cannot be settled: what was agreed is not "
                "all paid in time. Money that came late is accepted first.",
                folio=self.name,
            )
        )

    def _check_supervisor(self):
        """:raise AccessError: unless a supervisor with access to them asks"""
        self.check_access("write")
        group = "cartera_cobranza.group_cartera_supervisor"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._("Only a supervisor books or undoes a settlement.")
            )

    # -- booking ------------------------------------------------------------------

    def _settle(self, date):
        """Book what was waived and end the agreement as kept.

        Interest and fees are credited on their own invoices first, where the product
        says so; the rest follows the method of the agreement. What is no invoice, such
        as an opening balance, cannot be credited and is written off. Nothing happens
        twice: what is booked is open no more.

        :param date: day of the entries; a locked one is moved as Odoo does
        :return: whether it is settled; False while credit notes wait for their review
        :raise UserError: when something agreed is still to be paid, or a setting is
            missing
        """
        self.ensure_one()
        # By whoever may settle, which the caller has checked: collectors' supervisors
        # need not be accountants.
        agreement = self.sudo().with_company(self.company_id)
        agreement.lock_for_update(allow_referencing=True)
        agreement._check_settlement()
        agreement.settlement_note = False
        if agreement._get_drafts():
            return False
        # While its credit notes are reviewed, what was moved stays where nobody
        # collects it.
        if not agreement.company_id.cartera_credit_note_draft:
            agreement._give_back_waived(date)
        agreement._credit(date)
        if agreement._get_drafts():
            agreement._message_log(
                body=self.env._(
                    "The credit notes of what was waived wait for their review. The "
                    "agreement is settled when they are posted."
                )
            )
            return False
        agreement._give_back_waived(date)
        agreement._write_off(date)
        agreement.is_settlement_held = False
        agreement._close("kept", date)
        return True

    def _note_unsettled(self, reason):
        """Keep why it could not be settled, where who works with it sees it, and tell
        it once: it is tried again each night."""
        self.ensure_one()
        if reason == self.settlement_note:
            return
        self.settlement_note = reason
        self._message_log(body=self.env._("It could not be settled: %s", reason))

    def _check_settlement(self):
        if self.state != "active":
            raise UserError(
                self.env._(
                    "Agreement %(folio)s is not in force: there is nothing to settle.",
                    folio=self.name,
                )
            )
        parts = self._get_settlement_parts()
        missing = sum(part.amount for part in parts) - self._get_waived_most()
        if self.currency_id.compare_amounts(missing, 0) > 0:
            raise UserError(
                self.env._(
                    "Agreement %(folio)s cannot be settled: %(amount)s of what was "
                    "agreed is still to be paid, or to be matched with its items.",
                    folio=self.name,
                    amount=format_amount(self.env, missing, self.currency_id),
                )
            )

    def _check_notes(self, notes):
        """:raise UserError: when a credit note waives more of its invoice than is open
        of it by now: more was paid while it was reviewed"""
        for note in notes:
            invoice = note.reversed_entry_id
            left = sum(
                part.amount
                for part in self._get_settlement_parts()
                if part.line.move_id == invoice
            )
            if self.currency_id.compare_amounts(note.amount_total, left) > 0:
                raise UserError(
                    self.env._(
                        "The credit note waives %(amount)s, and only %(left)s of "
                        "%(invoice)s is still open: more was paid meanwhile. Correct "
                        "it, or cancel it and another one is made.",
                        amount=format_amount(
                            self.env, note.amount_total, self.currency_id
                        ),
                        left=format_amount(self.env, left, self.currency_id),
                        invoice=invoice.name,
                    )
                )

    def _get_waived_most(self):
        """What may be left open: the waiver, and what the tolerance lets be missing."""
        tolerance = self.amount_payable * self.tolerance_percent / 100
        return self.amount_quita + self.currency_id.round(tolerance)

    def _credit(self, date):
        """Make the credit notes, charges first."""
        parts = [
            part
            for part in self._get_settlement_parts()
            if part.is_invoiced and self._is_credited(part)
        ]
        parts.sort(key=lambda part: part.component not in CHARGES)
        if parts:
            self.env[BOOKERS["credit_note"]]._book(self, parts, date)

    def _is_credited(self, part):
        if self.settlement_method == "credit_note":
            return True
        return part.component in CHARGES and self.reverse_charges_first

    def _write_off(self, date):
        """Book by one entry what no credit note was made for."""
        parts = self._get_settlement_parts()
        if not parts:
            return
        method = self.settlement_method
        if method == "credit_note":
            method = "write_off"
            self._message_log(
                body=self.env._(
                    "What was waived of items that are no invoices is written off: "
                    "there is nothing to credit."
                )
            )
        self.env[BOOKERS[method]]._book(self, parts, date)

    def _get_drafts(self):
        """Credit notes that wait for their review."""
        return self.move_ids.filtered(
            lambda move: move.cartera_settles and move.state == "draft"
        )

    def _drop_drafts(self):
        """Nothing is waived any more: credit notes that nobody has posted lapse."""
        # Its own entries, by the step that was checked.
        drafts = self.sudo()._get_drafts()
        drafts.button_cancel()
        drafts.cartera_settles = False

    def _match_credit_note(self, note):
        """Match a credit note with what is left open of the covered items of its
        invoice, which are open again where the debt was moved."""
        self._give_back_waived(note.date, note.reversed_entry_id)
        credit = note.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        for part in self._get_settlement_parts():
            if part.line.move_id == note.reversed_entry_id and not credit.reconciled:
                self._match(part.line, credit, part.amount)

    # -- what is left open --------------------------------------------------------

    def _get_settlement_parts(self):
        """What is left open of what the agreement covers.

        :return: list of ``SettlementPart``
        """
        self.ensure_one()
        found = [
            SettlementPart(item.line_id, amount, item.component)
            for item in self.item_ids
            if self.currency_id.compare_amounts(
                amount := self._get_covered_open(item), 0
            )
            > 0
        ]
        return found + [self._get_moved_part(line) for line in self._get_moved_lines()]

    def _get_moved_part(self, line):
        """What is left open of an item that stands for a covered one; what is to be
        waived is booked on that one."""
        item = line.cartera_agreement_item_id
        amount = line.amount_residual_currency
        if line in self._get_installment_lines():
            return SettlementPart(line, amount, item.component)
        return SettlementPart(item.line_id, amount, item.component, held_by=line)
