"""log q(x) - log p(x) as a function of the standard normal score of q: all that an estimator needs."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import inf, log1p, sqrt
from typing import TYPE_CHECKING, Any, Protocol

from klcli.formula.read.math_parser import parse
from klcli.formula.tree import Tree
from klcli.formula.value.interval import enclose, nearest_double
from klcli.gaussian.distribution import Gaussian, log_density
from klcli.gaussian.heads import Heads
from klcli.gaussian.machine import EPSILON
from klcli.gaussian.scale_formulas import Scales, each
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGE = 1e100
"""Where squares of sizes would leave the doubles beyond 1e154, units are scaled long before."""
_DIFFERENCE = parse("mu_q - mu_p")


class LogRatio(Protocol):
    """The log ratio of q and p in nats at x = mu_q + L_q z, with L_q L_q^T the covariance of q."""

    @property
    def dimension(self) -> int:
        """The dimension of x and z."""

    def at(self, z: NDArray[Any], work: NDArray[Any] | None = None) -> NDArray[Any]:
        """log q(x) - log p(x) at the scores z.

        Args:
            z: scores, of shape (n,) in one dimension and (n, dimension) in more; they may be overwritten if
                there is room to work in.
            work: an array of the shape of z that may be overwritten, too.

        Returns:
            an array of shape (n,).
        """

    def unit(self) -> float:
        """What to measure the log ratio in, so that its squares are doubles even at extreme scales."""

    def rounding(self) -> float:
        """A bound on what rounding can do to an average of it."""

    def variance(self) -> float | None:
        """Its exact variance under q, in nats squared; None where it is not known."""

    def log_moment(self, order: int) -> float | None:
        """log E_q[(p/q)^order]: infinite where the moment is, None where it is not known."""


@dataclass(frozen=True, slots=True)
class NormalLogRatio:
    """The log ratio in one dimension, where x has the score z under q and offset + ratio z under p."""

    offset: float
    ratio: float
    log_sigma_q: float
    log_sigma_p: float
    dimension: int = 1

    def at(self, z: NDArray[Any], work: NDArray[Any] | None = None) -> NDArray[Any]:
        import numpy

        score = numpy.multiply(z, self.ratio, out=work)
        score += self.offset
        log_p = log_density(score, self.log_sigma_p, out=work)
        log_q = log_density(z, self.log_sigma_q, out=None if work is None else z)
        log_q -= log_p
        return log_q

    def in_units_of(self, unit: float) -> Callable[..., NDArray[Any]]:
        """The log ratio over `unit` as a function of the same scores, where itself would be no double.

        The quadratic terms are in proportion to the squares of scores and offset, and 2 pi cancels.
        """
        root = sqrt(unit)
        small = NormalLogRatio(
            self.offset / root, self.ratio, self.log_sigma_q / unit, self.log_sigma_p / unit
        )

        def at(z: NDArray[Any], work: NDArray[Any] | None = None) -> NDArray[Any]:
            z /= root
            return small.at(z, work)

        return at

    def size(self) -> float:
        """The expectation of half the squared score under p: finite wherever the KL is."""
        return 0.5 * self.offset * self.offset + 0.5 * self.ratio * self.ratio

    def unit(self) -> float:
        size = self.size() + abs(self.log_sigma_q) + abs(self.log_sigma_p)
        return size if size > _LARGE else 1.0

    def rounding(self) -> float:
        """Four units of the size of the densities' logarithms.

        Of pairs with means and scales of 1e-3 to 1e3 the average over q was off by 1.1 of them at most.
        """
        size_q = 0.5 + abs(self.log_sigma_q) + 1.0
        size_p = self.size() + abs(self.log_sigma_p) + 1.0
        return 4 * EPSILON * (size_q + size_p)

    def variance(self) -> float:
        """The log ratio is A (z^2 - 1) + B z + KL: 2 A^2 + B^2 with A = (a^2 - 1)/2, B = a b."""
        curvature, slope = self._excess() / 2, self.ratio * self.offset
        return 2 * curvature * curvature + slope * slope

    def log_moment(self, order: int) -> float:
        """k log a - log(D)/2 + k (k - 1) b^2/(2 D), finite where D = 1 + k (a^2 - 1) is positive.

        a is the ratio and b the offset: completing the square in E[exp(-k l(z))]; Gil, Alajaji and Linder,
        Renyi divergence measures for commonly used univariate continuous distributions, 2013.
        """
        spread = order * self._excess()
        if spread <= -1:
            return inf
        shift = self.offset * self.offset / (2 * (1 + spread))
        return order * self._log_ratio() - 0.5 * log1p(spread) + order * (order - 1) * shift

    def _excess(self) -> float:
        """a^2 - 1, with the digits that it has near a = 1."""
        return (self.ratio - 1) * (self.ratio + 1)

    def _log_ratio(self) -> float:
        near = 0.5 < self.ratio < 2  # the difference to 1 is exact
        return log1p(self.ratio - 1) if near else self.log_sigma_q - self.log_sigma_p


def log_ratios(q: Gaussian[Heads], p: Gaussian[Heads]) -> list[NormalLogRatio]:
    """The log ratio of each dimension; they are independent."""
    found = []
    rows = zip(
        q.mean,
        q.spread.head,
        q.spread.log_sigma(),
        p.mean,
        p.spread.head,
        p.spread.log_sigma(),
        each(q.spread, p.spread, _scores),
        strict=True,
    )
    for mean_q, head_q, log_q, mean_p, head_p, log_p, (offset, ratio) in rows:
        point = {"mu_q": mean_q, "s_q": head_q, "mu_p": mean_p, "s_p": head_p}
        distance = 0.0 if mean_q == mean_p else _double(offset, point)
        found.append(NormalLogRatio(distance, _double(ratio, point), log_q, log_p))
    return found


def in_units(log_ratio: LogRatio) -> tuple[Callable[..., NDArray[Any]], float]:
    """The log ratio over its unit as a function of scores, which may be overwritten; and the unit."""
    unit = log_ratio.unit()
    if unit == 1.0:
        return log_ratio.at, unit
    if isinstance(log_ratio, NormalLogRatio):
        return log_ratio.in_units_of(unit), unit
    return (lambda z, work=None: log_ratio.at(z, work) / unit), unit


def _scores(scales: Scales) -> tuple[Tree, Tree]:
    """The offset and the ratio of the scores."""
    return scales.over_scale_of_p(_DIFFERENCE), scales.ratio()


def _double(tree: Tree, point: dict[str, Fraction]) -> float:
    """Infinite also where it is no decimal, of a component of a mixture."""
    try:
        return nearest_double(partial(enclose, tree, point), settle=True)
    except decimal.Overflow:
        return inf
