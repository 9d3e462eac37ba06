from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .contact_common import ContactCommon

# In Lima.
TUESDAY = "2026-06-30 15:00:00"
SATURDAY = "2026-07-04 15:00:00"


class CallCommon(ContactCommon):
    """A debtor in Lima, who may be called on working days from 7 to 20."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._person_case("pe", phone="+51 987 654 321")
        cls.collector = cls._create_user("cartera_ana", "collector")

    def setUp(self):
        super().setUp()
        self.startPatcher(self._on(TUESDAY))

    def _open(self, user=None, result="reached", **values):
        """The window to log a contact, as a user opens it."""
        wizard = self.env["cartera.contact.log"].with_user(user or self.collector)
        form = Form(wizard.with_context(default_case_id=self.case.id))
        for name, value in values.items():
            form[name] = value
        form.disposition_id = self._result(result)
        return form

    def _evidence(self):
        return self.refusals.search([("case_id", "=", self.case.id)])


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactLog(CallCommon):
    """The log itself."""

    def test_what_is_filled_in(self):
        contact = self._log(self.case, "email")
        self.assertRecordValues(
            contact,
            [
                {
                    "company_id": self.company.id,
                    "partner_id": self.case.partner_id.id,
                    "direction": "out",
                    "reached": "sent",
                    "origin": "manual",
                    "user_id": False,
                }
            ],
        )
        self.assertEqual(str(contact.date), TUESDAY)

    def test_only_the_note_is_edited(self):
        contact = self._log(self.case).with_user(self.collector)
        contact.note = "Asked for the invoice"
        self.assertEqual(contact.note, "Asked for the invoice")
        for values in (
            {"date": "2026-01-01"},
            {"channel": "sms"},
            {"reached": "reached"},
            {"case_id": self.case.id},
            {"note": "x", "direction": "in"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                contact.write(values)

    def test_nobody_makes_or_deletes_contacts(self):
        contact = self._log(self.case)
        administrator = self.env.ref("base.user_admin")
        administrator.company_ids |= self.company
        for user in (self.collector, administrator):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    contact.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    contact.with_user(user).create(
                        {
                            "case_id": self.case.id,
                            "company_id": self.company.id,
                            "channel": "call",
                            "date": TUESDAY,
                        }
                    )
                with self.assertRaises(AccessError):
                    self.case.with_user(user).write(
                        {"contact_ids": [Command.delete(contact.id)]}
                    )

    def test_own_cases_only(self):
        own = self._create_user("cartera_propia", "own")
        contact = self._log(self.case).with_user(own)
        self.assertFalse(contact.search([("id", "=", contact.id)]))
        with self.assertRaises(AccessError):
            contact.note = "Seen"
        self.case.user_id = own
        contact.note = "Seen"
        self.assertEqual(contact.search([("id", "=", contact.id)]).note, "Seen")

    def test_nothing_of_it_is_cleaned_up(self):
        for model in ("cartera.contact", "cartera.contact.refusal", "cartera.consent"):
            cleaners = [
                name
                for name in dir(type(self.env[model]))
                if getattr(getattr(type(self.env[model]), name), "_autovacuum", False)
            ]
            self.assertEqual(cleaners, [], model)

    def test_a_batch_costs_no_more_queries(self):
        values = [{"case_id": self.case.id, "channel": "email"}]
        self.contacts._log(values)
        with self.assertQueryCount(10):
            self.contacts._log(values * 100)
            self.env.flush_all()


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestLogAContact(CallCommon):
    """The window in which people log."""

    def test_a_call_now(self):
        form = self._open(note="Will see")
        self.assertEqual(form.verdict, "allow")
        self.assertEqual(form.address, "+51987654321")
        form.save().action_log()
        self.assertRecordValues(
            self.case.contact_ids,
            [
                {
                    "channel": "call",
                    "reached": "reached",
                    "note": "Will see",
                    "address": "+51987654321",
                    "origin": "manual",
                    "user_id": self.collector.id,
                    "outside_rule": False,
                }
            ],
        )
        self.assertFalse(self._evidence())

    def test_a_call_outside_the_rules_is_blocked(self):
        with self._on(SATURDAY), self.enter_registry_test_mode():
            form = self._open()
            self.assertEqual(form.verdict, "block")
            self.assertIn("Ley 29571, art. 62 b", form.verdict_text)
            self.assertIn("Monday 07:00", form.verdict_text)
            wizard = form.save()
            try:
                wizard.action_log()
            except UserError as error:
                self.assertIn("Monday 07:00", str(error))
            else:
                self.fail("It was not blocked.")
            self.env.cr.postrollback.run()
        self.assertFalse(self.case.contact_ids)
        self.assertEqual(self._evidence().user_id, self.collector)

    def test_a_call_outside_the_rules_is_warned_of(self):
        self.company.cartera_contact_strictness = "warn"
        with self._on(SATURDAY):
            form = self._open()
            self.assertEqual(form.verdict, "warn")
            form.save().action_log()
        self.assertEqual(self.case.contact_ids.outside_rule, "window")
        self.assertEqual(self._evidence().rule, "window")

    def test_a_past_call_is_judged_by_its_own_moment(self):
        with self._on(SATURDAY):
            form = self._open(date=TUESDAY)
            self.assertEqual(form.verdict, "allow")
            form.save().action_log()
        self.assertEqual(str(self.case.contact_ids.date), TUESDAY)
        self.assertFalse(self.case.contact_ids.outside_rule)
        self.assertFalse(self._evidence())

    def test_a_past_call_outside_the_rules_is_logged_with_evidence(self):
        form = self._open(date="2026-06-28 15:00:00")  # a Sunday
        self.assertEqual(form.verdict, "outside")
        self.assertIn("Outside the hours (Ley 29571", form.verdict_text)
        self.assertNotIn("From", form.verdict_text)
        form.save().action_log()
        self.assertEqual(self.case.contact_ids.outside_rule, "window")
        evidence = self._evidence()
        self.assertEqual((evidence.rule, str(evidence.day)), ("window", "2026-06-28"))

    def test_a_call_in_the_future_is_none(self):
        wizard = self._open(date="2026-07-01 15:00:00").save()
        with self.assertRaisesRegex(UserError, "once it takes place"):
            wizard.action_log()

    def test_the_debtor_s_own_call_is_never_refused(self):
        with self._on(SATURDAY):
            form = self._open(direction="in")
            self.assertEqual(form.verdict, "allow")
            form.save().action_log()
        self.assertEqual(self.case.contact_ids.direction, "in")
        self.assertFalse(self._evidence())

    def test_the_result_says_that_the_debtor_came_forward(self):
        """Nobody need say so twice."""
        activity = self.case.activity_schedule(
            "cartera_cobranza.mail_activity_type_call", user_id=self.collector.id
        )
        with self._on(SATURDAY):
            form = self._open()
            self.assertEqual(form.verdict, "block")
            form.disposition_id = self._result("incoming")
            self.assertEqual(form.verdict, "allow")
            # A slip of the hand lets no call pass.
            form.disposition_id = self._result("reached")
            self.assertEqual(form.verdict, "block")
            form.disposition_id = self._result("incoming")
            form.save().action_log()
        self.assertEqual(self.case.contact_ids.direction, "in")
        self.assertFalse(self.case.contact_ids.outside_rule)
        self.assertTrue(activity.active)
        self.assertFalse(self._evidence())

    def test_results_below_that_of_who_came_forward_are_the_debtors_too(self):
        own = self.env["cartera.disposition"].create(
            {
                "name": "Came to the counter",
                "code": "counter",
                "parent_id": self._result("from_debtor").id,
                "reached": "reached",
            }
        )
        with self._on(SATURDAY):
            form = self._open(direction="in", result="incoming")
            self.assertEqual(form.verdict, "allow")
            form.disposition_id = own
            form.save().action_log()
        self.assertEqual(self.case.contact_ids.direction, "in")
        self.assertEqual(self.case.contact_ids.disposition_id, own)

    def test_a_sensitive_cause_is_kept_by_the_case_alone(self):
        cause = self.env["cartera.cause"].search([("is_sensitive", "=", True)], limit=1)
        form = self._open()
        self.assertFalse(form.is_sensitive)
        form.cause_id = cause
        self.assertTrue(form.is_sensitive)
        wizard = form.save()
        wizard.action_log()
        self.assertEqual(self.case.sudo().cause_ids.cause_id, cause)
        self.assertFalse(wizard.cause_id)

    def test_a_third_party(self):
        stranger = self._create_person("pe", "Vecino")
        wizard = self._open().save()
        wizard.contact_partner_id = stranger
        self.assertEqual(wizard.verdict, "block")
        with self.assertRaisesRegex(UserError, "art. 62 f"):
            wizard.action_log()

    def test_a_call_has_a_result(self):
        wizard = self._open(result="sent").save()
        with self.assertRaises(UserError):
            wizard.action_log()

    def test_readers_log_nothing(self):
        auditor = self._create_user("cartera_auditora", "auditor")
        with self.assertRaises(AccessError):
            self._open(auditor)

    def test_others_cases_are_not_logged_on(self):
        """Not even when the case changes hands while the window is open."""
        own = self._create_user("cartera_propia", "own")
        wizard = self.env["cartera.contact.log"].with_user(own)
        self.case.user_id = own
        wizard = wizard.create(
            {"case_id": self.case.id, "disposition_id": self._result("reached").id}
        )
        self.case.user_id = self.collector
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            wizard.action_log()
        self.assertFalse(self.case.contact_ids)


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestCall(CallCommon):
    """Before calling, and activities that are calls."""

    # -- may I call? --------------------------------------------------------------

    def test_callable_now(self):
        self.assertEqual(self.case.callable_state, "now")
        self.assertFalse(self.case.callable_from)

    def test_callable_later(self):
        with self._on(SATURDAY):
            self.case.invalidate_recordset()
            self.assertEqual(self.case.callable_state, "later")
            self.assertEqual(str(self.case.callable_from), "2026-07-06 12:00:00")
            self.assertIn("Monday 07:00", self.case.callable_text)

    def test_callable_never(self):
        self.case.partner_id.cartera_insolvent_since = "2026-01-01"
        self.assertEqual(self.case.callable_state, "never")

    def test_callable_without_phone(self):
        self.case.partner_id.phone = False
        self.assertEqual(self.case.callable_state, "no_phone")
        with self.assertRaises(UserError):
            self.case.with_user(self.collector).action_call()

    def test_a_contact_changes_it(self):
        case = self._person_case("cl", phone="+56 9 8765 4321")
        self.assertEqual(case.callable_state, "now")
        self._log(case)
        self.assertEqual(case.callable_state, "later")

    def test_a_list_costs_no_more_queries(self):
        cases = self.case
        for n in range(3):
            cases |= self._person_case("pe", name=f"P{n}", phone=f"+51 98765432{n}")
        self._count_queries(self.case)  # what is cached for good
        self.assertEqual(self._count_queries(cases), self._count_queries(self.case))

    def _count_queries(self, cases):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        cases.mapped("callable_state")
        return self.env.cr.sql_log_count - before

    def test_the_button_shows_the_number(self):
        action = self.case.with_user(self.collector).action_call()
        self.assertEqual(action["res_model"], "cartera.contact.log")
        self.assertEqual(action["context"]["default_address"], "+51987654321")
        self.assertFalse(self._evidence())

    def test_the_button_says_when(self):
        with self._on(SATURDAY):
            action = self.case.with_user(self.collector).action_call()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("Monday 07:00", action["params"]["message"])
        self.assertIn("Ley 29571, art. 62 b", action["params"]["message"])
        self.assertEqual(self._evidence().times, 1)

    def test_the_button_warns_only(self):
        self.company.cartera_contact_strictness = "warn"
        with self._on(SATURDAY):
            action = self.case.with_user(self.collector).action_call()
        self.assertEqual(action["res_model"], "cartera.contact.log")

    # -- activities ---------------------------------------------------------------

    def _activity(self, xmlid="cartera_cobranza.mail_activity_type_call", case=None):
        return (case or self.case).activity_schedule(
            xmlid, user_id=self.collector.id, summary="Ask when they will pay"
        )

    def test_a_call_that_is_done_is_logged(self):
        activity = self._activity()
        activity.with_user(self.collector).action_feedback(feedback="<p>Tomorrow</p>")
        self.assertRecordValues(
            self.case.contact_ids,
            [
                {
                    "channel": "call",
                    "reached": "reached",
                    "origin": "activity",
                    "activity_id": activity.id,
                    "user_id": self.collector.id,
                    "note": "Ask when they will pay\nTomorrow",
                }
            ],
        )
        self.assertFalse(activity.active)

    def test_kinds_of_activities(self):
        for xmlid, channel in [
            ("cartera_cobranza.mail_activity_type_visit", "visit"),
            ("mail.mail_activity_data_call", "call"),
            ("mail.mail_activity_data_todo", False),
        ]:
            with self.subTest(xmlid):
                case = self._person_case("pe", name=xmlid)
                self._activity(xmlid, case).action_feedback()
                self.assertEqual(case.contact_ids.channel, channel)

    def test_calls_on_other_records_are_not_ours(self):
        activity = self.case.partner_id.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.collector.id
        )
        activity.action_feedback()
        self.assertFalse(self.case.contact_ids)

    def test_a_call_outside_the_rules_is_not_done(self):
        activity = self._activity()
        with self._on(SATURDAY), self.assertRaisesRegex(UserError, "Monday 07:00"):
            activity.with_user(self.collector).action_feedback()
        self.assertTrue(activity.active)
        self.assertFalse(self.case.contact_ids)

    def test_a_call_outside_the_rules_is_done_with_a_warning(self):
        self.company.cartera_contact_strictness = "warn"
        activity = self._activity()
        with self._on(SATURDAY):
            activity.with_user(self.collector).action_feedback()
        self.assertFalse(activity.active)
        self.assertEqual(self.case.contact_ids.outside_rule, "window")
        self.assertEqual(self._evidence().origin, "activity")

    def test_several_at_once(self):
        other = self._person_case("pe", name="Eva")
        activities = self._activity() | self._activity(case=other)
        activities.with_user(self.collector).action_feedback()
        self.assertEqual(self.case.contact_ids.origin, "activity")
        self.assertEqual(other.contact_ids.origin, "activity")

    def test_from_the_window_it_is_logged_once(self):
        activity = self._activity()
        wizard = self._open(result="no_answer").save()
        wizard.activity_id = activity
        wizard.action_log()
        self.assertFalse(activity.active)
        self.assertRecordValues(
            self.case.contact_ids,
            [{"reached": "no_answer", "activity_id": activity.id}],
        )

    def test_the_window_proposes_the_planned_call(self):
        later = self._activity()
        later.date_deadline = "2026-07-20"
        sooner, _visit = (
            self._activity(),
            self._activity("cartera_cobranza.mail_activity_type_visit"),
        )
        form = self._open()
        self.assertEqual(form.activity_id, sooner)
        form.save().action_log()
        self.assertFalse(sooner.active)
        self.assertTrue(later.active)

    def test_the_window_proposes_no_activity_for_a_message(self):
        self._activity()
        form = self._open(channel="letter")
        self.assertFalse(form.activity_id)
        form.save().action_log()
        self.assertEqual(self.case.contact_ids.origin, "manual")

    def test_the_window_from_an_activity(self):
        visit = self._activity("cartera_cobranza.mail_activity_type_visit")
        action = visit.with_user(self.collector).action_cartera_log_contact()
        wizard = self.env["cartera.contact.log"].with_user(self.collector)
        form = Form(wizard.with_context(**action["context"]))
        self.assertEqual((form.channel, form.activity_id), ("visit", visit))

    def test_how_a_call_went_must_be_said(self):
        wizard = self.env["cartera.contact.log"].with_user(self.collector)
        form = Form(wizard.with_context(default_case_id=self.case.id))
        self.assertFalse(form.disposition_id)
        form.channel = "whatsapp"
        self.assertEqual(form.disposition_id, self._result("sent"))
        form.channel = "call"
        self.assertFalse(form.disposition_id)

    def test_each_reader_sees_when_to_call(self):
        self.case.user_id = self._create_user("cartera_propia", "own")
        for user in (
            self.case.user_id,
            self.collector,
            self._create_user("cartera_auditora", "auditor"),
        ):
            with self.subTest(user.login):
                case = self.case.with_user(user)
                case.invalidate_recordset()
                self.assertEqual(case.callable_state, "now")

    def test_the_window_takes_no_activity_of_others(self):
        other = self._person_case("pe", name="Eva")
        wizard = self._open().save()
        wizard.activity_id = self._activity(case=other)
        with self.assertRaises(UserError):
            wizard.action_log()

    def test_cancelling_a_call_is_no_contact(self):
        self._activity().unlink()
        self.assertFalse(self.case.contact_ids)
