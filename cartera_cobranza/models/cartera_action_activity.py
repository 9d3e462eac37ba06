from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from .contact_request import ContactRequest


class CarteraActionActivity(models.AbstractModel):
    """Plans a call or a visit as an activity of the case, with what is to be said."""

    _name = "cartera.action.activity"
    _description = "Call or Visit"
    _channel = None
    _activity_type = None

    @api.model
    def _do(self, executions):
        """One activity for each debtor.

        Written by one statement for each step: thousands of them at night are no
        occasion to notify and subscribe their users one by one, which takes Odoo
        several times as long as all the rest of a step.
        """
        days = self._get_days(executions)
        executions.flush_recordset()
        executions.case_id.flush_model(["partner_id", "worker_id"])
        self.env["mail.activity"].flush_model()
        for order, members in executions.grouped("order_id").items():
            some_days = {row.id: days[row.id] for row in members if row.id in days}
            self.env.cr.execute(self._get_insert_sql(order, some_days))
        executions.invalidate_recordset(["activity_id"], flush=False)
        self.env["mail.activity"].invalidate_model(flush=False)
        executions.case_id.invalidate_recordset(["activity_ids"], flush=False)
        for company, members in executions.grouped("company_id").items():
            self.env["cartera.worklist.engine"]._refresh(
                company,
                company._get_cartera_today(),
                members.case_id.partner_id.ids,
            )

    @api.model
    def _get_insert_sql(self, order, days):
        """Insert the activities of the step ``order`` and tell the executions.

        :param days: dict of execution id to the day of the activity
        """
        activity_type = order.activity_type_id._origin or self.env.ref(
            self._activity_type
        )
        return SQL(
            """
            WITH made AS MATERIALIZED (
                SELECT
                    nextval('mail_activity_id_seq') AS id,
                    execution.id AS execution_id,
                    known.id AS case_id,
                    partner.complete_name,
                    planned.day,
                    person.id AS user_id,
                    person_partner.tz
                FROM unnest(%(ids)s::int[], %(days)s::date[]) planned (id, day)
                JOIN cartera_step_execution execution ON execution.id = planned.id
                JOIN cartera_case known ON known.id = execution.case_id
                JOIN res_partner partner ON partner.id = known.partner_id
                JOIN res_company company ON company.id = execution.company_id
                LEFT JOIN LATERAL (
                    SELECT candidate.id, candidate.partner_id
                    FROM unnest(ARRAY[
                        %(user)s, known.worker_id, company.cartera_default_user_id
                    ]) WITH ORDINALITY choice (user_id, place)
                    JOIN res_users candidate
                        ON candidate.id = choice.user_id AND candidate.active
                    ORDER BY choice.place
                    LIMIT 1
                ) person ON TRUE
                LEFT JOIN res_partner person_partner
                    ON person_partner.id = person.partner_id
            ),
            inserted AS (
                INSERT INTO mail_activity (
                    id, res_model_id, res_model, res_id, res_name, activity_type_id,
                    summary, note, date_deadline, user_id, user_tz, automated, active,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT
                    id, %(model_id)s, 'cartera.case', case_id, complete_name, %(type)s,
                    %(summary)s, %(note)s, day, user_id, tz, TRUE, TRUE,
                    %(uid)s, %(now)s, %(uid)s, %(now)s
                FROM made
                ORDER BY id
                RETURNING id
            )
            UPDATE cartera_step_execution execution
            SET activity_id = inserted.id
            FROM inserted JOIN made ON made.id = inserted.id
            WHERE execution.id = made.execution_id
            """,
            ids=list(days),
            days=list(days.values()),
            user=self._get_named_sql(order.user_id._origin),
            model_id=self.env["ir.model"]._get_id("cartera.case"),
            type=activity_type.id,
            summary=order.name,
            note=order.script or None,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_named_sql(self, user):
        """The one whom a step names, or who stands in on the day."""
        if not user:
            return SQL("NULL::int")
        return self.env["cartera.substitution"]._get_present_sql(
            user, SQL("execution.company_id"), SQL("planned.day")
        )

    @api.model
    def _get_days(self, executions):
        """The first day on which each debtor may lawfully be contacted.

        :return: dict of execution id to date, without those who may never be; their
            executions say why, and the refusal is kept as evidence
        """
        gate = self.env["cartera.contact.gate"]
        zones = {
            company: pytz.timezone(company._get_cartera_tz())
            for company in executions.company_id
        }
        requests = [
            self._prepare_request(execution, zones[execution.company_id])
            for execution in executions
        ]
        days, refused = {}, {}
        for execution, request, decision in zip(
            executions, requests, gate._decide(requests), strict=True
        ):
            if decision.verdict == "refuse":
                refused[execution] = request
            elif decision.until:
                zone = zones[execution.company_id]
                days[execution.id] = decision.until.astimezone(zone).date()
            else:
                days[execution.id] = execution.date
        if refused:
            decisions = gate._admit(list(refused.values()), "dispatch")
            for execution, decision in zip(refused, decisions, strict=True):
                message = gate._describe(execution.case_id, decision)
                execution._fail(message)
        return days

    @api.model
    def _prepare_request(self, execution, zone):
        morning = zone.localize(datetime.combine(execution.date, time.min))
        return ContactRequest(execution.case_id, self._channel, moment=morning)


class CarteraActionCall(models.AbstractModel):
    _name = "cartera.action.call"
    _description = "Call"
    _inherit = ["cartera.action.activity"]
    _channel = "call"
    _activity_type = "cartera_cobranza.mail_activity_type_call"


class CarteraActionVisit(models.AbstractModel):
    _name = "cartera.action.visit"
    _description = "Visit"
    _inherit = ["cartera.action.activity"]
    _channel = "visit"
    _activity_type = "cartera_cobranza.mail_activity_type_visit"
