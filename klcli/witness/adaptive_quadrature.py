"""The KL in one dimension to a prior that is no Gaussian: an adaptive integral with a bound on its error.

The trapezoid rule of `klcli.witness.trapezoid` needs a prior as smooth as q. A narrow
component or a kink asks for short panels where it lies, and where that is the prior says itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.gaussian.distribution import log_density
from klcli.gaussian.log_ratio import LogRatio
from klcli.gaussian.machine import EPSILON
from klcli.gaussian.priors.breakpoints import Feature
from klcli.values import dataclass
from klcli.witness.estimate import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NODES = 20
"""Of a Gauss rule on one panel: exact for polynomials of degree 39."""
_LEVELS = 60
"""Of halving: beyond it a panel is narrower than its ends are exact."""
_FARTHEST = 38
"""Beyond 38 sigma the density of q is no normal double."""
_LEAST_REACH = 14
"""Standard deviations outside of which the mass is 1e-44."""
_ASIDE = 1 / 97
"""Keeps a probe from standing on the very point where a density is 0 or infinite."""
_DIED_OUT = 1e-20
"""Of the largest value: what is left at the ends cannot reach the last bit of a sum."""
_ROUGH = 1e-6
"""Of the size of an error."""
_SHARE = 0.01
"""Of the whole that any one panel may be off by."""
_MOST_PANELS = 10_000
"""At once; a density that needs more is no density."""
_ROWS = 8192 // _NODES
"""Panels of a block: temporaries stay in the cache."""


def gauss_legendre(log_ratio: LogRatio, features: Iterable[Feature] = ()) -> Estimate | None:
    """The average of a log ratio over q by Gauss-Legendre panels of 20 nodes.

    Panels end at the features and at distances from them that grow by factors of 4. Each is compared with
    its two halves and is halved until they agree to rounding. `rounding` bounds the arithmetic plus what the
    last halving still changed, which is far more than what is missing after it.

    Returns:
        the estimate, or None where the integral cannot be had: the log ratio is not finite within 14 sigma,
        or its integrand has not died out where it stops to be.
    """
    limit, rounding = reach(log_ratio), log_ratio.rounding()
    if limit is None or not isfinite(rounding):
        return None
    found, change, points = adaptive(log_ratio.at, breakpoints(features, limit), rounding)
    bound = rounding + change
    if not isfinite(found) or not isfinite(bound):
        return None
    return Estimate(found, 0.0, bound, "Gauss-Legendre panels", points)


def reach(log_ratio: LogRatio) -> int | None:
    """How many sigma to each side the log ratio can be integrated over, from 14 to 38.

    None if it is not finite within 14 sigma, or if there is mass of the integral left where it ends.
    """
    import numpy

    z = numpy.arange(-_FARTHEST, _FARTHEST + 1) + _ASIDE
    with numpy.errstate(all="ignore"):
        sizes = numpy.abs(log_ratio.at(z.copy())) * numpy.exp(-0.5 * z * z)
    for limit in range(_FARTHEST, _LEAST_REACH - 1, -1):
        inner = sizes[_FARTHEST - limit : _FARTHEST + limit + 1]
        if numpy.isfinite(inner).all():
            died_out = max(inner[0], inner[-1]) <= _DIED_OUT * inner.max()
            return limit if died_out or not inner.any() else None
    return None


def kurtosis(log_ratio: LogRatio, mean: float, features: Iterable[Feature] = ()) -> float:
    """The fourth central moment of a log ratio over the square of its variance; infinite if it has none.

    Of n draws the standard error is itself known to a relative error of about sqrt(kurtosis / n) / 2.

    Args:
        log_ratio: log q(x) - log p(x) of a pair of Gaussians.
        mean: the exact value.
        features: where the integrand changes fast.
    """
    limit = reach(log_ratio)
    if limit is None:
        return float("inf")
    points = breakpoints(features, limit)
    scale = max(1.0, abs(mean))

    def power(exponent: int) -> Callable[[NDArray[Any]], NDArray[Any]]:
        return lambda z: ((log_ratio.at(z) - mean) / scale) ** exponent

    variance, *_ = adaptive(power(2), points, 0.0, _ROUGH)
    fourth, *_ = adaptive(power(4), points, 0.0, _ROUGH)
    if not 0 < variance * variance < float("inf"):
        return 1.0 if variance == 0 else float("inf")
    return fourth / (variance * variance)


def breakpoints(features: Iterable[Feature], limit: int) -> NDArray[Any]:
    """Where the first panels end: at whole scores, at the features, and around them at growing distances."""
    import numpy

    # The largest is 1e35 widths away: beyond every limit, unless a feature is narrower than 1e-34.
    grades = 4.0 ** numpy.arange(-1, 60)
    steps = numpy.concatenate([-grades, [0.0], grades])
    found = [numpy.arange(-limit, limit + 1, dtype=float)]
    with numpy.errstate(all="ignore"):  # what lies beyond the doubles lies beyond the limit
        found += [feature.center + feature.width * steps for feature in features]
    points = numpy.unique(numpy.concatenate(found))
    return points[(points >= -limit) & (points <= limit)]


def adaptive(
    function: Callable[[NDArray[Any]], NDArray[Any]],
    points: NDArray[Any],
    noise: float,
    relative: float = 4 * EPSILON,
) -> tuple[float, float, int]:
    """The integral of a function over the standard normal density.

    Args:
        function: of the score.
        points: where the first panels end.
        noise: of its values; halves that differ by no more agree.
        relative: the same in proportion to the values; a few roundings of them, where it is not said.

    Returns:
        the integral, what the last halvings changed, and the number of points.
    """
    import numpy

    panels = _panels(function, points[:-1], points[1:])
    total = change = 0.0
    evaluated, scale = panels.count, noise
    for level in range(1, _LEVELS + 1):
        middle = 0.5 * (panels.left + panels.right)
        first = _panels(function, panels.left, middle)
        second = _panels(function, middle, panels.right)
        evaluated += first.count + second.count
        halves, size = first.value + second.value, first.size + second.size
        scale = max(scale, float(size.sum()))
        with numpy.errstate(invalid="ignore"):
            difference = numpy.abs(halves - panels.value)
        allowed = noise * (first.mass + second.mass + _SHARE) + relative * (size + _SHARE * scale)
        open_ = difference > allowed  # a difference that is undefined stays so
        if level == _LEVELS or open_.sum() > _MOST_PANELS:
            open_[:] = False
        total += float(halves[~open_].sum())
        change += float(difference[~open_].sum())
        if not open_.any():
            break
        panels = _joined(first, second, open_)
    return total, change, evaluated


@dataclass(frozen=True, slots=True)
class _Panels:
    """Panels with the integrals of the function, of its absolute value and of the density alone."""

    left: NDArray[Any]
    right: NDArray[Any]
    value: NDArray[Any]
    size: NDArray[Any]
    mass: NDArray[Any]

    @property
    def count(self) -> int:
        return len(self.left) * _NODES


def _joined(first: _Panels, second: _Panels, chosen: NDArray[Any]) -> _Panels:
    import numpy

    columns = ("left", "right", "value", "size", "mass")
    pairs = ((getattr(first, name)[chosen], getattr(second, name)[chosen]) for name in columns)
    return _Panels(*map(numpy.concatenate, pairs))


def _panels(
    function: Callable[[NDArray[Any]], NDArray[Any]], left: NDArray[Any], right: NDArray[Any]
) -> _Panels:
    import numpy

    nodes, weights = _rule()
    half = 0.5 * (right - left)
    z = (0.5 * (left + right))[:, None] + half[:, None] * nodes
    density = numpy.exp(log_density(z, 0.0))
    values = numpy.empty_like(z)
    with numpy.errstate(all="ignore"):
        for row in range(0, len(z), _ROWS):
            block = z[row : row + _ROWS]
            values[row : row + _ROWS] = function(block.ravel()).reshape(block.shape)
        values *= density
    sums = (part @ weights * half for part in (values, numpy.abs(values), density))
    return _Panels(left, right, *sums)


@cache
def _rule() -> tuple[NDArray[Any], NDArray[Any]]:
    from numpy.polynomial.legendre import leggauss

    nodes, weights = leggauss(_NODES)
    return nodes, weights
