"""The classes of objects, and what they inherit."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from klcli.formula.read.ast_parts import text_of_name
from klcli.lint.project.definitions import Class, SourceFunction
from klcli.lint.project.files import Project
from klcli.lint.project.scoping import Scope, is_import, named, outside

_MOST_BASES = 4
"""Of a class, one above the other; in the files that lint is tested with there is one."""
_FARTHEST = 8
"""Steps to what an object was made by: two are met, and a name that is made of itself would be followed for
ever."""


def class_of(node: ast.expr, scope: Scope, depth: int = 0) -> Class | None:
    """The class of an object, as far as it is known.

    Args:
        node: an expression.
        scope: what names mean where it stands.
        depth: how many steps led to it.
    """
    if depth > _FARTHEST:
        return None  # ``model = model.cuda()``
    if isinstance(node, ast.Name | ast.Attribute) and (found := scope.objects.get(text_of_name(node))):
        return found
    match node:
        case ast.Name(id=name) if name == scope.own:
            return scope.function.owner
        case ast.Name(id=name) if name not in scope.local and name in scope.here.made:
            return class_of(scope.here.made[name], outside(scope.here.top, scope), depth + 1)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="to" | "cuda" | "cpu" | "double" | "eval" | "float")
        ):
            return class_of(owner, scope, depth + 1)
        case ast.Call(func=func):
            made = named(func, scope)
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
        inside = outside(scope.project.of(kind.module).top, scope)
    elif len(where) == 1:
        (method, statement) = where[0]
        inside = outside(method, scope)
        match getattr(statement, "value", None):
            case ast.Call() | ast.Attribute() as made:
                return class_of(made, inside, depth + 1)
            case ast.Name(id=parameter) if method.node is not None:
                entries = (*method.node.args.args, *method.node.args.kwonlyargs)
                stated = next((entry.annotation for entry in entries if entry.arg == parameter), None)
    if not isinstance(stated, ast.Name | ast.Attribute):
        return None
    found = named(stated, inside)
    return found if isinstance(found, Class) else None


def _is_field(line: ast.stmt, name: str) -> TypeGuard[ast.AnnAssign]:
    return isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == name


def class_by_name(node: ast.expr, scope: Scope) -> Class | None:
    """The class whose name an object has that is handed in, and of which nothing else is known."""
    match node:
        case ast.Name(id=name) if name in scope.local and named(node, scope) is None:
            return scope.project.called(name)
        case ast.Attribute(value=owner, attr=name) if not is_import(owner, scope):
            kind = class_of(owner, scope)
            where = setters(kind, name, scope.project) if kind else ()
            match [getattr(line, "value", None) for _, line in where]:
                case [ast.Attribute() as other]:
                    return class_by_name(other, outside(where[0][0], scope))
                case values if not any(isinstance(value, ast.Call) for value in values):
                    return scope.project.called(name)
    return None


def setters(kind: Class, name: str, project: Project) -> Sequence[tuple[SourceFunction, ast.stmt]]:
    """Where methods set an attribute of an object: those of its class, or of the nearest base.

    Args:
        kind: of the object.
        name: of the attribute.
        project: in which bases are looked for.
    """
    return next((one.attributes[name] for one in _lineage(kind, project) if name in one.attributes), ())


def method_of(kind: Class, name: str, project: Project) -> SourceFunction | None:
    """A method of a class, or of the nearest base that has it.

    Args:
        kind: the class.
        name: of the method.
        project: in which bases are looked for.
    """
    return next((one.methods[name] for one in _lineage(kind, project) if name in one.methods), None)


def inherited(kind: Class, name: str, project: Project) -> SourceFunction | None:
    """A method of a base class, of the nearest that has it.

    Args:
        kind: the class, whose own method does not count.
        name: of the method.
        project: in which bases are looked for.
    """
    bases = (one for one in _lineage(kind, project) if one is not kind)
    return next((one.methods[name] for one in bases if name in one.methods), None)


def _lineage(kind: Class, project: Project, depth: int = 0) -> Iterator[Class]:
    """A class and those that it inherits from, the nearest first."""
    yield kind
    scope = Scope(project.of(kind.module).top, project, "", frozenset(), {})
    for base in kind.node.bases if depth < _MOST_BASES else ():
        found = named(base, scope)
        if isinstance(found, Class) and found is not kind:
            yield from _lineage(found, project, depth + 1)
