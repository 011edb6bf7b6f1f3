"""Where a term stands, and how it is written there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.lint.findings.places import SourceSpan
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import lines_of
from klcli.lint.source.module import Module


def node_of(excerpt: CodeExcerpt) -> ast.stmt | ast.expr:
    """What people would point at: an assignment, or the value of any other statement."""
    node = excerpt.formula.node
    if isinstance(node, ast.Return | ast.Expr):
        return node.value or node
    return node


def place_of(excerpt: CodeExcerpt) -> SourceSpan:
    """The place of a term."""
    return span(node_of(excerpt), excerpt.owner.module)


def span(node: ast.stmt | ast.expr, module: Module) -> SourceSpan:
    """The place of a node of a module."""
    lines = lines_of(module)
    end = node.end_lineno or node.lineno
    last = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return SourceSpan(
        module.path,
        node.lineno,
        _column(lines, node.lineno, node.col_offset),
        end,
        _column(lines, end, last),
        module.cell(node.lineno),
    )


def expression_of(excerpt: CodeExcerpt) -> str:
    """A term as it is written."""
    node = node_of(excerpt)
    return segment(node, excerpt.owner.module) or ast.unparse(node)


def segment(node: ast.stmt | ast.expr, module: Module) -> str:
    """A node of a module as it is written.

    `ast.get_source_segment` takes a time that grows with the square of the length of a line.
    """
    end = node.end_lineno or node.lineno
    first, *others = (line.encode() for line in lines_of(module)[node.lineno - 1 : end])
    lines = [first[node.col_offset :], *others] if others else [first]
    start = 0 if others else node.col_offset
    lines[-1] = lines[-1][start : node.end_col_offset]
    return b"\n".join(lines).decode(errors="ignore")


def lines_at(excerpt: CodeExcerpt) -> tuple[str, ...]:
    """The whole lines in which a term stands."""
    node = node_of(excerpt)
    return tuple(lines_of(excerpt.owner.module)[node.lineno - 1 : node.end_lineno])


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    """The column in characters, from 1, of an offset in bytes."""
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode()[:offset].decode(errors="ignore")) + 1
