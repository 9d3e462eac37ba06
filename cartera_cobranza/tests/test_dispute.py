from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .dispute_common import DisputeCommon

QUESTION = "cartera_cobranza.mail_activity_type_dispute"
LATE = "cartera_cobranza.mail_activity_type_dispute_late"
ANSWERED = "cartera_cobranza.mail_activity_type_dispute_answered"


@tagged("post_install", "-at_install", "cartera", "cartera_dispute")
class TestDispute(DisputeCommon):
    """Opening a dispute, answering it and undoing that."""

    def _activities(self, dispute, kind):
        return dispute.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(kind)
        )

    # -- opening ------------------------------------------------------------------

    def test_dispute_has_number_owner_and_deadline_by_its_reason(self):
        dispute = self._open(40)
        self.assertRegex(dispute.name, r"^D/2026/\d{5}$")
        self.assertDispute(
            dispute,
            state="open",
            user_id=self.seller.id,
            date_deadline=date(2026, 7, 7),
            amount=40,
            amount_open=40,
            partner_id=self.debtor.id,
            root_cause="sales",
        )

    def test_numbers_are_counted_by_company(self):
        first = self._open(10)
        other = self.company_data_2 = self.setup_other_company()
        invoice = self._invoice(50, "2026-05-01", company=other["company"])
        line = self._receivable_lines(invoice)
        case = self._case(company=other["company"])
        second = case._open_dispute(
            {"reason_id": self.reason.id, "lines": [(line.id, 5)]}
        )
        third = self._open(10)
        self.assertEqual(second.company_id, other["company"])
        self.assertEqual(second.name, first.name)
        self.assertEqual(int(third.name[-5:]), int(first.name[-5:]) + 1)

    def test_owner_by_reason(self):
        person = self._create_employee("logistics")
        for owner, expected in (
            ("salesperson", self.seller),
            ("user", person),
            ("collector", self.collector),
        ):
            with self.subTest(owner):
                self.reason.write({"owner": owner, "user_id": person.id})
                self.assertEqual(self._open(5).user_id, expected)

    def test_without_salesperson_the_collector_answers(self):
        self.invoice.invoice_user_id = False
        self.assertEqual(self._open().user_id, self.collector)
        self.invoice.invoice_user_id = self.seller
        self.seller.active = False
        self.assertEqual(self._open().user_id, self.collector)

    def test_owner_gets_an_activity_that_goes_with_owner_and_deadline(self):
        dispute = self._open()
        [activity] = self._activities(dispute, QUESTION)
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.date_deadline, dispute.date_deadline)
        other = self._create_employee("logistics")
        dispute.write({"user_id": other.id, "date_deadline": "2026-07-20"})
        self.assertEqual(self._activities(dispute, QUESTION), activity)
        self.assertEqual(activity.user_id, other)
        self.assertEqual(str(activity.date_deadline), "2026-07-20")
        dispute.user_id = False
        self.assertFalse(self._activities(dispute, QUESTION))

    def test_no_more_than_what_is_open_can_be_disputed(self):
        with self.assertRaises(ValidationError):
            self._open(100.01)
        self._open(60)
        with self.assertRaises(ValidationError):
            self._open(40.01)
        self._open(40)
        with self.assertRaises(ValidationError):
            self._open(0.01)

    def test_what_has_been_refused_can_be_disputed_again(self):
        self._open(60).action_unfounded()
        self._open(100)

    def test_nothing_and_zero_cannot_be_disputed(self):
        with self.assertRaises(UserError):
            self.case._open_dispute({"reason_id": self.reason.id, "lines": []})
        with self.assertRaises(ValidationError):
            self.env["cartera.dispute"].create(
                {"case_id": self.case.id, "reason_id": self.reason.id}
            )

    def test_items_are_of_the_debtor_and_of_one_currency(self):
        stranger = self._create_debtor("Ferretería La Tuerca")
        strange = self._invoice(100, "2026-05-01", partner=stranger)
        foreign = self._invoice(
            100, "2026-05-01", currency=self.setup_other_currency("EUR")
        )
        with self.assertRaises(ValidationError):
            self.case._open_dispute(
                {
                    "reason_id": self.reason.id,
                    "lines": [(self._receivable_lines(strange).id, 10)],
                }
            )
        with self.assertRaises(ValidationError):
            self.case._open_dispute(
                {
                    "reason_id": self.reason.id,
                    "lines": [
                        (self.line.id, 10),
                        (self._receivable_lines(foreign).id, 10),
                    ],
                }
            )
        alone = self._open(30, self._receivable_lines(foreign))
        self.assertEqual(alone.currency_id, foreign.currency_id)

    def test_form_proposes_owner_deadline_and_what_is_free(self):
        self._open(30)
        action = self.case.action_dispute()
        disputes = self.env["cartera.dispute"].with_user(self.collector)
        view = self.env.ref("cartera_cobranza.cartera_dispute_view_form_new")
        with Form(disputes.with_context(**action["context"]), view) as form:
            form.reason_id = self.reason
            with form.item_ids.new() as item:
                item.line_id = self.line
                self.assertEqual(item.amount, 70)
            self.assertEqual(form.amount, 70)
            self.assertEqual(form.user_id, self.seller)
            self.assertEqual(form.partner_id, self.debtor)
        self.assertEqual(form.record.amount_open, 70)
        self.assertEqual(str(form.record.date_deadline), "2026-07-07")

    def test_evidence_is_seen_by_whoever_sees_the_dispute(self):
        files = self.env["ir.attachment"].with_user(self.collector)
        log = self.env["cartera.contact.log"].with_user(self.collector)
        window = log.create(
            {
                "case_id": self.case.id,
                "channel": "call",
                "disposition_id": self.env["cartera.disposition"].search([])[:1].id,
            }
        )
        photos = files.create(
            [
                {"name": "new.txt", "raw": b"broken", "res_model": "cartera.dispute"},
                {
                    "name": "window.txt",
                    "raw": b"broken",
                    "res_model": window._name,
                    "res_id": window.id,
                },
            ]
        )
        dispute = self._open(attachment_ids=photos.ids)
        self.env.invalidate_all()
        for photo in photos:
            self.assertEqual(photo.with_user(self.seller).raw, b"broken")
            self.assertEqual(photo.res_id, dispute.id)

    # -- answering ----------------------------------------------------------------

    def test_founded_part_waits_for_its_credit_note_the_rest_returns(self):
        dispute = self._open(40)
        dispute.action_analyse()
        dispute.amount_accepted = 15
        dispute.action_founded()
        self.assertDispute(
            dispute, state="founded", amount=40, amount_accepted=15, amount_open=15
        )
        self.assertTrue(dispute.item_ids.is_open)
        self.assertFalse(self._activities(dispute, QUESTION))

    def test_founded_needs_an_amount(self):
        """Nothing accepted must not become all of it."""
        dispute = self._open(40)
        with self.assertRaisesRegex(UserError, "what the debtor is right about"):
            dispute.action_founded()
        self.assertDispute(dispute, state="open", amount_accepted=0, amount_open=40)

    def test_accepted_amount_is_spread_and_bounded(self):
        second = self._receivable_lines(
            self._invoice(50, "2026-05-02", invoice_user_id=self.seller.id)
        )
        dispute = self.case._open_dispute(
            {
                "reason_id": self.reason.id,
                "lines": [(self.line.id, 30), (second.id, 20)],
            }
        )
        dispute.amount_accepted = 35
        self.assertEqual(dispute.item_ids.mapped("amount_accepted"), [30, 5])
        for amount in (-1, 50.01):
            with self.assertRaises(ValidationError):
                dispute.amount_accepted = amount

    def test_unfounded_and_withdrawn_return_all(self):
        for button, outcome in (
            ("action_unfounded", "unfounded"),
            ("action_withdraw", "withdrawn"),
        ):
            dispute = self._open(40)
            getattr(dispute, button)()
            with self.subTest(button):
                self.assertDispute(
                    dispute,
                    state="closed",
                    outcome=outcome,
                    amount_open=0,
                    is_closed_by_ledger=False,
                )
                self.assertFalse(dispute.item_ids.is_open)
                self.assertEqual(str(dispute.date_closed), "2026-06-30")
                self.assertFalse(self._activities(dispute, QUESTION))

    def test_collector_is_asked_to_pass_the_answer_on(self):
        dispute = self._open()
        dispute.with_user(self.seller).action_unfounded()
        [activity] = self._activities(dispute, ANSWERED)
        self.assertEqual(activity.user_id, self.collector)

    def test_reopening_takes_the_part_out_again_and_asks_anew(self):
        dispute = self._open(40)
        dispute.action_unfounded()
        with self._on("2026-07-20"):
            dispute.action_reopen()
            self.assertDispute(
                dispute,
                state="analysis",
                outcome=False,
                date_closed=False,
                amount_open=40,
            )
            self.assertEqual(str(dispute.date_deadline), "2026-07-27")
            [activity] = self._activities(dispute, QUESTION)
            self.assertEqual(str(activity.date_deadline), "2026-07-27")
        self.assertFalse(self._activities(dispute, ANSWERED))

    def test_answered_disputes_are_not_answered_twice(self):
        dispute = self._open()
        dispute.action_unfounded()
        for button in ("action_founded", "action_unfounded", "action_withdraw"):
            with self.assertRaises(UserError):
                getattr(dispute, button)()
        with self.assertRaises(UserError):
            dispute.answer = "Too late"
        with self.assertRaises(UserError):
            dispute.item_ids.amount = 10

    def test_what_is_disputed_changes_until_it_is_answered(self):
        dispute = self._open(40)
        dispute.item_ids.amount = 55
        self.assertDispute(dispute, amount=55, amount_open=55)
        with self.assertRaises(ValidationError):
            dispute.item_ids.amount = 101
        with self.assertRaises(ValidationError):
            dispute.item_ids = [Command.clear()]
        self._found(dispute)
        with self.assertRaises(UserError):
            dispute.item_ids.amount = 10

    def test_state_and_amounts_are_not_written(self):
        dispute = self._open()
        for values in (
            {"state": "closed"},
            {"amount_open": 0},
            {"outcome": "paid"},
            {"is_closed_by_ledger": True},
            {"date_escalated": False},
            {"date_open": "2026-01-01"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                dispute.write(values)
        with self.assertRaises(AccessError):
            dispute.item_ids.write({"is_open": False})
        with self.assertRaises(UserError):
            dispute.write({"case_id": self.case.id})
        other = self._receivable_lines(self._invoice(100, "2026-05-01"))
        with self.assertRaises(UserError):
            dispute.item_ids.line_id = other
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        with self.assertRaises(ValidationError):
            dispute.currency_id = foreign

    def test_credit_note_window_is_for_the_contested_invoices(self):
        dispute = self._open(40)
        self._found(dispute)
        action = dispute.with_user(self.env.user).action_credit_note()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(**action["context"])
            .create({"journal_id": self.invoice.journal_id.id})
        )
        self.assertEqual(wizard.move_ids, self.invoice)
        self.assertIn(dispute.name, wizard.reason)

    # -- escalation ---------------------------------------------------------------

    def test_disputes_past_their_deadline_are_escalated_once(self):
        leader = self._create_user("dispute_leader", "supervisor")
        self.env["cartera.team"].create(
            {
                "name": "Norte",
                "leader_id": leader.id,
                "member_ids": [Command.create({"user_id": self.collector.id})],
            }
        )
        dispute = self._open(date_deadline="2026-07-02")
        for day, late in (("2026-07-02", 0), ("2026-07-03", 1), ("2026-07-04", 1)):
            with self._on(day):
                self.env["cartera.run"].run(self.company)
            with self.subTest(day):
                self.assertEqual(len(self._activities(dispute, LATE)), late)
        self.assertEqual(self._activities(dispute, LATE).user_id, leader)
        self.assertEqual(str(dispute.date_escalated), "2026-07-03")
        with self._on("2026-07-04"):
            dispute.date_deadline = "2026-07-06"
            self.assertFalse(dispute.date_escalated)
            self.assertFalse(self._activities(dispute, LATE))
        with self._on("2026-07-07"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(str(dispute.date_escalated), "2026-07-07")

    def test_answered_disputes_are_not_escalated(self):
        dispute = self._open(date_deadline="2026-07-02")
        self._found(dispute)
        with self._on("2026-07-10"):
            self.env["cartera.run"].run(self.company)
        self.assertFalse(dispute.date_escalated)

    # -- chatter ------------------------------------------------------------------

    def test_debtor_is_not_written_to_from_a_dispute(self):
        dispute = self._open()
        self.debtor.email = "faro@example.com"
        self.assertNotIn(
            self.debtor.id,
            [
                row["partner_id"]
                for row in dispute._message_get_suggested_recipients()
                if row.get("partner_id")
            ],
        )
        message = dispute.message_post(
            body="Look at this",
            partner_ids=(self.debtor | self.seller.partner_id).ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(
            message.notification_ids.res_partner_id, self.seller.partner_id
        )
