"""Expressions written as their source writes the like."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy

from klcli.lazy_regex import regex
from klcli.lint.findings.term_places import segment
from klcli.lint.source.module import Module

_CLOSED = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant)
"""What needs no brackets around it anywhere."""
_KEPT = regex(r"\bkept_(\d+)_\b")
"""The name that stands in a tree for a part that stays as it is written."""
_SIGNS = {"**": r"\*\*", "*": r"(?<!\*)\*(?!\*)", "/": "/", "+": r"\+", "-": r"(?<!\d[eE])-"}
_SIMPLE_POWER = regex(r"(?<![\w)\].])(\w+) \*\* (\w+)\b")
"""A power of a name or a number, which formatters write without blanks."""


def spellings(new: ast.expr, source: Module) -> Iterator[str]:
    """Ways to write an expression that comes into a statement, the best first; the last is safe anywhere.

    Names, calls and numbers that the statement has are written as there, with its quotes and its digits, and
    there are blanks around a sign where it mostly has them.

    Args:
        new: the expression.
        source: the statement by itself.
    """
    written = _Written(source)
    best = written.text(new)
    yield best
    yield f"({best})"
    yield f"({ast.unparse(new)})"


class _Written(ast.NodeTransformer):
    """What a statement has already, and how it is written there."""

    def __init__(self, source: Module) -> None:
        self._source = source.text
        self._known: dict[str, str] = {}
        for node in ast.walk(source.tree):
            if isinstance(node, _CLOSED):
                self._known.setdefault(ast.dump(node), segment(node, source))
        self._kept: list[str] = []

    def text(self, new: ast.expr) -> str:
        """An expression with its known parts as they are written."""
        text = self._spaced(ast.unparse(self.visit(deepcopy(new))))
        return _KEPT.sub(lambda found: self._kept[int(found[1])], text)

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or a name in the place of what is known."""
        known = self._known.get(ast.dump(node)) if isinstance(node, _CLOSED) else None
        if known is None:
            return self.generic_visit(node)
        self._kept.append(known)
        return ast.Name(f"kept_{len(self._kept) - 1}_", ast.Load())

    def _spaced(self, text: str) -> str:
        for sign, pattern in _SIGNS.items():
            # Between two names, numbers or brackets without a blank.
            close = len(re.findall(rf"[\w)\]]{pattern}[\w(]", self._source))
            # Between two blanks.
            wide = len(re.findall(rf"\s{pattern}\s", self._source))
            if close >= max(1, wide) and not (sign == "**" and wide):
                text = text.replace(f" {sign} ", sign)
            elif sign == "**" and close >= wide:
                text = _SIMPLE_POWER.sub(r"\1**\2", text)
        return text
