from odoo.tests import HttpCase, tagged

from .dispute_common import DisputeCommon


@tagged("post_install", "-at_install", "cartera", "cartera_dispute")
class TestDisputeTours(DisputeCommon, HttpCase):
    """A dispute is opened from the case, and answered in sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice.button_draft()
        cls.invoice.invoice_line_ids.price_unit = 1000
        cls.invoice.action_post()
        (cls.seller | cls.collector).lang = "en_US"
        # The browser's first reads are read-only and would be tried twice otherwise.
        cls.env.cr.flush()
        cls.env["cartera.case"].search([])

    def test_dispute_is_opened_and_answered(self):
        self.start_tour(
            "/odoo/cartera", "cartera_dispute_opened", login=self.collector.login
        )
        self.env.invalidate_all()
        dispute = self.case.dispute_ids
        self.assertRecordValues(
            dispute, [{"amount": 250, "user_id": self.seller.id, "state": "open"}]
        )
        self.start_tour(
            "/odoo/my-disputes", "cartera_dispute_answered", login=self.seller.login
        )
        self.env.invalidate_all()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "founded",
                    "amount_accepted": 100,
                    "amount_open": 100,
                    "answer": "The discount had been agreed.",
                }
            ],
        )
