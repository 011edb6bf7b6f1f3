"""The tables of signs: each sign has one meaning, that of Unicode's own name for it."""

from __future__ import annotations

import unicodedata

import pytest

from klcli.formula.character_tables import (
    FRACTIONS,
    GREEK,
    OPERATORS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    letter,
)


@pytest.mark.parametrize(("name", "sign"), GREEK.items())
def test_greek_letters(name: str, sign: str) -> None:
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    spelled = {"lambda": "LAMDA"}.get(name.lower(), name.upper())
    assert unicodedata.name(sign) == f"GREEK {size} LETTER {spelled}"
    assert letter(sign) == name


@pytest.mark.parametrize("sign", ["µ", "ϵ", "𝜎", "𝛔", "ς"])
def test_other_shapes_of_letters(sign: str) -> None:
    assert letter(sign) in GREEK


def test_no_letter() -> None:
    assert letter("s") is None
    assert letter("+") is None


@pytest.mark.parametrize("table", [SUBSCRIPTS, SUPERSCRIPTS])
def test_lowered_and_raised_signs(table: dict[str, str]) -> None:
    assert len(set(table.values())) == len(table)
    assert all(
        unicodedata.normalize("NFKC", sign).replace("−", "-") == plain for plain, sign in table.items()
    )


@pytest.mark.parametrize(("sign", "value"), FRACTIONS.items())
def test_fractions(sign: str, value: object) -> None:
    assert unicodedata.numeric(sign) == pytest.approx(float(value))  # type: ignore[arg-type]


def test_operators() -> None:
    assert set(OPERATORS.values()) == set("+-*/^")
