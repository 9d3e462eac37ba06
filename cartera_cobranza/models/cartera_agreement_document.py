import base64
import hashlib
import logging
import secrets

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from . import (  # noqa: F401  (inherited: they come first)
    cartera_agreement_document_content,
    cartera_own_defaults,
)

_logger = logging.getLogger(__name__)

DOCUMENT_KINDS = [
    ("proposal", "Offer"),
    ("contract", "Contract"),
    ("pagare", "Pagaré"),
    ("settlement_letter", "Carta finiquito"),
    ("paz_y_salvo", "Paz y salvo"),
]

# States of the agreement in which a document still holds: what it says is then true.
LIVE_IN = {
    "proposal": ("proposed",),
    "contract": ("active", "kept", "broken"),
    "pagare": ("proposed", "active", "broken"),
    "settlement_letter": ("kept",),
    "paz_y_salvo": ("kept",),
}

REPORT = "cartera_cobranza.agreement_document_report"

# Random bytes in the public link of a document: nobody guesses one.
TOKEN_BYTES = 24


class CarteraAgreementDocument(models.Model):
    """One document of an agreement, as it was issued.

    Its words are fixed when it is issued. The PDF is made of them soon after, outside
    of whatever issued it, for it takes more than a second; whoever wants it earlier has
    it made at once. It is made once, and its SHA-256 kept.
    """

    _name = "cartera.agreement.document"
    _description = "Document of an Agreement"
    _inherit = ["cartera.own.defaults", "cartera.agreement.document.content"]
    _order = "id desc"
    _rec_name = "name"

    name = fields.Char(string="Folio", required=True, readonly=True)
    kind = fields.Selection(DOCUMENT_KINDS, required=True, readonly=True)
    agreement_id = fields.Many2one(
        "cartera.agreement", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        related="agreement_id.case_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    template_id = fields.Many2one(
        "cartera.agreement.template", readonly=True, ondelete="restrict"
    )
    date = fields.Date(required=True, readonly=True)
    date_valid_until = fields.Date(string="Valid Until", readonly=True)
    installment_id = fields.Many2one(
        "cartera.agreement.installment",
        string="Instalment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="That a pagaré stands for. Empty: the whole agreement.",
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    amount = fields.Monetary(
        readonly=True, help="For which a pagaré is made out: what was still to be paid."
    )
    lang = fields.Char(string="Language", readonly=True)
    title = fields.Char(readonly=True)
    # Made of texts that were sanitised when they were edited, and of escaped values.
    body = fields.Html(readonly=True, sanitize=False)
    token = fields.Char(readonly=True, copy=False, groups="base.group_system")
    verify_url = fields.Char(
        string="Verification", compute="_compute_verify_url", compute_sudo=True
    )
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")
    sha256 = fields.Char(string="SHA-256", readonly=True, help="Of the PDF.")
    state = fields.Selection(
        [("valid", "Valid"), ("revoked", "Revoked")],
        required=True,
        readonly=True,
        default="valid",
    )
    validity = fields.Selection(
        [("valid", "Valid"), ("ended", "No longer valid"), ("revoked", "Revoked")],
        compute="_compute_validity",
        help="What the public page says of it: an offer ends with its last day, a "
        "pagaré once the agreement is kept.",
    )
    date_revoked = fields.Date(readonly=True)
    revoked_by_id = fields.Many2one("res.users", readonly=True)

    _name_uniq = models.UniqueIndex("(company_id, name)")
    _token_uniq = models.UniqueIndex("(token)")
    _once_uniq = models.UniqueIndex(
        "(agreement_id, kind, COALESCE(installment_id, 0)) WHERE state = 'valid'",
        "This document has been issued already.",
    )
    _print_idx = models.Index("(id) WHERE attachment_id IS NULL AND state = 'valid'")

    # -- computes -----------------------------------------------------------------

    @api.depends("token")
    def _compute_verify_url(self):
        for document in self:
            base = document.company_id.get_base_url()
            document.verify_url = (
                document.token and f"{base}/cartera/verify/{document.token}"
            )

    @api.depends(
        "state",
        "kind",
        "date_valid_until",
        "agreement_id.state",
        "agreement_id.refinanced_to_ids.state",
    )
    def _compute_validity(self):
        for document in self:
            today = document.company_id._get_cartera_today()
            last = document.date_valid_until
            if document.state == "revoked":
                document.validity = "revoked"
            elif last and last < today:
                document.validity = "ended"
            elif document._is_live():
                document.validity = "valid"
            else:
                document.validity = "ended"

    def _is_live(self):
        """Whether its agreement is as it says, and no other one stands in its place."""
        state = self.agreement_id.state
        replaced = state == "broken" and self.agreement_id.refinanced_to_ids.filtered(
            lambda one: one.state in ("active", "kept")
        )
        return state in LIVE_IN[self.kind] and not replaced

    # -- issuing ------------------------------------------------------------------

    @api.model
    def _is_by_program(self, name):
        return True

    @api.model
    def _make(self, agreement, kind, installment=None):
        """Issue a document with the next folio, its words fixed.

        :param installment: that a pagaré stands for; none: the whole agreement
        """
        values = self._prepare_document(agreement, kind, installment)
        name = self._take_folio(kind, agreement.company_id)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        document = self.create({**values, "name": name, "token": token})
        document = document.with_context(lang=document.lang)
        document.write(document._render_document())
        self.env.ref("cartera_cobranza.ir_cron_cartera_documents")._trigger()
        return document.with_env(self.env)

    @api.model
    def _prepare_document(self, agreement, kind, installment=None):
        """Values of a document before it has its folio and its words."""
        company = agreement.company_id
        template = self.env["cartera.agreement.template"]._choose(agreement, kind)
        return {
            "agreement_id": agreement.id,
            "kind": kind,
            "installment_id": installment and installment.id,
            "amount": self._get_promised(agreement, kind, installment),
            "template_id": template.id,
            "date": company._get_cartera_today(),
            "date_valid_until": kind == "proposal" and agreement.date_valid_until,
            "lang": agreement._get_document_lang(),
        }

    @api.model
    def _get_promised(self, agreement, kind, installment=None):
        """What a pagaré is made out for; nobody signs one for what is paid already."""
        rows = installment or agreement.installment_ids
        return rows._get_to_pay() if kind == "pagare" else 0

    @api.model
    def _draft(self, agreement, kind, template=None):
        """What a document would say if it were issued today, without a trace.

        :param template: one that is only being typed; none: the one that it would have
        :return: its body
        """
        template = template or self.env["cartera.agreement.template"]._choose(
            agreement, kind
        )
        document = self.sudo().new(
            {
                "agreement_id": agreement.id,
                "kind": kind,
                "name": self.env._("(not issued yet)"),
                "amount": self._get_promised(agreement, kind),
                "date": agreement.company_id._get_cartera_today(),
                "date_valid_until": kind == "proposal" and agreement.date_valid_until,
            }
        )
        lang = self.env.lang or "en_US"
        return document.with_context(lang=lang)._render_document(template)["body"]

    @api.model
    def _take_folio(self, kind, company):
        """The next folio in the company's own sequence for the kind, made with the
        first one after the pattern of the sequence that belongs to no company."""
        sequences = self.env["ir.sequence"].sudo()
        domain = Domain("code", "=", f"cartera.agreement.document.{kind}")
        own = sequences.search(domain & Domain("company_id", "=", company.id), limit=1)
        if not own:
            pattern = sequences.search(
                domain & Domain("company_id", "=", False), limit=1
            )
            own = pattern.copy({"company_id": company.id, "number_next": 1})
        return own.next_by_id()

    def _revoke(self):
        """Take the documents back: whoever verifies one learns it. The PDF stays."""
        standing = self.sudo().filtered(lambda document: document.state == "valid")
        for document in standing:
            document.write(
                {
                    "state": "revoked",
                    "date_revoked": document.company_id._get_cartera_today(),
                    "revoked_by_id": self.env.uid,
                }
            )
            document.agreement_id._message_log(
                body=self.env._("%(folio)s was revoked.", folio=document.name)
            )

    # -- the PDF ------------------------------------------------------------------

    def _get_pdf(self):
        """The attachment with the PDF, made now if there is none yet."""
        self.ensure_one()
        document = self.sudo()
        if not document.attachment_id:
            document.lock_for_update(allow_referencing=True)
            document.invalidate_recordset(["attachment_id"])
        if not document.attachment_id:
            document._print()
        return document.attachment_id

    def _print(self):
        report = self.env["ir.actions.report"].with_company(self.company_id)
        content, _kind = report.with_context(lang=self.lang)._render_qweb_pdf(
            REPORT, self.ids
        )
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.name.replace('/', '-')}.pdf",
                "mimetype": "application/pdf",
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.write(
            {
                "attachment_id": attachment.id,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )

    @api.model
    def _cron_print(self):
        """Make the PDFs that are missing, each for itself: one that fails is tried
        again the next time, and holds up no other."""
        domain = [("attachment_id", "=", False), ("state", "=", "valid")]
        documents = self.search(domain, order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(documents))
        for document in documents:
            try:
                with self.env.cr.savepoint():
                    document._get_pdf()
            except Exception:  # pylint: disable=broad-exception-caught
                _logger.warning("Document %s not printed", document.id, exc_info=True)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _get_qr_image(self):
        """The verification link as an image that stands in the page itself: printing
        asks the server for nothing. SVG, for which Python needs no other library."""
        self.ensure_one()
        drawing = createBarcodeDrawing("QR", value=self.verify_url)
        image = base64.b64encode(drawing.asString("svg").encode())
        return f"data:image/svg+xml;base64,{image.decode()}"

    # -- actions ------------------------------------------------------------------

    def action_download(self):
        """Download the PDF."""
        self.check_access("read")
        attachment = self._get_pdf()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def action_verify(self):
        """Open the public page that says whether the document is valid."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": self.verify_url,
            "target": "new",
        }

    def action_revoke(self):
        """Take the document back; only a supervisor does."""
        self.check_access("read")
        if not self.env.user.has_group("cartera_cobranza.group_cartera_supervisor"):
            raise AccessError(
                self.env._("Only supervisors revoke documents. Ask one of them.")
            )
        if "revoked" in self.mapped("state"):
            raise UserError(self.env._("The document has been revoked already."))
        self._revoke()
