from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import cartera_dispatcher
from .message_common import NOON, MessageCommon


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestDispatcher(MessageCommon):
    """What becomes of planned messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._overdue(100)
        cls.case = cls._case()

    # -- the outbox ---------------------------------------------------------------

    def test_a_step_puts_one_message_in_the_outbox(self):
        step = self._step(cost=0.5, attach_invoices=True)
        execution = self._execute(step, self.case)
        self.assertRecordValues(
            execution.communication_id,
            [
                {
                    "case_id": self.case.id,
                    "company_id": self.company.id,
                    "channel": "email",
                    "template_id": self.template.id,
                    "kind": "reminder",
                    "step_id": step.id,
                    "origin": "strategy",
                    "address": "faro@deudor.example",
                    "contact_partner_id": self.debtor.id,
                    "lang": "en_US",
                    "cost": 0.5,
                    "attach_invoices": True,
                    "state": "planned",
                    "attempts": 0,
                }
            ],
        )
        self.assertEqual(str(execution.communication_id.date), "2026-06-30")

    def test_one_message_per_debtor_and_day(self):
        step, other = self._step(), self._step()
        self._execute(step, self.case)
        second = self._execute(other, self.case)
        self.assertEqual(len(self.case.communication_ids), 1)
        self.assertEqual(second.state, "merged")
        self.assertFalse(second.communication_id)

    def test_the_database_refuses_a_second_message(self):
        message = self._plan_message()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            message.copy()
            self.env.flush_all()

    def test_a_debtor_without_address_leaves_a_failed_message(self):
        self.debtor.email = False
        execution = self._execute(self._step(fallback_channel=False), self.case)
        self.assertEqual(execution.state, "failed")
        self.assertEqual(execution.communication_id.state, "failed")

    def test_falls_back_where_the_step_allows_it(self):
        self.debtor.write(
            {"email": False, "country_id": self.env.ref("base.us").id, "phone": "x"}
        )
        self.debtor.phone = "+1 202 555 0123"
        message = self._plan_message(fallback_channel=True)
        self.assertEqual((message.channel, message.address), ("sms", "+12025550123"))

    # -- e-mail -------------------------------------------------------------------

    def test_an_email_is_queued_with_its_contact(self):
        user = self._create_user("ana", "collector", email="ana@acreedor.example")
        self.case.user_id = user
        message = self._plan_message()
        self._dispatch()
        mail = message.mail_id.sudo()
        self.assertEqual(message.state, "queued")
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual((mail.model, mail.res_id), ("cartera.case", self.case.id))
        self.assertIn("faro@deudor.example", mail.email_to)
        self.assertIn("cobranza@acreedor.example", mail.email_from)
        self.assertEqual(mail.author_id, user.partner_id)
        self.assertEqual(mail.message_id, message._get_message_id())
        self.assertIn("List-Unsubscribe", mail.headers)
        self.assertIn("/one-click", mail.headers)
        self.assertIn("100.00", mail.mail_message_id.body)
        self.assertIn(mail.mail_message_id, self.case.message_ids)
        [contact] = self.env["cartera.contact"].search(
            [("communication_id", "=", message.id)]
        )
        self.assertRecordValues(
            contact,
            [
                {
                    "case_id": self.case.id,
                    "channel": "email",
                    "direction": "out",
                    "address": "faro@deudor.example",
                    "origin": "dispatch",
                }
            ],
        )

    def test_answers_go_to_the_catchall_or_the_collector(self):
        user = self._create_user("ana", "collector", email="ana@acreedor.example")
        self.case.user_id = user
        message = self._plan_message()
        self.company.alias_domain_id = False
        self._dispatch()
        self.assertIn("ana@acreedor.example", message.mail_id.sudo().reply_to)
        domain = self.env["mail.alias.domain"].create({"name": "acreedor.example"})
        self.company.alias_domain_id = domain
        reply_to = self.env["cartera.channel.email"]._get_reply_to(message)
        self.assertIn("catchall@acreedor.example", reply_to)

    def test_dispatched_messages_are_not_dispatched_again(self):
        message = self._plan_message()
        self._dispatch()
        mail = message.mail_id
        self._dispatch()
        self.assertEqual(message.mail_id, mail)
        self.assertEqual(
            self.env["mail.mail"].sudo().search_count([("res_id", "=", self.case.id)]),
            1,
        )

    def test_an_sms_is_queued(self):
        self.debtor.write({"country_id": self.env.ref("base.us").id})
        self.debtor.phone = "+1 202 555 0123"
        message = self._plan_message("sms")
        self._dispatch()
        sms = self.env["sms.sms"].sudo().search([("uuid", "=", message.sms_uuid)])
        self.assertEqual(message.state, "queued")
        self.assertEqual((sms.number, sms.body), ("+12025550123", message.text))
        self.assertEqual(message.mail_message_id.sudo().message_type, "sms")
        self.assertEqual(self.case.contact_ids.channel, "sms")

    # -- nothing to say any more --------------------------------------------------

    def test_paid_meanwhile(self):
        message = self._plan_message()
        self._pay(self.invoice, 100, "2026-06-29")
        self._dispatch()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("paid", message.message)
        self.assertFalse(self.case.contact_ids)

    def test_covered_by_credits_unless_they_are_only_shown(self):
        message = self._plan_message()
        self._overdue(100, move_type="out_refund")
        self._dispatch()
        self.assertEqual(message.state, "cancelled")
        self.company.cartera_credit_policy = "show"
        other = self._plan_message()
        self._dispatch()
        self.assertEqual(other.state, "queued")

    def test_on_hold(self):
        message = self._plan_message()
        self._hold("2026-07-02", case=self.case)
        self._dispatch()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("hold", message.message)
        # Afterwards it is to be done still.
        self.assertEqual(message._get_executions().state, "called_off")

    def test_promised(self):
        message = self._plan_message()
        self._make_promise(("2026-07-02", 100), case=self.case)
        self._dispatch()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("promised", message.message)
        self.assertEqual(message._get_executions().state, "called_off")

    def test_the_rest_is_asked_for(self):
        self._overdue(40)
        message = self._plan_message()
        line = self._receivable_lines(self.invoice)
        self._make_promise(("2026-07-02", 100), case=self.case, line_ids=line.ids)
        self._dispatch()
        self.assertEqual(message.state, "queued")
        self.assertEqual(message.amount, 40)

    def _plan_about(self, kind, event):
        """A message about the payment that was promised for ISO day ``event``."""
        template = self.env.ref(f"cartera_cobranza.cartera_template_{kind}")
        message = self._plan_message(template=template)
        message.date_event = event
        return message

    def test_reminded_of_the_payment_that_comes_next(self):
        self._make_promise(("2026-07-01", 60), ("2026-07-02", 40))
        message = self._plan_about("promise_due", "2026-07-02")
        self._dispatch()
        self.assertEqual(message.state, "queued")
        self.assertIn("40.00", message.body)
        self.assertIn("07/02/2026", message.body)

    def test_not_reminded_of_a_promise_that_is_not_open(self):
        promise = self._make_promise(("2026-07-02", 100))
        message = self._plan_about("promise_due", "2026-07-02")
        promise.sudo()._withdraw("Changed its mind")
        self._dispatch()
        self.assertEqual(message.state, "cancelled")
        self.assertIn("promise", message.message)

    def test_a_broken_promise(self):
        self._make_promise(("2026-06-30", 100))
        with self._on("2026-07-06 15:00:00"):
            self.env["cartera.run"].run(self.company)
            message = self._plan_about("promise_broken", "2026-06-30")
            self._dispatch()
            self.assertEqual(message.state, "queued")
            self.assertIn("06/30/2026", message.body)

    def test_a_promise_kept_meanwhile_was_not_broken(self):
        self._make_promise(("2026-06-30", 100))
        with self._on("2026-07-06 15:00:00"):
            self.env["cartera.run"].run(self.company)
            message = self._plan_about("promise_broken", "2026-06-30")
            self._pay(self.invoice, 100, "2026-06-30")
            self._dispatch()
            self.assertEqual(message.state, "cancelled")
            self.assertIn("kept", message.message)

    def test_kinds_that_need_no_debt(self):
        self._pay(self.invoice, 100, "2026-06-29")
        for kind, state in [("promise_made", "cancelled"), ("thanks", "queued")]:
            template = self.env.ref(f"cartera_cobranza.cartera_template_{kind}")
            message = self._plan_message(template=template)
            self._dispatch()
            with self.subTest(kind):
                self.assertEqual(message.state, state)

    def test_of_messages_that_piled_up_the_last_one_goes_out(self):
        messages = self.messages
        for date in ("2026-06-28", "2026-06-29", "2026-06-30"):
            execution = self._execute(self._step(), self.case, date)
            messages |= execution.communication_id
        self._dispatch()
        self.assertEqual(messages.mapped("state"), ["cancelled", "cancelled", "queued"])

    def test_the_last_one_goes_out_also_from_another_batch(self):
        weak, strong = (
            self._execute(self._step(), self.case, date).communication_id
            for date in ("2026-06-29", "2026-06-30")
        )
        weak.date_planned = "2026-06-29 12:00:00"
        strong.date_planned = "2026-06-30 12:00:00"
        with patch.object(cartera_dispatcher, "BATCH_SIZE", 1):
            self._dispatch()
        self.assertEqual((weak.state, strong.state), ("cancelled", "queued"))

    def test_a_later_one_that_is_not_due_keeps_nothing_back(self):
        early, late = (
            self._execute(self._step(), self.case, date).communication_id
            for date in ("2026-06-29", "2026-06-30")
        )
        late.date_planned = "2026-07-01 12:00:00"
        self._dispatch()
        self.assertEqual((early.state, late.state), ("queued", "planned"))

    def test_no_message_on_the_day_of_another(self):
        first = self._plan_message()
        self._dispatch()
        execution = self._execute(self._step(), self.case, "2026-06-29")
        late = execution.communication_id
        self._dispatch()
        self.assertEqual((first.state, late.state), ("queued", "planned"))
        self.assertEqual(str(late.date_planned), "2026-07-01 00:00:00")

    # -- gate ---------------------------------------------------------------------

    def test_waits_for_the_lawful_moment(self):
        self.frozen.move_to("2026-06-30 23:30:00")
        message = self._plan_message()
        self._dispatch()
        self.assertEqual(message.state, "planned")
        self.assertEqual(str(message.date_planned), "2026-07-01 08:00:00")
        self.assertFalse(self.case.contact_ids)
        self.assertEqual(
            self.env["cartera.contact.refusal"].search_count(
                [("communication_id", "=", message.id)]
            ),
            1,
        )
        self.frozen.move_to("2026-07-01 08:00:00")
        self._dispatch()
        self.assertEqual(message.state, "queued")
        self.frozen.move_to(NOON)

    def test_opted_out_falls_back_once(self):
        self.debtor.write({"street": "Calle 2", "city": "Puebla"})
        message = self._plan_message(fallback_channel=True)
        self._consent(self.debtor, "email", "withdrawn", source="link")
        self._dispatch()
        letter = self.messages.search([("previous_id", "=", message.id)])
        self.assertEqual(message.state, "refused")
        self.assertEqual((letter.channel, letter.state), ("letter", "ready"))

    # -- many ---------------------------------------------------------------------

    def test_a_message_that_breaks_leaves_the_others_alone(self):
        other = self._create_debtor("Otro", email="o@x.example")
        self._overdue(70, partner=other)
        cases = self.case | self._case(other)
        self._execute(self._step(), cases)
        queue = type(self.env["cartera.channel.email"])._queue

        def break_for_one(channel, messages, origin):
            if self.case in messages.case_id:
                raise ValueError("a mail that cannot be made")
            return queue(channel, messages, origin)

        with (
            patch.object(
                type(self.env["cartera.channel.email"]), "_queue", break_for_one
            ),
            mute_logger("odoo.addons.cartera_cobranza.models.cartera_dispatcher"),
        ):
            self._dispatch()
        broken, fine = (case.communication_ids for case in cases)
        self.assertEqual((broken.state, fine.state), ("failed", "queued"))
        self.assertEqual(broken.message, "a mail that cannot be made")
        self.assertFalse(self.case.contact_ids)

    def test_companies_are_dispatched_apart(self):
        data = self.setup_other_company(name="Otra S.A.")
        other = data["company"]
        other.partner_id.write({"tz": "UTC", "email": "otra@acreedor.example"})
        self._overdue(55, company=other)
        mine, theirs = self.case, self._case(company=other)
        self._execute(self._step(), mine)
        step = self._step()
        step.strategy_id.company_id = False
        self._execute(step, theirs)
        self._dispatch()
        self.assertIn("55.00", theirs.communication_ids.body)
        self.assertNotIn("55.00", mine.communication_ids.body)
        self.assertIn(
            "otra@acreedor.example", theirs.communication_ids.mail_id.sudo().email_from
        )

    # -- by hand ------------------------------------------------------------------

    def _compose(self, user="collector", **values):
        user = self._create_user(f"hand_{user}", user)
        return (
            self.env["cartera.message.compose"]
            .with_user(user)
            .create({"case_id": self.case.id, "template_id": self.template.id} | values)
        )

    def test_a_message_by_hand_goes_out_at_once(self):
        wizard = self._compose()
        self.assertIn("100.00", wizard.body)
        self.assertTrue(wizard.is_allowed)
        wizard.action_send()
        message = self.case.communication_ids
        self.assertEqual((message.state, message.origin), ("queued", "manual"))
        self.assertEqual(self.case.contact_ids.origin, "manual")
        self.assertEqual(self.case.contact_ids.user_id, wizard.env.user)

    def test_a_message_by_hand_out_of_hours_waits(self):
        self.frozen.move_to("2026-06-30 23:30:00")
        wizard = self._compose()
        self.assertFalse(wizard.is_allowed)
        with self.assertRaises(UserError):
            wizard.action_send()
        wizard.action_send_when_lawful()
        message = self.case.communication_ids.filtered(lambda m: m.state == "planned")
        self.assertEqual(str(message.date_planned), "2026-07-01 08:00:00")
        self.frozen.move_to(NOON)

    def test_a_whatsapp_message_by_hand_opens_its_link(self):
        self.debtor.write(
            {"phone": "+1 202 555 0123", "country_id": self.env.ref("base.us").id}
        )
        action = self._compose(channel="whatsapp").action_send()
        self.assertTrue(action["url"].startswith("https://wa.me/12025550123"))
        self.assertTrue(action["close"])
        self.assertEqual(self.case.communication_ids.state, "sent")

    def test_who_writes_by_hand_is_told_what_becomes_of_it(self):
        self.assertIn("on its way", self._compose().action_send()["params"]["message"])

    def test_a_message_by_hand_to_nobody_is_explained(self):
        self.debtor.email = False
        with self.assertRaises(UserError):
            self._compose().action_send()

    def test_who_only_reads_sends_nothing(self):
        with self.assertRaises(AccessError):
            self._compose("auditor")

    # -- buttons ------------------------------------------------------------------

    def test_called_off_together_with_its_mail(self):
        message = self._plan_message()
        self._dispatch()
        collector = self._create_user("col", "collector")
        message.with_user(collector).action_cancel()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(message.mail_id.sudo().state, "cancel")

    def test_what_was_perhaps_sent_is_decided_by_a_supervisor(self):
        collector = self._create_user("col", "collector")
        supervisor = self._create_user("sup", "supervisor")
        message = self._plan_message()
        message.state = "unconfirmed"
        with self.assertRaises(AccessError):
            message.with_user(collector).action_send_again()
        message.with_user(supervisor).action_send_again()
        again = self.messages.search([("previous_id", "=", message.id)])
        self.assertEqual((message.state, again.state), ("failed", "planned"))
        self.assertEqual(again.address, message.address)
        again.state = "unconfirmed"
        again.with_user(supervisor).action_confirm()
        self.assertEqual(again.state, "sent")

    def test_messages_are_evidence(self):
        supervisor = self._create_user("sup", "supervisor")
        message = self._plan_message().with_user(supervisor)
        with self.assertRaises(AccessError):
            message.state = "sent"
        with self.assertRaises(AccessError):
            message.unlink()
        message.tracking_number = "RR123"
