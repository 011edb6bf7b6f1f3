"""Where the names of a flow get their values."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import text_of_name
from klcli.formula.read.callee import called, is_module
from klcli.lazy_regex import regex
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.project.definitions import SourceFunction

_SPLITS = ("chunk", "split", "tensor_split", "unbind", "unstack")
_PART = regex(r"(?P<whole>[^\W\d]\w*)(?P<part>[.\[].*)")
"""A name, and what is taken of its value: an attribute, an item."""
_OWNER = regex(r"\b[^\W\d]\w*\.(?=[^\W\d])")
"""An object before one of its attributes: layers that split an output have objects of their own."""

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
    if found := _PART.fullmatch(name):
        path, line, column, whole = origin(before, found["whole"], root)
        return path, line, column, whole + _OWNER.sub("", found["part"]).replace("...", ":")
    return (root.module.path, 0, 0, f"{root.name}:{name}")


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
