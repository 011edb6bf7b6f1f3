"""Shapes as little of them as tells arrays apart."""

from __future__ import annotations

import pytest

from klcli.trace.recorders.notes import Node

pytest.importorskip("jax")
shapes = pytest.importorskip("klcli.trace.recorders.jax.shapes")

X = Node("leaf", (), (4, 3))


def test_a_shape_that_comes_back_is_none() -> None:
    put_in = Node("shape", (X,), (4, 3, 1))
    found = shapes.reshaped(put_in, (4, 3))
    assert (found.op, found.args) == ("same", (X,))
    assert shapes.reshaped(X, (12,)).op == "shape"


def test_numbers_that_fill_an_array() -> None:
    full = Node("full", (2.0,), (4, 3))
    assert (shapes.limit_of(full), shapes.limit_of(0.5), shapes.limit_of(X)) == (2.0, 0.5, None)
    assert shapes.total(full, [0, 1]).args == (24.0,)
    assert shapes.spread(1.0, (3,)).op == "full"
    assert shapes.spread(Node("leaf", (), (3,)), (4, 3)).op == "spread"


def test_an_axis_is_taken_out_below_functions_of_entries() -> None:
    put_in = Node("shape", (X,), (4, 3, 1))
    found = shapes.squeezed(Node("exp", (put_in,), (4, 3, 1)), [2])
    assert found is not None
    assert (found.op, found.args, found.shape) == ("exp", (X,), (4, 3))
    assert shapes.squeezed(Node("leaf", (), (4, 3, 1)), [2]) is None
