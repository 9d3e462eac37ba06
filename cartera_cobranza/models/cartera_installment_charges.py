from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("to_come", "To come"),
    ("waiting", "Waiting"),
    ("draft", "To be reviewed"),
    ("issued", "Invoiced"),
    ("waived", "Waived"),
    ("lapsed", "Lapsed"),
]


class CarteraInstallmentCharges(models.AbstractModel):
    """What becomes of the interest, the fee and the indexation of an instalment."""

    _name = "cartera.installment.charges"
    _description = "Charges of an Instalment"

    charge_state = fields.Selection(
        STATES, string="State of Charges", compute="_compute_charge_state"
    )
    charge_note = fields.Char(string="Why the Charges Wait", readonly=True, copy=False)
    charge_outcome = fields.Selection(
        [("waived", "Waived"), ("lapsed", "Lapsed")],
        readonly=True,
        copy=False,
        help="Why the charges are not to come any more: they were waived before they "
        "were posted, or all of the debt was paid before their day.",
    )

    # Nothing of the invoices is among what it depends on: each payment would have to
    # follow that. What changes invoices makes this forgotten.
    @api.depends(
        "charge_ids.cartera_charge_number",
        "charge_note",
        "charge_outcome",
        "agreement_id.state",
    )
    def _compute_charge_state(self):
        for installment in self:
            installment.charge_state = installment._find_charge_state()

    def _find_charge_state(self):
        if not self._has_charges():
            return False
        charge = self._get_charge()
        if charge and self._is_waived(charge):
            return "waived"
        if charge:
            return "issued" if charge.state == "posted" else "draft"
        if self.charge_outcome:
            return self.charge_outcome
        if self.agreement_id.date_ended:
            return "lapsed"
        return "waiting" if self.charge_note else "to_come"

    def _has_charges(self):
        self.ensure_one()
        amounts = self.amount_interest, self.amount_fee, self.units
        return any(amounts)

    def _sum_charges(self, *states):
        """What the instalments whose charges are in one of ``states`` were agreed to
        pay of them, with taxes, in the currency of the agreement."""
        return sum(
            part.amount_interest + part.amount_fee + part.amount_tax
            for part in self
            if part.charge_state in states
        )

    def _get_unposted_charge(self):
        """What its charges will come to, with taxes: as the draft has it, or as was
        agreed until there is one."""
        charge = self._get_charge()
        if charge:
            return charge.direction_sign * -charge.amount_total
        return self.amount_interest + self.amount_fee + self.amount_tax

    def _get_charge(self):
        """The last invoice of the charges; whoever sees the instalment may see it."""
        charges = self.sudo().charge_ids.filtered("cartera_charge_number")
        return charges.sorted("cartera_charge_number")[-1:]

    def _is_waived(self, charge):
        if charge.state == "cancel":
            return True
        notes = charge.reversal_move_ids.filtered(lambda note: note.state != "cancel")
        credited = sum(notes.mapped("amount_total"))
        return (
            bool(notes)
            and charge.currency_id.compare_amounts(credited, charge.amount_total) >= 0
        )

    # -- being charged ------------------------------------------------------------

    def _is_chargeable(self, date):
        """Whether its charges can be invoiced on ``date``: they have come, never were
        invoiced and nothing stands in the way."""
        self.ensure_one()
        if self.date > date or self.charge_outcome or not self._has_charges():
            return False
        if self.agreement_id.state != "active" or self._get_charge():
            return False
        obstacle = self._get_charge_obstacle(date)
        if obstacle != (self.charge_note or ""):
            self.charge_note = obstacle
        return not obstacle

    def _get_charge_obstacle(self, date):
        """Why charges that have come are not invoiced yet; an empty string if nothing
        stands in the way."""
        insolvent_since = self.agreement_id.partner_id.cartera_insolvent_since
        if insolvent_since and insolvent_since <= date:
            return self.env._("The debtor is in insolvency proceedings.")
        if self.agreement_id._is_debt_disputed():
            return self.env._("A covered item is disputed.")
        return ""

    # -- waiving ------------------------------------------------------------------

    def action_waive_charges(self):
        """Ask why the charges are waived."""
        return self._open_charge_decision("waive")

    def action_charge_again(self):
        """Ask why charges that were waived are invoiced again."""
        return self._open_charge_decision("again")

    def _open_charge_decision(self, decision):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_charge_decision_action"
        )
        action["context"] = {
            "default_installment_ids": self.ids,
            "default_decision": decision,
        }
        return action

    def _waive_charges(self, reason):
        """Credit the invoices of the charges, as a supervisor; one that was not posted
        is cancelled.

        What the debtor had paid of it is a credit. The charges are not invoiced again
        by themselves.

        :raise UserError: unless they are invoiced
        """
        self._check_charge_decision()
        for installment in self.sudo():
            charge = installment._get_charge()
            if (
                installment.charge_state not in ("draft", "issued")
                or charge._is_cartera_note()
            ):
                raise UserError(
                    self.env._(
                        "Instalment %(number)s has no invoice of charges to waive.",
                        number=installment.number,
                    )
                )
            installment._waive_charge(charge, reason)

    def _waive_charge(self, charge, reason):
        agreement = self.agreement_id
        if charge.state == "draft":
            charge.button_cancel()
            self.charge_outcome = "waived"
        else:
            note = charge._reverse_moves([self._prepare_credit_note(charge, reason)])
            if not agreement.company_id.cartera_credit_note_draft:
                note._post(soft=False)
        agreement._message_log(
            body=self.env._(
                "Charges of instalment %(number)s waived: %(reason)s",
                number=self.number,
                reason=reason,
            )
        )
        agreement._mark()

    def _prepare_credit_note(self, charge, reason):
        today = self.company_id._get_cartera_today()
        self.agreement_id._check_lock_dates(today, charge.journal_id, has_tax=True)
        return {
            "date": today,
            "invoice_date": today,
            "ref": self.env._(
                "%(document)s waived: %(reason)s", document=charge.name, reason=reason
            ),
            "cartera_agreement_id": self.agreement_id.id,
            "cartera_installment_id": self.id,
        }

    def _charge_again(self, reason):
        """Invoice charges once more that were waived, as a supervisor.

        :raise UserError: unless they were waived and the agreement is in force
        """
        self._check_charge_decision()
        for installment in self.sudo():
            agreement = installment.agreement_id
            if installment.charge_state != "waived" or agreement.state != "active":
                raise UserError(
                    self.env._(
                        "Only waived charges of an agreement in force are invoiced "
                        "again, which those of instalment %(number)s are not.",
                        number=installment.number,
                    )
                )
            today = agreement.company_id._get_cartera_today()
            number = installment._get_charge().cartera_charge_number + 1
            installment.charge_outcome = False
            agreement._charge_installment(installment, today, number)
            agreement._message_log(
                body=self.env._(
                    "Charges of instalment %(number)s invoiced again: %(reason)s",
                    number=installment.number,
                    reason=reason,
                )
            )
            agreement._mark()

    def _check_charge_decision(self):
        """:raise AccessError: unless a supervisor who may work on it asks"""
        self.check_access("write")
        group = "cartera_cobranza.group_cartera_supervisor"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._("Only a supervisor waives charges or has them made again.")
            )
