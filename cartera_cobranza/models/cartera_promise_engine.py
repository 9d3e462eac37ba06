from odoo import api, models


class CarteraPromiseEngine(models.AbstractModel):
    """Judges promises from the ledger, at night and whenever it changed."""

    _name = "cartera.promise.engine"
    _description = "Promise Engine"

    @api.model
    def _run_phase(self, run):
        """Judge the promises of the run's company as of its day.

        :return: ``(number of promises that changed, [])``
        """
        return self._judge(run.company_id, run.date), []

    @api.model
    def _judge(self, company, date, debtor_ids=None):
        """Judge the promises of ``company``.

        :param date: the day as of which they are judged
        :param debtor_ids: ids of the debtors; None for all
        :return: number of promises that changed
        """
        return 0
