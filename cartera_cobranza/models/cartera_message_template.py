from odoo import fields, models

MESSAGE_KINDS = [
    ("preventive", "Preventive"),
    ("reminder", "Reminder"),
    ("first_notice", "First notice"),
    ("demand", "Formal demand"),
    ("proposal", "Payment proposal"),
    ("promise_made", "Promise acknowledged"),
    ("promise_due", "Promise due"),
    ("promise_broken", "Broken promise"),
    ("extrajudicial", "Extrajudicial notice"),
    ("prejudicial", "Notice before legal action"),
    ("thanks", "Thank you"),
    ("other", "Other"),
]


class CarteraMessageTemplate(models.Model):
    """A typified message: what is said by e-mail, letter, SMS and WhatsApp."""

    _name = "cartera.message.template"
    _description = "Message Template"
    _inherit = ["mail.render.mixin"]
    _order = "sequence, id"
    _unrestricted_rendering = False

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    kind = fields.Selection(MESSAGE_KINDS, required=True, default="reminder")
    subject = fields.Char(translate=True)
    body_html = fields.Html(
        string="E-mail and Letter",
        translate=True,
        sanitize="email_outgoing",
        render_engine="qweb",
        render_options={"post_process": True},
    )
    sms_body = fields.Text(string="SMS and WhatsApp", translate=True)
    show_items = fields.Boolean(string="Table of Items", default=True)
    payment_link = fields.Boolean(default=True)
