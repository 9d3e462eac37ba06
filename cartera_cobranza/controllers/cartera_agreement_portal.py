import binascii

from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

ROUTE = "/my/agreements/<int:agreement_id>"

PAGE_SIZE = 20


class CarteraAgreementPortal(CustomerPortal):
    """The debtor's own agreements: to be read, signed or declined, and downloaded.

    ``cartera.agreement`` says who sees which, and gives it in ``sudo``: debtors have no
    rights on the records themselves.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "agreement_count" in counters:
            agreements = request.env["cartera.agreement"].sudo()
            values["agreement_count"] = agreements.search_count(
                agreements._get_portal_domain(request.env.user)
            )
        return values

    @http.route(
        ["/my/agreements", "/my/agreements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        sitemap=False,
    )
    def portal_my_agreements(self, page=1, **kwargs):
        """List the agreements of who is logged in."""
        agreements = request.env["cartera.agreement"].sudo()
        domain = agreements._get_portal_domain(request.env.user)
        pages = pager(
            url="/my/agreements",
            total=agreements.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "agreements": agreements.search(
                domain, limit=PAGE_SIZE, offset=pages["offset"]
            ),
            "page_name": "agreement",
            "default_url": "/my/agreements",
            "pager": pages,
        }
        return request.render("cartera_cobranza.portal_my_agreements", values)

    @http.route(ROUTE, type="http", auth="public", website=True, sitemap=False)
    def portal_agreement(self, agreement_id, access_token=None, **kwargs):
        """Show an agreement."""
        agreement, is_over = self._find_agreement(agreement_id, access_token)
        if not agreement:
            return self._refuse(is_over)
        lang = agreement._get_document_lang()
        if request.env.user._is_public():
            request.update_context(lang=lang)
            agreement = agreement.with_context(lang=lang)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "agreement",
            "agreement": agreement,
            "documents": self._get_documents(agreement),
            "conditions": self._get_conditions(agreement),
            "no_breadcrumbs": bool(access_token),
            "message": kwargs.get("message"),
        }
        return self._protect(
            request.render("cartera_cobranza.portal_agreement_page", values)
        )

    @http.route(f"{ROUTE}/accept", type="jsonrpc", auth="public", website=True)
    def portal_agreement_accept(
        self, agreement_id, access_token=None, name=None, signature=None, version=None
    ):
        """Sign the offer that was read, and no other."""
        asked = request.httprequest.args
        access_token = access_token or asked.get("access_token")
        agreement, _is_over = self._find_agreement(agreement_id, access_token)
        if not agreement:
            return {"error": request.env._("This offer is no longer there.")}
        if request.env.user._is_internal():
            return {"error": self._get_house_error()}
        if not (isinstance(name, str) and name.strip() and signature):
            return {"error": request.env._("Please write your name and sign.")}
        try:
            with request.env.cr.savepoint():
                agreement._accept(
                    signed_by=name.strip(),
                    signature=signature,
                    ip=request.httprequest.remote_addr,
                    version=version or asked.get("version", ""),
                )
        except (TypeError, ValueError, binascii.Error):
            return {"error": request.env._("The signature cannot be read.")}
        except UserError as error:
            return {"error": str(error)}
        return {
            "force_refresh": True,
            "redirect_url": agreement.get_portal_url(query_string="&message=signed"),
        }

    @http.route(
        f"{ROUTE}/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def portal_agreement_decline(
        self, agreement_id, access_token=None, reason=None, **kwargs
    ):
        """Decline the offer, and say why."""
        agreement, is_over = self._find_agreement(agreement_id, access_token)
        if not agreement:
            return self._refuse(is_over)
        if request.env.user._is_internal():
            raise Forbidden(self._get_house_error())
        message = "declined"
        try:
            with request.env.cr.savepoint():
                agreement._decline((reason or "").strip() or "-")
        except UserError:
            message = "closed"
        return request.redirect(
            agreement.get_portal_url(query_string=f"&message={message}")
        )

    @http.route(
        f"{ROUTE}/document/<int:document_id>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def portal_agreement_document(
        self, agreement_id, document_id, access_token=None, **kwargs
    ):
        """Download a document."""
        agreement, is_over = self._find_agreement(agreement_id, access_token)
        document = agreement and self._get_documents(agreement).filtered(
            lambda document: document.id == document_id
        )
        if not document:
            return self._refuse(is_over)
        attachment = document._get_pdf()
        response = request.make_response(
            attachment.raw,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(attachment.name)),
            ],
        )
        return self._protect(response)

    # -- helpers ------------------------------------------------------------------

    def _get_house_error(self):
        """Who works here may look at the page, and never answers for the debtor."""
        return request.env._(
            "Only the debtor signs or declines here. Note in the agreement itself what "
            "was signed on paper."
        )

    def _find_agreement(self, agreement_id, token):
        return request.env["cartera.agreement"]._find_for_portal(
            agreement_id, token, request.env.user
        )

    def _get_documents(self, agreement):
        """What the debtor may download: revoked ones are handed out no more."""
        return agreement.document_ids.filtered(
            lambda document: document.state == "valid"
        )

    def _get_conditions(self, agreement):
        """The contract in full: as it was issued, or as it will be once it is signed,
        so that nobody signs what he or she has not seen."""
        contract = self._get_documents(agreement).filtered(
            lambda document: document.kind == "contract"
        )
        if contract or not agreement.is_offer_open:
            return contract.body
        documents = request.env["cartera.agreement.document"].sudo()
        return documents._draft(agreement, "contract")

    def _refuse(self, is_over):
        """Nothing to see: a link that is over says so, anything else leads home."""
        if not is_over:
            return request.redirect("/my")
        response = request.render("cartera_cobranza.portal_agreement_over", {})
        response.status_code = 404
        return self._protect(response)

    def _protect(self, response):
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
