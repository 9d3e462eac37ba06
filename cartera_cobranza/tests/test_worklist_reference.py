import random
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.base.tests.common import BaseCommon

from ..lib import worklist as reference

TODAY = fields.Date.to_date("2026-06-30")
SEED = 20260630
MONTHS = 24
FACTORS = (
    ("amount", 50, 25),
    ("age", 10, 7),
    ("broken_promise", 1, 1),
    ("broken_agreement", 1, 0),
    ("default_notice", 1, 0),
    ("overdue_installment", 1, 1),
    ("bounced_payment", 1, 1),
    ("promise_today", 1, 0),
    ("step_due", 1, 1),
    ("activity_due", 2, 0),
    ("reply", 0, 0),
    ("resubmission", 0, 1.5),
    ("no_attention", 7, 7),
    ("dispute_late", 1, 0),
    ("unapplied", 10, 0.1),
    ("limitation", 30, 10),
)


@tagged("post_install", "-at_install", "cartera")
class TestWorklistReference(BaseCommon):
    """The statement decides as ``lib.worklist`` does, on debtors met by chance."""

    DEBTORS = 80
    ROUNDS = 6

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.company = cls.env["res.company"].create({"name": "Worklist"})
        cls.company.partner_id.tz = "UTC"
        cls.company.cartera_limitation_months = MONTHS
        cls.company.cartera_attention_days = 21
        cls.product = cls.env["cartera.agreement.product"].create(
            {"name": "By chance", "kind": "reestructura", "company_id": cls.company.id}
        )
        cls.segment = cls.env["cartera.segment"].create(
            {"name": "Worklist", "company_id": cls.company.id, "attention_days": 9}
        )
        cls.stage = cls.env["cartera.stage"].search([], limit=1)
        cls.reason = cls.env["cartera.dispute.reason"].create(
            {"name": "Price", "code": "by_chance"}
        )
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Bank",
                "code": "BYCH",
                "type": "bank",
                "company_id": cls.company.id,
            }
        )
        cls.types = {
            "reply": cls.env.ref("cartera_cobranza.mail_activity_type_reply"),
            "step": cls.env.ref("cartera_cobranza.mail_activity_type_call"),
            "other": cls.env.ref("mail.mail_activity_data_todo"),
        }
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
                        "stage_id": cls.stage.id,
                        "user_id": cls.env.uid,
                    }
                    for partner in partners
                ]
            )
        )
        cls.env.flush_all()

    # -- what is met by chance ----------------------------------------------------

    def _day(self, rng, least, most):
        """A day so many days before today; below zero, after it."""
        return fields.Date.subtract(TODAY, days=rng.randint(least, most))

    def _some(self, rng, share, value):
        return value() if rng.random() < share else None

    def _insert(self, model, **values):
        columns = SQL(", ").join(SQL.identifier(name) for name in values)
        rows = SQL(", ").join(SQL("%s", value) for value in values.values())
        table = SQL.identifier(self.env[model]._table)
        [(id_,)] = self.env.execute_query(
            SQL("INSERT INTO %s (%s) VALUES (%s) RETURNING id", table, columns, rows)
        )
        return id_

    def _fill(self, rng, case):
        """Give a debtor facts of its own; return them as the reference takes them."""
        late = rng.random() < 0.8
        collectable = rng.choice((0, 10, 50, 75, 99.5)) if late else 0
        overdue = collectable + rng.choice((0, 20)) if late else 0
        not_due = rng.choice((0, 40)) if overdue else 40
        known = {
            "debt": Decimal(str(overdue + not_due)),
            "overdue": Decimal(str(overdue)),
            "collectable": Decimal(str(collectable)),
            "credit": Decimal(str(rng.choice((0, 0, -4, -200)))),
            "oldest_due": self._day(rng, 1, 800) if collectable else None,
            "resubmission": self._some(rng, 0.4, lambda: self._day(rng, -9, 9)),
            "next_due": self._some(rng, 0.8, lambda: self._day(rng, -20, 0))
            if not_due
            else None,
            "hold_until": self._some(rng, 0.15, lambda: self._day(rng, -5, 2)),
            "is_closed": rng.random() < 0.1,
        }
        noted = known["resubmission"] and rng.random() < 0.9
        known["resubmitted"] = self._day(rng, 0, 12) if noted else None
        has_segment = rng.random() < 0.5
        known["attention_days"] = 9 if has_segment else 21
        known["news"] = []
        closed = known["is_closed"]
        known["closed_since"] = self._day(rng, 0, 20) if closed else None
        self._write_case(case, known, not_due, has_segment)
        known.update(self._add_contact(rng, case, known))
        known.update(
            activities=self._add_activities(rng, case, known),
            **self._add_promises(rng, case, known),
            **self._add_agreements(rng, case, known),
            **self._add_disputes(rng, case, known),
            bounced=self._add_bounces(rng, case, known),
            pauses=self._add_pauses(rng, case),
        )
        if collectable:
            limit = relativedelta(months=MONTHS)
            known["limitation"] = known["oldest_due"] + limit
        return reference.Debtor(today=TODAY, **known)

    def _write_case(self, case, known, not_due, has_segment):
        noted = known["resubmitted"]
        self.env.cr.execute(
            SQL(
                """
                UPDATE cartera_case SET amount_not_due = %s, amount_overdue = %s,
                    amount_collectable = %s, amount_credit = %s, date_oldest_due = %s,
                    date_next_due = %s, date_resubmission = %s, resubmitted_at = %s,
                    hold_until = %s, segment_id = %s, item_count = 1
                WHERE id = %s
                """,
                not_due,
                known["overdue"],
                known["collectable"],
                known["credit"],
                known["oldest_due"],
                known["next_due"],
                known["resubmission"],
                noted and f"{noted} 12:00:00",
                known["hold_until"],
                self.segment.id if has_segment else None,
                case.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET active = %s, cartera_insolvent_since = %s "
                "WHERE id = %s",
                # Insolvent: the day is known.
                True,
                known["closed_since"],
                case.partner_id.id,
            )
        )

    def _add_contact(self, rng, case, known):
        if rng.random() < 0.4:
            return {}
        day = self._day(rng, 0, 40)
        self._insert(
            "cartera.contact",
            case_id=case.id,
            company_id=self.company.id,
            date=f"{day} 18:00:00",
            channel="call",
            direction="out",
            reached="reached",
            origin="manual",
            user_id=self.env.uid,
        )
        # One of the machine is no attention.
        self._insert(
            "cartera.contact",
            case_id=case.id,
            company_id=self.company.id,
            date=f"{TODAY} 01:00:00",
            channel="email",
            direction="out",
            reached="sent",
            origin="dispatch",
        )
        noted = known["resubmitted"]
        return {"contacted": day, "is_contacted_since": not noted or day >= noted}

    def _add_activities(self, rng, case, known):
        found = []
        for _number in range(rng.choice((0, 0, 1, 2))):
            kind = rng.choice(("reply", "step", "other"))
            deadline, made = self._day(rng, -9, 9), self._day(rng, 0, 15)
            self._insert(
                "mail.activity",
                res_model="cartera.case",
                res_model_id=self.env["ir.model"]._get_id("cartera.case"),
                res_id=case.id,
                activity_type_id=self.types[kind].id,
                date_deadline=deadline,
                user_id=self.env.uid,
                active=True,
                create_date=f"{made} 06:00:00",
            )
            noted = known["resubmitted"]
            is_new = not noted or made > noted
            found.append(reference.Activity(deadline, kind, is_new))
        return tuple(found)

    def _note(self, known, code, day, found, is_new=False):
        """Note what happened, when nobody has looked since.

        :param day: the day on which the list names it
        :param found: ``(day, hour)`` at which it was entered
        :param is_new: whether its own day tells that nobody has
        """
        looks = [(known.get("contacted"), 18), (known["resubmitted"], 12)]
        if is_new or found > max(
            (look for look in looks if look[0]), default=(date.min,)
        ):
            known["news"].append((code, day))

    def _add_bounces(self, rng, case, known):
        days = []
        looks = filter(None, (known.get("contacted"), known["resubmitted"]))
        looked = max(looks, default=date.min)
        for _number in range(rng.choice((0, 0, 0, 1, 2))):
            day, found = self._day(rng, 0, 120), self._day(rng, 1, 12)
            hour = rng.choice((11, 13, 19))
            self._insert(
                "account.payment",
                partner_id=case.partner_id.id,
                company_id=self.company.id,
                currency_id=self.company.currency_id.id,
                journal_id=self.journal.id,
                payment_type="inbound",
                partner_type="customer",
                state=rng.choice(("canceled", "rejected")),
                date=day,
                amount=10,
                write_date=f"{found} {hour}:00:00",
            )
            if day <= TODAY - timedelta(reference.LOOK_BACK_DAYS):
                continue
            days.append(day)
            seen = max(day, found)
            self._note(known, "bounced_payment", seen, (found, hour), day > looked)
        return tuple(days)

    def _add_promises(self, rng, case, known):
        promises, broken = [], []
        for _number in range(rng.choice((0, 0, 1, 2))):
            state = rng.choice(("open", "broken", "partial", "kept", "withdrawn"))
            ended = None if state == "open" else self._day(rng, 0, 120)
            day = self._day(rng, -9, 4)
            until = fields.Date.add(day, days=rng.choice((0, 3)))
            promise = self._insert(
                "cartera.promise",
                case_id=case.id,
                company_id=self.company.id,
                currency_id=self.company.currency_id.id,
                date_made=self._day(rng, 10, 20),
                date_paused_until=until,
                state=state,
                date_ended=ended,
            )
            self._insert(
                "cartera.promise.installment",
                promise_id=promise,
                case_id=case.id,
                company_id=self.company.id,
                date=day,
                amount=10,
                state="open" if state == "open" else "void",
            )
            if state == "open":
                promises.append((day, until))
            elif state in ("broken", "partial"):
                broken.append(ended)
                self._add_change(rng, promise, state, ended, known)
        return {"promises": tuple(promises), "broken": tuple(broken)}

    def _add_change(self, rng, promise, state, ended, known):
        found, hour = self._day(rng, 1, 20), rng.choice((11, 13, 19))
        self._insert(
            "cartera.promise.change",
            promise_id=promise,
            state_from="open",
            state_to=state,
            date=f"{found} {hour}:00:00",
        )
        if ended > TODAY - timedelta(reference.LOOK_BACK_DAYS):
            self._note(known, "broken_promise", found, (found, hour))

    def _add_agreements(self, rng, case, known):
        broken, notices, overdue = [], [], []
        for _number in range(rng.choice((0, 0, 0, 1, 2))):
            state = rng.choice(("active", "broken", "expired", "kept", "proposed"))
            is_active, tolerance = state == "active", rng.choice((None, 0, 3))
            ended = self._day(rng, 0, 120)
            notice = self._some(rng, 0.5, lambda: self._day(rng, 0, 20))
            # An offer that lapsed was never in force.
            began = state != "proposed" and rng.random() < 0.8 or is_active
            agreement = self._insert(
                "cartera.agreement",
                case_id=case.id,
                company_id=self.company.id,
                partner_id=case.partner_id.id,
                product_id=self.product.id,
                currency_id=self.company.currency_id.id,
                date=self._day(rng, 150, 200),
                state=state,
                date_started=self._day(rng, 130, 140) if began else None,
                date_ended=None if state in ("active", "proposed") else ended,
                date_notice=notice,
                tolerance_days=tolerance,
            )
            days = [self._day(rng, 0, 200) for _part in range(rng.choice((0, 1, 2)))]
            for day in days:
                self._insert(
                    "cartera.agreement.installment",
                    agreement_id=agreement,
                    case_id=case.id,
                    company_id=self.company.id,
                    number=1,
                    date=day,
                    state="overdue" if is_active else "void",
                )
            if is_active:
                notices += [notice] if notice else []
                days = [day + timedelta((tolerance or 0) + 1) for day in days]
                overdue += days
            elif began and state in ("broken", "expired"):
                broken.append(ended)
                self._add_end(rng, agreement, state, ended, known)
        return {
            "broken_agreements": tuple(broken),
            "notices": tuple(notices),
            "overdue_installments": tuple(overdue),
        }

    def _add_end(self, rng, agreement, state, ended, known):
        found, hour = self._day(rng, 1, 20), rng.choice((11, 13, 19))
        self._insert(
            "cartera.agreement.change",
            agreement_id=agreement,
            state_from="active",
            state_to=state,
            date=f"{found} {hour}:00:00",
        )
        if ended > TODAY - timedelta(reference.LOOK_BACK_DAYS):
            self._note(known, "broken_agreement", found, (found, hour))

    def _add_disputes(self, rng, case, known):
        disputes, closed = [], []
        for _number in range(rng.choice((0, 0, 0, 1, 2))):
            state = rng.choice(("open", "analysis", "founded", "closed"))
            deadline, ended = self._day(rng, -9, 9), self._day(rng, 0, 120)
            self._insert(
                "cartera.dispute",
                name="/",
                case_id=case.id,
                company_id=self.company.id,
                reason_id=self.reason.id,
                currency_id=self.company.currency_id.id,
                date_open=self._day(rng, 130, 140),
                date_deadline=deadline,
                state=state,
                date_closed=ended if state == "closed" else None,
            )
            if state == "closed":
                closed.append(ended)
            elif state != "founded":
                disputes.append(deadline)
        return {"disputes": tuple(disputes), "closed_disputes": tuple(closed)}

    def _add_pauses(self, rng, case):
        if rng.random() < 0.8:
            return ()
        day = self._day(rng, -9, 0)
        self._insert(
            "cartera.pause",
            case_id=case.id,
            company_id=self.company.id,
            kind="agreed",
            reason="By chance",
            user_id=self.env.uid,
            date_from=self._day(rng, 0, 5),
            date_review=day,
            state="active",
            is_whole=False,
        )
        return (day,)

    def _create_rules(self, rng):
        rules = self.env["cartera.worklist.rule"].create(
            [
                {
                    "name": factor,
                    "company_id": self.company.id,
                    "factor": factor,
                    "threshold": threshold,
                    "unit": unit,
                    "points": rng.choice((-30, 5, 12)),
                    "max_points": rng.choice((0, 20)),
                }
                for factor, threshold, unit in FACTORS
            ]
        )
        return [
            reference.Rule(
                rule.id,
                rule.factor,
                rule.points,
                Decimal(str(rule.threshold)),
                Decimal(str(rule.unit)),
                rule.max_points,
            )
            for rule in rules
        ]

    # -- one round ----------------------------------------------------------------

    def _forget(self):
        self.env.cr.execute(
            SQL("DELETE FROM account_payment WHERE company_id = %s", self.company.id)
        )
        for table in ("change", "installment"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE agreement_id IN "
                    "(SELECT id FROM cartera_agreement WHERE company_id = %s)",
                    SQL.identifier(f"cartera_agreement_{table}"),
                    self.company.id,
                )
            )
        for model in (
            "agreement",
            "contact",
            "promise.installment",
            "promise",
            "dispute",
            "pause",
        ):
            table = SQL.identifier(self.env[f"cartera.{model}"]._table)
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE company_id = %s", table, self.company.id)
            )
        # By SQL: whoever reads would have the ledger, which is empty, decide.
        self.env.cr.execute(
            "DELETE FROM mail_activity WHERE res_model = 'cartera.case' "
            "AND res_id = ANY(%s)",
            [self.cases.ids],
        )
        rules = self.env["cartera.worklist.rule"]
        rules.search([("company_id", "=", self.company.id)]).unlink()

    def _make(self, debtor_ids=None):
        """Run the statement; return what it found, by case."""
        engine = self.env["cartera.worklist.engine"]
        engine._refresh(self.company, TODAY, debtor_ids)
        entries = self.env["cartera.worklist.entry"].browse(self.cases.worklist_ids.ids)
        return {entry.case_id: entry for entry in entries}

    def _compare(self, rules, case, entry, known):
        points, explanation = reference.score(rules, known)
        self.assertEqual(
            (entry.date_next, entry.next_action), reference.plan(known), known
        )
        self.assertEqual(entry.is_starved, reference.is_starved(known), known)
        self.assertEqual(entry.date_attended or None, known.attended)
        self.assertEqual(
            [
                (row["rule"], Decimal(str(row["measure"])), row["points"])
                for row in entry.explanation
            ],
            list(explanation),
            known,
        )
        self.assertEqual(entry.points, points)

    def test_statement_decides_as_the_reference(self):
        for number in range(self.ROUNDS):
            rng = random.Random(SEED + number)
            with self.subTest(seed=SEED + number):
                self._forget()
                rules = self._create_rules(rng)
                debtors = {case: self._fill(rng, case) for case in self.cases}
                self.env.invalidate_all()
                found = self._make()
                self.assertEqual(set(found), set(self.cases))
                actions = {entry.next_action for entry in found.values()}
                self.assertGreater(len(actions), 5)
                for case, entry in found.items():
                    self._compare(rules, case, entry, debtors[case])

    def test_a_second_time_changes_nothing(self):
        rng = random.Random(SEED)
        self._create_rules(rng)
        for case in self.cases:
            self._fill(rng, case)
        self._make()
        self.env.flush_all()
        before = self.env["cartera.worklist.entry"].search([]).read()
        self._make(self.cases.partner_id.ids)
        self.assertEqual(self.env["cartera.worklist.entry"].search([]).read(), before)
