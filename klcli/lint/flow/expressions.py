"""Expressions of a flow: names, parts of values, attributes set elsewhere, and calls put in."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from klcli.formula.callee import is_variable_of_tensorflow
from klcli.formula.calls import is_readable
from klcli.formula.noise import noise_kind
from klcli.lint.flow import densities
from klcli.lint.flow.arguments import arguments
from klcli.lint.flow.branches import until
from klcli.lint.flow.frames import Frame, libraries, local_names, own_name
from klcli.lint.flow.nodes import rebuilt, text_of_name
from klcli.lint.flow.steps import Step
from klcli.lint.flow.structures import annotated, is_normal, part, structure_of
from klcli.lint.flow.trace import Trace
from klcli.lint.project.definitions import Function, lambda_of
from klcli.lint.project.files import Project
from klcli.lint.project.resolution import Scope, Target, class_of, setters, target

__all__ = ["Expressions"]

_DEEPEST = 4
_MOST_STATEMENTS = 80
"""Statements of a function that is followed; longer ones are programs of their own."""
_TELLING = frozenset(
    (
        *("exp", "log", "sqrt", "square", "pow", "softplus", "mul", "Normal", "MultivariateNormalDiag"),
        *("random_normal", "randn", "randn_like", "normal", "Independent"),
    )
)


class Expressions(Trace, ABC):
    """Writes expressions in the names of the flow, and puts what calls compute before them."""

    def __init__(
        self, root: Function, project: Project, is_relevant: Callable[[Function], bool] | None
    ) -> None:
        """A flow that begins with a function.

        Args:
            root: the function.
            project: the files around it.
            is_relevant: whether a function that is called is worth following; None to follow no call.
        """
        super().__init__(root)
        self.project = project
        self._is_relevant = is_relevant
        self._stack: list[Function] = [root]
        self._pulled: set[str] = set()
        self._unpacked: tuple[int, int, int] | None = None

    @abstractmethod
    def block(self, body: Sequence[ast.stmt], frame: Frame, sometimes: bool) -> None:
        """Follow statements.

        Args:
            body: the statements.
            frame: the function in which they stand.
            sometimes: whether a branch decides that they are reached.
        """

    def translated(self, node: ast.expr, frame: Frame) -> ast.expr:
        """An expression with the names of the flow, and with what is called put in."""
        found = self._translate(node, frame)
        return found if isinstance(found, ast.expr) else node

    def _translate(self, node: ast.AST, frame: Frame) -> ast.AST:
        if isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp):
            return frame.renamed(node)
        if isinstance(node, ast.Name):
            return frame.renamed(node)
        found = rebuilt(node, lambda child: self._translate(child, frame))
        match found:
            case ast.Attribute(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()):
                return self._part(found, frame)
            case ast.Call() if isinstance(node, ast.Call):
                return self._call(node, found, frame)
        return found

    def _part(self, node: ast.Attribute | ast.Subscript, frame: Frame) -> ast.expr:
        """The entry of a tuple or a dictionary, the scale of a distribution, an attribute set elsewhere."""
        key = part(node)
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Tuple | ast.Dict | ast.Call) and key:
            known = self.known.structure(node.value)
            if known and key in known.parts:
                return known.parts[key]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            if (computed := self._property(node, frame)) is not None:
                return computed
            self._pull(node, frame)
        return node

    def _property(self, node: ast.Attribute, frame: Frame) -> ast.expr | None:
        """What a property of an object of the project computes."""
        if self._is_relevant is None or frame.depth >= _DEEPEST:
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
        return self._inlined(Target(method, node.value, []), call, frame)

    def _pull(self, node: ast.Attribute, frame: Frame) -> None:
        """What another method gave an attribute, if one method sets it."""
        name = text_of_name(node)
        if self._is_relevant is None or name in self._pulled or frame.depth >= _DEEPEST:
            return
        self._pulled.add(name)
        kind = class_of(node.value, frame.scope)
        where = setters(kind, node.attr, self.project) if kind else ()
        found = _always_set(where)
        if found is None or any(name in step.targets for step in frame.steps):
            return
        method, statement = found
        value = getattr(statement, "value", None)
        if method in self._stack or not isinstance(value, ast.expr) or not _is_followed(value):
            return
        inner = self._enter(method, node.value, frame)
        self._stack.append(method)
        offered, self.excerpts = self.excerpts, []
        inner.steps = []
        self.block(until(inner.function.body, statement), inner, False)
        self.excerpts = offered
        self._stack.pop()
        known = {target for step in frame.steps for target in step.targets}
        frame.steps.extend(step for step in inner.steps if known.isdisjoint(step.targets))

    def _call(self, source: ast.Call, node: ast.Call, frame: Frame) -> ast.expr:
        node = self._spread(node, frame)
        found = densities.computed(node, self.known.distribution, frame.scope.here)
        if found is not None:
            return found
        where = self._target(source, frame)
        if where is None:
            return node.args[0] if _moves_noise(node) else node
        where = Target(where.function, where.owner and frame.renamed(where.owner), node.args)
        if _takes_itself(source, where, frame):
            where = Target(where.function, node.args[0], node.args[1:])
        return self._inlined(where, node, frame)

    def _spread(self, node: ast.Call, frame: Frame) -> ast.Call:
        """A call with the entries of a starred argument: known ones, or the two of a distribution."""
        match node.args:
            case [*first, ast.Starred(value=value)]:
                known = self.known.structure(value)
                count = len(known.parts) if known else 2 if is_normal(node) and not first else 0
            case _:
                return node
        entries = [
            ast.copy_location(ast.Subscript(value, ast.Constant(number), ast.Load()), value)
            for number in range(count)
        ]
        if not entries:
            return node
        arguments_ = [*first, *(self._part(entry, frame) for entry in entries)]
        return ast.copy_location(ast.Call(node.func, arguments_, node.keywords), node)

    def _target(self, source: ast.Call, frame: Frame) -> Target | None:
        """The function that a call is followed into, if it is."""
        if frame.depth >= _DEEPEST or self._is_relevant is None:
            return None
        where = target(source, frame.scope)
        if where is None or where.function in self._stack or not self._is_worth(where.function):
            return None
        return where

    def _is_worth(self, function: Function) -> bool:
        return (
            self._is_relevant is not None
            and len(function.body) <= _MOST_STATEMENTS
            and self._is_relevant(function)
            and not _is_generator(function)
        )

    def _inlined(self, where: Target, node: ast.Call, frame: Frame) -> ast.expr:
        """What a call of a function gives back, its statements put before."""
        inner = self._enter(where.function, where.owner, frame)
        here = node.lineno, node.col_offset
        parts = self._unpacked[2] if self._unpacked and self._unpacked[:2] == here else 0
        given = arguments(where, node.keywords, inner.scope.own)
        if given is None:
            return node
        for name, value in given.items():
            if name in inner.names:
                self._give(inner, name, value, node, frame)
        self._stack.append(where.function)
        self.block(where.function.body, inner, False)
        self._stack.pop()
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
        if step.is_opaque:
            return value
        return self.held(value, wish, inner, ast.Expr(value))

    def _enter(self, function: Function, owner: ast.expr | None, frame: Frame) -> Frame:
        """The frame of a function that is called, with names that nothing else has."""
        local = frozenset(local_names(function))
        own = own_name(function)
        names = {
            name: self.known.fresh(name) for name in sorted(local - {own} if owner is not None else local)
        }
        names |= libraries(self.project.of(function.module), self.project)
        scope = Scope(function, self.project, own, local, self.known.classes)
        inner = Frame(scope, names, owner if own else None, frame.depth + 1, frame.steps)
        self._annotate(inner)
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

    def _annotate(self, frame: Frame) -> None:
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


def _always_set(where: Sequence[tuple[Function, ast.stmt]]) -> tuple[Function, ast.stmt] | None:
    """The last place where the only method that sets an attribute does it whatever the branch."""
    if len(where) == 1:
        return where[0]
    if len({method for method, _ in where}) != 1:
        return None
    always = [found for found in where if found[1] in found[0].body]
    return always[-1] if always else None


def _is_generator(function: Function) -> bool:
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom) for line in function.body for node in ast.walk(line)
    )


def _is_followed(value: ast.expr) -> bool:
    """Whether it tells anything to know what an attribute was set to."""
    words = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(value)}
    return not words.isdisjoint(_TELLING)


def _moves_noise(node: ast.Call) -> bool:
    """Whether a function that is not known gets random numbers only, and puts them elsewhere."""
    if len(node.args) != 1 or is_readable(node) or is_variable_of_tensorflow(node):
        return False
    noise = node.args[0]
    return isinstance(noise, ast.Call) and noise_kind(noise) is not None


def _takes_itself(source: ast.Call, where: Target, frame: Frame) -> bool:
    """Whether a method is called on its class, with the object as the first argument."""
    found = target(source, frame.scope)
    return (
        found is not None
        and found.arguments is not source.args
        and len(found.arguments) == len(source.args) - 1
    )
