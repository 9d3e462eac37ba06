from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.cartera_cobranza.models.contact_request import ContactRequest

from .contact_common import ContactCommon


@tagged("post_install", "-at_install", "cartera", "cartera_contact")
class TestRefusalReport(ContactCommon):
    """What was refused, by country, rule, article, channel, month and collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls._create_user("cartera_ana", "collector")
        cls.own = cls._create_user("cartera_own", "own")
        cls.peru = cls._person_case("pe")
        cls.peru.user_id = cls.own
        cls.colombia = cls._person_case("co")
        cls.colombia.user_id = cls.collector
        for case, channel, moment in [
            (cls.peru, "call", "2026-07-04T10:00-05:00"),
            (cls.peru, "call", "2026-08-01T10:00-05:00"),
            (cls.colombia, "email", "2026-07-04T10:00-05:00"),
            (cls.colombia, "visit", "2026-07-04T10:00-05:00"),
        ]:
            cls.gate._admit([ContactRequest(case, channel)], "manual", cls._at(moment))

    def _count(self, *groupby, user=None):
        refusals = self.refusals.with_user(user or self.collector)
        return {
            tuple(key): count
            for *key, count in refusals._read_group(
                [("case_id", "in", (self.peru | self.colombia).ids)],
                groupby,
                ["__count"],
            )
        }

    def test_by_country_and_rule(self):
        self.assertEqual(
            self._count("country_id", "rule"),
            {
                (self.env.ref("base.co"), "consent"): 2,
                (self.env.ref("base.pe"), "window"): 2,
            },
        )

    def test_by_article_and_channel(self):
        self.assertEqual(
            self._count("article", "channel"),
            {
                ("Ley 2300 de 2023, art. 2", "email"): 1,
                ("Ley 2300 de 2023, art. 2", "visit"): 1,
                ("Ley 29571, art. 62 b", "call"): 2,
            },
        )

    def test_by_month_and_collector(self):
        self.assertEqual(
            sorted(self._count("date:month", "collector_id").values()), [1, 1, 2]
        )

    def test_the_collector_is_who_it_was(self):
        self.peru.user_id = self.collector
        self.assertEqual(
            self._count("collector_id"), {(self.own,): 2, (self.collector,): 2}
        )

    def test_own_cases_only(self):
        self.assertEqual(
            self._count("country_id", user=self.own), {(self.env.ref("base.pe"),): 2}
        )

    def test_nobody_edits_the_evidence(self):
        evidence = self.refusals.search([("case_id", "=", self.peru.id)], limit=1)
        administrator = self.env.ref("base.user_admin")
        administrator.company_ids |= self.company
        for user in (self.collector, administrator):
            mine = evidence.with_user(user)
            for edit in (
                lambda mine=mine: mine.write({"rule": "hold"}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.create({"case_id": self.peru.id}),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    edit()

    def test_every_rule_of_the_calculation_has_a_name(self):
        rules = dict(self.refusals._fields["rule"].selection)
        used = {
            "opt_out",
            "consent",
            "third_party",
            "visits",
            "cap_week",
            "gap",
            "one_channel",
            "cap_day",
            "holiday",
            "window",
        }
        self.assertLessEqual(used, set(rules))

    def test_a_row_opens_its_case(self):
        evidence = self.refusals.search([("case_id", "=", self.peru.id)], limit=1)
        action = evidence.with_user(self.collector).action_open_case()
        self.assertEqual(action["res_id"], self.peru.id)
