"""Rigorous enclosures: the interval arithmetic in which closed forms are rounded correctly.

The four operations round outward. The standard library's decimal rounds ``exp``, ``ln`` and ``sqrt``
correctly (to the nearest number of the precision, and it says when the result is exact), so that the two
neighbours of a result enclose the true value.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from klcli.formula.arithmetic import context, evaluate
from klcli.formula.tree import Operator, Tree

__all__ = ["Interval", "Intervals", "enclose", "nearest_double", "rounded"]

_START_DIGITS = 40
_MOST_DIGITS = 5_000


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, both included."""

    low: Decimal
    high: Decimal


class Intervals:
    """Arithmetic on intervals with `digits` digits at each end."""

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self._down = context(digits, decimal.ROUND_FLOOR)
        self._up = context(digits, decimal.ROUND_CEILING)

    def number(self, value: Fraction) -> Interval:
        numerator, denominator = Decimal(value.numerator), Decimal(value.denominator)
        return Interval(self._down.divide(numerator, denominator), self._up.divide(numerator, denominator))

    def constant(self, name: str) -> Interval:
        if name == "e":
            return self.call("exp", self.number(Fraction(1)))
        from klcli.formula.arithmetic import Decimals

        value = Decimals(self._digits).constant(name)
        return Interval(self._down.next_minus(value), self._up.next_plus(value))

    def negative(self, value: Interval) -> Interval:
        return Interval(value.high.copy_negate(), value.low.copy_negate())

    def operate(self, operator: Operator, left: Interval, right: Interval) -> Interval:
        match operator:
            case "+":
                return Interval(self._down.add(left.low, right.low), self._up.add(left.high, right.high))
            case "-":
                return Interval(
                    self._down.subtract(left.low, right.high), self._up.subtract(left.high, right.low)
                )
            case "*":
                return self._product(left, right)
            case "/":
                if right.low <= 0 <= right.high:
                    raise decimal.DivisionByZero("a divisor that may be zero")
                return self._quotient(left, right)
            case "^":
                return self._power(left, right)

    def _product(self, left: Interval, right: Interval) -> Interval:
        pairs = [(first, second) for first in (left.low, left.high) for second in (right.low, right.high)]
        return Interval(
            min(self._down.multiply(*pair) for pair in pairs), max(self._up.multiply(*pair) for pair in pairs)
        )

    def _quotient(self, left: Interval, right: Interval) -> Interval:
        pairs = [(first, second) for first in (left.low, left.high) for second in (right.low, right.high)]
        return Interval(
            min(self._down.divide(*pair) for pair in pairs), max(self._up.divide(*pair) for pair in pairs)
        )

    def _power(self, base: Interval, exponent: Interval) -> Interval:
        whole = exponent.low == exponent.high and exponent.low == exponent.low.to_integral_value()
        if whole and abs(exponent.low) <= 64:
            return self._whole_power(base, int(exponent.low))
        return self.call("exp", self._product(exponent, self.call("log", base)))

    def _whole_power(self, base: Interval, exponent: int) -> Interval:
        if exponent < 0:
            return self.operate("/", self.number(Fraction(1)), self._whole_power(base, -exponent))
        if exponent % 2 == 0:
            base = self.call("abs", base)  # so that an even power is not negative where the base may be zero
        result = self.number(Fraction(1))
        for _ in range(exponent):
            result = self._product(result, base)
        return result

    def call(self, function: str, value: Interval) -> Interval:
        one = self.number(Fraction(1))
        match function:
            case "exp" | "sqrt":
                return Interval(self._bound(function, value.low, -1), self._bound(function, value.high, 1))
            case "log":
                if value.low <= 0:
                    raise decimal.InvalidOperation("the logarithm of a number that may be zero or negative")
                return Interval(self._bound("ln", value.low, -1), self._bound("ln", value.high, 1))
            case "abs":
                ends = sorted((value.low.copy_abs(), value.high.copy_abs()))  # abs() would round
                return Interval(Decimal(0) if value.low < 0 < value.high else ends[0], ends[1])
            case "expm1":
                return self.operate("-", self.call("exp", value), one)
            case "log1p":
                if value.low > 0 and value.high.adjusted() < -self._digits // 2:
                    return self._small_log1p(value)
                return self.call("log", self.operate("+", one, value))
            case "softplus":
                return self.call("log1p", self.call("exp", value))
        raise ValueError(f"not a function: {function!r}")

    def _small_log1p(self, value: Interval) -> Interval:
        """y - y^2/2 <= log(1 + y) <= y for y > 0; 1 + y would need more digits than there are."""
        square = self._product(value, value)
        half = self.operate("/", square, self.number(Fraction(2)))
        return Interval(self._down.subtract(value.low, half.high), value.high)

    def _bound(self, function: str, value: Decimal, direction: int) -> Decimal:
        """The function's value, moved outward by one unit unless decimal reports it as exact."""
        run = context(self._digits)
        result: Decimal = getattr(run, function)(value)
        if not run.flags[decimal.Inexact]:
            return result
        return run.next_plus(result) if direction > 0 else run.next_minus(result)


def enclose(tree: Tree, values: Mapping[str, Fraction | tuple[Fraction, ...]], digits: int) -> Interval:
    """An interval of `digits` digits that holds the exact value of `tree` at rational values or vectors."""
    arithmetic = Intervals(digits)
    points = {
        name: tuple(map(arithmetic.number, value)) if isinstance(value, tuple) else arithmetic.number(value)
        for name, value in values.items()
    }
    return evaluate(tree, points, arithmetic)


def nearest_double(enclosure: Callable[[int], Interval]) -> float:
    """The double nearest to an exact value: the precision grows until the rounding is certain.

    A value beyond the doubles gives inf. A value that is exactly zero ends the search when the enclosure
    lies within half of the smallest double.

    Args:
        enclosure: gives an interval around the value for a number of digits.

    Raises:
        ArithmeticError: there is no value, or none that can be told from the middle between two doubles.
    """
    digits = _START_DIGITS
    while True:
        found = _enclosed(enclosure, digits, last=2 * digits > _MOST_DIGITS)
        if found and float(found.low) == float(found.high):
            return float(found.low) + 0.0  # -0.0 becomes 0.0
        digits *= 2
        if digits > _MOST_DIGITS:
            raise ArithmeticError("the value lies too close to the middle between two doubles")


def _enclosed(enclosure: Callable[[int], Interval], digits: int, *, last: bool) -> Interval | None:
    """The enclosure, or None where it needs more digits: of a divisor that may be zero with these."""
    try:
        return enclosure(digits)
    except (decimal.InvalidOperation, decimal.DivisionByZero):
        if last:
            raise
        return None


def rounded(enclosure: Callable[[int], Interval], digits: int) -> Decimal:
    """An exact value rounded to `digits` significant digits, by the same growing precision.

    A value that cannot be told from zero with several times as many digits is given as zero.

    Raises:
        ArithmeticError: there is no value, or none that can be told from the middle between two decimals.
    """
    run, working, most = context(digits), digits + 10, max(_MOST_DIGITS, 8 * digits)
    while True:
        found = _enclosed(enclosure, working, last=2 * working > most)
        if found and (low := run.plus(found.low)) == run.plus(found.high):
            return low
        working *= 2
        if working > most:
            break
    if found and found.low <= 0 <= found.high:
        return Decimal(0)
    raise ArithmeticError("the value lies too close to the middle between two decimals")
