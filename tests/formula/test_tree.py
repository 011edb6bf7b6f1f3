"""The tree: its normal forms, what it refuses to hold."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from klcli.formula.read.syntax_errors import stray_symbol
from klcli.formula.symbol_names import MATRIX_FUNCTIONS
from klcli.formula.tree import (
    Call,
    Constant,
    MatrixCall,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    number,
    operation,
)
from klcli.formula.write.printing import to_text

X, Y, ONE, TWO = Symbol("x"), Symbol("y"), Number(Fraction(1)), Number(Fraction(2))


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (operation("/", ONE, TWO), Number(Fraction(1, 2))),
        (operation("/", Negative(ONE), TWO), Negative(Number(Fraction(1, 2)))),
        (operation("/", Number(Fraction(4)), TWO), Number(Fraction(2), "4/2")),
        (operation("/", ONE, Number(Fraction(0))), Operation("/", ONE, Number(Fraction(0)))),
        (operation("/", X, TWO), Operation("/", X, TWO)),
        (
            operation("/", Number(Fraction(1), "1.0"), TWO),
            Operation("/", Number(Fraction(1), "1.0"), TWO),
        ),
        (operation("/", operation("/", ONE, TWO), TWO), Operation("/", Number(Fraction(1, 2)), TWO)),
        (operation("^", Constant("e"), X), Call("exp", X)),
        (operation("^", X, Constant("e")), Operation("^", X, Constant("e"))),
        (number("-1/2"), Negative(Number(Fraction(1, 2)))),
        (number("0.5", "0.5"), Number(Fraction(1, 2))),
    ],
)
def test_normal_forms(built: Tree, expected: Tree) -> None:
    assert built == expected


def test_the_spelling_is_kept_and_no_part_of_equality() -> None:
    written = Number(Fraction(1, 2), "0.5")
    assert written == Number(Fraction(1, 2))
    assert hash(written) == hash(Number(Fraction(1, 2)))
    assert operation("/", Number(Fraction(4)), TWO).spelling == "4/2"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "index"), [("sum", "jk"), ("sum", "1"), ("mean", "j"), ("E", "1"), ("E", "a" * 61), ("E", "q ")]
)
def test_indices_that_no_notation_could_show(kind: str, index: str) -> None:
    with pytest.raises(ValueError, match="not an index"):
        Reduction(kind, index, X)  # type: ignore[arg-type]


def test_other_refusals() -> None:
    with pytest.raises(ValueError, match="not a symbol's name"):
        Symbol("2x")
    with pytest.raises(ValueError, match="not a function"):
        Call("sin", X)
    with pytest.raises(ValueError, match="not negative"):
        Number(Fraction(-1))
    with pytest.raises(FrozenInstanceError):
        X.name = "y"  # type: ignore[misc]


def test_a_symbol_outside_of_its_sum_is_found() -> None:
    inside, outside = Symbol("a_j"), Symbol("b_j")
    summed = Reduction("sum", "j", inside)
    assert stray_symbol(summed) is None
    assert stray_symbol(operation("+", summed, summed)) is None
    assert stray_symbol(operation("+", summed, outside)) == (outside, "j")
    assert stray_symbol(operation("+", outside, summed)) == (outside, "j")
    assert stray_symbol(operation("+", summed, Reduction("sum", "k", outside))) == (outside, "j")
    assert stray_symbol(operation("+", Reduction("E", "q", inside), Symbol("mu_q"))) is None


def test_every_function_of_matrices_is_printed_in_a_way_of_its_own() -> None:
    printed = {to_text(MatrixCall(function, Symbol("x"))) for function in MATRIX_FUNCTIONS}
    assert len(printed) == len(MATRIX_FUNCTIONS)


def test_only_known_functions_of_matrices() -> None:
    with pytest.raises(ValueError, match="not a function"):
        MatrixCall("rank", Symbol("x"))


def test_equal_numbers_have_one_hash() -> None:
    same = {Number(Fraction(1, 2)), Number(Fraction(2, 4), "0.5"), Number(Fraction("0.50"))}
    assert same == {Number(Fraction(1, 2))}
    assert len({Number(Fraction(1, 2)), Number(Fraction(2)), Number(Fraction(1))}) == 3


def test_a_single_axis() -> None:
    named = [Reduction("sum", "", X, axes).has_one_axis for axes in ((1,), (-1,), None, (0, 1), ("axis",))]
    assert named == [True, True, False, False, False]
