"""Sums, means and products of arrays: numpy gives the same, in the same shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.reductions import REDUCED, REDUCTIONS
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

X = np.random.default_rng(5).uniform(0.3, 2.5, (4, 3))


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x.sum()", X.sum()),
        ("torch.sum(x, dim=1)", X.sum(1)),
        ("np.mean(x, axis=-1, keepdims=True)", X.mean(-1, keepdims=True)),
        ("tf.reduce_mean(x, 0)", X.mean(0)),
        ("K.sum(x, axis=(0, 1))", X.sum()),
        ("x.prod(1)", X.prod(1)),
        ("torch.sum(x, dtype=torch.int32)", np.trunc(X).sum()),
        ("np.prod(x.shape) + 0 * x.sum()", 12.0),
        ("jnp.sum(jnp.ones_like(x)) + 0 * x.sum()", 12.0),
        ("torch.ones_like(x).sum(-1) + x.sum(1)", 3 + X.sum(1)),
    ],
)
def test_values(text: str, truth: Any) -> None:
    found = evaluate_arrays(read_program(text, "python").arrays, {"x": Array(X.shape, X.ravel().tolist())})
    np.testing.assert_allclose(np.array(found.values).reshape(found.shape), truth, rtol=1e-14)


@pytest.mark.parametrize(
    "text", ["x.sum(tuple(range(1, x.dim())))", "axes = list(range(1, len(x.shape)))\ntorch.sum(x, dim=axes)"]
)
@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2)])
def test_all_axes_but_the_first(text: str, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(7).uniform(0.3, 2.5, shape)
    given = {"x": Array(shape, array.ravel().tolist())}
    found = evaluate_arrays(read_program(text, "python").arrays, given)
    np.testing.assert_allclose(found.values, array.sum(tuple(range(1, array.ndim))), rtol=1e-14)


@pytest.mark.parametrize("text", ["torch.sum(x, foo=1)", "torch.sum()", "sum(x, 2)", "x.sum(1, True, True)"])
def test_what_is_not_understood(text: str) -> None:
    with pytest.raises(FormulaError, match="sum"):
        read_program(text, "python")


def test_axes_that_are_not_known_are_not_passed_over() -> None:
    for text, problem in (
        ("x.sum('batch')", "has a name"),
        ("x.sum(axis='b')", "has a name"),
        ("x.sum(1, keepdim=flag)", "is kept"),
    ):
        with pytest.raises(FormulaError, match=problem):
            read_program(text, "python")
    for text in ("x.unsqueeze(place)", "x.squeeze(dim=(0, 1))"):
        with pytest.raises(FormulaError, match=r"the axis of .* is not followed"):
            read_program(text, "python")


def test_a_sum_of_truths_is_refused() -> None:
    with pytest.raises(FormulaError, match="keeps no number"):
        read_program("x.sum(dtype=torch.bool)", "python")


def test_equal_numbers_whose_count_is_not_known_are_not_added_up() -> None:
    for text in ("m = torch.ones(n); (x*m).sum()/m.sum()", "w = 2 * torch.ones(n, k); torch.sum(w)"):
        with pytest.raises(FormulaError, match="equal numbers"):
            read_program(text, "python")
    # Nothing is nothing however often, and a mean needs no count.
    assert read_program("x.sum() + torch.zeros_like(x).sum()", "python").helpers == {}
    assert [*read_program("m = torch.ones_like(x); x + m.mean()", "python").helpers] == ["m"]


def test_every_reduction_has_a_row() -> None:
    assert {name for row in REDUCED for name in row.names} == set(REDUCTIONS)
