"""Equal payments, the French method: with the taxes on their interest or without.

With ``P`` financed at the period rates ``i`` the payment is
``A = P / sum(1 / (1 + i) ** k)``, which is ``P * i / (1 - (1 + i) ** -n)``; what is not
interest is principal.

Where interest is taxed at ``t``, a payment that is to be the same with its taxes (*pago
fijo con IVA*) takes the debt from ``B`` to ``B - (A - (1 + t) * i * B)``: it is the
usual payment at the rate ``(1 + t) * i``. Interest itself stays ``i * B`` and principal
alone makes up for the taxes, so that the debt costs the rate agreed on, as ever.

Capitalised interest is taxed when it is paid back as interest. Where it is a share
``c`` of what is owed, paying back one unit of that takes ``g = 1 + t * c``, and ``A``
is ``g`` times the usual payment at the rate ``(1 + t) * i / g``.
"""

from decimal import Decimal

from .rounding import round_half_up

# Interest of which taxes are asked: so much that their rounding does not count.
MUCH = 10**12


def level_rows(debt, put_off, rates, tax=None):
    """Pay off a debt and capitalised interest by equal payments.

    All of them are equal to the unit but the last, which takes what rounding leaves
    over. No row has negative principal: where the interest of a long first period is
    more than the equal payment, the row pays that interest alone and the payment is
    reckoned anew for what remains.

    :param debt: int, at least one unit for each row
    :param put_off: int, paid back as interest in proportion to the debt
    :param rates: of the period of each row, Decimal
    :param tax: function of the interest of a row, for the taxes on its charges, both
        int; taxes of zero interest are those on other charges, the same for all rows.
        None where payments are equal without taxes
    :return: list of ``(principal, interest)``
    """
    tax = tax or _no_tax
    rows, other = [], tax(0)
    share = Decimal(tax(MUCH) - other) / MUCH
    level = other + _get_level(debt, put_off, rates, share)
    for number, rate in enumerate(rates[:-1], 1):
        interest = round_half_up((debt + put_off) * rate)
        if put_off:
            left = level - interest - tax(interest)
            back = _pay_back(left, debt, put_off, share)
            interest, put_off = interest + back, put_off - back
        principal = level - interest - tax(interest)
        # Every later row gets its smallest unit.
        principal = min(principal, debt - len(rates[number:]))
        if principal < 0:
            principal = 0
            level = other + _get_level(debt, put_off, rates[number:], share)
        debt -= principal
        rows.append((principal, interest))
    return [*rows, (debt, put_off + round_half_up((debt + put_off) * rates[-1]))]


def _no_tax(interest):
    return 0


def _get_level(debt, put_off, rates, share):
    """The payment that pays both off in as many periods as there are rates."""
    dearer = _get_price(debt, put_off, share)
    worth, factor = Decimal(0), Decimal(1)
    for rate in rates:
        factor /= 1 + rate * (1 + share) / dearer
        worth += factor
    return round_half_up(dearer * (debt + put_off) / worth)


def _pay_back(amount, debt, put_off, share):
    """What of put-off interest is in ``amount``, that pays it, its taxes and debt."""
    part = amount / _get_price(debt, put_off, share) * put_off / (debt + put_off)
    return min(max(round_half_up(part), 0), put_off)


def _get_price(debt, put_off, share):
    """One unit of debt and put-off interest, with the taxes on the latter."""
    return 1 + share * put_off / (debt + put_off)
