"""How much of a debt is waived, of which part of it and of which item.

What is waived is called *quita*. A debt is made of *components*: fees, late interest
and capital; and of open *items*. Charges go first and capital last, since the capital
waived has a tax cost, and since whoever waives capital waives what hangs on it while
the reverse does not hold (article 2210 of Mexico's Código Civil Federal).

Amounts are whole numbers of the currency's smallest unit, not negative.
"""

from decimal import Decimal

from .rounding import round_half_up

ORDER = ("fee", "interest", "capital")


class SettlementError(ValueError):
    """More is to be waived than can be.

    :ivar amount: what was to be waived
    :ivar most: what can be
    """

    def __init__(self, amount, most):
        super().__init__(f"{amount} cannot be waived of {most}")
        self.amount = amount
        self.most = most


def waive_percents(components, percents):
    """What is waived by a percentage of each component.

    >>> waive_percents({"interest": 999, "capital": 500}, {"interest": Decimal("0.5")})
    {'interest': 500, 'capital': 0}

    :param components: ``{component: owed}``
    :param percents: ``{component: Decimal fraction up to 1}``, none for a missing one
    :return: ``{component: waived}``, halves rounded up
    """
    return {
        component: round_half_up(owed * percents.get(component, Decimal(0)))
        for component, owed in components.items()
    }


def waive_total(quita, components, order=ORDER):
    """Which component bears a quita: all of the first, then of the next.

    >>> waive_total(150, {"fee": 100, "interest": 80, "capital": 900})
    {'fee': 100, 'interest': 50, 'capital': 0}

    :param components: ``{component: owed, or what may be waived of it at most}``
    :param order: of the components, in which they are waived
    :return: ``{component: waived}``
    :raise SettlementError: when the components are less than that, or it is negative
    """
    waived, left = dict.fromkeys(components, 0), quita
    for component in order:
        part = min(left, components.get(component, 0))
        if part > 0:
            waived[component] = part
            left -= part
    if left:
        raise SettlementError(quita, sum(components.get(name, 0) for name in order))
    return waived


def spread(amount, items):
    """Spread an amount over items in proportion to what is open of each.

    What rounding down leaves over goes to the largest one, and where that is too
    small for it, to the next.

    >>> spread(100, [("a", 100), ("b", 101), ("c", 100)])
    {'a': 33, 'b': 34, 'c': 33}

    :param items: ``(key, open)`` pairs
    :return: ``{key: part}``, none above what is open
    :raise SettlementError: when all of them have less open, or it is negative
    """
    total = sum(owed for _key, owed in items)
    if not 0 <= amount <= total:
        raise SettlementError(amount, total)
    parts = {key: amount * owed // total if total else 0 for key, owed in items}
    rest = amount - sum(parts.values())
    for key, owed in sorted(items, key=lambda item: -item[1]):
        more = min(rest, owed - parts[key])
        parts[key] += more
        rest -= more
    return parts


def waive_items(waived, items):
    """Of which items the quita of each component comes.

    :param waived: ``{component: waived}`` of the whole debt
    :param items: ``(key, {component: open})`` pairs
    :return: ``{key: {component: waived}}``, in proportion to the item's component
    :raise SettlementError: when more of a component is waived than is open
    """
    result = {key: {} for key, _owed in items}
    for component, quita in waived.items():
        owed = [(key, parts.get(component, 0)) for key, parts in items]
        for key, part in spread(quita, owed).items():
            result[key][component] = part
    return result


def settle(payment, items, order=ORDER):
    """What is waived of each item when ``payment`` is to settle them all.

    :param items: ``(key, {component: open})`` pairs
    :return: ``{key: {component: waived}}``, which adds up to what is open less the
        payment
    :raise SettlementError: when the payment is negative or more than is open
    """
    owed = {
        component: sum(parts.get(component, 0) for _key, parts in items)
        for component in order
    }
    quita = sum(owed.values()) - payment
    return waive_items(waive_total(quita, owed, order), items)
