from odoo import http
from odoo.http import request

ROUTE = "/cartera/opt-out/<string:token>"


class CarteraOptOut(http.Controller):
    """Where a debtor stops the messages of one channel, without logging in.

    Looking at the page changes nothing, for mail servers and phones open links by
    themselves. Nobody is logged in: the token, which we have signed, is the right to
    the one consent that it names, hence ``sudo``.
    """

    @http.route(
        ROUTE,
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def cartera_opt_out(self, token, **kwargs):
        """Ask the debtor."""
        return self._render_page(token)

    @http.route(ROUTE, type="http", auth="public", methods=["POST"], sitemap=False)
    def cartera_opt_out_confirm(self, token, **kwargs):
        """Record what the debtor decided."""
        consents = request.env["cartera.consent"].sudo()
        terms = consents._read_opt_out_token(token)
        if terms:
            consents._withdraw(terms)
        return self._render_page(token, done=True)

    # A mail program posts it, which has no session to protect (RFC 8058).
    @http.route(
        f"{ROUTE}/one-click",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        sitemap=False,
        save_session=False,
    )
    def cartera_opt_out_one_click(self, token, **kwargs):
        """Record what the debtor decided in the mail program."""
        consents = request.env["cartera.consent"].sudo()
        terms = consents._read_opt_out_token(token)
        if not terms:
            return request.make_response("", status=404)
        consents._withdraw(terms)
        return request.make_response("")

    def _render_page(self, token, done=False):
        consents = request.env["cartera.consent"].sudo()
        terms = consents._read_opt_out_token(token)
        company = terms["company"] if terms else request.env.company.sudo()
        known = [terms["partner"].lang] if terms else []
        lang = consents.env["cartera.recipient"]._choose_lang(company.id, *known)
        request.update_context(lang=lang)
        consents = consents.with_env(request.env(su=True))
        values = {
            "consent_terms": terms,
            "company": company,
            "channel": terms and consents._get_channel_label(terms["channel"]),
            "address": terms and terms["address"],
            "done": done,
            "html_data": {"lang": lang.replace("_", "-")},
            "url": request.httprequest.path,
        }
        response = request.render("cartera_cobranza.opt_out_page", values)
        response.status_code = 200 if terms else 404
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
