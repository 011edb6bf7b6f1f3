"""What a call calls: the functions, methods and layers of the project, found by their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from klcli.formula.vocabulary import CLIPS, OF_ONE, OF_TWO, REDUCTIONS, SAME, VIEWS
from klcli.lint.flow.nodes import text_of_name
from klcli.lint.project.definitions import Class, Definitions, Function, lambda_of
from klcli.lint.project.files import Project

__all__ = ["Scope", "Target", "class_of", "setters", "target"]

_CALLS = ("forward", "call", "__call__")
"""The methods that are meant when an object is called."""
_COMMON = frozenset(("forward", "call", "train", "eval", "step", "fit", "update", "get", "append", "build"))
_OF_LIBRARIES = frozenset(
    (
        *("sample", "rsample", "log_prob", "entropy", "kl_divergence", "kl", "item", "numpy", "copy"),
        *(*OF_ONE, *OF_TWO, *REDUCTIONS, *CLIPS, *SAME, *VIEWS),
    )
)
"""Methods of tensors and distributions, which most objects of unknown classes are."""
_MOST_BASES = 4
_FARTHEST = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A function that is called, the object that it is a method of, and its arguments."""

    function: Function
    owner: ast.expr | None
    arguments: list[ast.expr]


@dataclass(slots=True)
class Scope:
    """What names mean in a function.

    Attributes:
        function: where the names stand.
        project: the files around it.
        own: the name of its object, ``self``; empty for a function that is no method.
        local: the names that it gives values.
        objects: the classes of objects by their names in the flow.
        lambdas: functions that were given to names.
    """

    function: Function
    project: Project
    own: str
    local: frozenset[str]
    objects: dict[str, Class]
    lambdas: dict[str, Function] = field(default_factory=dict)

    @property
    def here(self) -> Definitions:
        """The names of its module."""
        return self.project.of(self.function.module)


def target(call: ast.Call, scope: Scope) -> Target | None:
    """What is called; None for what is not in the project."""
    match call.func:
        case ast.Call(func=maker, args=[made, *_]) if _last_word(maker) == "Lambda":
            if function := _function(made, scope):
                return Target(function, None, call.args)
        case ast.Name() | ast.Attribute() | ast.Lambda() if function := _function(call.func, scope):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            return _bound(function, owner, call.args, scope)
    found = class_of(call.func, scope) or _class_by_name(call.func, scope)
    if found and (method := _called(found, scope.project)):
        return Target(method, call.func, call.args)
    return None


def class_of(node: ast.expr, scope: Scope, depth: int = 0) -> Class | None:
    """The class of an object, as far as it is known."""
    if depth > _FARTHEST:
        return None  # ``model = model.cuda()``
    if isinstance(node, ast.Name | ast.Attribute) and (found := scope.objects.get(text_of_name(node))):
        return found
    match node:
        case ast.Name(id=name) if name == scope.own:
            return scope.function.owner
        case ast.Name(id=name) if name not in scope.local and name in scope.here.made:
            return class_of(scope.here.made[name], _outside(scope.here.top, scope), depth + 1)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="to" | "cuda" | "cpu" | "double" | "eval" | "float")
        ):
            return class_of(owner, scope, depth + 1)
        case ast.Call(func=func):
            made = _named(func, scope)
            return made if isinstance(made, Class) else None
        case ast.Attribute(value=owner, attr=name) if outer := class_of(owner, scope, depth + 1):
            return _class_of_attribute(outer, name, scope, depth)
    return None


def _class_of_attribute(kind: Class, name: str, scope: Scope, depth: int) -> Class | None:
    """The class of an attribute: of what its only setter makes, or as an annotation says."""
    where = setters(kind, name, scope.project)
    stated: ast.expr | None = None
    if not where:
        fields = (line for one in _lineage(kind, scope.project) for line in one.node.body)
        stated = next((line.annotation for line in fields if _is_field(line, name)), None)
        inside = _outside(scope.project.of(kind.module).top, scope)
    elif len(where) == 1:
        (method, statement) = where[0]
        inside = _outside(method, scope)
        match getattr(statement, "value", None):
            case ast.Call() | ast.Attribute() as made:
                return class_of(made, inside, depth + 1)
            case ast.Name(id=parameter) if method.node is not None:
                entries = (*method.node.args.args, *method.node.args.kwonlyargs)
                stated = next((entry.annotation for entry in entries if entry.arg == parameter), None)
    if not isinstance(stated, ast.Name | ast.Attribute):
        return None
    found = _named(stated, inside)
    return found if isinstance(found, Class) else None


def _class_by_name(node: ast.expr, scope: Scope) -> Class | None:
    """The class whose name an object has that is handed in, and of which nothing else is known."""
    match node:
        case ast.Name(id=name) if name in scope.local and _named(node, scope) is None:
            return scope.project.called(name)
        case ast.Attribute(value=owner, attr=name) if not _is_import(owner, scope):
            kind = class_of(owner, scope)
            made = (
                [getattr(line, "value", None) for _, line in setters(kind, name, scope.project)]
                if kind
                else []
            )
            if not any(isinstance(value, ast.Call) for value in made):
                return scope.project.called(name)
    return None


def _is_field(line: ast.stmt, name: str) -> TypeGuard[ast.AnnAssign]:
    return isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == name


def setters(kind: Class, name: str, project: Project) -> Sequence[tuple[Function, ast.stmt]]:
    """Where methods set an attribute of an object: those of its class, or of the nearest base."""
    return next((one.attributes[name] for one in _lineage(kind, project) if name in one.attributes), ())


def _outside(function: Function, scope: Scope) -> Scope:
    return Scope(function, scope.project, "self", frozenset(), {})


def _bound(
    function: Function, owner: ast.expr | None, arguments: list[ast.expr], scope: Scope
) -> Target | None:
    """A function with its object, which is the first argument of one that is called on its class."""
    if function.owner is None or owner is None:
        return Target(function, None, arguments)
    decorators = {_last_word(entry) for entry in getattr(function.node, "decorator_list", [])}
    if "staticmethod" in decorators:
        return Target(function, None, arguments)
    if isinstance(_named(owner, scope), Class) and "classmethod" not in decorators:
        return Target(function, arguments[0], arguments[1:]) if arguments else None
    return Target(function, owner, arguments)


def _function(node: ast.expr, scope: Scope) -> Function | None:
    """The function that an expression names."""
    match node:
        case ast.Lambda():
            return lambda_of(node, scope.function, f"{scope.function.name}.<lambda>".lstrip("."))
        case ast.Name(id=name) if name in scope.lambdas:
            return scope.lambdas[name]
        case ast.Name():
            found = _named(node, scope)
            return found if isinstance(found, Function) else None
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name) if scope.function.owner:
            return _inherited(scope.function.owner, name, scope.project)
        case ast.Attribute(value=owner, attr=name):
            if kind := class_of(owner, scope):
                return _method(kind, name, scope.project)
            found = _named(owner, scope)
            if isinstance(found, Class):
                return _method(found, name, scope.project)
            if isinstance(found, Definitions):
                return found.by_name.get(name)
            return _only(name, scope) if found is None and not _is_import(owner, scope) else None
    return None


def _named(node: ast.expr, scope: Scope) -> Function | Class | Definitions | None:
    """What a name or a dotted name of a module stands for."""
    here = scope.here
    match node:
        case ast.Name(id=name):
            inner = next(
                (one for one in here.functions if one.outer is scope.function and _bare(one) == name), None
            )
            if inner or name in scope.local:
                return inner
            outer = scope.function.outer
            while outer is not None and outer.node is not None:
                for one in here.functions:
                    if one.outer is outer and one.owner is None and _bare(one) == name:
                        return one
                outer = outer.outer
            if name in here.by_name:
                return here.by_name[name]
            if name in here.classes:
                return here.classes[name]
            return scope.project.imported(here, name) if name in here.imports else None
        case ast.Attribute(value=owner, attr=name):
            dotted = text_of_name(node)
            if dotted in here.imports:
                return scope.project.imported(here, dotted)
            found = _named(owner, scope) if isinstance(owner, ast.Name | ast.Attribute) else None
            if isinstance(found, Definitions):
                return found.by_name.get(name) or found.classes.get(name)
    return None


def _only(name: str, scope: Scope) -> Function | None:
    """The one method of that name in a module or in the project, for an object of unknown class."""
    if name in _COMMON or name.startswith("__"):
        return None
    found = [kind.methods[name] for kind in scope.here.classes.values() if name in kind.methods]
    if not found and name not in _OF_LIBRARIES:
        return scope.project.method(name)
    return found[0] if len(found) == 1 else None


def _is_import(node: ast.expr, scope: Scope) -> bool:
    """Whether something belongs to an imported module."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return not isinstance(node, ast.Name) or node.id in scope.here.imports


def _called(kind: Class, project: Project) -> Function | None:
    return next((found for name in _CALLS if (found := _method(kind, name, project))), None)


def _method(kind: Class, name: str, project: Project) -> Function | None:
    return next((one.methods[name] for one in _lineage(kind, project) if name in one.methods), None)


def _inherited(kind: Class, name: str, project: Project) -> Function | None:
    """A method of a base class, of the nearest that has it."""
    bases = (one for one in _lineage(kind, project) if one is not kind)
    return next((one.methods[name] for one in bases if name in one.methods), None)


def _lineage(kind: Class, project: Project, depth: int = 0) -> Iterator[Class]:
    """A class and those that it inherits from, the nearest first."""
    yield kind
    scope = Scope(project.of(kind.module).top, project, "", frozenset(), {})
    for base in kind.node.bases if depth < _MOST_BASES else ():
        found = _named(base, scope)
        if isinstance(found, Class) and found is not kind:
            yield from _lineage(found, project, depth + 1)


def _bare(function: Function) -> str:
    return function.name.rpartition(".")[2]


def _last_word(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
