from odoo import api, models


class CarteraAgreementCharger(models.AbstractModel):
    """Invoices the charges of instalments that are due, each in its own transaction."""

    _name = "cartera.agreement.charger"
    _description = "Agreement Charger"

    @api.model
    def _run_phase(self, run):
        """:return: ``(number of invoices made, [(partner id, error), ...])``"""
        return 0, []
