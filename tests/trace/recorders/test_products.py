"""Products that are those of their entries, added up, done again by NumPy from the nodes that are made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.recorders.notes import Node
from klcli.trace.recorders.products import entrywise_product

SHAPES = {"b": 2, "i": 3, "d": 4}


def value(node: Node, arrays: dict[int, Any]) -> Any:
    """What the nodes of a product compute."""
    if node.serial in arrays:
        return arrays[node.serial]
    own = [value(one, arrays) for one in node.args]
    if node.op == "sum":
        return own[0].sum(tuple(node.more["axes"]), keepdims=node.more["keepdim"])
    return (
        own[0] * own[1] if node.op == "mul" else own[0].reshape(node.shape) if node.op == "shape" else own[0]
    )


def made(*shapes: tuple[int, ...]) -> tuple[list[Node], list[Any]]:
    random = np.random.default_rng(0)
    return [Node("leaf", (), shape) for shape in shapes], [random.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize(
    "equation",
    ["bd,bd->b", "bd,bd->", "bd,d->b", "bd,b->d", "bid,bd,bi->b", "bid->bi", "bid,i->", "bd,bd->bd"],
)
def test_einsum(equation: str) -> None:
    letters = equation.partition("->")[0].split(",")
    nodes, arrays = made(*(tuple(SHAPES[letter] for letter in one) for one in letters))
    found = entrywise_product("einsum", [equation, *nodes])
    assert found is not None
    own = {node.serial: array for node, array in zip(nodes, arrays, strict=True)}
    assert value(found, own) == pytest.approx(np.einsum(equation, *arrays), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [("dot", ((4,), (4,))), ("matmul", ((4,), (4,))), ("bmm", ((2, 1, 4), (2, 4, 1)))],
)
def test_dot_products(name: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    nodes, arrays = made(*shapes)
    found = entrywise_product(name, list(nodes))
    assert found is not None
    own = {node.serial: array for node, array in zip(nodes, arrays, strict=True)}
    assert value(found, own) == pytest.approx(arrays[0] @ arrays[1], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "equation", "shapes"),
    [
        ("einsum", "bi,id->bd", ((2, 3), (3, 4))),  # a product of matrices
        ("einsum", "bii->b", ((2, 3, 3),)),  # a trace
        ("einsum", "bd,db->b", ((2, 4), (4, 2))),
        ("einsum", "...d,...d->...", ((2, 4), (2, 4))),
        ("matmul", None, ((2, 3), (3, 4))),
        ("bmm", None, ((2, 3, 4), (2, 4, 1))),
    ],
)
def test_products_of_matrices_are_none(
    name: str, equation: str | None, shapes: tuple[tuple[int, ...], ...]
) -> None:
    nodes, _ = made(*shapes)
    assert entrywise_product(name, [*filter(None, [equation]), *nodes]) is None
