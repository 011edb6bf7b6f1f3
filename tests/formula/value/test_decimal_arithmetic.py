"""The arithmetic of n digits beside mpmath with more of them, also where a difference loses digits."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest

from klcli.formula.tree import Operator
from klcli.formula.value.decimal_arithmetic import Decimals, context, natural_log, pi

DIGITS = 50
RUN = Decimals(DIGITS)


def agrees(found: Decimal, expected: mpmath.mpf) -> bool:
    with mpmath.workdps(3 * DIGITS):
        return bool(abs(mpmath.mpf(str(found)) - expected) <= abs(expected) * mpmath.mpf(10) ** (1 - DIGITS))


@pytest.mark.parametrize("digits", [10, 50, 300])
def test_pi(digits: int) -> None:
    with mpmath.workdps(digits):
        assert str(pi(digits)) == mpmath.nstr(mpmath.pi, digits, strip_zeros=False)


@pytest.mark.parametrize("function", ["exp", "log", "sqrt", "expm1", "log1p"])
@pytest.mark.parametrize("value", ["1e-40", "1e-60", "3e-5", "0.7", "12.5"])
def test_functions(function: str, value: str) -> None:
    with mpmath.workdps(3 * DIGITS):
        expected = getattr(mpmath, function)(mpmath.mpf(value))
    assert agrees(RUN.call(function, Decimal(value)), expected)


@pytest.mark.parametrize("value", ["-200", "-0.3", "0", "1e-9", "80", "3000"])
def test_softplus(value: str) -> None:
    with mpmath.workdps(3 * DIGITS):
        expected = mpmath.log1p(mpmath.exp(mpmath.mpf(value)))
    assert agrees(RUN.call("softplus", Decimal(value)), expected)


@pytest.mark.parametrize(("value", "whole"), [("2.7", 2), ("-2.7", -2), ("-0.3", 0), ("5", 5)])
def test_what_a_cast_to_integers_leaves(value: str, whole: int) -> None:
    assert RUN.call("trunc", Decimal(value)) == whole


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "^"])
def test_operators(operator: Operator) -> None:
    left, right = Fraction(22, 7), Fraction(-5, 3)
    with mpmath.workdps(3 * DIGITS):
        one, two = (mpmath.mpf(value.numerator) / value.denominator for value in (left, right))
        expected = {"+": one + two, "-": one - two, "*": one * two, "/": one / two, "^": one**two}[operator]
    assert agrees(RUN.operate(operator, RUN.number(left), RUN.number(right)), expected)


@pytest.mark.parametrize(("base", "exponent", "expected"), [(0, 0, 1), (-3, 0, 1), (0, 2, 0), (-2, 3, -8)])
def test_powers_of_what_is_not_positive(base: int, exponent: int, expected: int) -> None:
    assert RUN.operate("^", Decimal(base), Decimal(exponent)) == expected


@pytest.mark.parametrize(
    ("function", "value"), [("log", "0"), ("log", "-1"), ("sqrt", "-1"), ("log1p", "-1"), ("log1p", "-3")]
)
def test_what_has_no_value(function: str, value: str) -> None:
    with pytest.raises(ArithmeticError):
        RUN.call(function, Decimal(value))


def test_no_power_of_zero_is_infinite() -> None:
    with pytest.raises(decimal.DivisionByZero):
        RUN.operate("^", Decimal(0), Decimal(-1))


def test_limits() -> None:
    low, high = Decimal(-1), Decimal(2)
    assert [RUN.clip(Decimal(value), low, high) for value in (-3, 1, 5)] == [-1, 1, 2]
    assert RUN.clip(Decimal(-3), None, high) == -3


def test_exponents_reach_as_far_as_the_platform_lets_them() -> None:
    tiny = context(20).power(Decimal(10), Decimal(-1_000_000))
    assert 0 < tiny < Decimal("1e-999999")


@pytest.mark.parametrize("digits", [150, 400, 901])
@pytest.mark.parametrize(
    "text", ["2", "1", "0.3", "3.9999", "4", "1e400", "7.3e-320", "1.0000000001", "137.25"]
)
def test_logarithms_in_hundreds_of_digits_are_those_of_mpmath(text: str, digits: int) -> None:
    with mpmath.workdps(digits + 20):
        true = mpmath.log(mpmath.mpf(text))
        found = mpmath.mpf(str(natural_log(Decimal(text), digits)))
        assert abs(found - true) <= abs(true) * mpmath.mpf(10) ** (1 - digits)
