"""Functions of matrices, and products and powers in the manner in which a formula of matrices is written.

A vector has one axis and stands, unless it is a `row`; which kinds fit together is for
`klcli.formula.value.symbol_kinds`, so that what has a kind has a value wherever its functions have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from klcli.formula.tree import Number, Operation, Reduction, Tree
from klcli.formula.value.entrywise_operations import Entries
from klcli.formula.value.linear_algebra import Linear, Matrix
from klcli.formula.value.small_arrays import (
    Array,
    ShapeError,
    UnshapedError,
    joined,
    product,
    rows,
    summed,
    transposed,
)
from klcli.formula.value.symbol_kinds import Manner, SymbolKind, joined_kind, power_kind, product_kind
from klcli.values import dataclass, replace

_TWO = Number(Fraction(2))


def kind_of_array(array: Array) -> SymbolKind:
    """What an array of at most two axes is."""
    kinds: tuple[SymbolKind, ...] = ("scalar", "row" if array.row else "vector", "matrix")
    return kinds[len(array.shape)]


@dataclass(frozen=True, slots=True)
class Matrices:
    """The rules of formulas of matrices, beside those of arrays.

    Attributes:
        manner: how products are written.
        size: the number of dimensions.
        slack: the rounding error that a symmetric matrix may show.
    """

    manner: Manner
    size: int
    slack: float

    def joined(self, tree: Operation, left: Array, right: Array, entries: Entries) -> Array:
        """A sum, a product, a quotient or a power.

        Args:
            tree: the operation, for what is said of a wrong one.
            left: its first operand.
            right: its second one.
            entries: what is done to the entries.
        """
        if not left.shape and not right.shape:
            return _number(entries.run.operate(tree.operator, left.values[0], right.values[0]))
        if tree.operator == "^":
            return self._power(tree, left, right, entries)
        if tree.operator == "*" and self.manner.mathematical:
            return self.product(tree, left, right, entries, explicit=False)
        kinds = kind_of_array(left), kind_of_array(right)
        kind = joined_kind(tree.operator, *kinds, self.manner, tree)
        return _lying(joined(partial(entries.join, tree.operator), left, right), kind)

    def product(
        self, tree: Tree, left: Array, right: Array, entries: Entries, *, explicit: bool = True
    ) -> Array:
        """A product of matrices, vectors and numbers.

        Args:
            tree: the product, for what is said of a wrong one.
            left: its first factor.
            right: its second one.
            entries: what is done to the entries.
            explicit: whether it is written with ``@``.
        """
        kinds = kind_of_array(left), kind_of_array(right)
        kind = product_kind(*kinds, self.manner, tree, explicit=explicit)
        if "scalar" in kinds:
            found = joined(partial(entries.join, "*"), left, right)
        elif kinds == ("vector", "row"):
            found = product(_standing(left), _standing(right, lies=True), entries.dot)
        else:
            found = product(left, right, entries.dot)
        return _lying(found, kind)

    def _power(self, tree: Operation, base: Array, exponent: Array, entries: Entries) -> Array:
        kinds = kind_of_array(base), kind_of_array(exponent)
        kind = power_kind(*kinds, tree.right, self.manner, tree)
        if kind == "matrix" and self.manner.mathematical:
            if tree.right != _TWO:
                return _inverse(base, entries)
            if not self.manner.entrywise:
                return product(base, base, entries.dot)
        return _lying(joined(partial(entries.join, "^"), base, exponent), kind)

    def turned(self, array: Array) -> Array:
        """A transpose: rows for columns, and a row for a vector."""
        if len(array.shape) == 1:
            return array if self.manner.flat else replace(array, row=not array.row)
        return transposed(array)

    def reduced(self, tree: Reduction, body: Array, entries: Entries) -> Array:
        """A sum over all entries; over one axis of a matrix the vector of the sums of its rows or columns.

        Args:
            tree: the sum.
            body: what is summed.
            entries: what is done to the entries.
        """
        single = len(body.shape) == 2 and tree.has_one_axis
        kept = () if not single else (0,) if tree.axes in ((1,), (-1,)) else (1,)
        return summed(body, kept, entries.reduced(tree.kind))


def _lying(array: Array, kind: SymbolKind) -> Array:
    return replace(array, row=True) if kind == "row" else array


_SLACK = 1e-9
"""Relative: far above the rounding of doubles, far below what an entry is off by mistake."""


def called(
    function: str, argument: Array, entries: Entries, *, size: int | None = None, slack: float = _SLACK
) -> Array:
    """A function of a matrix, a vector or a number.

    Args:
        function: one of `klcli.formula.symbol_names.MATRIX_FUNCTIONS`.
        argument: what it is a function of.
        entries: what is done to the entries.
        size: of an identity matrix, if that is not its argument.
        slack: the rounding error that a symmetric matrix may show.

    Raises:
        ShapeError: the function has no such argument.
        ArithmeticError: it has no value there.
    """
    if len(argument.shape) > 2:
        raise UnshapedError("a function of matrices of more than two axes")
    values, run, linear = argument.values, entries.run, Linear(entries.run)
    match function, kind_of_array(argument):
        case ("trace" | "transpose", "scalar") | ("transpose", "vector"):
            return argument
        case "transpose", "matrix":
            return transposed(argument)
        case "trace", "matrix":
            return _number(linear.trace(_square(argument)))
        case ("det" | "bars", "matrix"):
            return _number(linear.determinant(_square(argument)))
        case "logdet", "matrix":
            return _number(run.call("log", linear.determinant(_square(argument))))
        case "inverse", "matrix":
            return _inverse(argument, entries)
        case "cholesky", "matrix":
            return _of_rows(linear.cholesky(_square(argument), slack))
        case "diagonal", "matrix":
            return Array((argument.shape[0],), [row[place] for place, row in enumerate(_square(argument))])
        case "diagonal", "vector":
            return _diagonal(values, run.number(Fraction(0)))
        case "eye", "scalar":
            return _of_rows(linear.identity(int(values[0]) if size is None else size))
        case "numel" | "bars" | "norm", kind:
            return _number(_of_entries(function, kind, values, entries))
    raise ShapeError(f"the {function} of a {kind_of_array(argument)}")


def _of_entries(function: str, kind: SymbolKind, values: Sequence[Any], entries: Entries) -> Any:
    """Their count, or the square root of the sum of their squares: of one number its absolute value."""
    if function == "numel":
        return entries.run.number(Fraction(len(values)))
    if (function, kind) == ("bars", "scalar"):
        return entries.run.call("abs", values[0])
    return entries.run.call("sqrt", entries.dot(values, values))


def _number(value: Any) -> Array:
    return Array((), [value])


def _square(matrix: Array) -> Matrix[Any]:
    if matrix.shape[0] != matrix.shape[1]:
        raise ShapeError(f"a matrix of the shape {matrix.shape} is not square")
    return tuple(map(tuple, rows(matrix)))


def _of_rows(matrix: Matrix[Any]) -> Array:
    return Array((len(matrix), len(matrix)), [entry for row in matrix for entry in row])


def _inverse(matrix: Array, entries: Entries) -> Array:
    return _of_rows(Linear(entries.run).inverse(_square(matrix)))


def _diagonal(values: Sequence[Any], zero: Any) -> Array:
    places = range(len(values))
    square = (len(values), len(values))
    return Array(square, [values[row] if row == column else zero for row in places for column in places])


def _standing(vector: Array, *, lies: bool = False) -> Array:
    """A vector as a matrix of one column, or of one row."""
    return Array((1, *vector.shape) if lies else (*vector.shape, 1), vector.values)
