from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.coverage import Passing, get_cheque_state
from .cartera_agreement_checks import (
    BOOKED_STATES,
    CHECK_MODEL,
    OPEN_STATES,
    RECEIVED,
)

# Payments that fell through.
LOST_STATES = ("canceled", "rejected")


class CarteraAgreementCoverage(models.Model):
    """The postdated cheques that Odoo registers with payments: they say themselves what
    they are worth, when they are due and what became of them."""

    _inherit = "cartera.agreement.coverage"

    check_ref = fields.Reference(
        selection="_selection_check_ref",
        string="Cheque",
        index="btree_not_null",
        help="The cheque as it was registered with a payment.",
    )
    can_choose_check = fields.Boolean(compute="_compute_can_choose_check")
    reference = fields.Char(compute="_compute_from_check", store=True, readonly=False)
    date_due = fields.Date(compute="_compute_from_check", store=True, readonly=False)
    amount = fields.Monetary(compute="_compute_from_check", store=True, readonly=False)
    # What the cheque itself said last: what people note of it stands until it says
    # something else.
    check_state = fields.Char(readonly=True, copy=False)

    @api.model
    def _selection_check_ref(self):
        if CHECK_MODEL not in self.env:
            return []
        return [(CHECK_MODEL, self.env._("Cheque"))]

    @api.depends("kind")
    def _compute_can_choose_check(self):
        known = CHECK_MODEL in self.env
        for coverage in self:
            coverage.can_choose_check = known and coverage.kind == "cheque"

    @api.depends("check_ref")
    def _compute_from_check(self):
        for coverage in self:
            check = coverage.check_ref
            coverage.reference = check.name if check else coverage.reference
            coverage.date_due = check.payment_date if check else coverage.date_due
            coverage.amount = check.amount if check else coverage.amount

    # -- constraints --------------------------------------------------------------

    @api.constrains("check_ref", "agreement_id")
    def _check_check_ref(self):
        for coverage in self.filtered("check_ref"):
            # Whoever may see the coverage may know what secures it.
            check = coverage.check_ref.sudo()
            if (check.company_id, check.currency_id) != (
                coverage.company_id,
                coverage.currency_id,
            ):
                raise UserError(
                    self.env._(
                        "The cheque is of another company, or in another currency than "
                        "the agreement."
                    )
                )
            if (
                check.payment_method_code != RECEIVED
                or check.partner_id.cartera_debtor_id != coverage.case_id.partner_id
            ):
                raise UserError(
                    self.env._("The cheque was not received from this debtor.")
                )
            others = self._find_of_checks(check).agreement_id - coverage.agreement_id
            if others.filtered(lambda agreement: agreement.state in OPEN_STATES):
                raise UserError(
                    self.env._("The cheque secures another agreement already.")
                )

    # -- what became of the cheque ------------------------------------------------

    @api.model
    def _find_of_checks(self, checks):
        refs = [f"{CHECK_MODEL},{check_id}" for check_id in checks.ids]
        # A cheque secures one agreement, also where the caller sees another case.
        return self.sudo().search([("check_ref", "in", refs)])

    @api.model_create_multi
    def create(self, vals_list):
        coverages = super().create(vals_list)
        # The state is the program's: what became of the cheque.
        coverages.sudo().filtered("check_ref")._follow_checks()
        return coverages

    def write(self, vals):
        result = super().write(vals)
        if vals.get("check_ref"):
            # What became of a cheque is not the user's to say.
            self.sudo()._follow_checks()
        return result

    @api.model
    def _forget_checks(self):
        """The module of cheques goes, and its cheques with it: what they said stays."""
        # Of all companies: the model goes.
        self.sudo().search([("check_ref", "!=", False)]).check_ref = False

    @api.model
    def _follow_payments(self, payments):
        """Note what became of the cheques that ``payments`` move; those that were just
        received may come to secure an agreement."""
        if CHECK_MODEL not in self.env:
            return
        # Accountants move cheques, and need no rights on what these secure.
        payments = payments.sudo()
        checks = payments.l10n_latam_new_check_ids | payments.l10n_latam_move_check_ids
        if checks:
            self._find_of_checks(checks)._follow_checks()
            self.env["cartera.agreement"]._take_received_checks(payments)

    @api.model
    def _follow_held_checks(self, company):
        """Note which cheques of ``company`` the bank has credited: nobody registers
        that as a payment."""
        self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("check_ref", "!=", False),
                ("state", "=", "held"),
            ]
        )._follow_checks()

    # pylint: disable-next=missing-return
    def _follow_checks(self):
        """Note what became of the cheques, and what they are worth by now."""
        for coverage in self:
            check = coverage.check_ref.exists()
            if not check:
                # It was deleted with its payment: what people enter counts again.
                coverage.check_ref = False
                continue
            for name, source in (
                ("reference", "name"),
                ("date_due", "payment_date"),
                ("amount", "amount"),
            ):
                if coverage[name] != check[source]:
                    coverage[name] = check[source]
            state = coverage._get_state_of_check()
            if not state or state == (coverage.check_state or "held"):
                continue
            coverage.check_state = state
            coverage._become(state)

    def _become(self, state):
        # What was given back stays so, should its payment be cancelled then.
        if state == self.state or (self.state, state) == ("returned", "bounced"):
            return
        if state == "held":
            self.action_hold_again()
        elif state == "bounced":
            self.action_bounced()
        else:
            self._end(state, "held", "paid", "bounced", "returned")

    def _get_state_of_check(self):
        """:return: a state, or None while the payment of the cheque is a draft"""
        check = self.check_ref
        if check.payment_id.state in LOST_STATES:
            return "bounced"
        if check.payment_id.state not in BOOKED_STATES:
            return None
        operations = check.operation_ids.filtered(
            lambda payment: payment.state in BOOKED_STATES
        ).sorted(lambda payment: (payment.date, payment.id))
        return get_cheque_state(map(self._to_passing, operations))

    def _to_passing(self, payment):
        partner = payment.partner_id.commercial_partner_id
        holder = "other"
        if partner in (payment.company_id.partner_id, partner.browse()):
            holder = None
        elif partner.cartera_debtor_id == self.case_id.partner_id:
            holder = "debtor"
        return Passing(
            is_in=payment.payment_type == "inbound",
            is_bank=payment.journal_id.type == "bank",
            is_credited=payment.state == "paid",
            holder=holder,
        )

    def _is_to_give_back(self):
        """Whether it is ours to give back once all is paid: not what the bank has, and
        no cheque that has paid."""
        if self.kind == "cheque" and self.state == "paid":
            return False
        check = self.sudo().check_ref
        check = check and check.exists()
        return not check or not check.payment_id.is_reconciled
