"""Sums of monomials beside sympy: products, powers, what the terms have in common."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.value.polynomials import (
    ONE,
    UNIT,
    Polynomial,
    Ring,
    added,
    bounded_power,
    power_of,
    primes,
    product_of,
    scaled,
)

NAMES = sympy.symbols("x y", positive=True)
MONOMIALS = st.dictionaries(st.sampled_from((0, 1)), st.integers(1, 3).map(Fraction), max_size=2).map(
    lambda powers: tuple(sorted(powers.items()))
)
SUMS = st.dictionaries(MONOMIALS, st.fractions(-5, 5, max_denominator=6).filter(bool), min_size=1, max_size=4)


def ring() -> Ring:
    """Two positive generators, with the numbers 0 and 1."""
    found = Ring()
    assert [found.number("symbol", name, 2) for name in "xy"] == [0, 1]
    return found


def shown(terms: Polynomial) -> Any:
    """The sum as an expression of sympy."""
    total = sympy.Integer(0)
    for monomial, factor in terms.items():
        term = sympy.Rational(factor.numerator, factor.denominator)
        for number, exponent in monomial:
            term *= NAMES[number] ** sympy.Rational(exponent.numerator, exponent.denominator)
        total += term
    return total


@given(SUMS, SUMS)
def test_sums_and_products(left: Polynomial, right: Polynomial) -> None:
    assert sympy.expand(shown(added(left, right)) - shown(left) - shown(right)) == 0
    assert sympy.expand(shown(ring().times(left, right)) - shown(left) * shown(right)) == 0
    assert added(left, scaled(left, -UNIT)) == {}


@given(SUMS, st.integers(1, 4))
def test_powers(terms: Polynomial, exponent: int) -> None:
    assert sympy.expand(shown(ring().power(terms, exponent)) - shown(terms) ** exponent) == 0


@given(SUMS)
def test_what_the_terms_have_in_common(terms: Polynomial) -> None:
    common, monomial = ring().content(terms)
    rest = {product_of(own, power_of(monomial, -UNIT)): factor / common for own, factor in terms.items()}
    assert sympy.expand(shown(rest) * shown({monomial: common}) - shown(terms)) == 0
    assert all(factor.denominator == 1 for factor in rest.values())
    assert math.gcd(*(factor.numerator for factor in rest.values())) == 1


@given(MONOMIALS)
def test_a_monomial_and_its_reciprocal(monomial: tuple[tuple[int, Fraction], ...]) -> None:
    assert product_of(monomial, power_of(monomial, -UNIT)) == ONE


@pytest.mark.parametrize("number", [1, 2, 12, 97, 360, 2**10 * 3**5, 999_983, 1_000_003 * 4])
def test_primes(number: int) -> None:
    found = dict(primes(number))
    assert math.prod(prime**exponent for prime, exponent in found.items()) == number
    assert found == sympy.factorint(number)


@pytest.mark.parametrize(
    ("signs", "terms", "expected"),
    [
        ((2, 2), {ONE: UNIT}, 2),
        ((2, 2), {((0, UNIT),): UNIT, ((1, UNIT),): UNIT}, 2),
        ((2, 0), {((0, UNIT),): UNIT, ((1, UNIT),): UNIT}, 0),
        ((0, 0), {((0, Fraction(2)),): UNIT}, 1),
        ((2, 2), {((0, UNIT),): -UNIT}, -2),
        ((2, 2), {}, 1),
    ],
)
def test_signs(signs: tuple[int, int], terms: Polynomial, expected: int) -> None:
    found = Ring()
    for name, sign in zip("xy", signs, strict=True):
        found.number("symbol", name, sign)
    assert found.sign(terms) == expected


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(OverflowError):
        bounded_power(Fraction(3), 10**6)
    assert bounded_power(Fraction(-1), 10**6) == 1
    with pytest.raises(OverflowError):
        ring().power({((0, UNIT),): UNIT, ONE: UNIT}, 10**6)
    with pytest.raises(OverflowError, match="too many terms"):
        ring().count(10**6)


def test_divisors_are_taken_out() -> None:
    found = ring()
    total = {((0, UNIT),): UNIT, ((1, UNIT),): UNIT}
    number = found.number("sum", "x + y", 2, total)
    rest, divisor = found.without_divisors(
        {((0, UNIT), (number, -UNIT)): UNIT, ((1, UNIT), (number, -UNIT)): UNIT}
    )
    assert divisor == ((number, -UNIT),)
    assert rest == total
