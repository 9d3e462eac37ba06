from odoo import api, models


class CarteraWorklistEngine(models.AbstractModel):
    """Makes the worklist of a company, in one statement, at night; and of some debtors
    whenever something about them changed."""

    _name = "cartera.worklist.engine"
    _description = "Worklist Engine"

    @api.model
    def _run_phase(self, run):
        """Make the worklist of the run's company.

        :return: ``(number of entries that changed, [])``
        """
        return self._refresh(run.company_id, run.date), []

    @api.model
    def _refresh(self, company, date, debtor_ids=None):
        """Bring the worklist of ``company`` in step with its cases.

        :param date: the day for which it is made
        :param debtor_ids: ids of the debtors; None for all
        :return: number of entries that changed
        """
        return 0
