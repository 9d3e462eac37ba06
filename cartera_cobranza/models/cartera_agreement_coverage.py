from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib.coverage import Instrument, cover

# A cheque of Odoo's own, where the module of cheques is installed.
CHECK_MODEL = "l10n_latam.check"

# What counts as cover: what is paid was good.
GOOD_STATES = ("held", "paid")

# What the buttons decide.
PROTECTED_FIELDS = frozenset({"date_ended", "installment_numbers", "state"})

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
    check_ref = fields.Reference(
        selection="_selection_check_ref",
        string="Cheque",
        help="The cheque as it was registered with a payment.",
    )
    can_choose_check = fields.Boolean(compute="_compute_can_choose_check")
    reference = fields.Char(
        string="Number", compute="_compute_from_check", store=True, readonly=False
    )
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
    date_due = fields.Date(
        string="Due On", compute="_compute_from_check", store=True, readonly=False
    )
    amount = fields.Monetary(
        compute="_compute_from_check",
        store=True,
        readonly=False,
        help="Zero for a guarantor or a guarantee that answers for all.",
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
            ("returned", "Given back"),
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
        """A registered cheque says itself what it is worth and when it is due."""
        for coverage in self:
            check = coverage.check_ref
            coverage.reference = check.name if check else coverage.reference
            coverage.date_due = check.payment_date if check else coverage.date_due
            coverage.amount = check.amount if check else coverage.amount

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

    @api.constrains("check_ref", "agreement_id")
    def _check_check_ref(self):
        for coverage in self.filtered("check_ref"):
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

    def _remember_numbers(self):
        """Keep which instalments are meant, should the schedule be made anew."""
        for coverage in self:
            numbers = coverage.installment_ids.mapped("number")
            super(CarteraAgreementCoverage, coverage).write(
                {"installment_numbers": numbers or False}
            )

    def _find_installments(self):
        """Secure the instalments that bear the remembered numbers now."""
        for coverage in self.filtered("installment_numbers"):
            meant = coverage.agreement_id.installment_ids.filtered(
                lambda part, coverage=coverage: (
                    part.number in coverage.installment_numbers
                )
            )
            super(CarteraAgreementCoverage, coverage).write(
                {"installment_ids": [Command.set(meant.ids)]}
            )

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
        answers_for_all = not self.amount
        return Instrument(
            None if answers_for_all else self.amount,
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


class CarteraAgreement(models.Model):
    _inherit = "cartera.agreement"

    amount_covered = fields.Monetary(
        string="Covered", compute="_compute_covered", store=True
    )
    coverage_percent = fields.Float(
        string="Coverage (%)",
        compute="_compute_covered",
        store=True,
        digits=(5, 2),
        aggregator="avg",
        help="Share of the instalments that pagarés, cheques and guarantors secure.",
    )

    @api.depends("installment_ids.amount_total", "installment_ids.amount_covered")
    def _compute_covered(self):
        for agreement in self:
            total = sum(agreement.installment_ids.mapped("amount_total"))
            covered = sum(agreement.installment_ids.mapped("amount_covered"))
            agreement.amount_covered = covered
            agreement.coverage_percent = total and 100 * covered / total

    def _get_coverage_percent(self):
        """Share of the instalments that is secured, in percent: 0 to 100."""
        self.ensure_one()
        return self.coverage_percent

    def _is_coverage_fixed(self):
        return self.state not in ("draft", "to_approve", "refused", "proposed")

    # -- buttons ------------------------------------------------------------------

    def action_create_pagares(self):
        """A pagaré of the debtor for each instalment that is not covered yet."""
        self._create_pagares(lambda uncovered: uncovered)

    def action_create_pagare(self):
        """One pagaré of the debtor for all that is not covered yet."""
        self._create_pagares(lambda uncovered: [uncovered])

    def _create_pagares(self, split):
        """Pagarés for what is not covered.

        :param split: function of the uncovered instalments: those of each pagaré
        """
        self.ensure_one()
        self.check_access("write")
        uncovered = self.installment_ids.filtered(lambda part: not part.is_covered)
        if not uncovered:
            raise UserError(self.env._("All instalments are covered already."))
        groups = list(split(uncovered))
        start = len(self.coverage_ids.filtered(lambda one: one.kind == "pagare"))
        self.env["cartera.agreement.coverage"].create(
            [
                self._prepare_pagare(parts, f"{number}/{start + len(groups)}")
                for number, parts in enumerate(groups, start + 1)
            ]
        )

    def _note_pagare(self, document):
        """The pagaré that was issued is the one that is held: the coverage of the same
        instalments bears its folio, or is new.

        :param document: the ``cartera.agreement.document``
        """
        self.ensure_one()
        # Whoever may issue the pagaré has it signed, also once it is in force.
        agreement = self.sudo()
        parts = document.sudo().installment_id or agreement.installment_ids
        for coverage in agreement.coverage_ids:
            meant = coverage.installment_ids or agreement.installment_ids
            is_held = coverage.kind == "pagare" and coverage.state == "held"
            if is_held and meant == parts:
                coverage.reference = document.name
                return
        self.env["cartera.agreement.coverage"].sudo().create(
            agreement._prepare_pagare(parts, document.name)
        )

    def _prepare_pagare(self, parts, reference):
        """Values of a pagaré of the debtor for what is not covered of instalments."""
        return {
            "agreement_id": self.id,
            "kind": "pagare",
            "reference": reference,
            "partner_id": self.partner_id.id,
            "date_due": max(parts.mapped("date")),
            "amount": sum(part.amount_total - part.amount_covered for part in parts),
            "installment_ids": [Command.set(parts.ids)],
        }

    # -- tasks --------------------------------------------------------------------

    def _plan_coverage_task(self, summary):
        """A task for the collector of the case."""
        self.ensure_one()
        owner = self.case_id.user_id or self.user_id
        return self.sudo().activity_schedule(
            "cartera_cobranza.mail_activity_type_coverage",
            date_deadline=self.company_id._get_cartera_today(),
            user_id=(owner.filtered("active") or self.env.user).id,
            summary=summary,
        )

    def _give_back_coverage(self):
        """All is paid: what secures it is to be given back, by a person."""
        for agreement in self.sudo():
            held = agreement.coverage_ids.filtered(
                lambda coverage: (
                    coverage.kind != "guarantor" and coverage.state in GOOD_STATES
                )
            )
            if held:
                names = ", ".join(held.mapped("display_name"))
                agreement._plan_coverage_task(self.env._("Give back: %s", names))


class CarteraAgreementInstallment(models.Model):
    _inherit = "cartera.agreement.installment"

    amount_covered = fields.Monetary(
        string="Covered", compute="_compute_covered", store=True
    )
    is_covered = fields.Boolean(
        string="Fully Covered", compute="_compute_covered", store=True
    )
    coverage_ids = fields.Many2many(
        "cartera.agreement.coverage",
        "cartera_agreement_coverage_installment_rel",
        "installment_id",
        "coverage_id",
        string="Secured By",
        readonly=True,
    )
    has_bounced = fields.Boolean(
        string="Bounced",
        compute="_compute_has_bounced",
        help="A pagaré or cheque for this instalment has bounced.",
    )

    @api.depends(
        "amount_total",
        "agreement_id.installment_ids.amount_total",
        "agreement_id.coverage_ids.amount",
        "agreement_id.coverage_ids.installment_ids",
        "agreement_id.coverage_ids.state",
    )
    def _compute_covered(self):
        for agreement, parts in self.grouped("agreement_id").items():
            every = agreement.installment_ids
            good = agreement.coverage_ids.filtered(
                lambda coverage: coverage.state in GOOD_STATES
            )
            covered = cover(
                [(part._origin.id or part.id, part.amount_total) for part in every],
                [coverage._to_lib() for coverage in good],
            )
            currency = agreement.currency_id
            for part in parts:
                amount = covered.get(part._origin.id or part.id, 0)
                part.amount_covered = amount
                part.is_covered = bool(currency) and (
                    currency.compare_amounts(amount, part.amount_total) >= 0
                )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.agreement_id.coverage_ids._find_installments()
        return parts

    @api.depends("number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for part in self:
            part.display_name = str(part.number or self.env._("Down payment"))

    @api.depends("coverage_ids.state")
    def _compute_has_bounced(self):
        for part in self:
            part.has_bounced = "bounced" in part.coverage_ids.mapped("state")
