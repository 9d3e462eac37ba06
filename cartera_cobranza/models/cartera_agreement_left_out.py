from odoo import models


class CarteraAgreementLeftOut(models.AbstractModel):
    """What of the covered items stays out of the agreement because it was disputed when
    that came into force, whatever becomes of the dispute."""

    _name = "cartera.agreement.left.out"
    _description = "What an Agreement Leaves Out"

    def _get_left_out(self):
        """What of each item was disputed and is not covered, as the agreement comes
        into force. Nothing where the debt is moved: what comes for its items is not
        matched with what is left of the covered ones.

        :return: ``{item: amount}``
        """
        if self.ledger_mode == "reclassification":
            return {}
        disputed = self.case_id._get_disputed_parts(self.item_ids.line_id)
        return {
            item: max(min(disputed.get(item.line_id, 0), self._get_uncovered(item)), 0)
            for item in self.item_ids
        }

    def _get_uncovered(self, item):
        """What of an item was open when it was offered, and is not covered."""
        line = item.line_id
        kept = line.amount_residual_currency + self._get_paid_since_offer(line)
        return kept - item.amount

    def _split_items(self):
        """What became of each covered item, as the agreement is judged by it.

        :return: list of ``(facts of the item, Split in units, facts of the agreement)``
        """
        engine = self.env["cartera.agreement.engine"]
        engine._flush()
        currency = self.currency_id
        row = {
            "id": self.id,
            "is_moved": False,
            "unit": currency.rounding,
            "digits": currency.decimal_places,
            "date_started": self.date_started,
        }
        engine._read_parts([row], None)
        return [(item, engine._get_split(item, row), row) for item in row["items"]]

    def _get_left_out_open(self, item):
        """What of an item is still left out: credit notes have taken the rest."""
        if not item.amount_left_out:
            return 0
        engine = self.env["cartera.agreement.engine"]
        return sum(
            engine._to_amount(split.left_out, row)
            for facts, split, row in self._split_items()
            if facts["line_id"] == item.line_id.id
        )

    def _is_debt_disputed(self):
        """Whether what is covered is contested, and not only what was left out of it:
        that is what a dispute is about in the first place."""
        moved = self._get_moved_lines()
        disputed = self.case_id._get_disputed_parts(self.item_ids.line_id | moved)
        return any(line in disputed for line in moved) or any(
            self.currency_id.compare_amounts(
                disputed[item.line_id], self._get_beyond(item)
            )
            > 0
            for item in self.item_ids
            if item.line_id in disputed
        )
