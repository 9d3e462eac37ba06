from odoo import Command, fields
from odoo.tests import Form

from .agreement_common import AgreementCommon


class NegotiationCommon(AgreementCommon):
    """A debtor with two overdue invoices, a product with limits, and whoever
    negotiates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls._create_user("neg_collector", "collector")
        cls.supervisor = cls._create_user("neg_supervisor", "supervisor")
        cls.chief = cls._create_user("neg_chief", "supervisor")
        cls.auditor = cls._create_user("neg_auditor", "auditor")
        cls.first = cls._invoice(1000, "2026-02-01", due="2026-03-31")
        cls.second = cls._invoice(200, "2026-04-01", due="2026-04-30")
        cls.env["cartera.run"].run(cls.company)
        cls.case = cls._case()
        cls.finiquito = cls._agreement_product(
            "finiquito",
            sequence=-2,
            method="german",
            move_to_working=False,
            grid_ids=[
                Command.create(
                    {
                        "authority": "collector",
                        "quita_fee": 100,
                        "quita_interest": 100,
                        "quita_capital": 10,
                        "term_max": 2,
                        "days_max": 30,
                        "validity_days": 10,
                    }
                ),
                Command.create(
                    {
                        "authority": "supervisor",
                        "quita_fee": 100,
                        "quita_interest": 100,
                        "quita_capital": 30,
                        "term_max": 6,
                        "validity_days": 30,
                        "refinance_max": 1,
                    }
                ),
            ],
        )
        cls.reestructura = cls._agreement_product(
            "reestructura", sequence=-1, move_to_working=False
        )
        service = {"type": "service", "taxes_id": [Command.clear()]}
        cls.interest_product, cls.fee_product = cls.env["product.product"].create(
            [{"name": "Interest", **service}, {"name": "Fee", **service}]
        )
        cls.company.write(
            {
                "cartera_interest_product_id": cls.interest_product.id,
                "cartera_fee_product_id": cls.fee_product.id,
            }
        )

    def _as(self, user, record):
        """The record as a user finds it in a request of his or her own."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(user)

    def _negotiate(self, user=None, **vals):
        """A draft of a finiquito, or of the product given."""
        vals.setdefault("product_id", self.finiquito.id)
        return self._as(user or self.collector, self.case)._negotiate(vals)

    def _form(self, user=None, record=None):
        """The form of a new agreement of the case, or of one that exists."""
        agreements = self.env["cartera.agreement"]
        record = self._as(user or self.collector, record or agreements)
        return Form(record.with_context(default_case_id=self.case.id))

    def _offered(self, user=None, **vals):
        agreement = self._negotiate(user, **vals)
        agreement.action_propose()
        return agreement

    def _signed(self, user=None, **vals):
        agreement = self._offered(user, **vals)
        agreement._sign()
        return agreement

    def assertSchedule(self, agreement, *rows):
        """:param rows: ``(ISO day, of the debt, interest)``"""
        self.assertEqual(
            [
                (
                    fields.Date.to_string(row.date),
                    row.amount_principal,
                    row.amount_interest,
                )
                for row in agreement.installment_ids
            ],
            list(rows),
        )
