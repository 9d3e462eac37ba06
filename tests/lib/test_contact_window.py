"""When a debtor may be contacted: whatever the rules, then country by country."""

import math
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from cartera_lib.contact_window import (
    CHANNELS,
    SPOKEN,
    WRITTEN,
    Cap,
    Contact,
    Decision,
    Policy,
    Window,
    decide,
    history_days,
    is_open,
)
from hypothesis import given, settings
from hypothesis import strategies as st

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# -- whatever the rules -----------------------------------------------------------

ZONES = [
    "America/Bogota",
    "America/Havana",
    "America/Santiago",
    "America/Tijuana",
    "Europe/Madrid",
]
# Near changes of clocks of those zones, a turn of the year, and an ordinary day.
DAYS = [
    date(2026, 3, 8),
    date(2026, 3, 28),
    date(2026, 4, 4),
    date(2026, 6, 30),
    date(2026, 9, 5),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2026, 12, 30),
]
GROUPS = [CHANNELS, SPOKEN, WRITTEN, frozenset({"email"}), frozenset({"call", "sms"})]

channels = st.sampled_from(sorted(CHANNELS))
groups = st.sampled_from(GROUPS)
hours = (
    st.tuples(st.integers(0, 24 * 60 - 1), st.integers(1, 24 * 60))
    .map(sorted)
    .filter(lambda pair: pair[0] < pair[1])
)
windows = st.builds(
    lambda group, weekday, pair: Window(group, weekday, *pair),
    groups,
    st.integers(0, 7),
    hours,
)
caps = st.builds(
    Cap,
    groups,
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(["day", "iso_week", "rolling_week"]),
    st.integers(0, 3),
    st.sampled_from(["attempt", "reached"]),
)
policies = st.builds(
    Policy,
    key=st.just("law"),
    windows=st.lists(windows, max_size=12).map(tuple),
    caps=st.lists(caps, max_size=2).map(tuple),
    one_channel_after_contact=st.sampled_from(["", "", "attempt", "reached"]),
)


@st.composite
def situations(draw):
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    near = datetime.combine(draw(st.sampled_from(DAYS)), datetime.min.time(), UTC)
    now = near + timedelta(seconds=draw(st.integers(-86_400, 3 * 86_400)))
    ages = st.integers(1, 9 * 24 * 60)
    return {
        "policies": draw(st.lists(policies, min_size=1, max_size=3)),
        "channel": draw(channels),
        "now": now,
        "zone": zone,
        "holidays": draw(
            st.frozensets(st.integers(-1, 5).map(lambda n: now.date() + n * DAY))
        ),
        "history": [
            Contact(now - draw(ages) * MINUTE, draw(channels), draw(st.booleans()))
            for _ in range(draw(st.integers(0, 4)))
        ],
    }


def is_lawful(facts, moment):
    """The same question, asked of each rule in the plainest way."""
    channel, zone, history = facts["channel"], facts["zone"], facts["history"]
    local = moment.astimezone(zone)
    earlier = [(c, c.moment.astimezone(zone).date()) for c in history]

    def happened(event, contact):
        silent = contact.channel in SPOKEN and not contact.reached
        return not (event == "reached" and silent)

    def within(policy, kind):
        return any(
            window.weekday == kind
            and channel in window.channels
            and window.minute_from <= local.hour * 60 + local.minute < window.minute_to
            for window in policy.windows
        )

    def is_same_period(cap, day):
        if cap.period == "day":
            return day == local.date()
        if cap.period == "iso_week":
            return day.isocalendar()[:2] == local.date().isocalendar()[:2]
        return 0 <= (local.date() - day).days <= 6

    for policy in facts["policies"]:
        if any(channel in window.channels for window in policy.windows):
            if not within(policy, local.weekday()):
                return False
            if local.date() in facts["holidays"] and not within(policy, 7):
                return False
        for cap in policy.caps:
            if channel not in cap.channels:
                continue
            days = [
                day
                for contact, day in earlier
                if contact.channel in cap.channels
                and (not cap.each_channel or contact.channel == channel)
                and happened(cap.counted, contact)
            ]
            inside = [day for day in days if is_same_period(cap, day)]
            if cap.max_count and len(inside) + 1 > cap.max_count:
                return False
            if any((local.date() - day).days < cap.min_gap_days for day in days):
                return False
        event = policy.one_channel_after_contact
        if event and any(
            contact.channel != channel
            and happened(event, contact)
            and day.isocalendar()[:2] == local.date().isocalendar()[:2]
            for contact, day in earlier
        ):
            return False
    return True


@settings(max_examples=400, deadline=None)
@given(situations())
def test_allowed_exactly_when_every_rule_allows(facts):
    assert decide(**facts).allowed == is_lawful(facts, facts["now"])


@settings(max_examples=150, deadline=None)
@given(situations())
def test_open_exactly_when_allowed(facts):
    assert is_open(**facts) == decide(**facts).allowed


@settings(max_examples=150, deadline=None)
@given(situations())
def test_the_moment_given_is_the_first_lawful_minute(facts):
    decision = decide(**facts, horizon_days=5)
    last_day = facts["now"].astimezone(facts["zone"]).date() + 5 * DAY
    moment = facts["now"]
    if not is_lawful(facts, moment):
        moment = moment.replace(second=0) + MINUTE
    while not is_lawful(facts, moment):
        moment += MINUTE
        if moment.astimezone(facts["zone"]).date() > last_day:
            assert decision.verdict == "refuse"
            assert decision.until is None
            return
    if moment == facts["now"]:
        assert decision == Decision("allow")
    else:
        assert (decision.verdict, decision.until) == ("delay", moment)


@settings(max_examples=300, deadline=None)
@given(situations())
def test_at_the_moment_given_it_is_allowed(facts):
    decision = decide(**facts)
    if decision.verdict == "delay":
        assert decision.until > facts["now"]
        assert decide(**{**facts, "now": decision.until}).allowed


@settings(max_examples=300, deadline=None)
@given(situations(), st.floats(0, 1))
def test_waiting_less_does_not_bring_the_moment_nearer(facts, share):
    decision = decide(**facts)
    if decision.verdict == "delay":
        wait = (decision.until - facts["now"]) * share
        later = decide(**{**facts, "now": facts["now"] + wait})
        assert later.allowed or later.until == decision.until


@settings(max_examples=300, deadline=None)
@given(situations(), policies)
def test_one_more_policy_only_tightens(facts, policy):
    before = decide(**facts)
    after = decide(**{**facts, "policies": [*facts["policies"], policy]})
    assert order(after) >= order(before)


@settings(max_examples=300, deadline=None)
@given(situations(), st.integers(1, 9 * 24 * 60), channels)
def test_one_more_contact_only_tightens(facts, age, channel):
    contact = Contact(facts["now"] - age * MINUTE, channel)
    before = decide(**facts)
    after = decide(**{**facts, "history": [*facts["history"], contact]})
    assert order(after) >= order(before)


@settings(max_examples=300, deadline=None)
@given(situations())
def test_contacts_older_than_those_asked_for_change_nothing(facts):
    oldest = facts["now"] - timedelta(days=history_days(facts["policies"]) + 1)
    recent = [contact for contact in facts["history"] if contact.moment > oldest]
    assert decide(**facts) == decide(**{**facts, "history": recent})


def order(decision):
    """Allowed at once, later, never."""
    if decision.allowed:
        return -math.inf
    return decision.until.timestamp() if decision.until else math.inf


# -- what no waiting changes ------------------------------------------------------

STRICT = Policy(
    "CO",
    consent_required=True,
    visits="forbidden",
    third_party="forbidden",
    basis="Ley 2300",
    articles=(("consent", "art. 2"), ("visits", "art. 6")),
)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "facts", "rule", "article"),
    [
        ("email", {}, "", ""),
        ("email", {"opted_out": True}, "opt_out", ""),
        ("email", {"consent": False}, "consent", "art. 2"),
        ("visit", {}, "visits", "art. 6"),
        ("call", {"contact_role": "third_party"}, "third_party", "Ley 2300"),
        ("call", {"contact_role": "obligor"}, "third_party", "Ley 2300"),
    ],
)
def test_bans(channel, facts, rule, article):
    decision = decide([Policy("general"), STRICT], channel, NOON, UTC, **facts)
    assert decision.verdict == ("refuse" if rule else "allow")
    assert (decision.rule, decision.article, decision.until) == (rule, article, None)
    assert decision.policy == (STRICT if article else None)


@pytest.mark.parametrize(
    ("third_party", "role", "verdict"),
    [
        ("forbidden", "obligor", "refuse"),
        ("obligors", "obligor", "allow"),
        ("obligors", "third_party", "refuse"),
        ("allowed", "third_party", "allow"),
    ],
)
def test_whom_one_may_speak_to(third_party, role, verdict):
    policy = Policy("x", third_party=third_party)
    decision = decide([policy], "call", NOON, UTC, contact_role=role)
    assert decision.verdict == verdict


def test_hours_that_exclude_each_other_are_refused():
    some = [
        Policy(name, windows=(Window(CHANNELS, 1, *pair),), basis=name)
        for name, pair in [("morning", (480, 720)), ("evening", (1080, 1140))]
    ]
    decision = decide(some, "call", NOON.replace(hour=10), UTC)
    assert (decision.verdict, decision.rule, decision.article) == (
        "refuse",
        "window",
        "evening",
    )


# -- country by country -----------------------------------------------------------

MONDAY_TO_FRIDAY = "01234"


def table(group, days, opens, closes):
    """Windows of several weekdays, hours as in the tables of the law."""
    return tuple(Window(group, int(d), opens * 60, closes * 60) for d in days)


COLOMBIA = Policy(
    "CO",
    windows=table(CHANNELS, MONDAY_TO_FRIDAY, 7, 19) + table(CHANNELS, "5", 8, 15),
    caps=(Cap(CHANNELS, max_count=1),),
    one_channel_after_contact="attempt",
)
MEXICO = [
    Policy("MX financial", windows=table(CHANNELS, "0123456", 7, 22)),
    Policy("MX strict", windows=table(CHANNELS, MONDAY_TO_FRIDAY, 7, 22)),
]
CHILE = Policy(
    "CL",
    windows=table(SPOKEN, "012345", 8, 20),
    caps=(
        Cap(SPOKEN, max_count=1, period="iso_week"),
        Cap(WRITTEN, max_count=2, period="iso_week", min_gap_days=2),
    ),
)
PERU = Policy("PE", windows=table(SPOKEN, MONDAY_TO_FRIDAY, 7, 20))
ECUADOR = Policy(
    "EC",
    windows=table(CHANNELS, MONDAY_TO_FRIDAY, 7, 20),
    caps=(Cap(CHANNELS, each_channel=True, max_count=1),),
)
GUATEMALA = Policy(
    "GT",
    windows=table(CHANNELS, MONDAY_TO_FRIDAY, 8, 18),
    caps=(Cap(CHANNELS, max_count=2),),
)
GENERAL = Policy("general", windows=table(CHANNELS, MONDAY_TO_FRIDAY, 8, 19))

BOGOTA = ("America/Bogota", [COLOMBIA])
MEXICO_CITY = ("America/Mexico_City", MEXICO)
SANTIAGO = ("America/Santiago", [CHILE])
LIMA = ("America/Lima", [PERU])
QUITO = ("America/Guayaquil", [ECUADOR])
CITY_OF_GUATEMALA = ("America/Guatemala", [GUATEMALA])
MADRID = ("Europe/Madrid", [GENERAL])

# (country, channel, local time, contacts before, holidays, first lawful local time,
# rule); 23 November 2026 is a Monday
EXAMPLES = [
    (BOGOTA, "email", "2026-11-24 07:00", "", "", "now", ""),
    (BOGOTA, "email", "2026-11-24 18:59", "", "", "now", ""),
    (BOGOTA, "email", "2026-11-24 06:59", "", "", "2026-11-24 07:00", "window"),
    (BOGOTA, "email", "2026-11-24 19:00", "", "", "2026-11-25 07:00", "window"),
    (BOGOTA, "call", "2026-11-28 14:59", "", "", "now", ""),
    (BOGOTA, "call", "2026-11-28 15:00", "", "", "2026-11-30 07:00", "window"),
    (BOGOTA, "call", "2026-11-29 10:00", "", "", "2026-11-30 07:00", "window"),
    # Epiphany is moved to a Monday.
    (
        BOGOTA,
        "call",
        "2026-01-10 16:00",
        "",
        "2026-01-12",
        "2026-01-13 07:00",
        "window",
    ),
    (
        BOGOTA,
        "call",
        "2026-01-12 10:00",
        "",
        "2026-01-12",
        "2026-01-13 07:00",
        "holiday",
    ),
    # One a day, and one channel in the week of a contact.
    (
        BOGOTA,
        "email",
        "2026-11-24 15:00",
        "email 2026-11-24 09:00",
        "",
        "2026-11-25 07:00",
        "cap_day",
    ),
    (BOGOTA, "email", "2026-11-25 07:00", "email 2026-11-24 18:59", "", "now", ""),
    (
        BOGOTA,
        "sms",
        "2026-11-25 07:00",
        "email 2026-11-24 18:59",
        "",
        "2026-11-30 07:00",
        "one_channel",
    ),
    (BOGOTA, "sms", "2026-11-30 07:00", "email 2026-11-28 14:59", "", "now", ""),
    # The stricter of both readings.
    (MEXICO_CITY, "call", "2026-11-27 21:59", "", "", "now", ""),
    (MEXICO_CITY, "call", "2026-11-27 22:00", "", "", "2026-11-30 07:00", "window"),
    (MEXICO_CITY, "call", "2026-11-28 10:00", "", "", "2026-11-30 07:00", "window"),
    # Spoken: hours, Saturdays, once a week. Written: any hour, twice a week, not on
    # two days running.
    (SANTIAGO, "call", "2026-11-28 19:59", "", "", "now", ""),
    (SANTIAGO, "call", "2026-11-28 20:00", "", "", "2026-11-30 08:00", "window"),
    (SANTIAGO, "visit", "2026-11-29 10:00", "", "", "2026-11-30 08:00", "window"),
    (
        SANTIAGO,
        "call",
        "2026-12-08 10:00",
        "",
        "2026-12-08",
        "2026-12-09 08:00",
        "holiday",
    ),
    (
        SANTIAGO,
        "visit",
        "2026-11-27 10:00",
        "call 2026-11-23 09:00",
        "",
        "2026-11-30 08:00",
        "cap_week",
    ),
    (SANTIAGO, "call", "2026-11-30 08:00", "call 2026-11-27 09:00", "", "now", ""),
    (SANTIAGO, "email", "2026-11-29 03:00", "", "2026-11-29", "now", ""),
    (SANTIAGO, "email", "2026-11-24 03:00", "call 2026-11-24 09:00", "", "now", ""),
    (
        SANTIAGO,
        "email",
        "2026-11-24 10:00",
        "sms 2026-11-23 22:00",
        "",
        "2026-11-25 00:00",
        "gap",
    ),
    (SANTIAGO, "sms", "2026-11-25 00:00", "email 2026-11-23 22:00", "", "now", ""),
    (
        SANTIAGO,
        "letter",
        "2026-11-27 10:00",
        "email 2026-11-23 09:00, sms 2026-11-25 09:00",
        "",
        "2026-11-30 00:00",
        "cap_week",
    ),
    # The first hour of 6 September 2026 does not exist there.
    (
        SANTIAGO,
        "email",
        "2026-09-05 10:00",
        "email 2026-09-04 22:00",
        "",
        "2026-09-06 01:00",
        "gap",
    ),
    (LIMA, "call", "2026-11-27 19:59", "", "", "now", ""),
    (LIMA, "call", "2026-11-27 20:00", "", "", "2026-11-30 07:00", "window"),
    (LIMA, "visit", "2026-11-28 10:00", "", "", "2026-11-30 07:00", "window"),
    (LIMA, "sms", "2026-11-28 23:00", "", "2026-11-28", "now", ""),
    (QUITO, "email", "2026-11-24 10:00", "call 2026-11-24 09:00", "", "now", ""),
    (
        QUITO,
        "call",
        "2026-11-24 10:00",
        "call 2026-11-24 09:00",
        "",
        "2026-11-25 07:00",
        "cap_day",
    ),
    (QUITO, "call", "2026-11-28 10:00", "", "", "2026-11-30 07:00", "window"),
    (
        CITY_OF_GUATEMALA,
        "call",
        "2026-11-24 12:00",
        "sms 2026-11-24 08:00",
        "",
        "now",
        "",
    ),
    (
        CITY_OF_GUATEMALA,
        "call",
        "2026-11-24 12:00",
        "sms 2026-11-24 08:00, call 2026-11-24 09:00",
        "",
        "2026-11-25 08:00",
        "cap_day",
    ),
    (MADRID, "email", "2026-10-24 12:00", "", "", "2026-10-26 08:00", "window"),
]


def moment(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("country", "channel", "at", "before", "holidays", "until", "rule"), EXAMPLES
)
def test_country(country, channel, at, before, holidays, until, rule):
    zone = ZoneInfo(country[0])
    history = [
        Contact(moment(when, zone), by)
        for by, _, when in (entry.partition(" ") for entry in before.split(", "))
        if when
    ]
    decision = decide(
        country[1],
        channel,
        moment(at, zone),
        zone,
        {date.fromisoformat(day) for day in holidays.split()},
        history,
    )
    if until == "now":
        assert decision == Decision("allow")
    else:
        assert decision.verdict == "delay"
        assert decision.until.astimezone(zone).strftime("%Y-%m-%d %H:%M") == until
        assert decision.rule == rule


# -- counting ---------------------------------------------------------------------


def test_any_seven_days_or_the_week_of_the_calendar():
    friday = Contact(datetime(2026, 11, 27, 10, 0, tzinfo=UTC), "call")
    monday = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    for period, until in [("iso_week", None), ("rolling_week", date(2026, 12, 4))]:
        policy = Policy("x", caps=(Cap(CHANNELS, max_count=1, period=period),))
        decision = decide([policy], "call", monday, UTC, history=[friday])
        assert (decision.until and decision.until.date()) == until


def test_calls_that_reached_nobody_may_not_count():
    missed = Contact(NOON - timedelta(hours=1), "call", reached=False)
    sent = Contact(NOON - timedelta(hours=1), "sms", reached=False)
    for counted, contact, verdict in [
        ("attempt", missed, "delay"),
        ("reached", missed, "allow"),
        ("reached", sent, "delay"),
    ]:
        policy = Policy("x", caps=(Cap(CHANNELS, max_count=1, counted=counted),))
        assert decide([policy], "call", NOON, UTC, history=[contact]).verdict == verdict


def test_the_day_of_a_contact_is_the_debtor_s():
    """Late in the evening in Bogotá is the next day in UTC."""
    zone = ZoneInfo("America/Bogota")
    policy = Policy("x", caps=(Cap(CHANNELS, max_count=1),))
    evening = Contact(datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "sms")  # 20:00 before
    morning = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    assert decide([policy], "sms", morning, zone, history=[evening]).allowed


def test_a_cap_names_its_article():
    policy = Policy("x", caps=(Cap(CHANNELS, max_count=1, article="art. 5"),))
    contact = Contact(NOON, "sms")
    decision = decide([policy], "sms", NOON, UTC, history=[contact])
    assert (decision.rule, decision.article) == ("cap_day", "art. 5")
