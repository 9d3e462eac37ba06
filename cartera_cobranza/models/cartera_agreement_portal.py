import hashlib

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import consteq

# The debtor never sees what is still being negotiated in the house.
SHOWN_STATES = ("proposed", "active", "kept", "broken", "expired", "refinanced")

# States in which the link in a message opens the agreement. It opens an offer until its
# last day, and what was agreed as long as it stands; nothing afterwards.
LINK_STATES = ("active", "kept", "broken")


class CarteraAgreementPortal(models.AbstractModel):
    """What a debtor sees and does of an agreement in the portal.

    Debtors have no rights on agreements, whose records hold what is said of them in the
    house: the pages ask here whether somebody may see one, and show what they choose.
    """

    _name = "cartera.agreement.portal"
    _description = "Agreement in the Portal"

    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    signed_ip = fields.Char(string="Signed From", readonly=True, copy=False)
    signature = fields.Image(
        readonly=True, copy=False, attachment=True, max_width=1024, max_height=1024
    )
    date_declined = fields.Date(readonly=True, copy=False)
    decline_reason = fields.Text(readonly=True, copy=False)
    is_offer_open = fields.Boolean(
        compute="_compute_is_offer_open", help="It can still be accepted."
    )

    # -- computes -----------------------------------------------------------------

    def _compute_access_url(self):
        for agreement in self:
            agreement.access_url = f"/my/agreements/{agreement.id}"

    @api.depends("state", "date_valid_until")
    def _compute_is_offer_open(self):
        for agreement in self:
            today = agreement.company_id._get_cartera_today()
            last = agreement.date_valid_until
            agreement.is_offer_open = agreement.state == "proposed" and (
                not last or last >= today
            )

    # -- CRUD ---------------------------------------------------------------------

    def write(self, vals):
        """An offer that is made anew waits for its answer again."""
        if vals.get("state") == "proposed":
            vals = {**vals, "date_declined": False, "decline_reason": False}
        return super().write(vals)

    # -- who may see --------------------------------------------------------------

    @api.model
    def _get_portal_domain(self, user):
        """The agreements that a portal user sees: those of his or her company."""
        debtor = user.partner_id.commercial_partner_id
        return Domain("partner_id", "=", debtor.id) & Domain(
            "state", "in", SHOWN_STATES
        )

    @api.model
    def _find_for_portal(self, agreement_id, token, user):
        """The agreement that a page is asked for, or none: by its link while that
        holds, or as the debtor's own when a portal user is logged in.

        :return: ``(agreement in sudo, whether the link was right but holds no more)``
        """
        nothing = self.browse()
        agreement = self.sudo().browse(agreement_id).exists()
        if not agreement or agreement.state not in SHOWN_STATES:
            found = agreement and agreement._is_own_token(token)
            return nothing, bool(found)
        if not user._is_public() and agreement.filtered_domain(
            self._get_portal_domain(user)
        ):
            return agreement, False
        if user._is_internal() and agreement.with_user(user).has_access("read"):
            return agreement, False
        if not agreement._is_own_token(token):
            return nothing, False
        if agreement.is_offer_open or agreement.state in LINK_STATES:
            return agreement, False
        return nothing, True

    def _is_own_token(self, token):
        # Of other letters than those of tokens nothing is compared.
        if not self.access_token or not isinstance(token, str) or not token.isascii():
            return False
        return consteq(self.access_token, token)

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        """The link of an agreement opens its page, not what is said of it in the
        house."""
        for name in ("hash", "pid", "token"):
            kwargs.pop(name, None)
        return super()._get_thread_with_access(thread_id, **kwargs)

    # -- sending it ---------------------------------------------------------------

    def action_send_offer(self):
        """Write to the debtor with the link of the offer."""
        self.ensure_one()
        self.check_access("write")
        if not self.is_offer_open:
            raise UserError(
                self.env._(
                    "Only an agreement that is offered, and whose last day has not "
                    "passed, is sent to the debtor."
                )
            )
        self._issue("proposal")
        template = self.env.ref(
            "cartera_cobranza.cartera_template_agreement_offer",
            raise_if_not_found=False,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Offer"),
            "res_model": "cartera.message.compose",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": self.case_id.id,
                "default_agreement_id": self.id,
                **({"default_template_id": template.id} if template else {}),
            },
        }

    # -- what the debtor does -----------------------------------------------------

    def _get_offer_version(self):
        """What tells an offer from another one that took its place behind the same
        link: each time it was withdrawn or offered left its trace, and whatever else
        changes the contract, such as pagarés for it, changes its words."""
        # Only a digest of the words leaves here, for whom the page was opened to.
        documents = self.env["cartera.agreement.document"].sudo()
        documents = documents.with_context(lang=self._get_document_lang())
        words = documents._draft(self, "contract")
        digest = hashlib.sha256(words.encode()).hexdigest()
        return f"{max(self.change_ids.ids, default=0)}-{digest}"

    def _accept(self, signed_by, signature, ip, version=None):
        """The debtor signs the offer, which comes into force.

        :param signed_by: name of who signs
        :param signature: image in base64
        :param ip: address that it was signed from
        :param version: of the offer that was read; None where nobody reads a page
        :raise UserError: when the offer is over, or is another one by now
        """
        self.ensure_one()
        self._check_offer_open()
        if version is not None and version != self._get_offer_version():
            raise UserError(
                self.env._(
                    "The offer has changed since you opened this page. Open it again "
                    "and read it before you sign."
                )
            )
        self.write(
            {
                "signed_by": signed_by,
                "signed_on": fields.Datetime.now(),
                "signed_ip": ip,
                "signature": signature,
            }
        )
        self._sign(
            reason=self.env._("Signed in the portal by %(name)s", name=signed_by)
        )

    def _decline(self, reason):
        """The debtor turns the offer down: whoever made it learns why and goes on."""
        self.ensure_one()
        self._check_offer_open()
        if self.date_declined:
            return
        today = self.company_id._get_cartera_today()
        self.write({"date_declined": today, "decline_reason": reason})
        self._message_log(
            body=self.env._("The debtor declined: %(reason)s", reason=reason)
        )
        user = self.case_id.user_id or self.user_id
        self.activity_schedule(
            "cartera_cobranza.mail_activity_type_agreement_declined",
            date_deadline=today,
            user_id=user.id or self.env.uid,
            note=escape(reason).replace("\n", Markup("<br/>")),
        )

    def _check_offer_open(self):
        self.lock_for_update()
        if not self.is_offer_open:
            raise UserError(
                self.env._(
                    "This offer can no longer be accepted or declined. Ask us for a "
                    "new one."
                )
            )

    def _get_document_lang(self):
        """The language of the debtor, else that of the company."""
        return self.env["cartera.recipient"]._choose_lang(
            self.company_id.id, self.partner_id.lang
        )

    def _get_offer_url(self):
        """The link with which the debtor opens the offer, without logging in."""
        self.ensure_one()
        return f"{self.get_base_url()}{self.sudo().get_portal_url()}"
