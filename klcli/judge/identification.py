"""Finds a formula's coefficients in the terms of which a Gaussian KL is made.

Under a reading, a KL with fixed prior lies in the span of {mu^2, mu, sigma^2, log sigma, 1}, and one in
the reversed direction in the span of {mu^2/sigma^2, mu/sigma^2, 1/sigma^2, log sigma, 1}. The
coefficients are solved for at as many probe points as there are terms, and hold if they give the
formula's value at other points too. Both are done with 20 digits more than the 40 that are compared, and
with more of either where the formula has very large, very small or very long numbers in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache

from klcli.errors import KlcliError
from klcli.formula.arithmetic import Decimals, context, evaluate
from klcli.formula.tree import Number, Tree, free_symbols, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization

__all__ = [
    "FORWARD",
    "REVERSED",
    "Basis",
    "Coefficients",
    "Roles",
    "exchanged",
    "identify",
    "roles",
    "value",
]

_COMPARED_DIGITS = 40
_SPARE_DIGITS = 20
_MOST_DIGITS = 2000

_PLAIN = 12
"""Figures of a number that the digits compared anyway have room for."""

_PROBES = (
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
)
"""Means and standard deviations at which formulas are evaluated: both signs, and sigma on both sides of 1."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which symbol of a formula is the mean and which the head; a formula may lack one."""

    mean: str | None
    head: str | None


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

_MEAN_NAME = re.compile(r"(z_?)?(mu|mean|m|loc|μ)(?![a-z])|.*(mu|mean|loc)\Z", re.IGNORECASE)


def roles(tree: Tree) -> tuple[Roles, ...]:
    """The ways in which the symbols can be mean and head, the likelier first.

    If one of two names is that of a mean (``mu``, ``z_mean``), there is no other way: a formula with both
    exchanged is wrong. Otherwise the one that holds is found by trying.

    Raises:
        KlcliError: no symbol, or more than two.
    """
    names = free_symbols(tree)
    if len(names) > 2 or not names:
        shown = ", ".join(names) or "no symbol"
        raise KlcliError(
            f"a formula of one mean and one head was expected, this one has {shown}",
            "for example 'mine=-1/2 (1 + s - mu^2 - e^s)'",
        )
    if len(names) == 1:
        lone_mean, lone_head = Roles(names[0], None), Roles(None, names[0])
        return (lone_mean, lone_head) if _MEAN_NAME.match(names[0]) else (lone_head, lone_mean)
    first, second = Roles(*names), Roles(*reversed(names))
    named = [way for way in (first, second) if way.mean and _MEAN_NAME.match(way.mean)]
    return (named[0],) if len(named) == 1 else (first, second)


def exchanged(role: Roles) -> Roles:
    """The mean as the head, and the head as the mean."""
    return Roles(role.head, role.mean)


def value(tree: Tree, role: Roles, reading: Parameterization, mu: Decimal, sigma: Decimal) -> Decimal:
    """The formula's value where its head is the reading of `sigma`.

    Raises:
        ArithmeticError: it has no value there.
    """
    digits = _compared_digits(tree) + _SPARE_DIGITS
    values = {role.mean: mu, role.head: _head(reading.name, sigma, digits)}
    return evaluate(tree, {name: number for name, number in values.items() if name}, Decimals(digits))


@cache
def _head(name: str, sigma: Decimal, digits: int) -> Decimal:
    return evaluate(PARAMETERIZATIONS[name].head, {"sigma": sigma}, Decimals(digits))


@cache
def _compared_digits(tree: Tree) -> int:
    """How many digits have to agree, so that no number in the formula is too small to be seen."""
    numbers = [node.value for node in walk(tree) if isinstance(node, Number)]
    sizes = [len(str(number.numerator)) + len(str(number.denominator)) for number in numbers]
    return min(_COMPARED_DIGITS + 2 * sum(size for size in sizes if size > _PLAIN), _MOST_DIGITS)


def identify(tree: Tree, role: Roles, reading: Parameterization, basis: Basis) -> Coefficients | None:
    """The coefficients of a formula under a reading, or None if it is not made of the basis' terms."""
    digits = _compared_digits(tree)
    agree = Decimal(1).scaleb(-digits)
    points = [(Decimal(mu), Decimal(sigma)) for mu, sigma in _PROBES]
    try:
        values = [value(tree, role, reading, mu, sigma) for mu, sigma in points]
    except ArithmeticError:
        return None
    with localcontext(context(digits + _SPARE_DIGITS)):
        rows = [basis.terms(mu, sigma) for mu, sigma in points]
        count = len(rows[0])
        found = _solve(rows[:count], values[:count])
        for row, expected in zip(rows[count:], values[count:], strict=True):
            terms = [factor * term for factor, term in zip(found, row, strict=True)]
            if abs(sum(terms) - expected) > agree * max(abs(expected), *map(abs, terms)):
                return None
        size = max(map(abs, found))
        found = [Decimal(0) if abs(factor) <= agree * size else factor for factor in found]
        return Coefficients(found[0], found[1], found[2], found[3], found[4], digits)


def _solve(rows: Sequence[Sequence[Decimal]], values: Sequence[Decimal]) -> list[Decimal]:
    """Gaussian elimination with partial pivoting, in the precision of the current context."""
    table = [[*row, right] for row, right in zip(rows, values, strict=True)]
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda line: abs(table[line][column]))
        table[column], table[pivot] = table[pivot], table[column]
        head = table[column] = [entry / table[column][column] for entry in table[column]]
        for line, row in enumerate(table):
            if line != column:
                factor = row[column]
                table[line] = [entry - factor * above for entry, above in zip(row, head, strict=True)]
    return [row[-1] for row in table]
