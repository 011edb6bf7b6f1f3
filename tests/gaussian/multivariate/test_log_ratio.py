"""The log ratio of full covariances against scipy's densities, and its rounding bound against mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy
import pytest
from scipy.stats import multivariate_normal

from klcli.gaussian.multivariate.distribution import MOST_EXACT, MultivariateGaussian
from klcli.gaussian.multivariate.log_ratio import log_ratio
from tests.gaussian.multivariate.matrices import ill_conditioned, rational


def normal(matrix: object, mean: float) -> MultivariateGaussian:
    return MultivariateGaussian.from_matrix([Fraction(mean)], rational(matrix))


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
