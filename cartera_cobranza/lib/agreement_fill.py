"""What a payment on a covered debt pays of an agreement's instalments.

The covered debt ``total`` is an axis that begins at zero. The instalments take up
consecutive stretches of it, each as long as its principal; what remains after the last
one, up to ``total``, is what is to be waived. Money fills the axis from its beginning,
so the oldest instalment first. What is settled otherwise (credit notes, write-offs)
takes it away from its end, so the waiver first and then the last instalments. What
lies between is open.

All amounts are whole numbers of the currency's smallest unit.
"""

from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Fill:
    """What became of a stretch; the three add up to its length."""

    paid: int
    cancelled: int
    open: int


def get_bounds(principals):
    """Stretches of the instalments.

    >>> get_bounds([100, 50])
    [(0, 100), (100, 150)]

    :param principals: principal of each instalment, in order
    :return: list of ``(from, to)``
    """
    return list(pairwise(accumulate(principals, initial=0)))


def fill(bounds, total, money, credited=0):
    """What is paid, cancelled and open of each instalment, and of the waiver.

    :param bounds: ``(from, to)`` of the instalments, see :func:`get_bounds`
    :param total: the covered debt
    :param money: paid on it, or to be; what goes beyond ``total`` fills nothing
    :param credited: settled otherwise; where both together go beyond ``total``, money
        counts first
    :return: ``(list of Fill, Fill of the waiver)``
    """
    kept = max(total - credited, money)
    last = bounds[-1][1] if bounds else 0
    *fills, waiver = (
        Fill(
            paid=_overlap(start, end, 0, money),
            cancelled=_overlap(start, end, kept, total),
            open=_overlap(start, end, money, kept),
        )
        for start, end in [*bounds, (last, total)]
    )
    return fills, waiver


def get_pieces(items, bounds, money):
    """Which part of each open item stands in which instalment.

    The open items follow each other on the axis from where the money ends.

    :param items: ``(key, open)`` pairs, the oldest first
    :param bounds: ``(from, to)`` of the instalments
    :param money: paid on all covered items
    :return: list of ``(key, index of the instalment, amount)``, without empty ones;
        the index is None for what is to be waived
    """
    pieces, place = [], money
    last = bounds[-1][1] if bounds else 0
    for key, amount in items:
        start, place = place, place + amount
        for index, (low, high) in enumerate(bounds):
            if part := _overlap(start, place, low, high):
                pieces.append((key, index, part))
        if part := _overlap(start, place, last, place):
            pieces.append((key, None, part))
    return pieces


def _overlap(start, end, low, high):
    return max(min(end, high) - max(start, low), 0)
