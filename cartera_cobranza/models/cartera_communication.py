from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, email_domain_extract

from . import (  # noqa: F401  (inherited: they come first)
    cartera_communication_content,
    cartera_communication_notice,
    cartera_communication_replacement,
)
from .cartera_message_template import MESSAGE_KINDS
from .channels import CHANNELS

# What people may write: the rest is evidence.
EDITABLE_FIELDS = frozenset({"tracking_number"})

# What can still be called off.
PENDING_STATES = ("planned", "ready", "queued")


class CarteraCommunication(models.Model):
    """One planned or sent message to one debtor: the outbox.

    Rows are made by the strategy or by hand, rendered and queued by
    ``cartera.dispatcher``, and sent by Odoo's own queues; nobody edits or deletes them.
    """

    _name = "cartera.communication"
    _description = "Message to a Debtor"
    _inherit = [
        "cartera.communication.notice",
        "cartera.communication.content",
        "cartera.communication.replacement",
    ]
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
    step_id = fields.Many2one(
        "cartera.strategy.step", readonly=True, ondelete="restrict"
    )
    origin = fields.Selection(
        [
            ("strategy", "Strategy"),
            ("manual", "By hand"),
            ("agreement", "Agreement"),
        ],
        required=True,
        readonly=True,
        default="strategy",
    )
    attach_invoices = fields.Boolean(readonly=True)
    subject = fields.Char(readonly=True)
    # What it is made of has been escaped or sanitised already, which is not done twice
    # for thousands of messages.
    body = fields.Html(readonly=True, sanitize=False)
    text = fields.Text(string="SMS or WhatsApp", readonly=True)
    amount = fields.Monetary(readonly=True, help="Overdue and collectable when sent.")
    cost = fields.Monetary(readonly=True)
    # -- to whom ------------------------------------------------------------------
    contact_partner_id = fields.Many2one(
        "res.partner", string="Recipient", readonly=True, ondelete="set null"
    )
    address = fields.Char(readonly=True, help="E-mail address, phone number or place.")
    lang = fields.Char(string="Language", readonly=True)
    allow_fallback = fields.Boolean(
        string="May Fall Back",
        readonly=True,
        help="Whether another channel will do when the debtor cannot be reached so.",
    )
    previous_id = fields.Many2one(
        "cartera.communication",
        string="In Place Of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message that did not arrive and that this one replaces.",
    )
    # -- when ---------------------------------------------------------------------
    date = fields.Date(string="Planned For", required=True, readonly=True)
    date_planned = fields.Datetime(
        string="Not Before", readonly=True, help="Its next lawful moment."
    )
    date_queued = fields.Datetime(
        string="Written On", readonly=True, help="When it was rendered and queued."
    )
    date_closing = fields.Datetime(
        string="Not After",
        readonly=True,
        help="When the lawful hours end in which it was written. What has not left "
        "until then waits for the next ones.",
    )
    date_sent = fields.Datetime(string="Sent On", readonly=True)
    attempts = fields.Integer(readonly=True)
    date_next_try = fields.Datetime(string="Next Try", readonly=True)
    claim = fields.Integer(
        readonly=True, help="Number of the process that is sending it."
    )
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
    failure = fields.Selection(
        [("address", "The address"), ("server", "Something else")],
        readonly=True,
        help="Of a message that failed for good and has not been followed up yet.",
    )
    tracking_number = fields.Char(
        copy=False, help="Of the postal service, as a proof of posting."
    )
    # -- where it went ------------------------------------------------------------
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
    _sending_idx = models.Index("(claim) WHERE state = 'sending'")
    _queued_idx = models.Index("(date_closing) WHERE state = 'queued'")
    _failed_idx = models.Index("(id) WHERE state = 'failed' AND failure IS NOT NULL")
    _case_sent_idx = models.Index("(case_id, date_sent) WHERE state = 'sent'")

    # -- computes -----------------------------------------------------------------

    @api.depends("subject", "kind", "case_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for message in self:
            name = message.subject or kinds.get(message.kind, "")
            message.display_name = f"{message.partner_id.display_name}: {name}"

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        if not self.env.su and not EDITABLE_FIELDS.issuperset(vals):
            raise AccessError(
                self.env._(
                    "Messages are evidence and cannot be changed. Use the buttons of "
                    "the message instead."
                )
            )
        return super().write(vals)

    # -- by hand ------------------------------------------------------------------

    @api.model
    def _prepare_manual(self, case, template, channel):
        """Values of a message that a person writes to a debtor, to its best recipient;
        without address when the channel reaches nobody."""
        company = case.company_id
        recipients = self.env["cartera.recipient"].sudo()
        recipient = recipients._get_recipients(case, channel).get(case.id)
        lang = recipient and recipient.lang
        return {
            "case_id": case.id,
            "company_id": company.id,
            "channel": channel,
            "template_id": template.id,
            "kind": template.kind,
            "origin": "manual",
            "contact_partner_id": recipient and recipient.partner_id,
            "address": recipient and recipient.address,
            "lang": lang or recipients._choose_lang(company.id, case.partner_id.lang),
            "date": company._get_cartera_today(),
            "date_planned": fields.Datetime.now(),
        }

    # -- states -------------------------------------------------------------------

    def _set_state(self, state, message=False):
        """End the messages, or take them back, together with the mails and SMS that
        wait in Odoo's queues."""
        messages = self.sudo()
        messages.write({"state": state, "message": message})
        mails = messages.mail_id.filtered(lambda mail: mail.state == "outgoing")
        mails.write({"state": "cancel"})
        uuids = [uuid for uuid in messages.mapped("sms_uuid") if uuid]
        if uuids:
            waiting = (
                self.env["sms.sms"]
                .sudo()
                .search([("uuid", "in", uuids), ("state", "=", "outgoing")])
            )
            waiting.write({"state": "canceled"})

    def _lock_in(self, *states):
        """The messages that are still in one of the states, and stay so until this
        transaction ends."""
        self.flush_recordset(["state"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM cartera_communication "
                "WHERE id = ANY(%s) AND state = ANY(%s) ORDER BY id FOR UPDATE",
                self.ids,
                list(states),
            )
        )
        found = self.browse(row[0] for row in rows)
        found.invalidate_recordset(["state"])
        return found

    def _mark_unreached(self, is_address):
        """A message did not arrive: keep the evidence, and pass over its address from
        now on if that was the cause."""
        self.ensure_one()
        contacts = self.env["cartera.contact"].sudo()
        contacts.search([("communication_id", "=", self.id)])._note_result("bounced")
        person = self.contact_partner_id
        if is_address and self.channel == "email" and not person.message_bounce:
            if person.email_normalized == self.address:
                person.message_bounce = 1

    # -- identity of what is sent --------------------------------------------------

    def _get_message_id(self):
        """Message-ID of the mail: always the same, so that a mail that left twice in
        spite of everything would be known for one."""
        self.ensure_one()
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        company = self.company_id
        domain = company.alias_domain_id.name or email_domain_extract(company.email)
        return f"<cartera-{self.id}.{database}@{domain or 'localhost'}>"

    def _get_opt_out_url(self, one_click=False):
        """Where the recipient says that this address is not to be used any more."""
        self.ensure_one()
        return self.env["cartera.consent"]._get_opt_out_url(
            self.contact_partner_id or self.partner_id,
            self.company_id,
            self.channel,
            self.address,
            one_click,
        )

    # -- actions ------------------------------------------------------------------

    def _check_rights(self, group):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(f"cartera_cobranza.{group}"):
            raise AccessError(
                self.env._("You may not do this. Ask a supervisor of collections.")
            )

    def action_cancel(self):
        """Call off the messages that have not left."""
        self._check_rights("group_cartera_own")
        pending = self.sudo()._lock_in(*PENDING_STATES)
        pending._set_state(
            "cancelled",
            self.env._("Called off by %(user)s", user=self.env.user.name),
        )

    def action_confirm(self):
        """Note that messages that perhaps left have arrived."""
        self._check_rights("group_cartera_supervisor")
        for message in self.sudo()._lock_in("unconfirmed"):
            message.date_sent = message.date_sent or fields.Datetime.now()
            message._set_state(
                "sent",
                self.env._("Confirmed by %(user)s", user=self.env.user.name),
            )

    def action_open_case(self):
        """Open the case of the message."""
        self.ensure_one()
        return self.case_id._get_records_action(context={})
