"""Python source as it is found in the wild: modules and notebooks, parsed and never run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from klcli.lint.reading.decoding import (
    ForeignError,
    UnreadableError,
    decoded,
    encoding_of,
    without_surrogates,
)
from klcli.lint.reading.division import with_floors
from klcli.lint.reading.notebooks import NotebookCell, cells_of, code_of, is_notebook, python_from
from klcli.lint.reading.repair import FAILURES, SourceRepair, repaired, syntax
from klcli.lint.reading.splicing import Splice, relocate, spliced
from klcli.values import dataclass, replace

__all__ = ["NotebookCell", "ForeignError", "Module", "UnreadableError", "encoding_of", "parsed", "text_of"]

_MOST_NAMED = 5
_LEAST_READ = 0.5
"""Of the statements of a file; a file of which less can be read is no Python."""


@dataclass(frozen=True, slots=True)
class Module:
    """Source that was parsed.

    Attributes:
        path: where it stands.
        text: the source as it is written; that of a notebook is the code of its cells, one after the other.
        tree: its syntax; all its places are those of the text.
        skipped: what was not read, in words; empty where everything was.
        is_python_2: whether it has statements of Python 2, where 1 / 2 is 0.
        cells: of a notebook, in order.
    """

    path: str
    text: str
    tree: ast.Module
    skipped: str = ""
    is_python_2: bool = False
    cells: tuple[NotebookCell, ...] = ()

    def cell(self, line: int) -> NotebookCell | None:
        """The cell that a line stands in; None for no notebook."""
        return _cell(self.cells, line)


def text_of(data: bytes, path: str) -> str:
    """The source in the bytes of a file; the code of a notebook, its cells one after the other.

    Raises:
        ForeignError: a notebook of another language.
        UnreadableError: no text, or no notebook.
    """
    return code_of(data) if is_notebook(path) else decoded(data)


def parsed(text: str, path: str) -> Module:
    """The module of a source, without the statements that are no Python.

    Raises:
        UnreadableError: it is no Python at all.
    """
    cells = cells_of(text) if is_notebook(path) else ()
    try:
        return Module(path, text, syntax(text), cells=cells)
    except UnicodeEncodeError:
        return parsed(without_surrogates(text), path)
    except FAILURES as error:
        return _mended(Module(path, text, ast.Module([], []), cells=cells), error)


def _mended(module: Module, error: BaseException) -> Module:
    """The module of a source with errors, read statement by statement."""
    found = _of_cells(module) if module.cells else repaired(module.text)
    try:
        tree = syntax(spliced(module.text, found.changes))
    except FAILURES:
        raise UnreadableError(_reason(error)) from None
    if found.left_out and len(found.left_out) > (1 - _LEAST_READ) * found.lines:
        raise UnreadableError(_reason(error))
    relocate(tree, module.text, found.changes)
    if found.is_python_2:
        tree = with_floors(tree)
    skipped = _skipped(found.left_out, module.cells)
    return replace(module, tree=tree, skipped=skipped, is_python_2=found.is_python_2)


def _of_cells(module: Module) -> SourceRepair:
    """The repair of a notebook, each cell by itself."""
    whole = SourceRepair()
    for cell in module.cells:
        source = module.text[cell.start : cell.end]
        begin = python_from(source)
        if begin != 0:
            end = cell.end if begin is None else cell.start + begin
            lines = "\n" * module.text.count("\n", cell.start, end)
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
    cell = _cell(cells, first)
    if cell is None:
        return lines
    line = first - cell.line + 1
    lines = f"line {line}" if first == last else f"lines {line} to {line + last - first}"
    return f"{lines} of cell {cell.number}"


def _cell(cells: Sequence[NotebookCell], line: int) -> NotebookCell | None:
    return next((cell for cell in reversed(cells) if cell.line <= line), None)
