import base64
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_contact import CallCommon

# A Tuesday; where the company is, Friday is a holiday.
TODAY = date(2026, 6, 30)
TOMORROW = date(2026, 7, 1)


class FollowUpCommon(CallCommon):
    """A collector who has just hung up."""

    def _wizard(self, code, user=None, **values):
        form = self._open(user, result=code)
        for name, value in values.items():
            form[name] = value
        return form.save()

    def _log_result(self, code, user=None, **values):
        return self._wizard(code, user, **values).action_log()

    def _activities(self):
        return self.case.activity_ids.sorted("id")

    def _attach(self, user=None):
        return (
            self.env["ir.attachment"]
            .with_user(user or self.collector)
            .create(
                {
                    "name": "transferencia.pdf",
                    "datas": base64.b64encode(b"%PDF-1.4 transfer"),
                    "res_model": "cartera.contact.log",
                    "res_id": 0,
                }
            )
        )

    def assertNothingDone(self):
        self.assertFalse(self.case.contact_ids)
        self.assertFalse(self.case.promise_ids)
        self.assertFalse(self.case.dispute_ids)
        self.assertFalse(self.case.pause_ids)
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.case.date_resubmission)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactFollowUp(FollowUpCommon):
    """What follows from each result of a contact."""

    # -- the usual ones -----------------------------------------------------------

    def test_nobody_answered(self):
        """Nothing but the result has to be said."""
        with Form(
            self.env["cartera.contact.log"]
            .with_user(self.collector)
            .with_context(default_case_id=self.case.id)
        ) as form:
            form.disposition_id = self._result("no_answer")
        form.record.action_log()
        self.assertRecordValues(
            self.case.contact_ids,
            [{"disposition_id": self._result("no_answer").id, "reached": "no_answer"}],
        )
        self.assertEqual(self.case.date_resubmission, TOMORROW)

    def test_next_day_counts_working_days(self):
        self.company.country_id = self.env.ref("base.mx")
        friday = "2026-07-03 15:00:00"
        with self._on(friday):
            self.assertEqual(self.case._get_working_day(1), date(2026, 7, 6))
            self.assertEqual(self.case._get_working_day(6), date(2026, 7, 13))
        with self._on("2026-09-15 15:00:00"):  # the day before Independence Day
            self.assertEqual(self.case._get_working_day(1), date(2026, 9, 17))

    def test_the_next_day_is_only_proposed(self):
        self._log_result("no_answer", date_next="2026-07-09")
        self.assertEqual(self.case.date_resubmission, date(2026, 7, 9))

    def test_how_long_it_took(self):
        wizard = self._wizard("busy")
        with self._on("2026-06-30 15:00:08"):
            wizard.action_log()
        self.assertEqual(self.case.contact_ids.duration, 8)

    def test_results_that_do_not_fit(self):
        for values, code in (
            ({}, "sent"),
            ({"direction": "in"}, "no_answer"),
            ({"direction": "in"}, "wrong_number"),
            ({}, "bounced"),
        ):
            with self.subTest(code, **values), self.assertRaises(UserError):
                self._log_result(code, **values)
        self.assertNothingDone()

    def test_log_and_next(self):
        action = self._wizard("no_answer").action_log_next()
        self.assertTrue(self.case.contact_ids)
        self.assertEqual(
            action, self.case.with_user(self.collector).action_next_debtor()
        )

    def test_refused(self):
        self._log_result("refused", note="Says that the price was too high")
        self.assertEqual(self.case.contact_ids.disposition_id.code, "refused")
        self.assertEqual(self.case.date_resubmission, date(2026, 7, 8))

    def test_somebody_else_answered(self):
        self._log_result("third_party_message")
        self.assertEqual(self.case.contact_ids.reached, "third_party")

    def test_documents(self):
        self._log_result("documents", note="The invoice of May")
        self.assertRecordValues(
            self._activities(),
            [{"user_id": self.collector.id, "date_deadline": TODAY}],
        )
        self.assertIn("The invoice of May", self._activities().note)

    # -- promise ------------------------------------------------------------------

    def test_a_promise(self):
        self._log_result("promise", promise_date="2026-07-10", promise_amount=60)
        promise = self.case.promise_ids
        self.assertRecordValues(
            promise,
            [
                {
                    "amount": 60,
                    "date_made": TODAY,
                    "channel": "call",
                    "contact_id": self.case.contact_ids.id,
                    "user_id": self.collector.id,
                }
            ],
        )
        self.assertEqual(promise.installment_ids.mapped("date"), [date(2026, 7, 10)])
        self.assertEqual(self.case.date_resubmission, date(2026, 7, 10))

    def test_a_promise_is_of_all_unless_said(self):
        form = self._open(result="promise")
        self.assertEqual(form.promise_amount, 100)
        form.promise_date = "2026-07-10"
        self.assertEqual(form.save().promise_currency_id, self.case.currency_id)

    def test_a_promise_is_for_the_day_of_the_policy_unless_said(self):
        form = self._open(result="promise")
        take = self.env["cartera.promise.take"].create({"case_id": self.case.id})
        self.assertEqual(form.promise_date, take.date_first)
        form.promise_date = "2026-07-02"
        form.promise_amount = 60
        self.assertEqual(str(form.promise_date), "2026-07-02")
        self.assertFalse(self._open(result="refused").promise_date)

    def test_a_promise_beyond_the_limits_says_so_before_and_after(self):
        self.env["cartera.promise.policy"].search([]).max_days_first = 10
        form = self._open(result="promise")
        form.promise_date = "2026-07-10"
        self.assertFalse(form.promise_limit_text)
        form.promise_date = "2026-07-20"
        self.assertIn("more than 10 days away", form.promise_limit_text)
        form.promise_count = 0
        self.assertFalse(form.promise_limit_text)
        form.promise_count = 1
        action = form.save().action_log()
        self.assertEqual(self.case.promise_ids.state, "proposed")
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("more than 10 days away", action["params"]["message"])
        self.assertEqual(
            action["params"]["next"], {"type": "ir.actions.act_window_close"}
        )

    def test_a_promise_that_waits_is_told_on_the_way_to_the_next_debtor(self):
        self.env["cartera.promise.policy"].search([]).max_days_first = 10
        wizard = self._wizard("promise", promise_date="2026-07-20")
        action = wizard.action_log_next()
        self.assertIn("more than 10 days away", action["params"]["message"])
        self.assertEqual(
            action["params"]["next"],
            self.case.with_user(self.collector).action_next_debtor(),
        )

    def test_a_late_log_is_judged_by_the_day_of_the_promise(self):
        self.env["cartera.promise.policy"].search([]).max_days_first = 10
        wizard = self._wizard("promise", promise_date="2026-07-10")
        wizard.date = "2026-06-29 15:00:00"
        self.assertIn("more than 10 days away", wizard.promise_limit_text)

    def test_a_promise_in_the_currency_of_the_debt(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        self._invoice(
            500, "2026-05-01", "2026-05-31", self.case.partner_id, currency=euro
        )
        form = self._open(result="promise")
        self.assertEqual(form.promise_currency_id, euro)
        self.assertEqual(form.promise_amount, 500)
        form.promise_date = "2026-07-10"
        form.save().action_log()
        self.assertEqual(self.case.promise_ids.currency_id, euro)

    def test_instalments_sum_up(self):
        form = self._open(result="promise_installments")
        form.promise_date = "2026-07-31"
        form.promise_count = 3
        self.assertIn("33.34", form.promise_text)
        form.save().action_log()
        rows = self.case.promise_ids.installment_ids.sorted("date")
        self.assertEqual(rows.mapped("amount"), [33.33, 33.33, 33.34])
        self.assertEqual(
            rows.mapped("date"),
            [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)],
        )

    def test_instalments_each_fortnight(self):
        self._log_result(
            "promise_installments",
            promise_date="2026-07-01",
            promise_count=2,
            promise_every="fortnight",
        )
        days = self.case.promise_ids.installment_ids.mapped("date")
        self.assertEqual(sorted(days), [date(2026, 7, 1), date(2026, 7, 15)])

    def test_promises_that_make_no_sense(self):
        for values, words in (
            ({"promise_date": False}, "the day"),
            ({"promise_date": "2026-06-29"}, "before"),
            ({"promise_amount": 0}, "the amount"),
            ({"promise_amount": -1}, "the amount"),
            ({"promise_count": 0}, "from 1 to"),
            ({"promise_count": 999}, "from 1 to"),
            ({"promise_amount": 5000}, "more than"),
        ):
            wizard = self._wizard("promise", promise_date="2026-07-10")
            wizard.write(values)
            with self.subTest(values), self.cr.savepoint():
                with self.assertRaisesRegex(UserError, words):
                    wizard.action_log()
            wizard.unlink()

    # -- dispute ------------------------------------------------------------------

    def _dispute_values(self):
        return {
            "dispute_reason_id": self.env["cartera.dispute.reason"].search([], limit=1),
            "dispute_item_id": self._find_items(self.case.partner_id),
        }

    def test_a_dispute(self):
        form = self._open(result="dispute", note="Two boxes were broken")
        for name, value in self._dispute_values().items():
            form[name] = value
        self.assertEqual(form.dispute_amount, 100)
        form.dispute_amount = 30
        wizard = form.save()
        wizard.proof_ids = self._attach()
        wizard.action_log()
        dispute = self.case.dispute_ids
        self.assertEqual(dispute.amount, 30)
        self.assertEqual(dispute.contact_id, self.case.contact_ids)
        self.assertEqual(dispute.description, "Two boxes were broken")
        # Whoever has to answer sees what proves it.
        owner = self._create_user("cartera_jefa", "supervisor")
        evidence = dispute.attachment_ids.with_user(owner)
        evidence.invalidate_recordset()
        self.assertEqual(evidence.name, "transferencia.pdf")

    def test_a_dispute_is_about_something(self):
        wizard = self._wizard("dispute", **self._dispute_values())
        wizard.dispute_item_id = False
        with self.assertRaisesRegex(UserError, "which item"):
            wizard.action_log()
        self.assertNothingDone()

    # -- calling back -------------------------------------------------------------

    def test_call_back(self):
        self.collector.tz = "America/Lima"
        self._log_result("callback", callback_date="2026-07-02 21:30:00")
        self.assertRecordValues(
            self._activities(),
            [
                {
                    "user_id": self.collector.id,
                    "cartera_channel": "call",
                    "date_deadline": date(2026, 7, 2),
                }
            ],
        )
        self.assertIn("16:30", self._activities().summary)
        self.assertEqual(self.case.date_resubmission, date(2026, 7, 2))

    def test_what_was_noted_stays_text(self):
        self._log_result(
            "callback", callback_date="2026-07-02 21:30:00", note="5 < 6 <b>x</b>"
        )
        self.assertIn("5 &lt; 6 &lt;b&gt;x", self._activities().note)

    def test_a_call_back_outside_the_hours_is_warned_of(self):
        form = self._open(result="callback")
        form.callback_date = "2026-07-02 21:30:00"
        self.assertFalse(form.callback_text)
        form.callback_date = "2026-07-04 15:00:00"  # a Saturday
        self.assertIn("Monday 07:00", form.callback_text)

    def test_a_call_back_that_is_over(self):
        for moment in (False, "2026-06-30 14:00:00"):
            wizard = self._wizard("callback", callback_date="2026-07-02 21:30:00")
            wizard.callback_date = moment
            with self.subTest(moment), self.assertRaises(UserError):
                wizard.action_log()
        self.assertNothingDone()

    # -- has paid -----------------------------------------------------------------

    def test_has_paid_with_proof(self):
        wizard = self._wizard("already_paid", paid_date="2026-06-26", paid_amount=100)
        wizard.proof_ids = self._attach()
        wizard.action_log()
        self.assertRecordValues(
            self.case.pause_ids,
            [{"kind": "proof", "date_review": date(2026, 7, 8), "state": "active"}],
        )
        self.assertIn("100.00", self.case.pause_ids.reason)
        proof = wizard.proof_ids.sudo()
        self.assertEqual(
            (proof.res_model, proof.res_id), ("cartera.case", self.case.id)
        )
        finds = self._activities().filtered(lambda a: "Find" in a.summary)
        self.assertEqual(len(finds), 1)
        self.assertFalse(self._activities().filtered(lambda a: "Ask" in a.summary))

    def test_has_paid_without_proof(self):
        self.case.user_id = self.collector
        self._log_result("already_paid")
        summaries = self._activities().mapped("summary")
        self.assertIn("Find the payment", summaries)
        self.assertIn("Ask for the proof of payment", summaries)

    def test_will_pay_is_not_has_paid(self):
        wizard = self._wizard("already_paid", paid_date="2026-07-01")
        with self.assertRaisesRegex(UserError, "promise"):
            wizard.action_log()
        self.assertNothingDone()

    def test_proof_of_others_is_not_moved(self):
        supervisor = self._create_user("cartera_jefa", "supervisor")
        wizard = self._wizard("already_paid")
        wizard.sudo().proof_ids = self._attach(supervisor)
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            wizard.action_log()
        self.assertEqual(type(caught.exception).__name__, "AccessError")

    # -- insolvent ----------------------------------------------------------------

    def test_a_supervisor_says_that_it_is_insolvent(self):
        supervisor = self._create_user("cartera_jefa", "supervisor")
        self._log_result("insolvent", supervisor, insolvent_date="2026-06-15")
        debtor = self.case.partner_id
        self.assertEqual(debtor.cartera_insolvent_since, date(2026, 6, 15))
        self.assertFalse(self.case.pause_ids)

    def test_a_collector_asks_a_supervisor(self):
        supervisor = self._create_user("cartera_jefa", "supervisor")
        self._log_result("insolvent", insolvent_date="2026-06-15")
        self.assertFalse(self.case.partner_id.cartera_insolvent_since)
        self.assertEqual(self.case.pause_ids.kind, "internal")
        asked = self._activities().filtered(lambda a: "insolvency" in a.summary)
        self.assertTrue(
            asked.user_id.has_group("cartera_cobranza.group_cartera_supervisor")
        )
        team = self.env["cartera.team"].create(
            {
                "name": "Lima",
                "leader_id": supervisor.id,
                "member_ids": [(0, 0, {"user_id": self.collector.id})],
            }
        )
        self.case.user_id = self.collector
        self.assertEqual(self.case._get_supervisor(), team.leader_id)

    def test_insolvency_has_begun(self):
        for day in (False, "2026-07-01"):
            wizard = self._wizard("insolvent", insolvent_date="2026-06-15")
            wizard.insolvent_date = day
            with self.subTest(day), self.assertRaises(UserError):
                wizard.action_log()
        self.assertNothingDone()

    # -- causes -------------------------------------------------------------------

    def test_a_cause(self):
        cause = self.env["cartera.cause"].create(
            {"name": "Illness", "code": "test_illness", "is_sensitive": True}
        )
        self._log_result("cannot_pay", cause_id=cause)
        self.assertEqual(self.case.sudo().cause_ids.cause_id, cause)

    # -- rights -------------------------------------------------------------------

    def test_whoever_has_the_case_does_all_of_it(self):
        own = self._create_user("cartera_propia", "own")
        self.case.user_id = own
        values_of = {
            "promise": {"promise_date": "2026-07-10", "promise_amount": 40},
            "dispute": {**self._dispute_values(), "dispute_amount": 30},
            "callback": {"callback_date": "2026-07-02 21:30:00"},
            "already_paid": {"paid_date": "2026-06-26", "paid_amount": 100},
            "insolvent": {"insolvent_date": "2026-06-15"},
        }
        results = self.env["cartera.disposition"].search(
            [
                ("child_ids", "=", False),
                ("is_automatic", "=", False),
                ("code", "!=", "sent"),
            ]
        )
        for result in results:
            with self.subTest(result.code), self.cr.savepoint() as savepoint:
                values = values_of.get(result.follow_up, {})
                self._log_result(result.code, own, **values)
                self.assertEqual(self.case.contact_ids.disposition_id, result)
                self.assertGreaterEqual(self.case.date_resubmission, TODAY)
                savepoint.rollback()

    def test_cases_of_others_are_neither_seen_nor_logged(self):
        """Whoever sends ids past the window learns nothing of other debtors."""
        stranger = self._create_user("cartera_ajena", "own")
        wizard = self.env["cartera.contact.log"].with_user(stranger)
        values = {"case_id": self.case.id, "channel": "call"}
        promised = self._result("promise").id
        for name in (
            "address",
            "partner_id",
            "promise_amount",
            "promise_currency_id",
            "verdict_text",
        ):
            spec = {"follow_up": {}, "promise_currency_id": {}, name: {}}
            with self.subTest(name), self.assertRaises(AccessError):
                wizard.onchange({**values, "disposition_id": promised}, [], spec)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.create({**values, "disposition_id": promised})
        self.assertNothingDone()

    def test_messages_to_debtors_of_others_are_not_seen(self):
        stranger = self._create_user("cartera_ajena", "own")
        window = self.env["cartera.message.compose"].with_user(stranger)
        values = {"case_id": self.case.id, "channel": "sms"}
        for name in ("address", "verdict", "contact_partner_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                window.onchange(values, [], {name: {}})
        with self.assertRaises(AccessError), self.cr.savepoint():
            window.create(values)

    def test_items_of_others_are_not_contested(self):
        other = self._person_case("pe", name="Otra", phone="+51 987 654 322")
        item = self._find_items(other.partner_id)
        wizard = self._wizard("dispute", **self._dispute_values())
        wizard.dispute_item_id = item
        with self.assertRaises(UserError), self.cr.savepoint():
            wizard.action_log()
        self.assertNothingDone()

    # -- all or nothing -----------------------------------------------------------

    def test_nothing_is_half_done(self):
        """Whatever goes wrong last takes back what was done first."""
        wizard = self._wizard("already_paid")
        with (
            self.assertRaisesRegex(UserError, "Not that day"),
            self.cr.savepoint(),
            patch.object(
                type(self.case), "_resubmit", side_effect=UserError("Not that day")
            ),
        ):
            wizard.action_log()
        self.env.invalidate_all()
        self.assertNothingDone()

    def test_a_refused_promise_leaves_no_contact(self):
        wizard = self._wizard("promise", promise_date="2026-07-10")
        wizard.promise_amount = 5000
        with self.assertRaises(UserError), self.cr.savepoint():
            wizard.action_log()
        self.env.invalidate_all()
        self.assertNothingDone()

    def test_the_planned_call_is_completed(self):
        activity = self.case.activity_schedule(
            "cartera_cobranza.mail_activity_type_call", user_id=self.collector.id
        )
        self._log_result("callback", callback_date="2026-07-02 21:30:00")
        self.assertFalse(activity.active)
        self.assertEqual(len(self._activities()), 1)
