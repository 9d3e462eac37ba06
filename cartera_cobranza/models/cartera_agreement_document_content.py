from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import float_repr, format_amount, format_date, formatLang, is_html_empty
from odoo.tools.image import image_data_uri

from ..lib.amount_words import amount_in_words
from .cartera_agreement_document_terms import BLANK
from .cartera_case_promise import MONEY_JOURNALS

# What the texts of documents may refer to, as ``object.<name>``.
PLACEHOLDERS = (
    "agreement_name",
    "amount_text",
    "amount_words",
    "city",
    "court_conditions_text",
    "court_text",
    "courts_text",
    "creditor_address",
    "creditor_name",
    "creditor_vat",
    "cure_days",
    "date_text",
    "days_to_default",
    "debt_text",
    "debtor_address",
    "debtor_name",
    "debtor_vat",
    "discount_percent",
    "discount_text",
    "down_payment_text",
    "due_text",
    "entries_text",
    "first_date_text",
    "instructions",
    "interest_text",
    "last_date_text",
    "last_payment_text",
    "missed_to_default",
    "name",
    "number_text",
    "paid_text",
    "payment_text",
    "periodicity_text",
    "rate_base_text",
    "rate_basis_text",
    "rate_effective_text",
    "rate_kind_text",
    "rate_text",
    "signer_name",
    "signer_powers",
    "term",
    "unit_date",
    "unit_name",
    "unit_value",
    "valid_until_text",
    "waived_text",
)

# Currencies as Spanish names them: one unit, several, what closes the amount, and
# whether 00/100 is written too.
SPANISH = {
    "ARS": ("peso", "pesos", "", True),
    "CLP": ("peso", "pesos", "", False),
    "COP": ("peso", "pesos", "M/CTE", False),
    "EUR": ("euro", "euros", "", True),
    "MXN": ("peso", "pesos", "M.N.", True),
    "PEN": ("sol", "soles", "", True),
    "USD": ("dólar", "dólares", "", True),
}


class CarteraAgreementDocumentContent(models.AbstractModel):
    """What the texts of a document say of its agreement, in the debtor's language."""

    _name = "cartera.agreement.document.content"
    _inherit = ["cartera.agreement.document.terms"]
    _description = "Content of a Document of an Agreement"

    # -- the parties --------------------------------------------------------------
    agreement_name = fields.Char(compute="_compute_parties")
    creditor_name = fields.Char(compute="_compute_parties")
    creditor_vat = fields.Char(compute="_compute_parties")
    creditor_address = fields.Char(compute="_compute_parties")
    city = fields.Char(compute="_compute_parties")
    instructions = fields.Text(compute="_compute_parties")
    signer_name = fields.Char(compute="_compute_parties")
    signer_powers = fields.Char(compute="_compute_parties")
    debtor_name = fields.Char(compute="_compute_parties")
    debtor_vat = fields.Char(compute="_compute_parties")
    debtor_address = fields.Char(compute="_compute_parties")
    # -- the amounts --------------------------------------------------------------
    amount_text = fields.Char(compute="_compute_amounts")
    amount_words = fields.Char(compute="_compute_amounts")
    debt_text = fields.Char(compute="_compute_amounts")
    discount_text = fields.Char(compute="_compute_amounts")
    discount_percent = fields.Char(compute="_compute_amounts")
    down_payment_text = fields.Char(compute="_compute_amounts")
    interest_text = fields.Char(compute="_compute_amounts")
    paid_text = fields.Char(compute="_compute_amounts")
    payment_text = fields.Char(compute="_compute_amounts")
    entries_text = fields.Char(compute="_compute_waived")
    waived_text = fields.Char(compute="_compute_waived")
    # -- the days -----------------------------------------------------------------
    date_text = fields.Char(compute="_compute_days")
    due_text = fields.Char(compute="_compute_days")
    first_date_text = fields.Char(compute="_compute_days")
    last_date_text = fields.Char(compute="_compute_days")
    last_payment_text = fields.Char(compute="_compute_days")
    valid_until_text = fields.Char(compute="_compute_days")
    term = fields.Integer(compute="_compute_days")
    number_text = fields.Char(compute="_compute_days")
    periodicity_text = fields.Char(compute="_compute_days")
    # -- being kept ---------------------------------------------------------------
    cure_days = fields.Integer(compute="_compute_rules")
    days_to_default = fields.Integer(compute="_compute_rules")
    missed_to_default = fields.Integer(compute="_compute_rules")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Whoever may edit texts may use these in them; rendering them runs no code."""
        return tuple(f"object.{name}" for name in PLACEHOLDERS)

    # -- computes -----------------------------------------------------------------

    @api.depends("agreement_id")
    @api.depends_context("lang")
    def _compute_parties(self):
        for document in self:
            agreement = document.agreement_id
            company, debtor = agreement.company_id, agreement.partner_id
            document.agreement_name = agreement.name
            document.creditor_name = company.name
            document.creditor_vat = company.vat or BLANK
            document.creditor_address = self._get_address(company.partner_id)
            document.city = company.city or BLANK
            document.instructions = company.cartera_payment_instructions
            document.signer_name = company.cartera_signer or BLANK
            document.signer_powers = company.cartera_signer_powers
            document.debtor_name = debtor.name
            document.debtor_vat = debtor.vat or BLANK
            document.debtor_address = self._get_address(debtor)

    @api.depends("agreement_id", "amount", "installment_id")
    @api.depends_context("lang")
    def _compute_amounts(self):
        for document in self:
            agreement = document.agreement_id
            rows = document.installment_id or agreement.installment_ids
            amount = (
                document.amount
                if document.kind == "pagare"
                else sum(rows.mapped("amount_total"))
            )
            down = agreement.installment_ids.filtered(lambda row: row.number == 0)
            show = document._format_amount
            document.amount_text = show(amount)
            document.amount_words = document._get_words(amount)
            document.debt_text = show(agreement.amount_debt)
            document.discount_text = show(document._get_waived())
            share = agreement.amount_debt and (
                100 * agreement.amount_quita / agreement.amount_debt
            )
            document.discount_percent = f"{self._format_number(share, 2, 2)} %"
            document.down_payment_text = show(sum(down.mapped("amount_total")))
            document.interest_text = show(sum(rows.mapped("amount_interest")))
            document.paid_text = show(
                sum(row["amount"] for row in document._get_payments())
            )
            document.payment_text = show(agreement._get_equal_payment())

    @api.depends("agreement_id", "date", "date_valid_until", "installment_id")
    @api.depends_context("lang")
    def _compute_days(self):
        for document in self:
            agreement = document.agreement_id
            # In a grace that puts interest off nothing is paid.
            days = agreement.installment_ids.filtered("amount_total").mapped("date")
            paid = [row["date"] for row in document._get_payments()]
            labels = dict(
                agreement._fields["periodicity"]._description_selection(self.env)
            )
            row = document.installment_id
            last = max(agreement.installment_ids.mapped("number"), default=0)
            document.date_text = self._format_date(document.date)
            document.first_date_text = self._format_date(min(days, default=False))
            document.last_date_text = self._format_date(max(days, default=False))
            document.due_text = self._format_date(row.date or max(days, default=False))
            document.last_payment_text = self._format_date(max(paid, default=False))
            document.valid_until_text = self._format_date(document.date_valid_until)
            document.term = len(days)
            document.number_text = f"{row.number}/{last}" if row else ""
            document.periodicity_text = labels.get(agreement.periodicity, "").lower()

    @api.depends("agreement_id")
    def _compute_rules(self):
        for document in self:
            rules = document._get_rules()
            document.cure_days = rules.notice_days
            document.days_to_default = rules.default_days
            document.missed_to_default = rules.default_missed

    @api.depends("agreement_id")
    @api.depends_context("lang")
    def _compute_waived(self):
        field = self.env["cartera.agreement.item"]._fields["component"]
        labels = dict(field._description_selection(self.env))
        for document in self:
            agreement = document.agreement_id
            parts = [
                f"{label}: {document._format_amount(amount)}"
                for code, label in labels.items()
                if (amount := agreement[f"amount_quita_{code}"])
            ]
            waived = document._get_waived()
            is_as_agreed = not agreement.currency_id.compare_amounts(
                waived, agreement.amount_quita
            )
            document.waived_text = (
                is_as_agreed and ", ".join(parts)
            ) or document._format_amount(waived)
            booked = agreement._get_booked()
            document.entries_text = ", ".join(booked.mapped("name")) or BLANK

    # -- the ledger ---------------------------------------------------------------

    def _get_waived(self):
        """What is waived: as it was agreed, and in the letter as it was booked, which
        is less where money or credit notes paid of it."""
        agreement = self.agreement_id
        if self.kind != "settlement_letter" or agreement.state != "kept":
            return agreement.amount_quita
        lines = agreement._get_booked().line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return -sum(lines.mapped("amount_currency"))

    def _get_payments(self):
        """The money that paid what was agreed, the oldest first.

        :return: list of dicts with ``date``, ``reference``, ``means`` and ``amount`` in
            the currency of the agreement
        """
        agreement, payments = self.agreement_id, {}
        if not agreement.date_started:
            return []
        rows = agreement.installment_ids
        # What stands for an instalment was paid under the agreement alone.
        own = rows.line_ids | rows.charge_ids.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        paid = [
            (partial, partial.debit_amount_currency)
            for partial in own.matched_credit_ids
        ]
        for line, (money, beyond) in agreement._get_money_on_items().items():
            paid += self._take_latest(line.matched_credit_ids, money, beyond)
        for partial, amount in paid:
            line = partial.credit_move_id
            if line.journal_id.type not in MONEY_JOURNALS:
                continue
            row = payments.setdefault(
                line.move_id,
                {
                    "date": line.date,
                    "reference": line.move_name,
                    "means": line.journal_id.name,
                    "amount": 0,
                },
            )
            row["amount"] += amount
        return sorted(payments.values(), key=lambda row: row["date"])

    @api.model
    def _take_latest(self, partials, money, beyond):
        """The matches that make up ``money``: the latest but for what came ``beyond``
        it, since earlier ones reduced the debt before it was agreed upon.

        :return: list of ``(partial, amount)``
        """
        taken = []
        by_day = partials.filtered(
            lambda partial: partial.credit_move_id.journal_id.type in MONEY_JOURNALS
        ).sorted(lambda one: (one.credit_move_id.date, one.id), reverse=True)
        for partial in by_day:
            after = min(partial.debit_amount_currency, beyond)
            beyond -= after
            amount = min(partial.debit_amount_currency - after, money)
            if partial.debit_currency_id.compare_amounts(amount, 0) > 0:
                taken.append((partial, amount))
                money -= amount
        return taken

    def _get_rules(self):
        """Where its rules are written: until it is offered, in its product."""
        agreement = self.agreement_id
        return agreement.product_id if agreement.state == "draft" else agreement

    def _get_conditions(self):
        """Codes of the conditions of clauses that the agreement fulfils."""
        agreement = self.agreement_id
        rows = agreement.installment_ids
        coverage = set(agreement.coverage_ids.mapped("kind"))
        rules = self._get_rules()
        count = len(rows.filtered("amount_total"))
        # A settlement in one payment ends by itself.
        days_late = rules.default_days > 0 and (
            count > 1 or agreement.kind != "finiquito"
        )
        missed = rules.default_missed if count > 1 else 0
        by_notes = rules.settlement_method == "credit_note"
        facts = {
            "accelerates": rules.accelerates and count > 1,
            "credit_notes": agreement.amount_quita > 0 and by_notes,
            "discount": agreement.amount_quita > 0,
            "down_payment": any(row.number == 0 for row in rows),
            "equal": agreement._get_equal_payment() > 0,
            "guarantor": "guarantor" in coverage,
            "indexed": bool(agreement.index_currency_id),
            "installments": count > 1,
            "single": count < 2,
            "interest": any(row.amount_interest > 0 for row in rows),
            "pagare": "pagare" in coverage,
            "simple_interest": agreement._is_interest_simple(),
            "one_missed": missed == 1,
            "several_missed": missed > 1,
            "days_late": days_late,
            "notice": rules.notice_days > 0 and (missed or days_late),
            f"court_{agreement.court_effect}": agreement.kind == "convenio_judicial",
        }
        return {"always", *(code for code, holds in facts.items() if holds)}

    # -- rendering ----------------------------------------------------------------

    def _render_document(self, template=None):
        """Write the document in the language of the context.

        :param template: instead of its own: one that is only being typed
        :return: dict of its ``title`` and ``body``
        """
        self.ensure_one()
        template = (template or self.template_id).sudo()
        template = template.with_context(lang=self.env.context["lang"])
        title = template._render_field("title", list(self._ids))[self._ids[0]]
        values = {
            "document": self,
            "agreement": self.agreement_id,
            "template": template,
            "title": title,
            "opening": self._render_text(template, "body_html"),
            "clauses": [
                (clause.title, self._render_text(clause, "body_html"))
                for clause in template._get_clauses(self)
            ],
            "closing": self._render_text(template, "closing_html"),
            "payments": self._get_payments() if template.show_payments else [],
            "format_amount": self._format_amount,
            "format_date": self._format_date,
            "format_number": self._format_number,
            "signature": self._get_signature(),
        }
        body = self.env["ir.qweb"]._render(
            "cartera_cobranza.agreement_document_body", values, minimal_qcontext=True
        )
        return {"title": title, "body": body}

    def _render_text(self, record, name):
        text = record._render_field(name, list(self._ids))[self._ids[0]]
        if is_html_empty(text):
            return Markup("")
        renderer = self.env["cartera.message.renderer"]
        return renderer._end_sentences(self, Markup(text))

    def _get_signature(self):
        """The signature of who accepted in the portal, for the contract."""
        agreement = self.agreement_id
        if self.kind != "contract" or not agreement.signature:
            return False
        return image_data_uri(agreement.signature)

    # -- formats ------------------------------------------------------------------

    @api.model
    def _get_address(self, partner):
        lines = partner._display_address(without_company=True).splitlines()
        parts = [line.strip(" ,") for line in lines if line.strip(" ,")]
        return ", ".join(parts) or BLANK

    def _format_amount(self, amount):
        """An amount with the code of its currency: a sign may belong to several."""
        currency = self.agreement_id.currency_id
        return f"{format_amount(self.env, amount, currency)} {currency.name}"

    @api.model
    def _format_date(self, date):
        return format_date(self.env, date, date_format="long") if date else ""

    @api.model
    def _format_number(self, number, most, least=0):
        """A number as the language writes it: a contract in Spanish that said 24.125 %
        would ask for a thousand times as much.

        :param most: of decimals; no zeros stand at their end
        :param least: of decimals that are written all the same
        """
        _whole, decimals = float_repr(number, most).split(".")
        digits = max(len(decimals.rstrip("0")), least)
        return formatLang(self.env, number, digits=digits)

    def _get_words(self, amount):
        """The amount in words, as the country of the currency writes it where the
        document is in Spanish."""
        currency = self.agreement_id.currency_id
        names = SPANISH.get(currency.name)
        if not names or not (self.env.context.get("lang") or "").startswith("es"):
            return currency.amount_to_text(amount)
        singular, plural, suffix, always_cents = names
        return amount_in_words(
            round(amount * 10**currency.decimal_places),
            singular,
            plural,
            suffix,
            digits=currency.decimal_places,
            always_cents=always_cents,
        )
