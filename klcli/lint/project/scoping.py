"""What names mean where they stand: functions, classes and modules of the project."""

from __future__ import annotations

import ast

from klcli.formula.read.ast_parts import text_of_name
from klcli.lint.project.definitions import Class, Definitions, SourceFunction
from klcli.lint.project.files import Project
from klcli.values import dataclass, field


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

    function: SourceFunction
    project: Project
    own: str
    local: frozenset[str]
    objects: dict[str, Class]
    lambdas: dict[str, SourceFunction] = field(default_factory=dict)

    @property
    def here(self) -> Definitions:
        """The names of its module."""
        return self.project.of(self.function.module)


def outside(function: SourceFunction, scope: Scope) -> Scope:
    """The scope of another function, of whose names nothing is known from the flow."""
    return Scope(function, scope.project, "self", frozenset(), {})


def named(node: ast.expr, scope: Scope) -> SourceFunction | Class | Definitions | None:
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
            return scope.project.imported(here, name)
        case ast.Attribute(value=owner, attr=name):
            dotted = text_of_name(node)
            if dotted in here.imports:
                return scope.project.imported(here, dotted)
            found = named(owner, scope) if isinstance(owner, ast.Name | ast.Attribute) else None
            if isinstance(found, Definitions):
                return found.by_name.get(name) or found.classes.get(name)
    return None


def is_import(node: ast.expr, scope: Scope) -> bool:
    """Whether something belongs to an imported module."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return not isinstance(node, ast.Name) or node.id in scope.here.imports


def last_word(node: ast.expr) -> str:
    """The bare name of what an expression names or calls; empty for any other."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _bare(function: SourceFunction) -> str:
    return function.name.rpartition(".")[2]
