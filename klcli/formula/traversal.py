"""Ways through a tree: its nodes, its symbols, and other trees made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from operator import is_
from typing import Any

from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    KeptEntries,
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    operation,
)
from klcli.values import replace

_BELOW: Mapping[type, Callable[[Any], tuple[Tree, ...]]] = {
    Negative: lambda node: (node.operand,),
    Clip: lambda node: (node.operand, *node.limits),
    Stop: lambda node: (node.operand,),
    Reshape: lambda node: (node.operand, *node.lengths),
    KeptEntries: lambda node: (node.operand, node.mask),
    Operation: lambda node: (node.left, node.right),
    MatrixProduct: lambda node: (node.left, node.right),
    Call: lambda node: (node.argument,),
    MatrixCall: lambda node: (node.argument,),
    Reduction: lambda node: (node.body,),
}
"""What is below a node, by its kind: a table, as trees are walked more often than anything else is done."""


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees directly below a node, in the order in which they were written."""
    below = _BELOW.get(type(tree))
    return below(tree) if below else ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node of a tree, each before what is below it, from left to right."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if below := _BELOW.get(type(node)):
            stack.extend(below(node)[::-1])


def depth(tree: Tree) -> int:
    """The length of the longest way from the root to a leaf, counted in nodes."""
    level, below = 0, [tree]
    while below:
        level, below = level + 1, [child for node in below for child in children(node)]
    return level


def free_symbols(tree: Tree) -> tuple[str, ...]:
    """The names of the symbols, each once, in the order in which they first appear."""
    if isinstance(tree, Symbol):
        return (tree.name,)
    if isinstance(tree, Number | Constant | Length):
        return ()
    if tree.names is not None:
        return tree.names
    found = tuple(dict.fromkeys(chain.from_iterable(map(free_symbols, children(tree)))))
    object.__setattr__(tree, "names", found)
    return found


def unshaped(tree: Tree) -> Tree:
    """A tree without what gives its entries another shape, as the number in ``zeros_like(x)``."""
    return unshaped(tree.operand) if isinstance(tree, Reshape) else tree


def carries(name: str, index: str) -> bool:
    """Whether a symbol belongs to the entries of a sum: ``x_j`` and ``sigma_1j`` carry the index ``j``."""
    # Behind the underscore at most a number or a letter of the Gaussian stands before the index.
    return bool(index) and re.search(rf"_[A-Za-z0-9]?{index}\Z", name) is not None


def substitute(tree: Tree, values: Mapping[str, Tree]) -> Tree:
    """The tree with each named symbol replaced; the replacements themselves are not searched again.

    Nodes keep their places in the text, where the symbols stand for their values.
    """

    def visit(node: Tree) -> Tree:
        if isinstance(node, Symbol):
            return values.get(node.name, node)
        return remade(with_measured(node, visit), visit)

    return visit(tree)


def renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    """The tree with other names for some of its symbols, which keep their places."""

    def visit(node: Tree) -> Tree:
        if isinstance(node, Symbol):
            return replace(node, name=names.get(node.name, node.name))
        return remade(with_measured(node, visit), visit)

    return visit(tree)


def with_measured(node: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """A node with a changed array where only the shape of that is asked for, which is no child."""
    match node:
        case Length(of):
            return replace(node, of=change(of))
        case Reshape(like=like) if like:
            return replace(node, like=change(like))
    return node


def remade(node: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """A node with what its `children` are changed to, in its place in the text."""
    return placed_as(rebuilt(node, list(map(change, children(node)))), node)


def rebuilt(node: Tree, below: Sequence[Tree]) -> Tree:
    """A node with other trees in the place of its `children`; the same node if they are the same."""
    if all(map(is_, below, children(node))):
        return node
    match node:
        case Negative():
            return Negative(below[0])
        case Operation(operator):
            return operation(operator, below[0], below[1])
        case MatrixProduct():
            return MatrixProduct(below[0], below[1])
        case Call() | MatrixCall():
            return replace(node, argument=below[0], span=None)
        case Reduction():
            return replace(node, body=below[0], span=None)
        case Clip():
            low = None if node.low is None else below[1]
            return Clip(below[0], low, None if node.high is None else below[-1])
        case Stop():
            return replace(node, operand=below[0], span=None)
        case Reshape():
            return replace(node, operand=below[0], lengths=tuple(below[1:]), span=None)
        case KeptEntries():
            return replace(node, operand=below[0], mask=below[1], span=None)
    return node


def replaced(tree: Tree, node: Tree, other: Tree) -> Tree:
    """The tree with another in every place of a node, where it keeps the node's place in the text.

    Args:
        tree: the formula.
        node: what is replaced, wherever something equal to it stands.
        other: what is put there.
    """
    if tree == node:
        return spanning(unplaced(other), *tree.span) if tree.span else other
    return remade(tree, lambda child: replaced(child, node, other))


def unplaced(tree: Tree) -> Tree:
    """The tree without places, as if it had been read from no text."""
    below = list(map(unplaced, children(tree)))
    return replace(rebuilt(tree, below), span=None)


def placed_as(new: Tree, old: Tree) -> Tree:
    """A tree in the place in the text that another has, unless it has one already."""
    return spanning(new, *old.span) if old.span else new


def spanning(tree: Tree, start: int, end: int) -> Tree:
    """The tree with its place in the text, unless it has one already.

    Args:
        tree: the formula.
        start: of its text.
        end: of its text.
    """
    return replace(tree, span=(start, end)) if tree.span is None else tree
