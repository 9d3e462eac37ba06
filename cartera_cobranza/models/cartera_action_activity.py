from datetime import datetime, time

import pytz

from odoo import api, models

from .contact_request import ContactRequest


class CarteraActionActivity(models.AbstractModel):
    """Plans a call or a visit as an activity of the case, with what is to be said."""

    _name = "cartera.action.activity"
    _description = "Call or Visit"
    _channel = None
    _activity_type = None

    @api.model
    def _do(self, executions):
        """One activity for each debtor, written together: ten thousand of them at
        night are no occasion to notify anybody one by one."""
        days = self._get_days(executions)
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True, mail_create_nosubscribe=True)
            .create(
                [
                    self._prepare_activity(execution, days[execution])
                    for execution in executions
                ]
            )
        )
        for execution, activity in zip(executions, activities, strict=True):
            execution.activity_id = activity

    @api.model
    def _prepare_activity(self, execution, day):
        order, case = execution.order_id, execution.case_id
        activity_type = order.activity_type_id or self.env.ref(self._activity_type)
        return {
            "res_model_id": self.env["ir.model"]._get_id("cartera.case"),
            "res_id": case.id,
            "activity_type_id": activity_type.id,
            "summary": order.name,
            "note": order.script,
            "date_deadline": day,
            "user_id": self._get_user(execution).id,
            "automated": True,
        }

    @api.model
    def _get_user(self, execution):
        """Who calls or visits: the one of the step, or else the collector, or else
        the company's default collector."""
        return (
            execution.order_id.user_id.filtered("active")
            or execution.case_id.user_id.filtered("active")
            or execution.company_id.cartera_default_user_id.filtered("active")
        )

    @api.model
    def _get_days(self, executions):
        """The first day on which each debtor may lawfully be contacted. Where that is
        never, the day of the step: whoever looks at the activity will be told."""
        gate = self.env["cartera.contact.gate"]
        requests, zones = [], []
        for execution in executions:
            zone = pytz.timezone(execution.company_id._get_cartera_tz())
            morning = zone.localize(datetime.combine(execution.date, time.min))
            requests.append(
                ContactRequest(execution.case_id, self._channel, moment=morning)
            )
            zones.append(zone)
        return {
            execution: decision.until.astimezone(zone).date()
            if decision.until
            else execution.date
            for execution, zone, decision in zip(
                executions, zones, gate._decide(requests), strict=True
            )
        }


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
