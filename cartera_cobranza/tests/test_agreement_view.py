import random
from collections import defaultdict
from itertools import pairwise

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..lib import agreement_fill
from .agreement_common import AgreementCommon


@tagged("post_install", "-at_install", "cartera")
class TestAgreementView(AgreementCommon):
    """Instalments stand in the open items in place of what the agreement covers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(1000, "2026-01-01", due="2026-01-31")
        cls.young = cls._invoice(500, "2026-05-01", due="2026-05-31")
        cls.moves = cls.old | cls.young

    # -- readers ------------------------------------------------------------------

    def _rows(self, as_of=None, partner=None):
        """Document, number of the instalment or None, day and amount of the rows."""
        return [
            (
                item.document,
                item.installment_id.number or None,
                item.date_due.isoformat(),
                item.amount_residual,
            )
            for item in self._find_items(partner, as_of)
        ]

    def _pieces(self, agreement, as_of=None):
        """Amounts by journal item and number of the instalment, of the agreement's
        items; None is what is waived and ``"outside"`` what is not covered."""
        found = {}
        for item in self._items(as_of).search(
            [("move_line_id", "in", agreement.item_ids.line_id.ids)]
        ):
            place = item.installment_id.number or None
            if not item.agreement_id:
                place = "outside"
            self.assertNotIn((item.move_line_id.id, place), found)
            found[item.move_line_id.id, place] = round(item.amount_residual_currency, 2)
        return found

    # -- in place of the items ----------------------------------------------------

    def test_items_of_high_numbers_have_pieces(self):
        agreement = self._make_agreement(self.moves, ("2026-07-15", 1500))
        self.env.flush_all()
        # As if as many had been negotiated before.
        self.env.cr.execute(
            SQL(
                "UPDATE cartera_agreement_item SET id = id + 2000000000 "
                "WHERE agreement_id = %s",
                agreement.id,
            )
        )
        self.env.invalidate_all()
        items = self._find_items().sorted("date_due_original")
        self.assertEqual(items.mapped("amount_residual"), [1000, 500])
        self.assertLess(max(items.ids), -2_000_000_000 * 1024)
        found = self._items().browse(items[1].id)
        self.assertEqual(found.move_line_id.move_id, self.young)
        again = self._items().search([("id", "in", items.ids)])
        self.assertEqual(set(again.ids), set(items.ids))
        [row] = found.web_read({"document": {}, "amount_residual": {}})
        self.assertEqual((row["id"], row["amount_residual"]), (found.id, 500))
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")

    def test_instalments_stand_in_for_the_items(self):
        before = self._find_items()
        agreement = self._make_agreement(
            self.moves, ("2026-07-15", 600), ("2026-08-15", 600)
        )
        one, two = self.old.name, self.young.name
        self.assertEqual(
            self._rows(),
            [
                (one, 1, "2026-07-15", 600.0),
                (two, None, "2026-08-15", 300.0),
                (two, 2, "2026-08-15", 200.0),
                (one, 2, "2026-08-15", 400.0),
            ],
        )
        items = self._find_items()
        self.assertFalse(items & before)
        self.assertEqual(items.agreement_id, agreement)
        self.assertEqual(
            items.mapped("display_name"),
            [
                f"{one}, instalment 1",
                two,
                f"{two}, instalment 2",
                f"{one}, instalment 2",
            ],
        )
        self.assertEqual(set(items.mapped("is_agreed")), {True})
        self.assertEqual(
            items.mapped("status"),
            ["collectable", "agreed", "collectable", "collectable"],
        )
        self.assertEqual(items.mapped("collectable"), [True, False, True, True])
        self.assertEqual(items.mapped("due_side"), ["not_due"] * 4)
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")
        self.assertLedgerEven("2026-06-29")

    def test_what_is_not_covered_stands_outside(self):
        line = self._receivable_lines(self.old)
        item = {"line_id": line.id, "sequence": 0, "amount": 600}
        agreement = self._make_agreement(
            self.old, ("2026-07-15", 600), item_ids=[Command.create(item)]
        )
        self.assertEqual(
            self._pieces(agreement), {(line.id, 1): 600, (line.id, "outside"): 400}
        )
        outside = self._find_items().filtered(lambda item: not item.agreement_id)
        self.assertIn(line, outside.move_line_id)
        part = outside.filtered(lambda item: item.move_line_id == line)
        self.assertEqual(
            (part.date_due.isoformat(), part.is_agreed, part.status),
            ("2026-01-31", False, "collectable"),
        )
        # Money pays first what is not covered, since the rest has later days.
        self._pay(self.old, 500, "2026-06-30")
        self.assertEqual(self._pieces(agreement), {(line.id, 1): 500})
        self.assertLedgerEven()

    def test_a_payment_undone_opens_its_instalment_again(self):
        agreement = self._make_agreement(
            self.moves, ("2026-07-15", 700), ("2026-08-15", 800)
        )
        before = self._picture()
        payment = self._pay(self.old, 300, "2026-06-30")
        one, two = agreement.item_ids.line_id.sorted("date_maturity").ids
        after = {(one, 1): 400, (one, 2): 300, (two, 2): 500}
        self.assertEqual(self._pieces(agreement), after)
        self._receivable_lines(payment.move_id).remove_move_reconcile()
        payment.action_draft()
        self.assertEqual(self._picture(), before)
        self.assertLedgerEven()

    def test_an_item_that_is_paid_has_no_rows(self):
        agreement = self._make_agreement(
            self.moves, ("2026-07-15", 1100), ("2026-08-15", 400)
        )
        old, young = map(self._receivable_lines, (self.old, self.young))
        self._pay(self.old, 1000, "2026-06-30")
        self.assertEqual(
            self._pieces(agreement), {(young.id, 1): 100, (young.id, 2): 400}
        )
        self.assertFalse(
            self._find_items().filtered(lambda item: item.move_line_id == old)
        )

    def test_the_original_age_stands_beside_the_agreed_one(self):
        agreement = self._make_agreement(
            self.moves, ("2026-06-15", 500), ("2026-08-15", 1000)
        )
        items = self._find_items().filtered(lambda item: item.document == self.old.name)
        seen = [
            (
                item.days_overdue,
                item.bucket_id.name,
                item.days_overdue_original,
                item.bucket_original_id.name,
            )
            for item in items
        ]
        self.assertEqual(
            seen, [(15, "1-30", 150, "121-180"), (-46, "Not due", 150, "121-180")]
        )

        def ages(by, as_of=None):
            found = self._items(as_of, cartera_age_by=by).search(
                [("agreement_id", "=", agreement.id)]
            )
            return sorted(found.mapped("age_days"))

        self.assertEqual(ages("agreed"), [-46, -46, 15])
        self.assertEqual(ages("original"), [30, 150, 150])
        self.assertEqual(ages("cured"), [30, 150, 150])
        agreement.cure_count = 1
        self._pay(self.old, 500, "2026-06-30")
        agreement.invalidate_recordset()
        self.env["cartera.case"].search([])
        self.assertTrue(agreement.is_cured)
        self.assertEqual(ages("cured"), [-46, -46])
        self.assertEqual(ages("cured", "2026-06-30"), [-46, -46])

    def test_periods_of_grace_cure_nothing_on_a_past_day_either(self):
        agreement = self._make_agreement(
            self.old, ("2026-07-31", 0), ("2026-08-31", 0), ("2026-09-30", 1000)
        )
        agreement.cure_count = 2
        with self._on("2026-07-10"):
            for as_of in (None, "2026-07-05"):
                items = self._items(as_of, cartera_age_by="cured")
                [item] = items.search([("agreement_id", "=", agreement.id)])
                self.assertEqual(item.age_days, item.days_overdue_original)

    def test_interest_that_is_not_paid_cures_nothing_on_a_past_day_either(self):
        agreement = self._make_agreement(
            self.old, ("2026-07-31", 0, 10), ("2026-08-31", 0, 10), ("2026-09-30", 1000)
        )
        agreement.cure_count = 2
        with self._on("2026-07-10"):
            for as_of in (None, "2026-07-05"):
                items = self._items(as_of, cartera_age_by="cured")
                [item] = items.search([("agreement_id", "=", agreement.id)])
                self.assertEqual(item.age_days, item.days_overdue_original)

    def test_the_case_tells_what_is_under_agreement(self):
        self._invoice(50, "2026-05-01", due="2026-05-31")
        self._make_agreement(self.moves, ("2026-06-15", 500), ("2026-08-15", 900))
        case = self._case()
        self.assertEqual(
            (
                case.amount_agreed,
                case.amount_overdue,
                case.amount_collectable,
                case.amount_not_due,
                case.amount_total,
            ),
            (1500, 550, 550, 1000, 1550),
        )
        self.assertEqual(
            (case.date_oldest_due.isoformat(), case.date_next_due.isoformat()),
            ("2026-05-31", "2026-08-15"),
        )

    def test_what_is_only_waived_is_never_due(self):
        self._make_agreement(self.moves, ("2026-07-15", 1000), kind="finiquito")
        with self._on("2026-07-10"):
            self._pay(self.moves, 1000, "2026-07-10")
        with self._on("2026-08-20"):
            [item] = self._items().search([("debtor_id", "=", self.debtor.id)])
            self.assertEqual(
                (item.amount_residual, item.status, item.due_side, item.days_overdue),
                (500, "agreed", "not_due", 0),
            )

    # -- days -----------------------------------------------------------------------

    def test_each_day_is_as_it_was(self):
        """Signing, money, a credit note and the end: each day's picture stays."""
        pictures = {}

        def keep(day):
            # A day is over when the next one begins.
            with self._on(day):
                self.env.invalidate_all()
                pictures[day] = self._picture()
                self.assertLedgerEven()

        keep("2026-06-29")
        with self._on("2026-06-30"):
            agreement = self._make_agreement(
                self.moves, ("2026-07-15", 600), ("2026-08-15", 600)
            )
        keep("2026-06-30")
        with self._on("2026-07-05"):
            payment = self._pay(self.old, 250, "2026-07-05")
        keep("2026-07-05")
        with self._on("2026-07-08"):
            refund = self._invoice(100, "2026-07-08", move_type="out_refund")
            self._match(refund | self.old)
        keep("2026-07-08")
        with self._on("2026-07-20"):
            agreement._close("cancelled", fields.Date.to_date("2026-07-20"), "Test")
        keep("2026-07-20")
        self.assertTrue(payment)
        with self._on("2026-07-21"):
            for day, picture in pictures.items():
                with self.subTest(day):
                    self.assertEqual(self._picture(day), picture)
                    self.assertLedgerEven(day)
        self.assertEqual(
            len({str(picture) for picture in pictures.values()}), len(pictures)
        )

    def test_days_out_of_force_stay_so_when_it_is_reinstated(self):
        """Another agreement about the items may have been in force meanwhile."""
        first = self._make_agreement(self.moves, ("2026-08-15", 1400))
        with self._on("2026-07-02"):
            first._close("broken", fields.Date.to_date("2026-07-02"))
        with self._on("2026-07-04"):
            second = self._make_agreement(self.moves, ("2026-09-15", 1400))
        with self._on("2026-07-06"):
            second._close("cancelled", fields.Date.to_date("2026-07-06"))
        with self._on("2026-07-08"):
            first._resume("It was paid after all")
        with self._on("2026-07-20"):
            in_force = {
                day: self._items(f"2026-07-{day:02}")
                .search([("debtor_id", "=", self.debtor.id)])
                .agreement_id
                for day in (1, 2, 3, 4, 5, 6, 7, 8)
            }
            for day in in_force:
                self.assertLedgerEven(f"2026-07-{day:02}")
        nothing = first.browse()
        self.assertEqual(
            in_force,
            {
                1: first,
                2: nothing,
                3: nothing,
                4: second,
                5: second,
                6: nothing,
                7: nothing,
                8: first,
            },
        )

    def test_sums_of_a_past_day_are_those_of_its_items(self):
        self._make_agreement(self.moves, ("2026-07-15", 600), ("2026-08-15", 600))
        with self._on("2026-07-20"):
            self._pay(self.old, 250, "2026-07-18")
            for day in ("2026-06-29", "2026-06-30", "2026-07-17", "2026-07-18"):
                items = self._items(day)
                domain = [("company_id", "=", self.env.company.id)]
                sums = items._read_group(
                    domain, ["bucket_id", "agreement_id"], ["amount_residual:sum"]
                )
                whole = defaultdict(float)
                for item in items.search(domain):
                    whole[item.bucket_id, item.agreement_id] += item.amount_residual
                self.assertEqual(
                    {(bucket, found): amount for bucket, found, amount in sums}, whole
                )

    # -- people and currencies --------------------------------------------------------

    def test_items_of_a_subsidiary_stand_in_the_case_of_the_agreement(self):
        subsidiary = self._create_debtor("Abarrotes El Faro Norte")
        group = self.env["cartera.debtor.group"].create(
            {
                "name": "El Faro",
                "head_id": self.debtor.id,
                "member_ids": [Command.set((self.debtor | subsidiary).ids)],
                "is_one_case": True,
            }
        )
        other = self._invoice(200, "2026-03-01", due="2026-03-31", partner=subsidiary)
        agreement = self._make_agreement(
            self.moves | other, ("2026-07-15", 800), ("2026-08-15", 900)
        )
        items = self._find_items().filtered("agreement_id")
        self.assertEqual(sum(items.mapped("amount_residual")), 1700)
        self.assertEqual(items.commercial_partner_id, self.debtor | subsidiary)
        self.assertLedgerEven()
        # The agreement is the parent's, whoever is collected with it later.
        group.is_one_case = False
        subsidiary.invalidate_recordset()
        self.assertEqual(self._find_items().agreement_id, agreement)
        self.assertEqual(sum(self._find_items().mapped("amount_residual")), 1700)
        self.assertFalse(self._find_items(subsidiary))
        self._pay(other, 200, "2026-06-30", partner=subsidiary)
        self.assertEqual(self._case().amount_agreed, 1500)
        self.assertLedgerEven()

    def test_pieces_in_a_foreign_currency_keep_the_book_value(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.0531), ("2026-03-01", 0.0477)]
        )
        one = self._invoice(100.01, "2026-02-01", due="2026-02-28", currency=euro)
        two = self._invoice(99.99, "2026-03-05", due="2026-03-31", currency=euro)
        agreement = self._make_agreement(
            one | two, ("2026-07-15", 33.33), ("2026-08-15", 66.7), ("2026-09-15", 70)
        )
        self._pay(one, 10, "2026-06-30", currency=euro)
        items = self._items().search([("agreement_id", "=", agreement.id)])
        for line in agreement.item_ids.line_id:
            parts = items.filtered(lambda item, line=line: item.move_line_id == line)
            self.assertAlmostEqual(
                sum(parts.mapped("amount_residual")), line.amount_residual, 2
            )
            self.assertAlmostEqual(
                sum(parts.mapped("amount_residual_currency")),
                line.amount_residual_currency,
                2,
            )
            self.assertAlmostEqual(
                sum(parts.mapped("amount_original")), line.balance, 2
            )
            for part in parts:
                rate = line.amount_residual / line.amount_residual_currency
                self.assertAlmostEqual(
                    part.amount_residual,
                    part.amount_residual_currency * rate,
                    delta=0.02,
                )
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")

    # -- against the reference --------------------------------------------------------

    def test_random_agreements_are_as_the_reference_says(self):
        generator = random.Random(5)
        for number in range(12):
            with self.subTest(number=number):
                self._check_random(generator)
        items = self.env["cartera.agreement.item"].search([])
        self.assertTrue(items.filtered("amount_left_out"))
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")

    def _check_random(self, generator):
        partner = self._create_debtor("Random")
        cents = [generator.randrange(5_000, 90_000) for _item in range(3)]
        moves = self.env["account.move"].union(
            *(
                self._invoice(
                    amount / 100,
                    "2026-03-01",
                    due=f"2026-0{month}-15",
                    partner=partner,
                )
                for month, amount in enumerate(cents, 3)
            )
        )
        if generator.random() < 0.5:
            self._credit(generator, partner, moves[0], cents[0])
        lines = self._receivable_lines(moves).sorted("date_maturity")
        shares = [generator.choice((1, 1, 0.6)) for _line in lines]
        covered = [
            round(100 * line.amount_residual * share)
            for line, share in zip(lines, shares, strict=True)
        ]
        left_out = [
            generator.choice((0, 1, 0.5)) * (round(100 * line.amount_residual) - part)
            for line, part in zip(lines, covered, strict=True)
        ]
        self._dispute(partner, zip(lines, left_out, strict=True))
        total = sum(covered)
        payable = round(total * generator.choice((1, 0.8)))
        cuts = sorted(generator.sample(range(1, payable), 3))
        bounds = list(pairwise([0, *cuts, payable]))
        agreement = self._make_agreement(
            moves,
            *(
                (f"2026-0{month}-20", (high - low) / 100)
                for month, (low, high) in enumerate(bounds, 6)
            ),
            item_ids=[
                Command.create(
                    {"line_id": line.id, "sequence": rank, "amount": amount / 100}
                )
                for rank, (line, amount) in enumerate(zip(lines, covered, strict=True))
            ],
        )
        self._check(agreement, bounds, total)
        for _step in range(3):
            line = generator.choice(lines)
            left = round(100 * line.amount_residual)
            if left < 200:
                continue
            if generator.random() < 0.35:
                self._credit(generator, partner, line.move_id, left)
            else:
                amount = generator.randrange(1, left + 1) / 100
                self._pay(line.move_id, amount, "2026-06-30", partner=partner)
            self._check(agreement, bounds, total)
            self._check(agreement, bounds, total, "2026-06-30")

    def _dispute(self, partner, parts):
        """:param parts: journal items with what is disputed of them, in cents"""
        lines = [(line.id, round(cents) / 100) for line, cents in parts if cents]
        if lines:
            reason = self.env.ref("cartera_cobranza.dispute_reason_price")
            vals = {"reason_id": reason.id, "lines": lines}
            self._case(partner)._open_dispute(vals)

    def _credit(self, generator, partner, move, most):
        amount = generator.randrange(1, most // 2) / 100
        refund = self._invoice(
            amount, "2026-06-30", move_type="out_refund", partner=partner
        )
        self._match(refund | move)

    def _check(self, agreement, bounds, total, as_of=None):
        """The pieces are those of ``lib/agreement_fill.py``."""
        expected, items, credited = {}, [], 0
        for item in agreement.item_ids.sorted("sequence"):
            residual = round(100 * item.line_id.amount_residual)
            partials = item.line_id.matched_credit_ids.sorted("id")
            split = agreement_fill.split_item(
                round(100 * item.amount),
                residual,
                [
                    (
                        partial.credit_move_id.move_type != "out_refund",
                        round(100 * partial.debit_amount_currency),
                    )
                    for partial in partials
                ],
                round(100 * item.amount_credited_before),
                round(100 * item.amount_left_out),
            )
            items.append((item.line_id.id, split.open))
            credited += split.credited
            if residual > split.open:
                expected[item.line_id.id, "outside"] = (residual - split.open) / 100
        money = total - credited - sum(left for _line, left in items)
        for line_id, index, amount in agreement_fill.get_pieces(items, bounds, money):
            place = None if index is None else index + 1
            expected[line_id, place] = amount / 100
        self.assertEqual(self._pieces(agreement, as_of), expected)
        open_by = defaultdict(float)
        for (_line, place), amount in self._pieces(agreement, as_of).items():
            open_by[place] += amount
        fills, waiver = agreement_fill.fill(bounds, total, money, credited)
        for number, fill in enumerate(fills, 1):
            self.assertAlmostEqual(open_by[number], fill.open / 100, 2)
        self.assertAlmostEqual(open_by[None], waiver.open / 100, 2)
