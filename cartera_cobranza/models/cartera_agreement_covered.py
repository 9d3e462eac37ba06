from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..lib.coverage import cover

# What counts as cover: what is paid was good.
GOOD_STATES = ("held", "paid")


class CarteraAgreement(models.Model):
    _inherit = "cartera.agreement"

    amount_covered = fields.Monetary(
        string="Secured", compute="_compute_covered", store=True
    )
    coverage_percent = fields.Float(
        string="Coverage (%)",
        compute="_compute_covered",
        store=True,
        digits=(5, 2),
        aggregator="avg",
        help="Share of the instalments that pagarés, cheques and guarantors secure.",
    )
    coverage_asked = fields.Float(
        string="Coverage Asked For (%)",
        digits=(5, 2),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="What the limits asked for when it was offered, or less where that was "
        "granted. It is there when the agreement is signed.",
    )

    @api.depends("installment_ids.amount_total", "installment_ids.amount_covered")
    def _compute_covered(self):
        for agreement in self:
            total = sum(agreement.installment_ids.mapped("amount_total"))
            covered = sum(agreement.installment_ids.mapped("amount_covered"))
            agreement.amount_covered = covered
            agreement.coverage_percent = total and 100 * covered / total

    def _get_coverage_asked(self):
        """What of the coverage the offer rests on, in percent: no more than a collector
        needs, and no more than there is where less was granted."""
        return min(self.coverage_percent, self._find_usual_grid().coverage_min)

    def _check_coverage_asked(self):
        """:raise UserError: when less secures it than when it was offered, and than
        the limits ask for"""
        if not self._exceeds(self.coverage_percent, self.coverage_asked, "least"):
            return
        raise UserError(
            self.env._(
                "The agreement was offered with a coverage of %(asked)s, and has only "
                "%(now)s. Complete what secures it, or withdraw the offer and have "
                "less coverage granted.",
                asked=self._format_limit("coverage", self.coverage_asked),
                now=self._format_limit("coverage", self.coverage_percent),
            )
        )

    def _is_coverage_fixed(self):
        return self.state not in ("draft", "to_approve", "refused", "proposed")

    # -- buttons ------------------------------------------------------------------

    def action_create_pagares(self):
        """A pagaré of the debtor for each instalment that is not covered yet: planned
        while it is negotiated, issued from the offer on."""
        if self.state not in ("draft", "to_approve", "refused"):
            self.action_issue_pagares()
        else:
            self._create_pagares(lambda uncovered: uncovered)

    def action_create_pagare(self):
        """One pagaré of the debtor for all that is not covered yet: planned while it
        is negotiated, issued from the offer on."""
        if self.state not in ("draft", "to_approve", "refused"):
            self.action_issue_pagare()
        else:
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
        instalments bears its folio and its amount, or is new.

        :param document: the ``cartera.agreement.document``
        """
        self.ensure_one()
        # Whoever may issue the pagaré has it signed, also once it is in force.
        agreement = self.sudo()
        parts = document.sudo().installment_id or agreement.installment_ids
        total, amount = sum(parts.mapped("amount_total")), document.sudo().amount
        values = {
            "reference": document.name,
            "amount": amount,
            "amount_settled": total - amount,
        }
        if held := agreement._find_held_pagare(parts):
            held.write(values)
        elif agreement.currency_id.compare_amounts(amount, 0) > 0:
            agreement.env["cartera.agreement.coverage"].create(
                {**agreement._prepare_pagare(parts, document.name), **values}
            )

    def _find_held_pagare(self, parts):
        """The pagaré that is held, or planned, for just these instalments."""
        return self.coverage_ids.filtered(
            lambda coverage: (
                coverage.kind == "pagare"
                and coverage.state == "held"
                and (coverage.installment_ids or self.installment_ids) == parts
            )
        )[:1]

    def _needs_pagare(self, part):
        """Whether an instalment has a pagaré of its own: something of it is to be paid,
        and nothing else secures it."""
        if part.state == "paid" or self.currency_id.is_zero(part._get_to_pay()):
            return False
        return not part.is_covered or bool(self._find_held_pagare(part))

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
                    coverage.kind != "guarantor"
                    and coverage.state in GOOD_STATES
                    and coverage._is_to_give_back()
                )
            )
            if held:
                names = ", ".join(held.mapped("display_name"))
                agreement._plan_coverage_task(self.env._("Give back: %s", names))


class CarteraAgreementInstallment(models.Model):
    _inherit = "cartera.agreement.installment"

    amount_covered = fields.Monetary(
        string="Secured", compute="_compute_covered", store=True
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
        "agreement_id.coverage_ids.amount_settled",
        "agreement_id.coverage_ids.installment_ids",
        "agreement_id.coverage_ids.is_joint",
        "agreement_id.coverage_ids.kind",
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
