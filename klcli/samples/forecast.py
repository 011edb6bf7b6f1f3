"""How many rows an average needs for its error bar, as the quantiles of a pilot let expect.

The quantiles of a log ratio are a parabola in those of a standard normal distribution where log q - log p is
one in x, as for Gaussians, and nearly so where the tail is exponential, the heaviest that log(p/q) can have
under q. The parabola is fitted to quantiles that many rows know, bent up by the error of its curvature and
continued to where no row is. Beyond zero, log(q/p) can also have the tail of a power, whose logarithm is such
a parabola; the larger of both counts. A discrete law, such as that of one token, has no such quantiles: where
the pilot met all of its values they are taken as they are.
"""

from __future__ import annotations

from math import erfc, inf, isfinite, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from klcli.samples.pareto import MOST_TAIL
from klcli.samples.pilot import POWERS, Pilot
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_PER_SKEWNESS = 25
"""A nominal 95 % interval of n values covers less by 0.24 skewness^2/n (Hall, The bootstrap and Edgeworth
expansion, 1992, 2.6): by 1 % with that many for each unit of the square."""

_TRIMMED, _MOST_TRIMMED, _FITTED = 1 / 20, 100, 1 / 5
"""The parabola is fitted to the largest fifth, without the largest twentieth or hundred of them."""
_RANKS = 16
"""At which a tail is looked at, evenly in the logarithm."""
_MOST_ALONE = 0.01
"""Of a tail that is a fifth of the rows: values that were not met then have 0.2 % of all."""
_BENT, _BENT_LOG = 2.0, 0.5
"""Standard errors by which a curvature is raised: doubt is no reason for an error bar. The second parabola is
bent less: that of a normal tail, whose logarithm is concave, must stay below that of a power."""
_REACH, _STEP = 8.0, 0.05
"""How far in standard deviations a tail is continued, where an expectation of cubes is complete."""
_LARGEST_LOG = 300.0
"""Whose exponential and its square are doubles."""
_EXPECTED, _MOST_SEEN, _BEYOND = 10, 20, 2.0
"""A tail is not continued as it began where more rows than `_MOST_SEEN`, and not the expected 10, have values
twice as large as the continuation; where it is, that happens in one table of a hundred."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """One tail beyond the quantiles that were fitted.

    Attributes:
        scores: standard normal quantiles, growing, of shape (k,).
        quantiles: `sign` times the log ratio there, never falling.
        sign: 1 for the tail of large log q - log p, -1 for that of small.
        curvature: of the first parabola, raised by its error.
    """

    scores: NDArray[Any]
    quantiles: NDArray[Any]
    sign: int
    curvature: float

    def powers(self, pilot: Pilot) -> list[float]:
        """What the tail adds to the expectation of each power of the averaged function."""
        import numpy

        values = pilot.of(self.sign * self.quantiles)
        weights = numpy.exp(-0.5 * self.scores**2) * (_STEP / numpy.sqrt(2 * numpy.pi))
        weights[0] /= 2
        return [float((values**power * weights).sum()) for power in POWERS]

    def is_exceeded(self, pilot: Pilot, largest: NDArray[Any], count: int) -> bool:
        """Whether too many of the `count` rows of the table lie far beyond it; `largest` is their tail.

        Args:
            pilot: that the forecast was made from.
            largest: log ratios with the largest values of all, times the sign.
            count: rows of the table.
        """
        import numpy

        score = -NormalDist().inv_cdf(_EXPECTED / count)
        level = numpy.interp(score, self.scores, self.quantiles)
        beyond = largest[largest > level]
        allowed = _BEYOND * float(pilot.of(numpy.array([self.sign * level]))[0])
        return int(numpy.count_nonzero(pilot.of(self.sign * beyond) > allowed)) > _MOST_SEEN


def needed_rows(pilot: Pilot, largest: dict[int, NDArray[Any]], count: int) -> float:
    """Rows with which the average has an error bar; inf where none are enough.

    Args:
        pilot: of the average.
        largest: by the sign of the log ratio, the largest values of the table.
        count: rows of the table.
    """
    import numpy

    with numpy.errstate(over="ignore", invalid="ignore"):
        return _needed_rows(pilot, largest, count)


def _needed_rows(pilot: Pilot, largest: dict[int, NDArray[Any]], count: int) -> float:
    trimmed = max(2, min(_MOST_TRIMMED, int(pilot.count * _TRIMMED)))
    sums = _body(pilot, trimmed)
    for sign in (-1, 1):
        tail = _continued(pilot, sign, trimmed)
        if sign < 0 and max(POWERS) * tail.curvature >= 0.5:
            return inf  # the power of r has no expectation: it grows faster than the normal density falls
        if tail.is_exceeded(pilot, largest[sign], count):
            return inf
        sums = [one + other for one, other in zip(sums, tail.powers(pilot), strict=True)]
    first, second, third = sums
    variance = second - first * first
    if not all(map(isfinite, sums)):
        return inf
    if variance <= 0:
        return 0.0
    moment: float = third - 3 * second * first + 2 * first**3
    try:
        return ROWS_PER_SKEWNESS * moment * moment / variance**3
    except (ZeroDivisionError, OverflowError):  # beyond the doubles
        return inf


def _body(pilot: Pilot, trimmed: int) -> list[float]:
    """What the rows between both tails add to the expectation of each power."""
    tails = [pilot.of(sign * pilot.tail(sign)[:trimmed]) for sign in (-1, 1)]
    cut = [sum(float((values**power).sum()) for values in tails) for power in POWERS]
    return [max(0.0, whole - part) / pilot.count for whole, part in zip(pilot.sums, cut, strict=True)]


def _continued(pilot: Pilot, sign: int, trimmed: int) -> Continuation:
    import numpy

    ordered = pilot.tail(sign)
    last = min(MOST_TAIL, int(pilot.count * _FITTED))
    ranks = numpy.unique(numpy.geomspace(trimmed, last, _RANKS).round().astype(int))
    shares = (ranks - 0.5) / pilot.count
    scores = _scores(shares)[0] + _steps()
    if _is_counted(ordered[:last]):
        places = [int(pilot.count * erfc(score / sqrt(2)) / 2) for score in scores.tolist()]
        return Continuation(scores, ordered[places], sign, 0.0)
    fitted = ordered[ranks - 1]
    quantiles, curvature = _parabola(fitted, shares, pilot.count, _BENT)
    if sign > 0 and fitted.min() > 0:
        logs, _ = _parabola(numpy.log(fitted), shares, pilot.count, _BENT_LOG)
        quantiles = numpy.maximum(quantiles, numpy.exp(numpy.minimum(logs, _LARGEST_LOG)))
    return Continuation(scores, quantiles, sign, curvature)


def _is_counted(tail: NDArray[Any]) -> bool:
    """Whether a tail is of a discrete law, and has all of its values: none of them, nearly, stands alone.

    The probability of values that were not met is the share of those met once (Good, The population
    frequencies of species, Biometrika 40, 1953).
    """
    import numpy

    _, times = numpy.unique(tail, return_counts=True)
    return int(numpy.count_nonzero(times == 1)) <= _MOST_ALONE * tail.size


def _parabola(
    fitted: NDArray[Any], shares: NDArray[Any], count: int, bent: float
) -> tuple[NDArray[Any], float]:
    """The parabola through quantiles with these upper tail probabilities, continued, and its curvature.

    Its error is that of order statistics: the covariance of two of them is p (1 - P) / (n f F), with the
    probabilities p < P and the densities f and F (David and Nagaraja, Order Statistics, 2003, 10.3).
    """
    import numpy

    scores = _scores(shares)
    places = scores - scores[0]
    solver = numpy.linalg.pinv(numpy.vander(places, 3))
    curvature, slope, begin = (float(number) for number in solver @ fitted)
    growth = solver[0] * (slope + 2 * curvature * places)
    growth *= numpy.sqrt(2 * numpy.pi) * numpy.exp(0.5 * scores**2)
    covariance = numpy.minimum.outer(shares, shares) * (1 - numpy.maximum.outer(shares, shares)) / count
    curvature += bent * float(numpy.sqrt(max(0.0, float(growth @ covariance @ growth))))
    steps = _steps()
    return numpy.maximum.accumulate(begin + slope * steps + curvature * steps**2), curvature


def _scores(shares: NDArray[Any]) -> NDArray[Any]:
    import numpy

    return -numpy.array([NormalDist().inv_cdf(float(share)) for share in shares])


def _steps() -> NDArray[Any]:
    import numpy

    return numpy.arange(0.0, _REACH, _STEP)
