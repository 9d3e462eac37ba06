from collections import defaultdict
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib.local_days import DAY, UTC
from ..lib.time_zones import find_zone

YEARS_AHEAD = 2  # besides the present one
NOON = time(12, 0)


class ResourceCalendar(models.Model):
    """One calendar per country holds its public holidays, as time off of everybody.

    They come from a library that follows the laws of each country. What people add or
    delete stays: a day is filled in once.
    """

    _inherit = "resource.calendar"

    cartera_country_id = fields.Many2one(
        "res.country",
        string="Public Holidays Of",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        help="On these days the debtors of the country are not contacted, except as "
        "the contact policies say.",
    )
    cartera_filled = fields.Json(string="Holidays Filled In", copy=False)

    _cartera_country_uniq = models.UniqueIndex(
        "(cartera_country_id) WHERE cartera_country_id IS NOT NULL",
        "This country has a calendar of public holidays already.",
    )

    # -- reading ------------------------------------------------------------------

    @api.model
    def _get_cartera_holidays(self, countries, first_day, last_day, company=None):
        """The public holidays of countries, in one query.

        :param countries: ``res.country``
        :param first_day: date
        :param last_day: date, inclusive
        :param company: leave out the days that other companies added for themselves;
            without it every day counts
        :return: ``{country: set of dates}`` with each of the countries
        """
        days, filled = defaultdict(set), {}
        for country_id, done, tz, owner, start, end in self._read_cartera_leaves(
            countries, first_day, last_day
        ):
            filled[country_id] = frozenset(day[:4] for day in done or ())
            if start and (not company or owner in (None, *company.parent_ids.ids)):
                days[country_id] |= get_local_days(start, end, ZoneInfo(tz))
        result = {}
        for country in countries:
            for year in range(first_day.year, last_day.year + 1):
                # A year that nobody has filled in yet is asked of the library.
                if str(year) not in filled.get(country.id, ()):
                    days[country.id] |= _find_holidays(country.code, year).keys()
            result[country] = {
                day for day in days[country.id] if first_day <= day <= last_day
            }
        return result

    def _read_cartera_leaves(self, countries, first_day, last_day):
        self.env["resource.calendar.leaves"].flush_model()
        self.flush_model(["cartera_country_id", "cartera_filled", "tz"])
        # Days begin and end elsewhere: one more on each side.
        return self.env.execute_query(
            SQL(
                """
                SELECT calendar.cartera_country_id, calendar.cartera_filled,
                       calendar.tz, days.company_id, days.date_from, days.date_to
                  FROM resource_calendar calendar
                  LEFT JOIN resource_calendar_leaves days
                    ON days.calendar_id = calendar.id
                   AND days.resource_id IS NULL
                   AND days.date_to >= %(first)s AND days.date_from <= %(last)s
                 WHERE calendar.cartera_country_id = ANY(%(countries)s)
                """,
                first=first_day - DAY,
                last=last_day + 2 * DAY,
                countries=countries.ids,
            )
        )

    # -- filling ------------------------------------------------------------------

    @api.model
    def _cron_fill_cartera_holidays(self):
        """Fill in this year and the next two, for the countries of the contact
        policies, the companies and the debtors."""
        self._get_cartera_calendars()._fill_cartera_holidays()

    @api.model
    def _get_cartera_calendars(self):
        """The calendars of all countries that matter; those that are missing come to
        be."""
        calendars = self.sudo().with_context(active_test=False)
        existing = calendars.search([("cartera_country_id", "!=", False)])
        missing = self._get_cartera_countries() - existing.cartera_country_id
        return existing | calendars.create(
            [
                self._prepare_cartera_calendar(country)
                for country in missing
                if _find_holidays(country.code, fields.Date.today().year)
            ]
        )

    @api.model
    def _get_cartera_countries(self):
        self.env["cartera.case"].flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["country_id"])
        of_debtors = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT debtor.country_id
                  FROM cartera_case
                  JOIN res_partner debtor ON debtor.id = cartera_case.partner_id
                 WHERE debtor.country_id IS NOT NULL
                """
            )
        )
        return (
            self.env["cartera.contact.policy"]._get_all().country_id
            | self.env["res.company"]._get_all_companies().country_id
            | self.env["res.country"].browse(id_ for (id_,) in of_debtors)
        )

    @api.model
    def _prepare_cartera_calendar(self, country):
        # Written once, often by a machine: in the language of the company.
        lang = self.env["cartera.recipient"]._choose_lang(self.env.company.id)
        country = country.with_context(lang=lang)
        return {
            "name": country.env._("Public holidays: %s", country.name),
            "company_id": False,
            "cartera_country_id": country.id,
            "tz": find_zone(country.code) or "UTC",
        }

    def action_cartera_fill_again(self):
        """Fill in what is missing, the days that somebody deleted as well."""
        self.check_access("write")
        self.cartera_filled = False
        self._fill_cartera_holidays()

    def _fill_cartera_holidays(self):
        """Add the holidays that were never filled in before."""
        year = fields.Date.today().year
        for calendar in self:
            code = calendar.cartera_country_id.code
            done = set(calendar.cartera_filled or ())
            known = {}
            for ahead in range(YEARS_AHEAD + 1):
                known |= _find_holidays(code, year + ahead)
            present = calendar._get_cartera_present(known)
            self.env["resource.calendar.leaves"].create(
                [
                    calendar._prepare_cartera_leave(day, known[day])
                    for day in sorted(known)
                    if day.isoformat() not in done and day not in present
                ]
            ).company_id = False
            days = {day.isoformat() for day in known}
            if not days <= done:
                calendar.cartera_filled = sorted(done | days)

    def _get_cartera_present(self, known):
        """The days that are in the calendar already, whoever put them there."""
        if not known:
            return set()
        rows = self._read_cartera_leaves(
            self.cartera_country_id, min(known), max(known)
        )
        zone = ZoneInfo(self.tz)
        spans = [(start, end) for *_, start, end in rows if start]
        return set().union(*(get_local_days(*span, zone) for span in spans))

    def _prepare_cartera_leave(self, day, name):
        zone = ZoneInfo(self.tz)
        start = datetime.combine(day, time.min, zone).astimezone(UTC)
        end = datetime.combine(day + DAY, time.min, zone).astimezone(UTC)
        return {
            "name": name,
            "calendar_id": self.id,
            "date_from": start.replace(tzinfo=None),
            "date_to": end.replace(tzinfo=None) - timedelta(seconds=1),
            "time_type": "leave",
        }


@lru_cache(maxsize=512)
def _find_holidays(country_code, year):
    """``{date: name}`` of a country's public holidays as the library knows them, in the
    country's language; empty for a country that it does not know."""
    try:
        language = holidays.country_holidays(country_code or "").default_language
    except NotImplementedError:
        return {}
    found = holidays.country_holidays(country_code, years=year, language=language)
    return {day: name for day, name in found.items() if day.year == year}


def get_local_days(start, end, zone):
    """The days whose noon lies between two naive UTC moments: whoever adds a day in
    another time zone means one day, not the two that it touches."""
    start, end = (m.replace(tzinfo=UTC).astimezone(zone) for m in (start, end))
    days = (start.date() + DAY * n for n in range((end.date() - start.date()).days + 1))
    return {day for day in days if start <= datetime.combine(day, NOON, zone) <= end}
