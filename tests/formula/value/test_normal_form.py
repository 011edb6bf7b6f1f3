"""Normal forms: what they are worth, and what they prove, against mpmath."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import assume, example, given, settings

from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Clip, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.normal_form import NormalForm, NormalForms
from klcli.formula.value.polynomials import Monomial, Ring
from tests.formula.trees import POINT, UnreachableError, numeric, value

POSITIVE = ("x", "sigma", "tiny", "a", "b")


def form_of(tree: Tree, run: NormalForms) -> NormalForm:
    """The normal form of a formula; s, mu and other names are real, those in `POSITIVE` positive."""
    return evaluate(tree, {n: run.symbol(n, positive=n in POSITIVE) for n in free_symbols(tree)}, run)


def is_proved(text: str, other: str) -> bool:
    run = NormalForms()
    try:
        return run.is_zero(run.operate("-", form_of(parse(text), run), form_of(parse(other), run)))
    except ArithmeticError:
        return False


def total(terms: Any, ring: Ring) -> Any:
    """The value at `POINT` of a sum of terms, in mpmath."""
    return mpmath.fsum(_product(monomial, ring) * _exact(factor) for monomial, factor in dict(terms).items())


def _exact(number: Fraction) -> Any:
    return mpmath.mpf(number.numerator) / number.denominator


def _product(monomial: Monomial, ring: Ring) -> Any:
    found = mpmath.mpf(1)
    for number, exponent in monomial:
        found *= mpmath.power(_worth(number, ring), _exact(exponent))
    return found


def _worth(number: int, ring: Ring) -> Any:
    """The value of a generator, from what it says that it is."""
    kind, of, _ = ring[number]
    known: Any = of
    match kind:
        case "symbol":
            return _exact(POINT[known])
        case "prime":
            return mpmath.mpf(known)
        case "pi":
            return +mpmath.pi
        case "exp":
            return mpmath.exp(_product(known, ring))
        case "log":
            return mpmath.log(_worth(known, ring))
        case "sum":
            return total(known, ring)
        case "abs":
            return abs(total(known, ring))
    assert kind == "clip"
    operand, low, high = (None if terms is None else total(terms, ring) for terms in known)
    raised = operand if low is None else max(operand, low)
    return raised if high is None else min(raised, high)


@settings(deadline=None, max_examples=150)
@given(numeric)
@example(parse("sqrt((s - mu)^2 x^3) - abs(s mu)^3 + log(sigma^2/(1 + e^mu)^(1/2))"))
@example(parse("log(1 - e^-x) + softplus(x + log(-expm1(-x)))"))
@example(Clip(parse("s + log 12"), parse("1"), None))
def test_a_normal_form_has_the_value_of_its_formula(tree: Tree) -> None:
    """And the sign that it claims; both in 60 digits, at one point.

    The reference has 160, as sums of a normal form may cancel: e^tiny - 1 loses 30, and a denominator keeps that.
    """
    run = NormalForms()
    try:
        form = form_of(tree, run)
    except ArithmeticError:
        assume(False)
    with mpmath.workdps(160):
        try:
            expected = value(tree)
            found = total(form.terms, run.ring)
        except (UnreachableError, OverflowError):
            assume(False)
        parts = [abs(_product(monomial, run.ring) * _exact(f)) for monomial, f in form.terms.items()]
        assume(max(parts, default=0) < mpmath.mpf(10) ** 40)
        assert abs(found - expected) <= mpmath.mpf(10) ** -60 * max([1, abs(expected), *parts])
        if abs(form.sign) == 2:
            assert found * form.sign > -(mpmath.mpf(10) ** -60)
        assert form.sign >= 0 or found <= mpmath.mpf(10) ** -60
        assert form.sign <= 0 or found >= -(mpmath.mpf(10) ** -60)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("e^(s + mu)", "e^s e^mu"),
        ("(e^(s/2))^2", "e^s"),
        ("1/(e^-s)", "e^s"),
        ("e^(2 log a)", "a^2"),
        ("2^s", "e^(s log 2)"),
        ("4^s", "2^(2 s)"),
        ("log(a b^3/sqrt(x))", "log a + 3 log b - 1/2 log x"),
        ("log 12", "2 log 2 + log 3"),
        ("log(3/4)", "log 3 - 2 log 2"),
        ("sqrt 8", "2 sqrt 2"),
        ("sqrt(1/2)", "sqrt(2)/2"),
        ("log(2 pi e)", "log 2 + log pi + 1"),
        ("sqrt(s^2)", "abs s"),
        ("abs(a s)", "a abs(-s)"),
        ("abs(s)^2", "s^2"),
        ("abs(a)", "a"),
        ("log((1 + e^s)^2)", "2 log(1 + e^s)"),
        ("log(1 + e^-s)", "log(1 + e^s) - s"),
        ("softplus(s)", "log1p(exp(s))"),
        ("softplus(s) - softplus(-s)", "s"),
        ("expm1(s) + 1", "exp(s)"),
        ("1/(1 + e^-s)", "e^s/(1 + e^s)"),
        ("1/(1 + e^s) + 1/(1 + e^-s)", "1"),
        ("(a^2 - b^2)/(a + b)", "a - b"),
        ("sqrt(1 + s^2) sqrt(1 + s^2)", "1 + s^2"),
        ("1/sqrt(1 + s^2)", "sqrt(1 + s^2)/(1 + s^2)"),
        ("log((s - mu)^2 + 1)", "log(1 + (mu - s)^2)"),
        ("log(a/(1 + b)) + log((1 + b)/a)", "0"),
        ("log(expm1(a))", "a + log(1 - e^-a)"),
        ("softplus(log(expm1(a)))", "a"),
        ("abs(s - 30) - abs(30 - s)", "0"),
    ],
)
def test_identities(text: str, other: str) -> None:
    assert is_proved(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("sqrt(s^2)", "s"),  # false for s < 0
        ("abs(s - 30) + s", "30"),  # true up to 30
        ("s/s", "1"),  # no value at 0
        ("(s^2 - 1)/(s - 1)", "s + 1"),
        ("e^(log s)", "s"),  # no value for s <= 0
        ("log(s^2)", "2 log(abs(s))"),
        ("0 * log(s - 5)", "0"),
        ("(s^(1/3))^3", "s"),
        ("(s^3)^(1/3)", "s"),
        ("1/(a - b) - 1/(a - b)", "0"),
        ("(1 + a)^2", "1 + 2 a + a^2 + 1e-300"),
        ("log(1 - a) - log(1 - a)", "0"),
        ("1/abs(s) - 1/abs(s)", "0"),
        ("e^s", "2.718281828459045^s"),
    ],
)
def test_what_is_not_always_so_is_not_proved(text: str, other: str) -> None:
    assert not is_proved(text, other)


def test_a_clip_that_never_binds_is_its_operand() -> None:
    run = NormalForms()
    s = run.symbol("s")
    variance = run.exp(s)
    assert run.clip(variance, run.number(Fraction(0)), None) == variance
    assert run.clip(s, run.number(Fraction(0)), None) != s


def test_the_work_is_bounded() -> None:
    for text in ("(1 + a + b)^(10^9)", "2^(10^300)", "(1 + s)^400 - (1 + s)^400", "e^(10^9 log 2)"):
        with pytest.raises(ArithmeticError):
            form_of(parse(text), NormalForms())
    assert is_proved("a^1000000 / a^999999", "a")


def test_no_rule_no_form() -> None:
    with pytest.raises(ArithmeticError):
        NormalForms().call("gamma", NormalForms().symbol("s"))
