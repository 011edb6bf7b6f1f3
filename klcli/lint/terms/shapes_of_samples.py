"""What a sample draws entry by entry, whatever shapes its mean and its head are given on the way."""

from __future__ import annotations

import ast

from klcli.formula.read.ast_parts import rebuilt
from klcli.formula.read.callee import called, is_module
from klcli.formula.read.calls.reshapes import EXPANDED, RESHAPED
from klcli.formula.read.parsed_statements import SourceNodes

_SHAPING = frozenset(name for row in (*RESHAPED, *EXPANDED) for name in row.names)


def of_entries(source: SourceNodes) -> SourceNodes:
    """Statements without what gives an array another shape: ``std`` for ``std.expand(n, *std.shape)``.

    Each entry of a sample is drawn from one of the mean and one of the head, so the lengths may be any. That
    is not so for a KL: a sum over the larger array counts its entries as often as they stand in it.
    """
    if source.words.isdisjoint(_SHAPING):
        return source
    nodes: list[ast.stmt] = []
    for statement in source.given:
        node = _of_entry(statement)
        assert isinstance(node, ast.stmt)
        nodes.append(node)
    return SourceNodes(nodes)


def _of_entry(node: ast.AST) -> ast.AST:
    if not isinstance(node, ast.Call) or called(node) not in _SHAPING:
        return rebuilt(node, _of_entry)
    match node:
        case ast.Call(func=ast.Attribute(value=owner)) if not is_module(owner):
            return _of_entry(owner)
        case ast.Call(args=[array, *_]):
            return _of_entry(array)
    return node
