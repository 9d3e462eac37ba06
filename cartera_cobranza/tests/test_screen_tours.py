from odoo.tests import HttpCase, tagged

from .contact_common import ContactCommon


class ScreenTourCommon(ContactCommon, HttpCase):
    """A collector with three debtors, at noon where they live."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 18:00:00")
        cls.collector = cls._create_user("ana", "collector", lang="en_US")
        cls.company.cartera_default_user_id = cls.collector
        people = [
            cls._create_person("mx", name=f"Person {n}", phone=f"+52555555010{n}")
            for n in range(3)
        ]
        for person, amount in zip(people, (90000, 50000, 10000), strict=True):
            cls._invoice(amount, "2026-06-01", due="2026-06-20", partner=person)
        cls.cases = cls.env["cartera.case"].union(*map(cls._case, people))
        cls.env["cartera.worklist.entry"].search(
            [("case_id", "not in", cls.cases.ids)]
        ).sudo().unlink()
        cls.env.flush_all()

    def _work(self, tour):
        self.start_tour(
            f"/odoo/action-cartera_cobranza.cartera_case_action/{self.cases[0].id}",
            tour,
            login="ana",
        )

    def assertLogged(self, *codes):
        """One contact of each of the first debtors, with these results."""
        contacts = self.env["cartera.contact"].search(
            [("case_id", "in", self.cases.ids)], order="id"
        )
        self.assertRecordValues(
            contacts,
            [
                {
                    "case_id": case.id,
                    "channel": "call",
                    "disposition_id": self._result(code).id,
                    "user_id": self.collector.id,
                }
                for case, code in zip(self.cases, codes, strict=False)
            ],
        )


@tagged("post_install", "-at_install", "cartera")
class TestScreenTour(ScreenTourCommon):
    """At a desk, with the keyboard alone."""

    def test_from_one_debtor_to_the_next(self):
        self._work("cartera_next_debtor")
        self.assertLogged("no_answer", "refused")


@tagged("post_install", "-at_install", "cartera")
class TestScreenTourPhone(ScreenTourCommon):
    """On a phone, with a thumb."""

    browser_size = "375x812"
    touch_enabled = True

    def test_from_one_debtor_to_the_next(self):
        self._work("cartera_next_debtor_phone")
        self.assertLogged("no_answer")
