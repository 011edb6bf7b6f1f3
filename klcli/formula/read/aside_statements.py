"""Statements of a pasted text that have nothing to do with its KL: they stand behind it or only report.

A KL is known by the name that it is given. What follows it where it is copied from, the sample or another
term, is no part of it; a loss that it is in is, and so is everything that changes it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import copy

from klcli.formula.read.ast_parts import are_alike, literal, names_in, walked
from klcli.formula.read.callee import called, is_module
from klcli.formula.read.identifiers import BESIDE_A_KL, KL
from klcli.formula.read.vocabulary import MODULES

_REPORTING = frozenset(
    ("print", "step", "zero_grad", "append", "log", "add_scalar", "info", "update", "update_state")
)
"""Calls that stand as statements beside a loss and compute none of it."""
_SQUARES = frozenset(("pow", "power", "square", "norm", "addcmul"))


def without_what_follows(statements: Sequence[ast.stmt]) -> tuple[list[ast.stmt], str]:
    """The statements up to the last one that uses the KL among them, and what that is called.

    They are all of them, and the name is empty, where none is called one or nothing follows it. What has a
    square in it, and two names that the KL is made of, may be another KL: then the last statement is meant.
    So may any square behind a function that is not called. What changes in place what the KL is made of may
    change the KL.

    Args:
        statements: of a text, in their order.
    """
    names: dict[str, None] = {}
    made_of: set[str] = set()
    options: set[str] = set()
    last = 0
    is_function = False
    for place, statement in enumerate(statements, 1):
        mentioned = set(_mentioned(statement)) - options
        if _is_option(statement) and names.keys().isdisjoint(_given(statement)):
            options.update(_given(statement))
            continue
        own = dict.fromkeys(filter(_is_kl, _given(statement)))
        if own or not names.keys().isdisjoint(mentioned) or any(map(_is_kl, mentioned)):
            names |= own | dict.fromkeys(_given(statement))
            made_of |= mentioned.difference(MODULES)
            last, is_function = place, _is_function(statement)
        elif (
            _has_square(statement) and (is_function or len(made_of.difference(names) & mentioned) > 1)
        ) or not _sources(made_of, statements[:last]).isdisjoint(_changed(statement)):
            return list(statements), ""
    found = list(statements[: last or None])
    behind = next(iter(names), "") if len(found) < len(statements) else ""
    match found:
        case [*before, (ast.FunctionDef() | ast.With()) as block]:
            changed = copy(block)
            changed.body, within = without_what_follows(block.body)
            return [*before, changed], within or behind
    return found, behind


def _is_option(statement: ast.stmt) -> bool:
    """Whether a statement gives a name a number or a word: ``kl_dim = 1`` is no KL."""
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute()], value=value):
            return all(name in MODULES for name in names_in(value))
    return False


def _sources(names: set[str], statements: Sequence[ast.stmt]) -> set[str]:
    """Names, and those of what stands in what they were given."""
    found = set(names)
    for statement in reversed(statements):
        if not found.isdisjoint(_given(statement)):
            found.update(_mentioned(statement))
    return found


def _is_function(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) or isinstance(getattr(statement, "value", None), ast.Lambda)


def _has_square(statement: ast.stmt) -> bool:
    return any(map(_is_square, walked(statement)))


def _is_square(node: ast.AST) -> bool:
    match node:
        case ast.Pow():
            return True
        case ast.BinOp(left=left, op=ast.Mult() | ast.MatMult(), right=right):
            return are_alike(left, right)
        case ast.Call(args=[left, right]) if are_alike(left, right):
            return True
        case ast.Call(func=ast.Attribute(value=left), args=[right]) if are_alike(left, right):
            return True
    return isinstance(node, ast.Call) and called(node).strip("_") in _SQUARES


def _changed(statement: ast.stmt) -> Iterator[str]:
    """The names of what a statement changes in place, as far as that can be seen."""
    for node in walked(statement):
        match node:
            case ast.AugAssign(target=owner) | ast.Subscript(value=owner, ctx=ast.Store()):
                yield from names_in(owner)
            case ast.Call(func=ast.Attribute(attr=name)) if name.endswith("_"):
                yield from names_in(node)
            case ast.keyword(arg="out", value=owner):
                yield from names_in(owner)


def _is_kl(name: str) -> bool:
    return KL.says(name) and not BESIDE_A_KL.says(name)


def _given(statement: ast.stmt) -> Iterator[str]:
    """The names, attributes and entries that a statement gives values."""
    for node in walked(statement):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Store())
                | ast.FunctionDef(name=name)
            ):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name


def _mentioned(statement: ast.stmt) -> Iterator[str]:
    """The names, attributes and words in a statement that may be those of what has a value."""
    for node in walked(statement):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant() if isinstance(word := literal(node), str):
                yield word


def only_reports(statement: ast.stmt) -> bool:
    """Whether a statement only reports, or asks an optimiser to go on.

    Args:
        statement: of a text.
    """
    match statement:
        case ast.Assert() | ast.Break() | ast.Continue() | ast.Raise():
            return True
        case ast.If(body=body, orelse=[]):
            return all(map(only_reports, body))
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=name))):
            return name in _REPORTING and not is_module(owner)
    return False
