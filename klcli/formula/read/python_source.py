"""A text of Python: its lines, the places in it, and its syntax trees."""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from itertools import accumulate
from typing import Any

from klcli.formula.read.aside_statements import without_what_follows
from klcli.formula.read.hidden_code import refuse_hidden
from klcli.formula.read.math_source import PlainText
from klcli.formula.read.own_contexts import refuse_own
from klcli.formula.read.syntax_errors import (
    MAX_DEPTH,
    FormulaError,
    check_text,
    too_deep,
)
from klcli.formula.tree import Span


def _check_nesting(text: str) -> None:
    nesting = 0
    for position, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if nesting > MAX_DEPTH:
            raise too_deep(text, position)


class SourceText:
    """A text of Python, which is parsed and never run.

    Attributes:
        text: what is read, with plain blanks and line ends.
        lines: its lines, each with its end.
        names: the names in it, once it was parsed.
        apart: the KL behind which statements are left out that do not use it; empty if there are none.
    """

    def __init__(self, text: str) -> None:
        check_text(text)
        plain = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
        # Of the same length, so that places stay what they are.
        plain = plain.replace("\r\n", " \n").replace("\r", "\n").strip()
        _check_nesting(plain)
        self.text = plain
        self.lines = [f"{line}\n" for line in plain.split("\n")]
        self._starts = list(accumulate(map(len, self.lines), initial=0))
        self._is_ascii = plain.isascii()
        self.names: frozenset[str] = frozenset()
        self.apart = ""

    @property
    def kept(self) -> PlainText:
        """What a program keeps of it."""
        return PlainText(self.text)

    def position(self, line: int, column: int) -> int:
        """The place in the text of a place in the UTF-8 bytes of a line, as `ast` counts."""
        before = self._starts[line - 1]
        if self._is_ascii:
            return before + column
        return before + len(self.lines[line - 1].encode()[:column].decode())

    def place(self, node: ast.expr | ast.stmt) -> Span:
        """The beginning and the end of a node."""
        start = self.position(node.lineno, node.col_offset)
        return start, self.position(node.end_lineno or 1, node.end_col_offset or 0)

    def spelled(self, node: ast.expr | ast.stmt) -> str:
        """How a node is written."""
        start, end = self.place(node)
        return self.text[start:end]

    def behind(self, node: ast.expr, sign: str) -> Span:
        """The place of a sign behind a node."""
        start = self.text.index(sign, self.place(node)[1])
        return start, start + len(sign)

    def is_all(self, node: ast.expr) -> bool:
        """Whether there is nothing but this expression."""
        return self.place(node) == (0, len(self.text))

    def error(self, problem: str, place: Span, hint: str = "") -> FormulaError:
        """An error at a place.

        Args:
            problem: what is wrong, in words.
            place: a span of the text.
            hint: what to write instead; empty where that is not known.
        """
        return FormulaError(problem, self.text, place[0], hint)

    def expression(self) -> ast.expr:
        """The syntax tree of a text that is one expression."""
        return self._syntax("eval").body  # type: ignore[no-any-return]

    def statements(self) -> list[ast.stmt]:
        """The syntax trees of a text that is a sequence of statements, up to the last that uses its KL."""
        every = self._syntax("exec").body
        for refuse in (refuse_hidden, refuse_own):
            refuse(every, lambda problem, node, hint: self.error(problem, self.place(node), hint))
        found, self.apart = without_what_follows(every)
        return found

    def _syntax(self, mode: str) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = ast.parse(self.text, mode=mode)
        except SyntaxError as error:
            raise self._not_python(error) from None
        except (RecursionError, MemoryError):
            raise too_deep(self.text) from None
        self.names = frozenset(node.id for node in ast.walk(found) if isinstance(node, ast.Name))
        return found

    def _not_python(self, error: SyntaxError) -> FormulaError:
        """What Python says of the place; its guesses about what was meant are for programs and left out."""
        # The first clause: guesses follow behind a stop, a semicolon or a bracket.
        reason = re.split(r"\. |; | \(", error.msg)[0]
        before = self._starts[(error.lineno or 1) - 1]
        column = error.offset - 1 if error.offset else len(self.text)  # 0 is the end of the text
        position = min(before + column, len(self.text))
        hint = "a product is written with * and a power with **" if reason.startswith("invalid") else ""
        if "never closed" in reason:
            hint = "add the closing bracket"
        # An equals sign that is no part of ==, !=, <= or >=.
        elif re.search(r"(?<![=!<>])=(?!=)", self.text):
            hint = "give the right-hand side only"
        return FormulaError(f"not a Python expression: {reason}", self.text, position, hint)
