import logging
from functools import cache

from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from ..lib import statement

_logger = logging.getLogger(__name__)

# Kinds of messages that claim nothing: they need not explain the debtor's rights.
FRIENDLY_KINDS = frozenset({"preventive", "thanks", "promise_made"})

# Days ahead within which a preventive message by hand shows items.
DEFAULT_HORIZON = 7

LAYOUTS = {
    "email": "cartera_cobranza.message_email",
    "letter": "cartera_cobranza.message_letter",
}


class CarteraMessageRenderer(models.AbstractModel):
    """Turns planned messages into texts: reads the items of all of them at once, makes
    the links in one statement, and renders by template and language."""

    _name = "cartera.message.renderer"
    _description = "Rendering of Messages"

    # -- items --------------------------------------------------------------------

    @api.model
    def _load_items(self, messages):
        """Note in the messages of one company what is open now, in the currency of each
        item, and what of it is asked for in the company's currency."""
        company = messages.company_id
        rows_of = self._read_items(messages.case_id, company)
        offers = messages.filtered(lambda one: one.kind == "proposal")._find_offers()
        for message in messages:
            rows = rows_of.get(message.case_id.partner_id.id, [])
            if offer := offers.get(message):
                items = statement.choose_offered(rows, offer.item_ids.line_id._ids)
            else:
                items = statement.choose(
                    rows, self._get_horizon(message), company.cartera_credit_policy
                )
            message.write({"items": items, "amount": self._get_amount(message, items)})

    @api.model
    def _read_items(self, cases, company):
        """The open items of the debtors, the oldest first.

        :return: dict of debtor id to list of dicts, see :mod:`~..lib.statement`
        """
        items = cases.with_context(tz=company._get_cartera_tz())._get_live_items()
        found = items.search_read(
            cases._get_items_domain(),
            [
                "amount_disputed",
                "amount_disputed_currency",
                "amount_residual",
                "amount_residual_currency",
                "collectable",
                "commercial_partner_id",
                "currency_id",
                "date",
                "date_due",
                "days_overdue",
                "debtor_id",
                "direction",
                "document",
                "invoice_date",
                "kind",
                "move_id",
                "move_line_id",
            ],
            order="date_due, id",
            load=None,
        )
        names = self._get_owner_names(found)
        rows_of = {}
        for row in found:
            rows_of.setdefault(row["debtor_id"], []).append(
                {
                    "line_id": row["move_line_id"],
                    "move_id": row["move_id"],
                    "document": row["document"] or "",
                    "kind": row["kind"],
                    "date": (row["invoice_date"] or row["date"]).isoformat(),
                    "due": row["date_due"].isoformat(),
                    "days": row["days_overdue"],
                    "amount": row["amount_residual_currency"],
                    "base": row["amount_residual"],
                    "disputed": row["amount_disputed_currency"],
                    "disputed_base": row["amount_disputed"],
                    "currency_id": row["currency_id"],
                    "side": row["direction"],
                    "collectable": row["collectable"],
                    "owner": names.get(row["commercial_partner_id"]),
                }
            )
        return rows_of

    @api.model
    def _get_owner_names(self, rows):
        """Names of the members of a group whose items stand in the case of another."""
        members = {
            row["commercial_partner_id"]
            for row in rows
            if row["commercial_partner_id"] != row["debtor_id"]
        }
        return {
            partner.id: partner.name
            for partner in self.env["res.partner"].browse(members)
        }

    @api.model
    def _get_horizon(self, message):
        """Days ahead of which the items are shown; None for none that is not due."""
        if not message._is_about_upcoming():
            return None
        return max(-message.step_id.offset_days, DEFAULT_HORIZON)

    @api.model
    def _get_amount(self, message, items):
        asked = message._get_asked()
        amount = sum(
            item["base"] - item["disputed_base"]
            for item in items
            if item["side"] in asked
        )
        if message.company_id.cartera_credit_policy == statement.DEDUCT:
            amount += sum(item["base"] for item in items if item["side"] == "credit")
        return max(amount, 0.0)

    @api.model
    def _ensure_tokens(self, totals):
        """Give invoices the token of their portal page, in one statement."""
        ids = {
            row["move_id"]
            for one in totals
            for row in one.rows
            if row["kind"] == "invoice"
        }
        if not ids:
            return
        moves = self.env["account.move"].browse(ids)
        moves.flush_recordset(["access_token"])
        changed = self.env.execute_query(
            SQL(
                """
                UPDATE account_move SET access_token = gen_random_uuid()::text
                 WHERE id = ANY(%s) AND COALESCE(access_token, '') = '' RETURNING id
                """,
                moves.ids,
            )
        )
        moves.browse(row[0] for row in changed).invalidate_recordset(["access_token"])

    # -- texts --------------------------------------------------------------------

    @api.model
    def _render(self, messages):
        """Write subject and texts of messages whose items are loaded. One that cannot
        be rendered leaves the others alone.

        :return: ``[(message, error), ...]`` of those that failed
        """
        failed = []
        groups = messages.grouped(lambda m: (m.template_id, m.lang, m.channel))
        for (template, lang, channel), group in groups.items():
            group = group.with_context(lang=lang)
            template = template.with_context(lang=lang)
            try:
                self._render_group(template, channel, group)
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever it is: one by one, to find whose it is.
                for message in group:
                    try:
                        self._render_group(template, channel, message)
                    except Exception as error:  # pylint: disable=broad-except
                        _logger.info("Message %s: %s", message.id, error)
                        failed.append((message.with_env(messages.env), error))
        return failed

    @api.model
    def _render_group(self, template, channel, messages):
        """Render messages of one template, language and channel."""
        subjects = template._render_field("subject", list(messages._ids))
        if channel not in LAYOUTS:
            texts = template._render_field("sms_body", list(messages._ids))
            for message in messages:
                if not texts[message.id]:
                    raise UserError(
                        self.env._("The message has no text for SMS and WhatsApp.")
                    )
                text = self._end_sentences(message, texts[message.id])
                message.write({"subject": subjects[message.id], "text": text})
            return
        bodies = template._render_field("body_html", list(messages._ids))
        totals_of = {message.id: message._get_totals() for message in messages}
        base = self._prepare_batch_values(template, channel, messages, totals_of)
        view = self.env["ir.qweb"].with_context(lang=messages.env.context.get("lang"))
        for message in messages:
            values = {
                **base,
                **self._prepare_values(
                    template, message, totals_of[message.id], base["links"]
                ),
                "body": self._end_sentences(message, Markup(bodies[message.id] or "")),
            }
            body = view._render(LAYOUTS[channel], values, minimal_qcontext=True)
            message.write({"subject": subjects[message.id], "body": body})

    @api.model
    def _end_sentences(self, record, text):
        """One full stop where a sentence ends with a name that has its own: S.A.

        :param record: message or document that the text is of
        """
        for name in (record.debtor_name, record.creditor_name, record.signer_name):
            if name and name.endswith("."):
                name = escape(name) if isinstance(text, Markup) else name
                text = text.replace(name + ".", name)
        return text

    @api.model
    def _prepare_batch_values(self, template, channel, messages, totals_of):
        """What the layout is told about all messages of a batch; the formats remember
        what they have written before."""
        company = messages.company_id
        is_letter = channel == "letter"
        links = {}
        if not is_letter:
            totals = [one for some in totals_of.values() for one in some]
            if all(messages._ids):  # a preview leaves no trace
                self._ensure_tokens(totals)
            links = messages._get_payment_links(totals)
        address = company.partner_id._display_address(without_company=True)
        return {
            "is_letter": is_letter,
            "links": links,
            "deduct": company.cartera_credit_policy == statement.DEDUCT,
            "instructions": company.cartera_payment_instructions,
            "creditor_address": ", ".join(
                line.strip(" ,") for line in address.splitlines() if line.strip(" ,")
            ),
            "shows_payment": template.payment_link,
            "format_date": cache(messages._format_date),
            "format_amount": cache(messages._format_amount),
            "currency_name": cache(
                lambda currency_id: self.env["res.currency"].browse(currency_id).name
            ),
        }

    @api.model
    def _prepare_values(self, template, message, totals, links):
        claims = message.kind not in FRIENDLY_KINDS
        return {
            "object": message,
            "totals": totals if template.show_items else [],
            "states_charges": claims,
            "states_rights": claims,
            # What is open is not what an offer asks for.
            "is_offer": message.kind == "proposal",
            "payment_url": message._choose_payment_url(totals, links),
            "opt_out_url": message._get_opt_out_url(),
        }

    @api.model
    def _get_plain_text(self, message):
        """The text of a message without marks, as it reads on paper."""
        return message.text or html2plaintext(message.body or "")
