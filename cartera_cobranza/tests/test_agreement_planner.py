from odoo.exceptions import UserError
from odoo.tests import tagged

from .agreement_common import AgreementCommon
from .strategy_common import StrategyCommon


@tagged("post_install", "-at_install", "cartera")
class TestAgreementPlanner(AgreementCommon, StrategyCommon):
    """Strategies, promises and messages of a debtor whose debt is in instalments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(1000, "2026-01-01", due="2026-01-31")
        cls.young = cls._invoice(500, "2026-05-01", due="2026-05-31")
        cls.moves = cls.old | cls.young
        cls.agreement = cls._make_agreement(
            cls.moves, ("2026-07-10", 700), ("2026-07-20", 800)
        )
        cls.first, cls.second = cls.agreement.installment_ids

    def _done(self, step):
        return self.env["cartera.step.execution"].search([("step_id", "=", step.id)])

    # -- strategies ---------------------------------------------------------------

    def test_nothing_is_overdue_while_the_instalments_are_not(self):
        self._step("Chase", offset=10)
        self._night()
        self.assertEqual(self._told(), {"Chase": ("wait", "not_yet")})

    def test_an_overdue_instalment_is_chased_by_its_own_day(self):
        step = self._step("Chase", offset=10)
        with self._on("2026-07-19"):
            self._night()
            self.assertEqual(self._told()["Chase"], ("wait", "not_yet"))
        with self._on("2026-07-20"):
            self._night()
            [line] = self._simulate().line_ids.filtered(
                lambda line: line.step_id == step
            )
            self.assertEqual((line.verdict, line.amount), ("do", 700))

    def test_each_instalment_is_reminded_once(self):
        step = self._step("Remind", offset=-3, action="call")
        with self._on("2026-07-07"):
            self._night()
            self._run_plan()
        done = self._done(step)
        self.assertEqual(done.mapped("line_key"), [-self.first.id])
        self.assertEqual(done.plan_line_id.installment_id, self.first)
        self.assertEqual(done.plan_line_id.amount, 700)
        # What is paid of it meanwhile moves the items, not the instalment.
        with self._on("2026-07-08"):
            self._pay(self.old, 600, "2026-07-08")
            self._night()
            self._run_plan()
            self.assertEqual(self._done(step), done)
        # Two items stand in the second one, which is one reminder.
        with self._on("2026-07-17"):
            self._night()
            self._run_plan()
        done = self._done(step)
        self.assertEqual(
            sorted(done.mapped("line_key")), sorted([-self.first.id, -self.second.id])
        )
        self.assertEqual(set(done.mapped("state")), {"done"})

    def test_an_instalment_paid_since_the_plan_is_left_out(self):
        self._step("Remind", offset=-3, action="call")
        with self._on("2026-07-07"):
            self._night()
            plan = self._simulate()
            self._pay(self.old, 700, "2026-07-07")
            plan.action_approve()
            [line] = plan.line_ids.filtered("installment_id")
            self.assertEqual((line.state, line.reason), ("left_out", "paid"))

    # -- promises -----------------------------------------------------------------

    def test_the_next_instalment_can_be_promised(self):
        self.assertEqual(self._get_promisable(), {self.old.name: 700})
        promise = self._make_promise(("2026-07-09", 700))
        self.assertEqual(promise.item_ids.line_id.move_id, self.old)
        self.assertEqual(promise.item_ids.amount, 700)
        # Until the day after tolerance, which is that of the instalment or later.
        promised = self._find_items().filtered("is_promised")
        self.assertEqual(promised.installment_id, self.first)

    def test_what_is_overdue_can_be_promised_and_nothing_later(self):
        with self._on("2026-07-12"):
            self.assertEqual(self._get_promisable(), {self.old.name: 700})
            self._make_promise(("2026-07-15", 700))
            held = self._find_items().filtered("is_promised")
            self.assertEqual(held.installment_id, self.first)
            self.assertEqual(self._case().amount_promised, 700)
            self.assertEqual(self._case().amount_collectable, 0)
        with self._on("2026-07-14"):
            self._pay(self.old, 700, "2026-07-14")
            self._case()
            self.assertEqual(self.env["cartera.promise"].search([]).state, "kept")

    def test_a_later_instalment_cannot_be_promised(self):
        line = self._receivable_lines(self.young)
        message = f"{self.young.name} is under agreement .*{self.agreement.name}"
        with self.assertRaisesRegex(UserError, message):
            self._make_promise(("2026-07-05", 100), line_ids=line.ids)
        with self.assertRaisesRegex(UserError, "more than can be promised"):
            self._make_promise(("2026-07-05", 701))

    def test_the_window_proposes_one_row_per_item(self):
        with self._on("2026-07-25"):
            take = self.env["cartera.promise.take"].create({"case_id": self._case().id})
            self.assertEqual(
                [(row.document, row.amount_open) for row in take.item_ids],
                [(self.old.name, 1000), (self.young.name, 500)],
            )
            self.assertEqual(
                take.item_ids.mapped("date_due"), [self.first.date, self.second.date]
            )

    def _get_promisable(self):
        return {
            item.document: amount
            for item, amount in self._case()._get_promisable().items()
        }

    # -- disputes -----------------------------------------------------------------

    def test_a_dispute_leaves_the_instalments_as_they_are(self):
        before = self._picture()
        line = self._receivable_lines(self.old)
        reason = self.env["cartera.dispute.reason"].search([], limit=1)
        self._case()._open_dispute({"reason_id": reason.id, "lines": [(line.id, 400)]})
        items = self._find_items()
        self.assertEqual(self._picture(), before)
        self.assertEqual(set(items.mapped("status")), {"collectable"})
        self.assertEqual(sum(items.mapped("amount_disputed")), 0)

    # -- what shows it -------------------------------------------------------------

    def test_an_invoice_shows_what_covers_it(self):
        other = self._invoice(10, "2026-06-01")
        found = self.env["account.move"].search(
            [("cartera_covered_by_id", "!=", False)]
        )
        self.assertEqual(found & (self.moves | other), self.moves)
        self.assertEqual(self.old.cartera_covered_by_id, self.agreement)
        self.assertFalse(other.cartera_covered_by_id)
        self.agreement.sudo()._close("cancelled", self.agreement.date, "Test")
        self.assertFalse(self.old.cartera_covered_by_id)

    def test_a_message_asks_for_the_overdue_instalment(self):
        with self._on("2026-07-12"):
            rows = self.env["cartera.message.renderer"]._read_items(
                self._case(), self.company
            )[self.debtor.id]
        self.assertEqual(
            [(row["document"], row["amount"], row["days"]) for row in rows],
            [
                (self.old.name, 700, 2),
                (self.young.name, 500, -8),
                (self.old.name, 300, -8),
            ],
        )
        self.assertEqual(
            {row["line_id"] for row in rows}, set(self.agreement.item_ids.line_id.ids)
        )
