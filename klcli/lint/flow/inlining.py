"""Calls of a flow: what a function of the project computes, put before the statement that calls it."""

from __future__ import annotations

import ast
from functools import lru_cache

from klcli.formula.read.ast_parts import text_of_name, walked
from klcli.lint.flow.arguments import arguments
from klcli.lint.flow.assignments import assign, kept
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.frames import Frame, libraries, local_names, own_name
from klcli.lint.flow.state import State
from klcli.lint.flow.values_with_parts import annotated, structure_of
from klcli.lint.project.call_targets import Callee, target
from klcli.lint.project.classes import class_of
from klcli.lint.project.definitions import SourceFunction, lambda_of
from klcli.lint.project.scoping import Scope

DEEPEST = 4
"""Calls within calls that are followed."""
_MOST_STATEMENTS = 80
"""Statements of a function that is followed; longer ones are programs of their own."""

_REMEMBERED = 256
"""Functions of which it is remembered whether they are generators."""


def followed(state: State, source: ast.Call, frame: Frame) -> Callee | None:
    """The function that a call is followed into, if it is.

    Args:
        state: of the flow, with the functions that it is in.
        source: the call as it is written.
        frame: of the function that it stands in.
    """
    if frame.depth >= DEEPEST:
        return None
    if state.is_relevant is None and not _calls_own(source, frame):
        return None
    where = target(source, frame.scope)
    if where is None or where.function in state.stack or not _is_followed_into(state, where.function):
        return None
    return where


def _is_followed_into(state: State, function: SourceFunction) -> bool:
    if _is_abbreviation(function):
        return True
    return (
        state.is_relevant is not None
        and len(function.body) <= _MOST_STATEMENTS
        and state.is_relevant(function)
        and not _is_generator(function)
    )


def inlined(state: State, where: Callee, node: ast.Call, frame: Frame) -> ast.expr:
    """What a call of a function gives back, its statements put before.

    Args:
        state: of the flow.
        where: the function that is called, with its owner and arguments.
        node: the call, in the names of the flow.
        frame: of the function that it stands in.
    """
    inner = enter(state, where.function, where.owner, frame)
    here = node.lineno, node.col_offset
    parts = state.unpacked[2] if state.unpacked and state.unpacked[:2] == here else 0
    given = arguments(where, node.keywords, inner.scope.own)
    if given is None:
        return node
    for name, value in given.items():
        if name in inner.names:
            _give(state, inner, name, value, node, frame)
    state.stack.append(where.function)
    state.follow(state, where.function.body, inner, False)
    state.stack.pop()
    if not inner.returns:
        return node
    return _result(state, _returned(state, inner, parts), where.function, inner)


def _returned(state: State, inner: Frame, parts: int) -> ast.expr:
    """What a function gives back after all branches, or in the one with a normal distribution.

    Where it is unpacked into parts, it is as long a tuple, if there is one.
    """
    tuples = [one for one in inner.returns if isinstance(one.value, ast.Tuple)]
    fitting = [one for one in tuples if len(getattr(one.value, "elts", ())) == parts]
    always = [one for one in inner.returns if not one.sometimes]
    if always and not (fitting and always[-1] not in fitting):
        return always[-1].value
    normal = [one for one in inner.returns if one.structure and one.structure.is_normal]
    chosen = [*fitting, *normal, *inner.returns][0]
    known = set(map(id, inner.steps))
    inner.steps.extend(step for step in chosen.steps if id(step) not in known)
    if chosen.structure and isinstance(chosen.value, ast.Name | ast.Attribute):
        state.known.structures[text_of_name(chosen.value)] = chosen.structure
    state.known.structures |= chosen.entries
    return chosen.value


def _result(state: State, value: ast.expr, function: SourceFunction, inner: Frame) -> ast.expr:
    """What was given back, its parts by names that keep them."""
    if isinstance(value, ast.Name | ast.Constant):
        return value
    wish = f"{function.name.rpartition('.')[2].strip('_<>') or 'value'}_value"
    if isinstance(value, ast.Tuple):
        entries = [_result(state, entry, function, inner) for entry in value.elts]
        return ast.copy_location(ast.Tuple(entries, ast.Load()), value)
    if structure_of(value) is not None:
        name = state.known.fresh(wish)
        target = ast.copy_location(ast.Name(name, ast.Store()), value)
        assign(state, ast.copy_location(ast.Expr(value), value), target, value, inner)
        return ast.copy_location(ast.Name(name, ast.Load()), value)
    step = FlowStatement(ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], value), value), function)
    # What is computed in another function is found there, and would have no place in this one.
    if step.is_opaque and not any(isinstance(node, ast.BinOp) for node in walked(value)):
        return value
    return kept(state, value, wish, inner)


def enter(state: State, function: SourceFunction, owner: ast.expr | None, frame: Frame) -> Frame:
    """The frame of a function that is called, with names that nothing else has.

    Args:
        state: of the flow.
        function: that is called.
        owner: the object that it is a method of, in the names of the flow; None for a plain function.
        frame: of the function that calls it.
    """
    local = local_names(function)
    own = own_name(function)
    names = {name: state.known.fresh(name) for name in sorted(local - {own} if owner is not None else local)}
    names |= libraries(state.project.of(function.module), state.project)
    scope = Scope(function, state.project, own, local, state.known.classes)
    inner = Frame(scope, names, owner if own else None, frame.depth + 1, frame.steps)
    inner.is_untaped = frame.is_untaped or function.is_untaped
    annotate(state, inner)
    if owner is not None and own and (kind := class_of(owner, frame.scope)):
        state.known.classes.setdefault(text_of_name(owner) if not isinstance(owner, ast.Call) else "", kind)
    elif owner is not None and own and function.owner:
        state.known.classes.setdefault(text_of_name(owner), function.owner)
    if isinstance(owner, ast.Call):
        name = state.known.fresh(own or "made")
        inner.owner = ast.copy_location(ast.Name(name, ast.Load()), owner)
        if function.owner:
            state.known.classes[name] = function.owner
    return inner


def annotate(state: State, frame: Frame) -> None:
    """What annotations say of parameters, and that ``other`` is an object of the same class."""
    function = frame.function
    if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for entry in function.node.args.args:
        name = frame.names.get(entry.arg, entry.arg)
        value = ast.copy_location(ast.Name(name, ast.Load()), function.node)
        if entry.arg == "other" and function.owner:
            state.known.classes[name] = function.owner
        elif isinstance(entry.annotation, ast.Name):
            if kind := class_of(ast.Call(entry.annotation, [], []), frame.scope):
                state.known.classes[name] = kind
            elif found := annotated(value, entry.annotation.id):
                state.known.structures[name] = found


def _give(state: State, inner: Frame, name: str, value: ast.expr, node: ast.Call, frame: Frame) -> None:
    """Give a parameter its value."""
    if isinstance(value, ast.Lambda):
        inner.scope.lambdas[name] = lambda_of(value, frame.function, name)
        return
    target = ast.copy_location(ast.Name(inner.names[name], ast.Store()), node)
    given = ast.copy_location(ast.Assign([target], value), node)
    step = FlowStatement(given, frame.function, inner.spelled, is_written=False, is_untaped=frame.is_untaped)
    frame.steps.append(step)
    if (structure := state.known.structure(value)) is not None:
        state.known.structures[inner.names[name]] = structure
    if isinstance(value, ast.Name | ast.Attribute) and (kind := class_of(value, frame.scope)):
        state.known.classes[inner.names[name]] = kind


def _calls_own(source: ast.Call, frame: Frame) -> bool:
    """Whether a function of the same file is called, which is no method."""
    return isinstance(source.func, ast.Name) and source.func.id in frame.scope.here.by_name


def _is_abbreviation(function: SourceFunction) -> bool:
    """Whether a function, which is no method, just gives another name to an expression."""
    match function.body:
        case [ast.Return(value=ast.Call() | ast.BinOp())]:
            return function.owner is None
    return False


@lru_cache(maxsize=_REMEMBERED)
def _is_generator(function: SourceFunction) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for line in function.body for node in walked(line))
