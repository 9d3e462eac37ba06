from odoo import models


class CarteraAgreementSettlement(models.AbstractModel):
    """Books what was waived, once what was agreed is paid."""

    _name = "cartera.agreement.settlement"
    _description = "Settlement of an Agreement"

    def _settle(self, date):
        """Book what was waived and end the agreement as kept."""
