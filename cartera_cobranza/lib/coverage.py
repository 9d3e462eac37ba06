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
