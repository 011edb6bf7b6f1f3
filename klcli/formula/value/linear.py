"""Linear algebra in any arithmetic: products, elimination with pivots, Cholesky factors.

Matrices are tuples of rows. Everything is written out, so that it runs in 60 decimal digits as in doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Generic, TypeAlias, TypeVar

from klcli.formula.value.arithmetic import Arithmetic
from klcli.values import dataclass

__all__ = ["Linear", "Matrix", "Vector", "transposed"]

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
        return self._eliminated(matrix, ())[0]

    def inverse(self, matrix: Matrix[T]) -> Matrix[T]:
        """By elimination.

        Raises:
            ArithmeticError: there is none.
        """
        return self._eliminated(matrix, self.identity(len(matrix)))[1]

    def solved(self, matrix: Matrix[T], side: Vector[T]) -> Vector[T]:
        """The vector that the matrix takes to `side`.

        Raises:
            ArithmeticError: there is not exactly one.
        """
        return tuple(row[0] for row in self._eliminated(matrix, tuple((entry,) for entry in side))[1])

    def _eliminated(self, matrix: Matrix[T], sides: Matrix[T]) -> tuple[T, Matrix[T]]:
        """The determinant, and the columns that the matrix takes to the columns of `sides`."""
        operate, size = self.run.operate, len(matrix)
        rows = [[*row, *(sides[place] if sides else ())] for place, row in enumerate(matrix)]
        determinant = self.run.number(Fraction(1))
        for step in range(size):
            pivot = max(range(step, size), key=lambda place: _magnitude(rows[place][step]))
            if not rows[pivot][step]:
                if sides:
                    raise ZeroDivisionError("a singular matrix")
                return self.run.number(Fraction(0)), ()
            if pivot != step:
                rows[pivot], rows[step] = rows[step], rows[pivot]
                determinant = self.run.negative(determinant)
            head = rows[step]
            determinant = operate("*", determinant, head[step])
            if sides:
                head[step:] = [operate("/", entry, head[step]) for entry in head[step:]]
            for place in range(size) if sides else range(step + 1, size):
                if place != step and rows[place][step]:
                    factor = rows[place][step] if sides else operate("/", rows[place][step], head[step])
                    rows[place][step:] = [
                        operate("-", entry, operate("*", factor, above))
                        for entry, above in zip(rows[place][step:], head[step:], strict=True)
                    ]
        return determinant, tuple(tuple(row[size:]) for row in rows)

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
