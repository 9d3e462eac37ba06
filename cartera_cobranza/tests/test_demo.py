from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import phonenumbers
from stdnum.co import nit
from stdnum.mx import rfc

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.cartera_cobranza.demo.cartera_demo_people import DEMO_TAG
from odoo.addons.cartera_cobranza.demo.debtors import DEBTORS
from odoo.addons.cartera_cobranza.demo.places import tax_number
from odoo.addons.cartera_cobranza.demo.plan import HISTORY, build_plan

from .common import TODAY, CarteraCommon

INVOICES_FROM, INVOICES_TO = 450, 550


@tagged("post_install", "-at_install", "cartera_demo")
class TestDemo(CarteraCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.created = cls.env["cartera.demo"]._create_demo_data(cls.company)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.tag = cls.env["res.partner.category"].search([("name", "=", DEMO_TAG)])
        cls.debtors = (
            cls.env["res.partner"]
            .with_context(active_test=False)
            .search([("category_id", "=", cls.tag.id)], order="id")
        )
        own = [("company_id", "=", cls.company.id)]
        cls.moves = cls.env["account.move"].search(own)
        cls.invoices = cls.moves.filtered(lambda move: move.move_type == "out_invoice")
        cls.items = cls.env["cartera.open.item"].search(own)

    def _debtor(self, quirk):
        index = next(i for i, debtor in enumerate(DEBTORS) if debtor.quirk == quirk)
        return self.debtors[index]

    # -- what there is ------------------------------------------------------------

    def test_size(self):
        self.assertTrue(self.created)
        self.assertEqual(len(self.debtors), 60)
        self.assertTrue(INVOICES_FROM <= len(self.invoices) <= INVOICES_TO)
        self.assertGreaterEqual(len(self.invoices.currency_id), 2)
        self.assertEqual(len(self.invoices.invoice_user_id), 4)
        self.assertEqual(self.invoices.commercial_partner_id, self.debtors)
        self.assertTrue(
            self.invoices.partner_id - self.debtors, "no branch is invoiced"
        )

    def test_nothing_is_left_in_draft(self):
        self.assertEqual(set(self.moves.mapped("state")), {"posted"})
        payments = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertLessEqual(set(payments.mapped("state")), {"in_process", "paid"})
        self.assertTrue(all(payments.mapped("move_id")))

    def test_nothing_is_of_the_future_and_history_is_18_months(self):
        today = fields.Date.context_today(self.company)
        dates = self.moves.mapped("date")
        self.assertLessEqual(max(dates), today)
        self.assertGreater(min(dates), today - timedelta(days=HISTORY + 1))
        self.assertLess(min(dates), today - timedelta(days=HISTORY - 30))

    def test_numbers_follow_dates(self):
        by_number = self.invoices.sorted(
            lambda m: (m.sequence_prefix, m.sequence_number)
        )
        dates = by_number.mapped("invoice_date")
        self.assertEqual(dates, sorted(dates))
        self.assertFalse(any(self.invoices.mapped("made_sequence_gap")))

    def test_every_bucket_has_overdue_debt(self):
        filled = self.items.filtered(lambda item: item.amount_residual > 0).bucket_id
        self.assertEqual(filled, self.policy.bucket_ids)

    # -- money --------------------------------------------------------------------

    def test_open_items_are_the_ledger(self):
        lines = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            ["partner_id", "currency_id"],
            ["balance:sum", "amount_currency:sum"],
        )
        opened = Counter()
        for item in self.items:
            key = item.debtor_id, item.currency_id
            opened[key, "company"] += item.amount_residual
            opened[key, "foreign"] += item.amount_residual_currency
        self.assertTrue(self.items)
        for partner, currency, balance, amount_currency in lines:
            key = partner, currency
            self.assertAlmostEqual(opened.pop((key, "company"), 0.0), balance, 2)
            self.assertAlmostEqual(
                opened.pop((key, "foreign"), 0.0), amount_currency, 2
            )
        self.assertFalse(opened)

    def test_instalments_partial_and_unapplied_payments(self):
        per_invoice = Counter(
            item.move_id for item in self.items if item.move_id in self.invoices
        )
        self.assertEqual(max(per_invoice.values()), 3)
        self.assertIn("partial", self.invoices.mapped("payment_state"))
        credits = self.items.filtered(lambda item: item.amount_residual < 0)
        self.assertGreaterEqual(len(credits.filtered("move_id.origin_payment_id")), 4)
        refunds = self.moves.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(refunds & credits.move_id, refunds.filtered("amount_residual"))
        self.assertTrue(refunds & credits.move_id, "every credit note is used up")

    # -- the odd ones -------------------------------------------------------------

    def test_quirks(self):
        blocked = self.invoices.filtered(lambda m: m.payment_state == "blocked")
        self.assertEqual(blocked.commercial_partner_id, self._debtor("blocked"))
        silenced = self.items.filtered("no_followup").debtor_id
        self.assertIn(self._debtor("no_followup"), silenced)
        silent = {
            partner.id
            for debtor, partner in zip(DEBTORS, self.debtors, strict=True)
            if debtor.silent
        }
        overdue = self.items.filtered(lambda item: item.days_overdue > 0).debtor_id
        self.assertLessEqual(silent, set(overdue.ids))
        archived = self._debtor("archived")
        self.assertEqual(self.debtors.filtered(lambda p: not p.active), archived)
        self.assertIn(archived, self.items.debtor_id)
        creditor = self.items.filtered(
            lambda item: item.debtor_id == self._debtor("credit")
        )
        self.assertLess(sum(creditor.mapped("amount_residual")), 0)
        owner = self.debtors.filtered("child_ids").filtered(
            lambda partner: partner.child_ids & self.debtors
        )
        self.assertEqual(len(owner.child_ids & self.debtors), 2)

    # -- people -------------------------------------------------------------------

    def test_cases_have_collectors_with_their_role(self):
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            sorted(cases.user_id.mapped("login")),
            ["cobranza1", "cobranza2", "cobranza3"],
        )
        self.assertFalse(cases.filtered(lambda case: not case.user_id))
        for login, role in (
            ("cobranza1", "cartera_cobranza.group_cartera_collector"),
            ("cobranza2", "cartera_cobranza.group_cartera_collector"),
            ("cobranza3", "cartera_cobranza.group_cartera_own"),
            ("supervisor", "cartera_cobranza.group_cartera_supervisor"),
            ("auditor", "cartera_cobranza.group_cartera_auditor"),
            ("contadora", "account.group_account_invoice"),
        ):
            user = self.env["res.users"].search([("login", "=", login)])
            self.assertTrue(user.has_group(role))
            self.assertIn(self.company, user.company_ids)

    def test_debtors_live_in_several_countries_with_valid_telephones(self):
        countries = set(self.debtors.country_id.mapped("code"))
        self.assertLessEqual({"AR", "CL", "CO", "EC", "ES", "PE", "US"}, countries)
        persons = self.debtors.filtered(lambda partner: not partner.is_company)
        overdue = self.items.filtered(lambda item: item.days_overdue > 0).debtor_id
        self.assertEqual(persons - overdue, self.env["res.partner"])
        contacts = self.debtors | self.debtors.child_ids
        numbers = contacts.filtered("phone").mapped("phone")
        self.assertEqual(len(numbers), len(set(numbers)))
        for number in numbers:
            parsed = phonenumbers.parse(number)
            self.assertTrue(phonenumbers.is_valid_number(parsed), number)
        addresses = contacts.filtered("email").mapped("email")
        self.assertTrue(all(email.endswith(".example.com") for email in addresses))

    def test_some_debtors_are_hard_to_reach(self):
        active = self.debtors.filtered("active")
        mute = active.filtered(lambda partner: not (partner.email or partner.phone))
        self.assertEqual(len(mute), 1)
        self.assertFalse(mute.street)
        self.assertEqual(len(active.filtered(lambda p: p.phone and not p.email)), 1)
        large = self.debtors.filtered("child_ids").child_ids
        self.assertIn("invoice", large.mapped("type"))

    # -- days at work -------------------------------------------------------------

    def test_dealings_hold_the_strategies_back(self):
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        today = fields.Date.context_today(self.company)
        self.assertEqual(len(cases.filtered("hold_until")), 2)
        self.assertTrue(cases.filtered("amount_paused"))
        promised = cases.filtered("promise_date").mapped("promise_date")
        self.assertEqual(min(promised), today)
        self.assertGreater(max(promised), today)
        consents = self.env["cartera.consent"].search([])
        self.assertEqual(set(consents.mapped("decision")), {"granted", "withdrawn"})
        guard = self.env["cartera.bank.guard"]
        self.assertFalse(guard._is_stale(self.company, today))
        unmatched = self.env["account.bank.statement.line"].search(
            [("partner_id", "in", self.debtors.ids), ("is_reconciled", "=", False)]
        )
        self.assertEqual(len(unmatched), 1)

    def test_debtors_answer_in_every_way(self):
        """One promise of each state, disputes of each, and what they do to the debt."""
        cases = self.env["cartera.case"].search([("company_id", "=", self.company.id)])
        self.env["cartera.promise.engine"]._judge(
            self.company, fields.Date.context_today(self.company)
        )
        self.assertEqual(
            set(cases.promise_ids.mapped("state")),
            {"proposed", "open", "kept", "partial", "broken"},
        )
        self.assertEqual(
            set(cases.dispute_ids.mapped("state")), {"open", "analysis", "founded"}
        )
        self.assertTrue(cases.filtered("amount_disputed"))
        self.assertEqual(set(cases.cause_ids.mapped("is_sensitive")), {True, False})

    def test_payments_of_a_promise_are_never_more_than_is_owed(self):
        answers = self.env["cartera.demo.answers"]
        case = self.env["cartera.case"].search([("amount_overdue", ">", 0)])[0].sudo()
        payments = ((0, 0.3), (15, 0.3), (30, 0.4))
        today = fields.Date.context_today(self.company)
        for overdue in (348623.49, 0.05, 1000.01, 99.97):
            case.amount_overdue = overdue
            amounts = [amount for _day, amount in answers._split(case, payments, today)]
            self.assertAlmostEqual(sum(amounts), overdue, 2)

    def test_letters_that_are_unlawful_today_wait_for_another_day(self):
        """Whatever the day of the week, and however soon after the last contact."""
        dealings = self.env["cartera.demo.dealings"]
        self.addCleanup(self.frozen.move_to, TODAY)
        with patch.object(type(self.env["ir.mail_server"]), "_connect__"):
            for day in ("2026-06-25", "2026-06-26", "2026-06-27"):
                self.frozen.move_to(f"{day} 15:00:00")
                dealings._work_a_day(self.company)
        letters = self.env["cartera.communication"].search([("channel", "=", "letter")])
        self.assertLessEqual({"sent", "ready"}, set(letters.mapped("state")))

    def test_collectors_are_a_team_and_one_goes_on_holiday(self):
        team = self.env["cartera.team"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(team.member_ids), 3)
        absence = self.env["cartera.substitution"].search([])
        self.assertIn(absence.substitute_id, team.member_ids.user_id)
        group = self.env["cartera.debtor.group"].search([])
        self.assertEqual(group.case_count, 3)

    def test_a_day_at_work_leaves_messages_of_every_kind_and_sends_nothing(self):
        self.addCleanup(self.frozen.move_to, TODAY)
        self.frozen.move_to("2026-06-30 15:00:00")
        with patch.object(type(self.env["ir.mail_server"]), "_connect__") as connect:
            self.env["cartera.demo.dealings"]._work_a_day(self.company)
        connect.assert_not_called()
        messages = self.env["cartera.communication"].search([])
        self.assertLessEqual(
            {"sent", "ready", "failed", "bounced", "unconfirmed"},
            set(messages.mapped("state")),
        )
        lost = messages.filtered(lambda m: m.state in ("failed", "bounced"))
        contacts = self.env["cartera.contact"].search(
            [("communication_id", "in", lost.ids)]
        )
        self.assertEqual(set(contacts.mapped("reached")), {"bounced"})
        self.assertNotIn("queued", messages.mapped("state"))
        self.assertFalse(messages.mail_id.filtered(lambda m: m.state == "outgoing"))
        self.assertIn("in", self.env["cartera.contact"].search([]).mapped("direction"))
        self.assertIn("done", self.env["cartera.plan"].search([]).mapped("state"))
        reasons = set(self.env["cartera.plan.line"].search([]).mapped("reason"))
        self.assertLessEqual({"due", "hold", "promise", "no_channel"}, reasons)
        self.assertTrue(self.env["cartera.contact.refusal"].search_count([]))
        self.assertEqual(self.company.cartera_plan_approval, "manual")

    def test_agreements_are_at_every_stage_of_their_life(self):
        deals = self.env["cartera.demo.agreements"]
        self.addCleanup(self.frozen.move_to, TODAY)
        today = fields.Date.to_date(TODAY)
        for day in deals._get_days():
            self.frozen.move_to(f"{today + timedelta(days=day)} 17:00:00")
            deals._live_a_day(self.company, day)
        self.frozen.move_to(TODAY)
        self.env["cartera.run"].run(self.company)
        agreements = self.env["cartera.agreement"].search([])
        self.assertEqual(
            set(agreements.mapped("state")),
            set(dict(agreements._fields["state"].selection)),
        )
        self.assertLessEqual({"in_time", "default"}, set(agreements.mapped("standing")))
        self.assertTrue(agreements.filtered("date_notice"))
        court = agreements.filtered("date_homologated").legal_case_id
        self.assertEqual(court.state, "suspended")
        self.assertTrue(court.measure_ids and court.cost_ids.move_id)
        self.assertEqual(
            set(agreements.document_ids.mapped("kind")),
            set(dict(agreements.document_ids._fields["kind"].selection)),
        )
        charged = agreements.installment_ids.filtered(
            lambda part: part.state == "paid" and part.amount_interest
        )
        self.assertTrue(charged)
        self.assertTrue(all(part.charge_ids for part in charged))
        self._check_what_is_booked(agreements)
        self.assertFalse(self.env["cartera.case"]._verify_ledger(self.company))

    def _check_what_is_booked(self, agreements):
        """Waivers by each method, and a debt that was moved."""
        kept = agreements.filtered(lambda one: one.state == "kept" and one.amount_quita)
        methods = kept._fields["settlement_method"].selection
        for method in dict(methods):
            with self.subTest(method=method):
                entries = kept.filtered(
                    lambda one, method=method: one.settlement_method == method
                ).move_ids.filtered("cartera_settles")
                self.assertEqual(set(entries.mapped("state")), {"posted"})
                self.assertEqual(
                    set(entries.mapped("move_type")),
                    {"out_refund" if method == "credit_note" else "entry"},
                )
        moved = agreements.filtered(lambda one: one.ledger_mode == "reclassification")
        self.assertEqual((len(moved), moved.state), (1, "active"))
        self.assertTrue(all(moved.item_ids.line_id.mapped("reconciled")))
        self.assertLessEqual(
            {"paid", "pending"}, set(moved.installment_ids.mapped("state"))
        )
        products = agreements.product_id
        self.assertEqual(len(set(products.mapped("name"))), len(products))

    # -- when it may be built -----------------------------------------------------

    def test_second_call_adds_nothing(self):
        before = self.env["account.move"].search_count([])
        self.assertFalse(self.env["cartera.demo"]._create_demo_data(self.company))
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_company_without_chart_is_refused(self):
        bare = self.env["res.company"].sudo().create({"name": "Sin plan contable"})
        with self.assertRaisesRegex(UserError, "chart of accounts"):
            self.env["cartera.demo"]._create_demo_data(bare)

    def test_locked_periods_are_refused(self):
        self.debtors.category_id -= self.tag
        today = fields.Date.context_today(self.company)
        self.company.sudo().sale_lock_date = today - timedelta(days=100)
        with self.assertRaisesRegex(UserError, "locked periods"):
            self.env["cartera.demo"]._create_demo_data(self.company)


@tagged("post_install", "-at_install", "cartera_demo")
class TestDemoPlan(BaseCase):
    def test_plan_depends_on_its_seed_alone(self):
        self.assertEqual(build_plan(DEBTORS), build_plan(DEBTORS))
        self.assertNotEqual(build_plan(DEBTORS), build_plan(DEBTORS, seed=1))

    def test_nothing_is_paid_twice_or_before_it_was_bought(self):
        documents, receipts = build_plan(DEBTORS)
        settled = Counter()
        for receipt in receipts:
            for number, instalment, share in receipt.items:
                self.assertEqual(documents[number].debtor, receipt.debtor)
                self.assertGreaterEqual(receipt.day, documents[number].day)
                settled[number, instalment] += share == 1
        self.assertLessEqual(max(settled.values()), 1)

    def test_tax_numbers_are_distinct_and_well_formed(self):
        for country, checker in (("MX", rfc), ("CO", nit)):
            numbers = {
                tax_number(country, debtor.name, rank, debtor.person)
                for rank, debtor in enumerate(DEBTORS)
            }
            self.assertEqual(len(numbers), len(DEBTORS))
            self.assertTrue(all(checker.is_valid(number) for number in numbers))
        self.assertEqual(tax_number("AR", "Almacén", 0), "")
