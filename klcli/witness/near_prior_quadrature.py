"""The KL near the prior by an integrand that is never negative, so that nothing cancels.

With r = p/q the average over q of r - 1 - log r is that of -log r, as the densities have the same mass. Where
r is near 1 the logarithm has both signs and its average no correct digit, and r - 1 - log r is about
(r - 1)^2/2.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.gaussian.machine import EPSILON
from klcli.gaussian.priors.breakpoints import Feature
from klcli.gaussian.priors.densities import DensityLogRatio
from klcli.gaussian.priors.mixture import MixtureLogRatio
from klcli.values import replace
from klcli.witness.adaptive_quadrature import adaptive, breakpoints, gauss_legendre, reach
from klcli.witness.estimate import Estimate
from klcli.witness.log_ratio_functions import k3

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALL = 0.01
"""KL up to which r - 1 - log r is worth a second integral: its rounding is sqrt(2 KL) times as large."""
_ROUGH = 1e-3
"""Of the size of an error."""
_UNITS = 16
"""Roundings that are allowed for: a sum of 20 positive products is off by 10 at most."""
_TAIL = 1e-9
"""Relative error of scipy's distribution functions in the tails, with a margin."""


def integrated(pair: MixtureLogRatio | DensityLogRatio, features: Sequence[Feature]) -> Estimate | None:
    """The KL in one dimension by Gauss-Legendre panels, never negative; None where there is no integral."""
    plain = gauss_legendre(pair, features)
    if plain is None or plain.value > _SMALL:
        return plain
    better = _nonnegative(pair, features)
    return better if better and better.rounding < plain.rounding else _not_below_zero(plain)


def _nonnegative(pair: MixtureLogRatio | DensityLogRatio, features: Sequence[Feature]) -> Estimate | None:
    """The average of r - 1 - log r, and the mass of p beyond the scores that it runs over.

    An error d of log r moves r - 1 - log r by |r - 1| d, and by r d^2/2.
    """
    import numpy

    limit = reach(pair)
    if limit is None:
        return None
    points = breakpoints(features, limit)

    def integrand(z: NDArray[Any]) -> NDArray[Any]:
        return k3(pair.at(z))

    def error(z: NDArray[Any]) -> NDArray[Any]:
        distance, of_log = numpy.abs(numpy.expm1(-pair.at(z))), pair.error(z)
        moved: NDArray[Any] = of_log * (distance + (1 + distance) * of_log)
        return moved

    value, change, count = adaptive(integrand, points, 0.0)
    moved, _, more = adaptive(error, points, 0.0, _ROUGH)
    beyond = pair.mass_beyond(limit)
    rounding = (1 + _ROUGH) * moved + change + _TAIL * beyond + _UNITS * EPSILON * value
    if not isfinite(value + rounding + beyond):
        return None
    return Estimate(value + beyond, 0.0, rounding, "Gauss-Legendre panels of r - 1 - log r", count + more)


def _not_below_zero(found: Estimate) -> Estimate:
    """A KL is >= 0: what rounding has put below is nearer to it there."""
    return replace(found, value=max(0.0, found.value))
