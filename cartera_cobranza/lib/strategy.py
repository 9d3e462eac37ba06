"""Which steps of a strategy are due for one debtor on a day, and why not.

The planner decides all debtors in one SQL statement; this decides one, as the reference
that the statement is tested against. Steps before the due date, which are done per
item, are not part of it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

WRITTEN = ("email", "sms", "whatsapp", "letter")
SPOKEN = ("call", "visit")
ARREARS_CLOCKS = ("due", "stage", "previous")


@dataclass(frozen=True, slots=True)
class Step:
    """A step as ``cartera.strategy.step`` holds it; empty conditions always hold.

    :ivar key: any key of the step
    :ivar offset: days from the start of the clock
    :ivar catch_up: days after its own day on which it is still done; 0 without limit
    """

    key: object
    clock: str
    offset: int
    action: str
    catch_up: int = 30
    wait_after: int = 0
    times: int = 1
    repeat_days: int = 0
    is_exit: bool = False
    fallback: bool = True
    min_amount: float = 0.0
    max_amount: float = 0.0
    min_share: float = 0.0
    buckets: frozenset = frozenset()
    stages: frozenset = frozenset()

    @property
    def arrears(self):
        """Whether the step belongs to an episode of arrears, and not to an event."""
        return self.clock in ARREARS_CLOCKS

    @property
    def chasing(self):
        """Whether the step asks for money that is overdue."""
        return self.arrears or self.after_promise

    @property
    def after_promise(self):
        """Whether the step is for promises that were not kept; those up to the promised
        day are for promises that are open."""
        return self.clock == "promise" and self.offset > 0

    @property
    def group(self):
        """What is done at most once a day; None where there is no such limit."""
        if self.action in WRITTEN:
            return "message"
        if self.action in SPOKEN:
            return "spoken"
        return self.action if self.action in ("stage", "hold") else None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done, and did not fail.

    :ivar episode: number of the episode of arrears, 0 for a step after an event
    :ivar event: day of that event
    :ivar merged: whether a stronger step was done in its place
    """

    key: object
    day: date
    episode: int = 0
    occurrence: int = 1
    event: date | None = None
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Promised:
    """One payment that was promised, of a promise that counts.

    :ivar day: by when it was promised
    :ivar judged: day on which it was found not kept; None while it is open
    :ivar amount: in the company's currency
    """

    day: date
    judged: date | None = None
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """What the clock of a step counts from: the day, the first one on which the step
    may be done, and the amount that it is about."""

    day: date | None
    least: date = date.min
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Debtor:
    """What decides about a debtor. Amounts in the company's currency.

    :ivar episode: number of the present episode of arrears, or of the next one
    :ivar overdue: everything overdue; ``collectable`` is what of it may be collected,
        ``promised``, ``paused`` and ``disputed`` why not the rest
    :ivar installments: :class:`Promised` payments that are open, or were not kept
    :ivar promised_on: :class:`Event` of the days on which open promises were made
    :ivar credit: credits, as a negative amount
    :ivar share: collectable part of the debt, in percent
    :ivar channels: channels that reach the debtor and may be used
    :ivar obstacles: channels that would reach it but may not be used, with the code of
        the reason
    :ivar in_transit: whether money of the debtor is on its way
    """

    episode: int = 1
    oldest_due: date | None = None
    total: float = 0.0
    overdue: float = 0.0
    collectable: float = 0.0
    promised: float = 0.0
    paused: float = 0.0
    disputed: float = 0.0
    credit: float = 0.0
    share: float = 0.0
    bucket: object = None
    stage: object = None
    stage_date: date | None = None
    hold_until: date | None = None
    installments: tuple = ()
    promised_on: tuple = ()
    last_payment: date | None = None
    archived: bool = False
    insolvent_since: date | None = None
    channels: frozenset = frozenset()
    obstacles: dict = field(default_factory=dict)
    bank_stale: bool = False
    in_transit: bool = False


def decide(steps, debtor, done, today):
    """Decide all steps of one debtor.

    :param steps: :class:`Step` list in order of strength, the weakest first
    :param debtor: :class:`Debtor`
    :param done: :class:`Done` list of the steps that were done up to ``today``
    :return: dict of step key and day of the event, None for the arrears, to
        ``(verdict, reason)``: ``do``, ``merged``, ``skip`` or ``wait`` with the code of
        the reason
    """
    ranks = {step.key: rank for rank, step in enumerate(steps)}
    by_key = {step.key: step for step in steps}
    mine = [row for row in done if row.episode in (0, debtor.episode)]
    reasons, days = {}, {}
    previous = None
    for step in steps:
        for event in _get_events(step, previous, debtor, mine):
            key = step.key, None if step.arrears else event.day
            own = [row for row in mine if (row.key, row.event) == key]
            days[key] = _get_day(step, event, own)
            reasons[key] = _get_reason(
                step, event, own, days[key], debtor, mine, today, ranks, by_key
            )
        if step.arrears:
            previous = step
    return _merge(steps, reasons, days)


def _get_events(step, previous, debtor, done):
    """What the clock of the step counts from: one :class:`Event` for the arrears, and
    as many as there were of the others."""
    if step.clock == "promise":
        return _get_promised(step, debtor)
    if step.clock == "promise_made":
        return debtor.promised_on
    if step.clock == "payment" and not debtor.last_payment:
        return []
    if step.clock == "previous":
        days = [row.day for row in done if previous and row.key == previous.key]
        return [Event(max(days, default=None), amount=debtor.collectable)]
    day = {
        "due": debtor.oldest_due,
        "stage": debtor.stage_date,
        "payment": debtor.last_payment,
    }[step.clock]
    return [Event(day, amount=debtor.collectable)]


def _get_promised(step, debtor):
    """The promised days that the step is for: several payments of a day are one."""
    found = {}
    for promised in debtor.installments:
        if step.after_promise == (promised.judged is not None):
            found.setdefault(promised.day, []).append(promised)
    if step.after_promise:
        return [
            Event(day, max(one.judged for one in some), debtor.collectable)
            for day, some in found.items()
        ]
    return [
        Event(day, amount=sum(one.amount for one in some))
        for day, some in found.items()
    ]


def _get_day(step, event, own):
    """The day of the step by its clock, or None.

    :param own: what was done of it for this event
    """
    if own:
        return max(row.day for row in own) + timedelta(step.repeat_days)
    if event.day is None:
        return None
    return max(event.day + timedelta(step.offset), event.least)


def _get_reason(step, event, own, day, debtor, done, today, ranks, by_key):
    """Why the step is not done, or None."""
    if own and max(row.occurrence for row in own) >= step.times:
        return "done"
    if day is None:
        if step.clock == "previous":
            return "clock"
        return _get_quiet(debtor) or "nothing_overdue"
    if day > today:
        return "not_yet"
    if step.catch_up and (today - day).days > step.catch_up:
        return "expired"
    if step.arrears:
        episode = [row for row in done if row.episode == debtor.episode]
        effective = [row for row in episode if not row.merged]
        if any(by_key[row.key].is_exit for row in effective):
            return "ended"
        if step.group in ("message", "spoken") and any(
            ranks[row.key] > ranks[step.key]
            and by_key[row.key].arrears
            and by_key[row.key].group == step.group
            for row in episode
        ):
            return "superseded"
    return (
        _get_closed(debtor, today)
        or (step.chasing and _get_quiet(debtor))
        or ("nothing_owed" if step.clock == "promise" and debtor.total <= 0 else None)
        or _get_condition(step, debtor, event.amount)
        or _get_pause(step, done, today, by_key)
        or _get_obstacle(step, debtor)
    )


def _get_closed(debtor, today):
    """Why nothing at all is done with the debtor, or None."""
    if debtor.archived:
        return "archived"
    if debtor.insolvent_since and debtor.insolvent_since <= today:
        return "insolvent"
    if debtor.hold_until and debtor.hold_until >= today:
        return "hold"
    return None


def _get_quiet(debtor):
    """Why nothing is asked of the debtor, or None."""
    if debtor.collectable <= 0 < debtor.overdue:
        if debtor.promised > 0:
            return "promise"
        if debtor.paused > 0:
            return "paused"
        return "disputed" if debtor.disputed > 0 else "blocked"
    if debtor.collectable <= 0:
        return "nothing_overdue"
    if debtor.collectable + debtor.credit <= 0:
        return "covered"
    if debtor.bank_stale:
        return "bank_stale"
    return "money_in_transit" if debtor.in_transit else None


def _get_condition(step, debtor, amount):
    """The first condition of the step that does not hold, or None.

    :param amount: what the step is about
    """
    if amount < step.min_amount or (step.max_amount and amount > step.max_amount):
        return "amount"
    if debtor.share < step.min_share:
        return "share"
    if step.buckets and debtor.bucket not in step.buckets:
        return "bucket"
    if step.stages and debtor.stage not in step.stages:
        return "stage"
    return None


def _get_pause(step, done, today, by_key):
    """Whether a step that was done makes this one wait, or None."""
    effective = [row for row in done if not row.merged]
    pauses = [(row.day, by_key[row.key].wait_after) for row in effective]
    if step.arrears and any(
        wait and day + timedelta(wait) >= today for day, wait in pauses
    ):
        return "waiting"
    if step.group in ("message", "spoken") and any(
        row.day == today and by_key[row.key].group == step.group for row in effective
    ):
        return "today"
    return None


def _get_obstacle(step, debtor):
    """Why the debtor cannot be reached by the step, or None."""
    if step.group not in ("message", "spoken") or step.action in debtor.channels:
        return None
    if step.fallback and step.group == "message" and debtor.channels & set(WRITTEN):
        return None
    return debtor.obstacles.get(step.action, "no_channel")


def _merge(steps, reasons, days):
    """The verdicts: of the steps of one group that are due, the strongest is done, and
    for the event whose day came first."""
    waiting = ("not_yet", "clock", "waiting", "today")
    group_of = {step.key: step.group for step in steps}
    ranks = {step.key: rank for rank, step in enumerate(steps)}

    def strength(key):
        step_key, event = key
        return -ranks[step_key], days[key], event or date.min

    due = sorted((key for key in reasons if reasons[key] is None), key=strength)
    strongest = {}
    for key in due:
        if group := group_of[key[0]]:
            strongest.setdefault(group, key)
    verdicts = {}
    for key, reason in reasons.items():
        if reason:
            verdicts[key] = ("wait" if reason in waiting else "skip", reason)
        elif strongest.get(group_of[key[0]], key) == key:
            verdicts[key] = ("do", "due")
        else:
            verdicts[key] = ("merged", "merged")
    return verdicts
