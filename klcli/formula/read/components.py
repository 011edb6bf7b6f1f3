"""Vectors that a formula writes whole in one place and by their components in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from klcli.formula.traversal import free_symbols, remade, walk
from klcli.formula.tree import Reduction, Symbol, Tree


def whole_vectors(tree: Tree) -> Tree:
    r"""The tree in which components are called like their vectors: ``σ_i`` below a sum over i beside ``‖σ‖``.

    A vector is what stands in a norm, whole; its components stand in a sum over their index.
    """
    whole = {name for node in walk(tree) if _is_norm(node) for name in free_symbols(node)}
    vectors = {name: stem for name, stem in _components(tree) if stem in whole}
    return _renamed(tree, vectors) if vectors else tree


def _is_norm(node: Tree) -> bool:
    return isinstance(node, Reduction) and node.kind == "sum" and not node.index


def _components(tree: Tree) -> Iterator[tuple[str, str]]:
    """The symbols that have the index of the sum in which they stand, and their names without it."""
    for node in walk(tree):
        if isinstance(node, Reduction) and node.index:
            for name in free_symbols(node.body):
                stem, _, index = name.rpartition("_")
                if index == node.index and stem:
                    yield name, stem


def _renamed(node: Tree, names: Mapping[str, str]) -> Tree:
    """The tree with other names of symbols, each in its place in the text."""
    if isinstance(node, Symbol):
        return Symbol(names[node.name], node.span) if node.name in names else node
    return remade(node, lambda below: _renamed(below, names))
