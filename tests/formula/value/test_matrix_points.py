"""Formulas of matrices at one point, against numpy, in the manner in which they are written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_as_matrices
from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.matrix_points import Evaluator, KindedValue
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.symbol_kinds import Manner

MATHEMATICS, COLUMNS, FLAT = Manner(True), Manner(False), Manner(False, flat=True)
SIZES = (1, 2, 3, 5)
inv, det = np.linalg.inv, np.linalg.det


def drawn(size: int) -> dict[str, Any]:
    """Two positive definite matrices, a factor, two columns and a number."""
    random = np.random.default_rng(size)
    one, two = random.normal(size=(2, size, size))
    return {
        "A": one @ one.T + np.eye(size),
        "B": two @ two.T + np.eye(size),
        "L": np.tril(two) + 3 * np.eye(size),
        "x": random.normal(size=(size, 1)),
        "y": random.normal(size=(size, 1)),
        "s": random.uniform(1, 2),
    }


def value_of(array: Any, run: Any) -> KindedValue[Any]:
    """What numpy has as a matrix, a column or a number."""
    if np.ndim(array) == 0:
        return KindedValue("scalar", run(array))
    if array.shape[1] == 1 and array.shape[0] != 1:
        return KindedValue("vector", tuple(map(run, array[:, 0])))
    return KindedValue("matrix", tuple(tuple(map(run, row)) for row in array))


def evaluated(text: str, manner: Manner, size: int, *, digits: int = 0) -> KindedValue[Any]:
    given = drawn(size)
    run = Decimals(digits) if digits else Doubles()
    convert = (lambda number: run.number(Fraction(float(number)))) if digits else float
    values = {name: value_of(array, convert) for name, array in given.items()}
    if size == 1:
        values |= {name: KindedValue("vector", (convert(given[name][0, 0]),)) for name in "xy"}
    tree = read_as_matrices(text, "math" if manner.mathematical else "python").tree
    return Evaluator(run, manner, size, values, 1e-9).value(tree)


CASES = [
    ("A B", "A @ B"),
    ("A x", "A @ x"),
    ("x' A", "x.T @ A"),
    ("x' A^-1 y", "x.T @ inv(A) @ y"),
    ("x y'", "x @ y.T"),
    ("A^2 - s B", "A @ A - s * B"),
    ("tr(B^{-1} A) + s", "np.trace(inv(B) @ A) + s"),
    ("tr(x' A x)", "x.T @ A @ x"),
    ("log det A - logdet B", "np.log(det(A)) - np.log(det(B))"),
    ("|A|/|B|", "det(A) / det(B)"),
    ("|x| + ||y||^2 + |s|", "np.sqrt(x.T @ x) + y.T @ y + s"),
    ("chol(A) x", "np.linalg.cholesky(A) @ x"),
    ("diag(A)", "np.diag(A)[:, None]"),
    ("diag(x) y", "np.diag(x[:, 0]) @ y"),
    ("numel(A) + sum(A) + mean(x)", "A.size + A.sum() + x.mean()"),
    ("(x' A)'/s", "(x.T @ A).T / s"),
    ("log(x^2 + y^2)", "np.log(x**2 + y**2)"),
    ("exp(x)' y", "np.exp(x).T @ y"),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("text", "truth"), CASES)
def test_mathematics(text: str, truth: str, size: int) -> None:
    expected = np.asarray(eval(truth, {"np": np, "inv": inv, "det": det, **drawn(size)}))
    found = evaluated(text, MATHEMATICS, size)
    np.testing.assert_allclose(np.ravel(np.array(found.data, float)), expected.ravel(), rtol=1e-9)
    exact = evaluated(text, MATHEMATICS, size, digits=40)
    assert exact.kind == found.kind
    np.testing.assert_allclose(np.ravel(np.array(exact.data, float)), expected.ravel(), rtol=1e-9)


PYTHON = [
    "A * B + s",
    "A @ B",
    "A @ x",
    "x.T @ A @ y",
    "np.trace(inv(B) @ A)",
    "np.log(det(A)) + np.linalg.slogdet(B)[1]",
    "np.linalg.norm(x)**2 + np.sum(x * y)",
    "np.sum(np.log(np.diagonal(L))) + np.prod(np.diagonal(L)) + np.mean(A)",
    "np.sum(L, axis=0) - 2 * np.sum(L, axis=1)",
    "np.linalg.cholesky(A) @ x",
    "A.T @ L",
    "np.exp(A) / (s + B**2)",
    "np.einsum('ij,ji->', A, B) + np.einsum('ij,ij->', A, B)",
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("text", PYTHON)
def test_python(text: str, flat: bool, size: int) -> None:
    given = drawn(size)
    if flat:
        given |= {"x": given["x"][:, 0], "y": given["y"][:, 0]}
    expected = np.asarray(eval(text, {"np": np, "inv": inv, "det": det, **given}))
    found = evaluated(text, FLAT if flat else COLUMNS, size)
    np.testing.assert_allclose(np.ravel(np.array(found.data, float)), expected.ravel(), rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("A + x", MATHEMATICS),
        ("x y", MATHEMATICS),
        ("A^3", MATHEMATICS),
        ("det(x)", MATHEMATICS),
        ("A + 1", MATHEMATICS),
        ("x @ x", COLUMNS),
        ("A + x", COLUMNS),
        ("s @ A", FLAT),
    ],
)
def test_what_does_not_fit(text: str, manner: Manner) -> None:
    with pytest.raises(ShapeError):
        evaluated(text, manner, 3)


def test_a_number_is_asked_for() -> None:
    tree = read_as_matrices("A x", "math").tree
    values = {"A": KindedValue("matrix", ((2.0,),)), "x": KindedValue("vector", (3.0,))}
    with pytest.raises(ShapeError, match="is a vector and not a number"):
        Evaluator(Doubles(), MATHEMATICS, 1, values, 1e-9).number(tree)


def test_a_singular_matrix_has_no_inverse() -> None:
    values = {"A": KindedValue("matrix", ((1.0, 2.0), (2.0, 4.0)))}
    with pytest.raises(ArithmeticError):
        Evaluator(Doubles(), MATHEMATICS, 2, values, 1e-9).value(read_as_matrices("A^-1", "math").tree)


@pytest.mark.parametrize("size", SIZES)
def test_a_square_may_be_that_of_the_entries(size: int) -> None:
    factor = drawn(size)["L"]
    by_entries = evaluated("sum(L^2)", Manner(True, entrywise=True), size)
    assert by_entries.data == pytest.approx(np.sum(factor**2))
    assert evaluated("sum(L^2)", MATHEMATICS, size).data == pytest.approx(np.sum(factor @ factor))
