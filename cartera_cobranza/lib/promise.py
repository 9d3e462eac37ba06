"""What became of promises to pay, and how a promise is spread over items and days.

All amounts are whole numbers of the currency's smallest unit (cents), so that nothing
is lost in rounding. ``judge`` looks at the promises of one debtor in one currency; what
it says follows from the ledger and the day alone, and not from what it said before.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

# Shares are given in hundredths of a percent.
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Installment:
    """One promised payment: ``amount`` by the day ``date``."""

    key: object
    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is promised of one open item.

    :ivar key: of the item; promises for the same item share it
    :ivar amount: what is promised of it
    :ivar open_now: what is open of it, 0 or more
    :ivar paid_before: of the money dated on the promise's day or later, what had been
        taken off the item when it was promised, and so does not count
    """

    key: object
    amount: int
    open_now: int
    paid_before: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise made on the day ``made``.

    :ivar tolerance_days: days after each instalment's on which money still counts
    :ivar tolerance_share: what may be missing of an instalment, of :data:`WHOLE`
    """

    key: object
    made: date
    installments: tuple[Installment, ...]
    items: tuple[Item, ...]
    tolerance_days: int = 0
    tolerance_share: int = 0

    def get_last_day(self, installment):
        """Last day on which money counts for ``installment``."""
        return installment.date + timedelta(days=self.tolerance_days)


@dataclass(frozen=True, slots=True)
class Money:
    """A payment of ``day``, or the part of it that settled the item ``item``.

    :ivar item: key of the item; None for what is not matched with anything yet
    """

    key: object
    day: date
    amount: int
    item: object = None


@dataclass(slots=True)
class Outcome:
    """What became of an instalment.

    :ivar state: ``open``, ``kept``, ``partial``, ``broken`` or ``void``
    :ivar kept: what was paid of it in time
    :ivar missing: what is left to pay of it
    :ivar day: day on which it was kept or missed; None while open or void
    """

    state: str = "void"
    kept: int = 0
    missing: int = 0
    day: date | None = None


@dataclass(slots=True)
class Verdict:
    """What became of a promise.

    :ivar state: ``open``, ``kept``, ``partial``, ``broken`` or ``settled``
    :ivar date_next: day of the next open instalment, None when there is none
    :ivar paused_until: last day on which that one may still be paid
    :ivar date_ended: day on which it was kept or missed; None while open or settled
    :ivar outcomes: :class:`Outcome` by key of the instalment
    """

    state: str
    outcomes: dict = field(default_factory=dict)
    date_next: date | None = None
    paused_until: date | None = None
    date_ended: date | None = None

    @property
    def kept(self):
        return sum(outcome.kept for outcome in self.outcomes.values())


# -- judging ----------------------------------------------------------------------


def judge(promises, money, today):
    """Say what became of the promises of one debtor in one currency.

    The oldest promise is served first. It takes money dated from its own day up to
    the last day of each instalment: first what settled its items, then what is not
    matched yet. What else settled its items (credit notes, write-offs, older money)
    is no longer to be paid, and comes off the last instalments. After an instalment
    that is missed the promise has ended and takes nothing more.

    :param promises: :class:`Promise` list, in any order
    :param money: :class:`Money` list, in any order
    :param today: the day of the judgement; later money has not come in yet
    :return: ``{promise key: Verdict}``
    """
    pool = _Pool(money)
    ordered = sorted(promises, key=lambda promise: (promise.made, promise.key))
    return {promise.key: _judge_one(promise, pool, today) for promise in ordered}


class _Pool:
    """The money that no promise has taken so far."""

    def __init__(self, money):
        self.left = {}
        self.by_item = defaultdict(list)
        for piece in sorted(money, key=lambda piece: (piece.day, piece.key)):
            self.left[piece.key, piece.item] = piece.amount
            self.by_item[piece.item].append(piece)

    def get_offers(self, promise):
        """What ``promise`` may take: [piece, amount] lists in the order of taking."""
        offers = []
        for item in promise.items:
            passed_over = item.paid_before
            for piece in self._since(promise.made, item.key):
                usable = max(piece.amount - passed_over, 0)
                passed_over -= piece.amount - usable
                offers.append([piece, usable])
        offers.sort(key=lambda offer: (offer[0].day, offer[0].key))
        loose = self._since(promise.made, None)
        return offers + [[piece, piece.amount] for piece in loose]

    def _since(self, day, item_key):
        return [piece for piece in self.by_item[item_key] if piece.day >= day]

    def take(self, offers, amount, last_day):
        """Take up to ``amount`` from the offers dated up to ``last_day``.

        :return: ``(what was taken, day of the latest money taken or None)``
        """
        taken, latest = 0, None
        for offer in offers:
            piece, usable = offer
            key = piece.key, piece.item
            part = min(amount - taken, usable, self.left[key])
            if part <= 0 or piece.day > last_day:
                continue
            offer[1] -= part
            self.left[key] -= part
            taken += part
            latest = max(latest or piece.day, piece.day)
        return taken, latest


def _judge_one(promise, pool, today):
    offers = pool.get_offers(promise)
    due = _get_due(promise, offers)
    if not due:
        outcomes = {installment.key: Outcome() for installment in promise.installments}
        return Verdict("settled", outcomes)
    verdict = Verdict("kept")
    for installment in sorted(promise.installments, key=lambda i: (i.date, i.key)):
        outcome = verdict.outcomes[installment.key] = Outcome()
        amount = min(installment.amount, due)
        due -= amount
        if not amount or verdict.state == "broken":
            continue
        last_day = promise.get_last_day(installment)
        outcome.kept, latest = pool.take(offers, amount, min(last_day, today))
        outcome.missing = amount - outcome.kept
        if outcome.missing <= amount * promise.tolerance_share // WHOLE:
            outcome.state, outcome.day = "kept", latest
            verdict.date_ended = max(verdict.date_ended or latest, latest)
        elif today > last_day:
            outcome.state = "partial" if outcome.kept else "broken"
            outcome.day = verdict.date_ended = last_day + timedelta(days=1)
            verdict.state = "broken"
        else:
            outcome.state = "open"
            verdict.state = "open"
            if not verdict.date_next:
                verdict.date_next, verdict.paused_until = installment.date, last_day
    if verdict.state == "broken" and verdict.kept:
        verdict.state = "partial"
    if verdict.state == "open":
        verdict.date_ended = None
    return verdict


def _get_due(promise, offers):
    """What the debtor has to pay of the promise, less what was settled otherwise."""
    paid = defaultdict(int)
    for piece, usable in offers:
        paid[piece.item] += usable
    return sum(
        min(item.amount, item.open_now + paid[item.key]) for item in promise.items
    )


# -- making one -------------------------------------------------------------------


def allocate(amount, items):
    """Spread a promised amount over items.

    :param items: ``(key, what may be promised of it)`` pairs in the order of serving
    :return: ``([(key, amount), ...], what found no place)``, without items that get
        nothing
    """
    parts = []
    for key, most in items:
        part = min(amount, most)
        if part > 0:
            parts.append((key, part))
            amount -= part
    return parts, amount


def split_evenly(amount, count):
    """``amount`` in ``count`` payments that differ by one unit at most, larger ones
    first.

    :raise ValueError: when it is too small for so many payments
    """
    if not 0 < count <= amount:
        raise ValueError(f"{amount} cannot be split in {count} payments")
    part, rest = divmod(amount, count)
    return [part + (number < rest) for number in range(count)]
