"""The names of numerical Python: numpy, torch and math compute what the trees of the table do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from klcli.formula.read.calls.elementwise import ELEMENTWISE
from klcli.formula.tree import Symbol
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles

X, Y = 1.7, 0.6
BUILD: dict[str, Any] = {name: row.build for row in ELEMENTWISE for name in row.names}
OF_TWO = [name for row in ELEMENTWISE for name in row.names if row.arguments == "x, y"]
OF_ONE = [name for name in BUILD if name not in OF_TWO]
OWN: dict[str, Any] = {
    "softplus": lambda x: math.log1p(math.exp(x)),
    **dict.fromkeys(("sigmoid", "expit"), lambda x: 1 / (1 + math.exp(-x))),
    **dict.fromkeys(("logsigmoid", "log_sigmoid", "log_expit"), lambda x: -math.log1p(math.exp(-x))),
    "sqr": lambda x: x * x,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "neg": lambda x: -x,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "truediv": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "xlogy": lambda x, y: x * math.log(y),
    "squared_difference": lambda x, y: (x - y) ** 2,
}


def truth(name: str) -> Any:
    return OWN.get(name) or getattr(np, name)


@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_one_argument(name: str) -> None:
    found = evaluate(BUILD[name](Symbol("x")), {"x": X}, Doubles())
    assert found == pytest.approx(float(truth(name)(X)), rel=1e-14)


@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two_arguments(name: str) -> None:
    found = evaluate(BUILD[name](Symbol("x"), Symbol("y")), {"x": X, "y": Y}, Doubles())
    assert found == pytest.approx(float(truth(name)(X, Y)), rel=1e-14)


def test_a_name_is_in_one_row() -> None:
    assert len(BUILD) == sum(len(row.names) for row in ELEMENTWISE)
