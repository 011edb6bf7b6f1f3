"""Double precision without any library: single numbers, columns for many points at once, and grids."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from operator import add, mul, neg, sub, truediv
from typing import Any, TypeAlias

from klcli.formula.tree import Operator
from klcli.formula.value.budget import spend


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
        return self._seen(OPERATIONS[operator](left, right))

    def call(self, function: str, value: float) -> float:
        try:
            return self._seen(OF_DOUBLES[function](value))
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


class DoubleColumns:
    """Columns of doubles, one entry for each of `count` points, without any library.

    What has no value is nan, what is too large inf; neither raises. The scale of the rounding errors is that
    of what is added up, of functions and of the result: a factor makes none that are larger than these.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._met = [[0.0] * count]
        self._result = self._met[0]

    @property
    def largest(self) -> list[float]:
        """The largest magnitude at each point so far, of what makes rounding errors."""
        return [max(map(abs, row)) for row in zip(*self._met, self._result, strict=True)]

    def number(self, value: Fraction) -> list[float]:
        return self._given([_or_nan(truediv, value.numerator, value.denominator)] * self._count)

    def constant(self, name: str) -> list[float]:
        return [math.pi if name == "pi" else math.e] * self._count

    def negative(self, value: list[float]) -> list[float]:
        return list(map(neg, value))

    def operate(self, operator: Operator, left: list[float], right: list[float]) -> list[float]:
        found = self._given(each(OPERATIONS[operator], left, right))
        if operator in "+-":
            self._met += left, right
        return found

    def call(self, function: str, value: list[float]) -> list[float]:
        found = self._given(each(OF_DOUBLES[function], value))
        self._met.append(found)
        return found

    def clip(self, value: list[float], low: list[float] | None, high: list[float] | None) -> list[float]:
        raised = value if low is None else list(map(max, value, low))
        return raised if high is None else list(map(min, raised, high))

    def _given(self, value: list[float]) -> list[float]:
        spend(len(value))
        self._result = value
        return value


Grid: TypeAlias = list[list[float]]


class Grids:
    """Grids of doubles, without any library: a list of rows of one length.

    A grid of one row, or of one column, stands for one in which that is repeated as often as the other
    operand asks for: what depends on one axis alone is computed once for every place on it. What has no value
    is nan, what is too large or a pole is infinite; neither raises.
    """

    def number(self, value: Fraction) -> Grid:
        return [[_or_infinite(truediv, value.numerator, value.denominator)]]

    def constant(self, name: str) -> Grid:
        return [[math.pi if name == "pi" else math.e]]

    def negative(self, value: Grid) -> Grid:
        return [list(map(neg, row)) for row in value]

    def operate(self, operator: Operator, left: Grid, right: Grid) -> Grid:
        return _spread(OPERATIONS[operator], left, right)

    def call(self, function: str, value: Grid) -> Grid:
        return [each(OF_DOUBLES[function], row, otherwise=_or_infinite) for row in value]

    def clip(self, value: Grid, low: Grid | None, high: Grid | None) -> Grid:
        raised = value if low is None else _spread(max, value, low)
        return raised if high is None else _spread(min, raised, high)


def _spread(function: Callable[..., float], left: Grid, right: Grid) -> Grid:
    """A function of the entries of two grids, each repeated along the axis on which it has one place."""
    rows = max(len(left), len(right))
    firsts, seconds = (side * rows if len(side) == 1 else side for side in (left, right))
    return [_along(function, first, second) for first, second in zip(firsts, seconds, strict=True)]


def _along(function: Callable[..., float], left: list[float], right: list[float]) -> list[float]:
    size = max(len(left), len(right))
    first, second = (list(repeat(side[0], size)) if len(side) == 1 else side for side in (left, right))
    return each(function, first, second, otherwise=_or_infinite)


def _or_infinite(function: Callable[..., float], *row: float) -> float:
    """Like `_or_nan`, with the limits that numpy gives at the poles of quotients, powers and logarithms."""
    if function is truediv and row[1] == 0 and row[0]:
        return math.copysign(math.inf, row[0]) * math.copysign(1, row[1])
    if function is _power and row[0] == 0 and row[1] < 0:
        return math.inf
    if (function, row[0]) in ((math.log, 0.0), (math.log1p, -1.0)):
        return -math.inf
    return _or_nan(function, *row)


def each(
    function: Callable[..., Any],
    *columns: Sequence[Any],
    otherwise: Callable[..., Any] | None = None,
) -> list[Any]:
    """A function of the rows of some columns; of every row `otherwise` where one of them has no value.

    Args:
        function: of as many numbers as there are columns.
        columns: of equal lengths.
        otherwise: of the function and a row; None gives inf for an overflow, and NaN for what has no value.
    """
    try:
        return list(map(function, *columns))
    except (ArithmeticError, ValueError):
        safe = otherwise or _or_nan
        return [safe(function, *row) for row in zip(*columns, strict=True)]


def _or_nan(function: Callable[..., float], *row: float) -> float:
    try:
        return function(*row)
    except OverflowError:
        return math.inf
    except (ArithmeticError, ValueError):
        return math.nan


def _power(base: Any, exponent: Any) -> Any:
    """A power; a root of a negative number is complex in Python, and no number in a formula on reals."""
    found = base**exponent
    if isinstance(found, complex) and not isinstance(base, complex) and not isinstance(exponent, complex):
        raise ArithmeticError("a root of a negative number")
    return found


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


OF_DOUBLES: Mapping[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "expm1": math.expm1,
    "log1p": math.log1p,
    "softplus": _softplus,
    "trunc": lambda value: float(math.trunc(value)),
}
"""The functions of a tree, of doubles."""
OPERATIONS: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "^": _power,
}
"""The operators of a tree, for doubles, real or complex; what has no value raises."""
