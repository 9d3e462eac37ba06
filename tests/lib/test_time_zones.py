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
    ("country", "state", "zone", "usual", "found"),
    [
        # Chosen for the contact: a border town, say.
        ("MX", "CHH", "America/Ciudad_Juarez", "America/Mexico_City", None),
        ("MX", None, "America/Tijuana", "America/Mexico_City", None),
        (None, None, "America/Lima", "America/Lima", None),
        # Came with whoever created it: the state says more, the country less.
        (
            "MX",
            "SON",
            "America/Mexico_City",
            "America/Mexico_City",
            "America/Hermosillo",
        ),
        ("MX", None, "America/Tijuana", "America/Tijuana", None),
        # Nobody lives in a country by the clock of another.
        (
            "CL",
            "CL-RM",
            "America/Mexico_City",
            "America/Mexico_City",
            "America/Santiago",
        ),
        ("CL", None, "America/Mexico_City", "America/Bogota", "America/Santiago"),
        ("CO", None, None, None, "America/Bogota"),
        ("RU", None, "Europe/Paris", None, None),
    ],
)
def test_zone_of_a_debtor(country, state, zone, usual, found):
    assert find_debtor_zone(country, state, zone, usual) == (found or zone)


def test_nothing_is_known_of_nobody():
    assert find_debtor_zone(False, False, False, False) is None
