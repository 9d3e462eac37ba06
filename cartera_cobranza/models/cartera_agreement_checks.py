from odoo import Command, api, fields, models

# A cheque of Odoo's own, where the module of cheques is installed.
CHECK_MODEL = "l10n_latam.check"

RECEIVED = "new_third_party_checks"

# Payments that count.
BOOKED_STATES = ("in_process", "paid")

# Agreements that cheques are received for, and those that one may secure.
OFFERED_STATES = ("proposed", "active")
OPEN_STATES = ("draft", "to_approve", *OFFERED_STATES)


def _bare(number):
    return (number or "").lstrip("0")


class CarteraAgreementChecks(models.AbstractModel):
    """The cheques that Odoo registers with payments of the debtor: they may secure an
    agreement, and are no money before their day."""

    _name = "cartera.agreement.checks"
    _description = "Cheques of an Agreement"

    can_take_checks = fields.Boolean(compute="_compute_can_take_checks")

    @api.depends("case_id", "currency_id", "coverage_ids.check_ref", "state")
    def _compute_can_take_checks(self):
        for agreement in self:
            agreement.can_take_checks = agreement.state in OPEN_STATES and bool(
                agreement._find_free_checks()
            )

    def action_take_checks(self):
        """Have the cheques that were received from the debtor, and secure nothing yet,
        secure this agreement."""
        self.ensure_one()
        self.check_access("write")
        self._take_checks(self._find_free_checks())

    def _find_free_checks(self):
        """The postdated cheques of the debtor that secure no agreement yet."""
        if CHECK_MODEL not in self.env:
            return ()
        return self._without_used(
            self._find_checks([("current_journal_id", "!=", False)])
        )

    def _find_checks(self, domain):
        """The cheques of the debtor that are not due before today, and meet
        ``domain``."""
        # Whoever may see the agreement may know what could secure it.
        return (
            self.env[CHECK_MODEL]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("payment_id.currency_id", "=", self.currency_id.id),
                    (
                        "payment_id.partner_id.cartera_debtor_id",
                        "=",
                        self.case_id.partner_id.id,
                    ),
                    ("payment_id.state", "in", BOOKED_STATES),
                    ("payment_method_line_id.code", "=", RECEIVED),
                    ("payment_date", ">=", self.company_id._get_cartera_today()),
                    *domain,
                ],
                order="payment_date, id",
            )
        )

    @api.model
    def _without_used(self, checks):
        used = self.env["cartera.agreement.coverage"]._find_of_checks(checks)
        used = used.filtered(lambda one: one.agreement_id.state in OPEN_STATES)
        taken = {one.check_ref.id for one in used}
        return checks.filtered(lambda check: check.id not in taken)

    @api.model
    def _take_received_checks(self, payments):
        """Postdated cheques that just came in secure the agreement of the debtor, where
        there is no doubt which."""
        received = payments.filtered(
            lambda payment: (
                payment.payment_method_code == RECEIVED
                and payment.state in BOOKED_STATES
            )
        )
        for (company, debtor, currency), own in received.grouped(
            lambda payment: (
                payment.company_id,
                payment.partner_id.cartera_debtor_id,
                payment.currency_id,
            )
        ).items():
            agreement = (
                self.sudo()
                ._as_judged()
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("case_id.partner_id", "=", debtor.id),
                        ("currency_id", "=", currency.id),
                        ("state", "in", OFFERED_STATES),
                    ]
                )
            )
            checks = own.l10n_latam_new_check_ids.filtered(
                lambda check: check.payment_date > check.payment_id.date
            )
            if len(agreement) == 1:
                agreement._take_checks(self._without_used(checks))

    def _take_checks(self, checks):
        """Cheques secure this agreement: what was noted of one before it was registered
        is that cheque now, the others are new."""
        self.ensure_one()
        noted = self.coverage_ids.filtered(
            lambda one: one.kind == "cheque" and one.state == "held"
        )
        for check in checks:
            same = noted.filtered(
                lambda one, check=check: (
                    not one.check_ref
                    and _bare(one.reference) == _bare(check.name)
                    and not one.currency_id.compare_amounts(one.amount, check.amount)
                )
            )[:1]
            if same:
                # What cheques say is protected; the caller may write the agreement.
                same.sudo().check_ref = check
            else:
                # Likewise.
                self.coverage_ids.sudo().create(self._prepare_check(check))

    def _prepare_check(self, check):
        parts = self.installment_ids.filtered(
            lambda part: (
                self.currency_id.compare_amounts(part.amount_total, check.amount) >= 0
            )
        ).sorted(lambda part: abs((part.date - check.payment_date).days))
        return {
            "agreement_id": self.id,
            "kind": "cheque",
            "check_ref": f"{CHECK_MODEL},{check.id}",
            "bank_id": check.bank_id.id,
            "partner_id": check.partner_id.id,
            # Of the instalment it is dated for; a larger one is for several.
            "installment_ids": [Command.set(parts[:1].ids)],
        }

    def _get_money(self, line):
        """A cheque that is not due yet is no money."""
        amount = super()._get_money(line)
        if CHECK_MODEL not in self.env:
            return amount
        today = self.company_id._get_cartera_today()
        waiting = line.payment_id.l10n_latam_new_check_ids.filtered(
            lambda check: check.payment_date > today
        )
        return max(amount - sum(waiting.mapped("amount")), 0)

    def _compute_amount_credits(self):
        """Nor is it applied before anything is agreed: it is what secures it."""
        super()._compute_amount_credits()
        if CHECK_MODEL not in self.env:
            return
        for agreement in self.filtered("amount_credits"):
            today = agreement.company_id._get_cartera_today()
            waiting = agreement._find_checks(
                [("payment_date", ">", today), ("payment_id.is_reconciled", "=", False)]
            )
            left = agreement.amount_credits - sum(waiting.mapped("amount"))
            agreement.amount_credits = max(left, 0)
