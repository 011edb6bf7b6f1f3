"""What a call calls: the functions, methods and layers of the project, found by their names."""

from __future__ import annotations

import ast

from klcli.formula.read.calls.table import OPERATIONS
from klcli.formula.read.vocabulary import VIEWS
from klcli.lint.project.classes import class_by_name, class_of, inherited, method_of
from klcli.lint.project.definitions import Class, Definitions, SourceFunction, lambda_of
from klcli.lint.project.files import Project
from klcli.lint.project.scoping import Scope, is_import, last_word, named
from klcli.values import dataclass

_CALLS = ("forward", "call", "__call__", "_build")
"""The methods that are meant when an object is called."""
_COMMON = frozenset(("forward", "call", "train", "eval", "step", "fit", "update", "get", "append", "build"))
_OF_LIBRARIES = frozenset(
    (
        *("sample", "rsample", "log_prob", "entropy", "kl_divergence", "kl", "item", "numpy", "copy"),
        *(*OPERATIONS, *VIEWS),
    )
)
"""Methods of tensors and distributions, which most objects of unknown classes are."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A function that is called, the object that it is a method of, and its arguments."""

    function: SourceFunction
    owner: ast.expr | None
    arguments: list[ast.expr]


def target(call: ast.Call, scope: Scope) -> Callee | None:
    """What is called; None for what is not in the project."""
    match call.func:
        case ast.Call(func=maker, args=[made, *_]) if last_word(maker) == "Lambda":
            if function := _function(made, scope):
                return Callee(function, None, call.args)
        case ast.Name() | ast.Attribute() | ast.Lambda() if function := _function(call.func, scope):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            return _bound(function, owner, call.args, scope)
    found = class_of(call.func, scope) or class_by_name(call.func, scope)
    if found and (method := _called(found, scope.project)):
        return Callee(method, call.func, call.args)
    return None


def _bound(
    function: SourceFunction, owner: ast.expr | None, arguments: list[ast.expr], scope: Scope
) -> Callee | None:
    """A function with its object, which is the first argument of one that is called on its class."""
    if function.owner is None or owner is None:
        return Callee(function, None, arguments)
    decorators = {last_word(entry) for entry in getattr(function.node, "decorator_list", [])}
    if "staticmethod" in decorators:
        return Callee(function, None, arguments)
    if isinstance(named(owner, scope), Class) and "classmethod" not in decorators:
        return Callee(function, arguments[0], arguments[1:]) if arguments else None
    return Callee(function, owner, arguments)


def _function(node: ast.expr, scope: Scope) -> SourceFunction | None:
    """The function that an expression names."""
    match node:
        case ast.Lambda():
            return lambda_of(node, scope.function, f"{scope.function.name}.<lambda>".lstrip("."))
        case ast.Name(id=name) if name in scope.lambdas:
            return scope.lambdas[name]
        case ast.Name():
            found = named(node, scope)
            return found if isinstance(found, SourceFunction) else None
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name) if scope.function.owner:
            return inherited(scope.function.owner, name, scope.project)
        case ast.Attribute(value=owner, attr=name):
            if kind := class_of(owner, scope):
                return method_of(kind, name, scope.project)
            found = named(owner, scope)
            if isinstance(found, Class):
                return method_of(found, name, scope.project)
            if isinstance(found, Definitions):
                return found.by_name.get(name)
            return _only(name, scope) if found is None and not is_import(owner, scope) else None
    return None


def _only(name: str, scope: Scope) -> SourceFunction | None:
    """The one method of that name in a module or in the project, for an object of unknown class."""
    if name in _COMMON or name.startswith("__"):
        return None
    found = [kind.methods[name] for kind in scope.here.classes.values() if name in kind.methods]
    if not found and name not in _OF_LIBRARIES:
        return scope.project.method(name)
    return found[0] if len(found) == 1 else None


def _called(kind: Class, project: Project) -> SourceFunction | None:
    return next((found for name in _CALLS if (found := method_of(kind, name, project))), None)
