from odoo import models


class CarteraAgreementLedger(models.AbstractModel):
    """What an agreement does to the ledger while it is in force: nothing in overlay
    mode, one entry in reclassification mode."""

    _name = "cartera.agreement.ledger"
    _description = "Agreement in the Ledger"

    def _enter_ledger(self, date):
        """Do in the ledger what coming into force asks for."""

    def _leave_ledger(self, date):
        """Undo it, when the agreement ends otherwise than by being kept."""
