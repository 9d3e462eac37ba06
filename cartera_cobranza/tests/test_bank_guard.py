from odoo import fields
from odoo.tests import tagged

from .strategy_common import StrategyCommon

DO = ("do", "due")
STALE = ("skip", "bank_stale")
TRANSIT = ("skip", "money_in_transit")


@tagged("post_install", "-at_install", "cartera")
class TestBankGuard(StrategyCommon):
    """Nobody is asked for money that may have come in already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._step("preventive", -5, "call")
        cls._step("notice", 10)
        cls.invoice = cls._due(12)
        cls._due(-3, 70)
        cls._night()

    def _bank_line(self, day, amount=1, partner=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "date": day,
                "payment_ref": "Transfer",
                "amount": amount,
                "partner_id": partner.id if partner else False,
            }
        )

    def _payment(self, amount, post=True, **values):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.debtor.id,
                "amount": amount,
                "date": "2026-06-29",
                "journal_id": self.bank_journal.id,
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    # -- old statements -----------------------------------------------------------

    def test_old_statements(self):
        self.company.cartera_bank_lag_days = 3
        self.assertEqual(self._told()["notice"], STALE, "there are none at all")
        self._bank_line("2026-06-26")
        self.assertEqual(self._told()["notice"], STALE)
        self._bank_line("2026-06-27")
        told = self._told()
        self.assertEqual(told["notice"], DO)
        self.assertEqual(told["preventive"], DO)

    def test_reminders_go_on(self):
        self.company.cartera_bank_lag_days = 3
        self.assertEqual(self._told()["preventive"], DO)

    def test_off_by_default(self):
        self.assertEqual(self._told()["notice"], DO)

    def test_of_a_day_to_come_the_movements_are_still_to_be(self):
        self.company.cartera_bank_lag_days = 3
        self._bank_line("2026-06-29")
        self.assertEqual(self._told("2026-07-10")["notice"], DO)

    def test_movements_after_a_past_day_do_not_count(self):
        self.company.cartera_bank_lag_days = 3
        self._bank_line("2026-06-29")
        self.assertEqual(self._told("2026-06-28")["notice"], STALE)

    # -- money on its way ---------------------------------------------------------

    def test_an_unmatched_receipt(self):
        self._payment(799.99)
        self.assertEqual(self._told()["notice"], DO)
        self._payment(0.01)
        told = self._told()
        self.assertEqual(told["notice"], TRANSIT)
        self.assertEqual(told["preventive"], DO)

    def test_a_bank_movement_of_the_debtor(self):
        self._bank_line("2026-06-29", 799, self.debtor)
        self.assertEqual(self._told()["notice"], DO)
        self._bank_line("2026-06-29", 5, self.debtor)
        self.assertEqual(self._told()["notice"], TRANSIT)

    def test_of_another_debtor(self):
        other = self._create_debtor("Other")
        self._bank_line("2026-06-29", 5000, other)
        self.assertEqual(self._told()["notice"], DO)

    def test_asked_about_one_debtor_it_tells_of_its_money_alone(self):
        other = self._create_debtor("Other")
        self._bank_line("2026-06-29", 100, self.debtor)
        self._bank_line("2026-06-29", 50, other)
        self.company.cartera_transit_share = 50
        guard = self.env["cartera.bank.guard"]

        def money(ids):
            transit, _stale = guard._get_guard(self.company, fields.Date.today(), ids)
            rows = self.env.execute_query_dict(transit)
            return {row["debtor_id"]: row["amount"] for row in rows}

        self.assertEqual(money([self.debtor.id]), {self.debtor.id: 100})
        self.assertEqual(money(None), {self.debtor.id: 100, other.id: 50})

    def test_money_that_goes_out(self):
        self._bank_line("2026-06-29", -5000, self.debtor)
        self.assertEqual(self._told()["notice"], DO)

    def test_a_payment_that_waits_for_the_bank(self):
        payment = self._payment(900, post=False)
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertEqual(self._told()["notice"], TRANSIT)

    def test_switched_off(self):
        self.company.cartera_transit_share = 0
        self._payment(900)
        self.assertEqual(self._told()["notice"], DO)

    def test_a_pending_online_payment(self):
        if "payment.transaction" not in self.env:
            # What cannot be there holds nobody back.
            self.assertEqual(self._told()["notice"], DO)
            return
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        method = (
            self.env["payment.method"]
            .sudo()
            .search([("active", "in", [True, False])], limit=1)
        )
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.copy({"company_id": self.company.id}).id,
                    "payment_method_id": method.id,
                    "reference": "web-1",
                    "amount": 1,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": self.debtor.id,
                }
            )
        )
        self.assertEqual(self._told()["notice"], DO, "only begun")
        transaction.write(
            {"state": "pending", "last_state_change": "2026-06-28 10:00:00"}
        )
        self.assertEqual(self._told()["notice"], TRANSIT)
        transaction.last_state_change = "2026-06-15 10:00:00"
        self.assertEqual(self._told()["notice"], DO)

    def test_at_the_run_as_well(self):
        plan = self._simulate()
        self._payment(900)
        plan.action_approve()
        notice = plan.line_ids.filtered(lambda line: line.step_id.name == "notice")
        self.assertEqual((notice.state, notice.reason), ("left_out", TRANSIT[1]))
