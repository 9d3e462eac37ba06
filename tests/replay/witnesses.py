"""Debtors whose every step of ninety days is known beforehand.

Days are counted from the first day of the replay, which is 0.
"""

from dataclasses import dataclass

FIRST_DAY = "2026-03-02"  # a Monday
DAYS = 90


@dataclass(frozen=True)
class Step:
    """A step of the witnesses' strategy."""

    name: str
    clock: str
    offset: int
    action: str
    kind: str = ""
    stages: tuple[str, ...] = ()


# In order of strength.
STEPS = (
    Step("preventive", "due", -5, "email", "preventive"),
    Step("acknowledgement", "promise_made", 0, "email", "promise_made"),
    Step("thanks", "payment", 1, "email", "thanks"),
    Step("broken promise", "promise", 2, "email", "promise_broken"),
    Step("reminder", "due", 1, "email", "reminder"),
    Step("call", "due", 8, "call"),
    Step("notice", "due", 15, "email", "first_notice"),
    Step("text", "previous", 10, "sms", "reminder"),
    Step("demand", "stage", 0, "email", "demand", ("extrajudicial",)),
)


@dataclass(frozen=True)
class Witness:
    """A debtor with one invoice, or two.

    :ivar due: day on which the invoice falls due
    :ivar also_due: day on which a second one does
    :ivar steps: ``(day, name of the step)`` in order of time: what the strategy does
    :ivar moves: ``(day, from, to)``: the stages
    :ivar consents: channels the debtor has authorised
    :ivar pays: day of the payment, which is whole
    :ivar promise: day on which the debtor promises to pay the first invoice, and the
        promised day
    :ivar hold: last day of a pause that begins on the first day
    """

    name: str
    country: str
    is_company: bool
    due: int
    steps: tuple[tuple[int, str], ...]
    moves: tuple[tuple[int, str, str], ...] = ()
    consents: tuple[str, ...] = ()
    pays: int | None = None
    promise: tuple[int, int] | None = None
    hold: int | None = None
    also_due: int | None = None


PREVENTIVA, ADMINISTRATIVA = "preventiva", "administrativa"
EXTRAJUDICIAL = "extrajudicial"

# Overdue from the 15th day on; 61 days later, on day 75, extrajudicial.
UNPAID_STEPS = (
    (9, "preventive"),
    (15, "reminder"),
    (22, "call"),
    (29, "notice"),
    (39, "text"),
    (75, "demand"),
)
UNPAID_MOVES = (
    (15, PREVENTIVA, ADMINISTRATIVA),
    (75, ADMINISTRATIVA, EXTRAJUDICIAL),
)

WITNESSES = (
    Witness("Never pays, Mexico", "MX", True, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness("Never pays, Spain", "ES", True, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness("Never pays, Chile", "CL", False, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness("Never pays, Peru", "PE", False, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness("Never pays, Argentina", "AR", False, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness("Never pays, Ecuador", "EC", False, 14, UNPAID_STEPS, UNPAID_MOVES),
    Witness(
        "Never pays, Colombia",
        "CO",
        False,
        14,
        UNPAID_STEPS,
        UNPAID_MOVES,
        consents=("email", "sms", "call"),
    ),
    Witness("Authorised nothing", "CO", False, 14, (), UNPAID_MOVES),
    Witness(
        "Pays before it is due",
        "MX",
        True,
        20,
        ((15, "preventive"), (19, "thanks")),
        pays=18,
    ),
    Witness(
        "Pays a week late",
        "MX",
        True,
        20,
        ((15, "preventive"), (21, "reminder"), (28, "thanks")),
        ((21, PREVENTIVA, ADMINISTRATIVA), (27, ADMINISTRATIVA, PREVENTIVA)),
        pays=27,
    ),
    Witness(
        "Breaks a promise",
        "MX",
        True,
        20,
        (
            (15, "preventive"),
            (21, "reminder"),
            (25, "acknowledgement"),
            # Money counts as in time for two days more.
            (33, "broken promise"),
            (33, "call"),
            (35, "notice"),
            (45, "text"),
            (81, "demand"),
        ),
        ((21, PREVENTIVA, ADMINISTRATIVA), (81, ADMINISTRATIVA, EXTRAJUDICIAL)),
        promise=(25, 30),
    ),
    Witness(
        "On hold for a while",
        "MX",
        True,
        14,
        ((20, "reminder"), *UNPAID_STEPS[2:]),
        UNPAID_MOVES,
        hold=19,
    ),
    # The second invoice goes on being asked for: on the days it has by itself.
    Witness(
        "Promises one of two invoices",
        "MX",
        True,
        14,
        (
            (9, "preventive"),
            (13, "preventive"),
            (15, "reminder"),
            (20, "acknowledgement"),
            (26, "call"),
            (33, "notice"),
            (37, "broken promise"),
            (43, "text"),
            (75, "demand"),
        ),
        UNPAID_MOVES,
        promise=(20, 34),
        also_due=18,
    ),
)
