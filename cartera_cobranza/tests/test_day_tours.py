from odoo.tests import HttpCase, tagged

from .common import CarteraCommon

RESULTS = [
    "no_answer",
    "promise",
    "promise_installments",
    "dispute",
    "callback",
    "refused",
    "already_paid",
    "wrong_number",
    "third_party",
    "insolvent",
]


class DayCommon(CarteraCommon, HttpCase):
    """A collector in Mexico with debtors, at noon of a Tuesday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to("2026-06-30 18:00:00")
        cls.ana = cls._create_user("ana", "own", name="Ana", lang="en_US")
        cls.company.cartera_default_user_id = cls.ana

    @classmethod
    def _create_cases(cls, count, each=10000):
        """Cases of as many debtors; the first owes most and is the most urgent."""
        debtors = [
            cls._create_debtor(
                f"Debtor {n:02}",
                country_id=cls.env.ref("base.mx").id,
                phone=f"+525555501{n:02}0",
            )
            for n in range(1, count + 1)
        ]
        for rank, debtor in enumerate(debtors):
            amount = each * (count - rank)
            cls._invoice(amount, "2026-06-01", due="2026-06-20", partner=debtor)
        cls.env.flush_all()
        return cls.env["cartera.case"].union(*map(cls._case, debtors))

    def _tour(self, path, tour, user):
        """Be that user in the browser, and see afterwards what is in the database."""
        self.start_tour(path, tour, login=user.login)
        self.env.invalidate_all()


class MorningTours:
    """Ten debtors, one after the other, each with another answer."""

    tour = "cartera_morning"

    def test_morning_of_ten_debtors(self):
        cases = self._create_cases(10)
        ledger = self._picture()
        self._tour("/odoo/cartera-mi-dia", self.tour, self.ana)
        self.assertEqual(self._picture(), ledger)
        self.assertResults(cases)
        self.assertFollowUps(cases)
        self.assertFalse(self._due(self.ana))

    def _due(self, user):
        entries = self.env["cartera.worklist.entry"]
        return entries.search(entries._get_due_domain(user)).case_id

    def assertResults(self, cases):
        """One contact of each debtor, by the collector, with these results."""
        self.assertEqual(
            [
                (contact.case_id, contact.disposition_id.code, contact.user_id)
                for contact in self.env["cartera.contact"].search([], order="id")
            ],
            [(case, code, self.ana) for case, code in zip(cases, RESULTS, strict=True)],
        )

    def assertFollowUps(self, cases):
        """What follows from each result is there, and of no other debtor."""
        case = dict(zip(RESULTS, cases, strict=True))
        promises = self.env["cartera.promise"].search([], order="id")
        self.assertRecordValues(
            promises,
            [
                {"case_id": case["promise"].id, "amount": 90000, "state": "open"},
                {
                    "case_id": case["promise_installments"].id,
                    "amount": 80000,
                    "state": "open",
                },
            ],
        )
        self.assertEqual(
            [
                (str(part.date), part.amount)
                for part in promises[1].installment_ids.sorted("date")
            ],
            [("2026-07-10", 40000), ("2026-08-10", 40000)],
        )
        self.assertRecordValues(
            self.env["cartera.dispute"].search([]),
            [{"case_id": case["dispute"].id, "amount": 2500, "state": "open"}],
        )
        pauses = self.env["cartera.pause"].search([], order="id")
        self.assertRecordValues(
            pauses,
            [
                {"case_id": case["already_paid"].id, "kind": "proof"},
                {"case_id": case["insolvent"].id, "kind": "internal"},
            ],
        )
        proof = self.env["ir.attachment"].search([("name", "=", "transfer.txt")])
        self.assertEqual(
            (proof.res_model, proof.res_id), ("cartera.case", case["already_paid"].id)
        )
        self.assertIn("18:00", case["callback"].activity_ids.summary)
        wrong = case["wrong_number"]
        self.assertEqual(wrong.callable_state, "no_phone")


@tagged("post_install", "-at_install", "cartera", "cartera_day")
class TestMorningTour(MorningTours, DayCommon):
    """At a desk, with the keyboard alone."""


@tagged("post_install", "-at_install", "cartera", "cartera_day")
class TestMorningTourPhone(MorningTours, DayCommon):
    """On a phone, with a thumb."""

    browser_size = "375x667"
    touch_enabled = True
    tour = "cartera_morning_phone"
