"""Estimates of KL(q || p) that do not know the closed form: a deterministic integral and Monte Carlo.

Both average log q(x) - log p(x) over q through the log densities themselves. Each estimate carries its
standard error and a bound on what rounding can have done to it; `klcli.gaussian.agreement` holds them
against the closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import hypot, sqrt
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.formula.interval import enclose, nearest_double
from klcli.formula.tree import Symbol, operation, substitute
from klcli.gaussian.distribution import Gaussian, log_density

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DEFAULT_SAMPLES",
    "DEFAULT_SEED",
    "LEAST_SAMPLES",
    "MOST_SAMPLES",
    "Estimate",
    "integral",
    "monte_carlo",
    "total",
]

DEFAULT_SAMPLES = 1_000_000
DEFAULT_SEED = 0
_GENERATOR = "numpy SFC64"

MOST_SAMPLES = 10**12
LEAST_SAMPLES = 1000
"""Below this the standard error is itself too uncertain for a limit of 5 of them."""
_BLOCK = 8192
_LARGE = 1e100
_EPSILON = 2.0**-52


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
        Estimate(float(weight @ pair.log_ratio(z)), 0.0, pair.rounding(), "trapezoid rule", len(z))
        for pair in _pairs(q, p)
    )


def monte_carlo(
    q: Gaussian,
    p: Gaussian,
    samples: int = DEFAULT_SAMPLES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
) -> tuple[Estimate, ...]:
    """KL(q || p) in nats of each dimension as the average of log q(x) - log p(x) over draws x from q.

    Memory does not grow with `samples`: blocks that stay in cache are drawn in place and their moments
    combined (Chan, Golub and LeVeque, 1979). The dimensions are independent, and drawn one after the other.

    Args:
        q: the posterior, which is sampled.
        p: the prior.
        samples: draws per dimension, from `LEAST_SAMPLES` to `MOST_SAMPLES`.
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
    for pair in _pairs(q, p):
        mean, error = _average(pair, generator, samples, progress)
        found.append(Estimate(mean, error, pair.rounding(), "Monte Carlo", samples, seed, _GENERATOR))
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


@dataclass(frozen=True, slots=True)
class _Pair:
    """One dimension of q and p: x = mu_q + sigma_q z has the score z under q and offset + ratio z under p."""

    offset: float
    ratio: float
    log_sigma_q: float
    log_sigma_p: float

    def log_ratio(self, z: NDArray[Any], work: NDArray[Any] | None = None) -> NDArray[Any]:
        """log q(x) - log p(x) at the scores z, which it may overwrite if it is given room to work in."""
        import numpy

        score = numpy.multiply(z, self.ratio, out=work)
        score += self.offset
        log_p = log_density(score, self.log_sigma_p, out=work)
        log_q = log_density(z, self.log_sigma_q, out=None if work is None else z)
        log_q -= log_p
        return log_q

    def unit(self) -> float:
        """What the log ratio is measured in, so that its squares are doubles even at extreme scales."""
        size = self.offset**2 + self.ratio**2
        return size if size > _LARGE else 1.0

    def rounding(self) -> float:
        """What rounding can do to the average: a few units of the size of the densities' logarithms."""
        size_q = 0.5 + abs(self.log_sigma_q) + 1.0
        size_p = 0.5 * (self.offset**2 + self.ratio**2) + abs(self.log_sigma_p) + 1.0
        return 4 * _EPSILON * (size_q + size_p)


def _pairs(q: Gaussian, p: Gaussian) -> list[_Pair]:
    scale = substitute(p.parameterization.sigma, {"s": Symbol("s_p")})
    ratio = operation("/", substitute(q.parameterization.sigma, {"s": Symbol("s_q")}), scale)
    offset = operation("/", Symbol("difference"), scale)
    pairs = []
    rows = zip(q.mean, q.head, q.log_sigma(), p.mean, p.head, p.log_sigma(), strict=True)
    for mean_q, head_q, log_q, mean_p, head_p, log_p in rows:
        point = {"s_q": head_q, "s_p": head_p, "difference": mean_q - mean_p}
        pairs.append(_Pair(_double(offset, point), _double(ratio, point), log_q, log_p))
    return pairs


def _double(tree: Any, point: dict[str, Fraction]) -> float:
    return nearest_double(partial(enclose, tree, point))


def _average(
    pair: _Pair,
    generator: Any,
    samples: int,
    progress: Callable[[int], None] | None,
) -> tuple[float, float]:
    """The mean of the log ratio over `samples` draws, and its standard error."""
    import numpy

    z, work = numpy.empty(_BLOCK), numpy.empty(_BLOCK)
    unit = pair.unit()
    count, mean, squares = 0, 0.0, 0.0
    while count < samples:
        size = min(_BLOCK, samples - count)
        block = generator.standard_normal(out=z[:size])
        ratio = pair.log_ratio(block, work[:size])
        if unit != 1.0:
            ratio /= unit
        block_mean = float(ratio.sum()) / size
        ratio -= block_mean
        delta = block_mean - mean
        squares += float(ratio @ ratio) + delta * delta * (count * size / (count + size))
        count += size
        mean += delta * (size / count)
        if progress:
            progress(size)
    return mean * unit, sqrt(squares / (samples - 1) / samples) * unit
