from odoo import models


class CarteraAgreementTerms(models.AbstractModel):
    """What is agreed and what it comes to: schedule, discount, rates and limits."""

    _name = "cartera.agreement.terms"
    _description = "Terms of an Agreement"
