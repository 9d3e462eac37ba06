from odoo import Command
from odoo.tests import new_test_user

from .common import CarteraCommon


class DisputeCommon(CarteraCommon):
    """A debtor with one overdue invoice of 100, and somebody in sales who knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_employee("seller")
        cls.collector = cls._create_user("dispute_collector", "collector")
        cls.invoice = cls._invoice(
            100, "2026-05-01", due="2026-05-31", invoice_user_id=cls.seller.id
        )
        cls.line = cls._receivable_lines(cls.invoice)
        cls.case = cls._case()
        cls.case.user_id = cls.collector
        cls.reason = cls.env.ref("cartera_cobranza.dispute_reason_price")

    @classmethod
    def _create_employee(cls, login, **values):
        return new_test_user(
            cls.env,
            login,
            groups="base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _open(cls, amount=40, line=None, user=None, **vals):
        """A dispute of ``amount`` of a journal item."""
        line = line or cls.line
        case = cls._case(line.partner_id)
        return case.with_user(user or cls.collector)._open_dispute(
            {"reason_id": cls.reason.id, "lines": [(line.id, amount)], **vals}
        )

    @classmethod
    def _found(cls, dispute):
        """Say that the debtor is right about all of it."""
        dispute.amount_accepted = dispute.amount
        dispute.action_founded()

    @classmethod
    def _credit(cls, amount, day="2026-06-30", invoice=None, match=True):
        """A credit note of the debtor, matched with the invoice."""
        invoice = invoice or cls.invoice
        note = cls._invoice(
            amount, day, partner=invoice.partner_id, move_type="out_refund"
        )
        if match:
            cls._match(invoice | note)
        return note

    def _unmatch(self, note):
        self._receivable_lines(note).remove_move_reconcile()

    def _read_case(self):
        """Read the case, which brings in what changed."""
        self.env.invalidate_all()
        return self._case()

    def assertDispute(self, dispute, **values):
        self._read_case()
        self.assertRecordValues(dispute.sudo(), [values])
