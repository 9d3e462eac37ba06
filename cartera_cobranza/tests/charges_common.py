from odoo import Command, fields

from .agreement_common import AgreementCommon


class ChargesCommon(AgreementCommon):
    """A company that invoices interest, with tax, fees and indexation of instalments,
    and a debt of 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.company_data["default_tax_sale"]
        cls.interest, cls.fee, cls.index = cls.env["product.product"].create(
            [
                {"name": name, "type": "service", "taxes_id": [Command.set(taxes.ids)]}
                for name, taxes in (
                    ("Interest", tax),
                    ("Fee", tax.browse()),
                    ("Indexation", tax.browse()),
                )
            ]
        )
        cls.company.write(
            {
                "cartera_interest_product_id": cls.interest.id,
                "cartera_fee_product_id": cls.fee.id,
                "cartera_index_product_id": cls.index.id,
            }
        )
        cls.invoice = cls._invoice(1000, "2026-03-01", due="2026-03-31")

    def _agree(self, *payments, **values):
        payments = payments or (("2026-07-15", 500, 20), ("2026-08-15", 500, 10))
        return self._make_agreement(self.invoice, *payments, **values)

    def _charge(self, day):
        """What the night of ISO ``day`` does."""
        date = fields.Date.to_date(day)
        with self._on(day):
            self.env["cartera.agreement.engine"]._judge(self.company, date)
            return self.env["cartera.agreement.charger"]._charge_company(
                self.company, date
            )

    def _charges(self, agreement):
        return agreement.installment_ids.charge_ids.sorted("id")

    def _pay_and_match(self, agreement, amount, day):
        with self._on(day):
            nothing = self.env["account.move"]
            payment = self._pay(nothing, amount, day, match=False)
            agreement.action_match_payments()
        return payment
