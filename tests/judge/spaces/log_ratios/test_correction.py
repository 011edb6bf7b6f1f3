"""The least change that makes an estimator: a sign, two symbols exchanged, a constant; and where none is looked for."""

from __future__ import annotations

import pytest

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import Program, read_program
from klcli.formula.traversal import free_symbols
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.spaces.log_ratios.correction import corrected


def value(program: Program, a: float, b: float) -> float:
    values = {"a": a, "b": b}
    tree = entry(program.arrays, keeps_sums=False)
    return evaluate(tree, {name: values[name] for name in free_symbols(tree)}, Doubles())


def to(text: str) -> object:
    """Whether a program has the values of another one."""
    other = read_program(text, "python")
    points = [(0.3, 0.7), (1.1, -0.4)]

    def is_right(program: Program) -> bool:
        return all(abs(value(program, *one) - value(other, *one)) < 1e-9 for one in points)

    return is_right


@pytest.mark.parametrize(
    ("text", "right", "expected"),
    [
        # A sign between two terms.
        ("exp(b - a) - (a - b) - 1", "exp(b - a) + (a - b) - 1", "exp(b - a) + (a - b) - 1"),
        ("exp(b + a)", "exp(b - a)", "exp(b - a)"),
        # A difference that is turned round.
        ("exp(a - b) + (a - b) - 1", "exp(b - a) + (a - b) - 1", "exp(b - a) + (a - b) - 1"),
        # A constant at the first term, inside of its sum.
        ("exp(b - a) + (a - b)", "exp(b - a) - 1 + (a - b)", "exp(b - a) - 1 + (a - b)"),
        ("exp(b - a) - 2 + (a - b)", "exp(b - a) - 1 + (a - b)", "exp(b - a) + 1 - 2 + (a - b)"),
        (
            "(exp(b - a) + (a - b)).sum()",
            "(exp(b - a) - 1 + (a - b)).sum()",
            "(exp(b - a) - 1 + (a - b)).sum()",
        ),
        # A change of two signs, or of a factor, is none of these.
        ("exp(b + a) - (a - b) - 1", "exp(b - a) + (a - b) - 1", None),
        ("2 * exp(b - a)", "exp(b - a)", None),
    ],
)
def test_the_first_change_that_is_right(text: str, right: str, expected: str | None) -> None:
    assert corrected(read_program(text, "python"), to(right)) == expected  # type: ignore[arg-type]


def test_signs_come_before_constants() -> None:
    """Both would do where everything does."""
    assert corrected(read_program("a - b", "python"), lambda _: True) == "a + b"
    assert corrected(read_program("a * b", "python"), lambda _: True) == "a * b - 1"


def test_nothing_is_right() -> None:
    assert corrected(read_program("a - b", "python"), lambda _: False) is None


@pytest.mark.parametrize(("terms", "found"), [(60, True), (61, False)])
def test_long_programs_are_left_alone(terms: int, found: bool) -> None:
    """A sum of n symbols has 2 n - 1 nodes."""
    text = " - ".join(["a"] * terms)
    assert (corrected(read_program(text, "python"), lambda _: True) is not None) is found
