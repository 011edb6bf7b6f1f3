"""The statements of a flow as they are written down, with what is found among them."""

from __future__ import annotations

import ast

from klcli.lint.flow.excerpts import Excerpt, excerpt
from klcli.lint.flow.frames import Frame
from klcli.lint.flow.knowledge import Knowledge
from klcli.lint.flow.nodes import text_of_name
from klcli.lint.flow.sinks import Sink, sinks_in
from klcli.lint.flow.steps import Step
from klcli.lint.flow.structures import Structure, normal, structure_of
from klcli.lint.project.classes import class_of
from klcli.lint.project.definitions import Function
from klcli.values import replace

__all__ = ["Trace"]


class Trace:
    """Writes statements down.

    Attributes:
        excerpts: the expressions that may be terms.
        sinks: what is minimised.
        known: what is known of names.
    """

    def __init__(self, root: Function) -> None:
        """A flow that begins with a function."""
        self.excerpts: list[Excerpt] = []
        self.sinks: list[Sink] = []
        self.known = Knowledge()
        self._root = root

    def append(self, node: ast.stmt, frame: Frame) -> None:
        """Add a statement."""
        step = Step(node, frame.function, frame.spelled)
        self.offer(step, frame)
        frame.steps.append(step)

    def offer(self, step: Step, frame: Frame) -> None:
        """Keep what a statement minimises, and itself if it may be a term."""
        self.sinks += sinks_in(step.node, step.function, frame.steps)
        if found := excerpt(step, frame.steps, len(frame.steps), self._root):
            self.excerpts.append(found)

    def put(self, statement: ast.stmt, target: ast.expr, value: ast.expr, frame: Frame) -> None:
        """Give a name of the flow a value."""
        name = text_of_name(target)
        node = ast.copy_location(ast.Assign([target], value), statement)
        self.append(node, frame)
        made = self.known.distribution(value) or self.known.structure(value)
        self.known.structures.pop(name, None)
        self.known.entries.pop(name, None)
        if entry := self.known.entry(value):
            self.known.entries[name] = entry
        if made is not None and isinstance(value, ast.Name | ast.Attribute):
            self.known.structures[name] = made
        elif made is not None:
            self.known.structures[name] = self._followed(made, frame, statement)
        if isinstance(value, ast.Call) and (kind := class_of(value, frame.scope)):
            self.known.classes[name] = kind

    def held(self, value: ast.expr, wish: str, frame: Frame, at: ast.stmt) -> ast.expr:
        """A name that keeps the value of an expression; the expression itself if it is a number or a name."""
        if isinstance(value, ast.Constant | ast.Lambda) or structure_of(value) is not None:
            return value
        if isinstance(value, ast.Name):
            return value
        name = self.known.fresh(wish)
        node = ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), value)], value)
        frame.steps.append(Step(ast.copy_location(node, value), frame.function, frame.spelled))
        return ast.copy_location(ast.Name(name, ast.Load()), value)

    def _followed(self, made: Structure, frame: Frame, at: ast.stmt) -> Structure:
        """The parts of a value under names of their own, which keep what they are now."""
        if made.is_normal:
            mean = self.held(made.parts[".loc"], "loc", frame, at)
            scale = self.held(made.parts[".scale"], "scale", frame, at)
            found = normal(ast.Call(ast.Name("Normal", ast.Load()), [mean, scale], []))
            return replace(found or made, is_summed=made.is_summed)
        return Structure({key: self.held(entry, "part", frame, at) for key, entry in made.parts.items()})
