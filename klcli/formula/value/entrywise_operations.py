"""What is done to the entries of arrays, column by column: in any arithmetic, or fast in doubles.

In doubles entries are real or complex; the imaginary part of a complex one carries a derivative along one
direction (the complex step: exact to rounding, as nothing is subtracted). Outside of a function's domain a
value is nan there; an arithmetic raises ArithmeticError.

Source of the complex step: Squire and Trapp, Using complex variables to estimate derivatives of real
functions, SIAM Review 40 (1998).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from operator import mul, neg, truediv
from typing import Any, Generic, Protocol, TypeVar

from klcli.formula.tree import Operator, ReductionKind
from klcli.formula.value.arithmetic import Arithmetic
from klcli.formula.value.doubles import OF_DOUBLES, OPERATIONS, each
from klcli.formula.value.small_arrays import Column
from klcli.values import dataclass

T = TypeVar("T")


class Entries(Protocol):
    """What is done to the entries of arrays."""

    @property
    def run(self) -> Arithmetic[Any]:
        """The same for single entries."""

    def negative(self, values: Column) -> Column:
        """The negatives of all entries."""

    def join(self, operator: Operator, left: Column, right: Column) -> Column:
        """The entries of two columns joined by ``+ - * / ^``.

        Args:
            operator: a sign.
            left: what stands before it.
            right: as many entries.
        """

    def call(self, function: str, values: Column) -> Column:
        """A function of all entries."""

    def clip(self, values: Column, limits: Column, *, is_low: bool) -> Column:
        """Every entry kept above a limit of its own, or below it.

        Args:
            values: what is kept.
            limits: as many entries.
            is_low: whether the limits are below.
        """

    def reduced(self, kind: ReductionKind) -> Callable[[Column], Any]:
        """What makes one of all entries: their sum, their mean or their product."""

    def dot(self, left: Column, right: Column) -> Any:
        """The sum of the products of the entries of two columns."""


@dataclass(frozen=True, slots=True)
class Each(Generic[T]):
    """The entries are numbers of an arithmetic."""

    run: Arithmetic[T]

    def negative(self, values: Column) -> Column:
        return list(map(self.run.negative, values))

    def join(self, operator: Operator, left: Column, right: Column) -> Column:
        return list(map(partial(self.run.operate, operator), left, right))

    def call(self, function: str, values: Column) -> Column:
        return list(map(partial(self.run.call, function), values))

    def clip(self, values: Column, limits: Column, *, is_low: bool) -> Column:
        return _clipped(self.run, values, limits, is_low=is_low)

    def reduced(self, kind: ReductionKind) -> Callable[[Column], Any]:
        if kind in ("mean", "E"):
            return self._mean
        return partial(reduce, partial(self.run.operate, "*" if kind == "prod" else "+"))

    def _mean(self, values: Column) -> Any:
        return self.run.operate("/", self.reduced("sum")(values), self.run.number(Fraction(len(values))))

    def dot(self, left: Column, right: Column) -> Any:
        return self.reduced("sum")(self.join("*", left, right))


class _Doubles:
    """Single doubles, real or complex; nan where there is no value."""

    def number(self, value: Fraction) -> Any:
        return _or_nan(truediv, value.numerator, value.denominator)

    def constant(self, name: str) -> Any:
        return math.pi if name == "pi" else math.e

    def negative(self, value: Any) -> Any:
        return -value

    def operate(self, operator: Operator, left: Any, right: Any) -> Any:
        return _or_nan(OPERATIONS[operator], left, right)

    def call(self, function: str, value: Any) -> Any:
        return _or_nan((_OF_COMPLEX if isinstance(value, complex) else OF_DOUBLES)[function], value)

    def clip(self, value: Any, low: Any, high: Any) -> Any:
        """Clips by the real part; what is clipped has the gradient of its limit."""
        if low is not None and value.real < low.real:
            return low
        return high if high is not None and value.real > high.real else value


def _clipped(run: Arithmetic[Any], values: Column, limits: Column, *, is_low: bool) -> Column:
    pairs = zip(values, limits, strict=True)
    return [run.clip(value, *((limit, None) if is_low else (None, limit))) for value, limit in pairs]


class _DoubleEntries:
    """The entries are doubles."""

    run = _Doubles()

    def negative(self, values: Column) -> Column:
        return list(map(neg, values))

    def join(self, operator: Operator, left: Column, right: Column) -> Column:
        return each(OPERATIONS[operator], left, right, otherwise=_or_nan)

    def call(self, function: str, values: Column) -> Column:
        if complex in map(type, values):
            return [self.run.call(function, value) for value in values]
        return each(OF_DOUBLES[function], values, otherwise=_or_nan)

    def clip(self, values: Column, limits: Column, *, is_low: bool) -> Column:
        return _clipped(self.run, values, limits, is_low=is_low)

    def reduced(self, kind: ReductionKind) -> Callable[[Column], Any]:
        return _REDUCED[kind]

    def dot(self, left: Column, right: Column) -> Any:
        return sum(map(mul, left, right))


def _or_nan(function: Callable[..., Any], *row: Any) -> Any:
    try:
        return function(*row)
    except (ArithmeticError, ValueError):
        return math.nan


def _mean(values: Column) -> Any:
    return sum(values) / len(values) if values else math.nan


def _softplus_of_complex(value: complex) -> complex:
    # e^s overflows where softplus(s) = s + softplus(-s) does not.
    if value.real > 0:
        return value + _log_of_complex(1 + cmath.exp(-value))
    return _log_of_complex(1 + cmath.exp(value))


def _root_of_complex(value: complex) -> complex:
    return cmath.sqrt(value) if value.real > 0 else complex(math.nan)


def _log_of_complex(value: complex) -> complex:
    return cmath.log(value) if value.real > 0 else complex(math.nan)


_OF_COMPLEX: Mapping[str, Callable[[complex], Any]] = {
    "exp": cmath.exp,
    "log": _log_of_complex,
    "sqrt": _root_of_complex,
    "abs": lambda value: value if value.real >= 0 else -value,
    "expm1": lambda value: cmath.exp(value) - 1,
    "log1p": lambda value: _log_of_complex(1 + value),
    "softplus": _softplus_of_complex,
    "trunc": lambda value: float(math.trunc(value.real)),  # no gradient flows through integers
}
_REDUCED: Mapping[ReductionKind, Callable[[Column], Any]] = {
    "sum": sum,
    "mean": _mean,
    "prod": math.prod,
    "E": _mean,
}
DOUBLES: Entries = _DoubleEntries()
"""Doubles, real or complex, nan where there is no value."""
