from odoo import models
from odoo.exceptions import AccessError, UserError

COURT = "cartera_cobranza.mail_activity_type_court"
RELEASE = "cartera_cobranza.mail_activity_type_measure"


class CarteraLegalHandling(models.AbstractModel):
    """From filing to end: how a legal case goes on, and who decides it.

    ==================================  =======================  ======================
    from -> to                          who                      undone by
    ==================================  =======================  ======================
    under way -> suspended              collector, or agreement  resume
    execution -> suspended              agreement                resume
    suspended -> what it was            collector, or breach     suspend
    under way, suspended -> execution   supervisor, or breach    back to what it was
                                        of a homologated one
    execution -> what it was            supervisor               execution
    any -> closed                       supervisor, or           open again
                                        homologation that ends
    closed -> what it was               supervisor               close
    ==================================  =======================  ======================
    """

    _name = "cartera.legal.handling"
    _description = "Handling of Legal Cases"

    # -- buttons ------------------------------------------------------------------

    def action_suspend(self):
        """The proceedings rest."""
        self._require_states("open")
        for legal in self.sudo():
            legal._suspend(legal._get_today())

    def action_resume(self):
        """The proceedings go on where they rested.

        :raise UserError: while an agreement suspends them
        """
        self._require_states("suspended")
        for legal in self.sudo():
            if holding := legal._get_suspending():
                raise UserError(
                    self.env._(
                        "The agreement %(agreement)s suspends the proceedings. They "
                        "resume by themselves when it is broken.",
                        agreement=holding[0].name,
                    )
                )
            legal._resume(legal._get_today())

    def action_execute(self):
        """What the court has decided, or homologated, is enforced."""
        self._check_supervisor()
        self._require_states("open", "suspended")
        for legal in self.sudo():
            before = legal.state
            legal._resume(legal._get_today(), state="execution")
            legal.state_executed = before

    def action_leave_execution(self):
        """The execution was noted by mistake, or is over: the proceedings go on, or
        rest as they did before."""
        self._check_supervisor()
        self._require_states("execution")
        for legal in self.sudo():
            state = legal.state_executed or "open"
            legal.write({**legal._prepare_return(state), "date_execution": False})

    def action_close(self):
        """The proceedings are over.

        :raise UserError: when nobody said how they ended
        """
        self._check_supervisor()
        self._require_states("open", "suspended", "execution")
        if not all(self.mapped("outcome")):
            raise UserError(
                self.env._("Say under Outcome how the proceedings have ended.")
            )
        for legal in self.sudo():
            legal._close(legal.outcome, legal._get_today())

    def action_reopen(self):
        """Put legal cases back to what they were before they were closed."""
        self._check_supervisor()
        self._require_states("closed")
        for legal in self.sudo():
            legal._reopen()

    def action_open_case(self):
        """Open the case of the debtor."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_open_agreements(self):
        """List the agreements made in these legal cases."""
        return self.agreement_ids._get_records_action(name=self.env._("Agreements"))

    def _require_states(self, *states):
        self.check_access("write")
        if self.filtered(lambda legal: legal.state not in states):
            raise UserError(
                self.env._("The legal case is in another state by now. Look at it.")
            )

    def _check_supervisor(self):
        self.check_access("write")
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._(
                    "Only a supervisor closes legal cases, opens them again, and "
                    "decides on execution."
                )
            )

    # -- moving on ----------------------------------------------------------------

    def _suspend(self, date):
        """The proceedings rest from ``date`` on; where they stood is remembered. So
        does an execution; one that a breach led to is over with it, when the agreement
        is reinstated."""
        self.ensure_one()
        if self.state not in ("open", "execution"):
            return
        self.write(
            {
                "state": "suspended",
                "state_suspended": self.state if self.state_executed else "open",
                "date_suspended": date,
                "date_resumed": False,
                "stage_suspended": self.procedural_stage,
                "case_stage_suspended_id": self.case_id.stage_id.id,
            }
        )

    def _resume(self, date, state=None):
        """The proceedings go on from ``date`` on.

        :param state: what they are then; by default what they were before they rested
        """
        self.ensure_one()
        values = {"state": state or self.state_suspended or "open"}
        if state == "execution":
            values |= {"date_execution": date, "state_executed": False}
        if self.state == "suspended":
            rested = max((date - self.date_suspended).days, 0)
            values |= {
                "date_resumed": date,
                "suspended_days": self.suspended_days + rested,
                "procedural_stage": self.stage_suspended or self.procedural_stage,
            }
        if self.state == "closed":
            values |= {"date_closed": False, "outcome": False}
        self.write(values)

    def _close(self, outcome, date):
        """The proceedings are over since ``date``."""
        self.ensure_one()
        if self.state == "closed":
            return
        before = self.state
        if before == "suspended":
            self._resume(date)
        self.write(
            {
                "state": "closed",
                "state_before": before,
                "outcome": outcome,
                "date_closed": date,
            }
        )

    def _reopen(self):
        """It was closed by mistake: it is what it was before, and rests since then
        if it did."""
        self.ensure_one()
        values = self._prepare_return(self.state_before or "open")
        self.write({**values, "date_closed": False, "outcome": False})

    def _prepare_return(self, state):
        """Values of being in ``state`` again: where it rests, as if it had never gone
        on."""
        values = {"state": state}
        if state == "suspended":
            rested = max((self.date_resumed - self.date_suspended).days, 0)
            values["date_resumed"] = False
            values["suspended_days"] = self.suspended_days - rested
        return values

    # -- who does what ------------------------------------------------------------

    def _get_today(self):
        return self.company_id._get_cartera_today()

    def _get_suspending(self):
        """The agreements in force that still suspend the proceedings."""
        today = self._get_today()
        return self.agreement_ids.filtered(
            lambda agreement: (
                agreement.state == "active"
                and agreement.court_effect in ("suspends", "ends")
                and not (
                    agreement.date_suspended_until
                    and agreement.date_suspended_until < today
                )
            )
        )

    def _get_task_owner(self):
        """Our lawyer where he or she is one of our users, else who is responsible."""
        self.ensure_one()
        lawyer = self.lawyer_id.user_ids.filtered(
            lambda user: (
                user.active and not user.share and self.company_id in user.company_ids
            )
        )
        owner = lawyer[:1] or self.user_id or self.case_id.user_id
        return owner.filtered("active") or self.env.user

    def _plan_task(self, summary, type_xmlid=COURT, date=None):
        """A task for whoever looks after the legal case.

        :param date: its day; today unless given
        :return: the activity
        """
        self.ensure_one()
        owner = self._get_task_owner()
        return self.sudo().activity_schedule(
            type_xmlid,
            date_deadline=date or self._get_today(),
            user_id=owner.id,
            summary=summary,
        )

    def _forget_the_end(self):
        """The agreement made in it is in force again: neither is anything released or
        withdrawn, nor do the proceedings go on."""
        self.ensure_one()
        self.activity_unlink([COURT, RELEASE])
        # The end of a suspension is told anew, if it is still over.
        values = {"date_told_until": False}
        if self.state != "closed":
            values["outcome"] = False
        self.write(values)

    def _release_measures(self):
        """Plan that each measure in force is released, once."""
        for measure in self.measure_ids._get_in_force():
            if measure.activity_id.active:
                continue
            asset = f" ({measure.asset})" if measure.asset else ""
            measure.activity_id = measure.legal_case_id._plan_task(
                self.env._("Have it released: %s", measure.name + asset), RELEASE
            )
