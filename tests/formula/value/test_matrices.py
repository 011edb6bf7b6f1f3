"""Functions of matrices under the rules of numpy: values, slopes, and what there is no value of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.formula.tree import MatrixCall, Symbol
from klcli.formula.value.entrywise_operations import DOUBLES
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.matrices import Matrices, called, kind_of_array
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.formula.value.symbol_kinds import Manner

SIZES = (1, 2, 3, 5)
inv, det = np.linalg.inv, np.linalg.det


def drawn(size: int) -> Any:
    """A positive definite matrix."""
    square = np.random.default_rng(size).normal(size=(size, size))
    return square @ square.T + np.eye(size)


OF_ARRAYS = {
    "trace": np.trace,
    "det": det,
    "logdet": lambda matrix: np.log(det(matrix)),
    "inverse": inv,
    "transpose": np.transpose,
    "diagonal": np.diag,
    "cholesky": np.linalg.cholesky,
    "bars": det,
    "norm": np.linalg.norm,
    "numel": np.size,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("function", OF_ARRAYS)
def test_functions_of_arrays(function: str, size: int) -> None:
    """Under the rules of numpy, in doubles, with what a step along one entry changes."""
    matrix = drawn(size)
    array = Array((size, size), matrix.ravel().tolist())
    found = evaluate_arrays(MatrixCall(function, Symbol("A")), {"A": array})
    expected = np.asarray(OF_ARRAYS[function](matrix))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.values, expected.ravel(), rtol=1e-9)
    turn = np.zeros((size, size))
    turn[0, 0] = 1
    moved = Array((size, size), (matrix + 1e-30j * turn).ravel().tolist())
    slope = np.imag(evaluate_arrays(MatrixCall(function, Symbol("A")), {"A": moved}).values) / 1e-30
    up, down = (np.ravel(OF_ARRAYS[function](matrix + step * turn)) for step in (1e-5, -1e-5))
    np.testing.assert_allclose(slope, (up - down) / 2e-5, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("function", "shape"), [("inverse", (2, 2)), ("cholesky", (2, 2)), ("logdet", ())])
def test_no_value_is_nan_among_doubles(function: str, shape: tuple[int, ...]) -> None:
    matrix = Array((2, 2), [1.0, 2.0, 2.0, 4.0 if function == "inverse" else 1.0])
    found = evaluate_arrays(MatrixCall(function, Symbol("A")), {"A": matrix})
    assert found.shape == shape
    assert all(value != value for value in found.values)


def test_vectors_and_numbers() -> None:
    three = Array((3,), [1.0, 2.0, 2.0])
    assert called("norm", three, DOUBLES).values == [3.0]
    assert called("bars", three, DOUBLES).values == [3.0]
    assert called("bars", Array((), [-2.0]), DOUBLES).values == [2.0]
    assert called("diagonal", three, DOUBLES).values == [1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0]
    assert called("eye", Array((), [2.0]), DOUBLES).values == [1.0, 0.0, 0.0, 1.0]
    assert called("trace", Array((), [2.0]), DOUBLES).values == [2.0]


@pytest.mark.parametrize("function", ["det", "inverse", "trace", "cholesky", "diagonal", "logdet"])
def test_only_square_matrices(function: str) -> None:
    with pytest.raises(ShapeError, match="not square"):
        called(function, Array((2, 3), [1.0] * 6), DOUBLES)


def test_a_batch_of_matrices_is_not_followed() -> None:
    with pytest.raises(UnshapedError):
        called("trace", Array((2, 2, 2), [1.0] * 8), DOUBLES)


def test_kinds_of_arrays() -> None:
    shapes: list[tuple[int, ...]] = [(), (3,), (3, 3)]
    kinds = [kind_of_array(Array(shape, [1.0] * 3 ** len(shape))) for shape in shapes]
    assert kinds == ["scalar", "vector", "matrix"]
    assert kind_of_array(Array((3,), [1.0] * 3, row=True)) == "row"


def test_a_vector_is_turned_into_a_row_where_columns_stand() -> None:
    vector, row = Array((3,), [1.0, 2.0, 3.0]), Array((3,), [1.0, 2.0, 3.0], row=True)
    columns, flat = Matrices(Manner(True), 3, 1e-9), Matrices(Manner(False, flat=True), 3, 1e-9)
    assert columns.turned(vector) == row
    assert columns.turned(row) == vector
    assert flat.turned(vector) == vector
    assert columns.turned(Array((2, 2), [1, 2, 3, 4])) == Array((2, 2), [1, 3, 2, 4])
