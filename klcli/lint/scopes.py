"""Data flow: for every statement of a function, the statements before it that its value depends on.

Assignments are followed in their order. What a branch or a loop assigns is not known after it, and a name
that is not known is a symbol of the formula.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from klcli.formula.tree import FUNCTIONS
from klcli.lint.source import Module, may_hold_terms

__all__ = ["Excerpt", "excerpts"]

_TRANSCENDENTAL = frozenset(FUNCTIONS) - {"abs", "sqrt"} | {"exp_", "log_"}
_MOST_BEFORE = 40
"""Statements that a formula may depend on; more are those of no closed form."""
_MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A statement and what it depends on, as a program of its own.

    Attributes:
        statement: the last of the program.
        formula: the one among its statements that adds up the most terms, which people would point at.
        text: the program, written anew.
        owner: the function, ``Class.function`` or empty for the module.
        depends: the numbers of the lines of all its statements.
    """

    statement: ast.stmt
    formula: ast.stmt
    text: str
    owner: str
    depends: frozenset[int]


def excerpts(module: Module) -> Iterator[Excerpt]:
    """Every statement that computes something with a logarithm or an exponential, with what it depends on."""
    lines = module.text.split("\n")
    yield from _of_block(module.tree.body, [], "", lines)


class _Step:
    """A statement, with what its data flow needs computed once."""

    def __init__(self, node: ast.stmt) -> None:
        self.node = node

    @cached_property
    def targets(self) -> frozenset[str]:
        """The names that it gives values, as they are written; or changes in place."""
        match self.node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))):
                return frozenset((name,)) if method.endswith("_") else frozenset()
        return frozenset(_assigned(self.node))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its value uses, as they are written."""
        found = {ast.unparse(node) for node in ast.walk(self.node) if isinstance(node, _NAMES)}
        return frozenset(found)

    @cached_property
    def is_transcendental(self) -> bool:
        """Whether it calls a logarithm or an exponential, or has e in a power."""
        words = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(self.node))
        return not _TRANSCENDENTAL.isdisjoint(words)

    @cached_property
    def sums(self) -> int:
        """How many sums and differences it has; none in a statement of no line."""
        signs = (getattr(node, "op", None) for node in ast.walk(self.node))
        return sum(isinstance(sign, ast.Add | ast.Sub) for sign in signs) if self.node.lineno else -1

    @cached_property
    def text(self) -> str:
        """Its source, written anew."""
        return ast.unparse(self.node)


_NAMES = (ast.Name, ast.Attribute, ast.Subscript)


def _of_block(
    body: Sequence[ast.stmt], before: list[_Step], owner: str, lines: Sequence[str]
) -> Iterator[Excerpt]:
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if may_hold_terms("\n".join(lines[statement.lineno - 1 : statement.end_lineno])):
                    inner = f"{owner}.{name}" if owner else name
                    yield from _of_block(statement.body, [], inner, lines)
            case ast.With(body=inside) | ast.AsyncWith(body=inside):
                yield from _of_block(inside, before, owner, lines)
            case ast.If() | ast.For() | ast.AsyncFor() | ast.While() | ast.Try():
                for block in _blocks(statement):
                    yield from _of_block(block, list(before), owner, lines)
                before += [_Step(_forgotten(name)) for name in sorted(_assigned(statement))]
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Return() | ast.Expr():
                for part in _parts(statement):
                    if found := _excerpt(_Step(part), before, owner):
                        yield found
                before.append(_Step(statement))


def _parts(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statement; each of the values that a return gives back, as one of its own."""
    match statement:
        case ast.Return(value=ast.Tuple(elts=entries)):
            for entry in entries:
                yield ast.copy_location(ast.Return(entry), entry)
        case _:
            yield statement


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        yield getattr(statement, field, [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that are given values somewhere below a statement."""
    return {
        ast.unparse(node)
        for node in ast.walk(statement)
        if isinstance(node, _NAMES) and isinstance(node.ctx, ast.Store)
    }


def _forgotten(name: str) -> ast.stmt:
    """An assignment of something unknown, in no line."""
    found = ast.parse(f"{name} = unknown_()").body[0]
    found.lineno = 0
    return found


def _excerpt(step: _Step, before: Sequence[_Step], owner: str) -> Excerpt | None:
    value = getattr(step.node, "value", None)
    if not isinstance(value, ast.BinOp | ast.UnaryOp | ast.Call | ast.Name | ast.Attribute | ast.Tuple):
        return None
    kept, wanted = [step], set(step.names)
    for earlier in reversed(before):
        if not earlier.targets.isdisjoint(wanted):
            kept.append(earlier)
            wanted |= earlier.names
            if len(kept) > _MOST_BEFORE:
                return None
    if not any(part.is_transcendental for part in kept):
        return None
    text = "\n".join(part.text for part in reversed(kept))
    if len(text) > _MOST_CHARACTERS:
        return None
    formula = max(kept, key=lambda part: part.sums)
    return Excerpt(step.node, formula.node, text, owner, frozenset(part.node.lineno for part in kept))
