from odoo import fields, models


class CarteraContactWording(models.Model):
    """Something that the law wants a message to say, or not to say. The wording check
    of templates knows these codes."""

    _name = "cartera.contact.wording"
    _description = "Wording of Messages"
    _order = "kind desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    kind = fields.Selection(
        [("required", "Must be said"), ("forbidden", "May not be said")],
        required=True,
    )
    sequence = fields.Integer(default=10)

    _code_uniq = models.Constraint("UNIQUE(code)", "This code is in use already.")
