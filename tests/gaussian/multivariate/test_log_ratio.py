"""The log ratio of full covariances against scipy's densities, and its rounding bound against mpmath."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy
import pytest
from scipy.stats import multivariate_normal

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.forms_and_sizes import MOST_EXACT
from klcli.gaussian.multivariate.log_ratio import MatrixLogRatio, log_ratio
from tests.gaussian.multivariate.matrices import ill_conditioned, rational


def normal(matrix: object, mean: float) -> Gaussian:
    return Gaussian.from_matrix([Fraction(mean)], rational(matrix))


@pytest.mark.parametrize("size", [1, 3, MOST_EXACT, MOST_EXACT + 1])
def test_the_log_ratio_is_that_of_the_densities(size: int) -> None:
    """x is found back from z through the Cholesky factor of numpy."""
    generator = numpy.random.default_rng(size)
    first, second = (ill_conditioned(generator, size, 50) for _ in range(2))
    found = log_ratio(normal(first, 0.5), normal(second, -0.25))
    assert found is not None
    z = generator.standard_normal((20, size))
    x = 0.5 + z @ numpy.linalg.cholesky(first).T
    expected = multivariate_normal.logpdf(x, numpy.full(size, 0.5), first) - multivariate_normal.logpdf(
        x, numpy.full(size, -0.25), second
    )
    assert found.at(z) == pytest.approx(numpy.atleast_1d(expected), rel=1e-10, abs=1e-10)


def test_a_score_may_be_overwritten_where_there_is_room() -> None:
    found = log_ratio(normal(numpy.eye(2), 0.5), normal(2 * numpy.eye(2), 0))
    assert found is not None
    z = numpy.ones((4, 2))
    assert found.at(z.copy(), numpy.empty((4, 2))).tolist() == found.at(z).tolist()


@pytest.mark.parametrize("size", [2, 8])
@pytest.mark.parametrize("condition", [1e2, 1e10])
def test_the_rounding_is_a_bound(size: int, condition: float) -> None:
    """The expectation at the nodes of the three-point Gauss-Hermite rule, against mpmath's closed form."""
    generator = numpy.random.default_rng(size)
    first, second = (ill_conditioned(generator, size, condition) for _ in range(2))
    for q, p in ((first, second), (second * (1 + 1e-9), second)):
        found = log_ratio(normal(q, 0), normal(p, 0))
        assert found is not None
        trace = float((found.mixing**2).sum())
        with mpmath.workdps(80):
            matrices = [mpmath.matrix(rows.tolist()) for rows in (q, p)]
            true = sum((mpmath.inverse(matrices[1]) * matrices[0])[i, i] for i in range(size))
            logs = mpmath.log(mpmath.det(matrices[0]) / mpmath.det(matrices[1]))
            kl = (true - size - logs) / 2
        value = (trace - size) / 2 - found.log_volume_q + found.log_volume_p
        assert abs(value - float(kl)) <= found.rounding()


def test_a_singular_posterior_has_none() -> None:
    assert log_ratio(normal(numpy.ones((2, 2)), 0), normal(numpy.eye(2), 0)) is None


def on_a_grid(found: MatrixLogRatio) -> tuple[Any, Any]:
    """The log ratio and the logarithms of the weights of a trapezoid rule in two dimensions."""
    axis = numpy.arange(-200, 201) / 5
    z = numpy.stack(numpy.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return found.at(z), -(z**2).sum(axis=1) / 2 - numpy.log(2 * numpy.pi * 25)


@pytest.mark.parametrize("second", [[[1.0, 0.2], [0.2, 0.8]], [[0.9, 0.2], [0.2, 0.7]]])
def test_moments_are_those_of_a_quadrature(second: list[list[float]]) -> None:
    found = log_ratio(normal([[1.2, 0.3], [0.3, 0.9]], 0.3), normal(second, 0))
    assert found is not None
    values, weights = on_a_grid(found)
    density = numpy.exp(weights)
    assert found.variance() == pytest.approx(density @ (values - density @ values) ** 2, rel=1e-10)
    for order in (1, 2, 3):
        expected = numpy.log(numpy.exp(weights - order * values).sum())
        assert found.log_moment(order) == pytest.approx(expected, abs=1e-10)


def test_a_ratio_of_infinite_variance() -> None:
    """In one direction only: the variance of q is less than half of that of p."""
    found = log_ratio(normal([[0.4, 0.0], [0.0, 5.0]], 0), normal(numpy.eye(2), 0))
    assert found is not None
    assert found.log_moment(1) == pytest.approx(0, abs=1e-12)
    assert found.log_moment(2) == numpy.inf
