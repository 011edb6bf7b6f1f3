"""Entries that masks take: where a program has them still, and where what they take is all that there is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from klcli.formula.traversal import children, free_symbols, remade, walk
from klcli.formula.tree import KeptEntries, Length, MatrixProduct, Number, Reduction, Symbol, Tree


def without_outer(tree: Tree) -> Tree:
    """A result without the masks that took its entries, where nothing is summed: it is one of them."""
    if isinstance(tree, Reduction | MatrixProduct):
        return tree
    return without_outer(tree.operand) if isinstance(tree, KeptEntries) else remade(tree, without_outer)


def may_be_left(tree: Tree) -> bool:
    """Whether a result may have an axis of taken entries: no sum runs over all axes, or over the first."""
    match tree:
        case KeptEntries():
            return True
        case Reduction(axes=axes) if axes is None or 0 in axes:
            return False
    return any(map(may_be_left, children(tree)))


def as_whole(tree: Tree, symbols: Collection[str]) -> tuple[Tree, str] | None:
    """A program of which every mean and head is what one mask takes, as of these, and that mask.

    Args:
        tree: the program on arrays.
        symbols: means and heads.
    """
    outside = list(_outside(tree))
    taken = [node for node in walk(tree) if isinstance(node, KeptEntries)]
    masks = {node.mask for node in taken}
    if len(masks) != 1 or any(node.axis != 0 or not isinstance(node.operand, Symbol) for node in taken):
        return None
    (mask,) = masks
    inside = set(free_symbols(KeptEntries(mask, mask))).union(*(free_symbols(node.operand) for node in taken))
    if not isinstance(mask, Symbol) or not set(symbols) <= inside or not inside.isdisjoint(outside):
        return None

    def change(node: Tree) -> Tree:
        match node:
            case KeptEntries(operand):
                return Number(Fraction(1)) if operand == mask else operand
            case Length(of, axis):
                return Length(change(of), axis)
        return remade(node, change)

    return change(tree), mask.name


def _outside(tree: Tree) -> Iterator[str]:
    """The symbols that stand elsewhere than among what is taken."""
    match tree:
        case KeptEntries():
            return
        case Symbol(name):
            yield name
        case Length(of):
            yield from _outside(of)
    for child in children(tree):
        yield from _outside(child)
