"""The statements of a flow as they are recorded, with what is found among them."""

from __future__ import annotations

import ast

from klcli.formula.read.ast_parts import text_of_name
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.frames import Frame
from klcli.lint.flow.sinks import sinks_in
from klcli.lint.flow.slicing import excerpt
from klcli.lint.flow.state import State
from klcli.lint.flow.values_with_parts import Structure, normal, structure_of
from klcli.lint.project.classes import class_of
from klcli.values import replace


def record(state: State, node: ast.stmt, frame: Frame) -> None:
    """Add a statement.

    Args:
        state: of the flow, which keeps the terms.
        node: the statement.
        frame: of the function that it stands in, to whose steps it is added.
    """
    step = frame.step(node)
    offer(state, step, frame)
    frame.steps.append(step)


def offer(state: State, step: FlowStatement, frame: Frame) -> None:
    """Keep what a statement minimises, and itself if it may be a term.

    Args:
        state: of the flow, which keeps both.
        step: the statement.
        frame: with the statements before it.
    """
    if not step.is_untaped:  # what is computed without gradients is one to be compared
        state.sinks += sinks_in(step.node, step.function, frame.steps)
    if found := excerpt(step, frame.steps, len(frame.steps), state.root):
        state.excerpts.append(found)


def assign(state: State, statement: ast.stmt, target: ast.expr, value: ast.expr, frame: Frame) -> None:
    """Give a name of the flow a value.

    Args:
        state: of the flow, which keeps what the value is known to be.
        statement: where it stands.
        target: the name, in the names of the flow.
        value: an expression in those names.
        frame: of the function that it stands in.
    """
    name = text_of_name(target)
    node = ast.copy_location(ast.Assign([target], value), statement)
    record(state, node, frame)
    made = state.known.distribution(value) or state.known.structure(value)
    state.known.structures.pop(name, None)
    state.known.entries.pop(name, None)
    if entry := state.known.entry(value):
        state.known.entries[name] = entry
    if made is not None and isinstance(value, ast.Name | ast.Attribute):
        state.known.structures[name] = made
    elif made is not None:
        state.known.structures[name] = _with_kept_parts(state, made, frame)
    if isinstance(value, ast.Call) and (kind := class_of(value, frame.scope)):
        state.known.classes[name] = kind


def kept(state: State, value: ast.expr, wish: str, frame: Frame) -> ast.expr:
    """A name that keeps the value of an expression; the expression itself if it is a number or a name.

    Args:
        state: of the flow.
        value: an expression in the names of the flow.
        wish: how the name begins.
        frame: to whose steps the statement that gives it the value is added.
    """
    if isinstance(value, ast.Constant | ast.Lambda) or structure_of(value) is not None:
        return value
    if isinstance(value, ast.Name):
        return value
    name = state.known.fresh(wish)
    if (made := state.known.structure(value)) is not None:
        state.known.structures[name] = made
    node = ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), value)], value)
    frame.steps.append(frame.step(ast.copy_location(node, value)))
    return ast.copy_location(ast.Name(name, ast.Load()), value)


def _with_kept_parts(state: State, made: Structure, frame: Frame) -> Structure:
    """The parts of a value under names of their own, which keep what they are now."""
    if made.is_normal:
        mean = kept(state, made.parts[".loc"], "loc", frame)
        scale = kept(state, made.parts[".scale"], "scale", frame)
        found = normal(ast.Call(ast.Name("Normal", ast.Load()), [mean, scale], []))
        return replace(found or made, is_summed=made.is_summed)
    return Structure({key: kept(state, entry, "part", frame) for key, entry in made.parts.items()})
