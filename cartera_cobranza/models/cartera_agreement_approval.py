from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CarteraAgreementApproval(models.AbstractModel):
    """What goes beyond the limits is granted or turned down by a supervisor."""

    _name = "cartera.agreement.approval"
    _description = "Approval of an Agreement"

    grid_id = fields.Many2one(
        "cartera.agreement.grid",
        string="By the Limits",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The row of the product that held when it was offered.",
    )
    limit_facts = fields.Json(
        string="Limits Passed",
        readonly=True,
        copy=False,
        help="What was beyond the limits when it was offered, as codes and numbers.",
    )
    override_reason = fields.Char(string="Reason for the Exception", copy=False)
    asked_by_id = fields.Many2one(
        "res.users", string="Offered By", readonly=True, copy=False
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
    can_decide = fields.Boolean(compute="_compute_can_decide")

    @api.depends("asked_by_id", "needs_second", "state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        supervisor = self._is_supervisor()
        for agreement in self:
            other = not agreement.needs_second or agreement.asked_by_id != self.env.user
            agreement.can_decide = supervisor and other

    def _check_reason(self, excesses):
        if excesses and not (self.override_reason or "").strip():
            raise UserError(
                self.env._(
                    "The agreement goes beyond the limits of the product. Say why it "
                    "should be granted. %(excesses)s",
                    excesses=self._describe_excesses(excesses),
                )
            )

    def _ask_supervisor(self):
        """Plan the decision with a supervisor who may take it."""
        supervisor = self.case_id._get_supervisor()
        if self.needs_second and supervisor == self.asked_by_id:
            supervisor = self._get_other_supervisor() or supervisor
        self._plan(supervisor or self.env.user)

    def _get_other_supervisor(self):
        group = self.env.ref("cartera_cobranza.group_cartera_supervisor").sudo()
        users = group.all_user_ids.filtered(
            lambda user: not user.share and self.company_id in user.company_ids
        )
        return (users - self.asked_by_id).sorted("id")[:1]

    def _plan(self, user, summary=None):
        """An activity about the agreement for a user."""
        note = self.with_context(lang=user.lang).limit_text
        values = {"summary": summary} if summary else {}
        self.activity_schedule(
            "cartera_cobranza.mail_activity_type_agreement",
            user_id=user.id,
            note=note or "",
            **values,
        )

    def _approve(self, reason=None):
        """Grant what is beyond the limits, as a supervisor: it is offered then."""
        self.ensure_one()
        self._check_decides()
        agreement = self.sudo()
        agreement._check_problems()
        agreement.write(
            {"approved_by_id": self.env.uid, "date_approved": fields.Datetime.now()}
        )
        agreement._set_state("proposed", reason)
        agreement._tell_negotiator(self.env._("The agreement may be offered"))

    def _refuse(self, reason):
        """Turn down what is beyond the limits, as a supervisor."""
        self.ensure_one()
        self._check_decides()
        agreement = self.sudo()
        agreement._set_state("refused", reason)
        agreement._tell_negotiator(self.env._("The agreement was turned down"))

    def _check_decides(self):
        """:raise AccessError: unless the user may decide what is beyond the limits"""
        self._check_step("to_approve")
        self._check_decider()
        if self.needs_second and self.env.user == self.asked_by_id:
            raise AccessError(
                self.env._(
                    "The agreement goes beyond what one supervisor may grant. Another "
                    "supervisor than %(user)s, who asks for it, decides.",
                    user=self.env.user.name,
                )
            )

    def _tell_negotiator(self, summary):
        if self.user_id.active and self.user_id != self.env.user:
            self._plan(self.user_id, summary)

    def _check_decider(self):
        if not self.env.su and not self._is_supervisor():
            raise AccessError(self.env._("Only a supervisor decides on this."))

    # -- buttons ------------------------------------------------------------------

    def action_approve(self):
        """Ask why it is granted beyond the limits."""
        return self._open_decision("approve")

    def action_refuse(self):
        """Ask why it is turned down."""
        return self._open_decision("refuse")
