from odoo import models


class CarteraAgreementCharges(models.AbstractModel):
    """The invoices of interest, fees and indexation, one per instalment."""

    _name = "cartera.agreement.charges"
    _description = "Charges of an Agreement"

    def _charge(self, date):
        """Invoice the charges of the instalments that are due on ``date``."""
