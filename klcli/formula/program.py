"""Reads a text of one or several statements, in mathematics or Python, into the one tree that it computes.

``var = exp(logvar); -1/2 (1 + logvar - mu^2 - var)`` is read as people write such lines: names stand for
what was assigned to them, in the order of the statements; methods that work in place change their object; an
assignment or a ``return`` may stand in front of the result, which is the last statement.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.formula import notation, python
from klcli.formula.syntax import FormulaError, check_text, check_tree
from klcli.formula.tree import Symbol, Tree, substitute

__all__ = ["LANGUAGES", "Language", "Program", "read", "read_program"]

Language: TypeAlias = Literal["math", "python"]
LANGUAGES: tuple[Language, ...] = ("math", "python")

_PYTHON = re.compile(r"\*\*|[A-Za-z_)\]]\s*\.\s*[A-Za-z_]|\breturn\b|\bdef\b|\b(axis|dim)\s*=|[-+*/]=")
"""What only Python writes."""
_EQUALS = re.compile(r"(?<![<>!=:+*/-])=(?!=|\s*\d+\s*\})")


@dataclass(frozen=True, slots=True)
class Program:
    """A text and what it computes.

    Attributes:
        text: as it was read; the places of the nodes of the tree are places in it.
        language: mathematics or Python.
        tree: its result, with the helper variables put in.
        spellings: how symbols are written that stand for attributes, subscripts and private names.
    """

    text: str
    language: Language
    tree: Tree
    spellings: Mapping[str, str] = field(default_factory=dict)


def read_program(text: str, language: Language | None = None) -> Program:
    """The program in the language that is given, or in that of the two which it is.

    A text that is valid in both means the same in both.

    Raises:
        KlcliError: empty or too long.
        FormulaError: it is neither; the message is that of the language which the text looks like.
    """
    check_text(text)
    if language:
        return _READERS[language](text)
    try:
        return _mathematics(text)
    except FormulaError as as_mathematics:
        try:
            return _python(text)
        except FormulaError as as_python:
            raise (as_python if _PYTHON.search(text) else as_mathematics) from None


def read(text: str) -> Tree:
    """The tree of a text in either language; see `read_program`.

    Raises:
        KlcliError: it is no formula.
    """
    return read_program(text).tree


def _mathematics(text: str) -> Program:
    """Equations and formulas, divided by ``;`` or, where there are equations, by line ends."""
    values: dict[str, Tree] = {}
    parts = _parts(text)
    for number, (start, end) in enumerate(parts, 1):
        last = number == len(parts)
        name, begin = _left_side(text, start, end, last=last)
        tree = substitute(_formula(text, begin, end), values)
        check_tree(tree, text)
        if name:
            values[name] = tree
    return Program(text, "math", tree)


def _parts(text: str) -> list[tuple[int, int]]:
    """Where the statements of a mathematical text begin and end."""
    dividers = ";\n" if _EQUALS.search(text) else ";"
    nesting, ends = 0, []
    for place, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if sign in dividers and nesting <= 0 and text[place - 1 : place] != "\\":
            ends.append(place)
    ends.append(len(text))
    starts = [0, *(end + 1 for end in ends[:-1])]
    parts = [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]
    if not parts:
        raise FormulaError("there is no formula between the semicolons", text, 0)
    return parts


def _left_side(text: str, start: int, end: int, *, last: bool) -> tuple[str, int]:
    """The name before the equals sign, if there is one, and where the formula begins.

    The result may have a label in its place, as in ``D_{KL}(q || p) = ...``.
    """
    signs = list(_EQUALS.finditer(text, start, end))
    if not signs:
        return "", start
    if len(signs) > 1:
        hint = "give one formula; each equation of a chain can be verified by itself"
        raise FormulaError("there are several equals signs", text, signs[1].start(), hint)
    written, begin = text[start : signs[0].start()], signs[0].end()
    try:
        found = notation.parse(written)
    except KlcliError:
        found = None
    if isinstance(found, Symbol):
        return found.name, begin
    if not last or ":" in written:
        raise FormulaError("only a name can be given a value", text, start, "for example 'var = exp(logvar)'")
    return "", begin


def _formula(text: str, start: int, end: int) -> Tree:
    """The tree of a part of a text, with places in the whole."""
    padded = re.sub(r"\S", " ", text[:start]) + text[start:end]
    try:
        return notation.parse(padded)
    except FormulaError as error:
        raise FormulaError(error.problem, text, error.position, error.hint) from None


def _python(text: str) -> Program:
    reader = python.Reader(textwrap.dedent(text.replace("\r\n", "\n").expandtabs(8)))
    tree = reader.checked(lambda: _Statements(reader).result(reader.statements()))
    return Program(reader.text, "python", tree, reader.spellings)


class _Statements:
    """Follows assignments in their order."""

    def __init__(self, reader: python.Reader) -> None:
        self.reader = reader
        self.unread: dict[str, FormulaError] = {}
        """Why the value of a name could not be read; such a name is a symbol."""
        self.problem: FormulaError | None = None
        """Why the statement before could not be read, if it could not."""

    def result(self, statements: Sequence[ast.stmt]) -> Tree:
        """What the last statement computes."""
        tree: Tree | None = None
        last = statements[-1] if statements else None
        for statement in statements:
            tree = self.run(statement)
            last = statement
        if isinstance(tree, Symbol) and tree.name in self.unread:
            raise self.unread[tree.name]
        if tree is None and self.problem:
            raise self.problem
        if tree is None:
            if last is None:
                raise FormulaError("there is no formula in this text", self.reader.text, 0)
            raise self.reader.error("the last statement is no formula", last, "end with the KL term")
        return tree

    def run(self, statement: ast.stmt) -> Tree | None:
        """Follow one statement; the value that it computes, if it does."""
        self.problem = None
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass() | ast.Import() | ast.ImportFrom():
                return None
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
                return self.reader.tree(value)
            case ast.Assign(targets=[target], value=value):
                return self.assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self.assign(target, value)
            case ast.AugAssign(target=target, op=operator, value=value):
                joined = ast.copy_location(ast.BinOp(target, operator, value), statement)
                return self.assign(target, joined)
            case ast.FunctionDef(body=body) | ast.With(body=body):
                return self.result(body)
        hint = "assignments, a return and the formula itself are read"
        raise self.reader.error("this statement has no place in a formula", statement, hint)

    def assign(self, target: ast.expr, value: ast.expr) -> Tree | None:
        if isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            if len(values) == len(target.elts):
                for entry, part in zip(target.elts, values, strict=True):
                    self.assign(entry, part)
                return None
            for entry in target.elts:
                self.forget(entry)
            return None
        name = self.name_of(target)
        try:
            tree = self.reader.tree(value)
        except FormulaError as error:
            # What a network computes is no formula; the name is then a symbol.
            self.forget(target)
            self.unread[name] = self.problem = error
            return None
        self.reader.values[name] = tree
        return tree

    def forget(self, target: ast.expr) -> None:
        self.reader.values.pop(self.name_of(target), None)

    def name_of(self, target: ast.expr) -> str:
        """The name under which the reader looks a value up."""
        if isinstance(target, ast.Name):
            return target.id
        symbol = self.reader.atom(target) if isinstance(target, ast.Attribute | ast.Subscript) else None
        if symbol is None:
            raise self.reader.error("only names, attributes and subscripts are given values", target)
        return symbol.name


_READERS = {"math": _mathematics, "python": _python}
