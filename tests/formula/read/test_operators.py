"""How tightly the operators of mathematics bind, by the values of what they are read as."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 - 2 - 3", -4.0),
        ("2 * 3 - 4", 2.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2^3^2", 512.0),
        ("2 a b", 30.0),
        ("--a", 3.0),
        ("8/4/2", 1.0),
        ("-a^2 + b", -4.0),
        ("2 * -a", -6.0),
    ],
)
def test_values(text: str, value: float) -> None:
    assert evaluate(parse(text), {"a": 3.0, "b": 5.0}, Doubles()) == value
