from odoo.tests import tagged

from .test_agreement_default import DefaultCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementNotice(DefaultCommon):
    """What is still said of a default that was made good before the night."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._make_agreement(
            cls.invoice, ("2026-07-10", 300), ("2026-08-10", 300), ("2026-09-10", 200)
        )

    def _dispatch(self):
        with self._on("2026-08-14 16:00:00"):
            self.env["cartera.dispatcher"].sudo()._dispatch()
        return self._notices(self.agreement)

    def test_paid_before_the_notice_leaves_nothing_is_demanded(self):
        self._phase("2026-08-14")
        self._later_pay(600, "2026-08-14")
        notice = self._dispatch()
        self.assertEqual(notice.state, "cancelled")
        self.assertIn("No notice of default", notice.message)

    def test_paid_in_part_the_rest_is_no_default(self):
        self._phase("2026-08-14")
        self._later_pay(300, "2026-08-14")
        self.assertEqual(self._dispatch().state, "cancelled")

    def test_paid_too_little_it_is_demanded(self):
        self._phase("2026-08-14")
        self._later_pay(100, "2026-08-14")
        notice = self._dispatch()
        self.assertEqual(notice.state, "queued", notice.message)
        self.assertIn("500.00", notice.body)


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementLinks(DefaultCommon):
    """How one gets from an agreement to the next."""

    def test_from_the_old_one_to_what_replaces_it(self):
        old = self._make_agreement(self.invoice, ("2026-07-10", 800))
        new = self._as(self.collector, old)._refinance({})
        action = self._as(self.collector, old).action_open_refinancing()
        self.assertEqual(action["res_id"], new.id)

    def test_late_money_is_among_what_is_listed_first(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cartera_cobranza.cartera_agreement_action"
        )
        self.assertIn("'search_default_money': 1", action["context"])
