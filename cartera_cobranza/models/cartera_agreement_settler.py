from odoo import api, models


class CarteraAgreementSettler(models.AbstractModel):
    """Settles agreements that are paid, each in a transaction of its own.

    What a killed run has settled is kept; a second runner finds each agreement locked
    or settled already.
    """

    _name = "cartera.agreement.settler"
    _description = "Agreement Settler"

    # What was booked and numbered is kept, whatever comes after it.
    _commits_itself = True

    @api.model
    def _run_phase(self, run):
        """Settle what is paid in the run's company. Nothing is posted into the past:
        the run of another day than today settles nothing.

        :return: ``(number of agreements settled, [(partner id, error), ...])``
        """
        if run._get_as_of():
            return 0, []
        return self._settle_judged(run.company_id, run.date)

    @api.model
    def _cron_settle(self):
        """Settle what is paid, soon after the money was matched."""
        self = self.sudo()  # whoever the scheduled action runs as, it is for all
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_all_companies()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            settler = self.with_company(company).with_context(
                lang=company.partner_id.lang
            )
            settler._settle_company(company, company._get_cartera_today())
            if not cron._commit_progress(1):
                break

    @api.model
    def _trigger(self):
        """Have what is due settled soon, in the background."""
        cron = self.env.ref("cartera_cobranza.ir_cron_cartera_settle")
        cron.sudo()._trigger()

    @api.model
    def _settle_company(self, company, date):
        """Settle what is paid by now.

        :return: ``(number of agreements settled, [(partner id, error), ...])``
        """
        self.env["cartera.case.queue"]._apply_pending()
        return self._settle_judged(company, date)

    @api.model
    def _settle_judged(self, company, date):
        """Settle what was paid when the agreements of ``company`` were judged."""
        count, errors = 0, []
        runs = self.env["cartera.run"]
        for agreement in self._get_due(company):
            done, error = runs._attempt(self._settle_one, (agreement, date), retry=True)
            if error is None:
                count += done
            else:
                errors.append((agreement.partner_id.id, error))
                agreement.sudo()._note_unsettled(str(error))
            runs._commit()
        return count, errors

    @api.model
    def _settle_one(self, task):
        """:return: 1 if it was settled, 0 if another runner did or is at it, or credit
        notes wait for their review"""
        agreement, date = task
        if not agreement.try_lock_for_update(allow_referencing=True):
            return 0
        agreement.invalidate_recordset()
        if agreement not in agreement.filtered_domain(self._get_due_domain()):
            return 0
        return int(agreement._settle(date))

    @api.model
    def _get_due(self, company):
        domain = [("company_id", "=", company.id), *self._get_due_domain()]
        agreements = self.env["cartera.agreement"]._as_judged()
        return agreements.search(domain, order="id").with_env(self.env)

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "active"),
            ("is_settlement_due", "=", True),
            ("is_settlement_held", "=", False),
        ]
