"""What is refused with the readings to choose from: both can be read, and they differ."""

from __future__ import annotations

import re

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.read.syntax_errors import FormulaError


@pytest.mark.parametrize(
    "text",
    [
        "log s/2",
        "log 2 s",
        "a/2 b",
        "e^2s",
        "s^1/2",
        "sum_j mu^2 + 1",
        "log^-1 s",
        "mean x",
        "1/2 a/3 b",
        "exp -x",
        r"\sigma^10",
        r"\Sigma (x)",
    ],
)
def test_what_a_hint_tells_to_write_is_read(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    readings = [part for part in re.findall(r"'([^']+)'", caught.value.hint) if "..." not in part]
    assert readings or "..." in caught.value.hint
    trees = [parse(reading) for reading in readings]
    assert all(one != other for place, one in enumerate(trees) for other in trees[:place])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("foo(s)", "for a product write 'foo * (s)'"),
        ("lgo(s)", "did you mean 'log'?"),
        ("E_q(x)", "'E_q[x]'"),
        ("e(s)", "write 'e^(s)' or 'e * (s)'"),
    ],
)
def test_names_before_brackets(text: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize("text", ["1/2 s", "log(s)/2", "log s^2", "2 log s", "sum_j (mu^2 + 1)", "a/(2 b)"])
def test_what_nobody_reads_in_two_ways(text: str) -> None:
    parse(text)
