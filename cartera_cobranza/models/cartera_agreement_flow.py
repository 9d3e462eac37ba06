from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from . import cartera_agreement_approval  # noqa: F401  (inherited: it comes first)

# What of the product holds for an agreement once it is offered, whatever becomes of
# the product later.
FROZEN_FIELDS = (
    "accelerates",
    "ledger_mode",
    "settlement_method",
    "tolerance_days",
    "tolerance_percent",
    "default_missed",
    "default_days",
    "notice_days",
    "cure_count",
    "reverse_charges_first",
)

# What an agreement that ended can come back into force from, because it should not
# have ended.
RESUMABLE = ("broken", "expired", "cancelled")

# What the paper of a debtor who signed in time may still be entered for.
OFFERED = ("proposed", "expired")


class CarteraAgreementFlow(models.AbstractModel):
    """From offer to end: who may do what with an agreement, and how it is undone.

    ==============  ==============  ========================  =====================
    from            to              who                       undone by
    ==============  ==============  ========================  =====================
    draft           proposed        within the own limits     withdrawing the offer
    draft           to_approve      beyond them, with reason  withdrawing it
    to_approve      proposed        a supervisor              withdrawing the offer
    to_approve      refused         a supervisor              negotiating again
    proposed        active          whoever works on the case cancelling
    proposed        expired         the night                 signing, negotiating
    active          kept            the ledger                undoing the settlement
    active          broken,expired  the night                 reinstating
    active          cancelled       a supervisor, with reason reinstating
    active          refinanced      the one that replaces it  -
    ==============  ==============  ========================  =====================
    """

    _name = "cartera.agreement.flow"
    _description = "Flow of an Agreement"
    _inherit = ["cartera.agreement.approval"]

    # -- offering -----------------------------------------------------------------

    def action_propose(self):
        """Offer it to the debtor, or ask a supervisor where it is beyond what the
        user may grant."""
        for agreement in self:
            agreement._propose()

    def _propose(self):
        self.ensure_one()
        self._check_step("draft")
        by_supervisor = self._is_supervisor()
        agreement = self.sudo()
        agreement._refresh()
        agreement._check_problems()
        beyond = agreement._get_excesses("collector")
        beyond_supervisor = agreement._get_excesses("supervisor")
        own = beyond_supervisor if by_supervisor else beyond
        agreement._check_reason(beyond or own)
        granted = beyond and not own
        agreement.write(
            {
                **{name: agreement.product_id[name] for name in FROZEN_FIELDS},
                "grid_id": agreement._find_own_grid().id,
                "coverage_asked": agreement._get_coverage_asked(),
                "limit_facts": beyond or beyond_supervisor or False,
                "needs_second": bool(beyond_supervisor),
                "asked_by_id": self.env.uid,
                "approved_by_id": self.env.uid if granted else False,
                "date_approved": fields.Datetime.now() if granted else False,
            }
        )
        # What the ledger would refuse at the signature is not offered at all.
        agreement._check_ledger(agreement.company_id._get_cartera_today())
        agreement._name_it()
        agreement._set_state("to_approve" if own else "proposed", self.override_reason)
        if own:
            agreement._ask_supervisor()

    def _name_it(self):
        if self.name == "/":
            sequence = self.env["ir.sequence"].with_company(self.company_id)
            self.name = sequence.next_by_code("cartera.agreement") or "/"

    # -- back to the table --------------------------------------------------------

    def _withdraw(self, reason=None):
        """Take an offer back, or one that was refused or lapsed: it is negotiated
        again."""
        self.ensure_one()
        self._check_step("to_approve", "proposed", "refused", "expired")
        if self.date_started:
            raise UserError(
                self.env._(
                    "This agreement has been in force. Make a new one, or have it "
                    "reinstated by a supervisor."
                )
            )
        agreement = self.sudo()
        agreement.write(
            {
                "approved_by_id": False,
                "date_approved": False,
                "date_ended": False,
                "end_reason": False,
                "limit_facts": False,
                "needs_second": False,
            }
        )
        agreement._set_state("draft", reason)

    # -- coming into force --------------------------------------------------------

    def _sign(self, date=None, reason=None):
        """The debtor has signed the offer on paper on ``date``: it comes into force,
        also when it has lapsed meanwhile.

        :param date: day of the signature; None for today
        :raise UserError: when the offer is not valid on that day, or what it covers
            is not open any more
        """
        self.ensure_one()
        self._check_step(*(["proposed"] if self.date_started else OFFERED))
        today = self.company_id._get_cartera_today()
        date = date or today
        if not self.date <= date <= today:
            raise UserError(
                self.env._(
                    "It is signed between %(first)s, its own day, and today.",
                    first=format_date(self.env, self.date),
                )
            )
        if self.date_valid_until and date > self.date_valid_until:
            raise UserError(
                self.env._(
                    "The offer was valid until %(day)s. Withdraw it and make a new "
                    "one.",
                    day=format_date(self.env, self.date_valid_until),
                )
            )
        agreement = self.sudo()
        agreement._activate(date, reason)
        agreement._judge_now()

    def _activate(self, date, reason=None):
        """Bring the agreement, signed on ``date``, into force: its instalments stand in
        for its items.

        That is so from today on, whenever it was signed: what was shown and posted of
        days gone by stays as it was.

        :raise UserError: when an item is not open to what is covered any more, is in
            another agreement in force, less secures it than was asked for, or the
            debtor has become insolvent
        """
        self.ensure_one()
        self.case_id._check_solvent()
        self._check_open_items()
        self._check_coverage_asked()
        today = self.company_id._get_cartera_today()
        old = self.refinanced_from_id
        if old.state == "active":
            old._close("refinanced", today, self.env._("Refinanced"))
        self._name_it()
        self._take_snapshot()
        self._withdraw_promises()
        self.write(
            {
                "date_signed": date,
                "date_started": today,
                "date_ended": False,
                "end_reason": False,
            }
        )
        self._set_state("active", reason)
        self._enter_ledger(today)
        self._suspend_court()
        self.coverage_ids._engage_guarantors()
        self._issue("contract")
        self._mark()

    def _take_snapshot(self):
        """Freeze the order of the items, what was settled of them otherwise than by
        money before, and what is left out of them since it is disputed."""
        credited = self._get_credited(self.item_ids.line_id)
        left_out = self._get_left_out()
        items = self.item_ids.sorted(
            lambda item: (item.date_due or item.line_id.date, item.line_id.id)
        )
        for rank, item in enumerate(items):
            item.write(
                {
                    "sequence": rank,
                    "amount_credited_before": credited.get(item.line_id.id, 0),
                    "amount_left_out": left_out.get(item, 0),
                    "is_active": True,
                }
            )

    def _get_credited(self, lines):
        """``{id of journal item: amount}`` settled otherwise than by money, as the
        agreement is judged by it later."""
        engine = self.env["cartera.agreement.engine"]
        engine._flush()
        settled = engine._fetch_settled(lines.ids, None)
        return {
            line_id: sum(amount for _day, is_money, amount in rows if not is_money)
            for line_id, rows in settled.items()
        }

    def _withdraw_promises(self):
        """The agreement takes the place of the promises for what it covers."""
        promises = self._get_open_promises()
        if promises:
            promises._withdraw(
                self.env._("Replaced by the agreement %(name)s", name=self.name)
            )

    # -- the end ------------------------------------------------------------------

    def _close(self, state, date, reason=None):
        """End the agreement on ``date`` in ``state``: its items stand for themselves
        again. Of a refinanced one the entries stay, since the new one covers what
        they made."""
        self.ensure_one()
        was_active = self.state == "active"
        self.write({"date_ended": date, "end_reason": reason})
        self.item_ids.is_active = False
        # Before another one takes the same items: in one statement both could stand.
        self.item_ids.flush_recordset(["is_active"])
        self._set_state(state, reason)
        if was_active:
            if state != "kept":
                self._drop_drafts()
            if state not in ("kept", "refinanced"):
                self._leave_ledger(date)
            if state != "kept":
                self._resume_court()
            else:
                self._release_court()
                self._give_back_coverage()
                self._issue(self._get_letter_kind())
        self._mark()

    def _cancel(self, reason):
        """End an agreement that is in force, as a supervisor."""
        self.ensure_one()
        self._check_step("active")
        self._check_decider()
        agreement = self.sudo()
        agreement._close("cancelled", agreement.company_id._get_cartera_today(), reason)
        agreement._judge_now()

    def _reinstate(self, reason):
        """Bring an agreement that ended back into force, as a supervisor."""
        self.ensure_one()
        self._check_step(*RESUMABLE)
        self._check_decider()
        if not self.date_started:
            raise UserError(
                self.env._("This agreement never was in force. Negotiate it again.")
            )
        agreement = self.sudo()
        agreement._resume(reason)
        agreement._judge_now()

    def _resume(self, reason):
        """Bring an agreement that ended back into force, on the terms it had."""
        self.ensure_one()
        self.case_id._check_solvent()
        self._check_free_items()
        self.write(
            {
                "date_ended": False,
                "end_reason": False,
                "date_notice": False,
                "date_cure_until": False,
                "date_default": False,
                "default_text": False,
            }
        )
        self.item_ids.is_active = True
        self._set_state("active", reason)
        self._enter_ledger(self.company_id._get_cartera_today())
        self._return_to_court()
        self._mark()

    def _check_free_items(self):
        others = self._get_other_agreements()
        for item in self.item_ids:
            if other := others.get(item.line_id):
                raise UserError(
                    self.env._(
                        "%(item)s is in the agreement %(agreement)s, which is in "
                        "force.",
                        item=item.line_id.move_name,
                        agreement=other.display_name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _check_step(self, *states):
        """:raise UserError: when it is in none of the states; AccessError without the
        right to work on it"""
        self.check_access("write")
        if self.state in states:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(agreement)s is %(state)s: this cannot be done with it any more.",
                agreement=self.display_name,
                state=labels[self.state].lower(),
            )
        )

    def _set_state(self, state, reason=None):
        """Put it into ``state``, and keep who did it, when and why."""
        before = self.state
        self.write({"state": state})
        self._note_change(before, reason)
        if before in ("to_approve", "proposed", "refused"):
            self.activity_unlink(["cartera_cobranza.mail_activity_type_agreement"])

    def _note_change(self, before, reason=None):
        self.env["cartera.agreement.change"].sudo().create(
            {
                "agreement_id": self.id,
                "state_from": before,
                "state_to": self.state,
                "user_id": self.env.uid,
                "reason": reason,
                "day": (self.state != "active" and self.date_ended)
                or self.company_id._get_cartera_today(),
            }
        )

    # -- buttons ------------------------------------------------------------------

    def action_accept(self):
        """Ask on which day it was signed."""
        return self._open_decision("accept")

    def action_withdraw(self):
        """Ask why it goes back to negotiation."""
        return self._open_decision("withdraw")

    def action_cancel(self):
        """Ask why it is cancelled."""
        return self._open_decision("cancel")

    def action_reinstate(self):
        """Ask why it comes back into force."""
        return self._open_decision("reinstate")

    def _open_decision(self, decision):
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_agreement_decision_action"
        )
        action["context"] = {
            "default_agreement_id": self.id,
            "default_decision": decision,
        }
        return action
