from odoo import fields, models

from .cartera_message_template import MESSAGE_KINDS
from .channels import CHANNELS


class CarteraCommunication(models.Model):
    """One planned or sent message to one debtor: the outbox."""

    _name = "cartera.communication"
    _description = "Communication"
    _order = "date desc, id desc"
    _rec_name = "subject"
    _check_company_auto = True

    case_id = fields.Many2one(
        "cartera.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    user_id = fields.Many2one(related="case_id.user_id", string="Collector")
    # -- what ---------------------------------------------------------------------
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    template_id = fields.Many2one(
        "cartera.message.template", readonly=True, ondelete="restrict"
    )
    kind = fields.Selection(MESSAGE_KINDS, readonly=True)
    step_id = fields.Many2one("cartera.strategy.step", readonly=True, ondelete="restrict")
    origin = fields.Selection(
        [("strategy", "Strategy"), ("manual", "By hand")],
        required=True,
        readonly=True,
        default="strategy",
    )
    attach_invoices = fields.Boolean(readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize="email_outgoing")
    items = fields.Json(readonly=True, help="The items as the message showed them.")
    amount = fields.Monetary(readonly=True, help="Overdue and collectable when sent.")
    cost = fields.Monetary(readonly=True)
    # -- to whom ------------------------------------------------------------------
    contact_partner_id = fields.Many2one(
        "res.partner", string="Recipient", readonly=True, ondelete="set null"
    )
    address = fields.Char(readonly=True, help="E-mail address or phone number.")
    lang = fields.Char(readonly=True)
    # -- when ---------------------------------------------------------------------
    date = fields.Date(string="Planned For", required=True, readonly=True)
    date_planned = fields.Datetime(
        string="Not Before", readonly=True, help="Its next lawful moment."
    )
    date_sent = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("ready", "To print or send"),
            ("queued", "In the mail queue"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("unconfirmed", "Perhaps sent"),
            ("failed", "Failed"),
            ("bounced", "Bounced"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="planned",
    )
    message = fields.Char(string="Reason", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null"
    )
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sms_uuid = fields.Char(readonly=True, index="btree_not_null")

    _daily_uniq = models.UniqueIndex(
        "(case_id, date) WHERE origin = 'strategy' AND state NOT IN "
        "('refused', 'cancelled', 'failed', 'bounced')",
        "The debtor gets a message on this day already.",
    )
    _due_idx = models.Index("(date_planned, id) WHERE state = 'planned'")
