"""Linear algebra in any arithmetic: products, elimination with pivots, Cholesky factors.

Matrices are tuples of rows. Everything is written out, so that it runs in 60 decimal digits as in doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial, reduce
from typing import Any, Generic, TypeAlias, TypeVar

from klcli.formula.tree import Operator
from klcli.formula.value.arithmetic import Arithmetic
from klcli.values import dataclass

T = TypeVar("T")
Vector: TypeAlias = tuple[T, ...]
Matrix: TypeAlias = tuple[tuple[T, ...], ...]


@dataclass(frozen=True, slots=True)
class Linear(Generic[T]):
    """The operations on matrices whose entries are numbers of an arithmetic."""

    run: Arithmetic[T]

    def dot(self, left: Sequence[T], right: Sequence[T]) -> T:
        """The sum of products of entries."""
        operate = self.run.operate
        total = self.run.number(Fraction(0))
        for one, other in zip(left, right, strict=True):
            total = operate("+", total, operate("*", one, other))
        return total

    def product(self, left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
        """The product of two matrices."""
        columns = transposed(right)
        return tuple(tuple(self.dot(row, column) for column in columns) for row in left)

    def applied(self, matrix: Matrix[T], vector: Vector[T]) -> Vector[T]:
        """A matrix times a column."""
        return tuple(self.dot(row, vector) for row in matrix)

    def trace(self, matrix: Matrix[T]) -> T:
        """The sum of the diagonal."""
        total = self.run.number(Fraction(0))
        for place, row in enumerate(matrix):
            total = self.run.operate("+", total, row[place])
        return total

    def identity(self, size: int) -> Matrix[T]:
        """Ones on the diagonal."""
        one, zero = self.run.number(Fraction(1)), self.run.number(Fraction(0))
        return tuple(tuple(one if row == column else zero for column in range(size)) for row in range(size))

    def determinant(self, matrix: Matrix[T]) -> T:
        """By elimination."""
        found = eliminated(matrix, self.run.operate, _magnitude, above=False)
        if found is None:
            return self.run.number(Fraction(0))
        value = reduce(partial(self.run.operate, "*"), found.pivots)
        return self.run.negative(value) if found.is_odd else value

    def inverse(self, matrix: Matrix[T]) -> Matrix[T]:
        """By elimination.

        Raises:
            ArithmeticError: there is none.
        """
        sides = self.identity(len(matrix))
        rows = [(*row, *side) for row, side in zip(matrix, sides, strict=True)]
        found = eliminated(rows, self.run.operate, _magnitude)
        if found is None:
            raise ZeroDivisionError("a singular matrix")
        return found.sides

    def cholesky(self, matrix: Matrix[T], slack: float) -> Matrix[T]:
        """The lower factor of a symmetric positive definite matrix.

        Args:
            matrix: the matrix.
            slack: how far apart, relatively, entries across the diagonal may be.

        Raises:
            ArithmeticError: it is not symmetric or not positive definite.
        """
        operate, zero = self.run.operate, self.run.number(Fraction(0))
        rows: list[list[T]] = []
        for row, entries in enumerate(matrix):
            rows.append([])
            for column in range(row + 1):
                self._check_symmetry(entries[column], matrix[column][row], slack)
                rest = operate("-", entries[column], self.dot(rows[row][:column], rows[column][:column]))
                if column < row:
                    rows[row].append(operate("/", rest, rows[column][column]))
                elif _is_positive(rest):
                    rows[row].append(self.run.call("sqrt", rest))
                else:
                    raise ArithmeticError("not positive definite")
        return tuple((*row, *[zero] * (len(matrix) - len(row))) for row in rows)

    def _check_symmetry(self, one: T, other: T, slack: float) -> None:
        if _magnitude(self.run.operate("-", one, other)) > slack * (1 + _magnitude(one)):
            raise ArithmeticError("not symmetric")


@dataclass(frozen=True, slots=True)
class Elimination(Generic[T]):
    """What elimination makes of a matrix.

    Attributes:
        pivots: by which rows were divided; the determinant is their product, or its negative.
        is_odd: whether it is its negative, since an odd number of rows changed places.
        sides: the columns that the matrix takes to those that stood beside it.
    """

    pivots: Vector[T]
    is_odd: bool
    sides: Matrix[T]


def eliminated(
    rows: Sequence[Sequence[T]],
    operate: Callable[[Operator, T, T], T],
    size_of: Callable[[T], Any],
    *,
    above: bool = True,
) -> Elimination[T] | None:
    """A matrix, and what stands beside it, by elimination with partial pivoting; None if it is singular.

    Args:
        rows: of the matrix, each with its entries of the columns beside it.
        operate: two numbers joined by a sign.
        size_of: how good a pivot a number is.
        above: whether entries above the diagonal are eliminated, too; the pivots alone do not need that.
    """
    table, pivots, is_odd = list(map(list, rows)), [], False
    for step in range(len(table)):
        best = max(range(step, len(table)), key=lambda place: size_of(table[place][step]))
        pivot = table[best][step]
        if not pivot:
            return None
        if best != step:
            table[best], table[step], is_odd = table[step], table[best], not is_odd
        pivots.append(pivot)
        head = table[step][step:] = [operate("/", entry, pivot) for entry in table[step][step:]]
        for place in range(0 if above else step + 1, len(table)):
            factor = table[place][step]
            if place != step and factor:
                table[place][step:] = [
                    operate("-", entry, operate("*", factor, upper))
                    for entry, upper in zip(table[place][step:], head, strict=True)
                ]
    return Elimination(tuple(pivots), is_odd, tuple(tuple(row[len(table) :]) for row in table))


def transposed(matrix: Matrix[T]) -> Matrix[T]:
    """Rows for columns."""
    return tuple(zip(*matrix, strict=True))


def _magnitude(value: Any) -> float:
    """Roughly the size of a number; one that holds a symbol is as good a pivot as any."""
    try:
        return abs(float(_real(value)))
    except TypeError:
        return 1.0


def _is_positive(value: Any) -> bool:
    return bool(_real(value) > 0)


def _real(value: Any) -> Any:
    """A number without the derivative that a complex one carries."""
    return value.real if isinstance(value, complex) else value
