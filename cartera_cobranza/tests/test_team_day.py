from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .team_common import TeamCommon

DRILLED = [
    "case_count",
    "owned_count",
    "due_count",
    "worked_count",
    "unworked_count",
    "neglected_count",
    "contact_count",
    "reached_count",
    "third_party_count",
    "no_answer_count",
    "wrong_count",
    "promise_count",
    "promise_due_count",
    "dispute_late_count",
]


@tagged("post_install", "-at_install", "cartera", "cartera_team")
class TestTeamDay(TeamCommon):
    """The supervisor's screen: each figure against records made by hand."""

    def _day(self, user, as_user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        days = self.env["cartera.team.day"].with_user(as_user or self.carla)
        return days.search(
            [("user_id", "=", user.id if user else False)]
            + [("company_id", "=", self.company.id)]
        )

    def assertFigures(self, user, **figures):
        day = self._day(user)
        self.assertEqual({name: day[name] for name in figures}, figures)
        return day

    def _contact(self, case, user, result="reached", date="2026-06-30 12:00:00"):
        return self.env["cartera.contact"]._log(
            [
                {
                    "case_id": case.id,
                    "channel": "call",
                    "reached": result,
                    "user_id": user.id if user else False,
                    "date": date,
                }
            ]
        )

    def _open(self, day, name):
        """The records that the button of a figure opens."""
        action = day.with_context(cartera_figure=name).action_open_figure()
        return self.env[action["res_model"]].search(action["domain"])

    def assertDrillDown(self, user):
        day = self._day(user)
        for name in DRILLED:
            with self.subTest(figure=name):
                self.assertEqual(len(self._open(day, name)), day[name])

    # -- work ---------------------------------------------------------------------

    def test_work_of_today(self):
        cases = self._create_cases(5, self.ana, amount=100)
        self._create_cases(2, self.beto)
        self._contact(cases[0], self.ana)
        self._contact(cases[0], self.ana, "no_answer")
        self._contact(cases[4], self.beto)
        self._contact(cases[1], None)
        self._plan(
            cases,
            ["2026-06-30", "2026-06-30", "2026-06-29", "2026-07-01", "2026-07-09"],
        )[1].is_starved = True
        self.assertFigures(
            self.ana,
            team_id=self.team,
            case_count=5,
            owned_count=5,
            due_count=3,
            worked_count=2,
            unworked_count=2,
            neglected_count=1,
            amount_overdue=500,
            amount_worked=200,
            capacity=10,
            done_share=50,
            capacity_share=20,
        )
        for user in (self.ana, self.beto):
            self.assertDrillDown(user)

    def test_the_day_is_the_companys(self):
        self.company.partner_id.tz = "America/Mexico_City"
        cases = self._create_cases(2, self.ana)
        with freeze_time("2026-07-01 03:00:00"):
            self._contact(cases[0], self.ana, date="2026-07-01 02:00:00")
            self._contact(cases[1], self.ana, date="2026-06-30 05:59:59")
            self._plan(cases, ["2026-06-30", "2026-06-30"])
            self.assertFigures(
                self.ana, worked_count=1, unworked_count=1, contact_count=1
            )
            self.assertDrillDown(self.ana)

    def test_value_covered_in_the_month(self):
        cases = self._create_cases(4, self.ana, amount=100)
        entries = self._plan(cases, ["2026-07-09"] * 4)
        for entry, day in zip(
            entries, ["2026-06-01", "2026-05-31", "2026-06-15", False], strict=True
        ):
            entry.date_attended = day
        day = self.assertFigures(self.ana, amount_attended=200, covered_share=50)
        self.assertEqual(self._open(day, "amount_attended"), cases[0] | cases[2])

    def test_an_absence_gives_the_work_and_not_the_results_to_the_substitute(self):
        case = self._create_cases(1, self.ana)
        self._pay_case(case, 60)
        self._plan(case, ["2026-06-30"])
        self._absence(self.ana, self.beto)
        self.assertFigures(
            self.ana,
            substitute_id=self.beto,
            case_count=0,
            owned_count=1,
            due_count=0,
            amount_collected=60,
        )
        self.assertFigures(
            self.beto, case_count=1, owned_count=0, due_count=1, amount_collected=0
        )
        for user in (self.ana, self.beto):
            self.assertDrillDown(user)

    def test_what_nobody_has(self):
        cases = self._create_cases(3)
        self._contact(cases[0], None)
        self._plan(cases, ["2026-06-30"])
        nobody = self.env["res.users"]
        self.assertFigures(
            nobody, case_count=3, owned_count=3, due_count=1, contact_count=0
        )
        self.assertDrillDown(nobody)

    def test_a_member_without_cases_has_a_row(self):
        self.assertFigures(self.beto, case_count=0, capacity=10, done_share=0)

    # -- contacts -----------------------------------------------------------------

    def test_contacts_by_result_of_who_made_them(self):
        [case] = self._create_cases(1, self.ana)
        for result in ("reached", "reached", "third_party", "no_answer"):
            self._contact(case, self.beto, result)
        self._contact(case, self.beto, "wrong_number")
        self._contact(case, self.beto, date="2026-06-29 23:59:59")
        self._contact(case, self.beto, date="2026-07-01 00:00:00")
        self.assertFigures(
            self.beto,
            contact_count=5,
            reached_count=2,
            third_party_count=1,
            no_answer_count=1,
            wrong_count=1,
            worked_count=0,
        )
        self.assertFigures(self.ana, contact_count=0, worked_count=1)
        self.assertDrillDown(self.beto)

    # -- promises and disputes ----------------------------------------------------

    def _promise(self, case, user, amount, day, **values):
        """A promise of one instalment, as the ledger would have it in time."""
        state = values.pop("state", "open")
        installment = values.pop("installment", {"state": "open"})
        promise = (
            self.env["cartera.promise"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "user_id": user.id,
                    "currency_id": self.company.currency_id.id,
                    "installment_ids": [
                        Command.create({"amount": amount, "date": day})
                    ],
                    **values,
                }
            )
        )
        # The ledger has its say before anything is forced.
        self.env["cartera.case.queue"]._apply_pending()
        self.env.flush_all()
        self._force("cartera_promise", promise.id, state=state)
        rows = promise.installment_ids.ids
        self._force("cartera_promise_installment", rows[0], **installment)
        self.env.invalidate_all()
        return promise

    def _force(self, table, row_id, **values):
        """States that only the ledger writes, whatever it says here."""
        for name, value in values.items():
            self.env.cr.execute(
                f'UPDATE "{table}" SET "{name}" = %s WHERE id = %s', (value, row_id)
            )

    def _read_figures(self, user, *names):
        """Straight from the view, so that no reader judges what was forced above."""
        days = self.env["cartera.team.day"].sudo()
        domain = [("user_id", "=", user.id), ("company_id", "=", self.company.id)]
        sums = [f"{name}:sum" for name in names]
        return list(days._read_group(domain, [], sums)[0])

    def test_promises_taken_today(self):
        case, other = self._create_cases(2, self.ana, amount=900)
        self._promise(case, self.beto, 300, "2026-07-10")
        self._promise(other, self.beto, 200, "2026-07-10", date_made="2026-06-29")
        self.assertEqual(
            self._read_figures(self.beto, "promise_count", "amount_promised"), [1, 300]
        )
        self.assertDrillDown(self.beto)

    def test_promised_in_another_currency(self):
        [case] = self._create_cases(1, self.ana, amount=900)
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-06-01",
                "rate": 0.25,
                "company_id": self.company.id,
            }
        )
        self._promise(case, self.beto, 100, "2026-07-10", currency_id=euro.id)
        self.assertEqual(self._read_figures(self.beto, "amount_promised"), [400])

    def test_promises_due_today_are_of_who_works_on_the_case(self):
        case, other = self._create_cases(2, self.ana, amount=900)
        self._promise(case, self.beto, 300, "2026-06-30")
        self._promise(other, self.beto, 300, "2026-07-01")
        self.assertEqual(self._read_figures(self.ana, "promise_due_count"), [1])
        self.assertEqual(self._read_figures(self.beto, "promise_due_count"), [0])
        self.assertDrillDown(self.ana)

    def test_kept_and_broken_of_the_month(self):
        cases = self._create_cases(4, self.ana, amount=900)
        for case, state, kept, judged in zip(
            cases,
            ("kept", "partial", "broken", "broken"),
            (100, 60, 0, 0),
            ("2026-06-01", "2026-06-30", "2026-06-15", "2026-05-31"),
            strict=True,
        ):
            self._promise(
                case,
                self.beto,
                100,
                "2026-06-10",
                date_made="2026-05-02",
                state=state,
                installment={
                    "state": state,
                    "amount_kept": kept,
                    "date_judged": judged,
                },
            )
        figures = ("amount_kept", "amount_broken", "kept_share")
        kept, broken, share = self._read_figures(self.beto, *figures)
        self.assertEqual((kept, broken), (160, 140))
        self.assertAlmostEqual(share, 160 / 300 * 100)
        payments = self._open(self._day(self.beto), "amount_kept")
        self.assertEqual(sum(payments.mapped("amount_kept")), kept)
        payments = self._open(self._day(self.beto), "amount_broken")
        missing = sum(payments.mapped("amount")) - sum(payments.mapped("amount_kept"))
        self.assertEqual(missing, broken)

    def test_disputes_past_their_deadline(self):
        cases = self._create_cases(3, self.ana)
        reason = self.env["cartera.dispute.reason"].search([], limit=1)
        disputes = self.env["cartera.dispute"]
        for case, deadline in zip(
            cases, ("2026-06-29", "2026-06-30", "2026-06-01"), strict=True
        ):
            disputes |= disputes.sudo().create(
                {
                    "case_id": case.id,
                    "reason_id": reason.id,
                    "currency_id": self.company.currency_id.id,
                    "item_ids": [
                        Command.create(
                            {
                                "line_id": self._find_items(case.partner_id).id,
                                "amount": 50,
                            }
                        )
                    ],
                    "date_open": "2026-05-15",
                    "date_deadline": deadline,
                }
            )
        self.env["cartera.case.queue"]._apply_pending()
        self.env.flush_all()
        self._force("cartera_dispute", disputes[2].id, state="closed")
        self._force("cartera_dispute", disputes[0].id, state="analysis")
        self._force("cartera_dispute", disputes[0].id, date_deadline="2026-06-29")
        self.env.invalidate_all()
        self.assertEqual(self._read_figures(self.ana, "dispute_late_count"), [1])
        late = self._open(self._day(self.ana), "dispute_late_count")
        self.assertEqual(late, disputes[0])
        self._force("cartera_dispute", disputes[0].id, state="founded")
        self.env.invalidate_all()
        self.assertFalse(any(self._read_figures(self.ana, "dispute_late_count")))

    # -- collected ----------------------------------------------------------------

    def _pay_case(self, case, amount, day="2026-06-20"):
        payment = self._pay(
            self.env["account.move"], amount, day, partner=case.partner_id
        )
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", case.partner_id.id),
                ("account_id", "=", self.receivable.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        lines.reconcile()
        return payment

    def _collected(self, user):
        self.env["cartera.case"].search([], limit=1)
        return self._read_figures(user, "amount_collected")[0]

    def test_collected_this_month_against_the_target(self):
        cases = self._create_cases(3, self.ana, amount=100)
        member = self.team.member_ids.filtered(lambda m: m.user_id == self.ana)
        member.target = 400
        self._pay_case(cases[0], 60)
        self._pay_case(cases[1], 40, "2026-06-01")
        self._pay_case(cases[2], 50, "2026-05-31")
        self.env["cartera.case"].search([], limit=1)
        day = self.assertFigures(
            self.ana, amount_collected=100, target=400, attained_share=25
        )
        settled = self._open(day, "amount_collected")
        self.assertEqual(sum(settled.mapped("amount")), 100)

    def test_only_what_is_matched_counts_and_no_longer_than_it_is(self):
        [case] = self._create_cases(1, self.ana, amount=100)
        payment = self._pay_case(case, 130)
        self.assertEqual(self._collected(self.ana), 100)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(self._collected(self.ana), 0)

    def test_money_that_went_back_does_not_count(self):
        [case] = self._create_cases(1, self.ana, amount=100)
        payment = self._pay_case(case, 100)
        payment.move_id.line_ids.remove_move_reconcile()
        payment.move_id._reverse_moves([{"date": "2026-06-25"}], cancel=True)
        self.assertEqual(self._collected(self.ana), 0)

    def test_credit_notes_are_no_money(self):
        [case] = self._create_cases(1, self.ana, amount=100)
        note = self._invoice(
            30, "2026-06-10", partner=case.partner_id, move_type="out_refund"
        )
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", case.partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
            ]
        )
        lines.reconcile()
        self.assertTrue(self._receivable_lines(note).reconciled)
        self.assertEqual(self._collected(self.ana), 0)

    def test_a_new_month_begins_with_nothing(self):
        [case] = self._create_cases(1, self.ana, amount=100)
        self._pay_case(case, 60)
        self.assertEqual(self._collected(self.ana), 60)
        with self._on("2026-07-01 12:00:00"):
            self.assertEqual(self._collected(self.ana), 0)
            self.env["cartera.run"].run(self.company)
            self.assertEqual(case.amount_collected, 0)

    def test_by_night_as_by_day(self):
        cases = self._create_cases(2, self.ana, amount=100)
        self._pay_case(cases[0], 60)
        self.assertEqual(self._collected(self.ana), 60)
        self.env.cr.execute("UPDATE cartera_case SET amount_collected = 7")
        self.env["cartera.run"].run(self.company)
        self.assertEqual(self._collected(self.ana), 60)

    # -- who sees it --------------------------------------------------------------

    def test_roles(self):
        self._create_cases(1, self.ana)
        self._create_cases(1, self.beto)
        auditor = self._create_user("auditor", "auditor")
        collector = self._create_user("collector", "collector")
        for user, seen in [
            (self.carla, {"ana", "beto"}),
            (auditor, {"ana", "beto"}),
            (self.ana, {"ana"}),
            (collector, set()),
        ]:
            with self.subTest(user=user.login):
                days = self.env["cartera.team.day"].with_user(user)
                found = days.search([("company_id", "=", self.company.id)])
                self.assertLessEqual(seen, set(found.user_id.mapped("login")))
                if user in (self.ana, collector):
                    self.assertEqual(set(found.user_id.mapped("login")), seen)

    def test_own_figures_open_own_records(self):
        self._create_cases(2, self.ana)
        day = self._day(self.ana, as_user=self.ana)
        action = day.with_context(cartera_figure="case_count").action_open_figure()
        cases = self.env[action["res_model"]].with_user(self.ana)
        self.assertEqual(cases.search_count(action["domain"]), 2)
        with self.assertRaises(AccessError):
            other = self._day(self.beto).with_user(self.ana)
            other.with_context(cartera_figure="case_count").action_open_figure()

    def test_work_is_transferred_from_the_row(self):
        cases = self._create_cases(2, self.ana)
        self._plan(cases, ["2026-06-30"])
        action = self._day(self.ana).action_transfer()
        transfer = self.env[action["res_model"]].with_user(self.carla)
        transfer = transfer.with_context(**action["context"]).create({})
        self.assertEqual((transfer.case_count, transfer.team_id), (1, self.team))
        transfer.action_transfer()
        self.assertEqual(self._owners(cases), {"ana": 1, "beto": 1})

    def test_figures_add_up_by_team(self):
        self._create_cases(2, self.ana)
        self._create_cases(1, self.beto)
        days = self.env["cartera.team.day"].with_user(self.carla)
        groups = days._read_group(
            [("team_id", "=", self.team.id)], ["team_id"], ["case_count:sum"]
        )
        self.assertEqual(groups, [(self.team.with_user(self.carla), 3)])
