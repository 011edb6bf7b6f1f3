"""What is drawn around parts of a formula comes off, and every other sign stays in its place."""

from __future__ import annotations

import pytest

from klcli.formula.read.latex_braces import without_braces
from klcli.formula.read.math_parser import parse


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\underbrace{s + 1}_{\text{a {b}}} t", "(s + 1) t"),
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
