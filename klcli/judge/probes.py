"""Where formulas are evaluated, and to how many digits: points for all, and a formula's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import TypeAlias
from zlib import crc32

from klcli.formula.traversal import children, free_symbols, walk
from klcli.formula.tree import Number, Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import COMPARED_DIGITS, SPARE_DIGITS
from klcli.judge.roles import Roles

_MOST_DIGITS = 1000
"""Of a formula with numbers of so many digits of its own."""

_PLAIN = 12
"""Figures of a number that the digits compared anyway have room for."""

Points: TypeAlias = tuple[tuple[Decimal, Decimal], ...]

Penalty: TypeAlias = Callable[[Decimal, Decimal], Decimal]
"""A penalty as a function of mu and sigma; it raises ArithmeticError where it has no value."""

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


def of_formula(tree: Tree, role: Roles, reading: Parameterization) -> Penalty:
    """A formula under a reading as a function of mu and sigma.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.
    """
    digits = compared_digits(tree) + SPARE_DIGITS
    arithmetic = Decimals(digits)

    def value(mu: Decimal, sigma: Decimal) -> Decimal:
        return evaluate(tree, role.given(mu, head_at(reading.name, sigma, digits)), arithmetic)

    return value


@cache
def probes(name: str) -> Points:
    """The points at which formulas are evaluated under the reading of that name: its sigmas."""
    within = PARAMETERIZATIONS[name].within
    return tuple((Decimal(mu), within(Decimal(sigma))) for mu, sigma in PROBES)


@cache
def head_at(name: str, sigma: Decimal, digits: int) -> Decimal:
    """The head that stands for `sigma` under the reading of that name.

    Args:
        name: of the reading.
        sigma: its standard deviation.
        digits: of the arithmetic.

    Raises:
        ArithmeticError: there is none.
    """
    reading = PARAMETERIZATIONS[name]
    if not reading.reaches(sigma):
        raise ArithmeticError(f"no head for sigma = {sigma}")
    return evaluate(reading.head, {"sigma": sigma}, Decimals(digits))


# The formulas and ways of one program.
@remembered(256)
def compared_digits(tree: Tree) -> int:
    """How many digits have to agree, so that no number in the formula is too small to be seen."""
    long = {size for size in _constant_sizes(tree) if size > _PLAIN}
    return min(COMPARED_DIGITS + 2 * sum(long), _MOST_DIGITS)


# The formulas and ways of one program.
@remembered(64)
def own_points(tree: Tree) -> Points:
    """Points of a formula's own: where its numbers put kinks, and some that nobody can foresee."""
    seed = crc32(to_text(tree).encode())
    # Twelve bits of the checksum for each: numbers between 0 and 4.
    spread = [Decimal((seed >> shift) % 4096) / 1024 for shift in (0, 7, 13, 19)]
    # Means from -2 to 2, and standard deviations that are not 0.
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
        value = evaluate(tree, {}, Decimals(COMPARED_DIGITS))
        sizes.append(abs(value.adjusted()) if value else 0)
    yield max(sizes, default=0)
