"""Estimates of KL(q || p) that do not know the closed form: a deterministic integral and Monte Carlo.

Both average log q(x) - log p(x) over q through the log densities themselves. Each estimate carries its
standard error and a bound on what rounding can have done to it; `klcli.gaussian.agreement` holds them
against the closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian, log_density
from klcli.gaussian.log_ratio import LogRatio, log_ratios
from klcli.sampling.moments import Moments

__all__ = [
    "DEFAULT_SAMPLES",
    "DEFAULT_SEED",
    "LEAST_SAMPLES",
    "MOST_SAMPLES",
    "Estimate",
    "integral",
    "monte_carlo",
    "sampled",
    "total",
]

DEFAULT_SAMPLES = 1_000_000
DEFAULT_SEED = 0
_GENERATOR = "numpy SFC64"

MOST_SAMPLES = 10**12
LEAST_SAMPLES = 1000
"""Below this the standard error is itself too uncertain for a limit of 5 of them."""
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in nats with what is known of its error.

    Attributes:
        value: the estimate.
        standard_error: the sampling error; 0 for a deterministic method.
        rounding: a bound on the error of its floating-point arithmetic.
        method: how it was found.
        samples: points at which the densities were evaluated, per dimension.
        seed: of the generator; None for a deterministic method.
        generator: what made the random numbers; empty for a deterministic method.
    """

    value: float
    standard_error: float
    rounding: float
    method: str
    samples: int
    seed: int | None = None
    generator: str = ""


def integral(q: Gaussian, p: Gaussian) -> tuple[Estimate, ...]:
    """KL(q || p) in nats of each dimension by the trapezoid rule.

    449 points of step sigma_q/16, 14 sigma_q to each side. The rule converges faster than any power of
    the step on such integrands (Trefethen and Weideman, SIAM Review 56, 2014), so that rounding is all
    that is left.
    """
    import numpy

    z = numpy.arange(-14 * 16, 14 * 16 + 1) / 16
    weight = numpy.exp(log_density(z, 0.0)) / 16
    return tuple(
        Estimate(float(weight @ pair.at(z)), 0.0, pair.rounding(), "trapezoid rule", len(z))
        for pair in log_ratios(q, p)
    )


def monte_carlo(
    q: Gaussian,
    p: Gaussian,
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
) -> tuple[Estimate, ...]:
    """KL(q || p) in nats of each dimension as the average of log q(x) - log p(x) over draws x from q.

    See `sampled`, which also says what is refused.
    """
    return sampled(log_ratios(q, p), samples, seed, progress)


def sampled(
    pairs: Sequence[LogRatio],
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
) -> tuple[Estimate, ...]:
    """The averages of log ratios over draws from q.

    Memory does not grow with `samples`: blocks that stay in cache are drawn in place and their moments
    combined (Chan, Golub and LeVeque, 1979). The log ratios are independent, and drawn one after the other.

    Args:
        pairs: the log ratios, of one dimension or several.
        samples: draws for each, from `LEAST_SAMPLES` to `MOST_SAMPLES`.
        seed: of the generator; the same seed gives the same digits.
        progress: is told the number of draws of each block.

    Raises:
        KlcliError: too few or too many samples, a negative seed.
    """
    import numpy

    if not LEAST_SAMPLES <= samples <= MOST_SAMPLES:
        raise KlcliError(
            f"samples must be from {LEAST_SAMPLES:,} to {MOST_SAMPLES:,}, got {samples:,}",
            "for example --samples 1e6",
        )
    if seed < 0:
        raise KlcliError(f"the seed must not be negative, got {seed}", "for example --seed 0")
    generator = numpy.random.Generator(numpy.random.SFC64(seed))
    found = []
    for pair in pairs:
        moments, unit = _average(pair, generator, samples, progress), pair.unit()
        value, error = moments.mean * unit, moments.standard_error * unit
        found.append(Estimate(value, error, pair.rounding(), "Monte Carlo", samples, seed, _GENERATOR))
    return tuple(found)


def total(estimates: tuple[Estimate, ...]) -> Estimate:
    """The sum of independent estimates of one method."""
    first = estimates[0]
    return Estimate(
        sum(estimate.value for estimate in estimates),
        hypot(*(estimate.standard_error for estimate in estimates)),
        sum(estimate.rounding for estimate in estimates),
        first.method,
        first.samples,
        first.seed,
        first.generator,
    )


def _average(
    log_ratio: LogRatio, generator: Any, samples: int, progress: Callable[[int], None] | None
) -> Moments:
    """The moments of the log ratio, in its unit, over `samples` draws."""
    import numpy

    dimension = log_ratio.dimension
    most = max(1, _BLOCK // dimension)
    shape = most if dimension == 1 else (most, dimension)
    z, work = numpy.empty(shape), numpy.empty(shape)
    unit = log_ratio.unit()
    moments = Moments()
    while moments.count < samples:
        size = min(most, samples - moments.count)
        block = log_ratio.at(generator.standard_normal(out=z[:size]), work[:size])
        if unit != 1.0:
            block /= unit
        moments.add(block)
        if progress:
            progress(size)
    return moments
