"""Which of the policies bind the contacts of one company with one debtor."""

from dataclasses import dataclass
from datetime import date

from .contact_window import Policy


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy and whom it covers.

    :ivar country: any key of the debtor's country, or None for every country
    :ivar kinds: kinds of debtors it covers
    :ivar creditor: kind of creditor it binds, or None for all
    :ivar company: any key of the company whose own it is, or None for a law
    :ivar replaces: a company's own that takes the place of the law
    :ivar first_day: first day in force, or None
    :ivar last_day: last day in force, or None
    """

    policy: Policy
    country: object = None
    kinds: frozenset = frozenset()
    creditor: str | None = None
    company: object = None
    replaces: bool = False
    first_day: date | None = None
    last_day: date | None = None

    def covers(self, country, kind, creditor, companies, day):
        """Whether the policy concerns a contact; see :func:`choose`."""
        return (
            kind in self.kinds
            and self.country in (None, country)
            and self.creditor in (None, creditor)
            and (self.company is None or self.company in companies)
            and (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
        )


def choose(entries, country, kind, creditor, companies, day):
    """The policies that bind a contact together.

    The laws of the debtor's country, or the general ones where it has none for such
    debtors; on top of them the company's own. One that replaces takes the place of the
    laws of its country; one for every country, that of the general ones alone.

    :param entries: every :class:`Entry`
    :param country: key of the debtor's country
    :param kind: kind of the debtor
    :param creditor: kind of the creditor
    :param companies: keys of the creditor company and those above it
    :param day: a date
    :return: list of :class:`~.contact_window.Policy`, in the order of the entries
    """
    facts = (country, kind, creditor, companies, day)
    holding = [entry for entry in entries if entry.covers(*facts)]
    laws = [entry for entry in holding if entry.company is None]
    replacing = [entry for entry in holding if entry.company and entry.replaces]
    added = [entry for entry in holding if entry.company and not entry.replaces]
    first = _national(replacing) or _national(laws) or replacing or laws
    return [entry.policy for entry in first + added]


def _national(entries):
    return [entry for entry in entries if entry.country is not None]
