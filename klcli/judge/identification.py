"""Finds a formula's coefficients in the terms of which a Gaussian KL is made.

Under a reading, a KL with fixed prior lies in the span of {mu^2, mu, sigma^2, log sigma, 1}, and one in
the reversed direction in the span of {mu^2/sigma^2, mu/sigma^2, 1/sigma^2, log sigma, 1}. The
coefficients are solved for at as many probe points as there are terms, and hold if they give the
formula's value at other points too. Both are done with 20 digits more than the 50 that are compared, and
with more of either where the formula has very large, very small or very long numbers in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, lru_cache
from math import inf
from typing import TypeAlias
from zlib import crc32

from klcli.formula.arithmetic import Decimals, context, evaluate
from klcli.formula.budget import remembered
from klcli.formula.doubles import Rows
from klcli.formula.printing import to_text
from klcli.formula.tree import Number, Tree, children, free_symbols, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.elimination import solved
from klcli.judge.roles import Roles
from klcli.judge.screening import has_plain_numbers, screened

__all__ = [
    "FORWARD",
    "PROBES",
    "REVERSED",
    "SPARE_DIGITS",
    "Basis",
    "Coefficients",
    "compared_digits",
    "own_points",
    "head_at",
    "identify",
    "probes",
    "value",
]

_COMPARED_DIGITS = 50
SPARE_DIGITS = 20
_MOST_DIGITS = 1000

_PLAIN = 12
"""Figures of a number that the digits compared anyway have room for."""

_SCREENED = 7
_SCREEN = 1e-7
"""Points at which doubles are tried first, and the relative error that rules a formula out there."""

Points: TypeAlias = tuple[tuple[Decimal, Decimal], ...]

PROBES = (
    ("0.37", "1.31"),
    ("-1.13", "0.43"),
    ("2.41", "1.73"),
    ("-0.71", "0.79"),
    ("1.57", "2.19"),
    ("-2.03", "0.11"),
    ("0.89", "2.63"),
    ("3.07", "0.61"),
    ("-1.79", "3.83"),
    ("0.13", "0.97"),
    ("13.7", "0.021"),
    ("-41.9", "57.3"),
)
"""Means and standard deviations at which formulas are evaluated: both signs, and sigma on both sides of 1."""

_FAR, _FARTHEST, _LARGEST_LOG, _MOST_OWN = 2, 10_000, 25, 4
"""Numbers of a formula beyond which it is tried, too."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The five terms that a direction of the KL is made of, as functions of mu and sigma."""

    terms: Callable[[Decimal, Decimal], tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The coefficients of mu^2, mu, sigma^2, log sigma and 1, or of the reversed direction's terms.

    They hold to `digits` digits, relative to the largest.
    """

    square: Decimal
    linear: Decimal
    scale: Decimal
    logarithm: Decimal
    constant: Decimal
    digits: int


def _forward(mu: Decimal, sigma: Decimal) -> tuple[Decimal, ...]:
    return (mu * mu, mu, sigma * sigma, sigma.ln(), Decimal(1))


def _reversed(mu: Decimal, sigma: Decimal) -> tuple[Decimal, ...]:
    variance = sigma * sigma
    return (mu * mu / variance, mu / variance, 1 / variance, sigma.ln(), Decimal(1))


FORWARD, REVERSED = Basis(_forward), Basis(_reversed)


def value(tree: Tree, role: Roles, reading: Parameterization, mu: Decimal, sigma: Decimal) -> Decimal:
    """The formula's value where its head is the reading of `sigma`.

    Raises:
        ArithmeticError: it has no value there.
    """
    return _value(tree, role, reading, mu, sigma, compared_digits(tree) + SPARE_DIGITS)


@cache
def probes(name: str) -> Points:
    """The points at which formulas are evaluated under the reading of that name: its sigmas."""
    within = PARAMETERIZATIONS[name].within
    return tuple((Decimal(mu), within(Decimal(sigma))) for mu, sigma in PROBES)


def _value(
    tree: Tree, role: Roles, reading: Parameterization, mu: Decimal, sigma: Decimal, digits: int
) -> Decimal:
    values = {role.mean: mu, role.head: head_at(reading.name, sigma, digits)}
    return evaluate(tree, {name: number for name, number in values.items() if name}, Decimals(digits))


@cache
def head_at(name: str, sigma: Decimal, digits: int) -> Decimal:
    """The head that stands for `sigma` under the reading of that name.

    Raises:
        ArithmeticError: there is none.
    """
    reading = PARAMETERIZATIONS[name]
    if not reading.reaches(sigma):
        raise ArithmeticError(f"no head for sigma = {sigma}")
    return evaluate(reading.head, {"sigma": sigma}, Decimals(digits))


@remembered(256)
def compared_digits(tree: Tree) -> int:
    """How many digits have to agree, so that no number in the formula is too small to be seen."""
    long = {size for size in _constant_sizes(tree) if size > _PLAIN}
    return min(_COMPARED_DIGITS + 2 * sum(long), _MOST_DIGITS)


@remembered(64)
def own_points(tree: Tree) -> Points:
    """Points of a formula's own: where its numbers put kinks, and some that nobody can foresee."""
    seed = crc32(to_text(tree).encode())
    spread = [Decimal((seed >> shift) % 4096) / 1024 for shift in (0, 7, 13, 19)]
    points = [(spread[0] - 2, spread[1] + Decimal("0.05")), (spread[2] - 2, spread[3] + Decimal("0.05"))]
    numbers = dict.fromkeys(node.value for node in walk(tree) if isinstance(node, Number))
    far = [Decimal(float(number)) for number in numbers if _FAR < number < _FARTHEST][:_MOST_OWN]
    for number in far:
        beyond = number + Decimal("1.7")
        # A number can be compared with a mean, with sigma, or with a logarithm of it.
        points += [(beyond, Decimal("0.9")), (-beyond, 1 / beyond), (Decimal("0.4"), beyond)]
        if number < _LARGEST_LOG:
            points += [(Decimal("0.4"), Decimal.exp(sign * beyond)) for sign in (1, -1)]
    return tuple(points)


def _constant_sizes(tree: Tree) -> Iterator[int]:
    """For every part that has no symbols, its figures and the zeros before or behind them."""
    if free_symbols(tree):
        for child in children(tree):
            yield from _constant_sizes(child)
        return
    numbers = [node.value for node in walk(tree) if isinstance(node, Number)]
    sizes = [len(str(number.numerator)) + len(str(number.denominator)) for number in numbers]
    with suppress(ArithmeticError):
        value = evaluate(tree, {}, Decimals(_COMPARED_DIGITS))
        sizes.append(abs(value.adjusted()) if value else 0)
    yield max(sizes, default=0)


def identify(tree: Tree, role: Roles, reading: Parameterization) -> tuple[Basis, Coefficients] | None:
    """The direction and the coefficients of a formula under a reading, or None if it has neither's terms."""
    bases = _not_ruled_out(tree, role)[reading.name]
    if not bases:
        return None
    digits = compared_digits(tree)
    own = tuple((mu, reading.within(sigma)) for mu, sigma in own_points(tree))
    points = (*probes(reading.name), *own)
    try:
        values = [_value(tree, role, reading, mu, sigma, digits + SPARE_DIGITS) for mu, sigma in points]
    except ArithmeticError:
        return None
    for basis in bases:
        if found := _coefficients(basis, points, values, digits):
            return basis, found
    return None


@remembered(64)
def _not_ruled_out(tree: Tree, role: Roles) -> Mapping[str, Sequence[Basis]]:
    """The directions whose terms a formula may be made of, by reading, as far as doubles can tell.

    They are a hundred times as fast as the digits that decide; what they rule out is wrong by far more than
    their rounding errors, for which the largest number that occurred gives the scale.
    """
    if not has_plain_numbers(tree):
        return dict.fromkeys(PARAMETERIZATIONS, (FORWARD, REVERSED))
    found: dict[str, Sequence[Basis]] = dict.fromkeys(PARAMETERIZATIONS, ())
    screening = screened(tree)
    left = screening.spans(role.head)
    names = [name for name in PARAMETERIZATIONS if any(name in readings for readings in left)]
    if not names or not screening.admits_means(role):
        return found
    run = Rows(len(names) * _SCREENED)
    given = {role.mean: _means() * len(names), role.head: [head for name in names for head in _heads(name)]}
    values = evaluate(tree, {name: column for name, column in given.items() if name}, run)
    for place, name in enumerate(names):
        rows = slice(place * _SCREENED, (place + 1) * _SCREENED)
        largest = max(run.largest[rows])
        unsure = largest == inf
        bases = [basis for basis, readings in zip((FORWARD, REVERSED), left, strict=True) if name in readings]
        found[name] = [basis for basis in bases if unsure or _fits(basis, name, values[rows], largest)]
    return found


@cache
def _means() -> list[float]:
    """The means of the screened points."""
    return [float(mu) for mu, _ in PROBES[:_SCREENED]]


@cache
def _heads(name: str) -> list[float]:
    """The heads of the screened points under a reading."""
    return [float(head_at(name, sigma, _COMPARED_DIGITS)) for _, sigma in probes(name)[:_SCREENED]]


def _fits(basis: Basis, name: str, values: Sequence[float], largest: float) -> bool:
    for weights in _residual_weights(basis, probes(name)[:_SCREENED]):
        terms = [weight * number for weight, number in zip(weights, values, strict=True)]
        if not abs(sum(terms)) <= _SCREEN * largest * sum(map(abs, weights)):
            return False
    return True


@cache
def _residual_weights(basis: Basis, points: Points) -> tuple[tuple[float, ...], ...]:
    """Weights of the values at the screened points with which everything made of the basis sums to zero."""
    with localcontext(context(_COMPARED_DIGITS)):
        rows = [basis.terms(mu, sigma) for mu, sigma in points]
        count = len(rows[0])
        columns = list(zip(*rows[:count], strict=True))
        weights = []
        for extra in range(count, _SCREENED):
            shares = [float(-share) for share in solved(columns, rows[extra]) or ()]
            others = [float(place == extra) for place in range(count, _SCREENED)]
            weights.append((*shares, *others))
        return tuple(weights)


def _coefficients(
    basis: Basis, points: Points, values: Sequence[Decimal], digits: int
) -> Coefficients | None:
    agree = Decimal(1).scaleb(-digits)
    rows = _terms(basis, points, digits + SPARE_DIGITS)
    with localcontext(context(digits + SPARE_DIGITS)):
        count = len(rows[0])
        found = solved(rows[:count], values[:count])
        if found is None:
            return None
        for row, expected in zip(rows[count:], values[count:], strict=True):
            terms = [factor * term for factor, term in zip(found, row, strict=True)]
            if abs(sum(terms) - expected) > agree * max(abs(expected), *map(abs, terms)):
                return None
        size = max(map(abs, found))
        found = [Decimal(0) if abs(factor) <= agree * size else factor for factor in found]
        return Coefficients(found[0], found[1], found[2], found[3], found[4], digits)


@lru_cache(maxsize=16)
def _terms(basis: Basis, points: Points, digits: int) -> list[tuple[Decimal, ...]]:
    """The terms of a basis at the probe points."""
    with localcontext(context(digits)):
        return [basis.terms(mu, sigma) for mu, sigma in points]
