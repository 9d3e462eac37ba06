from odoo import http
from odoo.http import request


class CarteraVerification(http.Controller):
    """Where anybody who holds a document of an agreement sees whether it is valid.

    Nobody is logged in: the random token in the link is the right to the three things
    that the page shows, folio, date and validity, hence ``sudo``.
    """

    @http.route(
        "/cartera/verify/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def cartera_verify(self, token, **kwargs):
        """Say whether the document is valid."""
        documents = request.env["cartera.agreement.document"].sudo()
        document = documents.search([("token", "=", token)], limit=1)
        if document.lang:
            request.update_context(lang=document.lang)
        values = {
            "folio": document.name,
            "date": document.date,
            "is_valid": document.validity == "valid",
            "date_valid_until": document.date_valid_until,
        }
        response = request.render("cartera_cobranza.verification_page", values)
        response.status_code = 200 if document else 404
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
