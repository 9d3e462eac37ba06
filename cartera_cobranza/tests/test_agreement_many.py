from odoo import Command
from odoo.tests import tagged

from .negotiation_common import NegotiationCommon


@tagged("post_install", "-at_install", "cartera", "cartera_agreement")
class TestAgreementMany(NegotiationCommon):
    """Agreements about many items cost no query for each of them."""

    def _count(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = step()
        self.env.flush_all()
        return result, self.env.cr.sql_log_count - before

    def _go_through(self, lines):
        """Queries of negotiating, offering and signing an agreement about items."""
        agreement, drafted = self._count(
            lambda: self._negotiate(
                line_ids=lines.ids, product_id=self.reestructura.id, term=3
            )
        )
        _none, offered = self._count(agreement.action_propose)
        _none, signed = self._count(agreement._sign)
        self.assertEqual(agreement.state, "active")
        return drafted, offered, signed

    def test_queries_do_not_grow_with_the_items(self):
        few = self._receivable_lines(self.first | self.second)
        moves = self.env["account.move"]
        for _number in range(40):
            moves |= self._invoice(10, "2026-05-01", due="2026-05-31")
        self.env["cartera.run"].run(self.company)
        self._go_through(few[:1])  # what is read once for all
        counts = zip(
            self._go_through(few[1:]),
            self._go_through(self._receivable_lines(moves)),
            strict=True,
        )
        for one, forty in counts:
            self.assertLess(forty, one + 25)

    # -- pagarés ------------------------------------------------------------------

    def test_no_pagare_for_nothing(self):
        """In a period of grace nothing is to be paid."""
        product = self._agreement_product("reestructura", grace_kind="accrue")
        agreement = self._offered(
            product_id=product.id, term=4, rate=12, grace_periods=2
        )
        agreement.action_issue_pagares()
        numbers = agreement.coverage_ids.installment_ids.mapped("number")
        self.assertEqual(numbers, [3, 4])
        self.assertEqual(len(agreement.document_ids.filtered("installment_id")), 2)

    def test_no_pagare_for_what_a_cheque_secures(self):
        agreement = self._negotiate(product_id=self.reestructura.id, term=4)
        first = agreement.installment_ids[0]
        cheque = {
            "kind": "cheque",
            "amount": first.amount_total,
            "reference": "9",
            "installment_ids": [Command.link(first.id)],
        }
        agreement.coverage_ids = [Command.create(cheque)]
        agreement.action_propose()
        agreement.action_issue_pagares()
        kinds = agreement.coverage_ids.sorted("date_due").mapped("kind")
        self.assertEqual(sorted(kinds), ["cheque"] + 3 * ["pagare"])
        self.assertEqual(agreement.coverage_percent, 100)
        agreement.action_issue_pagares()
        self.assertEqual(len(agreement.coverage_ids), 4, "each once")

    def test_a_legal_case_of_the_context(self):
        legals = self.env["cartera.legal.case"].with_user(self.collector)
        legal = legals.with_context(default_case_id=self.case.id).create({})
        self.assertEqual(legal.case_id, self.case)
        self.assertNotEqual(legal.name, "/")
