"""What a text defines itself, put in where it is used: imports, aliases, lambdas and functions.

A text's own definition wins over the vocabulary: after ``log = np.log2`` a ``log`` is no natural logarithm. A
definition that cannot be followed makes its calls unreadable, and never symbols.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Any, TypeAlias

from klcli.formula.read.ast_parts import is_all_but_first, names_in, rebuilt, walked
from klcli.formula.read.callee import called, is_module
from klcli.formula.read.calls.distributions import CONSTRUCTORS
from klcli.formula.read.calls.mapped import decorated, is_wrapper, rows_mapped
from klcli.formula.read.calls.table import OPERATIONS, rows_of
from klcli.formula.read.decorators import refuse_changing
from klcli.formula.read.expression_functions import ExpressionFunction, put_in
from klcli.formula.read.module_names import names_of_modules
from klcli.formula.read.syntax_errors import Complaint, FormulaError
from klcli.formula.read.vocabulary import LIBRARIES, MODULES
from klcli.values import replace

_MOST_NODES = 20_000
"""Nodes that definitions may put in: short ones that call each other twice double with every step."""

_Meaning: TypeAlias = ExpressionFunction | FormulaError | str | ast.expr | None
"""What a name stands for: a function, or what keeps it from being followed; a library's function, by its own
name; a module or a value; None for a function that calls itself, or is more than an expression."""


def with_definitions(statements: Sequence[ast.stmt], complaint: Complaint) -> list[ast.stmt]:
    """The statements without the definitions among them, which are put in where they are used.

    A function that is the last statement is what the text is about, and stays. The statements themselves are
    left as they are: others may hold them, too.

    Args:
        statements: of a text.
        complaint: makes the error for a problem at a node.

    Raises:
        FormulaError: a function is called that cannot be followed.
    """
    return _Inliner({**names_of_modules(statements)}, complaint).block(statements)


class _Inliner:
    def __init__(self, scope: dict[str, _Meaning], complaint: Complaint) -> None:
        self.scope = scope
        self.complaint = complaint
        self.added = 0
        self.made_of: dict[str, set[str]] = {}
        """The names whose values definitions have taken: arguments of distributions, defaults, functions."""

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements of one scope."""
        found: list[ast.stmt] = []
        for place, statement in enumerate(statements):
            if not self._defines(statement, is_last=place == len(statements) - 1):
                found.append(self._inside(statement))
        return found

    def _inside(self, statement: ast.stmt) -> ast.stmt:
        """A statement with its definitions put in; a function has a scope of its own."""
        if isinstance(statement, ast.FunctionDef | ast.With):
            inner = self
            if isinstance(statement, ast.FunctionDef):
                inner = _Inliner(dict(self.scope), self.complaint)
                for argument in statement.args.args:
                    inner.scope.pop(argument.arg, None)
            changed = copy(statement)
            changed.body = inner.block(statement.body) or statement.body
            return changed
        is_plain = not self.scope and not any(map(_calls_what_is_made, walked(statement)))
        found: ast.stmt = statement if is_plain else self._put(statement)
        for target in getattr(statement, "targets", [getattr(statement, "target", statement)]):
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    self.scope.pop(name.id, None)
                    if rows_of(name.id):
                        self.scope[name.id] = None  # a value, which is no such function where it is called
                    self._refuse_older(name.id, statement)
        return found

    def _refuse_older(self, name: str, statement: ast.stmt) -> None:
        """Follow no definition any more that was made with another value of a name."""
        for other in [other for other, names in self.made_of.items() if name in names and other != name]:
            problem = f"{name} gets another value after {other} was made with it"
            self.scope[other] = self.complaint(problem, statement, "give the second value another name")
            del self.made_of[other]

    def _defines(self, statement: ast.stmt, *, is_last: bool) -> bool:
        """Whether a statement only says what a name is; the scope knows it then."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments, body=body)):
                self._define(name, statement, lambda: ExpressionFunction(arguments, self._put(body)))
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if is_wrapper(value):
                self._define(name, statement, partial(self._wrapped, value))
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if function := self._named(value):
                self.scope[name] = function
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if (
                called(value) in CONSTRUCTORS and not is_last
            ):
                self.scope[name] = self._put(value)
                self.made_of[name] = names_in(value)
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_all_but_first(value):
                self.scope[name] = value
                return True
            case ast.FunctionDef(name=name) if not is_last:
                self._define(name, statement, lambda: self._function(statement))
                return True
        return False

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        """What names stand for that are imported; a function of another library has no name that is read."""
        is_function = isinstance(statement, ast.ImportFrom)
        for one in statement.names:
            library = getattr(statement, "module", one.name) or ""
            is_known = library.split(".")[0] in LIBRARIES and not getattr(statement, "level", 0)
            local = one.asname or one.name.split(".")[0]
            self.scope.pop(local, None)
            if not is_known and (local in MODULES or (is_function and rows_of(one.name))):
                problem = f"what {local} of {library or 'this package'} computes is not known"
                hint = "leave the import out if it is the usual function"
                self.scope[local] = self.complaint(problem, statement, hint)
            elif is_function and local != one.name:
                self.scope[local] = one.name
            elif one.asname and is_known and local not in MODULES and not is_function:
                self.scope[local] = ast.copy_location(ast.Name("np", ast.Load()), statement)

    def _define(
        self, name: str, statement: ast.stmt, function: Callable[[], ExpressionFunction | None]
    ) -> None:
        """Give a name a function; one that calls itself or is not followed is an error where it is used."""
        self._refuse_older(name, statement)
        self.made_of[name] = names_in(statement) & self.scope.keys() - {name}
        self.scope[name] = None
        try:
            self.scope[name] = function()
        except FormulaError as error:
            self.scope[name] = error
        if isinstance(known := self.scope[name], ExpressionFunction):
            self.made_of[name].update(*map(names_in, known.arguments.defaults))

    def _named(self, value: ast.expr) -> str:
        """The function of a library that an expression names without calling it."""
        match value:
            case ast.Attribute(value=owner, attr=name) if is_module(owner) and name in OPERATIONS:
                return name
            case ast.Name(id=name):
                known = self.scope.get(name)
                return known if isinstance(known, str) else ""
        return ""

    def _function(self, node: ast.FunctionDef) -> ExpressionFunction | None:
        """A function as one expression, its own variables put in; None for one that is more than that."""
        refuse_changing(node.decorator_list, self.complaint)
        inner = _Inliner(dict(self.scope), self.complaint)
        values: dict[str, ast.expr] = {}
        for statement in inner.block(node.body):
            match statement:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    values[name] = put_in(value, values)
                case ast.Return(value=ast.expr() as value):
                    found = ExpressionFunction(node.args, put_in(value, values))
                    body = decorated(found.body, node.decorator_list, is_closed=found.is_closed)
                    return replace(found, body=body) if body else None
                case _:
                    return None
        return None

    def _put(self, node: ast.AST) -> Any:
        """A node with what its names stand for in their place."""
        if isinstance(node, ast.Name):
            return self._put_name(node)
        found = rebuilt(node, self._put)
        return self._put_call(found) if isinstance(found, ast.Call) else found

    def _put_name(self, node: ast.Name) -> ast.expr:
        known = self.scope.get(node.id) if isinstance(node.ctx, ast.Load) else None
        if isinstance(known, FormulaError):
            raise known
        return known if isinstance(known, ast.expr) else node

    def _wrapped(self, node: ast.Call) -> ExpressionFunction | None:
        """A function that ``jit`` only runs faster, or that ``vmap`` applies to each row of its arguments."""
        match node.args[0]:
            case ast.Lambda(args=arguments, body=body):
                inner = ExpressionFunction(arguments, self._put(body))
            case ast.Name(id=name) if isinstance(known := self.scope.get(name), ExpressionFunction):
                inner = known
            case ast.Call() as call if is_wrapper(call) and (found := self._wrapped(call)):
                inner = found
            case _:
                return None
        if not called(node).endswith("vmap"):
            return inner
        # Of what is no argument nobody knows whether it has the axis that is mapped.
        return ExpressionFunction(inner.arguments, rows_mapped(node, inner.body)) if inner.is_closed else None

    def _put_call(self, node: ast.Call) -> ast.expr:
        known: _Meaning
        if isinstance(node.func, ast.Call) and is_wrapper(node.func):
            name, known = called(node.func), self._wrapped(node.func)
        elif isinstance(node.func, ast.Lambda):
            name, known = "lambda", ExpressionFunction(node.func.args, node.func.body)
        elif isinstance(node.func, ast.Name) and node.func.id in self.scope:
            name, known = node.func.id, self.scope[node.func.id]
        else:
            return node
        if isinstance(known, str):
            return ast.copy_location(ast.Call(_of_library(known, node.func), node.args, node.keywords), node)
        if isinstance(known, FormulaError):
            raise known
        given = known.given(node) if isinstance(known, ExpressionFunction) else None
        if not isinstance(known, ExpressionFunction) or given is None:
            hint = "put in what it computes, as one expression"
            raise self.complaint(f"{name} is defined here in a way that is not followed", node, hint)
        body = put_in(known.body, given)
        self.added += sum(1 for _ in ast.walk(body))
        if self.added > _MOST_NODES:
            raise self.complaint("the formula is too large with its definitions", node, "")
        return body


def _calls_what_is_made(node: ast.AST) -> bool:
    """Whether a node calls a function that has no name: ``jax.vmap(f)(x)``, ``(lambda x: x)(y)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Call | ast.Lambda)


def _of_library(name: str, place: ast.expr) -> ast.expr:
    """A function of a library by its own name, where another name of it stood."""
    if name not in OPERATIONS:
        return ast.copy_location(ast.Name(name, ast.Load()), place)
    module = ast.copy_location(ast.Name("np", ast.Load()), place)
    return ast.copy_location(ast.Attribute(module, name, ast.Load()), place)
