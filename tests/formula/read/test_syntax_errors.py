"""What is wrong with a text: the message, the text and a caret; the limits on any text."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.formula.read.math_parser import parse
from klcli.formula.read.math_source import PlainText
from klcli.formula.read.syntax_errors import (
    MAX_DEPTH,
    MAX_LENGTH,
    FormulaError,
    check_size,
    check_text,
    check_tree,
    stray_symbol,
    too_deep,
)
from klcli.formula.tree import Negative, Operation, Reduction, Symbol, Tree

TEXT = PlainText("x")


@pytest.mark.parametrize("position", [0, 3, 40, 199])
def test_the_caret_stands_under_the_place(position: int) -> None:
    text = "".join(chr(ord("a") + place % 26) for place in range(200))
    lines = str(FormulaError("wrong", text, position)).splitlines()
    shown, caret = lines[1], lines[2].index("^")
    assert lines[0] == "wrong"
    assert shown[caret] == text[position]


def test_signs_that_nobody_sees_keep_their_width() -> None:
    _, shown, caret = str(FormulaError("wrong", "a\tb", 2)).splitlines()
    assert shown[caret.index("^")] == "b"


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_LENGTH + 1), "x\u200b + 1", "x\x00"])
def test_texts_that_are_no_formula(text: str) -> None:
    with pytest.raises(KlcliError):
        check_text(text)


def test_other_spaces_are_no_fault() -> None:
    check_text("x\u00a0+\u20031")


def test_limits_on_trees() -> None:
    tree: Tree = Symbol("x")
    for _ in range(MAX_DEPTH - 1):
        tree = Negative(tree)
    assert check_tree(tree, TEXT) is tree
    with pytest.raises(FormulaError, match="nested too deeply"):
        check_tree(Negative(tree), TEXT)
    with pytest.raises(FormulaError, match="nested too deeply"):
        check_tree(Reduction("sum", "", tree), TEXT)
    assert "at most" in too_deep("x").hint


def test_a_short_text_can_be_a_large_tree() -> None:
    tree: Tree = Symbol("x")
    for _ in range(12):
        tree = Operation("+", tree, tree)
    with pytest.raises(FormulaError, match="too large"):
        check_size(tree, TEXT)


def test_a_symbol_outside_of_its_sum() -> None:
    tree = Operation("+", Reduction("sum", "j", Symbol("a_j")), Symbol("b_j"))
    assert stray_symbol(tree) == (Symbol("b_j"), "j")
    assert stray_symbol(parse("sum_j (a_j + b_j)")) is None
