"""The names in syntax trees, and statements with other values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy

from klcli.formula.read.ast_parts import text_of_name, walked

NAMES = (ast.Name, ast.Attribute, ast.Subscript)
"""What can be given a value."""


LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""Statements whose own ones do not run where they stand."""


def stored(statement: ast.AST) -> set[str]:
    """The names that are given values somewhere below a statement."""
    found = set()
    for node in walked(statement):
        if isinstance(node, NAMES) and isinstance(node.ctx, ast.Store):
            found.add(text_of_name(node))
    return found


def names_in(node: ast.AST) -> set[str]:
    """The names, attributes and subscripts below a node, as they are written."""
    return {text_of_name(part) for part in walked(node) if isinstance(part, NAMES)}


def reads(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement by itself, without those in it, reads."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.excepthandler):
            for node in ast.walk(child):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    yield node.id


def with_value(statement: ast.stmt, value: ast.expr) -> ast.stmt:
    """A statement with another value."""
    changed = copy(statement)
    setattr(changed, "value", value)  # noqa: B010 - only some statements have one
    return changed
