"""Data flow: a function with all that it calls in the project, as one sequence of statements.

Assignments are followed in their order. What a branch or a loop assigns is not known after it, and a name
that is not known is a symbol of the formula. A call of a function of the project is replaced by what the
function computes; the names in it get others where they would be taken for those of the caller.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.lint.flow.arguments import beginning
from klcli.lint.flow.branches import agreed, assigned, blocks, born, is_complete, untouched
from klcli.lint.flow.excerpts import Excerpt
from klcli.lint.flow.expressions import Expressions
from klcli.lint.flow.frames import Frame, Returned, all_names, libraries, local_names, own_name
from klcli.lint.flow.nodes import names_in, stored, text_of_name
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.steps import Step, forgotten
from klcli.lint.flow.structures import Structure, structure_of
from klcli.lint.project.definitions import Function, lambda_of
from klcli.lint.project.files import Project
from klcli.lint.project.scoping import Scope
from klcli.values import dataclass

__all__ = ["Flow", "flow"]

_MOST_STEPS = 2500


@dataclass(frozen=True, slots=True)
class Flow:
    """A function with all that it calls.

    Attributes:
        excerpts: the expressions that may be terms.
        sinks: what is minimised.
    """

    excerpts: Sequence[Excerpt]
    sinks: Sequence[Sink]


def flow(function: Function, project: Project, is_relevant: Callable[[Function], bool] | None = None) -> Flow:
    """Every expression of a function, and of what it calls, that may be a term, with what it depends on.

    Args:
        function: where to begin.
        project: the files around it.
        is_relevant: whether a function that is called is worth following; None to follow none but
            abbreviations.
    """
    found = _Statements(function, project, is_relevant)
    found.follow()
    return Flow(found.excerpts, found.sinks)


class _Statements(Expressions):
    """Follows statements in their order."""

    def __init__(
        self, root: Function, project: Project, is_relevant: Callable[[Function], bool] | None
    ) -> None:
        super().__init__(root, project, is_relevant)
        self._left = _MOST_STEPS

    def follow(self) -> None:
        """Follow the function with which the flow begins."""
        function = self._root
        self.known.take(all_names(function))
        local = local_names(function)
        scope = Scope(function, self.project, own_name(function), local, self.known.classes)
        steps = beginning(function, self.project, local)
        names = libraries(self.project.of(function.module), self.project)
        names |= {name: self.known.fresh(name) for name in UNIT_NOISE if name in local}
        frame = Frame(scope, names, None, 0, steps)
        self.annotate(frame)
        self.block(function.body, frame, False)

    def block(self, body: Sequence[ast.stmt], frame: Frame, sometimes: bool) -> None:
        for statement in body:
            if self._left <= 0:
                return
            self._left -= 1
            match statement:
                case ast.With(items=items, body=inside) | ast.AsyncWith(items=items, body=inside):
                    for item in items:
                        if item.optional_vars is not None:
                            self._forget(stored(item.optional_vars), frame)
                    self.block(inside, frame, sometimes)
                case ast.Try(body=inside, handlers=handlers, orelse=orelse, finalbody=last):
                    for handler in handlers:
                        self.block(handler.body, frame.branch(), True)
                    self.block([*inside, *orelse, *last], frame, sometimes)
                case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
                    self._branches(statement, frame)
                case ast.Return(value=ast.expr() as value):
                    self._return(statement, value, frame, sometimes)
                case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr():
                    self._simple(statement, frame)
                case ast.Delete() | ast.Raise() | ast.Assert() | ast.Pass():
                    pass

    def _branches(self, statement: ast.stmt, frame: Frame) -> None:
        """Branches and loops, each followed by itself; what they assign is not known afterwards.

        It is where all branches assign the same; and of normal distributions, those of the last branch that
        makes any: what is said of them holds where that one is taken.
        """
        if isinstance(statement, ast.For | ast.AsyncFor):
            self._forget(stored(statement.target), frame)
            self.known.bind(frame.renamed(statement.target), self.translated(statement.iter, frame))
        kept, pulled = dict(self.known.structures), frozenset(self._pulled)
        stale = assigned(statement)
        taken: tuple[Frame, set[str], dict[str, Structure]] | None = None
        for block in blocks(statement):
            branch, fresh = frame.branch(), born(statement, block, frame.function)
            self.block(block, branch, True)
            made, self.known.structures = self.known.structures, kept
            self._pulled = set(pulled)  # what a branch looked up is not known in the next one
            if fresh:
                stale -= fresh
                self._keep(branch, fresh, stale, made, frame)
            kept = dict(self.known.structures)
            normal = {name for name in stale if (one := made.get(_in_flow(name, frame))) and one.is_normal}
            taken = (branch, normal, made) if normal else taken
        if taken and is_complete(statement):
            branch, normal, made = taken
            stale -= normal
            self._keep(branch, normal, stale, made, frame)
        same = agreed(statement)
        self._forget(stale - same.keys(), frame)
        for node in same.values():
            self._simple(node, frame)

    def _keep(
        self, branch: Frame, fresh: set[str], stale: set[str], made: Mapping[str, Structure], frame: Frame
    ) -> None:
        """Keep what the only branch in which names get values gave them."""
        known = set(map(id, frame.steps))
        steps = (step for step in branch.steps if id(step) not in known)
        kept = list(untouched(steps, {_in_flow(name, frame) for name in stale}))
        frame.steps.extend(kept)
        targets = {target for step in kept for target in step.targets}
        for name in {_in_flow(name, frame) for name in fresh} & targets & made.keys():
            self.known.structures[name] = made[name]

    def _forget(self, names: set[str], frame: Frame) -> None:
        for name in sorted(names):
            renamed = _in_flow(name, frame)
            self.known.structures.pop(renamed, None)
            if renamed.isidentifier() or "." in name:
                frame.steps.append(forgotten(renamed, frame.function))

    def _return(self, statement: ast.Return, value: ast.expr, frame: Frame, sometimes: bool) -> None:
        found = self.translated(value, frame)
        step = Step(ast.copy_location(ast.Return(found), statement), frame.function, frame.spelled)
        self.offer(step, frame)
        names = map(text_of_name, found.elts) if isinstance(found, ast.Tuple) else ()
        entries = {name: one for name in names if (one := self.known.structures.get(name))}
        frame.returns.append(Returned(found, sometimes, frame.steps, self.known.structure(found), entries))

    def _simple(
        self,
        statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr,
        frame: Frame,
    ) -> None:
        if statement.value is None:
            return
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
            self._name_lambda(statement, frame)
            return
        self.unpacked = _unpacked(statement)
        value = self.translated(statement.value, frame)
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
                self._unpack(statement, targets, value, frame)
            case ast.Assign(targets=targets):
                for target in targets:
                    self.put(statement, frame.renamed(target), value, frame)
            case ast.AnnAssign(target=target):
                self.put(statement, frame.renamed(target), value, frame)
            case ast.AugAssign(target=target, op=operator):
                renamed = frame.renamed(target)
                assert isinstance(renamed, ast.Name | ast.Attribute | ast.Subscript)
                node = ast.copy_location(ast.AugAssign(renamed, operator, value), statement)
                self.known.structures.pop(text_of_name(renamed), None)
                self.append(node, frame)
            case ast.Expr():
                self.append(ast.copy_location(ast.Expr(value), statement), frame)
                self.known.appended(value)

    def _unpack(
        self,
        statement: ast.Assign,
        targets: list[ast.expr],
        value: ast.expr,
        frame: Frame,
    ) -> None:
        """``a, b = value``: one assignment for each name where the parts are known."""
        found = structure_of(value)
        if found is None and isinstance(value, ast.Name | ast.Attribute):
            found = self.known.structures.get(text_of_name(value))
        parts = [found.parts.get(f"[{number}]") for number in range(len(targets))] if found else []
        renamed = [frame.renamed(target) for target in targets]
        if parts and None not in parts and len(found.parts if found else ()) == len(targets):
            known = [entry for entry in parts if entry is not None]
            for target, entry in zip(renamed, self._steady(known, renamed, frame, statement), strict=True):
                self.put(statement, target, entry, frame)
            return
        for target in renamed:
            for name in stored(target):
                self.known.structures.pop(name, None)
        names = ast.copy_location(ast.Tuple(renamed, ast.Store()), statement)
        self.append(ast.copy_location(ast.Assign([names], value), statement), frame)

    def _steady(
        self, parts: list[ast.expr], targets: list[ast.expr], frame: Frame, at: ast.stmt
    ) -> list[ast.expr]:
        """The parts, by other names where an assignment before would change one."""
        changed: set[str] = set()
        found = []
        for entry, name in zip(parts, targets, strict=True):
            if not changed.isdisjoint(names_in(entry)):
                entry = self.held(entry, "held", frame, at)
            found.append(entry)
            changed |= stored(name)
        return found

    def _name_lambda(self, statement: ast.Assign, frame: Frame) -> None:
        for entry in statement.targets:
            if isinstance(entry, ast.Name) and isinstance(statement.value, ast.Lambda):
                frame.scope.lambdas[entry.id] = lambda_of(statement.value, frame.function, entry.id)


def _unpacked(statement: ast.stmt) -> tuple[int, int, int] | None:
    """The place of a call that is unpacked, and into how many names."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
            return call.lineno, call.col_offset, len(targets)
    return None


def _in_flow(name: str, frame: Frame) -> str:
    """What a name of the source is in the flow."""
    root, point, rest = name.partition(".")
    return frame.names.get(root, root) + point + rest
