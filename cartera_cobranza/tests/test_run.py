from unittest.mock import patch

import psycopg2.errors

from odoo import Command, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CarteraCommon

RUN_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_run"


@tagged("post_install", "-at_install", "cartera")
class TestRun(CarteraCommon):
    def _run(self, **kwargs):
        return self.env["cartera.run"].run(self.company, **kwargs)

    def test_a_run_tells_what_it_did(self):
        self._invoice(10, "2026-03-01")
        self.env.cr.precommit.clear()
        run = self._run()
        self.assertRecordValues(
            run, [{"company_id": self.company.id, "state": "done", "error_count": 0}]
        )
        self.assertEqual(run.date.isoformat(), "2026-06-30")
        phases = {
            phase.phase: (phase.record_count, phase.state) for phase in run.phase_ids
        }
        self.assertEqual(list(phases), [code for code, _model in run._get_phases()])
        self.assertEqual(phases["refresh"], (1, "done"))
        self.assertEqual(phases["stages"], (1, "done"))
        self.assertEqual(phases["ledger"], (0, "done"))
        self.assertGreaterEqual(run.seconds, 0)

    def test_a_second_run_changes_nothing(self):
        self._invoice(10, "2026-03-01")
        self._run()
        self.env["cartera.case"].flush_model()
        self.env.cr.execute("SELECT id, xmin FROM cartera_case ORDER BY id")
        before = self.env.cr.fetchall()
        run = self._run()
        self.assertEqual(set(run.phase_ids.mapped("record_count")), {0})
        self.env.cr.execute("SELECT id, xmin FROM cartera_case ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_companies_and_dates_in_any_form(self):
        runs = self.env["cartera.run"].run(self.company.ids, "2026-05-31")
        self.assertEqual(runs.date.isoformat(), "2026-05-31")
        self.assertEqual(runs.company_id, self.company)

    def test_a_run_for_a_past_day_reads_the_ledger_of_that_day(self):
        invoice = self._invoice(1000, "2026-03-01")
        self._pay(invoice, 400, "2026-04-15")
        self._run(date="2026-04-10")
        self.assertEqual(self._case().amount_overdue, 1000)
        self.assertEqual(self._case().stage_id, self.stage_administrativa)
        self._run()
        self.assertEqual(self._case().amount_overdue, 600)
        self.assertEqual(
            [
                (move.date.isoformat(), move.stage_to_id.code)
                for move in self._case().stage_move_ids.sorted("date")
            ],
            [("2026-04-10", "administrativa"), ("2026-06-30", "extrajudicial")],
        )

    def test_all_companies_run_and_one_failure_stops_no_other(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        self._invoice(10, "2026-03-01")
        self._invoice(20, "2026-03-01", company=other)
        engine = type(self.env["cartera.case.refresh"])
        refresh = engine._refresh

        def failing(model, company, **kwargs):
            if company == self.company:
                raise ValueError("broken on purpose")
            return refresh(model, company, **kwargs)

        with patch.object(engine, "_refresh", failing), mute_logger(RUN_LOGGER):
            with patch.object(engine, "_get_debtor_ids", lambda *a: [self.debtor.id]):
                runs = self.env["cartera.run"].run(self.company | other)
        by_company = {run.company_id: run for run in runs}
        self.assertEqual(by_company[other].state, "done")
        self.assertEqual(by_company[self.company].state, "warning")
        self.assertEqual(self._case(company=other).amount_total, 20)

    def test_a_phase_that_fails_ends_the_run_of_its_company(self):
        self._invoice(10, "2026-03-01")
        engine = type(self.env["cartera.stage.engine"])
        with patch.object(engine, "_run_phase", side_effect=ValueError("no rules")):
            with mute_logger(RUN_LOGGER):
                run = self._run()
        self.assertEqual(run.state, "failed")
        self.assertEqual(
            [(phase.phase, phase.state) for phase in run.phase_ids][-2:],
            [("segments", "done"), ("stages", "failed")],
        )
        self.assertEqual(run.error_ids.mapped("message"), ["no rules"])

    def test_a_failing_debtor_is_recorded_and_the_rest_go_on(self):
        debtors = self.env["res.partner"].browse()
        for number in range(9):
            debtor = self._create_debtor(f"Cliente {number}")
            self._invoice(10 + number, "2026-03-01", partner=debtor)
            debtors |= debtor
        self.env.cr.precommit.clear()
        poisoned = debtors[4]
        self.env.cr.execute(
            "ALTER TABLE cartera_case ADD CONSTRAINT cartera_case_poison "
            f"CHECK (partner_id <> {poisoned.id})"
        )
        with mute_logger("odoo.sql_db", RUN_LOGGER):
            run = self._run()
        self.assertEqual(run.state, "warning")
        self.assertEqual(run.error_ids.partner_id, poisoned)
        self.assertIn("cartera_case_poison", run.error_ids.message)
        self.env.cr.precommit.clear()
        cases = self.env["cartera.case"].search([("partner_id", "in", debtors.ids)])
        self.assertEqual(cases.partner_id, debtors - poisoned)
        refresh = run.phase_ids.filtered(lambda phase: phase.phase == "refresh")
        rest = run.phase_ids - refresh
        self.assertEqual((refresh.state, refresh.record_count), ("warning", 8))
        self.assertEqual({phase.state for phase in rest}, {"done"})

    def test_a_second_runner_steps_aside(self):
        connection = sql_db.db_connect(self.env.cr.dbname)
        with connection.cursor() as other:
            other.execute(
                "SELECT pg_advisory_lock(hashtext('cartera.run'), %s)",
                [self.company.id],
            )
            self.assertFalse(self._run())
            with self.assertRaisesRegex(UserError, "at work already"):
                self.env["cartera.run"].with_context(
                    allowed_company_ids=self.company.ids
                ).action_run()
            other.execute(
                "SELECT pg_advisory_unlock(hashtext('cartera.run'), %s)",
                [self.company.id],
            )
        self.assertEqual(self._run().state, "done")

    def test_the_lock_is_given_back(self):
        self._run()
        connection = sql_db.db_connect(self.env.cr.dbname)
        with connection.cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_lock(hashtext('cartera.run'), %s)",
                [self.company.id],
            )
            self.assertEqual(other.fetchone(), (True,))
            other.execute("SELECT pg_advisory_unlock_all()")

    def test_an_interrupted_run_is_taken_up_where_it_stopped(self):
        self._invoice(10, "2026-03-01")
        engine = type(self.env["cartera.stage.engine"])
        with patch.object(engine, "_run_phase", side_effect=KeyboardInterrupt):
            try:
                self._run()
            except KeyboardInterrupt:
                # assertRaises would undo what the killed run has done.
                self.env.invalidate_all()
        left = self.env["cartera.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(left.state, "running")
        self.assertEqual(
            left.phase_ids.mapped("phase"),
            [
                "promises",
                "disputes",
                "agreements",
                "settlements",
                "charges",
                "court",
                "pauses",
                "refresh",
                "episodes",
                "segments",
            ],
        )
        run = self._run()
        self.assertEqual(run, left)
        self.assertEqual(run.state, "done")
        self.assertEqual(
            run.phase_ids.mapped("phase"),
            [code for code, _model in run._get_phases()],
        )

    def test_a_difference_with_the_ledger_is_an_error_of_the_run(self):
        invoice = self._invoice(100, "2026-01-10")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 90 WHERE id = %s",
            [self._receivable_lines(invoice).id],
        )
        run = self._run()
        self.assertEqual(run.state, "warning")
        self.assertEqual(run.error_ids.partner_id, self.debtor)
        self.assertRecordValues(
            run.error_ids.phase_id,
            [{"phase": "ledger", "state": "warning", "record_count": 1}],
        )

    def test_a_conflict_is_tried_again(self):
        attempts = []

        def work(_argument):
            attempts.append(1)
            if len(attempts) < 3:
                raise psycopg2.errors.SerializationFailure
            return 7

        run = (
            self.env["cartera.run"]
            .sudo()
            .create({"company_id": self.company.id, "date": "2026-06-30"})
        )
        model = type(run)
        with (
            patch.object(model, "_can_commit", lambda self: True),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self.assertEqual(run._attempt(work, None, retry=True), (7, None))
        self.assertEqual(len(attempts), 3)

    def test_a_conflict_in_a_phase_is_no_error_of_a_debtor(self):
        self._invoice(10, "2026-03-01")
        refresh = type(self.env["cartera.case.refresh"])
        calls = []

        def conflicting(model, company, **kwargs):
            calls.append(kwargs["debtor_ids"])
            raise psycopg2.errors.SerializationFailure

        with (
            patch.object(refresh, "_refresh", conflicting),
            patch.object(type(self.env["cartera.run"]), "_can_commit", lambda s: True),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch.object(self.env.cr, "commit", lambda: None),
        ):
            run = self._run()
        self.assertEqual(run.state, "failed")
        self.assertEqual(calls, [None] * 3, "tried anew, and never debtor by debtor")

    def test_a_day_to_come_is_not_run(self):
        with self.assertRaisesRegex(UserError, "when the day has come"):
            self._run(date="2026-07-01")
        self.assertFalse(
            self.env["cartera.run"].search([("company_id", "=", self.company.id)])
        )

    def test_only_a_supervisor_runs(self):
        for role in ("own", "collector", "auditor"):
            user = self._create_user(f"user {role}", role)
            with self.assertRaises(AccessError):
                self.env["cartera.run"].with_user(user).run()
        user = self._create_user("jefe", "supervisor")
        run = self.env["cartera.run"].with_user(user).run()
        self.assertEqual(run.company_id, self.company)
        self.assertEqual(run.state, "done")

    def test_a_supervisor_runs_no_other_company(self):
        other = self.setup_other_company()["company"]
        user = self._create_user("jefe", "supervisor")
        with self.assertRaises(AccessError):
            self.env["cartera.run"].with_user(user).run(other.sudo(False))

    def test_the_scheduled_action(self):
        self._invoice(10, "2026-03-01")
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref(
                "cartera_cobranza.ir_cron_cartera_run"
            ).sudo().method_direct_trigger()
        run = self.env["cartera.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "done")

    def test_the_scheduled_action_runs_each_company_once_a_day(self):
        other = self.setup_other_company()["company"]
        run_model = self.env["cartera.run"].sudo()
        companies = self.company | other
        self.assertEqual(companies.filtered(run_model._is_pending), companies)
        self._run()
        self.assertEqual(companies.filtered(run_model._is_pending), other)
        with self._on("2026-07-01"):
            self.assertEqual(companies.filtered(run_model._is_pending), companies)

    def test_a_day_that_another_runner_has_just_ended_is_not_run_again(self):
        runs = self.env["cartera.run"].sudo()
        first = runs._run_company(self.company, once=True)
        self.assertEqual(first.state, "done")
        self.assertFalse(runs._run_company(self.company, once=True))
        self.assertTrue(runs._run_company(self.company), "by hand it may be repeated")

    def test_a_failed_company_is_run_again(self):
        self.env["cartera.run"].sudo().create(
            {"company_id": self.company.id, "date": "2026-06-30", "state": "failed"}
        )
        self.assertTrue(self.env["cartera.run"]._is_pending(self.company))

    def test_the_day_begins_where_the_company_is(self):
        self.company.partner_id.tz = False
        self.company.country_id = self.env.ref("base.mx")
        self.assertEqual(self.company._get_cartera_tz(), "America/Mexico_City")
        with self._on("2026-07-01 03:00:00"):
            self.assertEqual(
                self.company._get_cartera_today().isoformat(), "2026-06-30"
            )
        self.company.partner_id.tz = "Europe/Madrid"
        with self._on("2026-06-30 23:00:00"):
            self.assertEqual(
                self.company._get_cartera_today().isoformat(), "2026-07-01"
            )

    def test_the_button_shows_the_result(self):
        action = (
            self.env["cartera.run"]
            .with_context(allowed_company_ids=self.company.ids)
            .action_run()
        )
        self.assertEqual(action["res_model"], "cartera.run")
        self.assertTrue(action["res_id"])
