"""Tokens of mathematical text: the same ones for ASCII, Unicode and LaTeX spelling."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.tokenizer import tokenize


def shown(text: str, *, matrices: bool = False) -> list[str]:
    """Kind and name of every token but the last, which is the end."""
    *found, end = tokenize(text, matrices=matrices)
    assert end.kind == "end"
    return [f"{token.kind} {token.name}" for token in found]


@pytest.mark.parametrize(
    "text",
    ["-1/2 log sigma^2 + mu_1", r"-\frac{1}{2}\log\sigma^{2}+\mu_{1}", "−1/2 ln σ² + μ₁", r"-1 \over 2"],
)
def test_every_text_is_covered_by_its_tokens(text: str) -> None:
    places = [(token.start, token.end) for token in tokenize(text)]
    assert places == sorted(places)
    assert all(start <= end <= len(text) for start, end in places)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("log sigma", r"\log\sigma"),
        ("log sigma", "ln σ"),
        ("mu_1 * s", "μ₁·s"),
        ("sqrt(x)", "√(x)"),
        ("exp(x)", "exp.(x)"),
        ("x * y", "x ⊙ y"),
    ],
)
def test_spellings_of_the_same(one: str, other: str) -> None:
    assert shown(one) == shown(other)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", Fraction(1, 2)),
        ("1e-3", Fraction(1, 1000)),
        ("½", Fraction(1, 2)),
        (r"1.5 \times 10^{-3}", Fraction(3, 2000)),
        ("2f0", Fraction(2)),
    ],
)
def test_numbers(text: str, value: Fraction) -> None:
    number, _ = tokenize(text)
    assert (number.kind, number.value) == ("number", value)


@pytest.mark.parametrize(
    ("text", "name", "index"),
    [("sum_j x", "sum", "j"), (r"\sum_{j=1}^{J} x", "sum", "j"), ("∑ᵢ x", "sum", "i"), ("E_q[x]", "E", "q")],
)
def test_sums_and_expectations(text: str, name: str, index: str) -> None:
    token = tokenize(text)[0]
    assert (token.kind, token.name, token.index) == ("reduction", name, index)


def test_functions_of_matrices_are_those_of_texts_about_matrices() -> None:
    assert shown("tr S") == ["symbol tr", "symbol S"]
    assert shown("tr S", matrices=True) == ["function trace", "symbol S"]
    assert shown(r"\det S^T", matrices=True) == ["function det", "symbol S", "transpose "]
    assert shown("S^T") == ["symbol S", "operator ^", "symbol T"]
    assert shown("a @ b", matrices=True) == ["symbol a", "operator @", "symbol b"]
    for text in ("a @ b", "x' y", r"\det S"):
        with pytest.raises(FormulaError):
            tokenize(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("log_2 x", "only the natural logarithm"),
        (r"\foo x", "unknown command"),
        ("x = y", "unexpected '='"),
        ("1" * 500, "too long"),
        (r"\sum_{j<k} x", "these limits of a sum"),
        ("x ? y", r"unexpected '\?'"),
    ],
)
def test_what_has_no_place_in_a_formula(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        tokenize(text)
