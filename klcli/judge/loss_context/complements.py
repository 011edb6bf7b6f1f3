"""Masks that are written as what they leave out: ``1 - mask`` keeps what ``mask`` leaves out."""

from __future__ import annotations

from klcli.formula.program_reader import Program, rewritten
from klcli.formula.traversal import free_symbols, placed_as, remade, walk
from klcli.formula.tree import Number, Operation, Symbol, Tree
from klcli.names.losses import is_mask


def without_complements(program: Program) -> Program:
    """The program with a mask of its own in the place of each 1 - m, where m occurs nowhere else.

    A mask is tried with ones for all entries, where 1 - m keeps nothing at all.
    """
    names = free_symbols(program.arrays)
    complements = {
        name: f"not_{name}"
        for name in filter(is_mask, names)
        if f"not_{name}" not in names  # an array of its own
        and _occurrences(program.arrays, name)
        == sum(_left_out(node) == name for node in walk(program.arrays))
    }
    if not complements:
        return program

    def change(tree: Tree) -> Tree:
        name = _left_out(tree)
        return placed_as(Symbol(complements[name]), tree) if name in complements else remade(tree, change)

    return rewritten(program, change)


def _occurrences(tree: Tree, name: str) -> int:
    return sum(isinstance(node, Symbol) and node.name == name for node in walk(tree))


def _left_out(tree: Tree) -> str:
    """The symbol that is taken from 1."""
    match tree:
        case Operation("-", Number(value), Symbol(name)) if value == 1:
            return name
    return ""
