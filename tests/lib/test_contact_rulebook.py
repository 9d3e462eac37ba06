"""Which policies bind a contact."""

from datetime import date

import pytest
from cartera_lib.contact_rulebook import Entry, choose
from cartera_lib.contact_window import Policy

PERSON, COMPANY = frozenset({"person"}), frozenset({"company"})
EVERYBODY = PERSON | COMPANY
DAY = date(2026, 11, 23)

GENERAL = Entry(Policy("general"), kinds=EVERYBODY)
LAW = Entry(Policy("law"), "CO", PERSON, first_day=date(2023, 10, 10))
OLD_LAW = Entry(Policy("old law"), "CO", PERSON, last_day=date(2023, 10, 9))
BANKS = Entry(Policy("banks"), "MX", EVERYBODY, creditor="financial")
SHOPS = Entry(Policy("shops"), "MX", PERSON, creditor="commercial")
LAWS = [LAW, OLD_LAW, BANKS, SHOPS, GENERAL]
OWN = Entry(Policy("own"), kinds=EVERYBODY, company=1)
INSTEAD = Entry(Policy("instead"), "CO", PERSON, company=1, replaces=True)
ELSEWHERE = Entry(Policy("elsewhere"), kinds=EVERYBODY, company=1, replaces=True)


def keys(*own, country="CO", kind="person", creditor="commercial", company=1, day=DAY):
    companies = frozenset({company, "group"})
    found = choose([*own, *LAWS], country, kind, creditor, companies, day)
    return [policy.key for policy in found]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, ["law"]),
        ({"day": date(2023, 10, 10)}, ["law"]),
        ({"day": date(2023, 10, 9)}, ["old law"]),
        ({"kind": "company"}, ["general"]),
        ({"country": "JP"}, ["general"]),
        ({"country": None}, ["general"]),
        ({"country": "MX"}, ["shops"]),
        ({"country": "MX", "creditor": "financial"}, ["banks"]),
        ({"country": "MX", "kind": "company"}, ["general"]),
        # Whom nobody has thought of.
        ({"kind": "small_company"}, []),
    ],
)
def test_laws(facts, found):
    assert keys(**facts) == found


@pytest.mark.parametrize(
    ("own", "facts", "found"),
    [
        ([OWN], {}, ["law", "own"]),
        ([OWN], {"country": "JP"}, ["general", "own"]),
        ([OWN], {"company": 2}, ["law"]),
        ([INSTEAD], {}, ["instead"]),
        ([INSTEAD, OWN], {}, ["instead", "own"]),
        ([INSTEAD], {"kind": "company"}, ["general"]),
        ([INSTEAD], {"country": "MX"}, ["shops"]),
        ([INSTEAD], {"company": 2}, ["law"]),
        # Hours of one's own where no law says any are no hours against a law.
        ([ELSEWHERE], {}, ["law"]),
        ([ELSEWHERE], {"country": "MX"}, ["shops"]),
        ([ELSEWHERE], {"country": "JP"}, ["elsewhere"]),
        ([ELSEWHERE], {"kind": "company"}, ["elsewhere"]),
        ([ELSEWHERE, OWN], {"country": "JP"}, ["elsewhere", "own"]),
        ([ELSEWHERE, INSTEAD], {}, ["instead"]),
    ],
)
def test_own_policies(own, facts, found):
    assert keys(*own, **facts) == found


def test_a_policy_of_the_company_above_holds_too():
    above = Entry(Policy("above"), kinds=EVERYBODY, company="group")
    assert keys(above) == ["law", "above"]
