"""The space of KLs to a fixed prior: of one mean and one head, whatever the prior is.

Under a reading, a KL with fixed prior lies in the span of {mu^2, mu, sigma^2, log sigma, 1}, and one in
the reversed direction in the span of {mu^2/sigma^2, mu/sigma^2, 1/sigma^2, log sigma, 1}. With a, l, b, g, d
for the factors, a formula is k KL(q || N(m, t^2)) + c exactly if a = b > 0 and g < 0, with k = -g,
t^2 = k / (2 a), m = -l / (2 a). Reversed, it is k KL(N(m, t^2) || q) + c exactly if g = 2 a > 0 and
t^2 = b / a - m^2 > 0, with k = g, m = -l / (2 a). More digits than usual are compared where the formula has
very large, very small or very long numbers in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, getcontext, localcontext
from functools import cache, lru_cache
from itertools import starmap

from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import context, evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.decimal_arithmetic import natural_log
from klcli.formula.value.doubles import DoubleColumns
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import (
    COMPARED_DIGITS,
    SPARE_DIGITS,
    Coefficients,
    Columns,
    Screen,
    fitted,
    identified,
    recovered,
)
from klcli.judge.probes import PROBES, Points, compared_digits, head_at, of_formula, own_points, probes
from klcli.judge.role_screening import has_plain_numbers, screened
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import ScaledKL
from klcli.values import dataclass, replace

_SCREENED = 7
"""Points at which doubles are tried first."""


@dataclass(frozen=True, slots=True)
class _Direction:
    """A direction of the KL: its five terms as functions of mu and sigma, and which KL their factors make."""

    terms: Callable[[Decimal, Decimal], tuple[Decimal, ...]]
    read: Callable[[Coefficients], ScaledKL | None]


def _forward(mu: Decimal, sigma: Decimal) -> tuple[Decimal, ...]:
    return (mu * mu, mu, sigma * sigma, _log(sigma), Decimal(1))


def _reversed(mu: Decimal, sigma: Decimal) -> tuple[Decimal, ...]:
    variance = sigma * sigma
    return (
        mu * mu / variance,
        mu / variance,
        1 / variance,
        _log(sigma),
        Decimal(1),
    )


def _log(sigma: Decimal) -> Decimal:
    return natural_log(sigma, getcontext().prec)


def _forward_kl(found: Coefficients) -> ScaledKL | None:
    """The k KL(q || N(m, t^2)) + c of these factors, if they are of that form."""
    square, linear, scale, logarithm, constant = found.values
    if not (_equal(square, scale) and square > 0 > logarithm):
        return None
    k = -logarithm
    variance = k / (2 * square)
    mean = -linear / (2 * square)
    shift = constant - k * (variance.ln() + mean * mean / variance - 1) / 2
    return found.kl(k, shift, mean, variance)


def _reversed_kl(found: Coefficients) -> ScaledKL | None:
    """The k KL(N(m, t^2) || q) + c of these factors, if they are of that form."""
    square, linear, scale, logarithm, constant = found.values
    if not (_equal(logarithm, 2 * square) and square > 0):
        return None
    k = logarithm
    mean = -linear / (2 * square)
    variance = scale / square - mean * mean
    if recovered(variance, found.digits) <= 0:
        return None
    shift = constant + k * (variance.ln() + 1) / 2
    return replace(found.kl(k, shift, mean, variance), reverse=True)


def _equal(left: Decimal, right: Decimal) -> bool:
    """Whether two numbers agree in all but the last five digits of the current context."""
    # The last five digits may be rounding errors of the solution.
    slack = Decimal(1).scaleb(5 - getcontext().prec)
    return abs(left - right) <= slack * max(abs(left), abs(right))


_FORWARD, _REVERSED = _Direction(_forward, _forward_kl), _Direction(_reversed, _reversed_kl)
_DIRECTIONS = (_FORWARD, _REVERSED)


def kl_to_fixed_prior(tree: Tree, role: Roles, reading: Parameterization) -> ScaledKL | None:
    """Which KL to a fixed prior, in either direction, a formula is under a reading; None if it is none.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.
    """
    return _found(tree, role, reading.name)


# A formula under each of nine readings, and a few others that it is compared with.
@remembered(64)
def _found(tree: Tree, role: Roles, name: str) -> ScaledKL | None:
    """The KL, under the reading of that name: a comparison asks for it three times."""
    directions, reading = _not_ruled_out(tree, role)[name], PARAMETERIZATIONS[name]
    if not directions:
        return None
    digits, points = compared_digits(tree), _points(tree, reading)
    columns = (_columns(direction, points, digits) for direction in directions)
    return identified(columns, _values(tree, role, reading), digits)


def factors(tree: Tree, role: Roles, reading: Parameterization) -> Coefficients | None:
    """The factors of mu^2, mu, sigma^2, log sigma and 1 in a formula; None if it is not made of these.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.
    """
    if _FORWARD not in _not_ruled_out(tree, role)[reading.name]:
        return None
    digits = compared_digits(tree)
    rows = _columns(_FORWARD, _points(tree, reading), digits).rows
    try:
        return fitted(rows, _values(tree, role, reading), digits)
    except ArithmeticError:
        return None


def _values(tree: Tree, role: Roles, reading: Parameterization) -> Iterator[Decimal]:
    return starmap(of_formula(tree, role, reading), _points(tree, reading))


def _points(tree: Tree, reading: Parameterization) -> Points:
    own = ((mu, reading.within(sigma)) for mu, sigma in own_points(tree))
    return (*probes(reading.name), *own)


# Formulas of one program have the same points but for those of their own.
@lru_cache(maxsize=16)
def _columns(direction: _Direction, points: Points, digits: int) -> Columns:
    with localcontext(context(digits + SPARE_DIGITS)):
        return Columns([direction.terms(mu, sigma) for mu, sigma in points], direction.read)


# The formulas and ways of one program.
# A formula under each of nine readings, and a few others that it is compared with.
@remembered(64)
def _not_ruled_out(tree: Tree, role: Roles) -> Mapping[str, Sequence[_Direction]]:
    """The directions whose terms a formula may be made of, by reading, as far as doubles can tell.

    They are a hundred times as fast as the digits that decide; what they rule out is wrong by far more than
    their rounding errors, for which the largest number that occurred gives the scale.
    """
    if not has_plain_numbers(tree):
        return dict.fromkeys(PARAMETERIZATIONS, _DIRECTIONS)
    found: dict[str, Sequence[_Direction]] = dict.fromkeys(PARAMETERIZATIONS, ())
    screening = screened(tree)
    left = screening.spans(role.head)
    names = [name for name in PARAMETERIZATIONS if any(name in readings for readings in left)]
    if not names or not screening.admits_means(role):
        return found
    run = DoubleColumns(len(names) * _SCREENED)
    heads = [head for name in names for head in _heads(name)]
    values = evaluate(tree, role.given(_means() * len(names), heads), run)
    for place, name in enumerate(names):
        rows = slice(place * _SCREENED, (place + 1) * _SCREENED)
        largest = max(run.largest[rows])
        possible = [one for one, readings in zip(_DIRECTIONS, left, strict=True) if name in readings]
        found[name] = [one for one in possible if _screen(one, probes(name)).admits(values[rows], largest)]
    return found


@cache
def _means() -> list[float]:
    """The means of the screened points."""
    return [float(mu) for mu, _ in PROBES[:_SCREENED]]


@cache
def _heads(name: str) -> list[float]:
    """The heads of the screened points under a reading."""
    return [float(head_at(name, sigma, COMPARED_DIGITS)) for _, sigma in probes(name)[:_SCREENED]]


@cache
def _screen(direction: _Direction, points: Points) -> Screen:
    with localcontext(context(COMPARED_DIGITS)):
        return Screen.of([direction.terms(mu, sigma) for mu, sigma in points[:_SCREENED]])
