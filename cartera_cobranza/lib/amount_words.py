"""Amounts of money in Spanish words, as a pagaré, a cheque or an agreement has them.

Mexico writes the hundredths as a fraction and closes with M.N. (moneda nacional) where
the currency is its own; Colombia closes with M/CTE (moneda corriente); others write
the fraction, and name the currency alone.
"""

import re

from num2words import num2words

# Before a noun "uno" loses its last letter, and so it does before "mil".
SHORTENED = re.compile(r"(veinti)?uno(?= mil\b| millon| billon|$)")
# A whole number of millions takes "de" before its noun.
MILLIONS = re.compile(r"(millón|millones|billón|billones)$")


def amount_in_words(amount, singular, plural, suffix="", digits=2, always_cents=True):
    """An amount in capitals.

    >>> amount_in_words(1200050, "peso", "pesos", "M.N.")
    'DOCE MIL PESOS 50/100 M.N.'
    >>> amount_in_words(1200000, "peso", "pesos", "M/CTE", always_cents=False)
    'DOCE MIL PESOS M/CTE'

    :param amount: int in the smallest unit of the currency, not negative
    :param singular: name of one unit
    :param plural: name of several, and of none
    :param suffix: what closes it
    :param digits: decimals of the currency
    :param always_cents: whether ``00/100`` is written too; a currency without decimals
        has none
    :return: str
    """
    scale = 10**digits
    units, cents = divmod(amount, scale)
    words = SHORTENED.sub(_shorten, num2words(units, lang="es"))
    link = " de " if MILLIONS.search(words) else " "
    text = words + link + (singular if units == 1 else plural)
    if digits and (cents or always_cents):
        text += f" {cents:0{digits}}/{scale}"
    return " ".join(filter(None, (text, suffix))).upper()


def _shorten(match):
    return "veintiún" if match[1] else "un"
