from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CarteraCommon

FIXED = [(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)]
MOVED = [(1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11)]
FROM_EASTER = (-3, -2, 43, 64, 71)
EASTER = {
    2024: date(2024, 3, 31),
    2025: date(2025, 4, 20),
    2026: date(2026, 4, 5),
    2027: date(2027, 3, 28),
    2028: date(2028, 4, 16),
}
# The Virgin of Chiquinquirá, by a law younger than the table: a Monday of July.
YOUNGER = {2026: {date(2026, 7, 13)}}


def colombian_holidays(year):
    """Ley 51 of 1983: fixed days, days moved to the next Monday, and days that follow
    Easter."""
    days = {date(year, *day) for day in FIXED}
    for day in (date(year, *day) for day in MOVED):
        days.add(day + timedelta(days=-day.weekday() % 7))
    return days | {EASTER[year] + timedelta(days=n) for n in FROM_EASTER}


@tagged("post_install", "-at_install", "cartera")
class TestHolidays(CarteraCommon):
    """Public holidays of each country, as the gate reads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendars = cls.env["resource.calendar"]
        cls.leaves = cls.env["resource.calendar.leaves"]
        cls.colombia = cls.env.ref("base.co")
        cls.chile = cls.env.ref("base.cl")
        cls.calendars._cron_fill_cartera_holidays()
        cls.calendar = cls._calendar(cls.colombia)

    @classmethod
    def _calendar(cls, country):
        return cls.calendars.search([("cartera_country_id", "=", country.id)])

    def _days(self, country, year=2026, **company):
        return self.calendars._get_cartera_holidays(
            country, date(year, 1, 1), date(year, 12, 31), **company
        )[country]

    def _leave(self, day, country=None):
        calendar = self._calendar(country or self.colombia)
        return calendar.global_leave_ids.filtered(
            lambda leave: leave.cartera_day == day
        )

    def test_calendars_are_named_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("es_MX")
        self.env.company.partner_id.lang = "es_MX"
        self.colombia.with_context(lang="es_MX").name = "La Colombia"
        values = self.calendars._prepare_cartera_calendar(self.colombia)
        self.assertEqual(values["name"], "Días festivos: La Colombia")

    # -- the days -----------------------------------------------------------------

    def test_colombia_moves_its_holidays_to_monday(self):
        for year in EASTER:
            with self.subTest(year):
                found = self._days(self.colombia, year)
                self.assertEqual(len(colombian_holidays(year) - found), 0)
                extra = found - colombian_holidays(year)
                self.assertTrue(all(day.month == 7 for day in extra), extra)
                self.assertLessEqual(len(extra), 1)
        self.assertEqual(len(colombian_holidays(2026)), 18)
        self.assertEqual(
            self._days(self.colombia) - colombian_holidays(2026), YOUNGER[2026]
        )

    def test_known_days(self):
        for country, day in [
            ("mx", date(2026, 9, 16)),
            ("mx", date(2026, 11, 16)),
            ("es", date(2026, 10, 12)),
            ("cl", date(2026, 9, 18)),
            ("pe", date(2026, 7, 28)),
            ("ar", date(2026, 7, 9)),
            ("ec", date(2026, 8, 10)),
            ("gt", date(2026, 9, 15)),
        ]:
            with self.subTest(country):
                self.assertIn(day, self._days(self.env.ref(f"base.{country}")))

    def test_only_the_days_asked_for(self):
        countries = self.colombia | self.chile
        found = self.calendars._get_cartera_holidays(
            countries, date(2026, 12, 8), date(2026, 12, 25)
        )
        christmas = {date(2026, 12, 8), date(2026, 12, 25)}
        self.assertEqual(found, {self.colombia: christmas, self.chile: christmas})

    def test_one_query_whatever_the_countries(self):
        countries = self.calendars.search(
            [("cartera_country_id", "!=", False)]
        ).cartera_country_id
        self.env.flush_all()
        first, last = date(2026, 6, 1), date(2027, 2, 1)
        self.calendars._get_cartera_holidays(countries, first, last)
        with self.assertQueryCount(1):
            self.calendars._get_cartera_holidays(countries, first, last)

    def test_a_country_nobody_has_filled_in(self):
        japan = self.env.ref("base.jp")
        self.assertFalse(self._calendar(japan))
        self.assertIn(date(2026, 1, 1), self._days(japan))

    def test_a_year_nobody_has_filled_in(self):
        for year in (2019, 2035):
            self.assertIn(date(year, 5, 1), self._days(self.colombia, year))

    def test_a_country_the_library_does_not_know(self):
        nowhere = self.env["res.country"].create({"name": "Nowhere", "code": "XQ"})
        self.assertEqual(self._days(nowhere), set())
        self.company.country_id = nowhere
        self.calendars._cron_fill_cartera_holidays()
        self.assertFalse(self._calendar(nowhere))

    # -- in time zones ------------------------------------------------------------

    def test_days_are_the_country_s_own(self):
        leave = self._leave(date(2026, 7, 20))
        self.assertEqual(self.calendar.tz, "America/Bogota")
        self.assertEqual(leave.date_from, datetime(2026, 7, 20, 5, 0))
        self.assertEqual(leave.date_to, datetime(2026, 7, 21, 4, 59, 59))
        spain = self._leave(date(2026, 10, 12), self.env.ref("base.es"))
        self.assertEqual(spain.date_from, datetime(2026, 10, 11, 22, 0))

    def test_a_day_added_elsewhere_is_one_day(self):
        """An administrator in Madrid adds a day of Colombia."""
        self.leaves.create(
            {
                "name": "Local",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 7, 1, 22, 0),
                "date_to": datetime(2026, 7, 2, 21, 59, 59),
            }
        )
        added = self._days(self.colombia) & {date(2026, 7, d) for d in (1, 2, 3)}
        self.assertEqual(added, {date(2026, 7, 2)})

    def test_a_bridge_of_several_days(self):
        self.leaves.create(
            {
                "name": "Carnival of Barranquilla",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 2, 16, 5, 0),
                "date_to": datetime(2026, 2, 18, 4, 59, 59),
            }
        )
        bridge = {date(2026, 2, 16), date(2026, 2, 17)}
        self.assertLessEqual(bridge, self._days(self.colombia))

    # -- companies ----------------------------------------------------------------

    def test_a_company_adds_a_day_for_itself(self):
        day = date(2026, 2, 16)
        leave = self.leaves.create(
            {
                "name": "Carnival",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 2, 16, 5, 0),
                "date_to": datetime(2026, 2, 17, 4, 59, 59),
            }
        )
        self.assertEqual(leave.company_id, self.company)
        other = self.env["res.company"].create({"name": "Other"})
        self.assertIn(day, self._days(self.colombia, company=self.company))
        self.assertNotIn(day, self._days(self.colombia, company=other))
        self.assertIn(day, self._days(self.colombia))

    def test_time_off_of_a_person_is_no_holiday(self):
        resource = self.env["resource.resource"].sudo().create({"name": "Ana"})
        self.leaves.create(
            {
                "name": "Holidays of Ana",
                "calendar_id": self.calendar.id,
                "resource_id": resource.id,
                "date_from": datetime(2026, 2, 16, 5, 0),
                "date_to": datetime(2026, 2, 17, 4, 59, 59),
            }
        ).calendar_id = self.calendar
        self.assertNotIn(date(2026, 2, 16), self._days(self.colombia))

    # -- filling ------------------------------------------------------------------

    def test_this_year_and_two_more(self):
        with self._on("2026-06-30"):
            self.calendars._cron_fill_cartera_holidays()
        years = {leave.cartera_day.year for leave in self.calendar.global_leave_ids}
        self.assertLessEqual({2026, 2027, 2028}, years)

    def test_filling_twice_adds_nothing(self):
        before = self.leaves.search_count([])
        self.calendars._cron_fill_cartera_holidays()
        self.assertEqual(self.leaves.search_count([]), before)

    def test_a_deleted_day_stays_deleted_until_asked_for(self):
        day = date(2026, 10, 12)
        self._leave(day).unlink()
        self.calendars._cron_fill_cartera_holidays()
        self.assertNotIn(day, self._days(self.colombia))
        self.calendar.action_cartera_fill_again()
        self.assertIn(day, self._days(self.colombia))
        self.assertEqual(len(self._leave(day)), 1)
        self.assertEqual(len(self._leave(date(2026, 7, 20))), 1)

    def test_what_a_person_renamed_or_added_is_not_doubled(self):
        day = date(2027, 5, 1)
        self._leave(day).name = "Día de las trabajadoras"
        self.calendar.action_cartera_fill_again()
        self.assertEqual(self._leave(day).name, "Día de las trabajadoras")

    def test_years_come_by_themselves(self):
        with self._on("2031-01-01"):
            self.calendars._cron_fill_cartera_holidays()
            self.assertEqual(len(self._leave(date(2033, 5, 1))), 1)

    def test_countries_of_debtors_get_a_calendar(self):
        brazil = self.env.ref("base.br")
        self.debtor.country_id = brazil
        self._invoice(100, "2026-03-01", due="2026-03-31")
        self.assertTrue(self._case())
        self.calendars._cron_fill_cartera_holidays()
        self.assertEqual(self._calendar(brazil).tz, "America/Sao_Paulo")
        self.assertFalse(self._calendar(brazil).company_id)
        self.assertIn(date(2026, 9, 7), self._days(brazil))

    # -- rights and screens -------------------------------------------------------

    def test_only_administrators_fill_again(self):
        collector = self._create_user("holiday_collector", "collector")
        with self.assertRaises(AccessError):
            self.calendar.with_user(collector).action_cartera_fill_again()

    def test_calendar_form_shows_its_country(self):
        form = Form(self.calendar)
        self.assertEqual(form.cartera_country_id, self.colombia)
