from odoo import api, models


class CarteraAssignmentEngine(models.AbstractModel):
    """Gives cases to collectors by rule and load, and to substitutes by date."""

    _name = "cartera.assignment.engine"
    _description = "Assignment Engine"

    @api.model
    def _run_phase(self, run):
        """Assign the cases of the run's company that have no collector.

        :return: ``(number of cases that changed hands, [])``
        """
        return 0, []
