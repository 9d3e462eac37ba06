from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CarteraCommon

QUEUE_LOGGER = "odoo.addons.cartera_cobranza.models.cartera_case_queue"


@tagged("post_install", "-at_install", "cartera")
class TestCaseLive(CarteraCommon):
    """Cases follow the ledger at once, whatever touches it."""

    def assertCase(self, total, overdue=None, credit=None, partner=None):
        case = self._case(partner)
        self.assertEqual(len(case), 1)
        self.assertAlmostEqual(case.amount_total, total)
        if overdue is not None:
            self.assertAlmostEqual(case.amount_overdue, overdue)
        if credit is not None:
            self.assertAlmostEqual(case.amount_credit, credit)
        return case

    def test_a_case_opens_with_the_first_invoice(self):
        self.assertFalse(self._case())
        self._invoice(1000, "2026-05-01", due="2026-05-31")
        case = self.assertCase(1000, 1000, 0)
        self.assertRecordValues(
            case,
            [
                {
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "stage_id": self.stage_preventiva.id,
                    "days_overdue": 30,
                    "item_count": 1,
                    "overdue_count": 1,
                    "amount_collectable": 1000.0,
                    "display_name": "Abarrotes El Faro",
                }
            ],
        )
        self.assertEqual(case.bucket_id.name, "1-30")

    def test_a_new_invoice_adds_to_the_same_case(self):
        self._invoice(1000, "2026-05-01")
        case = self._case()
        self._invoice(500, "2026-06-20", due="2026-07-20")
        self.assertEqual(self.assertCase(1500, 1000), case)
        self.assertEqual(case.amount_not_due, 500)

    def test_the_record_in_hand_follows_a_payment(self):
        invoice = self._invoice(1000, "2026-05-01")
        case = self._case()
        self.assertEqual(case.amount_overdue, 1000)
        payment = self._pay(invoice, 400, "2026-06-01")
        self.assertEqual(case.amount_overdue, 600)
        payment.action_draft()
        self.assertEqual(case.amount_overdue, 1000)

    def test_full_payment_cures(self):
        invoice = self._invoice(1000, "2026-05-01")
        self.assertCase(1000)
        self._pay(invoice, 1000, "2026-06-01")
        case = self.assertCase(0, 0, 0)
        self.assertEqual(
            (case.item_count, case.days_overdue, case.bucket_id.id), (0, 0, False)
        )

    def test_an_unapplied_payment_is_a_credit(self):
        self._invoice(1000, "2026-05-01")
        self._pay(self.env["account.move"], 300, "2026-06-01")
        self.assertCase(700, 1000, -300)

    def test_undoing_a_match_opens_the_debt_again(self):
        invoice = self._invoice(1000, "2026-05-01")
        self.assertCase(1000)
        self._pay(invoice, 1000, "2026-06-01")
        self.assertCase(0)
        self._receivable_lines(invoice).remove_move_reconcile()
        self.assertCase(0, 1000, -1000)

    def test_a_cancelled_payment(self):
        invoice = self._invoice(1000, "2026-05-01")
        payment = self._pay(invoice, 1000, "2026-06-01")
        payment.action_draft()
        payment.action_cancel()
        self.assertCase(1000, 1000, 0)

    def test_an_invoice_back_to_draft(self):
        invoice = self._invoice(1000, "2026-05-01")
        self.assertCase(1000)
        invoice.button_draft()
        self.assertCase(0)

    def test_a_changed_due_date(self):
        invoice = self._invoice(1000, "2026-05-01", due="2026-05-31")
        self.assertCase(1000, 1000)
        self._receivable_lines(invoice).date_maturity = "2026-07-31"
        case = self.assertCase(1000, 0)
        self.assertEqual((case.amount_not_due, case.days_overdue), (1000, 0))

    def test_a_blocked_invoice_is_no_longer_collectable(self):
        invoice = self._invoice(1000, "2026-05-01")
        self._invoice(50, "2026-06-01")
        self.assertEqual(self._case().days_overdue, 60)
        invoice.action_toggle_block_payment()
        case = self.assertCase(1050, 1050)
        self.assertEqual((case.amount_collectable, case.days_overdue), (50, 29))
        invoice.action_toggle_block_payment()
        self.assertEqual(self._case().amount_collectable, 1050)

    def test_an_item_excluded_from_follow_up(self):
        invoice = self._invoice(1000, "2026-05-01")
        invoice.no_followup = True
        case = self.assertCase(1000, 1000)
        self.assertEqual((case.amount_collectable, case.days_overdue), (0, 0))
        self.assertFalse(case.bucket_id)

    def test_a_changed_parent_company(self):
        branch = self._create_debtor("Abarrotes El Faro Norte", is_company=False)
        self._invoice(1000, "2026-05-01", partner=branch)
        self.assertCase(1000, partner=branch)
        branch.parent_id = self.debtor
        self.assertCase(1000, 1000)
        self.assertCase(0, 0, partner=branch)
        self.assertLedgerEven()

    def test_an_archived_debtor_still_owes(self):
        self._invoice(1000, "2026-05-01")
        self.debtor.active = False
        case = self.assertCase(1000)
        self.assertFalse(case.partner_active)
        self.assertEqual(self._find_items().amount_residual, 1000.0)

    def test_a_debtor_without_entries_can_be_deleted(self):
        invoice = self._invoice(1000, "2026-05-01")
        case = self.assertCase(1000)
        with self.assertRaises(UserError):
            self.debtor.unlink()
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.debtor.unlink()
        self.assertFalse(case.exists())

    def test_merged_debtors_become_one_case_with_both_histories(self):
        double = self._create_debtor("Abarrotes el faro SA")
        self._invoice(1000, "2026-05-01")
        self._invoice(300, "2026-06-01", partner=double)
        kept, gone = self._case(), self._case(double)
        gone.stage_id = self.stage_administrativa
        gone.message_post(body="Llamar después de las cinco")
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.debtor | double).ids, self.debtor, extra_checks=False
        )
        self.assertFalse(double.exists())
        self.assertFalse(gone.exists())
        self.assertEqual(self.assertCase(1300, 1300), kept)
        self.assertIn("Llamar", "".join(kept.message_ids.mapped("body")))
        self.assertEqual(
            sorted(kept.stage_move_ids.mapped("reason")), ["manual", "merge"]
        )
        self.assertLedgerEven()

    def test_a_merged_debtor_without_rival_keeps_its_case(self):
        double = self._create_debtor("Abarrotes el faro SA")
        self._invoice(300, "2026-06-01", partner=double)
        case = self._case(double)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.debtor | double).ids, self.debtor, extra_checks=False
        )
        self.assertEqual(self.assertCase(300), case)

    def test_a_day_that_passes_makes_debts_overdue(self):
        self._invoice(1000, "2026-06-01", due="2026-06-30")
        self.assertCase(1000, 0)
        with self._on("2026-07-01"):
            self.env["cartera.run"].run(self.company)
            self.assertEqual(self.assertCase(1000, 1000).days_overdue, 1)

    def test_changes_reach_other_transactions_through_the_queue(self):
        """What a transaction touched is queued when it ends, once per debtor, and
        taken out by the next reader."""
        self._invoice(1000, "2026-05-01")
        self._invoice(500, "2026-05-01")
        self.env.cr.precommit.run()
        self.env.cr.execute("SELECT company_id, partner_id FROM cartera_case_queue")
        self.assertEqual(self.env.cr.fetchall(), [(self.company.id, self.debtor.id)])
        self.assertCase(1500)
        self.env.cr.execute("SELECT COUNT(*) FROM cartera_case_queue")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_posting_and_paying_read_no_case(self):
        """What they touched is brought in later, by whoever reads a case; nobody who
        posts waits for it. With tracking of changes, as outside the tests."""
        tracking = {"tracking_disable": False, "mail_notrack": False}
        self.env = self.env(context={**self.env.context, **tracking})
        invoice = self._invoice(1000, "2026-05-01", post=False).with_env(self.env)
        self.env.cr.precommit.clear()  # as after the transaction that created it
        queue = type(self.env["cartera.case.queue"])
        items = type(self.env["cartera.open.item"])
        with (
            patch.object(queue, "_apply_pending") as case_read,
            patch.object(items, "_search", side_effect=AssertionError),
        ):
            invoice.action_post()
            self._pay(invoice, 400, "2026-06-01")
            self.env.flush_all()
        self.assertFalse(case_read.called)
        self.assertCase(600)

    def test_what_a_hook_of_the_transactions_end_posts_is_queued_too(self):
        other = self._create_debtor("Ferretería La Tuerca")
        self._invoice(10, "2026-05-01")
        late = self._invoice(20, "2026-05-01", partner=other, post=False)
        self.env.cr.precommit.add(late.action_post)
        self.env.cr.flush()
        self.env.cr.execute("SELECT partner_id FROM cartera_case_queue")
        queued = {partner_id for (partner_id,) in self.env.cr.fetchall()}
        self.assertEqual(queued, {self.debtor.id, other.id})

    def test_a_debtor_that_fails_keeps_nobody_from_reading(self):
        other = self._create_debtor("Ferretería La Tuerca")
        self.env.cr.execute(
            "ALTER TABLE cartera_case ADD CONSTRAINT cartera_case_poison "
            f"CHECK (partner_id <> {other.id})"
        )
        self._invoice(20, "2026-05-01", partner=other)
        self._invoice(10, "2026-05-01")
        with self.assertLogs(QUEUE_LOGGER, "WARNING") as log:
            self.assertCase(10)
        self.assertIn(str(other.id), log.output[0])
        self.assertFalse(self._case(other))

    def test_a_reader_does_not_wait_for_who_writes_the_case(self):
        self._invoice(10, "2026-05-01")
        case = self.assertCase(10)
        self._invoice(5, "2026-05-01")
        refresh = type(self.env["cartera.case.refresh"])
        conflict = psycopg2.errors.LockNotAvailable
        with patch.object(refresh, "_refresh", side_effect=conflict):
            self.assertEqual(case.amount_total, 10)
        self.env.invalidate_all()
        self.assertEqual(case.amount_total, 15)

    def test_items_show_their_case_at_once(self):
        collector = self._create_user("gestora", "own")
        self.company.cartera_default_user_id = collector
        self._invoice(10, "2026-05-01")
        items = self._items().with_user(collector)
        found = items.search([("debtor_id", "=", self.debtor.id)])
        self.assertEqual(found.collector_id, collector)

    def test_contacts_without_debt_are_not_queued(self):
        company = self._create_debtor("Sin Deuda")
        contact = self._create_debtor("Contacto", is_company=False)
        contact.parent_id = company
        self._invoice(10, "2026-05-01")
        self.assertCase(10)
        self.assertFalse(self._case(company) | self._case(contact))

    def test_the_days_past_due_can_be_searched(self):
        other = self._create_debtor("Ferretería La Tuerca")
        self._invoice(10, "2026-05-01")
        self._invoice(10, "2026-03-31", partner=other)
        self._invoice(10, "2026-07-31", partner=self._create_debtor("Al Corriente"))

        def names(*condition):
            cases = self.env["cartera.case"].search(
                [("days_overdue", *condition), ("company_id", "=", self.company.id)]
            )
            return sorted(cases.mapped("partner_id.name"))

        both = ["Abarrotes El Faro", "Ferretería La Tuerca"]
        self.assertEqual(names(">", 60), ["Ferretería La Tuerca"])
        self.assertEqual(names(">=", 60), both)
        self.assertEqual(names("=", 91), ["Ferretería La Tuerca"])
        self.assertEqual(names("<", 60), ["Al Corriente"])
        self.assertEqual(names("<=", 60), ["Abarrotes El Faro", "Al Corriente"])
        self.assertEqual(names(">", 0), both)
        self.assertEqual(names("=", 0), ["Al Corriente"])
        self.assertEqual(names("!=", 0), both)

    def test_cases_are_not_made_by_hand(self):
        with self.assertRaisesRegex(UserError, "opened by themselves"):
            self.env["cartera.case"].with_user(
                self._create_user("jefa", "supervisor")
            ).create({"partner_id": self.debtor.id, "company_id": self.company.id})

    def test_amounts_are_not_written_by_hand(self):
        self._invoice(10, "2026-05-01")
        with self.assertRaises(AccessError):
            self._case().amount_total = 5

    def test_the_form_shows_the_strip_and_the_items(self):
        self._invoice(1000, "2026-05-01", due="2026-05-31")
        self._invoice(200, "2026-06-01", due="2026-07-31")
        case = self._case()
        with Form(case) as form:
            self.assertEqual(len(form.open_item_ids), 2)
        strip = [(cell["name"], cell["amount"]) for cell in case.aging_strip]
        self.assertEqual(strip[:2], [("Not due", 200.0), ("1-30", 1000.0)])
        self.assertEqual(len(strip), 8)
        self.assertFalse(any(amount for _name, amount in strip[2:]))

    def test_new_cases_get_the_default_collector(self):
        collector = self._create_user("gestora", "collector")
        self.company.cartera_default_user_id = collector
        self._invoice(10, "2026-05-01")
        self.assertEqual(self._case().user_id, collector)
