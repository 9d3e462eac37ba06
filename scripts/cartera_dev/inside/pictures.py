"""Photographs the screens of a running demo, as its users see them.

python -m cartera_dev.inside.pictures ADDRESS FOLDER
"""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image

from .browser import Browser

SIZE = (1440, 900)
PHONE = (375, 812)
COLLECTOR = "cobranza3"  # whose debtors have promised, paid and answered
COLORS = 256  # as many as a page shows, in a quarter of the bytes
ON_TIME = [
    ["standing", "=", "in_time"],
    ["kind", "=", "reestructura"],
    ["refinanced_from_id", "=", False],
]
MENU = '[data-menu-xmlid="cartera_cobranza.{}"]'


class Photographer:
    """Takes one picture after the other. Elements are found without their texts, so
    that the demo may be in any language."""

    def __init__(self, browser: Browser, address: str, folder: Path):
        self.browser = browser
        self.address = address
        self.folder = folder

    def take_all(self) -> None:
        """Logs in and takes every picture of the documentation."""
        self._log_in("admin")
        self._take("kanban", "/odoo/cartera", ".o_kanban_record")
        self._take("items", "/odoo/cartera-items", ".o_list_view .o_data_row")
        self.browser.click(".o_data_row td[name=document]")
        self._take("invoice", None, ".o_form_view [name=invoice_line_ids]")
        self._take("aging", "/odoo/cartera-aging-report", ".o_pivot table")
        self._open_menu("cartera_menu_reporting", "cartera_aging_as_of_menu")
        self.browser.click(".modal button[name=action_open]")
        self._take("as-of", None, "body:not(:has(.modal)) .o_pivot table")
        self._open_menu("cartera_menu_reporting", "cartera_ledger_check_menu")
        self.browser.click(".modal button[name=action_check]")
        self._take("ledger-check", None, ".modal .alert-success:not(.o_invisible)")
        self._open("/odoo/cartera-runs", ".o_data_row")
        # The first run, the one that had something to do.
        self.browser.click(".o_data_row:not(:has(~ .o_data_row)) td[name=date]")
        self._take("runs", None, ".o_field_widget[name=phase_ids] .o_data_row")
        self._take_strategies()
        self._take_messages()
        self._take_contacts()
        self._take_answers()
        self._take_agreements()
        self._take_team()
        self._log_in(COLLECTOR)
        self._take_day()
        self.browser.resize(*PHONE)
        self._take_phone()

    def _take_strategies(self) -> None:
        """What a supervisor builds, and the plan that waits for approval."""
        self._take_first("strategy", "cartera-strategies", "name", "step_ids")
        self._take_first("segment", "cartera-segments", "name", "strategy_id")
        self._take_first("plan", "cartera-plans", "date", "total_ids")
        self._open("/odoo/cartera-stages", ".o_data_row")
        self.browser.click(".o_data_row:nth-child(3) td[name=name]")
        rows = ".o_field_widget[name=consequence_ids] .o_data_row"
        self._take("stage-consequences", None, rows)

    def _take_messages(self) -> None:
        """The outbox, and a template."""
        self._take("outbox", "/odoo/cartera-messages", ".o_list_view .o_data_row")
        self._take_first("template", "cartera-templates", "name", "subject")

    def _take_contacts(self) -> None:
        """The law, and what it did."""
        self._take_first(
            "contact-policy", "cartera-contact-rules", "name", "window_ids"
        )
        self._take("contacts", "/odoo/cartera-contacts", ".o_list_view .o_data_row")
        self._take("refusals", "/odoo/cartera-refused-contacts", ".o_data_row")
        self._take("consents", "/odoo/cartera-consents", ".o_list_view .o_data_row")

    def _take_answers(self) -> None:
        """What debtors promise and contest, and what holds them back."""
        self._open("/odoo/cartera-promises", ".o_list_view .o_data_row")
        self.browser.click(".o_switch_view.o_calendar")
        self._take("promises-calendar", None, ".o_calendar_view .fc-event")
        self.browser.click(".o_switch_view.o_list")
        self.browser.click(".o_list_view .o_facet_remove")
        self._take("promises", None, ".o_list_view .o_data_row.text-danger")
        self.browser.click(".o_data_row.text-danger td[name=amount]")
        self._take("promise", None, ".o_field_widget[name=installment_ids] .o_data_row")
        self._take_first("dispute", "cartera-disputes", "name", "item_ids")
        self._take_first("pause", "cartera-pauses", "reason", "date_review")
        self._take_first("debtor-group", "cartera-groups", "name", "member_ids")

    def _take_agreements(self) -> None:
        """What was agreed at the stages of its life, in the house and in the portal."""
        self._take("agreements", "/odoo/cartera-agreements", ".o_list_view .o_data_row")
        for name, domain in (
            ("agreement-draft", [["state", "=", "draft"]]),
            ("agreement-approval", [["state", "=", "to_approve"]]),
            ("agreement-schedule", ON_TIME),
            ("agreement-kept", [["state", "=", "kept"], ["kind", "=", "finiquito"]]),
            ("agreement", [["standing", "=", "default"]]),
        ):
            agreement = self._find("cartera.agreement", domain)["id"]
            path = f"/odoo/cartera-agreements/{agreement}"
            rows = ".o_field_widget[name=installment_ids] .o_data_row"
            if name == "agreement-schedule":
                self._open(path, rows)
                self._scroll_to(".o_notebook")
                path = None
            self._take(name, path, rows)
        self._take("agreement-items", "/odoo/cartera-agreed-items", ".o_data_row")
        measures = [["measure_ids", "!=", False]]
        legal = self._find("cartera.legal.case", measures)["id"]
        path = f"/odoo/cartera-legal-cases/{legal}"
        self._take("legal-case", path, ".o_field_widget[name=measure_ids] .o_data_row")
        path = "cartera-agreement-products"
        self._take_first("agreement-product", path, "name", "grid_ids")
        letter = [["kind", "=", "settlement_letter"]]
        document = self._find("cartera.agreement.document", letter, "verify_url")
        path = urlsplit(document["verify_url"]).path
        self._take("verification", path, "main dl")
        offer = self._find("cartera.agreement", [["state", "=", "proposed"]])["id"]
        link = self._call("cartera.agreement", "get_portal_url", [offer])
        # As the debtor, who has no user.
        self._open("/web/session/logout?redirect=/web/login", "#login")
        self._take("portal-offer", link, ".o_cartera_accept")
        self._log_in("admin")

    def _find(self, model: str, domain: list, *fields: str) -> dict:
        """The first record of the domain."""
        rows = self._call(model, "search_read", domain, ["id", *fields], limit=1)
        return rows[0]

    def _call(self, model: str, method: str, *args, **kwargs):
        """What a method of a model gives, called as the web client does."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = json.dumps(json.dumps({"params": params}))
        self.browser.evaluate(
            "window.carteraAnswer = null;"
            "fetch('/web/dataset/call_kw', {method: 'POST',"
            f"headers: {{'Content-Type': 'application/json'}}, body: {body}}})"
            ".then((answer) => answer.json())"
            ".then((answer) => { window.carteraAnswer = answer; });"
        )
        self.browser.wait_until("window.carteraAnswer")
        return self.browser.evaluate("window.carteraAnswer")["result"]

    def _scroll_to(self, selector: str) -> None:
        self.browser.evaluate(f"document.querySelector('{selector}').scrollIntoView()")

    def _take_team(self) -> None:
        """What the supervisor sees, and how work changes hands."""
        self._open("/odoo/cartera-promises", ".o_menu_sections")
        self._open_menu("cartera_menu_supervision", "cartera_team_day_menu")
        self._take("team-today", None, ".o_list_view .o_data_row button")
        self.browser.click(".o_data_row button[name=action_transfer]")
        self._take("transfer", None, ".modal .o_field_widget[name=team_id]")

    def _take_day(self) -> None:
        """A collector's list and the first debtor of it, with what is noted there."""
        self._take("my-day", "/odoo/cartera-mi-dia", ".o_list_view .o_data_row")
        self.browser.click("button[name=action_start]")
        self._take("case", None, ".o_cartera_aging_strip")
        self.browser.click("button[name=action_log_contact]")
        self._take("log-contact", None, ".modal .o_cartera_disposition_groups")
        self._close_dialog()
        self.browser.click("button[name=action_promise]")
        self._take("take-promise", None, ".modal .o_field_widget[name=item_ids]")

    def _take_phone(self) -> None:
        """The same list and debtor in the hand."""
        self._take("my-day-phone", "/odoo/cartera-mi-dia", ".o_kanban_record")
        self.browser.click("button[name=action_start]")
        self._take("case-phone", None, ".o_cartera_aging_strip")

    def _take_first(self, name: str, path: str, column: str, field: str) -> None:
        """The form of the first record of a list."""
        self._open(f"/odoo/{path}", ".o_list_view .o_data_row")
        self.browser.click(f".o_data_row td[name={column}]")
        self._take(name, None, f".o_form_view .o_field_widget[name={field}]")

    def _log_in(self, login: str) -> None:
        """Begins a new session; the password of each user is the login."""
        self._open("/web/session/logout?redirect=/web/login", "#login")
        self.browser.type("#login", login)
        self.browser.type("#password", login)
        self.browser.click("form.oe_login_form button[type=submit]")
        self.browser.wait_for(".o_main_navbar")

    def _open(self, path: str, selector: str) -> None:
        self.browser.go(self.address + path)
        self.browser.wait_for(selector)

    def _open_menu(self, section: str, entry: str) -> None:
        self.browser.click(".o_menu_sections " + MENU.format(section))
        self.browser.click(".o-dropdown--menu " + MENU.format(entry))

    def _close_dialog(self) -> None:
        self.browser.click(".modal footer button[special=cancel], .modal .btn-close")
        self.browser.wait_for("body:not(:has(.modal))")

    def _take(self, name: str, path: str | None, selector: str) -> None:
        """Writes NAME.png once `selector` is there, at `path` or where one is."""
        if path:
            self.browser.go(self.address + path)
        self.browser.wait_for(selector)
        file = self.folder / f"{name}.png"
        self.browser.picture(file)
        with Image.open(file) as picture:
            small = picture.convert("RGB").quantize(COLORS)
        small.save(file, optimize=True)


def main(address: str, folder: str) -> None:
    """Takes the pictures of the demo at `address` into `folder`."""
    with Browser(*SIZE) as browser:
        Photographer(browser, address, Path(folder)).take_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
