"""Walks over contacts one by one and says which of them the law forbids."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from . import tables

# A call or a visit that met nobody is an attempt, no contact.
MET_NOBODY = frozenset({"no_answer", "wrong_number"})
FREE = frozenset({"any", "none"})


@dataclass(frozen=True)
class Contact:
    """One contact that was made.

    :ivar debtor: any key of the debtor
    :ivar moment: aware datetime
    :ivar country: two letters
    :ivar kind: ``person``, ``small_company`` or ``company``
    :ivar zone: IANA name of the debtor's time zone
    :ivar reached: what came of it
    :ivar role: ``debtor``, ``obligor`` (owes as well) or ``third_party``
    :ivar authorised: whether the debtor had authorised the channel by then
    """

    debtor: object
    moment: datetime
    channel: str
    country: str
    kind: str
    zone: str
    reached: str = "sent"
    role: str = "debtor"
    authorised: bool = False

    @property
    def local(self):
        return self.moment.astimezone(ZoneInfo(self.zone))

    @property
    def day(self):
        return self.local.date()

    @property
    def law(self):
        """Country and profile whose rows bind the contact."""
        profile = tables.PROTECTED.get(self.country, {}).get(self.kind)
        return (self.country, profile) if profile else ("DEFAULT", "b2b")


@dataclass(frozen=True)
class Breach:
    """A contact and the rule that it broke."""

    contact: Contact
    rule: str

    def __str__(self):
        contact = self.contact
        return (
            f"{contact.debtor}: {contact.channel} on {contact.local:%a %Y-%m-%d %H:%M}"
            f" ({contact.country}, {contact.kind}) against {self.rule}"
        )


def find_breaches(contacts):
    """Which of the contacts were unlawful.

    :param contacts: :class:`Contact` s of any debtors, in any order
    :return: list of :class:`Breach`
    """
    by_debtor = defaultdict(list)
    for contact in sorted(contacts, key=lambda contact: contact.moment):
        by_debtor[contact.debtor].append(contact)
    breaches = []
    for history in by_debtor.values():
        for number, contact in enumerate(history):
            rules = [
                *_broken_by_itself(contact),
                *_broken_by_number(contact, history[:number]),
            ]
            breaches += [Breach(contact, rule) for rule in rules]
    return breaches


# -- by itself --------------------------------------------------------------------


def _broken_by_itself(contact):
    for row in tables.of_profile(tables.WINDOWS, *contact.law):
        if contact.channel in tables.CHANNELS[row["channels"]]:
            yield from _broken_hours(contact, row)
    for row in tables.of_profile(tables.CONDUCT, *contact.law):
        if row["consent_needed"] == "yes" and not contact.authorised:
            yield "consent"
        if contact.channel == "visit" and row["visits"] == "forbidden":
            yield "visits"
        if contact.role == "third_party" and row["third_party"] != "unknown":
            yield "third_party"
        if contact.role == "obligor" and row["third_party"] == "forbidden":
            yield "third_party"


def _broken_hours(contact, row):
    hours = row[tables.DAYS[contact.local.weekday()]]
    if hours in FREE:
        return
    if row["holidays"] == "no" and is_holiday(contact.country, contact.day):
        yield "holiday"
    if hours == "working":
        hours = tables.WORKING_HOURS
    start, _dash, end = hours.partition("-")
    if not hours or not (
        time.fromisoformat(start) <= contact.local.time() < time.fromisoformat(end)
    ):
        yield "window"


@cache
def _holidays(country, year):
    if country not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


def is_holiday(country: str, day: date) -> bool:
    """Whether the whole country rests on that day."""
    return day in _holidays(country, day.year)


# -- by number --------------------------------------------------------------------


def _broken_by_number(contact, earlier):
    """:param earlier: the debtor's contacts before this one"""
    for row in tables.of_profile(tables.CAPS, *contact.law):
        if row["channel_group"] == "per_mechanism":
            group = {contact.channel}
        else:
            group = tables.CHANNELS[row["channel_group"]]
        if contact.channel not in group or not _counts(contact, row):
            continue
        counted = [other for other in earlier if _counts(other, row)]
        same = [other for other in counted if other.channel in group]
        yield from _broken_cap(contact, same, row)
        if row["one_channel_per_week"] == "yes" and any(
            _same_week(contact, other) and other.channel != contact.channel
            for other in counted
        ):
            yield "one_channel"


def _broken_cap(contact, same, row):
    today = [other for other in same if other.day == contact.day]
    this_week = [other for other in same if _same_week(contact, other)]
    if row["max_per_day"] and len(today) >= int(row["max_per_day"]):
        yield "cap_day"
    if row["max_per_week"] and len(this_week) >= int(row["max_per_week"]):
        yield "cap_week"
    if row["min_gap_days"] and any(
        (contact.day - other.day).days < int(row["min_gap_days"]) for other in this_week
    ):
        yield "gap"


def _counts(contact, row):
    return row["counted_event"] == "attempt" or contact.reached not in MET_NOBODY


def _same_week(one, other):
    return one.day.isocalendar()[:2] == other.day.isocalendar()[:2]
