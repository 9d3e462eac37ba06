import random
from fractions import Fraction
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import BaseCommon

from ..lib.stage_rules import BROKEN_DAYS, StageRule, decide

DAY = fields.Date.to_date("2026-06-30")
LONG_AGO = fields.Date.to_date("2026-01-01")
SEED = 20260630
HISTORY = [
    "company_id",
    "date",
    "stage_from_id",
    "stage_to_id",
    "reason",
    "user_id",
    "run_id",
    "days_overdue",
    "amount_overdue",
]

# (days, amount, share, automatic, broken promises, broken agreement) of each stage, the
# last two where they are asked for; shares are exact in binary.
RULE_SETS = {
    "the shipped four": [
        (0, 0, 0, True),
        (1, 0, 0, True),
        (61, 0, 0, True),
        (181, 0, 0, False),
    ],
    "by amount and share": [
        (0, 0, 0, True),
        (1, 500.05, 0, True),
        (1, 0, 37.5, False),
        (61, 500.05, 50, True),
    ],
    "one decided by people amid automatic ones": [
        (0, 0, 0, True),
        (1, 0, 0, False),
        (31, 0, 0, True),
        (61, 0, 0, False),
        (91, 0, 12.5, True),
    ],
    "rules out of order": [
        (0, 0, 0, True),
        (120, 0, 0, True),
        (5, 0, 0, True),
        (60, 1000, 0, True),
    ],
    "a lowest stage with a rule of its own": [
        (10, 100, 0, True),
        (20, 100, 0, True),
        (20, 200, 25, False),
    ],
    "a lowest stage decided by people": [
        (0, 0, 0, False),
        (1, 0, 0, True),
        (61, 0, 0, True),
    ],
    "by broken promises": [
        (0, 0, 0, True),
        (31, 0, 0, True, 1),
        (61, 200, 25, True, 2),
        (181, 0, 0, False, 3),
    ],
    "by a broken agreement": [
        (0, 0, 0, True),
        (31, 0, 0, True, 0, True),
        (61, 200, 25, True, 2, False),
        (181, 0, 0, False, 3, True),
    ],
    "a single stage": [(0, 0, 0, True)],
}
DAYS = (0, 1, 4, 5, 10, 20, 30, 31, 60, 61, 62, 90, 91, 119, 120, 180, 181, 500)
AMOUNTS = (0, 0.01, 99.99, 100, 200, 500, 500.05, 500.06, 1000, 4000)
SHARES = (1, 2, Fraction(8, 3), 4, 8, 9)  # whole debt over what is collectable


@tagged("post_install", "-at_install", "cartera")
class TestStageRules(BaseCommon):
    """The statement of the nightly run decides as ``lib.stage_rules`` does."""

    CASES = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company, cls.other_company, cls.former_owner = cls.env[
            "res.company"
        ].create([{"name": "Rules"}, {"name": "Elsewhere"}, {"name": "Former"}])
        cls.first = cls.env.ref("cartera_cobranza.cartera_stage_preventiva")
        shipped = cls.env["cartera.stage"].search([])
        (shipped - cls.first).company_id = cls.former_owner
        cls.first.sequence = -1
        cls.retired = cls._create_stage("retired", (0, 0, 0, True))
        partners = cls.env["res.partner"].create(
            [{"name": f"Debtor {number}"} for number in range(cls.CASES)]
        )
        cls.cases = cls.env["cartera.case"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "stage_id": cls.retired.id,
                }
                for partner in partners
            ]
        )
        # The cases are left in a stage that their company has no more.
        cls._give_retired_to(cls.former_owner)

    @classmethod
    def _give_retired_to(cls, company):
        """As a clumsy import would: the form refuses it while there are cases."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE cartera_stage SET company_id = %s WHERE id = %s",
            [company.id, cls.retired.id],
        )
        cls.env.invalidate_all()

    @classmethod
    def _prepare_rule(cls, rule):
        names = (
            "min_days",
            "min_amount",
            "min_share",
            "automatic",
            "min_broken_promises",
            "on_broken_agreement",
        )
        unasked = (0, False)[len(rule) - len(names) :] if len(rule) < len(names) else ()
        return dict(zip(names, (*rule, *unasked), strict=True))

    @classmethod
    def _create_stage(cls, code, rule, company=None, sequence=10):
        return cls.env["cartera.stage"].create(
            {
                "name": code.capitalize(),
                "code": code,
                "company_id": (company or cls.company).id,
                "sequence": sequence,
                **cls._prepare_rule(rule),
            }
        )

    def _create_stages(self, rules):
        """The stages of the company: the first one is shared with all others."""
        self.first.write(self._prepare_rule(rules[0]))
        stages = self.first
        for number, rule in enumerate(rules[1:]):
            stages |= self._create_stage(f"s{number}", rule, sequence=number)
        return stages

    def _break_promises(self, number_of):
        """Have the debtors break promises on the first day that counts, and one on the
        day before, which does not count any more."""
        day = fields.Date.subtract(DAY, days=BROKEN_DAYS - 1)
        rows = [
            {
                "case_id": case.id,
                "currency_id": self.company.currency_id.id,
                "state": "partial" if number % 2 else "broken",
                "date_made": LONG_AGO,
                "date_ended": fields.Date.subtract(day, days=1) if number < 0 else day,
            }
            for case, broken in number_of.items()
            for number in range(-1, broken)
        ]
        promises = self.env["cartera.promise"]
        # The ledger of these debtors is empty: it is not to be asked.
        with patch.object(type(promises), "_mark", lambda self: None):
            return promises.sudo().create(rows)

    def _break_agreements(self, cases):
        """Have the debtors break an agreement on the first day that counts; the others
        on the day before, which does not count any more."""
        day = fields.Date.subtract(DAY, days=BROKEN_DAYS - 1)
        product = self.env["cartera.agreement.product"].create(
            {"name": "Instalments", "kind": "reestructura"}
        )
        return (
            self.env["cartera.agreement"]
            .sudo()
            .create(
                [
                    {
                        "case_id": case.id,
                        "product_id": product.id,
                        "currency_id": self.company.currency_id.id,
                        "state": "broken",
                        "date_ended": day
                        if case in cases
                        else fields.Date.subtract(day, days=1),
                    }
                    for case in self.cases
                ]
            )
        )

    def _set(self, facts_of):
        """Give the cases their values; ``retired`` leaves their company after that."""
        self._give_retired_to(self.company)
        for case, facts in facts_of.items():
            # A change of the stage is a move, which resets what depends on it.
            case.with_context(tracking_disable=True).stage_id = facts["stage_id"]
            case.write(facts)
        self.cases.stage_move_ids.unlink()
        self._give_retired_to(self.former_owner)

    def _prepare_facts(self, rng, stages):
        """Values of a case, met by chance but often on the limit of a rule."""
        days, collectable = rng.choice(DAYS), rng.choice(AMOUNTS)
        rest = round(float(collectable * (rng.choice(SHARES) - 1)), 2)
        held = rng.choice((0, rest))
        return {
            "date_oldest_due": fields.Date.subtract(DAY, days=days) if days else False,
            "amount_collectable": collectable,
            "amount_overdue": round(collectable + held, 2),
            "amount_not_due": round(rest - held, 2),
            "amount_promised": rng.choice((0, 0, held)),
            "amount_paused": rng.choice((0, 0, held)),
            "amount_disputed": rng.choice((0, 0, held)),
            "stage_id": rng.choice([*stages.ids, self.retired.id]),
            "stage_verdict_id": rng.choice([False, *stages.ids]),
            "stage_proposed_id": rng.choice([False, *stages.ids]),
            "stage_date": LONG_AGO,
        }

    def _leave(self, stages):
        """Make room for another set of rules."""
        self.cases.with_context(tracking_disable=True).stage_id = self.first
        self.cases.stage_move_ids.unlink()
        (stages - self.first).unlink()

    def _sue(self, cases):
        """Legal cases against the debtors, and closed ones against all."""
        return self.env["cartera.legal.case"].create(
            [{"case_id": case.id} for case in cases]
        ) | self.env["cartera.legal.case"].sudo().create(
            [{"case_id": case.id, "state": "closed"} for case in self.cases]
        )

    def _decide(
        self, rules, facts, broken=0, has_broken_agreement=False, is_in_court=False
    ):
        """What the reference says of a case with these values."""
        by_stage = {rule.stage: rule for rule in rules}
        due = facts["date_oldest_due"]
        exact = {
            name: Fraction(str(facts[name]))
            for name in ("amount_collectable", "amount_overdue", "amount_not_due")
        }
        debt = exact["amount_overdue"] + exact["amount_not_due"]
        return decide(
            rules,
            current=by_stage.get(facts["stage_id"]) or StageRule("retired", -1),
            last_verdict=by_stage.get(facts["stage_verdict_id"]),
            days=(DAY - due).days if due else 0,
            amount=facts["amount_collectable"],
            share=100 * exact["amount_collectable"] / debt if debt else 0,
            broken=broken,
            has_broken_agreement=has_broken_agreement,
            is_in_court=is_in_court,
            is_held=any(
                facts[f"amount_{why}"] for why in ("promised", "paused", "disputed")
            ),
        )

    def _get_expected(self, facts, decision):
        """Values of the case after the run, given what the reference decided."""
        verdict = decision.verdict.stage if decision.verdict else False
        if verdict == facts["stage_verdict_id"]:
            return facts
        moved, proposed = decision.move_to, decision.propose
        return {
            **facts,
            "stage_id": moved.stage if moved else facts["stage_id"],
            "stage_verdict_id": decision.verdict.stage,
            "stage_proposed_id": proposed.stage if proposed else False,
            "stage_date": DAY if moved else LONG_AGO,
        }

    def _get_expected_history(self, facts, decision):
        """The rows of the history after the run: one for a move, or none."""
        if not decision.move_to:
            return []
        due = facts["date_oldest_due"]
        return [
            {
                "company_id": self.company.id,
                "date": DAY,
                "stage_from_id": facts["stage_id"],
                "stage_to_id": decision.move_to.stage,
                "reason": "cured" if decision.verdict.rank == 0 else "rule",
                "user_id": False,
                "run_id": False,
                "days_overdue": (DAY - due).days if due else 0,
                "amount_overdue": facts["amount_overdue"],
            }
        ]

    def _read(self, records, names):
        return [
            {
                name: value[0] if isinstance(value, tuple) else value
                for name, value in row.items()
                if name != "id"
            }
            for row in records.read(names)
        ]

    def test_statement_decides_as_the_reference_does(self):
        rng = random.Random(SEED)
        for title, rules in RULE_SETS.items():
            stages = self._create_stages(rules)
            reference = list(stages._get_rules().values())
            facts_of = {case: self._prepare_facts(rng, stages) for case in self.cases}
            self._set(facts_of)
            broken_of = {case: rng.choice((0, 0, 1, 2, 3)) for case in self.cases}
            promises = self._break_promises(broken_of)
            breachers = self.cases.filtered(lambda case: rng.random() < 0.4)
            agreements = self._break_agreements(breachers)
            sued = self.cases.filtered(lambda case: rng.random() < 0.3)
            legals = self._sue(sued)
            self.env["cartera.stage.engine"]._move_cases(self.company, DAY)
            wrong = []
            for case, facts in facts_of.items():
                decision = self._decide(
                    reference,
                    facts,
                    broken_of[case],
                    case in breachers,
                    is_in_court=case in sued,
                )
                expected = [self._get_expected(facts, decision)]
                history = self._get_expected_history(facts, decision)
                found = self._read(case, list(facts))
                moves = case.stage_move_ids
                if found != expected or self._read(moves, HISTORY) != history:
                    wrong.append((facts, decision, found, self._read(moves, HISTORY)))
            self.assertFalse(wrong[:1], f"{len(wrong)} differ with {title}")
            promises.unlink()
            legals.sudo().unlink()
            agreements.write({"state": "draft"})
            agreements.unlink()
            self._leave(stages)

    def test_chance_reaches_every_kind_of_decision(self):
        """The comparison above would prove little if its facts were all alike."""
        rng = random.Random(SEED)
        kinds = set()
        for rules in RULE_SETS.values():
            stages = self._create_stages(rules)
            reference = list(stages._get_rules().values())
            for _case in self.cases:
                decision = self._decide(reference, self._prepare_facts(rng, stages))
                kinds.add((bool(decision.move_to), bool(decision.propose)))
            self._leave(stages)
        self.assertEqual(len(kinds), 4)

    def test_a_second_pass_changes_nothing(self):
        stages = self._create_stages(RULE_SETS["the shipped four"])
        rng = random.Random(7)
        self._set({case: self._prepare_facts(rng, stages) for case in self.cases})
        engine = self.env["cartera.stage.engine"]
        self.assertGreater(engine._move_cases(self.company, DAY), 0)
        history = self.cases.stage_move_ids
        self.assertEqual(engine._move_cases(self.company, DAY), 0)
        self.assertEqual(self.cases.stage_move_ids, history)

    def test_only_the_cases_asked_for(self):
        stages = self._create_stages(RULE_SETS["the shipped four"])
        self.cases.write(
            {
                "stage_id": stages[0].id,
                "date_oldest_due": "2026-06-01",
                "amount_collectable": 10,
                "amount_overdue": 10,
            }
        )
        asked = self.cases[:5]
        moved = self.env["cartera.stage.engine"]._move_cases(
            self.company, DAY, ids=asked.ids
        )
        self.assertEqual(moved, 5)
        self.assertEqual(asked.stage_id, stages[1])
        self.assertEqual((self.cases - asked).stage_id, stages[0])

    def test_other_companies_are_left_alone(self):
        stages = self._create_stages(RULE_SETS["the shipped four"])
        other = self.env["cartera.case"].create(
            {
                "partner_id": self.cases[0].partner_id.id,
                "company_id": self.other_company.id,
                "stage_id": self.first.id,
                "date_oldest_due": "2026-06-01",
                "amount_overdue": 10,
                "amount_collectable": 10,
            }
        )
        self.cases.stage_id = stages[0]
        engine = self.env["cartera.stage.engine"]
        engine._move_cases(self.company, DAY)
        self.assertFalse(other.stage_verdict_id)
        engine._move_cases(self.other_company, DAY)
        self.assertEqual(other.stage_verdict_id, self.first)
        self.assertNotIn(self.other_company, self.cases.stage_move_ids.company_id)

    def test_company_and_shared_stages_make_one_escalation(self):
        own = self._create_stage("own", (10, 0, 0, True), sequence=5)
        self._create_stage("not_ours", (1, 0, 0, True), self.other_company, sequence=3)
        case = self.cases[0]
        case.write(
            {
                "stage_id": self.first.id,
                "date_oldest_due": "2026-06-20",
                "amount_overdue": 10,
                "amount_collectable": 10,
            }
        )
        engine = self.env["cartera.stage.engine"]
        engine._move_cases(
            self.company, fields.Date.to_date("2026-06-29"), ids=case.ids
        )
        self.assertEqual(case.stage_id, self.first)
        engine._move_cases(self.company, DAY, ids=case.ids)
        self.assertEqual(case.stage_id, own)

    def test_a_person_moving_a_case_is_heeded_until_the_facts_change(self):
        stages = self._create_stages(RULE_SETS["the shipped four"])
        case = self.cases[0]
        case.write(
            {
                "stage_id": stages[0].id,
                "date_oldest_due": "2026-04-30",
                "amount_overdue": 10,
                "amount_collectable": 10,
            }
        )
        engine = self.env["cartera.stage.engine"]
        engine._move_cases(self.company, DAY, ids=case.ids)
        self.assertEqual(case.stage_id, stages[2])
        case.stage_id = stages[1]
        engine._move_cases(self.company, DAY, ids=case.ids)
        self.assertEqual(case.stage_id, stages[1])
        case.write({"date_oldest_due": False, "amount_collectable": 0})
        engine._move_cases(self.company, DAY, ids=case.ids)
        self.assertEqual(case.stage_id, stages[0])
        self.assertRecordValues(
            case.stage_move_ids.sorted("id")[-3:],
            [
                {"reason": "rule", "user_id": False},
                {"reason": "manual", "user_id": self.env.uid},
                {"reason": "cured", "user_id": False},
            ],
        )

    def _assert_refused(self, constraint, values):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, constraint),
            self.cr.savepoint(),
        ):
            self.env["cartera.stage"].create({"name": "X", "code": "x", **values})

    def test_limits_of_a_rule_are_checked(self):
        for values in (
            {"min_days": -1},
            {"min_amount": -0.01, "company_id": self.company.id},
            {"min_share": 100.01},
            {"min_share": -1},
        ):
            with self.subTest(**values):
                self._assert_refused("cartera_stage_rule_positive", values)

    def test_a_code_names_one_stage_of_a_company(self):
        self._create_stage("twice", (0, 0, 0, True))
        self._create_stage("twice", (0, 0, 0, True), self.other_company)
        self._assert_refused(
            "cartera_stage_code_uniq", {"code": "twice", "company_id": self.company.id}
        )
        self.env["cartera.stage"].create({"name": "Shared", "code": "shared"})
        self._assert_refused("cartera_stage_code_shared_uniq", {"code": "shared"})
