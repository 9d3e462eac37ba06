from odoo import Command, fields
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
                for change in agreement.sudo().change_ids.sorted("id")
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


class InstallmentTourCommon(AgreementTourCommon):
    """Agreements that are paid instalment by instalment, with interest."""

    def _pay_installment(self, agreement, row):
        """The night invoices the interest of an instalment, and it is paid as a
        whole."""
        if row.number:
            self._night(f"{row.date} 18:00:00")
        nothing = self.env["account.move"]
        self._pay(nothing, row.amount_total, str(row.date), match=False)

    def _pay_installments(self, agreement, rows):
        for row in rows:
            self._pay_installment(agreement, row)
            agreement.action_match_payments()
            self.assertLedgerEven()

    def _night_after(self, row):
        """The night in which an instalment paid on its day is found to be."""
        self._night(f"{fields.Date.add(row.date, days=1)} 18:00:00")

    def assertPaidUp(self, agreement):
        """It is kept, and nothing of the debt nor of its interest is open."""
        self.assertEqual(agreement.state, "kept")
        charges = agreement.installment_ids.charge_ids
        self.assertEqual(
            charges.mapped("amount_total"),
            [row.amount_interest for row in agreement.installment_ids if row.number],
        )
        lines = self._receivable_lines(self.goods | charges)
        self.assertEqual(set(lines.mapped("amount_residual")), {0})
        self.assertEqual(self.case.amount_total, 0)
        self.assertLedgerEven()


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestReestructuraTour(InstallmentTourCommon):
    """The whole debt in instalments: from the case to the settled debt, or to
    breach."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_case()

    def _get_sent_link(self, agreement):
        """The link in the message with which the offer was sent."""
        link = agreement.get_portal_url()
        [message] = self.env["cartera.communication"].search(
            [("case_id", "=", self.case.id), ("channel", "=", "email")]
        )
        self.assertIn(link.replace("&", "&amp;"), message.body)
        return link

    def test_from_the_case_to_the_settled_debt(self):
        self._work("cartera_reestructura_asked", self.ana)
        agreement = self.case.agreement_ids
        self.assertEqual(agreement.state, "to_approve")
        self._tour(
            "/odoo/cartera-agreements", "cartera_reestructura_approved", self.rita
        )
        self.start_tour(self._get_sent_link(agreement), "cartera_sign_offer")
        self.env.invalidate_all()
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "active",
                    "signed_by": "Rosa Luz",
                    "approved_by_id": self.rita.id,
                    "amount_debt": 11600,
                    "amount_quita": 0,
                    "down_payment": 2320,
                    "term": 9,
                }
            ],
        )
        self.assertLedgerEven()

        down, first, *others = agreement.installment_ids
        self._pay_installments(agreement, down)
        self._pay_installment(agreement, first)
        self._work("cartera_reestructura_matched", self.ana, agreement)
        self.assertEqual(first.state, "paid")
        self._pay_installments(agreement, others)
        self._night_after(others[-1])
        self._work("cartera_reestructura_kept", self.ana, agreement)
        self.assertPaidUp(agreement)
        self.assertDocuments(agreement, "contract", "paz_y_salvo")
        self.assertHistory(
            agreement,
            ("draft", "ana"),
            ("to_approve", "ana"),
            ("proposed", "rita"),
            ("active", "public"),
            ("kept", self.env.user.login),
        )

    def test_from_the_case_to_the_breach(self):
        reestructura = self.env.ref("cartera_cobranza.product_reestructura_mx")
        agreement = self.case.with_user(self.ana)._negotiate(
            {"product_id": reestructura.id}
        )
        agreement.action_propose()
        agreement._sign()
        agreement = agreement.sudo()
        first = agreement.installment_ids[1]
        for day in (4, 5):
            self._night(f"{first.date.replace(month=8, day=day)} 18:00:00")
        self._work("cartera_reestructura_noticed", self.ana, agreement)
        self.assertEqual(agreement.state, "active")
        self._night("2026-08-17 18:00:00")
        self._work("cartera_reestructura_broken", self.ana, agreement)
        self.assertEqual(agreement.state, "broken")
        self.assertFalse(agreement.item_ids.filtered("is_active"))
        self.assertEqual(self.goods.amount_residual, 11600)
        self.assertLedgerEven()


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestConvenioJudicialTour(InstallmentTourCommon):
    """An agreement in court: from the case to the settled debt and the closed legal
    case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_case()
        cls.case.with_user(cls.rita).stage_id = cls.stage_judicial

    def test_from_the_case_to_the_closed_proceedings(self):
        self._work("cartera_court_signed", self.ana)
        agreement, legal = self.case.agreement_ids, self.case.legal_case_ids
        self.assertRecordValues(
            agreement,
            [
                {
                    "kind": "convenio_judicial",
                    "state": "active",
                    "legal_case_id": legal.id,
                    "court_effect": "suspends",
                    "term": 2,
                }
            ],
        )
        self.assertRecordValues(
            legal, [{"state": "suspended", "stage_suspended": "Emplazamiento"}]
        )

        down, *others = agreement.installment_ids
        self._pay_installments(agreement, down)
        self.frozen.move_to("2026-07-20 18:00:00")
        self._work("cartera_court_homologated", self.ana, agreement)
        self.assertEqual(
            [str(agreement.date_presented), str(agreement.date_homologated)],
            ["2026-07-06", "2026-07-15"],
        )
        self._pay_installments(agreement, others)
        self._night_after(others[-1])
        self.assertPaidUp(agreement)
        self.assertDocuments(agreement, "contract", "paz_y_salvo")
        self.assertEqual(legal.state, "suspended")

        self._work("cartera_court_closed", self.rita, legal)
        self.assertRecordValues(
            legal,
            [
                {
                    "state": "closed",
                    "outcome": "agreement",
                    "date_closed": agreement.date_ended,
                }
            ],
        )
        self.assertEqual(legal.measure_ids.mapped("state"), ["released"])
        self.assertFalse(
            legal.activity_ids.filtered(lambda task: "Embargo" in (task.summary or ""))
        )
