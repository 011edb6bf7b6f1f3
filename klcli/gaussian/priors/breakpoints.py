"""Where the density of a prior changes quickly: components, crossings of two, kinks and singularities.

An adaptive integral sees what its panels show. A component between two nodes, or the rounded corner where
one component takes over from another, can stand where no panel looks; these places are known beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.gaussian.priors.densities import DensityLogRatio
from klcli.gaussian.priors.mixture import MixtureLogRatio
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NARROW = 0.5
"""Of a width: the panels of the integral are one standard deviation of q wide, and show what is wider."""
_FARTHEST = 38.0
"""Standard deviations of q beyond which its density is no double."""
_UNSEEN = 45.0
"""Nats below the largest component from which on another one adds nothing to a double."""
_ROUNDING = 1e-9
"""Relative: far above the rounding errors of an exponent, which may be of any size."""
_MOST = 500
"""Places that the integral is told of; a mixture of more has them closer than its nodes are."""


@dataclass(frozen=True, slots=True)
class Feature:
    """The density changes around the score `center` of q, within about `width` of it."""

    center: float
    width: float


def features(pair: MixtureLogRatio | DensityLogRatio) -> list[Feature]:
    """Those of a log ratio in one dimension."""
    rows = [row[0] for row in pair.log_ratios] if isinstance(pair, MixtureLogRatio) else [pair.scores]
    found = [Feature(-row.offset / row.ratio, 1 / row.ratio) for row in rows if row.ratio]
    return found + _crossings(pair) if isinstance(pair, MixtureLogRatio) else found


def _crossings(pair: MixtureLogRatio) -> list[Feature]:
    """Where two components are equal, or come closest without it, and no other is much larger.

    The difference of two exponents is a z^2 + b z + c; it changes by 1 within 1 over its slope at a root,
    and within 1 over the root of a at its vertex.
    """
    import numpy

    c, o, r = (numpy.array(column) for column in zip(*pair.exponents(), strict=True))
    i, j = numpy.triu_indices(len(c), 1)
    with numpy.errstate(all="ignore"):  # what is not finite is no place
        a = -0.5 * (r[i] - r[j]) * (r[i] + r[j])
        b = o[j] * r[j] - o[i] * r[i]
        root = numpy.sqrt(b * b - 4 * a * (c[i] - c[j] - 0.5 * (o[i] - o[j]) * (o[i] + o[j])))
        larger = -0.5 * (b + numpy.copysign(root, b))
        bend = 1 / numpy.sqrt(2 * numpy.abs(a))
        width = numpy.minimum(1 / root, bend)
        other = (c[i] - c[j] - 0.5 * (o[i] - o[j]) * (o[i] + o[j])) / larger
        centers = numpy.concatenate([larger / a, other, -0.5 * b / a])
        widths = numpy.concatenate([width, width, bend])
    first = numpy.concatenate([i, i, i])
    kept = (numpy.abs(centers) <= _FARTHEST) & (widths < _NARROW)
    centers, widths, first = centers[kept], widths[kept], first[kept]
    seen = _near_the_largest(centers, first, c, o, r)
    narrowest = numpy.argsort(widths[seen])[:_MOST]
    places = zip(centers[seen][narrowest], widths[seen][narrowest], strict=True)
    return [Feature(float(center), float(width)) for center, width in places]


def _near_the_largest(
    z: NDArray[Any], component: NDArray[Any], c: NDArray[Any], o: NDArray[Any], r: NDArray[Any]
) -> NDArray[Any]:
    """Whether a component is among those that matter at each place."""
    import numpy

    largest = numpy.full(len(z), -numpy.inf)
    with numpy.errstate(over="ignore"):
        for k in range(len(c)):
            numpy.maximum(largest, c[k] - 0.5 * (o[k] + r[k] * z) ** 2, out=largest)
        own = c[component] - 0.5 * (o[component] + r[component] * z) ** 2
    matters: NDArray[Any] = own >= largest - _UNSEEN - _ROUNDING * numpy.abs(largest)
    return matters
