"""The witnesses of a divergence between full covariances: an integral in few dimensions, and Monte Carlo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf, log, pi
from typing import Literal

from klcli.gaussian.divergence import Unit
from klcli.gaussian.log_ratio import LogRatio
from klcli.gaussian.multivariate.distribution import MultivariateGaussian
from klcli.gaussian.multivariate.divergence import MatrixForm, divergence
from klcli.gaussian.multivariate.log_ratio import log_ratio
from klcli.witness.estimate import Estimate
from klcli.witness.examination import Witness, sampling_witness, witness
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, LEAST_SAMPLES, sample
from klcli.witness.problem import Problem
from klcli.witness.target import Sampler, Target

__all__ = ["MatrixExamination", "default_samples", "examine", "integral", "problem"]

_MOST_INTEGRATED = 3
"""Dimensions up to which a grid has few enough points."""
_PER_SIGMA, _REACH = 2, 9
_WORK = 10**10
"""Multiplications that the default number of draws may take: some seconds."""


@dataclass(frozen=True, slots=True)
class MatrixExamination:
    """One divergence and its witnesses, each None where there is none.

    Attributes:
        closed_form: the closed form with its parts.
        integral: the deterministic witness, in up to three dimensions.
        monte_carlo: the sampling witness.
        status: whether they agree with the closed form; ``infinite`` for a singular posterior, and
            ``unconfirmed`` where there is no witness.
        target: the standard error that was asked for; None where it was a number of samples.
    """

    closed_form: MatrixForm
    integral: Witness | None
    monte_carlo: Witness | None
    status: Literal["agrees", "disagrees", "infinite", "unconfirmed"]
    target: Target | None = None


def default_samples(dimension: int) -> int:
    """As many draws as for one dimension, or what a few seconds allow."""
    return max(LEAST_SAMPLES, min(DEFAULT_SAMPLES, _WORK // dimension**2))


def examine(
    q: MultivariateGaussian,
    p: MultivariateGaussian,
    *,
    unit: Unit = "nats",
    sampler: Sampler | None = None,
) -> MatrixExamination:
    """KL(q || p) in closed form, by integration and by sampling.

    `sampler` makes the estimate; without it a million draws do, or what a few seconds
    allow.

    Raises:
        KlcliError: different dimensions, a singular prior, what the sampler refuses.
    """
    closed_form = divergence(q, p, unit)
    if isinf(closed_form.value):
        return MatrixExamination(closed_form, None, None, "infinite")
    nats = log(2) if unit == "bits" else 1.0
    given = problem(q, p, closed_form.value * nats)
    if given is None:
        return MatrixExamination(closed_form, None, None, "unconfirmed")
    (ratio,) = given.pairs
    by_integral = None
    if ratio.dimension <= _MOST_INTEGRATED:
        by_integral = witness(integral(ratio), closed_form.value, nats)
    estimate, target = (sampler or _sampled)(given.pairs)
    by_sampling = sampling_witness(estimate, given, closed_form.value, nats)
    agree = by_sampling.agrees is not False and (by_integral is None or by_integral.agrees)
    return MatrixExamination(
        closed_form, by_integral, by_sampling, "agrees" if agree else "disagrees", target
    )


def problem(q: MultivariateGaussian, p: MultivariateGaussian, exact: float) -> Problem | None:
    """All dimensions as one part, whose divergence is `exact`, in nats.

    None where a covariance has no Cholesky factor to sample with.

    Raises:
        KlcliError: different dimensions, a singular prior.
    """
    ratio = log_ratio(q, p)
    return Problem([ratio], [exact]) if ratio else None


def _sampled(pairs: Sequence[LogRatio]) -> tuple[Estimate, Target | None]:
    (ratio,) = pairs
    return sample(pairs, default_samples(ratio.dimension))[0], None


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
