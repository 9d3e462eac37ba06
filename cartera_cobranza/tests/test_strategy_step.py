from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .strategy_common import StrategyCommon

URL = "https://key:secret@erp.example/cobranza?token=1"


@tagged("post_install", "-at_install", "cartera")
class TestStepRights(StrategyCommon):
    """What the server runs or calls with all rights is chosen by administrators."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env["ir.actions.server"].create(
            {
                "name": "Own",
                "model_id": cls.env["ir.model"]._get_id("cartera.case"),
                "state": "code",
                "code": "record.message_post(body='Seen')",
            }
        )
        steps = cls.env["cartera.strategy.step"].sudo()
        cls.teller, cls.runner = steps.create(
            [
                {
                    "strategy_id": cls.strategy.id,
                    "name": "tell",
                    "offset_days": 10,
                    "action": "webhook",
                    "webhook_url": URL,
                },
                {
                    "strategy_id": cls.strategy.id,
                    "name": "run",
                    "offset_days": 10,
                    "action": "server_action",
                    "server_action_id": cls.action.id,
                },
            ]
        )
        cls.boss = cls._create_user("jefa", "supervisor")

    def test_a_supervisor_chooses_neither(self):
        for step, values in (
            (self.teller, {"webhook_url": "http://169.254.169.254/latest"}),
            (self.runner, {"server_action_id": self.action.id}),
        ):
            mine = step.with_user(self.boss)
            with self.subTest(values):
                with self.assertRaises(AccessError):
                    mine.write(values)
                with self.assertRaises(AccessError):
                    mine.read(list(values))
                with self.assertRaisesRegex(ValidationError, "administrator"):
                    mine.create(
                        {
                            "strategy_id": self.strategy.id,
                            "name": "new",
                            "action": step.action,
                        }
                    )

    def test_a_supervisor_sees_that_there_is_one(self):
        told, run = (self.teller | self.runner).with_user(self.boss)
        self.assertEqual((told.target, run.target), ("erp.example", "Own"))

    def test_a_supervisor_changes_the_rest(self):
        with Form(self.teller.with_user(self.boss)) as form:
            self.assertNotIn("webhook_url", form._view["fields"])
            form.offset_days = 12
        with Form(self.runner.with_user(self.boss)) as form:
            self.assertNotIn("server_action_id", form._view["fields"])
            form.offset_days = 12
        self.assertEqual((self.teller.webhook_url, self.runner.offset_days), (URL, 12))

    def test_a_supervisor_duplicates_no_such_step(self):
        with self.assertRaisesRegex(UserError, "administrator"):
            self.strategy.with_user(self.boss).copy()
        self.assertEqual(self.strategy.sudo().copy().step_ids[0].webhook_url, URL)
        (self.teller | self.runner).sudo().unlink()
        self._step("notice", 10)
        copied = self.strategy.with_user(self.boss).copy()
        self.assertEqual(copied.step_ids.name, "notice")

    def test_a_plan_of_a_supervisor_does_them(self):
        self._due(12)
        self._night()
        plans = self.env["cartera.plan"].with_user(self.boss)
        plan = plans.create({"company_id": self.company.id, "date": "2026-06-30"})
        plan.action_simulate()
        with self.assertRaises(AccessError):
            plan.read(["action_values"])
        plan.action_approve()
        done = self._case().execution_ids
        self.assertEqual(set(done.mapped("state")), {"done"})
        delivery = self.env["cartera.webhook.delivery"].sudo().search([])
        self.assertEqual(delivery.url, URL)
        self.assertIn("Seen", "".join(self._case().message_ids.mapped("body")))
