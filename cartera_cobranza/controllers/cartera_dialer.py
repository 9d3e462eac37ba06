from odoo import fields, http
from odoo.http import content_disposition, request


class CarteraDialer(http.Controller):
    @http.route(
        "/cartera/call-list.csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def cartera_call_list(self, **kwargs):
        """The call list of the chosen company, as a file for a dialer."""
        company = self._get_chosen_company()
        content = request.env["cartera.dialer"]._get_call_file(company)
        name = f"{company.name} {fields.Date.context_today(company)}.csv"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )

    def _get_chosen_company(self):
        """The company chosen at the top of the screen: the first of those that the web
        client notes, else the user's own."""
        mine = request.env.user.company_ids
        for text in request.cookies.get("cids", "").split("-"):
            if text.isdecimal() and int(text) in mine.ids:
                return mine.browse(int(text))
        return request.env.company
