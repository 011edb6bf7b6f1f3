"""Gaussians with full covariances: all dimensions are one part, with an integral where they are few."""

from __future__ import annotations

from math import isinf, pi

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import LogRatio
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.multivariate.divergence import divergence
from klcli.gaussian.multivariate.log_ratio import log_ratio
from klcli.witness.decomposition import Decomposition
from klcli.witness.estimate import Estimate
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, LEAST_SAMPLES

__all__ = ["case", "default_samples", "integral"]

_MOST_INTEGRATED = 3
"""Dimensions up to which a grid has few enough points."""
_PER_SIGMA, _REACH = 2, 9
"""Nodes a standard deviation and standard deviations: the trapezoid rule on a Gaussian errs by e^-79 at
this step, and 2e-19 of it is beyond."""
_WORK = 10**10
"""Multiplications that the default number of draws may take: some seconds."""
_NO_FACTOR = (
    "a covariance is so ill-conditioned that it has no Cholesky factor in double precision; "
    "there is nothing to sample from, and no witness"
)


def case(q: Gaussian[Covariance], p: Gaussian[Covariance]) -> Decomposition:
    """All dimensions as one part.

    Infinite for a singular posterior; unconfirmed where a covariance has no Cholesky factor to sample with.

    Raises:
        KlcliError: different dimensions, a singular prior, a value beyond the doubles.
    """
    closed_form = divergence(q, p)
    if isinf(closed_form.value):
        return Decomposition(closed_form, status="infinite", reason=closed_form.reason)
    ratio = log_ratio(q, p)
    if ratio is None:
        return Decomposition(closed_form, status="unconfirmed", reason=_NO_FACTOR)
    by_grid = integral(ratio) if ratio.dimension <= _MOST_INTEGRATED else None
    return Decomposition(
        closed_form, [ratio], [closed_form.value], by_grid, samples=default_samples(ratio.dimension)
    )


def default_samples(dimension: int) -> int:
    """As many draws as for one dimension, or what a few seconds allow."""
    return max(LEAST_SAMPLES, min(DEFAULT_SAMPLES, _WORK // dimension**2))


def integral(ratio: LogRatio) -> Estimate:
    """The expectation of the log ratio in nats by the trapezoid rule on a grid of scores.

    Steps of half a standard deviation, 9 to each side: the rule's error falls like exp(-2 (pi/h)^2) with
    its step h on such integrands, to 1e-34 here (Trefethen and Weideman, SIAM Review 56, 2014).
    """
    import numpy

    axis = numpy.arange(-_REACH * _PER_SIGMA, _REACH * _PER_SIGMA + 1) / _PER_SIGMA
    grid = numpy.stack(numpy.meshgrid(*[axis] * ratio.dimension, indexing="ij"), axis=-1)
    z = grid.reshape(-1, ratio.dimension)
    weight = numpy.exp(-0.5 * numpy.einsum("ij,ij->i", z, z))
    weight *= (2 * pi) ** (-ratio.dimension / 2) / _PER_SIGMA**ratio.dimension
    value = float(numpy.sum(weight * ratio.at(z)))
    return Estimate(value, 0.0, ratio.rounding(), "trapezoid rule", len(z))
