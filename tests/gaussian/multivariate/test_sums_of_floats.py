"""Covariances in float64 with bounds on their errors: each form against rationals, where nothing is rounded."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.forms_and_sizes import CovarianceForm
from klcli.gaussian.multivariate.sums_of_floats import covariance_matrix, distance, whitened
from tests.gaussian.multivariate.matrices import Rows, identity, rational

SIZE = 17
"""The smallest that is not treated in exact arithmetic."""


def symmetric(seed: int, condition: float) -> Rows:
    """A matrix that is definite, and whose entries are floats."""
    draw = numpy.random.default_rng(seed)
    rotation, _ = numpy.linalg.qr(draw.standard_normal((SIZE, SIZE)))
    matrix = rotation * condition ** -numpy.linspace(0, 1, SIZE) @ rotation.T
    return rational((matrix + matrix.T) / 2)


def times(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in columns]
        for row in left
    ]


def total(parts: tuple[numpy.ndarray, ...]) -> Rows:
    whole = [[Fraction(0)] * SIZE for _ in range(SIZE)]
    for part in parts:
        whole = [
            [a + Fraction(b) for a, b in zip(*rows, strict=True)]
            for rows in zip(whole, part.tolist(), strict=True)
        ]
    return whole


def furthest(found: Rows, exact: Rows) -> Fraction:
    """The largest difference, relative to the roots of the diagonal entries of row and column, squared."""
    return max(
        (found[i][j] - exact[i][j]) ** 2 / (exact[i][i] * exact[j][j])
        for i in range(SIZE)
        for j in range(SIZE)
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_covariance_is_kept_to_the_last_bit(seed: int) -> None:
    matrix = symmetric(seed, 1e6)
    found = covariance_matrix(Gaussian.from_matrix(0, matrix).spread)
    assert total(found.parts) == matrix


@pytest.mark.parametrize("seed", range(3))
def test_a_factor_is_squared_to_97_bits(seed: int) -> None:
    draw = numpy.random.default_rng(seed)
    lower = rational(
        numpy.tril(draw.standard_normal((SIZE, SIZE)), -1) + numpy.diag(draw.uniform(0.5, 2, SIZE))
    )
    found = covariance_matrix(Gaussian.from_matrix(0, lower, "cholesky").spread)
    exact = times(lower, [list(column) for column in zip(*lower, strict=True)])
    assert furthest(total(found.parts), exact) <= Fraction(2) ** -194


@pytest.mark.parametrize("seed", range(3))
def test_scales_multiply_correlations(seed: int) -> None:
    draw = numpy.random.default_rng(seed)
    matrix = 0.3 * numpy.ones((SIZE, SIZE)) + 0.7 * numpy.eye(SIZE)
    numpy.fill_diagonal(matrix, 1.0)
    std = [Fraction(round(1000 * one), 1000) for one in draw.uniform(0.1, 3, SIZE)]
    found = covariance_matrix(Gaussian.from_matrix(0, matrix, "correlation", std).spread)
    exact = [[Fraction(matrix[i, j]) * std[i] * std[j] for j in range(SIZE)] for i in range(SIZE)]
    assert furthest(total(found.parts), exact) <= Fraction(2) ** -200


@pytest.mark.parametrize("condition", [10.0, 1e8])
def test_the_inverse_of_a_precision_is_within_its_bounds(condition: float) -> None:
    """Against mpmath's inverse; both bounds are relative to the roots of the diagonal entries."""
    precision = symmetric(1, condition)
    found = covariance_matrix(Gaussian.from_matrix(0, precision, "precision-matrix").spread)
    with mpmath.workdps(120):
        exact = (
            mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in precision]) ** -1
        )
        off = max(
            abs(exact[i, j] - sum(mpmath.mpf(float(part[i, j])) for part in found.parts))
            / mpmath.sqrt(exact[i, i] * exact[j, j])
            for i in range(SIZE)
            for j in range(SIZE)
        )
    assert off <= found.entrywise + found.relative <= 2.0**-53


@pytest.mark.parametrize("form", ["cov", "precision-matrix"])
def test_an_indefinite_matrix_is_refused_by_its_form_and_minor(form: CovarianceForm) -> None:
    matrix = numpy.eye(SIZE)
    matrix[2, 3] = matrix[3, 2] = 2.0
    q = Gaussian.from_matrix(0, matrix, form)
    p = Gaussian.from_matrix(0, identity(SIZE))
    name = {"cov": "covariance", "precision-matrix": "precision"}[form]
    with pytest.raises(KlcliError, match=rf"{name} matrix is not positive definite: .* order 4") as caught:
        whitened(q, p)
    assert "identity" in caught.value.hint


def test_a_singular_posterior_is_none_and_a_singular_prior_is_refused() -> None:
    singular = numpy.ones((SIZE, SIZE))
    one, flat = (Gaussian.from_matrix(0, matrix) for matrix in (numpy.eye(SIZE), singular))
    assert whitened(flat, one) is None
    with pytest.raises(KlcliError, match="the prior's covariance matrix is singular"):
        whitened(one, flat)


def test_the_distance_of_means_is_exact_where_floats_cancel() -> None:
    """1 - 0.9999999999999999999 is 1e-19, which the doubles of both do not show."""
    q = Gaussian.from_matrix("1", identity(SIZE))
    p = Gaussian.from_matrix("0.9999999999999999999", identity(SIZE))
    high, low = distance(q, p)
    assert high.shape == low.shape == (SIZE, 1)
    off = Fraction(high[0, 0]) + Fraction(low[0, 0]) - Fraction(1, 10**19)
    assert abs(off) <= Fraction(1, 10**19) / 2**105
