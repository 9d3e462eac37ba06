"""What of an agreement's instalments is secured by pagarés, cheques and guarantors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that secures instalments.

    :ivar amount: what it is worth, or None when it answers for all of them
    :ivar keys: keys of the instalments it is for; empty for all
    """

    amount: object = None
    keys: frozenset = frozenset()


def cover(installments, instruments):
    """Spread instruments over instalments, the earliest first: those for certain
    instalments before those for all, so that nothing is counted twice.

    :param installments: ``[(key, amount), ...]`` in their order
    :param instruments: :class:`Instrument` s
    :return: ``{key: covered amount}``, never more than the instalment
    """
    covered = {key: amount * 0 for key, amount in installments}
    for instrument in sorted(instruments, key=lambda one: not one.keys):
        rest = instrument.amount
        for key, amount in installments:
            if instrument.keys and key not in instrument.keys:
                continue
            open_amount = amount - covered[key]
            taken = open_amount if rest is None else min(open_amount, rest)
            covered[key] += taken
            if rest is not None:
                rest -= taken
    return covered


@dataclass(frozen=True, slots=True)
class Passing:
    """A cheque that changed hands after it was received.

    :ivar is_in: whether it came, rather than went
    :ivar is_bank: whether it came to a bank account, or went from one
    :ivar is_credited: whether the bank has credited it
    :ivar holder: on the other side: ``"debtor"``, ``"other"``, or None where the
        company moved it among its own journals
    """

    is_in: bool
    is_bank: bool = False
    is_credited: bool = False
    holder: str | None = None


def get_cheque_state(passings):
    """What became of a cheque that was received.

    :param passings: :class:`Passing` s in their order
    :return: ``"held"``, also while the bank has it; ``"paid"`` once it is credited or
        somebody else took it in payment; ``"bounced"`` when it comes back from there;
        ``"returned"`` to the debtor
    """
    state = "held"
    for passing in passings:
        if passing.is_bank:
            came = "paid" if passing.is_credited else "held"
            state = came if passing.is_in else "bounced"
        elif passing.holder == "debtor":
            state = "held" if passing.is_in else "returned"
        elif passing.holder == "other":
            state = "bounced" if passing.is_in else "paid"
    return state
