from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import cartera_order_guard
from .common import CarteraCommon

RUN_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_run"


class ConsequenceCommon(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is shipped is looked at in a test of its own.
        cls.shipped = cls.env["cartera.stage.consequence"].search([])
        cls.shipped.active = False
        cls.company.account_use_credit_limit = True
        cls.invoice = cls._invoice(1000, "2026-03-01", due="2026-03-31")
        cls.case = cls._case()

    @classmethod
    def _consequence(cls, kind, stage=None, **values):
        return cls.env["cartera.stage.consequence"].create(
            {
                "stage_id": (stage or cls.stage_extrajudicial).id,
                "kind": kind,
                **values,
            }
        )

    def _run(self, day="2026-06-30"):
        with self._on(day):
            return self.env["cartera.run"].run(self.company)

    def _enter(self, stage=None):
        self.case.stage_id = stage or self.stage_extrajudicial

    def _leave(self):
        self.case.stage_id = self.stage_preventiva

    def _logs(self, case=None):
        return (case or self.case).consequence_log_ids.sorted("id")

    def _limit(self, company=None):
        return self.debtor.with_company(company or self.company).credit_limit


@tagged("post_install", "-at_install", "cartera")
class TestConsequence(ConsequenceCommon):
    """What a stage brings about, from entering to leaving it."""

    # -- by night and by hand -----------------------------------------------------

    def test_the_night_applies_and_undoes(self):
        consequence = self._consequence("block_invoice")
        run = self._run()
        phase = run.phase_ids.filtered(lambda p: p.phase == "consequences")
        self.assertEqual((phase.record_count, phase.state), (1, "done"))
        self.assertRecordValues(
            self._logs(),
            [
                {
                    "consequence_id": consequence.id,
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "stage_id": self.stage_extrajudicial.id,
                    "kind": "block_invoice",
                    "state": "active",
                    "date": run.date,
                    "user_id": False,
                    "date_undone": False,
                }
            ],
        )
        self.assertTrue(self.case.is_blocked)
        self.assertEqual(self.case.consequence_count, 1)
        self._pay(self.invoice, 1000, "2026-07-01")
        run = self._run("2026-07-01")
        self.assertEqual(self._case().stage_id, self.stage_preventiva)
        self.assertRecordValues(
            self._logs(),
            [{"state": "undone", "date_undone": run.date, "undone_user_id": False}],
        )
        self.assertFalse(self.case.is_blocked)

    def test_who_moves_a_case_applies_and_undoes_at_once(self):
        self._consequence("warn_invoice")
        user = self._create_user("jefa", "supervisor")
        self.case.with_user(user).stage_id = self.stage_extrajudicial
        self.assertRecordValues(self._logs(), [{"state": "active", "user_id": user.id}])
        self.case.with_user(user).stage_id = self.stage_administrativa
        self.assertRecordValues(
            self._logs(), [{"state": "undone", "undone_user_id": user.id}]
        )

    def test_a_second_stay_is_a_second_row(self):
        self._consequence("warn_invoice")
        for _stay in range(2):
            self._enter()
            self._leave()
        self.assertEqual(self._logs().mapped("state"), ["undone", "undone"])

    def test_a_stage_does_not_keep_the_consequences_of_another(self):
        self._consequence("warn_invoice")
        self._consequence("block_invoice", self.stage_judicial)
        self._enter()
        self._enter(self.stage_judicial)
        self.assertEqual(
            [(log.kind, log.state) for log in self._logs()],
            [("warn_invoice", "undone"), ("block_invoice", "active")],
        )

    def test_notice_days_are_waited_for(self):
        self._consequence("block_invoice", notice_days=10)
        self._enter()
        self.assertFalse(self._logs())
        self._run("2026-07-09")
        self.assertFalse(self._logs())
        self._run("2026-07-10")
        self.assertEqual(self._logs().state, "active")

    def test_switching_a_consequence_off_undoes_it(self):
        consequence = self._consequence("credit_lower")
        self.debtor.credit_limit = 800
        self._enter()
        consequence.active = False
        self._run()
        self.assertEqual(self._logs().state, "undone")
        self.assertEqual(self._limit(), 800)

    def test_a_new_kind_replaces_the_old_one(self):
        consequence = self._consequence("credit_lower")
        self.debtor.credit_limit = 800
        self._enter()
        consequence.kind = "block_invoice"
        self._run()
        self.assertEqual(
            [(log.kind, log.state) for log in self._logs()],
            [("credit_lower", "undone"), ("block_invoice", "active")],
        )
        self.assertEqual(self._limit(), 800)

    def test_the_database_refuses_a_second_open_row(self):
        self._consequence("block_invoice")
        self._enter()
        log = self._logs().sudo()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                log.create(log.copy_data()[0])

    def test_a_used_consequence_is_not_deleted(self):
        consequence = self._consequence("block_invoice")
        self._enter()
        with self.assertRaises(UserError):
            consequence.unlink()
        self._consequence("warn_invoice").unlink()

    # -- credit limits ------------------------------------------------------------

    def test_freezing_lets_nothing_come_on_top(self):
        self.debtor.credit_limit = 5000
        self._consequence("credit_freeze")
        self._enter()
        self.assertEqual(self._limit(), 1000)
        self.assertRecordValues(
            self._logs(), [{"value_before": 5000, "value_after": 1000}]
        )
        draft = self._invoice(1, "2026-06-30", post=False)
        self.assertIn("reached its credit limit", draft.partner_credit_warning)
        self._leave()
        self.assertEqual(self._limit(), 5000)

    def test_freezing_never_raises_a_limit(self):
        self.debtor.credit_limit = 300
        self._consequence("credit_freeze")
        self._enter()
        self.assertEqual(self._limit(), 300)

    def test_a_limit_of_nothing_would_be_none(self):
        self._pay(self.invoice, 1000, "2026-06-30")
        self.debtor.credit_limit = 5000
        self._consequence("credit_freeze")
        self._enter()
        self.assertEqual(self._limit(), 0.01)

    def test_lowering(self):
        for values, limit, lowered in [
            ({"limit_percent": 40}, 5000, 2000),
            ({"limit_percent": 40}, 0, 400),  # of what is owed
            ({"limit_mode": "amount", "limit_amount": 700}, 5000, 700),
            ({"limit_mode": "amount", "limit_amount": 700}, 600, 600),
            ({"limit_mode": "amount", "limit_amount": 700}, 0, 700),
        ]:
            with self.subTest(limit=limit, **values):
                self.debtor.credit_limit = limit
                consequence = self._consequence("credit_lower", **values)
                self._enter()
                self.assertEqual(self._limit(), lowered)
                self._leave()
                self.assertEqual(self._limit(), limit)
                consequence.active = False

    def test_a_limit_that_a_person_changed_is_left_alone(self):
        self.debtor.credit_limit = 5000
        self._consequence("credit_lower")
        self._enter()
        self.debtor.credit_limit = 1234
        self._leave()
        self.assertEqual(self._limit(), 1234)
        self.assertEqual(self._logs().state, "undone")
        self.assertIn("1,234", self._logs().reason)

    def test_two_changes_of_a_limit_are_undone_backwards(self):
        self.debtor.credit_limit = 5000
        self._consequence("credit_lower", sequence=1, notice_days=5)
        self._consequence("credit_freeze", sequence=2)
        self._enter()
        self.assertEqual(self._limit(), 1000)
        self._run("2026-07-10")
        self.assertEqual(self._limit(), 500)
        self._leave()
        self.assertEqual(self._limit(), 5000)
        self.assertEqual(set(self._logs().mapped("reason")), {False})

    def test_the_limit_of_the_company_comes_back_as_such(self):
        self.env["ir.default"].set(
            "res.partner", "credit_limit", 4000, company_id=self.company.id
        )
        self._consequence("credit_lower")
        self._enter()
        self.assertEqual(self._limit(), 2000)
        self.env["ir.default"].set(
            "res.partner", "credit_limit", 3000, company_id=self.company.id
        )
        self._leave()
        self.assertEqual(self._limit(), 3000)
        self.assertFalse(self.debtor.use_partner_credit_limit)

    # -- companies ----------------------------------------------------------------

    def test_companies_do_not_mix(self):
        other = self._create_company(name="Ajena")
        self._invoice(500, "2026-03-01", due="2026-03-31", company=other)
        self._consequence("credit_freeze")
        self.debtor.with_company(self.company).credit_limit = 5000
        self.debtor.with_company(other).credit_limit = 8000
        self.env["cartera.run"].sudo().run(self.company | other)
        self.assertEqual((self._limit(), self._limit(other)), (1000, 500))
        foreign = self._case(company=other).sudo()
        foreign.stage_id = self.stage_preventiva
        self.assertEqual((self._limit(), self._limit(other)), (1000, 8000))

    def test_a_shared_stage_may_have_consequences_in_one_company(self):
        other = self._create_company(name="Ajena")
        self._invoice(500, "2026-03-01", due="2026-03-31", company=other)
        self._consequence("block_invoice", company_id=other.id)
        self.env["cartera.run"].sudo().run(self.company | other)
        self.assertFalse(self._logs())
        self.assertEqual(self._logs(self._case(company=other)).company_id, other)

    def test_the_consequences_of_a_company_s_stage_are_its_own(self):
        other = self._create_company(name="Ajena")
        stage = self.env["cartera.stage"].create(
            {"name": "Own", "code": "own", "company_id": self.company.id}
        )
        self.assertEqual(
            self._consequence("warn_invoice", stage).company_id, self.company
        )
        with self.assertRaises(UserError):
            self._consequence("block_invoice", stage, company_id=other.id)

    # -- debtors that go ----------------------------------------------------------

    def test_merged_debtors_have_what_the_stage_left_asks_for(self):
        double = self._create_debtor("Abarrotes el faro SA", credit_limit=900)
        self._invoice(300, "2026-03-01", due="2026-03-31", partner=double)
        self.debtor.credit_limit = 5000
        consequence = self._consequence("credit_lower")
        self._run()
        self.assertEqual((double.credit_limit, self._limit()), (450, 2500))
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.debtor | double).ids, self.debtor, extra_checks=False
        )
        self.assertEqual(self._limit(), 2500)
        self.assertEqual(
            sorted((log.value_before, log.state) for log in self._logs()),
            [(900, "undone"), (5000, "active")],
        )
        self.assertEqual(self._logs().partner_id, self.debtor)
        consequence.active = False
        self._run()
        self.assertEqual(self._limit(), 5000)

    def test_a_merged_debtor_without_rival_takes_its_consequences_along(self):
        other = self._create_debtor("Nueva", credit_limit=700)
        self._consequence("credit_lower")
        self.debtor.credit_limit = 5000
        self._run()
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.debtor | other).ids, other, extra_checks=False
        )
        self.assertEqual(self._case(other), self.case)
        self.assertEqual(other.credit_limit, 350)
        self.case.stage_id = self.stage_preventiva
        self.assertEqual(other.credit_limit, 700)

    # -- the salesperson ----------------------------------------------------------

    def _told(self, user):
        return self.env["mail.message"].search(
            [("notified_partner_ids", "in", user.partner_id.ids)], order="id"
        )

    def test_the_salesperson_is_told_once_in_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        seller = new_test_user(
            self.env, "vendedor", groups="base.group_user", lang="fr_FR"
        )
        seller.write(
            {
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self.stage_extrajudicial.with_context(lang="fr_FR").name = "Contentieux"
        self.debtor.user_id = seller
        self._consequence("notify_salesperson")
        self._run()
        self._run("2026-07-01")
        message = self._told(seller)
        self.assertEqual(len(message), 1)
        self.assertIn("Contentieux", message.body)
        self.assertIn(self.debtor.name, message.body)
        with self.assertRaises(AccessError):
            self.case.with_user(seller).read(["stage_id"])
        self._leave()
        self.assertEqual(len(self._told(seller)), 2)

    def test_the_salespeople_of_the_invoices_are_told_in_one_message_each(self):
        seller = self._create_user("vendedora", "own")
        debtors = [self._create_debtor(f"Cliente {number}") for number in range(3)]
        for debtor in debtors:
            self._invoice(
                10,
                "2026-03-01",
                due="2026-03-31",
                partner=debtor,
                invoice_user_id=seller.id,
            )
        self._consequence("notify_salesperson")
        self._run()
        message = self._told(seller)
        self.assertEqual(len(message), 1)
        for debtor in debtors:
            self.assertIn(debtor.name, message.body)
        self.assertNotIn(self.debtor.name, message.body)

    def test_escalating_is_no_good_news(self):
        seller = self._create_user("vendedora", "own")
        self.debtor.user_id = seller
        self._consequence("notify_salesperson")
        self._enter()
        self._enter(self.stage_judicial)
        self.assertEqual(len(self._told(seller)), 1)

    def test_who_has_no_salesperson_is_noted(self):
        self.invoice.invoice_user_id = False
        self._consequence("notify_salesperson")
        self._enter()
        self.assertEqual(self._logs().state, "active")
        self.assertIn("no salesperson", self._logs().reason)

    # -- server actions and failures ----------------------------------------------

    def _action(self, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("cartera.case"),
                "state": "code",
                "code": code,
            }
        )

    def test_a_server_action_on_entering_and_on_leaving(self):
        self._consequence(
            "server_action",
            action_enter_id=self._action("record.partner_id.write({'ref': 'IN'})").id,
            action_leave_id=self._action("record.partner_id.write({'ref': 'OUT'})").id,
        )
        collector = self._create_user("gestora", "collector")
        self.case.with_user(collector).stage_id = self.stage_extrajudicial
        self.assertEqual(self.debtor.ref, "IN")
        self.case.with_user(collector).stage_id = self.stage_preventiva
        self.assertEqual(self.debtor.ref, "OUT")

    def test_a_failing_action_stops_nobody_else(self):
        bad = self._create_debtor("Mala")
        self._invoice(10, "2026-03-01", due="2026-03-31", partner=bad)
        action = self._action(
            "record.partner_id.write({'ref': 'IN'})\n"
            f"if record.partner_id.id == {bad.id}: raise UserError('No way')"
        )
        self._consequence("server_action", action_enter_id=action.id)
        self._consequence("block_invoice", sequence=99)
        with mute_logger(RUN_LOGGER):
            run = self._run()
        self.assertEqual(run.state, "warning")
        self.assertEqual(run.error_ids.partner_id, bad)
        self.assertEqual(self.debtor.ref, "IN")
        self.assertFalse(bad.ref)
        logs = self._logs(self._case(bad))
        self.assertEqual(logs.mapped("state"), ["failed", "active"])
        self.assertIn("No way", logs[0].reason)
        # It is tried again, in the same row, until it works.
        action.code = "record.partner_id.write({'ref': 'AGAIN'})"
        run = self._run("2026-07-01")
        self.assertEqual(run.state, "done")
        self.assertEqual(bad.ref, "AGAIN")
        self.assertEqual(self._logs(self._case(bad)), logs)
        self.assertEqual(logs.mapped("state"), ["active", "active"])
        self.assertFalse(logs[0].reason)
        self.assertEqual(self.debtor.ref, "IN")

    def test_a_failing_action_does_not_keep_a_person_from_moving_the_case(self):
        self._consequence(
            "server_action",
            action_enter_id=self._action("raise UserError('No way')").id,
        )
        with mute_logger(RUN_LOGGER):
            self._enter()
        self.assertEqual(self.case.stage_id, self.stage_extrajudicial)
        self.assertEqual(self._logs().state, "failed")
        self._leave()
        self.assertEqual(self._logs().state, "failed")
        self.assertTrue(self._logs().date_undone)

    def test_what_cannot_be_undone_stays_in_force_and_is_tried_again(self):
        action = self._action("raise UserError('No way out')")
        self._consequence("server_action", action_leave_id=action.id)
        self._enter()
        with mute_logger(RUN_LOGGER):
            self._leave()
        self.assertEqual(self._logs().state, "active")
        self.assertIn("No way out", self._logs().reason)
        action.code = "record.partner_id.write({'ref': 'OUT'})"
        self.case.stage_id = self.stage_administrativa
        self.assertEqual(self._logs().state, "undone")
        self.assertEqual(self.debtor.ref, "OUT")

    def test_a_server_action_is_of_cases_and_chosen_by_an_administrator(self):
        with self.assertRaises(ValidationError):
            self._consequence("server_action")
        action = self._action("pass")
        action.model_id = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaises(ValidationError):
            self._consequence("server_action", action_enter_id=action.id)
        user = self._create_user("jefa", "supervisor")
        consequences = self.env["cartera.stage.consequence"].with_user(user)
        with self.assertRaises(AccessError):
            consequences.create(
                {
                    "stage_id": self.stage_extrajudicial.id,
                    "kind": "server_action",
                    "action_enter_id": self._action("pass").id,
                }
            )

    # -- cost ---------------------------------------------------------------------

    def test_a_night_without_changes_costs_one_query(self):
        for kind in ("block_invoice", "credit_freeze", "notify_salesperson"):
            self._consequence(kind)
        for number in range(20):
            debtor = self._create_debtor(f"Cliente {number}")
            self._invoice(10, "2026-03-01", due="2026-03-31", partner=debtor)
        run = self._run()
        engine = self.env["cartera.consequence.engine"]
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(engine._run_phase(run), (0, []))

    def test_queries_do_not_grow_with_the_debtors(self):
        for kind in ("block_invoice", "credit_freeze"):
            self._consequence(kind)
        engine = self.env["cartera.consequence.engine"]
        counts = []
        for size in (2, 12):
            run = self._run_without_consequences(size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            count, errors = engine._run_phase(run)
            self.env.flush_all()
            self.assertEqual((count >= 2 * size, errors), (True, []))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def _run_without_consequences(self, size):
        for number in range(size):
            debtor = self._create_debtor(f"Cliente {size}-{number}", credit_limit=500)
            self._invoice(10, "2026-03-01", due="2026-03-31", partner=debtor)
        engine = type(self.env["cartera.consequence.engine"])
        with patch.object(engine, "_run_phase", return_value=(0, [])):
            return self._run()

    # -- what is shipped ----------------------------------------------------------

    def test_nothing_shipped_holds_anybody_up(self):
        self.assertEqual(set(self.shipped.mapped("kind")), {"notify_salesperson"})
        self.assertEqual(
            self.shipped.stage_id, self.stage_extrajudicial | self.stage_judicial
        )


@tagged("post_install", "-at_install", "cartera")
class TestConsequenceGuard(ConsequenceCommon):
    """Invoices of debtors who are blocked, or warned of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "contadora",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.supervisor = cls._create_user("jefa", "supervisor")

    def _draft(self, **values):
        return self._invoice(100, "2026-06-30", post=False, **values).with_user(
            self.accountant
        )

    def _block(self):
        self._consequence("block_invoice")
        self._enter()

    def _allow(self, **values):
        return (
            self.env["cartera.consequence.release"]
            .with_user(self.supervisor)
            .create({"case_id": self.case.id, "reason": "Paid in advance", **values})
        )

    def test_an_invoice_is_refused_with_reason_and_way_out(self):
        self._block()
        with self.assertRaises(UserError) as refused:
            self._draft().action_post()
        message = str(refused.exception)
        for part in (self.debtor.name, "Extrajudicial", "1,000.00", "supervisor"):
            self.assertIn(part, message)

    def test_an_invoice_to_a_contact_of_the_debtor_is_refused(self):
        self._block()
        contact = self.env["res.partner"].create(
            {"name": "Compras", "parent_id": self.debtor.id}
        )
        with self.assertRaises(UserError):
            self._draft(partner=contact).action_post()

    def test_what_makes_no_debt_is_not_refused(self):
        self._block()
        for values in (
            {"move_type": "out_refund"},
            {"move_type": "out_receipt"},
            {"move_type": "in_invoice"},
            {"partner": self._create_debtor("Otra")},
        ):
            with self.subTest(**{key: str(value) for key, value in values.items()}):
                draft = self._draft(**values)
                draft.action_post()
                self.assertEqual(draft.state, "posted")
        self._pay(self.invoice, 10, "2026-06-30")

    def test_an_invoice_of_nothing_is_not_refused(self):
        self._block()
        draft = self._draft()
        draft.invoice_line_ids.price_unit = 0
        draft.action_post()
        self.assertEqual(draft.state, "posted")

    def test_another_company_s_block_is_not_ours(self):
        other = self._create_company(name="Ajena")
        self._block()
        draft = self._invoice(5, "2026-06-30", company=other, post=False)
        draft.action_post()
        self.assertEqual(draft.state, "posted")

    def test_an_invoice_of_tomorrow_is_refused_when_it_is_posted(self):
        self._block()
        draft = self._invoice(100, "2026-07-05", post=False, auto_post="at_date")
        draft._post(soft=True)
        self.assertEqual(draft.state, "draft")
        with self._on("2026-07-05"), self.assertRaises(UserError):
            draft._post(soft=True)

    def test_who_has_paid_since_the_night_is_not_refused(self):
        self._consequence("block_invoice")
        self._consequence("credit_freeze")
        self.debtor.credit_limit = 5000
        self._run()
        self._pay(self.invoice, 1000, "2026-06-30")
        draft = self._draft()
        self.assertNotIn("cartera_consequence", draft.alerts or {})
        draft.action_post()
        self.assertEqual(draft.state, "posted")
        self.assertEqual(self.case.stage_id, self.stage_preventiva)
        self.assertEqual(self._limit(), 5000)

    def test_a_switched_off_block_does_not_wait_for_the_night(self):
        self._block()
        self._logs().consequence_id.active = False
        self._draft().action_post()
        self._consequence("block_invoice", self.stage_judicial)
        self._draft().action_post()

    def test_a_supervisor_allows_one_invoice(self):
        self._block()
        leave = self._allow()
        self.assertEqual(leave.user_id, self.supervisor)
        self.assertIn("Paid in advance", self.case.message_ids[0].body)
        drafts = self._draft() | self._draft()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            drafts.action_post()
        self.assertEqual(leave.state, "open")
        drafts[0].action_post()
        self.assertEqual(leave.state, "used")
        self.assertIn(drafts[0].name, self.case.message_ids[0].body)
        with self.assertRaises(UserError):
            drafts[1].action_post()

    def test_a_supervisor_allows_invoices_until_a_day(self):
        self._block()
        leave = self._allow(once=False, date_until="2026-07-03")
        for _invoice in range(2):
            self._draft().action_post()
        self.assertEqual(leave.state, "open")
        with self._on("2026-07-04"), self.assertRaises(UserError):
            self._draft().action_post()

    def test_orders_allowed_are_no_invoices_allowed(self):
        self._block()
        self._allow(documents="order")
        with self.assertRaises(UserError):
            self._draft().action_post()

    def test_an_exception_is_revoked(self):
        self._block()
        leave = self._allow()
        collector = self._create_user("gestora", "collector")
        with self.assertRaises(AccessError):
            leave.with_user(collector).action_revoke()
        leave.action_revoke()
        self.assertEqual(leave.state, "revoked")
        with self.assertRaises(UserError):
            self._draft().action_post()
        with self.assertRaises(UserError):
            leave.action_revoke()

    def test_an_exception_is_signed_and_unused(self):
        leave = self._allow(state="revoked", user_id=self.accountant.id)
        self.assertEqual((leave.state, leave.user_id), ("open", self.supervisor))

    def test_logs_and_exceptions_of_others_are_closed(self):
        own = self._create_user("propia", "own")
        self._block()
        records = (self._logs(), self._allow())
        for record in records:
            with self.subTest(record._name):
                with self.assertRaises(AccessError):
                    record.with_user(own).read(["reason"])
        self.case.user_id = own
        for record in records:
            with self.subTest(record._name):
                self.assertEqual(record.with_user(own).case_id, self.case)
                with self.assertRaises(AccessError):
                    record.with_user(self.supervisor).write({"reason": "None"})
                with self.assertRaises(AccessError):
                    record.with_user(self.supervisor).unlink()
        elsewhere = self._create_company(name="Ajena")
        stranger = new_test_user(
            self.env,
            "ajena",
            groups="cartera_cobranza.group_cartera_supervisor",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        for record in records:
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(stranger).read(["reason"])
        with self.assertRaises(AccessError):
            self.env["cartera.consequence.release"].with_user(stranger).create(
                {"case_id": self.case.id, "reason": "Mine"}
            )

    def test_a_warning_on_the_draft(self):
        for kind, expected in [("warn_invoice", False), ("block_invoice", True)]:
            consequence = self._consequence(kind)
            self._enter()
            draft = self._draft()
            warning = draft.alerts["cartera_consequence"]["message"]
            self.assertIn(self.debtor.name, warning)
            self.assertEqual("supervisor" in warning, expected)
            self.assertFalse(self._draft(move_type="out_refund").alerts)
            self._leave()
            self.assertFalse(self._draft().alerts)
            consequence.active = False

    def test_a_warning_refuses_nothing(self):
        self._consequence("warn_invoice")
        self._enter()
        draft = self._draft()
        draft.action_post()
        self.assertEqual(draft.state, "posted")
        self.assertFalse(draft.alerts)

    def test_what_the_guard_costs(self):
        def count(drafts):
            self.env.flush_all()
            self.env.invalidate_all()
            guard = self.env["cartera.consequence.guard"]
            drafts.mapped("partner_id.commercial_partner_id.name")
            drafts.mapped("move_type")
            # Cached until somebody changes a consequence.
            self.env["cartera.stage.consequence"]._get_kinds_in_use()
            before = self.env.cr.sql_log_count
            guard._check_invoices(drafts)
            return self.env.cr.sql_log_count - before

        drafts = self.env["account.move"].browse()
        for number in range(5):
            debtor = self._create_debtor(f"Cliente {number}")
            drafts |= self._invoice(5, "2026-06-30", partner=debtor, post=False)
        self.assertEqual(count(drafts), 0)
        self._block()
        self.assertEqual(count(drafts), 1)

    def test_customers_are_told_nothing_of_it(self):
        self._block()
        portal = new_test_user(self.env, "cliente", groups="base.group_portal")
        guard = self.env["cartera.consequence.guard"].with_user(portal)
        message = guard._get_refusal("invoice", self._logs().sudo())
        self.assertNotIn(self.debtor.name, message)
        self.assertNotIn("Extrajudicial", message)


@tagged("post_install", "-at_install", "cartera")
class TestOrderGuard(ConsequenceCommon):
    """The hook on sales orders, on a stand-in where sales are not installed; the tests
    of the installation confirm real ones."""

    def test_methods_are_wrapped_once_and_given_back(self):
        class Definition:
            def action_confirm(self):
                return "confirmed"

            def _compute_partner_credit_warning(self):
                return None

        class Orders(Definition):
            pass

        hook = self.env["cartera.order.guard"]
        found = self.env.registry.models | {"sale.order": Orders}
        registry = type(self.env.registry)
        with patch.object(registry, "get", lambda _registry, name: found.get(name)):
            hook._register_hook()
            for name in cartera_order_guard.GUARDED:
                self.assertIs(
                    getattr(Orders, name).__wrapped__, getattr(Definition, name)
                )
            hook._unregister_hook()
        for name in cartera_order_guard.GUARDED:
            self.assertIs(getattr(Orders, name), getattr(Definition, name))
