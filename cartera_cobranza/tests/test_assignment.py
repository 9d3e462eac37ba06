from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .team_common import TeamCommon


@tagged("post_install", "-at_install", "cartera", "cartera_team")
class TestAssignment(TeamCommon):
    """Who gets the cases that nobody has."""

    def test_cases_are_dealt_evenly(self):
        cases = self._create_cases(7)
        self._rule()
        self.assertEqual(self._assign(), 7)
        self.assertEqual(sorted(self._owners(cases).values()), [3, 4])
        self.assertEqual(cases.worker_id, self.ana | self.beto)
        self.assertEqual(self._history(cases[0])[0][2], "rule")

    def test_who_has_less_work_gets_more(self):
        self._create_cases(4, self.ana)
        cases = self._create_cases(6)
        self._rule()
        self._assign()
        self.assertEqual(self._owners(cases), {"ana": 1, "beto": 5})

    def test_work_is_in_proportion_to_capacity(self):
        self.team.member_ids.filtered(lambda m: m.user_id == self.ana).capacity = 30
        cases = self._create_cases(8)
        self._rule()
        self._assign()
        self.assertEqual(self._owners(cases), {"ana": 6, "beto": 2})

    def test_as_one_after_the_other_would_do_it(self):
        self.team.member_ids.filtered(lambda m: m.user_id == self.ana).capacity = 7
        carla = {"user_id": self.carla.id, "team_id": self.team.id, "capacity": 3}
        self.env["cartera.team.member"].create(carla)
        self._create_cases(3, self.beto)
        cases = self._create_cases(23)
        self._rule()
        self._assign()
        load = {self.ana: 0, self.beto: 3, self.carla: 0}
        capacity = {self.ana: 7, self.beto: 10, self.carla: 3}
        expected = dict.fromkeys(load, 0)
        for _case in cases:
            chosen = min(load, key=lambda u: ((load[u] + 1) / capacity[u], u.id))
            load[chosen] += 1
            expected[chosen] += 1
        self.assertEqual(
            self._owners(cases), {user.login: n for user, n in expected.items() if n}
        )

    def test_large_debts_are_dealt_as_evenly_as_small_ones(self):
        large = self._create_cases(4, amount=5000)
        small = self._create_cases(4, amount=10)
        self._rule()
        self._assign()
        for cases in (large, small):
            self.assertEqual(self._owners(cases), {"ana": 2, "beto": 2})

    def test_who_is_away_or_without_capacity_gets_none(self):
        self._absence(self.ana, self.carla)
        cases = self._create_cases(2)
        self._rule()
        self._assign()
        self.assertEqual(self._owners(cases), {"beto": 2})
        self.team.member_ids.capacity = 0
        others = self._create_cases(2)
        self._assign()
        self.assertFalse(others.user_id)

    def test_the_first_rule_that_fits(self):
        self._rule(name="Large", min_amount=1000, user_id=self.carla.id, sequence=1)
        self._rule(name="Others", sequence=2)
        large = self._create_cases(1, amount=1000)
        small = self._create_cases(2, amount=999)
        self._assign()
        self.assertEqual(large.user_id, self.carla)
        self.assertEqual(self._owners(small), {"ana": 1, "beto": 1})

    def test_when_nobody_of_a_team_is_there_the_next_rule_decides(self):
        empty = self._create_team("South", {})
        self._rule(team_id=empty.id, sequence=1)
        self._rule(user_id=self.carla.id, sequence=2)
        cases = self._create_cases(1)
        self._assign()
        self.assertEqual(cases.user_id, self.carla)

    def test_each_condition(self):
        mexico, peru = self.env.ref("base.mx"), self.env.ref("base.pe")
        state = self.env.ref("base.state_mx_jal")
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        segment = self.env["cartera.segment"].create({"name": "Mine"})
        fits = {"country_id": mexico.id, "state_id": state.id, "name": "Ñandú"}
        fits["category_id"] = [(6, 0, tag.ids)]
        [case] = self._create_cases(1, amount=500, **fits)
        case.stage_id = self.stage_administrativa
        case.sudo().segment_id = segment
        for field, good, bad in [
            ("country_ids", mexico, peru),
            ("state_ids", state, self.env.ref("base.state_mx_ags")),
            ("category_ids", tag, tag.create({"name": "Other"})),
            ("stage_ids", self.stage_administrativa, self.stage_judicial),
            ("segment_ids", segment, segment.create({"name": "Other"})),
            ("min_amount", 500, 500.01),
            ("max_amount", 500, 499.99),
            ("letter_from", "n", "o"),
            ("letter_to", "Ñ", "M"),
        ]:
            for value, owner in ((bad, self.env["res.users"]), (good, self.carla)):
                with self.subTest(field=field, value=value):
                    case.user_id = False
                    value = (
                        value
                        if isinstance(value, (float, int, str))
                        else [(6, 0, value.ids)]
                    )
                    rule = self._rule(user_id=self.carla.id, **{field: value})
                    self._assign()
                    self.assertEqual(case.user_id, owner)
                    rule.unlink()

    def test_letters_in_a_database_that_knows_no_accents(self):
        """Where the database sorts by bytes, ``upper`` leaves ñ as it is."""
        letter = self.env["cartera.assignment.rule"]._get_letter_sql
        for name, plain in (("ñandú", "N"), ("élite", "E"), (" Óscar", "O")):
            found = self.env.execute_query(
                SQL("SELECT %s", letter(SQL('%s COLLATE "C"', name)))
            )
            self.assertEqual(found, [(plain,)])

    def test_nobody_loses_a_case(self):
        self._rule(user_id=self.carla.id)
        cases = self._create_cases(1, self.ana)
        self.assertEqual(self._assign(), 0)
        self.assertEqual(cases.user_id, self.ana)

    def test_cases_of_who_has_left_are_given_again(self):
        cases = self._create_cases(2, self.ana)
        self._rule()
        self.ana.active = False
        self._assign()
        self.assertEqual(self._owners(cases), {"beto": 2})
        self.assertEqual(self._history(cases[0])[-1], ("ana", "beto", "rule"))

    def test_the_default_collector_comes_last(self):
        self.company.cartera_default_user_id = self.carla
        self._rule(min_amount=1000)
        cases = self._create_cases(1)
        self.env["cartera.case"].search([]).user_id = False
        self._assign()
        self.assertEqual(cases.user_id, self.carla)

    def test_a_new_case_waits_for_the_rules(self):
        self.company.cartera_default_user_id = self.carla
        self._invoice(10, "2026-06-01")
        self.assertEqual(self._case().user_id, self.carla)
        self._rule(user_id=self.ana.id)
        debtor = self._create_debtor("Panadería La Espiga")
        self._invoice(10, "2026-06-01", partner=debtor)
        self.assertFalse(self._case(debtor).user_id)
        self.env["cartera.run"].run(self.company)
        self.assertEqual(self._case(debtor).user_id, self.ana)

    def test_settled_cases_are_not_given(self):
        cases = self._create_cases(1)
        self._entry(
            "2026-06-01",
            [
                (self.receivable, cases.partner_id, -100),
                (self.company_data["default_account_revenue"], None, 100),
            ],
        )
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", cases.partner_id.id)]
        )
        lines.reconcile()
        self._rule()
        self.env["cartera.run"].run(self.company)
        self.assertFalse(cases.user_id)

    def test_a_rule_says_to_whom(self):
        with self.assertRaises(ValidationError):
            self._rule(team_id=False)

    def test_archived_rules_and_people_give_nothing(self):
        cases = self._create_cases(1)
        self._rule(active=False)
        self._rule(user_id=self.ana.id)
        self.ana.active = False
        self.assertEqual(self._assign(), 0)
        self.assertFalse(cases.user_id)
