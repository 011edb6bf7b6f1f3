"""Enclosures: the truth is always inside, and what is rounded from them is rounded correctly."""

from __future__ import annotations

import math
import time
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from klcli.formula.read.math_parser import parse
from klcli.formula.symbol_names import FUNCTIONS
from klcli.formula.tree import Call, Negative, Symbol, Tree, operation
from klcli.formula.value.decimal_arithmetic import context
from klcli.formula.value.interval import Interval, Intervals, enclose, nearest_double, rounded
from tests.formula.trees import POINT, UnreachableError, numeric, rational, truth

X = Symbol("x")


def inside(value: Fraction, enclosure: Interval) -> bool:
    return Fraction(enclosure.low) <= value <= Fraction(enclosure.high)


def within(value: Fraction, enclosure: Interval) -> bool:
    """Whether a reference that is itself rounded, after 200 digits, and to 0 below 1e-1000, is inside."""
    slack = abs(value) / 10**200 or Fraction(1, 10**1000)
    return Fraction(enclosure.low) - slack <= value <= Fraction(enclosure.high) + slack


def at(text: str, digits: int, **values: str) -> Interval:
    return enclose(parse(text), {name: Fraction(value) for name, value in values.items()}, digits)


def double(text: str, **values: str | Fraction) -> float:
    exact = {name: Fraction(value) for name, value in values.items()}
    return nearest_double(partial(enclose, parse(text), exact))


@settings(deadline=None, max_examples=120)
@given(numeric, st.sampled_from((3, 10, 30, 50)))
@example(Negative(operation("^", Symbol("tiny"), parse("64"))), 3)
def test_the_truth_is_inside(tree: Tree, digits: int) -> None:
    try:
        found = enclose(tree, POINT, digits)
        expected = truth(tree)
    except (ArithmeticError, UnreachableError):
        assume(False)
    assert within(expected, found)


ARGUMENTS = (
    "1e-60",
    "1e-20",
    "1e-7",
    "0.3",
    "0.999999999999999999999999999999",
    "1",
    "1.00000000000000000001",
)
ARGUMENTS_OF_ANY_SIGN = (
    *ARGUMENTS,
    "2",
    "41.5",
    "2000",
    "-1e-60",
    "-1e-20",
    "-1e-7",
    "-0.3",
    "-41.5",
    "-2000",
    "0",
)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("text", ARGUMENTS_OF_ANY_SIGN)
def test_functions_are_enclosed_and_tight(function: str, text: str) -> None:
    exact = Fraction(text)
    try:
        expected = truth(Call(function, X), {"x": exact})
    except UnreachableError:
        with pytest.raises(ArithmeticError):
            enclose(Call(function, X), {"x": exact}, 40)
        return
    found = enclose(Call(function, X), {"x": exact}, 40)
    assert within(expected, found)
    width = Fraction(found.high) - Fraction(found.low)
    assert width <= abs(expected) / 10**18  # half of the digits, however small the argument


@settings(deadline=None, max_examples=100)
@given(
    st.fractions(min_value=-3, max_value=3, max_denominator=10**6),
    st.integers(-80, 80),
    st.sampled_from((5, 20, 40)),
)
def test_whole_powers_are_exact_rationals(base: Fraction, exponent: int, digits: int) -> None:
    assume(base or exponent >= 0)
    tree = parse(f"x^({exponent})")
    assert inside(base**exponent if exponent else Fraction(1), enclose(tree, {"x": base}, digits))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.fractions(max_denominator=10**9), min_size=4, max_size=4), st.sampled_from((2, 10, 40)))
def test_rational_arithmetic_is_enclosed(values: list[Fraction], digits: int) -> None:
    a, b, c, d = values
    assume(c != d)
    expected = (a * b - c) / (c - d) + abs(a - d) * b**3
    try:
        found = enclose(
            parse("(a b - c)/(c - d) + abs(a - d) * b^3"), dict(zip("abcd", values, strict=True)), digits
        )
    except DivisionByZero:
        assume(False)
    assert inside(expected, found)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.decimals(min_value=-3, max_value=3, places=2), min_size=2, max_size=2),
    st.lists(st.decimals(min_value=-3, max_value=3, places=2), min_size=2, max_size=2),
    st.sampled_from("+-*/^"),
    st.fractions(0, 1),
    st.fractions(0, 1),
)
def test_operations_on_wide_intervals(
    first: list[Decimal], second: list[Decimal], operator: Any, along: Fraction, across: Fraction
) -> None:
    """Every value that the operation takes at points of the intervals is inside of its result."""
    left, right = Interval(*sorted(first)), Interval(*sorted(second))
    if operator == "^":
        right = Interval(right.low.to_integral_value(), right.low.to_integral_value())
    x = Fraction(left.low) + along * (Fraction(left.high) - Fraction(left.low))
    y = Fraction(right.low) + across * (Fraction(right.high) - Fraction(right.low))
    assume(y or operator != "/")
    assume(x or operator != "^" or y >= 0)
    try:
        found = Intervals(12).operate(operator, left, right)
    except DivisionByZero:
        return
    expected = {"+": x + y, "-": x - y, "*": x * y}.get(operator)
    if expected is None:
        expected = x / y if operator == "/" else x ** int(y)
    assert inside(Fraction(expected), found)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "ends", [("0.5", "2"), ("-2", "3"), ("-0.9", "-1e-30"), ("1e-30", "1e-9"), ("-1e-30", "1e-30")]
)
def test_functions_of_wide_intervals(function: str, ends: tuple[str, str]) -> None:
    low, high = map(Decimal, ends)
    try:
        found = Intervals(20).call(function, Interval(low, high))
    except InvalidOperation:
        assert low <= 0
        return
    for step in range(11):
        point = Fraction(low) + (Fraction(high) - Fraction(low)) * step / 10
        assert within(truth(Call(function, X), {"x": point}), found)


def test_an_even_power_is_not_negative() -> None:
    wide = Interval(Decimal(-2), Decimal(1))
    assert Intervals(20).operate("^", wide, Intervals(20).number(Fraction(2))).low == 0
    assert Intervals(20).operate("^", wide, Intervals(20).number(Fraction(0))) == Interval(
        Decimal(1), Decimal(1)
    )


def test_exact_values_are_points() -> None:
    for text, value in [
        ("1.5 * 4 - 1/4", "5.75"),
        ("e^0", "1"),
        ("log 1", "0"),
        ("sqrt(6.25)", "2.5"),
        ("2^10", "1024"),
    ]:
        assert at(text, 30) == Interval(Decimal(value), Decimal(value))
    assert at("0^(1/2) + 0^2.5", 30) == Interval(Decimal(0), Decimal(0))


@pytest.mark.parametrize("digits", [1, 2, 17, 50, 300])
def test_constants(digits: int) -> None:
    for name, value in (("pi", mpmath.pi), ("e", mpmath.e)):
        found = Intervals(digits).constant(name)
        with mpmath.workdps(400):
            assert inside(rational(+value), found)
        assert context(digits).subtract(found.high, found.low) <= Decimal(5).scaleb(1 - digits)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1/0", DivisionByZero),
        ("1/(1/3 - 1/3)", DivisionByZero),
        ("0^-1", DivisionByZero),
        ("log 0", InvalidOperation),
        ("log(-1)", InvalidOperation),
        ("log1p(-1)", InvalidOperation),
        ("sqrt(-1)", InvalidOperation),
        ("(-2)^0.5", InvalidOperation),
        ("0^(-1/2)", ArithmeticError),
        ("e^(1e30)", Overflow),
        ("2^(10^300)", Overflow),
        ("10^(10^(10^10))", Overflow),
    ],
)
def test_what_has_no_value(text: str, error: type[ArithmeticError]) -> None:
    with pytest.raises(error):
        at(text, 30)


def test_vectors() -> None:
    found = enclose(parse("sum_j (x_j - 1/3)"), {"x_j": (Fraction(1, 3), Fraction(2, 3), Fraction(1))}, 30)
    assert inside(Fraction(1), found)
    assert found.high - found.low < Decimal("1e-28")


# Correct rounding.

SPREAD = "1/2 (s^2 - 1 - log s^2)"
NEAR_ONE = [
    1 + sign * step * 2.0**-52 for sign in (1, -1) for step in (1, 2, 3, 7, 1000, 10**6, 10**9, 10**12)
]


@pytest.mark.parametrize("s", NEAR_ONE)
def test_rounding_survives_cancellation(s: float) -> None:
    assert double(SPREAD, s=Fraction(s)) == float(truth(parse(SPREAD), {"s": Fraction(s)}))


@pytest.mark.parametrize("power", [20, 50, 100, 150, 160, 161, 162, 170, 300])
def test_rounding_survives_any_cancellation(power: int) -> None:
    s = 1 + Fraction(1, 10**power)
    assert double(SPREAD, s=s) == float(truth(parse(SPREAD), {"s": s}))


@settings(deadline=None, max_examples=60)
@given(numeric)
def test_the_nearest_double(tree: Tree) -> None:
    try:
        expected = truth(tree)
        found = nearest_double(partial(enclose, tree, POINT))
    except (ArithmeticError, UnreachableError):
        assume(False)
    try:
        nearest = float(expected)
    except OverflowError:
        nearest = math.inf if expected > 0 else -math.inf
    assert found == nearest


@settings(deadline=None, max_examples=100)
@given(st.floats(min_value=1e-300, max_value=1e300), st.sampled_from(("log", "sqrt", "log1p")))
def test_the_nearest_double_of_functions(x: float, function: str) -> None:
    tree = Call(function, X)
    assert nearest_double(partial(enclose, tree, {"x": Fraction(x)})) == float(
        truth(tree, {"x": Fraction(x)})
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", 0.1),
        ("1/3", 1 / 3),
        ("1 + 1.1102230246251565404236316680908203125e-16", 1.0),  # a tie, to even
        ("1 + 3.3306690738754696212708950042724609375e-16", 1 + 2**-51),
        ("1 + 1.1102230246251565404236316680908203126e-16", 1 + 2**-52),
        ("4.9e-324", 5e-324),
        ("2e-324", 0.0),
        ("-2e-324", 0.0),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
        ("e^1000", math.inf),
        ("e^-1000", 0.0),
        ("log 6 - log 2 - log 3", 0.0),
        ("sqrt(2)^2 - 2", 0.0),
        ("log(expm1(log1p 1))", 0.0),
        ("e^(1e-30) - 1", 1e-30),
        ("1e300 + 1 - 1e300", 1.0),
        ("log softplus(-1e6)", -1e6),
        ("softplus(1e20)", 1e20),
        ("1/(1e-60 + pi - pi)", 1e60),
    ],
)
def test_known_doubles(text: str, expected: float) -> None:
    found = double(text)
    assert found == expected
    assert math.copysign(1, found) == 1 or found < 0


def test_a_tie_that_cannot_be_told_is_an_error() -> None:
    with pytest.raises(ArithmeticError, match="middle between two doubles"):
        double("e^log(1 + 1.1102230246251565404236316680908203125e-16)")
    with pytest.raises(ArithmeticError, match="middle between two decimals"):
        rounded(partial(enclose, parse("sqrt(2)^2 + 0.5"), {}), 1)


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("pi", 1, "3"),
        ("pi", 30, "3.14159265358979323846264338328"),
        ("2/3", 5, "0.66667"),
        ("2.5", 1, "2"),
        ("3.5", 1, "4"),
        ("e^1000", 5, "1.9701E+434"),
        ("log 6 - log 2 - log 3", 20, "0"),
        ("1e-300 - 3e-301", 3, "7E-301"),
        ("e^(1e-100) - 1", 10, "1.000000000E-100"),
    ],
)
def test_rounding_to_digits(text: str, digits: int, expected: str) -> None:
    assert rounded(partial(enclose, parse(text), {}), digits) == Decimal(expected)


@settings(deadline=None, max_examples=30)
@given(numeric, st.integers(1, 60))
def test_rounded_is_the_nearest_decimal(tree: Tree, digits: int) -> None:
    try:
        expected = truth(tree)
        found = rounded(partial(enclose, tree, POINT), digits)
    except (ArithmeticError, UnreachableError):
        assume(False)
    assume(expected)
    run = context(digits)
    step = Fraction(run.next_plus(abs(found))) - Fraction(abs(found))
    assert abs(Fraction(found) - expected) <= step / 2


@pytest.mark.parametrize(
    "text", ["log(expm1(log1p 1)) + " * 20 + "0", "(log 6 - log 2 - log 3) * " * 10 + "1"]
)
def test_zero_is_found_in_time(text: str) -> None:
    start = time.process_time()
    assert double(text) == 0.0
    assert time.process_time() - start < 5  # it takes a tenth of it
