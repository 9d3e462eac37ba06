from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.cartera_step_execution import TRIES
from .message_common import NOON, MessageCommon
from .strategy_common import StrategyCommon


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestReplacement(MessageCommon):
    """What takes the place of messages that did not get through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._overdue(100)
        cls.case = cls._case()
        cls.invoice = cls._contact("Facturas", type="invoice", email="f@deudor.example")
        cls.supervisor = cls._create_user("sup", "supervisor")
        cls.journal = cls.env["cartera.sending.journal"].sudo()

    def setUp(self):
        super().setUp()
        self.frozen.move_to(NOON)

    def _fail(self, message, failure="address"):
        """Note a failure as the journal does."""
        message.write({"state": "failed", "failure": failure, "message": "550 no"})
        self.env.flush_all()

    def _send_again(self, message):
        message.with_user(self.supervisor).action_send_again()
        return self.messages.search([("previous_id", "in", message.ids)])

    def _withdraw(self, person):
        self._consent(person, "email", "withdrawn", date="2026-06-30 10:00:00")

    # -- sent again ---------------------------------------------------------------

    def test_sent_again_before_anybody_followed_it_up(self):
        message = self._plan_message()
        self._dispatch()
        self._fail(message)
        again = self._send_again(message)
        self._dispatch()
        self.assertEqual((message.failure, again.state), (False, "queued"))
        self.assertEqual(self.case.communication_ids, message | again)

    def test_sent_again_while_another_is_on_its_way(self):
        message = self._plan_message()
        self._dispatch()
        self._fail(message)
        self.journal._follow_up_failures()
        with self.assertRaisesRegex(UserError, "gets another message of 2026-06-30"):
            self._send_again(message)

    def test_two_of_a_day_are_not_both_sent_again(self):
        message = self._plan_message()
        self._fail(message)
        other = message.copy({"state": "failed"})
        with self.assertRaisesRegex(UserError, "gets another message"):
            self._send_again(message | other)

    def test_a_refused_message_is_sent_again_once_it_may_be(self):
        self.invoice.active = False
        message = self._plan_message(fallback_channel=False)
        self._withdraw(self.debtor)
        self._dispatch()
        with (
            self.assertRaisesRegex(UserError, "nobody left who can and may be"),
            self.env.cr.savepoint(),
        ):
            self._send_again(message)
        self.assertEqual(message.state, "refused")
        self._consent(self.debtor, "email", date="2026-06-30 14:00:00")
        again = self._send_again(message)
        self._dispatch()
        self.assertEqual((again.address, again.state), (message.address, "queued"))
        self.assertEqual(self._execution().state, "done")

    # -- followed up --------------------------------------------------------------

    def test_a_failure_is_not_followed_up_beside_another_message(self):
        message = self._plan_message()
        self._dispatch()
        self._fail(message)
        other = message.copy({"state": "planned"})
        self.journal._follow_up_failures()
        self.assertFalse(message.failure)
        self.assertEqual(self.case.communication_ids, message | other)

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_sending_journal")
    def test_what_cannot_be_followed_up_stops_nobody(self):
        other = self._create_debtor("Otro", email="o@x.example")
        self._overdue(70, partner=other)
        self._contact("Pagos", other, type="invoice", email="pagos@x.example")
        bad, good = self._plan_message(), self._plan_message(case=self._case(other))
        self._dispatch()
        self._fail(bad | good)
        replace = type(self.messages)._replace

        def break_for_one(messages, *args, **options):
            if bad in messages:
                raise ValueError("a message that nobody can replace")
            return replace(messages, *args, **options)

        with patch.object(type(self.messages), "_replace", break_for_one):
            self._dispatch()
        self.assertEqual((bad.failure, good.failure), ("address", False))
        again = self.messages.search([("previous_id", "=", good.id)])
        self.assertEqual(again.state, "queued")

    @mute_logger("odoo.addons.cartera_cobranza.models.cartera_sending_journal")
    def test_nothing_left_behind_keeps_messages_from_leaving(self):
        message = self._plan_message()
        for part in ("_give_up_dead_claims", "_follow_up_failures", "_take_back_late"):
            self.startPatcher(
                patch.object(type(self.journal), part, side_effect=ValueError("broken"))
            )
        self._dispatch()
        self.assertEqual(message.state, "queued")

    # -- people who do not want it ------------------------------------------------

    def test_who_opted_out_is_passed_over(self):
        consents = self.env["cartera.consent"]
        url = consents._get_opt_out_url(
            self.invoice, self.company, "email", self.invoice.email
        )
        consents._withdraw(consents._read_opt_out_token(url.rsplit("/", 1)[1]))
        message = self._plan_message()
        self._dispatch()
        self.assertEqual(
            (message.contact_partner_id, message.state), (self.debtor, "queued")
        )

    def test_opted_out_after_it_was_planned_the_next_person_gets_it(self):
        message = self._plan_message(fallback_channel=False)
        self.assertEqual(message.contact_partner_id, self.invoice)
        self._withdraw(self.invoice)
        self._dispatch()
        again = self.messages.search([("previous_id", "=", message.id)])
        self.assertEqual((message.state, again.state), ("refused", "queued"))
        self.assertEqual(
            (again.contact_partner_id, again.channel), (self.debtor, "email")
        )

    def test_of_those_left_whom_the_gate_refuses_gets_nothing(self):
        self._contact(
            "Pagos", cartera_collection_contact=True, email="pagos@deudor.example"
        )
        message = self._plan_message()
        self._withdraw(self.debtor)
        self._dispatch()
        self.assertEqual(self.case.communication_ids, message)
        self.assertEqual(message.state, "refused")

    # -- the step -----------------------------------------------------------------

    def _execution(self):
        return self.case.execution_ids

    def test_the_step_of_a_refused_message_is_not_done(self):
        self._plan_message(fallback_channel=False)
        self._withdraw(self.debtor)
        self._dispatch()
        self.assertEqual(self._execution().state, "failed")
        self.assertIn("Not allowed", self._execution().message)

    def test_the_step_goes_over_to_the_message_that_takes_the_place(self):
        message = self._plan_message(fallback_channel=False)
        self._withdraw(self.invoice)
        self._dispatch()
        again = self.messages.search([("previous_id", "=", message.id)])
        self.assertRecordValues(
            self._execution(), [{"state": "done", "communication_id": again.id}]
        )

    def test_the_step_of_a_message_that_reaches_nobody_is_not_done(self):
        self.invoice.active = False
        message = self._plan_message(fallback_channel=False)
        self._dispatch()
        self._fail(message)
        self._dispatch()
        self.assertEqual(self._execution().state, "failed")
        self.assertEqual(self._execution().message, "550 no")
        self.debtor.message_bounce = 0
        again = self._send_again(message)
        self.assertRecordValues(
            self._execution(), [{"state": "done", "communication_id": again.id}]
        )

    def test_the_step_of_a_message_that_cannot_be_written_is_not_done(self):
        self._plan_message()
        renderer = type(self.env["cartera.message.renderer"])
        broken = self.startPatcher(patch.object(renderer, "_render"))
        broken.side_effect = lambda messages: [(one, "broken") for one in messages]
        self._dispatch()
        self.assertEqual(self._execution().state, "failed")

    def test_what_always_fails_is_left_to_a_person(self):
        self.invoice.active = False
        step = self._step(fallback_channel=False)
        states = []
        for day in range(TRIES):
            date = f"2026-07-0{day + 1}"
            self.frozen.move_to(f"{date} 15:00:00")
            execution = self._execute(step, self.case, date)
            self._fail(execution.communication_id, "server")
            self.journal._follow_up_failures()
            states.append(execution.state)
        self.assertEqual(states, ["failed"] * (TRIES - 1) + ["given_up"])

    def test_a_step_done_meanwhile_is_not_done_twice(self):
        self.invoice.active = False
        step = self._step(fallback_channel=False)
        first = self._execute(step, self.case)
        message = first.communication_id
        self._fail(message)
        self.journal._follow_up_failures()
        self.debtor.message_bounce = 0
        second = self._execute(step, self.case, "2026-07-01")
        self._send_again(message)
        self.assertEqual((first.state, second.state), ("failed", "done"))


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestStepAgain(StrategyCommon):
    """A step whose message was refused is done once nothing stands against it."""

    def test_a_consent_that_is_missing_for_some_days(self):
        self.frozen.move_to(NOON)
        self._step("notice", 10, fallback_channel=False)
        self._due(12)
        self._night()
        plan = self._simulate()
        self._consent(self.debtor, "email", "withdrawn", date="2026-06-30 10:00:00")
        plan.action_approve()
        self.env["cartera.dispatcher"].sudo()._dispatch()
        [refused] = self._case().execution_ids
        self.assertEqual(
            (refused.state, refused.communication_id.state), ("failed", "refused")
        )
        self.frozen.move_to("2026-07-01 15:00:00")
        self.assertEqual(self._told()["notice"], ("skip", "opt_out"))
        self._consent(self.debtor, "email", date="2026-07-01 10:00:00")
        self.assertEqual(self._told()["notice"], ("do", "due"))
        self._run_plan()
        self.env["cartera.dispatcher"].sudo()._dispatch()
        again = self._case().execution_ids - refused
        self.assertEqual(
            (again.state, again.communication_id.state), ("done", "queued")
        )
        self.assertEqual(self._told()["notice"], ("skip", "done"))
