from odoo.tests import HttpCase, tagged

from .common import CarteraCommon


class ContactTourCommon(CarteraCommon, HttpCase):
    """A call that nobody answered and one with a promise, as a collector logs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 15:00:00")
        cls.debtor.write(
            {"phone": "+1 202 555 0123", "country_id": cls.env.ref("base.us").id}
        )
        cls._invoice(1000, "2026-04-15", "2026-05-15")
        # The browser's first reads are read-only and would be tried twice otherwise.
        cls.env.cr.flush()
        cls.case = cls._case()
        cls._create_user("ana", "collector", lang="en_US")

    def _log_contacts(self):
        self.start_tour(
            f"/odoo/action-cartera_cobranza.cartera_case_action/{self.case.id}",
            "cartera_log_contact",
            login="ana",
        )
        self.assertEqual(
            self.case.contact_ids.sorted("id").mapped("disposition_id.code"),
            ["no_answer", "promise_installments"],
        )
        payments = self.case.promise_ids.installment_ids
        self.assertEqual(payments.mapped("amount"), [500, 500])


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactTour(ContactTourCommon):
    """At a desk."""

    def test_log_contacts(self):
        self._log_contacts()


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestContactTourPhone(ContactTourCommon):
    """On a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_log_contacts(self):
        self._log_contacts()
