from odoo import Command
from odoo.tests import tagged

from .settlement_common import SettlementCommon
from .test_day_tours import DayCommon

CASE = "/odoo/action-cartera_cobranza.cartera_case_action"
INVOICE = "/odoo/action-account.action_move_out_invoice_type"


class AgreementTourCommon(SettlementCommon, DayCommon):
    """A company in Mexico, with the products shipped for it, and whoever works in
    it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 18:00:00")
        mexico = cls.env.ref("base.mx")
        cls.change_company_country(cls.company, mexico)
        cls.company.cartera_interest_product_id = cls.env["product.product"].create(
            {
                "name": "Financing interest",
                "type": "service",
                "taxes_id": [Command.clear()],
            }
        )
        cls.rita = cls._create_user("rita", "supervisor", name="Rita", lang="en_US")
        cls.debtor.write({"country_id": mexico.id, "email": "faro@x.example"})
        cls.vat = cls._tax("VAT 16", 16)
        cls.goods = cls._taxed_invoice(
            (10000, cls.vat), day="2026-02-20", due="2026-03-20"
        )

    @classmethod
    def _open_case(cls):
        cls.env["cartera.run"].run(cls.company)
        cls.case = cls._case()
        cls.case.user_id = cls.ana

    def _work(self, tour, user, record=None):
        """The tour of a user, from the case on or from another record."""
        record = record or self.case
        actions = {
            "account.move": INVOICE,
            "cartera.agreement": "/odoo/cartera-agreements",
            "cartera.case": CASE,
            "cartera.legal.case": "/odoo/cartera-legal-cases",
        }
        self._tour(f"{actions[record._name]}/{record.id}", tour, user)

    def _get_document(self, agreement, kind):
        """The document of a kind that holds."""
        return agreement.document_ids.filtered(
            lambda document: document.kind == kind and document.validity == "valid"
        )

    def assertDocuments(self, agreement, *kinds):
        """These are the documents that hold, each once."""
        self.assertEqual(
            sorted(
                document.kind
                for document in agreement.document_ids
                if document.validity == "valid"
            ),
            sorted(kinds),
        )

    def assertHistory(self, agreement, *steps):
        """:param steps: ``(state, login of who brought it there)``"""
        self.assertEqual(
            [
                (change.state_to, change.user_id.login)
                for change in agreement.change_ids.sorted("id")
            ],
            list(steps),
        )


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestFiniquitoTour(AgreementTourCommon):
    """A discount for paying at once: from the case to the settled debt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clara = cls._create_user("clara", "supervisor", lang="en_US")
        cls.clara.group_ids += cls.env.ref("account.group_account_invoice")
        cls.interest = cls._taxed_invoice(
            (1000, cls.vat),
            day="2026-04-01",
            due="2026-04-15",
            cartera_component="interest",
        )
        cls._open_case()

    def test_from_the_case_to_the_settled_debt(self):
        ledger = self._receivable_lines(self.goods | self.interest)
        self._work("cartera_finiquito_signed", self.ana)
        agreement = self.case.agreement_ids
        self.assertRecordValues(
            agreement,
            [
                {
                    "kind": "finiquito",
                    "state": "active",
                    "user_id": self.ana.id,
                    "amount_debt": 12760,
                    "amount_quita_interest": 1160,
                    "amount_quita_capital": 580,
                    "amount_total": 11020,
                    "amount_open": 11020,
                }
            ],
        )
        self.assertEqual(
            [(str(row.date), row.amount_total) for row in agreement.installment_ids],
            [("2026-07-15", 11020)],
        )
        self.assertFalse(agreement.move_ids)
        self.assertDocuments(agreement, "contract")
        self.assertLedgerEven()

        self.frozen.move_to("2026-07-10 18:00:00")
        self._work("cartera_finiquito_paid", self.clara, self.goods)
        self.assertEqual(ledger.mapped("amount_residual"), [580, 1160])
        self.assertEqual(agreement.state, "active")
        self.assertLedgerEven()

        self._work("cartera_finiquito_settled", self.rita, agreement)
        self.assertSettled(agreement)
        self.assertHistory(
            agreement,
            ("draft", "ana"),
            ("proposed", "ana"),
            ("active", "ana"),
            ("kept", "rita"),
        )
        self.assertEqual(
            {
                note.reversed_entry_id: (note.amount_untaxed, note.amount_tax)
                for note in agreement.move_ids
            },
            {self.goods: (500, 80), self.interest: (1000, 160)},
        )
        self.assertDocuments(agreement, "contract", "settlement_letter")
        letter = self._get_document(agreement, "settlement_letter")
        self.assertIn("1,740.00", letter.body)
        self.assertEqual(self.case.amount_total, 0)
