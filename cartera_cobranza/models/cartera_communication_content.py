from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..lib import statement

# Documents named in a sentence; the table has them all.
NAMED_DOCUMENTS = 3

# What the texts of messages may refer to, as ``object.<name>``.
PLACEHOLDERS = (
    "amount_text",
    "contact_name",
    "creditor_email",
    "creditor_name",
    "creditor_phone",
    "days_overdue",
    "debtor_name",
    "documents",
    "next_due_text",
    "oldest_due_text",
    "payment_url",
    "promise_amount_text",
    "promise_date_text",
    "signer_name",
    "today_text",
)


class CarteraCommunicationContent(models.AbstractModel):
    """What the texts of a message say about the debt, in the recipient's language;
    read from the items that are kept with the message."""

    _name = "cartera.communication.content"
    _description = "Content of a Message"

    date_event = fields.Date(
        readonly=True,
        copy=False,
        help="Day of the promise or payment that the message answers to.",
    )
    items = fields.Json(
        readonly=True, copy=False, help="The items as the message showed them."
    )
    contact_name = fields.Char(compute="_compute_people")
    debtor_name = fields.Char(compute="_compute_people")
    creditor_name = fields.Char(compute="_compute_people")
    creditor_email = fields.Char(compute="_compute_people")
    creditor_phone = fields.Char(compute="_compute_people")
    signer_name = fields.Char(compute="_compute_people")
    amount_text = fields.Char(compute="_compute_debt")
    documents = fields.Char(compute="_compute_debt")
    days_overdue = fields.Integer(compute="_compute_debt")
    oldest_due_text = fields.Char(compute="_compute_debt")
    next_due_text = fields.Char(compute="_compute_debt")
    payment_url = fields.Char(compute="_compute_payment_url")
    promise_amount_text = fields.Char(compute="_compute_promise")
    promise_date_text = fields.Char(compute="_compute_promise")
    today_text = fields.Char(compute="_compute_promise")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Whoever may edit texts may use these in them; rendering them runs no code."""
        return tuple(f"object.{name}" for name in PLACEHOLDERS)

    # -- computes -----------------------------------------------------------------

    @api.depends("contact_partner_id", "case_id.user_id", "company_id")
    def _compute_people(self):
        for message in self:
            case, company = message.case_id, message.company_id
            debtor = case.partner_id
            signer = message._get_signer()
            message.contact_name = message.contact_partner_id.name or debtor.name
            message.debtor_name = debtor.name
            message.creditor_name = company.name
            message.creditor_email = company.email
            message.creditor_phone = company.phone
            message.signer_name = signer.name or company.name

    @api.depends("items", "kind")
    @api.depends_context("lang")
    def _compute_debt(self):
        for message in self:
            totals = message._get_totals()
            rows = [row for one in totals for row in one.rows]
            due = [row for row in rows if row["side"] == "overdue"]
            ahead = [row for row in rows if row["side"] == "upcoming"]
            message.amount_text = " + ".join(
                message._format_amount(one.asked, one.currency)
                for one in totals
                if one.asked
            )
            message.documents = message._name_documents(
                ahead if message._is_about_upcoming() else due
            )
            message.days_overdue = max((row["days"] for row in due), default=0)
            message.oldest_due_text = message._format_date(
                min((row["due"] for row in due), default=None)
            )
            message.next_due_text = message._format_date(
                min((row["due"] for row in ahead), default=None)
            )

    @api.depends("items", "kind")
    def _compute_payment_url(self):
        for message in self:
            totals = message._get_totals()
            links = message._get_payment_links(totals)
            message.payment_url = message._choose_payment_url(totals, links)

    @api.depends("case_id.promise_ids.state", "date_event", "kind")
    @api.depends_context("lang", "tz")
    def _compute_promise(self):
        parts_of = self._get_promise_parts()
        for message in self:
            parts = parts_of.get(message.case_id.id, [])
            day, amounts = message._choose_promise(parts)
            message.promise_date_text = message._format_date(day)
            message.promise_amount_text = " + ".join(
                message._format_amount(amount, currency_id)
                for currency_id, amount in amounts.items()
            )
            message.today_text = message._format_date(
                message.company_id._get_cartera_today()
            )

    def _get_signer(self):
        """Who signs: the collector, else the default one, else nobody in particular."""
        self.ensure_one()
        return self.case_id.user_id or self.company_id.cartera_default_user_id

    # -- the debt -----------------------------------------------------------------

    def _is_about_upcoming(self):
        """Whether the message is about what falls due soon, not about what has."""
        self.ensure_one()
        return self.kind == "preventive"

    def _get_asked(self):
        """The sides of the items that the message asks for: an offer is about what
        falls due as well."""
        if self.kind == "proposal":
            return ("overdue", "upcoming")
        return ("upcoming",) if self._is_about_upcoming() else ("overdue",)

    def _get_totals(self):
        """The items of the message by currency: list of
        :class:`~..lib.statement.Total`."""
        self.ensure_one()
        return statement.total(
            self.items or [],
            self.company_id.cartera_credit_policy,
            self._get_asked(),
        )

    @api.model
    def _get_payment_links(self, totals):
        """The portal address of each invoice that has its token.

        :param totals: list of :class:`~..lib.statement.Total`
        :return: dict of invoice id to address
        """
        ids = {
            row["move_id"]
            for one in totals
            for row in one.rows
            if row["kind"] == "invoice"
        }
        # Whoever writes to the debtor may send the debtor's own invoices.
        moves = self.env["account.move"].sudo().browse(ids)
        moves.fetch(["access_token", "move_type"])
        base = self.env["cartera.communication"].get_base_url()
        return {
            move.id: f"{base}{move.access_url}?access_token={move.access_token}"
            for move in moves
            if move.access_token
        }

    def _choose_payment_url(self, totals, links):
        """The link of the oldest invoice that the message is about, or False."""
        side = "upcoming" if self._is_about_upcoming() else "overdue"
        rows = [row for one in totals for row in one.rows if row["side"] == side]
        rows = [row for row in rows if row["move_id"] in links]
        return links[min(rows, key=lambda r: r["due"])["move_id"]] if rows else False

    def _name_documents(self, rows):
        names = list(dict.fromkeys(row["document"] for row in rows if row["document"]))
        text = ", ".join(names[:NAMED_DOCUMENTS])
        if len(names) > NAMED_DOCUMENTS:
            text += f" +{len(names) - NAMED_DOCUMENTS}"
        return text

    # -- the promise --------------------------------------------------------------

    def _get_promise_parts(self):
        """Payments of the debtors' open promises, and those that were not kept: those
        of all members where a group is collected as one.

        :return: dict of case id to ``cartera.promise.installment`` records
        """
        # Whoever writes to the debtor may say what the debtor promised.
        parts = self.env["cartera.promise.installment"].sudo()
        broken = ["broken", "partial"]
        debtors = self.case_id.sudo().partner_id
        found = parts.search(
            [
                ("case_id.partner_id.cartera_debtor_id", "in", debtors.ids),
                ("company_id", "in", self.case_id.company_id.ids),
                "|",
                ("promise_id.state", "=", "open"),
                "&",
                ("promise_id.state", "in", broken),
                ("state", "in", broken),
            ]
        )
        parts_of = found.grouped(
            lambda part: (part.case_id.partner_id.cartera_debtor_id, part.company_id)
        )
        return {
            case.id: parts_of.get((case.partner_id, case.company_id), parts)
            for case in self.case_id.sudo()
        }

    def _choose_promise(self, parts):
        """What was promised by when, as far as the message is about it: by the event
        that it answers to, else the next payment, or the last one.

        :param parts: ``cartera.promise.installment`` records of the debtor
        :return: ``(day, {currency id: amount})``; ``(None, {})`` when there is none
        """
        self.ensure_one()
        rules = {
            "promise_made": (True, lambda part: part.promise_id.date_made, max),
            "promise_due": (True, lambda part: part.date, min),
            "promise_broken": (False, lambda part: part.date, max),
        }
        is_open, get_day, choose = rules.get(self.kind, rules["promise_due"])
        wanted = [
            part
            for part in parts
            if (part.promise_id.state == "open") == is_open
            and (self.kind == "promise_made" or (part.state == "open") == is_open)
        ]
        days = {get_day(part) for part in wanted}
        event = self.date_event if self.kind in rules else None
        day = event or (choose(days) if days else None)
        chosen = [part for part in wanted if get_day(part) == day]
        amounts = {}
        for part in chosen:
            missing = part.amount - (0 if is_open else part.amount_kept)
            currency_id = part.currency_id.id
            amounts[currency_id] = amounts.get(currency_id, 0) + missing
        return max((part.date for part in chosen), default=None), amounts

    # -- formats ------------------------------------------------------------------

    @api.model
    def _format_amount(self, amount, currency_id):
        """An amount with the code of its currency: a sign may belong to several."""
        currency = self.env["res.currency"].browse(currency_id)
        return f"{format_amount(self.env, amount, currency)} {currency.name}"

    @api.model
    def _format_date(self, date):
        return format_date(self.env, date) if date else ""
