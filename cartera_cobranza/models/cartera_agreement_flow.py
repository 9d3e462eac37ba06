from odoo import models


class CarteraAgreementFlow(models.AbstractModel):
    """From offer to end: who may do what with an agreement, and how it is undone."""

    _name = "cartera.agreement.flow"
    _description = "Flow of an Agreement"

    def _activate(self, date):
        """Bring the agreement into force on ``date``: its instalments stand in for its
        items."""
        self.ensure_one()
        self.write({"state": "active", "date_signed": date, "date_started": date})
        self.item_ids.is_active = True
        self._enter_ledger(date)
        self._suspend_court()
        self.coverage_ids._engage_guarantors()
        self._mark()

    def _close(self, state, date, reason=None):
        """End the agreement on ``date`` in ``state``: its items stand for themselves
        again."""
        self.ensure_one()
        self.write({"state": state, "date_ended": date, "end_reason": reason})
        self.item_ids.is_active = False
        if state == "kept":
            self._release_court()
            self._give_back_coverage()
        else:
            self._resume_court()
        self._mark()
