"""Where the names of a flow get their values."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import rebuilt, text_of_name
from klcli.formula.read.callee import called, is_module
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.project.definitions import SourceFunction

_SPLITS = ("chunk", "split", "tensor_split", "unbind", "unstack")

Root = tuple[str, int, int, str]
"""Where a name that is no formula gets its value: file, line, column and the name there."""


def origin(before: Sequence[FlowStatement], name: str, root: SourceFunction) -> Root:
    """Where a name gets its value; names of other names lead to those, and entries to what they are of.

    Args:
        before: the statements of the flow.
        name: as it is written there.
        root: the function in which the flow begins.
    """
    for number in range(len(before) - 1, -1, -1):
        if name in before[number].targets:
            return _led_on(before[:number], before[number], name, root)
    part = ast.parse(name, mode="eval").body
    if whole := _whole(part):
        path, line, column, at = origin(before, whole, root)
        return path, line, column, at + ast.unparse(_taken(part)).removeprefix(whole)
    return (root.module.path, 0, 0, f"{root.name}:{name}")


def _whole(part: ast.expr) -> str | None:
    """The name of what attributes and items are taken of; None for what takes none."""
    node = part
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) and node is not part else None


def _taken(part: ast.AST) -> ast.AST:
    """What is taken, without the objects in its indices: layers that split an output have their own."""
    if isinstance(part, ast.Subscript):
        return rebuilt(part, lambda below: _taken(below) if below is part.value else _index(below))
    return rebuilt(part, _taken)


def _index(node: ast.AST) -> ast.AST:
    """``:latents`` for ``:self.latents``; ``...`` and ``:`` before the last axis are one."""
    match node:
        case ast.Attribute(attr=name):
            return ast.Name(name)
        case ast.Constant(value=value) if value is ...:
            return ast.Slice()
    return rebuilt(node, _index)


def _led_on(before: Sequence[FlowStatement], step: FlowStatement, name: str, root: SourceFunction) -> Root:
    """The origin of what a statement gives a name."""
    match step.node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value) if name in (
            names := [text_of_name(target) for target in targets]
        ):
            index = names.index(name)
            if isinstance(value, ast.Name):
                return origin(before, f"{value.id}[{index}]", root)
            if isinstance(value, ast.Call) and (whole := _split(value)):
                path, line, column, at = origin(before, whole, root)
                return path, line, column, f"{at}.split[{index}]"
        case ast.Assign(value=ast.Name(id=other)) if other != name:
            return origin(before, other, root)
        case ast.Assign(value=ast.Subscript(value=ast.Name()) as part):
            return origin(before, text_of_name(part), root)
    place = (step.function.module.path, step.node.lineno, step.node.col_offset)
    return (*place, step.spelled.get(name, name)) if step.is_written else (*place[:2], 0, name)


def _split(call: ast.Call) -> str | None:
    """What a call splits into parts: h for ``h.chunk(2, -1)`` and ``tf.split(h, 2)``."""
    if called(call) not in _SPLITS:
        return None
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    of = owner if owner is not None and not is_module(owner) else call.args[0] if call.args else None
    return of.id if isinstance(of, ast.Name) else None
