"""Sums and means of arrays that stand side by side, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.recorders.notes import Node
from klcli.trace.recorders.stacks import reduced_stack

SHAPE = (2, 3)
ARRAYS = np.random.default_rng(3).random((4, *SHAPE))


def stack(axis: int, count: int = 4) -> Node:
    parts = [Node("leaf", (), SHAPE, grad=True, place_in=index) for index in range(count)]
    shape = np.stack(list(ARRAYS[:1]) * count, axis).shape
    return Node("leaf", parts, shape, grad=True, made_by="stack", call="stack", axis=axis)


def value(node: Any) -> Any:
    """What a node computes."""
    if not isinstance(node, Node):
        return node
    own = [value(one) for one in node.args]
    match node.op:
        case "leaf":
            return ARRAYS[node.more["place_in"]]
        case "add" | "div":
            found = own[0] + own[1] if node.op == "add" else own[0] / own[1]
            assert node.shape == found.shape
            return found
        case "same":
            return own[0]
    return getattr(np, node.op)(own[0], axis=tuple(node.more["axes"]))


@pytest.mark.parametrize("name", ["sum", "mean"])
@pytest.mark.parametrize(
    ("axis", "axes"), [(0, [0]), (1, [1]), (-1, [-1]), (0, None), (2, [0, -1]), (1, [1, 2]), (0, [0, 1, 2])]
)
def test_over_the_axis_of_the_stack(name: str, axis: int, axes: list[int] | None) -> None:
    found = reduced_stack(name, stack(axis), axes, keepdim=False)
    whole = getattr(np, name)(np.stack(list(ARRAYS), axis), axis=None if axes is None else tuple(axes))
    assert np.allclose(value(found), whole)


def test_what_is_left_as_it_is() -> None:
    assert reduced_stack("sum", stack(0), [1], keepdim=False) is None
    assert reduced_stack("sum", stack(0), [0], keepdim=True) is None
    assert reduced_stack("sum", stack(0, 65), [0], keepdim=False) is None
    assert reduced_stack("sum", Node("leaf", (), SHAPE), [0], keepdim=False) is None
