from odoo.tests import tagged

from .dispute_common import DisputeCommon


@tagged("post_install", "-at_install", "cartera", "cartera_dispute")
class TestDisputeLedger(DisputeCommon):
    """What is still disputed is a function of the ledger."""

    def test_only_the_disputed_part_leaves_what_is_asked_for(self):
        dispute = self._open(40)
        self.assertRecordValues(
            self._read_case(),
            [{"amount_overdue": 100, "amount_disputed": 40, "amount_collectable": 60}],
        )
        self._credit(15)
        self.assertRecordValues(
            self._read_case(),
            [{"amount_overdue": 85, "amount_disputed": 25, "amount_collectable": 60}],
        )
        dispute.action_unfounded()
        self.assertRecordValues(
            self._read_case(),
            [{"amount_overdue": 85, "amount_disputed": 0, "amount_collectable": 85}],
        )

    def test_credit_note_reduces_what_is_disputed(self):
        dispute = self._open(40)
        self._credit(15)
        self.assertDispute(dispute, state="open", amount=40, amount_open=25)

    def test_credit_note_that_covers_it_closes_and_its_undoing_opens_again(self):
        dispute = self._open(40)
        self._found(dispute)
        note = self._credit(40)
        self.assertDispute(
            dispute,
            state="closed",
            outcome="credited",
            amount_open=0,
            is_closed_by_ledger=True,
        )
        self.assertEqual(str(dispute.date_closed), "2026-06-30")
        self.assertFalse(dispute.item_ids.is_open)
        self._unmatch(note)
        self.assertDispute(
            dispute,
            state="founded",
            outcome=False,
            amount_open=40,
            is_closed_by_ledger=False,
            date_closed=False,
        )
        self._match(self.invoice | note)
        self.assertDispute(dispute, state="closed", outcome="credited", amount_open=0)

    def test_credit_note_closes_what_nobody_has_answered(self):
        dispute = self._open(40)
        kind = self.env.ref("cartera_cobranza.mail_activity_type_dispute")
        note = self._credit(60)
        self.assertDispute(dispute, state="closed", outcome="credited")
        self.assertFalse(dispute.activity_ids)
        self._unmatch(note)
        self.assertDispute(dispute, state="open", amount_open=40)
        self.assertEqual(dispute.activity_ids.activity_type_id, kind)
        self.assertEqual(dispute.activity_ids.user_id, self.seller)

    def test_only_the_last_question_is_asked_again(self):
        dispute = self._open(40)
        dispute.action_unfounded()
        dispute.action_reopen()
        payment = self._pay(self.invoice, 100, "2026-06-30")
        self.assertDispute(dispute, state="closed", outcome="paid")
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertDispute(dispute, state="analysis", amount_open=40)
        self.assertEqual(len(dispute.activity_ids), 1)

    def test_only_the_accepted_part_waits(self):
        dispute = self._open(40)
        dispute.amount_accepted = 15
        dispute.action_founded()
        self._credit(15)
        self.assertDispute(dispute, state="closed", outcome="credited", amount_open=0)

    def test_credit_note_back_dated_counts_and_one_matched_before_does_not(self):
        self._credit(20)
        dispute = self._open(40)
        self.assertDispute(dispute, state="open", amount_open=40)
        self._credit(10, day="2026-05-15")
        self.assertDispute(dispute, state="open", amount_open=30)

    def test_payment_leaves_the_disputed_part_alone(self):
        dispute = self._open(40)
        self._pay(self.invoice, 60, "2026-06-30")
        self.assertDispute(dispute, state="open", amount_open=40)
        payment = self._pay(self.invoice, 30, "2026-06-30")
        self.assertDispute(dispute, state="open", amount=40, amount_open=10)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertDispute(dispute, state="open", amount_open=40)

    def test_paid_item_closes_and_a_bounced_payment_opens_again(self):
        dispute = self._open(40)
        dispute.action_analyse()
        payment = self._pay(self.invoice, 100, "2026-06-30")
        self.assertDispute(
            dispute,
            state="closed",
            outcome="paid",
            amount_open=0,
            is_closed_by_ledger=True,
        )
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertDispute(dispute, state="analysis", outcome=False, amount_open=40)

    def test_what_people_closed_stays_closed(self):
        dispute = self._open(40)
        dispute.action_unfounded()
        payment = self._pay(self.invoice, 100, "2026-06-30")
        self._read_case()
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertDispute(
            dispute,
            state="closed",
            outcome="unfounded",
            amount_open=0,
            is_closed_by_ledger=False,
        )

    def test_document_reset_to_draft_closes_until_it_is_posted(self):
        dispute = self._open(40)
        self.invoice.button_draft()
        self.assertDispute(
            dispute, state="closed", outcome="cancelled", is_closed_by_ledger=True
        )
        self.invoice.action_post()
        self.assertDispute(dispute, state="open", amount_open=40)

    def test_two_disputes_of_one_item_share_credit_and_rest(self):
        first, second = self._open(60), self._open(40)
        self._credit(70)
        self.assertDispute(first, state="closed", outcome="credited", amount_open=0)
        self.assertDispute(second, state="open", amount_open=30)
        self._pay(self.invoice, 20, "2026-06-30")
        self.assertDispute(second, state="open", amount_open=10)

    def test_several_items_close_together(self):
        other = self._invoice(50, "2026-05-02", due="2026-05-31")
        dispute = self.case._open_dispute(
            {
                "reason_id": self.reason.id,
                "lines": [
                    (self.line.id, 30),
                    (self._receivable_lines(other).id, 20),
                ],
            }
        )
        self._credit(30)
        self.assertDispute(dispute, state="open", amount_open=20)
        self.assertEqual(dispute.item_ids.mapped("is_open"), [False, True])
        self._credit(20, invoice=other)
        self.assertDispute(dispute, state="closed", outcome="credited")

    def test_foreign_currency_counts_in_its_own(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        invoice = self._invoice(100, "2026-05-01", currency=euro)
        dispute = self._open(40, self._receivable_lines(invoice))
        note = self._invoice(25, "2026-06-30", currency=euro, move_type="out_refund")
        self._match(invoice | note)
        self.assertDispute(dispute, amount=40, amount_open=15)

    def test_night_settles_what_no_reader_brought_in(self):
        dispute = self._open(40)
        self._credit(40)
        self.env["cartera.case.queue"]._forget(self.company)
        self.env.flush_all()
        self.env["cartera.run"].run(self.company)
        self.assertRecordValues(dispute, [{"state": "closed", "outcome": "credited"}])

    def test_debtors_without_disputes_cost_one_query(self):
        engine = self.env["cartera.dispute.engine"]
        stranger = self._create_debtor("Ferretería La Tuerca")
        self._open(40)
        day = self.company._get_cartera_today()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(engine._settle(self.company, day, stranger.ids), 0)
        # Nothing changes: nothing is written.
        with self.assertQueryCount(1):
            self.assertEqual(engine._settle(self.company, day, self.debtor.ids), 0)

    def test_closing_is_written_in_the_chatter(self):
        dispute = self._open(40)
        self._credit(40)
        self._read_case()
        self.assertIn("credit notes cover", str(dispute.message_ids[0].body))
        self.assertEqual(
            dispute.message_ids[0].author_id, self.env.ref("base.partner_root")
        )
