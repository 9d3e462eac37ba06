import random
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.base.tests.common import BaseCommon

from ..lib import strategy as reference

TODAY = fields.Date.to_date("2026-06-30")
SEED = 20260630
ADDRESSES = {
    "email": {"email": "cobros@faro.example"},
    "phone": {"phone": "+525555550100"},
    "street": {"street": "Calle Mayor 1", "city": "Puebla"},
}
WAYS = {
    "email": {"email"},
    "phone": {"sms", "whatsapp", "call"},
    "street": {"letter", "visit"},
}
ACTIONS = ("email", "sms", "letter", "call", "visit", "hold", "webhook")
SAID = ("granted", "withdrawn", None)


@tagged("post_install", "-at_install", "cartera")
class TestPlannerReference(BaseCommon):
    """The planner decides as ``lib.strategy`` does, on debtors and strategies met by
    chance."""

    DEBTORS = 60
    ROUNDS = 12
    STEPS = 9

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.company = cls.env["res.company"].create({"name": "Planner"})
        cls.company.partner_id.tz = "UTC"
        cls.template = cls.env["cartera.message.template"].search([], limit=1)
        cls.stages = cls.env["cartera.stage"].search([("company_id", "=", False)])
        cls.buckets = cls.env["cartera.aging.bucket"].search([], limit=4)
        partners = cls.env["res.partner"].create(
            [{"name": f"Debtor {number}"} for number in range(cls.DEBTORS)]
        )
        cls.cases = (
            cls.env["cartera.case"]
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": cls.company.id,
                        "stage_id": cls.stages[0].id,
                    }
                    for partner in partners
                ]
            )
        )

    # -- what is met by chance ----------------------------------------------------

    def _some_day(self, rng, least, most):
        return fields.Date.subtract(TODAY, days=rng.randint(least, most))

    def _prepare_step(self, rng, number):
        clock = rng.choice(
            ("due", "due", "due", "stage", "previous", "promise", "promise_made")
            + ("payment",)
        )
        action = rng.choice(ACTIONS)
        offset = rng.randint(1, 30)
        if clock != "due":
            offset = rng.randint(-3 if clock == "promise" else 0, 8)
        times = rng.choice((1, 1, 1, 2))
        return {
            "name": f"Step {number}",
            "sequence": number,
            "clock": clock,
            "offset_days": offset,
            "action": action,
            "template_id": self.template.id,
            "hold_days": 3,
            "webhook_url": "https://erp.example",
            "catch_up_days": rng.choice((0, 5, 20)),
            "wait_after": rng.choice((0, 0, 0, 4)),
            "max_executions": times,
            "repeat_days": rng.randint(1, 6) if times > 1 else 0,
            "is_exit": rng.random() < 0.1,
            "fallback_channel": rng.random() < 0.5,
            "min_amount": rng.choice((0, 0, 0, 50)),
            "max_amount": rng.choice((0, 0, 0, 80)),
            "min_share": rng.choice((0, 0, 0, 50)),
            "bucket_ids": rng.choice(((), (), self.buckets[:2].ids)),
            "stage_ids": rng.choice(((), (), self.stages[:2].ids)),
        }

    def _prepare_case(self, rng, segment):
        late = rng.random() < 0.8
        collectable = rng.choice((10, 49, 50, 80, 81, 100)) if late else 0
        held = rng.choice((0, 0, 20))
        promised = rng.random() < 0.5
        return {
            "segment_id": segment.id,
            "stage_id": rng.choice(self.stages).id,
            "stage_date": self._some_day(rng, 0, 12),
            "bucket_id": rng.choice(self.buckets).id if late else False,
            "date_oldest_due": self._some_day(rng, 1, 45) if late else False,
            "amount_collectable": collectable,
            "amount_overdue": collectable + held,
            "amount_not_due": rng.choice((0, 50, 100)),
            "amount_credit": rng.choice((0, 0, 0, -10, -100)),
            "amount_total": rng.choice((0, 10, 100)),
            "item_count": 1,
            "episode": rng.choice((1, 2)),
            "episode_date": TODAY if rng.random() < 0.9 else False,
            "hold_until": self._some_day(rng, -1, 1) if rng.random() < 0.1 else False,
            "hold_reason": "By chance",
            "promise_date": self._some_day(rng, -2, 6) if promised else False,
            "promise_made_on": self._some_day(rng, 2, 8) if promised else False,
            "date_last_payment": self._some_day(rng, 0, 9)
            if rng.random() < 0.5
            else False,
        }

    def _prepare_done(self, rng, case, steps):
        """Steps done before, each key once."""
        rows = {}
        for step in steps:
            if rng.random() < 0.75:
                continue
            arrears = step.clock in reference.ARREARS_CLOCKS
            event = {
                "promise": case.promise_date,
                "promise_made": case.promise_made_on,
                "payment": case.date_last_payment,
            }.get(step.clock)
            if not arrears and not event:
                continue
            for occurrence in range(1, rng.randint(1, step.max_executions) + 1):
                rows[step, occurrence] = {
                    "case_id": case.id,
                    "company_id": self.company.id,
                    "step_id": step.id,
                    "episode": rng.choice((1, 2)) if arrears else 0,
                    "occurrence": occurrence,
                    "date_event": event,
                    "date": self._some_day(rng, 0, 10),
                    "action": step.action,
                    "state": rng.choice(("done", "done", "merged", "failed")),
                }
        return list(rows.values())

    # -- what the reference is told -----------------------------------------------

    def _describe_step(self, step):
        return reference.Step(
            key=step.id,
            clock=step.clock,
            offset=step.offset_days,
            action=step.action,
            catch_up=step.catch_up_days,
            wait_after=step.wait_after,
            times=step.max_executions,
            repeat_days=step.repeat_days,
            is_exit=step.is_exit,
            fallback=step.fallback_channel,
            min_amount=step.min_amount,
            max_amount=step.max_amount,
            min_share=step.min_share,
            buckets=frozenset(step.bucket_ids.ids),
            stages=frozenset(step.stage_ids.ids),
        )

    def _describe_debtor(self, case, channels, obstacles, in_transit, stale):
        debt = case.amount_not_due + case.amount_overdue
        return reference.Debtor(
            episode=case.episode + (not case.episode_date),
            oldest_due=case.date_oldest_due or None,
            total=case.amount_total,
            overdue=case.amount_overdue,
            collectable=case.amount_collectable,
            credit=case.amount_credit,
            share=100 * case.amount_collectable / debt if debt else 0,
            bucket=case.bucket_id.id,
            stage=case.stage_id.id,
            stage_date=case.stage_date,
            hold_until=case.hold_until or None,
            promise_date=case.promise_date or None,
            promise_made_on=case.promise_made_on or None,
            last_payment=case.date_last_payment or None,
            archived=not case.partner_id.active,
            insolvent_since=case.partner_id.cartera_insolvent_since or None,
            channels=frozenset(channels - set(obstacles)),
            obstacles={way: obstacles[way] for way in channels & set(obstacles)},
            bank_stale=stale,
            in_transit=in_transit,
        )

    def _describe_done(self, row):
        return reference.Done(
            key=row["step_id"],
            day=row["date"],
            episode=row["episode"],
            occurrence=row["occurrence"],
            event=row["date_event"] or None,
            merged=row["state"] == "merged",
        )

    # -- one round ----------------------------------------------------------------

    def _create_strategy(self, rng):
        steps = [self._prepare_step(rng, number) for number in range(self.STEPS)]
        strategy = self.env["cartera.strategy"].create(
            {"name": "By chance", "step_ids": [(0, 0, values) for values in steps]}
        )
        segment = self.env["cartera.segment"].create(
            {
                "name": "By chance",
                "company_id": self.company.id,
                "strategy_id": strategy.id,
            }
        )
        return strategy, segment

    def _fill(self, rng, segment, steps):
        """Give every debtor facts of its own.

        :return: dict of case to ``(channels, reason by channel not to be used, steps
            done)``
        """
        given = {}
        self.env["cartera.consent"].search(
            [("company_id", "=", self.company.id)]
        ).sudo().unlink()
        for case in self.cases.with_context(tracking_disable=True):
            partner = case.partner_id
            kept = [name for name in ADDRESSES if rng.random() < 0.7]
            values = {name: False for name in ("email", "phone", "street", "city")}
            for name in kept:
                values.update(ADDRESSES[name])
            country = rng.choice(("mx", "mx", "mx", "co"))
            partner.write(
                {
                    **values,
                    "active": rng.random() < 0.95,
                    "cartera_insolvent_since": TODAY if rng.random() < 0.05 else False,
                    "country_id": self.env.ref(f"base.{country}").id,
                }
            )
            case.write(self._prepare_case(rng, segment))
            said = self._say(rng, partner)
            rows = self._prepare_done(rng, case, steps)
            self.env["cartera.step.execution"].create(rows)
            channels = set().union(*(WAYS[name] for name in kept))
            obstacles = self._find_obstacles(country == "co", said)
            given[case] = (channels, obstacles, rows)
        return given

    def _say(self, rng, partner):
        """Have a debtor say what it thinks of some channels, more than once.

        :return: dict of channel to what it said last
        """
        said, rows = {}, []
        for channel in ("email", "sms", "call"):
            for day in range(1, 3):
                decision = rng.choice(SAID if rng.random() < 0.3 else SAID[-1:])
                if decision:
                    said[channel] = decision
                    rows.append(
                        {
                            "partner_id": partner.id,
                            "company_id": self.company.id,
                            "channel": channel,
                            "address": rng.choice((False, partner.email or False))
                            if channel == "email"
                            else False,
                            "decision": decision,
                            "source": "call",
                            "date": f"2026-06-{day:02}",
                        }
                    )
        self.env["cartera.consent"].create(rows)
        return said

    def _find_obstacles(self, is_strict, said):
        """Why channels may not be used, where the law asks for consent and where not.

        :param is_strict: whether it does
        """
        found = {way: "opt_out" for way in said if said[way] == "withdrawn"}
        if is_strict:
            silent = {way for ways in WAYS.values() for way in ways} - set(said)
            found |= {way: "consent" for way in silent} | {"visit": "forbidden"}
        return found

    def _play(self, rng):
        """The planner's decisions and the reference's, both by case."""
        strategy, segment = self._create_strategy(rng)
        given = self._fill(rng, segment, strategy.step_ids)
        stale = rng.random() < 0.15
        on_way = {case for case in self.cases if rng.random() < 0.1}
        rows = [SQL("(%s, 0, TRUE, 0)", c.partner_id.id) for c in on_way]
        transit = SQL(
            "SELECT * FROM (VALUES %s) money (debtor_id, amount, pending, share)",
            SQL(", ").join([SQL("(0, 0, FALSE, 0)"), *rows]),
        )
        guard = type(self.env["cartera.bank.guard"])
        with patch.object(guard, "_get_guard", lambda *args: (transit, stale)):
            lines = self.env["cartera.strategy.engine"]._get_rows(
                self.company, TODAY, "everything", self.cases.ids
            )
        planned = {case: {} for case in self.cases}
        for line in lines:
            if line["step_id"]:
                case = self.cases.browse(line["case_id"])
                planned[case][line["step_id"]] = (line["verdict"], line["reason"])
        steps = [self._describe_step(step) for step in strategy.step_ids]
        expected = {
            case: reference.decide(
                steps,
                self._describe_debtor(case, channels, obstacles, case in on_way, stale),
                [self._describe_done(row) for row in rows if row["state"] != "failed"],
                TODAY,
            )
            for case, (channels, obstacles, rows) in given.items()
        }
        return strategy, planned, expected

    def test_the_planner_decides_as_the_reference(self):
        rng = random.Random(SEED)
        met = set()
        for number in range(self.ROUNDS):
            strategy, planned, expected = self._play(rng)
            for case in self.cases:
                met |= {reason for _verdict, reason in expected[case].values()}
                with self.subTest(round=number, case=case.partner_id.name):
                    self.assertEqual(planned[case], expected[case])
            self.env["cartera.step.execution"].search(
                [("step_id", "in", strategy.step_ids.ids)]
            ).sudo().unlink()
            strategy.active = False
        # A reason that chance never met would not have been compared.
        untried = {
            "due",
            "merged",
            "not_yet",
            "clock",
            "waiting",
            "today",
            "archived",
            "insolvent",
            "hold",
            "promise",
            "blocked",
            "nothing_overdue",
            "covered",
            "bank_stale",
            "money_in_transit",
            "done",
            "superseded",
            "ended",
            "expired",
            "amount",
            "share",
            "bucket",
            "stage",
            "no_channel",
            "opt_out",
            "consent",
            "forbidden",
            "nothing_owed",
        } - met
        self.assertFalse(untried)
