"""The value of a formula of matrices, in any arithmetic.

Each value carries its kind; which kinds fit together is for `klcli.formula.matrix.kinds`, so that what has a
kind has a value wherever its functions have one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Generic, TypeVar

from klcli.formula.arithmetic import Arithmetic
from klcli.formula.matrix.kinds import Kind, Manner, ShapeError, joined_kind, product_kind
from klcli.formula.matrix.linear import Linear, transposed
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Operator,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
)

__all__ = ["Evaluator", "Value"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """A number, a tuple of numbers or a tuple of rows, with its kind."""

    kind: Kind
    data: Any


@dataclass(frozen=True, slots=True)
class Evaluator(Generic[T]):
    """Evaluates formulas at one point.

    Attributes:
        run: the kind of number.
        manner: how products are written.
        size: the number of dimensions.
        symbols: a value for each free symbol.
        slack: the rounding error that a symmetric matrix may show.
    """

    run: Arithmetic[T]
    manner: Manner
    size: int
    symbols: Mapping[str, Value[T]]
    slack: float

    def number(self, tree: Tree) -> T:
        """The value of a formula that is a number.

        Raises:
            ArithmeticError: it has none at this point.
            ShapeError: its parts do not fit together.
        """
        found = self.value(tree)
        if found.kind != "scalar":
            raise ShapeError(f"the formula is a {found.kind} and not a number")
        return found.data  # type: ignore[no-any-return]

    def value(self, tree: Tree) -> Value[T]:
        """The value of any part."""
        run = self.run
        match tree:
            case Number(value):
                return Value("scalar", run.number(value))
            case Constant(name):
                return Value("scalar", run.constant(name))
            case Symbol(name):
                return self.symbols[name]
            case Negative(operand):
                return _each(run.negative, self.value(operand))
            case MatrixProduct(left, right):
                return self._product(self.value(left), self.value(right), tree, explicit=True)
            case Operation("^", base, exponent):
                return self._power(self.value(base), self.value(exponent).data)
            case Operation(operator, left, right):
                return self._joined(operator, self.value(left), self.value(right), tree)
            case Call(function, argument):
                return _each(lambda entry: run.call(function, entry), self.value(argument))
            case Clip(operand, low, high):
                limits = [None if limit is None else run.number(limit) for limit in (low, high)]
                return _each(lambda entry: run.clip(entry, *limits), self.value(operand))
            case MatrixCall(function, argument):
                return self._called(function, self.value(argument), tree)
            case Reduction():
                return self._reduced(tree, self.value(tree.body))
            case Stop(operand) | Reshape(operand):
                return self.value(operand)
            case Length():
                return Value("scalar", run.number(Fraction(1)))

    @property
    def _linear(self) -> Linear[T]:
        return Linear(self.run)

    def _product(self, left: Value[T], right: Value[T], tree: Tree, *, explicit: bool) -> Value[T]:
        kind = product_kind(left.kind, right.kind, self.manner, tree, explicit=explicit)
        linear = self._linear
        one, two = left.data, right.data
        match left.kind, right.kind:
            case "scalar", _:
                return _each(lambda entry: self.run.operate("*", one, entry), right)
            case _, "scalar":
                return _each(lambda entry: self.run.operate("*", entry, two), left)
            case "matrix", "matrix":
                return Value(kind, linear.product(one, two))
            case "matrix", _:
                return Value(kind, linear.applied(one, two))
            case _, "matrix":
                return Value(kind, linear.applied(transposed(two), one))
            case "vector", "row":
                return Value(kind, linear.product(tuple((entry,) for entry in one), (two,)))
        return Value(kind, linear.dot(one, two))

    def _joined(self, operator: Operator, left: Value[T], right: Value[T], tree: Tree) -> Value[T]:
        if operator == "*" and self.manner.mathematical:
            return self._product(left, right, tree, explicit=False)
        kind = joined_kind(operator, left.kind, right.kind, self.manner, tree)

        def join(one: Any, two: Any) -> Any:
            if isinstance(one, tuple) or isinstance(two, tuple):
                ones = one if isinstance(one, tuple) else (one,) * len(two)
                twos = two if isinstance(two, tuple) else (two,) * len(one)
                return tuple(map(join, ones, twos))
            return self.run.operate(operator, one, two)

        return Value(kind, join(left.data, right.data))

    def _power(self, base: Value[T], exponent: T) -> Value[T]:
        if base.kind == "matrix" and self.manner.mathematical:
            square = exponent == self.run.number(Fraction(2))
            if not square:
                return Value("matrix", self._linear.inverse(base.data))
            if not self.manner.entrywise:
                return Value("matrix", self._linear.product(base.data, base.data))
        return _each(lambda entry: self.run.operate("^", entry, exponent), base)

    def _called(self, function: str, argument: Value[T], tree: Tree) -> Value[T]:
        data, linear, run = argument.data, self._linear, self.run
        match function, argument.kind:
            case "trace", "matrix":
                return Value("scalar", linear.trace(data))
            case "trace", "scalar":
                return argument
            case ("det" | "bars", "matrix"):
                return Value("scalar", linear.determinant(data))
            case "logdet", "matrix":
                return Value("scalar", run.call("log", linear.determinant(data)))
            case "inverse", "matrix":
                return Value("matrix", linear.inverse(data))
            case "cholesky", "matrix":
                return Value("matrix", linear.cholesky(data, self.slack))
            case "transpose", "matrix":
                return Value("matrix", transposed(data))
            case "transpose", "vector":
                return Value("vector" if self.manner.flat else "row", data)
            case "transpose", "row":
                return Value("vector", data)
            case "transpose", "scalar":
                return argument
            case "diagonal", "matrix":
                return Value("vector", tuple(row[place] for place, row in enumerate(data)))
            case "diagonal", "vector":
                zero = run.number(Fraction(0))
                return Value("matrix", _diagonal(data, zero))
            case "eye", "scalar":
                return Value("matrix", linear.identity(self.size))
            case "numel", _:
                return Value("scalar", run.number(Fraction(len(_entries(data)))))
            case "bars", "scalar":
                return Value("scalar", run.call("abs", data))
            case "bars" | "norm", _:
                entries = _entries(data)
                return Value("scalar", run.call("sqrt", linear.dot(entries, entries)))
        raise ShapeError(f"the {function} of a {argument.kind}")

    def _reduced(self, tree: Reduction, body: Value[T]) -> Value[T]:
        if body.kind == "matrix" and tree.axis.lstrip("-").isdigit():
            rows = body.data if tree.axis in ("1", "-1") else transposed(body.data)
            return Value("vector", tuple(self._total(tree, row) for row in rows))
        return Value("scalar", self._total(tree, _entries(body.data)))

    def _total(self, tree: Reduction, entries: tuple[T, ...]) -> T:
        total = reduce(lambda one, two: self.run.operate("+", one, two), entries)
        if tree.kind == "sum":
            return total
        return self.run.operate("/", total, self.run.number(Fraction(len(entries))))


def _each(change: Callable[[Any], Any], value: Value[T]) -> Value[T]:
    def visit(data: Any) -> Any:
        return tuple(map(visit, data)) if isinstance(data, tuple) else change(data)

    return Value(value.kind, visit(value.data))


def _entries(data: Any) -> tuple[Any, ...]:
    """All entries of a number, a vector or a matrix."""
    if not isinstance(data, tuple):
        return (data,)
    return tuple(entry for part in data for entry in _entries(part))


def _diagonal(entries: tuple[T, ...], zero: T) -> tuple[tuple[T, ...], ...]:
    places = range(len(entries))
    return tuple(tuple(entries[row] if row == column else zero for column in places) for row in places)
