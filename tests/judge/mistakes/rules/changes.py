"""What a rule makes of a formula, for the tests of rules: the values of the formulas that it yields."""

from __future__ import annotations

from math import exp, log, log1p, sqrt
from typing import Any

from klcli.formula.program_reader import read
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import RewriteRule, changes
from klcli.judge.mistakes.table import find_mistake

ONE = SymbolRoles(frozenset({"mu"}), frozenset({"s"}))
"""Of a formula of one Gaussian."""
TWO = SymbolRoles(frozenset({"m", "n"}), frozenset({"s", "t"}), read("t^2"))
"""Of two, the second of which is the prior."""
_POINTS = (
    {"mu": 0.3, "s": 1.7, "m": 0.4, "n": -0.6, "t": 0.8},
    {"mu": -1.1, "s": 0.6, "m": 1.3, "n": 0.2, "t": 2.1},
)
_FUNCTIONS = {"exp": exp, "log": log, "log1p": log1p, "sqrt": sqrt, "abs": abs}


def made(rule: RewriteRule[SymbolRoles], text: str, symbols: SymbolRoles = ONE) -> set[tuple[float, ...]]:
    """The values of every formula that the rule yields at some place of a text."""
    found = changes(read(text), [(find_mistake("KL101"), rule)], symbols)
    return {_values(change.tree) for change in found}


def by_python(text: str) -> tuple[float, ...]:
    """The values of a formula that is written as Python would compute it."""
    return tuple(_rounded(eval(text, dict(_FUNCTIONS), dict(point))) for point in _POINTS)


def _values(tree: Tree) -> tuple[float, ...]:
    try:
        return tuple(_rounded(evaluate(tree, dict(point), Doubles())) for point in _POINTS)
    except (ArithmeticError, ValueError):
        return ()


def _rounded(value: Any) -> float:
    """Far above the rounding of doubles, far below what two formulas differ in."""
    return round(float(value), 9)
