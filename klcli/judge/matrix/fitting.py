"""Which multiple of which KL a formula of matrices is, found at random Gaussians of several sizes.

Between two Gaussians the formula is solved for k, a and c in k KL + a d + c. Against a fixed prior it is
solved for the coefficients of mu^T mu, 1^T mu, tr S, log det S, d and 1; k KL(q || N(m 1, t^2 I)) is

    k/2 (tr S / t^2 + mu^T mu / t^2 - 2 m/t^2 1^T mu - log det S + (m^2/t^2 - 1 + log t^2) d).

For the reversed direction it is solved for those of mu^T P mu, tr P, log det S, d and 1, P the inverse of S.
As many points as there are coefficients give them; all others have to agree, to 50 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from klcli.formula.arithmetic import Decimals, context
from klcli.formula.doubles import Doubles
from klcli.formula.tree import Tree
from klcli.formula.value.kinds import Manner
from klcli.formula.value.linear import Linear
from klcli.formula.value.points import Evaluator
from klcli.judge.matrix.points import Point, Shown, divergence, fixed_points, own_points, shown, symbols
from klcli.judge.matrix.ways import Side, Way
from klcli.judge.verdict import Quantity, recovered

__all__ = [
    "DIGITS",
    "WORKING",
    "Fit",
    "Subject",
    "fit",
    "fitted_in_doubles",
    "pairs",
    "posterior_and_prior",
    "screening_pairs",
    "solved",
    "value_at",
]

DIGITS = 50
WORKING = 70
_SLACK = 1e-8
_FEW, _SMALL = 9, 3
"""Points at which doubles rule a way out, and their largest size: five dimensions cost ten times as much."""

Pair = Mapping[Side, Shown[Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A formula to be judged.

    Attributes:
        tree: the formula.
        manner: how its products are written.
        others: the values of numbers that are set aside.
    """

    tree: Tree
    manner: Manner
    others: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Fit:
    """`scale` times a KL, plus `per_dimension` times d, plus `shift`.

    A fixed prior is N(`prior_mean` 1, `prior_variance` I).
    """

    scale: Quantity
    per_dimension: Quantity
    shift: Quantity
    reverse: bool
    prior_mean: Quantity | None = None
    prior_variance: Quantity | None = None


@lru_cache(maxsize=4)
def _decimal_pairs(seed: str) -> tuple[Pair, ...]:
    return tuple(_pair(point, Decimals(WORKING)) for point in (*fixed_points(), *own_points(seed)))


@lru_cache(maxsize=1)
def screening_pairs() -> tuple[Pair, ...]:
    """The random pairs in doubles, which rule out and decide nothing."""
    small = [point for point in fixed_points() if point.size <= _SMALL]
    return tuple(_pair(point, Doubles()) for point in small[:_FEW])


def _pair(point: Point, run: Any) -> Pair:
    return {"q": shown(point.q, run), "p": shown(point.p, run)}


def pairs(seed: str) -> tuple[Pair, ...]:
    """The random pairs, in the digits that decide."""
    return _decimal_pairs(seed)


def value_at(subject: Subject, way: Way, pair: Pair, run: Any) -> Any:
    """The formula at a pair of Gaussians.

    Raises:
        ArithmeticError: it has no value there.
    """
    others = {name: run.number(value) for name, value in subject.others.items()}
    slack = 1e-9 if isinstance(run, Doubles) else 1e-50
    values = symbols(pair, way, others, run)
    return Evaluator(run, subject.manner, len(pair["q"].mean), values, slack).number(subject.tree)


def posterior_and_prior(way: Way, pair: Pair, run: Any) -> Pair:
    """The two Gaussians that a way is about; what has no symbol is 0 or the identity."""
    size = len(pair["q"].mean)
    zero, unit = (run.number(Fraction(0)),) * size, Linear(run).identity(size)
    found: dict[Side, Shown[Any]] = {}
    sides: tuple[Side, Side] = ("q", "p")
    for side in sides:
        own = pair[side]
        mean = own.mean if way.mean(side) else zero
        of_unit = way.head(side) is None
        found[side] = Shown(
            mean, *(unit, unit, unit) if of_unit else (own.covariance, own.cholesky, own.precision)
        )
    return found


def _kl_columns(way: Way, pair: Pair, run: Any, *, reverse: bool) -> list[Any]:
    both = posterior_and_prior(way, pair, run)
    one, two = (both["p"], both["q"]) if reverse else (both["q"], both["p"])
    size = run.number(Fraction(len(one.mean)))
    return [divergence(one, two, run), size, run.number(Fraction(1))]


def _unit_columns(way: Way, pair: Pair, run: Any, *, reverse: bool) -> list[Any]:
    q, linear = pair["q"], Linear(run)
    one = run.number(Fraction(1))
    size = run.number(Fraction(len(q.mean)))
    volume = run.call("log", linear.determinant(q.covariance))
    matrix = q.precision if reverse else q.covariance
    columns = [linear.trace(matrix), volume, size, one]
    if way.mean("q"):
        weighed = linear.applied(matrix, q.mean) if reverse else q.mean
        columns.append(linear.dot(q.mean, weighed))
        if not reverse:
            columns.append(linear.dot(q.mean, (one,) * len(q.mean)))
    return columns


Columns = Callable[..., list[Any]]


def solved(rows: Sequence[list[Any]], value: Callable[[int], Any], run: Any, slack: Any) -> list[Any] | None:
    """The coefficients of the columns, if all points agree.

    Args:
        rows: the columns at each point.
        value: the formula's at a point, by its place; asked for no more points than it takes to disagree.
        run: the arithmetic.
        slack: how much they may differ, of the largest term.
    """
    count = len(rows[0])
    linear = Linear(run)
    first = tuple(map(value, range(count)))
    try:
        found = list(linear.solved(tuple(map(tuple, rows[:count])), first))
    except ArithmeticError:
        return None
    for place in range(count, len(rows)):
        terms = [run.operate("*", one, other) for one, other in zip(rows[place], found, strict=True)]
        size = max(1, *(abs(float(term)) for term in terms), abs(float(value(place))))
        rest = run.operate("-", linear.dot(rows[place], found), value(place))
        if abs(float(rest)) > slack * size:
            return None
    return found


def fitted_in_doubles(subject: Subject, way: Way) -> bool:
    """Whether doubles leave it possible that a formula is some KL."""
    run, points = Doubles(), screening_pairs()

    @cache
    def value(place: int) -> Any:
        return value_at(subject, way, points[place], run)

    try:
        return any(
            solved(_double_rows(way, reverse=reverse), value, run, _SLACK) for reverse in (False, True)
        )
    except ArithmeticError:
        return False


def _double_rows(way: Way, *, reverse: bool) -> list[list[Any]]:
    sides: tuple[Side, Side] = ("q", "p")
    given = tuple((way.head(side) is not None, way.mean(side) is not None) for side in sides)
    if (given, reverse) not in _ROWS:
        columns: Columns = _kl_columns if way.has_prior else _unit_columns
        rows = [columns(way, pair, Doubles(), reverse=reverse) for pair in screening_pairs()]
        _ROWS[given, reverse] = rows
    return _ROWS[given, reverse]


_ROWS: dict[object, list[list[Any]]] = {}
"""The columns in doubles, which depend only on what has a symbol."""


def fit(subject: Subject, way: Way, seed: str) -> Fit | None:
    """Which KL a formula is when its symbols are what a way says; None if it is none."""
    if not fitted_in_doubles(subject, way):
        return None
    run = Decimals(WORKING)
    points = pairs(seed)
    try:
        values = [value_at(subject, way, pair, run) for pair in points]
    except ArithmeticError:
        return None
    columns: Columns = _kl_columns if way.has_prior else _unit_columns
    for reverse in (False, True):
        rows = [columns(way, pair, run, reverse=reverse) for pair in points]
        found = solved(rows, values.__getitem__, run, 10.0**-DIGITS)
        if found:
            with localcontext(context(WORKING)):
                read = _of_pair if way.has_prior else _of_unit
                if kl := read(found, reverse=reverse):
                    return kl
    return None


def _of_pair(found: list[Decimal], *, reverse: bool) -> Fit | None:
    scale, per_dimension, shift = (recovered(value, DIGITS) for value in found)
    return Fit(scale, per_dimension, shift, reverse) if scale > 0 else None


def _of_unit(found: list[Decimal], *, reverse: bool) -> Fit | None:
    trace, volume, size, shift, *means = found
    square = means[0] if means else None
    linear = means[1] if len(means) > 1 else Decimal(0)
    k = 2 * volume if reverse else -2 * volume
    if recovered(k, DIGITS) <= 0 or recovered(trace, DIGITS) <= 0:
        return None
    half = k / 2
    if reverse:  # k/2 (t^2 tr P + mu^T P mu + log det S - d - d log t^2)
        if square is None or recovered(square - half, DIGITS) != 0:
            return None
        mean, variance = Decimal(0), trace / half
        expected = -half * (1 + variance.ln())
    else:
        if square is not None and recovered(square - trace, DIGITS) != 0:
            return None
        mean, variance = -linear / (2 * trace), half / trace
        expected = half * (mean * mean / variance - 1 + variance.ln())
    numbers = (k, size - expected, shift)
    scale, per_dimension, constant = (recovered(value, DIGITS) for value in numbers)
    return Fit(scale, per_dimension, constant, reverse, recovered(mean, DIGITS), recovered(variance, DIGITS))
