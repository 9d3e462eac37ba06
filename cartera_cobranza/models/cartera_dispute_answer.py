from odoo import fields, models
from odoo.exceptions import UserError

QUESTION = "cartera_cobranza.mail_activity_type_dispute"
ANSWERED = "cartera_cobranza.mail_activity_type_dispute_answered"
LATE = "cartera_cobranza.mail_activity_type_dispute_late"

UNANSWERED = ("open", "analysis")


class CarteraDisputeAnswer(models.AbstractModel):
    """How a dispute is answered: its buttons, and the activities of those whose turn
    it is."""

    _name = "cartera.dispute.answer"
    _description = "Answer to a Dispute"

    # -- buttons ------------------------------------------------------------------

    def action_analyse(self):
        """The owner has begun to look into it."""
        self.check_access("write")
        self._require_states("open")
        self.sudo().state = "analysis"

    def action_founded(self):
        """The debtor is right about what is accepted: that part waits for its credit
        note, the rest is asked for again.

        :raise UserError: when nothing is accepted
        """
        self.check_access("write")
        self._require_states(*UNANSWERED)
        if not all(self.sudo().mapped("amount_accepted")):
            raise UserError(
                self.env._(
                    "Enter under Accepted what the debtor is right about, or say that "
                    "the debtor is not right."
                )
            )
        self.sudo().state = "founded"
        self._settle()
        self._note_answer()

    def action_unfounded(self):
        """The debtor is not right: all of it is asked for again."""
        self.check_access("write")
        self._require_states(*UNANSWERED)
        self.sudo().amount_accepted = 0
        self._close("unfounded")
        self._note_answer()

    def action_withdraw(self):
        """The debtor does not insist."""
        self._check_collections()
        self._require_states(*UNANSWERED, "founded")
        self._close("withdrawn")
        self.sudo().activity_unlink([QUESTION, LATE])

    def action_reopen(self):
        """Undo an answer or a withdrawal."""
        self.check_access("write")
        self._require_states("founded", "closed")
        if any(self.mapped("is_closed_by_ledger")):
            raise UserError(
                self.env._(
                    "The ledger has closed this dispute: nothing of it is open. It "
                    "opens again by itself when the credit note or the payment is "
                    "unmatched."
                )
            )
        for dispute in self.sudo():
            today = dispute.company_id._get_cartera_today()
            days = dispute.reason_id.answer_days
            # With its new deadline, the question is asked anew.
            dispute.write(
                {
                    "state": "analysis",
                    "outcome": False,
                    "date_closed": False,
                    "state_before": False,
                    "date_escalated": False,
                    "date_deadline": max(
                        dispute.date_deadline, fields.Date.add(today, days=days)
                    ),
                }
            )
        self.sudo().activity_unlink([ANSWERED])
        self._settle()

    def action_credit_note(self):
        """Odoo's own window that makes a credit note for the contested invoices."""
        self.ensure_one()
        self.check_access("read")
        self.env["account.move"].check_access("create")
        moves = self.sudo().item_ids.filtered("is_open").move_id
        moves = moves.filtered(lambda move: move.is_sale_document()).sudo(False)
        if not moves:
            raise UserError(
                self.env._(
                    "None of the contested items is an invoice. Correct the entry in "
                    "accounting and match it with the item."
                )
            )
        action = moves.action_reverse()
        action["context"] = {
            "active_model": "account.move",
            "active_ids": moves.ids,
            "active_id": moves[:1].id,
            "default_reason": self.env._(
                "%(dispute)s: %(reason)s",
                dispute=self.name,
                reason=self.reason_id.sudo().name,
            ),
        }
        return action

    def action_open_case(self):
        """Show the case of the debtor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cartera.case",
            "res_id": self.case_id.id,
            "views": [(False, "form")],
        }

    def _require_states(self, *states):
        if any(dispute.state not in states for dispute in self):
            raise UserError(
                self.env._(
                    "The dispute has been dealt with in the meantime. Load the page "
                    "again to see its state."
                )
            )

    def _close(self, outcome):
        for dispute in self.sudo():
            dispute.write(
                {
                    "state": "closed",
                    "outcome": outcome,
                    "date_closed": dispute.company_id._get_cartera_today(),
                    "is_closed_by_ledger": False,
                }
            )
            dispute.item_ids.write({"amount_open": 0, "is_open": False})
        self._settle()

    # -- activities ---------------------------------------------------------------

    def _ask_owner(self):
        """Give each owner the question to answer by the deadline."""
        # Who asks need not be allowed to write to whoever is asked.
        for dispute in self.sudo().filtered("user_id"):
            if dispute.state in UNANSWERED:
                dispute.activity_schedule(
                    QUESTION,
                    date_deadline=dispute.date_deadline,
                    user_id=dispute.user_id.id,
                    summary=self.env._(
                        "Answer the dispute of %s", dispute.partner_id.display_name
                    ),
                )
                dispute._show_menu_to_owner()

    def _move_question(self):
        """The question goes with the owner and the deadline; a new deadline may be
        missed anew."""
        for dispute in self.sudo():
            if dispute.state not in UNANSWERED:
                continue
            if dispute.date_deadline >= dispute.company_id._get_cartera_today():
                dispute.date_escalated = False
                dispute.activity_unlink([LATE])
            waiting = dispute.activity_search([QUESTION])
            if waiting and dispute.user_id:
                waiting.write(
                    {
                        "user_id": dispute.user_id.id,
                        "date_deadline": dispute.date_deadline,
                    }
                )
                dispute._show_menu_to_owner()
            else:
                waiting.unlink()
                dispute._ask_owner()

    def _note_answer(self):
        """The question is answered; whoever works on the debtor passes it on."""
        for dispute in self.sudo():
            dispute.activity_feedback([QUESTION])
            dispute.activity_unlink([LATE])
            case = dispute.case_id
            reader = (case.worker_id or case.user_id).filtered("active")
            if reader and reader != self.env.user:
                dispute.activity_schedule(
                    ANSWERED,
                    user_id=reader.id,
                    summary=self.env._(
                        "Tell %s what was found", dispute.partner_id.display_name
                    ),
                )

    def _escalate(self, date):
        """Tell the supervisors of disputes that nobody has answered in time."""
        for dispute in self.sudo():
            leader = dispute._find_leader()
            dispute.date_escalated = date
            if leader:
                dispute.activity_schedule(
                    LATE,
                    date_deadline=date,
                    user_id=leader.id,
                    summary=self.env._(
                        "Nobody has answered the dispute of %s in time",
                        dispute.partner_id.display_name,
                    ),
                )

    def _find_leader(self):
        """The supervisor of the collector's team; without one, that of the company's
        first team, and at last whoever works on the case."""
        case = self.sudo().case_id
        teams = self.env["cartera.team"].sudo()
        in_company = [
            ("company_id", "=", case.company_id.id),
            ("leader_id", "!=", False),
        ]
        own_team = [("member_ids.user_id", "=", case.user_id.id), *in_company]
        team = teams.search(own_team, limit=1) or teams.search(in_company, limit=1)
        people = [team.leader_id, case.worker_id, case.user_id]
        people.append(case.company_id.cartera_default_user_id)
        return next((person for person in people if person.active), None)

    def _show_menu_to_owner(self):
        """Whoever never had a dispute does not see their menu yet."""
        owned = self.search_count([("user_id", "=", self.user_id.id)], limit=2)
        if owned == 1:
            self.env.registry.clear_cache()
