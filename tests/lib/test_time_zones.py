"""Which clock a debtor lives by."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from cartera_lib.time_zones import MAIN_ZONES, STATE_ZONES, find_debtor_zone, find_zone


@pytest.mark.parametrize(
    ("country", "state", "zone"),
    [
        ("CO", None, "America/Bogota"),
        ("CO", "ANT", "America/Bogota"),
        ("PE", None, "America/Lima"),
        ("GT", None, "America/Guatemala"),
        ("AR", None, "America/Argentina/Buenos_Aires"),
        ("AR", "M", "America/Argentina/Buenos_Aires"),
        ("MX", None, "America/Mexico_City"),
        ("MX", "JAL", "America/Mexico_City"),
        ("MX", "BCN", "America/Tijuana"),
        ("MX", "BCS", "America/Mazatlan"),
        ("MX", "SIN", "America/Mazatlan"),
        ("MX", "SON", "America/Hermosillo"),
        ("MX", "CHH", "America/Chihuahua"),
        ("MX", "ROO", "America/Cancun"),
        ("ES", "M", "Europe/Madrid"),
        ("ES", "GC", "Atlantic/Canary"),
        ("ES", "TF", "Atlantic/Canary"),
        ("CL", "CL-VS", "America/Santiago"),
        ("CL", "CL-MA", "America/Punta_Arenas"),
        ("EC", "17", "America/Guayaquil"),
        ("EC", "20", "Pacific/Galapagos"),
        ("BR", "AM", "America/Manaus"),
        ("PT", "11", "Europe/Lisbon"),
        ("PT", "20", "Atlantic/Azores"),
        ("PT", "30", "Europe/Lisbon"),
        ("US", "CA", "America/Los_Angeles"),
        # Several zones, and none of them is known as the main one.
        ("RU", None, None),
        ("XX", None, None),
        (None, None, None),
        (False, False, None),
    ],
)
def test_zone_of_a_place(country, state, zone):
    assert find_zone(country, state) == zone


@pytest.mark.parametrize("name", sorted({*MAIN_ZONES.values(), *STATE_ZONES.values()}))
def test_every_zone_is_known_to_the_system(name):
    assert ZoneInfo(name).utcoffset(datetime(2026, 6, 1)) is not None


@pytest.mark.parametrize(
    ("state", "hours"),
    [("BCN", -7), ("SON", -7), ("SIN", -7), ("CHH", -6), ("JAL", -6), ("ROO", -5)],
)
def test_mexico_in_summer(state, hours):
    """Mexico gave up daylight saving in 2022, Baja California keeps California's."""
    zone = ZoneInfo(find_zone("MX", state))
    offset = zone.utcoffset(datetime(2026, 7, 1))
    assert offset.total_seconds() / 3600 == hours


@pytest.mark.parametrize(
    ("country", "state", "chosen", "zone", "found"),
    [
        # Chosen for the debtor: a border town, say.
        ("MX", "CHH", "America/Ciudad_Juarez", None, "America/Ciudad_Juarez"),
        ("MX", None, "America/Tijuana", "America/Mexico_City", "America/Tijuana"),
        (None, None, "America/Lima", None, "America/Lima"),
        # Came with whoever created it: the place says more.
        ("MX", "SON", None, "America/Mexico_City", "America/Hermosillo"),
        ("MX", "ROO", None, "America/Tijuana", "America/Cancun"),
        ("MX", None, None, "America/Tijuana", "America/Mexico_City"),
        ("CL", "CL-RM", None, "America/Mexico_City", "America/Santiago"),
        ("CO", None, None, None, "America/Bogota"),
        # The place says nothing.
        ("RU", None, None, "Europe/Paris", "Europe/Paris"),
        (None, None, None, "America/Lima", "America/Lima"),
    ],
)
def test_zone_of_a_debtor(country, state, chosen, zone, found):
    assert find_debtor_zone(country, state, chosen, zone) == found


def test_nothing_is_known_of_nobody():
    assert find_debtor_zone(False, False, False, False) is None
