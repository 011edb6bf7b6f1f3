"""The space of KLs of Gaussians with covariance matrices, tried at random pairs of several sizes.

Between two Gaussians the columns are the KL, d and 1: a formula is k KL + a d + c. Against a fixed prior they
are tr S, log det S, d, 1, mu^T mu and 1^T mu; k KL(q || N(m 1, t^2 I)) is

    k/2 (tr S / t^2 + mu^T mu / t^2 - 2 m/t^2 1^T mu - log det S + (m^2/t^2 - 1 + log t^2) d).

For the reversed direction they are tr P, log det S, d, 1 and mu^T P mu, with P the inverse of S.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.linear_algebra import Linear
from klcli.formula.value.matrix_points import Evaluator
from klcli.formula.value.symbol_kinds import Manner
from klcli.judge.engine import (
    COMPARED_DIGITS,
    SPARE_DIGITS,
    Coefficients,
    Columns,
    Screen,
    identified,
    recovered,
)
from klcli.judge.scaled_kl import ScaledKL
from klcli.judge.spaces.matrices.points import (
    PosteriorAndPrior,
    Shown,
    divergence,
    fixed_points,
    own_points,
    shown,
    symbols,
)
from klcli.judge.ways import Side, Way
from klcli.values import dataclass, replace

_WORKING = COMPARED_DIGITS + SPARE_DIGITS
_FEW, _SMALL = 9, 3
"""Points at which doubles rule a way out, and their largest size: five dimensions cost ten times as much."""

ShownPair: TypeAlias = Mapping[Side, Shown[Any]]
_Given: TypeAlias = tuple[bool, bool, bool, bool]
"""Whether the mean and the matrix of q have symbols, and those of p."""


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


# The texts of one question: the formula, and corrections of it.
@lru_cache(maxsize=4)
def decimal_probes(seed: str) -> tuple[ShownPair, ...]:
    """The random pairs, in the digits that decide."""
    return tuple(_pair(point, Decimals(_WORKING)) for point in (*fixed_points(), *own_points(seed)))


@lru_cache(maxsize=1)
def double_probes() -> tuple[ShownPair, ...]:
    """A few of the random pairs in doubles, which rule out and decide nothing."""
    small = [point for point in fixed_points() if point.size <= _SMALL]
    return tuple(_pair(point, Doubles()) for point in small[:_FEW])


def _pair(point: PosteriorAndPrior, run: Any) -> ShownPair:
    return {"q": shown(point.q, run), "p": shown(point.p, run)}


def value_at(subject: Subject, way: Way, pair: ShownPair, run: Any) -> Any:
    """The formula at a pair of Gaussians.

    Args:
        subject: the formula of matrices with what was set aside.
        way: what its symbols are.
        pair: two Gaussians at a point.
        run: the arithmetic.

    Raises:
        ArithmeticError: it has no value there.
    """
    others = {name: run.number(value) for name, value in subject.others.items()}
    # Far above the rounding errors of either, for what has to be symmetric or triangular.
    slack = 1e-9 if isinstance(run, Doubles) else 1e-50
    values = symbols(pair, way, others, run)
    return Evaluator(run, subject.manner, len(pair["q"].mean), values, slack).number(subject.tree)


def posterior_and_prior(way: Way, pair: ShownPair, run: Any) -> ShownPair:
    """The two Gaussians that a way is about; what has no symbol is 0 or the identity.

    Args:
        way: what its symbols are.
        pair: two Gaussians at a point.
        run: the arithmetic.
    """
    return _standing_in(_given(way), pair, run)


def _standing_in(given: _Given, pair: ShownPair, run: Any) -> ShownPair:
    size = len(pair["q"].mean)
    zero, unit = (run.number(Fraction(0)),) * size, Linear(run).identity(size)
    found: dict[Side, Shown[Any]] = {}
    sides: tuple[Side, Side] = ("q", "p")
    for side, has_mean, has_head in zip(sides, given[::2], given[1::2], strict=True):
        own = pair[side]
        # Covariance, factor and precision of the unit prior are all the identity.
        matrices = (own.covariance, own.cholesky, own.precision) if has_head else (unit,) * 3
        found[side] = Shown(own.mean if has_mean else zero, *matrices)
    return found


def _row(given: _Given, pair: ShownPair, run: Any, *, reverse: bool) -> list[Any]:
    """The columns at a pair of Gaussians."""
    # Whether the prior has a mean or a matrix of its own.
    row = _pair_row if given[2] or given[3] else _unit_row
    return row(given, pair, run, reverse=reverse)


def _pair_row(given: _Given, pair: ShownPair, run: Any, *, reverse: bool) -> list[Any]:
    both = _standing_in(given, pair, run)
    one, two = (both["p"], both["q"]) if reverse else (both["q"], both["p"])
    size = run.number(Fraction(len(one.mean)))
    return [divergence(one, two, run), size, run.number(Fraction(1))]


def _unit_row(given: _Given, pair: ShownPair, run: Any, *, reverse: bool) -> list[Any]:
    q, linear = pair["q"], Linear(run)
    one = run.number(Fraction(1))
    size = run.number(Fraction(len(q.mean)))
    volume = run.call("log", linear.determinant(q.covariance))
    matrix = q.precision if reverse else q.covariance
    columns = [linear.trace(matrix), volume, size, one]
    if given[0]:
        weighed = linear.applied(matrix, q.mean) if reverse else q.mean
        columns.append(linear.dot(q.mean, weighed))
        if not reverse:
            columns.append(linear.dot(q.mean, (one,) * len(q.mean)))
    return columns


def kl_of_matrices(subject: Subject, way: Way, seed: str) -> ScaledKL | None:
    """Which KL a formula is when its symbols are what a way says; None if it is none.

    Args:
        subject: the formula.
        way: what its symbols are.
        seed: the text of the formula, from which some of the points are derived.
    """
    directions = _not_ruled_out(subject, way)
    run = Decimals(_WORKING)
    columns = (_columns(_given(way), seed, reverse) for reverse in directions)
    values = (value_at(subject, way, pair, run) for pair in decimal_probes(seed))
    return identified(columns, values, COMPARED_DIGITS)


def _given(way: Way) -> _Given:
    return (
        way.mean("q") is not None,
        way.head("q") is not None,
        way.mean("p") is not None,
        way.head("p") is not None,
    )


def _not_ruled_out(subject: Subject, way: Way) -> list[bool]:
    """The directions that doubles leave possible."""
    run = Doubles()
    try:
        values = [value_at(subject, way, pair, run) for pair in double_probes()]
    except ArithmeticError:
        return []
    return [one for one in (False, True) if _screen(_given(way), one).admits(values, run.largest)]


# What is given can be 16 things, in two directions.
@lru_cache(maxsize=32)
def _screen(given: _Given, reverse: bool) -> Screen:
    return Screen.of([_row(given, pair, Doubles(), reverse=reverse) for pair in double_probes()])


# What is given can be 16 things, in two directions.
@lru_cache(maxsize=32)
def _columns(given: _Given, seed: str, reverse: bool) -> Columns:
    run = Decimals(_WORKING)
    rows = [_row(given, pair, run, reverse=reverse) for pair in decimal_probes(seed)]
    # The same.
    if given[2] or given[3]:
        return Columns(rows, _reversed_pair if reverse else _forward_pair)
    return Columns(rows, _reversed_unit if reverse else _forward_unit)


def _forward_pair(found: Coefficients) -> ScaledKL | None:
    scale, per_dimension, shift = (recovered(value, found.digits) for value in found.values)
    return ScaledKL(scale, shift, per_dimension=per_dimension) if scale > 0 else None


def _reversed_pair(found: Coefficients) -> ScaledKL | None:
    kl = _forward_pair(found)
    return replace(kl, reverse=True) if kl else None


def _forward_unit(found: Coefficients) -> ScaledKL | None:
    trace, volume, size, shift, *means = found.values
    square, linear = means or (trace, Decimal(0))
    k = -2 * volume
    if k <= 0 or trace <= 0 or recovered(square - trace, found.digits) != 0:
        return None
    mean, variance = -linear / (2 * trace), k / (2 * trace)
    expected = k / 2 * (mean * mean / variance - 1 + variance.ln())
    return found.kl(k, shift, mean, variance, size - expected)


def _reversed_unit(found: Coefficients) -> ScaledKL | None:
    """For k/2 (t^2 tr P + mu^T P mu + log det S - d - d log t^2); without a mean t^2 is not told from k."""
    trace, volume, size, shift, *means = found.values
    k = 2 * volume
    if k <= 0 or trace <= 0 or not means or recovered(means[0] - volume, found.digits) != 0:
        return None
    variance = trace / volume
    expected = -volume * (1 + variance.ln())
    return replace(found.kl(k, shift, Decimal(0), variance, size - expected), reverse=True)
