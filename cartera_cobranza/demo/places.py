"""Where the demo's debtors live, how they are numbered there, and what money is worth.

All of it is plausible and none of it is real: tax numbers carry an impossible suffix or
a made-up body, telephone numbers end in a fictional range, rates follow a smooth curve.
"""

from math import sin

# By country: city, code of its state, postal code, first digits of telephones there.
CITIES = {
    "MX": (
        ("Ciudad de México", "CMX", "06700", "+52 55 5550"),
        ("Guadalajara", "JAL", "44100", "+52 33 5550"),
        ("Monterrey", "NLE", "64000", "+52 81 5550"),
        ("Puebla", "PUE", "72000", "+52 222 555"),
        ("Mérida", "YUC", "97000", "+52 999 555"),
        ("León", "GUA", "37000", "+52 477 555"),
        ("Tijuana", "BCN", "22000", "+52 664 555"),
    ),
    "CO": (
        ("Bogotá", "DC", "110221", "+57 601 555"),
        ("Medellín", "ANT", "050021", "+57 604 555"),
        ("Cali", "VAC", "760044", "+57 602 555"),
        ("Bucaramanga", "SAN", "680003", "+57 607 555"),
    ),
    "ES": (
        ("Madrid", "M", "28004", "+34 91 655"),
        ("Barcelona", "B", "08009", "+34 93 255"),
        ("Sevilla", "SE", "41001", "+34 95 455"),
        ("Las Palmas de Gran Canaria", "GC", "35001", "+34 928 55"),
    ),
    "CL": (
        ("Santiago", "CL-RM", "8320000", "+56 2 2555"),
        ("Valparaíso", "CL-VS", "2340000", "+56 32 255"),
    ),
    "PE": (
        ("Lima", "15", "15046", "+51 1 555"),
        ("Arequipa", "04", "04001", "+51 54 25"),
    ),
    "AR": (
        ("Buenos Aires", "C", "C1043", "+54 11 5555"),
        ("Córdoba", "X", "X5000", "+54 351 555"),
    ),
    "EC": (
        ("Quito", "17", "170143", "+593 2 255"),
        ("Guayaquil", "09", "090313", "+593 4 255"),
    ),
    "US": (
        ("Miami", "FL", "33130", "+1 305 555"),
        ("Houston", "TX", "77002", "+1 713 555"),
        ("Los Angeles", "CA", "90012", "+1 213 555"),
    ),
}

MOBILES = {
    "MX": "+52 55 5551",
    "CO": "+57 300 555",
    "ES": "+34 655 55",
    "CL": "+56 9 5555",
    "PE": "+51 955 55",
    "AR": "+54 9 11 5555",
    "EC": "+593 99 555",
    "US": "+1 786 555",
}

# Units of each currency that buy what one US dollar buys.
PRICE_LEVEL = {
    "USD": 1.0,
    "EUR": 0.92,
    "MXN": 18.5,
    "COP": 4100.0,
    "CLP": 940.0,
    "PEN": 3.7,
    "ARS": 1300.0,
    "BRL": 5.5,
    "GTQ": 7.7,
    "CRC": 510.0,
    "DOP": 60.0,
    "UYU": 40.0,
    "BOB": 6.9,
    "PYG": 7500.0,
}

COARSE_LEVEL = 100


def cities(country_code):
    """Return (city, state code, zip, telephone prefix) tuples, or one blank city."""
    return CITIES.get(country_code) or (("", "", "", ""),)


def country_of(city):
    """The country code of a city of ``CITIES``."""
    return next(
        code
        for code, places in CITIES.items()
        if city in [place[0] for place in places]
    )


def phone_number(prefix, rank):
    """A telephone number that is valid in its country and different for each rank;
    empty without a prefix."""
    return prefix and f"{prefix} {1000 + 37 * rank}"


def price_level(currency_code):
    """How many units of the currency one US dollar is worth; 1 for an unknown one."""
    return PRICE_LEVEL.get(currency_code, 1.0)


def price(amount, currency_code):
    """Turn US dollars into a price in the currency, round where units are small."""
    level = price_level(currency_code)
    return round(amount * level, -2 if level >= COARSE_LEVEL else 2)


def exchange_rate(foreign_code, company_code, month):
    """Units of the company's currency for one foreign unit, ``month`` months ago."""
    parity = price_level(company_code) / price_level(foreign_code)
    return round(parity * (1 + 0.035 * sin(month / 2.5) - 0.002 * month), 6)


def tax_number(country_code, name, rank, person=False):
    """A tax number of the country's shape for the debtor of that rank, or an empty one.

    A Mexican company's RFC has three letters, a date and three characters; a person's
    has four letters. ``XX`` in its last part marks it as fictional.
    """
    if country_code == "CO":
        return _colombian_number(800_100_000 + 1_373 * rank)
    if country_code != "MX":
        return ""
    letters = "".join(c for c in name.upper() if "A" <= c <= "Z")
    length = 4 if person else 3
    year, month, day = 80 + rank % 20, 1 + rank % 12, 1 + rank % 28
    return f"{letters[:length]}{year:02}{month:02}{day:02}XX{rank % 10}"


def _colombian_number(body):
    weights = (3, 7, 13, 17, 19, 23, 29, 37, 41)
    digits = (int(digit) for digit in reversed(str(body)))
    check = sum(w * d for w, d in zip(weights, digits, strict=False)) % 11
    return f"{body}{11 - check if check > 1 else check}"
