"""Estimators from independent draws: k1, k2, k3, and k1 at antithetic pairs.

Blocks that stay in cache are drawn in place and their moments combined (Chan, Golub and LeVeque, 1979), so
that memory does not grow with the number of samples.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING, Any

from klcli.gaussian.log_ratio import LogRatio, in_units
from klcli.gaussian.machine import BLOCK
from klcli.witness import log_ratio_functions
from klcli.witness.estimate import Estimate, Progress, beyond_doubles
from klcli.witness.moments import Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

LogRatioStep = Callable[[Any, Any], "NDArray[Any]"]


def k1(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """The average of log q(x) - log p(x).

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.
    """
    moments, unit = _drawn(log_ratio, samples, generator, progress)
    return _estimate(moments, unit, log_ratio.rounding(), samples)


def k2(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """The average of half the squared log ratio, which is not the KL but near it where r is near 1.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.
    """
    moments, unit = _drawn(
        log_ratio, samples, generator, progress, lambda block, _: log_ratio_functions.k2(block)
    )
    # An error d of the log ratio l moves the average by E|l| d <= sqrt(E l^2) d, and d^2/2.
    error = log_ratio.rounding() / unit
    rounding = 2 * error * (sqrt(2 * moments.mean) + error)
    return _estimate(moments, unit * unit, rounding * unit * unit, samples)


def bias_of_k2(value: float, log_ratio: LogRatio) -> float | None:
    """(KL^2 + Var(log r))/2 - KL in nats, of a KL of that value; None where the variance is not known."""
    variance = log_ratio.variance()
    return None if variance is None else (value * value + variance) / 2 - value


def k3(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """The average of r - 1 - log r, never negative; its error bar is valid only where r has a light tail.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.
    """
    moments, unit = _drawn(log_ratio, samples, generator, progress, _k3_in_units)
    # An error d of the log ratio moves the average by E|1 - r| d, which is at most 2 d, and at most
    # sqrt(2 KL) d (Pinsker); the rest of the factor 8 is for errors that are larger where r is.
    error = log_ratio.rounding()
    rounding = 8 * error * min(2.0, sqrt(2 * moments.mean * unit) + error)
    return _estimate(moments, unit, rounding, samples)


def antithetic(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """k1 at pairs z and -z, whose means are independent: what is odd in z cancels.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.
    """
    at, unit = in_units(log_ratio)

    def step(z: NDArray[Any], work: NDArray[Any]) -> NDArray[Any]:
        generator.standard_normal(out=z)
        block = at(-z)
        block += at(z, work)
        block *= 0.5
        return block

    moments = _average(log_ratio, samples // 2, step, progress and (lambda pairs: progress(2 * pairs)))
    return _estimate(moments, unit, log_ratio.rounding(), 2 * moments.count)


def _k3_in_units(block: NDArray[Any], unit: float) -> NDArray[Any]:
    """(exp(-l) - 1 + l)/unit from l/unit, where l itself may be no double."""
    if unit == 1.0:
        return log_ratio_functions.k3(block)
    import numpy

    with numpy.errstate(over="ignore"):
        return block + numpy.expm1(-block * unit) / unit


def _drawn(
    log_ratio: LogRatio,
    samples: int,
    generator: Any,
    progress: Progress | None,
    of: Callable[[Any, float], Any] = lambda block, _: block,
) -> tuple[Moments, float]:
    """The moments of what `of` makes of log ratios at independent draws, and their unit."""
    at, unit = in_units(log_ratio)

    def step(z: NDArray[Any], work: NDArray[Any]) -> NDArray[Any]:
        return of(at(generator.standard_normal(out=z), work), unit)  # type: ignore[no-any-return]

    return _average(log_ratio, samples, step, progress), unit


def _average(log_ratio: LogRatio, count: int, step: LogRatioStep, progress: Progress | None) -> Moments:
    """The moments of `count` numbers that `step` makes, given arrays for scores to work in."""
    import numpy

    tail = () if log_ratio.dimension == 1 else (log_ratio.dimension,)
    rows = max(1, BLOCK // log_ratio.dimension)
    z, work = numpy.empty((rows, *tail)), numpy.empty((rows, *tail))
    moments = Moments()
    while moments.count < count:
        size = min(rows, count - moments.count)
        moments.add(step(z[:size], work[:size]))
        if progress:
            progress(size)
    return moments


def _estimate(moments: Moments, unit: float, rounding: float, samples: int) -> Estimate:
    return Estimate(
        moments.mean * unit,
        moments.standard_error * unit,
        rounding,
        "Monte Carlo",
        samples,
        reason=beyond_doubles(moments.mean * unit),
    )
