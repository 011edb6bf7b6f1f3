"""The values that names have when a function begins: arguments, defaults, and what stands around it."""

from __future__ import annotations

import ast
import math
from collections import Counter
from functools import lru_cache

from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.syntax_names import LATER, stored
from klcli.lint.project.call_targets import Callee
from klcli.lint.project.definitions import FunctionNode, SourceFunction, is_number, parameters
from klcli.lint.project.files import Project
from klcli.names.noise import NOISE_SCALE

_TINY = 1e-2
"""A default below it, as 1e-8, keeps a logarithm going and changes nothing else."""


def arguments(where: Callee, keywords: list[ast.keyword], own: str) -> dict[str, ast.expr] | None:
    """The value of each parameter in a call; None where it cannot be said.

    Args:
        where: what is called.
        keywords: the arguments by name.
        own: the name of a method's object, which is given by itself; or empty.
    """
    function = where.function
    if function.node is None or any(isinstance(entry, ast.Starred) for entry in where.arguments):
        return None
    wanted = parameters(function.node)
    if own:
        wanted = wanted[1:]
    if len(where.arguments) > len(wanted) and not function.node.args.vararg:
        return None
    given = dict(zip(wanted, where.arguments, strict=False))
    given |= {entry.arg: entry.value for entry in keywords if entry.arg}
    for name, value in _defaults(function.node).items():
        given.setdefault(name, value)
    return given


def beginning(function: SourceFunction, project: Project, local: frozenset[str]) -> list[FlowStatement]:
    """What is known when a function is followed by itself: numbers of modules, names around it, defaults.

    Args:
        function: the function.
        project: the files around it.
        local: the names that it gives values.
    """
    numbers = project.numbers(project.of(function.module))
    found = [_given(name, value, function) for name, value in numbers]
    found += _closure(function, local)
    if function.node is not None:
        found += [_given(name, value, function) for name, value in _defaults(function.node).items()]
    return found


def _defaults(node: FunctionNode) -> dict[str, ast.expr]:
    """The default values of parameters that change nothing: factors of 1, offsets of 0, tiny numbers.

    Others are weights that callers choose, such as a temperature; but the scale of the noise has no choice.
    """
    names = parameters(node)
    found = list(zip(names[::-1], node.args.defaults[::-1], strict=False))
    found += [
        (one.arg, value)
        for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if value
    ]
    return {
        name: value
        for name, value in found
        if _is_neutral(value) or (is_number(value) and NOISE_SCALE.says(name))
    }


def _given(name: str, value: ast.expr, function: SourceFunction) -> FlowStatement:
    """A parameter with its default value."""
    target = ast.copy_location(ast.Name(name, ast.Store()), value)
    node = ast.copy_location(ast.Assign([target], value), value)
    return FlowStatement(node, function, is_written=False)


def _is_neutral(value: ast.expr) -> bool:
    number = value.value if is_number(value) else math.nan
    assert isinstance(number, int | float)
    return number == 1 or 0 <= number < _TINY


def _closure(function: SourceFunction, local: frozenset[str]) -> list[FlowStatement]:
    """What the functions around gave names that are used here and assigned once."""
    found: list[FlowStatement] = []
    outer = function.outer
    while outer is not None:
        given = (
            [_given(name, value, outer) for name, value in _defaults(outer.node).items()]
            if outer.node
            else []
        )
        steps = (*given, *_set_once(outer))
        found = [*(step for step in steps if step.targets.isdisjoint(local)), *found]
        outer = outer.outer
    return found


# Functions that are looked at by turns while one file is read.
@lru_cache(maxsize=64)
def _set_once(function: SourceFunction) -> tuple[FlowStatement, ...]:
    """The statements of a function's first level that give a name its only value."""
    counts = Counter(name for line in function.body if not isinstance(line, LATER) for name in stored(line))
    found = []
    for line in function.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if counts[name] == 1:
                if not isinstance(value, ast.Lambda):
                    found.append(FlowStatement(line, function))
    return tuple(found)
