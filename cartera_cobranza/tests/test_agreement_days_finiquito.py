from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .agreement_days_common import AgreementDays


class FiniquitoDays(AgreementDays):
    """1,740 invoiced with VAT, 240 of it paid: 1,200 in two payments settle 1,500."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._call(
            "first",
            cls._taxed_invoice((1000, cls.vat_now), day="2026-03-01", due="2026-03-31"),
        )
        cls.second = cls._call(
            "second",
            cls._taxed_invoice((500, cls.vat_now), day="2026-04-01", due="2026-04-30"),
        )
        earlier = cls._pay(cls.first, 240, "2026-06-01")
        cls._call("earlier payment", earlier.move_id)
        limits = {"term_max": 2, "validity_days": 10}
        cls.product = cls._agreement_product(
            "finiquito",
            method="custom",
            notice_days=0,
            default_missed=0,
            default_days=0,
            grid_ids=[
                Command.create({"authority": "collector", "quita_capital": 10}),
                Command.create(
                    {"authority": "supervisor", "quita_capital": 30, **limits}
                ),
            ],
        )

    def _negotiate(self):
        """What the collector asks for: 20 % of discount, 10 % may be granted."""
        with self._walk("2026-06-30"):
            self._make_promise(("2026-07-03", 500))
            self._case().user_id = self.collector
            agreement = self._as(self.collector, self._case())._negotiate(
                {
                    "product_id": self.product.id,
                    "quita_capital": 20,
                    "payments": [("2026-07-10", 600), ("2026-07-24", 600)],
                }
            )
            self.assertAgreement(
                agreement,
                "draft",
                name="/",
                amount_debt=1500,
                amount_quita=300,
                amount_payable=1200,
                date_limit="2026-07-24",
            )
            with self.assertRaisesRegex(UserError, "Say why"):
                agreement.action_propose()
            agreement.override_reason = "The shop closes"
            agreement.action_propose()
            self.assertAgreement(agreement, "to_approve", date_signed=False)
            self.assertTasks(agreement, "agreement")
            self._as(self.supervisor, agreement)._approve("Granted once")
            self.assertAgreement(agreement, "proposed", approved_by_id=self.supervisor)
            self._as(self.collector, agreement).action_issue_document()
            self.assertDocuments(agreement, ("proposal", "valid", "valid"))
            # An offer changes nothing yet.
            self.assertItems(
                ("first", "2026-03-31", 920, "91-120", "91-120", "promised"),
                ("second", "2026-04-30", 580, "61-90", "61-90", "collectable"),
            )
        return self._as(self.env.user, agreement)

    def _sign(self, agreement):
        with self._walk("2026-07-01"):
            self.assertCase(stage_id="extrajudicial", amount_collectable=580)
            self._as(self.collector, agreement)._sign()
            self.assertSigned(agreement)

    def assertSigned(self, agreement):
        self.assertAgreement(
            agreement,
            "active",
            date_signed="2026-07-01",
            date_started="2026-07-01",
        )
        self.assertFalse(agreement.move_ids)
        self.assertDocuments(
            agreement, ("proposal", "valid", "ended"), ("contract", "valid", "valid")
        )
        self.assertEqual(self._case().promise_ids.state, "withdrawn")
        self.assertEqual(agreement.item_ids.mapped("amount_quita"), [184, 116])
        self.assertItems(
            ("first", "2026-07-10", 600, "Not due", "91-120", "collectable"),
            ("first", "2026-07-24", 320, "Not due", "91-120", "collectable"),
            ("second", "2026-07-24", 280, "Not due", "61-90", "collectable"),
            ("second", "2026-07-24", 300, "Not due", "61-90", "agreed"),
        )
        self.assertCase(
            amount_total=1500,
            amount_overdue=0,
            amount_collectable=0,
            amount_agreed=1500,
            amount_promised=0,
        )

    def _pay_first(self, agreement):
        """Up to the first payment of 600, which comes on its day."""
        with self._walk("2026-07-02"):
            self.assertAgreement(
                agreement,
                "active",
                amount_open=1200,
                date_next="2026-07-10",
                amount_next=600,
            )
            self.assertInstallments(
                agreement, (1, "pending", 0, 600, 0), (2, "pending", 0, 600, 0)
            )
            # Nothing is overdue any more: the debtor goes back to where all begin.
            self.assertCase(stage_id="preventiva")
            self.assertSteps()
        self._pass("2026-07-06")
        self.assertSteps(day="2026-07-06")
        with self._walk("2026-07-07"):
            self.assertSteps(("Remind", 1, 600))
        with self._walk("2026-07-08"):
            self.assertSteps()
        self._pass("2026-07-09")
        with self._walk("2026-07-10"):
            self.assertInstallments(
                agreement, (1, "due", 0, 600, 0), (2, "pending", 0, 600, 0)
            )
            payment = self._money(600, self.first, name="first payment")
            self.assertItems(
                ("first", "2026-07-24", 320, "Not due", "91-120", "collectable"),
                ("second", "2026-07-24", 280, "Not due", "61-90", "collectable"),
                ("second", "2026-07-24", 300, "Not due", "61-90", "agreed"),
            )
            self.assertInstallments(
                agreement, (1, "paid", 600, 0, 0), (2, "pending", 0, 600, 0)
            )
        with self._walk("2026-07-11"):
            self.assertAgreement(agreement, "active", amount_paid=600, amount_open=600)
            self.assertEqual(str(agreement.installment_ids[0].date_paid), "2026-07-10")
            self.assertEntry(
                self.first,
                ("receivable", 1160, 0, "2026-03-31", self._paid_by(240, 600)),
                ("sales", 0, 1000),
                ("vat", 0, 160),
            )
        return payment

    def _paid_by(self, earlier, first):
        return {"earlier payment": earlier, "first payment": first}

    def assertWaivedAgain(self):
        """What anybody finds who asks about the debt: it is gone."""
        self.assertItems()
        self.assertCase(
            amount_total=0, amount_overdue=0, amount_agreed=0, bucket_id=self._none()
        )

    def _none(self):
        return self.env["cartera.aging.bucket"]


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestFiniquitoDays(FiniquitoDays):
    """A finiquito from the case to its end, day by day."""

    def test_before_it_the_debtor_is_chased(self):
        with self._walk("2026-06-29"):
            self.assertSteps(("Chase", None, 1500), ("Demand", None, 1500))
            self.assertItems(
                ("first", "2026-03-31", 920, "61-90", "61-90", "collectable"),
                ("second", "2026-04-30", 580, "31-60", "31-60", "collectable"),
            )

    def test_kept(self):
        agreement = self._negotiate()
        self._sign(agreement)
        self._pay_first(agreement)
        with self._walk("2026-07-21"):
            self.assertSteps(("Remind", 2, 600))
        self._pass("2026-07-23")
        with self._walk("2026-07-24"):
            # Money that nobody has matched settles nothing.
            self._money(600, name="second payment")
            self.assertCase(amount_total=300, amount_credit=-600)
            self.assertAgreement(agreement, "active", amount_open=600)
        with self._walk("2026-07-25"):
            self.assertAgreement(agreement, "active", amount_open=600)
            self.assertFalse(agreement.move_ids)
            self._as(self.collector, agreement).action_match_payments()
            # Of each item what is to be waived stays open.
            self.assertOpen(self.first, 184)
            self.assertOpen(self.second, 116)
            self.assertItems(
                ("first", "2026-07-25", 184, "Not due", "91-120", "agreed"),
                ("second", "2026-07-25", 116, "Not due", "61-90", "agreed"),
            )
            self.assertAgreement(
                agreement, "active", "complete", is_settlement_due=True
            )
            self.assertDocuments(
                agreement,
                ("proposal", "valid", "ended"),
                ("contract", "valid", "valid"),
            )
        with self._walk("2026-07-26"):
            self.assertSettledByCreditNotes(agreement)
            self.assertCase(stage_id="preventiva")
        with self._walk("2026-07-27"):
            self.assertSteps()
            self.assertEqual(len(agreement.move_ids), 2)
            self.assertEqual(len(agreement.document_ids), 3)
        # Odoo dates the matching by the money, not by the day on which it was done.
        self.assertPastUnchanged("2026-07-24")

    def assertSettledByCreditNotes(self, agreement):
        self.assertAgreement(
            agreement,
            "kept",
            date_ended="2026-07-26",
            amount_paid=1200,
            amount_open=0,
            is_settlement_due=False,
        )
        notes = agreement.move_ids.sorted("amount_total")
        self._call("note on second", notes[0])
        self._call("note on first", notes[1])
        self.assertEntry(
            notes[1],
            ("sales", 158.62, 0),
            ("vat", 25.38, 0),
            ("receivable", 0, 184, "2026-07-26", {"first": 184}),
        )
        self.assertEntry(
            notes[0],
            ("sales", 100, 0),
            ("vat", 16, 0),
            ("receivable", 0, 116, "2026-07-26", {"second": 116}),
        )
        self.assertEqual(notes.mapped("reversed_entry_id"), self.second | self.first)
        self.assertEntry(
            self.first,
            (
                "receivable",
                1160,
                0,
                "2026-03-31",
                {
                    "earlier payment": 240,
                    "first payment": 600,
                    "second payment": 136,
                    "note on first": 184,
                },
            ),
            ("sales", 0, 1000),
            ("vat", 0, 160),
        )
        self.assertSettled(agreement)
        self.assertDocuments(
            agreement,
            ("proposal", "valid", "ended"),
            ("contract", "valid", "valid"),
            ("settlement_letter", "valid", "valid"),
        )
        self.assertInstallments(
            agreement, (1, "paid", 600, 0, 0), (2, "paid", 600, 0, 0)
        )
        self.assertWaivedAgain()

    def test_not_paid_in_time(self):
        """It lapses after its last day and the tolerance: all of the rest is owed by
        its own dates, and the steps go on at the stage of its age."""
        agreement = self._negotiate()
        self._sign(agreement)
        self._pay_first(agreement)
        self._pass("2026-07-21", "2026-07-24", "2026-07-25")
        with self._walk("2026-07-27"):
            self.assertAgreement(agreement, "active")
            self.assertInstallments(
                agreement, (1, "paid", 600, 0, 0), (2, "due", 0, 600, 0)
            )
            # Past its day, within tolerance.
            self.assertItems(
                ("first", "2026-07-24", 320, "1-30", "91-120", "collectable"),
                ("second", "2026-07-24", 280, "1-30", "61-90", "collectable"),
                ("second", "2026-07-27", 300, "Not due", "61-90", "agreed"),
            )
        with self._walk("2026-07-28"):
            self.assertLapsed(agreement)
        with self._walk("2026-07-29"):
            self.assertSteps()
        self.assertPastUnchanged()

    def assertLapsed(self, agreement):
        self.assertAgreement(
            agreement,
            "expired",
            date_ended="2026-07-28",
            amount_paid=600,
            amount_open=0,
            date_next=False,
        )
        self.assertIn("600.00 of", agreement.end_reason)
        self.assertInstallments(agreement, (1, "paid", 600, 0, 0), (2, "void", 0, 0, 0))
        self.assertFalse(agreement.move_ids)
        self.assertItems(
            ("first", "2026-03-31", 320, "91-120", "91-120", "collectable"),
            ("second", "2026-04-30", 580, "61-90", "61-90", "collectable"),
        )
        self.assertCase(
            amount_total=900,
            amount_overdue=900,
            amount_collectable=900,
            amount_agreed=0,
            stage_id="extrajudicial",
        )
        self.assertSteps(("Chase", None, 900), ("Demand", None, 900))
        self.assertDocuments(
            agreement, ("proposal", "valid", "ended"), ("contract", "valid", "ended")
        )

    def test_late_money_accepted(self):
        agreement = self._negotiate()
        self._sign(agreement)
        self._pay_first(agreement)
        self._pass("2026-07-24", "2026-07-28")
        with self._walk("2026-07-30"):
            self._money(600, self.first, self.second, name="second payment")
            self.assertOpen(self.first, 0)
            self.assertOpen(self.second, 300)
        with self._walk("2026-07-31"):
            self.assertAgreement(agreement, "expired", is_paid_late=True)
            self.assertTasks(agreement, "agreement_late")
            self.assertCase(amount_overdue=300)
            self._as(self.supervisor, agreement)._accept_late("The bank was closed")
            self.assertAgreement(
                agreement, "active", "complete", is_settlement_due=True
            )
            self.assertTasks(agreement)
            self.assertItems(
                ("second", "2026-07-31", 300, "Not due", "91-120", "agreed")
            )
        with self._walk("2026-08-01"):
            self.assertAgreement(agreement, "kept", date_ended="2026-08-01")
            note = agreement.move_ids
            self.assertEntry(
                note,
                ("sales", 258.62, 0),
                ("vat", 41.38, 0),
                ("receivable", 0, 300, "2026-08-01", {"second": 300}),
            )
            self.assertWaivedAgain()
            self.assertDocuments(
                agreement,
                ("proposal", "valid", "ended"),
                ("contract", "valid", "valid"),
                ("settlement_letter", "valid", "valid"),
            )

    def test_late_money_refused(self):
        agreement = self._negotiate()
        self._sign(agreement)
        self._pay_first(agreement)
        self._pass("2026-07-28")
        with self._walk("2026-07-30"):
            self._money(600, self.first, self.second, name="second payment")
        with self._walk("2026-07-31"):
            self._as(self.supervisor, agreement)._refuse_late("Third time")
            self.assertAgreement(agreement, "expired", is_paid_late=False)
            self.assertTasks(agreement)
        with self._walk("2026-08-01"):
            self.assertAgreement(agreement, "expired")
            self.assertFalse(agreement.move_ids)
            self.assertTasks(agreement)
            self.assertItems(
                ("second", "2026-04-30", 300, "91-120", "91-120", "collectable")
            )
            self.assertCase(stage_id="extrajudicial", amount_collectable=300)

    def test_payment_taken_back_before_and_after_it_is_settled(self):
        agreement = self._negotiate()
        self._sign(agreement)
        payment = self._pay_first(agreement)
        with self._walk("2026-07-13"):
            self._receivable_lines(self.first).remove_move_reconcile()
            self._match(self.first | self._earlier())
            self.assertInstallments(
                agreement, (1, "due", 0, 600, 0), (2, "pending", 0, 600, 0)
            )
        with self._walk("2026-07-14"):
            # One payment missed breaks nothing here: the last day counts.
            self.assertAgreement(
                agreement, "active", "late", amount_overdue=600, days_late=4
            )
            self.assertItems(
                ("first payment", "2026-07-10", -600, "1-30", "1-30", "credit"),
                ("first", "2026-07-10", 600, "1-30", "91-120", "collectable"),
                ("first", "2026-07-24", 320, "Not due", "91-120", "collectable"),
                ("second", "2026-07-24", 280, "Not due", "61-90", "collectable"),
                ("second", "2026-07-24", 300, "Not due", "61-90", "agreed"),
            )
            self._match(self.first | payment.move_id)
            self.assertAgreement(agreement, "active", amount_paid=600)
        with self._walk("2026-07-20"):
            second = self._money(600, self.first, self.second, name="second payment")
        with self._walk("2026-07-21"):
            self.assertAgreement(agreement, "kept")
            second.action_draft()
        with self._walk("2026-07-22"):
            self.assertAgreement(agreement, "kept", is_taken_back=True)
            self.assertTasks(agreement, "agreement_taken_back")
            self._as(self.supervisor, agreement)._undo_settlement("It bounced")
            self.assertAgreement(agreement, "active", amount_paid=600)
            self.assertDocuments(
                agreement,
                ("proposal", "valid", "ended"),
                ("contract", "valid", "valid"),
                ("settlement_letter", "revoked", "revoked"),
            )
            # A draft counts for nothing, though Odoo leaves it matched.
            self.assertItems(
                ("first", "2026-07-24", 320, "Not due", "91-120", "collectable"),
                ("second", "2026-07-24", 280, "Not due", "61-90", "collectable"),
                ("second", "2026-07-24", 300, "Not due", "61-90", "agreed"),
            )

    def _earlier(self):
        return next(
            move for move, name in self.documents.items() if name == "earlier payment"
        )
