"""Evaluates one tree in many arithmetics: floats and numpy arrays, n digits, sympy.

`evaluate` walks the tree; an arithmetic says what numbers are and what the operations do. Rigorous
intervals are the arithmetic of `klcli.formula.interval`. A tree that has no value at a point (the
logarithm of a negative number, a division by zero) raises `ArithmeticError` in exact arithmetics and
gives nan or inf in floats, as numpy does.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from klcli.formula.tree import Call, Constant, Negative, Number, Operation, Operator, Reduction, Symbol, Tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arithmetic", "Decimals", "Floats", "Symbols", "context", "evaluate"]

T = TypeVar("T")
Values: TypeAlias = Mapping[str, T | tuple[T, ...]]


class Arithmetic(Protocol[T]):
    """What `evaluate` needs of a kind of number."""

    def number(self, value: Fraction) -> T:
        """The rational `value`."""

    def constant(self, name: str) -> T:
        """``pi`` or ``e``."""

    def negative(self, value: T) -> T:
        """The negative of a value."""

    def operate(self, operator: Operator, left: T, right: T) -> T:
        """Two values joined by ``+ - * / ^``."""

    def call(self, function: str, value: T) -> T:
        """A function of `klcli.formula.tree.FUNCTIONS`."""


def evaluate(tree: Tree, values: Values[T], arithmetic: Arithmetic[T]) -> T:
    """The value of a tree.

    Args:
        tree: the formula.
        values: a value for each free symbol; a tuple is a vector, which the reductions run over. A
            reduction whose body holds no vector is one over a single entry.
        arithmetic: the kind of number of the values and of the result.

    Raises:
        ValueError: a symbol has no value, or a vector stands outside of every reduction.
        ArithmeticError: the tree has no value here.

    """
    match tree:
        case Number(value):
            return arithmetic.number(value)
        case Constant(name):
            return arithmetic.constant(name)
        case Symbol(name):
            return _scalar(name, values)
        case Negative(operand):
            return arithmetic.negative(evaluate(operand, values, arithmetic))
        case Operation(operator, left, right):
            first = evaluate(left, values, arithmetic)
            return arithmetic.operate(operator, first, evaluate(right, values, arithmetic))
        case Call(function, argument):
            return arithmetic.call(function, evaluate(argument, values, arithmetic))
        case Reduction():
            return _reduce(tree, values, arithmetic)


def _scalar(name: str, values: Values[T]) -> T:
    if name not in values:
        raise ValueError(f"no value is given for {name}")
    value = values[name]
    if isinstance(value, tuple):
        raise ValueError(f"the vector {name} stands outside of a sum")
    return value


def _reduce(tree: Reduction, values: Values[T], arithmetic: Arithmetic[T]) -> T:
    from klcli.formula.tree import free_symbols

    used = {name: values[name] for name in free_symbols(tree.body) if name in values}
    lengths = {len(value) for value in used.values() if isinstance(value, tuple)}
    if len(lengths) > 1:
        raise ValueError(f"the vectors in the {tree.kind} have {sorted(lengths)} entries")
    count = lengths.pop() if lengths else 1
    total: T | None = None
    for entry in range(count):
        row = {name: value[entry] if isinstance(value, tuple) else value for name, value in used.items()}
        term = evaluate(tree.body, row, arithmetic)
        total = term if total is None else arithmetic.operate("+", total, term)
    if total is None:
        return arithmetic.number(Fraction(0))
    return total if tree.kind == "sum" else arithmetic.operate("/", total, arithmetic.number(Fraction(count)))


class Floats:
    """Double precision, elementwise on numpy arrays; outside of a function's domain nan or inf."""

    def __init__(self) -> None:
        import numpy

        self._numpy = numpy

    def number(self, value: Fraction) -> NDArray[Any]:
        return self._numpy.asarray(float(value))

    def constant(self, name: str) -> NDArray[Any]:
        return self._numpy.asarray(getattr(self._numpy, name))

    def negative(self, value: NDArray[Any]) -> NDArray[Any]:
        return -value

    def operate(self, operator: Operator, left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
        apply = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "float_power"}[operator]
        with self._numpy.errstate(all="ignore"):
            return self._numpy.asarray(getattr(self._numpy, apply)(left, right))

    def call(self, function: str, value: NDArray[Any]) -> NDArray[Any]:
        with self._numpy.errstate(all="ignore"):
            if function == "softplus":
                return self._numpy.asarray(self._numpy.logaddexp(0.0, value))
            return self._numpy.asarray(getattr(self._numpy, function)(value))


def context(digits: int, rounding: str = decimal.ROUND_HALF_EVEN) -> decimal.Context:
    """A decimal context of its own, with the widest range of exponents that the platform has."""
    return decimal.Context(
        prec=digits,
        rounding=rounding,
        Emin=decimal.MIN_EMIN,
        Emax=decimal.MAX_EMAX,
        traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )


class Decimals:
    """`digits` decimal digits in every intermediate result, on the standard library's decimal."""

    def __init__(self, digits: int) -> None:
        self.context = context(digits)

    def number(self, value: Fraction) -> Decimal:
        return self.context.divide(Decimal(value.numerator), Decimal(value.denominator))

    def constant(self, name: str) -> Decimal:
        return self.context.exp(Decimal(1)) if name == "e" else _pi(self.context.prec)

    def negative(self, value: Decimal) -> Decimal:
        return value.copy_negate()

    def operate(self, operator: Operator, left: Decimal, right: Decimal) -> Decimal:
        match operator:
            case "+":
                return self.context.add(left, right)
            case "-":
                return self.context.subtract(left, right)
            case "*":
                return self.context.multiply(left, right)
            case "/":
                return self.context.divide(left, right)
            case "^":
                return self.context.power(left, right)

    def call(self, function: str, value: Decimal) -> Decimal:
        run = self.context
        match function:
            case "exp":
                return run.exp(value)
            case "log":
                return _logarithm(value, run)
            case "sqrt":
                return run.sqrt(value)
            case "abs":
                return value.copy_abs()
            case "softplus":
                return self.call("log1p", run.exp(value))
        if -value.adjusted() > run.prec:
            return value  # expm1(x) = log1p(x) = x to more digits than there are
        # The difference from 1 may lie beyond the last digit; more digits keep the relative accuracy.
        wide = context(2 * run.prec + max(0, -value.adjusted()))
        match function:
            case "expm1":
                return run.plus(wide.subtract(wide.exp(value), Decimal(1)))
            case "log1p":
                return run.plus(_logarithm(wide.add(Decimal(1), value), wide))
        raise ValueError(f"not a function: {function!r}")


def _logarithm(value: Decimal, run: decimal.Context) -> Decimal:
    if value <= 0:
        raise decimal.InvalidOperation(f"the logarithm of {value:.3g}")
    return run.ln(value)


def _pi(digits: int) -> Decimal:
    """Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239), in integers with ten digits to spare."""
    unit = int(10 ** (digits + 10))

    def arctan_of_reciprocal(whole: int) -> int:
        term, total, divisor, sign = unit // whole, unit // whole, 1, 1
        while term:
            term //= whole * whole
            divisor, sign = divisor + 2, -sign
            total += sign * (term // divisor)
        return total

    scaled = 16 * arctan_of_reciprocal(5) - 4 * arctan_of_reciprocal(239)
    return context(digits).divide(Decimal(scaled), Decimal(unit))


class Symbols:
    """Sympy expressions, built node by node: no text ever reaches one of sympy's parsers."""

    def __init__(self) -> None:
        import sympy

        self._sympy = sympy

    def number(self, value: Fraction) -> Any:
        return self._sympy.Rational(value.numerator, value.denominator)

    def constant(self, name: str) -> Any:
        return self._sympy.pi if name == "pi" else self._sympy.E

    def negative(self, value: Any) -> Any:
        return -value

    def operate(self, operator: Operator, left: Any, right: Any) -> Any:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "^":
                return left**right

    def call(self, function: str, value: Any) -> Any:
        sympy = self._sympy
        match function:
            case "expm1":
                return sympy.exp(value) - 1
            case "log1p":
                return sympy.log(1 + value)
            case "softplus":
                return sympy.log(1 + sympy.exp(value))
            case "abs":
                return sympy.Abs(value)
        return getattr(sympy, function)(value)
