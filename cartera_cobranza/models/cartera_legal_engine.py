from odoo import api, models


class CarteraLegalEngine(models.AbstractModel):
    """Looks at night for what is to be done in court."""

    _name = "cartera.legal.engine"
    _description = "Legal Engine"

    @api.model
    def _run_phase(self, run):
        """Plan what to do about suspensions whose time is over: one of which that
        fails stops no other.

        :return: ``(number of legal cases with a new task, [(partner id, error), ...])``
        """
        agreements = self._find_over(run.company_id, run.date)

        def plan(agreement_ids):
            agreements.browse(agreement_ids)._plan_suspension_end()
            return len(agreement_ids)

        count, errors = run._isolate(agreements.ids, plan)
        return count, [
            (agreements.browse(agreement_id).partner_id.id, error)
            for agreement_id, error in errors
        ]

    @api.model
    def _find_over(self, company, date):
        """The agreements in force whose suspension of the proceedings was over before
        ``date``, and of which nobody was told yet."""
        agreements = (
            self.env["cartera.agreement"]
            ._as_judged()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "active"),
                    ("date_suspended_until", "<", date),
                    ("legal_case_id.state", "=", "suspended"),
                ]
            )
        )
        return agreements.with_env(self.env).filtered(
            lambda agreement: (
                agreement.legal_case_id.date_told_until
                != agreement.date_suspended_until
            )
        )
