"""What each symbol of a formula can be at all, as far as doubles tell: a mean, or a head under which readings.

Along a mean, with all else held, a KL is a parabola. Along a head it is made of three
terms: sigma^2, log sigma and 1 where the head is that of the distribution over which the expectation runs,
1/sigma^2, log sigma and 1 where it is that of the other. One evaluation in columns says this of all symbols,
and leaves few of the ways in which they can be means and heads. What it rules out is wrong by far more than
rounding errors, for which the largest number that occurred gives the scale; nothing is confirmed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import inf, isfinite, log

from klcli.formula.arithmetic import evaluate
from klcli.formula.doubles import Doubles, Rows
from klcli.formula.tree import Number, Tree, free_symbols, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles

__all__ = ["Screened", "Screening", "has_plain_numbers", "screened"]

_SMALLEST = Fraction(1, 10**9)
"""Numbers in a formula beyond which, or beyond its reciprocal, doubles may not tell wrong from right."""
_TOLERANCE = 1e-7
"""The relative error that rules a symbol out: rounding errors are below a millionth of it."""

_STEPS = tuple(0.5 + 0.4 * step for step in range(4))
"""Values of a mean, at whose third differences it shows whether a formula is a parabola in it."""
_SIGMAS = (0.43, 0.79, 1.31, 1.9, 2.63)
"""Standard deviations on both sides of 1: three terms are solved for at four of them, two times."""
_FOURS = ((0, 1, 2, 3), (1, 2, 3, 4))


@dataclass(frozen=True, slots=True)
class Screened:
    """What a symbol can be.

    Attributes:
        is_quadratic: whether a formula is a polynomial of at most second degree in it.
        may_be_mean: the same, and where the formula has no value at the points that would tell.
        over: the readings under which it can be the head of the distribution that the expectation runs over.
        against: the readings under which it can be the head of the other distribution.
    """

    is_quadratic: bool
    may_be_mean: bool
    over: frozenset[str]
    against: frozenset[str]


_ANYTHING = Screened(True, True, frozenset(PARAMETERIZATIONS), frozenset(PARAMETERIZATIONS))
"""What a symbol can be that does not occur."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the symbols of a formula can be, by their names."""

    symbols: Mapping[str, Screened]

    def admits_means(self, role: Roles) -> bool:
        """Whether the means of these roles can be means."""
        return all(self._of(name).may_be_mean for name in (role.mean, role.prior_mean))

    def over(self, head: str | None) -> frozenset[str]:
        """The readings of the head of the distribution that the expectation runs over."""
        return self._of(head).over

    def against(self, head: str | None) -> frozenset[str]:
        """The readings of the head of the other distribution."""
        return self._of(head).against

    def _of(self, name: str | None) -> Screened:
        return self.symbols.get(name or "", _ANYTHING)


def has_plain_numbers(tree: Tree) -> bool:
    """Whether all numbers in a formula are of a size at which doubles tell wrong from right."""
    numbers = (node.value for node in walk(tree) if isinstance(node, Number))
    return all(not value or _SMALLEST < value < 1 / _SMALLEST for value in numbers)


@lru_cache(maxsize=64)
def screened(tree: Tree) -> Screening:
    """What each symbol of a formula can be."""
    names = free_symbols(tree)
    own = [*_STEPS, *(head for heads in _heads().values() for head in heads)]
    others = {name: 0.7 + 0.3 * place for place, name in enumerate(names)}
    columns: dict[str, list[float]] = {name: [] for name in names}
    for moved in names:
        for name, column in columns.items():
            column += own if name == moved else [others[name]] * len(own)
    run = Rows(len(own) * len(names))
    values = evaluate(tree, columns, run)
    is_plain = has_plain_numbers(tree)
    found = {}
    for place, name in enumerate(names):
        rows = slice(place * len(own), (place + 1) * len(own))
        found[name] = _screened(values[rows], run.largest[rows], is_plain=is_plain)
    return Screening(found)


def _screened(values: Sequence[float], largest: Sequence[float], *, is_plain: bool) -> Screened:
    """What a symbol can be whose values are those of a mean, and then of a head under every reading.

    Args:
        values: of the formula.
        largest: the largest numbers that occurred.
        is_plain: whether doubles can rule anything out.
    """
    count, scale = len(_STEPS), max(1.0, *largest[: len(_STEPS)])
    at = values[:count]
    third = abs(at[3] - 3 * at[2] + 3 * at[1] - at[0])
    is_quadratic = scale < inf and third <= _TOLERANCE * scale
    readings: tuple[list[str], list[str]] = ([], [])
    for name in _heads():
        rows = slice(count, count := count + len(_SIGMAS))
        for fitting, direction in zip(readings, _annihilators(), strict=True):
            if not is_plain or _vanish(direction, values[rows], max(largest[rows])):
                fitting.append(name)
    is_unsure = not (is_plain and isfinite(third) and scale < inf)
    return Screened(is_quadratic, is_quadratic or is_unsure, *map(frozenset, readings))


def _vanish(direction: Sequence[Sequence[float]], values: Sequence[float], largest: float) -> bool:
    """Whether weighted sums of values vanish, as far as doubles can tell."""
    if largest == inf:
        return True
    sums = (sum(weight * value for weight, value in zip(row, values, strict=True)) for row in direction)
    return all(
        abs(total) <= _TOLERANCE * largest * sum(map(abs, row))
        for total, row in zip(sums, direction, strict=True)
    )


@cache
def _heads() -> Mapping[str, tuple[float, ...]]:
    """The heads that stand for the standard deviations, by the reading."""
    return {
        name: tuple(evaluate(row.head, {"sigma": sigma}, Doubles()) for sigma in _SIGMAS)
        for name, row in PARAMETERIZATIONS.items()
    }


@cache
def _annihilators() -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Weights of values with which everything made of the three terms sums to 0, in both directions."""
    return tuple(tuple(_cofactors(power)) for power in (2, -2))


def _cofactors(power: int) -> Iterator[tuple[float, ...]]:
    """The cofactors of the column of values in the table of the terms at four points."""
    for four in _FOURS:
        rows = {place: (_SIGMAS[place] ** power, log(_SIGMAS[place]), 1.0) for place in four}
        weights = [0.0] * len(_SIGMAS)
        for number, place in enumerate(four):
            weights[place] = (-1) ** number * _determinant(*(rows[other] for other in four if other != place))
        yield tuple(weights)


def _determinant(one: Sequence[float], two: Sequence[float], three: Sequence[float]) -> float:
    a, b, c = one
    d, e, f = two
    g, h, i = three
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
