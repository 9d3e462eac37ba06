from odoo import models
from odoo.exceptions import UserError


class CarteraAgreementSettlementUndo(models.AbstractModel):
    """Takes a settlement back: what was waived is owed again."""

    _name = "cartera.agreement.settlement.undo"
    _description = "Undoing of a Settlement"

    def action_undo_settlement(self):
        """Ask why the settlement is undone."""
        return self._open_decision("undo_settlement")

    def _undo_settlement(self, reason):
        """Take the settlement back, as a supervisor.

        The entries are reversed and the credit notes cancelled, or reversed where they
        were sent, hashed or locked. The agreement is in force again, and judged by the
        ledger: while all that was agreed is still paid it waits for a supervisor who
        settles it anew, otherwise its own rules decide whether it is broken. The
        letters that said that nothing is owed are revoked.

        :raise UserError: unless it is kept
        """
        self._check_supervisor()
        for agreement in self:
            if agreement.state != "kept":
                raise UserError(
                    self.env._("Only the settlement of a kept agreement is undone.")
                )
            # The role is checked; supervisors need not be accountants.
            agreement.sudo().with_company(agreement.company_id)._take_back(reason)

    def _take_back(self, reason):
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        today = self.company_id._get_cartera_today()
        booked = self.move_ids.filtered("cartera_settles").sorted("id", reverse=True)
        for move in booked.filtered(lambda move: move.state == "posted"):
            self._take_move_back(move, today)
        booked.cartera_settles = False
        self.write(
            {
                "date_ended": False,
                "end_reason": False,
                "is_settlement_held": True,
                # It was asked for, and no payment is missing because of it.
                "is_taken_back": False,
            }
        )
        self.item_ids.is_active = True
        self._set_state("active", reason)
        self._enter_ledger(today)
        self._return_to_court()
        self._judge_now()

    def _take_move_back(self, move, date):
        if move.is_invoice() and self._may_cancel(move):
            move.button_cancel()
            return
        ref = self.env._(
            "%(folio)s: settlement undone, %(document)s",
            folio=self.name,
            document=move.name,
        )
        self._reverse_entry(move, date, ref)

    def _reverse_entry(self, move, date, ref):
        """Close what the agreement has booked by an entry of ``date``."""
        values = {
            "date": date,
            "invoice_date": date if move.is_invoice() else False,
            "ref": ref,
            "cartera_agreement_id": self.id,
        }
        move._reverse_moves([values], cancel=True)

    def _may_cancel(self, move):
        """Whether the document may simply be cancelled: nobody has it yet, and nothing
        protects it."""
        locked = move._get_violated_lock_dates(move.date, move._affect_tax_report())
        return move.show_reset_to_draft_button and not (move.is_move_sent or locked)
