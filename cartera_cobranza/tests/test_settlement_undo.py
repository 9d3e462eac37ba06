from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .settlement_common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementUndo(SettlementCommon):
    """A settlement is taken back: what was waived is owed again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls._tax("VAT 16", 16)

    def _kept(self, method="credit_note"):
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._make_agreement(
            invoice, ("2026-07-05", 812), kind="finiquito", settlement_method=method
        )
        self._pay(invoice, 812, "2026-06-30")
        agreement._settle(self._day("2026-06-30"))
        self.assertSettled(agreement)
        return agreement

    def assertOwedAgain(self, agreement):
        self.assertEqual(agreement.state, "active")
        self.assertFalse(agreement.date_ended)
        self.assertTrue(agreement.item_ids.is_active)
        self.assertEqual(agreement.item_ids.line_id.amount_residual, 348)
        self.assertFalse(self._booked(agreement))
        self.assertLedgerEven()

    def test_a_credit_note_that_nobody_has_is_cancelled(self):
        agreement = self._kept()
        note = self._booked(agreement)
        agreement._undo_settlement("Wrong method")
        self.assertEqual(note.state, "cancel")
        self.assertOwedAgain(agreement)

    def test_a_credit_note_that_was_sent_is_reversed(self):
        agreement = self._kept()
        note = self._booked(agreement)
        note.is_move_sent = True
        agreement._undo_settlement("Wrong method")
        reversal = agreement.move_ids - note
        self.assertRecordValues(
            reversal,
            [
                {
                    "move_type": "out_invoice",
                    "state": "posted",
                    "reversed_entry_id": note.id,
                    "amount_total": 348,
                    "amount_residual": 0,
                }
            ],
        )
        self.assertEqual(self._balances(note | reversal), {})
        self.assertOwedAgain(agreement)

    def test_a_debtor_who_gets_no_new_invoices_owes_the_waiver_again(self):
        agreement = self._kept()
        self._booked(agreement).is_move_sent = True
        self.env["cartera.stage.consequence"].create(
            {"stage_id": self.stage_judicial.id, "kind": "block_invoice"}
        )
        self._case().stage_id = self.stage_judicial
        with self.assertRaisesRegex(UserError, "no new invoices"):
            self._invoice(10, "2026-06-30")
        agreement._undo_settlement("Wrong method")
        self.assertOwedAgain(agreement)

    def test_a_credit_note_of_a_locked_day_is_reversed(self):
        agreement = self._kept()
        note = self._booked(agreement)
        self.company.fiscalyear_lock_date = "2026-06-30"
        with self._on("2026-07-15"):
            agreement._undo_settlement("Wrong method")
            self.assertEqual(note.state, "posted")
            self.assertEqual(self._balances(agreement.move_ids), {})
            self.assertOwedAgain(agreement)

    def test_what_was_booked_is_taken_back_by_the_agreement_alone(self):
        for method in ("credit_note", "write_off"):
            with self.subTest(method=method):
                agreement = self._kept(method)
                booked = self._booked(agreement).sudo(False)
                for take_away in (booked.button_draft, booked._reverse_moves):
                    with self.assertRaisesRegex(UserError, agreement.name):
                        take_away()
                # As when the tax office cancels it.
                booked.sudo().button_draft()
                self.env["cartera.agreement.engine"]._judge(
                    self.company, self._day("2026-06-30")
                )
                self.assertTrue(agreement.is_taken_back)

    def test_an_entry_is_reversed(self):
        for method in ("write_off", "discount"):
            with self.subTest(method=method):
                agreement = self._kept(method)
                entry = self._booked(agreement)
                agreement._undo_settlement("Cheque bounced")
                reversal = agreement.move_ids - entry
                self.assertEqual(reversal.reversed_entry_id, entry)
                self.assertIn(agreement.name, reversal.ref)
                self.assertEqual(self._balances(entry | reversal), {})
                self.assertEqual(
                    set(self._receivable_lines(entry | reversal).mapped("reconciled")),
                    {True},
                )
                self.assertOwedAgain(agreement)

    def test_what_was_undone_is_settled_again_by_a_person_only(self):
        agreement = self._kept("write_off")
        agreement._undo_settlement("Wrong account")
        agreement.is_settlement_due = True
        settler = self.env["cartera.agreement.settler"]
        day = self._day("2026-06-30")
        self.assertEqual(settler._settle_company(self.company, day), (0, []))
        agreement.action_settle()
        self.assertSettled(agreement)
        self.assertFalse(agreement.is_settlement_held)

    def test_what_it_has_become_is_known_before_anybody_reads(self):
        agreement = self._kept()
        self.env["cartera.case.queue"]._apply_pending()
        agreement._undo_settlement("Wrong method")
        self.env.flush_all()
        # No search, which would bring it in.
        self.env.cr.execute(
            "SELECT standing, is_settlement_due FROM cartera_agreement WHERE id = %s",
            [agreement.id],
        )
        self.assertEqual(self.env.cr.fetchone(), ("complete", True))

    def test_the_letter_is_revoked(self):
        agreement = self._kept("write_off")
        letters = agreement.document_ids.filtered(
            lambda letter: letter.kind == "settlement_letter"
        )
        agreement._undo_settlement("Wrong account")
        self.assertEqual(set(letters.mapped("state")) - {"revoked"}, set())

    def test_the_next_letter_names_what_stands(self):
        agreement = self._kept("write_off")
        undone = self._booked(agreement)
        agreement._undo_settlement("Wrong account")
        agreement.action_settle()
        letter = agreement.document_ids.filtered(
            lambda one: one.kind == "settlement_letter" and one.state == "valid"
        )
        self.assertEqual(letter.entries_text, self._booked(agreement).name)
        self.assertNotIn(undone.name, letter.body)

    def test_the_letter_names_what_was_waived(self):
        """Of a waiver that was paid in part there is less to waive."""
        invoice = self._taxed_invoice((1000, self.vat))
        agreement = self._make_agreement(invoice, ("2026-07-05", 812), kind="finiquito")
        agreement.amount_quita_capital = 348
        self._pay(invoice, 900, "2026-06-30")
        agreement._settle(self._day("2026-06-30"))
        self.assertSettled(agreement)
        for kind, discount in (("settlement_letter", "260.00"), ("contract", "348.00")):
            with self.subTest(kind):
                found = agreement.document_ids.grouped("kind")[kind]
                self.assertIn(discount, found.discount_text)
                self.assertIn(discount, found.waived_text)

    def test_the_window_asks_for_the_reason(self):
        agreement = self._kept("write_off")
        action = agreement.action_undo_settlement()
        window = self.env["cartera.agreement.decision"].with_context(
            **action["context"]
        )
        with self.assertRaises(UserError):
            window.create({"reason": " "}).action_confirm()
        window.create({"reason": "Wrong account"}).action_confirm()
        self.assertOwedAgain(agreement)
        self.assertEqual(agreement.change_ids[0].reason, "Wrong account")

    def test_who_and_what(self):
        agreement = self._kept("write_off")
        collector = self._create_user("collector_u", "collector")
        supervisor = self._create_user("supervisor_u", "supervisor")
        with self.assertRaises(AccessError):
            agreement.with_user(collector)._undo_settlement("Because")
        agreement.with_user(supervisor)._undo_settlement("Because")
        self.assertOwedAgain(agreement)
        with self.assertRaises(UserError):
            agreement.with_user(supervisor)._undo_settlement("Because")


@tagged("post_install", "-at_install")
class TestSettlementReclassified(SettlementCommon):
    """What was moved to new receivable items comes back before it is waived."""

    def test_the_waiver_is_credited_on_its_invoice(self):
        vat = self._tax("VAT 16", 16)
        invoice = self._taxed_invoice((1000, vat))
        agreement = self._make_agreement(
            invoice,
            ("2026-07-05", 400),
            ("2026-08-05", 412),
            ledger_mode="reclassification",
        )
        lines = agreement.installment_ids.line_ids
        payment = self._pay(self.env["account.move"], 812, "2026-06-30", match=False)
        agreement.action_match_payments()
        self.assertEqual(lines.mapped("amount_residual"), [0, 0])
        self.assertTrue(self._receivable_lines(payment.move_id).reconciled)
        agreement._settle(self._day("2026-06-30"))
        note = self._booked(agreement)
        self.assertEqual(
            self._balances(note),
            {self.income: 300, self.tax_account: 48, self.receivable: -348},
        )
        self.assertSettled(agreement)
        agreement._undo_settlement("Wrong method")
        self.assertEqual(agreement.state, "active")
        self.assertEqual(
            sum(agreement._get_moved_lines().mapped("amount_residual")), 348
        )
        self.assertLedgerEven()
