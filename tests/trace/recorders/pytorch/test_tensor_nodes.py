"""Tensors as nodes: leaves with their values and versions, and what made them."""

from __future__ import annotations

import json
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.notes import CONSTANTS, Node  # noqa: E402
from klcli.trace.recorders.pytorch.tensor_nodes import (  # noqa: E402
    FEW_VALUES,
    is_plain,
    is_trained,
    leaf,
    note_operands,
    note_values,
    origin,
    unwrapped,
    values_of,
    version,
)


@pytest.mark.parametrize(
    ("tensor", "values"),
    [
        (torch.tensor([1.0, 2.0]), [1.0, 2.0]),
        (torch.tensor([1.0, 2.0], requires_grad=True), None),  # it is trained
        (torch.zeros(CONSTANTS), [0.0] * CONSTANTS),
        (torch.zeros(CONSTANTS + 1), None),
    ],
)
def test_a_leaf_has_the_values_of_a_small_constant(tensor: Any, values: list[float] | None) -> None:
    found = leaf(tensor, ("a.py", 1, "f"), "an input")
    assert (found.op, found.shape, found.dtype) == ("leaf", tuple(tensor.shape), "float32")
    assert (found.grad, found.more["made_by"]) == (tensor.requires_grad, "an input")
    assert found.more.get("values") == values


def test_a_leaf_knows_what_it_was_computed_from() -> None:
    found = leaf(torch.zeros(2), None, "sort", (7, 3))
    assert found.more["sources"] == [3, 7]
    assert found.leaves is not None
    assert {3, 7} < found.leaves
    assert "sources" not in leaf(torch.zeros(2), None, "sort").more


@pytest.mark.parametrize(
    ("op", "named", "size", "noted"),
    [
        ("leaf", False, 3, True),
        ("part", False, 3, True),
        ("noise", False, 3, True),
        ("exp", True, 3, True),
        ("exp", False, 3, False),
        ("leaf", False, FEW_VALUES, True),
        ("leaf", False, FEW_VALUES + 1, False),
    ],
)
def test_operands_are_noted_while_they_are_there(op: str, named: bool, size: int, noted: bool) -> None:
    tensor = torch.ones(size)
    node = Node(op, (), (size,), "float32", True)
    node.names += ["x"] * named
    node.version = version(tensor)
    note_operands([tensor, 2.0], [node, 2.0])
    assert ("values" in node.more) is noted


def test_an_operand_that_was_changed_since_is_not_noted() -> None:
    tensor = torch.ones(2)
    node = leaf(tensor.clone().requires_grad_(), None, "an input")
    node.version = version(tensor)
    tensor.add_(1)
    note_operands([tensor], [node])
    assert "values" not in node.more


def test_values_are_what_json_has() -> None:
    assert values_of(torch.tensor([[1.5, float("inf")], [float("-inf"), float("nan")]])) == [
        1.5,
        "inf",
        "-inf",
        "nan",
    ]
    assert json.loads(json.dumps(values_of(torch.tensor(0.1, dtype=torch.float64)))) == [0.1]


def test_tensors_that_have_no_values() -> None:
    assert is_plain(torch.ones(2))
    assert not is_plain(torch.ones(2, device="meta"))
    assert not is_plain(torch.eye(2).to_sparse())
    seen = []
    torch.vmap(lambda x: (seen.append(is_plain(x)), x)[1])(torch.ones(2))
    assert seen == [False]
    node = Node("leaf")
    note_values(node, torch.ones(2, device="meta"))
    assert "values" not in node.more


def test_a_tensor_below_a_gradient_is_found_again() -> None:
    """As ``torch.func.grad`` wraps it, which takes two seconds to be loaded."""
    functorch, tensor = torch._C._functorch, torch.tensor([2.0])
    level = functorch._grad_increment_nesting()
    try:
        wrapped = functorch._wrap_for_grad(tensor, level)
        assert is_plain(wrapped)
        assert values_of(unwrapped(wrapped)) == [2.0]
    finally:
        functorch._grad_decrement_nesting()
    plain = torch.ones(1)
    assert unwrapped(plain) is plain


def test_a_change_in_place_is_seen_where_it_is_tracked() -> None:
    tensor = torch.ones(2)
    before = version(tensor)
    tensor.add_(1)
    assert version(tensor) == (before or 0) + 1
    with torch.inference_mode():
        assert version(torch.ones(2)) is None


def test_what_made_a_tensor() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    assert origin(parameter) == "a parameter"
    assert origin(torch.ones(2)) == "an input"
    assert origin(parameter.exp()).startswith("ExpBackward")


def test_a_view_under_no_grad_is_not_trained_by_itself() -> None:
    parameter = torch.rand(4, requires_grad=True)
    computed = parameter.exp()
    with torch.no_grad():
        view, made = computed.expand(4), parameter * 2
    assert is_trained(parameter)
    assert is_trained(made.view(2, 2).requires_grad_())
    assert view.requires_grad
    assert not any(map(is_trained, (view, computed, made)))
