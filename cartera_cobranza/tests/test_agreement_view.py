import random
from collections import defaultdict
from datetime import date, timedelta

from odoo import fields
from odoo.tests import tagged

from ..lib import agreement_fill
from .agreement_common import AgreementCommon

DAYS = [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]


@tagged("post_install", "-at_install", "cartera")
class TestAgreementView(AgreementCommon):
    """Instalments stand in the open items in place of what the agreement covers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._invoice(1000, "2026-01-01", due="2026-01-31")
        cls.young = cls._invoice(500, "2026-05-01", due="2026-05-31")
        cls.moves = cls.old | cls.young

    # -- readers ------------------------------------------------------------------

    def _rows(self, as_of=None, partner=None):
        """Document, number of the instalment or None, day and amount of the rows."""
        return [
            (
                item.document,
                item.installment_id.number or None,
                item.date_due.isoformat(),
                item.amount_residual,
            )
            for item in self._find_items(partner, as_of)
        ]

    def _pieces(self, agreement, as_of=None):
        """Amounts by journal item and number of the instalment, of the agreement's
        items; None is what is waived and ``"outside"`` what is not covered."""
        found = {}
        for item in self._items(as_of).search(
            [("move_line_id", "in", agreement.item_ids.line_id.ids)]
        ):
            place = item.installment_id.number or None
            if not item.agreement_id:
                place = "outside"
            self.assertNotIn((item.move_line_id.id, place), found)
            found[item.move_line_id.id, place] = round(
                item.amount_residual_currency, 2
            )
        return found

    # -- in place of the items ----------------------------------------------------

    def test_instalments_stand_in_for_the_items(self):
        before = self._find_items()
        agreement = self._make_agreement(
            self.moves, ("2026-07-15", 600), ("2026-08-15", 600)
        )
        one, two = self.old.name, self.young.name
        self.assertEqual(
            self._rows(),
            [
                (one, 1, "2026-07-15", 600.0),
                (two, None, "2026-08-15", 300.0),
                (two, 2, "2026-08-15", 200.0),
                (one, 2, "2026-08-15", 400.0),
            ],
        )
        items = self._find_items()
        self.assertFalse(items & before)
        self.assertEqual(items.agreement_id, agreement)
        self.assertEqual(set(items.mapped("is_agreed")), {True})
        self.assertEqual(
            items.mapped("status"),
            ["collectable", "agreed", "collectable", "collectable"],
        )
        self.assertEqual(items.mapped("collectable"), [True, False, True, True])
        self.assertEqual(items.mapped("due_side"), ["not_due"] * 4)
        self.assertLedgerEven()
        self.assertLedgerEven("2026-06-30")
        self.assertLedgerEven("2026-06-29")
