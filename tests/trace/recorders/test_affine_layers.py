"""A product and its bias are one leaf; anything else that is added is added."""

from __future__ import annotations

import pytest

from klcli.trace.recorders.calls import arithmetic
from klcli.trace.recorders.notes import Node


def leaf(made_by: str, shape: tuple[int, ...] = (6, 4)) -> Node:
    return Node("leaf", (), shape, "float32", True, None, made_by=made_by)


@pytest.mark.parametrize("made_by", ["MatMul", "matmul", "Conv2D"])
def test_a_layer_with_its_bias(made_by: str) -> None:
    bias = Node("shape", (leaf("a parameter", (4,)),), (1, 4))
    for given in ([leaf(made_by), bias], [bias, leaf(made_by)]):
        found = arithmetic("add", given, {})
        assert found is not None
        assert (found.op, found.args, found.more) == ("leaf", (), {"made_by": made_by})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (leaf("matmul"), leaf("an input")),
        (leaf("tanh"), leaf("a parameter")),
        (leaf("matmul"), Node("exp", (leaf("a parameter"),), (6, 4))),
    ],
)
def test_what_is_added_otherwise(one: Node, other: Node) -> None:
    found = arithmetic("add", [one, other], {})
    assert found is not None
    assert (found.op, found.args) == ("add", (one, other))


@pytest.mark.parametrize(("truth", "chosen"), [(0.0, 1), (1.0, 0)])
def test_a_choice_by_a_known_truth_value(truth: float, chosen: int) -> None:
    numbers = [leaf("sum", ()), leaf("mean", ())]
    condition = Node("leaf", (), (), "bool", values=[truth])
    found = arithmetic("where", [condition, *numbers], {})
    assert found is not None
    assert (found.op, found.args) == ("same", (numbers[chosen],))
    assert arithmetic("where", [leaf("an input"), *numbers], {}) is None
