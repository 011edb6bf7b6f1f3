"""Estimators from points spread evenly over q: stratified sampling and quasi-Monte Carlo.

The average over one such set has no error bar, so many independent randomisations of it are averaged and
their spread gives the standard error (Owen, Monte Carlo theory, methods and examples, 2013, ch. 10 and 17).

In one dimension the points are not uniform in the distribution function u of q but in w with
u = w^2 (3 - 2 w), and weighted with du/dw = 6 w (1 - w). The log ratio grows without bound towards u = 0
and 1: with equal strata of u the outermost two would carry the error, which would be neither small nor
normal. The weight makes it vanish there (Sidi, A new variable transformation for numerical integration,
1993).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.log_ratio import LogRatio, in_units
from klcli.gaussian.machine import BLOCK
from klcli.witness.estimate import Estimate, Progress, beyond_doubles
from klcli.witness.moments import Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RANDOMISATIONS = 64
"""Independent means of which the error bar is made; with 63 degrees of freedom an
interval is 2 % wider than with many."""
_BITS = 52
"""Of a point in [0, 1): with half of the last one added, it is exact in a double and neither 0 nor 1."""
_SMALLEST = 2.0**-54
"""Half of the last bit of a uniform number: its normal quantile is finite."""
_LARGEST = 1 - 2.0**-53
"""The largest double below 1."""
_MOST_CELLS = 2**20
"""Coordinates of one Latin hypercube, which has to be held in memory as a whole."""


def stratified(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """k1 at one draw in each of N equal strata; in more dimensions, at a Latin hypercube of N points.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.
    """
    import numpy

    dimension = log_ratio.dimension
    most = max(2, _MOST_CELLS // dimension) if dimension > 1 else samples
    size = min(samples // _RANDOMISATIONS, most)
    average, moments = _Average(log_ratio), Moments()

    def mean() -> float:
        draws = _strata(generator, size) if dimension == 1 else _hypercube(generator, size, dimension)
        total = 0.0
        for points in draws:
            total += average.total(points)
            _tell(progress, len(points))
        return total / size

    count = samples // size
    for first in range(0, count, BLOCK):
        moments.add(numpy.array([mean() for _ in range(min(BLOCK, count - first))]))
    return average.estimate("stratified sampling", moments, size)


def qmc(log_ratio: LogRatio, samples: int, generator: Any, progress: Progress | None) -> Estimate:
    """k1 at the first 2^m Sobol points, moved by independent random digital shifts.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        samples: how many are drawn.
        generator: of the random numbers.
        progress: is told how many were drawn.

    Raises:
        KlcliError: more dimensions than Sobol points have.
    """
    import numpy
    from scipy.stats.qmc import Sobol

    dimension = log_ratio.dimension
    if dimension > Sobol.MAXDIM:
        raise KlcliError(
            f"qmc has Sobol points of at most {Sobol.MAXDIM:,} dimensions, got {dimension:,}",
            "for example --estimator stratified",
        )
    size = 1 << (samples // _RANDOMISATIONS).bit_length() - 1
    count = samples // size
    shifts = generator.integers(0, 1 << _BITS, size=(count, dimension), dtype=numpy.uint64)
    sums, average, moments = numpy.zeros(count), _Average(log_ratio), Moments()
    sequence = Sobol(dimension, scramble=False, bits=_BITS)
    rows = min(size, 1 << max(1, BLOCK // dimension).bit_length() - 1)
    for _ in range(size // rows):
        whole = (sequence.random(rows) * 2.0**_BITS).astype(numpy.uint64)
        for number, shift in enumerate(shifts):
            points = ((whole ^ shift) + 0.5) * 2.0**-_BITS
            sums[number] += average.total(points[:, 0] if dimension == 1 else points)
            _tell(progress, rows)
    moments.add(sums / size)
    return average.estimate("quasi-Monte Carlo", moments, size)


class _Average:
    """Sums of the log ratio at points of the unit cube, less its value at the mean, in its unit.

    The value at the mean is taken off so that a constant has no sampling error in spite of the weights.
    """

    def __init__(self, log_ratio: LogRatio) -> None:
        import numpy

        self._log_ratio = log_ratio
        self._at, self._unit = in_units(log_ratio)
        tail = () if log_ratio.dimension == 1 else (log_ratio.dimension,)
        self._center = float(self._at(numpy.zeros((1, *tail)))[0])

    def total(self, points: NDArray[Any]) -> float:
        """The weighted sum over points of shape (n,), or (n, dimension)."""
        if self._log_ratio.dimension == 1:
            z, weights = _weighted_scores(points)
            return float(self._values(z) @ weights)
        return float(self._values(_scores(points)).sum())

    def estimate(self, method: str, moments: Moments, size: int) -> Estimate:
        """The estimate from the moments of the averages over each randomisation of `size` points.

        Args:
            method: in words.
            moments: of the averages over each randomisation.
            size: points of one randomisation.
        """
        value = (moments.mean + self._center) * self._unit
        return Estimate(
            value,
            moments.standard_error * self._unit,
            2 * self._log_ratio.rounding(),  # the quantile function has an error as well
            method,
            moments.count * size,
            degrees=moments.count - 1,
            reason=beyond_doubles(value),
        )

    def _values(self, z: NDArray[Any]) -> NDArray[Any]:
        values = self._at(z)
        values -= self._center
        return values


def _weighted_scores(w: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The scores at u = w^2 (3 - 2 w), and du/dw; from the nearer end, so that both tails are alike."""
    import numpy
    from scipy.special import ndtri

    near = numpy.minimum(w, 1 - w)
    numpy.maximum(near, _SMALLEST, out=near)
    return numpy.copysign(ndtri(near * near * (3 - 2 * near)), w - 0.5), 6 * near * (1 - near)


def _scores(u: NDArray[Any]) -> NDArray[Any]:
    import numpy
    from scipy.special import ndtri

    scores: NDArray[Any] = ndtri(numpy.clip(u, _SMALLEST, _LARGEST))
    return scores


def _strata(generator: Any, size: int) -> Iterator[NDArray[Any]]:
    """One uniform draw in each of `size` equal strata of [0, 1), in blocks."""
    import numpy

    for first in range(0, size, BLOCK):
        draws = generator.random(min(BLOCK, size - first))
        draws += numpy.arange(first, first + len(draws))
        draws /= size
        yield draws


def _hypercube(generator: Any, size: int, dimension: int) -> Iterator[NDArray[Any]]:
    """A Latin hypercube of `size` points, of shape (size, dimension), in blocks of rows."""
    import numpy

    points = generator.permuted(numpy.tile(numpy.arange(float(size)), (dimension, 1)), axis=1).T
    points += generator.random(points.shape)
    points /= size
    rows = max(1, BLOCK // dimension)
    for first in range(0, size, rows):
        yield points[first : first + rows]


def _tell(progress: Progress | None, amount: int) -> None:
    if progress:
        progress(amount)
