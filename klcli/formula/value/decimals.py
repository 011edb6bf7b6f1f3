"""The arithmetic of n decimal digits, on the standard library's decimal."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache

from klcli.formula.tree import Operator
from klcli.formula.value.budget import spend

__all__ = ["Decimals", "context", "natural_log", "pi"]

_ONE = Decimal(1)


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
    """`digits` decimal digits in every intermediate result."""

    def __init__(self, digits: int) -> None:
        self.context = context(digits)

    def number(self, value: Fraction) -> Decimal:
        return self.context.divide(Decimal(value.numerator), Decimal(value.denominator))

    def constant(self, name: str) -> Decimal:
        return self.context.exp(_ONE) if name == "e" else pi(self.context.prec)

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
                return self._power(left, right)

    def _power(self, base: Decimal, exponent: Decimal) -> Decimal:
        """A power, x^0 being 1 for every x; decimal itself takes 0^-1 for infinity."""
        if not exponent:
            return _ONE
        if not base and exponent < 0:
            raise decimal.DivisionByZero("a negative power of zero")
        return self.context.power(base, exponent)

    def call(self, function: str, value: Decimal) -> Decimal:
        spend(self.context.prec)  # some microsecond a digit
        match function:
            case "exp":
                return self.context.exp(value)
            case "log":
                return self._log(value)
            case "sqrt":
                return self.context.sqrt(value)
            case "abs":
                return value.copy_abs()
            case "trunc":
                return value.to_integral_value(decimal.ROUND_DOWN)
            case "expm1":
                return self._expm1(value)
            case "log1p":
                return self._log1p(value)
            case "softplus":
                tail = self._log1p(self.context.exp(value.copy_abs().copy_negate()))
                return self.context.add(max(value, Decimal(0)), tail)
        raise ValueError(f"not a function: {function!r}")

    def clip(self, value: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
        raised = value if low is None else max(value, low)
        return raised if high is None else min(raised, high)

    def _log(self, value: Decimal) -> Decimal:
        if value <= 0:
            raise decimal.InvalidOperation(f"the logarithm of {value:.3g}")
        return natural_log(value, self.context.prec)

    def _expm1(self, value: Decimal) -> Decimal:
        """As many digits more as the difference from 1 loses; below the last digit the value itself."""
        lost = self._zeros(value)
        if lost > self.context.prec:
            return self.context.plus(value)
        wide = context(self.context.prec + lost + 2)
        return self.context.plus(wide.subtract(wide.exp(value), _ONE))

    def _log1p(self, value: Decimal) -> Decimal:
        lost = self._zeros(value)
        if lost > self.context.prec:
            return self.context.plus(value)
        wide = Decimals(self.context.prec + lost + 2)
        return self.context.plus(wide.call("log", wide.context.add(_ONE, value)))

    @staticmethod
    def _zeros(value: Decimal) -> int:
        """The zeros behind the decimal point of a small number."""
        return max(0, -int(value.adjusted()))


@lru_cache(maxsize=512)
def natural_log(value: Decimal, digits: int) -> Decimal:
    """log(value) in so many digits, remembered: in hundreds of them one takes some ten milliseconds."""
    return context(digits).ln(value)


@cache
def pi(digits: int) -> Decimal:
    """Pi by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239), in integers with ten digits to spare."""
    unit: int = 10 ** (digits + 10)

    def arctan_of_reciprocal(whole: int) -> int:
        term, total, divisor, sign = unit // whole, unit // whole, 1, 1
        while term:
            term //= whole * whole
            divisor, sign = divisor + 2, -sign
            total += sign * (term // divisor)
        return total

    scaled = 16 * arctan_of_reciprocal(5) - 4 * arctan_of_reciprocal(239)
    return context(digits).divide(Decimal(scaled), Decimal(unit))
