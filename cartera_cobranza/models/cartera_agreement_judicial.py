from odoo import models


class CarteraAgreementJudicial(models.AbstractModel):
    """What an agreement does to the court case that it was made in."""

    _name = "cartera.agreement.judicial"
    _description = "Agreement in Court"

    def _suspend_court(self):
        """The court case rests while the agreement is kept."""

    def _resume_court(self):
        """The court case goes on where it was suspended."""
