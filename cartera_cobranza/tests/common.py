from datetime import date

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

TODAY = "2026-06-30"


class CarteraCommon(AccountTestInvoicingCommon):
    """A company with a real chart of accounts on a fixed day, and short builders."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref(
            "cartera_cobranza.group_cartera_supervisor"
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen = cls.startClassPatcher(freeze_time(TODAY))
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls.policy = cls.env.ref("cartera_cobranza.cartera_aging_policy_standard")
        cls.company.cartera_aging_policy_id = cls.policy
        (
            cls.stage_preventiva,
            cls.stage_administrativa,
            cls.stage_extrajudicial,
            cls.stage_judicial,
        ) = (
            cls.env.ref(f"cartera_cobranza.cartera_stage_{code}")
            for code in ("preventiva", "administrativa", "extrajudicial", "judicial")
        )
        cls.debtor = cls._create_debtor("Abarrotes El Faro")
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.misc_journal = cls.company_data["default_journal_misc"]

    # -- builders -----------------------------------------------------------------

    @classmethod
    def _create_debtor(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, **values}
        )

    @classmethod
    def _create_user(cls, login, group, **values):
        return new_test_user(
            cls.env,
            login,
            groups=f"cartera_cobranza.group_cartera_{group}",
            company_id=cls.env.company.id,
            company_ids=[Command.set(cls.env.company.ids)],
            **values,
        )

    @classmethod
    def _invoice(
        cls,
        amount,
        day,
        due=None,
        partner=None,
        move_type="out_invoice",
        currency=None,
        company=None,
        post=True,
        **values,
    ):
        """An invoice of ``amount`` without taxes, of ISO ``day`` and due on ``due``.

        :param due: an ISO date, or a list of ``(ISO date, percent)`` for instalments
        """
        company = company or cls.env.company
        data = {
            "move_type": move_type,
            "partner_id": (partner or cls.debtor).id,
            "company_id": company.id,
            "invoice_date": day,
            "date": day,
            "currency_id": (currency or company.currency_id).id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Goods",
                        "quantity": 1,
                        "price_unit": amount,
                        "account_id": cls._revenue_account(company).id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
            **values,
        }
        if isinstance(due, list):
            data["invoice_payment_term_id"] = cls._terms(day, due).id
        else:
            data["invoice_payment_term_id"] = False
            data["invoice_date_due"] = due or day
        move = cls.env["account.move"].with_company(company).create(data)
        if post:
            move.action_post()
        return move

    @classmethod
    def _revenue_account(cls, company):
        return (
            cls.env["account.account"]
            .with_company(company)
            .search(
                [
                    ("account_type", "=", "income"),
                    ("company_ids", "parent_of", company.id),
                ],
                limit=1,
            )
        )

    @classmethod
    def _terms(cls, day, instalments):
        start = fields.Date.to_date(day)
        return cls.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": percent,
                            "delay_type": "days_after",
                            "nb_days": (date.fromisoformat(due) - start).days,
                        }
                    )
                    for due, percent in instalments
                ],
            }
        )

    @classmethod
    def _pay(cls, moves, amount, day, currency=None, match=True, partner=None):
        """A customer payment of ``day``, matched with the oldest items of ``moves``.

        :param moves: invoices, or an empty recordset for an unapplied payment
        """
        company = moves.company_id or cls.env.company
        payment = (
            cls.env["account.payment"]
            .with_company(company)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": (partner or moves.partner_id or cls.debtor).id,
                    "amount": amount,
                    "date": day,
                    "currency_id": (currency or company.currency_id).id,
                    "journal_id": cls.bank_journal.id,
                }
            )
        )
        payment.action_post()
        if match and moves:
            cls._match(payment.move_id | moves)
        return payment

    @classmethod
    def _match(cls, moves):
        """Match the receivable items of ``moves`` with each other, the oldest first."""
        lines = cls._receivable_lines(moves).filtered(lambda line: not line.reconciled)
        lines.sorted("date_maturity").reconcile()

    @classmethod
    def _receivable_lines(cls, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _entry(cls, day, lines, journal=None, post=True):
        """A journal entry from ``(account, partner, balance)`` or
        ``(account, partner, balance, currency, amount_currency)`` rows."""
        commands = []
        for account, partner, balance, *foreign in lines:
            values = {
                "account_id": account.id,
                "partner_id": partner.id if partner else False,
                "balance": balance,
            }
            if foreign:
                values.update(currency_id=foreign[0].id, amount_currency=foreign[1])
            commands.append(Command.create(values))
        move = cls.env["account.move"].create(
            {
                "date": day,
                "journal_id": (journal or cls.misc_journal).id,
                "line_ids": commands,
            }
        )
        if post:
            move.action_post()
        return move

    # -- readers ------------------------------------------------------------------

    @classmethod
    def _items(cls, as_of=None, company=None, **context):
        return cls.env["cartera.open.item"].with_context(
            cartera_as_of=as_of or False, **context
        )

    @classmethod
    def _find_items(cls, partner=None, as_of=None, company=None):
        return cls._items(as_of).search(
            [
                ("debtor_id", "=", (partner or cls.debtor).id),
                ("company_id", "=", (company or cls.env.company).id),
            ]
        )

    @classmethod
    def _case(cls, partner=None, company=None):
        return cls.env["cartera.case"].search(
            [
                ("partner_id", "=", (partner or cls.debtor).id),
                ("company_id", "=", (company or cls.env.company).id),
            ]
        )

    @classmethod
    def _hold(cls, until, reason="Flood", case=None, **values):
        """A pause until ISO day ``until``, of the debtor as a whole unless ``line_ids``
        says which items."""
        values = {"reason": reason, "date_review": until, **values}
        return (case or cls._case()).sudo()._pause(values)

    @classmethod
    def _make_promise(cls, *payments, case=None, **values):
        """An open promise of ``(ISO day, amount)`` payments."""
        values = {"override_reason": "Test", "installments": payments, **values}
        return (case or cls._case()).sudo()._take_promise(values)

    @classmethod
    def _consent(cls, partner, channel, decision="granted", **values):
        return (
            cls.env["cartera.consent"]
            .sudo()
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "channel": channel,
                    "decision": decision,
                    "source": "contract",
                    **values,
                }
            )
        )

    @classmethod
    def _picture(cls, as_of=None):
        """What the open items show, in plain values that can be kept and compared."""
        items = cls._items(as_of).search([("company_id", "=", cls.env.company.id)])
        return sorted(
            (
                item.move_line_id.id,
                item.debtor_id.id,
                item.date_due,
                item.days_overdue,
                item.bucket_id.id,
                item.currency_id.id,
                round(item.amount_residual, 2),
                round(item.amount_residual_currency, 2),
            )
            for item in items
        )

    def assertLedgerEven(self, date=None, companies=None):
        """The open items equal the receivable accounts, by the module's own check and
        by sums made here."""
        companies = companies or self.env.company
        self.assertEqual(self.env["cartera.case"]._verify_ledger(companies, date), [])
        domain = [
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("company_id", "in", companies.ids),
        ]
        if date:
            domain.append(("date", "<=", date))
        [(balance,)] = self.env["account.move.line"]._read_group(
            domain, [], ["balance:sum"]
        )
        [(residual,)] = self._items(date)._read_group(
            [("company_id", "in", companies.ids)], [], ["amount_residual:sum"]
        )
        self.assertAlmostEqual(balance or 0, residual or 0, 2)

    def _on(self, day):
        """Be on ISO ``day`` for the time of a ``with`` block."""
        return freeze_time(day)
