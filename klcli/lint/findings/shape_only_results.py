"""Results of which only the shape is looked at, as tests of a library do: their value is no matter."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.callee import called
from klcli.lint.flow.syntax_names import stored

_MEASURES = frozenset(("shape", "size", "ndim", "dim", "numel", "dtype", "device", "int_shape", "get_shape"))
_CHECKS = frozenset((*_MEASURES, "len", "rank", "assert_shape", "assert_rank", "assert_equal_shape"))
"""Attributes and methods of an array, and functions of one, that tell its shape or its kind."""


def is_only_checked_for_shape(node: ast.AST, around: ast.AST) -> bool:
    """Whether all that is done with a result is to look at its shape.

    Args:
        node: the expression, or one at the same place.
        around: the function in which it stands.
    """
    parents = {child: parent for parent in ast.walk(around) for child in ast.iter_child_nodes(parent)}
    found = [one for one in parents if isinstance(one, ast.expr) and _place(one) == _place(node)]
    return any(_is_measured(one, parents) for one in found)


def _is_measured(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> bool:
    parent = parents.get(node)
    match parent:
        case ast.Attribute(attr=name) if name in _MEASURES:
            return True
        case ast.Attribute() if isinstance(call := parents.get(parent), ast.Call):
            return _is_measured(call, parents)  # a sum, a view
        case ast.Call() if called(parent) in _CHECKS:
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) if stored(parent) == {name}:
            uses = list(_uses(name, parents))
            return bool(uses) and all(_is_measured(use, parents) for use in uses)
    return False


def _uses(name: str, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.Name]:
    for node in parents:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node


def _place(node: ast.AST) -> tuple[int | None, ...]:
    return tuple(
        getattr(node, name, None) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")
    )
