"""Which of several values that are given back is the formula."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.entrywise_form import entry
from klcli.formula.read.python import PythonReader
from klcli.formula.traversal import children, walk
from klcli.formula.tree import Negative, Number, Stop, Symbol, Tree


def formula_among(parts: Sequence[ast.expr], reader: PythonReader) -> Tree:
    """The formula among several values that are given back: the only one that is more than a symbol.

    ``return z, mu, logvar, kl`` gives back the KL, ``return rec + kl, rec, kl`` the loss, which has the
    KL in it; of two losses somebody has to say which.

    Args:
        parts: the values.
        reader: with the values of the names.

    Raises:
        FormulaError: none of them is one, or several are.
    """
    found = [tree for part in parts if (tree := reader.read(part))]
    formulas = [
        tree
        for tree in found
        if not isinstance(bare(entry(tree, of_matrices=reader.matrices)), Symbol | Number)
    ]
    whole = [tree for tree in formulas if not any(_is_part(tree, other) for other in formulas)]
    formulas = whole or formulas[:1]
    if len(formulas) == 1:
        return formulas[0]
    problem = "several formulas are given back" if formulas else "no formula is given back"
    raise reader.error(problem, parts[0], "give the KL term alone")


def bare(tree: Tree) -> Tree:
    """A result without its sign, and as it trains: values that are printed are detached."""
    return bare(tree.operand) if isinstance(tree, Negative | Stop) else tree


def _is_part(tree: Tree, whole: Tree) -> bool:
    """Whether a result, whatever its sign, is a part of another, as each of its terms is of a loss."""
    return any(node == bare(tree) for one in children(bare(whole)) for node in walk(one))
