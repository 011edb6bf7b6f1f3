"""What each symbol of a formula can be at all, as far as doubles tell: a mean, a head under which readings.

Along a mean, with all else held, a KL is a parabola. Along a head it is made of three
terms: sigma^2, log sigma and 1 where the head is that of the distribution over which the expectation runs,
1/sigma^2, log sigma and 1 where it is that of the other. One evaluation in columns says this of all symbols,
and leaves few of the ways in which they can be means and heads. What it rules out is wrong by far more than
rounding errors, for which the largest number that occurred gives the scale; nothing is confirmed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import inf, isfinite, log
from typing import TypeAlias

from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Number, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import DoubleColumns, Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.roles import Roles
from klcli.values import dataclass

_LARGEST = 10**9
"""Numbers in a formula beyond which, or below whose reciprocal, doubles may not tell wrong from right."""
_TOLERANCE = 1e-7
"""The relative error that rules a symbol out: rounding errors are below a millionth of it."""

_STEPS = tuple(0.5 + 0.4 * step for step in range(4))
"""Values of a mean, at whose third differences it shows whether a formula is a parabola in it."""
_SIGMAS = (0.43, 0.79, 1.31, 1.9, 2.63)
"""Standard deviations on both sides of 1."""
_FOURS, _THREE = ((0, 1, 2, 3), (1, 2, 3, 4)), (0, 2, 4)
"""Places among them: three terms leave one equation at four, two times, and two terms one at three."""
_MODERATE, _MOST = 10**3, 1e4
"""Numbers in a formula up to which, and down to whose reciprocal, and those in its evaluation up to which it
shows in doubles that a logarithm is missing: a product of three small ones is far above rounding errors."""
_ROUNDING = 2e-15
"""What may be left of 0 beside numbers of the size of 1."""


ReadingSets: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""Names of readings of the distribution that the expectation runs over, and of the other."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What a symbol can be.

    Attributes:
        is_quadratic: whether a formula is a polynomial of at most second degree in it.
        may_be_mean: the same, and where the formula has no value at the points that would tell.
        spans: the readings under which the formula is made of the three terms of a head, for the head of the
            distribution that the expectation runs over and for the other.
        heads: those of them under which the logarithm has the sign that it has in a KL.
    """

    is_quadratic: bool
    may_be_mean: bool
    spans: ReadingSets
    heads: ReadingSets


_ALL = frozenset(PARAMETERIZATIONS), frozenset(PARAMETERIZATIONS)
_ANYTHING = Screened(True, True, _ALL, _ALL)
"""What a symbol can be that does not occur."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the symbols of a formula can be, by their names."""

    symbols: Mapping[str, Screened]

    def admits(self, role: Roles) -> bool:
        """Whether means and heads of these roles can be those of a KL, in either direction."""
        one, two = self.heads(role.head), self.heads(role.prior_head) if role.has_prior else _ALL
        return self.admits_means(role) and bool((one[0] and two[1]) or (one[1] and two[0]))

    def admits_means(self, role: Roles) -> bool:
        """Whether the means of these roles can be means."""
        return all(self._of(name).may_be_mean for name in (role.mean, role.prior_mean))

    def spans(self, head: str | None) -> ReadingSets:
        """The readings under which a formula is made of the terms of a head, whatever their signs."""
        return self._of(head).spans

    def heads(self, head: str | None) -> ReadingSets:
        """The readings under which a symbol can be the head of a KL."""
        return self._of(head).heads

    def _of(self, name: str | None) -> Screened:
        return self.symbols.get(name or "", _ANYTHING)


def has_plain_numbers(tree: Tree, largest: int = _LARGEST) -> bool:
    """Whether all numbers in a formula are of a size at which doubles tell wrong from right."""
    numbers = (node.value.as_integer_ratio() for node in walk(tree) if isinstance(node, Number))
    # In integers: products of fractions are reduced, which takes ten times as long.
    return all(not above or (below < above * largest and above < below * largest) for above, below in numbers)


# The formulas and ways of one program.
@remembered(64)
def screened(tree: Tree) -> Screening:
    """What each symbol of a formula can be."""
    names = free_symbols(tree)
    own = [*_STEPS, *(head for heads in _heads().values() for head in heads)]
    # Positive, as heads may have to be, and no two symbols alike.
    others = {name: 0.7 + 0.3 * place for place, name in enumerate(names)}
    columns: dict[str, list[float]] = {name: [] for name in names}
    for moved in names:
        for name, column in columns.items():
            column += own if name == moved else [others[name]] * len(own)
    run = DoubleColumns(len(own) * len(names))
    values = evaluate(tree, columns, run)
    is_plain, is_moderate = has_plain_numbers(tree), has_plain_numbers(tree, _MODERATE)
    found = {}
    for place, name in enumerate(names):
        rows = slice(place * len(own), (place + 1) * len(own))
        found[name] = _screened(values[rows], run.largest[rows], is_plain=is_plain, is_moderate=is_moderate)
    return Screening(found)


def _screened(
    values: Sequence[float], largest: Sequence[float], *, is_plain: bool, is_moderate: bool
) -> Screened:
    """What a symbol can be whose values are those of a mean, and then of a head under every reading.

    Args:
        values: of the formula.
        largest: the largest numbers that occurred.
        is_plain: whether doubles can rule anything out.
        is_moderate: whether they also tell that there is no logarithm.
    """
    at, scale = values[: len(_STEPS)], max(1.0, *largest[: len(_STEPS)])
    # The binomial coefficients: third differences vanish for parabolas alone.
    third = abs(at[3] - 3 * at[2] + 3 * at[1] - at[0])
    is_quadratic = scale < inf and third <= _TOLERANCE * scale
    # What has no value at the steps may have one at the points that decide.
    is_unsure = not (is_plain and isfinite(third) and scale < inf)
    if not is_plain:
        return Screened(is_quadratic, True, _ALL, _ALL)
    spans: tuple[list[str], list[str]] = ([], [])
    heads: tuple[list[str], list[str]] = ([], [])
    for place, name in enumerate(_heads()):
        start = len(_STEPS) + place * len(_SIGMAS)
        rows = slice(start, start + len(_SIGMAS))
        most = max(largest[rows])
        is_told = is_moderate and most < _MOST
        for number, terms in enumerate(_terms(_sigmas(name))):
            if most == inf or all(
                abs(_sum(row, values[rows])) <= _TOLERANCE * most for row in terms.residuals
            ):
                spans[number].append(name)
                if not is_told or _sum(terms.logarithm, values[rows]) > _ROUNDING * most:
                    heads[number].append(name)
    one, two = ((frozenset(found[0]), frozenset(found[1])) for found in (spans, heads))
    return Screened(is_quadratic, is_quadratic or is_unsure, one, two)


def _sum(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


@cache
def _heads() -> Mapping[str, tuple[float, ...]]:
    """The heads that stand for the standard deviations, by the reading."""
    return {
        name: tuple(evaluate(row.head, {"sigma": sigma}, Doubles()) for sigma in _sigmas(name))
        for name, row in PARAMETERIZATIONS.items()
    }


@cache
def _sigmas(name: str) -> tuple[float, ...]:
    """The standard deviations at which a reading is tried."""
    return tuple(map(PARAMETERIZATIONS[name].within, _SIGMAS))


@dataclass(frozen=True, slots=True)
class _Terms:
    """Weights of the values at the standard deviations, their magnitudes adding up to 1.

    Attributes:
        residuals: two, with which everything made of the three terms sums to 0.
        logarithm: those with which it sums to a multiple of the coefficient of the logarithm, which is
            positive in a KL.
    """

    residuals: tuple[tuple[float, ...], ...]
    logarithm: tuple[float, ...]


@cache
def _terms(sigmas: tuple[float, ...]) -> tuple[_Terms, ...]:
    """The weights for sigma^2, log sigma and 1, and for 1/sigma^2, log sigma and 1."""
    found = []
    for power, sign in ((2, -1), (-2, 1)):
        rows = [(sigma**power, 1.0, log(sigma)) for sigma in sigmas]
        residuals = tuple(_annihilating(rows, four) for four in _FOURS)
        weights = _annihilating([row[:2] for row in rows], _THREE)
        is_turned = sign * _sum(weights, [row[2] for row in rows]) < 0
        found.append(_Terms(residuals, tuple(-weight if is_turned else weight for weight in weights)))
    return tuple(found)


def _annihilating(rows: Sequence[Sequence[float]], places: Sequence[int]) -> tuple[float, ...]:
    """Weights at some places with which every column of a table sums to 0: cofactors of one more column."""
    minors = [[rows[other] for other in places if other != place] for place in places]
    found = dict(
        zip(places, ((-1) ** n * _determinant(minor) for n, minor in enumerate(minors)), strict=True)
    )
    total = sum(map(abs, found.values()))
    return tuple(found.get(place, 0.0) / total for place in range(len(rows)))


def _determinant(rows: Sequence[Sequence[float]]) -> float:
    """By its first row: they have two or three."""
    if len(rows) == 1:
        return rows[0][0]
    below = [[[*row[:column], *row[column + 1 :]] for row in rows[1:]] for column in range(len(rows))]
    return sum((-entry if n % 2 else entry) * _determinant(below[n]) for n, entry in enumerate(rows[0]))
