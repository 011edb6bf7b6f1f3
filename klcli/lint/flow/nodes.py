"""Parts of syntax trees: the names in them, and copies with other parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import copy

__all__ = ["NAMES", "below", "names_in", "rebuilt", "stored", "text_of_name", "walked", "with_value"]

_CONTEXTS = frozenset((ast.Load, ast.Store, ast.Del))
NAMES = (ast.Name, ast.Attribute, ast.Subscript)
"""What can be given a value."""


def below(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node, without what only says whether a name is read or written.

    `ast.iter_child_nodes` takes twice the time.
    """
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            if type(value) not in _CONTEXTS:
                yield value
        elif isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, ast.AST))


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in any order."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(below(found))


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


def text_of_name(node: ast.expr) -> str:
    """A name, an attribute or a subscript as it is written."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
    return ast.unparse(node)


def rebuilt(node: ast.AST, change: Callable[[ast.AST], ast.AST]) -> ast.AST:
    """A node with changed children; the node itself if no child changes."""
    changes: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            found = change(value)
            if found is not value:
                changes[name] = found
        elif isinstance(value, list):
            entries = [change(entry) if isinstance(entry, ast.AST) else entry for entry in value]
            if any(new is not old for new, old in zip(entries, value, strict=True)):
                changes[name] = entries
    if not changes:
        return node
    fields = dict(ast.iter_fields(node)) | changes
    return ast.copy_location(type(node)(**fields), node)


def with_value(statement: ast.stmt, value: ast.expr) -> ast.stmt:
    """A statement with another value."""
    changed = copy(statement)
    setattr(changed, "value", value)  # noqa: B010 - only some statements have one
    return changed
