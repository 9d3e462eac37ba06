from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .message_common import MessageCommon


@tagged("post_install", "-at_install", "cartera", "cartera_message")
class TestNeutralize(MessageCommon):
    """A copied database writes to nobody."""

    def test_nothing_leaves_a_copied_database(self):
        self._overdue(100)
        queued = self._plan_message()
        self._dispatch()
        other = self._create_debtor("Otro", email="o@x.example")
        self._overdue(70, partner=other)
        planned = self._plan_message(case=self._case(other))
        sent = planned.copy({"state": "sent", "origin": "manual"})
        step = self._step("webhook", webhook_url="https://erp.acreedor.example/")
        waiting = self._execute(step, self._case())
        given_up = self._execute(step, self._case(other))
        deliveries = self.env["cartera.webhook.delivery"].sudo().search([])
        self.assertEqual(deliveries.execution_id, waiting | given_up)
        deliveries[0].state = "failed"
        self.company.cartera_plan_approval = "automatic"
        plan = self.env["cartera.plan"].create({"date": "2026-06-30"})
        plan.sudo().state = "approved"
        self.env.flush_all()
        for query in get_neutralization_queries(["cartera_cobranza"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual((queued | planned).mapped("state"), ["cancelled"] * 2)
        self.assertEqual(queued.mail_id.sudo().state, "cancel")
        self.assertEqual(sent.state, "sent")
        self.assertNotIn("acreedor.example", step.webhook_url)
        self.assertEqual(deliveries.mapped("state"), ["failed"] * 2)
        self.assertNotIn("acreedor.example", "".join(deliveries.mapped("url")))
        self.assertEqual(self.company.cartera_plan_approval, "manual")
        self.assertEqual(plan.state, "cancelled")
        self._dispatch()
        self.assertEqual((queued | planned).mapped("state"), ["cancelled"] * 2)

    def test_what_waits_for_a_provider_is_called_off(self):
        self._overdue(100)
        self.debtor.country_id = self.env.ref("base.us")
        self.debtor.phone = "+1 202 555 0123"
        message = self._plan_message("sms")
        self._dispatch()
        self.env.flush_all()
        for query in get_neutralization_queries(["cartera_cobranza"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        sms = self.env["sms.sms"].sudo().search([("uuid", "=", message.sms_uuid)])
        self.assertEqual((message.state, sms.state), ("cancelled", "canceled"))
