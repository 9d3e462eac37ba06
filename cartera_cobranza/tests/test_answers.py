from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .dispute_common import DisputeCommon


@tagged("post_install", "-at_install", "cartera", "cartera_answers")
class TestAnswers(DisputeCommon):
    """Promises, disputes and pauses of the same items, whatever becomes of these in
    the ledger."""

    def _promise(self, *payments, case=None, **values):
        return self._make_promise(
            *payments or [("2026-07-10", 100)], case=case or self.case, **values
        )

    def _amounts(self, case=None):
        case = self._case((case or self.case).partner_id)
        names = ("overdue", "collectable", "promised", "paused", "disputed")
        return tuple(round(case[f"amount_{name}"], 2) for name in names)

    def _status(self, line=None):
        self.env.invalidate_all()
        return self._items().browse((line or self.line).id).status

    # -- one item, several answers ------------------------------------------------

    def test_the_rest_of_a_disputed_item_is_promised(self):
        self._open(40)
        with self.assertRaises(UserError):
            self._promise(("2026-07-10", 70))
        promise = self._promise(("2026-07-10", 60))
        self.assertEqual(promise.item_ids.amount, 60)
        self.assertEqual(self._amounts(), (100, 0, 100, 0, 40))
        self._pay(self.invoice, 60, "2026-06-30")
        self.assertEqual(self._amounts(), (40, 0, 0, 0, 40))
        self.assertEqual(promise.state, "kept")

    def test_answers_end_in_any_order(self):
        for order in ("pqd", "dpq", "qdp", "dqp", "pdq", "qpd"):
            with self.subTest(order):
                debtor = self._create_debtor(f"Deudor {order}")
                invoice = self._invoice(
                    100, "2026-05-01", due="2026-05-31", partner=debtor
                )
                line = self._receivable_lines(invoice)
                case = self._case(debtor)
                dispute = self._open(40, line=line)
                promise = self._promise(("2026-07-10", 60), case=case)
                pause = self._hold("2026-07-10", case=case, line_ids=line.ids)
                self.assertEqual(self._amounts(case), (100, 0, 100, 100, 40))
                ends = {
                    "p": lambda promise=promise: promise._withdraw("Called off"),
                    "q": pause.action_end,
                    "d": lambda dispute=dispute: dispute.sudo().action_unfounded(),
                }
                left = set("pqd")
                for one in order:
                    ends[one]()
                    left.discard(one)
                    held = "p" in left or "q" in left
                    disputed = 40 if "d" in left else 0
                    self.assertEqual(
                        self._amounts(case),
                        (
                            100,
                            0 if held else 100 - disputed,
                            100 if "p" in left else 0,
                            100 if "q" in left else 0,
                            disputed,
                        ),
                    )
                self.assertEqual(self._status(line), "collectable")
        self.assertLedgerEven()

    def test_a_dispute_is_never_more_than_what_a_payment_leaves(self):
        dispute = self._open(80)
        self._pay(self.invoice, 50, "2026-06-30")
        self.assertEqual(self._amounts(), (50, 0, 0, 0, 50))
        self.assertEqual(dispute.sudo().amount_open, 50)
        self.line.remove_move_reconcile()
        self.assertEqual(self._amounts(), (100, 20, 0, 0, 80))
        self.assertEqual(dispute.sudo().amount_open, 80)

    # -- instalments of an invoice ------------------------------------------------

    def test_two_of_three_maturities_are_promised(self):
        debtor = self._create_debtor("A plazos")
        invoice = self._invoice(
            300,
            "2026-03-01",
            partner=debtor,
            due=[("2026-03-31", 33.34), ("2026-04-30", 33.33), ("2026-05-30", 33.33)],
        )
        lines = self._receivable_lines(invoice).sorted("date_maturity")
        case = self._case(debtor)
        first, second = lines[0], lines[2]
        two = round(first.amount_currency + second.amount_currency, 2)
        promise = self._promise(
            ("2026-07-10", two), case=case, line_ids=(first | second).ids
        )
        self.assertEqual(promise.item_ids.line_id, first | second)
        self.assertEqual(
            [self._status(line) for line in lines],
            ["promised", "collectable", "promised"],
        )
        middle = lines[1].amount_currency
        self.assertEqual(self._amounts(case), (300, middle, two, 0, 0))
        # Odoo matches the oldest maturities: part of the money goes past the promise.
        self._pay(invoice, two, "2026-06-30")
        self.assertAlmostEqual(self._amounts(case)[0], 300 - two, 2)
        self.assertEqual(promise.state, "open")
        self.assertAlmostEqual(promise.amount_kept, first.amount_currency, 2)

    def test_money_for_a_promised_and_another_item(self):
        other = self._invoice(50, "2026-05-02", due="2026-06-01")
        promise = self._promise(("2026-07-10", 100), line_ids=self.line.ids)
        payment = self._pay(self.invoice | other, 150, "2026-06-30")
        self._read_case()
        self.assertEqual((promise.state, promise.amount_kept), ("kept", 100))
        self.line.remove_move_reconcile()
        self._read_case()
        self.assertEqual(
            (promise.state, promise.amount_kept), ("kept", 100), "money on account"
        )
        payment.action_draft()
        self._read_case()
        self.assertEqual((promise.state, promise.amount_kept), ("open", 0))
        self.assertEqual(self._amounts(), (150, 50, 100, 0, 0))

    # -- documents that change ----------------------------------------------------

    def test_a_document_that_is_cancelled_ends_its_answers(self):
        promise = self._promise(("2026-07-10", 60))
        dispute = self._open(40)
        self._hold("2026-07-10", line_ids=self.line.ids)
        self.invoice.button_draft()
        self.assertEqual(self._amounts(), (0, 0, 0, 0, 0))
        self.assertEqual(promise.state, "settled")
        self.assertEqual(dispute.sudo().outcome, "cancelled")
        self.invoice.action_post()
        self.assertEqual(self._amounts(), (100, 0, 100, 100, 40))
        self.assertEqual(promise.state, "open")
        self.assertEqual(dispute.sudo().state, "open")

    def test_a_document_of_another_debtor_is_in_no_answer_any_more(self):
        promise = self._promise(("2026-07-10", 60))
        dispute = self._open(40)
        self._hold("2026-07-10", line_ids=self.line.ids)
        other = self._create_debtor("El verdadero")
        self.invoice.button_draft()
        self.invoice.partner_id = other
        self.invoice.action_post()
        self.assertEqual(self._receivable_lines(self.invoice).partner_id, other)
        case = self._case(other)
        self.assertEqual(self._amounts(case), (100, 100, 0, 0, 0))
        self.assertEqual(self._amounts(), (0, 0, 0, 0, 0))
        self.assertEqual(promise.state, "settled")
        self.assertEqual(dispute.sudo().state, "closed")
        with self._on("2026-07-20"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(promise.state, "settled")
        self.assertEqual(dispute.sudo().state, "closed")
        self.assertEqual(
            self._status(self._receivable_lines(self.invoice)), "collectable"
        )

    # -- debtors that change ------------------------------------------------------

    def test_merged_debtors_keep_their_answers(self):
        other = self._create_debtor("Abarrotes El Faro (2)")
        invoice = self._invoice(200, "2026-05-01", due="2026-05-31", partner=other)
        line = self._receivable_lines(invoice)
        case = self._case(other)
        mine = self._promise(("2026-07-10", 60))
        theirs = self._promise(("2026-07-09", 150), case=case)
        disputes = self._open(40) | self._open(50, line=line)
        pause = self._hold("2026-07-10", case=case, line_ids=line.ids)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.debtor | other).ids, self.debtor)
        self.assertEqual((mine | theirs).case_id | pause.case_id, self.case)
        self.assertEqual(disputes.sudo().case_id, self.case)
        self.assertEqual(disputes.partner_id, self.debtor)
        self.assertEqual(theirs.installment_ids.case_id, self.case)
        self.assertEqual(self._amounts(), (300, 0, 300, 200, 90))
        self.assertEqual(self.case.promise_date.isoformat(), "2026-07-09")
        self._pay(self.env["account.move"], 100, "2026-06-30")
        self._read_case()
        self.assertEqual((mine.state, theirs.amount_kept), ("kept", 40))

    def test_an_archived_debtor_keeps_what_it_answered(self):
        promise = self._promise()
        self.debtor.active = False
        self._pay(self.invoice, 100, "2026-06-30")
        with self._on("2026-07-20"):
            self.env["cartera.run"].run(self.company)
        self.assertEqual(promise.state, "kept")

    # -- foreign currency ---------------------------------------------------------

    def test_a_foreign_item_whose_rate_moved(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 0.5), ("2026-06-15", 0.25)]
        )
        debtor = self._create_debtor("Importadora")
        invoice = self._invoice(
            100, "2026-04-01", due="2026-05-01", partner=debtor, currency=currency
        )
        line = self._receivable_lines(invoice)
        case = self._case(debtor)
        self._open(40, line=line)
        self.assertEqual(self._amounts(case), (200, 120, 0, 0, 80))
        promise = self._promise(("2026-07-10", 60), case=case)
        self.assertEqual(self._amounts(case), (200, 0, 200, 0, 80))
        self.assertEqual(case.promise_amount, 120)
        self._pay(invoice, 30, "2026-06-30", currency=currency)
        self.assertEqual(self._amounts(case), (140, 0, 140, 0, 80))
        self.assertEqual((promise.state, promise.amount_kept), ("open", 30))
        self._pay(invoice, 30, "2026-06-30", currency=currency)
        self.assertEqual(promise.amount_kept, 30)
        self.assertEqual(self._amounts(case), (80, 0, 0, 0, 80))
        self.assertEqual((promise.state, promise.amount_kept), ("kept", 60))
        self.assertLedgerEven()

    # -- days of the company ------------------------------------------------------

    def test_answers_are_of_the_day_of_the_company(self):
        self.company.partner_id.tz = "America/Mexico_City"
        self.env.user.tz = "Europe/Madrid"
        with self._on("2026-07-02 02:30:00"):  # July 1, 20:30 in Mexico
            promise = self._promise(("2026-07-10", 60))
            dispute = self._open(40).sudo()
            pause = self._hold("2026-07-05", line_ids=self.line.ids)
        day = "2026-07-01"
        self.assertEqual(promise.date_made.isoformat(), day)
        self.assertEqual(pause.date_from.isoformat(), day)
        self.assertEqual(dispute.date_open.isoformat(), day)

    # -- groups -------------------------------------------------------------------

    def test_a_promise_goes_on_in_a_group_of_one_case(self):
        promise = self._promise(("2026-07-10", 60), ("2026-07-20", 40))
        head = self._create_debtor("Grupo El Faro")
        self._invoice(10, "2026-05-01", due="2027-05-31", partner=head)
        self._case(head)
        group = self.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": head.id,
                "member_ids": [Command.set(self.debtor.ids)],
                "is_one_case": True,
            }
        )
        case = self._case(head)
        self.assertEqual(self._amounts(case), (100, 0, 100, 0, 0))
        self.assertEqual(case.promise_date.isoformat(), "2026-07-10")
        with self.assertRaises(UserError):
            self._promise(("2026-07-10", 11), case=case)
        self._pay(self.invoice, 60, "2026-06-30")
        case = self._case(head)
        self.assertEqual(case.promise_date.isoformat(), "2026-07-20")
        self.assertEqual(promise.amount_kept, 60)
        group.is_one_case = False
        self.assertFalse(self._case(head).promise_date)
        self.assertEqual(self._case().promise_date.isoformat(), "2026-07-20")
