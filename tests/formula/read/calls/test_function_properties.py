"""Features of functions follow from how they are built."""

from __future__ import annotations

from klcli.formula.read.calls.function_properties import ADDING, CURVED, MULTIPLYING
from klcli.formula.read.calls.table import OPERATIONS


def test_features() -> None:
    assert {"exp", "log", "softplus", "log2", "exp2", "sigmoid", "logsigmoid"} <= CURVED
    assert CURVED.isdisjoint(("pow", "sqrt", "abs", "square", "sum", "clamp"))
    assert {"mul", "pow", "square", "dot", "matmul", "addcmul", "norm", "squared_difference"} <= MULTIPLYING
    assert MULTIPLYING.isdisjoint(("exp2", "div", "log2", "sigmoid", "sub"))
    sums = {"add", "sub", "subtract", "addcmul", "squared_difference", "hypot", "logaddexp"}
    assert sums == ADDING
    assert CURVED < OPERATIONS
