"""Sums and means of arrays that stand side by side, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.recorders.notes import Node
from klcli.trace.recorders.stacks import reduced_stack

SHAPE = (2, 3)
ARRAYS = np.random.default_rng(3).random((4, *SHAPE))

FUNCTIONS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative}


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
            return node.more["entries"] if "entries" in node.more else ARRAYS[node.more["place_in"]]
        case "part":
            axis, place = node.more["slice"]
            return own[0].take(place, axis)
        case "add" | "sub" | "mul" | "div" | "neg":
            found = FUNCTIONS[node.op](*own)
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


def computed(axis: int, scale: float = 1.0) -> tuple[Node, Any]:
    """Arrays side by side that are computed of others, as KLs are, and their entries."""
    arrays = [Node("mul", (one, scale), SHAPE, grad=True) for one in stack(axis).args]
    found = scale * np.stack(list(ARRAYS), axis)
    return Node("leaf", arrays, found.shape, grad=True, made_by="stack", call="stack", axis=axis), found


def constant(*shape: int) -> tuple[Node, Any]:
    entries = np.random.default_rng(4).random(shape)
    return Node("leaf", (), shape, entries=entries), entries


@pytest.mark.parametrize("name", ["sum", "mean"])
@pytest.mark.parametrize(
    ("axis", "other"), [(0, (4, 2, 3)), (1, (2, 4, 1)), (0, (2, 3)), (2, (3, 4)), (1, ())]
)
def test_over_arrays_times_what_trains_nothing(name: str, axis: int, other: tuple[int, ...]) -> None:
    (kls, whole), (mask, entries) = computed(axis), constant(*other)
    node = Node("mul", (Node("neg", (kls,), whole.shape, grad=True), mask), whole.shape, grad=True)
    found = reduced_stack(name, node, None, keepdim=False)
    assert np.allclose(value(found), getattr(np, name)(-whole * entries))


@pytest.mark.parametrize("axes", [[2], [1, 2]])
def test_over_sums_of_each(axes: list[int]) -> None:
    kls, whole = computed(0)
    inner = whole.sum(tuple(axes))
    node = Node("sum", (kls,), inner.shape, grad=True, axes=axes, keepdim=False)
    total = Node("div", (node, 7.0), inner.shape, grad=True)
    assert np.allclose(value(reduced_stack("mean", total, None, keepdim=False)), inner.mean() / 7)


def test_two_stacks_that_are_added() -> None:
    (one, first), (other, second) = computed(0), computed(0, 0.3)
    node = Node("sub", (one, other), first.shape, grad=True)
    assert np.allclose(value(reduced_stack("sum", node, None, keepdim=False)), (first - second).sum())


def test_what_is_no_sum_of_single_arrays() -> None:
    (one, whole), (other, _) = computed(0), computed(1)
    for op, args in (
        ("mul", (one, one)),
        ("div", (2.0, one)),
        ("mul", (one, Node("leaf", (), whole.shape, grad=True))),
        ("mul", (stack(0), 2.0)),  # heads, which are symbols of a formula
        ("add", (Node("leaf", one.args, (4, 2, 3), grad=True, call="stack", axis=0), other)),
    ):
        node = Node(op, args, whole.shape, grad=True)
        assert reduced_stack("sum", node, None, keepdim=False) is None
