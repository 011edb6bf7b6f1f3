"""The least change that makes an estimator of what is none: a constant, a sign, two symbols exchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Literal

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import edited, written_anew
from klcli.formula.program_reader import Program, read_again
from klcli.formula.traversal import children, rebuilt, walk
from klcli.formula.tree import Number, Operation, Reduction, Tree, operation

_MOST_NODES = 120
"""Nodes of a program in which signs are looked for; real lines have some thirty."""


def corrected(program: Program, is_right: Callable[[Program], bool]) -> str | None:
    """The text with the first change that makes it right, read again as a whole; None where there is none.

    Args:
        program: what is wrong.
        is_right: whether a program is an estimator of the same KL as it stands.
    """
    tree = program.arrays
    if len(list(walk(tree))) > _MOST_NODES:
        return None
    for other in (*_signs(tree), *_exchanges(tree), _with_constant(tree, "-"), _with_constant(tree, "+")):
        source = edited(program, tree, other) or written_anew(program, other)
        try:
            if is_right(read_again(program, source)):
                return source.text
        except KlcliError:
            continue
    return None


def _with_constant(tree: Tree, operator: Literal["+", "-"]) -> Tree:
    """The program with 1 taken from the first term of every entry, or added to it."""
    match tree:
        case Reduction(body=body):
            return rebuilt(tree, (_with_constant(body, operator),))
        case Operation("+" | "-", left, right):
            return rebuilt(tree, (_with_constant(left, operator), right))
    return operation(operator, tree, Number(Fraction(1)))


def _signs(tree: Tree) -> Iterator[Tree]:
    """The program with one sign between two terms exchanged."""

    def flipped(node: Tree) -> Tree | None:
        if isinstance(node, Operation) and node.operator in ("+", "-"):
            return operation("-" if node.operator == "+" else "+", node.left, node.right)
        return None

    yield from _changed(tree, flipped)


def _exchanges(tree: Tree) -> Iterator[Tree]:
    """The program with one difference turned round."""

    def exchanged(node: Tree) -> Tree | None:
        if isinstance(node, Operation) and node.operator == "-":
            return operation("-", node.right, node.left)
        return None

    yield from _changed(tree, exchanged)


def _changed(tree: Tree, change: Callable[[Tree], Tree | None]) -> Iterator[Tree]:
    """The trees in which one node is changed."""
    if (new := change(tree)) is not None:
        yield new
    below = children(tree)
    for place, child in enumerate(below):
        for other in _changed(child, change):
            yield rebuilt(tree, (*below[:place], other, *below[place + 1 :]))
