"""Whether a debtor may be contacted now, and if not, from when on.

Several policies may bind a contact at once: it is allowed when all of them allow it.
What a policy says about numbers of contacts depends on the day alone, what it says
about hours on the kind of day and the minute; all of it in the debtor's local time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .local_days import UTC, first_moment, last_moment

SPOKEN = frozenset({"call", "visit"})
WRITTEN = frozenset({"email", "sms", "whatsapp", "letter"})
CHANNELS = WRITTEN | SPOKEN

HOLIDAY = 7  # the "weekday" of public holidays
WHOLE_DAY = ((0, 24 * 60),)
WEEK_DAYS = 7

# Whom one speaks to: the debtor or its staff, somebody who owes as well (co-debtor,
# guarantor), or anybody else.
DEBTOR, OBLIGOR, THIRD_PARTY = "debtor", "obligor", "third_party"


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of one kind of day.

    :ivar channels: frozenset of channel codes
    :ivar weekday: 0 (Monday) to 6, or :data:`HOLIDAY`
    :ivar minute_from: minutes after local midnight
    :ivar minute_to: likewise, exclusive
    """

    channels: frozenset
    weekday: int
    minute_from: int
    minute_to: int


@dataclass(frozen=True, slots=True)
class Cap:
    """How many contacts by some channels, and how far apart.

    :ivar channels: frozenset of channel codes
    :ivar each_channel: whether each channel is counted on its own
    :ivar max_count: contacts within the period; 0 for any number
    :ivar period: ``day``, ``iso_week`` (Monday to Sunday) or ``rolling_week`` (a day
        and the six before it)
    :ivar min_gap_days: calendar days from one contact to the next: 2 means that a
        contact on a Monday is followed by one on Wednesday at the earliest
    :ivar counted: ``attempt``, or ``reached`` where calls and visits that reached
        nobody do not count; a message counts once it is sent
    :ivar article: where it is written
    """

    channels: frozenset
    each_channel: bool = False
    max_count: int = 0
    period: str = "day"
    min_gap_days: int = 0
    counted: str = "attempt"
    article: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one law, or one company, allows.

    A channel without any window has no limit of hours. On a public holiday a channel
    with windows may be used only within windows of holidays too.

    :ivar key: any key of the policy
    :ivar consent_required: only channels that the debtor has authorised
    :ivar visits: ``allowed`` or ``forbidden``
    :ivar third_party: who may be spoken to besides the debtor: ``forbidden`` (nobody),
        ``obligors`` or ``allowed`` (anybody)
    :ivar one_channel_after_contact: ``attempt`` or ``reached`` (as in :class:`Cap`):
        after it, the other channels wait for the next ISO week; empty for no such rule
    :ivar stop_when_sued: no contact with a debtor who has been served in a lawsuit
    :ivar basis: where the policy is written
    :ivar articles: ``((rule, article), ...)`` of rules that stand elsewhere
    """

    key: object
    name: str = ""
    windows: tuple = field(default=(), repr=False)
    caps: tuple = field(default=(), repr=False)
    consent_required: bool = False
    visits: str = "allowed"
    third_party: str = "allowed"
    one_channel_after_contact: str = ""
    stop_when_sued: bool = False
    basis: str = ""
    articles: tuple = ()

    def article(self, rule):
        """Where a rule of this policy is written."""
        return dict(self.articles).get(rule) or self.basis


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that took place.

    :ivar moment: aware datetime
    :ivar channel: channel code
    :ivar reached: whether it reached somebody
    """

    moment: datetime
    channel: str
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done.

    :ivar verdict: ``allow``, ``delay`` or ``refuse``
    :ivar until: with ``delay``, the first lawful moment, aware, in UTC
    :ivar rule: code of the rule that stands against it now: ``opt_out``, ``sued``,
        ``consent``, ``third_party``, ``visits``, ``cap_week``, ``gap``,
        ``one_channel``, ``cap_day``, ``holiday`` or ``window``
    :ivar article: where that rule is written
    :ivar policy: the :class:`Policy` whose rule it is, or None
    """

    verdict: str
    until: datetime | None = None
    rule: str = ""
    article: str = ""
    policy: Policy | None = None

    @property
    def allowed(self):
        return self.verdict == "allow"


def decide(
    policies,
    channel,
    now,
    zone,
    holidays=frozenset(),
    history=(),
    *,
    consent=True,
    opted_out=False,
    sued=False,
    contact_role=DEBTOR,
    horizon_days=60,
):
    """Decide on a contact by ``channel`` at ``now``.

    :param policies: every :class:`Policy` that binds the contact
    :param now: aware datetime
    :param zone: the debtor's time zone, a :class:`~datetime.tzinfo`
    :param holidays: container of the public holidays, local dates
    :param history: earlier :class:`Contact` s with the debtor, in any order; those
        older than :func:`history_days` change nothing
    :param consent: whether the debtor has authorised the channel
    :param opted_out: whether the debtor has withdrawn from the channel
    :param sued: whether the debtor has been served in a lawsuit for the debt
    :param contact_role: :data:`DEBTOR`, :data:`OBLIGOR` or :data:`THIRD_PARTY`
    :param horizon_days: how far ahead to look for a lawful moment
    :return: :class:`Decision`
    """
    refused = _find_ban(policies, channel, consent, opted_out, sued, contact_role)
    if refused:
        return refused
    local = now.astimezone(zone)
    past = _locate(history, zone)
    against = _find_obstacle(policies, channel, local, holidays, past)
    if not against:
        return Decision("allow")
    for ahead in range(horizon_days + 1):
        day = local.date() + timedelta(days=ahead)
        if _find_limit(policies, channel, day, past):
            continue
        hours = _open_hours(policies, channel, day, holidays)
        if until := first_moment(day, hours, zone, now.astimezone(UTC)):
            return Decision("delay", until, *against)
    return Decision("refuse", None, *against)


def is_open(policies, channel, now, zone, holidays=frozenset(), history=()):
    """Whether hours and numbers of contacts leave the moment; of whom is spoken to,
    and of what they allowed, nothing is asked.

    :return: True wherever :func:`decide` would allow the contact
    """
    past = _locate(history, zone)
    local = now.astimezone(zone)
    return not _find_obstacle(policies, channel, local, holidays, past)


def closing(policies, channel, now, zone, holidays=frozenset()):
    """When the hours end within which ``now`` lies: the end of the day at the latest.

    :return: aware UTC moment; ``now`` itself when it is outside the hours
    """
    day = now.astimezone(zone).date()
    hours = _open_hours(policies, channel, day, holidays)
    return last_moment(day, hours, zone, now.astimezone(UTC))


def history_days(policies):
    """How many days before today contacts may still count."""
    gaps = [cap.min_gap_days for policy in policies for cap in policy.caps]
    return max([WEEK_DAYS, *gaps])


# -- bans: no moment would do -----------------------------------------------------


def _find_ban(policies, channel, consent, opted_out, sued, contact_role):
    """The refusal that no waiting would change, or None."""
    if opted_out:
        return Decision("refuse", rule="opt_out")
    for policy in policies:
        rule = _get_ban(policy, channel, consent, sued, contact_role)
        if rule:
            return Decision("refuse", None, rule, policy.article(rule), policy)
    return None


def _get_ban(policy, channel, consent, sued, contact_role):
    if policy.stop_when_sued and sued:
        return "sued"
    if policy.consent_required and not consent:
        return "consent"
    if contact_role == THIRD_PARTY and policy.third_party != "allowed":
        return "third_party"
    if contact_role == OBLIGOR and policy.third_party == "forbidden":
        return "third_party"
    if channel == "visit" and policy.visits == "forbidden":
        return "visits"
    return None


# -- obstacles: what speaks against this moment -----------------------------------


def _find_obstacle(policies, channel, local, holidays, past):
    """``(rule, article, policy)`` of what forbids a contact at a local moment, or
    None."""
    day, minute = local.date(), local.hour * 60 + local.minute
    return _find_limit(policies, channel, day, past) or _find_closed(
        policies, channel, day, minute, holidays
    )


def _locate(history, zone):
    """Contacts with their local days, ``[(local date, Contact), ...]``."""
    return [(c.moment.astimezone(zone).date(), c) for c in history]


# -- limits: which days -----------------------------------------------------------


def _find_limit(policies, channel, day, past):
    """``(rule, article, policy)`` of what forbids one more contact on a day, or None.

    :param past: ``[(local date, Contact), ...]``
    """
    if not past:
        return None
    for policy in policies:
        for cap in policy.caps:
            if rule := _get_limit(cap, channel, day, past):
                return rule, cap.article or policy.article(rule), policy
        if _is_other_channel_used(policy, channel, day, past):
            return "one_channel", policy.article("one_channel"), policy
    return None


def _get_limit(cap, channel, day, past):
    """Code of what in the cap forbids one more contact on a day, or None."""
    if channel not in cap.channels:
        return None
    counted = frozenset({channel}) if cap.each_channel else cap.channels
    days = [
        date
        for date, contact in past
        if contact.channel in counted and _counts(cap.counted, contact)
    ]
    first, last = _get_period(cap.period, day)
    if cap.max_count and sum(first <= date <= last for date in days) >= cap.max_count:
        return "cap_day" if cap.period == "day" else "cap_week"
    if any(abs((day - date).days) < cap.min_gap_days for date in days):
        return "gap"
    return None


def _counts(event, contact):
    return event == "attempt" or contact.reached or contact.channel in WRITTEN


def _get_period(period, day):
    """First and last day of the period in which contacts of a day are counted."""
    if period == "day":
        return day, day
    if period == "rolling_week":
        return day - timedelta(days=WEEK_DAYS - 1), day
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=WEEK_DAYS - 1)


def _is_other_channel_used(policy, channel, day, past):
    event = policy.one_channel_after_contact
    if not event:
        return False
    first, last = _get_period("iso_week", day)
    return any(
        first <= date <= last and contact.channel != channel and _counts(event, contact)
        for date, contact in past
    )


# -- hours: which minutes of a day ------------------------------------------------


def _find_closed(policies, channel, day, minute, holidays):
    """``(rule, article, policy)`` of the hours that exclude a minute, or None."""
    for policy in policies:
        hours = _get_hours(policy, channel, day, holidays)
        if not any(start <= minute < end for start, end in hours):
            rule = "holiday" if day in holidays else "window"
            return rule, policy.article(rule), policy
    return None


def _get_hours(policy, channel, day, holidays):
    """The hours of a day, ``[(from, to), ...]`` in minutes, that a policy leaves."""
    windows = [w for w in policy.windows if channel in w.channels]
    if not windows:
        return WHOLE_DAY
    hours = _of_kind(windows, day.weekday())
    if day in holidays:
        hours = _intersect(hours, _of_kind(windows, HOLIDAY))
    return hours


def _of_kind(windows, weekday):
    return [(w.minute_from, w.minute_to) for w in windows if w.weekday == weekday]


def _open_hours(policies, channel, day, holidays):
    """The hours of a day that all policies leave."""
    hours = WHOLE_DAY
    for policy in policies:
        hours = _intersect(hours, _get_hours(policy, channel, day, holidays))
    return hours


def _intersect(some, others):
    """What two lists of hours have in common."""
    return [
        (max(start, from_), min(end, to))
        for start, end in some
        for from_, to in others
        if max(start, from_) < min(end, to)
    ]
