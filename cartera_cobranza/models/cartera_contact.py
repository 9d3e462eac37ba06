from odoo import api, fields, models
from odoo.exceptions import AccessError

from .channels import CHANNELS

ORIGINS = [
    ("dispatch", "Outbox"),
    ("activity", "Activity"),
    ("manual", "By hand"),
    ("link", "Link"),
    ("api", "Dialer"),
]

# What comes of a contact, as whoever makes it can say.
RESULTS = [
    ("sent", "Sent"),
    ("no_answer", "No answer"),
    ("reached", "Spoke with the debtor"),
    ("third_party", "A third party answered"),
    ("wrong_number", "Wrong number or address"),
]

# What people may write: the rest is the log that the law counts.
EDITABLE_FIELDS = frozenset({"note"})


class CarteraContact(models.Model):
    """One contact with a debtor (gestión), automatic or human: what the law counts.

    Written once by :meth:`_log`; nobody edits but the note, and nobody deletes.
    """

    _name = "cartera.contact"
    _description = "Contact with a Debtor"
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _check_company_auto = True

    # -- who ----------------------------------------------------------------------
    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    contact_partner_id = fields.Many2one(
        "res.partner", string="Person", readonly=True, ondelete="set null"
    )
    address = fields.Char(
        readonly=True, help="Phone number, e-mail address or place that was used."
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        index="btree_not_null",
        help="Empty: the machine did it.",
    )
    # -- what ---------------------------------------------------------------------
    date = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    direction = fields.Selection(
        [("out", "To the debtor"), ("in", "From the debtor")],
        required=True,
        readonly=True,
        default="out",
    )
    reached = fields.Selection(
        [*RESULTS, ("bounced", "Did not arrive")],
        string="Result",
        required=True,
        readonly=True,
        default="sent",
    )
    disposition_id = fields.Many2one(
        "cartera.disposition",
        string="Typed Result",
        readonly=True,
        index="btree_not_null",
    )
    note = fields.Text()
    # -- where it comes from ------------------------------------------------------
    origin = fields.Selection(ORIGINS, required=True, readonly=True, default="manual")
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, index="btree_not_null"
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    external_key = fields.Char(
        readonly=True,
        help="Key of the system that reported it, so that it counts once.",
    )
    outside_rule = fields.Selection(
        selection=lambda self: self._get_rules(),
        string="Outside",
        readonly=True,
        help="The rule that stood against the contact when it took place. The refusal "
        "is kept as well.",
    )

    _external_uniq = models.UniqueIndex(
        "(company_id, external_key) WHERE external_key IS NOT NULL",
        "This contact has been reported already.",
    )
    _case_date_idx = models.Index("(case_id, date)")

    @api.model
    def _get_rules(self):
        refusals = self.env["cartera.contact.refusal"]
        return refusals._fields["rule"]._description_selection(self.env)

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and not EDITABLE_FIELDS.issuperset(vals):
            raise AccessError(
                self.env._(
                    "A contact is recorded once and for all. You may only change its "
                    "note."
                )
            )
        return super().write(vals)

    # -- log ----------------------------------------------------------------------

    @api.model
    def _log(self, vals_list):
        """Record contacts that took place, or that begin with this transaction.

        :param vals_list: one dict per contact: ``case_id`` and ``channel`` at least;
            ``date`` is now unless given
        :return: the contacts, in the same order
        """
        cases = self.env["cartera.case"].sudo()
        cases = cases.browse(vals["case_id"] for vals in vals_list)
        now = fields.Datetime.now()
        # Nobody has the right to write the log but the module.
        contacts = self.sudo().create(
            [
                {"company_id": case.company_id.id, "date": now, **vals}
                for case, vals in zip(cases, vals_list, strict=True)
            ]
        )
        return contacts.with_env(self.env)

    # -- actions ------------------------------------------------------------------

    def action_open_case(self):
        """Open the case of the contact."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
