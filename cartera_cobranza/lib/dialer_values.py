"""Values as dialers and spreadsheets write them."""

import re
from datetime import datetime

AMOUNT = re.compile(r"[-+]?\d+(?:[.,](\d+))?")


def read_moment(text):
    """The moment that a text in ISO 8601 says, naive where it has no offset.

    :raise ValueError: when it says none
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no text")
    # Before Python 3.11 the letter for UTC is not read.
    return datetime.fromisoformat(re.sub("[Zz]$", "+00:00", text))


def read_amount(text):
    """The number that a text says, with a comma or a point for decimals.

    What may be meant for thousands, in one country and not in the next, is no number:
    ``12,500`` would be twelve and a half or twelve thousand five hundred.

    :raise ValueError: when it says none
    """
    found = AMOUNT.fullmatch(text)
    if not found or len(found[1] or "") == 3:
        raise ValueError(f"{text!r} is no amount")
    return float(text.replace(",", "."))
