"""Source with errors, or of Python 2: its tree without what cannot be read, and what that is in words."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from klcli.lint.source.decoding import UnreadableError
from klcli.lint.source.division import with_floors
from klcli.lint.source.error_recovery import SourceRepair, repaired
from klcli.lint.source.notebooks import NotebookCell, cell_at, python_from
from klcli.lint.source.splicing import Splice, relocate, spliced
from klcli.lint.source.syntax import FAILURES, syntax
from klcli.values import dataclass

_MOST_NAMED = 5
"""Places that are named one by one."""
_LEAST_READ = 0.5
"""Of the statements of a file; a file of which less can be read is no Python."""


@dataclass(frozen=True, slots=True)
class MendedSource:
    """What of a source with errors can be read.

    Attributes:
        tree: its syntax; all its places are those of the text.
        skipped: what was not read, in words; empty where everything was.
        is_python_2: whether it has statements of Python 2, where 1 / 2 is 0.
    """

    tree: ast.Module
    skipped: str
    is_python_2: bool


def mended(text: str, cells: Sequence[NotebookCell], error: BaseException) -> MendedSource:
    """A source with errors, read statement by statement.

    Args:
        text: the source.
        cells: of a notebook, in order; each is read by itself.
        error: what parsing the whole has raised.

    Raises:
        UnreadableError: it is no Python at all.
    """
    found = _of_cells(text, cells) if cells else repaired(text)
    try:
        tree = syntax(spliced(text, found.changes))
    except FAILURES:
        raise UnreadableError(_reason(error)) from None
    if found.left_out and len(found.left_out) > (1 - _LEAST_READ) * found.lines:
        raise UnreadableError(_reason(error))
    relocate(tree, text, found.changes)
    if found.is_python_2:
        tree = with_floors(tree)
    return MendedSource(tree, _skipped(found.left_out, cells), found.is_python_2)


def _of_cells(text: str, cells: Sequence[NotebookCell]) -> SourceRepair:
    """The repair of a notebook, each cell by itself."""
    whole = SourceRepair()
    for cell in cells:
        source = text[cell.start : cell.end]
        begin = python_from(source)
        if begin != 0:
            end = cell.end if begin is None else cell.start + begin
            lines = "\n" * text.count("\n", cell.start, end)
            whole.changes.append(Splice(cell.start, end, lines))
        if begin is not None:
            _add(whole, repaired(source[begin:]), cell, begin)
    return whole


def _add(whole: SourceRepair, part: SourceRepair, cell: NotebookCell, begin: int) -> None:
    start = cell.start + begin
    whole.changes += (Splice(start + one.start, start + one.end, one.text) for one in part.changes)
    whole.left_out += ((cell.line - 1 + first, cell.line - 1 + last) for first, last in part.left_out)
    whole.lines += part.lines
    whole.is_python_2 |= part.is_python_2


def _reason(error: BaseException) -> str:
    match error:
        case SyntaxError(lineno=int(line)) if line:
            return f"it is no Python 3: line {line}: {error.msg}"
        case SyntaxError():
            return f"it is no Python 3: {error.msg}"
    return "it is too deeply nested"


def _skipped(left_out: Sequence[tuple[int, int]], cells: Sequence[NotebookCell]) -> str:
    """The lines that were left out, in words."""
    if not left_out:
        return ""
    named = [_spot(first, last, cells) for first, last in left_out[:_MOST_NAMED]]
    if len(left_out) > _MOST_NAMED:
        named.append(f"{len(left_out) - _MOST_NAMED} others")
    spots = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    verb = "is" if len(left_out) == 1 and left_out[0][0] == left_out[0][1] else "are"
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return f"{spots} {verb} no {version} and {'was' if verb == 'is' else 'were'} left out"


def _spot(first: int, last: int, cells: Sequence[NotebookCell]) -> str:
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    cell = cell_at(cells, first)
    if cell is None:
        return lines
    line = first - cell.line + 1
    lines = f"line {line}" if first == last else f"lines {line} to {line + last - first}"
    return f"{lines} of cell {cell.number}"
