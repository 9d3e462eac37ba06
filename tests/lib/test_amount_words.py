"""Amounts in words, as documents of each country have them."""

import pytest
from cartera_lib.amount_words import amount_in_words
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        # https://www.ingles.com/traductor/M.N.?langFrom=es
        (6_000_000, "SESENTA MIL PESOS 00/100 M.N."),
        (1_200_050, "DOCE MIL PESOS 50/100 M.N."),
        (123_456, "MIL DOSCIENTOS TREINTA Y CUATRO PESOS 56/100 M.N."),
        (0, "CERO PESOS 00/100 M.N."),
        (105, "UN PESO 05/100 M.N."),
        (2_100, "VEINTIÚN PESOS 00/100 M.N."),
        (3_100, "TREINTA Y UN PESOS 00/100 M.N."),
        (2_102_100, "VEINTIÚN MIL VEINTIÚN PESOS 00/100 M.N."),
        (3_100_000, "TREINTA Y UN MIL PESOS 00/100 M.N."),
        (10_100_100, "CIENTO UN MIL UN PESOS 00/100 M.N."),
        (100_000_000, "UN MILLÓN DE PESOS 00/100 M.N."),
        (2_100_000_000, "VEINTIÚN MILLONES DE PESOS 00/100 M.N."),
        (100_000_100, "UN MILLÓN UN PESOS 00/100 M.N."),
        (100_000_000_000, "MIL MILLONES DE PESOS 00/100 M.N."),
    ],
)
def test_mexico(amount, expected):
    assert amount_in_words(amount, "peso", "pesos", "M.N.") == expected


def test_colombia_writes_cents_only_where_there_are_any():
    values = {"suffix": "M/CTE", "always_cents": False}
    assert amount_in_words(1_200_000, "peso", "pesos", **values) == (
        "DOCE MIL PESOS M/CTE"
    )
    assert amount_in_words(1_200_001, "peso", "pesos", **values) == (
        "DOCE MIL PESOS 01/100 M/CTE"
    )


def test_a_currency_without_cents_and_without_a_closing():
    assert amount_in_words(1_500, "peso", "pesos", digits=0) == "MIL QUINIENTOS PESOS"


@given(st.integers(0, 10**15))
def test_words_differ_from_the_numeral_in_short_forms_alone(amount):
    words = amount_in_words(amount, "peso", "pesos").lower()
    numeral = num2words(amount // 100, lang="es")
    assert "uno" not in words.split()
    assert "veintiuno" not in words
    plain = words.split(" peso")[0].removesuffix(" de").replace("veintiún", "veintiuno")
    assert plain.replace("uno", "un") == numeral.replace("uno", "un")
    assert words.endswith(f"{amount % 100:02}/100")
