"""What the demo's debtors bought and paid, as plain data, in days before today.

The plan depends on its seed alone, never on the calendar: the same days in arrears
come out whatever the date is, hence every age of debt is there on every day.
"""

from dataclasses import dataclass, field
from random import Random

HISTORY = 545
SEED = 19
DAYS_A_FORTNIGHT = 14

# Days between two purchases, and their smallest and largest value in US dollars.
SIZES = {
    "A": (29, 2_500, 9_000),
    "B": (66, 600, 2_800),
    "C": (120, 120, 700),
}

# Days after the due date in which each kind of debtor pays.
HABITS = {
    "punctual": (-5, 3),
    "slow": (8, 38),
    "chronic": (40, 95),
    "part": (5, 25),
    "silent": (0, 12),
}

ON_ACCOUNT_DAYS = 100
# These have one overdue invoice that nothing has been paid on.
UNPAID_QUIRKS = ("dispute", "blocked", "no_followup")
QUIRK_DAYS = 170
CREDIT_SINCE = 70
REFUND_EVERY = 17


@dataclass(slots=True)
class Document:
    """An invoice; ``refund`` is the (day, share of its total) of its credit note."""

    debtor: int
    day: int
    amount: float
    dues: tuple[int, ...]
    unpaid: bool = False
    refund: tuple[int, float] | None = None


@dataclass(slots=True)
class Receipt:
    """Money from a debtor: ``items`` are (document, instalment, share of what is open).

    A receipt that is not ``applied`` stays on account; ``advance`` is paid for nothing
    yet, in US dollars.
    """

    debtor: int
    day: int
    items: list[tuple[int, int, float]] = field(default_factory=list)
    applied: bool = True
    advance: float = 0.0


def build_plan(debtors, seed=SEED):
    """Return ``(documents, receipts)`` for the debtors, both in order of their day.

    :param debtors: sequence of :class:`~.debtors.Debtor`
    """
    rng = Random(seed)
    documents = []
    for index, debtor in enumerate(debtors):
        documents += _documents(index, debtor, rng)
    documents.sort(key=lambda document: (document.day, document.debtor))
    for document in documents[REFUND_EVERY::REFUND_EVERY]:
        document.refund = (min(document.day + 9, -1), 0.2)
    _mark_quirks(documents, debtors)
    receipts = []
    for index, debtor in enumerate(debtors):
        receipts += _receipts(index, debtor, documents, rng)
    receipts.sort(key=lambda receipt: (receipt.day, receipt.debtor))
    return documents, receipts


def _documents(index, debtor, rng):
    step, smallest, largest = SIZES[debtor.size]
    last = _last_purchase(debtor)
    day = -HISTORY + rng.randint(0, step)
    while day <= last:
        amount = round(rng.triangular(smallest, largest, smallest * 1.6), 2)
        dues = tuple(day + days for days in debtor.days)
        yield Document(index, day, amount, dues)
        day += rng.randint(step * 3 // 4, step * 5 // 4)


def _last_purchase(debtor):
    """Deliveries stop a few weeks after a debtor has fallen silent."""
    if debtor.quirk == "credit":
        return -CREDIT_SINCE
    return 25 - debtor.silent if debtor.silent > 28 else -3


def _mark_quirks(documents, debtors):
    """Choose the invoices that are never paid, and the one that is mostly returned."""
    last = {document.debtor: document for document in documents}
    for index, document in last.items():
        document.unpaid = debtors[index].silent > 0
    done = set()
    for document in documents:
        quirk = debtors[document.debtor].quirk
        if document.day < -QUIRK_DAYS or document.debtor in done:
            continue
        if quirk in UNPAID_QUIRKS:
            document.unpaid, document.refund = True, None
        elif quirk == "returns":
            document.refund = (min(document.dues[-1] + 40, -1), 0.7)
        else:
            continue
        done.add(document.debtor)


def _receipts(index, debtor, documents, rng):
    """Gather what a debtor pays on the same day into one receipt; a part alone."""
    whole = {}
    receipts = []
    for day, *item, share in _payments(index, debtor, documents, rng):
        if day > -1:
            continue
        if share < 1:
            receipts.append(Receipt(index, day, [(*item, share)]))
            continue
        if day not in whole:
            whole[day] = Receipt(index, day)
            receipts.append(whole[day])
        whole[day].items.append((*item, share))
    if debtor.quirk == "on_account":
        for receipt in receipts:
            receipt.applied = receipt.day < -ON_ACCOUNT_DAYS
    if debtor.quirk == "credit":
        receipts.append(Receipt(index, -15, applied=False, advance=950.0))
    return receipts


def _payments(index, debtor, documents, rng):
    """Yield ``(day, document, instalment, share)``, days yet to come included."""
    earliest, latest = HABITS[debtor.habit]
    for number, document in enumerate(documents):
        if document.debtor != index:
            continue
        for instalment, due in enumerate(document.dues):
            day = _payment_day(due + rng.randint(earliest, latest))
            second, share = day + rng.randint(45, 110), rng.uniform(0.4, 0.7)
            keeps_word = rng.random() < 0.6
            if document.unpaid or (debtor.silent and day > -debtor.silent):
                continue
            if debtor.habit != "part":
                yield day, number, instalment, 1
                continue
            yield day, number, instalment, round(share, 2)
            if keeps_word and document.refund is None:
                yield _payment_day(second), number, instalment, 1


def _payment_day(day):
    """Debtors pay once a fortnight: the first payment day from ``day`` on."""
    return day + (-1 - day) % DAYS_A_FORTNIGHT
