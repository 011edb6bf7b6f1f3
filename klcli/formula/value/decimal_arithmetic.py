"""The arithmetic of n decimal digits, on the standard library's decimal."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from math import isqrt

from klcli.formula.tree import Operator
from klcli.formula.value.budget import spend

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


# Formulas of numbers and of matrices that are wrong took 31 to 74.
@lru_cache(maxsize=512)
def natural_log(value: Decimal, digits: int) -> Decimal:
    """log(value) in so many digits, remembered: in hundreds of them one takes a millisecond."""
    is_near = abs(value - _ONE) < _NEAR  # where the logarithm of 2 would cancel
    if digits < _MANY_DIGITS or not value.is_finite() or is_near or abs(value.adjusted()) > _FAR:
        return context(digits).ln(value)
    return _by_series(value, digits)


_MANY_DIGITS, _FAR = 150, 5_000
"""From where on integers are faster than `decimal`, whose time grows with the cube of the digits."""
_NEAR = Decimal("1e-6")
"""Closer to 1, k log 2 and the rest would cancel more than 20 of the bits of `_GUARD`."""
_ROOTS = 12
"""Square roots that bring a number close to 1, where the series of its logarithm is short."""
_GUARD = 64
"""Bits that roundings may take: each of a few hundred steps loses the last one."""


def _by_series(value: Decimal, digits: int) -> Decimal:
    """k log 2 + 2^12 log(m^(1/2^12)) with 1 <= m < 4, where log x = 2 atanh((x - 1)/(x + 1)), in integers."""
    above, below = value.as_integer_ratio()
    # 10/3 bits a digit are a little more than log2(10) = 3.322.
    bits = digits * 10 // 3 + _GUARD + 2 * _ROOTS
    shift = above.bit_length() - below.bit_length() - 1
    root = (above << max(0, bits - shift)) // (below << max(0, shift - bits))
    for _ in range(_ROOTS):
        root = isqrt(root << bits)
    one = 1 << bits
    total = (_atanh(((root - one) << bits) // (root + one), bits) << (_ROOTS + 1)) + shift * _log_of_2(bits)
    return context(digits).divide(Decimal(total), Decimal(one))


def _atanh(value: int, bits: int) -> int:
    """atanh of a number from 0 to 1/3, all in units of 2^-bits."""
    square, term, total, divisor = (value * value) >> bits, value, 0, 1
    while term:
        total += term // divisor
        term, divisor = (term * square) >> bits, divisor + 2
    return total


@cache
def _log_of_2(bits: int) -> int:
    """2 atanh(1/3)."""
    return 2 * _atanh((1 << bits) // 3, bits)


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
