from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

# What is offered or agreed, and not only talked about.
SERIOUS_STATES = ("proposed", "active", "kept", "broken")

COURT_STEPS = [
    ("presented", "Presented"),
    ("homologated", "Homologated"),
    ("rejected", "Rejected"),
]


class CarteraAgreementJudicial(models.AbstractModel):
    """What an agreement does to the court case that it was made in.

    From its signature on the proceedings rest and the debtor is left to its
    instalments; from its homologation on it can be enforced. What was waived has not
    been booked before all is paid, so a breach leaves nothing of it to be undone.
    """

    _name = "cartera.agreement.judicial"
    _description = "Agreement in Court"

    legal_case_id = fields.Many2one(
        "cartera.legal.case",
        compute="_compute_legal_case_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    date_presented = fields.Date(tracking=True, copy=False)
    date_homologated = fields.Date(tracking=True, copy=False)
    date_rejected = fields.Date(string="Rejected by the Court On", copy=False)
    court_effect = fields.Selection(
        [
            ("suspends", "Suspends the proceedings"),
            ("ends", "Ends the proceedings"),
            ("conditions", "Conditions the proceedings"),
        ],
        string="Effect in Court",
    )
    date_suspended_until = fields.Date(
        string="Suspended Until",
        copy=False,
        help="Where the court suspends for a fixed time: its last day. Somebody is "
        "told when it is over.",
    )
    court_conditions = fields.Text(
        string="Conditions",
        help="On what the effect in court depends: who moves the court, and when.",
    )
    court_reason = fields.Char(
        string="Why the Court Rejected It", readonly=True, copy=False
    )
    legal_state = fields.Selection(
        related="legal_case_id.state", string="State in Court", tracking=False
    )

    # -- proposals ----------------------------------------------------------------

    @api.depends("case_id", "product_id")
    def _compute_legal_case_id(self):
        """The legal case against the debtor that is not closed, if there is one: of an
        agreement in court alone, since any other leaves the proceedings as they are."""
        for agreement in self.filtered(lambda one: one.state == "draft"):
            if agreement.product_id.kind != "convenio_judicial":
                agreement.legal_case_id = False
            elif not agreement.legal_case_id:
                pending = agreement.case_id._get_pending_legal_cases()
                agreement.legal_case_id = pending if len(pending) == 1 else False

    # -- constraints --------------------------------------------------------------

    @api.constrains("kind", "legal_case_id", "court_effect", "state")
    def _check_court_case(self):
        for agreement in self:
            if agreement.kind != "convenio_judicial":
                continue
            if agreement.state not in SERIOUS_STATES:
                continue
            if not agreement.legal_case_id or not agreement.court_effect:
                raise ValidationError(
                    self.env._(
                        "An agreement in court needs its legal case and its effect on "
                        "the proceedings. Enter them under Court."
                    )
                )

    @api.constrains("case_id", "legal_case_id")
    def _check_court_debtor(self):
        for agreement in self.filtered("legal_case_id"):
            if agreement.legal_case_id.sudo().case_id != agreement.case_id:
                raise ValidationError(
                    self.env._("The legal case is against another debtor.")
                )

    @api.constrains(
        "date_signed",
        "date_presented",
        "date_homologated",
        "date_rejected",
        "date_suspended_until",
    )
    def _check_court_dates(self):
        for agreement in self:
            if agreement.date_homologated and agreement.date_rejected:
                raise ValidationError(
                    self.env._("The court has either homologated or rejected it.")
                )
            decided = agreement.date_homologated or agreement.date_rejected
            dates = (agreement.date_signed, agreement.date_presented, decided)
            known = [day for day in dates if day]
            if known != sorted(known):
                raise ValidationError(
                    self.env._(
                        "An agreement in court is signed first, then presented, then "
                        "decided on."
                    )
                )
            until, signed = agreement.date_suspended_until, agreement.date_signed
            if until and signed and until < signed:
                raise ValidationError(
                    self.env._("The proceedings rest until a day after the signature.")
                )

    # -- buttons ------------------------------------------------------------------

    def action_present(self):
        """Ask when the agreement was presented to the court."""
        return self._open_court_window("presented")

    def action_homologate(self):
        """Ask when the court homologated the agreement."""
        return self._open_court_window("homologated")

    def action_reject_in_court(self):
        """Ask when and why the court rejected the agreement."""
        return self._open_court_window("rejected")

    def action_undo_court(self):
        """Ask why the last step in court is taken back."""
        action = self._open_decision("undo_court")
        step = self._get_court_step()
        action["context"].update(
            default_court_step=step, default_court_date=self[f"date_{step}"]
        )
        return action

    def _open_court_window(self, step):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_agreement_court_action"
        )
        action["context"] = {
            "default_agreement_id": self.id,
            "default_step": step,
        }
        return action

    # -- what the court does ------------------------------------------------------

    def _note_court_step(self, step, date, reason=None):
        """Keep what happened to the agreement in court, and do what follows from it.

        A day that was entered wrongly is corrected by entering the right one.

        :param step: a code of ``COURT_STEPS``
        :param reason: why the court rejected it
        :raise UserError: when the agreement is not in force
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active" or not self.legal_case_id:
            raise UserError(
                self.env._(
                    "Only an agreement in force, made in a legal case, goes to court."
                )
            )
        if date > self.company_id._get_cartera_today():
            raise UserError(self.env._("This day is still to come."))
        # The steps in court are written by this window alone.
        agreement = self.sudo()
        if step == "homologated":
            agreement._homologate(date)
            return
        agreement[f"date_{step}"] = date
        if step == "rejected":
            agreement._reject_in_court(reason)

    def _homologate(self, date):
        """The agreement has become a title: where it ends the proceedings, they are
        over."""
        if self._has_ended_court():
            self.legal_case_id._reopen()
        self.date_homologated = date
        if self.court_effect == "ends":
            self.legal_case_id._close("agreement", date)

    def _has_ended_court(self):
        """Whether the legal case is closed because this agreement was homologated."""
        legal = self.legal_case_id
        return (
            self.court_effect == "ends"
            and legal.state == "closed"
            and legal.outcome == "agreement"
            and legal.date_closed == self.date_homologated
        )

    def _reject_in_court(self, reason):
        """The court does not accept it: everything is as it was before.

        Its instalments stood in for its items until this was noted, whenever the court
        did so: what was shown and posted of days gone by stays as it was.
        """
        self.court_reason = reason
        note = self.env._("Rejected by the court: %s", reason)
        self._close("cancelled", self.company_id._get_cartera_today(), note)

    # -- what the court did not do ------------------------------------------------

    def _get_court_step(self):
        """The last step in court that can be taken back: that it was homologated, or
        else that it was presented.

        :return: a code of ``COURT_STEPS``
        :raise UserError: when there is none
        """
        self.ensure_one()
        if self.date_homologated:
            return "homologated"
        if self.date_presented:
            return "presented"
        raise UserError(self.env._("The court has done nothing with it so far."))

    def _undo_court_step(self, step, date, reason):
        """Take back that the agreement was homologated, as a supervisor, or else that
        it was presented: that was noted by mistake.

        A legal case which the homologation closed rests again, as it did before.

        :param step: the last one in court, as whoever decides has read it
        :param date: its day, as it was read
        :raise UserError: when that is not the last step any more, or when something
            followed that is to be undone first
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(
                self.env._(
                    "The agreement is not in force any more. Reinstate it, or undo its "
                    "settlement, first."
                )
            )
        if self._get_court_step() != step or self[f"date_{step}"] != date:
            raise UserError(
                self.env._(
                    "What is noted of the court has changed meanwhile. Look at it "
                    "again."
                )
            )
        if step == "homologated":
            self._check_decider()
        # The steps in court are written by the windows alone.
        agreement = self.sudo()
        day = format_date(self.env, date)
        if step == "homologated":
            agreement._take_homologation_back()
            note = self.env._("Homologation of %s taken back", day)
        else:
            note = self.env._("Presentation of %s taken back", day)
        agreement[f"date_{step}"] = False
        agreement._note_change(agreement.state, f"{note}: {reason}")

    def _take_homologation_back(self):
        """:raise UserError: when the proceedings have gone on since"""
        legal = self.legal_case_id
        if self._has_ended_court():
            legal._reopen()
            # One that was broken and reinstated closed it out of its execution.
            legal._suspend(legal._get_today())
        elif legal.state in ("closed", "execution"):
            labels = dict(legal._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The legal case %(legal_case)s has gone on since: %(state)s. Take "
                    "that back first.",
                    legal_case=legal.name,
                    state=labels[legal.state],
                )
            )

    def _return_to_court(self):
        """It is in force again: what its end asked for is not to be done any more, nor
        did the court reject it."""
        for agreement in self.sudo().filtered("legal_case_id"):
            agreement.write({"date_rejected": False, "court_reason": False})
            agreement.legal_case_id._forget_the_end()
            if not agreement._has_ended_court():
                agreement._suspend_court()

    # -- what it does to the proceedings ------------------------------------------

    def _suspend_court(self):
        """The court case rests while the agreement is kept."""
        # An agreement comes into force by whoever may sign it, also in the portal.
        for agreement in self.sudo().filtered("legal_case_id"):
            agreement._check_court_free()
            legal = agreement.legal_case_id
            if agreement.court_effect == "conditions":
                note = agreement.court_conditions or ""
                legal._message_log(
                    body=self.env._(
                        "The agreement %(agreement)s is in force. The proceedings go "
                        "on under its conditions: %(conditions)s",
                        agreement=agreement.name,
                        conditions=note,
                    )
                )
            elif agreement.court_effect == "ends" and agreement.date_homologated:
                legal._close("agreement", agreement.date_homologated)
            else:
                legal._suspend(agreement.date_signed or agreement.date_started)

    def _check_court_free(self):
        """:raise UserError: when its legal case is closed, or another agreement is in
        force there"""
        legal = self.legal_case_id
        if legal.state == "closed":
            raise UserError(
                self.env._(
                    "The legal case %(legal_case)s is closed. Open it again, or choose "
                    "another one.",
                    legal_case=legal.name,
                )
            )
        others = legal.agreement_ids.filtered(lambda other: other.state == "active")
        if other := (others - self - self.refinanced_from_id)[:1]:
            raise UserError(
                self.env._(
                    "The agreement %(agreement)s is in force in the same legal case. "
                    "Refinance or cancel that one first.",
                    agreement=other.name,
                )
            )

    def _resume_court(self):
        """The court case goes on where it was suspended: a homologated agreement that
        was broken is executed. What it had ended is for a person to decide on, when it
        is cancelled."""
        for agreement in self.sudo().filtered("legal_case_id"):
            legal = agreement.legal_case_id
            if agreement.state == "refinanced":
                agreement._hand_court_on()
                continue
            execution = agreement.state == "broken" and agreement.date_homologated
            closed_by_it = legal.state == "closed" and legal.outcome == "agreement"
            if legal.state == "suspended" or (
                execution and (legal.state == "open" or closed_by_it)
            ):
                date = agreement.date_rejected or agreement.date_ended
                legal._resume(date, "execution" if execution else None)
                agreement._plan_resumption(execution)
            elif legal.state == "execution":
                # Of a person's decision. Nothing rests for this agreement any more.
                legal.state_executed = "open"
            elif closed_by_it:
                legal._plan_task(
                    self.env._("Closed by %s, which was cancelled", agreement.name)
                )

    def _hand_court_on(self):
        """The proceedings rest on, unless the new agreement has nothing to do with
        them."""
        legal = self.legal_case_id
        if legal not in self.refinanced_to_ids.legal_case_id:
            legal._plan_task(
                self.env._(
                    "Resume or withdraw the proceedings: %s is refinanced out of court",
                    self.name,
                )
            )

    def _plan_resumption(self, execution):
        """Tell whoever looks after the legal case, and propose the collection stage
        which the case was in: nothing enters court by a machine."""
        legal = self.legal_case_id
        if execution:
            summary = self.env._("Ask for execution: %s ended unpaid", self.name)
        else:
            summary = self.env._("Resume the proceedings: %s ended", self.name)
        legal._plan_task(summary)
        stage, case = legal.case_stage_suspended_id, legal.case_id
        if stage.active and case.stage_id.sequence < stage.sequence:
            case.stage_proposed_id = stage

    def _release_court(self):
        """All is paid: measures are to be released, and the proceedings to be withdrawn
        by a person, who closes the legal case then."""
        for agreement in self.sudo().filtered("legal_case_id"):
            legal = agreement.legal_case_id
            legal._release_measures()
            if legal.state == "closed":
                continue
            legal.outcome = "agreement"
            legal._plan_task(
                self.env._(
                    "Withdraw the proceedings and close the legal case: %s is paid",
                    agreement.name,
                )
            )

    # -- the end of the suspension ------------------------------------------------

    def _plan_suspension_end(self):
        """The court suspended the proceedings for a time that is over: somebody asks
        for more, or goes on."""
        for agreement in self:
            legal = agreement.legal_case_id
            until = agreement.date_suspended_until
            legal._plan_task(
                self.env._(
                    "The suspension ended on %(day)s: prolong it, or resume the "
                    "proceedings",
                    day=format_date(self.env, until),
                )
            )
            legal.date_told_until = until
