"""What stays contested of an open item: a function of the ledger alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contest:
    """What one dispute contests of an item.

    :ivar key: any key of it
    :ivar amount: contested or, once the debtor is found right, accepted; not negative
    :ivar credited_before: credit notes matched with the item when it was contested
    """

    key: object
    amount: float
    credited_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of a contest.

    :ivar left: not credited yet, whether it is still owed or not
    :ivar open: of that, what is still owed: it stays out of the dunning
    """

    left: float
    open: float


def share_out(contests, credited, residual, digits=2):
    """Spread the credit notes and the residual of one item over its contests.

    A credit note serves the oldest contest first, and only those that were there
    before it. What is still owed goes to the oldest first as well, so that all
    together never contest more than the item leaves open.

    :param contests: :class:`Contest` of the item, the oldest first
    :param credited: credit notes matched with the item, in its currency
    :param residual: open of the item, in its currency
    :param digits: decimals of the currency
    :return: dict of the contests' keys to :class:`Share`
    """
    shares = {}
    served = 0.0  # up to here the credit notes have served somebody
    owed = max(residual, 0.0)
    for contest in contests:
        start = max(served, contest.credited_before)
        taken = min(max(credited - start, 0.0), contest.amount)
        if taken > 0:
            served = start + taken
        left = round(contest.amount - taken, digits)
        still = round(min(left, owed), digits)
        owed -= still
        shares[contest.key] = Share(left, still)
    return shares
