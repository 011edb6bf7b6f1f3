"""Where a formula has its minimum and how it bends there: what training with it would do.

A formula is looked at as a function of mu and sigma under a reading. A grid finds where it is lowest;
Newton's method in 60 digits, with derivatives from central differences, finds the minimum to more digits
than a double has. A formula that is lowest at the edge of the grid has no minimum, and `Limit` says where
it falls to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import chain, pairwise
from math import exp, inf, isfinite, isnan, log, nan
from typing import TypeAlias

from klcli.formula.numeral import decimal_text
from klcli.formula.traversal import walk
from klcli.formula.tree import Number, Operation, Symbol, Tree
from klcli.formula.value.arithmetic import context, evaluate
from klcli.formula.value.doubles import Grid, Grids
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.probes import Penalty, of_formula
from klcli.judge.roles import Roles
from klcli.values import dataclass

Edge: TypeAlias = tuple[int, int]
"""The ends to which the mean and sigma go: -1, 0 or 1."""

_DIGITS = 60
"""Of differences, whose square of the step takes 28 of them."""
_STEP = Decimal("1e-14")
"""Relative step of the differences: their error is its square, their rounding 1e-60 over it squared."""
_AROUND = (-_STEP, Decimal(0), _STEP)
"""At which a function is looked at for its differences."""
_REACH = 9
"""Means and logarithms of sigma up to which the grid looks."""
_PER_MEAN, _PER_LOG = 2, 10
"""Places of the grid to a mean, and to a logarithm of sigma, of 1: some 6,700, which take 1 ms."""
_ROUNDS = 60
"""Of a method that doubles its digits, and takes halves of sigma where a step would leave the range."""
_SETTLED = Decimal("1e-20")
"""Of a step: far below the last digit of a double, far above 1e-28, the error of the differences."""
_TINY = Decimal("1e-20")
"""What is 0 but for the error of the differences."""
_NEAR = Decimal("1e-6")
"""What 1/sigma still changes by on the last part of the way to an edge, to 2^40 from 2^20 times the sigma."""
_ROUNDING = 1e-6
"""What doubles may leave of terms that cancel, relative to the value."""
_PROBES = (Decimal("0.3"), Decimal("0.8"), Decimal("2.7"))
"""Means and positions among the sigmas at which digits tell rounding from a slope."""
_FAR = (Decimal("1e6"), Decimal("1e8"), Decimal("1e10"))
"""Sigmas beside whose powers little else counts: log sigma / sigma is 1.4e-5 at the first."""
_SETTLED_POWER, _EXPONENTIAL = 0.01, 50.0
"""A power of sigma that changes by less from one place to the next is that of the growth; beyond 50 it
is exponential."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """A point at which a formula is lowest, and its second derivative in sigma there.

    `mu` is None where the formula does not depend on the mean, `sigma` where it does not depend on the
    spread, `curvature` where the minimum is a kink.
    """

    mu: float | None
    sigma: float | None
    value: float
    curvature: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """The way on which a formula without a minimum becomes lowest: ``sigma -> 0``.

    `value` is what it tends to; None if it falls without bound or that was not found.
    """

    where: str
    value: float | None
    unbounded: bool = False


def derivatives(function: Penalty, mu: Decimal, sigma: Decimal) -> tuple[float, float | None] | None:
    """Slope and curvature in sigma, correctly rounded but for ties; None where the function has no value.

    At a kink, which shows by differences that depend on their step, there is no curvature.

    Args:
        function: of the mean and sigma.
        mu: the mean of the posterior.
        sigma: its standard deviation.
    """
    try:
        with localcontext(context(_DIGITS)):
            slope, curvature = _differences(function, mu, sigma, sigma * _STEP)
            # Where it is smooth, a step a hundred times as wide gives the same.
            _, wider = _differences(function, mu, sigma, sigma * _STEP * 100)
            smooth = abs(curvature - wider) <= Decimal("1e-6") * max(abs(curvature), Decimal(1))
            return _tidy(slope), _tidy(curvature) if smooth else None
    except ArithmeticError:
        return None


def _differences(function: Penalty, mu: Decimal, sigma: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """The central differences of first and second order."""
    below, here, above = (function(mu, sigma + offset) for offset in (-step, Decimal(0), step))
    return (above - below) / (2 * step), (above - 2 * here + below) / (step * step)


def growth(function: Penalty, mu: Decimal) -> float | None:
    """The power of sigma with which a function grows for large sigma, 2 for a KL.

    None where it has no value there, or where the power has not settled by sigma = 1e8; a power that is
    itself large counts as settled, as do those near zero of a logarithm.
    """
    try:
        with localcontext(context(_DIGITS)):
            values = [function(mu, sigma) for sigma in _FAR]
            # The places are a hundred times as far as those before.
            powers = [float((above / below).ln() / Decimal(100).ln()) for below, above in pairwise(values)]
    except ArithmeticError:
        return None
    settled = (
        abs(powers[1] - powers[0]) < _SETTLED_POWER
        or min(powers) > _EXPONENTIAL
        # Those of a logarithm: it grows by less than any power that people write.
        or max(map(abs, powers)) < 0.2
    )
    return powers[0] if settled else None


def lowest(tree: Tree, roles: Roles, reading: Parameterization) -> Minimum | Limit | None:
    """The minimum of a formula, or where it is lowest if it has none; None if it has no value anywhere.

    Args:
        tree: the formula.
        roles: its mean and heads.
        reading: what its head means.
    """
    means = [place / _PER_MEAN for place in range(-_REACH * _PER_MEAN, _REACH * _PER_MEAN + 1)]
    positions = [exp(place / _PER_LOG) for place in range(-_REACH * _PER_LOG, _REACH * _PER_LOG + 1)]
    spread = list(map(reading.within, positions))
    penalty = on_grid(tree, roles, reading, means, spread)
    if not any(map(isfinite, chain.from_iterable(penalty))):
        return None
    least = min(map(min, penalty))
    row = next(row for row, line in enumerate(penalty) if least in line)
    column = penalty[row].index(least)
    flat = all(line == penalty[0] for line in penalty)
    function = of_formula(tree, roles, reading)
    if all(line.count(line[0]) == len(line) for line in penalty) or _is_level(penalty, function, reading):
        return Minimum(None if flat else means[row], None, least, None)
    mean, position = Decimal(means[row]), Decimal(positions[column])
    if edge := _edge(penalty, row, column):
        return _limit(function, reading, mean, position, edge)
    found = _refined(function, mean, reading.within(position), flat=flat)
    if found and found.sigma and abs(log(found.sigma)) > _REACH:
        return _limit(function, reading, mean, position, (0, -1 if found.sigma < 1 else 1))
    return found


def on_grid(
    tree: Tree, roles: Roles, reading: Parameterization, means: Sequence[float], spread: Sequence[float]
) -> Grid:
    """A formula in doubles, a row for every mean and a column for every sigma; inf where it has no value.

    Args:
        tree: the formula.
        roles: its mean and heads.
        reading: what its head means.
        means: of the grid.
        spread: of its sigmas.
    """
    grids = Grids()
    known = [sigma if reading.reaches(sigma) else nan for sigma in spread]
    head = evaluate(reading.head, {"sigma": [known]}, grids)
    size: Callable[[float], float] = abs if _is_even(tree, roles.mean) else float
    own = sorted(set(map(size, means)))
    found = evaluate(tree, roles.given([[mean] for mean in own], head), grids)
    rows = [_with_values(row * len(spread) if len(row) == 1 else row) for row in found]
    at = dict(zip(own, rows * len(own) if len(rows) == 1 else rows, strict=True))
    return [at[size(mean)] for mean in means]


def _is_even(tree: Tree, mean: str | None) -> bool:
    """Whether the mean stands in squares alone, so that half of the means say what all do."""
    if mean is None:
        return False
    symbol, nodes = Symbol(mean), list(walk(tree))
    return nodes.count(symbol) == nodes.count(Operation("^", symbol, Number(Fraction(2))))


def _with_values(line: list[float]) -> list[float]:
    """A row with inf in the place of nan, which few rows have: the sum of one that has it is nan."""
    return [inf if isnan(number) else number for number in line] if isnan(sum(line)) else line


def _is_level(penalty: Grid, function: Penalty, reading: Parameterization) -> bool:
    """Whether sigma makes no difference: in digits at some places, and on the grid but for rounding."""
    try:
        with localcontext(context(_DIGITS)):
            for mu in _PROBES:
                row = [function(mu, reading.within(sigma)) for sigma in _PROBES]
                if max(row) - min(row) > _TINY * max(abs(row[0]), Decimal(1)):
                    return False
    except ArithmeticError:
        return False
    ranges = ((min(line), max(line)) for line in penalty)
    return not any(most - least > _ROUNDING * max(1.0, abs(least), abs(most)) for least, most in ranges)


def _edge(penalty: Grid, row: int, column: int) -> Edge | None:
    """The edge of the grid, or of where the formula has a value, at which it is lowest; None inside."""
    rows, columns = len(penalty), len(penalty[0])
    if column in (0, columns - 1):
        return 0, -1 if column == 0 else 1
    if row in (0, rows - 1) and penalty[0][column] != penalty[rows // 2][column]:
        return -1 if row == 0 else 1, 0
    beside = max(penalty[row][column - 1], penalty[row][column + 1])
    return None if beside < inf else (0, 0)


def _edge_text(reading: Parameterization, sigma: Decimal, edge: Edge) -> str:
    """The edge in words."""
    of_mean, of_sigma = edge
    if of_mean:
        return "mu -> -infinity" if of_mean < 0 else "mu -> infinity"
    if of_sigma:
        end = reading.least if of_sigma < 0 else reading.most
        return f"sigma -> {'infinity' if end is None else decimal_text(end)}"
    return f"sigma -> {sigma:.3g}, the edge of where it has a value"


def _limit(function: Penalty, reading: Parameterization, mu: Decimal, position: Decimal, edge: Edge) -> Limit:
    """What the formula tends to on the way to the edge, from a mean and a position among the sigmas."""
    where = _edge_text(reading, reading.within(position), edge)
    of_mean, of_sigma = edge
    if edge == (0, 0):
        return Limit(where, None)
    values = []
    try:
        with localcontext(context(_DIGITS)):
            # Twice as far each time, in powers of 2.
            for power in (5, 10, 20, 40):
                sigma = reading.within(position * Decimal(2) ** (of_sigma * power))
                values.append(function(mu * 2**power if of_mean else mu, sigma))
    except ArithmeticError:
        return Limit(where, None)
    with localcontext(context(_DIGITS)):
        changes = [abs(after - before) for before, after in pairwise(values)]
        settles, settled = (
            # What tends to a limit changes less and less.
            changes[-1] < changes[0] / 1000,
            changes[-1] < _NEAR * max(abs(values[-1]), Decimal(1)),
        )
    if settled:
        # To as many digits as it has settled; 0 and never -0.
        return Limit(where, round(float(values[-1]), 9) + 0.0)
    return Limit(where, None, unbounded=not settles and values[-1] < values[0])


def _refined(function: Penalty, mu: Decimal, sigma: Decimal, *, flat: bool) -> Minimum | None:
    """Newton's method in one coordinate after the other, from the lowest point of the grid.

    None where it meets a point at which the function has no value.
    """
    try:
        with localcontext(context(_DIGITS)):
            for _ in range(_ROUNDS):
                sigma_step = _newton_step(function(mu, sigma + change) for change in _AROUND)
                mu_step = _newton_step(function(mu + change, sigma) for change in _AROUND)
                mu, sigma = mu + mu_step, sigma + max(sigma_step, -sigma / 2)
                if abs(mu_step) + abs(sigma_step) < _SETTLED:
                    break
            found = derivatives(function, mu, sigma)
            depth = _tidy(function(mu, sigma))
    except ArithmeticError:
        return None
    return Minimum(None if flat else _tidy(mu), _tidy(sigma), depth, found[1]) if found else None


def _newton_step(values: Iterable[Decimal]) -> Decimal:
    """The way to the minimum of the parabola through the values at `_AROUND`; 0 where it has none."""
    below, here, above = values
    slope, curvature = (above - below) / (2 * _STEP), (above - 2 * here + below) / _STEP**2
    return -slope / curvature if curvature > 0 else Decimal(0)


def _tidy(number: Decimal) -> float:
    """A double, without the error of the differences."""
    # Beside 0 the rounding of differences is taken for it; 0 and never -0.
    return float(round(number, 12)) + 0.0 if abs(number) < _TINY else float(number)
