"""What is drawn around parts of a formula comes off, and every other sign stays in its place."""

from __future__ import annotations

import pytest

from klcli.formula.read.latex_braces import without_braces
from klcli.formula.read.math_parser import parse
from klcli.formula.read.syntax_errors import FormulaError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\underbrace{(s + 1)}_{\text{a {b}}} t", "(s + 1) t"),
        (r"1 + \boxed{s - t} - s", "1 + (s - t) - s"),
        (r"2 \boxed{s^{a-b} t} - \left(\underbrace{s - t}_{a}\right)", "2 (s^{a-b} t) - (s - t)"),
        (r"2 \underbrace{- s + 1}_{a} + \overbrace{t}^{x}", "2 - s + 1 + t"),
        (r"(\underbrace{s -}_{(a)} \underbrace{t}_{(b)})", "(s - t)"),
        (r"\boxed{s^2} + \textcolor{red}{t} - {\color{blue} s}", "s^2 + t - s"),
        (r"\underbrace{s}_{a}^{2} + \overbrace{t}^{b}", "s^2 + t"),
        (r"\underbrace s", r"\underbrace s"),
    ],
)
def test_what_is_left_is_the_formula(text: str, plain: str) -> None:
    left = without_braces(text)
    assert len(left) == len(text)
    assert left == text if plain == text else parse(left) == parse(plain)


@pytest.mark.parametrize("around", ["2 {}", "-{}", "{} t", "{}^2", r"{} \cdot 2", r"\log {}"])
def test_brackets_that_are_not_printed_are_asked_about(around: str) -> None:
    for group in (r"\boxed{s - t}", r"\textcolor{red}{s^{2} + t}", r"\underbrace{\log s - t}_{a}"):
        with pytest.raises(FormulaError, match="are brackets meant"):
            without_braces(around.replace("{}", group))


def test_a_sum_is_one_of_all_that_is_in_the_braces() -> None:
    text = r"\frac12 \sum_{j=1}^{J} \underbrace{s_j - t_j}_{a}"
    assert parse(without_braces(text)) == parse(r"\frac12 \sum_{j=1}^{J} (s_j - t_j)")
