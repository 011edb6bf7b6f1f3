"""Exact linear algebra against sympy, and its own inverse operations."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.gaussian.matrices.rational_matrices import (
    Rational,
    factor,
    is_semidefinite,
    product,
    solved,
    transpose,
)
from tests.gaussian.multivariate.matrices import hilbert

NUMBERS = st.fractions(-5, 5, max_denominator=12)


def squares(low: int = 1, high: int = 5) -> st.SearchStrategy[Rational]:
    return st.integers(low, high).flatmap(
        lambda size: st.tuples(*[st.tuples(*[NUMBERS] * size)] * size)  # type: ignore[arg-type]
    )


def lower(matrix: Rational) -> Rational:
    found = factor(matrix)
    assert not isinstance(found, int)
    size = len(matrix)
    return tuple(
        tuple(Fraction(found.rows[j][i], found.rows[j][j]) if j <= i else Fraction(0) for j in range(size))
        for i in range(size)
    )


@given(squares())
def test_a_factor_multiplies_back(root: Rational) -> None:
    matrix = product(root, transpose(root))
    found = factor(matrix)
    if isinstance(found, int):
        assert sympy.Matrix(matrix)[:found, :found].det() == 0
        return
    left = lower(matrix)
    scaled = tuple(
        tuple(entry * pivot for entry, pivot in zip(row, found.pivots, strict=True)) for row in left
    )
    assert product(scaled, transpose(left)) == matrix


@settings(max_examples=20)
@given(st.integers(1, 5).flatmap(lambda size: st.tuples(squares(size, size), squares(size, size))))
def test_solved_is_undone_by_the_factor(pair: tuple[Rational, Rational]) -> None:
    root, other = pair
    matrix = product(root, transpose(root))
    if isinstance(factor(matrix), int):
        return
    assert product(lower(matrix), solved(matrix, other)) == other


@given(squares())
def test_definiteness_is_sympys(root: Rational) -> None:
    matrix = tuple(
        tuple((a + b) / 2 for a, b in zip(*pair, strict=True))
        for pair in zip(root, transpose(root), strict=True)
    )
    reference = sympy.Matrix(matrix)
    assert isinstance(factor(matrix), int) is not reference.is_positive_definite
    assert is_semidefinite(matrix) is reference.is_positive_semidefinite


@pytest.mark.parametrize(
    ("rows", "order"), [([[1, 2], [2, 1]], 2), ([[0, 0], [0, 1]], 1), ([[1, 0, 0], [0, 1, 1], [0, 1, 1]], 3)]
)
def test_the_first_failing_minor(rows: list[list[int]], order: int) -> None:
    assert factor(tuple(tuple(map(Fraction, row)) for row in rows)) == order


def test_pivots_multiply_to_the_determinant() -> None:
    rows = hilbert(9)
    found = factor(tuple(map(tuple, rows)))
    assert not isinstance(found, int)
    assert sympy.prod(found.pivots) == sympy.Matrix(rows).det()
