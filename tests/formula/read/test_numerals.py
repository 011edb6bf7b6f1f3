"""Numbers in a mathematical text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", "1/2"),
        (".5", "1/2"),
        ("1e-3", "1/1000"),
        ("½", "1/2"),
        ("2f0", "2"),
        (r"1.5 \times 10^{-3}", "3/2000"),
        (r"3 \times 10^2", "300"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    token, end = tokenize(text)
    assert (token.kind, token.value, end.kind) == ("number", Fraction(value), "end")


def test_raised_digits_are_a_power() -> None:
    assert [(token.kind, token.value) for token in tokenize("x⁻²")][1] == ("power", Fraction(-2))


@pytest.mark.parametrize(
    ("text", "problem"),
    [("1e9999", "too long"), ("x¹²³⁴⁵", "at most 4 digits"), (r"a/1.5 \times 10^{-3}", "divided by")],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        tokenize(text)
