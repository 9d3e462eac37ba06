from odoo import Command
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
        cls.ana = cls._create_user("ana", "own", name="Ana", lang="en_US")
        cls.company.cartera_default_user_id = cls.ana

    def setUp(self):
        super().setUp()
        self.frozen.move_to("2026-06-30 18:00:00")

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
        self.env.flush_all()
        self.start_tour(path, tour, login=user.login)
        self.env.invalidate_all()

    def _night(self, moment):
        """Go to ISO ``moment``, when the night's work has been done."""
        self.frozen.move_to(moment)
        self.env["cartera.run"].run(self.company)
        self.env.invalidate_all()

    def _result(self, code):
        """A result of contacts, by its code."""
        return self.env["cartera.disposition"].search([("code", "=", code)])

    def _due(self, user):
        """The cases that ``user`` works through today."""
        entries = self.env["cartera.worklist.entry"]
        return entries.search(entries._get_due_domain(user)).case_id


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


class PromiseTours:
    """Promises are kept, kept in part, broken, and open again when money bounces."""

    def test_promises_and_what_becomes_of_them(self):
        cases = self._create_cases(4)
        self._tour("/odoo/cartera-mi-dia", "cartera_promises_taken", self.ana)
        promises = cases.promise_ids.sorted("id")
        self.assertStates(promises, "open", "open", "open", "open")
        self.assertEqual(promises.mapped("amount"), [40000, 30000, 20000, 10000])
        self.assertFalse(self._due(self.ana))

        self.frozen.move_to("2026-07-06 18:00:00")
        self._pay_of(cases[0], 40000)
        self._pay_of(cases[1], 15000)
        bounced = self._pay_of(cases[3], 10000)
        self._night("2026-07-07 18:00:00")
        self._tour("/odoo/cartera-promises", "cartera_promises_paid", self.ana)
        self.assertStates(promises, "kept", "open", "open", "kept")

        bounced.action_draft()
        bounced.action_cancel()
        self._tour("/odoo/cartera-promises", "cartera_promise_reopened", self.ana)
        self.assertStates(promises, "kept", "open", "open", "open")

        self._night("2026-07-13 18:00:00")
        self._tour("/odoo/cartera-promises", "cartera_promises_judged", self.ana)
        self.assertStates(promises, "kept", "partial", "broken", "broken")
        self.assertEqual(promises.mapped("amount_kept"), [40000, 15000, 0, 0])
        self.assertEqual(self._due(self.ana), cases[1:])

    def _pay_of(self, case, amount):
        invoices = case.open_item_ids.move_line_id.move_id
        return self._pay(invoices, amount, "2026-07-06")

    def assertStates(self, promises, *states):
        self.assertEqual(promises.mapped("state"), list(states))


class DisputeTours:
    """A part of an invoice is disputed, and credited."""

    # Lines of an invoice are entered at a desk.
    credits_in_browser = True

    def test_dispute_is_closed_by_a_credit_note(self):
        case = self._create_cases(1)
        [item] = case.open_item_ids
        dispute = case.with_user(self.ana)._open_dispute(
            {
                "reason_id": self.env.ref("cartera_cobranza.dispute_reason_price").id,
                "lines": [(item.move_line_id.id, 2500)],
            }
        )
        dispute.sudo().amount_accepted = dispute.amount
        dispute.sudo().action_founded()
        invoice = item.move_line_id.move_id
        if self.credits_in_browser:
            clerk = self._create_user("clara", "supervisor", lang="en_US")
            clerk.group_ids += self.env.ref("account.group_account_invoice")
            self._tour("/odoo/cartera-disputes", "cartera_credit_note", clerk)
        else:
            note = self._invoice(
                2500, "2026-06-30", partner=case.partner_id, move_type="out_refund"
            )
            self._match(invoice | note)
        self._tour(
            f"/odoo/action-cartera_cobranza.cartera_case_action/{case.id}",
            "cartera_dispute_credited",
            self.ana,
        )
        self.assertRecordValues(
            dispute.sudo(),
            [{"state": "closed", "outcome": "credited", "amount": 2500}],
        )
        self.assertEqual(invoice.amount_residual, 7500)


class SubstituteTours:
    """Beto stands in for Ana."""

    def test_day_of_a_substitute(self):
        cases = self._create_cases(3)
        beto = self._create_user("beto", "own", name="Beto", lang="en_US")
        cases[2].user_id = beto
        self.env["cartera.substitution"].create(
            {
                "user_id": self.ana.id,
                "substitute_id": beto.id,
                "date_from": "2026-06-30",
                "date_to": "2026-07-03",
            }
        )
        self._tour("/odoo/cartera-mi-dia", "cartera_substitute", beto)
        self.assertRecordValues(
            cases.contact_ids,
            [
                {
                    "case_id": cases[0].id,
                    "disposition_id": self._result("no_answer").id,
                    "user_id": beto.id,
                }
            ],
        )
        self.assertEqual(cases.mapped("user_id.login"), ["ana", "beto"])
        self.assertEqual(cases[:2].user_id, self.ana)
        self.assertTrue(cases.with_user(beto).has_access("write"))

        self._night("2026-07-06 18:00:00")
        self._tour("/odoo/cartera-mi-dia", "cartera_after_absence", beto)
        self._tour("/odoo/cartera-mi-dia", "cartera_back_from_absence", self.ana)
        self.assertEqual(self._due(self.ana), cases[:2])
        self.assertFalse(cases[0].with_user(beto).has_access("read"))


class TeamTours:
    """A supervisor looks at the day, and gives work of one to another."""

    team_tour = "cartera_team_day"

    def test_supervisor_transfers_work(self):
        cases = self._create_cases(5)
        beto = self._create_user("beto", "own", name="Beto", lang="en_US")
        rita = self._create_user("rita", "supervisor", name="Rita", lang="en_US")
        cases[4].user_id = beto
        members = [Command.create({"user_id": user.id}) for user in (self.ana, beto)]
        self.env["cartera.team"].create(
            {"name": "North", "leader_id": rita.id, "member_ids": members}
        )
        self.env["cartera.contact"]._log(
            [
                {
                    "case_id": cases[0].id,
                    "channel": "call",
                    "disposition_id": self._result("no_answer").id,
                    "user_id": self.ana.id,
                }
            ]
        )
        self._tour("/odoo/cartera-team-today", self.team_tour, rita)
        self.assertEqual(cases[0].user_id, self.ana)
        self.assertEqual(cases[1:].user_id, beto)
        history = cases[1:4].owner_ids.filtered(lambda row: row.user_to_id == beto)
        self.assertEqual(history.create_uid, rita)
        self.assertEqual(history.mapped("reason"), ["transfer"] * 3)
        self._tour("/odoo/cartera-mi-dia", "cartera_work_received", beto)


@tagged("post_install", "-at_install", "cartera", "cartera_day")
class TestDayTours(
    MorningTours, PromiseTours, DisputeTours, SubstituteTours, TeamTours, DayCommon
):
    """At a desk; the morning with the keyboard alone."""


@tagged("post_install", "-at_install", "cartera", "cartera_day")
class TestDayToursPhone(
    MorningTours, PromiseTours, DisputeTours, SubstituteTours, TeamTours, DayCommon
):
    """On a phone, with a thumb."""

    browser_size = "375x667"
    touch_enabled = True
    tour = "cartera_morning_phone"
    team_tour = "cartera_team_day_phone"
    credits_in_browser = False
