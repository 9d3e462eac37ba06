from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..models.channels import CHANNELS, WRITTEN


class CarteraMessageCompose(models.TransientModel):
    """Write to a debtor by hand: the same texts, the same gate."""

    _name = "cartera.message.compose"
    _description = "Message to a Debtor by Hand"
    _inherit = ["cartera.case.window"]

    case_id = fields.Many2one("cartera.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id")
    channel = fields.Selection(
        [(code, label) for code, label in CHANNELS if code in WRITTEN],
        required=True,
        default="email",
    )
    template_id = fields.Many2one(
        "cartera.message.template",
        string="Message",
        required=True,
        domain="[('company_id', 'in', [False, company_id])]",
        default=lambda self: self._default_template_id(),
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        compute="_compute_recipient",
        store=True,
        readonly=False,
    )
    person_ids = fields.Many2many(
        "res.partner", compute="_compute_person_ids", string="Reachable People"
    )
    contact_partner_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        compute="_compute_recipient",
        store=True,
        readonly=False,
        domain="[('id', 'in', person_ids)]",
    )
    address = fields.Char(compute="_compute_address")
    attach_invoices = fields.Boolean()
    agreement_id = fields.Many2one("cartera.agreement", readonly=True)
    subject = fields.Char(compute="_compute_preview")
    body = fields.Html(compute="_compute_preview", sanitize=False)
    text = fields.Text(compute="_compute_preview")
    is_allowed = fields.Boolean(compute="_compute_verdict")
    verdict = fields.Char(compute="_compute_verdict")

    # -- defaults and computes ----------------------------------------------------

    @api.model
    def _default_template_id(self):
        return self.env["cartera.message.template"].search(
            [("kind", "=", "reminder")], limit=1
        )

    @api.depends("case_id", "channel")
    def _compute_person_ids(self):
        for wizard in self:
            wizard.person_ids = list(wizard._get_addresses())

    def _get_addresses(self):
        """Who can be reached by the channel: dict of partner id to address."""
        self._check_case()
        chain = self.env["cartera.recipient"].sudo()._get_chain(self.case_id)
        return {
            partner_id: address
            for partner_id, channel, address in chain
            if channel == self.channel
        }

    @api.depends("case_id", "channel")
    def _compute_recipient(self):
        for wizard in self:
            wizard._check_case()
            values = self.env["cartera.communication"]._prepare_manual(
                wizard.case_id, wizard.template_id, wizard.channel
            )
            wizard.contact_partner_id = values["contact_partner_id"]
            wizard.lang = values["lang"]

    @api.depends("contact_partner_id", "channel")
    def _compute_address(self):
        for wizard in self:
            addresses = wizard._get_addresses()
            wizard.address = addresses.get(wizard.contact_partner_id.id, False)

    @api.depends("case_id", "template_id", "channel", "lang", "agreement_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.subject = wizard.body = wizard.text = False
            if wizard.template_id and wizard.case_id:
                wizard._check_case()
                wizard.update(
                    wizard.template_id._render_preview(
                        wizard.case_id,
                        wizard.lang,
                        wizard.channel,
                        agreement_id=wizard.agreement_id.id,
                    )
                )

    @api.depends("case_id", "channel", "contact_partner_id")
    def _compute_verdict(self):
        gate = self.env["cartera.contact.gate"]
        for wizard in self:
            message = self.env["cartera.communication"].new(wizard._prepare_values())
            [decision] = gate._decide([message._to_request()])
            wizard.is_allowed = decision.allowed
            wizard.verdict = gate._describe(wizard.case_id, decision)

    # -- actions ------------------------------------------------------------------

    def action_send(self):
        """Send the message now, or say why it may not be."""
        message = self._create_message()
        if message.channel in ("email", "sms"):
            self.env["cartera.contact.gate"]._require([message._to_request()], "manual")
        return self._dispatch(message)

    def action_send_when_lawful(self):
        """Send the message as soon as it may be."""
        return self._dispatch(self._create_message())

    def _dispatch(self, message):
        self.env["cartera.invoice.printer"]._print_missing(message)
        dispatcher = self.env["cartera.dispatcher"].sudo()
        dispatcher._dispatch_batch(message, origin="manual")
        if message.state in ("refused", "cancelled", "failed"):
            raise UserError(message.message)
        if message.state == "planned":
            dispatcher._trigger(at=message.date_planned)
        if message.state == "ready" and message.channel == "whatsapp":
            # A person sends it, and is at it.
            action = message.sudo(False).action_open_whatsapp()
            return {**action, "close": True}
        return self._notify(message)

    def _notify(self, message):
        """Tell what has become of the message, and close the window."""
        if message.state == "planned":
            text = self.env._(
                "The message leaves at the next lawful moment: %(moment)s.",
                moment=format_datetime(self.env, message.date_planned),
            )
        elif message.state == "ready":
            text = self.env._("The letter waits to be printed, under Messages.")
        else:
            text = self.env._("The message is on its way.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _create_message(self):
        self.ensure_one()
        self.case_id.check_access("write")
        if not self.address:
            raise UserError(
                self.env._(
                    "%(debtor)s cannot be reached this way. Choose another channel, or "
                    "complete the contacts of the debtor.",
                    debtor=self.case_id.partner_id.display_name,
                )
            )
        # The outbox is closed to everybody; what a person writes passes here.
        return self.env["cartera.communication"].sudo().create(self._prepare_values())

    def _prepare_values(self):
        self._check_case()
        values = self.env["cartera.communication"]._prepare_manual(
            self.case_id, self.template_id, self.channel
        )
        values.update(
            attach_invoices=self.attach_invoices,
            agreement_id=self.agreement_id.id,
            contact_partner_id=self.contact_partner_id.id,
            address=self.address,
            lang=self.lang or values["lang"],
        )
        return values
