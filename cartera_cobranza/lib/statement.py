"""What a message asks for: the debtor's items by currency, with credits by choice."""

from dataclasses import dataclass, field

SHOW, DEDUCT, OFF = "show", "deduct", "off"


@dataclass(slots=True)
class Total:
    """The items of one currency.

    :ivar currency: any key of the currency
    :ivar rows: the items, in the order given
    :ivar overdue: past due, positive
    :ivar upcoming: due soon, positive
    :ivar disputed: what of these is contested, positive: it is not asked for
    :ivar credit: in favour of the debtor, negative
    :ivar asked: what the message asks for, never negative
    """

    currency: object
    rows: list = field(default_factory=list)
    overdue: float = 0.0
    upcoming: float = 0.0
    disputed: float = 0.0
    credit: float = 0.0
    asked: float = 0.0


def choose(items, horizon_days, credit_policy):
    """The items that a message shows.

    :param items: dicts with ``side`` (``debit`` or ``credit``), ``collectable`` and
        ``days`` past due
    :param horizon_days: days ahead within which items fall due that are shown, instead
        of those that are overdue; None for what is overdue
    :param credit_policy: :data:`SHOW`, :data:`DEDUCT` or :data:`OFF`
    :return: new dicts whose ``side`` is ``overdue``, ``upcoming`` or ``credit``
    """
    chosen = []
    for item in items:
        if item["side"] == "credit":
            side = "credit" if credit_policy != OFF else None
        elif not item["collectable"]:
            side = None
        elif horizon_days is None:
            side = "overdue" if item["days"] > 0 else None
        else:
            side = "upcoming" if 0 <= -item["days"] <= horizon_days else None
        if side:
            shown = {**item, "side": side}
            del shown["collectable"]
            chosen.append(shown)
    return chosen


def choose_offered(items, lines):
    """The items that an offer is about, due or not.

    :param items: as for :func:`choose`, with ``line_id``
    :param lines: the ``line_id`` of each item that the offer is about
    :return: new dicts whose ``side`` is ``overdue`` or ``upcoming``
    """
    chosen = []
    for item in items:
        if item["line_id"] in lines:
            side = "overdue" if item["days"] > 0 else "upcoming"
            chosen.append({**item, "side": side})
            del chosen[-1]["collectable"]
    return chosen


def total(items, credit_policy, asked=("overdue",)):
    """Sum up by currency, in the order in which the currencies appear.

    :param items: as from :func:`choose`, with ``currency_id``, ``amount`` and, where
        a part is contested, ``disputed``
    :param asked: the sides that are asked for: ``overdue``, ``upcoming`` or both
    :return: list of :class:`Total`
    """
    totals = {}
    for item in items:
        one = totals.setdefault(item["currency_id"], Total(item["currency_id"]))
        one.rows.append(item)
        side = item["side"]
        setattr(one, side, getattr(one, side) + item["amount"])
        one.disputed += item.get("disputed", 0.0)
    for one in totals.values():
        debt = sum(getattr(one, side) for side in asked)
        off = one.credit if credit_policy == DEDUCT else 0.0
        one.asked = max(debt - one.disputed + off, 0.0)
    return list(totals.values())
