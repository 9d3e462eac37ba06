from odoo import api, fields, models
from odoo.exceptions import UserError

from .cartera_contact import ALL_RESULTS

# What follows from a result; each is a part of the window that logs contacts, and a
# model ``cartera.follow.up.<code>``.
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
    ("documents", "Documents are to be sent"),
]

# What is said by those who say no more than whom they reached.
PLAIN = {
    "sent": "cartera_disposition_sent",
    "bounced": "cartera_disposition_bounced",
    "no_answer": "cartera_disposition_no_answer",
    "reached": "cartera_disposition_reached",
    "third_party": "cartera_disposition_third_party",
    "wrong_number": "cartera_disposition_wrong_number",
}
PLAIN_INCOMING = "cartera_disposition_incoming"
# The group of what debtors do of their own accord.
FROM_DEBTOR = "cartera_disposition_from_debtor"


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
    reached = fields.Selection(
        ALL_RESULTS,
        string="Who Was Reached",
        required=True,
        help="What the contact rules count it as.",
    )
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
    is_from_debtor = fields.Boolean(
        string="The Debtor Came Forward",
        compute="_compute_is_from_debtor",
        help="The debtor makes such contacts: no contact rule limits them.",
    )
    is_automatic = fields.Boolean(
        readonly=True, help="Given by the machine; nobody chooses it."
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "This code exists already.")
    _days_positive = models.Constraint(
        "CHECK (next_days >= 0)", "A debtor cannot be looked at before today."
    )

    @api.depends("name", "parent_id.name")
    def _compute_display_name(self):
        for disposition in self:
            names = (disposition.parent_id.name, disposition.name)
            disposition.display_name = " / ".join(filter(None, names))

    @api.depends("parent_path")
    def _compute_is_from_debtor(self):
        """The results in and under the group of the debtor's own contacts."""
        data = self.env["ir.model.data"]
        group = data._xmlid_to_res_id(f"cartera_cobranza.{FROM_DEBTOR}")
        for disposition in self:
            above = (disposition.parent_path or "").split("/")
            disposition.is_from_debtor = str(group) in above

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        contacts = self.env["cartera.contact"].sudo()
        used = contacts.search([("disposition_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "The result %s is used by logged contacts. Archive it instead.",
                    used.disposition_id.display_name,
                )
            )

    # -- reading ------------------------------------------------------------------

    @api.model
    def _get_plain(self, reached, direction="out"):
        """The result that says whom a contact reached and no more.

        :param reached: code of ``ALL_RESULTS``
        :return: a disposition; empty where somebody has deleted it
        """
        incoming = direction == "in" and reached == "reached"
        name = PLAIN_INCOMING if incoming else PLAIN[reached]
        data = self.env["ir.model.data"]
        found = data._xmlid_to_res_id(f"cartera_cobranza.{name}")
        return self.browse(found or [])

    @api.model
    def _find_codes(self, codes):
        """The results that a person or another system can give, archived ones too.

        :return: ``{code: disposition}``
        """
        domain = [("code", "in", list(codes)), ("is_automatic", "=", False)]
        return self.with_context(active_test=False).search(domain).grouped("code")
