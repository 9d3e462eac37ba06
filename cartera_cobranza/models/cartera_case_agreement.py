from odoo import fields, models


class CarteraCaseAgreement(models.AbstractModel):
    """The agreements of a case."""

    _name = "cartera.case.agreement"
    _description = "Agreements of a Case"

    agreement_ids = fields.One2many("cartera.agreement", "case_id", string="Agreements")
    legal_case_ids = fields.One2many(
        "cartera.legal.case", "case_id", string="Legal Cases"
    )

    def action_agreement(self):
        """Open the negotiation of a new agreement with the debtor."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Agreement"),
            "res_model": "cartera.agreement",
            "views": [[False, "form"]],
            "context": {"default_case_id": self.id},
        }
