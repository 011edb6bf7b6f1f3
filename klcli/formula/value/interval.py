"""Rigorous enclosures: the interval arithmetic in which closed forms are rounded correctly.

The four operations round outward. The standard library's decimal rounds ``exp``, ``ln`` and ``sqrt``
correctly (to the nearest number of the precision, and it says when the result is exact), so that the two
neighbours of a result enclose the true value.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import inf, nextafter

from klcli.formula.tree import Operator, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.decimal_arithmetic import context, pi
from klcli.values import dataclass

_START_DIGITS = 40
"""Enough for a sign at nearly every point, and as fast as fewer."""
_SPARE = 10
"""Digits with which a rounding is tried first: one value in 10^10 needs more."""
MOST_DIGITS = 1_500
"""What a rounding may take more than the digits that it is to have: doubles near 0 and 1 cancel 650 of them.
Twice as many would take a second for every logarithm."""
_LONGEST_EXPONENT = 400
"""Digits of a whole exponent; a larger one is taken as a real one."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, both included."""

    low: Decimal
    high: Decimal


class UndecidedError(ArithmeticError):
    """All digits that are spent on a rounding do not decide it."""


class Intervals:
    """Arithmetic on intervals with `digits` digits at each end."""

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self._down = context(digits, decimal.ROUND_FLOOR)
        self._up = context(digits, decimal.ROUND_CEILING)
        self._one = self.number(Fraction(1))
        self._small = Decimal(1).scaleb(-digits // 2)

    def number(self, value: Fraction) -> Interval:
        numerator, denominator = Decimal(value.numerator), Decimal(value.denominator)
        return Interval(self._down.divide(numerator, denominator), self._up.divide(numerator, denominator))

    def constant(self, name: str) -> Interval:
        if name == "e":
            return self.call("exp", self.number(Fraction(1)))
        value = pi(self._digits)
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
        whole = exponent.low == exponent.high == exponent.low.to_integral_value()
        if whole and exponent.low.adjusted() < _LONGEST_EXPONENT:
            return self._whole_power(base, int(exponent.low))
        if base.low == 0 < exponent.low:
            largest = Interval(base.high, base.high)
            return Interval(Decimal(0), self._power(largest, exponent).high if base.high else Decimal(0))
        return self.call("exp", self._product(exponent, self.call("log", base)))

    def _whole_power(self, base: Interval, exponent: int) -> Interval:
        """A power by repeated squaring; x^0 is 1 for every x."""
        if exponent < 0:
            return self.operate("/", self._one, self._whole_power(base, -exponent))
        if exponent % 2 == 0:
            base = self.call("abs", base)  # so that an even power is not negative where the base may be zero
        result = self._one
        for digit in f"{exponent:b}":
            result = self._product(result, result)
            if digit == "1":
                result = self._product(result, base)
        return result

    def call(self, function: str, value: Interval) -> Interval:
        match function:
            case "exp" | "sqrt":
                return Interval(self._bound(function, value.low, -1), self._bound(function, value.high, 1))
            case "log":
                return self._log(value)
            case "abs":
                ends = sorted((value.low.copy_abs(), value.high.copy_abs()))  # abs() would round
                return Interval(Decimal(0) if value.low < 0 < value.high else ends[0], ends[1])
            case "trunc":  # it never falls, so the ends of the interval give those of the result
                whole = [end.to_integral_value(decimal.ROUND_DOWN) for end in (value.low, value.high)]
                return Interval(*whole)
            case "expm1":
                return self._expm1(value)
            case "log1p":
                return self._log1p(value)
            case "softplus":
                if value.low <= 0:
                    return self._log1p(self.call("exp", value))
                return self.operate("+", value, self._log1p(self.call("exp", self.negative(value))))
        raise ValueError(f"not a function: {function!r}")

    def clip(self, value: Interval, low: Interval | None, high: Interval | None) -> Interval:
        if low is not None:
            value = Interval(max(value.low, low.low), max(value.high, low.high))
        if high is not None:
            value = Interval(min(value.low, high.low), min(value.high, high.high))
        return value

    def _expm1(self, value: Interval) -> Interval:
        """x <= e^x - 1 <= x/(1 - x) for x < 1: sharp for small x, for which e^x has no digits left."""
        if self._is_small(value):
            return Interval(value.low, self.operate("/", value, self.operate("-", self._one, value)).high)
        return self.operate("-", self.call("exp", value), self._one)

    def _log(self, value: Interval) -> Interval:
        if value.low <= 0:
            raise decimal.InvalidOperation("the logarithm of a number that may be zero or negative")
        beyond_one = self.operate("-", value, self._one)
        if self._is_small(beyond_one):
            return self._near_zero(beyond_one, value)
        return Interval(self._bound("ln", value.low, -1), self._bound("ln", value.high, 1))

    def _log1p(self, value: Interval) -> Interval:
        argument = self.operate("+", self._one, value)
        if self._is_small(value) and argument.low > 0:
            return self._near_zero(value, argument)
        return self._log(argument)

    def _near_zero(self, value: Interval, argument: Interval) -> Interval:
        """y/(1 + y) <= log(1 + y) <= y: sharp for small y, where decimal's logarithm is slow."""
        return Interval(self.operate("/", value, argument).low, value.high)

    def _is_small(self, value: Interval) -> bool:
        return max(value.low.copy_abs(), value.high.copy_abs()) < self._small

    def _bound(self, function: str, value: Decimal, direction: int) -> Decimal:
        """The function's value, moved outward by one unit unless decimal reports it as exact."""
        run = context(self._digits)
        result: Decimal = getattr(run, function)(value)
        if not run.flags[decimal.Inexact]:
            return result
        return run.next_plus(result) if direction > 0 else run.next_minus(result)


def enclose(tree: Tree, values: Mapping[str, Fraction | tuple[Fraction, ...]], digits: int) -> Interval:
    """An interval of `digits` digits that holds the exact value of `tree` at rational values or vectors.

    Args:
        tree: a formula.
        values: of its symbols; a vector is that of one for each dimension.
        digits: in which interval arithmetic works; more make a narrower interval.
    """
    arithmetic = Intervals(digits)
    points = {
        name: tuple(map(arithmetic.number, value)) if isinstance(value, tuple) else arithmetic.number(value)
        for name, value in values.items()
    }
    return evaluate(tree, points, arithmetic)


def nearest_double(
    enclosure: Callable[[int], Interval], *, settle: bool = False, most: int = MOST_DIGITS
) -> float:
    """The double nearest to an exact value: the precision grows until the rounding is certain.

    A value beyond the doubles gives inf. A value that is exactly zero ends the search when the enclosure
    lies within half of the smallest double.

    Args:
        enclosure: gives an interval around the value for a number of digits.
        settle: take either neighbour of a value that all digits do not tell from the middle between them.
        most: the digits to be spent, of which 1280 are.

    Raises:
        UndecidedError: they do not, and `settle` was not asked for.
        ArithmeticError: there is no value.
    """
    digits = _START_DIGITS
    while True:
        found = _enclosed(enclosure, digits, last=2 * digits > most)
        if found and float(found.low) == float(found.high):
            return float(found.low) + 0.0  # -0.0 becomes 0.0
        digits *= 2
        if digits > most:
            break
    if settle and found and nextafter(float(found.low), inf) >= float(found.high):
        return float(found.high)  # where the value is a tie and a tiny number > 0, this is the nearest one
    raise UndecidedError("the value lies too close to the middle between two doubles")


def _enclosed(enclosure: Callable[[int], Interval], digits: int, *, last: bool) -> Interval | None:
    """The enclosure, or None where it needs more digits: of a divisor that may be zero with these.

    With few digits the end of an interval may overflow, too, where the value does not.
    """
    try:
        return enclosure(digits)
    except (decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow):
        if last:
            raise
        return None


def rounded(enclosure: Callable[[int], Interval], digits: int, *, settle: bool = False) -> Decimal:
    """An exact value rounded to `digits` significant digits, by the same growing precision.

    A value that cannot be told from zero with 1500 digits more is given as zero.

    Args:
        enclosure: gives an interval around the value for a number of digits.
        digits: of the result.
        settle: take either neighbour of a value that these do not tell from the middle between them.

    Raises:
        UndecidedError: they do not, and `settle` was not asked for.
        ArithmeticError: there is no value.
    """
    run, working, most = context(digits), digits + _SPARE, digits + MOST_DIGITS
    while True:
        found = _enclosed(enclosure, working, last=working == most)
        if found and (low := run.plus(found.low)) == run.plus(found.high):
            return low
        if working == most:
            break
        working = min(2 * working, most)
    if found and found.low <= 0 <= found.high:
        return Decimal(0)
    if settle and found and run.next_plus(run.plus(found.low)) >= (high := run.plus(found.high)):
        return high
    raise UndecidedError("the value lies too close to the middle between two decimals")
