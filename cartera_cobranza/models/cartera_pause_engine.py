from odoo import api, models


class CarteraPauseEngine(models.AbstractModel):
    """Ends the pauses whose day of review is over."""

    _name = "cartera.pause.engine"
    _description = "Pause Engine"

    @api.model
    def _run_phase(self, run):
        """End what is over as of the day of the run.

        :return: ``(number of pauses that ended, [])``
        """
        return 0, []
