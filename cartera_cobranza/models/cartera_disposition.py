from odoo import api, fields, models

from .cartera_contact import RESULTS

# What follows from a result; each is a part of the window that logs contacts.
FOLLOW_UPS = [
    ("none", "Nothing"),
    ("promise", "Promise to pay"),
    ("dispute", "Dispute"),
    ("callback", "Call back at a time"),
    ("refused", "Refusal to pay"),
    ("already_paid", "Says that it has paid: ask for proof"),
    ("insolvent", "Insolvency proceedings"),
    ("wrong_number", "Wrong number or address"),
    ("third_party", "A third party answered"),
]


class CarteraDisposition(models.Model):
    """Typed result of a contact (tipificación), in a tree; it drives what follows."""

    _name = "cartera.disposition"
    _description = "Result of a Contact"
    _parent_store = True
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="As dialers and reports know it.")
    parent_id = fields.Many2one("cartera.disposition", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("cartera.disposition", "parent_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    reached = fields.Selection(RESULTS, string="Who Was Reached", required=True)
    follow_up = fields.Selection(FOLLOW_UPS, required=True, default="none")
    rank = fields.Integer(
        default=10,
        help="The better the result, the higher: of several contacts of a day the "
        "highest is the best one (mejor gestión).",
    )
    next_days = fields.Integer(
        string="Back on the Worklist After",
        default=3,
        help="Working days until the debtor is looked at again.",
    )
    is_automatic = fields.Boolean(
        readonly=True, help="Given by the machine; nobody chooses it."
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This code exists already.")

    @api.depends("name", "parent_id.name")
    def _compute_display_name(self):
        for disposition in self:
            names = (disposition.parent_id.name, disposition.name)
            disposition.display_name = " / ".join(filter(None, names))
