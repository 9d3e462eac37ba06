from zoneinfo import ZoneInfo

from odoo import api, fields, models

from .resource_calendar import get_local_days


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    cartera_day = fields.Date(
        string="Holiday",
        compute="_compute_cartera_day",
        help="The day in the country itself, wherever it is looked at.",
    )

    @api.depends("date_from", "date_to", "calendar_id.tz")
    def _compute_cartera_day(self):
        for leave in self:
            zone = ZoneInfo(leave.calendar_id.tz or "UTC")
            days = (
                get_local_days(leave.date_from, leave.date_to, zone)
                if leave.date_from and leave.date_to
                else ()
            )
            leave.cartera_day = min(days, default=False)
