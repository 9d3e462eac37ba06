from odoo import Command
from odoo.tests import Form, tagged

from .common import CarteraCommon

MONTH_ENDS = ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31")


@tagged("post_install", "-at_install", "cartera")
class TestLedger(CarteraCommon):
    """The open items equal the receivable accounts, whatever happened in them."""

    def assertEvenAlways(self, companies=None):
        self.assertLedgerEven(None, companies)
        for day in (*MONTH_ENDS, "2026-06-30"):
            self.assertLedgerEven(day, companies)

    def test_partial_and_full_settlements(self):
        first = self._invoice(1000, "2026-01-10", due="2026-02-10")
        second = self._invoice(500, "2026-02-10", due="2026-03-10")
        self._pay(first, 250, "2026-02-15")
        self._pay(first | second, 900, "2026-03-20")
        self._pay(second, 350, "2026-05-05")
        self.assertEvenAlways()

    def test_an_undone_settlement(self):
        invoice = self._invoice(1000, "2026-01-10")
        payment = self._pay(invoice, 1000, "2026-03-05")
        self._receivable_lines(invoice).remove_move_reconcile()
        self.assertEvenAlways()
        payment.action_draft()
        payment.action_cancel()
        self.assertEvenAlways()

    def test_gain_and_loss_on_exchange(self):
        euro = self.setup_other_currency(
            "EUR",
            rates=[("2026-01-01", 0.05), ("2026-03-01", 0.06), ("2026-05-01", 0.04)],
        )
        gain = self._invoice(100, "2026-01-10", currency=euro)
        loss = self._invoice(100, "2026-03-10", currency=euro)
        self._pay(gain, 60, "2026-03-15", currency=euro)
        self._pay(gain, 40, "2026-05-15", currency=euro)
        self._pay(loss, 100, "2026-05-20", currency=euro)
        self.assertEvenAlways()
        self._receivable_lines(gain).remove_move_reconcile()
        self.assertEvenAlways()

    def test_settled_in_another_currency(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.05), ("2026-04-01", 0.04)]
        )
        invoice = self._invoice(100, "2026-01-10", currency=euro)
        self._pay(invoice, 1500, "2026-04-15")
        self._pay(invoice, 1200, "2026-05-10")
        self.assertEvenAlways()

    def test_reversals(self):
        invoice = self._invoice(1000, "2026-01-10")
        self._pay(invoice, 200, "2026-02-20")
        credit = self._invoice(300, "2026-03-15", move_type="out_refund")
        self._match(invoice | credit)
        cancelled = self._invoice(70, "2026-02-02")
        cancelled._reverse_moves(
            [{"date": "2026-04-04", "invoice_date": "2026-04-04"}], cancel=True
        )
        self.assertEvenAlways()

    def test_cash_basis_taxes(self):
        self.company.tax_exigibility = True
        transition = self.company_data["default_account_tax_sale"].copy(
            {"reconcile": True}
        )
        tax = self.company_data["default_tax_sale"].copy(
            {
                "name": "Paid VAT",
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
            }
        )
        invoice = self._invoice(1000, "2026-01-10", post=False)
        invoice.invoice_line_ids.tax_ids = [Command.set(tax.ids)]
        invoice.action_post()
        self._pay(invoice, 500, "2026-02-20")
        self.assertTrue(
            self.env["account.move"].search_count(
                [("tax_cash_basis_origin_move_id", "=", invoice.id)]
            )
        )
        self._pay(invoice, invoice.amount_residual, "2026-04-20")
        self.assertEvenAlways()

    def test_opening_entries_and_entries_without_partner(self):
        equity = self.company_data["default_account_revenue"]
        self._entry(
            "2026-01-01",
            [
                (self.receivable, self.debtor, 5000),
                (self.receivable, None, 30),
                (equity, None, -5030),
            ],
        )
        self.assertEvenAlways()
        self.assertEqual(
            self._items().search([("debtor_id", "=", False)]).mapped("kind"), ["entry"]
        )

    def test_drafts_and_cancelled_entries(self):
        self._invoice(10, "2026-02-01", post=False)
        back_to_draft = self._invoice(20, "2026-02-01")
        back_to_draft.button_draft()
        cancelled = self._invoice(30, "2026-02-01")
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertEvenAlways()

    def test_one_debtor_settles_for_another(self):
        """The balances of both stay in the ledger, and nothing is open of either."""
        other = self._create_debtor("Ferretería La Tuerca")
        invoice = self._invoice(100, "2026-01-10")
        payment = self._pay(self.env["account.move"], 100, "2026-02-10", partner=other)
        self._match(invoice | payment.move_id)
        self.assertFalse(self._find_items() | self._find_items(other))
        self.assertEvenAlways()

    def test_branches_of_one_company(self):
        branch = self.env["res.company"].create(
            {"name": "Sucursal Puebla", "parent_id": self.company.id}
        )
        self.env.user.company_ids = [Command.link(branch.id)]
        self.debtor.with_company(
            branch
        ).property_account_receivable_id = self.receivable
        companies = self.company | branch
        env = self.env(
            context=dict(self.env.context, allowed_company_ids=companies.ids)
        )
        of_branch = self._invoice(300, "2026-01-10", company=branch)
        self._invoice(40, "2026-02-10")
        payment = self._pay(self.env["account.move"], 300, "2026-03-10")
        self._match((of_branch | payment.move_id).with_env(env))
        self.assertEvenAlways(companies)
        for company in companies:
            for day in (None, *MONTH_ENDS):
                self.assertEqual(
                    self.env["cartera.case"]._verify_ledger(company, day), [], day
                )

    def test_a_tampered_residual_is_found(self):
        invoice = self._invoice(100, "2026-01-10")
        line = self._receivable_lines(invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 90 WHERE id = %s", [line.id]
        )
        rows = self.env["cartera.case"]._verify_ledger(self.company)
        self.assertEqual(len(rows), 1)
        self.assertEqual(
            (
                rows[0]["debtor_id"],
                rows[0]["ledger_amount"],
                rows[0]["item_amount"],
                rows[0]["difference"],
            ),
            (self.debtor.id, 100, 90, -10),
        )

    def test_the_button_tells_and_drills_down(self):
        invoice = self._invoice(100, "2026-01-10")
        check = Form(self.env["cartera.ledger.check"]).save()
        check.action_check()
        self.assertTrue(check.checked)
        self.assertFalse(check.line_ids)
        self.assertEqual((check.balance_count, check.ledger_total), (1, 100))
        line = self._receivable_lines(invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 90 WHERE id = %s", [line.id]
        )
        check.action_check()
        self.assertRecordValues(
            check.line_ids,
            [
                {
                    "debtor_id": self.debtor.id,
                    "difference": -10.0,
                    "ledger_amount": 100.0,
                }
            ],
        )
        check.action_check()
        self.assertEqual(len(check.line_ids), 1)
        action = check.line_ids.action_open_journal_items()
        found = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(found, line)
