from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_agreement_judge import JudgeCommon


class DefaultCommon(JudgeCommon):
    """Agreements, and the nights that see to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor.write({"email": "pagos@elfaro.example", "lang": "en_US"})
        cls.supervisor = cls._create_user("vera", "supervisor")
        cls.collector = cls._create_user("pablo", "collector")

    def _night(self, day):
        """The run of ISO ``day``."""
        with self._on(day):
            return self.env["cartera.run"].sudo().run(self.company)

    def _phase(self, day):
        """The phase of the agreements alone, of ISO ``day``."""
        with self._on(day):
            run = (
                self.env["cartera.run"]
                .sudo()
                .create({"company_id": self.company.id, "date": day})
            )
            result = self.env["cartera.agreement.engine"].sudo()._run_phase(run)
            # Whoever reads the result on another day finds nothing left to judge.
            self.env["cartera.case.queue"]._apply_pending()
            return result

    def _activities(self, agreement, kind):
        xmlid = f"cartera_cobranza.mail_activity_type_agreement_{kind}"
        return agreement.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(xmlid)
        )

    def _notices(self, agreement):
        return self.env["cartera.communication"].search(
            [("agreement_id", "=", agreement.id), ("kind", "=", "agreement_default")]
        )

    def _as(self, user, agreement):
        return agreement.with_user(user)


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementDefault(DefaultCommon):
    """Notice, days to cure, breach."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._make_agreement(
            cls.invoice, ("2026-07-10", 300), ("2026-08-10", 300), ("2026-09-10", 200)
        )

    # -- notice -------------------------------------------------------------------

    def test_a_default_is_given_notice_of(self):
        self._phase("2026-08-13")
        self.assertFalse(self.agreement.date_notice, "one missed instalment")
        self._phase("2026-08-14")
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "state": "active",
                    "date_notice": date(2026, 8, 14),
                    "date_cure_until": date(2026, 8, 24),
                }
            ],
        )
        notice = self._notices(self.agreement)
        self.assertRecordValues(
            notice,
            [
                {
                    "state": "planned",
                    "channel": "email",
                    "address": "pagos@elfaro.example",
                    "origin": "agreement",
                    "case_id": self.agreement.case_id.id,
                    "date": date(2026, 8, 14),
                }
            ],
        )

    def test_the_notice_says_what_is_overdue_and_until_when(self):
        self._phase("2026-08-14")
        notice = self._notices(self.agreement)
        with self._on("2026-08-14 16:00:00"):
            self.env["cartera.dispatcher"].sudo()._dispatch()
        self.assertEqual(notice.state, "queued", notice.message)
        self.assertIn(self.agreement.name, notice.subject)
        self.assertIn("600.00", notice.body)
        self.assertIn("08/24/2026", notice.body)

    def test_another_night_gives_no_second_notice(self):
        self._phase("2026-08-14")
        self._phase("2026-08-20")
        self.assertEqual(len(self._notices(self.agreement)), 1)
        self.assertEqual(self.agreement.date_notice, date(2026, 8, 14))

    def test_who_cannot_be_written_to_is_somebodys_task(self):
        self.debtor.email = False
        self._phase("2026-08-14")
        self.assertEqual(self._notices(self.agreement).state, "failed")
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)
        self._phase("2026-08-15")
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)

    def test_a_notice_that_does_not_arrive_is_somebodys_task(self):
        for state in ("refused", "bounced", "cancelled"):
            with self.subTest(state):
                self._phase("2026-08-14")
                self.assertFalse(self._activities(self.agreement, "default"))
                self._notices(self.agreement)[:1].sudo()._set_state(state)
                for day in ("2026-08-15", "2026-08-16"):
                    self._phase(day)
                    tasks = self._activities(self.agreement, "default")
                    self.assertEqual(len(tasks), 1)
                self.agreement.sudo()._lift_notice("Try the next one")

    def test_without_a_text_it_is_somebodys_task(self):
        self.env.ref(
            "cartera_cobranza.cartera_template_agreement_default"
        ).active = False
        self._phase("2026-08-14")
        self.assertTrue(self.agreement.date_notice)
        self.assertFalse(self._notices(self.agreement))
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)

    def test_nothing_is_done_while_the_debtor_is_on_hold(self):
        self._hold("2026-08-20")
        self._phase("2026-08-14")
        self.assertFalse(self.agreement.date_notice)
        self._phase("2026-08-21")
        self.assertTrue(self.agreement.date_notice)

    # -- cured --------------------------------------------------------------------

    def test_paid_within_the_days_to_cure(self):
        self._phase("2026-08-14")
        self._later_pay(600, "2026-08-23")
        self._phase("2026-08-24")
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "state": "active",
                    "standing": "in_time",
                    "date_notice": False,
                    "date_cure_until": False,
                }
            ],
        )
        self.assertEqual(self._notices(self.agreement).state, "cancelled")

    def test_the_same_default_again_is_given_notice_of_again(self):
        self._phase("2026-08-14")
        self._later_pay(300, "2026-08-20")
        self._phase("2026-08-21")
        self.assertFalse(self.agreement.date_notice)
        self._phase("2026-09-14")
        self.assertEqual(self.agreement.date_notice, date(2026, 9, 14))
        self.assertEqual(len(self._notices(self.agreement)), 2)

    # -- broken -------------------------------------------------------------------

    def _break(self):
        self._phase("2026-08-14")
        self._phase("2026-08-25")

    def test_broken_after_the_days_to_cure(self):
        self._phase("2026-08-14")
        self._phase("2026-08-24")
        self.assertEqual(self.agreement.state, "active")
        self._phase("2026-08-25")
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "state": "broken",
                    "standing": False,
                    "date_default": date(2026, 8, 25),
                    "date_ended": date(2026, 8, 25),
                    "amount_open": 0,
                    "amount_overdue": 0,
                    "date_next": False,
                    "missed_count": 0,
                }
            ],
        )
        self.assertIn("2", self.agreement.default_text)
        self.assertEqual(
            self.agreement.installment_ids.mapped("state"), ["void", "void", "void"]
        )

    def test_what_was_paid_of_it_stays_paid(self):
        self._later_pay(350, "2026-07-10")
        self.agreement.write({"default_missed": 1})
        self._break()
        self.assertEqual(self.agreement.state, "broken")
        self.assertEqual(
            self.agreement.installment_ids.mapped("state"), ["paid", "void", "void"]
        )
        self.assertEqual(self.line.amount_residual, 650)

    def test_items_and_waiver_come_back_with_their_own_dates(self):
        """1,000 are owed again, though 800 were agreed: nothing had been booked."""
        self.assertEqual(self.agreement.amount_quita, 200)
        self._break()
        with self._on("2026-08-25"):
            items = self._find_items()
            self.assertRecordValues(
                items,
                [
                    {
                        "move_line_id": self.line.id,
                        "agreement_id": False,
                        "date_due": date(2026, 5, 1),
                        "amount_residual": 1000,
                        "amount_overdue": 1000,
                        "collectable": True,
                    }
                ],
            )
            self.assertLedgerEven()
        self.assertFalse(self.agreement.item_ids.is_active)

    def test_the_steps_go_on_at_the_right_stage(self):
        case = self.agreement.case_id
        self.stage_extrajudicial.write({"min_days": 300, "on_broken_agreement": True})
        self._night("2026-07-01")
        self.assertEqual(case.stage_id, self.stage_preventiva)
        for day in ("2026-08-14", "2026-08-25"):
            self._night(day)
        self.assertEqual(self.agreement.state, "broken")
        self.assertEqual(case.stage_id, self.stage_extrajudicial)

    def test_one_that_comes_back_into_force_is_given_some_days(self):
        self._break()
        with self._on("2026-08-26"):
            self._as(self.supervisor, self.agreement)._reinstate("They called")
        self._phase("2026-09-05")
        self.assertRecordValues(
            self.agreement, [{"state": "active", "date_notice": False}]
        )
        self.assertEqual(
            self.agreement.installment_ids.mapped("state"),
            ["overdue", "overdue", "pending"],
        )
        self._phase("2026-09-06")
        self.assertEqual(self.agreement.date_notice, date(2026, 9, 6))

    def test_no_days_to_cure_no_notice(self):
        self.agreement.notice_days = 0
        self._phase("2026-08-14")
        self.assertEqual(self.agreement.state, "broken")
        self.assertFalse(self._notices(self.agreement))

    def test_without_acceleration_a_person_decides(self):
        self.agreement.accelerates = False
        self._break()
        self.assertEqual(self.agreement.state, "active")
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)
        self._phase("2026-08-26")
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)

    def test_another_default_is_decided_on_anew(self):
        self.agreement.accelerates = False
        self._break()
        self._activities(self.agreement, "default").action_feedback()
        self._phase("2026-08-26")
        self.assertFalse(self._activities(self.agreement, "default"))
        with self._on("2026-08-27"):
            self._later_pay(600, "2026-08-27")
        self._phase("2026-08-27")
        self.assertFalse(self.agreement.date_notice)
        for day in ("2026-11-20", "2026-12-05"):
            self._phase(day)
        self.assertEqual(len(self._activities(self.agreement, "default")), 1)

    def test_a_product_changed_later_judges_nobody(self):
        self.agreement.product_id.accelerates = False
        self._break()
        self.assertEqual(self.agreement.state, "broken")

    def test_a_run_of_a_day_gone_by_changes_nothing(self):
        with self._on("2026-09-01"):
            self._later_pay(600, "2026-09-01")
            run = (
                self.env["cartera.run"]
                .sudo()
                .create({"company_id": self.company.id, "date": "2026-08-25"})
            )
            engine = self.env["cartera.agreement.engine"].sudo()
            self.assertEqual(engine._run_phase(run), (0, []))
        self.assertEqual(self.agreement.state, "active")
        self.assertFalse(self.agreement.date_notice)

    def test_one_that_fails_stops_no_other(self):
        other = self._make_agreement(
            self._invoice(500, "2026-04-02"),
            ("2026-07-10", 500),
            product=self.agreement.product_id,
            notice_days=0,
            default_missed=1,
        )
        self.agreement.write({"notice_days": 0})
        engine = type(self.env["cartera.agreement"])
        before = engine._leave_ledger
        refusal = "The period is locked."

        def leave(agreement, day):
            if agreement == self.agreement:
                raise UserError(refusal)
            return before(agreement, day)

        self.patch(engine, "_leave_ledger", leave)
        count, errors = self._phase("2026-08-14")
        self.assertEqual(other.state, "broken")
        self.assertEqual(self.agreement.state, "active")
        self.assertEqual(
            [(partner, str(error)) for partner, error in errors],
            [(self.debtor.id, "The period is locked.")],
        )
        self.assertGreaterEqual(count, 1)

    def test_one_that_cannot_be_judged_stops_no_other(self):
        debtor = self._create_debtor("La Brújula")
        other = self._make_agreement(
            self._invoice(500, "2026-04-02", partner=debtor),
            ("2026-07-10", 500),
            notice_days=0,
            default_missed=1,
        )
        self._judge()
        engine = self.env["cartera.agreement.engine"].sudo()
        before = type(engine)._decide

        def decide(model, row, day):
            if row["id"] == self.agreement.id:
                raise ValueError("No such schedule")
            return before(model, row, day)

        with (
            self._on("2026-08-14"),
            patch.object(type(engine), "_decide", decide),
            mute_logger("odoo.addons.cartera_cobranza.models.cartera_run"),
        ):
            run = self.env["cartera.run"].sudo()
            run = run.create({"company_id": self.company.id, "date": "2026-08-14"})
            # What waits is judged by whoever reads it next, in or out of a run.
            self.env.cr.flush()
            self.env["cartera.case.queue"]._forget(self.company)
            _count, errors = engine._run_phase(run)
        self.assertEqual(
            [(partner, str(error)) for partner, error in errors],
            [(self.debtor.id, "No such schedule")],
        )
        self.assertEqual((other.state, self.agreement.standing), ("broken", "in_time"))

    # -- by hand ------------------------------------------------------------------

    def test_a_supervisor_declares_it_broken(self):
        with self.assertRaises(AccessError):
            self._as(self.collector, self.agreement)._declare_broken("Fled")
        self._as(self.supervisor, self.agreement)._declare_broken("The debtor fled")
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "state": "broken",
                    "date_default": date(2026, 6, 30),
                    "default_text": "The debtor fled",
                    "end_reason": "The debtor fled",
                }
            ],
        )
        with self.assertRaises(UserError):
            self._as(self.supervisor, self.agreement)._declare_broken("Again")

    def test_a_supervisor_lets_a_default_be(self):
        self._phase("2026-08-14")
        with self._on("2026-08-15"):
            agreement = self._as(self.supervisor, self.agreement)
            with self.assertRaises(AccessError):
                self._as(self.collector, self.agreement)._tolerate("Please", date.max)
            with self.assertRaises(UserError):
                agreement._tolerate("Harvest", fields.Date.to_date("2026-08-01"))
            agreement._tolerate("Harvest in September", date(2026, 9, 1))
        self.assertFalse(self.agreement.date_notice)
        self.assertEqual(self._notices(self.agreement).state, "cancelled")
        self._phase("2026-09-01")
        self.assertFalse(self.agreement.date_notice)
        self._phase("2026-09-02")
        self.assertEqual(self.agreement.date_notice, date(2026, 9, 2))

    def test_the_window_asks_for_a_reason(self):
        action = self._as(self.supervisor, self.agreement).action_declare_broken()
        window = (
            self.env[action["res_model"]]
            .with_user(self.supervisor)
            .with_context(**action["context"])
            .create({"reason": "  "})
        )
        with self.assertRaises(UserError):
            window.action_confirm()
        window.reason = "The debtor fled"
        window.action_confirm()
        self.assertEqual(self.agreement.state, "broken")


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestSettlementInTime(DefaultCommon):
    """A finiquito is paid in time, or lapses, or a supervisor decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._make_agreement(
            cls.invoice, ("2026-07-10", 600), kind="finiquito"
        )

    def test_paid_in_time_with_its_tolerance(self):
        self._later_pay(600, "2026-07-13")
        self._judge("2026-07-14")
        self.assertRecordValues(
            self.agreement,
            [{"standing": "complete", "is_settlement_due": True, "state": "active"}],
        )

    def test_paid_in_time_and_matched_later(self):
        payment = self._later_pay(600, "2026-07-13", match=False)
        with self._on("2026-07-14"):
            self._match(payment.move_id | self.invoice)
        self._phase("2026-07-14")
        self.assertTrue(self.agreement.is_settlement_due)

    def test_it_lapses_when_the_day_with_its_tolerance_is_over(self):
        self._later_pay(200, "2026-07-05")
        self._phase("2026-07-13")
        self.assertEqual(self.agreement.state, "active")
        self._phase("2026-07-14")
        self.assertRecordValues(
            self.agreement,
            [{"state": "expired", "date_ended": date(2026, 7, 14), "amount_paid": 200}],
        )
        self.assertIn("200.00", self.agreement.end_reason)
        with self._on("2026-07-14"):
            items = self._find_items()
            self.assertRecordValues(
                items, [{"date_due": date(2026, 5, 1), "amount_residual": 800}]
            )
            self.assertLedgerEven()

    def _come_late(self):
        self._phase("2026-07-14")
        self._later_pay(600, "2026-07-20")
        self._phase("2026-07-21")

    def test_late_money_is_a_question_for_the_supervisor(self):
        self._come_late()
        self.assertTrue(self.agreement.is_paid_late)
        self.assertEqual(self.agreement.state, "expired")
        self.assertEqual(len(self._activities(self.agreement, "late")), 1)
        self._phase("2026-07-22")
        self.assertEqual(len(self._activities(self.agreement, "late")), 1)

    def test_late_money_is_accepted_before_it_is_settled(self):
        self._later_pay(600, "2026-07-20")
        with (
            self._on("2026-07-20"),
            self.assertRaisesRegex(UserError, "accepted first"),
        ):
            self._as(self.supervisor, self.agreement).action_settle()

    def test_what_is_paid_under_a_later_agreement_is_no_question(self):
        self._phase("2026-07-14")
        self.assertEqual(self.agreement.state, "expired")
        with self._on("2026-07-20"):
            self._make_agreement(self.invoice, ("2026-08-10", 600), ("2026-09-10", 400))
        self._later_pay(600, "2026-08-05")
        self._phase("2026-08-06")
        self.assertFalse(self.agreement.is_paid_late)
        self.assertFalse(self._activities(self.agreement, "late"))

    def test_less_than_agreed_is_no_question(self):
        self._phase("2026-07-14")
        self._later_pay(599, "2026-07-20")
        self._phase("2026-07-21")
        self.assertFalse(self.agreement.is_paid_late)

    def test_the_whole_debt_paid_is_no_question(self):
        self._phase("2026-07-14")
        self._later_pay(1000, "2026-07-20")
        self._phase("2026-07-21")
        self.assertFalse(self.agreement.is_paid_late)

    def test_a_supervisor_accepts_late_money(self):
        self._come_late()
        with self._on("2026-07-22"):
            with self.assertRaises(AccessError):
                self._as(self.collector, self.agreement)._accept_late("Nice")
            self._as(self.supervisor, self.agreement)._accept_late("Bank was closed")
            self.assertFalse(self._activities(self.agreement, "late"))
            self.env["cartera.case"].search([])
            self.assertRecordValues(
                self.agreement,
                [
                    {
                        "state": "active",
                        "standing": "complete",
                        "is_settlement_due": True,
                        "is_paid_late": False,
                        "late_decision": "accepted",
                        "date_ended": False,
                    }
                ],
            )

    def test_a_supervisor_refuses_late_money(self):
        self._come_late()
        with self._on("2026-07-22"):
            self._as(self.supervisor, self.agreement)._refuse_late("Third time")
            self.env["cartera.case"].search([])
            self.assertFalse(self.agreement.is_paid_late)
            self.assertEqual(self.agreement.late_decision, "refused")
            self.assertEqual(self.agreement.state, "expired")
            with self.assertRaises(UserError):
                self._as(self.supervisor, self.agreement)._accept_late("After all")
            self.assertEqual(self.line.amount_residual, 400, "owed as before")

    def test_a_refusal_of_late_money_is_undone_by_reinstating(self):
        self._come_late()
        with self._on("2026-07-22"):
            agreement = self._as(self.supervisor, self.agreement)
            agreement._refuse_late("By mistake")
            agreement._reinstate("Refused by mistake")
        self._phase("2026-07-22")
        self.assertEqual(self.agreement.state, "active")
        self.assertFalse(self.agreement.late_decision)
        self.assertTrue(self.agreement.is_settlement_due)

    def test_one_that_comes_back_into_force_may_still_be_paid(self):
        self._phase("2026-07-14")
        with self._on("2026-07-15"):
            self._as(self.supervisor, self.agreement)._reinstate("They called")
        self._later_pay(600, "2026-07-25")
        self._phase("2026-07-25")
        self.assertEqual(self.agreement.standing, "complete")
        self.line.remove_move_reconcile()
        self._phase("2026-07-26")
        self.assertEqual(self.agreement.state, "expired")

    def test_several_payments_missed_break_it(self):
        invoice = self._invoice(900, "2026-04-02")
        agreement = self._make_agreement(
            invoice,
            ("2026-07-10", 200),
            ("2026-07-20", 200),
            ("2026-09-30", 200),
            kind="finiquito",
            notice_days=0,
        )
        self._phase("2026-07-24")
        self.assertEqual(agreement.state, "broken")

    def test_a_run_of_a_day_gone_by_settles_nothing(self):
        self._later_pay(600, "2026-07-05")
        with self._on("2026-07-08"):
            self._judge("2026-07-08")
            self.assertTrue(self.agreement.is_settlement_due)
            run = self.env["cartera.run"].sudo()
            run = run.create({"company_id": self.company.id, "date": "2026-07-06"})
            settler = self.env["cartera.agreement.settler"].sudo()
            self.assertEqual(settler._run_phase(run), (0, []))
        self.assertEqual(self.agreement.state, "active")

    # -- taken back ---------------------------------------------------------------

    def test_a_payment_taken_back_is_a_question_for_the_supervisor(self):
        payment = self._later_pay(600, "2026-07-05")
        with self._on("2026-07-05"):
            self._judge("2026-07-05")
            self._credit(400, day="2026-07-05")
            self.agreement.sudo()._close("kept", date(2026, 7, 5))
            payment.action_draft()
        self._phase("2026-07-06")
        self.assertTrue(self.agreement.is_taken_back)
        self.assertEqual(self.agreement.state, "kept")
        self.assertEqual(len(self._activities(self.agreement, "taken_back")), 1)

    def test_a_payment_taken_back_again_is_asked_about_again(self):
        payment = self._later_pay(600, "2026-07-05")
        paid = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        with self._on("2026-07-05"):
            self._credit(400, day="2026-07-05")
            self.agreement.sudo()._close("kept", date(2026, 7, 5))
        for taken_back, made_again in (
            ("2026-07-06", "2026-07-07"),
            ("2026-07-08", "2026-07-09"),
        ):
            with self._on(taken_back):
                paid.remove_move_reconcile()
            self._phase(taken_back)
            [task] = self._activities(self.agreement, "taken_back")
            with self._on(made_again):
                task.action_feedback()
                (self.line | paid).reconcile()
            self._phase(made_again)
            self.assertFalse(self.agreement.is_taken_back)
