"""Hours, numbers and conduct that the law of each country prescribes, as tables.

Collected on 22 November 2026 from the texts named in the last column, or from what
authorities and the press say of them (``confidence``: R read in the text of the law or
on the authority's page, S secondary, G general knowledge). Hours are the debtor's
local time, the end not included. ``none`` and ``any`` are no limit; an empty day, or
``no`` for holidays, is a day without contact.
"""

import csv
from io import StringIO

WINDOWS = """\
country,profile,channels,mon,tue,wed,thu,fri,sat,sun,holidays,confidence,basis
CO,consumer,all,07:00-19:00,07:00-19:00,07:00-19:00,07:00-19:00,07:00-19:00,08:00-15:00,,no,S,Ley 2300/2023 art 3
MX,commercial,all,07:00-22:00,07:00-22:00,07:00-22:00,07:00-22:00,07:00-22:00,,,no,G,usual reading of the CONDUSEF provisions for other creditors
CL,consumer,visit+call,08:00-20:00,08:00-20:00,08:00-20:00,08:00-20:00,08:00-20:00,08:00-20:00,,no,R,Ley 19.496 art 37 + CPC art 59
CL,consumer,written,any,any,any,any,any,any,any,any,R,no hours in art 37 for written media
PE,consumer,visit+call,07:00-20:00,07:00-20:00,07:00-20:00,07:00-20:00,07:00-20:00,,,no,R,Ley 29571 art 62 b
PE,consumer,written,any,any,any,any,any,any,any,any,R,no hours in art 62 for written media
AR,consumer,all,none,none,none,none,none,none,none,none,R,Ley 24.240 art 8 bis has no hours
EC,consumer,all,07:00-20:00,07:00-20:00,07:00-20:00,07:00-20:00,07:00-20:00,,,no,S,LODC art 49
ES,any,all,none,none,none,none,none,none,none,none,S,no statute
GT,consumer,all,working,working,working,working,working,,,no,S,Decreto 28-2016 art 46 bis
DEFAULT,b2b,all,08:00-19:00,08:00-19:00,08:00-19:00,08:00-19:00,08:00-19:00,,,no,G,no law: office hours
"""  # noqa: E501

CAPS = """\
country,profile,channel_group,max_per_day,max_per_week,min_gap_days,one_channel_per_week,counted_event,confidence
CO,consumer,all,1,,,yes,attempt,S
CL,consumer,visit+call,,1,,no,contact,R
CL,consumer,written,,2,2,no,attempt,R
EC,consumer,per_mechanism,1,,,no,attempt,S
GT,consumer,all,2,,,no,attempt,S
"""

CONDUCT = """\
country,profile,consent_needed,third_party,visits
CO,consumer,yes,forbidden,forbidden
MX,commercial,no,forbidden_except_obligors,allowed
CL,consumer,no,forbidden,capped
PE,consumer,no,forbidden,allowed_in_hours
AR,consumer,no,unknown,allowed
EC,consumer,no,forbidden_except_obligors,restricted
ES,any,no,forbidden,allowed
"""

# Whom the law of a country protects; everybody else is under DEFAULT. Chile gives its
# micro and small firms the consumer's protection (Ley 20.416 art 9); Spain's row makes
# no difference.
PROTECTED = {
    "CO": {"person": "consumer"},
    "MX": {"person": "commercial"},
    "CL": {"person": "consumer", "small_company": "consumer"},
    "PE": {"person": "consumer"},
    "AR": {"person": "consumer"},
    "EC": {"person": "consumer"},
    "ES": {"person": "any"},
    "GT": {"person": "consumer"},
}

# Guatemala's text says "working days and hours" and no more.
WORKING_HOURS = "08:00-19:00"

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPOKEN = frozenset({"call", "visit"})
WRITTEN = frozenset({"email", "sms", "whatsapp", "letter"})
CHANNELS = {"all": SPOKEN | WRITTEN, "visit+call": SPOKEN, "written": WRITTEN}


def read(table):
    """The rows of a table as dictionaries."""
    return list(csv.DictReader(StringIO(table)))


def of_profile(table, country, profile):
    """The rows of a table for one profile of one country."""
    return [
        row
        for row in read(table)
        if (row["country"], row["profile"]) == (country, profile)
    ]
