from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date

from ..lib.indexed_units import SCALE, from_units


class CarteraAgreementCharges(models.AbstractModel):
    """The invoices of interest, fees and indexation, one per instalment.

    Each is an ordinary customer invoice of the day on which it is made, due on the day
    of its instalment, with the taxes of its products and the fiscal position of the
    debtor. Interest is charged as scheduled, also of an instalment that was paid ahead,
    until all of the debt is paid: what would come after that lapses. Nothing is charged
    while a covered item is disputed or the debtor insolvent, nor once the agreement
    has ended.
    """

    _name = "cartera.agreement.charges"
    _description = "Charges of an Agreement"

    currency_id = fields.Many2one("res.currency")  # that of the agreement
    amount_charges_paid = fields.Monetary(
        string="Paid of Charges",
        compute="_compute_charge_amounts",
        help="Of the interest, fees and indexation that were invoiced.",
    )
    amount_charges_to_come = fields.Monetary(
        string="Charges to Come",
        compute="_compute_charge_amounts",
        help="Interest and fees that are not invoiced yet, with their taxes.",
    )
    amount_charges_dropped = fields.Monetary(
        string="Charges Not Collected",
        compute="_compute_charge_amounts",
        help="Interest and fees that were waived, or that lapsed since all of the debt "
        "was paid before their day.",
    )
    charge_text = fields.Text(
        compute="_compute_charge_text", help="Which charges wait, and why."
    )

    # -- what becomes of them, in sums --------------------------------------------

    # Nothing of the invoices is among what they depend on: each payment would have to
    # follow that. What changes invoices makes these forgotten.
    @api.depends("installment_ids.charge_state")
    def _compute_charge_amounts(self):
        for agreement in self:
            # Who sees the agreement may see what became of its charges.
            parts = agreement.sudo().installment_ids
            posted = parts.charge_ids.filtered(
                lambda move: move.state == "posted" and not move._is_cartera_note()
            )
            agreement.amount_charges_paid = sum(
                move.direction_sign * (move.amount_residual - move.amount_total)
                for move in posted
            )
            agreement.amount_charges_to_come = parts._sum_charges(
                "to_come", "waiting", "draft"
            )
            agreement.amount_charges_dropped = parts._sum_charges("waived", "lapsed")

    @api.depends("installment_ids.charge_note", "installment_ids.charge_state")
    @api.depends_context("lang")
    def _compute_charge_text(self):
        for agreement in self:
            waiting = agreement.installment_ids.filtered(
                lambda part: part.charge_state == "waiting"
            )
            agreement.charge_text = "\n".join(
                agreement.env._(
                    "The charges of instalment %(number)s wait: %(reason)s",
                    number=part.number,
                    reason=part.charge_note,
                )
                for part in waiting.sorted("number")
            )

    # -- being charged ------------------------------------------------------------

    def _charge(self, date):
        """Invoice the charges of the instalments that have come by ``date``, but for
        those that have been or may not be.

        :param date: day of the invoices
        :return: the invoices
        :raise UserError: when a product, or the value of an indexed unit, is missing,
            or the books are closed
        """
        self.ensure_one()
        invoices = self.env["account.move"]
        for installment in self.sudo().installment_ids.sorted("number"):
            if installment._is_chargeable(date):
                invoices |= self._charge_installment(installment, date)
        return invoices

    def _charge_installment(self, installment, date, number=1):
        """Invoice the charges of an instalment.

        :param number: above one when it is charged again
        :return: the invoice, or none where there is nothing to charge
        """
        # By whoever may charge, which the caller has checked, or by the night: they are
        # no accountants.
        agreement = self.sudo().with_company(self.company_id)
        lines = agreement._get_charge_lines(installment)
        if not lines:
            return self.env["account.move"]
        invoice = self.env["account.move"].sudo().with_company(self.company_id)
        invoice = invoice.create(
            agreement._prepare_charge(installment, lines, date, number)
        )
        agreement._check_lock_dates(date, invoice.journal_id, has_tax=True)
        if not self.company_id.sudo().cartera_charge_draft:
            invoice._post(soft=False)
            agreement._apply_note(invoice)
        return invoice

    def _prepare_charge(self, installment, lines, date, number):
        """Values of the invoice; of a credit note where an indexed unit lost more value
        than there is interest."""
        total = sum(amount for _product, _label, amount in lines)
        total += self._sum_charge_tax(
            [(product, amount) for product, _label, amount in lines]
        )
        sign = 1 if self.currency_id.compare_amounts(total, 0) >= 0 else -1
        position = self._get_charge_position()
        return {
            "move_type": "out_invoice" if sign > 0 else "out_refund",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": position.id,
            "invoice_date": date,
            "date": date,
            "invoice_payment_term_id": False,
            "invoice_date_due": installment.date,
            "invoice_origin": self.name,
            "ref": self.name,
            "cartera_agreement_id": self.id,
            "cartera_installment_id": installment.id,
            "cartera_charge_number": number,
            "invoice_line_ids": [
                Command.create(
                    self._prepare_charge_line(product, label, sign * amount, position)
                )
                for product, label, amount in lines
            ],
        }

    def _prepare_charge_line(self, product, label, amount, position):
        taxes = self._get_charge_taxes(product, position)
        return {
            "product_id": product.id,
            "name": label,
            "quantity": 1,
            "price_unit": self._get_charge_price(amount, product, taxes),
            "tax_ids": [Command.set(taxes.ids)],
        }

    # -- what is charged ----------------------------------------------------------

    def _get_charge_lines(self, installment):
        """``(product, label, amount without taxes)`` of what is charged."""
        company = self.company_id
        rows = [
            (
                company.cartera_interest_product_id,
                self.env._("Financing interest"),
                installment.amount_interest,
            ),
            (
                company.cartera_fee_product_id,
                self.env._("Fee of an agreement"),
                installment.amount_fee,
            ),
            (
                company.cartera_index_product_id,
                self.env._("Indexation"),
                self._get_index_difference(installment),
            ),
        ]
        labels = self._get_charge_labels(installment)
        lines = []
        for (product, setting, amount), label in zip(rows, labels, strict=True):
            if self.currency_id.is_zero(amount):
                continue
            if not product.active:
                raise UserError(
                    self.env._(
                        "There is no product in use to invoice agreement %(folio)s "
                        "with. Choose %(setting)s in the settings of %(company)s, "
                        "under Cartera.",
                        folio=self.name,
                        setting=setting,
                        company=company.name,
                    )
                )
            lines.append((product, label, amount))
        return lines

    def _get_charge_labels(self, installment):
        """What the lines of interest, fee and indexation say, in the debtor's
        language."""
        lang = self.partner_id.lang or self.company_id.partner_id.lang
        env = self.with_context(lang=lang).env
        names = {"folio": self.name, "number": installment.number}
        if not installment.number:
            return (
                env._("Financing interest, down payment of %(folio)s", **names),
                env._("Fee, down payment of %(folio)s", **names),
                env._("Indexation, down payment of %(folio)s", **names),
            )
        return (
            env._("Financing interest, instalment %(number)s of %(folio)s", **names),
            env._("Fee, instalment %(number)s of %(folio)s", **names),
            env._("Indexation, instalment %(number)s of %(folio)s", **names),
        )

    def _get_index_difference(self, installment):
        """How much more the units of an instalment are worth on its day than the debt
        that it pays; negative where they lost value. Zero where it is no more than the
        part of a unit that the schedule leaves out."""
        index, currency = self.index_currency_id, self.currency_id
        if not index or not installment.units:
            return 0
        value = Decimal(str(round(self._get_unit_value(installment.date), 6)))
        units = round(installment.units * SCALE)
        worth = from_units(units, value / Decimal(str(currency.rounding)))
        difference = worth * currency.rounding - installment.amount_principal
        left_out = float(value / SCALE / 2)
        if float_compare(abs(difference), left_out, precision_digits=6) <= 0:
            return 0
        return currency.round(difference)

    def _get_unit_value(self, day):
        """Value of one indexed unit on ``day``, in the currency of the agreement.

        :raise UserError: when none is dated that very day: the last one known is not
            what was agreed
        """
        index, company = self.index_currency_id, self.company_id
        rates = self.env["res.currency.rate"].sudo()
        known = rates.search_count(
            [
                ("currency_id", "=", index.id),
                ("name", "=", day),
                ("company_id", "in", [False, company.root_id.id]),
            ],
            limit=1,
        )
        if not known:
            raise UserError(
                self.env._(
                    "The value of %(unit)s on %(day)s is not among the rates of that "
                    "currency. The charges of agreement %(folio)s wait for it.",
                    unit=index.name,
                    day=format_date(self.env, day),
                    folio=self.name,
                )
            )
        currency = self.env["res.currency"]
        return currency._get_conversion_rate(index, self.currency_id, company, day)

    # -- taxes --------------------------------------------------------------------

    def _estimate_charge_tax(self, interest, fee):
        """Taxes on the interest and the fee of one instalment, as its invoice will have
        them if neither products nor debtor change.

        :param interest: amount without taxes, in the currency of the agreement
        :param fee: the same
        :return: amount in that currency
        """
        self.ensure_one()
        company = self.company_id.sudo()
        return self._sum_charge_tax(
            [
                (company.cartera_interest_product_id, interest),
                (company.cartera_fee_product_id, fee),
            ]
        )

    def _sum_charge_tax(self, rows):
        """Taxes on what one invoice charges.

        :param rows: ``(product, amount without taxes)``
        :return: amount in the currency of the agreement
        """
        agreement = self.sudo().with_company(self.company_id)
        company, position = agreement.company_id, agreement._get_charge_position()
        engine = self.env["account.tax"]
        lines = [
            engine._prepare_base_line_for_taxes_computation(
                None,
                product_id=product,
                tax_ids=agreement._get_charge_taxes(product, position),
                price_unit=amount,
                quantity=1,
                currency_id=agreement.currency_id,
                partner_id=agreement.partner_id,
                special_mode="total_excluded",
            )
            for product, amount in rows
            if product and amount
        ]
        if not lines:
            return 0
        engine._add_tax_details_in_base_lines(lines, company)
        engine._round_base_lines_tax_details(lines, company)
        summary = engine._get_tax_totals_summary(lines, agreement.currency_id, company)
        return summary["tax_amount_currency"]

    def _get_charge_position(self):
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return positions._get_fiscal_position(self.partner_id)

    def _get_charge_taxes(self, product, position):
        """Taxes of the product in the company, or of its income account, for the fiscal
        position of the debtor."""
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        if not taxes:
            template = product.product_tmpl_id.with_company(self.company_id)
            account = template.get_product_accounts(fiscal_pos=position)["income"]
            taxes = account.tax_ids.filtered(lambda tax: tax.type_tax_use == "sale")
        return position.map_tax(taxes)

    def _get_charge_price(self, amount, product, taxes):
        """The price that comes to ``amount`` without taxes: taxes that prices include
        are added to it."""
        none = self.env["account.tax"]
        return none._adapt_price_unit_to_another_taxes(amount, product, none, taxes)
