"""Ways through a tree: its walk, its symbols, other trees made of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from klcli.formula.traversal import carries, children, depth, free_symbols, substitute, walk
from klcli.formula.tree import (
    Call,
    Constant,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    operation,
)
from tests.formula.trees import trees

X, Y, ONE, TWO = Symbol("x"), Symbol("y"), Number(Fraction(1)), Number(Fraction(2))


def test_walks_from_left_to_right() -> None:
    tree = operation("+", Call("log", Y), Reduction("sum", "", operation("*", X, Negative(Y))))
    assert [type(node).__name__ for node in walk(tree)] == (
        ["Operation", "Call", "Symbol", "Reduction", "Operation", "Symbol", "Negative", "Symbol"]
    )
    assert free_symbols(tree) == ("y", "x")
    assert depth(tree) == 5
    assert children(X) == children(ONE) == ()


def test_substitution_is_simultaneous_and_keeps_the_normal_forms() -> None:
    swapped = substitute(operation("-", X, Y), {"x": Y, "y": X})
    assert swapped == Operation("-", Y, X)
    assert substitute(operation("/", X, TWO), {"x": ONE}) == Number(Fraction(1, 2))
    assert substitute(operation("^", X, Y), {"x": Constant("e")}) == Call("exp", Y)
    assert substitute(Reduction("mean", "", Call("log", X)), {"x": Y}) == Reduction(
        "mean", "", Call("log", Y)
    )


@given(trees)
def test_substituting_nothing_changes_nothing(tree: Tree) -> None:
    assert substitute(tree, {}) == tree
    assert substitute(tree, {name: Symbol(name) for name in free_symbols(tree)}) == tree
    assert depth(tree) <= sum(1 for _ in walk(tree))


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [
        ("x_j", "j", True),
        ("sigma_1j", "j", True),
        ("x_jk", "k", True),
        ("x_jk", "j", False),
        ("j", "j", False),
        ("x_obj", "j", False),
        ("x_j", "", False),
    ],
)
def test_what_carries_an_index(name: str, index: str, expected: bool) -> None:
    assert carries(name, index) is expected
