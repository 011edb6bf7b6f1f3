"""Shapes that are written, as numpy has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import walk
from klcli.formula.tree import Length, Symbol
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError

X = np.arange(1.0, 13.0).reshape(4, 3)
ROW = np.arange(1.0, 5.0)[:, None]
GIVEN = {"x": X, "row": ROW, "B": np.array(4.0), "batch_size": np.array(4.0), "latent_dim": np.array(3.0)}


def evaluated(text: str) -> Any:
    symbols = {name: Array(array.shape, array.ravel().tolist()) for name, array in GIVEN.items()}
    found = evaluate_arrays(read_program(text, "python").arrays, symbols)
    return np.reshape(found.values, found.shape)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x.view(-1)", X.reshape(-1)),
        ("torch.flatten(x)", X.reshape(-1)),
        ("x.flatten(start_dim=1)", X),
        ("(2*x).view(-1, 1)", (2 * X).reshape(-1, 1)),
        ("tf.reshape(2*x, [-1, 1])", (2 * X).reshape(-1, 1)),
        ("(2*x).view(-1, latent_dim)", 2 * X),
        ("x.view(x.size(0), -1)", X),
        ("x.view(-1, x.size(1))", X),
        ("tf.reshape(2*x, [tf.shape(x)[0], -1])", 2 * X),
        ("(2*x).reshape(x.shape)", 2 * X),
        ("np.reshape(2*x, newshape=(B, -1))", 2 * X),
        ("(2*x).view(b, -1)", 2 * X),
        ("(2*x).view(N, -1)", 2 * X),
        ("(2*x).T.reshape(b, -1)", (2 * X.T).reshape(4, 3)),
        ("(2*x).view(*x.size())", 2 * X),
        ("x.T.reshape_as(x)", X.T.reshape(4, 3)),
        ("B, d = x.shape\n(2*x).view(d, B)", (2 * X).reshape(3, 4)),
        ("d, B = x.shape\n(2*x).view(B, d)", (2 * X).reshape(3, 4)),
        ("rows, columns = x.size()\n(2*x).view(columns * rows)", (2 * X).reshape(-1)),
        ("(2*x).view(-1, B)", (2 * X).reshape(3, 4)),
        ("x.reshape(-1, x.size(0))", X.reshape(3, 4)),
        ("(2*x).reshape(latent_dim, -1)", (2 * X).reshape(3, 4)),
        ("tf.reshape(x, [-1, len(x)])", X.reshape(3, 4)),
        ("x.t()", X.T),
        ("x.transpose(0, 1)", X.T),
        ("x.permute(1, 0)", X.T),
        ("x.permute(0, 1)", X),
        ("np.swapaxes(x, -1, -2)", X.T),
        ("row.expand(B, latent_dim)", np.broadcast_to(ROW, (4, 3))),
        ("row.expand(-1, x.size(1))", np.broadcast_to(ROW, (4, 3))),
        ("x.expand(2, -1, -1)", np.broadcast_to(X, (2, 4, 3))),
        ("torch.broadcast_to(x, (2, B, latent_dim))", np.broadcast_to(X, (2, 4, 3))),
        ("row.expand_as(x)", np.broadcast_to(ROW, (4, 3))),
    ],
)
def test_shapes(text: str, truth: Any) -> None:
    found = evaluated(text)
    assert found.shape == truth.shape
    np.testing.assert_array_equal(found, truth)


def test_shapes_that_do_not_fit() -> None:
    for text in ("(2*x).view(B, B)", "(2*x).view(-1, B, 1, latent_dim, B)", "x.expand(latent_dim, B)"):
        with pytest.raises(ShapeError):
            evaluated(text)


@pytest.mark.parametrize(
    "text",
    [
        *("(2*x).view(2, -1)", "(2*x).reshape(-1, 2)", "torch.reshape(2*x, (n, -1))", "x.view(2, -1)"),
        *("(2*x).flatten(0, 1)", "(2*x).reshape(-1, 3, order='F')", "(2*x).view(*shape)"),
    ],
)
def test_lengths_that_are_not_known_are_not_passed_over(text: str) -> None:
    with pytest.raises(FormulaError, match=r"not followed|not understood"):
        read_program(text, "python")


@pytest.mark.parametrize("text", ["x.view(-1, 20)", "x.view(rows, 20)", "x.reshape(*shape)"])
def test_what_an_encoder_puts_out_has_the_shape_that_it_is_given(text: str) -> None:
    assert read_program(text, "python").arrays == Symbol("x")


def test_of_more_axes_of_another_array_nothing_is_known() -> None:
    for text, expected in (("a, b = x.shape", 2), ("a, b, c = x.shape", 1), ("a, b, c = (2*x).shape", 2)):
        nodes = walk(read_program(f"{text}\ny * a * b", "python").arrays)
        assert sum(isinstance(node, Length) for node in nodes) == expected
