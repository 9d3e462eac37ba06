import random
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.base.tests.common import BaseCommon

from ..lib import strategy as reference
from ..models.cartera_case_amounts import CACHED_FIELDS

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
PART_STATES = {
    "proposed": ("open",),
    "open": ("open", "open", "kept"),
    "kept": ("kept",),
    "partial": ("partial", "kept"),
    "broken": ("broken", "void"),
}


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
        why = rng.choice(("promised", "paused", "disputed", "blocked")) if held else ""
        return {
            "segment_id": segment.id,
            "stage_id": rng.choice(self.stages).id,
            "stage_date": self._some_day(rng, 0, 12),
            "bucket_id": rng.choice(self.buckets).id if late else False,
            "date_oldest_due": self._some_day(rng, 1, 45) if late else False,
            "amount_collectable": collectable,
            "amount_overdue": collectable + held,
            "amount_not_due": rng.choice((0, 50, 100)),
            "amount_promised": held if why == "promised" else 0,
            "amount_paused": held if why in ("promised", "paused") else 0,
            "amount_disputed": held if why != "blocked" else 0,
            "amount_credit": rng.choice((0, 0, 0, -10, -100)),
            "amount_total": rng.choice((0, 10, 100)),
            "item_count": 1,
            "episode": rng.choice((1, 2)),
            "episode_date": TODAY if rng.random() < 0.9 else False,
            "hold_until": self._some_day(rng, -1, 1) if rng.random() < 0.1 else False,
            "hold_reason": "By chance",
            "date_last_payment": self._some_day(rng, 0, 9)
            if rng.random() < 0.5
            else False,
        }

    def _promise(self, rng, case):
        """Have the debtor promise something, or not; what became of it is by chance.

        :return: the promises
        """
        rows = []
        for _number in range(rng.choice((0, 0, 1, 1, 2, 3))):
            state = rng.choice(
                ("open", "open", "broken", "partial", "kept", "proposed")
            )
            ended = state not in ("open", "proposed")
            parts = [
                {
                    "date": self._some_day(rng, -2, 6),
                    "amount": rng.choice((10, 60, 100)),
                    "state": rng.choice(PART_STATES[state]),
                    "date_judged": self._some_day(rng, 0, 3) if ended else False,
                }
                for _part in range(rng.choice((1, 1, 2)))
            ]
            rows.append(
                {
                    "case_id": case.id,
                    "currency_id": self.company.currency_id.id,
                    "date_made": self._some_day(rng, 2, 8),
                    "date_ended": self._some_day(rng, 0, 2) if ended else False,
                    "state": state,
                    "installment_ids": [Command.create(part) for part in parts],
                }
            )
        promises = self.env["cartera.promise"]
        # The ledger of these debtors is empty: it is not to be asked.
        with patch.object(type(promises), "_mark", lambda self: None):
            return promises.sudo().create(rows)

    def _prepare_done(self, rng, case, steps):
        """Steps done before, each key once."""
        parts = case.promise_ids.installment_ids
        rows = {}
        for step in steps:
            if rng.random() < 0.75:
                continue
            arrears = step.clock in reference.ARREARS_CLOCKS
            days = {
                "promise": parts.mapped("date"),
                "promise_made": case.promise_ids.mapped("date_made"),
                "payment": [case.date_last_payment] * bool(case.date_last_payment),
            }.get(step.clock, [None])
            if not days:
                continue
            event = rng.choice(days)
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
            promised=case.amount_promised,
            paused=case.amount_paused,
            disputed=case.amount_disputed,
            credit=case.amount_credit,
            share=100 * case.amount_collectable / debt if debt else 0,
            bucket=case.bucket_id.id,
            stage=case.stage_id.id,
            stage_date=case.stage_date,
            hold_until=case.hold_until or None,
            installments=self._describe_installments(case),
            promised_on=self._describe_promises(case),
            last_payment=case.date_last_payment or None,
            archived=not case.partner_id.active,
            insolvent_since=case.partner_id.cartera_insolvent_since or None,
            channels=frozenset(channels - set(obstacles)),
            obstacles={way: obstacles[way] for way in channels & set(obstacles)},
            bank_stale=stale,
            in_transit=in_transit,
        )

    def _describe_installments(self, case):
        running = case.promise_ids.filtered(lambda p: p.state == "open")
        broken = case.promise_ids.filtered(lambda p: p.state in ("broken", "partial"))
        return tuple(
            reference.Promised(part.date, amount=part.amount)
            for part in running.installment_ids
            if part.state == "open"
        ) + tuple(
            reference.Promised(part.date, part.date_judged, part.amount)
            for part in broken.installment_ids
            if part.state in ("broken", "partial")
        )

    def _describe_promises(self, case):
        promises = case.promise_ids.filtered(lambda p: p.state == "open")
        return tuple(
            reference.Event(day, amount=sum(some.mapped("amount")))
            for day, some in promises.grouped("date_made").items()
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
        given, amounts_of = {}, {}
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
            said = self._say(rng, partner)
            values = self._prepare_case(rng, segment)
            amounts_of[case] = {
                name: values.pop(name) for name in CACHED_FIELDS if name in values
            }
            case.write(values)
            self._promise(rng, case)
            rows = self._prepare_done(rng, case, steps)
            self.env["cartera.step.execution"].create(rows)
            channels = set().union(*(WAYS[name] for name in kept))
            obstacles = self._find_obstacles(country == "co", said)
            given[case] = (channels, obstacles, rows)
        # Only now: what comes from the ledger is not to be put in order again.
        self.env["cartera.case.queue"]._apply_pending()
        for case, amounts in amounts_of.items():
            case.write(amounts)
        self.env.flush_all()
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
                key = line["step_id"], line["date_event"]
                planned[case][key] = (line["verdict"], line["reason"])
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
            self.cases.promise_ids.sudo().unlink()
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
            "paused",
            "disputed",
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
