from odoo import api, models


class CarteraAgreementEngine(models.AbstractModel):
    """Judges agreements from the ledger, at night and whenever it changed."""

    _name = "cartera.agreement.engine"
    _description = "Agreement Engine"

    @api.model
    def _run_phase(self, run):
        """Judge the agreements of the run's company as of its day.

        :return: ``(number of agreements that changed, [(partner id, error), ...])``
        """
        return self._judge(run.company_id, run.date), []

    @api.model
    def _judge(self, company, date, debtor_ids=None):
        """Judge the agreements of ``company``.

        :param date: the day as of which they are judged
        :param debtor_ids: ids of the debtors; None for all
        :return: number of agreements that changed
        """
        return 0
