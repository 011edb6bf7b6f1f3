"""Data flow: a function with all that it calls in the project, as one sequence of statements.

Assignments are followed in their order. What a branch or a loop assigns is not known after it, and a name
that is not known is a symbol of the formula. A call of a function of the project is replaced by what the
function computes; the names in it get others where they would be taken for those of the caller.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from klcli.formula.calls import is_readable, viewed
from klcli.formula.vocabulary import MODULES, NOISE
from klcli.lint import densities
from klcli.lint.definitions import (
    Class,
    Definitions,
    Function,
    FunctionNode,
    is_number,
    lambda_of,
    parameters,
)
from klcli.lint.excerpts import Excerpt, excerpt
from klcli.lint.project import Project
from klcli.lint.resolution import Scope, Target, class_of, target
from klcli.lint.sinks import Sink, sinks_in
from klcli.lint.steps import Step, called, forgotten, rebuilt, stored, text_of_name
from klcli.lint.structures import Structure, normal, part, structure_of

__all__ = ["Flow", "flow"]

_DEEPEST = 4
_MOST_STEPS = 2500
_TINY = 1e-2
_MOST_STATEMENTS = 80
"""Statements of a function that is followed; longer ones are programs of their own."""

_LIBRARY = "xp"
_LIBRARIES = frozenset(
    (
        "torch",
        "numpy",
        "tensorflow",
        "keras",
        "jax",
        "theano",
        "mxnet",
        "chainer",
        "scipy",
        "autograd",
        "paddle",
    )
)

_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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
        is_relevant: whether a function that is called is worth following; None to follow no call.
    """
    found = _Flow(function, project, is_relevant)
    return Flow(found.excerpts, found.sinks)


@dataclass(slots=True)
class _Frame:
    """A function that is being followed.

    Attributes:
        scope: what its names mean.
        names: what its names are in the flow, where they differ.
        owner: what its first parameter stands for, for a method of another object.
        returns: what it gives back, and whether only sometimes.
        depth: how many calls lie above it.
    """

    scope: Scope
    names: dict[str, str]
    owner: ast.expr | None
    depth: int
    returns: list[tuple[ast.expr, bool]] = field(default_factory=list)

    @property
    def spelled(self) -> Mapping[str, str]:
        """What the names of the flow are in the source."""
        return {new: old for old, new in self.names.items() if new != old}


class _Flow:
    def __init__(
        self, function: Function, project: Project, is_relevant: Callable[[Function], bool] | None
    ) -> None:
        self.project = project
        self.is_relevant = is_relevant
        self.excerpts: list[Excerpt] = []
        self.sinks: list[Sink] = []
        self._root = function
        self._left = _MOST_STEPS
        self._objects: dict[str, Class] = {}
        self._structures: dict[str, Structure] = {}
        self._stack: list[Function] = [function]
        self._pulled: set[str] = set()
        local = frozenset(_local_names(function))
        self._taken = {
            node.id for line in function.body for node in ast.walk(line) if isinstance(node, ast.Name)
        }
        own = _own_name(function)
        names = _libraries(project.of(function.module))
        frame = _Frame(Scope(function, project, own, local, self._objects), names, None, 0)
        self._annotate(function, frame)
        before = [
            _given(name, value, function) for name, value in project.numbers(project.of(function.module))
        ]
        before += _closure(function, local)
        if function.node is not None:
            before += [_given(name, value, function) for name, value in _defaults(function.node).items()]
        self._block(function.body, frame, before, False)

    # Statements

    def _block(self, body: Sequence[ast.stmt], frame: _Frame, before: list[Step], sometimes: bool) -> None:
        for statement in body:
            if self._left <= 0:
                return
            self._left -= 1
            match statement:
                case ast.With(items=items, body=inside) | ast.AsyncWith(items=items, body=inside):
                    for item in items:
                        if item.optional_vars is not None:
                            self._forget(stored(item.optional_vars), frame, before)
                    self._block(inside, frame, before, sometimes)
                case ast.Try(body=inside, handlers=handlers, orelse=orelse, finalbody=last):
                    for handler in handlers:
                        self._block(handler.body, frame, list(before), True)
                    self._block([*inside, *orelse, *last], frame, before, sometimes)
                case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
                    self._branches(statement, frame, before)
                case ast.Return(value=ast.expr() as value):
                    self._return(statement, value, frame, before, sometimes)
                case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr():
                    self._simple(statement, frame, before)
                case ast.Delete() | ast.Raise() | ast.Assert() | ast.Pass():
                    pass

    def _branches(self, statement: ast.stmt, frame: _Frame, before: list[Step]) -> None:
        """Branches and loops, each followed by itself; what they assign is not known afterwards."""
        if isinstance(statement, ast.For | ast.AsyncFor):
            self._forget(stored(statement.target), frame, before)
        kept = dict(self._structures)
        for block in _blocks(statement):
            self._block(block, frame, list(before), True)
            self._structures = dict(kept)
        self._forget(_assigned(statement), frame, before)

    def _forget(self, names: set[str], frame: _Frame, before: list[Step]) -> None:
        for name in sorted(names):
            root, point, rest = name.partition(".")
            renamed = frame.names.get(root, root) + point + rest
            self._structures.pop(renamed, None)
            if renamed.isidentifier() or point:
                before.append(forgotten(renamed, frame.scope.function))

    def _return(
        self, statement: ast.Return, value: ast.expr, frame: _Frame, before: list[Step], sometimes: bool
    ) -> None:
        found = self._translated(value, frame, before)
        step = Step(ast.copy_location(ast.Return(found), statement), frame.scope.function, frame.spelled)
        self._offer(step, before)
        frame.returns.append((found, sometimes))

    def _simple(
        self,
        statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr,
        frame: _Frame,
        before: list[Step],
    ) -> None:
        if statement.value is None:
            return
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
            self._name_lambda(statement, frame)
            return
        value = self._translated(statement.value, frame, before)
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
                self._unpack(statement, targets, value, frame, before)
            case ast.Assign(targets=targets):
                for target in targets:
                    self._assign(statement, target, value, frame, before)
            case ast.AnnAssign(target=target):
                self._assign(statement, target, value, frame, before)
            case ast.AugAssign(target=target, op=operator):
                renamed = self._renamed(target, frame)
                assert isinstance(renamed, ast.Name | ast.Attribute | ast.Subscript)
                node = ast.copy_location(ast.AugAssign(renamed, operator, value), statement)
                self._structures.pop(text_of_name(renamed), None)
                self._append(node, frame, before)
            case ast.Expr():
                self._append(ast.copy_location(ast.Expr(value), statement), frame, before)

    def _unpack(
        self,
        statement: ast.Assign,
        targets: list[ast.expr],
        value: ast.expr,
        frame: _Frame,
        before: list[Step],
    ) -> None:
        """``a, b = value``: one assignment for each name where the parts are known."""
        found = structure_of(value)
        if found is None and isinstance(value, ast.Name | ast.Attribute):
            found = self._structures.get(text_of_name(value))
        parts = [found.parts.get(f"[{number}]") for number in range(len(targets))] if found else []
        renamed = [self._renamed(target, frame) for target in targets]
        if parts and None not in parts and len(found.parts if found else ()) == len(targets):
            known = [entry for entry in parts if entry is not None]
            for target, entry in zip(
                renamed, self._steady(known, renamed, frame, before, statement), strict=True
            ):
                self._put(statement, target, entry, frame, before)
            return
        for target in renamed:
            for name in stored(target):
                self._structures.pop(name, None)
        names = ast.copy_location(ast.Tuple(renamed, ast.Store()), statement)
        self._append(ast.copy_location(ast.Assign([names], value), statement), frame, before)

    def _steady(
        self, parts: list[ast.expr], targets: list[ast.expr], frame: _Frame, before: list[Step], at: ast.stmt
    ) -> list[ast.expr]:
        """The parts, by other names where an assignment before would change one."""
        changed: set[str] = set()
        found = []
        for entry, name in zip(parts, targets, strict=True):
            if not changed.isdisjoint(_used(entry)):
                entry = self._held(entry, "held", frame, before, at)
            found.append(entry)
            changed |= stored(name)
        return found

    def _assign(
        self, statement: ast.stmt, target: ast.expr, value: ast.expr, frame: _Frame, before: list[Step]
    ) -> None:
        self._put(statement, self._renamed(target, frame), value, frame, before)

    def _put(
        self, statement: ast.stmt, target: ast.expr, value: ast.expr, frame: _Frame, before: list[Step]
    ) -> None:
        """Give a name of the flow a value."""
        name = text_of_name(target)
        node = ast.copy_location(ast.Assign([target], value), statement)
        self._append(node, frame, before)
        self._structures.pop(name, None)
        if isinstance(value, ast.Name | ast.Attribute):
            if (known := self._structures.get(text_of_name(value))) is not None:
                self._structures[name] = known
        elif (made := structure_of(value)) is not None:
            self._structures[name] = self._followed(made, frame, before, statement)
        if isinstance(value, ast.Call) and (kind := class_of(value, frame.scope)):
            self._objects[name] = kind

    def _followed(self, made: Structure, frame: _Frame, before: list[Step], at: ast.stmt) -> Structure:
        """The parts of a value under names of their own, which keep what they are now."""
        if made.is_normal:
            mean = self._held(made.parts[".loc"], "loc", frame, before, at)
            scale = self._held(made.parts[".scale"], "scale", frame, before, at)
            found = normal(ast.Call(ast.Name("Normal", ast.Load()), [mean, scale], []))
            return found or made
        return Structure(
            {key: self._held(entry, "part", frame, before, at) for key, entry in made.parts.items()}
        )

    def _held(self, value: ast.expr, wish: str, frame: _Frame, before: list[Step], at: ast.stmt) -> ast.expr:
        """A name that keeps the value of an expression; the expression itself if it is a number or a name."""
        if isinstance(value, ast.Constant | ast.Lambda) or structure_of(value) is not None:
            return value
        if isinstance(value, ast.Name):
            return value
        name = self._fresh(wish)
        node = ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), value)], value)
        before.append(Step(ast.copy_location(node, value), frame.scope.function, frame.spelled))
        return ast.copy_location(ast.Name(name, ast.Load()), value)

    def _append(self, node: ast.stmt, frame: _Frame, before: list[Step]) -> None:
        step = Step(node, frame.scope.function, frame.spelled)
        self._offer(step, before)
        before.append(step)

    def _offer(self, step: Step, before: Sequence[Step]) -> None:
        self.sinks += sinks_in(step.node, step.function, before)
        if found := excerpt(step, before, len(before), self._root):
            self.excerpts.append(found)

    def _name_lambda(self, statement: ast.Assign, frame: _Frame) -> None:
        for entry in statement.targets:
            if isinstance(entry, ast.Name) and isinstance(statement.value, ast.Lambda):
                frame.scope.lambdas[entry.id] = lambda_of(statement.value, frame.scope.function, entry.id)

    # Expressions

    def _renamed(self, node: ast.expr, frame: _Frame) -> ast.expr:
        """A target with the names of the flow."""
        found = self._with_names(node, frame)
        return found if isinstance(found, ast.expr) else node

    def _with_names(self, node: ast.AST, frame: _Frame) -> ast.AST:
        if isinstance(node, ast.Name):
            if frame.owner is not None and node.id == frame.scope.own:
                return frame.owner
            if node.id in frame.names and frame.names[node.id] != node.id:
                return ast.copy_location(ast.Name(frame.names[node.id], node.ctx), node)
            return node
        return rebuilt(node, lambda child: self._with_names(child, frame))

    def _translated(self, node: ast.expr, frame: _Frame, before: list[Step]) -> ast.expr:
        """An expression with the names of the flow, and with what is called put in."""
        found = self._translate(node, frame, before)
        return found if isinstance(found, ast.expr) else node

    def _translate(self, node: ast.AST, frame: _Frame, before: list[Step]) -> ast.AST:
        if isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp):
            return self._with_names(node, frame)
        if isinstance(node, ast.Name):
            return self._with_names(node, frame)
        found = rebuilt(node, lambda child: self._translate(child, frame, before))
        match found:
            case ast.Attribute(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()):
                return self._part(found, frame, before)
            case ast.Call() if isinstance(node, ast.Call):
                return self._call(node, found, frame, before)
        return found

    def _part(self, node: ast.Attribute | ast.Subscript, frame: _Frame, before: list[Step]) -> ast.expr:
        """The entry of a tuple or a dictionary, the scale of a distribution, an attribute set elsewhere."""
        key = part(node)
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Tuple | ast.Dict | ast.Call) and key:
            known = self._structure(node.value)
            if known and key in known.parts:
                return known.parts[key]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            if (computed := self._property(node, frame, before)) is not None:
                return computed
            self._pull(node, frame, before)
        return node

    def _property(self, node: ast.Attribute, frame: _Frame, before: list[Step]) -> ast.expr | None:
        """What a property of an object of the project computes."""
        if self.is_relevant is None or frame.depth >= _DEEPEST:
            return None
        kind = class_of(node.value, frame.scope)
        method = kind.methods.get(node.attr) if kind else None
        decorators = getattr(method.node, "decorator_list", []) if method else []
        if (
            method is None
            or method in self._stack
            or not any(getattr(one, "id", "") == "property" for one in decorators)
        ):
            return None
        call = ast.copy_location(ast.Call(node, [], []), node)
        return self._inlined(Target(method, node.value, []), call, frame, before)

    def _structure(self, value: ast.expr) -> Structure | None:
        if isinstance(value, ast.Name | ast.Attribute):
            return self._structures.get(text_of_name(value))
        return structure_of(value)

    def _pull(self, node: ast.Attribute, frame: _Frame, before: list[Step]) -> None:
        """What another method gave an attribute, if there is one place where it is set."""
        name = text_of_name(node)
        if self.is_relevant is None or name in self._pulled or frame.depth >= _DEEPEST:
            return
        self._pulled.add(name)
        kind = class_of(node.value, frame.scope)
        where = kind.attributes.get(node.attr, []) if kind else []
        if len(where) != 1 or any(name in step.targets for step in before):
            return
        method, statement = where[0]
        value = getattr(statement, "value", None)
        if method in self._stack or not isinstance(value, ast.expr) or not _is_followed(value):
            return
        inner = self._enter(method, node.value, frame)
        self._stack.append(method)
        offered, self.excerpts = self.excerpts, []
        own: list[Step] = []
        self._block(_until(inner.scope.function.body, statement), inner, own, False)
        self.excerpts = offered
        self._stack.pop()
        known = {target for step in before for target in step.targets}
        before.extend(step for step in own if known.isdisjoint(step.targets))

    # Calls

    def _call(self, source: ast.Call, node: ast.Call, frame: _Frame, before: list[Step]) -> ast.expr:
        found = self._of_distribution(node, node.func) if isinstance(node.func, ast.Attribute) else None
        if found is not None:
            return found
        if (
            getattr(node.func, "attr", getattr(node.func, "id", "")) == "kl_divergence"
            and len(node.args) >= 2
        ):
            q, p = self._distribution(node.args[0]), self._distribution(node.args[1])
            if q and p:
                return densities.divergence(q, p, node)
        where = self._target(source, frame)
        if where is None:
            moved = len(node.args) == 1 and _is_noise(node.args[0]) and not is_readable(node)
            return node.args[0] if moved else node
        where = Target(where.function, where.owner and self._renamed(where.owner, frame), node.args)
        if _takes_itself(source, where, frame):
            where = Target(where.function, node.args[0], node.args[1:])
        return self._inlined(where, node, frame, before)

    def _target(self, source: ast.Call, frame: _Frame) -> Target | None:
        """The function that a call is followed into, if it is."""
        if frame.depth >= _DEEPEST or self.is_relevant is None:
            return None
        where = target(source, frame.scope)
        if where is None or where.function in self._stack or not self._is_worth(where.function):
            return None
        return where

    def _is_worth(self, function: Function) -> bool:
        return (
            self.is_relevant is not None
            and len(function.body) <= _MOST_STATEMENTS
            and self.is_relevant(function)
            and not any(
                isinstance(node, ast.Yield | ast.YieldFrom)
                for line in function.body
                for node in ast.walk(line)
            )
        )

    def _inlined(self, where: Target, node: ast.Call, frame: _Frame, before: list[Step]) -> ast.expr:
        """What a call of a function gives back, its statements put before."""
        inner = self._enter(where.function, where.owner, frame)
        if not self._bind(where, node, inner, frame, before):
            return node
        self._stack.append(where.function)
        self._block(where.function.body, inner, before, False)
        self._stack.pop()
        if not inner.returns:
            return node
        always = [value for value, sometimes in inner.returns if not sometimes]
        value = always[-1] if always else inner.returns[0][0]
        return self._result(value, where.function, inner, before)

    def _result(self, value: ast.expr, function: Function, inner: _Frame, before: list[Step]) -> ast.expr:
        """What was given back, its parts by names that keep them."""
        if isinstance(value, ast.Name | ast.Constant):
            return value
        wish = f"{function.name.rpartition('.')[2].strip('_<>') or 'value'}_value"
        if isinstance(value, ast.Tuple):
            entries = [self._result(entry, function, inner, before) for entry in value.elts]
            return ast.copy_location(ast.Tuple(entries, ast.Load()), value)
        if structure_of(value) is not None:
            name = self._fresh(wish)
            target = ast.copy_location(ast.Name(name, ast.Store()), value)
            self._put(ast.copy_location(ast.Expr(value), value), target, value, inner, before)
            return ast.copy_location(ast.Name(name, ast.Load()), value)
        step = Step(ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], value), value), function)
        if step.is_opaque:
            return value
        return self._held(value, wish, inner, before, ast.Expr(value))

    def _enter(self, function: Function, owner: ast.expr | None, frame: _Frame) -> _Frame:
        """The frame of a function that is called, with names that nothing else has."""
        local = frozenset(_local_names(function))
        own = _own_name(function)
        names = {name: self._fresh(name) for name in sorted(local - {own} if owner is not None else local)}
        names |= _libraries(self.project.of(function.module))
        scope = Scope(function, self.project, own, local, self._objects)
        inner = _Frame(scope, names, owner if own else None, frame.depth + 1)
        if owner is not None and own and (kind := class_of(owner, frame.scope)):
            self._objects.setdefault(text_of_name(owner) if not isinstance(owner, ast.Call) else "", kind)
        elif owner is not None and own and function.owner:
            self._objects.setdefault(text_of_name(owner), function.owner)
        if isinstance(owner, ast.Call):
            name = self._fresh(own or "made")
            inner.owner = ast.copy_location(ast.Name(name, ast.Load()), owner)
            if function.owner:
                self._objects[name] = function.owner
        return inner

    def _bind(self, where: Target, node: ast.Call, inner: _Frame, frame: _Frame, before: list[Step]) -> bool:
        """Give the parameters their values; whether all could be given."""
        function = where.function
        if function.node is None or any(isinstance(entry, ast.Starred) for entry in where.arguments):
            return False
        wanted = parameters(function.node)
        if inner.scope.own:
            wanted = wanted[1:]
        given = dict(zip(wanted, where.arguments, strict=False))
        given |= {entry.arg: entry.value for entry in node.keywords if entry.arg}
        if len(where.arguments) > len(wanted) and not function.node.args.vararg:
            return False
        for name, value in _defaults(function.node).items():
            given.setdefault(name, value)
        for name, value in given.items():
            if name not in inner.names:
                continue
            renamed = ast.copy_location(ast.Name(inner.names[name], ast.Store()), node)
            if isinstance(value, ast.Lambda):
                inner.scope.lambdas[name] = lambda_of(value, frame.scope.function, name)
                continue
            assigned = ast.copy_location(ast.Assign([renamed], value), node)
            step = Step(assigned, frame.scope.function, inner.spelled, is_written=False)
            before.append(step)
            structure = self._structure(value)
            if structure is not None:
                self._structures[inner.names[name]] = structure
            if isinstance(value, ast.Name | ast.Attribute) and (kind := class_of(value, frame.scope)):
                self._objects[inner.names[name]] = kind
        return True

    def _annotate(self, function: Function, frame: _Frame) -> None:
        """The classes of parameters that say them."""
        if isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
            for entry in function.node.args.args:
                if isinstance(entry.annotation, ast.Name):
                    made = ast.Call(entry.annotation, [], [])
                    if kind := class_of(made, frame.scope):
                        self._objects[entry.arg] = kind

    def _of_distribution(self, node: ast.Call, func: ast.Attribute) -> ast.expr | None:
        """What a method of a normal distribution gives."""
        if func.attr not in ("rsample", "sample", "log_prob", "kl_divergence", "log_density"):
            return None
        if (q := self._distribution(func.value)) is None:
            return None
        if func.attr in ("rsample", "sample"):
            return densities.sample(q, node)
        if func.attr in ("log_prob", "log_density") and len(node.args) == 1:
            return densities.log_density(q, node.args[0], node)
        p = self._distribution(node.args[0]) if func.attr == "kl_divergence" and node.args else None
        return densities.divergence(q, p, node) if p else None

    def _distribution(self, value: ast.expr) -> Structure | None:
        """The normal distribution that an expression stands for."""
        found = self._structure(value)
        if found is None and isinstance(value, ast.Call):
            name = getattr(value.func, "attr", getattr(value.func, "id", ""))
            if name == "Independent" and value.args:
                return self._distribution(value.args[0])
        return found if found is not None and found.is_normal else None

    def _fresh(self, wish: str) -> str:
        """A name that nothing in the flow has."""
        name, count = wish, 1
        while name in self._taken:
            count += 1
            name = f"{wish}_{'in' if count == 2 else f'in{count}'}"
        self._taken.add(name)
        return name


def _libraries(here: Definitions) -> dict[str, str]:
    """The names by which a module calls numerical libraries, where nobody else calls them so."""
    return {
        name: _LIBRARY
        for name, (source, _) in here.imports.items()
        if name not in MODULES and "." not in name and source.partition(".")[0] in _LIBRARIES
        if name[:1].islower()
        and here.imports[name][1] in (None, "numpy", "functional", "backend", "nd", "ops")
    }


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse"):
        if block := getattr(statement, name, []):
            yield block
    for case in getattr(statement, "cases", []):
        yield case.body


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that are given values somewhere below a statement, or changed in place."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For) and not _keeps(node):
            for entry in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= stored(entry)
    return found


def _keeps(node: ast.AST) -> bool:
    """Whether an assignment gives a name what it has, in another place or shape: ``x = x.cuda()``."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)),
        ):
            return name == owner and attr in ("cuda", "cpu", "to", "float", "double", "detach", "contiguous")
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            found = viewed(value)
            return isinstance(found, ast.Name) and found.id == name
    return False


def _until(body: Sequence[ast.stmt], last: ast.stmt) -> Sequence[ast.stmt]:
    """The statements up to the one that holds the last."""
    for number, statement in enumerate(body):
        if any(node is last for node in ast.walk(statement)):
            return body[: number + 1]
    return body


def _is_followed(value: ast.expr) -> bool:
    """Whether it tells anything to know what an attribute was set to."""
    words = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(value)}
    return not words.isdisjoint(_TELLING)


_TELLING = frozenset(
    (
        *("exp", "log", "sqrt", "square", "pow", "softplus", "mul", "Normal", "MultivariateNormalDiag"),
        *("random_normal", "randn", "randn_like", "normal", "Independent"),
    )
)


def _used(node: ast.AST) -> set[str]:
    return {text_of_name(part) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)}


def _local_names(function: Function) -> set[str]:
    """The names that belong to a function: its parameters and what it assigns."""
    if function.node is None:
        return {
            node.id
            for line in function.body
            for node in _own_nodes(line)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    arguments = function.node.args
    found = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    found |= {one.arg for one in (arguments.vararg, arguments.kwarg) if one}
    for line in function.body:
        found |= {
            node.id
            for node in _own_nodes(line)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    return found


def _own_nodes(statement: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a statement, without those of functions and classes in it."""
    if isinstance(statement, _LATER):
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        yield from _own_nodes(child)


def _own_name(function: Function) -> str:
    """The name of a method's object."""
    if function.owner is None or function.node is None:
        return ""
    decorators = [getattr(entry, "id", "") for entry in getattr(function.node, "decorator_list", [])]
    names = parameters(function.node)
    return names[0] if names and "staticmethod" not in decorators else ""


def _defaults(node: FunctionNode) -> dict[str, ast.expr]:
    """The default values of parameters that change nothing: factors of 1, offsets of 0, tiny numbers.

    Others are weights that callers choose, such as a temperature.
    """
    names = parameters(node)
    found = list(zip(names[::-1], node.args.defaults[::-1], strict=False))
    found += [
        (one.arg, value)
        for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if value
    ]
    return {name: value for name, value in found if _is_neutral(value)}


def _given(name: str, value: ast.expr, function: Function) -> Step:
    """A parameter with its default value."""
    target = ast.copy_location(ast.Name(name, ast.Store()), value)
    node = ast.copy_location(ast.Assign([target], value), value)
    return Step(node, function, is_written=False)


def _is_neutral(value: ast.expr) -> bool:
    number = value.value if is_number(value) else math.nan
    assert isinstance(number, int | float)
    return number == 1 or 0 <= number < _TINY


def _is_noise(node: ast.expr) -> bool:
    """Whether an expression draws random numbers, which a function that is not known puts elsewhere."""
    return isinstance(node, ast.Call) and called(node).removesuffix("_") in NOISE


def _takes_itself(source: ast.Call, where: Target, frame: _Frame) -> bool:
    """Whether a method is called on its class, with the object as the first argument."""
    found = target(source, frame.scope)
    return (
        found is not None
        and found.arguments is not source.args
        and len(found.arguments) == len(source.args) - 1
    )


def _closure(function: Function, local: frozenset[str]) -> list[Step]:
    """What the functions around gave names that are used here and assigned once."""
    found: list[Step] = []
    outer = function.outer
    while outer is not None:
        found = [*(step for step in _set_once(outer) if step.targets.isdisjoint(local)), *found]
        outer = outer.outer
    return found


@lru_cache(maxsize=64)
def _set_once(function: Function) -> tuple[Step, ...]:
    """The statements of a function's first level that give a name its only value."""
    counts = Counter(name for line in function.body if not isinstance(line, _LATER) for name in stored(line))
    found = []
    for line in function.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if counts[name] == 1:
                if not isinstance(value, ast.Lambda):
                    found.append(Step(line, function))
    return tuple(found)
