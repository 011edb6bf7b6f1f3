"""What a text defines itself, put in where it is used: imports, aliases, lambdas and functions.

A text's own definition wins over the vocabulary: after ``log = np.log2`` a ``log`` is no natural logarithm. A
definition that cannot be followed makes its calls unreadable, and never symbols.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence

from klcli.formula.read.callee import called, is_module
from klcli.formula.read.calls.table import OPERATIONS
from klcli.formula.read.syntax import FormulaError
from klcli.formula.read.vocabulary import MODULES
from klcli.values import dataclass, field

__all__ = ["with_definitions"]

_DISTRIBUTIONS = frozenset(("Normal", "Independent"))
"""Objects that are no arrays, and stand where they are made: ``q = Normal(mu, std)``."""
_MOST_NODES = 20_000
"""Nodes that definitions may put in: short ones that call each other twice double with every step."""

Complaint = Callable[[str, ast.expr | ast.stmt, str], FormulaError]


@dataclass(slots=True)
class _Scope:
    """What names stand for: functions, other names of functions and of modules, distributions."""

    functions: dict[str, _Function | FormulaError | None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)

    def forget(self, name: str) -> None:
        self.functions.pop(name, None)
        self.aliases.pop(name, None)
        self.modules.pop(name, None)
        self.values.pop(name, None)

    def copied(self) -> _Scope:
        return _Scope(dict(self.functions), dict(self.aliases), dict(self.modules), dict(self.values))


@dataclass(frozen=True, slots=True)
class _Function:
    """A function that is one expression of its parameters."""

    arguments: ast.arguments
    body: ast.expr


def with_definitions(statements: Sequence[ast.stmt], complaint: Complaint) -> list[ast.stmt]:
    """The statements without the definitions among them, which are put in where they are used.

    A function that is the last statement is what the text is about, and stays.

    Args:
        statements: of a text.
        complaint: makes the error for a problem at a node.

    Raises:
        FormulaError: a function is called that cannot be followed.
    """
    return _Inliner(_Scope(), complaint).block(statements)


class _Inliner(ast.NodeTransformer):
    def __init__(self, scope: _Scope, complaint: Complaint) -> None:
        self.scope = scope
        self.complaint = complaint
        self.added = 0

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements of one scope."""
        found: list[ast.stmt] = []
        for place, statement in enumerate(statements):
            if not self._defines(statement, is_last=place == len(statements) - 1):
                found.append(self._inside(statement))
        return found

    def _inside(self, statement: ast.stmt) -> ast.stmt:
        """A statement with its definitions put in; a function and a with block have a scope of their own."""
        if isinstance(statement, ast.FunctionDef | ast.With):
            inner = _Inliner(self.scope.copied(), self.complaint)
            for argument in statement.args.args if isinstance(statement, ast.FunctionDef) else ():
                inner.scope.forget(argument.arg)
            statement.body = inner.block(statement.body) or statement.body
            return statement
        changed = self.visit(statement)
        for target in getattr(statement, "targets", ()):
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    self.scope.forget(name.id)
        return changed  # type: ignore[no-any-return]

    def _defines(self, statement: ast.stmt, *, is_last: bool) -> bool:
        """Whether a statement only says what a name is; the scope knows it then."""
        match statement:
            case ast.Import(names=names):
                for one in names:
                    if one.asname and one.asname not in MODULES:
                        self.scope.modules[one.asname] = "np"
                return True
            case ast.ImportFrom(names=names):
                for one in names:
                    self.scope.forget(one.asname or one.name)
                    if one.asname and one.asname != one.name:
                        self.scope.aliases[one.asname] = one.name
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments, body=body)):
                self._define(name, lambda: _Function(arguments, self.visit(body)))
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if function := self._named(value):
                self.scope.forget(name)
                self.scope.aliases[name] = function
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if (
                called(value) in _DISTRIBUTIONS and not is_last
            ):
                self.scope.values[name] = self.visit(value)
                return True
            case ast.FunctionDef(name=name) if not is_last:
                self._define(name, lambda: self._function(statement))
                return True
        return False

    def _define(self, name: str, function: Callable[[], _Function | None]) -> None:
        """Give a name a function; one that calls itself or is not followed is an error where it is used."""
        self.scope.forget(name)
        self.scope.functions[name] = None
        try:
            self.scope.functions[name] = function()
        except FormulaError as error:
            self.scope.functions[name] = error

    def _named(self, value: ast.expr) -> str:
        """The function of a library that an expression names without calling it."""
        match value:
            case ast.Attribute(value=owner, attr=name) if is_module(owner) and name in OPERATIONS:
                return name
            case ast.Name(id=name) if name in self.scope.aliases:
                return self.scope.aliases[name]
        return ""

    def _function(self, node: ast.FunctionDef) -> _Function | None:
        """A function as one expression, its own variables put in; None for one that is more than that."""
        inner = _Inliner(self.scope.copied(), self.complaint)
        values: dict[str, ast.expr] = {}
        for statement in inner.block(node.body):
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    values[name] = _put_in(value, values)
                case ast.Return(value=ast.expr() as value):
                    return _Function(node.args, _put_in(value, values))
                case _:
                    return None
        return None

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.scope.values and isinstance(node.ctx, ast.Load):
            return copy.deepcopy(self.scope.values[node.id])
        known = self.scope.modules.get(node.id)
        return ast.copy_location(ast.Name(known, node.ctx), node) if known else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name):
            return node
        name = node.func.id
        if name in self.scope.aliases:
            node.func = _of_library(self.scope.aliases[name], node.func)
            return node
        if name not in self.scope.functions:
            return node
        function = self.scope.functions[name]
        if isinstance(function, FormulaError):
            raise function
        given = _bound(function.arguments, node) if function else None
        if function is None or given is None:
            hint = "put in what it computes, as one expression"
            raise self.complaint(f"{name} is defined here in a way that is not followed", node, hint)
        body = _put_in(function.body, given)
        self.added += sum(1 for _ in ast.walk(body))
        if self.added > _MOST_NODES:
            raise self.complaint("the formula is too large with its definitions", node, "")
        return body


def _of_library(name: str, place: ast.expr) -> ast.expr:
    """A function of a library by its own name, where another name of it stood."""
    if name not in OPERATIONS:
        return ast.copy_location(ast.Name(name, ast.Load()), place)
    module = ast.copy_location(ast.Name("np", ast.Load()), place)
    return ast.copy_location(ast.Attribute(module, name, ast.Load()), place)


def _bound(arguments: ast.arguments, call: ast.Call) -> dict[str, ast.expr] | None:
    """The arguments of a call by the names of the parameters; None where that is not known."""
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    spread = any(isinstance(one, ast.Starred) for one in call.args)
    if arguments.vararg or arguments.kwarg or spread or len(call.args) > len(names):
        return None
    defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        names.append(one.arg)
        defaults |= {one.arg: default} if default else {}
    given = {**defaults, **dict(zip(names, call.args, strict=False))}
    given |= {one.arg or "": one.value for one in call.keywords}
    return given if set(given) == set(names) else None


def _put_in(body: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """An expression with the values of names; a copy, as it may be put in more than once."""

    class Putting(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(values[node.id]) if node.id in values else node

    return Putting().visit(copy.deepcopy(body))  # type: ignore[no-any-return]
