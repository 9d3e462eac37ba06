from odoo import fields, models


class CarteraDebtorGroup(models.Model):
    """A parent and its subsidiaries: what they owe together, and whether they are
    collected from as one debtor or as several."""

    _name = "cartera.debtor.group"
    _description = "Debtor Group"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    head_id = fields.Many2one(
        "res.partner",
        string="Parent",
        required=True,
        tracking=True,
        ondelete="restrict",
        domain="[('is_company', '=', True)]",
    )
    member_ids = fields.One2many(
        "res.partner",
        "cartera_group_id",
        string="Members",
        context={"active_test": False},
    )
    is_one_case = fields.Boolean(
        string="One Case",
        tracking=True,
        help="The parent's case holds the items of all members. Otherwise each member "
        "has its own.",
    )
