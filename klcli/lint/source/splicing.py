"""Changes of a source before it is parsed, undone afterwards in the places of its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from itertools import accumulate

from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """A text in the place of a span of source, with as many ends of lines as the span has."""

    start: int
    end: int
    text: str


def spliced(text: str, changes: Iterable[Splice]) -> str:
    """The source with changes made, which are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += (text[at : change.start], change.text)
        at = change.end
    return "".join((*parts, text[at:]))


def relocate(tree: ast.Module, text: str, changes: Sequence[Splice]) -> None:
    """Moves the nodes of a tree to where they stand in the source, before the changes were made.

    Args:
        tree: of the changed text; its places are changed.
        text: of the source.
        changes: what was changed in it, in order.
    """
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    moves = _moves(text, starts, changes)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword | ast.alias):
            if node.lineno in moves:
                node.col_offset = _before(node.col_offset, moves[node.lineno])
            if node.end_lineno in moves and node.end_col_offset is not None:
                node.end_col_offset = _before(node.end_col_offset, moves[node.end_lineno])


_Move = tuple[int, int, int, int]
"""Where a change begins and ends in its line: in bytes, after it was made and before."""


def _moves(text: str, starts: Sequence[int], changes: Sequence[Splice]) -> dict[int, list[_Move]]:
    """The moves in every line that was changed, in order; of a change of several lines, in its first."""
    found: dict[int, list[_Move]] = {}
    number = known = 0
    for change in changes:
        while starts[number + 1] <= change.start:
            number += 1
        moves = found.setdefault(number + 1, [])
        known = known if moves else starts[number]
        after, before = moves[-1][1::2] if moves else (0, 0)
        gap = len(text[known : change.start].encode())
        made = len(change.text.partition("\n")[0].encode())
        known = min(change.end, starts[number + 1] - 1)
        taken = len(text[change.start : known].encode())
        moves.append((after + gap, after + gap + made, before + gap, before + gap + taken))
    return found


def _before(column: int, moves: Iterable[_Move]) -> int:
    """The column of a line before its changes were made; that of a change's begin, inside of one."""
    shift = 0
    for begin, end, old_begin, old_end in moves:
        if column <= begin:
            break
        if column < end:
            return old_begin
        shift = old_end - end
    return column + shift
