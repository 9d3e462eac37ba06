from odoo import api, models
from odoo.modules import module


class CarteraTransactions(models.AbstractModel):
    """Work that is kept bit by bit, so that a killed process is resumed behind it."""

    _name = "cartera.transactions"
    _description = "Work Kept Bit by Bit"

    @api.model
    def _can_commit(self):
        """Not in a test, whose transaction is undone at its end."""
        return not module.current_test

    @api.model
    def _commit(self):
        """Keep what is done so far."""
        if self._can_commit():
            self.env.cr.commit()  # pylint: disable=invalid-commit
        else:
            self.env.flush_all()

    @api.model
    def _roll_back(self):
        """Forget what was done since it was last kept."""
        if self._can_commit():
            self.env.cr.rollback()
        self.env.invalidate_all(flush=False)
