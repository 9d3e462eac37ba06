from odoo import api, fields, models
from odoo.exceptions import UserError

from .cartera_agreement_document import DOCUMENT_KINDS
from .cartera_agreement_product import KINDS

CONDITIONS = [
    ("always", "Always"),
    ("discount", "With a discount"),
    ("credit_notes", "With a discount by credit notes"),
    ("down_payment", "With a down payment"),
    ("single", "With one payment"),
    ("installments", "With several instalments"),
    ("equal", "With equal payments"),
    ("interest", "With financing interest"),
    ("simple_interest", "No interest on interest"),
    ("indexed", "Indexed to a unit"),
    ("one_missed", "When one missed instalment breaks it"),
    ("several_missed", "When missed instalments break it"),
    ("days_late", "When days of delay break it"),
    ("notice", "When notice is given before it is broken"),
    ("accelerates", "When all falls due once it is broken"),
    ("pagare", "Covered by pagarés"),
    ("guarantor", "With guarantors"),
    ("court_suspends", "When it suspends the lawsuit"),
    ("court_ends", "When it ends the lawsuit"),
    ("court_conditions", "When the lawsuit goes on under conditions"),
]

SIGNERS = [
    ("none", "Nobody"),
    ("creditor", "The creditor"),
    ("debtor", "The debtor"),
    ("both", "Both"),
]


class CarteraAgreementTemplate(models.Model):
    """The words of a document: an opening, clauses by country and condition, a
    closing. Whoever edits them writes words, not code."""

    _name = "cartera.agreement.template"
    _description = "Template of an Agreement Document"
    _inherit = ["mail.render.mixin"]
    _order = "sequence, id"
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    document_kind = fields.Selection(DOCUMENT_KINDS, required=True)
    product_kind = fields.Selection(
        KINDS, string="For", help="Empty: all kinds of agreements."
    )
    country_id = fields.Many2one(
        "res.country", help="Country of the company. Empty: all that have none."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    # -- words --------------------------------------------------------------------
    title = fields.Char(required=True, translate=True)
    body_html = fields.Html(
        string="Opening",
        translate=True,
        sanitize="email_outgoing",
        render_engine="qweb",
        render_options={"post_process": False},
    )
    clause_ids = fields.Many2many(
        "cartera.agreement.clause",
        "cartera_agreement_clause_template_rel",
        "template_id",
        "clause_id",
        string="Clauses",
    )
    closing_html = fields.Html(
        string="Closing",
        translate=True,
        sanitize="email_outgoing",
        render_engine="qweb",
        render_options={"post_process": False},
    )
    # -- what is added ------------------------------------------------------------
    show_items = fields.Boolean(
        string="Covered Documents", help="The invoices, with what is covered of each."
    )
    show_schedule = fields.Boolean(string="Schedule", help="The instalments.")
    show_payments = fields.Boolean(
        string="Payments", help="The money that paid what was agreed."
    )
    signers = fields.Selection(
        SIGNERS, string="Signed By", required=True, default="both"
    )
    legal_basis = fields.Text(help="What the words rest on. Not printed.")
    # -- preview ------------------------------------------------------------------
    preview_agreement_id = fields.Many2one(
        "cartera.agreement", string="Preview For", store=False, copy=False
    )
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)

    def _compute_render_model(self):
        self.render_model = "cartera.agreement.document"

    @api.depends(
        "preview_agreement_id",
        "title",
        "body_html",
        "closing_html",
        "show_items",
        "show_schedule",
        "show_payments",
        "signers",
        "clause_ids.title",
        "clause_ids.body_html",
        "clause_ids.condition",
        "clause_ids.country_ids",
        "clause_ids.sequence",
    )
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for template in self:
            agreement = template.preview_agreement_id
            template.preview_html = agreement and template._render_preview(agreement)

    # -- choosing -----------------------------------------------------------------

    @api.model
    def _choose(self, agreement, kind):
        """The template for a document: the company's own before the common ones, then
        those for its kind of agreement and for its country."""
        company = agreement.company_id
        found = self.search(
            [
                ("document_kind", "=", kind),
                ("company_id", "in", [False, company.id]),
                ("product_kind", "in", [False, agreement.kind]),
                ("country_id", "in", [False, self._get_country(company).id]),
            ]
        )
        if not found:
            labels = dict(
                self._fields["document_kind"]._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "There is no template for this document: %(kind)s. Make one under "
                    "Configuration, Documents of Agreements.",
                    kind=labels[kind],
                )
            )
        return max(
            found,
            key=lambda one: (
                bool(one.company_id),
                bool(one.product_kind),
                bool(one.country_id),
            ),
        )

    @api.model
    def _get_country(self, company):
        return company.account_fiscal_country_id or company.country_id

    def _get_clauses(self, document):
        """The clauses that apply to the agreement of ``document``, in their order."""
        self.ensure_one()
        country = self._get_country(document.agreement_id.company_id)
        met = document._get_conditions()
        return self.clause_ids.filtered(
            lambda clause: (
                clause.condition in met
                and (not clause.country_ids or country in clause.country_ids)
            )
        ).sorted(lambda clause: (clause.sequence, clause._origin.id))

    # -- preview ------------------------------------------------------------------

    def _render_preview(self, agreement):
        """What the document would say of an agreement today, without a trace."""
        self.ensure_one()
        agreement.check_access("read")
        # The text may be one that is only being typed.
        self._check_access_right_dynamic_template()
        self.clause_ids._check_access_right_dynamic_template()
        documents = self.env["cartera.agreement.document"]
        return documents._draft(agreement, self.document_kind, self)


class CarteraAgreementClause(models.Model):
    """One clause, for the documents, countries and agreements that need it."""

    _name = "cartera.agreement.clause"
    _description = "Clause of an Agreement Document"
    _inherit = ["mail.render.mixin"]
    _order = "sequence, id"
    _rec_name = "title"
    _unrestricted_rendering = True

    template_ids = fields.Many2many(
        "cartera.agreement.template",
        "cartera_agreement_clause_template_rel",
        "clause_id",
        "template_id",
        string="Documents",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    sequence = fields.Integer(default=10)
    title = fields.Char(required=True, translate=True)
    body_html = fields.Html(
        string="Text",
        required=True,
        translate=True,
        sanitize="email_outgoing",
        render_engine="qweb",
        render_options={"post_process": False},
    )
    condition = fields.Selection(CONDITIONS, required=True, default="always")
    country_ids = fields.Many2many(
        "res.country",
        string="Countries",
        help="Of the company. Empty: all countries.",
    )
    legal_basis = fields.Char(help="What the clause rests on. Not printed.")

    def _compute_render_model(self):
        self.render_model = "cartera.agreement.document"
