from odoo import api, fields, models

from ..lib.rates import period_rate

# Where something is unknown: to be filled in by hand, not left out unseen.
BLANK = "____________"


class CarteraAgreementDocumentTerms(models.AbstractModel):
    """What a contract has to state exactly: how the rate is meant, the unit, the court,
    and who answers for the debtor."""

    _name = "cartera.agreement.document.terms"
    _description = "Terms in a Document of an Agreement"

    # -- the rate -----------------------------------------------------------------
    rate_text = fields.Char(compute="_compute_rate")
    rate_kind_text = fields.Char(compute="_compute_rate")
    rate_basis_text = fields.Char(compute="_compute_rate")
    rate_base_text = fields.Char(compute="_compute_rate")
    rate_effective_text = fields.Char(compute="_compute_rate")
    # -- the unit -----------------------------------------------------------------
    unit_name = fields.Char(compute="_compute_unit")
    unit_value = fields.Char(compute="_compute_unit")
    unit_date = fields.Char(compute="_compute_unit")
    # -- the court ----------------------------------------------------------------
    court_text = fields.Char(compute="_compute_court")
    court_conditions_text = fields.Text(compute="_compute_court")
    courts_text = fields.Char(compute="_compute_court")

    # -- computes -----------------------------------------------------------------

    @api.depends("agreement_id")
    @api.depends_context("lang")
    def _compute_rate(self):
        for document in self:
            agreement = document.agreement_id
            kinds = agreement._fields["rate_kind"]._description_selection(self.env)
            effective = self._format_number(agreement.rate_effective, 2)
            document.rate_text = f"{self._format_number(agreement.rate, 4)} %"
            document.rate_kind_text = dict(kinds).get(agreement.rate_kind, "").lower()
            document.rate_basis_text = document._describe_rate_basis()
            document.rate_base_text = document._describe_rate_base()
            document.rate_effective_text = f"{effective} %"

    @api.depends("agreement_id")
    @api.depends_context("lang")
    def _compute_unit(self):
        for document in self:
            agreement = document.agreement_id
            unit = agreement.index_currency_id
            document.unit_name = unit.name
            document.unit_value = unit and self._format_number(agreement.index_value, 6)
            document.unit_date = unit and self._format_date(agreement.date)

    @api.depends("agreement_id")
    @api.depends_context("lang")
    def _compute_court(self):
        for document in self:
            agreement = document.agreement_id
            legal = agreement.legal_case_id
            names = legal.court or BLANK, legal.docket_number or BLANK
            document.court_text = ", ".join(names)
            document.court_conditions_text = agreement.court_conditions or BLANK
            if agreement.kind == "convenio_judicial":
                courts = self.env._("the court that hears the lawsuit")
            else:
                city = agreement.company_id.city or BLANK
                courts = self.env._("the courts of %(city)s", city=city)
            document.courts_text = courts

    # -- in words -----------------------------------------------------------------

    def _describe_rate_basis(self):
        """What the yearly rate comes to each time: by whole periods, or by days."""
        agreement = self.agreement_id
        if agreement.periodicity and agreement._is_regular(agreement._get_days()):
            rate = agreement._to_rate(agreement.rate)
            rate = period_rate(rate, agreement.rate_kind, agreement.periodicity)
            number = self._format_number(100 * float(rate), 4)
            return self.env._("%(rate)s %% for each period", rate=number)
        counts = agreement._fields["day_count"]._description_selection(self.env)
        count = dict(counts).get(agreement.day_count, "")
        return self.env._("by days, %(day_count)s", day_count=count)

    def _describe_rate_base(self):
        """On what interest is charged: not on covered interest and fees, unless the
        product says so."""
        agreement = self.agreement_id
        on_all = agreement.product_id.interest_on_charges
        if agreement.method == "flat":
            if on_all:
                return self.env._("what is owed at the beginning, until it is paid")
            return self.env._("the capital at the beginning, until it is paid")
        if on_all:
            return self.env._("what is still owed")
        return self.env._("what is still owed of the capital")

    # -- who signs ----------------------------------------------------------------

    def _get_guarantors(self):
        """Who answers for the debtor, and how: of a pagaré those who owe as well.

        :return: list of dicts with ``name``, ``vat`` and ``terms``
        """
        guarantors = self.agreement_id.coverage_ids.filtered(
            lambda one: one.kind == "guarantor" and one.state == "held"
        )
        if self.kind == "pagare":
            guarantors = guarantors.filtered("is_joint")
        elif self.kind != "contract":
            guarantors = guarantors.browse()
        return [
            {
                "name": one.partner_id.name,
                "vat": one.partner_id.vat,
                "terms": self._describe_guarantor(one),
            }
            for one in guarantors
        ]

    def _describe_guarantor(self, guarantor):
        amount = self._format_amount(guarantor.amount)
        if guarantor.is_joint and guarantor.amount:
            return self.env._("Jointly liable up to %(amount)s", amount=amount)
        if guarantor.is_joint:
            return self.env._("Jointly liable")
        return self.env._("Guarantor up to %(amount)s", amount=amount)
