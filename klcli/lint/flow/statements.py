"""Data flow: a function with all that it calls in the project, as one sequence of statements.

Assignments are followed in their order. What a branch or a loop assigns is not known after it, and a name
that is not known is a symbol of the formula. A call of a function of the project is replaced by what the
function computes; the names in it get others where they would be taken for those of the caller.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from klcli.formula.read.ast_parts import text_of_name
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.lint.flow.arguments import beginning
from klcli.lint.flow.assignments import assign, kept, offer, record
from klcli.lint.flow.branches import assigned, blocks, is_complete, only_set_in, set_alike, still_valid
from klcli.lint.flow.expressions import translated
from klcli.lint.flow.flow_step import FlowStatement, behind_loop, forgotten
from klcli.lint.flow.frames import Frame, Returned, all_names, libraries, local_names, own_name
from klcli.lint.flow.inlining import annotate
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.state import State
from klcli.lint.flow.syntax_names import names_in, stored
from klcli.lint.flow.values_with_parts import Structure, structure_of
from klcli.lint.project.definitions import SourceFunction, lambda_of
from klcli.lint.project.files import Project
from klcli.lint.project.scoping import Scope
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """A function with all that it calls.

    Attributes:
        excerpts: the expressions that may be terms.
        sinks: what is minimised.
    """

    excerpts: Sequence[CodeExcerpt]
    sinks: Sequence[Sink]


def flow(
    function: SourceFunction, project: Project, is_relevant: Callable[[SourceFunction], bool] | None = None
) -> Flow:
    """Every expression of a function, and of what it calls, that may be a term, with what it depends on.

    Args:
        function: where to begin.
        project: the files around it.
        is_relevant: whether a function that is called is worth following; None to follow none but
            abbreviations.
    """
    state = State(function, project, is_relevant, _follow)
    _begin(state)
    return Flow(state.excerpts, state.sinks)


def _begin(state: State) -> None:
    """Follow the function with which the flow begins."""
    function = state.root
    state.stack.append(function)
    state.known.take(all_names(function))
    local = local_names(function)
    scope = Scope(function, state.project, own_name(function), local, state.known.classes)
    steps = beginning(function, state.project, local)
    names = libraries(state.project.of(function.module), state.project)
    names |= {name: state.known.fresh(name) for name in UNIT_NOISE if name in local}
    frame = Frame(scope, names, None, 0, steps, is_untaped=function.is_untaped)
    annotate(state, frame)
    _follow(state, function.body, frame, False)


def _follow(state: State, body: Sequence[ast.stmt], frame: Frame, sometimes: bool) -> None:
    """Follow statements in their order."""
    for statement in body:
        if state.left <= 0:
            return
        state.left -= 1
        match statement:
            case ast.With(items=items, body=inside) | ast.AsyncWith(items=items, body=inside):
                for item in items:
                    if item.optional_vars is not None:
                        _forget(state, stored(item.optional_vars), frame)
                _follow(state, inside, frame.within(items), sometimes)
            case ast.Try(body=inside, handlers=handlers, orelse=orelse, finalbody=last):
                for handler in handlers:
                    _follow(state, handler.body, frame.branch(), True)
                _follow(state, [*inside, *orelse, *last], frame, sometimes)
            case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
                _branches(state, statement, frame)
            case ast.Return(value=ast.expr() as value):
                _return(state, statement, value, frame, sometimes)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr():
                _simple(state, statement, frame)
            case ast.Delete() | ast.Raise() | ast.Assert() | ast.Pass():
                pass


def _branches(state: State, statement: ast.stmt, frame: Frame) -> None:
    """Branches and loops, each followed by itself; what they assign is not known afterwards.

    It is where all branches assign the same; and of normal distributions, those of the last branch that
    makes any: what is said of them holds where that one is taken.
    """
    if isinstance(statement, ast.For | ast.AsyncFor):
        _forget(state, stored(statement.target), frame)
        state.known.bind(frame.renamed(statement.target), translated(state, statement.iter, frame))
    before, pulled = dict(state.known.structures), frozenset(state.pulled)
    stale = set(assigned(statement))
    taken: tuple[Frame, set[str], dict[str, Structure]] | None = None
    loops: list[FlowStatement] = []
    for body in blocks(statement):
        branch, fresh = frame.branch(), only_set_in(statement, body, frame.function)
        count = len(branch.steps)
        _follow(state, body, branch, True)
        if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            loops.append(behind_loop(branch.steps[count:], frame.function))
        made, state.known.structures = state.known.structures, before
        state.pulled = set(pulled)  # what a branch looked up is not known in the next one
        if fresh:
            stale -= fresh
            _keep(state, branch, fresh, stale, made, frame)
        before = dict(state.known.structures)
        normal = {name for name in stale if (one := made.get(_in_flow(name, frame))) and one.is_normal}
        taken = (branch, normal, made) if normal else taken
    if taken and is_complete(statement):
        branch, normal, made = taken
        stale -= normal
        _keep(state, branch, normal, stale, made, frame)
    same = set_alike(statement)
    _forget(state, stale - same.keys(), frame)
    for node in same.values():
        _simple(state, node, frame)
    frame.steps.extend(loops)


def _keep(
    state: State, branch: Frame, fresh: set[str], stale: set[str], made: Mapping[str, Structure], frame: Frame
) -> None:
    """Keep what the only branch in which names get values gave them."""
    known = set(map(id, frame.steps))
    steps = (step for step in branch.steps if id(step) not in known)
    kept = list(still_valid(steps, {_in_flow(name, frame) for name in stale}))
    frame.steps.extend(kept)
    targets = {target for step in kept for target in step.targets}
    for name in {_in_flow(name, frame) for name in fresh} & targets & made.keys():
        state.known.structures[name] = made[name]


def _forget(state: State, names: set[str], frame: Frame) -> None:
    for name in sorted(names):
        renamed = _in_flow(name, frame)
        state.known.structures.pop(renamed, None)
        if renamed.isidentifier() or "." in name:
            frame.steps.append(forgotten(renamed, frame.function))


def _return(state: State, statement: ast.Return, value: ast.expr, frame: Frame, sometimes: bool) -> None:
    found = translated(state, value, frame)
    step = frame.step(ast.copy_location(ast.Return(found), statement))
    offer(state, step, frame)
    names = map(text_of_name, found.elts) if isinstance(found, ast.Tuple) else ()
    entries = {name: one for name in names if (one := state.known.structures.get(name))}
    frame.returns.append(Returned(found, sometimes, frame.steps, state.known.structure(found), entries))


def _simple(
    state: State,
    statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr,
    frame: Frame,
) -> None:
    if statement.value is None:
        return
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
        for entry in statement.targets:
            if isinstance(entry, ast.Name):
                frame.scope.lambdas[entry.id] = lambda_of(statement.value, frame.function, entry.id)
        return
    state.unpacked = _unpacked(statement)
    value = translated(state, statement.value, frame)
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
            _unpack(state, statement, targets, value, frame)
        case ast.Assign(targets=targets):
            for target in targets:
                assign(state, statement, frame.renamed(target), value, frame)
        case ast.AnnAssign(target=target):
            assign(state, statement, frame.renamed(target), value, frame)
        case ast.AugAssign(target=target, op=operator):
            renamed = frame.renamed(target)
            assert isinstance(renamed, ast.Name | ast.Attribute | ast.Subscript)
            node = ast.copy_location(ast.AugAssign(renamed, operator, value), statement)
            state.known.structures.pop(text_of_name(renamed), None)
            record(state, node, frame)
        case ast.Expr():
            record(state, ast.copy_location(ast.Expr(value), statement), frame)
            state.known.appended(value)


def _unpack(
    state: State,
    statement: ast.Assign,
    targets: list[ast.expr],
    value: ast.expr,
    frame: Frame,
) -> None:
    """``a, b = value``: one assignment for each name where the parts are known."""
    found = structure_of(value)
    if found is None and isinstance(value, ast.Name | ast.Attribute):
        found = state.known.structures.get(text_of_name(value))
    parts = [found.parts.get(f"[{number}]") for number in range(len(targets))] if found else []
    renamed = [frame.renamed(target) for target in targets]
    if parts and None not in parts and len(found.parts if found else ()) == len(targets):
        known = [entry for entry in parts if entry is not None]
        for target, entry in zip(renamed, _steady(state, known, renamed, frame), strict=True):
            assign(state, statement, target, entry, frame)
        return
    for target in renamed:
        for name in stored(target):
            state.known.structures.pop(name, None)
    names = ast.copy_location(ast.Tuple(renamed, ast.Store()), statement)
    record(state, ast.copy_location(ast.Assign([names], value), statement), frame)


def _steady(state: State, parts: list[ast.expr], targets: list[ast.expr], frame: Frame) -> list[ast.expr]:
    """The parts, by other names where an assignment before would change one."""
    changed: set[str] = set()
    found = []
    for entry, name in zip(parts, targets, strict=True):
        if not changed.isdisjoint(names_in(entry)):
            entry = kept(state, entry, "held", frame)
        found.append(entry)
        changed |= stored(name)
    return found


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
