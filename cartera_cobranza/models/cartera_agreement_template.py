from odoo import fields, models

from .cartera_agreement_document import DOCUMENT_KINDS
from .cartera_agreement_product import KINDS


class CarteraAgreementTemplate(models.Model):
    """The words of a document: clauses per product and country, to be edited."""

    _name = "cartera.agreement.template"
    _description = "Template of an Agreement Document"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    document_kind = fields.Selection(DOCUMENT_KINDS, required=True)
    product_kind = fields.Selection(KINDS, help="Empty: all products.")
    country_id = fields.Many2one("res.country", help="Empty: all countries.")
    company_id = fields.Many2one("res.company", index=True)
