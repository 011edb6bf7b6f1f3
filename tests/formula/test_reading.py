"""A formula in whatever notation: the same text never means two things."""

from __future__ import annotations

import pytest

from klcli.formula import notation, python
from klcli.formula.printing import to_text
from klcli.formula.reading import read
from klcli.formula.syntax import FormulaError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1/2 (1 + s - mu^2 - e^s)", "-1/2 (1 + s - mu^2 - e^s)"),
        ("-0.5*(1 + s - mu**2 - exp(s))", "-0.5 (1 + s - mu^2 - e^s)"),
        ("-0.5*(1 + s - mu.pow(2) - s.exp())", "-0.5 (1 + s - mu^2 - e^s)"),
        (r"-\frac12(1 + s)", "-1/2 (1 + s)"),
        ("sum(x_j for j in indices)", "sum_j (x_j)"),
        ("mean(x) + mean", "mean(x) + mean"),
    ],
)
def test_both_notations_are_read(text: str, expected: str) -> None:
    assert to_text(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("log s/2", "where does the argument of 'log' end?"),
        ("torch.relu(x)", "'relu' is not a known function"),
        ("mu**", "not a Python expression"),
        ("|x|", "unexpected '|'"),
    ],
)
def test_the_message_is_that_of_the_notation_that_the_text_looks_like(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read(text)
    assert message in caught.value.problem


@pytest.mark.parametrize(
    "text",
    [
        "-x**2",
        "x - 1e-3*y",
        "σ1 + σ_1",
        "mean(x)/2",
        "x**-y**2",
        "abs(mu - x)",
        "sum(x)*2",
        "(a/b)/c*d",
        "xⱼ",
    ],
)
def test_a_text_in_both_notations_means_the_same(text: str) -> None:
    assert notation.parse(text) == python.parse(text)
