from contextlib import contextmanager

from odoo import Command, fields

from .settlement_common import SettlementCommon
from .strategy_common import StrategyCommon


class AgreementDays(SettlementCommon, StrategyCommon):
    """A debtor who is walked through the life of an agreement, night by night, and
    short readers of all that a day shows.

    What is expected is written as tables of tuples. Documents go by the names given
    with :meth:`_call`, accounts by those of :attr:`account_names`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cartera_plan_approval = "automatic"
        cls.debtor.lang = "en_US"
        cls.collector = cls._create_user("days_collector", "collector")
        cls.supervisor = cls._create_user("days_supervisor", "supervisor")
        cls._step("Remind", -3, "call")
        cls._step("Chase", 5, "call", catch_up_days=0)
        cls._step(
            "Demand",
            0,
            "letter",
            clock="stage",
            stage_ids=[Command.set(cls.stage_extrajudicial.ids)],
        )
        cls.interest_account = cls._account("INTR", "Interest", "income_other")
        cls.vat_now = cls._tax("VAT 16", 16)
        cls._make_charge_products()
        cls.account_names = {
            cls.receivable: "receivable",
            cls.loss_account: "waived",
            cls.income: "sales",
            cls.tax_account: "vat",
            cls.interest_account: "interest",
        }
        cls.documents = {}

    @classmethod
    def _make_charge_products(cls):
        interest, fee = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "service",
                    "property_account_income_id": cls.interest_account.id,
                    "taxes_id": [Command.set(cls.vat_now.ids)],
                }
                for name in ("Financing interest", "Agreement fee")
            ]
        )
        cls.company.cartera_interest_product_id = interest
        cls.company.cartera_fee_product_id = fee

    def setUp(self):
        super().setUp()
        # Of this test alone: the names of the class are shared.
        self.patch(type(self), "documents", dict(self.documents))
        self.evenings = {}

    # -- what happens -------------------------------------------------------------

    @classmethod
    def _call(cls, name, move):
        """Let ``move`` go by ``name`` in the tables."""
        cls.documents[move] = name
        return move

    def _as(self, user, record):
        """The record as a user finds it in a request of his or her own."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(user)

    @contextmanager
    def _walk(self, day):
        """ISO ``day`` from its night on: what happens in the block happens on it. The
        ledger is even after the night and in the evening, of which the open items are
        remembered."""
        with self._on(day):
            self._pass_night(day)
            yield
            self.assertLedgerEven()
            self.evenings[day] = self._picture()

    def _pass(self, *days):
        """Days on which nothing happens but their nights."""
        for day in days:
            with self._walk(day):
                pass

    def _pass_night(self, day):
        """The whole run of today: it leaves no errors, and the ledger even."""
        run = self.env["cartera.run"].sudo().run(self.company)
        self.assertEqual(str(run.date), day)
        self.assertEqual(run.error_ids.mapped("message"), [])
        self.assertEqual(run.state, "done")
        ledger = run.phase_ids.filtered(lambda phase: phase.phase == "ledger")
        self.assertEqual(ledger.state, "done")
        self.assertLedgerEven()
        self.assertLedgerEven(day)

    def _agree(self, case=None, **vals):
        """The whole way from the case to the signature of today by a collector, with
        the word of a supervisor where the limits of the product ask for it."""
        agreement = self._as(self.collector, case or self._case())._negotiate(vals)
        agreement.action_propose()
        if agreement.state == "to_approve":
            self._as(self.supervisor, agreement)._approve("Granted")
        self._as(self.collector, agreement)._sign()
        return self._as(self.env.user, agreement)

    def _money(self, amount, *moves, name="payment", **values):
        """Money that comes in today, matched with each of ``moves`` in turn."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.debtor.id,
                "amount": amount,
                "journal_id": self.bank_journal.id,
                **values,
            }
        )
        payment.action_post()
        self.documents[payment.move_id] = name
        paid = self._receivable_lines(payment.move_id)
        for move in moves:
            lines = self._receivable_lines(move).filtered(
                lambda line: line.account_id == paid.account_id and not line.reconciled
            )
            (paid | lines).sorted("date_maturity").reconcile()
        return payment

    def assertPastUnchanged(self, *but):
        """As of each day that was walked, the items show what they showed then.

        :param but: ISO days on which later entries were matched again
        """
        for day, seen in self.evenings.items():
            if day not in but:
                with self.subTest(as_of=day):
                    self.assertEqual(self._picture(as_of=day), seen)
                    self.assertLedgerEven(day)

    # -- what a day shows ---------------------------------------------------------

    def _name_of(self, move):
        if move in self.documents:
            return self.documents[move]
        if number := move.cartera_installment_id.number:
            return f"charge {number}"
        return {"out_refund": "credit note", "entry": "entry"}.get(move.move_type)

    def assertItems(self, *rows):
        """The aging of the debtor.

        :param rows: ``(document, due, amount, bucket, original bucket, status)``, by
            due date
        """
        items = self._find_items()
        amount_of = {
            True: lambda item: item.amount_residual_currency,
            False: lambda item: item.amount_residual,
        }
        found = [
            (
                self._name_of(item.move_id),
                str(item.date_due),
                round(amount_of[item.is_foreign](item), 2),
                item.bucket_id.name,
                item.bucket_original_id.name,
                item.status,
            )
            for item in items
        ]
        self.assertEqual(sorted(found, key=_by_due), sorted(rows, key=_by_due))

    def assertCase(self, **values):
        """Caches of the case, as whoever opens it finds them."""
        case = self._case()
        found = {
            name: round(case[name], 2)
            if case._fields[name].type == "monetary"
            else case[name].code
            if name == "stage_id"
            else case[name]
            for name in values
        }
        self.assertEqual(found, values)

    def assertAgreement(self, agreement, state, standing=None, **values):
        """:param standing: in force it is in time, unless told otherwise"""
        standing = standing or (state == "active" and "in_time")
        agreement = self._read(agreement)
        found = {name: agreement[name] for name in values}
        found = {
            name: str(value) if name.startswith("date") and value else value
            for name, value in found.items()
        }
        self.assertEqual(
            (agreement.state, agreement.standing, found), (state, standing, values)
        )

    def _read(self, agreement):
        """The agreement as whoever looks it up finds it: with what the ledger says."""
        return agreement.search([("id", "=", agreement.id)])

    def assertInstallments(self, agreement, *rows):
        """:param rows: ``(number, state, paid, open, days late)``"""
        self.assertEqual(
            [
                (
                    part.number,
                    part.state,
                    round(part.amount_paid, 2),
                    round(part.amount_open, 2),
                    part.days_late,
                )
                for part in self._read(agreement).installment_ids
            ],
            list(rows),
        )

    def assertEntry(self, move, *rows, partner=None):
        """The journal items of a posted entry, in any order, each receivable one of the
        debtor.

        :param rows: ``(account, debit, credit)``, and of receivable items ``(account,
            debit, credit, maturity, names of the documents it is matched with)``
        """
        self.assertEqual(move.state, "posted")
        found = []
        for line in move.line_ids:
            name = self.account_names.get(line.account_id, line.account_id.name)
            row = (name, round(line.debit, 2), round(line.credit, 2))
            if line.account_id.account_type == "asset_receivable":
                self.assertEqual(line.partner_id, partner or self.debtor)
                row += (str(line.date_maturity), self._matched_with(line))
            found.append(row)
        self.assertEqual(sorted(found, key=str), sorted(rows, key=str))

    def _matched_with(self, line):
        """What a receivable item is matched with, as ``{document: amount}``."""
        found = {}
        for partial in line.matched_credit_ids | line.matched_debit_ids:
            other = (partial.debit_move_id | partial.credit_move_id) - line
            name = self._name_of(other.move_id)
            found[name] = round(found.get(name, 0) + partial.amount, 2)
        return found

    def assertOpen(self, move, *amounts):
        """What is open of the receivable items of a document, by due date."""
        lines = self._receivable_lines(move).sorted(
            lambda line: (line.date_maturity, line.id)
        )
        self.assertEqual(
            [round(line.amount_residual_currency, 2) for line in lines], list(amounts)
        )

    def assertDocuments(self, agreement, *rows):
        """:param rows: ``(kind, state, validity)``, in the order of issue"""
        documents = agreement.document_ids.sorted("id")
        self.assertEqual(
            [(one.kind, one.state, one.validity) for one in documents], list(rows)
        )
        folios = documents.mapped("name")
        self.assertTrue(all(folios))
        self.assertEqual(len(set(folios)), len(folios))

    def assertSteps(self, *rows, day=None):
        """What the strategy has done today, or on another ISO day.

        :param rows: ``(step, number of the instalment or None, amount)``
        """
        done = self.env["cartera.step.execution"].search(
            [
                ("case_id", "=", self._case().id),
                ("date", "=", day or fields.Date.today()),
            ]
        )
        self.assertEqual(set(done.mapped("state")) - {"done", "merged"}, set())
        found = [
            (
                one.step_id.name,
                one.plan_line_id.installment_id.number or None,
                round(one.plan_line_id.amount, 2),
            )
            for one in done
        ]
        self.assertEqual(sorted(found, key=str), sorted(rows, key=str))

    def assertTasks(self, record, *kinds):
        """The open tasks on a record.

        :param kinds: what follows ``mail_activity_type_`` in the ids of their types
        """
        types = record.sudo().activity_ids.sorted("id").activity_type_id
        names = types._get_external_ids()
        found = [names[kind.id][0].partition("_type_")[2] for kind in types]
        self.assertEqual(found, list(kinds))


def _by_due(row):
    return (row[1], row[0], row[2], row[5])
