"""The time zone of a place, from its country and state.

Borders of zones inside a state are not known: Ciudad Juárez and Ojinaga (Chihuahua),
the border towns of Coahuila, Nuevo León and Tamaulipas, Bahía de Banderas (Nayarit) and
Isla de Pascua (Valparaíso) get the zone of the rest of their state. Whoever deals with
debtors there sets the time zone of the debtor.
"""

import pytz

# Where most people live, in countries of several time zones.
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "BR": "America/Sao_Paulo",
    "CL": "America/Santiago",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MX": "America/Mexico_City",
    "PT": "Europe/Lisbon",
    "US": "America/New_York",
}

# {(country, zone): states whose clocks differ from the main zone's}
STATES_BY_ZONE = {
    ("BR", "America/Boa_Vista"): "RR",
    ("BR", "America/Campo_Grande"): "MS",
    ("BR", "America/Cuiaba"): "MT",
    ("BR", "America/Manaus"): "AM",
    ("BR", "America/Porto_Velho"): "RO",
    ("BR", "America/Rio_Branco"): "AC",
    # Aysén keeps the time of Magallanes since 2025; its own zone is too young for
    # many systems.
    ("CL", "America/Punta_Arenas"): "CL-AI CL-MA",
    ("EC", "Pacific/Galapagos"): "20",
    ("ES", "Atlantic/Canary"): "GC TF",
    ("MX", "America/Cancun"): "ROO",
    ("MX", "America/Chihuahua"): "CHH",
    ("MX", "America/Hermosillo"): "SON",
    ("MX", "America/Mazatlan"): "BCS NAY SIN",
    ("MX", "America/Tijuana"): "BCN",
    ("PT", "Atlantic/Azores"): "20",
    ("US", "America/Anchorage"): "AK",
    ("US", "America/Chicago"): "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    ("US", "America/Denver"): "CO ID MT NM UT WY",
    ("US", "America/Los_Angeles"): "CA NV OR WA",
    ("US", "America/Phoenix"): "AZ",
    ("US", "Pacific/Honolulu"): "HI",
}
STATE_ZONES = {
    (country, state): zone
    for (country, zone), states in STATES_BY_ZONE.items()
    for state in states.split()
}


def find_zone(country_code, state_code=None):
    """Name of the time zone of a place.

    :param country_code: ISO 3166 code of two letters, or a false value
    :param state_code: code of the state as Odoo has it, or a false value
    :return: IANA name, or None for no country, or one of several zones that is not
        known here
    """
    if zone := STATE_ZONES.get((country_code, state_code)):
        return zone
    if zone := MAIN_ZONES.get(country_code):
        return zone
    zones = pytz.country_timezones.get(country_code or "", ())
    return zones[0] if len(zones) == 1 else None


def find_debtor_zone(country_code, state_code, chosen, zone):
    """Name of the time zone that a debtor lives by.

    :param chosen: IANA name that somebody set for the debtor, or a false value
    :param zone: IANA name on the contact, or a false value: Odoo puts the one of
        whoever creates a contact there, so that any place says more
    :return: IANA name, or None when nothing is known
    """
    return chosen or find_zone(country_code, state_code) or zone or None
