"""Functions that are applied to rows: numpy, a row after the other, gives the same values."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError

X = np.random.default_rng(8).uniform(0.3, 2.5, (4, 3))


def evaluated(text: str) -> np.ndarray:
    symbols = {"x": Array(X.shape, X.ravel().tolist())}
    found = evaluate_arrays(read_program(text, "python").arrays, symbols)
    return np.array(found.values).reshape(found.shape)


@pytest.mark.parametrize(
    "body",
    [
        "np.sum(r**2)",
        "np.mean(r) - np.sum(r, axis=0)",
        "r**2 + 1",
        "np.sum(r) - r",
        "r * np.sum(np.exp(r), axis=-1)",
    ],
)
def test_each_row_is_computed_by_itself(body: str) -> None:
    truth = np.array([eval(body, {"np": np, "r": row}) for row in X])
    for text in (
        f"jax.vmap(lambda r: {body})(x)",
        f"f = jax.jit(jax.vmap(lambda r: {body}, in_axes=0))\nf(x)",
    ):
        assert evaluated(text) == pytest.approx(truth, rel=1e-14)
    function = f"def f(r):\n    return {body}\n"
    for text in (f"{function}torch.vmap(f)(x)", f"@jax.jit\n@jax.vmap\n{function}f(x)"):
        assert evaluated(text) == pytest.approx(truth, rel=1e-14)


def test_a_function_that_is_only_run_faster_is_the_same() -> None:
    assert evaluated("jax.jit(lambda r: np.sum(r, axis=1))(x)") == pytest.approx(X.sum(1))


@pytest.mark.parametrize("body", ["r @ r", "np.sum(r) + s", "np.sum(np.exp(np.sum(r)))", "r.shape[0]", "r.T"])
def test_what_a_row_would_mean_otherwise_is_not_followed(body: str) -> None:
    with pytest.raises(FormulaError, match="not followed"):
        read_program(f"jax.vmap(lambda r: {body})(x)", "python")
    with pytest.raises(FormulaError):
        read_program(f"jax.vmap(lambda r: {body}, in_axes=1)(x)", "python")


def test_a_row_has_one_axis_less() -> None:
    with pytest.raises(ShapeError):
        evaluated("jax.vmap(lambda r: np.sum(r, axis=1))(x)")
