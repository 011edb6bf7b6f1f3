"""One tree in digits, symbols and doubles, against mpmath; reductions over vectors; what has no value."""

from __future__ import annotations

import subprocess
import sys
from decimal import ROUND_FLOOR, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, MatrixCall, MatrixProduct, Number, Reduction, Symbol, Tree, operation
from klcli.formula.value.arithmetic import Decimals, Symbols, context, evaluate
from klcli.formula.value.decimal_arithmetic import pi
from klcli.formula.value.doubles import Doubles, Grids
from klcli.formula.value.normal_form import NormalForms
from tests.formula.trees import POINT, UnreachableError, exact, numeric, rational, truth

X = Symbol("x")


def in_digits(text: str, digits: int = 50, **values: str) -> Decimal:
    run = Decimals(digits)
    return evaluate(parse(text), {name: run.number(Fraction(value)) for name, value in values.items()}, run)


REFERENCE: list[tuple[str, str, Any]] = [
    ("e^x", "1/3", mpmath.exp),
    ("e^x", "-700.25", mpmath.exp),
    ("log x", "1.2", mpmath.log),
    ("log x", "1e-300", mpmath.log),
    ("sqrt x", "2", mpmath.sqrt),
    ("abs x", "-2.5", abs),
    ("x^(1/3)", "2", mpmath.cbrt),
    ("x^-2.5", "1.7", lambda x: mpmath.power(x, mpmath.mpf("-2.5"))),
    ("x^3", "-1.1", lambda x: x**3),
    ("expm1(x)", "1e-40", mpmath.expm1),
    ("expm1(x)", "-1e-10", mpmath.expm1),
    ("expm1(x)", "1e-4000", mpmath.expm1),
    ("expm1(x)", "3", mpmath.expm1),
    ("log1p(x)", "1e-40", mpmath.log1p),
    ("log1p(x)", "-1e-10", mpmath.log1p),
    ("log1p(x)", "-1e-4000", mpmath.log1p),
    ("log1p(x)", "3", mpmath.log1p),
    ("softplus(x)", "0.3", lambda x: mpmath.log(1 + mpmath.exp(x))),
    ("softplus(x)", "-300", lambda x: mpmath.log1p(mpmath.exp(x))),
    ("softplus(x)", "-30000", lambda x: mpmath.exp(x)),
    ("softplus(x)", "300", lambda x: x + mpmath.log1p(mpmath.exp(-x))),
    ("softplus(x)", "30000", lambda x: x + mpmath.exp(-x)),
    ("pi + e", "0", lambda x: mpmath.pi + mpmath.e),
]


@pytest.mark.parametrize(("text", "at", "function"), REFERENCE)
@pytest.mark.parametrize("digits", [20, 50, 300])
def test_functions_to_n_digits(text: str, at: str, function: Any, digits: int) -> None:
    with mpmath.workdps(5000):
        expected = rational(function(exact(Fraction(at))))
    found = in_digits(text, digits, x=at)
    assert abs(Fraction(found) - expected) <= abs(expected) / 10 ** (digits - 2)


@settings(deadline=None, max_examples=60)
@given(numeric)
def test_decimals_follow_mpmath(tree: Tree) -> None:
    """With 60 digits more than are compared, unless the cancellation is worse."""
    run = Decimals(110)
    try:
        expected = truth(tree)
        found = evaluate(tree, {name: run.number(value) for name, value in POINT.items()}, run)
    except (UnreachableError, ArithmeticError):
        assume(False)
    size = max(abs(expected), Fraction(1, 10**50))
    assert abs(Fraction(found) - expected) <= size / 10**50


@settings(deadline=None, max_examples=100)
@given(numeric)
def test_doubles_follow_decimals(tree: Tree) -> None:
    run = Decimals(60)
    try:
        expected = evaluate(tree, {name: run.number(value) for name, value in POINT.items()}, run)
    except ArithmeticError:
        assume(False)
    assume(1e-3 < expected.copy_abs() < 1e3)  # abs() would round, and overflow
    point = {name: [[float(value)]] for name, value in POINT.items()}
    steps = [evaluate(node, point, Grids())[0][0] for node in walk(tree)]
    assume(all(1e-3 < abs(step) < 1e3 for step in steps))  # no overflow, no cancellation
    assert steps[0] == pytest.approx(float(expected), rel=1e-6)


def test_pi_is_right_to_the_last_digit() -> None:
    with mpmath.workdps(3100):
        shown = mpmath.nstr(mpmath.pi, 3050, strip_zeros=False)
    for digits in (*range(1, 800), 1000, 2000, 3000):
        assert pi(digits) == context(digits).create_decimal(shown), digits


def test_e_is_right_to_the_last_digit() -> None:
    with mpmath.workdps(600):
        shown = mpmath.nstr(mpmath.e, 550, strip_zeros=False)
    for digits in range(1, 500):
        assert Decimals(digits).constant("e") == context(digits).create_decimal(shown), digits


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1/0", DivisionByZero),
        ("0/0", InvalidOperation),
        ("0^-1", DivisionByZero),
        ("0^-0.5", DivisionByZero),
        ("(-2)^0.5", InvalidOperation),
        ("log 0", InvalidOperation),
        ("log(-1)", InvalidOperation),
        ("log1p(-1)", InvalidOperation),
        ("sqrt(-1)", InvalidOperation),
        ("e^(1e30)", Overflow),
        ("expm1(1e30)", Overflow),
    ],
)
def test_what_has_no_value_in_digits(text: str, error: type[ArithmeticError]) -> None:
    with pytest.raises(error):
        in_digits(text)
    with pytest.raises(ArithmeticError):
        evaluate(parse(text), {}, Symbols())
    assert not np.isfinite(evaluate(parse(text), {}, Grids())).any()


@pytest.mark.parametrize("text", ["0^0", "5^0", "(-1)^0", "(-1)^2"])
def test_what_is_one_in_every_arithmetic(text: str) -> None:
    for arithmetic in (Decimals(20), Symbols()):
        assert evaluate(parse(text), {}, arithmetic) == 1
    assert evaluate(parse(text), {}, Grids()) == [[1.0]]
    assert evaluate(parse(text), {}, NormalForms()).terms == {(): 1}


def test_beyond_every_exponent() -> None:
    assert in_digits("e^(-1e30)") == 0
    assert in_digits("softplus(1e30)") == Decimal("1e30")
    assert in_digits("softplus(-1e30)") == 0
    assert in_digits("1.000001^(10^15)").adjusted() == 434294264
    with pytest.raises(Overflow):
        in_digits("2^(10^300)")


def test_contexts_are_independent() -> None:
    narrow, wide = context(3, ROUND_FLOOR), context(30)
    assert narrow.divide(Decimal(2), Decimal(3)) == Decimal("0.666")
    assert wide.divide(Decimal(2), Decimal(3)).as_tuple().digits == (6,) * 29 + (7,)


# Reductions.


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(entry) for name, entry in value.items()}
    return tuple(map(_exact, value)) if isinstance(value, tuple) else Decimal(value)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("sum(x)", {"x": (1, 2, 3)}, 6),
        ("sum(x) + sum(x)/3", {"x": (1, 2, 3)}, 8),
        ("mean(x^2)", {"x": (1, 2, 3, 4)}, "7.5"),
        ("E_q[x - a]", {"x": (1, 3), "a": 1}, 1),
        ("sum(1)", {}, 1),
        ("sum(a)", {"a": 5}, 5),
        ("sum_j x_j y_j", {"x_j": (1, 2), "y_j": (3, 4)}, 11),
        ("sum_j (x_j - a)", {"x_j": (1, 2), "a": 1}, 1),
        ("sum_j mu", {"mu": (1, 2)}, 3),
        ("sum_j sum_k a_j b_k", {"a_j": (1, 2), "b_k": (10, 20, 30)}, 180),
        ("mean(sum(x))", {"x": (1, 2, 3)}, 6),
        ("mean(y + sum(x))", {"x": (1, 2, 3), "y": (1, 3)}, 8),
        ("sum_j (E_q[x_j] - m_j)", {"x_j": ((1, 3), (5, 9)), "m_j": (1, 2)}, 6),
    ],
)
def test_reductions(text: str, values: dict[str, Any], expected: Any) -> None:
    run = Decimals(30)
    assert evaluate(parse(text), _exact(values), run) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("x + y", {"x": 1}, "no value is given for y"),
        ("x + sum(x)", {"x": (1, 2)}, "the vector x stands outside"),
        ("sum(x y)", {"x": (1, 2), "y": (1, 2, 3)}, "have 2 and 3 entries"),
        ("sum(x)", {"x": ()}, "are empty"),
        ("mean((x - mean(x))^2)", {"x": (1, 2)}, "two reductions run over the vector x"),
        ("sum_j (x_j - mean(x_j))", {"x_j": (1, 2)}, "two reductions run over the vector x_j"),
    ],
)
def test_vectors_that_do_not_fit(text: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(parse(text), _exact(values), Decimals(20))


# Symbols.


def test_symbols_are_sympy_expressions() -> None:
    import sympy

    s, mu = sympy.symbols("s mu", positive=True)
    found = evaluate(parse("-1/2 (2 log s - s^2 - mu^2 + 1)"), {"s": s, "mu": mu}, Symbols())
    assert sympy.expand(found - (-sympy.log(s) + s**2 / 2 + mu**2 / 2 - sympy.Rational(1, 2))) == 0
    assert sympy.diff(found, s) == s - 1 / s


@settings(deadline=None, max_examples=25)
@given(numeric)
def test_symbols_have_the_same_value(tree: Tree) -> None:
    import sympy

    run = Decimals(60)
    names = {name: sympy.Symbol(name, real=True) for name in free_symbols(tree)}
    try:
        expected = evaluate(tree, {name: run.number(value) for name, value in POINT.items()}, run)
        found = evaluate(tree, names, Symbols())
    except ArithmeticError:
        assume(False)
    assume(1e-20 < abs(expected) < 1e20)
    exact = {names[name]: sympy.Rational(str(POINT[name])) for name in names}
    value = sympy.N(found.subs(exact), 30)
    assume(value.is_real)
    assert float(value) == pytest.approx(float(expected), rel=1e-12)


def test_every_function_and_constant_as_a_symbol() -> None:
    import sympy

    x = sympy.Symbol("x", positive=True)
    functions = {
        "exp": sympy.exp(x),
        "log": sympy.log(x),
        "sqrt": sympy.sqrt(x),
        "abs": x,
        "expm1": sympy.exp(x) - 1,
        "log1p": sympy.log(1 + x),
        "softplus": sympy.log(1 + sympy.exp(x)),
    }
    for name, expected in functions.items():
        assert evaluate(Call(name, X), {"x": x}, Symbols()) == expected
    assert evaluate(parse("pi e"), {}, Symbols()) == sympy.pi * sympy.E
    assert evaluate(Reduction("mean", "", X), {"x": (x, 3 * x)}, Symbols()) == 2 * x


# What is loaded.


def test_a_formula_loads_no_library() -> None:
    program = (
        "import sys\n"
        "from klcli.formula import program_reader\n"
        "from klcli.formula.read import math_parser, python\n"
        "from klcli.formula.value import arithmetic, interval\n"
        "from klcli.formula.write import printing\n"
        "tree = math_parser.parse('log s + pi')\n"
        "printing.to_text(tree, 'latex')\n"
        "arithmetic.evaluate(tree, {'s': arithmetic.Decimals(20).number(2)}, arithmetic.Decimals(20))\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"numpy", "sympy", "mpmath", "scipy"} & set(done.stdout.split())


def test_the_walk_is_exact_for_rationals() -> None:
    """Another arithmetic needs nothing but the protocol: here the rationals themselves."""

    class Rationals:
        def number(self, value: Fraction) -> Fraction:
            return value

        def constant(self, name: str) -> Fraction:
            raise ArithmeticError(name)

        def negative(self, value: Fraction) -> Fraction:
            return -value

        def operate(self, operator: str, left: Fraction, right: Fraction) -> Fraction:
            return {"+": left + right, "-": left - right, "*": left * right}.get(operator) or left / right

        def call(self, function: str, value: Fraction) -> Fraction:
            raise ArithmeticError(function)

    tree = operation("/", operation("-", X, Number(Fraction(1, 3))), Number(Fraction(7)))
    assert evaluate(tree, {"x": Fraction(1, 2)}, Rationals()) == Fraction(1, 42)


@given(st.integers(1, 40))
def test_numbers_are_rounded_once(digits: int) -> None:
    assert Decimals(digits).number(Fraction(2, 3)) == context(digits).divide(Decimal(2), Decimal(3))


@pytest.mark.parametrize("tree", [MatrixCall("trace", Symbol("x")), MatrixProduct(Symbol("x"), Symbol("y"))])
def test_a_function_of_matrices_has_no_value_among_numbers(tree: Tree) -> None:
    with pytest.raises(ValueError, match="no value among numbers"):
        evaluate(tree, {"x": 1.0, "y": 2.0}, Doubles())
