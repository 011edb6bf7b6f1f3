"""The smallest change of a text that makes it say another formula."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.minimal_edits import edited, in_habit
from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import substitute, unplaced
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree, operation

TWICE: dict[str, Tree] = {"s": unplaced(parse("2 s"))}
SUM: dict[str, Tree] = {"s": unplaced(parse("s + 1"))}


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("1 + s - mu^2", TWICE, "1 + 2 s - mu^2"),
        ("1 + s - mu**2 - s.exp()", TWICE, "1 + 2 * s - mu**2 - (2 * s).exp()"),
        ("1+s - mu**2", SUM, "1+(s + 1) - mu**2"),
        ("f = (s); 3*f", SUM, "f = (s + 1); 3*f"),
        ("torch.exp( s ) * 3", SUM, "torch.exp( s + 1 ) * 3"),
        ("s^2 + 3", SUM, "(s + 1)^2 + 3"),
        ("s**2 + mu/s", SUM, "(s + 1)**2 + mu/(s + 1)"),
        (r"\frac{s}{2} + e^{s}", SUM, r"\frac{s + 1}{2} + e^{s + 1}"),
        (r"\log s + x", TWICE, r"\log \left( 2 s \right) + x"),
        ("½ σ + s", TWICE, "½ σ + 2 s"),
        ("x - s", {"s": Negative(Symbol("s"))}, "x - -s"),
        ("s - x", {}, None),
    ],
)
def test_edited(text: str, values: dict[str, Tree], expected: str | None) -> None:
    program = read_program(text)
    changed = substitute(program.tree, values)
    found = edited(program, program.tree, changed)
    assert (found and found.text) == expected
    if expected is not None:
        assert read_program(expected, program.language).tree == changed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch.sum(x)", "torch.exp(2 * s)"),
        ("x.exp()", "(2 * s).exp()"),
        ("torch.exp(x) + x.pow(2)", "torch.exp(2 * s)"),
        ("K.exp(x)", "K.exp(2 * s)"),
        ("tf.reduce_sum(x)", "tf.exp(2 * s)"),
        ("exp(x)", "exp(2 s)"),
        ("e^x", "e^(2 s)"),
        ("½ x", "e^(2 s)"),
        (r"\mu", "e^{2 s}"),
    ],
)
def test_in_habit(text: str, expected: str) -> None:
    assert in_habit(read_program(text), Call("exp", parse("2 s"))) == expected


@pytest.mark.parametrize(
    ("text", "function", "expected"),
    [
        ("tf.exp(x)", "log", "tf.math.log(s)"),
        ("tf.exp(x)", "expm1", "tf.math.expm1(s)"),
        ("K.exp(x)", "log", "K.log(s)"),
        ("K.exp(x)", "log1p", "tf.math.log1p(s)"),
        ("torch.exp(x)", "softplus", "F.softplus(s)"),
        ("jnp.exp(x)", "softplus", "jax.nn.softplus(s)"),
        ("np.exp(x)", "softplus", "np.log1p(np.exp(s))"),
        ("x.exp()", "log", "s.log()"),
        ("exp(x)", "log", "log(s)"),
        # That of numbers is none of arrays.
        ("torch.log2(x) + 1/math.log(2)", "log", "torch.log(s)"),
        ("x.log()/math.log(2)", "log", "s.log()"),
        ("math.log(x)/2", "log", "math.log(s)"),
    ],
)
def test_modules_have_their_own_names(text: str, function: str, expected: str) -> None:
    assert in_habit(read_program(text), Call(function, Symbol("s"))) == expected


def test_a_program_whose_variable_is_used_twice_is_changed_at_its_definition() -> None:
    program = read_program("v = exp(s); v - log(v)")
    doubled = substitute(program.tree, TWICE)
    found = edited(program, program.tree, doubled)
    assert found
    assert found.text == "v = exp(2 s); v - log(v)"


def test_what_has_no_place_cannot_be_edited() -> None:
    program = read_program("x + 1")
    assert (
        edited(program, unplaced(program.tree), operation("-", Symbol("x"), Number(program.tree.right.value)))
        is None
    )  # type: ignore[union-attr]


def test_attributes_are_written_as_they_are() -> None:
    program = read_program("1 + self.h - self.mu[0]**2")
    assert in_habit(program, parse("h * mu_0 + exp(h)")) == "self.h * self.mu[0] + exp(self.h)"


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        (r"1 + 2\log \sigma^{(i)} - \sigma^{(i)}", r"1 + 2\log \sigma^{(i)} - {\sigma^{(i)}}^{2}"),
        (r"1 + 2\log \sigma_\phi(x) - \sigma_\phi(x)", r"1 + 2\log \sigma_\phi(x) - \sigma_\phi(x)^{2}"),
        (r"1 + 2\log \sigma_{i} - \sigma_{i}", r"1 + 2\log \sigma_{i} - \sigma_{i}^{2}"),
    ],
)
def test_latex_has_no_double_superscripts(text: str, corrected: str) -> None:
    program = read_program(text)
    assert isinstance(program.tree, Operation)
    square = operation("^", program.tree.right, Number(Fraction(2)))
    found = edited(program, program.tree, Operation("-", program.tree.left, square))
    assert found
    assert found.text == corrected
    assert read_program(found.text).tree == Operation("-", program.tree.left, square)
