"""Gaussians with full covariances: all dimensions are one part, with an integral where they are few."""

from __future__ import annotations

from math import isinf

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.multivariate.divergence import divergence
from klcli.gaussian.multivariate.log_ratio import log_ratio
from klcli.witness.examination_parts import Decomposition
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, LEAST_SAMPLES
from klcli.witness.trapezoid import integral_of_scores

_MOST_INTEGRATED = 3
"""Dimensions up to which a grid has few enough points."""
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
    by_grid = integral_of_scores(ratio) if ratio.dimension <= _MOST_INTEGRATED else None
    return Decomposition(
        closed_form, [ratio], [closed_form.value], by_grid, samples=default_samples(ratio.dimension)
    )


def default_samples(dimension: int) -> int:
    """As many draws as for one dimension, or what a few seconds allow."""
    return max(LEAST_SAMPLES, min(DEFAULT_SAMPLES, _WORK // dimension**2))
