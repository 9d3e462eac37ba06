from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .contact_common import ContactCommon

NOON = "2026-06-30 18:00:00"  # in Mexico City
NIGHT = "2026-06-30 05:00:00"


@tagged("post_install", "-at_install", "cartera")
class TestWorklist(ContactCommon):
    """What stands on the worklist, when, how urgent and why; and that it is so at
    once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to(NOON)
        cls.collector = cls._create_user("worklist_collector", "own")
        cls.company.cartera_default_user_id = cls.collector
        cls.segments = cls.env["cartera.segment"].search([])
        cls.segments.attention_days = 30
        cls.person = cls._create_person("mx", phone="+525555550100")

    def _entry(self, partner=None):
        return self.env["cartera.worklist.entry"].search(
            [
                ("case_id.partner_id", "=", (partner or self.person).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _owe(self, partner=None, amount=100, due="2026-06-20"):
        """The case of a debtor with an invoice due on a day."""
        self._invoice(amount, "2026-01-05", due=due, partner=partner or self.person)
        return self._case(partner or self.person)

    def assertNext(self, day, action, partner=None):
        entry = self._entry(partner)
        self.assertEqual(
            (fields.Date.to_string(entry.date_next), entry.next_action), (day, action)
        )

    def _attend(self, case, **values):
        return self._log(case, user_id=self.collector.id, **values)

    def _plan(self, case, day, kind="cartera_cobranza.mail_activity_type_call"):
        return case.activity_schedule(
            kind, date_deadline=day, user_id=self.collector.id
        )

    # -- when ---------------------------------------------------------------------

    def test_who_owes_is_on_the_list_until_it_has_paid(self):
        self.assertFalse(self._entry())
        self._owe()
        self.assertNext("2026-06-30", "attention")
        invoice = self.env["account.move"].search([("partner_id", "=", self.person.id)])
        self._pay(invoice, 100, "2026-06-30")
        self.assertFalse(self._entry())

    def test_who_only_has_credits_is_not_on_the_list(self):
        self._pay(self.env["account.move"], 50, "2026-06-01", partner=self.person)
        self.assertTrue(self._case(self.person))
        self.assertFalse(self._entry())

    def test_nothing_overdue_waits_for_the_first_due_date(self):
        self._owe(due="2026-08-15")
        self._owe(due="2026-07-20")
        self.assertNext("2026-07-20", "not_due")
        self.assertFalse(self._entry().is_starved)

    def test_each_debtor_has_a_next_action_at_night_too(self):
        self._owe()
        self._owe(self.debtor, due="2026-07-20")
        self.env["cartera.worklist.entry"].search([]).sudo().unlink()
        self.env["cartera.run"].run(self.company)
        owing = self.env["cartera.case"].search(
            [("company_id", "=", self.company.id), ("item_count", ">", 0)]
        )
        self.assertTrue(owing)
        self.assertEqual(owing.worklist_ids.case_id, owing)
        self.assertTrue(all(owing.mapped("date_next_action")))

    def test_a_contact_by_a_person_is_attention(self):
        case = self._owe()
        self._log(case, channel="email")
        self.assertNext("2026-06-30", "attention")
        self._attend(case)
        self.assertNext("2026-07-30", "attention")
        self.assertEqual(str(self._entry().date_attended), "2026-06-30")

    def test_activities_come_on_their_day(self):
        case = self._owe()
        self._attend(case)
        call = self._plan(case, "2026-07-03")
        self.assertNext("2026-07-03", "activity")
        call.date_deadline = "2026-07-05"
        self.assertNext("2026-07-05", "activity")
        call.unlink()
        self.assertNext("2026-07-30", "attention")

    def test_what_is_done_in_the_list_of_activities_is_done_here(self):
        """From Odoo's activity view, its calendar or a phone."""
        case = self._owe()
        call = self._plan(case, "2026-06-30").with_user(self.collector)
        note = self._plan(case, "2026-06-30", "mail.mail_activity_data_todo")
        self.assertNext("2026-06-30", "activity")
        call.action_feedback(feedback="Pays on Friday")
        self.assertEqual(str(self._entry().date_attended), "2026-06-30")
        self.assertNext("2026-06-30", "activity")
        note.with_user(self.collector).write({"date_deadline": "2026-07-09"})
        self.assertNext("2026-07-09", "activity")
        note.with_user(self.collector).action_done()
        self.assertNext("2026-07-30", "attention")

    def test_activities_of_others_are_not_the_collectors(self):
        case = self._owe()
        self._attend(case)
        case.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline="2026-07-03",
            user_id=self.env.user.id,
        )
        self.assertNext("2026-07-30", "attention")

    def test_a_promise_comes_on_the_day_of_its_payment(self):
        case = self._owe()
        self._attend(case)
        case._take_promise(
            {
                "currency_id": self.company.currency_id.id,
                "installments": [("2026-07-04", 100)],
                "channel": "call",
            }
        )
        self.assertNext("2026-07-04", "promise")

    def test_a_promise_that_broke_comes_at_once(self):
        case = self._owe()
        self._attend(case)
        case._take_promise(
            {
                "currency_id": self.company.currency_id.id,
                "installments": [("2026-07-02", 100)],
                "channel": "call",
            }
        )
        with self._on("2026-07-20 18:00:00"):
            self.env["cartera.run"].run(self.company)
            entry = self._entry()
            self.assertEqual(entry.next_action, "broken_promise")
            self.assertLessEqual(str(entry.date_next), "2026-07-20")
            [points] = [
                reason["points"]
                for reason in entry._explain()
                if reason["label"] == "Promise broken"
            ]
            self.assertEqual(points, 40)

    def _get_invoice(self):
        """The debtor's first."""
        invoices = self.env["account.move"]
        domain = [("partner_id", "=", self.person.id)]
        return invoices.search(
            [*domain, ("move_type", "=", "out_invoice")], order="id", limit=1
        )

    def _return(self, payment, day="2026-06-30", made="2026-06-30 19:00:00"):
        """The bank takes a payment back, which is entered at a moment."""
        back = payment.move_id._reverse_moves([{"date": day}], cancel=True)
        back.line_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move_line SET create_date = %s WHERE move_id = %s",
            [made, back.id],
        )
        self._case(self.person)._mark_worklist()

    def test_a_payment_that_bounces_comes_at_once(self):
        case = self._owe()
        self._owe()
        payment = self._pay(self._get_invoice(), 100, "2026-06-25")
        self._attend(case)
        self.assertNext("2026-07-30", "attention")
        with self._on("2026-06-30 20:00:00"):
            self._return(payment)
            self.assertNext("2026-06-30", "bounced_payment")
            [points] = [
                reason["points"]
                for reason in self._entry()._explain()
                if reason["label"] == "Payment fell through"
            ]
            self.assertEqual(points, 40)
            self._attend(case)
            self.assertNext("2026-07-30", "attention")

    def test_a_payment_that_bounced_before_the_contact_is_known(self):
        case = self._owe()
        payment = self._pay(self._get_invoice(), 100, "2026-06-25")
        self._return(payment, made="2026-06-30 15:00:00")
        self._attend(case)
        self.assertNext("2026-07-30", "attention")

    def test_a_payment_that_was_cancelled_fell_through(self):
        self._owe()
        payment = self._pay(self._get_invoice(), 100, "2026-06-25")
        payment.action_draft()
        payment.action_cancel()
        self.assertNext("2026-06-30", "bounced_payment")

    def test_money_that_we_give_back_did_not_bounce(self):
        case = self._owe()
        self._attend(case)
        self._pay(self._get_invoice(), 50, "2026-06-25")
        refund = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.person.id,
                "amount": 20,
                "date": "2026-06-30",
                "journal_id": self.bank_journal.id,
            }
        )
        refund.action_post()
        self.assertNotEqual(self._entry().next_action, "bounced_payment")

    def test_a_promise_that_breaks_after_the_contact_of_the_day(self):
        case = self._owe()
        case._take_promise(
            {
                "currency_id": self.company.currency_id.id,
                "installments": [("2026-07-02", 100)],
                "channel": "call",
            }
        )
        with self._on("2026-07-02 18:00:00"):
            payment = self._pay(self._get_invoice(), 100, "2026-07-02")
            self.assertFalse(self._entry())
        with self._on("2026-07-20 18:00:00"):
            self._owe(due="2026-07-10")
            self._attend(case)
            self.assertNext("2026-08-19", "attention")
        with self._on("2026-07-20 20:00:00"):
            payment.action_draft()
            self.assertNext("2026-07-20", "broken_promise")
            self._attend(case)
            self.assertNext("2026-08-19", "attention")

    def test_a_dispute_that_closes_after_the_contact_of_the_day(self):
        case = self._owe()
        line = self._receivable_lines(self._get_invoice())
        dispute = case._open_dispute(
            {
                "reason_id": self.env["cartera.dispute.reason"].search([], limit=1).id,
                "lines": [(line.id, 40)],
            }
        )
        self._attend(case)
        dispute.sudo().write({"state": "closed", "date_closed": "2026-06-30"})
        dispute.flush_recordset()
        for moment, expected in (
            ("2026-06-30 17:00:00", "attention"),
            ("2026-06-30 18:00:00", "attention"),
        ):
            self._set_written(dispute, moment)
            self.assertEqual(self._entry().next_action, expected)
        with self._on("2026-06-30 20:00:00"):
            self._set_written(dispute, "2026-06-30 19:00:00")
            self.assertNext("2026-06-30", "dispute_closed")

    def test_a_credit_note_that_closes_a_dispute_after_the_contact_of_the_day(self):
        """What the ledger does is as much news as what a person does."""
        case = self._owe()
        invoice = self._get_invoice()
        case._open_dispute(
            {
                "reason_id": self.env["cartera.dispute.reason"].search([], limit=1).id,
                "lines": [(self._receivable_lines(invoice).id, 40)],
            }
        )
        self._attend(case)
        for closed, contacted in (
            ("2026-06-30 19:00:00", "2026-06-30 20:00:00"),
            ("2026-06-30 21:00:00", "2026-06-30 22:00:00"),
        ):
            with self._on(closed):
                note = self._invoice(
                    40, "2026-06-30", partner=self.person, move_type="out_refund"
                )
                self._match(invoice | note)
                self.assertNext("2026-06-30", "dispute_closed")
            with self._on(contacted):
                self._attend(case)
                self.assertNext("2026-07-30", "attention")
                self._receivable_lines(note).remove_move_reconcile()
                self.assertNotEqual(self._entry().next_action, "dispute_closed")

    def test_a_dispute_that_was_answered_is_nobodys_work(self):
        case = self._owe()
        line = self._receivable_lines(self._get_invoice())
        dispute = case._open_dispute(
            {
                "reason_id": self.env["cartera.dispute.reason"].search([], limit=1).id,
                "lines": [(line.id, 40)],
                "date_deadline": "2026-06-28",
            }
        )
        late = self.env.ref("cartera_cobranza.cartera_worklist_rule_dispute_late")
        self.assertEqual(self._entry().next_action, "dispute")
        with_late = self._entry().points
        dispute.amount_accepted = 40
        dispute.action_founded()
        self.assertNotEqual(self._entry().next_action, "dispute")
        self.assertEqual(with_late - self._entry().points, late.points)

    def _set_written(self, record, moment):
        self.env.cr.execute(
            f"UPDATE {record._table} SET write_date = %s WHERE id = %s",
            [moment, record.id],
        )
        record.case_id._mark_worklist()

    def test_a_pause_of_the_debtor_waits_for_its_review(self):
        case = self._owe(due="2026-01-31")
        self.assertTrue(self._entry().is_starved)
        case._pause(
            {
                "kind": "agreed",
                "reason": "Flood",
                "user_id": self.collector.id,
                "date_review": "2026-07-10",
                "line_ids": [],
            }
        )
        self.assertNext("2026-07-10", "pause")
        self.assertFalse(self._entry().is_starved)

    # -- resubmission -------------------------------------------------------------

    def test_a_resubmission_stands(self):
        case = self._owe()
        case._resubmit("2026-07-08")
        self.assertNext("2026-07-08", "resubmission")
        self.assertEqual(str(self._entry().date_attended), "2026-06-30")
        case._resubmit(False)
        self.assertNext("2026-06-30", "attention")

    def test_a_resubmission_is_not_in_the_past(self):
        case = self._owe()
        with self.assertRaises(ValidationError):
            case._resubmit("2026-06-29")

    def test_what_happens_later_comes_before_the_resubmission(self):
        case = self._owe()
        known = self._plan(case, "2026-06-30")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = '2026-06-30 09:00:00' "
            "WHERE id = %s",
            [known.id],
        )
        case._resubmit("2026-07-08")
        self.assertNext("2026-07-08", "resubmission")
        self._plan(case, "2026-07-02")
        self.assertNext("2026-07-02", "activity")

    def test_an_answer_comes_before_the_resubmission(self):
        case = self._owe()
        case._resubmit("2026-07-08")
        case.message_post(
            body="We pay on Friday",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.person.id,
            email_from="ana@example.com",
        )
        self.assertNext("2026-06-30", "reply")
        self.assertEqual(
            self._entry()._explain()[0]["label"], "The debtor has answered"
        )

    def test_a_resubmission_does_not_outlast_the_target(self):
        case = self._owe()
        case._resubmit("2026-12-24")
        self.assertNext("2026-07-30", "attention")

    # -- starvation ---------------------------------------------------------------

    def test_who_got_no_attention_for_too_long_is_neglected(self):
        case = self._owe(due="2026-05-31")
        self.assertFalse(self._entry().is_starved)
        with self._on("2026-07-01 18:00:00"):
            self.env["cartera.worklist.engine"]._refresh(
                self.company, fields.Date.to_date("2026-07-01")
            )
            self.assertTrue(self._entry().is_starved)
            self._attend(case)
            self.assertFalse(self._entry().is_starved)

    def test_the_segment_says_how_often(self):
        case = self._owe(due="2026-06-15")
        self.assertFalse(self._entry().is_starved)
        segment = self.env["cartera.segment"].create(
            {"name": "Key accounts", "sequence": 0, "attention_days": 7}
        )
        case.sudo().segment_id = segment
        case._mark_worklist()
        self.assertTrue(self._entry().is_starved)

    def test_who_is_insolvent_is_not_neglected_nor_called(self):
        self._owe(due="2026-01-31")
        self.assertTrue(self._entry().is_callable_now)
        self.person.cartera_insolvent_since = "2026-06-01"
        self._case(self.person)._mark_worklist()
        entry = self._entry()
        self.assertFalse(entry.is_starved)
        self.assertFalse(entry.is_callable_now)
        self.assertNext("2026-07-01", "attention")

    # -- order --------------------------------------------------------------------

    def _create_four(self):
        """Debtors in the reverse of their order on the list."""
        people = {
            name: self._create_person("mx", name=name, phone=phone)
            for name, phone in (
                ("mute", False),
                ("small", "+525555550101"),
                ("large", "+525555550102"),
                ("neglected", "+525555550103"),
            )
        }
        self._owe(people["mute"], 90000, due="2026-01-31")
        self._owe(people["small"], 100)
        self._owe(people["large"], 50000)
        self._owe(people["neglected"], 10, due="2026-05-15")
        return people

    def test_callable_then_neglected_then_points(self):
        people = self._create_four()
        entries = self.env["cartera.worklist.entry"].search(
            [("case_id.partner_id", "in", [p.id for p in people.values()])]
        )
        names = {person: name for name, person in people.items()}
        self.assertEqual(
            [names[entry.case_id.partner_id] for entry in entries],
            ["neglected", "large", "small", "mute"],
        )

    def test_the_hour_changes_the_order_without_a_write(self):
        people = self._create_four()
        domain = [("case_id.partner_id", "in", [p.id for p in people.values()])]
        callable_now = [*domain, ("is_callable_now", "=", True)]
        entries = self.env["cartera.worklist.entry"]
        self.assertEqual(len(entries.search(callable_now)), 3)
        with self._on("2026-07-01 08:00:00"):
            self.env.invalidate_all()
            found = entries.search(domain)
            self.assertFalse(any(found.mapped("is_callable_now")))
            self.assertFalse(entries.search(callable_now))
            self.assertEqual(
                found[0].case_id.partner_id, people["mute"], "neglected, and by far"
            )

    def test_hours_that_are_over_are_filled_in_anew(self):
        self._owe()
        until = self._entry().call_until
        self.assertGreater(until, fields.Datetime.now())
        with self._on("2026-07-01 08:00:00"):
            engine = self.env["cartera.worklist.engine"]
            engine._cron_fill_calls()
            self.env.invalidate_all()
            self.assertGreater(self._entry().call_from, fields.Datetime.now())
            self.assertEqual(
                engine._fill_calls(
                    self.company, self.company._get_cartera_today(), only_over=True
                ),
                0,
            )

    def test_limits_of_contacts_move_the_hours(self):
        person = self._create_person("co", phone="+576015550100")
        self._consent(person, "call")
        case = self._owe(person)
        entry = self._entry(person)
        self.assertTrue(entry.is_callable_now)
        self._plan(case, "2026-06-30")
        self._attend(case, reached="reached")
        entry = self._entry(person)
        self.assertNext("2026-06-30", "activity", person)
        self.assertFalse(entry.is_callable_now)

    # -- points -------------------------------------------------------------------

    def test_points_are_explained(self):
        self._owe(amount=25000)
        entry = self._entry()
        reasons = entry._explain()
        self.assertEqual(entry.points, sum(reason["points"] for reason in reasons))
        by_label = {reason["label"]: reason for reason in reasons}
        self.assertEqual(by_label["Much is overdue"]["points"], 8)
        self.assertIn("25,000.00", by_label["Much is overdue"]["detail"])
        self.assertEqual(by_label["Overdue for long"]["detail"], "10 days")
        self.assertIn("Much is overdue", entry.why)

    def test_rules_of_the_company_replace_those_of_all(self):
        self._owe(amount=25000)
        self.env["cartera.worklist.rule"].create(
            {
                "name": "Any amount",
                "factor": "amount",
                "company_id": self.company.id,
                "points": 77,
            }
        )
        self._case(self.person)._mark_worklist()
        points = {r["label"]: r["points"] for r in self._entry()._explain()}
        self.assertEqual(points["Any amount"], 77)
        self.assertNotIn("Much is overdue", points)
        self.assertIn("Overdue for long", points)

    def test_no_rule_gives_points_without_end(self):
        self.env["cartera.worklist.rule"].create(
            {
                "name": "Each cent",
                "factor": "amount",
                "company_id": self.company.id,
                "unit": 0.01,
                "points": 1000,
            }
        )
        self._owe(amount=90000000)
        reasons = {r["label"]: r["points"] for r in self._entry()._explain()}
        self.assertEqual(reasons["Each cent"], 1000000)
        self.assertEqual(self._entry().points, sum(reasons.values()))

    def test_the_case_says_what_comes_next(self):
        case = self._owe()
        self.assertEqual(case.next_action_text, "Today: Look after the debtor")
        self._attend(case)
        self.assertEqual(case.next_action_text, "07/30/2026: Look after the debtor")
        self.assertEqual(str(case.date_next_action), "2026-07-30")
        found = self.env["cartera.case"].search(
            [("date_next_action", "=", "2026-07-30")]
        )
        self.assertIn(case, found)

    # -- whose --------------------------------------------------------------------

    def test_substitutes_see_the_entries_of_whom_they_stand_in_for(self):
        case = self._owe()
        substitute = self._create_user("worklist_substitute", "own")
        entries = self.env["cartera.worklist.entry"]
        self.assertEqual(self._entry().user_id, self.collector)
        self.assertFalse(entries.with_user(substitute).search([]))
        self.env["cartera.substitution"].create(
            {
                "company_id": self.company.id,
                "user_id": self.collector.id,
                "substitute_id": substitute.id,
                "date_from": "2026-06-30",
                "date_to": "2026-07-03",
            }
        )
        self.assertEqual(case.worker_id, substitute)
        self.env.invalidate_all()
        self.assertEqual(self._entry().user_id, substitute)
        self.assertEqual(entries.with_user(substitute).search([]).case_id, case)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_own_entries_only_and_nobody_writes(self):
        other = self._create_user("worklist_other", "own")
        self._owe()
        entry = self._entry()
        self.env.flush_all()
        with self.assertRaises(AccessError):
            entry.with_user(other).read(["points"])
        mine = entry.with_user(self.collector)
        self.assertTrue(mine.why)
        with self.assertRaises(AccessError):
            mine.points = 1000
        auditor = self._create_user("worklist_auditor", "auditor")
        self.assertEqual(entry.with_user(auditor).points, entry.points)

    def test_other_companies_are_left_alone(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = [Command.link(company.id)]
        case = (
            self.env["cartera.case"]
            .sudo()
            .create(
                {
                    "partner_id": self.debtor.id,
                    "company_id": company.id,
                    "stage_id": self.stage_preventiva.id,
                }
            )
        )
        self.env.flush_all()
        # By SQL, and after it, that the ledger of the company does not decide.
        self.env["cartera.case.queue"]._apply_pending()
        self.env.cr.execute(
            "UPDATE cartera_case SET amount_overdue = 5, amount_not_due = 0,"
            " amount_collectable = 5, item_count = 1 WHERE id = %s",
            [case.id],
        )
        engine = self.env["cartera.worklist.engine"]
        engine._refresh(company, company._get_cartera_today())
        self._owe()
        self.env["cartera.worklist.engine"]._refresh(
            self.company, self.company._get_cartera_today()
        )
        self.assertEqual(case.worklist_ids.amount, 5)
