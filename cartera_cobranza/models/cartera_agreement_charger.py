import psycopg2.errors

from odoo import api, models
from odoo.tools import SQL


class CarteraAgreementCharger(models.AbstractModel):
    """Invoices the charges of instalments that are due, each agreement in its own
    transaction.

    What a killed run has invoiced is kept; a second runner finds the agreement locked
    or charged. Where both should make the same invoice, the database refuses one.
    """

    _name = "cartera.agreement.charger"
    _description = "Agreement Charger"

    # Invoices that are numbered are kept, whatever comes after them.
    _commits_itself = True

    @api.model
    def _run_phase(self, run):
        """Charge what is due in the run's company. Nothing is posted into the past: the
        run of another day than today charges nothing.

        :return: ``(number of invoices made, [(partner id, error), ...])``
        """
        if run._get_as_of():
            return 0, []
        return self._charge_company(run.company_id, run.date)

    @api.model
    def _charge_company(self, company, date):
        """:return: ``(number of invoices made, [(partner id, error), ...])``"""
        runs = self.env["cartera.run"]
        self._update_lapsed(company, date)
        runs._commit()
        count, errors = 0, []
        for agreement in self._get_due(company, date):
            task = (agreement, date)
            made, error = runs._attempt(self._charge_one, task, retry=True)
            if error is None:
                count += made
            elif not isinstance(error, psycopg2.errors.UniqueViolation):
                # Otherwise another runner was first.
                errors.append((agreement.partner_id.id, error))
                self._note_error(agreement, date, error)
            runs._commit()
        return count, errors

    @api.model
    def _charge_one(self, task):
        """:return: number of invoices"""
        agreement, date = task
        if not agreement.try_lock_for_update(allow_referencing=True):
            return 0
        agreement.invalidate_recordset()
        invoices = agreement._charge(date)
        self.env.flush_all()
        return len(invoices)

    @api.model
    def _note_error(self, agreement, date, error):
        """Keep with the instalments why they are not charged: tried again at night."""
        waiting = agreement.installment_ids.filtered(
            lambda installment: installment._is_chargeable(date)
        )
        waiting.charge_note = str(error)

    @api.model
    def _get_due(self, company, date):
        """Agreements in force with instalments that have come and are not charged."""
        # It keeps with them why they wait, which nobody else may.
        agreements = self.env["cartera.agreement"].sudo()
        judged = agreements._as_judged().env
        due = judged["cartera.agreement.installment"].search(
            [
                ("company_id", "=", company.id),
                ("date", "<=", date),
                ("agreement_id.state", "=", "active"),
                ("charge_outcome", "=", False),
                ("charge_ids", "not any", [("cartera_charge_number", ">", 0)]),
                "|",
                ("amount_interest", ">", 0),
                "|",
                ("amount_fee", ">", 0),
                ("units", ">", 0),
            ]
        )
        return due.agreement_id.sorted("id").with_env(agreements.env)

    # -- what is not charged any more ---------------------------------------------

    @api.model
    def _update_lapsed(self, company, date):
        """Let the charges of instalments lapse whose day comes after all of the debt is
        paid, and let them be to come again where a payment was taken back."""
        for name in ("cartera.agreement", "cartera.agreement.installment"):
            self.env[name].flush_model()
        self.env["account.move.line"].flush_model(
            ["account_id", "amount_residual_currency", "move_id", "parent_state"]
        )
        self.env["account.move"].flush_model(
            ["cartera_charge_number", "cartera_installment_id"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE cartera_agreement_installment part
                SET charge_outcome = CASE WHEN standing.is_paid THEN 'lapsed' END
                FROM (%(standings)s) standing
                WHERE part.agreement_id = standing.agreement_id
                    AND CASE WHEN standing.is_paid
                        THEN part.charge_outcome IS NULL
                            AND part.date > COALESCE(standing.paid_on, %(date)s)
                            AND (
                                part.amount_interest > 0 OR part.amount_fee > 0
                                OR part.units > 0
                            )
                            AND NOT EXISTS (
                                SELECT 1 FROM account_move charge
                                WHERE charge.cartera_installment_id = part.id
                                    AND charge.cartera_charge_number > 0
                            )
                        ELSE part.charge_outcome = 'lapsed'
                    END
                RETURNING part.agreement_id
                """,
                standings=self._get_standings_sql(company),
                date=date,
            )
        )
        self.env["cartera.agreement.installment"].invalidate_model(
            ["charge_outcome"], flush=False
        )
        changed = {agreement_id for (agreement_id,) in rows}
        self.env["cartera.agreement"].browse(changed)._mark()

    @api.model
    def _get_standings_sql(self, company):
        """Of each agreement in force, whether all of its debt is paid, and since when.

        What is open of an agreement is debt and invoiced charges."""
        return SQL(
            """
            SELECT
                agreement.id AS agreement_id,
                COALESCE(agreement.amount_open, 0) <= COALESCE(charges.amount, 0)
                    AS is_paid,
                (
                    SELECT MAX(paid.date_paid)
                    FROM cartera_agreement_installment paid
                    WHERE paid.agreement_id = agreement.id
                ) AS paid_on
            FROM cartera_agreement agreement
            LEFT JOIN LATERAL (
                SELECT SUM(line.amount_residual_currency) AS amount
                FROM cartera_agreement_installment charged
                JOIN account_move charge
                    ON charge.cartera_installment_id = charged.id
                JOIN account_move_line line ON line.move_id = charge.id
                JOIN account_account account ON account.id = line.account_id
                WHERE charged.agreement_id = agreement.id
                    AND account.account_type = 'asset_receivable'
                    AND line.parent_state = 'posted'
                    AND line.amount_residual_currency > 0
            ) charges ON TRUE
            WHERE agreement.company_id = %s AND agreement.state = 'active'
            """,
            company.id,
        )
