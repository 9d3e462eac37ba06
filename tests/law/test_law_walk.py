"""The walk finds what is unlawful in each country and lets pass what is not."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from law.walk import Contact, find_breaches, is_holiday

ZONES = {
    "CO": "America/Bogota",
    "MX": "America/Mexico_City",
    "CL": "America/Santiago",
    "PE": "America/Lima",
    "AR": "America/Argentina/Buenos_Aires",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GT": "America/Guatemala",
    "US": "America/New_York",
}


def contact(country, local, channel="email", kind="person", **more):
    """A contact at a local time like ``2026-06-01 10:00``; that is a Monday."""
    zone = ZONES[country]
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    more.setdefault("authorised", True)
    return Contact("Ana", moment, channel, country, kind, zone, **more)


def rules(*contacts):
    return [breach.rule for breach in find_breaches(contacts)]


@pytest.mark.parametrize(
    ("country", "local", "channel", "kind", "broken"),
    [
        # Colombia: Monday to Friday 7-19, Saturday 8-15
        ("CO", "2026-06-01 07:00", "email", "person", []),
        ("CO", "2026-06-01 06:59", "email", "person", ["window"]),
        ("CO", "2026-06-01 18:59", "email", "person", []),
        ("CO", "2026-06-01 19:00", "email", "person", ["window"]),
        ("CO", "2026-06-06 08:00", "call", "person", []),
        ("CO", "2026-06-06 15:00", "call", "person", ["window"]),
        ("CO", "2026-06-07 10:00", "email", "person", ["window"]),
        ("CO", "2026-06-08 10:00", "email", "person", ["holiday"]),  # Corpus Christi
        ("CO", "2026-06-01 10:00", "visit", "person", ["visits"]),
        # a Colombian company is no consumer: office hours
        ("CO", "2026-06-01 07:30", "email", "company", ["window"]),
        ("CO", "2026-06-01 10:00", "visit", "company", []),
        # Mexico, creditors who are no banks
        ("MX", "2026-06-01 21:59", "email", "person", []),
        ("MX", "2026-06-01 22:00", "email", "person", ["window"]),
        ("MX", "2026-06-06 10:00", "email", "person", ["window"]),
        ("MX", "2026-09-16 10:00", "email", "person", ["holiday"]),
        ("MX", "2026-06-01 21:00", "email", "company", ["window"]),
        # Chile: hours for calls and visits only, small firms too
        ("CL", "2026-06-06 19:59", "call", "person", []),
        ("CL", "2026-06-06 20:00", "call", "person", ["window"]),
        ("CL", "2026-06-07 03:00", "email", "person", []),
        ("CL", "2026-09-18 10:00", "call", "small_company", ["holiday"]),
        ("CL", "2026-09-18 03:00", "sms", "small_company", []),
        ("CL", "2026-06-06 12:00", "call", "company", ["window"]),
        # Peru
        ("PE", "2026-06-01 07:00", "call", "person", []),
        ("PE", "2026-06-01 20:00", "visit", "person", ["window"]),
        ("PE", "2026-06-06 10:00", "call", "person", ["window"]),
        ("PE", "2026-07-28 10:00", "call", "person", ["holiday"]),
        ("PE", "2026-06-06 23:00", "whatsapp", "person", []),
        # Argentina and Spain: none
        ("AR", "2026-05-25 23:00", "email", "person", []),
        ("ES", "2026-06-07 06:00", "email", "person", []),
        ("ES", "2026-06-07 10:00", "email", "company", ["window"]),
        # Ecuador
        ("EC", "2026-06-01 19:59", "sms", "person", []),
        ("EC", "2026-06-01 20:00", "sms", "person", ["window"]),
        ("EC", "2026-06-06 10:00", "email", "person", ["window"]),
        ("EC", "2026-08-10 10:00", "email", "person", ["holiday"]),
        # Guatemala: working days and hours
        ("GT", "2026-06-01 10:00", "email", "person", []),
        ("GT", "2026-06-06 10:00", "email", "person", ["window"]),
        # no law that is known
        ("US", "2026-06-01 10:00", "email", "company", []),
        ("US", "2026-06-01 19:00", "email", "company", ["window"]),
    ],
)
def test_hours_and_days(country, local, channel, kind, broken):
    assert rules(contact(country, local, channel, kind)) == broken


def test_daylight_saving_is_the_debtors():
    """Chile's clocks are an hour ahead in summer; 8 o'clock is 11 or 12 UTC."""
    for moment, broken in (
        ("2026-01-05 11:00+00:00", []),
        ("2026-07-06 11:00+00:00", ["window"]),
        ("2026-07-06 12:00+00:00", []),
    ):
        when = datetime.fromisoformat(moment)
        call = Contact("Ana", when, "call", "CL", "person", ZONES["CL"])
        assert rules(call) == broken, moment


def test_colombia_one_a_day_by_one_channel_a_week():
    monday = contact("CO", "2026-06-01 10:00")

    assert rules(monday, contact("CO", "2026-06-01 11:00")) == ["cap_day"]
    assert rules(monday, contact("CO", "2026-06-02 10:00")) == []
    assert rules(monday, contact("CO", "2026-06-02 10:00", "sms")) == ["one_channel"]
    # the next ISO week begins on Monday, which here is a holiday
    assert rules(monday, contact("CO", "2026-06-09 10:00", "sms")) == []
    # an attempt that met nobody counts, which is the safe reading
    missed = contact("CO", "2026-06-01 10:00", "call", reached="no_answer")
    assert rules(missed, contact("CO", "2026-06-02 10:00")) == ["one_channel"]


def test_colombia_wants_consent():
    assert rules(contact("CO", "2026-06-01 10:00", authorised=False)) == ["consent"]
    assert rules(contact("MX", "2026-06-01 10:00", authorised=False)) == []


def test_chile_two_messages_a_week_two_days_apart():
    monday = contact("CL", "2026-06-01 10:00")
    wednesday = contact("CL", "2026-06-03 10:00", "sms")
    friday = contact("CL", "2026-06-05 10:00", "letter")

    assert rules(monday, contact("CL", "2026-06-02 23:00", "sms")) == ["gap"]
    assert rules(monday, wednesday) == []
    assert rules(monday, wednesday, friday) == ["cap_week"]
    assert rules(wednesday, contact("CL", "2026-06-08 10:00")) == []


def test_chile_one_call_or_visit_a_week():
    missed = contact("CL", "2026-06-01 10:00", "call", reached="no_answer")
    call = contact("CL", "2026-06-02 10:00", "call", reached="reached")
    visit = contact("CL", "2026-06-05 10:00", "visit", reached="reached")

    assert rules(missed, call) == []
    assert rules(call, visit) == ["cap_week"]
    assert rules(call, contact("CL", "2026-06-02 11:00")) == []


def test_ecuador_one_a_day_by_each_means():
    email = contact("EC", "2026-06-01 10:00")

    assert rules(email, contact("EC", "2026-06-01 12:00", "sms")) == []
    assert rules(email, contact("EC", "2026-06-01 12:00")) == ["cap_day"]


def test_guatemala_a_third_is_too_much():
    three = [contact("GT", f"2026-06-01 {hour}:00") for hour in (10, 11, 12)]

    assert rules(*three[:2]) == []
    assert rules(*three) == ["cap_day"]


@pytest.mark.parametrize(
    ("country", "obligor", "third_party"),
    [
        ("CO", ["third_party"], ["third_party"]),
        ("MX", [], ["third_party"]),
        ("EC", [], ["third_party"]),
        ("AR", [], []),
    ],
)
def test_whom_else_one_may_speak_to(country, obligor, third_party):
    when = "2026-06-01 10:00"

    assert rules(contact(country, when, role="obligor")) == obligor
    assert rules(contact(country, when, role="third_party")) == third_party


def test_debtors_are_counted_apart():
    one = contact("CO", "2026-06-01 10:00")
    zone = ZONES["CO"]
    other = Contact("Beto", one.moment, "sms", "CO", "person", zone, authorised=True)

    assert rules(one, other) == []


def test_colombian_holidays_are_those_of_its_law():
    """Ley 51 of 1983: some move to the next Monday, some follow Easter. The library
    knows of younger laws besides."""
    for year in range(2020, 2032):
        known = {day for day in _days(year) if is_holiday("CO", day)}
        assert _colombian_holidays(year) <= known
        assert len(known - _colombian_holidays(year)) <= 1


def _days(year):
    first = date(year, 1, 1)
    return [day for n in range(366) if (day := first + timedelta(n)).year == year]


def _colombian_holidays(year):
    fixed = [(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)]
    moved = [(1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11)]
    easter = _easter(year)
    days = {date(year, *day) for day in fixed}
    for day in (date(year, *day) for day in moved):
        days.add(day + timedelta(-day.weekday() % 7))
    return days | {easter + timedelta(offset) for offset in (-3, -2, 43, 64, 71)}


def _easter(year):
    """By the Gregorian rule, in the form of Meeus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)
