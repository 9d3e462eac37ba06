"""What is asked of the contact gate, and what it decides by."""

from dataclasses import dataclass, field
from datetime import datetime

from odoo import models

# In the context of whoever makes mails that have passed the gate. An object: no request
# from outside can name it.
ADMITTED = object()


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """A contact that somebody wants to make.

    :ivar case: the ``cartera.case``
    :ivar channel: channel code
    :ivar contact: whom to contact, a partner; empty for the debtor
    :ivar address: what will be used; empty for the one on the partner
    :ivar communication: the ``cartera.communication`` that wants to leave, if any
    :ivar moment: when it took place, aware, if it has already
    :ivar happens: whether it takes place whatever is decided, so that it counts for
        those that follow
    :ivar reached: whether it reaches somebody; the present unless known
    :ivar joined: whether it is one contact with the next request: one message to
        several people
    """

    case: models.Model
    channel: str
    contact: models.Model | None = None
    address: str | None = None
    communication: models.Model | None = None
    moment: datetime | None = None
    joined: bool = False
    happens: bool = False
    reached: bool = True


@dataclass(slots=True)
class Facts:
    """What decides about the cases of a batch, by case id: policies of each
    day too; history and consents by who owes whom, the pairs of
    ``cartera.contact.facts``."""

    pairs: dict
    policies: dict
    zones: dict
    holidays: dict
    history: dict = field(default_factory=dict)
    consents: dict = field(default_factory=dict)
