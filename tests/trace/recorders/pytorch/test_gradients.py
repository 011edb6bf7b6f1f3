"""Gradients of the summands of a loss, against derivatives by hand."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.notes import Node  # noqa: E402
from klcli.trace.recorders.pytorch.gradients import MARK, gradients_of, mark  # noqa: E402
from klcli.trace.recorders.pytorch.optimizers import reached_by  # noqa: E402


class Run:
    """Tensors with their nodes, put down by hand."""

    def __init__(self) -> None:
        self.leaves: dict[int, Any] = {}

    def leaf(self, *values: float) -> tuple[Any, Node]:
        tensor = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        node = Node("leaf", (), tensor.shape, "float64", True)
        self.leaves[node.serial] = tensor
        return tensor, node

    def op(self, tensor: Any, name: str, *below: Any, named: bool = False) -> tuple[Any, Node]:
        node = Node(name, below, tensor.shape, "float64", True)
        node.names += ["x"] * named
        mark(tensor, node)
        return tensor, node

    def found(self, loss: Any, root: Node, factor: float = 1.0) -> tuple[dict[tuple[Node, Node], Any], str]:
        told, problem = gradients_of(loss, root, reached_by(loss, MARK).steps, self.leaves, factor)
        return {(one["of"], one["by"]): one["values"] for one in told}, problem


def test_each_summand_by_each_array() -> None:
    """Of sum(mu^2) + 3 sum(exp(s)): 2 mu, and 3 e^s."""
    run = Run()
    (mu, mu_node), (s, s_node) = run.leaf(0.5, -1.0), run.leaf(0.0, 2.0)
    square, square_node = run.op((mu**2).sum(), "other", mu_node)
    exp, exp_node = run.op(s.exp().sum(), "exp", s_node)
    scaled, scaled_node = run.op(3 * exp, "mul", exp_node, 3.0)
    loss, root = run.op(square + scaled, "add", square_node, scaled_node)
    found, problem = run.found(loss, root)
    assert problem == ""
    assert found[square_node, mu_node] == [1.0, -2.0]
    assert found[scaled_node, s_node] == pytest.approx(torch.tensor([3.0, 3 * 2.718281828459045**2]).tolist())
    assert (square_node, s_node) not in found
    # The loss is one, too, and an array without a history is none.
    assert not {of for of, _ in found} & {mu_node, s_node}
    assert found[root, mu_node] == [1.0, -2.0]


def test_what_the_loss_is_multiplied_by_is_no_part_of_it() -> None:
    run = Run()
    mu, mu_node = run.leaf(0.5)
    loss, root = run.op(1024 * (mu**2).sum(), "other", mu_node)
    assert run.found(loss, root, 1024.0)[0][root, mu_node] == [1.0]


def test_what_comes_through_another_array_is_taken_off() -> None:
    """b = 5 a is a leaf of its own for what is noted: of a^2 b, the slope by a is 2 a b, and not 2 a b + 5 a^2."""
    run = Run()
    a, a_node = run.leaf(2.0)
    b, b_node = run.op(5 * a, "leaf")
    loss, root = run.op((a**2 * b).sum(), "other", a_node, b_node)
    found, _ = run.found(loss, root)
    assert found[root, b_node] == [4.0]
    assert found[root, a_node] == [40.0]


def test_a_loss_without_a_history_has_none() -> None:
    run = Run()
    mu, node = run.leaf(1.0)
    assert run.found(mu, node) == ({}, "")


def test_a_function_that_cannot_be_gone_through_twice_is_a_warning() -> None:
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            raise RuntimeError("not again\nor so")

    run = Run()
    mu, mu_node = run.leaf(0.5)
    once, once_node = run.op(Once.apply(mu), "other", mu_node)
    loss, root = run.op(once.sum(), "sum", once_node)
    assert run.found(loss, root) == ({}, "the gradients of the terms were not noted: not again")


def test_marks_are_by_the_place_of_a_result() -> None:
    """Both results of one function have its step."""
    run = Run()
    x, node = run.leaf(1.0, 2.0, 3.0, 4.0)
    first, second = x.chunk(2)
    one, two = Node("shape", (node,)), Node("shape", (node,))
    mark(first, one)
    mark(second, two)
    assert first.grad_fn.metadata[MARK] == {0: one.serial, 1: two.serial}
    mark(x, node)  # nothing computed it
