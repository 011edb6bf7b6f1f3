"""Quantities of two Gaussians that are no KL, and are met where one is expected; each is known by its values.

Sources: Jeffreys (1946); Bhattacharyya (1943); Hellinger's distance as in Pardo, Statistical Inference Based
on Divergence Measures (2006); Wasserstein-2 as in Givens and Shortt (1984); the KL of two Gaussians of one
variance is that of Kullback (1959) with both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import exp, isfinite, log, sqrt

from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import DoubleColumns, Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.roles import Roles, possible_roles
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.values import dataclass, replace

PairMoments = tuple[float, float, float, float]
"""Mean and standard deviation of q, and of p."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A known quantity of two Gaussians.

    Attributes:
        name: what it is called, with its formula in words.
        value: of two Gaussians.
        is_distance: whether it is a plain distance where both means are 0, which may be one of anything.
    """

    name: str
    value: Callable[[PairMoments], float]
    is_distance: bool = False


@dataclass(frozen=True, slots=True)
class Recognised:
    """A formula that is a multiple of a known quantity.

    Attributes:
        quantity: which.
        scale: how many times.
        roles: what its symbols are.
        reading: what its heads mean.
    """

    quantity: Quantity
    scale: Fraction
    roles: Roles
    reading: Parameterization


def _kl(moments: PairMoments) -> float:
    return evaluate(known(NORMAL_DIVERGENCE), dict(zip("msnt", moments, strict=True)), Doubles())


def _jeffreys(moments: PairMoments) -> float:
    m, s, n, t = moments
    return _kl(moments) + _kl((n, t, m, s))


def _bhattacharyya(moments: PairMoments) -> float:
    m, s, n, t = moments
    both = s * s + t * t
    # The Bhattacharyya distance: 1/4 of the squared distance over both variances, and half the log of their
    # mean over the root of their product.
    return (m - n) ** 2 / (4 * both) + log(both / (2 * s * t)) / 2


def _squared_hellinger(moments: PairMoments) -> float:
    return 1 - exp(-_bhattacharyya(moments))


def _squared_wasserstein(moments: PairMoments) -> float:
    m, s, n, t = moments
    return (m - n) ** 2 + (s - t) ** 2


_KL = Quantity("the KL", _kl)
QUANTITIES = (
    Quantity("the Jeffreys divergence KL(q || p) + KL(p || q)", _jeffreys),
    Quantity("the Bhattacharyya distance", _bhattacharyya),
    Quantity("the squared Hellinger distance", _squared_hellinger),
    Quantity("the Hellinger distance", lambda moments: sqrt(_squared_hellinger(moments))),
    Quantity("the squared Wasserstein-2 distance", _squared_wasserstein, is_distance=True),
    Quantity(
        "the Wasserstein-2 distance", lambda moments: sqrt(_squared_wasserstein(moments)), is_distance=True
    ),
)

_POINTS: tuple[PairMoments, ...] = (
    (0.37, 1.31, -0.52, 0.83),
    (-1.13, 0.43, 0.71, 1.57),
    (2.41, 1.73, 1.09, 0.62),
    (-0.71, 0.79, -1.37, 2.21),
    (1.57, 2.19, 0.23, 1.11),
    (0.89, 0.57, -0.94, 0.41),
)
"""Means and standard deviations: both signs, and every spread on both sides of the other."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_LARGEST_DENOMINATOR = 64
"""Factors that people write are halves, quarters and small counts."""
_MOST_WAYS = 24
"""Four symbols are two means and two heads in 24 orders."""


def recognised(tree: Tree) -> Recognised | None:
    """The known quantity that a formula is a multiple of, under some way to read its symbols."""
    names = free_symbols(tree)
    # Two means and two heads, of which two may be shared or left out.
    if not 2 <= len(names) <= 4:
        return None
    for way in [one for one in _ways(names) if one.head][:_MOST_WAYS]:
        for reading in PARAMETERIZATIONS.values():
            points = tuple(_standing_in(way, point) for point in _points(reading))
            values = _values(tree, way, reading, points)
            for quantity in _meant(way) if values else ():
                if scale := _multiple(values, _known(quantity, points)):
                    return Recognised(quantity, scale, way, reading)
    return None


def _meant(way: Roles) -> Iterator[Quantity]:
    """The quantities that a formula with these symbols can be meant for."""
    named = way.mean or (suggested(way.head or "") and suggested(way.prior_head or ""))
    yield from (one for one in QUANTITIES if named or not one.is_distance)


def shared_head(tree: Tree) -> Recognised | None:
    """The KL of two Gaussians of one variance, (m - n)^2 / (2 sigma^2), if a formula is a multiple of it."""
    names = free_symbols(tree)
    # Two means and the one head.
    if len(names) != 3:
        return None
    for way in possible_roles(names, mean=None, head=None):
        if way.prior_mean is None:
            continue
        for reading in PARAMETERIZATIONS.values():
            points = tuple((m, s, n, s) for m, s, n, _ in _points(reading))
            values = _values(tree, way, reading, points)
            if values and (scale := _multiple(values, _known(_KL, points))):
                return Recognised(_KL, scale, replace(way, prior_head=way.head), reading)
    return None


def _ways(names: Sequence[str]) -> Iterator[Roles]:
    """Both Gaussians with symbols of their own; with two symbols the other may be N(0, 1).

    What is named like a mean is no head: the distance of two means is that of two deviations without a mean.
    """
    for way in possible_roles(names, mean=None, head=None):
        if is_mean(way.head or "") or is_mean(way.prior_head or ""):
            continue
        if len(names) == 2 or (way.prior_head and (way.prior_mean or not way.mean)):
            yield way


def _points(reading: Parameterization) -> list[PairMoments]:
    """The points, with sigmas of a reading."""
    return [(m, reading.within(s), n, reading.within(t)) for m, s, n, t in _POINTS]


@remembered(1024)  # every quantity at every reading's points: no formula changes them
def _known(quantity: Quantity, points: tuple[PairMoments, ...]) -> list[float]:
    return list(map(quantity.value, points))


# Every reading at both deviations of every point.
@remembered(256)
def _head(reading: str, sigma: float) -> float:
    return evaluate(PARAMETERIZATIONS[reading].head, {"sigma": sigma}, Doubles())


def _standing_in(way: Roles, point: PairMoments) -> PairMoments:
    """A point with the values that symbols have which do not occur."""
    m, s, n, t = point
    return (m if way.mean else 0.0, s, n if way.prior_mean else 0.0, t if way.prior_head else 1.0)


def _values(tree: Tree, way: Roles, reading: Parameterization, points: Sequence[PairMoments]) -> list[float]:
    columns: dict[str, list[float]] = {}
    names = (way.mean, way.head, way.prior_mean, way.prior_head)
    for place, name in enumerate(names):
        if name:
            column = [point[place] for point in points]
            # Means and heads stand by turns.
            is_head = place in (1, 3)
            columns[name] = [_head(reading.name, s) for s in column] if is_head else column
    return evaluate(tree, columns, DoubleColumns(len(points)))


def _multiple(values: Sequence[float], known: Sequence[float]) -> Fraction | None:
    """The plain factor k > 0 with which k times the known values are the others; None if there is none."""
    if not all(map(isfinite, values)):
        return None
    slack = _CLOSE * (1 + max(map(abs, values)))
    # Rules most out before a fraction is looked for.
    if abs(values[1] * known[0] - values[0] * known[1]) > slack * (known[0] + known[1]):
        return None
    scale = Fraction(values[0] / known[0]).limit_denominator(_LARGEST_DENOMINATOR)
    errors = [abs(value - float(scale) * one) for value, one in zip(values, known, strict=True)]
    return scale if scale > 0 and max(errors) <= slack else None
