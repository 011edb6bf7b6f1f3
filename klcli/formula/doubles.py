"""Double precision without any library: single numbers, and columns of them for many points at once."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import add, mul, neg, sub, truediv

from klcli.formula.tree import Operator

__all__ = ["Doubles", "Rows"]


class Doubles:
    """Single numbers in double precision, without any library.

    `largest` is the largest magnitude among all numbers so far: the scale of the rounding errors. What has
    no value raises ArithmeticError, what is too large OverflowError.
    """

    def __init__(self) -> None:
        self.largest = 0.0

    def number(self, value: Fraction) -> float:
        return self._seen(value.numerator / value.denominator)

    def constant(self, name: str) -> float:
        return math.pi if name == "pi" else math.e

    def negative(self, value: float) -> float:
        return -value

    def operate(self, operator: Operator, left: float, right: float) -> float:
        return self._seen(_OPERATIONS[operator](left, right))

    def call(self, function: str, value: float) -> float:
        try:
            match function:
                case "softplus":
                    return self._seen(_softplus(value))
                case "abs":
                    return abs(value)
            return self._seen(float(getattr(math, function)(value)))
        except ValueError:
            raise ArithmeticError(f"no value of {function} at {value}") from None

    def clip(self, value: float, low: float | None, high: float | None) -> float:
        raised = value if low is None else max(value, low)
        return raised if high is None else min(raised, high)

    def _seen(self, value: float) -> float:
        size = abs(value)
        if not size <= sys.float_info.max:
            raise OverflowError("beyond the doubles")
        if size > self.largest:
            self.largest = size
        return value


class Rows:
    """Columns of doubles, one entry for each of `count` points, without any library.

    `largest` holds the largest magnitude at each point so far. What has no value is nan, what is too large
    inf; neither raises.
    """

    def __init__(self, count: int) -> None:
        self.largest = [0.0] * count
        self._count = count

    def number(self, value: Fraction) -> list[float]:
        return self._seen([_or_nan(truediv, value.numerator, value.denominator)] * self._count)

    def constant(self, name: str) -> list[float]:
        return [math.pi if name == "pi" else math.e] * self._count

    def negative(self, value: list[float]) -> list[float]:
        return list(map(neg, value))

    def operate(self, operator: Operator, left: list[float], right: list[float]) -> list[float]:
        return self._seen(_each(_OPERATIONS[operator], left, right))

    def call(self, function: str, value: list[float]) -> list[float]:
        if function == "softplus":
            return self._seen(_each(_softplus, value))
        return self._seen(_each(abs if function == "abs" else getattr(math, function), value))

    def clip(self, value: list[float], low: list[float] | None, high: list[float] | None) -> list[float]:
        raised = value if low is None else list(map(max, value, low))
        return raised if high is None else list(map(min, raised, high))

    def _seen(self, value: list[float]) -> list[float]:
        self.largest = list(map(max, self.largest, map(abs, value)))
        return value


def _each(function: Callable[..., float], *columns: list[float]) -> list[float]:
    try:
        return list(map(function, *columns))
    except (ArithmeticError, ValueError):
        return [_or_nan(function, *row) for row in zip(*columns, strict=True)]


def _or_nan(function: Callable[..., float], *row: float) -> float:
    try:
        return function(*row)
    except OverflowError:
        return math.inf
    except (ArithmeticError, ValueError):
        return math.nan


def _power(base: float, exponent: float) -> float:
    found = base**exponent
    if isinstance(found, complex):
        raise ArithmeticError("a root of a negative number")
    return float(found)


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


_OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "^": _power,
}
