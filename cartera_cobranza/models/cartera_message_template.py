from odoo import api, fields, models
from odoo.tools import html2plaintext

MESSAGE_KINDS = [
    ("preventive", "Preventive notice"),
    ("reminder", "Reminder"),
    ("first_notice", "First notice"),
    ("demand", "Formal demand"),
    ("proposal", "Payment proposal"),
    ("promise_made", "Promise acknowledged"),
    ("promise_due", "Promise due"),
    ("promise_broken", "Broken promise"),
    ("agreement_default", "Notice of default on an agreement"),
    ("extrajudicial", "Extrajudicial notice"),
    ("prejudicial", "Notice before legal action"),
    ("thanks", "Thank you"),
    ("other", "Other"),
]

# Kinds that claim payment of the debtor, and so have to say what the law wants said.
CLAIMING_KINDS = frozenset(
    {
        "agreement_default",
        "demand",
        "extrajudicial",
        "first_notice",
        "prejudicial",
        "proposal",
        "reminder",
    }
)

# A new text is a new question for the wording check.
TEXTS = ("subject", "body_html", "sms_body")


class CarteraMessageTemplate(models.Model):
    """A typified message: what is said by e-mail, letter, SMS and WhatsApp."""

    _name = "cartera.message.template"
    _description = "Message Template"
    _inherit = ["mail.render.mixin"]
    _order = "sequence, id"
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty for a message that all companies share.",
    )
    kind = fields.Selection(MESSAGE_KINDS, required=True, default="reminder")
    subject = fields.Char(translate=True, required=True)
    body_html = fields.Html(
        string="E-mail and Letter",
        translate=True,
        sanitize="email_outgoing",
        render_engine="qweb",
        render_options={"post_process": False},
        help="The items, how to pay, who writes and what the law wants said are added "
        "below the text.",
    )
    sms_body = fields.Text(string="SMS and WhatsApp", translate=True)
    show_items = fields.Boolean(
        string="Table of Items",
        default=True,
        help="The items by instalment, with dates, days past due and open amounts, in "
        "the currency of each.",
    )
    payment_link = fields.Boolean(
        string="How to Pay",
        default=True,
        help="A link to the documents in the portal, and the company's instructions.",
    )
    # -- wording ------------------------------------------------------------------
    finding_ids = fields.One2many(
        "cartera.wording.finding", "template_id", string="Wording", readonly=True
    )
    error_count = fields.Integer(compute="_compute_finding_count")
    warning_count = fields.Integer(compute="_compute_finding_count")
    wording_reason = fields.Char(
        string="Used All the Same Because",
        copy=False,
        help="What a supervisor answers for: with a reason, the message is used in "
        "spite of what the wording check has found. It goes when the text changes.",
    )
    wording_user_id = fields.Many2one(
        "res.users", string="Decided By", readonly=True, copy=False
    )
    # -- preview ------------------------------------------------------------------
    preview_case_id = fields.Many2one(
        "cartera.case", string="Preview For", store=False, copy=False
    )
    preview_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Preview In",
        store=False,
        copy=False,
    )
    preview_subject = fields.Char(compute="_compute_preview")
    preview_html = fields.Html(compute="_compute_preview", sanitize=False)
    preview_sms = fields.Text(compute="_compute_preview")

    # -- computes -----------------------------------------------------------------

    def _compute_render_model(self):
        self.render_model = "cartera.communication"

    @api.depends("finding_ids.severity")
    def _compute_finding_count(self):
        for template in self:
            found = template.finding_ids.mapped("severity")
            template.error_count = found.count("error")
            template.warning_count = found.count("warning")

    @api.depends(
        "preview_case_id",
        "preview_lang",
        "show_items",
        "payment_link",
        "kind",
        *TEXTS,
    )
    def _compute_preview(self):
        for template in self:
            case = template.preview_case_id
            template.preview_subject = template.preview_html = False
            template.preview_sms = False
            if not case:
                continue
            email = template._render_preview(case, template.preview_lang, "email")
            sms = template._render_preview(case, template.preview_lang, "sms")
            template.preview_subject = email["subject"]
            template.preview_html = email["body"]
            template.preview_sms = sms["text"]

    # -- CRUD ---------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates._check_wording()
        return templates

    def write(self, vals):
        if not vals.keys().isdisjoint(TEXTS) and "wording_reason" not in vals:
            vals = {**vals, "wording_reason": False}
        if "wording_reason" in vals:
            decided = self.env.uid if vals["wording_reason"] else False
            vals = {**vals, "wording_user_id": decided}
        result = super().write(vals)
        looked_at = {*TEXTS, "active", "company_id", "show_items", "payment_link"}
        if not looked_at.isdisjoint(vals):
            self._check_wording()
        return result

    def _update_field_translations(self, field_name, *args, **kwargs):
        result = super()._update_field_translations(field_name, *args, **kwargs)
        if field_name in TEXTS:
            self._check_wording()
        return result

    # -- preview ------------------------------------------------------------------

    def _render_preview(self, case, lang, channel, **values):
        """What the message would say to a debtor today, without a trace.

        :param lang: code of the language; the recipient's when empty
        :param values: more of the message, such as the agreement that it is about
        :return: dict of ``subject``, ``body`` and ``text``
        """
        self.ensure_one()
        case.check_access("read")
        # The text may be one that is only being typed.
        self._check_access_right_dynamic_template()
        messages = self.env["cartera.communication"].sudo()
        values = {**messages._prepare_manual(case, self._origin, channel), **values}
        message = messages.new({**values, "lang": lang or values["lang"]})
        message = message.with_context(lang=message.lang)
        renderer = self.env["cartera.message.renderer"].sudo()
        renderer._load_items(message)
        is_typed = (self.env.lang or "en_US") == message.lang
        template = (self if is_typed else self._origin).sudo()
        renderer._render_group(
            template.with_context(lang=message.lang), channel, message
        )
        return {name: message[name] for name in ("subject", "body", "text")}

    def _get_texts(self):
        """The texts in the language of the context, in plain words."""
        self.ensure_one()
        return {
            "subject": self.subject or "",
            "body": html2plaintext(self.body_html or ""),
            "sms": self.sms_body or "",
        }
