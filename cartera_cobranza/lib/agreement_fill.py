"""What a payment on a covered debt pays of an agreement's instalments.

The covered debt ``total`` is an axis that begins at zero. The instalments take up
consecutive stretches of it, each as long as its principal; what remains after the last
one, up to ``total``, is what is to be waived. Money fills the axis from its beginning,
so the oldest instalment first. What is settled otherwise (credit notes, write-offs)
takes it away from its end, so the waiver first and then the last instalments. What
lies between is open.

An item may owe more than is covered of it. What was left out because it is disputed is
what credit notes are expected for: they take it first, and money comes to it last, so
that a dispute changes nothing of what was agreed. Anything else that is not covered is
settled by whatever comes first.

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


@dataclass(frozen=True, slots=True)
class Split:
    """What became of the covered part of one item, and of what was left out of it; the
    first three add up to what is covered.

    :ivar beyond: money that came when the covered part was settled, for what was left
        out
    :ivar left_out: what is still left out, whether money has come for it or not
    """

    paid: int
    credited: int
    open: int
    beyond: int = 0
    left_out: int = 0


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


def split_item(covered, open_now, settled, before=0, left_out=0, waived=0):
    """What of an item was paid and credited under the agreement.

    :param covered: what is covered of the item
    :param open_now: what is open of all of it
    :param settled: ``(whether it is money, amount)`` of what settled it, in the order
        in which it was matched
    :param before: what of it that is no money came before the agreement
    :param left_out: what was disputed of it when the agreement began, and not covered
    :param waived: what of it that is no money the agreement itself has waived
    :return: :class:`Split`
    """
    otherwise = sum(amount for is_money, amount in settled if not is_money) - before
    credited_out = min(max(otherwise - waived, 0), left_out)
    still_out = left_out - credited_out
    open_covered = min(max(open_now - still_out, 0), covered)
    beyond = max(still_out - open_now, 0)
    done = covered - open_covered
    credited = min(
        max(otherwise - credited_out, 0),
        _credit_of_last(settled, done + beyond),
        done,
    )
    return Split(done - credited, credited, open_covered, beyond, still_out)


def _credit_of_last(settled, wanted):
    """How much of what was matched last, ``wanted`` in all, is no money: what came
    before has settled what is not covered."""
    credited = 0
    for is_money, amount in reversed(settled):
        part = min(amount, wanted)
        wanted -= part
        credited += 0 if is_money else part
    return credited


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
