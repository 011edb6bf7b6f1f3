"""Three independent witnesses side by side: the closed form, the integral and Monte Carlo.

The closed form is exact. Each of the other two confirms it or contradicts it, and says how large an error
of the closed form it could have missed: sampling confirms and never judges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign, isfinite, log
from sys import float_info
from typing import Literal

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import ClosedForm, Unit, divergence
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.error_bars import LIMIT, limit, quantile
from klcli.witness.estimate import Estimate, total
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.witness.integration import integral
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, DEFAULT_SEED, sample
from klcli.witness.problem import Problem
from klcli.witness.target import Sampler, Target

__all__ = ["LIMIT", "Examination", "Witness", "examine", "sampling_witness", "visible", "witness"]

_ROUNDINGS = 2 * float_info.epsilon
"""A product, a sum and two differences of doubles, each off by half an epsilon at most."""
_LEAST_BIASED = 10_000
"""Samples that make the error bar of a biased average one of its own expectation: the squared skewness of
k2 is about 200."""


@dataclass(frozen=True, slots=True)
class Witness:
    """An estimate held against an exact value, both in the unit of the examination.

    Attributes:
        value: the estimate.
        agrees: whether the difference from the exact value and the bias is within `limit` standard errors and
            rounding; None where that cannot be judged.
        standard_error: the sampling error; 0 for a deterministic method, None where there is no valid one.
        z: the difference beyond rounding in standard errors; None where there is no sampling error.
        detects: the smallest relative error of the exact value that this run sees whether it makes the value
            too small or too large, (`limit` + |z|) standard errors and rounding; None at 0.
        method: how the estimate was found.
        samples: points at which the densities were evaluated, per dimension.
        seed: of the generator; None for a deterministic method.
        generator: what made the random numbers; empty for a deterministic method.
        estimator: its name among the estimators; None for a deterministic method.
        interval: which covers the exact value in 95 % of all runs; None where there is no valid one.
        reason: why there is no valid error bar; None where there is one.
        bias: the expectation less the exact value; None where it is not known.
        rounding: a bound on the error of the floating-point arithmetic.
        limit: standard errors beyond which the estimate disagrees.
        degrees: degrees of freedom of the standard error; None where they are too many to matter.
    """

    value: float
    agrees: bool | None
    standard_error: float | None
    z: float | None
    detects: float | None
    method: str
    samples: int
    seed: int | None
    generator: str
    estimator: str | None
    interval: tuple[float, float] | None
    reason: str | None
    bias: float | None
    rounding: float
    limit: float
    degrees: int | None


@dataclass(frozen=True, slots=True)
class Examination:
    """One divergence and its witnesses.

    Attributes:
        closed_form: the exact value, term by term.
        integral: the deterministic witness.
        monte_carlo: the sampling witness.
        status: whether both agree with the closed form.
        target: the standard error that was asked for; None where it was a number of samples.
    """

    closed_form: ClosedForm
    integral: Witness
    monte_carlo: Witness
    status: Literal["agrees", "disagrees"]
    target: Target | None = None


def examine(
    q: Gaussian,
    p: Gaussian,
    *,
    unit: Unit = "nats",
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
    estimator: str = DEFAULT_ESTIMATOR,
    sampler: Sampler | None = None,
) -> Examination:
    """KL(q || p) in closed form, by integration and by sampling.

    `sampler` makes the estimate; without it `estimator` does, with so many samples.

    Raises:
        KlcliError: different dimensions, a value beyond the doubles, too few samples, a negative seed.
    """
    closed_form = divergence(q, p, unit)
    nats = log(2) if unit == "bits" else 1.0
    by_integral = witness(total(integral(q, p)), closed_form.value, nats)
    problem = Problem(log_ratios(q, p), [terms.value * nats for terms in closed_form.per_dimension])
    found, target = (
        sampler(problem.pairs)
        if sampler
        else (total(sample(problem.pairs, samples, seed, progress, estimator)), None)
    )
    by_sampling = sampling_witness(found, problem, closed_form.value, nats)
    agree = by_integral.agrees and by_sampling.agrees is not False
    return Examination(closed_form, by_integral, by_sampling, "agrees" if agree else "disagrees", target)


def sampling_witness(estimate: Estimate, problem: Problem, exact: float, nats: float = 1.0) -> Witness:
    """Hold an estimate of any estimator against the closed form, which is in a unit of that many nats."""
    return witness(estimate, exact, nats, _bias(estimate, problem))


def witness(estimate: Estimate, exact: float, nats: float = 1.0, bias: float | None = 0.0) -> Witness:
    """Hold an estimate against an exact value, given in a unit of that many nats; the bias is in nats."""
    value, error, rounding = (
        number / nats for number in (estimate.value, estimate.standard_error, estimate.rounding)
    )
    known = None if bias is None else bias / nats
    difference = value - exact - (known or 0.0)
    beyond = copysign(max(0.0, abs(difference) - rounding), difference) + 0.0  # -0.0 becomes 0.0
    widest = limit(estimate.degrees)
    judged, valid = _is_judged(estimate, bias), not estimate.reason
    half = quantile(estimate.degrees) * error + rounding
    sampled = estimate.estimator is not None
    return Witness(
        value=value,
        agrees=abs(beyond) <= widest * error if judged else None,
        standard_error=error if valid else None,
        z=beyond / error if judged and error > 0 else None,
        detects=visible(difference, widest * error + rounding, exact) if valid else None,
        method=estimate.method,
        samples=estimate.samples,
        seed=estimate.seed,
        generator=estimate.generator,
        estimator=estimate.estimator,
        interval=(value - half, value + half) if valid and sampled else None,
        reason=estimate.reason or None,
        bias=known,
        rounding=rounding,
        limit=widest,
        degrees=estimate.degrees,
    )


def visible(difference: float, allowance: float, exact: float) -> float | None:
    """The smallest relative error of an exact value that is seen whatever its sign; None at 0.

    The estimate lies off by `difference` already, and an error that brings the value nearer to it has that
    much farther to go before the allowance is used up. Value and error are rounded once more themselves.
    """
    if exact == 0:
        return None
    doubles = _ROUNDINGS * (abs(exact) + abs(difference))
    return (abs(difference) + allowance + doubles) / abs(exact)


def _is_judged(estimate: Estimate, bias: float | None) -> bool:
    """Whether the error bar is one of the known expectation."""
    if not estimate.reason:
        return True
    known = bias is not None and bias != 0 and isfinite(bias) and isfinite(estimate.standard_error)
    return known and estimate.samples >= _LEAST_BIASED


def _bias(estimate: Estimate, problem: Problem) -> float | None:
    """The expectation of an estimator less the KL, in nats; None where it is not known."""
    of_one = ESTIMATORS[estimate.estimator].bias if estimate.estimator else None
    if of_one is None:
        return 0.0
    total = 0.0
    for pair, value in zip(problem.pairs, problem.exact, strict=True):
        bias = of_one(value, pair)
        if bias is None:
            return None
        total += bias
    return total
