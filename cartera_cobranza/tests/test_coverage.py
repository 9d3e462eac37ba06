from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .agreement_common import AgreementCommon

PAYMENTS = (("2026-07-31", 400), ("2026-08-31", 400))


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestCoverage(AgreementCommon):
    """What secures an agreement, how much of it, and what becomes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(800, "2026-01-01", due="2026-01-31")
        cls.env["cartera.run"].run(cls.company)
        cls.collector = cls._create_user("ana", "collector")
        cls.supervisor = cls._create_user("rita", "supervisor")
        cls._case().user_id = cls.collector
        cls.agreement = cls._make_agreement(
            cls.invoice, *PAYMENTS, user_id=cls.collector.id
        )
        cls.first, cls.second = cls.agreement.installment_ids

    def _as(self, user, record):
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(user)

    def _cover(self, amount=0, kind="pagare", parts=None, **values):
        return self.env["cartera.agreement.coverage"].create(
            {
                "agreement_id": self.agreement.id,
                "kind": kind,
                "amount": amount,
                "partner_id": self.debtor.id,
                "installment_ids": [Command.set(parts.ids if parts else [])],
                **values,
            }
        )

    def _keep(self):
        self._pay(self.invoice, 800, "2026-06-30")
        self.agreement._close("kept", fields.Date.today())

    def assertCovered(self, first, second, percent):
        self.assertEqual(
            [part.amount_covered for part in (self.first, self.second)],
            [first, second],
        )
        self.assertEqual(
            [part.is_covered for part in (self.first, self.second)],
            [first == 400, second == 400],
        )
        self.assertEqual(self.agreement.coverage_percent, percent)

    # -- how much -----------------------------------------------------------------

    def test_nothing_covers_nothing(self):
        self.assertCovered(0, 0, 0)

    def test_a_pagare_of_an_instalment_covers_that_one(self):
        self._cover(400, parts=self.second)
        self.assertCovered(0, 400, 50)

    def test_what_is_for_all_fills_the_earliest_first(self):
        self._cover(500)
        self.assertCovered(400, 100, 62.5)

    def test_nothing_is_counted_twice(self):
        self._cover(600, kind="other")
        self._cover(400, kind="cheque", parts=self.first)
        self.assertCovered(400, 400, 100)
        self._cover(900, parts=self.second)
        self.assertCovered(400, 400, 100)

    def test_a_guarantor_answers_for_all(self):
        guarantor = self._create_debtor("Aval")
        self._cover(kind="guarantor", partner_id=guarantor.id)
        self.assertCovered(400, 400, 100)

    def test_what_bounced_or_was_given_back_covers_no_more(self):
        cheque = self._cover(400, kind="cheque", parts=self.first)
        pagare = self._cover(400, parts=self.second)
        cheque.action_bounced()
        self.assertCovered(0, 400, 50)
        pagare.action_give_back()
        self.assertCovered(0, 0, 0)
        pagare.action_hold_again()
        pagare.action_paid()
        self.assertCovered(0, 400, 50)

    def test_a_schedule_made_anew_is_secured_as_before(self):
        self._cover(400, parts=self.second)
        values = [
            {
                "agreement_id": self.agreement.id,
                **part.read(["number", "date", "amount_total"], load="")[0],
            }
            for part in (self.first, self.second)
        ]
        self.agreement.installment_ids.unlink()
        for data in values:
            data.pop("id")
        self.first, self.second = self.first.create(values)
        self.assertCovered(0, 400, 50)
        self.assertEqual(
            self.agreement.coverage_ids.installment_ids.mapped("number"), [2]
        )

    def _negotiate_again(self):
        self.agreement.sudo().write({"state": "draft", "date_started": False})

    # -- pagarés ------------------------------------------------------------------

    def test_a_pagare_for_each_instalment(self):
        self._negotiate_again()
        self._as(self.collector, self.agreement).action_create_pagares()
        self.assertRecordValues(
            self.agreement.coverage_ids.sorted("date_due"),
            [
                {
                    "kind": "pagare",
                    "reference": f"{number}/2",
                    "amount": 400,
                    "date_due": fields.Date.to_date(day),
                    "partner_id": self.debtor.id,
                    "installment_ids": part.ids,
                    "state": "held",
                }
                for number, day, part in (
                    (1, "2026-07-31", self.first),
                    (2, "2026-08-31", self.second),
                )
            ],
        )
        self.assertCovered(400, 400, 100)
        with self.assertRaisesRegex(UserError, "covered already"):
            self.agreement.action_create_pagares()

    def test_a_pagare_that_is_issued_is_the_one_that_is_held(self):
        self._negotiate_again()
        mine = self._as(self.collector, self.agreement)
        mine.action_create_pagares()
        self.assertNotIn("pagare", mine.document_ids.mapped("kind"))
        self.agreement.sudo().state = "proposed"
        mine.action_issue_pagares()
        folios = mine.document_ids.filtered(lambda one: one.kind == "pagare")
        self.assertEqual(len(folios), 2)
        self.assertEqual(
            sorted(mine.coverage_ids.mapped("reference")),
            sorted(folios.mapped("name")),
        )
        self.assertCovered(400, 400, 100)

    def test_a_pagare_that_is_issued_covers_by_itself(self):
        mine = self._as(self.collector, self.agreement)
        mine.action_issue_pagare()
        self.assertCovered(400, 400, 100)
        folio = mine.document_ids.filtered(lambda one: one.kind == "pagare").name
        self.assertEqual(mine.coverage_ids.reference, folio)

    def test_the_row_of_a_pagare_is_for_what_its_paper_is(self):
        """After a payment both are for the rest, and nothing more needs cover."""
        self._pay(self.invoice, 500, "2026-06-30")
        mine = self._as(self.collector, self.agreement)
        mine.action_issue_pagare()
        paper = mine.document_ids.filtered(lambda one: one.kind == "pagare")
        self.assertRecordValues(
            mine.coverage_ids, [{"amount": 300, "reference": paper.name}]
        )
        self.assertEqual(paper.amount, 300)
        self.assertCovered(400, 400, 100)
        self._pay(self.invoice, 100, "2026-06-30")
        mine.action_issue_pagare()
        self.assertEqual(mine.coverage_ids.mapped("amount"), [300])
        paper.sudo()._revoke()
        mine.coverage_ids.sudo().unlink()
        mine.action_issue_pagares()
        self.assertRecordValues(
            mine.coverage_ids, [{"amount": 200, "installment_ids": self.second.ids}]
        )
        self.assertCovered(0, 400, 50)

    def test_a_planned_pagare_becomes_the_paper(self):
        self._negotiate_again()
        self._cover(100, kind="cheque", parts=self.first)
        mine = self._as(self.collector, self.agreement)
        mine.action_create_pagare()
        self.agreement.sudo().write({"state": "active", "date_started": "2026-06-30"})
        self._pay(self.invoice, 500, "2026-06-30")
        mine.action_create_pagare()
        planned = mine.coverage_ids.filtered(lambda one: one.kind == "pagare")
        self.assertEqual(planned.amount, 300)
        self.assertCovered(400, 400, 100)

    def test_no_pagare_of_what_is_paid_or_broken(self):
        mine = self._as(self.collector, self.agreement)
        self._pay(self.invoice, 800, "2026-06-30")
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            mine.action_issue_pagare()
        self.agreement.sudo().state = "broken"
        for button in ("action_create_pagare", "action_issue_pagares"):
            with self.subTest(button), self.assertRaisesRegex(UserError, "in force"):
                getattr(self._as(self.collector, self.agreement), button)()

    def test_once_it_is_offered_the_pagare_is_issued(self):
        for state, count, button in (
            ("proposed", 1, "action_create_pagare"),
            ("active", 2, "action_create_pagares"),
        ):
            with self.subTest(state):
                self.agreement.sudo().state = state
                mine = self._as(self.collector, self.agreement)
                getattr(mine, button)()
                issued = mine.document_ids.filtered(lambda one: one.kind == "pagare")
                issued = issued.filtered(lambda one: one.state == "valid")
                self.assertEqual(
                    sorted(mine.coverage_ids.mapped("reference")),
                    sorted(issued.mapped("name")),
                )
                self.assertEqual(len(issued), count)
                issued.sudo()._revoke()
                self.agreement.coverage_ids.sudo().unlink()

    def test_one_pagare_for_what_is_not_covered(self):
        self._negotiate_again()
        self._cover(100, kind="cheque", parts=self.first)
        self._as(self.collector, self.agreement).action_create_pagare()
        pagare = self.agreement.coverage_ids.filtered(lambda one: one.kind == "pagare")
        self.assertRecordValues(
            pagare,
            [{"amount": 700, "date_due": fields.Date.to_date("2026-08-31")}],
        )
        self.assertCovered(400, 400, 100)

    # -- what becomes of it -------------------------------------------------------

    def test_a_bounced_cheque_shows_on_its_instalment_and_is_the_collectors(self):
        cheque = self._cover(400, kind="cheque", parts=self.first, reference="00012")
        self._as(self.collector, cheque).action_bounced()
        self.assertRecordValues(
            cheque,
            [{"state": "bounced", "date_ended": fields.Date.to_date("2026-06-30")}],
        )
        self.assertTrue(self.first.has_bounced)
        self.assertFalse(self.second.has_bounced)
        task = self.agreement.activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertIn("Postdated cheque 00012 bounced", task.summary)
        with self.assertRaises(UserError):
            cheque.action_bounced()
        cheque.action_hold_again()
        self.assertFalse(self.first.has_bounced)

    def test_kept_it_is_to_be_given_back(self):
        self._cover(400, reference="1/2")
        guarantor = self._create_debtor("Aval")
        self._cover(kind="guarantor", partner_id=guarantor.id)
        self._cover(100, kind="other", reference="Prenda").action_give_back()
        self._keep()
        self.assertEqual(
            self.agreement.activity_ids.mapped("summary"), ["Give back: Pagaré 1/2"]
        )

    def test_nothing_to_give_back_is_no_task(self):
        self._keep()
        self.assertFalse(self.agreement.activity_ids)

    # -- guarantors ---------------------------------------------------------------

    def test_joint_guarantors_owe_as_well_once_it_is_in_force(self):
        joint, plain = (self._create_debtor(name) for name in ("Aval", "Fiador"))
        self._cover(kind="guarantor", partner_id=joint.id)
        self._cover(kind="guarantor", partner_id=plain.id, is_joint=False)
        self.assertEqual(self._case().obligor_ids, joint)

    def test_guarantors_of_an_offer_do_not_owe_yet(self):
        guarantor = self._create_debtor("Aval")
        self.agreement.write({"state": "proposed"})
        self._cover(kind="guarantor", partner_id=guarantor.id)
        self.assertFalse(self._case().obligor_ids)
        self.agreement.write({"state": "active"})
        self.agreement.coverage_ids._engage_guarantors()
        self.assertEqual(self._case().obligor_ids, guarantor)

    def test_the_debtor_does_not_guarantee_itself(self):
        with self.assertRaisesRegex(UserError, "somebody else"):
            self._cover(kind="guarantor")
        with self.assertRaisesRegex(UserError, "somebody else"):
            self._cover(kind="guarantor", partner_id=False)

    # -- who may do what ----------------------------------------------------------

    def test_a_collector_enters_it_in_the_form(self):
        agreement = self._as(self.collector, self.agreement)
        with Form(agreement) as form:
            with form.coverage_ids.new() as cheque:
                cheque.kind = "cheque"
                cheque.reference = "00077"
                cheque.amount = 400
                cheque.date_due = "2026-07-31"
        self.assertRecordValues(
            self.agreement.coverage_ids,
            [{"partner_id": self.debtor.id, "amount": 400, "state": "held"}],
        )

    def test_in_force_a_supervisor_changes_it(self):
        pagare = self._cover(400)
        mine = self._as(self.collector, pagare)
        with self.assertRaisesRegex(UserError, "in force"):
            mine.amount = 100
        with self.assertRaisesRegex(UserError, "in force"):
            mine.unlink()
        mine.note = "In the safe"
        self._as(self.supervisor, pagare).amount = 300
        self._as(self.supervisor, pagare).unlink()

    def test_states_are_written_by_buttons_alone(self):
        pagare = self._cover(400)
        with self.assertRaises(AccessError):
            self._as(self.supervisor, pagare).state = "paid"
        with self.assertRaises(AccessError):
            self.env["cartera.agreement.coverage"].with_user(self.collector).create(
                {
                    "agreement_id": self.agreement.id,
                    "amount": 1,
                    "state": "paid",
                }
            )

    def test_others_only_read(self):
        pagare = self._cover(400)
        auditor = self._create_user("aud", "auditor")
        mine = self._as(auditor, pagare)
        self.assertEqual(mine.amount, 400)
        for method in (
            "action_paid",
            "action_bounced",
            "action_give_back",
            "action_hold_again",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(mine, method)()
        with self.assertRaises(AccessError):
            self._as(auditor, self.agreement).action_create_pagares()

    def test_own_collectors_see_that_of_their_cases(self):
        pagare = self._cover(400)
        own = self._create_user("olga", "own")
        coverages = self.env["cartera.agreement.coverage"].with_user(own)
        self.assertFalse(coverages.search([("id", "=", pagare.id)]))
        self._case().user_id = own
        self.assertEqual(coverages.search([("id", "=", pagare.id)]), pagare)

    def test_instalments_are_of_the_agreement(self):
        other = self._make_agreement(
            self._invoice(50, "2026-02-01"), ("2026-07-31", 50)
        )
        with self.assertRaisesRegex(UserError, "another agreement"):
            self._cover(10, parts=other.installment_ids)

    # -- cheques of Odoo ----------------------------------------------------------

    def test_cheques_are_chosen_where_the_module_of_cheques_is(self):
        known = "l10n_latam.check" in self.env
        coverage = self._cover(400, kind="cheque")
        self.assertEqual(coverage.can_choose_check, known)
        self.assertFalse(self._cover(400).can_choose_check)
        choices = coverage._selection_check_ref()
        self.assertEqual(
            [model for model, _label in choices], ["l10n_latam.check"] * known
        )
