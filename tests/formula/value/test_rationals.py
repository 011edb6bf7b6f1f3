"""Exact values where there are any, and no value where there is none."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.rationals import Rationals


@pytest.mark.parametrize(
    ("text", "expected"),
    [("s^2", "1/9"), ("1/s", "3"), ("-s + 1/2", "1/6"), ("s^-2 s", "3"), ("2 s - s", "1/3")],
)
def test_exact_values(text: str, expected: str) -> None:
    assert evaluate(parse(text), {"s": Fraction(1, 3)}, Rationals()) == Fraction(expected)


@pytest.mark.parametrize("text", ["log s", "e^s", "pi s", "s^(1/2)", "1/(s - s)", "s^100000", "sqrt s"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ArithmeticError):
        evaluate(parse(text), {"s": Fraction(1, 3)}, Rationals())
