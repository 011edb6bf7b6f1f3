"""Linear algebra written out, against numpy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.doubles import OPERATIONS, Doubles
from klcli.formula.value.linear_algebra import Linear, eliminated, transposed

SIZES = [1, 2, 3, 5, 8]
LINEAR = Linear(Doubles())


def rows(array: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, array.tolist()))


def drawn(size: int, *, positive: bool = False) -> np.ndarray:
    array = np.random.default_rng(size).normal(size=(size, size))
    return array @ array.T + np.eye(size) if positive else array


@pytest.mark.parametrize("size", SIZES)
def test_against_numpy(size: int) -> None:
    one, two = drawn(size), drawn(size, positive=True)
    assert np.allclose(LINEAR.product(rows(one), rows(two)), one @ two)
    assert np.allclose(LINEAR.inverse(rows(one)), np.linalg.inv(one))
    assert LINEAR.determinant(rows(one)) == pytest.approx(np.linalg.det(one))
    assert LINEAR.trace(rows(one)) == pytest.approx(np.trace(one))
    assert np.allclose(LINEAR.cholesky(rows(two), 1e-9), np.linalg.cholesky(two))
    assert transposed(rows(one)) == rows(one.T)


def test_a_pivot_is_looked_for() -> None:
    matrix = ((0.0, 2.0), (3.0, 0.0))
    assert LINEAR.determinant(matrix) == -6
    assert LINEAR.inverse(matrix) == ((0, 1 / 3), (0.5, 0))


def test_digits_are_kept() -> None:
    run = Decimals(60)
    hilbert = tuple(tuple(run.number(Fraction(1, i + j + 1)) for j in range(8)) for i in range(8))
    product = Linear(run).product(hilbert, Linear(run).inverse(hilbert))
    assert max(abs(float(product[i][j] - (i == j))) for i in range(8) for j in range(8)) < 1e-45


def test_what_has_no_value() -> None:
    singular = ((1.0, 2.0), (2.0, 4.0))
    assert LINEAR.determinant(singular) == 0
    with pytest.raises(ArithmeticError):
        LINEAR.inverse(singular)
    with pytest.raises(ArithmeticError, match="not positive definite"):
        LINEAR.cholesky(((1.0, 2.0), (2.0, 1.0)), 1e-9)
    with pytest.raises(ArithmeticError, match="not symmetric"):
        LINEAR.cholesky(((1.0, 0.5), (0.0, 1.0)), 1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_columns_beside_a_matrix_are_solved_for(size: int) -> None:
    one, beside = drawn(size), np.random.default_rng(9).normal(size=(size, 2))
    found = eliminated(np.hstack([one, beside]).tolist(), lambda sign, a, b: OPERATIONS[sign](a, b), abs)
    assert found
    assert np.allclose(found.sides, np.linalg.solve(one, beside))
    product = np.prod(found.pivots) * (-1 if found.is_odd else 1)
    assert product == pytest.approx(np.linalg.det(one))


def test_whole_numbers_are_eliminated_as_such() -> None:
    """The pivot 4 comes first; of a singular matrix there is nothing."""
    rows = [[Fraction(2), Fraction(1), Fraction(3)], [Fraction(4), Fraction(1), Fraction(5)]]
    found = eliminated(rows, lambda sign, a, b: OPERATIONS[sign](a, b), abs)
    assert found
    assert (found.pivots, found.is_odd, found.sides) == ((4, Fraction(1, 2)), True, ((1,), (1,)))
    assert eliminated([[1.0, 2.0], [2.0, 4.0]], lambda sign, a, b: OPERATIONS[sign](a, b), abs) is None
