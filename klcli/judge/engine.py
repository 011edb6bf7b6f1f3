"""What every space does with its columns: screen in doubles, solve, check, recover.

A space says at which points a program is tried, of which columns a KL is made there, and which KL the factors
of these columns are. The factors are solved for at as many points as there are columns, and hold if they give
the program's value at all others. Doubles come first: they rule out what is wrong by far more than rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import chain, islice
from math import inf
from typing import TypeVar

from klcli.formula.tree import Operator
from klcli.formula.value.arithmetic import context
from klcli.formula.value.doubles import OPERATIONS
from klcli.formula.value.linear_algebra import Elimination, eliminated
from klcli.judge.scaled_kl import FoundNumber, ScaledKL
from klcli.values import dataclass

T = TypeVar("T", float, Decimal)

COMPARED_DIGITS = 50
"""Digits that have to agree, relative to the largest number that is added up."""
SPARE_DIGITS = 20
"""Digits with which more is computed than is compared."""

_SCREEN = 1e-7
"""The error, relative to the largest number that occurred, that rules a program out in doubles."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The factors of the columns; they hold to `digits` digits, relative to the largest."""

    values: tuple[Decimal, ...]
    digits: int

    def kl(
        self, scale: Decimal, shift: Decimal, mean: Decimal, variance: Decimal, size: Decimal = Decimal(0)
    ) -> ScaledKL:
        """The KL to a fixed prior of numbers that were computed from these, each as what it is.

        Args:
            scale: what multiplies the KL.
            shift: what is added to it.
            mean: of the prior.
            variance: of the prior.
            size: what is added for each dimension.
        """
        numbers = (scale, shift, mean, variance, size)
        found, added, prior_mean, prior_variance, each = (recovered(one, self.digits) for one in numbers)
        return ScaledKL(found, added, prior_mean, prior_variance, each)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a KL of one direction is made of in a space.

    Attributes:
        rows: the columns at every point, in the digits that decide.
        read: which KL the factors of the columns make; None if they make none. It computes in the decimal
            context that it is called in.
    """

    rows: Sequence[Sequence[Decimal]]
    read: Callable[[Coefficients], ScaledKL | None]


@dataclass(frozen=True, slots=True)
class Screen:
    """Weights of a program's values with which everything that is made of some columns sums to zero."""

    residuals: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[T]]) -> Screen:
        """The weights for columns at some points, of which there are more than columns."""
        return cls(tuple(_residual(rows, extra) for extra in range(len(rows[0]), len(rows))))

    def admits(self, values: Sequence[float], largest: float) -> bool:
        """Whether doubles leave it possible that the values are made of the columns.

        Args:
            values: of a program at the points.
            largest: the largest number that occurred; the scale of the rounding errors.
        """
        return largest == inf or all(
            abs(sum(weight * value for weight, value in zip(weights, values, strict=True)))
            <= _SCREEN * largest * sum(map(abs, weights))
            for weights in self.residuals
        )


def _residual(rows: Sequence[Sequence[T]], extra: int) -> tuple[float, ...]:
    """The weights of the first points, as many as there are columns, and of one more, which is 1."""
    count = len(rows[0])
    shares = solved(list(zip(*rows[:count], strict=True)), rows[extra])
    if shares is None:
        raise ArithmeticError("columns that are not independent")
    others = [0.0] * (len(rows) - count)
    others[extra - count] = 1.0
    return tuple([-float(share) for share in shares] + others)


def identified(directions: Iterable[Columns], values: Iterator[Decimal], digits: int) -> ScaledKL | None:
    """The KL that a program is in the first direction of whose columns it is made; None if it is none.

    What is made of the columns of two directions has no more than their logarithms in it, and is no KL.

    Args:
        directions: what is left of them.
        values: of the program at the points of the space; as few are taken as are needed.
        digits: how many digits have to agree.
    """
    taken: list[Decimal] = []
    for columns in directions:
        try:
            found = fitted(columns.rows, chain(tuple(taken), _kept(values, taken)), digits)
        except ArithmeticError:
            return None
        if found:
            with localcontext(context(digits)):  # more do not hold of the factors
                return columns.read(found)
    return None


def _kept(values: Iterator[Decimal], taken: list[Decimal]) -> Iterator[Decimal]:
    for value in values:
        taken.append(value)
        yield value


def fitted(rows: Sequence[Sequence[Decimal]], values: Iterable[Decimal], digits: int) -> Coefficients | None:
    """The factors with which the columns add up to the values, if they do at all points.

    Args:
        rows: the columns at each point.
        values: of the program, at the same points.
        digits: to which they have to agree.

    Raises:
        ArithmeticError: where the values do.
    """
    agree = Decimal(1).scaleb(-digits)
    with localcontext(context(digits + SPARE_DIGITS)):
        found = checked(rows, values, agree)
        if found is None:
            return None
        least = agree * max(map(abs, found))
        return Coefficients(tuple(Decimal(0) if abs(factor) <= least else factor for factor in found), digits)


def checked(rows: Sequence[Sequence[T]], values: Iterable[T], slack: T) -> list[T] | None:
    """The factors with which the columns add up to the values, solved for at the first points.

    Decimals are computed with in the current context.

    Args:
        rows: the columns at every point.
        values: the values there.
        slack: the error at a point that may be, relative to the largest number that is added up there.
    """
    given, count = iter(values), len(rows[0])
    found: list[T] | None = solved(rows[:count], list(islice(given, count)))
    if found is None:
        return None
    for row, value in zip(rows[count:], given, strict=True):
        terms: list[T] = [factor * term for factor, term in zip(found, row, strict=True)]
        if abs(sum(terms) - value) > slack * max(abs(value), *map(abs, terms)):
            return None
    return found


def solved(rows: Sequence[Sequence[T]], values: Sequence[T]) -> list[T] | None:
    """The solution of linear equations; None if there is not just one.

    Decimals are computed with in the current context.
    """
    table: list[list[T]] = list(map(list, rows))
    for line, value in zip(table, values, strict=True):
        line.append(value)
    found: Elimination[T] | None = eliminated(table, _plainly, abs)
    return None if found is None else [side[0] for side in found.sides]


def _plainly(operator: Operator, left: T, right: T) -> T:
    result: T = OPERATIONS[operator](left, right)
    return result


def recovered(number: Decimal, digits: int) -> FoundNumber:
    """The rational that a number is in all but its last ten digits, where there is a plain one."""
    exact = Fraction(number)
    # Some fraction with a quarter of the digits agrees in half of them by chance, and in nearly all by none.
    near = exact.limit_denominator(10 ** (digits // 4))
    # The last ten may be rounding errors of the solution.
    slack = Fraction(1, 10 ** (digits - 10))
    return near if abs(near - exact) <= slack * max(Fraction(1), abs(near)) else number
