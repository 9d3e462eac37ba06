from odoo import api, models


class CarteraAgreementSettler(models.AbstractModel):
    """Settles agreements that are paid, each in a transaction of its own."""

    _name = "cartera.agreement.settler"
    _description = "Agreement Settler"

    @api.model
    def _run_phase(self, run):
        """:return: ``(number of agreements settled, [(partner id, error), ...])``"""
        return 0, []
