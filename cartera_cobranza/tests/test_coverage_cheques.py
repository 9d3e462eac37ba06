from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .agreement_common import AgreementCommon
from .settlement_common import skip_unless_installed

PAYMENTS = (("2026-07-31", 400), ("2026-08-31", 400))


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestCoverageCheques(AgreementCommon):
    """Cheques that Odoo's own module registers secure an agreement."""

    @classmethod
    def setUpClass(cls):
        skip_unless_installed("l10n_latam_check")
        super().setUpClass()
        outstanding = cls.env["account.account"].create(
            {
                "code": "CHEQUES",
                "name": "Cheques",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        cls.till, cls.refused = (
            cls._cheque_journal(name, outstanding) for name in ("Cheques", "Refused")
        )
        cls.bank_journal.outbound_payment_method_line_ids = [
            Command.create({"payment_method_id": cls._cheque_method("return").id})
        ]
        for journal in (cls.bank_journal, cls.till, cls.refused):
            lines = journal.inbound_payment_method_line_ids
            lines |= journal.outbound_payment_method_line_ids
            lines.payment_account_id = outstanding
        cls.outstanding = outstanding
        cls.invoice = cls._invoice(800, "2026-01-01", due="2026-01-31")
        cls.env["cartera.run"].run(cls.company)
        cls.collector = cls._create_user("ana", "collector")
        cls._case().user_id = cls.collector

    @classmethod
    def _cheque_journal(cls, name, account):
        journal = cls.env["account.journal"].create(
            {"name": name, "code": name[:5].upper(), "type": "cash"}
        )
        journal.inbound_payment_method_line_ids = [
            Command.create({"payment_method_id": cls._cheque_method(kind).id})
            for kind in ("new", "in")
        ]
        journal.outbound_payment_method_line_ids = [
            Command.create({"payment_method_id": cls._cheque_method("out").id})
        ]
        return journal

    @classmethod
    def _cheque_method(cls, kind):
        return cls.env.ref(
            f"l10n_latam_check.account_payment_method_{kind}_third_party_checks"
        )

    def _agree(self, moves=None, *payments, **values):
        return self._make_agreement(
            moves or self.invoice,
            *(payments or PAYMENTS),
            user_id=self.collector.id,
            **values,
        )

    def _method(self, journal, code, way="inbound"):
        lines = journal[f"{way}_payment_method_line_ids"]
        return lines.filtered(lambda line: line.code == f"{code}_third_party_checks").id

    def _receive(self, *cheques, partner=None, post=True):
        """The cheques of a payment: ``(number, ISO day, amount)`` each."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.debtor).id,
                "journal_id": self.till.id,
                "payment_method_line_id": self._method(self.till, "new"),
                "l10n_latam_new_check_ids": [
                    Command.create(
                        {"name": number, "payment_date": day, "amount": amount}
                    )
                    for number, day, amount in cheques
                ],
            }
        )
        if post:
            payment.action_post()
        return payment.l10n_latam_new_check_ids

    def _move(self, cheque, way, journal, partner):
        """The cheque is paid out with or taken back."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": way,
                "partner_id": partner.id,
                "journal_id": journal.id,
                "payment_method_line_id": self._method(
                    journal, {"inbound": "in", "outbound": "out"}[way], way
                ),
                "l10n_latam_move_check_ids": [Command.set(cheque.ids)],
            }
        )
        payment.action_post()
        return payment

    def _transfer(self, cheque, journal):
        """The cheque goes to another journal of the company, with a bank or not."""
        transfer = self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model=cheque._name, active_ids=cheque.ids
        )
        transfer.create({"destination_journal_id": journal.id})._create_payments()
        return cheque.operation_ids.filtered(
            lambda payment: payment.payment_type == "inbound"
        )[-1:]

    def _credit(self, deposit):
        """The bank shows the deposit on a statement."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank_journal.id,
                "amount": deposit.amount,
                "date": "2026-06-30",
                "payment_ref": "Cheque",
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.outstanding
        moves = line.move_id | deposit.move_id
        moves.line_ids.filtered(
            lambda item: item.account_id == self.outstanding
        ).reconcile()
        self.assertEqual(deposit.state, "paid")

    def _covering(self, cheque):
        return self.env["cartera.agreement.coverage"]._find_of_checks(cheque)

    def _tasks(self, agreement):
        return agreement.activity_ids.mapped("summary")

    def assertCoverage(self, agreement, state, *covered):
        self.assertEqual(agreement.coverage_ids.mapped("state"), [state])
        self.assertEqual(
            agreement.installment_ids.mapped("amount_covered"), list(covered)
        )

    # -- received -----------------------------------------------------------------

    def test_cheques_that_come_in_secure_the_instalments_they_are_dated_for(self):
        agreement = self._agree()
        cheques = self._receive(
            ("00000017", "2026-08-30", 400), ("00000016", "2026-07-31", 300)
        )
        self.assertRecordValues(
            self._covering(cheques).sorted("reference"),
            [
                {
                    "kind": "cheque",
                    "reference": reference,
                    "date_due": fields.Date.to_date(day),
                    "amount": amount,
                    "partner_id": self.debtor.id,
                    "installment_ids": part.ids,
                    "state": "held",
                }
                for reference, day, amount, part in (
                    ("00000016", "2026-07-31", 300, agreement.installment_ids[0]),
                    ("00000017", "2026-08-30", 400, agreement.installment_ids[1]),
                )
            ],
        )
        self.assertEqual(agreement.installment_ids.mapped("amount_covered"), [300, 400])
        self.assertEqual(agreement.coverage_percent, 87.5)

    def test_a_cheque_for_several_instalments_secures_them_all(self):
        agreement = self._agree()
        self._receive(("00000016", "2026-08-31", 800))
        self.assertFalse(agreement.coverage_ids.installment_ids)
        self.assertCoverage(agreement, "held", 400, 400)

    def test_a_cheque_that_was_noted_before_is_that_one(self):
        agreement = self._agree()
        noted = self.env["cartera.agreement.coverage"].create(
            {
                "agreement_id": agreement.id,
                "kind": "cheque",
                "reference": "16",
                "amount": 400,
                "installment_ids": [Command.set(agreement.installment_ids[1].ids)],
            }
        )
        cheque = self._receive(("00000016", "2026-07-31", 400))
        self.assertEqual(agreement.coverage_ids, noted)
        self.assertEqual(noted.check_ref, cheque)
        self.assertEqual(noted.date_due, fields.Date.to_date("2026-07-31"))
        self.assertCoverage(agreement, "held", 0, 400)

    def test_what_is_in_doubt_is_left_to_people(self):
        for_today = self._receive(("00000011", "2026-06-30", 400))
        before = self._receive(("00000012", "2026-07-31", 400))
        agreement = self._agree()
        other = self._receive(
            ("00000013", "2026-07-31", 400), partner=self._create_debtor("Other")
        )
        draft = self._receive(("00000014", "2026-07-31", 400), post=False)
        self.assertFalse(agreement.coverage_ids)
        self.assertTrue(agreement.can_take_checks)
        agreement.with_user(self.collector).action_take_checks()
        self.assertEqual(
            self._covering(for_today | before | other | draft).mapped("reference"),
            ["00000011", "00000012"],
        )
        agreement.invalidate_recordset(["can_take_checks"])
        self.assertFalse(agreement.can_take_checks)

    def test_two_agreements_are_in_doubt(self):
        agreements = self._agree()
        agreements |= self._agree(self._invoice(90, "2026-02-01"), ("2026-07-31", 90))
        self._receive(("00000016", "2026-07-31", 90))
        self.assertFalse(agreements.coverage_ids)
        agreements[1].action_take_checks()
        self.assertCoverage(agreements[1], "held", 90)
        self.assertFalse(agreements[0].can_take_checks)

    def test_a_collector_chooses_the_cheque_in_the_form(self):
        agreement = self._agree()
        agreement.sudo().state = "draft"
        cheque = self._receive(("00000016", "2026-07-31", 400))
        with Form(agreement.with_user(self.collector)) as form:
            with form.coverage_ids.new() as coverage:
                coverage.kind = "cheque"
                self.assertTrue(coverage.can_choose_check)
                coverage.check_ref = cheque
                self.assertEqual(coverage.amount, 400)
                self.assertEqual(coverage.reference, "00000016")
        self.assertCoverage(agreement, "held", 400, 0)

    def test_cheques_of_others_and_those_of_other_agreements_are_refused(self):
        agreement = self._agree()
        other = self._agree(self._invoice(90, "2026-02-01"), ("2026-07-31", 90))
        foreign = self._receive(
            ("00000013", "2026-07-31", 90), partner=self._create_debtor("Other")
        )
        own = self._receive(("00000014", "2026-07-31", 90))
        agreement.action_take_checks()
        for cheque, problem in ((foreign, "not received"), (own, "another agreement")):
            with self.subTest(problem), self.assertRaisesRegex(UserError, problem):
                other.coverage_ids.create(
                    {
                        "agreement_id": other.id,
                        "kind": "cheque",
                        "check_ref": f"{cheque._name},{cheque.id}",
                    }
                )

    def test_the_cheque_says_what_it_is_worth(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        cheque.payment_id.action_draft()
        cheque.write({"amount": 350, "payment_date": "2026-08-02"})
        cheque.payment_id.action_post()
        self.assertRecordValues(
            agreement.coverage_ids,
            [{"amount": 350, "date_due": fields.Date.to_date("2026-08-02")}],
        )
        self.assertCoverage(agreement, "held", 350, 0)

    # -- what becomes of it -------------------------------------------------------

    def test_deposited_it_is_held_until_the_bank_credits_it(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        deposit = self._transfer(cheque, self.bank_journal)
        self.assertCoverage(agreement, "held", 400, 0)
        self._credit(deposit)
        self.env["cartera.run"].run(self.company)
        self.assertCoverage(agreement, "paid", 400, 0)
        self.assertFalse(self._tasks(agreement))

    def test_the_bank_refuses_it(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        self._transfer(cheque, self.bank_journal)
        self._transfer(cheque, self.refused)
        self.assertCoverage(agreement, "bounced", 0, 0)
        self.assertEqual(agreement.installment_ids.mapped("has_bounced"), [True, False])
        self.assertEqual(
            self._tasks(agreement),
            ["Postdated cheque 00000016 bounced: call Abarrotes El Faro"],
        )
        self.assertEqual(agreement.activity_ids.user_id, self.collector)
        self._move(cheque, "outbound", self.refused, self.debtor)
        self.assertCoverage(agreement, "returned", 0, 0)

    def test_presented_again_it_secures_again(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        for journal in (self.bank_journal, self.refused, self.bank_journal):
            self._transfer(cheque, journal)
        self.assertCoverage(agreement, "held", 400, 0)

    def test_another_takes_it_in_payment_and_brings_it_back(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        supplier = self._create_debtor("Supplier")
        self._move(cheque, "outbound", self.till, supplier)
        self.assertCoverage(agreement, "paid", 400, 0)
        self._move(cheque, "inbound", self.refused, supplier)
        self.assertCoverage(agreement, "bounced", 0, 0)
        self.assertEqual(len(agreement.activity_ids), 1)

    def test_it_is_given_back_to_the_debtor(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        self._move(cheque, "outbound", self.till, self.debtor)
        self.assertCoverage(agreement, "returned", 0, 0)
        self.assertFalse(self._tasks(agreement))

    def test_the_drawer_changes_and_nothing_else(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        self._transfer(cheque, self.refused)
        self.assertCoverage(agreement, "held", 400, 0)

    def test_its_payment_is_cancelled_and_posted_after_all(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        payment = cheque.payment_id
        payment.action_draft()
        self.assertCoverage(agreement, "held", 400, 0)
        payment.action_cancel()
        self.assertCoverage(agreement, "bounced", 0, 0)
        self.assertEqual(len(agreement.activity_ids), 1)
        payment.action_draft()
        payment.action_post()
        self.assertCoverage(agreement, "held", 400, 0)

    def test_what_people_note_stands_until_the_cheque_says_otherwise(self):
        agreement = self._agree()
        cheque = self._receive(("00000016", "2026-07-31", 400))
        agreement.coverage_ids.action_bounced()
        self.env["cartera.run"].run(self.company)
        self.assertCoverage(agreement, "bounced", 0, 0)
        self._transfer(cheque, self.bank_journal)
        self.assertCoverage(agreement, "bounced", 0, 0)
        self._transfer(cheque, self.refused)
        self.assertCoverage(agreement, "bounced", 0, 0)
        self.assertEqual(len(agreement.activity_ids), 1)

    def test_an_accountant_without_rights_here_moves_it(self):
        agreement = self._agree()
        accountant = self._create_user("conta", "auditor")
        accountant.group_ids = self.env.ref("account.group_account_invoice")
        cheque = self._receive(("00000016", "2026-07-31", 400))
        payment = cheque.payment_id.with_user(accountant)
        payment.action_draft()
        payment.action_cancel()
        self.assertCoverage(agreement, "bounced", 0, 0)

    def test_the_module_of_cheques_goes(self):
        agreement = self._agree()
        self._receive(("00000016", "2026-07-31", 400))
        coverage = agreement.coverage_ids
        coverage._forget_checks()
        self.assertFalse(coverage.check_ref)
        self.assertEqual(coverage.reference, "00000016")
        self.assertEqual(coverage.date_due, fields.Date.to_date("2026-07-31"))
        self.assertCoverage(agreement, "held", 400, 0)

    def test_the_cheque_goes_with_its_payment(self):
        agreement = self._agree()
        payment = self._receive(("00000016", "2026-07-31", 400)).payment_id
        payment.action_draft()
        payment.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["cartera.run"].run(self.company)
        self.assertFalse(agreement.coverage_ids.check_ref)
        self.assertCoverage(agreement, "held", 400, 0)

    # -- money --------------------------------------------------------------------

    def test_a_cheque_is_no_money_before_its_day(self):
        agreement = self._agree()
        cheques = self._receive(
            ("00000016", "2026-07-31", 400), ("00000017", "2026-08-31", 400)
        )
        with self.assertRaisesRegex(UserError, "no payment of the debtor"):
            agreement.action_match_payments()
        with self._on("2026-07-31"):
            agreement.action_match_payments()
            self.env["cartera.case.queue"]._apply_pending()
        self.assertEqual(self.invoice.amount_residual, 400)
        self.assertEqual(agreement.installment_ids.mapped("amount_open"), [0, 400])
        with self._on("2026-08-31"):
            agreement.action_match_payments()
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertTrue(cheques.payment_id.is_reconciled)

    def test_before_its_day_it_is_no_credit_to_be_applied_either(self):
        self._receive(("00000016", "2026-07-31", 400), ("00000017", "2026-06-30", 50))
        agreement = self._agree()
        agreement.sudo().state = "draft"
        self.assertEqual(agreement.amount_credits, 50)
        with self._on("2026-07-31"):
            agreement.invalidate_recordset(["amount_credits"])
            self.assertEqual(agreement.amount_credits, 450)

    # -- the end ------------------------------------------------------------------

    def test_a_cheque_that_has_paid_is_not_given_back(self):
        agreement = self._agree()
        cheques = self._receive(
            ("00000016", "2026-07-31", 400), ("00000017", "2026-08-31", 400)
        )
        self._match(cheques.payment_id.move_id | self.invoice)
        agreement._close("kept", fields.Date.today())
        self.assertFalse(self._tasks(agreement))

    def test_a_cheque_that_was_not_needed_is_given_back(self):
        agreement = self._agree()
        self._receive(("00000016", "2026-07-31", 400))
        self._pay(self.invoice, 800, "2026-06-30")
        agreement._close("kept", fields.Date.today())
        self.assertEqual(
            self._tasks(agreement), ["Give back: Postdated cheque 00000016"]
        )
