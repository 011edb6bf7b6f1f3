"""A row of the table of calls, and what a row is handed to read a call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Protocol

from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.tree import Symbol, Tree
from klcli.values import dataclass

LABEL_NAMES = ("name", "dtype")
"""Arguments that change no value: TensorFlow's names of operations, the type of a result."""


class CallReader(Protocol):
    """What the rows need of the reader of a text.

    Attributes:
        source: what is read.
        values: the trees that names stand for, where statements before gave them one.
        losses: what symbols compute that stand for other losses, where it is known.
        unread: what was assigned to names and could not be read.
    """

    source: SourceText | SourceNodes
    values: dict[str, Tree]
    losses: dict[str, Tree]
    unread: dict[str, ast.expr]

    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""

    def read(self, node: ast.expr) -> Tree | None:
        """The tree of an expression; None for what is no formula."""

    def named(self, node: ast.expr, wish: str) -> Symbol:
        """A symbol for a value that is not followed, always the same for the same text."""

    def call_it(self, name: str, tree: Tree) -> None:
        """Say what the value of a name is, under all names of its object, without changing it."""

    def error(self, problem: str, node: ast.expr | ast.stmt, hint: str = "") -> FormulaError:
        """An error at a node.

        Args:
            problem: in words.
            node: where it is.
            hint: what to write instead.
        """


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that is being read.

    Attributes:
        name: the bare name of the function, without the dash of torch's methods in place.
        arguments: what it is called with by place, the object of a method first.
        node: the call.
    """

    name: str
    arguments: list[ast.expr]
    node: ast.Call


Build = Callable[..., Tree]


@dataclass(frozen=True, slots=True)
class CallRow:
    """A function of libraries.

    Attributes:
        names: what it is called in torch, Keras, TensorFlow, JAX, numpy and as a method.
        arguments: what it takes, as in ``x, axis, keepdim``.
        meaning: what it computes, in words.
        read: the formula of a call; None where this row does not know a call of that name.
        build: the formula in the trees of its first arguments, where it is always the same.
        is_sure: whether every call of one of the names is read, if its arguments are those that it takes.
    """

    names: tuple[str, ...]
    arguments: str
    meaning: str
    read: Callable[[CallReader, Invocation], Tree | None]
    build: Build | None = None
    is_sure: bool = True


def row(
    names: str,
    arguments: str,
    meaning: str,
    read: Callable[[CallReader, Invocation], Tree | None],
    *,
    build: Build | None = None,
    is_sure: bool = True,
) -> CallRow:
    """A row with its names in one text, with blanks between them; the rest is as in `CallRow`.

    Args:
        names: under which the function is called, with blanks between them.
        arguments: as in `CallRow`.
        meaning: in words.
        read: makes a tree of a call, or None where it cannot be read.
        build: as in `CallRow`.
        is_sure: as in `CallRow`.
    """
    return CallRow(tuple(names.split()), arguments, meaning, read, build, is_sure=is_sure)


def of_first(build: Callable[[Tree], Tree]) -> Callable[[CallReader, Invocation], Tree | None]:
    """Reads a call as what is built of its first argument; a call without any means something else."""

    def read(reader: CallReader, call: Invocation) -> Tree | None:
        return build(reader.tree(call.arguments[0])) if call.arguments else None

    return read


def keywords_of(call: Invocation, *names: str) -> list[ast.expr]:
    """What a call is given under one of these names."""
    return [entry.value for entry in call.node.keywords if entry.arg in names]
