"""Priors with a density from scipy.stats, by name: Laplace, Student-t, logistic and the others.

The dimensions are independent. The log density is scipy's, except where scipy takes the logarithm of a
density that underflows to 0 in its tails; those are written out in `_EXACT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import inf, isnan, log, pi
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.gaussian.distribution import Gaussian, log_density
from klcli.gaussian.heads import Heads
from klcli.gaussian.log_ratio import NormalLogRatio, log_ratios
from klcli.gaussian.machine import EPSILON
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNITS = 8
"""Roundings that are allowed for; of six distributions at 6,000 scores the largest error was one."""
_REACH, _STEPS = 14, 16
"""Standard deviations of the grid of scores, outside of which the mass is 1e-44, and its points in each."""
_STEP = 2.0**-10
"""Of a difference quotient that tells how a density carries on the rounding of its argument."""
_LARGE = 1e100
"""Where squares would leave the doubles beyond 1e154, units are scaled long before."""

CONFIRMED = frozenset(
    (
        *("cauchy", "dgamma", "dweibull", "genlogistic", "gennorm", "gumbel_l", "gumbel_r", "hypsecant"),
        *("johnsonsu", "laplace", "laplace_asymmetric", "loggamma", "logistic", "moyal", "skewcauchy", "t"),
    )
)
"""Whose log densities the tests hold against 50 digits, from the middle to scores of 1e8."""

_REFUSED = {
    "levy_stable": "its density is itself an integral, and too slow to be sampled a million times",
    "vonmises": "it is a distribution on the circle, not on the line",
}


@dataclass(frozen=True, slots=True)
class Density:
    """A distribution of scipy.stats in one dimension.

    Attributes:
        name: in scipy.stats.
        shape: the shape parameters in the order of scipy, with their names.
        loc: the location.
        scale: the scale, above 0.
    """

    name: str
    shape: tuple[tuple[str, Fraction], ...]
    loc: Fraction
    scale: Fraction

    @classmethod
    def of(cls, name: str, shape: Mapping[str, Fraction], loc: Fraction, scale: Fraction) -> Density:
        """A distribution whose parameters are in their domain.

        Args:
            name: in scipy.stats.
            shape: the parameters of its shape, by their names there.
            loc: where it is moved to.
            scale: by which it is stretched.

        Raises:
            KlcliError: they are not.
        """
        found = cls(name, tuple(shape.items()), loc, scale)
        if scale <= 0:
            raise KlcliError(
                f"the scale of {name} must be > 0, got {decimal_text(scale)}",
                f"for example {name}(..., scale=1)",
            )
        if any(isnan(end) for end in found.support()):
            values = ", ".join(f"{key} = {decimal_text(value)}" for key, value in shape.items())
            raise KlcliError(
                f"scipy.stats.{name} has no density for {values}",
                f"many need values above 0: see scipy.stats.{name}",
            )
        return found

    def support(self) -> tuple[float, float]:
        """The ends of the interval that has all of the mass."""
        low, high = _scipy(self.name).support(*self._shape(), float(self.loc), float(self.scale))
        if self.name == "pearson3" and self.shape[0][1]:
            # scipy calls it the whole line; it is a gamma distribution that ends at -2/skew
            end = float(self.loc - 2 * self.scale / self.shape[0][1])
            return (end, inf) if self.shape[0][1] > 0 else (-inf, end)
        return float(low), float(high)

    def log_density(self, score: NDArray[Any]) -> NDArray[Any]:
        """The log density of (x - loc) / scale in nats."""
        exact = _EXACT.get(self.name)
        if exact:
            return exact(score, *self._shape())
        found: NDArray[Any] = _scipy(self.name).logpdf(score, *self._shape())
        return found

    def mass_below(self, score: float) -> float:
        """The mass of p where (x - loc) / scale is smaller."""
        return float(_scipy(self.name).cdf(score, *self._shape()))

    def mass_above(self, score: float) -> float:
        """The mass of p where (x - loc) / scale is larger."""
        return float(_scipy(self.name).sf(score, *self._shape()))

    def _shape(self) -> list[float]:
        return [float(value) for _, value in self.shape]


@dataclass(frozen=True, slots=True)
class Product:
    """Independent dimensions, each with a density of its own."""

    factors: tuple[Density, ...]

    @property
    def dimension(self) -> int:
        """The number of dimensions."""
        return len(self.factors)


@dataclass(frozen=True, slots=True)
class DensityLogRatio:
    """log q - log p in one dimension, where x has the score offset + ratio z under p.

    Attributes:
        scores: the log ratio of q and N(loc, scale^2), for its scores and scales.
        density: of p.
    """

    scores: NormalLogRatio
    density: Density
    dimension: int = 1

    def at(self, z: NDArray[Any], work: NDArray[Any] | None = None) -> NDArray[Any]:
        import numpy

        with numpy.errstate(all="ignore"):  # what is not finite is looked at by the caller
            log_p = self.density.log_density(self._score(z))
            found = log_density(z, self.scores.log_sigma_q)
            found -= log_p - self.scores.log_sigma_p
        return found

    def _score(self, z: NDArray[Any]) -> NDArray[Any]:
        """The score under p; one that cancels to 0 is known within its rounding only, and is put there."""
        import numpy

        score: NDArray[Any] = self.scores.offset + self.scores.ratio * z
        return numpy.where(score == 0, 0.5 * EPSILON * abs(self.scores.offset), score)

    def variance(self) -> None:
        """Not known in closed form."""

    def log_moment(self, order: int) -> None:
        """Not known in closed form."""

    def unit(self) -> float:
        import numpy

        size = _average(numpy.abs(self.at(_grid())))
        return size if _LARGE < size < inf else 1.0

    def rounding(self) -> float:
        return _average(self.error(_grid()))

    def error(self, z: NDArray[Any]) -> NDArray[Any]:
        """A few units of the size of the log densities and of what a rounded score changes, at each score."""
        import numpy

        scores = self.scores
        with numpy.errstate(all="ignore"):
            score = scores.offset + scores.ratio * z
            log_p = self.density.log_density(score)
            size = abs(scores.offset) + numpy.abs(scores.ratio * z)
            moved = self.density.log_density(score + _STEP * size)
            terms = 0.5 * z * z + numpy.abs(log_p) + numpy.abs(moved - log_p) / _STEP
            found: NDArray[Any] = terms + (2 + abs(scores.log_sigma_q) + abs(scores.log_sigma_p))
        return _UNITS * EPSILON * found

    def mass_beyond(self, limit: float) -> float:
        """The mass of p where the score of q is larger than `limit` in size."""
        middle, half = self.scores.offset, self.scores.ratio * limit
        return self.density.mass_below(middle - half) + self.density.mass_above(middle + half)


@cache
def _grid() -> NDArray[Any]:
    """Scores for averages over q whose last digits do not matter."""
    import numpy

    return numpy.arange(-_REACH * _STEPS, _REACH * _STEPS + 1) / _STEPS


def _average(values: NDArray[Any]) -> float:
    """Over q, of values on the grid; without single points at which a density is 0 or infinite."""
    import numpy

    finite = numpy.isfinite(values)
    return float(numpy.exp(log_density(_grid(), 0.0))[finite] @ values[finite]) / _STEPS


def density_log_ratio(q: Gaussian[Heads], p: Product) -> tuple[DensityLogRatio, ...]:
    """The log ratio of each dimension; they are independent."""
    standard = Gaussian.from_head([row.loc for row in p.factors], [row.scale for row in p.factors])
    return tuple(map(DensityLogRatio, log_ratios(q, standard), p.factors))


@cache
def names() -> tuple[str, ...]:
    """The continuous distributions of scipy.stats."""
    from scipy import stats

    found = (name for name in dir(stats) if isinstance(getattr(stats, name), stats.rv_continuous))
    return tuple(sorted(found))


def is_discrete(name: str) -> bool:
    """Whether scipy.stats has a discrete distribution of that name."""
    from scipy import stats

    return isinstance(getattr(stats, name, None), stats.rv_discrete)


def parameters(name: str) -> tuple[str, ...]:
    """The parameters of a distribution in the order of scipy: its shapes, loc, scale.

    Raises:
        KlcliError: there is no such distribution, or it is none that can be a prior here.
    """
    if name not in names():
        if is_discrete(name):
            raise KlcliError(
                f"{name} is discrete and has no density", "for example 't(3)' or 'laplace(0, 1)'"
            )
        raise KlcliError(f"there is no distribution {name!r} in scipy.stats")
    if name in _REFUSED:
        raise KlcliError(
            f"{name} cannot be the prior: {_REFUSED[name]}", "for example 't(3)' or 'laplace(0, 1)'"
        )
    shapes = _scipy(name).shapes or ""
    return (*(part.strip() for part in shapes.split(",") if part.strip()), "loc", "scale")


def _scipy(name: str) -> Any:
    from scipy import stats

    return getattr(stats, name)


def _laplace(x: NDArray[Any]) -> NDArray[Any]:
    import numpy

    found: NDArray[Any] = -numpy.abs(x) - log(2)
    return found


def _hypsecant(x: NDArray[Any]) -> NDArray[Any]:
    import numpy

    found: NDArray[Any] = -numpy.logaddexp(x, -x) + log(2 / pi)
    return found


def _moyal(x: NDArray[Any]) -> NDArray[Any]:
    import numpy

    found: NDArray[Any] = -0.5 * (x + numpy.exp(-x)) - 0.5 * log(2 * pi)
    return found


def _johnsonsu(x: NDArray[Any], a: float, b: float) -> NDArray[Any]:
    import numpy

    score = a + b * numpy.arcsinh(x)
    found: NDArray[Any] = log_density(score, -log(b)) - numpy.log(numpy.hypot(1.0, x))
    return found


_EXACT: Mapping[str, Callable[..., NDArray[Any]]] = {
    "laplace": _laplace,
    "hypsecant": _hypsecant,
    "moyal": _moyal,
    "johnsonsu": _johnsonsu,
}
