"""What a module defines: its functions, classes with their methods and attributes, and what it imports."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, TypeGuard

from klcli.formula.read.callee import stops_gradients
from klcli.lint.source.module import Module
from klcli.values import dataclass, field

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True, eq=False)
class SourceFunction:
    """A function, a method or a lambda; or the statements of a module, which have no node.

    Attributes:
        module: where it stands.
        name: ``function``, ``Class.method``; empty for the module itself.
        node: its syntax.
        owner: its class, for a method.
        outer: the function or module in which it stands, whose names it sees.
    """

    module: Module
    name: str
    node: FunctionNode | None = None
    owner: Class | None = None
    outer: SourceFunction | None = None

    @property
    def body(self) -> Sequence[ast.stmt]:
        """Its statements; a lambda returns its expression."""
        if self.node is None:
            return self.module.tree.body
        if isinstance(self.node, ast.Lambda):
            return [ast.copy_location(ast.Return(self.node.body), self.node.body)]
        return self.node.body

    @property
    def is_untaped(self) -> bool:
        """Whether no gradient flows through what it computes, as by ``@torch.no_grad()``."""
        return any(map(stops_gradients, getattr(self.node, "decorator_list", ())))


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class.

    Attributes:
        module: where it stands.
        name: its name.
        node: its syntax.
        methods: by name.
        attributes: for each attribute that methods set on ``self``, where: the method and the statement.
    """

    module: Module
    name: str
    node: ast.ClassDef
    methods: dict[str, SourceFunction] = field(default_factory=dict)
    attributes: dict[str, list[tuple[SourceFunction, ast.stmt]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Definitions:
    """The names of a module.

    Attributes:
        top: its statements, as a function without a node.
        functions: every function in it, in their order, methods and inner functions too.
        by_name: the functions of its first level.
        classes: by name.
        imports: for each imported name the module, as it is written, and the name in it, or None.
        made: the calls whose results the module gives names, by name.
        numbers: the numbers that it gives names, by name.
        stars: the modules of which it imports all names.
    """

    top: SourceFunction
    functions: Sequence[SourceFunction]
    by_name: Mapping[str, SourceFunction]
    classes: Mapping[str, Class]
    imports: Mapping[str, tuple[str, str | None]]
    made: Mapping[str, ast.Call]
    numbers: Mapping[str, ast.Constant]
    stars: Sequence[str]


def definitions(module: Module) -> Definitions:
    """The names that a module defines."""
    top = SourceFunction(module, "")
    functions: list[SourceFunction] = []
    classes: dict[str, Class] = {}
    _collect(module.tree.body, top, None, functions, classes)
    by_name = {one.name: one for one in functions if one.outer is top and one.owner is None}
    given = {
        line.targets[0].id: line.value
        for line in module.tree.body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
    }
    made = {name: value for name, value in given.items() if isinstance(value, ast.Call)}
    numbers = {name: value for name, value in given.items() if is_number(value)}
    imported = list(_imports(module.tree))
    imports = {name: source for name, source in imported if name != "*"}
    stars = [source for name, (source, _) in imported if name == "*"]
    return Definitions(top, functions, by_name, classes, imports, made, numbers, stars)


def is_number(value: ast.expr) -> TypeGuard[ast.Constant]:
    """Whether an expression is a number."""
    number = value.value if isinstance(value, ast.Constant) else None
    return isinstance(number, int | float) and not isinstance(number, bool)


# Files that are looked at by turns.
@lru_cache(maxsize=16)
def lines_of(module: Module) -> list[str]:
    """The lines of a module's text."""
    return module.text.split("\n")


def lambda_of(node: ast.Lambda, outer: SourceFunction, name: str) -> SourceFunction:
    """A lambda that stands in a function.

    Args:
        node: the lambda.
        outer: the function in which it stands.
        name: of what it is given to.
    """
    return SourceFunction(outer.module, name, node, None, outer)


def parameters(node: FunctionNode) -> list[str]:
    """The names of the positional parameters."""
    return [one.arg for one in (*node.args.posonlyargs, *node.args.args)]


def _collect(
    body: Sequence[ast.stmt],
    outer: SourceFunction,
    owner: Class | None,
    functions: list[SourceFunction],
    classes: dict[str, Class],
) -> None:
    for statement in _flat(body):
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                before = f"{owner.name}." if owner else f"{outer.name}." if outer.name else ""
                function = SourceFunction(outer.module, before + name, statement, owner, outer)
                functions.append(function)
                if owner:
                    owner.methods.setdefault(name, function)
                    for attribute, where in _set_attributes(statement):
                        owner.attributes.setdefault(attribute, []).append((function, where))
                _collect(statement.body, function, None, functions, classes)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value) if owner is None:
                before = f"{outer.name}." if outer.name else ""
                functions.append(SourceFunction(outer.module, before + name, value, None, outer))
            case ast.ClassDef(name=name):
                found = Class(outer.module, name, statement)
                classes.setdefault(name, found)
                _collect(statement.body, outer, found, functions, classes)


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The definitions below statements, also those in branches, not those in other definitions.

    A lambda with a name is one, too.
    """
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or (
            isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda)
        ):
            yield statement
        else:
            for name in ("body", "orelse", "finalbody"):
                yield from _flat(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                yield from _flat(handler.body)


def _set_attributes(method: FunctionNode) -> Iterator[tuple[str, ast.stmt]]:
    """The attributes of its first parameter that a method sets, and the statements that do."""
    own = parameters(method)[:1]
    for statement in _statements(method):
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for node in (part for target in targets for part in ast.walk(target)):
                match node:
                    case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()) if [
                        name
                    ] == own:
                        yield attribute, statement


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str | None]]]:
    for node in _statements(tree):
        match node:
            case ast.Import(names=names):
                for entry in names:
                    yield entry.asname or entry.name, (entry.name, None)
            case ast.ImportFrom(module=source, names=names, level=level):
                for entry in names:
                    yield entry.asname or entry.name, ("." * level + (source or ""), entry.name)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements below a node, the outer ones first, without the expressions, which are most nodes."""
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            waiting.extend(getattr(node, name, ()))
