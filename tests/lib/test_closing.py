"""When the hours of a day end."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cartera_lib.contact_window import Policy, Window, closing, decide
from cartera_lib.local_days import UTC
from hypothesis import given
from hypothesis import strategies as st

EVERY = frozenset({"call"})
MINUTE = timedelta(minutes=1)
ZONES = ["America/Bogota", "America/Santiago", "Europe/Madrid", "America/Mexico_City"]


def _policy(hours):
    windows = (Window(EVERY, day, *span) for day in range(8) for span in hours)
    return Policy("p", windows=tuple(windows))


def _moment(*parts, zone="America/Bogota"):
    return datetime(*parts, tzinfo=ZoneInfo(zone))


def test_the_end_of_the_window():
    policy = _policy([(7 * 60, 19 * 60)])
    now = _moment(2026, 6, 30, 10, 15)
    assert closing([policy], "call", now, now.tzinfo) == _moment(2026, 6, 30, 19)


def test_the_first_of_several_ends():
    policies = [_policy([(420, 1140)]), _policy([(480, 900)])]
    now = _moment(2026, 6, 30, 10)
    assert closing(policies, "call", now, now.tzinfo) == _moment(2026, 6, 30, 15)


def test_hours_that_touch_are_one():
    policy = _policy([(480, 720), (720, 1080)])
    now = _moment(2026, 6, 30, 9)
    assert closing([policy], "call", now, now.tzinfo) == _moment(2026, 6, 30, 18)


def test_a_break_ends_them():
    policy = _policy([(480, 720), (780, 1080)])
    now = _moment(2026, 6, 30, 9)
    assert closing([policy], "call", now, now.tzinfo) == _moment(2026, 6, 30, 12)


def test_without_hours_the_day_ends():
    now = _moment(2026, 6, 30, 9)
    assert closing([Policy("p")], "call", now, now.tzinfo) == _moment(2026, 7, 1)


def test_outside_the_hours_nothing_is_left():
    now = _moment(2026, 6, 30, 21)
    assert closing([_policy([(480, 720)])], "call", now, now.tzinfo) == now


def test_the_day_of_the_change_of_clocks():
    now = _moment(2026, 3, 29, 1, zone="Europe/Madrid")
    policy = _policy([(0, 1200)])
    end = closing([policy], "call", now, now.tzinfo)
    assert end == _moment(2026, 3, 29, 20, zone="Europe/Madrid")


@given(
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(
            lambda span: span[0] < span[1]
        ),
        max_size=4,
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(ZONES),
)
def test_allowed_until_the_end_and_not_at_it(hours, now, name):
    zone, policy = ZoneInfo(name), _policy(hours)
    now = now.replace(second=0, microsecond=0, tzinfo=UTC)
    end = closing([policy], "call", now, zone)
    allowed = decide([policy], "call", now, zone).allowed
    assert (end > now) == allowed
    if not allowed:
        return
    assert decide([policy], "call", end - MINUTE, zone).allowed
    midnight = end.astimezone(zone).date() > now.astimezone(zone).date()
    assert midnight or not decide([policy], "call", end, zone).allowed
    assert (end.astimezone(zone).date() - now.astimezone(zone).date()).days <= 1
