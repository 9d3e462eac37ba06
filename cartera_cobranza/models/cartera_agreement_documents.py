from odoo import models


class CarteraAgreementDocuments(models.AbstractModel):
    """Offer, contract, pagaré and letters of an agreement, each with its folio."""

    _name = "cartera.agreement.documents"
    _description = "Documents of an Agreement"

    def _issue(self, kind):
        """Issue the document ``kind`` with its folio.

        :return: the ``cartera.agreement.document`` record
        """
