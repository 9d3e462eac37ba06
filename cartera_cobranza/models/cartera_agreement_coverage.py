from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib.coverage import Instrument
from . import cartera_own_defaults  # noqa: F401  (inherited: it comes first)

# What the buttons decide.
PROTECTED_FIELDS = frozenset(
    {"amount_settled", "date_ended", "installment_numbers", "state"}
)

# What is fixed while the agreement is in force, but to a supervisor.
FIXED_FIELDS = frozenset(
    {
        "agreement_id",
        "amount",
        "check_ref",
        "date_due",
        "installment_ids",
        "is_joint",
        "kind",
        "partner_id",
        "reference",
    }
)


class CarteraAgreementCoverage(models.Model):
    """What secures an agreement: a pagaré, a postdated cheque, a guarantor.

    ========  ====================================  ==============================
    state     how it comes about                    undone by
    ========  ====================================  ==============================
    held      received with the agreement
    paid      it was collected                      back to held
    bounced   the bank refused it: no cover any     back to held, when it is
              more, and a task for the collector    presented again
    returned  given back to whoever signed it       back to held
    ========  ====================================  ==============================
    """

    _name = "cartera.agreement.coverage"
    _inherit = ["cartera.own.defaults"]
    _description = "Coverage of an Agreement"
    _order = "agreement_id, date_due, id"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    kind = fields.Selection(
        [
            ("pagare", "Pagaré"),
            ("cheque", "Postdated cheque"),
            ("guarantor", "Guarantor"),
            ("other", "Other guarantee"),
        ],
        required=True,
        default="pagare",
    )
    reference = fields.Char(string="Number")
    bank_id = fields.Many2one("res.bank", help="On which a cheque is drawn.")
    partner_id = fields.Many2one(
        "res.partner",
        string="Signed By",
        index="btree_not_null",
    )
    is_joint = fields.Boolean(
        string="Jointly Liable",
        default=True,
        help="A guarantor who owes as well as the debtor (aval, obligado solidario): "
        "listed among the co-debtors of the case once the agreement is in force.",
    )
    date_due = fields.Date(string="Due On")
    amount = fields.Monetary(
        help="Zero: whoever is jointly liable answers for all, anything else for "
        "nothing.",
    )
    amount_settled = fields.Monetary(
        string="Settled Before",
        readonly=True,
        copy=False,
        help="What of its instalments was paid, or settled otherwise, when the pagaré "
        "was made out for the rest: it needs no cover.",
    )
    installment_ids = fields.Many2many(
        "cartera.agreement.installment",
        "cartera_agreement_coverage_installment_rel",
        "coverage_id",
        "installment_id",
        string="Instalments",
        domain="[('agreement_id', '=', agreement_id)]",
        help="Empty: the whole agreement.",
    )
    # While it is negotiated the schedule is made anew time and again.
    installment_numbers = fields.Json(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("held", "Held"),
            ("paid", "Paid"),
            ("bounced", "Bounced"),
            ("returned", "Given Back to Signer"),
        ],
        required=True,
        readonly=True,
        default="held",
        copy=False,
    )
    date_ended = fields.Date(
        string="Since",
        readonly=True,
        copy=False,
        help="Day on which it was paid, bounced or given back.",
    )
    note = fields.Char()

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "What secures an agreement is not worth less than zero."
    )
    _amount_of_paper = models.Constraint(
        "CHECK (kind NOT IN ('pagare', 'cheque') OR amount > 0)",
        "Enter the amount of the pagaré or the cheque.",
    )

    # -- computes -----------------------------------------------------------------

    @api.depends("kind", "reference")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for coverage in self:
            parts = (kinds.get(coverage.kind), coverage.reference)
            coverage.display_name = " ".join(filter(None, parts))

    # -- constraints --------------------------------------------------------------

    @api.constrains("agreement_id", "installment_ids")
    def _check_installments(self):
        for coverage in self:
            if coverage.installment_ids.agreement_id - coverage.agreement_id:
                raise UserError(self.env._("The instalments are of another agreement."))

    @api.constrains("kind", "partner_id")
    def _check_guarantor(self):
        for coverage in self.filtered(lambda one: one.kind == "guarantor"):
            if (
                not coverage.partner_id
                or coverage.partner_id == coverage.case_id.partner_id
            ):
                raise UserError(
                    self.env._("A guarantor is somebody else than the debtor: say who.")
                )

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        coverages = super().create(vals_list)
        coverages._remember_numbers()
        coverages._engage_guarantors()
        return coverages

    def write(self, vals):
        self._check_not_protected(vals)
        if not FIXED_FIELDS.isdisjoint(vals):
            self._check_not_fixed()
        result = super().write(vals)
        if "installment_ids" in vals:
            self._remember_numbers()
        if not {"kind", "partner_id", "is_joint"}.isdisjoint(vals):
            self._engage_guarantors()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        self._check_not_fixed()

    # pylint: disable-next=missing-return
    def _remember_numbers(self):
        """Keep which instalments are meant, should the schedule be made anew."""
        for coverage in self:
            numbers = coverage.installment_ids.mapped("number")
            # pylint: disable-next=super-method-mismatch
            super(CarteraAgreementCoverage, coverage).write(
                {"installment_numbers": numbers or False}
            )

    # pylint: disable-next=missing-return
    def _find_installments(self):
        """Secure the instalments that bear the remembered numbers now."""
        for coverage in self.filtered("installment_numbers"):
            meant = coverage.agreement_id.installment_ids.filtered(
                lambda part, coverage=coverage: (
                    part.number in coverage.installment_numbers
                )
            )
            # pylint: disable-next=super-method-mismatch
            super(CarteraAgreementCoverage, coverage).write(
                {"installment_ids": [Command.set(meant.ids)]}
            )

    @api.model
    def _is_by_program(self, name):
        return name in PROTECTED_FIELDS

    def _check_not_protected(self, vals):
        changed = {
            name
            for name in PROTECTED_FIELDS.intersection(vals)
            # A form sends the state in which everything begins.
            if vals[name] not in (False, "held") or self
        }
        if changed and not self.env.su:
            raise AccessError(
                self.env._(
                    "What became of a pagaré, a cheque or a guarantee is noted with "
                    "its buttons."
                )
            )

    def _check_not_fixed(self):
        if self.env.su or self.env.user.has_group(
            "cartera_cobranza.group_cartera_supervisor"
        ):
            return
        if self.filtered(lambda coverage: coverage.agreement_id._is_coverage_fixed()):
            raise UserError(
                self.env._(
                    "The agreement is in force: what secures it is given back, or "
                    "changed by a supervisor."
                )
            )

    # -- buttons ------------------------------------------------------------------

    def action_paid(self):
        """It was collected. The payment itself is registered as any other."""
        self._end("paid", "held", "bounced")

    def action_bounced(self):
        """The bank has refused it: the collector sees to it."""
        self._end("bounced", "held", "paid")
        for coverage in self.sudo():
            agreement = coverage.agreement_id
            agreement._plan_coverage_task(
                self.env._(
                    "%(coverage)s bounced: call %(debtor)s",
                    coverage=coverage.display_name,
                    debtor=agreement.partner_id.display_name,
                )
            )

    def action_give_back(self):
        """It was given back to whoever signed it."""
        self._end("returned", "held", "paid", "bounced")

    def action_hold_again(self):
        """It is in our hands again, or what was noted of it was a mistake."""
        self.check_access("write")
        self.sudo().write({"state": "held", "date_ended": False})

    def _end(self, state, *states):
        self.check_access("write")
        if self.filtered(lambda coverage: coverage.state not in states):
            raise UserError(
                self.env._("What secures the agreement is in another state by now.")
            )
        for coverage in self.sudo():
            today = coverage.company_id._get_cartera_today()
            coverage.write({"state": state, "date_ended": today})
            states_of = dict(self._fields["state"]._description_selection(self.env))
            coverage.agreement_id._message_log(
                body=f"{coverage.display_name}: {states_of[state]}"
            )

    # -- what it is worth ---------------------------------------------------------

    def _to_lib(self):
        self.ensure_one()
        owes_all = self.kind == "guarantor" and self.is_joint and not self.amount
        return Instrument(
            None if owes_all else self.amount + self.amount_settled,
            frozenset(self.installment_ids._origin.ids),
        )

    def _engage_guarantors(self):
        """Those who owe as well are co-debtors of the case from the agreement on, so
        that contact rules take them as such. People may take them off the case."""
        for coverage in self.sudo():
            if (
                coverage.kind == "guarantor"
                and coverage.is_joint
                and coverage.state == "held"
                and coverage.agreement_id.state == "active"
                and coverage.partner_id - coverage.case_id.partner_id
            ):
                coverage.case_id.obligor_ids = [Command.link(coverage.partner_id.id)]
