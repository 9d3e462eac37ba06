from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .agreement_days_common import AgreementDays
from .settlement_common import SettlementCommon, skip_unless_installed


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestAgreementDaysCases(AgreementDays):
    """Agreements about debts of every kind, day by day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._agreement_product(
            method="custom", default_missed=1, default_days=0, notice_days=0
        )
        cls.finiquito = cls._agreement_product(
            "finiquito", method="custom", settlement_method="write_off"
        )

    def _plain(self, name, amount, day, due, **values):
        return self._call(name, self._invoice(amount, day, due=due, **values))

    def _custom(self, *payments, product=None, **vals):
        product = product or self.product
        return self._agree(product_id=product.id, payments=list(payments), **vals)

    # -- foreign currency ---------------------------------------------------------

    def _in_euros(self, product=None):
        """100 € booked at 20 and 60 € at 25 pesos, agreed when the euro is at 30, and
        paid at 32 and 40."""
        self.euro = self.setup_other_currency(
            "EUR",
            rates=[
                (day, 1 / rate)
                for day, rate in (
                    ("2026-01-01", 20),
                    ("2026-04-01", 25),
                    ("2026-06-01", 30),
                    ("2026-07-20", 32),
                    ("2026-08-20", 40),
                )
            ],
        )
        cases = (
            ("first", 100, "2026-03-01", "2026-03-31"),
            ("second", 60, "2026-04-10", "2026-04-30"),
        )
        self.first, self.second = (
            self._plain(*case, currency=self.euro) for case in cases
        )
        self.account_names |= {
            self.euro_gain: "exchange gain",
            self.euro_loss: "exchange loss",
        }
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            return self._custom(("2026-07-31", 80), ("2026-08-31", 80), product=product)

    @property
    def euro_gain(self):
        return self.company.income_currency_exchange_account_id

    @property
    def euro_loss(self):
        return self.company.expense_currency_exchange_account_id

    def test_foreign_currency_paid_at_other_rates(self):
        agreement = self._in_euros()
        with self._walk("2026-07-01"):
            self.assertEqual(agreement.currency_id, self.euro)
            self.assertFalse(agreement.move_ids)
            # In euros, at the book value of each.
            self.assertItems(
                ("first", "2026-07-31", 80, "Not due", "91-120", "collectable"),
                ("first", "2026-08-31", 20, "Not due", "91-120", "collectable"),
                ("second", "2026-08-31", 60, "Not due", "61-90", "collectable"),
            )
            self.assertEqual(
                sorted(self._find_items().mapped("amount_residual")), [400, 1500, 1600]
            )
            self.assertCase(amount_total=3500, amount_agreed=3500, amount_overdue=0)
        with self._walk("2026-07-31"):
            self._money(80, self.first, name="payment 1", currency_id=self.euro.id)
            # 80 € booked at 20 and paid at 32.
            self.assertExchange(80 * 12)
        with self._walk("2026-08-01"):
            # Differences of exchange pay nothing and forgive nothing.
            self.assertAgreement(
                agreement,
                "active",
                amount_paid=80,
                amount_credited=0,
                amount_open=80,
            )
            self.assertCase(amount_total=1900)
        with self._walk("2026-08-31"):
            self._money(
                80, self.first, self.second, name="payment 2", currency_id=self.euro.id
            )
            # 20 € booked at 20 and 60 € at 25, paid at 40.
            self.assertExchange(80 * 12 + 20 * 20 + 60 * 15)
        with self._walk("2026-09-01"):
            self.assertAgreement(agreement, "kept", amount_paid=160, amount_credited=0)
            self.assertOpen(self.first | self.second, 0, 0)
            self.assertItems()
            self.assertCase(amount_total=0)
            self.assertFalse(agreement.move_ids)
            self.assertDocuments(
                agreement,
                ("contract", "valid", "valid"),
                ("paz_y_salvo", "valid", "valid"),
            )
        self.assertPastUnchanged()

    def assertExchange(self, gain):
        """So much was gained in exchange and nothing lost, to the cent."""
        totals = dict(
            self.env["account.move.line"]._read_group(
                [
                    ("account_id", "in", (self.euro_gain | self.euro_loss).ids),
                    ("parent_state", "=", "posted"),
                    ("company_id", "=", self.company.id),
                ],
                ["account_id"],
                ["balance:sum"],
            )
        )
        self.assertEqual(
            {account: round(total, 2) for account, total in totals.items()},
            {self.euro_gain: -gain},
        )

    def test_foreign_currency_broken(self):
        agreement = self._in_euros()
        with self._walk("2026-07-31"):
            self._money(50, self.first, name="part of 1", currency_id=self.euro.id)
        with self._walk("2026-08-04"):
            self.assertAgreement(agreement, "broken", amount_paid=50)
            self.assertItems(
                ("first", "2026-03-31", 50, "121-180", "121-180", "collectable"),
                ("second", "2026-04-30", 60, "91-120", "91-120", "collectable"),
            )
            self.assertCase(amount_total=2500, amount_collectable=2500)
        self.assertPastUnchanged()

    def test_foreign_currency_moved_and_broken(self):
        """Moved at book value, without any difference of exchange; so is what goes
        back."""
        moved = self._moving_product()
        agreement = self._in_euros(moved)
        entry = self._call("moved", agreement.move_ids)
        lines = entry.line_ids
        self.assertEqual(
            sorted((line.balance, line.amount_currency) for line in lines),
            [(-2000, -100), (-1500, -60), (400, 20), (1500, 60), (1600, 80)],
        )
        self.assertEqual(set(lines.currency_id), {self.euro})
        with self._walk("2026-07-31"):
            self.assertCase(amount_total=3500, amount_overdue=0)
            self._money(50, entry, name="part of 1", currency_id=self.euro.id)
            # 50 € booked at 20 and paid at 32.
            self.assertCase(amount_total=2500)
        with self._walk("2026-08-04"):
            self.assertAgreement(agreement, "broken", amount_paid=50)
            self.assertOpen(self.first | self.second, 50, 60)
            self.assertItems(
                ("first", "2026-03-31", 50, "121-180", "121-180", "collectable"),
                ("second", "2026-04-30", 60, "91-120", "91-120", "collectable"),
            )
            self.assertCase(amount_total=2500, amount_collectable=2500)
            back = agreement.move_ids - entry
            self.assertEqual(
                sorted((line.balance, line.amount_currency) for line in back.line_ids),
                [
                    (-1500, -60),
                    (-600, -30),
                    (-400, -20),
                    (1000, 50),
                    (1500, 60),
                ],
            )

    # -- reclassification ---------------------------------------------------------

    def _moving_product(self):
        return self._agreement_product(
            ledger_mode="reclassification",
            method="custom",
            default_missed=1,
            default_days=0,
            notice_days=0,
        )

    def _move_debt(self):
        """1,000 and 500: 300 of 1,500 are waived if 700 and 500 are paid."""
        under = self._account(
            "UAGR", "Under agreement", "asset_receivable", reconcile=True
        )
        self.company.cartera_agreement_account_id = under
        self.account_names[under] = "under agreement"
        self.first = self._plain("first", 1000, "2026-03-01", "2026-03-31")
        self.second = self._plain("second", 500, "2026-04-01", "2026-04-30")
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            agreement = self._custom(
                ("2026-07-31", 700),
                ("2026-08-31", 500),
                product=self._moving_product(),
                quita_capital=20,
            )
            entry = self._call("moved", agreement.move_ids)
            self.assertMoved(entry)
        return agreement, entry

    def _on_account(self):
        """Money goes where the items stand that it pays, as where it is registered on
        them."""
        account = self.company.cartera_agreement_account_id
        return {"destination_account_id": account.id}

    def assertMoved(self, entry):
        self.assertEntry(
            entry,
            ("receivable", 0, 1000, "2026-03-31", {"first": 1000}),
            ("under agreement", 700, 0, "2026-07-31", {}),
            ("under agreement", 100, 0, "2026-08-31", {}),
            ("receivable", 200, 0, "2026-08-31", {}),
            ("receivable", 0, 500, "2026-04-30", {"second": 500}),
            ("under agreement", 400, 0, "2026-08-31", {}),
            ("receivable", 100, 0, "2026-08-31", {}),
        )
        self.assertOpen(self.first | self.second, 0, 0)
        self.assertItems(
            ("moved", "2026-07-31", 700, "Not due", "91-120", "collectable"),
            ("moved", "2026-08-31", 100, "Not due", "91-120", "collectable"),
            ("moved", "2026-08-31", 200, "Not due", "91-120", "no_followup"),
            ("moved", "2026-08-31", 400, "Not due", "61-90", "collectable"),
            ("moved", "2026-08-31", 100, "Not due", "61-90", "no_followup"),
        )
        self.assertCase(
            amount_total=1500,
            amount_agreed=1500,
            amount_overdue=0,
            amount_collectable=0,
        )

    def test_moved_and_kept(self):
        agreement, entry = self._move_debt()
        with self._walk("2026-07-01"):
            self.assertCase(stage_id="preventiva")
            # The entry has nothing to be declared as paid.
            self.assertEqual(
                set((self.first | self.second).mapped("state")), {"posted"}
            )
        with self._walk("2026-07-28"):
            self.assertEqual(
                {name for name, _number, _amount in self._steps()}, {"Remind"}
            )
        with self._walk("2026-07-31"):
            self._money(700, name="payment 1", **self._on_account())
            self._as(self.collector, agreement).action_match_payments()
        with self._walk("2026-08-01"):
            self.assertAgreement(agreement, "active", amount_paid=700, amount_open=500)
            self.assertInstallments(
                agreement, (1, "paid", 700, 0, 0), (2, "pending", 0, 500, 0)
            )
        with self._walk("2026-08-31"):
            self._money(500, name="payment 2", **self._on_account())
            self._as(self.collector, agreement).action_match_payments()
            self.assertAgreement(
                agreement, "active", "complete", is_settlement_due=True
            )
        with self._walk("2026-09-01"):
            self.assertAgreement(agreement, "kept", amount_paid=1200)
            self.assertItems()
            self.assertCase(amount_total=0, stage_id="preventiva")
            # Of each what the agreement says.
            notes = self._booked(agreement).sorted("id")
            for note, name, amount in zip(
                notes, ("first", "second"), (200, 100), strict=True
            ):
                self.assertEntry(
                    note,
                    ("sales", amount, 0),
                    ("receivable", 0, amount, "2026-09-01", {name: amount}),
                )
                self.assertEqual(note.reversed_entry_id, getattr(self, name))
            self.assertTrue(all(entry.line_ids.mapped("reconciled")))
            self.assertSettled(agreement)
            self.assertDocuments(
                agreement,
                ("contract", "valid", "valid"),
                ("settlement_letter", "valid", "valid"),
            )

    def _steps(self):
        done = self.env["cartera.step.execution"].search(
            [("date", "=", self._today())], order="id"
        )
        return [
            (
                one.step_id.name,
                one.plan_line_id.installment_id.number or None,
                one.plan_line_id.amount,
            )
            for one in done
        ]

    def _today(self):
        return self.company._get_cartera_today()

    def test_moved_and_broken(self):
        agreement, entry = self._move_debt()
        with self._walk("2026-07-31"):
            self._money(250, entry, name="part of 1", **self._on_account())
        with self._walk("2026-08-03"):
            self.assertAgreement(agreement, "active")
            self.assertItems(
                ("moved", "2026-07-31", 450, "1-30", "121-180", "collectable"),
                ("moved", "2026-08-31", 100, "Not due", "121-180", "collectable"),
                ("moved", "2026-08-31", 200, "Not due", "121-180", "no_followup"),
                ("moved", "2026-08-31", 400, "Not due", "91-120", "collectable"),
                ("moved", "2026-08-31", 100, "Not due", "91-120", "no_followup"),
            )
        with self._walk("2026-08-04"):
            self.assertAgreement(agreement, "broken", date_ended="2026-08-04")
            self.assertItems(
                ("first", "2026-03-31", 750, "121-180", "121-180", "collectable"),
                ("second", "2026-04-30", 500, "91-120", "91-120", "collectable"),
            )
            self.assertCase(
                amount_total=1250,
                amount_collectable=1250,
                amount_agreed=0,
                stage_id="extrajudicial",
            )
            self.assertWentBack(agreement.move_ids - entry)
            self.assertDocuments(agreement, ("contract", "valid", "valid"))
            self.assertSteps(("Chase", None, 1250), ("Demand", None, 1250))
        with self._walk("2026-08-05"):
            self.assertSteps()
            self._money(1250, self.first, self.second, name="all of it")
            self.assertItems()

    def assertWentBack(self, back):
        self._call("back", back)
        self.assertEntry(
            back,
            ("under agreement", 0, 450, "False", {"moved": 450}),
            ("under agreement", 0, 100, "False", {"moved": 100}),
            ("receivable", 0, 200, "False", {"moved": 200}),
            ("receivable", 750, 0, "2026-03-31", {"moved": 750}),
            ("under agreement", 0, 400, "False", {"moved": 400}),
            ("receivable", 0, 100, "False", {"moved": 100}),
            ("receivable", 500, 0, "2026-04-30", {"moved": 500}),
        )
        # What was paid of it stays applied.
        self.assertEqual(
            self._matched_with(self._receivable_lines(self.first)), {"moved": 250}
        )
        self.assertEqual(self._matched_with(self._receivable_lines(self.second)), {})

    # -- instalment invoices, partial payments, credits ---------------------------

    def test_instalment_invoice_paid_in_part_with_credits_at_hand(self):
        """An invoice in three, of which 150 are paid and 100 credited before, and 80
        lie unapplied: they settle nothing by themselves."""
        invoice = self._plain(
            "in three",
            900,
            "2026-03-01",
            [("2026-03-31", 30), ("2026-05-31", 30), ("2026-08-31", 40)],
        )
        self._call("before", self._pay(invoice, 150, "2026-04-10").move_id)
        note = self._plain(
            "note", 100, "2026-04-20", "2026-04-20", move_type="out_refund"
        )
        self._match(note | invoice)
        self._call(
            "unapplied",
            self._pay(invoice.browse(), 80, "2026-06-15", partner=self.debtor).move_id,
        )
        self.assertOpen(invoice, 20, 270, 360)
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            agreement = self._custom(
                ("2026-07-15", 200),
                ("2026-08-15", 320),
                product=self.finiquito,
                quita_capital=20,
            )
            self.assertAgreement(agreement, "active", amount_debt=650, amount_quita=130)
            self.assertEqual(agreement.amount_credits, 80)
            self.assertEqual(
                agreement.item_ids.mapped("amount_credited_before"), [100, 0, 0]
            )
            credit = ("unapplied", "2026-06-15", -80, "1-30", "1-30", "credit")
            self.assertItems(
                credit,
                ("in three", "2026-07-15", 20, "Not due", "91-120", "collectable"),
                ("in three", "2026-07-15", 180, "Not due", "1-30", "collectable"),
                ("in three", "2026-08-15", 90, "Not due", "1-30", "collectable"),
                ("in three", "2026-08-15", 230, "Not due", "Not due", "collectable"),
                ("in three", "2026-08-15", 130, "Not due", "Not due", "agreed"),
            )
            self.assertCase(amount_total=570, amount_credit=-80, amount_agreed=650)
        with self._walk("2026-07-01"):
            self.assertAgreement(agreement, "active", amount_paid=0, amount_credited=0)
        with self._walk("2026-07-15"):
            self._money(120, name="payment 1")
            # The oldest money first, then that of today.
            self._as(self.collector, agreement).action_match_payments()
            self.assertAgreement(agreement, "active", amount_paid=200)
            self.assertCase(amount_credit=0)
        with self._walk("2026-08-01"):
            later = self._plain(
                "note 2", 30, "2026-08-01", "2026-08-01", move_type="out_refund"
            )
            self._match(later | invoice)
            # A credit note shortens what is to be waived, and pays nothing.
            self.assertAgreement(
                agreement,
                "active",
                amount_paid=200,
                amount_credited=30,
                amount_open=320,
            )
        with self._walk("2026-08-15"):
            self._money(320, invoice, name="payment 2")
        with self._walk("2026-08-16"):
            self.assertAgreement(agreement, "kept", amount_paid=520)
            [entry] = self._booked(agreement)
            self.assertEqual(
                self._balances(entry), {self.loss_account: 100, self.receivable: -100}
            )
            self.assertOpen(invoice, 0, 0, 0)
            self.assertItems()
            self.assertSettled(agreement)
        # The money of June was matched in July, and Odoo dates that by the money.
        self.assertPastUnchanged("2026-06-29", "2026-06-30", "2026-07-01")

    # -- a debtor with a subsidiary -----------------------------------------------

    def test_debtor_with_a_subsidiary(self):
        """What both owe is one agreement of the parent, whoever pays it."""
        north = self._create_debtor("El Faro Norte")
        own = self._plain("own", 600, "2026-03-01", "2026-03-31")
        theirs = self._plain("theirs", 400, "2026-04-01", "2026-04-30", partner=north)
        self._pass("2026-06-28")
        self.env["cartera.debtor.group"].create(
            {
                "name": "Grupo El Faro",
                "head_id": self.debtor.id,
                "member_ids": [Command.set(north.ids)],
                "is_one_case": True,
            }
        )
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            agreement = self._custom(
                ("2026-07-15", 500),
                ("2026-08-15", 300),
                product=self.finiquito,
                quita_capital=20,
            )
            self.assertItems(
                ("own", "2026-07-15", 500, "Not due", "91-120", "collectable"),
                ("own", "2026-08-15", 100, "Not due", "91-120", "collectable"),
                ("theirs", "2026-08-15", 200, "Not due", "61-90", "collectable"),
                ("theirs", "2026-08-15", 200, "Not due", "61-90", "agreed"),
            )
            self.assertCase(amount_total=1000, amount_overdue=0, amount_agreed=1000)
            self.assertEqual(self._case(north).amount_total, 0)
        with self._walk("2026-07-12"):
            self.assertSteps(("Remind", 1, 500))
        with self._walk("2026-07-15"):
            # The subsidiary pays first, which fills the oldest instalment all the same.
            self._money(280, theirs, name="from the north", partner_id=north.id)
            self._money(220, own, name="own money")
            self.assertInstallments(
                agreement, (1, "paid", 500, 0, 0), (2, "pending", 0, 300, 0)
            )
        with self._walk("2026-08-15"):
            self._money(300, name="the rest")
            self._as(self.collector, agreement).action_match_payments()
            self.assertOpen(own, 120)
            self.assertOpen(theirs, 80)
        with self._walk("2026-08-16"):
            self.assertAgreement(agreement, "kept", amount_paid=800)
            [entry] = self._booked(agreement)
            self.assertEqual(
                {
                    (line.partner_id, line.balance)
                    for line in self._receivable_lines(entry)
                },
                {(self.debtor, -120), (north, -80)},
            )
            self.assertSettled(agreement)
            self.assertItems()
        # Who answers for whom is not kept of days gone by.
        self.assertPastUnchanged("2026-06-28")

    # -- refinancing --------------------------------------------------------------

    def test_refinanced_twice_and_broken(self):
        """Each takes the place of the one before; the debt is owed once."""
        invoice = self._plain("goods", 1200, "2026-03-01", "2026-03-31")
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            one = self._custom(("2026-07-15", 600), ("2026-08-15", 600))
        with self._walk("2026-07-15"):
            self._money(200, invoice, name="part of 1")
        with self._walk("2026-07-17"):
            two = self._refinance(one, ("2026-07-31", 500), ("2026-09-30", 500))
            self.assertAgreement(one, "refinanced", date_ended="2026-07-17")
            self.assertAgreement(two, "active", amount_debt=1000, refinance_level=1)
            self.assertItems(
                ("goods", "2026-07-31", 500, "Not due", "91-120", "collectable"),
                ("goods", "2026-09-30", 500, "Not due", "91-120", "collectable"),
            )
            self.assertDocuments(one, ("contract", "valid", "ended"))
            self.assertDocuments(two, ("contract", "valid", "valid"))
        with self._walk("2026-07-18"):
            self.assertAgreement(two, "active", amount_paid=0)
            self.assertAgreement(one, "refinanced")
            self.assertInstallments(one, (1, "void", 200, 0, 0), (2, "void", 0, 0, 0))
        with self._walk("2026-07-31"):
            self._money(500, invoice, name="payment of the second")
        with self._walk("2026-08-01"):
            self.assertAgreement(two, "active", amount_paid=500)
            three = self._refinance(two, ("2026-08-31", 500))
        with self._walk("2026-08-02"):
            self.assertAgreement(three, "active", amount_paid=0, refinance_level=2)
            with self.assertRaisesRegex(UserError, "refinanced"):
                two._refinance({})
        self._pass("2026-08-31")
        with self._walk("2026-09-04"):
            self.assertAgreement(three, "broken")
            self.assertAgreement(one, "refinanced")
            self.assertItems(
                ("goods", "2026-03-31", 500, "121-180", "121-180", "collectable")
            )
            self.assertCase(amount_total=500, amount_agreed=0, stage_id="extrajudicial")
        self.assertPastUnchanged()

    def _refinance(self, agreement, *payments):
        draft = self._as(self.collector, agreement)._refinance(
            {"payments": list(payments)}
        )
        draft.action_propose()
        draft._sign()
        return self._as(self.env.user, draft)


@tagged("post_install", "-at_install", "cartera", "cartera_agreement_days")
class TestFiniquitoDaysMexico(AgreementDays):
    """A finiquito by credit notes where VAT is due when it is paid."""

    @classmethod
    @SettlementCommon.setup_chart_template("mx")
    def setUpClass(cls):
        skip_unless_installed("l10n_mx")
        super().setUpClass()
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.vat = chart.ref("tax12")
        cls.transition = cls.vat.cash_basis_transition_account_id
        cls.due_account = cls.vat.invoice_repartition_line_ids.account_id
        cls.returns = cls.company.l10n_mx_income_return_discount_account_id
        cls.account_names |= {
            cls.transition: "vat to collect",
            cls.due_account: "vat due",
            cls.returns: "returns",
        }
        cls.invoice = cls._call(
            "goods", cls._taxed_invoice((1000, cls.vat), day="2026-03-01")
        )
        cls.product = cls._agreement_product("finiquito", method="custom")

    def _balance(self, account):
        [(total,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            [],
            ["balance:sum"],
        )
        return round(total or 0, 2)

    def assertVat(self, waiting, due):
        self.assertEqual(-self._balance(self.transition), waiting)
        self.assertEqual(-self._balance(self.due_account), due)

    def _start(self):
        """1,160, of which 348 are waived if 812 are paid."""
        self._pass("2026-06-29")
        with self._walk("2026-06-30"):
            agreement = self._agree(
                product_id=self.product.id,
                quita_capital=30,
                payments=[("2026-07-10", 580), ("2026-07-24", 232)],
            )
            self.assertVat(160, 0)
        with self._walk("2026-07-10"):
            self._money(580, self.invoice, name="payment 1")
            self.assertVat(80, 80)
        return agreement

    def test_kept(self):
        agreement = self._start()
        with self._walk("2026-07-11"):
            self.assertAgreement(
                agreement, "active", amount_paid=580, amount_credited=0
            )
        with self._walk("2026-07-24"):
            self._money(232, self.invoice, name="payment 2")
            # The waiver is not collected: nothing of it falls due.
            self.assertVat(48, 112)
        with self._walk("2026-07-25"):
            self.assertAgreement(agreement, "kept")
            [note] = self._booked(agreement)
            self.assertEntry(
                note,
                ("returns", 300, 0),
                ("vat to collect", 48, 0),
                ("receivable", 0, 348, "2026-07-25", {"goods": 348}),
            )
            # Declared as collected and as credited at once.
            self.assertVat(0, 112)
            waiting = self.env["account.move.line"].search(
                [
                    ("account_id", "=", self.transition.id),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", "!=", 0),
                ]
            )
            self.assertFalse(waiting)
            self.assertSettled(agreement)
            self.assertItems()
            self.assertDocuments(
                agreement,
                ("contract", "valid", "valid"),
                ("settlement_letter", "valid", "valid"),
            )
        with self._walk("2026-07-26"):
            self.assertVat(0, 112)
        self.assertPastUnchanged()

    def test_not_paid_in_time(self):
        agreement = self._start()
        self._pass("2026-07-24")
        with self._walk("2026-07-28"):
            self.assertAgreement(agreement, "expired")
            self.assertFalse(agreement.move_ids)
            self.assertVat(80, 80)
            self.assertItems(
                ("goods", "2026-05-01", 580, "61-90", "61-90", "collectable")
            )
        with self._walk("2026-07-30"):
            self._money(580, self.invoice, name="the rest")
            self.assertVat(0, 160)
