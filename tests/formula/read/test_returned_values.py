"""Of several values that are given back, the formula is the one that has the others in it."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.python import PythonReader
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.returned_values import bare, formula_among
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.tree import Negative, Stop, Symbol, Tree


def among(text: str) -> Tree:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Tuple)
    return formula_among(node.elts, PythonReader(SourceText(text)))


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("z, mu, lv, exp(lv)", "exp(lv)"),
        ("r + exp(lv), r, exp(lv)", "r + exp(lv)"),
        ("r - exp(lv), -exp(lv), 1", "r - exp(lv)"),
    ],
)
def test_the_whole_is_meant(text: str, formula: str) -> None:
    assert among(text) == PythonReader(SourceText(formula)).tree(ast.parse(formula, mode="eval").body)


@pytest.mark.parametrize(
    ("text", "problem"), [("exp(lv), mu**2", "several formulas"), ("mu, lv, 1", "no formula")]
)
def test_what_is_not_told(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        among(text)


def test_a_result_without_its_sign() -> None:
    assert bare(Negative(Stop(Symbol("x")))) == Symbol("x")
