"""The division of Python 2: of two integers it is the floor of their quotient."""

from __future__ import annotations

import ast
from typing import TypeVar

T = TypeVar("T")


def with_floors(tree: ast.Module) -> ast.Module:
    """A tree of Python 2 with the values that its quotients of whole numbers have: ``-1 / 2`` is -1.

    A module that imports `division` from the future stays as it is.
    """
    nodes = list(ast.walk(tree))
    if not any(map(_is_true_division, nodes)):
        for node in nodes:
            for name, value in ast.iter_fields(node):
                floors = [_floor(part) for part in value] if isinstance(value, list) else _floor(value)
                setattr(node, name, floors)
    return tree


def _is_true_division(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module="__future__", names=names):
            return any(each.name == "division" for each in names)
    return False


def _floor(part: T) -> T | ast.expr:
    """The value of a quotient of two whole numbers; anything else as it is."""
    match part:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            above, below = _whole(left), _whole(right)
            if above is not None and below:
                value = above // below
                size = ast.copy_location(ast.Constant(abs(value)), part)
                return ast.copy_location(ast.UnaryOp(ast.USub(), size), part) if value < 0 else size
    return part


def _whole(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None
