"""tr E - log |I + E| for a small E: mpmath at 60 digits is within the bound, however small E is."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.gaussian.multivariate.congruence import Congruence
from klcli.gaussian.multivariate.near_identity import Remainder, excess_of
from klcli.gaussian.multivariate.preconditioning import IndefiniteError


def small(seed: int, size: int, norm: float) -> numpy.ndarray:
    matrix = numpy.random.default_rng(seed).standard_normal((size, size))
    matrix += matrix.T.copy()
    return matrix * (norm / numpy.linalg.norm(matrix))


def by_mpmath(matrix: numpy.ndarray) -> mpmath.mpf:
    exact = mpmath.matrix(matrix.tolist())
    trace = sum(exact[i, i] for i in range(len(matrix)))
    return trace - mpmath.log(mpmath.det(mpmath.eye(len(matrix)) + exact))


def as_congruence(matrix: numpy.ndarray, error: float = 0.0) -> Congruence:
    return Congruence(matrix, tuple(numpy.diagonal(matrix).tolist()), error)


CASES = [(size, norm) for size in (1, 2, 17) for norm in (0.7, 0.1, 1e-4, 1e-9)]


@pytest.mark.parametrize(("size", "norm"), CASES)
def test_the_excess_is_within_its_bound(size: int, norm: float) -> None:
    matrix = small(size, size, norm)
    value, rounding = Remainder.of(as_congruence(matrix), "posterior").excess()
    with mpmath.workdps(60):
        exact = by_mpmath(matrix)
        assert abs(value - exact) <= rounding
        # A bound that says something: near 0 the excess is |E|^2 / 2, which 1e-12 of it is below.
        assert rounding <= 1e-12 * exact


@pytest.mark.parametrize(("size", "norm"), CASES)
def test_the_slope_bounds_what_an_error_of_the_matrix_adds(size: int, norm: float) -> None:
    matrix = small(size, size, norm)
    error = small(size + 1, size, 1e-3 * norm)
    _, slope, _ = excess_of(matrix, numpy.linalg.cholesky(numpy.eye(size) + matrix))
    with mpmath.workdps(60):
        moved = abs(by_mpmath(matrix + error) - by_mpmath(matrix))
    # The second order of the error is 1e-3 of the first at these sizes, and the first dominates.
    assert moved <= slope * 1e-3 * norm * (1 + 4e-3 / (1 - norm))


def test_the_factor_is_solved_with() -> None:
    matrix = small(3, 5, 0.5)
    right = numpy.arange(10.0).reshape(5, 2)
    rest = Remainder.of(as_congruence(matrix), "prior")
    numpy.testing.assert_allclose(rest.factor @ rest.factor.T, numpy.eye(5) + matrix, atol=1e-15)
    numpy.testing.assert_allclose(rest.factor @ rest.solved(right), right, atol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_the_growth_bounds_the_product_of_the_absolute_factors(seed: int) -> None:
    rest = Remainder.of(as_congruence(small(seed, 6, 0.2)), "prior")
    inverse = numpy.linalg.inv(rest.factor)
    assert numpy.linalg.norm(numpy.abs(inverse) @ numpy.abs(rest.factor), 2) <= rest.growth


def test_a_matrix_beyond_the_identity_is_an_error_with_its_side() -> None:
    with pytest.raises(IndefiniteError) as caught:
        Remainder.of(as_congruence(numpy.diag([0.0, -1.5])), "prior")
    assert (caught.value.which, caught.value.order) == ("prior", 2)
