"""Calls of a flow: what a function of the project computes, put before the statement that calls it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache

from klcli.lint.flow.arguments import arguments
from klcli.lint.flow.frames import Frame, libraries, local_names, own_name
from klcli.lint.flow.nodes import text_of_name, walked
from klcli.lint.flow.steps import Step
from klcli.lint.flow.structures import annotated, structure_of
from klcli.lint.flow.trace import Trace
from klcli.lint.project.classes import class_of
from klcli.lint.project.definitions import Function, lambda_of
from klcli.lint.project.files import Project
from klcli.lint.project.resolution import Target, target
from klcli.lint.project.scoping import Scope

__all__ = ["DEEPEST", "Inlining"]

DEEPEST = 4
"""Calls within calls that are followed."""
_MOST_STATEMENTS = 80
"""Statements of a function that is followed; longer ones are programs of their own."""


_REMEMBERED = 256
"""Functions of which it is remembered whether they are generators."""


class Inlining(Trace, ABC):
    """Follows calls.

    Attributes:
        project: the files around the function with which the flow begins.
        is_relevant: whether a function that is called is worth following; None to follow none but
                abbreviations.
        stack: the functions that are being followed, the innermost last.
        unpacked: the line and the column of a call that is unpacked, and into how many names.
    """

    def __init__(
        self, root: Function, project: Project, is_relevant: Callable[[Function], bool] | None
    ) -> None:
        """A flow that begins with a function.

        Args:
            root: the function.
            project: the files around it.
            is_relevant: whether a function that is called is worth following; None to follow none but
                abbreviations.
        """
        super().__init__(root)
        self.project = project
        self.is_relevant = is_relevant
        self.stack: list[Function] = [root]
        self.unpacked: tuple[int, int, int] | None = None

    @abstractmethod
    def block(self, body: Sequence[ast.stmt], frame: Frame, sometimes: bool) -> None:
        """Follow statements.

        Args:
            body: the statements.
            frame: the function in which they stand.
            sometimes: whether a branch decides that they are reached.
        """

    def followed(self, source: ast.Call, frame: Frame) -> Target | None:
        """The function that a call is followed into, if it is."""
        if frame.depth >= DEEPEST:
            return None
        if self.is_relevant is None and not _calls_own(source, frame):
            return None
        where = target(source, frame.scope)
        if where is None or where.function in self.stack or not self._is_worth(where.function):
            return None
        return where

    def _is_worth(self, function: Function) -> bool:
        if _is_abbreviation(function):
            return True
        return (
            self.is_relevant is not None
            and len(function.body) <= _MOST_STATEMENTS
            and self.is_relevant(function)
            and not _is_generator(function)
        )

    def inlined(self, where: Target, node: ast.Call, frame: Frame) -> ast.expr:
        """What a call of a function gives back, its statements put before."""
        inner = self.enter(where.function, where.owner, frame)
        here = node.lineno, node.col_offset
        parts = self.unpacked[2] if self.unpacked and self.unpacked[:2] == here else 0
        given = arguments(where, node.keywords, inner.scope.own)
        if given is None:
            return node
        for name, value in given.items():
            if name in inner.names:
                self._give(inner, name, value, node, frame)
        self.stack.append(where.function)
        self.block(where.function.body, inner, False)
        self.stack.pop()
        if not inner.returns:
            return node
        return self._result(self._returned(inner, parts), where.function, inner)

    def _returned(self, inner: Frame, parts: int) -> ast.expr:
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
            self.known.structures[text_of_name(chosen.value)] = chosen.structure
        self.known.structures |= chosen.entries
        return chosen.value

    def _result(self, value: ast.expr, function: Function, inner: Frame) -> ast.expr:
        """What was given back, its parts by names that keep them."""
        if isinstance(value, ast.Name | ast.Constant):
            return value
        wish = f"{function.name.rpartition('.')[2].strip('_<>') or 'value'}_value"
        if isinstance(value, ast.Tuple):
            entries = [self._result(entry, function, inner) for entry in value.elts]
            return ast.copy_location(ast.Tuple(entries, ast.Load()), value)
        if structure_of(value) is not None:
            name = self.known.fresh(wish)
            target = ast.copy_location(ast.Name(name, ast.Store()), value)
            self.put(ast.copy_location(ast.Expr(value), value), target, value, inner)
            return ast.copy_location(ast.Name(name, ast.Load()), value)
        step = Step(ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], value), value), function)
        # What is computed in another function is found there, and would have no place in this one.
        if step.is_opaque and not any(isinstance(node, ast.BinOp) for node in walked(value)):
            return value
        return self.held(value, wish, inner, ast.Expr(value))

    def enter(self, function: Function, owner: ast.expr | None, frame: Frame) -> Frame:
        """The frame of a function that is called, with names that nothing else has."""
        local = local_names(function)
        own = own_name(function)
        names = {
            name: self.known.fresh(name) for name in sorted(local - {own} if owner is not None else local)
        }
        names |= libraries(self.project.of(function.module), self.project)
        scope = Scope(function, self.project, own, local, self.known.classes)
        inner = Frame(scope, names, owner if own else None, frame.depth + 1, frame.steps)
        self.annotate(inner)
        if owner is not None and own and (kind := class_of(owner, frame.scope)):
            self.known.classes.setdefault(
                text_of_name(owner) if not isinstance(owner, ast.Call) else "", kind
            )
        elif owner is not None and own and function.owner:
            self.known.classes.setdefault(text_of_name(owner), function.owner)
        if isinstance(owner, ast.Call):
            name = self.known.fresh(own or "made")
            inner.owner = ast.copy_location(ast.Name(name, ast.Load()), owner)
            if function.owner:
                self.known.classes[name] = function.owner
        return inner

    def annotate(self, frame: Frame) -> None:
        """What annotations say of parameters, and that ``other`` is an object of the same class."""
        function = frame.function
        if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        for entry in function.node.args.args:
            name = frame.names.get(entry.arg, entry.arg)
            value = ast.copy_location(ast.Name(name, ast.Load()), function.node)
            if entry.arg == "other" and function.owner:
                self.known.classes[name] = function.owner
            elif isinstance(entry.annotation, ast.Name):
                if kind := class_of(ast.Call(entry.annotation, [], []), frame.scope):
                    self.known.classes[name] = kind
                elif found := annotated(value, entry.annotation.id):
                    self.known.structures[name] = found

    def _give(self, inner: Frame, name: str, value: ast.expr, node: ast.Call, frame: Frame) -> None:
        """Give a parameter its value."""
        if isinstance(value, ast.Lambda):
            inner.scope.lambdas[name] = lambda_of(value, frame.function, name)
            return
        target = ast.copy_location(ast.Name(inner.names[name], ast.Store()), node)
        given = ast.copy_location(ast.Assign([target], value), node)
        frame.steps.append(Step(given, frame.function, inner.spelled, is_written=False))
        if (structure := self.known.structure(value)) is not None:
            self.known.structures[inner.names[name]] = structure
        if isinstance(value, ast.Name | ast.Attribute) and (kind := class_of(value, frame.scope)):
            self.known.classes[inner.names[name]] = kind


def _calls_own(source: ast.Call, frame: Frame) -> bool:
    """Whether a function of the same file is called, which is no method."""
    return isinstance(source.func, ast.Name) and source.func.id in frame.scope.here.by_name


def _is_abbreviation(function: Function) -> bool:
    """Whether a function, which is no method, just gives another name to an expression."""
    match function.body:
        case [ast.Return(value=ast.Call() | ast.BinOp())]:
            return function.owner is None
    return False


@lru_cache(maxsize=_REMEMBERED)
def _is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for line in function.body for node in walked(line))
