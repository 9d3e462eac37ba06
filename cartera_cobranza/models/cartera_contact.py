from odoo import fields, models

from .channels import CHANNELS


class CarteraContact(models.Model):
    """One contact with a debtor (gestión), automatic or human: what the law counts."""

    _name = "cartera.contact"
    _description = "Contact"
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    date = fields.Datetime(required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    direction = fields.Selection(
        [("out", "To the debtor"), ("in", "From the debtor")],
        required=True,
        readonly=True,
        default="out",
    )
    reached = fields.Selection(
        [
            ("sent", "Sent"),
            ("no_answer", "No answer"),
            ("reached", "Spoke with the debtor"),
            ("third_party", "A third party answered"),
            ("wrong_number", "Wrong number or address"),
        ],
        string="Result",
        required=True,
        readonly=True,
        default="sent",
    )
    contact_partner_id = fields.Many2one(
        "res.partner", string="Person", readonly=True, ondelete="set null"
    )
    address = fields.Char(readonly=True)
    communication_id = fields.Many2one(
        "cartera.communication", readonly=True, index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    note = fields.Text()
    origin = fields.Selection(
        [
            ("dispatch", "Outbox"),
            ("activity", "Activity"),
            ("manual", "By hand"),
            ("link", "Link"),
            ("api", "Dialer"),
        ],
        required=True,
        readonly=True,
        default="manual",
    )
    external_key = fields.Char(
        readonly=True, help="Key of the system that reported it, so that it counts once."
    )

    _external_uniq = models.UniqueIndex(
        "(company_id, external_key) WHERE external_key IS NOT NULL",
        "This contact has been reported already.",
    )
    _case_date_idx = models.Index("(case_id, date)")
