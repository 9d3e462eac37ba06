from odoo import fields, models

DOCUMENT_KINDS = [
    ("proposal", "Offer"),
    ("contract", "Contract"),
    ("pagare", "Pagaré"),
    ("settlement_letter", "Carta finiquito"),
    ("paz_y_salvo", "Paz y salvo"),
]


class CarteraAgreementDocument(models.Model):
    """One document of an agreement, as it was issued."""

    _name = "cartera.agreement.document"
    _description = "Document of an Agreement"
    _order = "id desc"
    _rec_name = "name"

    name = fields.Char(string="Folio", required=True, readonly=True)
    kind = fields.Selection(DOCUMENT_KINDS, required=True, readonly=True)
    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Date(required=True, readonly=True)
    date_valid_until = fields.Date(readonly=True)
    token = fields.Char(readonly=True, copy=False, groups="base.group_system")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("valid", "Valid"), ("revoked", "Revoked")],
        required=True,
        readonly=True,
        default="valid",
    )

    _name_uniq = models.UniqueIndex("(company_id, name)")
    _token_uniq = models.UniqueIndex("(token)")
