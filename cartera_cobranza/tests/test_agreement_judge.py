import random
from datetime import date, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..lib import agreement_rules as rules
from ..lib.agreement_fill import fill, get_bounds
from ..models.agreement_pieces import WAIVED
from .agreement_common import AgreementCommon

SEED = 20260630


class JudgeCommon(AgreementCommon):
    """An agreement about an invoice of 1,000, and ways to have it judged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000, "2026-04-01", due="2026-05-01")
        cls.line = cls._receivable_lines(cls.invoice)

    def _judge(self, day=None):
        """Judge all agreements, on ISO ``day`` or today."""
        day = fields.Date.to_date(day) or fields.Date.today()
        with self._on(day.isoformat()):
            # Whoever reads the result on another day finds nothing left to judge.
            self.env["cartera.case.queue"]._apply_pending()
            self.env["cartera.agreement.engine"]._judge(self.company, day)

    def _later_pay(self, amount, day, moves=None, **values):
        """A payment registered on its own day."""
        with self._on(day):
            return self._pay(moves or self.invoice, amount, day, **values)

    def _credit(self, amount, moves=None, day="2026-06-30"):
        moves = moves or self.invoice
        note = self._invoice(amount, day, move_type="out_refund")
        self._match(moves | note)
        return note

    def assertParts(self, agreement, *expected):
        """State, paid and open of each instalment."""
        found = [
            (part.state, part.amount_paid, part.amount_open)
            for part in agreement.installment_ids
        ]
        self.assertEqual(found, list(expected))


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementJudge(JudgeCommon):
    """How an agreement stands follows from the journal items and the day alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._make_agreement(
            cls.invoice, ("2026-07-10", 400), ("2026-08-10", 300), ("2026-09-10", 300)
        )

    # -- money --------------------------------------------------------------------

    def test_nothing_paid(self):
        self._judge()
        self.assertParts(
            self.agreement,
            ("pending", 0, 400),
            ("pending", 0, 300),
            ("pending", 0, 300),
        )
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "standing": "in_time",
                    "amount_paid": 0,
                    "amount_open": 1000,
                    "amount_overdue": 0,
                    "date_next": date(2026, 7, 10),
                    "amount_next": 400,
                    "missed_count": 0,
                }
            ],
        )

    def test_money_fills_the_oldest_first(self):
        self._pay(self.invoice, 500, "2026-06-30")
        self._judge()
        self.assertParts(
            self.agreement, ("paid", 400, 0), ("partial", 100, 200), ("pending", 0, 300)
        )
        self.assertEqual(self.agreement.installment_ids[0].date_paid, date(2026, 6, 30))
        self.assertEqual(
            (self.agreement.date_next, self.agreement.amount_next),
            (date(2026, 8, 10), 200),
        )

    def test_an_instalment_is_overdue_after_its_tolerance(self):
        self._judge("2026-07-10")
        self.assertEqual(self.agreement.installment_ids[0].state, "due")
        self._judge("2026-07-13")
        self.assertEqual(self.agreement.installment_ids[0].state, "due")
        self._judge("2026-07-14")
        self.assertParts(
            self.agreement,
            ("overdue", 0, 400),
            ("pending", 0, 300),
            ("pending", 0, 300),
        )
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "standing": "late",
                    "amount_overdue": 400,
                    "missed_count": 1,
                    "days_late": 4,
                }
            ],
        )

    def test_default_by_missed_instalments_and_by_days(self):
        self._judge("2026-08-13")
        self.assertEqual(self.agreement.standing, "late")
        self._judge("2026-08-14")
        self.assertEqual(
            (self.agreement.standing, self.agreement.missed_count), ("default", 2)
        )
        self.agreement.write({"default_missed": 0, "default_days": 60})
        self._judge("2026-09-07")
        self.assertEqual(self.agreement.standing, "late")
        self._judge("2026-09-08")
        self.assertEqual(
            (self.agreement.standing, self.agreement.days_late), ("default", 60)
        )

    def test_the_reader_finds_it_judged(self):
        """Whoever pays changes nothing; whoever reads next has it judged."""
        self._pay(self.invoice, 400, "2026-06-30")
        self.env["cartera.case"].search([])
        self.assertEqual(self.agreement.amount_paid, 400)

    def test_undoing_a_match_opens_the_instalment_again(self):
        self._pay(self.invoice, 700, "2026-06-30")
        self._judge()
        self.assertEqual(self.agreement.installment_ids[1].state, "paid")
        self.line.remove_move_reconcile()
        self._judge()
        self.assertParts(
            self.agreement,
            ("pending", 0, 400),
            ("pending", 0, 300),
            ("pending", 0, 300),
        )

    def test_what_drafts_settle_does_not_count(self):
        payment = self._pay(self.invoice, 400, "2026-06-30")
        self._judge()
        self.assertEqual(self.agreement.amount_paid, 400)
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'draft' WHERE move_id = %s",
            [payment.move_id.id],
        )
        self.env.invalidate_all()
        self._judge()
        self.assertEqual(self.agreement.amount_paid, 0)

    def test_money_of_a_day_to_come_has_not_come(self):
        self._pay(self.invoice, 400, "2026-07-09")
        self._judge()
        self.assertEqual(self.agreement.installment_ids[0].state, "pending")
        self._judge("2026-07-09")
        self.assertEqual(self.agreement.installment_ids[0].state, "paid")

    def test_money_is_dated_by_its_entry_and_not_by_the_match(self):
        payment = self._later_pay(400, "2026-07-09", match=False)
        self._judge("2026-07-20")
        self.assertEqual(self.agreement.installment_ids[0].state, "overdue")
        with self._on("2026-07-25"):
            self._match(payment.move_id | self.invoice)
        self._judge("2026-07-25")
        self.assertEqual(self.agreement.installment_ids[0].date_paid, date(2026, 7, 9))

    def test_as_of_a_day_gone_by(self):
        self._later_pay(700, "2026-08-01")
        with self._on("2026-08-20"):
            engine = self.env["cartera.agreement.engine"]
            self.env["cartera.case.queue"]._apply_pending()
            engine._judge(self.company, date(2026, 7, 20))
            self.assertParts(
                self.agreement,
                ("overdue", 0, 400),
                ("pending", 0, 300),
                ("pending", 0, 300),
            )
            engine._judge(self.company, date(2026, 8, 20))
        self.assertEqual(self.agreement.amount_paid, 700)

    # -- settled otherwise --------------------------------------------------------

    def test_a_credit_note_shortens_the_schedule_from_its_end(self):
        self._credit(450)
        self._judge()
        self.assertParts(
            self.agreement, ("pending", 0, 400), ("pending", 0, 150), ("void", 0, 0)
        )
        self.assertEqual(
            (self.agreement.amount_credited, self.agreement.amount_open), (450, 550)
        )

    def test_what_was_credited_before_counts_for_nothing(self):
        invoice = self._invoice(1000, "2026-04-02", due="2026-05-02")
        self._credit(300, invoice)
        agreement = self._make_agreement(invoice, ("2026-07-10", 700))
        self._judge()
        self.assertParts(agreement, ("pending", 0, 700))
        self.assertEqual(agreement.item_ids.amount_credited_before, 300)
        self._credit(100, invoice)
        self._judge()
        self.assertParts(agreement, ("pending", 0, 600))
        self.assertEqual(agreement.amount_credited, 100)

    def test_what_was_paid_before_counts_for_nothing(self):
        invoice = self._invoice(1000, "2026-04-02", due="2026-05-02")
        self._pay(invoice, 300, "2026-06-20")
        agreement = self._make_agreement(invoice, ("2026-07-10", 700))
        self._judge()
        self.assertParts(agreement, ("pending", 0, 700))
        self._later_pay(100, "2026-07-01", invoice)
        self._judge("2026-07-01")
        self.assertParts(agreement, ("partial", 100, 600))

    def test_what_is_not_covered_of_an_item_is_paid_first(self):
        invoice = self._invoice(1000, "2026-04-02", due="2026-05-02")
        agreement = self._make_agreement(invoice, ("2026-07-10", 600))
        agreement.item_ids.amount = 600
        self._pay(invoice, 300, "2026-06-30")
        self._judge()
        self.assertParts(agreement, ("pending", 0, 600))
        self._pay(invoice, 300, "2026-06-30")
        self._judge()
        self.assertParts(agreement, ("partial", 200, 400))

    def test_what_is_not_covered_of_an_item_is_credited_first(self):
        """What was disputed, say: the payments that follow are payments."""
        invoice = self._invoice(1000, "2026-04-02", due="2026-05-02")
        agreement = self._make_agreement(
            invoice, ("2026-07-10", 300), ("2026-08-10", 300)
        )
        agreement.item_ids.amount = 600
        self._credit(400, invoice)
        self._pay(invoice, 300, "2026-06-30")
        self._judge()
        self.assertParts(agreement, ("paid", 300, 0), ("pending", 0, 300))
        self.assertEqual((agreement.amount_paid, agreement.amount_credited), (300, 0))
        [piece] = self.env["cartera.open.item"].search(
            [("agreement_id", "=", agreement.id)]
        )
        self.assertEqual((piece.installment_id.number, piece.amount_residual), (2, 300))
        self._credit(100, invoice)
        self._judge()
        self.assertParts(agreement, ("paid", 300, 0), ("pending", 0, 200))
        self.assertEqual(agreement.amount_credited, 100)

    # -- charges ------------------------------------------------------------------

    def _charge(self, part, amount, day):
        charge = self._invoice(amount, day, due=day)
        charge.sudo().cartera_installment_id = part
        return charge

    def test_an_instalment_is_paid_with_its_charges_only(self):
        invoice = self._invoice(500, "2026-04-02", due="2026-05-02")
        agreement = self._make_agreement(
            invoice, ("2026-07-10", 300, 30), ("2026-08-10", 200, 10)
        )
        self._pay(invoice, 300, "2026-06-30")
        self._judge()
        first, second = agreement.installment_ids
        self.assertEqual((first.state, first.amount_open), ("partial", 0))
        self.assertEqual(agreement.amount_next, 30, "still to be invoiced")
        charge = self._charge(first, 30, "2026-06-30")
        self._judge()
        self.assertEqual((first.state, first.amount_open), ("partial", 30))
        self._pay(charge, 30, "2026-06-30")
        self._judge()
        self.assertEqual((first.state, first.amount_open), ("paid", 0))
        self.assertEqual(agreement.amount_paid, 300, "of the covered debt")
        self.assertEqual(second.state, "pending")

    # -- the end ------------------------------------------------------------------

    def test_all_paid_can_be_settled(self):
        self._pay(self.invoice, 1000, "2026-06-30")
        self._judge()
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "standing": "complete",
                    "is_settlement_due": True,
                    "is_cured": True,
                    "date_next": False,
                    "state": "active",
                }
            ],
        )

    def test_periods_of_grace_cure_nothing(self):
        """Nothing is to be paid in them: that it is not overdue proves nothing."""
        invoice = self._invoice(300, "2026-04-05", due="2026-05-05")
        agreement = self._make_agreement(
            invoice, ("2026-07-30", 0), ("2026-08-30", 0), ("2026-09-30", 300)
        )
        agreement.cure_count = 2
        self._judge()
        self.assertEqual(agreement.installment_ids.mapped("state")[:2], 2 * ["paid"])
        self.assertFalse(agreement.is_cured)

    def test_cured_by_the_first_instalments(self):
        self.agreement.cure_count = 2
        self._pay(self.invoice, 699, "2026-06-30")
        self._judge()
        self.assertFalse(self.agreement.is_cured)
        self._pay(self.invoice, 1, "2026-06-30")
        self._judge()
        self.assertTrue(self.agreement.is_cured)

    def test_a_payment_taken_back_after_it_was_kept(self):
        payment = self._pay(self.invoice, 1000, "2026-06-30")
        self._judge()
        self.agreement._settle(fields.Date.today())
        self.assertEqual(self.agreement.state, "kept")
        self._judge()
        self.assertFalse(self.agreement.is_taken_back)
        payment.action_draft()
        self.env["cartera.case"].search([])
        self.assertTrue(self.agreement.is_taken_back)
        self.assertEqual(self.agreement.state, "kept")

    def test_judging_again_changes_nothing(self):
        self._pay(self.invoice, 500, "2026-06-30")
        engine = self.env["cartera.agreement.engine"]
        self.assertEqual(engine._judge(self.company, fields.Date.today()), 1)
        self.assertEqual(engine._judge(self.company, fields.Date.today()), 0)

    def test_judging_many_takes_as_many_queries_as_one(self):
        engine = self.env["cartera.agreement.engine"]
        for number in range(5):
            debtor = self._create_debtor(f"Debtor {number}")
            invoice = self._invoice(100, "2026-04-01", partner=debtor)
            self._make_agreement(
                invoice, ("2026-07-10", 100), product=self.agreement.product_id
            )
        engine._judge(self.company, fields.Date.today())
        self.env.flush_all()
        with self.assertQueryCount(8):
            engine._judge(self.company, date(2026, 6, 30))

    # -- currencies ---------------------------------------------------------------

    def test_a_foreign_currency_whose_rate_moved(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), ("2026-06-01", 0.25)]
        )
        invoice = self._invoice(100, "2026-04-01", due="2026-05-01", currency=euro)
        agreement = self._make_agreement(
            invoice, ("2026-07-10", 60), ("2026-08-10", 40)
        )
        self._pay(invoice, 70, "2026-06-30", currency=euro)
        self._judge()
        self.assertParts(agreement, ("paid", 60, 0), ("partial", 10, 30))
        self.assertEqual(agreement.amount_credited, 0, "no exchange difference")
        # 30 euros are 120 by now.
        self._pay(invoice, 120, "2026-06-30")
        self._judge()
        self.assertEqual(agreement.standing, "complete")
        self.assertEqual((agreement.amount_paid, agreement.amount_credited), (100, 0))

    def test_a_difference_of_exchange_from_before_is_no_credit(self):
        invoice = self._invoice(500, "2026-04-02", due="2026-05-02")
        self._pay(invoice, 100, "2026-06-01")
        line = self._receivable_lines(invoice)
        [payment] = line.matched_credit_ids
        difference = self._entry(
            "2026-06-01",
            [(self.receivable, self.debtor, -30), (self.receivable, self.debtor, 30)],
        )
        (line | difference.line_ids.filtered("credit")).reconcile()
        payment.exchange_move_id = difference
        note = self._entry(
            "2026-06-02",
            [(self.receivable, self.debtor, -20), (self.receivable, self.debtor, 20)],
        )
        (line | note.line_ids.filtered("credit")).reconcile()
        agreement = self._make_agreement(invoice, ("2026-07-10", 350))
        self.assertEqual(agreement.item_ids.amount_credited_before, 20)
        # What is credited from now on is told from it.
        note = self._entry(
            "2026-06-30",
            [(self.receivable, self.debtor, -50), (self.receivable, self.debtor, 50)],
        )
        (line | note.line_ids.filtered("credit")).reconcile()
        self._judge()
        self.assertEqual((agreement.amount_paid, agreement.amount_credited), (0, 50))
        self.env.flush_all()
        [piece] = self.env["cartera.open.item"].search(
            [("agreement_id", "=", agreement.id), ("installment_id", "!=", False)]
        )
        self.assertEqual(piece.amount_residual, 300)

    # -- reclassified -------------------------------------------------------------

    def _make_moved(self):
        """An agreement whose instalments have receivable items of their own."""
        invoice = self._invoice(500, "2026-04-02", due="2026-05-02")
        agreement = self._make_agreement(
            invoice, ("2026-07-10", 300), ("2026-08-10", 200)
        )
        agreement.ledger_mode = "reclassification"
        entry = self._entry(
            "2026-06-30",
            [
                (self.receivable, self.debtor, -500),
                (self.receivable, self.debtor, 300),
                (self.receivable, self.debtor, 200),
            ],
        )
        credit, first, second = entry.line_ids.sorted("id")
        (credit | self._receivable_lines(invoice)).reconcile()
        for part, line in zip(agreement.installment_ids, (first, second), strict=True):
            part.line_ids = line
        return agreement, first, second

    def test_moved_instalments_are_paid_by_what_was_matched_with_them(self):
        agreement, first, second = self._make_moved()
        self._judge()
        self.assertParts(agreement, ("pending", 0, 300), ("pending", 0, 200))
        payment = self._pay(self.env["account.move"], 200, "2026-06-30")
        money = self._receivable_lines(payment.move_id)
        (money | second).reconcile()
        self._judge()
        self.assertParts(agreement, ("pending", 0, 300), ("paid", 200, 0))
        self.assertEqual((agreement.amount_paid, agreement.amount_credited), (200, 0))
        note = self._invoice(100, "2026-06-30", move_type="out_refund")
        (self._receivable_lines(note) | first).reconcile()
        self._judge()
        self.assertParts(agreement, ("pending", 0, 200), ("paid", 200, 0))
        self.assertEqual(agreement.amount_credited, 100)

    # -- against the reference ----------------------------------------------------

    def _walk(self, rng, invoices, settled):
        """One thing that happens to the ledger: money, a credit note, or one of them
        undone."""
        step = rng.choice(["money", "money", "money", "credit", "undo"])
        day = fields.Date.today() + timedelta(days=rng.randint(-40, 5))
        if step == "undo" and settled:
            move = settled.pop(rng.randrange(len(settled)))
            move.line_ids.remove_move_reconcile()
        elif step == "money":
            amount = rng.choice([1, 49.99, 100, 150, 333.33])
            payment = self._pay(rng.choice(invoices), amount, day.isoformat())
            settled.append(payment.move_id)
        else:
            amount = rng.choice([0.01, 50, 120])
            settled.append(self._credit(amount, rng.choice(invoices)))

    def _get_expected(self, agreement, day):
        """What the rules say of what the journal items tell: the reference."""
        total = credited = 0
        money = []
        for item in agreement.item_ids:
            line = item.line_id
            partials = line.matched_credit_ids
            total += round(item.amount * 100)
            others = sum(
                round(partial.debit_amount_currency * 100)
                for partial in partials
                if partial.credit_move_id.journal_id.type != "bank"
            )
            others = max(others - round(item.amount_credited_before * 100), 0)
            out = round(item.amount_left_out * 100)
            left_out = max(out - others, 0)
            left = min(
                max(round(line.amount_residual_currency * 100) - left_out, 0),
                round(item.amount * 100),
            )
            other = min(max(others - out, 0), round(item.amount * 100) - left)
            credited += other
            wanted = round(item.amount * 100) - left - other
            by_day = partials.sorted(lambda p: p.credit_move_id.date)
            # Of a left out part all the rest is covered: what came first has paid it.
            for partial in by_day if out else by_day[::-1]:
                if partial.credit_move_id.journal_id.type == "bank" and wanted:
                    part = min(round(partial.debit_amount_currency * 100), wanted)
                    money.append((partial.credit_move_id.date, part))
                    wanted -= part
        bounds = get_bounds(
            [round(part.amount_principal * 100) for part in agreement.installment_ids]
        )
        facts = rules.Facts(
            kind=agreement.kind,
            installments=tuple(
                rules.Installment(part.id, part.date, *bound)
                for part, bound in zip(agreement.installment_ids, bounds, strict=True)
            ),
            total=total,
            money=tuple(money),
            credited=credited,
            tolerance_days=agreement.tolerance_days,
            default_missed=agreement.default_missed,
            default_days=agreement.default_days,
            cure_count=agreement.cure_count,
        )
        return (
            rules.judge(facts, day),
            bounds,
            total,
            sum(m for _d, m in money),
            credited,
        )

    def test_a_random_walk_agrees_with_the_reference_and_the_pieces(self):
        self._check_random_walk()

    def test_a_random_walk_with_parts_that_were_left_out(self):
        agreement = self._check_random_walk(150, 0, 49.5)
        self.assertEqual(
            agreement.item_ids.mapped("amount_left_out"), [150.0, 0.0, 49.5]
        )

    def _check_random_walk(self, *disputed):
        """:param disputed: what is contested of each invoice, and left out"""
        rng = random.Random(SEED)
        debtor = self._create_debtor("Paseo")
        invoices = [
            self._invoice(amount, "2026-04-01", due=due, partner=debtor)
            for amount, due in (
                (400, "2026-05-01"),
                (250.5, "2026-05-02"),
                (349.5, "2026-05-03"),
            )
        ]
        if not disputed:
            self._pay(invoices[0], 50, "2026-06-01")
        agreement = self._make_agreement(
            invoices[0] | invoices[1] | invoices[2],
            ("2026-07-01", 300),
            ("2026-07-08", 250.01),
            ("2026-08-01", 199.99),
            **self._leave_out(invoices, disputed),
        )
        settled = []
        states = set()
        for number in range(40):
            day = date(2026, 6, 30) + timedelta(days=number)
            with self._on(day.isoformat()):
                self._walk(rng, invoices, settled)
                self._judge()
                verdict, bounds, total, money, credited = self._get_expected(
                    agreement, day
                )
                for part in agreement.installment_ids:
                    standing = verdict.standings[part.id]
                    states.add(standing.state)
                    self.assertEqual(
                        (
                            part.state,
                            round(part.amount_paid * 100),
                            round(part.amount_open * 100),
                            part.days_late,
                            part.date_paid or None,
                        ),
                        (
                            standing.state,
                            standing.paid,
                            standing.open,
                            standing.days_late,
                            standing.date_paid,
                        ),
                        f"step {number}",
                    )
                self.assertEqual(round(agreement.amount_credited * 100), credited)
                self.assertEqual(agreement.missed_count, verdict.missed)
                self._assert_pieces(agreement, bounds, total, money, credited)
                self.assertLedgerEven()
        self.assertLessEqual({"paid", "partial", "overdue", "pending"}, states)
        return agreement

    def _leave_out(self, invoices, disputed):
        """Values of an agreement that covers what is not disputed of the invoices."""
        if not disputed:
            return {}
        lines = [self._receivable_lines(invoice) for invoice in invoices]
        parts = list(zip(lines, disputed, strict=True))
        reason = self.env.ref("cartera_cobranza.dispute_reason_price")
        contested = [(line.id, amount) for line, amount in parts if amount]
        self._case(lines[0].partner_id)._open_dispute(
            {"reason_id": reason.id, "lines": contested}
        )
        return {
            "item_ids": [
                Command.create(
                    {
                        "line_id": line.id,
                        "sequence": rank,
                        "amount": line.amount_residual - amount,
                    }
                )
                for rank, (line, amount) in enumerate(parts)
            ]
        }

    def _assert_pieces(self, agreement, bounds, total, money, credited):
        """The open items show the same as the engine keeps."""
        fills, waiver = fill(bounds, total, money, credited)
        items = self.env["cartera.open.item"].search(
            [("agreement_id", "=", agreement.id)]
        )
        shown = {
            part: round(
                sum(
                    items.filtered(
                        lambda item, part=part: item.installment_id == part
                    ).mapped("amount_residual_currency")
                )
                * 100
            )
            for part in agreement.installment_ids
        }
        self.assertEqual(list(shown.values()), [one.open for one in fills])
        rest = items.filtered(lambda item: not item.installment_id)
        self.assertEqual(
            round(sum(rest.mapped("amount_residual_currency")) * 100), waiver.open
        )
        self.assertTrue(all(-item.id % 1024 == WAIVED for item in rest))
