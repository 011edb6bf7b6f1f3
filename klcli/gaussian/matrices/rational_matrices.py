"""Exact linear algebra on matrices of rationals, in whole numbers.

Elimination without fractions keeps every entry a minor of the matrix, so that it grows no more than it
must (Bareiss, Sylvester's identity and multistep integer-preserving Gaussian elimination, 1968).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TypeAlias

from klcli.values import dataclass

Rational: TypeAlias = tuple[tuple[Fraction, ...], ...]
"""A matrix by its rows."""

_Whole: TypeAlias = list[list[int]]


@dataclass(frozen=True, slots=True)
class Factor:
    """A positive definite matrix S = L D L^T with a unit lower triangular L and a diagonal D.

    Attributes:
        rows: of the eliminated matrix c S; the entry (k, j) with j >= k is a minor of it.
        denominator: c, with which the entries of c S are whole.
    """

    rows: tuple[tuple[int, ...], ...]
    denominator: int

    @property
    def pivots(self) -> tuple[Fraction, ...]:
        """D, the quotients of the leading minors of S."""
        minors = [1, *(row[k] for k, row in enumerate(self.rows))]
        return tuple(Fraction(minor, before * self.denominator) for before, minor in pairwise(minors))


def transpose(matrix: Rational) -> Rational:
    """Columns as rows."""
    return tuple(zip(*matrix, strict=True))


def product(left: Rational, right: Rational) -> Rational:
    """The product of two matrices."""
    (a, c), (b, d) = _whole(left), _whole(right)
    columns = list(zip(*b, strict=True))
    return tuple(
        tuple(Fraction(sum(map(int.__mul__, row, column)), c * d) for column in columns) for row in a
    )


def factor(matrix: Rational) -> Factor | int:
    """The factor of a symmetric matrix, or the order of its first leading minor that is not positive."""
    whole, denominator = _whole(matrix)
    failing = _eliminate(whole)
    return Factor(tuple(map(tuple, whole)), denominator) if failing is None else failing + 1


def solved(matrix: Rational, right: Rational) -> Rational:
    """L^-1 B for a positive definite matrix S = L D L^T."""
    whole, _ = _whole(matrix)
    others, denominator = _whole(right)
    _eliminate(augmented := [row + other for row, other in zip(whole, others, strict=True)])
    size, before, found = len(matrix), 1, []
    for k, row in enumerate(augmented):
        found.append(tuple(Fraction(entry, before * denominator) for entry in row[size:]))
        before = row[k]
    return tuple(found)


def is_semidefinite(matrix: Rational) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue: elimination with the largest pivot first."""
    rest = [list(row) for row in matrix]
    while rest:
        largest = max(range(len(rest)), key=lambda k: rest[k][k])
        pivot = rest[largest][largest]
        if pivot < 0:
            return False
        if pivot == 0:
            return not any(map(any, rest))
        column = [row[largest] / pivot for row in rest]
        chosen = rest[largest]
        rest = [
            [
                entry - share * above
                for j, (entry, above) in enumerate(zip(row, chosen, strict=True))
                if j != largest
            ]
            for i, (row, share) in enumerate(zip(rest, column, strict=True))
            if i != largest
        ]
    return True


def _whole(matrix: Sequence[Sequence[Fraction]]) -> tuple[_Whole, int]:
    """The numerators over the least common denominator."""
    denominator = lcm(*(entry.denominator for row in matrix for entry in row))
    return [
        [entry.numerator * (denominator // entry.denominator) for entry in row] for row in matrix
    ], denominator


def _eliminate(rows: _Whole) -> int | None:
    """Eliminate below the diagonal in place; the number of the first pivot that is not positive, if any."""
    before = 1
    for k, above in enumerate(rows):
        pivot = above[k]
        if pivot <= 0:
            return k
        for row in rows[k + 1 :]:
            share = row[k]
            row[k:] = [
                (pivot * entry - share * upper) // before
                for entry, upper in zip(row[k:], above[k:], strict=True)
            ]
        before = pivot
    return None
