from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementForged(NegotiationCommon):
    """What programs write is not brought in by defaults of whoever calls them."""

    def _with(self, record, user=None, **defaults):
        context = {f"default_{name}": value for name, value in defaults.items()}
        return self._as(user or self.collector, record).with_context(**context)

    def test_an_agreement_begins_under_negotiation(self):
        forged = {
            "state": "proposed",
            "approved_by_id": self.chief.id,
            "date_started": "2020-01-01",
            "tolerance_percent": 90,
            "access_token": "known",
            "name": "CX/1",
        }
        agreement = self._with(self.case, **forged)._negotiate(
            {"product_id": self.finiquito.id}
        )
        self.assertRecordValues(
            agreement,
            [
                {
                    "state": "draft",
                    "approved_by_id": False,
                    "date_started": False,
                    "tolerance_percent": 0,
                    "access_token": False,
                    "name": "/",
                }
            ],
        )
        self.assertEqual(agreement.user_id, self.collector, "its own default")

    def test_nor_by_a_default_that_somebody_keeps(self):
        defaults = self.env["ir.default"]
        defaults.set("cartera.agreement", "state", "proposed", self.collector.id)
        self.assertEqual(self._negotiate().state, "draft")

    def test_what_people_settle_may_have_a_default(self):
        agreement = self._with(self.case, note="By phone", term=2)._negotiate(
            {"product_id": self.finiquito.id}
        )
        self.assertRecordValues(agreement, [{"note": "By phone", "term": 2}])

    def test_nor_its_items_and_instalments(self):
        agreement = self._negotiate(item_ids=[Command.clear()])
        item = self._with(
            self.env["cartera.agreement.item"],
            is_active=True,
            amount_credited_before=5,
            sequence=7,
        ).create(
            {
                "agreement_id": agreement.id,
                "line_id": self._receivable_lines(self.first).id,
            }
        )
        self.assertRecordValues(
            item, [{"is_active": False, "amount_credited_before": 0, "sequence": 7}]
        )
        part = self._with(
            self.env["cartera.agreement.installment"], state="paid", amount_paid=5
        ).create(
            {
                "agreement_id": agreement.id,
                "date": "2026-08-01",
                "number": 9,
                "amount_principal": 5,
            }
        )
        self.assertRecordValues(part, [{"state": "pending", "amount_paid": 0}])

    def test_a_document_bears_no_other_file(self):
        """Whoever may issue it would read any file through it."""
        secret = self.env["ir.attachment"].create({"name": "x", "raw": b"secret"})
        agreement = self._offered()
        self._with(
            agreement, attachment_id=secret.id, state="revoked", sha256="0"
        )._issue("proposal")
        self.assertRecordValues(
            agreement.document_ids,
            [{"attachment_id": False, "state": "valid", "sha256": False}],
        )

    def test_entries_of_an_agreement_follow_no_default(self):
        agreement = self._signed(
            product_id=self.reestructura.id,
            term=2,
            rate=24,
            date="2026-06-30",
            date_first="2026-07-30",
        )
        forged = self._with(agreement, discount=100, quantity=5).sudo()
        part = forged.installment_ids[0]
        charge = forged._charge_installment(part, part.date)
        self.assertEqual(
            charge.invoice_line_ids.mapped(lambda line: (line.discount, line.quantity)),
            [(0, 1)],
        )

    def test_nor_a_legal_case_and_its_costs(self):
        legal = self._with(
            self.env["cartera.legal.case"],
            state="closed",
            suspended_days=9,
            court="Third court",
        ).create({"case_id": self.case.id})
        self.assertRecordValues(
            legal, [{"state": "open", "suspended_days": 0, "court": "Third court"}]
        )
        cost = self._with(self.env["cartera.legal.cost"], move_id=self.first.id).create(
            {"legal_case_id": legal.id, "name": "Fee", "amount": 5}
        )
        self.assertFalse(cost.move_id)

    def test_nor_what_secures_it_a_dispute_and_a_pause(self):
        agreement = self._negotiate()
        coverages = self.env["cartera.agreement.coverage"]
        coverage = self._with(coverages, state="paid", reference="7").create(
            {"agreement_id": agreement.id, "kind": "other", "amount": 5}
        )
        self.assertRecordValues(coverage, [{"state": "held", "reference": "7"}])
        reason = self.env["cartera.dispute.reason"].search([], limit=1)
        self.assertTrue(reason)
        dispute = self._with(
            self.env["cartera.dispute"],
            state="closed",
            outcome="credited",
            amount_open=1,
        ).create(
            {
                "case_id": self.case.id,
                "reason_id": reason.id,
                "item_ids": [
                    Command.create({"line_id": self._receivable_lines(self.first).id})
                ],
            }
        )
        self.assertRecordValues(
            dispute, [{"state": "open", "outcome": False, "amount_open": 1000}]
        )
        pause = self._with(
            self.env["cartera.pause"], state="ended", prolonged=9
        ).create({"case_id": self.case.id, "kind": "internal", "reason": "Ill"})
        self.assertRecordValues(pause, [{"state": "active", "prolonged": 0}])

    def test_what_was_offered_to_one_debtor_becomes_no_other_ones(self):
        """The first one has the link, and would read and sign it."""
        other = self._create_debtor("Otro")
        self._invoice(50, "2026-05-01", due="2026-05-31", partner=other)
        self.env["cartera.run"].run(self.company)
        agreement = self._offered()
        agreement._withdraw()
        with self.assertRaisesRegex(UserError, "offered to its debtor already"):
            agreement.case_id = self._case(other)
        agreement.case_id = self.case
        draft = self._negotiate()
        draft.case_id = self._case(other)
        self.assertEqual(draft.partner_id, other)

    def test_nobody_writes_them_either(self):
        agreement = self._negotiate()
        for vals in ({"state": "proposed"}, {"access_token": "known"}):
            with self.assertRaises(AccessError):
                agreement.write(vals)
