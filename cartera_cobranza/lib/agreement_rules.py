"""How an agreement in force stands on a day: the reference of the engine.

Nothing is remembered. What is said follows from the schedule, the money that came in,
what was settled otherwise and the day; when a payment is undone, its instalment is
open again.

Amounts are whole numbers of the currency's smallest unit. For the axis on which
instalments lie, see :mod:`.agreement_fill`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from .agreement_fill import fill

SETTLEMENT = "finiquito"
# Shares are given in hundredths of a percent.
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Installment:
    """One payment of the schedule.

    :ivar date: last day for it, before tolerance
    :ivar start: where its principal begins on the axis
    :ivar end: where it ends
    :ivar charges_open: invoiced interest and fees of it that are not paid
    :ivar charges_to_come: interest and fees of it that are not invoiced yet: it is not
        paid without them, but nobody is late with what was not charged
    :ivar own_money: where the debt was moved to items of the instalments' own, what
        was paid on those of this one, as ``(date, amount)``; None where money fills
        the axis
    :ivar own_credited: what of its own items was settled otherwise
    :ivar is_asked: whether anything is to be paid by it: nothing is in a period of
        grace that puts its interest off
    """

    key: object
    date: date
    start: int
    end: int
    charges_open: int = 0
    charges_to_come: int = 0
    own_money: tuple[tuple[date, int], ...] | None = None
    own_credited: int = 0
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an agreement.

    :ivar kind: :data:`SETTLEMENT` or another product
    :ivar installments: in the order of the axis
    :ivar total: covered debt, with what is to be waived
    :ivar money: ``(date, amount)`` of what was paid on the covered debt, in any order
    :ivar credited: settled otherwise: credit notes, write-offs
    :ivar tolerance_days: after an instalment's day, in which it is not late
    :ivar tolerance_share: what may be missing of an instalment's principal, and of all
        of a settlement's, of :data:`WHOLE`
    :ivar default_missed: overdue instalments that make a default; 0 for no such rule
    :ivar default_days: days late that make a default; 0 for no such rule
    :ivar cure_count: instalments, from the first one by which anything is to be paid,
        whose payment cures the debt; 0 cures it at once
    """

    kind: str
    installments: tuple[Installment, ...]
    total: int
    money: tuple[tuple[date, int], ...] = ()
    credited: int = 0
    tolerance_days: int = 0
    tolerance_share: int = 0
    default_missed: int = 0
    default_days: int = 0
    cure_count: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How one instalment stands.

    :ivar state: ``pending``; ``due`` from its day to the last one of tolerance, and as
        long as only what was not charged is missing; ``partial`` (paid in part and not
        late); ``paid``; ``overdue``; ``void`` (all of it settled otherwise)
    :ivar open: principal and invoiced charges that are not paid
    :ivar days_late: since its day when overdue, else 0
    :ivar date_paid: of the money that reached the end of its principal; None before
    """

    state: str
    paid: int
    cancelled: int
    open: int
    days_late: int = 0
    date_paid: date | None = None

    @property
    def is_done(self):
        return self.state in ("paid", "void")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an agreement stands.

    :ivar state: ``kept``: all is paid; ``in_time``: nothing overdue; ``late``;
        ``default``: the product's rule says so; ``expired``: a settlement whose money
        did not come by its last day
    :ivar standings: :class:`Standing` by key of the instalment
    :ivar date_next: day of the first instalment that is neither paid nor void
    :ivar days_late: of the instalment that is latest
    :ivar missed: how many are overdue
    :ivar overdue: what is open of those
    :ivar waiver_open: what is left to be waived
    :ivar is_cured: the first instalments of the product's rule are paid
    :ivar date_kept: of the money that completed the principal; None before, or when
        it was not money
    :ivar late_money: of a settlement, paid after its last day while it was not
        complete: somebody has to say whether it counts
    """

    state: str
    standings: dict = field(default_factory=dict)
    date_next: date | None = None
    days_late: int = 0
    missed: int = 0
    overdue: int = 0
    waiver_open: int = 0
    is_cured: bool = False
    date_kept: date | None = None
    late_money: int = 0

    @property
    def is_default(self):
        return self.state == "default"


def judge(facts, today):
    """Say how an agreement in force stands.

    Money dated after ``today`` has not come in yet. A settlement (finiquito) is kept
    only by money dated up to its last instalment's day and the tolerance; what comes
    later leaves it expired and is reported apart.

    :param facts: :class:`Facts`
    :param today: date
    :return: :class:`Verdict`
    """
    money = sorted(piece for piece in facts.money if piece[0] <= today)
    bounds = [(one.start, one.end) for one in facts.installments]
    fills, waiver = fill(bounds, facts.total, _add_up(money), facts.credited)
    standings = {
        one.key: _get_standing_of_own(facts, one, today)
        if one.own_money is not None
        else _get_standing(facts, one, part, money, today)
        for one, part in zip(facts.installments, fills, strict=True)
    }
    overdue = [one for one in standings.values() if one.state == "overdue"]
    ahead = [one for one in facts.installments if not standings[one.key].is_done]
    days_late = max((one.days_late for one in overdue), default=0)
    late_money = _get_late_money(facts, money, today)
    return Verdict(
        state=_get_state(facts, len(overdue), days_late, ahead, late_money),
        standings=standings,
        date_next=ahead[0].date if ahead else None,
        days_late=days_late,
        missed=len(overdue),
        overdue=sum(one.open for one in overdue),
        waiver_open=waiver.open,
        is_cured=_is_cured(facts, standings, ahead),
        date_kept=_get_day_reached(money, _get_goal(facts)),
        late_money=late_money or 0,
    )


# -- instalments ---------------------------------------------------------------------


def _get_standing_of_own(facts, one, today):
    """As if the instalment were an agreement of its own, begun and ended with it."""
    length = one.end - one.start
    money = sorted(piece for piece in one.own_money if piece[0] <= today)
    [part], _waiver = fill([(0, length)], length, _add_up(money), one.own_credited)
    alone = replace(facts, total=length, credited=one.own_credited)
    moved = replace(one, start=0, end=length)
    return _get_standing(alone, moved, part, money, today)


def _get_standing(facts, one, part, money, today):
    # Of charges nothing is forgiven: they are invoices of their own.
    charges = one.charges_open + one.charges_to_come
    forgiven = _get_tolerance(facts, one.end - one.start)
    is_missing = part.open > forgiven or one.charges_open > 0
    days_late = 0
    if _is_void(facts, one, part):
        state = "void"
    elif part.open <= forgiven and not charges:
        state = "paid"
    elif is_missing and today > one.date + timedelta(days=facts.tolerance_days):
        state, days_late = "overdue", (today - one.date).days
    elif part.paid:
        state = "partial"
    else:
        state = "due" if today >= one.date else "pending"
    return Standing(
        state=state,
        paid=part.paid,
        cancelled=part.cancelled,
        open=part.open + one.charges_open,
        days_late=days_late,
        date_paid=_get_day_reached(money, one.end - part.cancelled - forgiven)
        if part.paid
        else None,
    )


def _get_tolerance(facts, amount):
    return amount * facts.tolerance_share // WHOLE


def _is_void(facts, one, part):
    """Whether nothing of an instalment is left to pay, and nothing was paid of it.

    One without principal (interest alone) goes with what lies behind it.
    """
    reached = facts.credited and one.start >= facts.total - facts.credited
    return bool(reached and not part.paid and not part.open and not one.charges_open)


def _is_cured(facts, standings, ahead):
    asked = [one for one in facts.installments if one.is_asked]
    first = asked[: facts.cure_count]
    return not ahead or all(standings[one.key].state == "paid" for one in first)


# -- the whole -----------------------------------------------------------------------


def _get_state(facts, missed, days_late, ahead, late_money):
    if late_money is not None:
        return "expired"
    if not ahead:
        return "kept"
    by_count = facts.default_missed and missed >= facts.default_missed
    by_days = facts.default_days and days_late >= facts.default_days
    if by_count or by_days:
        return "default"
    return "late" if missed else "in_time"


def _get_late_money(facts, money, today):
    """What came after a settlement's last day; None while that has not passed it by."""
    if facts.kind != SETTLEMENT or not facts.installments:
        return None
    last_day = facts.installments[-1].date + timedelta(days=facts.tolerance_days)
    in_time = [piece for piece in money if piece[0] <= last_day]
    if today <= last_day or _add_up(in_time) >= _get_goal(facts):
        return None
    return _add_up(money) - _add_up(in_time)


def _get_goal(facts):
    """With how much money the principal counts as paid."""
    end = facts.installments[-1].end if facts.installments else 0
    payable = min(end, facts.total - facts.credited)
    return payable - _get_tolerance(facts, payable)


def _get_day_reached(money, amount):
    """Day of the money with which ``amount`` was reached; None while it is not."""
    total = 0
    for day, part in money:
        total += part
        if total >= amount:
            return day
    return None


def _add_up(money):
    return sum(amount for _day, amount in money)
