from io import BytesIO
from unittest.mock import patch

import requests

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .strategy_common import StrategyCommon

RUN_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_run"
URL = "https://erp.example/cobranza"


@tagged("post_install", "-at_install", "cartera")
class TestActions(StrategyCommon):
    """What the steps do that send no message."""

    def _do(self, **step):
        self._step("step", 10, **step)
        self._due(12)
        self._night()
        self._run_plan()
        return self._case().execution_ids

    # -- calls and visits ---------------------------------------------------------

    def test_a_call(self):
        collector = self._create_user("gestora", "collector")
        self.company.cartera_default_user_id = collector
        done = self._do(action="call", script="<p>Ask for a day</p>")
        activity = done.activity_id
        self.assertRecordValues(
            activity,
            [
                {
                    "res_model": "cartera.case",
                    "res_id": self._case().id,
                    "res_name": self.debtor.display_name,
                    "summary": "step",
                    "note": "<p>Ask for a day</p>",
                    "user_id": collector.id,
                    "automated": True,
                    "active": True,
                    "activity_type_id": self.env.ref(
                        "cartera_cobranza.mail_activity_type_call"
                    ).id,
                }
            ],
        )
        self.assertEqual(self._case().activity_ids, activity)

    def test_who_calls(self):
        default, collector, boss = (
            self._create_user(login, "collector") for login in ("a", "b", "c")
        )
        self.company.cartera_default_user_id = default
        step = self._step("call", 10, "call")
        self._due(12)
        self._night()
        self._case().user_id = collector
        plan = self._simulate()
        plan.action_approve()
        self.assertEqual(self._case().execution_ids.activity_id.user_id, collector)
        step.copy({"name": "visit", "action": "visit", "user_id": boss.id})
        self._run_plan()
        visit = self._case().execution_ids.filtered(lambda row: row.action == "visit")
        self.assertFalse(visit, "one contact of this kind a day")
        collector.active = False
        with self._on("2026-07-01"):
            self._night()
            self._run_plan()
        visit = self._case().execution_ids.filtered(lambda row: row.action == "visit")
        self.assertEqual(visit.activity_id.user_id, boss)

    def test_whoever_stands_in_calls_for_the_one_that_the_step_names(self):
        boss, deputy = (self._create_user(login, "collector") for login in ("c", "d"))
        self.env["cartera.substitution"].create(
            {
                "user_id": boss.id,
                "substitute_id": deputy.id,
                "date_from": "2026-06-30",
                "date_to": "2026-06-30",
            }
        )
        done = self._do(action="call", user_id=boss.id)
        self.assertEqual(done.activity_id.user_id, deputy)

    def test_whoever_is_back_by_then_calls(self):
        boss, deputy = (self._create_user(login, "collector") for login in ("c", "d"))
        self.env["cartera.substitution"].create(
            {
                "user_id": boss.id,
                "substitute_id": deputy.id,
                "date_from": "2026-06-20",
                "date_to": "2026-06-29",
            }
        )
        done = self._do(action="call", user_id=boss.id)
        self.assertEqual(done.activity_id.user_id, boss)

    def test_the_first_lawful_day(self):
        # In Mexico nobody is called on a Sunday.
        with self._on("2026-06-28"):
            done = self._do(action="call")
        self.assertEqual(done.activity_id.date_deadline.isoformat(), "2026-06-29")

    def test_a_visit_that_the_law_forbids_is_not_planned(self):
        self.debtor.write(
            {"is_company": False, "country_id": self.env.ref("base.co").id}
        )
        done = self._do(action="visit")
        self.assertFalse(done, "left out by the plan")

    def test_a_visit_that_the_law_forbids_by_now(self):
        self._step("step", 10, "visit")
        self._due(12)
        self._night()
        plan = self._simulate()
        self.debtor.write(
            {"is_company": False, "country_id": self.env.ref("base.co").id}
        )
        plan.action_approve()
        done = self._case().execution_ids
        self.assertFalse(done.activity_id)
        self.assertEqual(done.state, "failed")
        self.assertIn("Not allowed", done.message)
        refusal = self.env["cartera.contact.refusal"].search([])
        self.assertRecordValues(
            refusal,
            [{"case_id": self._case().id, "channel": "visit", "verdict": "refuse"}],
        )

    # -- stages -------------------------------------------------------------------

    def test_a_move_forward(self):
        done = self._do(action="stage", stage_id=self.stage_extrajudicial.id)
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_extrajudicial)
        self.assertRecordValues(
            case.stage_move_ids[0],
            [
                {
                    "stage_from_id": self.stage_administrativa.id,
                    "reason": "strategy",
                    "date": done.date,
                    "days_overdue": 12,
                }
            ],
        )

    def test_court_is_proposed(self):
        self._do(action="stage", stage_id=self.stage_judicial.id)
        case = self._case()
        self.assertEqual(case.stage_id, self.stage_administrativa)
        self.assertEqual(case.stage_proposed_id, self.stage_judicial)

    def test_no_move_back(self):
        self._do(action="stage", stage_id=self.stage_preventiva.id)
        self.assertEqual(self._case().stage_id, self.stage_administrativa)

    # -- holds --------------------------------------------------------------------

    def test_a_hold(self):
        self._do(action="hold", hold_days=5)
        case = self._case()
        self.assertEqual(case.hold_until.isoformat(), "2026-07-05")
        self.assertEqual(case.hold_reason, "step")

    def test_a_hold_that_is_over_is_followed_by_another(self):
        self._step("step", 10, "hold", hold_days=5)
        self._due(12)
        self._night()
        case = self._case()
        self._hold("2026-06-29", "Over", date_from="2026-06-20")
        self._run_plan()
        self.assertEqual(case.hold_until.isoformat(), "2026-07-05")
        self.assertEqual(case.hold_reason, "step")

    # -- server actions -----------------------------------------------------------

    def _server_action(self, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("cartera.case"),
                "state": "code",
                "code": code,
            }
        )

    def test_a_server_action(self):
        action = self._server_action("record.write({'user_id': env.uid})")
        self._do(action="server_action", server_action_id=action.id)
        self.assertTrue(self._case().user_id)

    def test_a_server_action_that_fails_for_one_debtor(self):
        other = self._create_reachable("Poisoned")
        self._due(12, partner=other)
        action = self._server_action(
            "if record.partner_id.name == 'Poisoned':\n"
            "    raise UserError('Not this one')\n"
            "record.message_post(body='Seen')"
        )
        with mute_logger(RUN_LOGGER):
            done = self._do(action="server_action", server_action_id=action.id)
        self.assertEqual(len(done), 1)
        self.assertFalse(self._case(other).execution_ids)
        line = self.env["cartera.plan.line"].search([("state", "=", "failed")])
        self.assertEqual(line.case_id.partner_id, other)
        self.assertIn("Not this one", line.message)

    def test_only_server_actions_on_cases(self):
        action = self._server_action("pass")
        action.model_id = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaises(ValidationError):
            self._step("wrong", 10, "server_action", server_action_id=action.id)

    # -- webhooks -----------------------------------------------------------------

    def _deliver(self, *answers):
        """Let the other system answer, a status or an exception each time."""
        deliveries = self.env["cartera.webhook.delivery"].search([])
        sent = []

        def post(url, **kwargs):
            sent.append((url, kwargs))
            answer = answers[len(sent) - 1]
            if isinstance(answer, Exception):
                raise answer
            return self._response(answer, b"Noted")

        with patch.object(requests, "post", post):
            for _answer in answers:
                deliveries.sudo()._send()
        return deliveries, sent

    @staticmethod
    def _response(status, body=b""):
        """What the other system answers, as it comes in."""
        response = requests.Response()
        response.status_code = status
        response.raw = BytesIO(body)
        return response

    def test_a_webhook(self):
        done = self._do(action="webhook", webhook_url=URL)
        deliveries, [(url, kwargs)] = self._deliver(200)
        self.assertEqual(url, URL)
        self.assertEqual(kwargs["headers"]["Idempotency-Key"], deliveries.key)
        self.assertFalse(kwargs["allow_redirects"])
        self.assertRecordValues(
            deliveries,
            [
                {
                    "execution_id": done.id,
                    "state": "sent",
                    "status_code": 200,
                    "attempts": 1,
                    "response": "Noted",
                }
            ],
        )
        payload = deliveries.payload
        self.assertEqual(payload["debtor"]["name"], self.debtor.name)
        self.assertEqual(payload["amount_overdue"], 1000)
        self.assertEqual((payload["step"], payload["date"]), ("step", "2026-06-30"))

    def test_a_webhook_is_tried_again_with_the_same_key(self):
        self._do(action="webhook", webhook_url=URL)
        down = requests.exceptions.ConnectTimeout("Nobody there")
        deliveries, sent = self._deliver(down, 503, 200)
        self.assertEqual(
            {kw["headers"]["Idempotency-Key"] for _u, kw in sent}, {deliveries.key}
        )
        self.assertEqual((deliveries.state, deliveries.attempts), ("sent", 3))

    def test_the_wait_grows(self):
        self._do(action="webhook", webhook_url=URL)
        deliveries, _sent = self._deliver(500)
        self.assertEqual(str(deliveries.date_next), "2026-06-30 00:02:00")
        deliveries, _sent = self._deliver(500)
        self.assertEqual(str(deliveries.date_next), "2026-06-30 00:04:00")

    def test_a_webhook_is_given_up_and_sent_again(self):
        done = self._do(action="webhook", webhook_url=URL)
        deliveries, _sent = self._deliver(*[500] * 8)
        self.assertEqual(deliveries.state, "failed")
        self.assertEqual(done.state, "given_up")
        auditor = self._create_user("auditora", "auditor")
        with self.assertRaises(AccessError):
            deliveries.with_user(auditor).action_send_again()
        supervisor = self._create_user("jefa", "supervisor")
        deliveries.with_user(supervisor).action_send_again()
        self.assertEqual((deliveries.state, deliveries.attempts), ("waiting", 0))
        self._deliver(200)
        self.assertEqual(done.state, "done")

    def test_of_a_long_answer_only_the_beginning_is_read(self):
        self._do(action="webhook", webhook_url=URL)
        delivery = self.env["cartera.webhook.delivery"].sudo().search([])
        response = self._response(200, b"\0" + b"x" * 10_000_000)
        with (
            patch.object(requests, "post", return_value=response) as post,
            patch.object(response, "close"),
        ):
            delivery._send()
        self.assertTrue(post.call_args.kwargs["stream"])
        self.assertLess(response.raw.tell(), 10_000)
        self.assertEqual((delivery.state, set(delivery.response)), ("sent", {"x"}))

    def test_the_scheduled_action_sends(self):
        self._do(action="webhook", webhook_url=URL)
        response = self._response(204)
        self.env.cr.flush()
        with (
            patch.object(requests, "post", lambda url, **kw: response),
            self.enter_registry_test_mode(),
        ):
            self.env.ref(
                "cartera_cobranza.ir_cron_cartera_webhook"
            ).sudo().method_direct_trigger()
        self.assertEqual(
            self.env["cartera.webhook.delivery"].search([]).mapped("state"), ["sent"]
        )

    def test_a_system_that_does_not_answer_is_waited_for_once(self):
        other = self._create_reachable("Otro")
        self._due(12, partner=other)
        self._do(action="webhook", webhook_url=URL)
        self._step("other", 9, "webhook", webhook_url=f"{URL}/other")
        self._run_plan()
        asked = []

        def post(url, **_kwargs):
            asked.append(url)
            if url == URL:
                raise requests.exceptions.ConnectTimeout("Nobody there")
            return self._response(200)

        self.env.cr.flush()
        with patch.object(requests, "post", post), self.enter_registry_test_mode():
            self.env.ref(
                "cartera_cobranza.ir_cron_cartera_webhook"
            ).sudo().method_direct_trigger()
        self.assertEqual(sorted(asked), [URL, f"{URL}/other", f"{URL}/other"])

    # -- steps --------------------------------------------------------------------

    def test_a_step_must_do_something(self):
        for values in (
            {"action": "email", "template_id": False},
            {"action": "stage"},
            {"action": "hold"},
            {"action": "server_action"},
            {"action": "webhook"},
            {"action": "webhook", "webhook_url": "file:///etc/passwd"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._step("empty", **{"offset": 1, **values})

    def test_what_was_done_is_not_deleted(self):
        self._do(action="call")
        with self.assertRaisesRegex(UserError, "Archive them"):
            self.strategy.step_ids.unlink()
        unused = self._step("unused", 99, "call")
        self._simulate()
        unused.unlink()

    def test_when_reads_like_a_sentence(self):
        self._step("a", -5)
        self._step("b", 0)
        self._step("c", 8)
        self._step("d", 2, "call", clock="previous")
        self._step("e", 1, clock="promise")
        self.assertEqual(
            self.strategy.step_ids.mapped("when_label"),
            [
                "5 days before due",
                "On the due date",
                "8 days past due",
                "2 days after the previous step",
                "1 day after a promise not kept",
            ],
        )

    def test_a_copy_has_the_steps(self):
        self._step("a", -5)
        copy = self.strategy.copy()
        self.assertEqual(copy.name, "Trial (copy)")
        self.assertEqual(copy.step_ids.mapped("name"), ["a"])
