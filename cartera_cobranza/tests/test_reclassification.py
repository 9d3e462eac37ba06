from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .agreement_common import AgreementCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestReclassification(AgreementCommon):
    """What an agreement that moves the debt does to the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cartera_agreement_journal_id = cls.misc_journal
        cls.moved_account = cls.receivable.copy({"name": "Under agreement"})

    @classmethod
    def _move_debt(cls, moves, *payments, **values):
        product = cls._agreement_product(ledger_mode="reclassification")
        return cls._make_agreement(moves, *payments, product=product, **values)

    def _read_entry(self, entry):
        """``(account, balance, amount in currency, due date, no follow-up)`` rows."""
        return [
            (
                line.account_id,
                round(line.balance, 2),
                round(line.amount_currency, 2),
                str(line.date_maturity),
                line.no_followup,
            )
            for line in entry.line_ids.sorted("id")
        ]

    def _leave(self, agreement, day="2026-06-30", state="broken"):
        """As closing an agreement does, whatever else that does."""
        agreement.write({"state": state, "date_ended": day})
        agreement.item_ids.is_active = False
        agreement._leave_ledger(fields.Date.to_date(day))

    def _open(self, moves):
        lines = self._receivable_lines(moves).sorted("date_maturity")
        return [
            (round(line.amount_residual, 2), round(line.amount_residual_currency, 2))
            for line in lines
        ]

    # -- coming into force --------------------------------------------------------

    def test_a_payment_is_not_blamed_when_nothing_is_left_to_pay(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 1000))
        self._pay(invoice.browse(), 1000, "2026-06-30", partner=self.debtor)
        agreement.action_match_payments()
        self._pay(invoice.browse(), 200, "2026-06-30", partner=self.debtor)
        with self.assertRaisesRegex(UserError, "nothing left to pay"):
            agreement.action_match_payments()

    def test_the_new_items_know_when_the_debt_was_due(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 1000))
        ages = {}
        for age_by in ("agreed", "original", "cured"):
            items = self._items(cartera_age_by=age_by)
            items.invalidate_model(flush=False)
            item = items.search([("agreement_id", "=", agreement.id)])
            ages[age_by] = item.age_days
            self.assertEqual(str(item.date_due_original), "2026-03-31")
            self.assertEqual(item.days_overdue, -31)
        self.assertEqual(ages, {"agreed": -31, "original": 91, "cured": 91})
        # Moved once more, it is as old as it ever was.
        again = self.env["cartera.agreement.item"].new(
            {"line_id": item.move_line_id.id}
        )
        self.assertEqual(str(again.date_original), "2026-03-31")

    def test_moved_debt_is_cured_from_the_day_of_its_payment(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(
            invoice, ("2026-07-31", 400), ("2026-08-31", 600), cure_count=1
        )
        with self._on("2026-07-20"):
            self._pay(invoice.browse(), 400, "2026-07-20", partner=self.debtor)
            agreement.action_match_payments()
        ages = {}
        with self._on("2026-07-25"):
            for as_of in ("2026-07-19", "2026-07-20", None):
                items = self._items(as_of, cartera_age_by="cured")
                items.invalidate_model(flush=False)
                last = agreement.installment_ids[1].line_ids
                ages[as_of] = items.search([("move_line_id", "=", last.id)]).age_days
        self.assertTrue(agreement.is_cured)
        self.assertEqual(ages, {"2026-07-19": 110, "2026-07-20": -42, None: -37})

    def test_debt_is_moved_to_instalments(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 400), ("2026-08-31", 600))
        entry = agreement.move_ids
        account = self.receivable
        self.assertEqual(
            self._read_entry(entry),
            [
                (account, -1000, -1000, "2026-03-31", True),
                (account, 400, 400, "2026-07-31", False),
                (account, 600, 600, "2026-08-31", False),
            ],
        )
        self.assertEqual(entry.state, "posted")
        self.assertEqual(entry.journal_id, self.misc_journal)
        self.assertEqual(str(entry.date), "2026-06-30")
        self.assertIn(agreement.name, entry.ref)
        self.assertEqual(self._open(invoice), [(0, 0)])
        first, second = agreement.installment_ids
        self.assertEqual(first.line_ids.balance, 400)
        self.assertEqual(second.line_ids.balance, 600)
        self.assertIn(invoice.name, second.line_ids.name)
        self.assertLedgerEven()

    def test_the_entry_leads_to_its_agreement(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 1000))
        accountant = self._create_user("rec_accountant", "auditor")
        accountant.group_ids = self.env.ref("account.group_account_invoice")
        entry = agreement.move_ids.with_user(accountant)
        action = entry.action_open_cartera_agreement()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("cartera.agreement", agreement.id),
        )
        arch = entry.get_view(self.env.ref("account.view_move_form").id, "form")["arch"]
        self.assertIn("action_open_cartera_agreement", arch)

    def test_account_of_the_company_takes_the_instalments(self):
        self.company.cartera_agreement_account_id = self.moved_account
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 700))
        self.assertEqual(
            self._read_entry(agreement.move_ids),
            [
                (self.receivable, -1000, -1000, "2026-03-31", True),
                (self.moved_account, 700, 700, "2026-07-31", False),
                # What is waived stays where a credit note can be matched with it.
                (self.receivable, 300, 300, "2026-07-31", True),
            ],
        )
        self.assertLedgerEven()

    def test_new_items_are_collected_by_their_day_and_the_waiver_is_not(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        self._move_debt(invoice, ("2026-07-31", 700))
        items = self._find_items()
        self.assertEqual(len(items), 2)
        instalment = items.filtered(lambda item: item.amount_residual == 700)
        waived = items - instalment
        self.assertEqual(str(instalment.date_due), "2026-07-31")
        self.assertEqual(instalment.status, "collectable")
        self.assertNotEqual(waived.status, "collectable")
        with self._on("2026-08-15"):
            self.assertLedgerEven()

    def _prepare_items(self, *rows):
        """Items of ``(invoice, what is waived of it)``."""
        return [
            Command.create(
                {
                    "line_id": self._receivable_lines(move).id,
                    "sequence": rank,
                    "amount": move.amount_total,
                    "amount_quita": quita,
                }
            )
            for rank, (move, quita) in enumerate(rows)
        ]

    def test_the_waiver_is_spread_as_the_agreement_has_it(self):
        first = self._invoice(100, "2026-02-01", due="2026-02-28")
        second = self._invoice(900, "2026-03-01", due="2026-03-31")
        agreement = self._make_agreement(
            first | second,
            ("2026-07-31", 875),
            item_ids=self._prepare_items((first, 80), (second, 45)),
        )
        items = agreement.item_ids
        amounts = {item: round(item.amount * 100) for item in items}
        for total, expected in (
            (12500, [8000, 4500]),
            # What the items do not say, or say too much of, is of the last ones.
            (20000, [8000, 12000]),
            (99000, [9000, 90000]),
            (9000, [8000, 1000]),
            (3000, [3000, 0]),
        ):
            waived = agreement._spread_waiver(amounts, total)
            self.assertEqual([waived[item] for item in items], expected)

    def test_interest_that_is_waived_is_credited_on_its_own_note(self):
        note = self._invoice(100, "2026-02-01", due="2026-02-28")
        invoice = self._invoice(900, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(
            note | invoice,
            ("2026-07-31", 920),
            kind="finiquito",
            item_ids=self._prepare_items((note, 80), (invoice, 0)),
        )
        self.assertEqual(
            [
                (round(line.balance, 2), line.no_followup)
                for line in agreement._get_moved_lines().sorted("id")
            ],
            [(20, False), (80, True), (900, False)],
        )
        self._pay(note.browse(), 920, "2026-06-30", partner=self.debtor)
        agreement.action_match_payments()
        self.assertTrue(agreement._settle(fields.Date.today()))
        booked = agreement.move_ids.filtered("cartera_settles")
        self.assertEqual((booked.reversed_entry_id, booked.amount_total), (note, 80))
        self.assertEqual(self._open(note | invoice | booked), [(0, 0)] * 3)
        self.assertLedgerEven()

    def test_foreign_currency_keeps_the_book_value_of_each_item(self):
        dollar = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.05), ("2026-04-01", 0.04)]
        )
        old = self._invoice(100, "2026-03-01", due="2026-03-31", currency=dollar)
        new = self._invoice(100, "2026-04-10", due="2026-04-30", currency=dollar)
        self.assertEqual(self._open(old | new), [(2000, 100), (2500, 100)])
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-06-01", "rate": 0.02}
        )
        agreement = self._move_debt(
            old | new, ("2026-07-31", 70), ("2026-08-31", 70), ("2026-09-30", 60)
        )
        account = self.receivable
        self.assertEqual(
            self._read_entry(agreement.move_ids),
            [
                (account, -2000, -100, "2026-03-31", True),
                (account, 1400, 70, "2026-07-31", False),
                (account, 600, 30, "2026-08-31", False),
                (account, -2500, -100, "2026-04-30", True),
                (account, 1000, 40, "2026-08-31", False),
                (account, 1500, 60, "2026-09-30", False),
            ],
        )
        self.assertEqual(self._open(old | new), [(0, 0), (0, 0)])
        self.assertFalse(self._find_exchange_entries())
        self.assertLedgerEven()

    def _find_exchange_entries(self):
        journal = self.company.currency_exchange_journal_id
        return self.env["account.move"].search([("journal_id", "=", journal.id)])

    def test_rounding_of_a_weak_currency_makes_no_difference_in_exchange(self):
        yen = self.setup_other_currency("EUR", rates=[("2026-01-01", 17.3)])
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31", currency=yen)
        for amount in (9.4, 9.4, 9.4):
            self._pay(invoice, amount, "2026-04-01", currency=yen)
        # Some cents off what the rate of the invoice would give.
        line = self._receivable_lines(invoice)
        before = self._find_exchange_entries()
        residual = line.amount_residual
        agreement = self._move_debt(invoice, ("2026-07-31", 471.8), ("2026-08-31", 500))
        self.assertEqual(self._open(invoice), [(0, 0)])
        self.assertEqual(self._find_exchange_entries(), before)
        self.assertAlmostEqual(
            sum(agreement.installment_ids.line_ids.mapped("balance")), residual, 2
        )
        self.assertTrue(line.full_reconcile_id)

    def test_the_match_that_moved_the_debt_is_not_undone_by_hand(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 1000), name="REE/1")
        match = self._receivable_lines(invoice).matched_credit_ids
        with self.assertRaisesRegex(UserError, "REE/1"):
            invoice.js_remove_outstanding_partial(match.id)
        with self.assertRaisesRegex(UserError, "REE/1"):
            self._receivable_lines(invoice).remove_move_reconcile()
        # Money on the instalment is matched and taken off as ever.
        self._pay(agreement.move_ids, 400, "2026-06-30")
        new = agreement.installment_ids.line_ids
        self.assertEqual(new.amount_residual, 600)
        new.matched_credit_ids.unlink()
        self.assertEqual(new.amount_residual, 1000)
        # Ended, it gives the debt back by itself, and the rest is the accountant's.
        self._pay(agreement.move_ids, 400, "2026-06-30")
        agreement._close("cancelled", fields.Date.today())
        self.assertEqual(self._open(invoice), [(600, 600)])
        self._receivable_lines(invoice).remove_move_reconcile()
        self.assertEqual(self._open(invoice), [(1000, 1000)])

    def test_neither_is_it_while_the_one_that_took_its_place_is_in_force(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        first = self._move_debt(invoice, ("2026-07-31", 1000), name="REE/1")
        self._move_debt(
            first.move_ids,
            ("2026-09-30", 1000),
            name="REE/2",
            refinanced_from_id=first.id,
        )
        self.assertEqual(first.state, "refinanced")
        match = self._receivable_lines(invoice).matched_credit_ids
        with self.assertRaisesRegex(UserError, "REE/2"):
            match.unlink()

    def test_invoice_in_instalments_and_part_of_an_item(self):
        terms = [("2026-03-31", 30), ("2026-04-30", 70)]
        invoice = self._invoice(1000, "2026-03-01", due=terms)
        self._pay(invoice, 100, "2026-04-02")
        self.assertEqual(self._open(invoice), [(200, 200), (700, 700)])
        agreement = self._move_debt(invoice, ("2026-07-31", 500), ("2026-08-31", 400))
        self.assertEqual(
            [row[1:4] for row in self._read_entry(agreement.move_ids)],
            [
                (-200, -200, "2026-03-31"),
                (200, 200, "2026-07-31"),
                (-700, -700, "2026-04-30"),
                (300, 300, "2026-07-31"),
                (400, 400, "2026-08-31"),
            ],
        )
        self.assertEqual(self._open(invoice), [(0, 0), (0, 0)])
        self.assertLedgerEven()

    def test_only_what_is_covered_is_moved(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        line = self._receivable_lines(invoice)
        agreement = self._move_debt(
            invoice,
            ("2026-07-31", 600),
            item_ids=[Command.create({"line_id": line.id, "amount": 600})],
        )
        self.assertEqual(self._open(invoice), [(400, 400)])
        self.assertEqual(agreement.installment_ids.line_ids.balance, 600)
        self._leave(agreement)
        self.assertEqual(self._open(invoice), [(1000, 1000)])
        self.assertLedgerEven()

    def test_each_partner_of_a_group_keeps_its_debt(self):
        branch = self._create_debtor("Faro Norte")
        self.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": self.debtor.id,
                "is_one_case": True,
                "member_ids": [Command.set(branch.ids)],
            }
        )
        own = self._invoice(300, "2026-03-01", due="2026-03-31")
        of_branch = self._invoice(500, "2026-03-02", due="2026-04-01", partner=branch)
        agreement = self._move_debt(
            own | of_branch, ("2026-07-31", 400), ("2026-08-31", 400)
        )
        balances = {
            partner: sum(lines.mapped("balance"))
            for partner, lines in agreement.installment_ids.line_ids.grouped(
                "partner_id"
            ).items()
        }
        self.assertEqual(balances, {self.debtor: 300, branch: 500})
        self.assertLedgerEven()

    # -- being paid ---------------------------------------------------------------

    def test_payment_at_another_rate_has_its_own_difference(self):
        dollar = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.05)])
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31", currency=dollar)
        agreement = self._move_debt(invoice, ("2026-07-31", 40), ("2026-08-31", 60))
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-07-01", "rate": 0.04}
        )
        payment = self._pay(
            invoice.browse(), 40, "2026-07-31", currency=dollar, partner=self.debtor
        )
        first, second = agreement.installment_ids
        (first.line_ids | self._receivable_lines(payment.move_id)).reconcile()
        self.assertTrue(first.line_ids.reconciled)
        self.assertEqual(second.line_ids.amount_residual, 1200)
        [entry] = self._find_exchange_entries()
        self.assertEqual(entry.line_ids[0].account_id, self.receivable)
        self.assertEqual(abs(entry.line_ids[0].balance), 200)
        self.assertLedgerEven()

    # -- going out of force -------------------------------------------------------

    def test_breach_opens_the_items_for_what_was_not_paid(self):
        old = self._invoice(300, "2026-03-01", due="2026-03-31")
        new = self._invoice(700, "2026-04-01", due="2026-04-30")
        self.company.cartera_agreement_account_id = self.moved_account
        agreement = self._move_debt(old | new, ("2026-07-31", 400), ("2026-08-31", 400))
        first = agreement.installment_ids[0]
        payment = self._pay(old.browse(), 350, "2026-06-30", partner=self.debtor)
        money = self._receivable_lines(payment.move_id)
        money.account_id = self.moved_account
        (first.line_ids[0] | money).reconcile()
        (first.line_ids[1] | money).reconcile()
        self.assertLedgerEven()
        self._leave(agreement)
        back = agreement.move_ids.sorted("id")[-1]
        account, moved = self.receivable, self.moved_account
        self.assertEqual(
            [row[:3] for row in self._read_entry(back)],
            [
                (moved, -50, -50),
                (moved, -400, -400),
                (account, -200, -200),
                (account, 650, 650),
            ],
        )
        self.assertEqual(self._open(old | new), [(0, 0), (650, 650)])
        self.assertTrue(money.reconciled)
        self.assertTrue(all(agreement.item_ids.entry_line_ids.mapped("reconciled")))
        self.assertEqual(old.payment_state, "paid")
        self.assertEqual(new.payment_state, "partial")
        self.assertLedgerEven()
        # Nothing is left to give back.
        agreement._leave_ledger(fields.Date.today())
        self.assertEqual(len(agreement.move_ids), 2)

    def test_breach_in_foreign_currency_loses_nothing(self):
        dollar = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.03)])
        old = self._invoice(100, "2026-03-01", due="2026-03-31", currency=dollar)
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-04-01", "rate": 0.07}
        )
        new = self._invoice(50, "2026-04-10", due="2026-04-30", currency=dollar)
        self.assertEqual(self._open(old | new), [(3333.33, 100), (714.29, 50)])
        agreement = self._move_debt(
            old | new, ("2026-07-31", 70), ("2026-08-31", 70), ("2026-09-30", 5)
        )
        second = agreement.installment_ids[1]
        payment = self._pay(
            old.browse(), 25, "2026-06-30", currency=dollar, partner=self.debtor
        )
        (second.line_ids[0] | self._receivable_lines(payment.move_id)).reconcile()
        exchange = self._find_exchange_entries()
        self.assertLedgerEven()
        self._leave(agreement)
        # 25 of the first item were paid, at its book value.
        self.assertEqual(self._open(old | new), [(2500, 75), (714.29, 50)])
        self.assertEqual(self._find_exchange_entries(), exchange)
        self.assertTrue(all(agreement.item_ids.entry_line_ids.mapped("reconciled")))
        self.assertLedgerEven()

    def test_a_payment_taken_back_after_the_breach_opens_an_instalment(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 400), ("2026-08-31", 600))
        payment = self._pay(invoice.browse(), 400, "2026-06-30", partner=self.debtor)
        first = agreement.installment_ids[0].line_ids
        (first | self._receivable_lines(payment.move_id)).reconcile()
        self._leave(agreement)
        first.remove_move_reconcile()
        self.assertLedgerEven()
        agreement._leave_ledger(fields.Date.today())
        self.assertEqual(self._open(invoice), [(1000, 1000)])
        self.assertLedgerEven()

    def test_waiver_goes_back_for_its_booking(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 700))
        agreement._give_back_waived(fields.Date.today())
        self.assertEqual(self._open(invoice), [(300, 300)])
        item = agreement.item_ids
        self.assertEqual(agreement._get_covered_open(item), 300)
        self.assertEqual(
            agreement._get_moved_lines(), agreement.installment_ids.line_ids
        )
        self.assertLedgerEven()

    def test_coming_back_into_force_undoes_what_went_back(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 400), ("2026-08-31", 500))
        payment = self._pay(invoice.browse(), 150, "2026-06-30", partner=self.debtor)
        first = agreement.installment_ids[0].line_ids
        (first | self._receivable_lines(payment.move_id)).reconcile()
        lines = agreement.item_ids.entry_line_ids
        before = [line.amount_residual for line in lines]
        self._leave(agreement)
        self.assertEqual(self._open(invoice), [(850, 850)])
        agreement.write({"state": "active", "date_ended": False})
        agreement.item_ids.is_active = True
        agreement._enter_ledger(fields.Date.today())
        self.assertEqual([line.amount_residual for line in lines], before)
        self.assertEqual(self._open(invoice), [(0, 0)])
        self.assertEqual(len(agreement.move_ids), 3)
        self.assertLedgerEven()
        # And once more: what was paid of the invoice in the meantime pays instalments.
        self._leave(agreement)
        payment = self._pay(invoice, 100, "2026-06-30")
        agreement._enter_ledger(fields.Date.today())
        self.assertEqual(before[:2], [0, 250])
        self.assertEqual(
            [line.amount_residual for line in lines], [0, 150, *before[2:]]
        )
        self.assertTrue(payment.is_reconciled)
        self.assertLedgerEven()

    def test_settled_by_credit_note_of_the_invoice(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 700), kind="finiquito")
        payment = self._pay(invoice.browse(), 700, "2026-06-30", partner=self.debtor)
        lines = agreement.installment_ids.line_ids
        (lines | self._receivable_lines(payment.move_id)).reconcile()
        self.assertTrue(agreement._settle(fields.Date.today()))
        note = agreement.move_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.amount_total, 300)
        self.assertEqual(self._open(invoice | note), [(0, 0), (0, 0)])
        self.assertTrue(all(agreement.item_ids.entry_line_ids.mapped("reconciled")))
        self.assertLedgerEven()
        agreement._undo_settlement("Payment bounced")
        waived = agreement._get_moved_lines()
        self.assertEqual(waived.amount_residual, 300)
        self.assertTrue(waived.no_followup)
        self.assertEqual(self._open(invoice), [(0, 0)])
        self.assertLedgerEven()

    def test_what_is_waived_is_not_collected_while_its_credit_notes_are_reviewed(self):
        self.company.cartera_credit_note_draft = True
        first = self._invoice(600, "2026-03-01", due="2026-03-31")
        second = self._invoice(400, "2026-04-01", due="2026-04-30")
        invoices = first | second
        agreement = self._move_debt(invoices, ("2026-07-31", 500), kind="finiquito")
        payment = self._pay(first.browse(), 500, "2026-06-30", partner=self.debtor)
        lines = agreement.installment_ids.line_ids
        (lines | self._receivable_lines(payment.move_id)).reconcile()
        for _night in range(2):
            self.assertFalse(agreement._settle(fields.Date.today()))
        notes = agreement.move_ids.filtered("cartera_settles")
        self.assertEqual(
            {note.reversed_entry_id: note.amount_total for note in notes},
            {first: 100, second: 400},
        )
        self.assertEqual(self._open(invoices), [(0, 0), (0, 0)])
        self.assertNotIn("collectable", self._find_items().mapped("status"))
        for note in notes:
            note.action_post()
            self.assertEqual(self._open(invoices | note), [(0, 0)] * 3)
            self.assertNotIn("collectable", self._find_items().mapped("status"))
            self.assertLedgerEven()
        self.assertTrue(agreement._settle(fields.Date.today()))
        self.assertEqual(agreement.state, "kept")
        self.assertEqual(agreement.move_ids.filtered("cartera_settles"), notes)
        self.assertFalse(self._find_items())
        self.assertLedgerEven()

    def test_a_reviewed_credit_note_is_of_the_book_value(self):
        self.company.cartera_credit_note_draft = True
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.05), ("2026-06-01", 0.02)]
        )
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31", currency=euro)
        agreement = self._move_debt(invoice, ("2026-07-31", 70), kind="finiquito")
        self._pay(invoice.browse(), 70, "2026-06-30", euro, partner=self.debtor)
        agreement.action_match_payments()
        agreement._settle(fields.Date.today())
        note = agreement.move_ids.filtered("cartera_settles")
        self.assertEqual(note.amount_total_signed, -600)
        note.action_post()
        self.assertTrue(agreement._settle(fields.Date.today()))
        self.assertEqual(self._open(invoice | note), [(0, 0), (0, 0)])
        self.assertLedgerEven()

    def test_items_of_a_refinanced_agreement_wait_for_the_new_one(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        first = self._move_debt(invoice, ("2026-07-31", 400), ("2026-08-31", 600))
        lines = first.installment_ids.line_ids
        second = self._make_agreement(
            lines.move_id, ("2026-12-31", 1000), refinanced_from_id=first.id
        )
        self.assertEqual(second.item_ids.line_id, lines)
        self._leave(first, state="refinanced")
        self.assertEqual(len(first.move_ids), 1)
        self.assertFalse(any(lines.mapped("reconciled")))
        self._leave(second)
        self.assertEqual(self._open(invoice), [(1000, 1000)])
        self.assertLedgerEven()

    # -- what stands in the way ---------------------------------------------------

    def _assert_refused(self, pattern, *moves):
        invoice = moves[0] if moves else self._invoice(100, "2026-03-01")
        count = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, pattern), self.cr.savepoint():
            self._move_debt(invoice, ("2026-07-31", 100))
        self.assertEqual(self.env["account.move"].search_count([]), count)

    def test_invoice_with_cash_basis_tax_to_come_is_refused(self):
        self.company.tax_exigibility = True
        transition = self.company_data["default_account_tax_sale"].copy(
            {"reconcile": True}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "IVA 16 % on payment",
                "amount": 16,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
            }
        )
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31", post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self._assert_refused(invoice.name, invoice)
        self.assertFalse(invoice.tax_cash_basis_created_move_ids)
        self._pay(invoice, 16, "2026-04-01")
        declared = invoice.tax_cash_basis_created_move_ids
        self.assertTrue(declared)
        self._assert_refused(invoice.name, invoice)
        self.assertEqual(invoice.tax_cash_basis_created_move_ids, declared)

    def test_missing_or_archived_journal_is_named(self):
        self.company.cartera_agreement_journal_id = self.misc_journal.copy()
        self.company.cartera_agreement_journal_id.active = False
        self._assert_refused("Journal of Agreements")
        self.company.cartera_agreement_journal_id = False
        self._assert_refused("Journal of Agreements")

    def test_archived_account_is_named(self):
        self.company.cartera_agreement_account_id = self.moved_account
        self.moved_account.active = False
        self._assert_refused(self.moved_account.code)

    def test_closed_books_are_named(self):
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31")
        self.company.fiscalyear_lock_date = "2026-06-30"
        self._assert_refused("Global Lock Date", invoice)
        self.company.fiscalyear_lock_date = False
        agreement = self._move_debt(invoice, ("2026-07-31", 100))
        self.company.fiscalyear_lock_date = "2026-06-30"
        with self.assertRaisesRegex(UserError, "Global Lock Date"):
            self._leave(agreement)

    def test_entry_goes_with_its_agreement_alone(self):
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31")
        agreement = self._move_debt(invoice, ("2026-07-31", 100))
        entry = agreement.move_ids.sudo(False)
        for take_away in (entry.button_draft, entry._reverse_moves):
            with self.assertRaisesRegex(UserError, agreement.name):
                take_away()
        self._leave(agreement)
        self.assertEqual(invoice.amount_residual, 100)

    def test_item_that_was_paid_since_is_refused(self):
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31")
        line = self._receivable_lines(invoice)
        with self.assertRaisesRegex(UserError, invoice.name):
            self._move_debt(
                invoice,
                ("2026-07-31", 120),
                item_ids=[Command.create({"line_id": line.id, "amount": 120})],
            )

    def test_overlay_posts_nothing(self):
        invoice = self._invoice(100, "2026-03-01", due="2026-03-31")
        agreement = self._make_agreement(invoice, ("2026-07-31", 100))
        self.assertFalse(agreement.move_ids)
        agreement._leave_ledger(fields.Date.today())
        self.assertFalse(agreement.move_ids)

    # -- replaced by another one, and back ----------------------------------------

    def _replaced(self, mode, **values):
        """A moved debt of 1,000, and what took the place of its agreement."""
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        first = self._move_debt(
            invoice, ("2026-07-31", 400), ("2026-08-31", 600), name=f"OLD/{mode}"
        )
        second = self._make_agreement(
            first.move_ids,
            ("2026-12-31", 1000),
            product=self._agreement_product(ledger_mode=mode),
            refinanced_from_id=first.id,
            name=f"NEW/{mode}",
            **values,
        )
        self.assertEqual(first.state, "refinanced")
        return invoice, first, second

    def test_back_in_force_it_stands_on_what_it_replaced(self):
        for mode in ("overlay", "reclassification"):
            with self.subTest(mode):
                invoice, first, second = self._replaced(mode)
                for _time in range(2):
                    second._close("broken", fields.Date.today())
                    self.assertEqual(self._open(invoice), [(1000, 1000)])
                    second._reinstate("Paid after all")
                    self.assertEqual(self._open(invoice), [(0, 0)])
                    self.assertRecordValues(
                        second,
                        [{"amount_open": 1000, "is_settlement_due": False}],
                    )
                    self.assertLedgerEven()
                money = self._pay(
                    invoice.browse(), 1000, "2026-06-30", partner=self.debtor
                )
                second.action_match_payments()
                self.assertTrue(money.is_reconciled)
                self.assertTrue(second._settle(fields.Date.today()))
                self.assertFalse(self._find_items())
                self.assertLedgerEven()

    def test_back_in_force_after_two_that_it_replaced(self):
        invoice, _first, second = self._replaced("reclassification")
        third = self._make_agreement(
            second.move_ids, ("2027-01-31", 1000), refinanced_from_id=second.id
        )
        third._close("cancelled", fields.Date.today())
        self.assertEqual(self._open(invoice), [(1000, 1000)])
        third._reinstate("Back")
        self.assertEqual(self._open(invoice), [(0, 0)])
        self.assertEqual(third.amount_open, 1000)
        self.assertEqual(sum(self._find_items().mapped("amount_residual")), 1000)
        self.assertLedgerEven()

    def test_not_back_over_another_one_for_the_same_debt(self):
        invoice, _first, second = self._replaced("overlay")
        second._close("broken", fields.Date.today())
        self._make_agreement(invoice, ("2026-10-31", 1000), name="ANEW/1")
        with self.assertRaisesRegex(UserError, "ANEW/1"):
            second._reinstate("Back")

    def test_what_was_moved_is_in_no_other_agreement(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        first = self._move_debt(invoice, ("2026-07-31", 1000), name="REE/1")
        moved = first.installment_ids.line_ids
        case = self._case()
        self.assertNotIn(moved, case._get_agreeable())
        self.assertIn(moved, case._get_agreeable(first))
        with self.assertRaisesRegex(UserError, "REE/1"):
            self._make_agreement(first.move_ids, ("2026-09-30", 1000))

    def test_what_a_replaced_agreement_moved_is_not_taken_away(self):
        invoice, first, second = self._replaced("overlay")
        for document in (invoice, first.move_ids):
            document = document.sudo(False)
            with self.assertRaisesRegex(UserError, second.name):
                document.button_draft()
        with self.assertRaisesRegex(UserError, first.name):
            first.move_ids.sudo(False)._reverse_moves([{"auto_post": "at_date"}])
        second._close("cancelled", fields.Date.today())
        invoice.sudo(False).button_draft()
        self.assertEqual(invoice.state, "draft")

    def _settle_moved(self, invoice, payable, **values):
        """A finiquito that moved its debt, paid and settled."""
        agreement = self._move_debt(
            invoice, ("2026-07-31", payable), kind="finiquito", **values
        )
        payment = self._pay(
            invoice.browse(), payable, "2026-06-30", partner=self.debtor
        )
        lines = agreement.installment_ids.line_ids
        (lines | self._receivable_lines(payment.move_id)).reconcile()
        self.assertTrue(agreement._settle(fields.Date.today()))
        return agreement

    def test_of_an_item_covered_in_part_the_rest_stays_open(self):
        for payable, waived in ((600, 0), (420, 180)):
            with self.subTest(payable):
                invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
                line = self._receivable_lines(invoice)
                agreement = self._settle_moved(
                    invoice,
                    payable,
                    item_ids=[Command.create({"line_id": line.id, "amount": 600})],
                )
                self.assertEqual(agreement.state, "kept")
                notes = agreement.move_ids.filtered("cartera_settles")
                self.assertEqual(sum(notes.mapped("amount_total")), waived)
                self.assertEqual(self._open(invoice), [(400, 400)])
                self.assertLedgerEven()
                self.env["cartera.case.queue"]._apply_pending()
                self.assertFalse(agreement.is_taken_back)

    def test_a_waiver_whose_match_is_undone_is_told(self):
        invoice = self._invoice(1000, "2026-03-01", due="2026-03-31")
        agreement = self._settle_moved(invoice, 700)
        note = agreement.move_ids.filtered("cartera_settles")
        self._receivable_lines(note).remove_move_reconcile()
        self.env["cartera.case.queue"]._apply_pending()
        self.assertTrue(agreement.is_taken_back)
