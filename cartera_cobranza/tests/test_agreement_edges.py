from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_agreement_default import DefaultCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementEdges(DefaultCommon):
    """What happens to the items, accounts, debtors and companies under an agreement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._make_agreement(
            cls.invoice, ("2026-07-10", 400), ("2026-08-10", 400)
        )

    # -- the invoice --------------------------------------------------------------

    def test_its_invoice_is_not_taken_away_from_under_it(self):
        for button in ("button_draft", "button_cancel"):
            with self.assertRaises(UserError) as caught:
                getattr(self.invoice, button)()
            self.assertIn(self.agreement.name, str(caught.exception))
            self.assertIn(self.invoice.name, str(caught.exception))
        self.assertEqual(self.invoice.state, "posted")

    def test_other_invoices_are_free(self):
        other = self._invoice(50, "2026-06-01")
        other.button_draft()
        self.assertEqual(other.state, "draft")

    def test_free_again_when_the_agreement_has_ended(self):
        self.agreement._close("cancelled", fields.Date.today())
        self.invoice.button_draft()
        self.assertEqual(self.invoice.state, "draft")

    def test_an_invoice_of_an_ended_agreement_may_be_changed(self):
        self.agreement._close("cancelled", fields.Date.today())
        self.invoice.button_draft()
        self.invoice.invoice_payment_term_id = self._terms(
            "2026-04-01", [("2026-05-01", 50), ("2026-06-01", 50)]
        )
        self.invoice.action_post()
        self.assertEqual(len(self._receivable_lines(self.invoice)), 2)
        self.assertEqual(self.agreement.amount_debt, 1000, "as it was agreed")

    def test_only_programs_note_what_an_entry_is_for(self):
        """Neither on a document nor by way of it, nor by a default of one's own."""
        other = self._invoice(50, "2026-06-01")
        marks = {
            "cartera_agreement_id": self.agreement.id,
            "cartera_charge_number": 1,
            "cartera_installment_id": self.agreement.installment_ids[0].id,
            "cartera_settles": True,
        }
        item = {"cartera_agreement_item_id": self.agreement.item_ids.id}
        for name, value in marks.items():
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    other.write({name: value})
                with self.assertRaises(AccessError):
                    other.create({"move_type": "out_refund", name: value})
                asked = {f"default_{name}": value}
                made = other.with_context(**asked).create({"move_type": "out_refund"})
                self.assertFalse(made[name])
        draft = self._invoice(50, "2026-06-01", post=False)
        with self.assertRaises(AccessError):
            other.line_ids.write(item)
        with self.assertRaises(AccessError):
            draft.write({"line_ids": [Command.update(draft.line_ids[0].id, item)]})
        with self.assertRaises(AccessError):
            other.create(
                {"move_type": "out_refund", "invoice_line_ids": [Command.create(item)]}
            )

    def test_what_an_entry_is_for_costs_no_query(self):
        other = self._invoice(50, "2026-06-01", post=False)
        vals = {"ref": "Ours", "line_ids": []}
        with self.assertQueryCount(0):
            other._check_marks([vals])
            other.line_ids._check_marks([vals])

    def test_looking_for_agreements_costs_one_query(self):
        moves = self.env["account.move"]
        for number in range(3):
            moves |= self._invoice(10, f"2026-06-0{number + 1}")
        moves._check_not_agreed()
        with self.assertQueryCount(1):
            moves._check_not_agreed()

    def test_what_a_program_cancels_is_settled_otherwise(self):
        """The tax office may have done so, and a program hears of it."""
        other = self._invoice(500, "2026-04-02", due="2026-05-02")
        agreement = self._make_agreement(
            self._invoice(300, "2026-04-03", due="2026-05-01") | other,
            ("2026-07-10", 200),
            ("2026-08-10", 600),
        )
        other.sudo().button_draft()
        self._judge()
        self.assertParts(agreement, ("pending", 0, 200), ("pending", 0, 100))
        self.assertEqual((agreement.amount_credited, agreement.amount_paid), (500, 0))
        self.assertLedgerEven()
        other.action_post()
        self._judge()
        self.assertParts(agreement, ("pending", 0, 200), ("pending", 0, 600))

    def test_a_credit_note_for_all_of_it_ends_it(self):
        self._credit(1000)
        self._judge()
        self.assertParts(self.agreement, ("void", 0, 0), ("void", 0, 0))
        self.assertEqual(
            (self.agreement.standing, self.agreement.amount_paid), ("complete", 0)
        )

    def test_a_credit_note_takes_the_waiver_first(self):
        self._credit(200)
        self._judge()
        self.assertParts(self.agreement, ("pending", 0, 400), ("pending", 0, 400))
        self._credit(50)
        self._judge()
        self.assertParts(self.agreement, ("pending", 0, 400), ("pending", 0, 350))

    def test_a_due_date_that_changes_changes_no_instalment(self):
        self._judge()
        self.line.date_maturity = "2026-12-31"
        self._judge("2026-07-14")
        self.assertParts(self.agreement, ("overdue", 0, 400), ("pending", 0, 400))
        self.agreement.notice_days = 0
        self.agreement.default_missed = 1
        self._phase("2026-07-14")
        self.assertEqual(self.agreement.state, "broken")
        with self._on("2026-07-14"):
            [item] = self._find_items()
            self.assertEqual(item.date_due, date(2026, 12, 31))

    def test_a_moved_debt_is_not_taken_away_either(self):
        entry = self._entry(
            "2026-06-30",
            [(self.receivable, self.debtor, -800), (self.receivable, self.debtor, 800)],
        )
        agreement = self.agreement
        entry.sudo().cartera_agreement_id = agreement
        agreement.installment_ids[0].line_ids = entry.line_ids.filtered("debit")
        with self.assertRaises(UserError) as caught:
            entry.button_draft()
        self.assertIn(agreement.name, str(caught.exception))

    # -- money --------------------------------------------------------------------

    def test_money_beyond_the_instalments_pays_of_the_waiver(self):
        self._pay(self.invoice, 900, "2026-06-30")
        self._judge()
        self.assertParts(self.agreement, ("paid", 400, 0), ("paid", 400, 0))
        self.assertEqual(self.agreement.amount_paid, 900)
        self.assertEqual(self.agreement.standing, "complete")

    def test_money_beyond_the_debt_stays_with_the_debtor(self):
        self._pay(self.invoice, 1300, "2026-06-30")
        self._judge()
        self.assertEqual(self.agreement.amount_paid, 1000)
        credits = self._find_items().filtered(lambda item: item.direction == "credit")
        self.assertEqual(sum(credits.mapped("amount_residual")), -300)
        self.assertLedgerEven()

    # -- several agreements -------------------------------------------------------

    def test_an_item_is_in_one_agreement_in_force(self):
        with self.assertRaises(UserError) as caught:
            self._make_agreement(self.invoice, ("2026-07-10", 1000))
        self.assertIn(self.agreement.name, str(caught.exception))

    def test_the_database_sees_to_it_as_well(self):
        other = self._invoice(10, "2026-06-01")
        second = self._make_agreement(other, ("2026-07-10", 10))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            second.item_ids.line_id = self.line
            self.env.flush_all()

    def test_one_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        foreign = self._invoice(100, "2026-04-01", currency=euro)
        with self.assertRaises(UserError):
            self._make_agreement(
                foreign,
                ("2026-07-10", 100),
                currency_id=self.company.currency_id.id,
            )

    # -- the debtor ---------------------------------------------------------------

    def test_a_merged_debtor_takes_the_agreement_along(self):
        kept = self._create_debtor("El Faro, S.A.")
        self._invoice(70, "2026-06-01", partner=kept)
        case = self._case(kept)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.debtor | kept).ids, kept)
        self.env.flush_all()
        self.env.invalidate_all()
        agreement = self.agreement
        self.assertEqual((agreement.case_id, agreement.partner_id), (case, kept))
        self.assertEqual(agreement.item_ids.case_id, case)
        self.assertEqual(agreement.installment_ids.case_id, case)
        self._pay(self.invoice, 400, "2026-06-30", partner=kept)
        self.env["cartera.case"].search([])
        self.assertEqual(agreement.amount_paid, 400)

    def test_an_item_that_moves_to_another_debtor_stays_in_its_agreement(self):
        buyer = self._create_debtor("Comprador")
        case = self._case()
        self.line.sudo().with_context(check_move_validity=False).partner_id = buyer
        self.env.flush_all()
        payment = self._pay(self.env["account.move"], 400, "2026-06-30", partner=buyer)
        (self._receivable_lines(payment.move_id) | self.line).reconcile()
        self.env["cartera.case"].search([])
        self.assertEqual(self.agreement.amount_paid, 400)
        self.assertEqual(case.amount_total, 600, "of the case where it was agreed")

    def test_subsidiaries_of_a_group_collected_as_one(self):
        subsidiary = self._create_debtor("El Faro Norte")
        group = self.env["cartera.debtor.group"].create(
            {"name": "El Faro", "head_id": self.debtor.id, "is_one_case": True}
        )
        (self.debtor | subsidiary).cartera_group_id = group
        invoice = self._invoice(500, "2026-04-02", partner=subsidiary)
        agreement = self._make_agreement(invoice, ("2026-07-10", 500))
        self.assertEqual(agreement.partner_id, self.debtor)
        self._pay(invoice, 200, "2026-06-30", partner=subsidiary)
        self.env["cartera.case"].search([])
        self.assertEqual(agreement.amount_paid, 200)
        # The group is dissolved: the agreement goes on where it was made.
        group.active = False
        self.env.flush_all()
        self._pay(invoice, 100, "2026-06-30", partner=subsidiary)
        self.env["cartera.case"].search([])
        self.assertEqual(agreement.amount_paid, 300)
        self.assertEqual(self._case().amount_total, 1000 + 200)

    def test_a_member_that_leaves_its_group_owes_by_itself_after_the_agreement(self):
        subsidiary = self._create_debtor("El Faro Norte")
        group = self.env["cartera.debtor.group"].create(
            {"name": "El Faro", "head_id": self.debtor.id, "is_one_case": True}
        )
        (self.debtor | subsidiary).cartera_group_id = group
        invoice = self._invoice(500, "2026-04-02", partner=subsidiary)
        agreement = self._make_agreement(invoice, ("2026-07-10", 500))
        subsidiary.cartera_group_id = False
        self.env.flush_all()
        self._pay(invoice, 200, "2026-06-30", partner=subsidiary)
        self.env["cartera.case"].search([])
        self.assertEqual(agreement.amount_paid, 200)
        self.assertEqual(self._case().amount_total, 1000 + 300)
        agreement._close("broken", fields.Date.today())
        self.env["cartera.run"].run(self.company)
        self.assertEqual(self._case().amount_total, 1000)
        self.assertEqual(self._case(subsidiary).amount_total, 300)

    # -- the books ----------------------------------------------------------------

    def test_an_archived_account_is_judged_like_any_other(self):
        self.receivable.active = False
        self._judge("2026-07-14")
        self.assertEqual(self.agreement.standing, "late")
        self.assertEqual(self.agreement.amount_open, 800)

    def test_a_breach_posts_nothing_and_so_no_lock_is_in_its_way(self):
        self.company.sudo().fiscalyear_lock_date = "2026-12-31"
        self.agreement.write({"notice_days": 0, "default_missed": 1})
        before = self.env["account.move"].search_count([])
        _count, errors = self._phase("2026-07-14")
        self.assertEqual(errors, [])
        self.assertEqual(self.agreement.state, "broken")
        self.assertEqual(self.env["account.move"].search_count([]), before)

    # -- the company --------------------------------------------------------------

    def test_an_archived_company_is_left_alone(self):
        other = self.setup_other_company(name="Otra S.A.")["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        other.partner_id.tz = "UTC"
        invoice = self._invoice(300, "2026-05-01", company=other)
        agreement = self._make_agreement(
            invoice, ("2026-07-10", 300), default_missed=1, notice_days=0
        )
        other.sudo().active = False
        with self._on("2026-07-14"):
            self.env["cartera.run"].sudo().run()
        self.assertEqual(agreement.state, "active")
        other.sudo().active = True
        with self._on("2026-07-14"):
            self.env["cartera.run"].sudo().run(other)
        self.assertEqual(agreement.state, "broken")

    def test_agreements_of_another_company_are_its_own(self):
        other = self.setup_other_company(name="Otra S.A.")["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        invoice = self._invoice(300, "2026-05-01", company=other)
        agreement = self._make_agreement(invoice, ("2026-07-10", 300))
        self._judge("2026-07-14")
        self.assertEqual(self.agreement.standing, "late")
        self.assertNotEqual(agreement.standing, "late")

    def test_a_company_with_agreements_is_not_deleted(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.company.sudo().unlink()

    # -- competing ----------------------------------------------------------------

    def test_one_that_somebody_is_at_waits_for_another_night(self):
        self.agreement.write({"notice_days": 0, "default_missed": 1})
        agreements = type(self.env["cartera.agreement"])
        busy = patch.object(
            agreements,
            "try_lock_for_update",
            lambda self, **kwargs: self.browse(),
        )
        with busy:
            self._phase("2026-07-14")
        self.assertEqual(self.agreement.state, "active")
        self._phase("2026-07-15")
        self.assertEqual(self.agreement.state, "broken")
