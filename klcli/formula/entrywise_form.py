"""A program on arrays as the formula of one entry: what is left of it where every axis has the length 1.

Sums and means over one entry give that entry, a stopped gradient changes no value, a shape is none. What the
arrays add to that formula is a question of its own, see `klcli.judge.shapes`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from klcli.formula.symbol_names import MAX_NAME
from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt
from klcli.formula.tree import (
    KeptEntries,
    Length,
    MatrixCall,
    MatrixProduct,
    Number,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    operation,
)


def entry(
    tree: Tree, *, of_matrices: bool = False, keeps_stops: bool = False, keeps_sums: bool = True
) -> Tree:
    """The formula of one entry; nodes keep their places in the text.

    Args:
        tree: the program.
        of_matrices: whether products and transposes are those of matrices, which stay; the length of an axis
            is the number of dimensions there, a symbol of its own for each array.
        keeps_stops: whether stopped gradients stay.
        keeps_sums: whether sums and means over the one entry stay, which tell what a text sums.
    """
    below = partial(entry, of_matrices=of_matrices, keeps_stops=keeps_stops, keeps_sums=keeps_sums)
    match tree:
        # The part that is left stands where it stood; the call around it is no part of the formula.
        case Reshape(operand, "transpose") if of_matrices:
            found: Tree = MatrixCall("transpose", below(operand))
        case Reshape(operand) | KeptEntries(operand):
            return below(operand)
        case Stop(operand) if not keeps_stops:
            return below(operand)
        case Reduction(body=body) if not keeps_sums:
            return below(body)
        case Length(of, axis) if of_matrices:
            found = MatrixCall("numel", below(of)) if axis is None else _dimensions(of)
        case Length():
            found = Number(Fraction(1))
        case MatrixProduct(left, right) if not of_matrices:
            product = operation("*", below(left), below(right))
            found = Reduction("sum", "", product) if keeps_sums else product
        case _:
            found = rebuilt(tree, list(map(below, children(tree))))
    return placed_as(found, tree)


def _dimensions(array: Tree) -> Symbol:
    names = free_symbols(array)
    return Symbol(f"dim_{names[0]}"[:MAX_NAME] if names else "dim")


def without_sums(tree: Tree) -> Tree:
    """The formula of one entry without its sums and means, which give that entry."""
    if isinstance(tree, Reduction):
        return without_sums(tree.body)
    return rebuilt(tree, list(map(without_sums, children(tree))))
