"""What branches and loops do to names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.callee import viewed
from klcli.lint.steps import stored

__all__ = ["assigned", "blocks", "until"]


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements of each branch."""
    for name in ("body", "orelse"):
        if block := getattr(statement, name, []):
            yield block
    for case in getattr(statement, "cases", []):
        yield case.body


def assigned(statement: ast.stmt) -> set[str]:
    """The names that are given values somewhere below a statement, or changed in place."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For) and not _keeps(node):
            for entry in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= stored(entry)
    return found


def until(body: Sequence[ast.stmt], last: ast.stmt) -> Sequence[ast.stmt]:
    """The statements up to the one that holds the last."""
    for number, statement in enumerate(body):
        if any(node is last for node in ast.walk(statement)):
            return body[: number + 1]
    return body


def _keeps(node: ast.AST) -> bool:
    """Whether an assignment gives a name what it has, in another place or shape: ``x = x.cuda()``."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)),
        ):
            return name == owner and attr in ("cuda", "cpu", "to", "float", "double", "detach", "contiguous")
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            found = viewed(value)
            return isinstance(found, ast.Name) and found.id == name
    return False
