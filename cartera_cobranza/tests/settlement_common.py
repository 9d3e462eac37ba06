from unittest import SkipTest

from odoo import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from .agreement_common import AgreementCommon


def skip_unless_installed(module):
    """:raise SkipTest: when the localisation is not there to be tested with"""
    if module not in Registry(get_db_name())._init_modules:
        raise SkipTest(f"{module} is not installed")


class SettlementCommon(AgreementCommon):
    """A company that can settle, and builders of invoices with taxes and agreements
    whose money is in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss_account = cls._account("WAIV", "Waived", "expense")
        cls.discount_account = cls._account("DISC", "Discounts", "expense")
        cls.tax_account = cls._account("VATP", "VAT payable", "liability_current")
        cls.company.cartera_agreement_journal_id = cls.misc_journal
        cls.company.cartera_writeoff_account_id = cls.loss_account
        cls.company.account_journal_early_pay_discount_loss_account_id = (
            cls.discount_account
        )
        cls.income = cls._revenue_account(cls.company)

    @classmethod
    def _account(cls, code, name, kind, **values):
        return cls.env["account.account"].create(
            {"code": code, "name": name, "account_type": kind, **values}
        )

    @classmethod
    def _tax(cls, name, amount, account=None, **values):
        """A sale tax on ``account``, of ``amount`` per cent unless told otherwise."""
        account = account or cls.tax_account
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
                **values,
            }
        )

    @classmethod
    def _taxed_invoice(cls, *lines, day="2026-04-01", due="2026-05-01", **values):
        """An invoice of ``(price, taxes)`` lines."""
        move = cls._invoice(1, day, due, post=False, **values)
        move.invoice_line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": "Goods",
                        "price_unit": price,
                        "account_id": cls.income.id,
                        "tax_ids": [Command.set(taxes.ids)],
                    }
                )
                for price, taxes in lines
            ),
        ]
        move.action_post()
        return move

    @classmethod
    def _make_agreement(cls, *args, **values):
        folio = f"FIN/{cls.env['cartera.agreement'].search_count([]) + 1:04}"
        return super()._make_agreement(*args, name=folio, **values)

    def _settled(self, moves, paid, product=None, day="2026-07-05", **values):
        """The agreement to take ``paid`` for ``moves``, paid and settled on ``day``."""
        agreement = self._make_agreement(
            moves, (day, paid), kind="finiquito", product=product, **values
        )
        with self._on(day):
            self._pay(moves, paid, day, currency=agreement.currency_id)
            self.assertTrue(agreement._settle(self._day(day)))
        return agreement

    @classmethod
    def _day(cls, iso):
        return cls.env["cartera.agreement"]._fields["date"].to_date(iso)

    def _balances(self, moves):
        """Balance by account of the journal items of ``moves``."""
        totals = {}
        for line in moves.line_ids:
            totals[line.account_id] = totals.get(line.account_id, 0) + line.balance
        return {
            account: round(total, 2)
            for account, total in totals.items()
            if round(total, 2)
        }

    def _booked(self, agreement):
        return agreement.move_ids.filtered("cartera_settles")

    def assertSettled(self, agreement):
        """The agreement is kept and nothing of what it covers is open."""
        self.assertEqual(agreement.state, "kept")
        lines = agreement.item_ids.line_id
        self.assertEqual(set(lines.mapped("amount_residual")), {0})
        self.assertEqual(set(lines.mapped("amount_residual_currency")), {0})
        self.assertTrue(all(lines.mapped("full_reconcile_id")))
        for move in self._booked(agreement):
            self.assertEqual(move.state, "posted")
            self.assertIn(agreement.name, move.ref)
            self.assertEqual(
                set(self._receivable_lines(move).mapped("amount_residual")), {0}
            )
        self.assertLedgerEven()
