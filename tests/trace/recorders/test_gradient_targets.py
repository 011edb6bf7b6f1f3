"""What is added in a loss, and the arrays below it."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.gradient_targets import (
    MOST_SUMMANDS,
    arrays_below,
    linear_in,
    matrices_below,
    summands_of,
)
from klcli.trace.recorders.notes import Node


def leaf(grad: bool = True, shape: tuple[int, ...] = (3,), name: str = "") -> Node:
    found = Node("leaf", (), shape, "float32", grad)
    found.names += [name] if name else []
    return found


def op(name: str, *args: Any, grad: bool = True, shape: tuple[int, ...] = (3,)) -> Node:
    return Node(name, args, shape, "float32", grad)


A, B, STILL = leaf(), leaf(), leaf(grad=False)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (op("add", A, B), [A, B]),
        (op("sub", A, B), [A, B]),
        (op("add", A, 2.0), [A]),
        (op("add", A, STILL), [A]),
        (op("mul", A, 2.0), [A]),
        (op("mul", A, STILL), [A]),
        (op("mul", A, B), []),
        (op("div", A, 2.0), [A]),
        (op("div", 2.0, A), []),  # 2/a is none
        (op("div", STILL, A), []),
        (op("div", A, B), []),
        (op("exp", A), []),
        (op("mean", A), [A]),
        (op("neg", A), [A]),
    ],
)
def test_what_a_node_is_linear_in(node: Node, expected: list[Node]) -> None:
    assert linear_in(node) == expected


def test_summands_of_a_loss_the_outermost_first() -> None:
    recon, kl = op("exp", A), op("log", B)
    weighed = op("mul", kl, 0.5)
    inner = op("add", recon, weighed)
    root = op("div", inner, 2.0)
    # Products and means are gone through, and stand for themselves only where they are added.
    assert list(summands_of(root)) == [root, recon, weighed]


def test_what_is_used_twice_is_no_summand_by_itself() -> None:
    shared = op("exp", A)
    other = op("log", B)
    root = op("add", op("add", shared, other), op("exp", shared))
    assert shared not in list(summands_of(root))
    assert other in list(summands_of(root))


def test_summands_are_not_gone_through_without_end() -> None:
    root = op("exp", A)
    for _ in range(6 * MOST_SUMMANDS):
        root = op("add", root, op("exp", leaf()))
    assert len(list(summands_of(root))) <= 4 * MOST_SUMMANDS + 2


def test_leaves_come_before_what_is_computed() -> None:
    mu, logvar = leaf(), leaf()
    var = op("exp", logvar)
    var.names.append("var")
    nameless = op("mul", var, 2.0)
    summand = op("add", mu, nameless)
    known = {one.serial for one in (mu, logvar, var, nameless)}
    assert arrays_below(summand, known) == [logvar, mu, var] or arrays_below(summand, known) == [
        mu,
        logvar,
        var,
    ]
    # Those whose gradients can be asked for.
    assert arrays_below(summand, known - {mu.serial}) == [logvar, var]


@pytest.mark.parametrize(
    ("below", "is_there"),
    [
        (leaf(), True),
        (leaf(grad=False), False),
        (leaf(shape=(100, 200)), True),
        (leaf(shape=(100, 201)), False),  # 20,100 entries
        (Node("part", (), (3,), "float32", True), True),
        (Node("noise", (), (3,), "float32", True), True),
        (op("exp", A), False),  # without a name
    ],
)
def test_which_arrays_are_asked_for(below: Node, is_there: bool) -> None:
    found = arrays_below(op("exp", below), {below.serial})
    assert found == ([below] if is_there else [])


def test_nothing_is_looked_for_below_a_leaf() -> None:
    made = Node("leaf", (A,), (3,), "float32", True)
    assert arrays_below(op("exp", made), {A.serial, made.serial}) == [made]


def test_twenty_four_arrays_are_enough() -> None:
    leaves = [leaf() for _ in range(30)]
    root = op("stack", *leaves)
    assert len(arrays_below(root, {one.serial for one in leaves})) == 24


def test_matrices_of_linear_algebra_beside_a_logarithm_are_asked_for_wholly() -> None:
    mean, factor = leaf(), leaf(shape=(3, 3), name="L")
    weights = leaf(shape=(3, 5))
    volume = Node("leaf", (factor,), (), "float32", True, call="logdet")
    layer = Node("leaf", (mean, weights), (5,), "float32", True, call="matmul")
    total = op("add", volume, layer, shape=())
    assert matrices_below(total) == [mean, factor]
    # Of a network without a logarithm none is.
    assert matrices_below(layer) == []
