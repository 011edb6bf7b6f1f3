"""Lost digits, stable forms and overflow, against numpy's own single precision."""

from __future__ import annotations

import numpy
import pytest

from klcli.formula.program_reader import read, read_program
from klcli.formula.traversal import substitute
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.numerical_stability import float32_loss, overflow, stable_form
from klcli.judge.roles import Roles
from klcli.judge.verdict import Verdict, judge
from tests.judge.formulas import NAMES, parts


def textbook(name: str) -> Tree:
    variance, log_variance = parts(name)
    return substitute(read("-0.5 * (1 + L - mu^2 - V)"), {"V": variance, "L": log_variance})


def verdict(tree: Tree, name: str) -> Verdict:
    return judge(tree, PARAMETERIZATIONS[name])


def in_single(tree: Tree, values: dict[str, float]) -> numpy.float32:
    """A formula in numpy's float32, every operation rounded by numpy."""
    match tree:
        case Number(number):
            return numpy.float32(float(number))
        case Symbol(name):
            return numpy.float32(values[name])
        case Negative(operand):
            return -in_single(operand, values)
        case Operation(operator, left, right):
            one, two = in_single(left, values), in_single(right, values)
            joined = {
                "+": numpy.add,
                "-": numpy.subtract,
                "*": numpy.multiply,
                "/": numpy.divide,
                "^": numpy.power,
            }
            return numpy.float32(joined[operator](one, two))
        case Call(function, argument):
            inner = in_single(argument, values)
            if function == "softplus":
                return numpy.float32(numpy.log1p(numpy.exp(inner)))
            return numpy.float32(getattr(numpy, function)(inner))
    raise TypeError(tree)


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_form_loses_digits_as_numpy_does(name: str) -> None:
    tree = textbook(name)
    loss = float32_loss(tree, verdict(tree, name))
    assert loss is not None
    head = {"std": loss.sigma, "var": loss.sigma**2, "logvar": 2 * numpy.log(loss.sigma)}.get(name)
    if head is not None:
        assert in_single(tree, {"s": head, "mu": 0.0}) == pytest.approx(loss.found, rel=0.3)
    true = (loss.sigma**2 - 1) / 2 - numpy.log(loss.sigma)
    assert loss.expected == pytest.approx(true, rel=2e-3)
    assert loss.error == pytest.approx(abs(loss.found - loss.expected) / loss.expected, rel=1e-12)
    assert loss.error > 0.01


@pytest.mark.parametrize("name", ["std", "var", "logstd", "logvar", "logprecision", "sigmoid"])
def test_the_stable_form_is_exact_and_keeps_its_digits(name: str) -> None:
    found = verdict(textbook(name), name)
    stable = stable_form(found)
    assert stable is not None
    helper, form = stable
    tree = substitute(form, {"u": helper}) if helper else form
    again = verdict(tree, name)
    assert again.kind == "exact"
    assert float32_loss(tree, again) is None


@pytest.mark.parametrize("name", ["precision", "softplus", "softplusvar"])
def test_no_stable_form_is_claimed_where_there_is_none(name: str) -> None:
    assert stable_form(verdict(textbook(name), name)) is None


@pytest.mark.parametrize(
    ("text", "single", "below"),
    [
        ("exp(s) - s", 88.72, False),
        ("exp(2 s)", 44.36, False),
        ("exp(-s)", -88.72, True),
        ("exp(s/2) + exp(s)", 88.72, False),
        ("exp(s/2)^2", 88.72, False),
    ],
)
def test_overflow_is_where_numpy_overflows(text: str, single: float, below: bool) -> None:
    found = overflow(read(text), Roles("mu", "s"))
    assert found is not None
    assert found.below == below
    assert found.limits["single"] == pytest.approx(single, abs=0.01)
    for kind, name in (("half", "float16"), ("single", "float32"), ("double", "float64")):
        limit, sign = found.limits[kind], -1 if below else 1
        steepest = {"exp(2 s)": 2, "exp(-s)": -1}.get(text, 1)
        with numpy.errstate(over="ignore"):
            inside, outside = (
                getattr(numpy, name)(steepest * (limit + sign * step)) for step in (-0.02, 0.02)
            )
            assert numpy.isfinite(numpy.exp(inside))
            assert numpy.isinf(numpy.exp(outside))


@pytest.mark.parametrize(
    "text", ["s^2 - log s", "exp(mu)", "softplus(s)^2 - log(softplus(s))", "exp(s/1000)"]
)
def test_no_overflow(text: str) -> None:
    assert overflow(read(text), Roles("mu", "s")) is None


def test_a_formula_without_loss() -> None:
    tree = read("0.5*(expm1(s) - s + mu^2)")
    assert float32_loss(tree, verdict(tree, "logvar")) is None


def test_a_clip_wherever_the_head_stands_keeps_it_from_overflowing() -> None:
    text = "lv = torch.clamp(logvar, -30, {}); 0.5 * (mu**2 + lv.exp() - 1 - lv)"
    bounded, wide = (verify(read_program(text.format(high), "python")).overflow for high in (20, 2000))
    assert bounded is None
    assert numpy.isfinite(numpy.exp(numpy.float32(20)))
    assert wide
    assert wide.limits["single"] == pytest.approx(numpy.log(numpy.finfo(numpy.float32).max), rel=1e-3)
