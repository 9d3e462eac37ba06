from odoo import api, fields, models
from odoo.exceptions import UserError


class CarteraConsequenceRelease(models.Model):
    """A supervisor's leave to make documents for a debtor who is blocked."""

    _name = "cartera.consequence.release"
    _description = "Exception to a Block"
    _order = "date_until desc, id desc"
    _rec_name = "case_id"

    case_id = fields.Many2one(
        "cartera.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    documents = fields.Selection(
        [("any", "Invoices and orders"), ("invoice", "Invoices"), ("order", "Orders")],
        required=True,
        default="any",
    )
    once = fields.Boolean(
        string="One Document Only",
        default=True,
        help="Used up by the first document, or good for any number until its last "
        "day. An order and its invoice are two.",
    )
    date_until = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
        help="Last day on which it may be used.",
    )
    reason = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Allowed By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [("open", "In force"), ("used", "Used"), ("revoked", "Revoked")],
        required=True,
        readonly=True,
        default="open",
        copy=False,
    )
    used_on = fields.Datetime(readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Whoever allows it signs it, and it begins unused.
            own = {"user_id": self.env.uid, "state": "open", "used_on": False}
            vals_list = [{**vals, **own} for vals in vals_list]
        releases = super().create(vals_list)
        for release in releases:
            release.case_id.message_post(body=release._get_note())
        return releases

    def _get_note(self):
        self.ensure_one()
        values = {
            "reason": self.reason,
            "date": fields.Date.to_string(self.date_until),
            "documents": dict(
                self._fields["documents"]._description_selection(self.env)
            )[self.documents],
        }
        if self.once:
            return self.env._(
                "One document allowed in spite of the block (%(documents)s), until "
                "%(date)s: %(reason)s",
                **values,
            )
        return self.env._(
            "Documents allowed in spite of the block (%(documents)s), until %(date)s: "
            "%(reason)s",
            **values,
        )

    def action_revoke(self):
        """Take the leave back, as far as it has not been used."""
        # Whoever may give it may take it back.
        self.browse().check_access("create")
        self.check_access("read")
        if self.filtered(lambda release: release.state != "open"):
            raise UserError(
                self.env._("Only an exception that is still open can be revoked.")
            )
        for release in self:
            release.case_id.message_post(
                body=self.env._(
                    "The exception to the block was revoked: %(reason)s",
                    reason=release.reason,
                )
            )
        self.sudo().state = "revoked"

    def _use_for(self, document):
        """Note on the case that ``document`` was made, and use the leave up if it was
        for one."""
        self.ensure_one()
        if self.once:
            self.write({"state": "used", "used_on": fields.Datetime.now()})
        self.case_id.message_post(
            body=self.env._(
                "%(document)s was made in spite of the block: %(reason)s",
                document=document._get_html_link(),
                reason=self.reason,
            )
        )
