"""What comes next for a debtor, on which day, and how urgent it is.

The worklist decides all debtors in one SQL statement; these functions decide one, as
the reference that the statement is tested against.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# How long a broken promise or agreement, a payment that fell through, or a dispute that
# was closed, makes a debtor come up.
LOOK_BACK_DAYS = 90

# What one rule gives at most, so that no sum of them is too large to be kept.
MOST_POINTS = 1_000_000

# Of several things on one day, what is named: the first of these.
ACTIONS = (
    "reply",
    "broken_agreement",
    "default_notice",
    "broken_promise",
    "bounced_payment",
    "overdue_installment",
    "dispute_closed",
    "resubmission",
    "activity",
    "promise",
    "dispute",
    "pause",
    "attention",
)

# What goes on for as long as it is not put right.
LASTING = ("default_notice", "overdue_installment")


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for one factor.

    :ivar key: any key of the rule
    :ivar threshold: points are given from this measure on; for ``limitation`` up to it
    :ivar unit: so much more of it gives the points once again; 0 for once only
    :ivar max_points: the most it gives, or takes away; 0 for :data:`MOST_POINTS`
    """

    key: object
    factor: str
    points: int
    threshold: Decimal = Decimal(0)
    unit: Decimal = Decimal(0)
    max_points: int = 0

    def give(self, measure):
        """The points for a measure, None where the factor does not apply."""
        if measure is None:
            return 0
        beyond = measure - self.threshold
        if self.factor == "limitation":
            beyond = -beyond
        if beyond < 0:
            return 0
        times = int(beyond // self.unit) + 1 if self.unit else 1
        points = self.points * times
        most = min(self.max_points or MOST_POINTS, MOST_POINTS)
        return max(-most, min(points, most))


@dataclass(frozen=True, slots=True)
class Activity:
    """An open activity of collection.

    :ivar kind: ``step`` (a call or visit), ``reply`` (an answer to read) or ``other``
    :ivar is_new: whether it was planned after the resubmission was noted
    """

    deadline: date
    kind: str = "other"
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Debtor:
    """What decides about a debtor who owes something. Amounts in company currency.

    :ivar debt: what is owed, due or not, before credits
    :ivar credit: credits, as a negative amount
    :ivar oldest_due: of what is overdue and collectable
    :ivar next_due: of what is not due
    :ivar contacted: day of the last contact by a person
    :ivar resubmission: day on which to look at it again, noted on ``resubmitted``
    :ivar is_contacted_since: whether that contact came after the noting
    :ivar promises: ``(day, day until which it is waited for)`` of instalments to come
    :ivar broken: days on which promises were broken, or partly
    :ivar broken_agreements: days on which agreements were broken, or expired
    :ivar notices: days on which notice of default was given of agreements in force
    :ivar overdue_installments: of those, the days from which instalments are overdue
    :ivar disputes: days by which disputes not answered yet are to be
    :ivar closed_disputes: days on which others were closed
    :ivar bounced: days of payments that fell through
    :ivar news: ``(code, day)`` of what is known since a person last looked, though it
        may be of an earlier day
    :ivar hold_until: last day of a pause of the whole debtor
    :ivar pauses: days of review of pauses of some items
    :ivar is_closed: whether it is archived or insolvent, ``closed_since`` if known
    :ivar limitation: day on which the debt becomes time-barred
    """

    today: date
    attention_days: int = 30
    debt: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    collectable: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    oldest_due: date | None = None
    next_due: date | None = None
    contacted: date | None = None
    resubmission: date | None = None
    resubmitted: date | None = None
    is_contacted_since: bool = False
    activities: tuple = ()
    promises: tuple = ()
    broken: tuple = ()
    broken_agreements: tuple = ()
    notices: tuple = ()
    overdue_installments: tuple = ()
    disputes: tuple = ()
    closed_disputes: tuple = ()
    bounced: tuple = ()
    news: tuple = ()
    hold_until: date | None = None
    pauses: tuple = ()
    is_closed: bool = False
    closed_since: date | None = None
    limitation: date | None = None

    @property
    def attended(self):
        """Day on which a person last looked after the debtor, or None."""
        return max(filter(None, (self.contacted, self.resubmitted)), default=None)

    @property
    def unattended_since(self):
        return self.attended or self.oldest_due or self.today

    @property
    def waits(self):
        """Whether a resubmission stands: nobody has looked at it on its day."""
        return self.resubmission is not None and not (
            self.is_contacted_since and self.contacted >= self.resubmission
        )

    @property
    def is_held(self):
        return self.hold_until is not None and self.hold_until >= self.today

    @property
    def neglected_after(self):
        """Last day until which it may go without attention, or None."""
        if self.collectable <= 0 or self.is_closed or self.is_held:
            return None
        return self.unattended_since + timedelta(self.attention_days)


def is_starved(debtor):
    """Whether the debtor has been without attention for too long."""
    last = debtor.neglected_after
    return last is not None and last < debtor.today


def plan(debtor):
    """What comes next and when.

    :return: ``(day, code of ACTIONS or "not_due")``; a day that is over is still open
    """
    found = _get_planned(debtor)
    if debtor.is_held:
        found = [row for row in found if row[1] == "reply"]
        found.append((debtor.hold_until, "pause"))
    elif debtor.neglected_after and found:
        found.append((debtor.neglected_after, "attention"))
    if found:
        return min(found, key=lambda row: (row[0], ACTIONS.index(row[1])))
    if debtor.overdue <= 0:
        return debtor.next_due or debtor.today, "not_due"
    looked = [debtor.attended, debtor.closed_since if debtor.is_closed else None]
    last = max(filter(None, looked), default=None)
    if last is None:
        return debtor.today, "attention"
    return last + timedelta(debtor.attention_days), "attention"


def _get_planned(debtor):
    """What is to happen, and what has happened since anybody looked:
    ``[(day, code), ...]``."""
    looked = debtor.attended or date.min
    found = [
        (activity.deadline, "reply" if activity.kind == "reply" else "activity")
        for activity in debtor.activities
        if not _is_foreseen(debtor, activity)
    ]
    if debtor.waits:
        found.append((debtor.resubmission, "resubmission"))
    for day, until in debtor.promises:
        after = max(day, until or day) + timedelta(1)
        found.append((after if looked >= day else day, "promise"))
    found += [(day, "dispute") for day in debtor.disputes if looked < day]
    found += [(day, "pause") for day in debtor.pauses]
    return found + _get_events(debtor, looked)


def _get_events(debtor, looked):
    """What happened since anybody looked: the last of each kind."""
    found = []
    for code, days, weight in (
        ("broken_agreement", debtor.broken_agreements, debtor.collectable),
        ("default_notice", debtor.notices, debtor.collectable),
        ("overdue_installment", debtor.overdue_installments, debtor.collectable),
        ("broken_promise", debtor.broken, debtor.collectable),
        ("bounced_payment", debtor.bounced, debtor.overdue),
        ("dispute_closed", debtor.closed_disputes, debtor.collectable),
    ):
        fresh = [
            day
            for day in days
            if day > looked and (code in LASTING or _is_recent(debtor, day))
        ]
        fresh += [day for kind, day in debtor.news if kind == code]
        if weight > 0 and fresh:
            found.append((max(fresh), code))
    return found


def _is_foreseen(debtor, activity):
    """Whether somebody knew of the activity when noting a later day."""
    return (
        debtor.waits
        and debtor.resubmitted is not None
        and not activity.is_new
        and activity.deadline <= debtor.resubmitted
    )


def _is_recent(debtor, day):
    return day > debtor.today - timedelta(LOOK_BACK_DAYS)


def measure(debtor):
    """What the rules measure: by factor, a Decimal, or None where it does not apply."""
    today, owes = debtor.today, debtor.collectable > 0
    due = [activity for activity in debtor.activities if activity.deadline <= today]
    days = {
        "age": owes and debtor.oldest_due and today - debtor.oldest_due,
        "no_attention": owes and today - debtor.unattended_since,
        "resubmission": debtor.waits
        and debtor.resubmission <= today
        and today - debtor.resubmission,
        "limitation": owes and debtor.limitation and debtor.limitation - today,
    }
    counts = {
        "broken_promise": sum(_is_recent(debtor, day) for day in debtor.broken),
        "broken_agreement": sum(
            _is_recent(debtor, day) for day in debtor.broken_agreements
        ),
        "default_notice": len(debtor.notices),
        "overdue_installment": len(debtor.overdue_installments),
        "bounced_payment": sum(_is_recent(debtor, day) for day in debtor.bounced),
        "promise_today": sum(day == today for day, _until in debtor.promises),
        "step_due": sum(activity.kind == "step" for activity in due),
        "activity_due": sum(activity.kind == "other" for activity in due),
        "reply": sum(activity.kind == "reply" for activity in due),
        "dispute_late": sum(day < today for day in debtor.disputes),
    }
    unapplied = None
    if debtor.credit < 0 < debtor.debt:
        unapplied = -100 * debtor.credit // debtor.debt
    return {
        "amount": debtor.collectable if owes else None,
        "unapplied": unapplied,
        **{
            factor: Decimal(span.days) if isinstance(span, timedelta) else None
            for factor, span in days.items()
        },
        **{factor: Decimal(count) or None for factor, count in counts.items()},
    }


def score(rules, debtor):
    """How urgent the debtor is.

    :return: ``(points, ((rule key, measure, points), ...))``, without what gives none
    """
    measures = measure(debtor)
    found = tuple(
        (rule.key, measures[rule.factor], points)
        for rule in rules
        if (points := rule.give(measures[rule.factor]))
    )
    return sum(points for *_rest, points in found), found
