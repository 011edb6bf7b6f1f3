"""The numbers that parameters are unless they are given."""

from __future__ import annotations

import ast
from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.parameter_defaults import numbers_by_default


def defaults(text: str) -> dict[str, Fraction]:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    return numbers_by_default(node)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("def f(x, eps=1e-8): return x", {"eps": Fraction(1, 10**8)}),
        (
            "def f(x, a, /, b=2, *, eps: float = -0.5, c): return x",
            {"b": Fraction(2), "eps": Fraction(-1, 2)},
        ),
        ("def f(x=None, name='kl', is_summed=True, n=2 * 3, low=float('-inf'), most=1e999): return x", {}),
        ("def f(x, eps=0.5):\n    eps = x.eps\n    return x", {}),
    ],
)
def test_numbers_that_stay_what_they_are(text: str, numbers: dict[str, Fraction]) -> None:
    assert defaults(text) == numbers


def test_a_program_knows_those_of_its_function() -> None:
    assert read_program("def f(x, eps=1e-8):\n    return x + eps").defaults == {"eps": Fraction(1, 10**8)}
    assert read_program("x + eps", "python").defaults == {}
