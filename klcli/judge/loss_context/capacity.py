"""A capacity: the C of ``abs(KL - C)``, to which a loss holds its KL."""

from __future__ import annotations

from klcli.formula.traversal import free_symbols, remade, walk
from klcli.formula.tree import Call, Negative, Number, Operation, Reduction, Stop, Symbol, Tree


def capacity_of(tree: Tree) -> Tree | None:
    """The C of ``abs(KL - C)`` or ``gamma * abs(KL - C)``: a number, or a symbol that occurs nowhere else."""
    match tree:
        case Reduction(body=below) | Negative(below) | Stop(below):
            return capacity_of(below)
        case Operation("*" | "/" | "+" | "-", left, right):
            return capacity_of(left) or capacity_of(right)
        case Call("abs", Operation("-", body, Number() | Symbol() as limit)):
            is_whole = len(free_symbols(body)) > 1 and any(isinstance(node, Call) for node in walk(body))
            return limit if is_whole and not set(free_symbols(limit)) & set(free_symbols(body)) else None
    return None


def within_capacity(tree: Tree) -> Tree:
    """The tree with what is held to a capacity in the place of its distance to it."""
    if isinstance(tree, Call) and capacity_of(tree) is not None and isinstance(tree.argument, Operation):
        return tree.argument.left
    return remade(tree, within_capacity)
