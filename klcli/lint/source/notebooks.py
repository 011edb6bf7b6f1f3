"""The code of notebooks: its cells one after the other, and what in them is no Python."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from klcli.lazy_regex import regex
from klcli.lint.source.decoding import ForeignError, UnreadableError, decoded, without_surrogates
from klcli.values import dataclass

_MARK = "# %% [cell {}]"
_MARKED = regex(r"^# %% \[cell (\d+)\]$", re.MULTILINE)
"""`_MARK` with its number."""
_PYTHON = regex(r"python|sage|^$", re.IGNORECASE)
"""Names of kernels and languages whose code is Python; a notebook that names none is taken for such."""
_CELL_MAGIC = regex(r"\s*%%(\w+)[^\n]*")
"""What the whole cell is handed to."""
_KEEP_PYTHON = frozenset(
    ("time", "timeit", "capture", "prun", "python", "python3", "python2", "pypy", "px", "memit", "local")
)
"""Magics for a cell that is run all the same."""
_WRITES = regex(r"\s*%%(?:writefile|file)\b[^\n]*\.py[ \t]*(?:\n|\Z)")
"""A cell that is kept in a file of Python, and so is read as one."""


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A cell of code in the text of a notebook.

    Attributes:
        number: among all the cells of the notebook, from 1.
        line: its first, in the text.
        start: where it begins in the text.
        end: where it ends.
    """

    number: int
    line: int
    start: int
    end: int


def cell_at(cells: Sequence[NotebookCell], line: int) -> NotebookCell | None:
    """The cell that a line of the text stands in; None for no notebook."""
    return next((cell for cell in reversed(cells) if cell.line <= line), None)


def is_notebook(path: str) -> bool:
    """Whether a file is one, by its name."""
    return path.endswith(".ipynb")


def code_of(data: bytes) -> str:
    """The code of a notebook's cells as it is written, each after a comment with its number.

    Raises:
        ForeignError: a notebook of another language.
        UnreadableError: no notebook.
    """
    try:
        found = json.loads(decoded(data))
        language = _language(found)
        if not _PYTHON.search(language):
            raise ForeignError(f"its language is {language}")
        parts = [f"{_MARK.format(number)}\n{source}\n" for number, source in _sources(found)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableError("it is no notebook") from None
    return without_surrogates(with_line_feeds("\n".join(parts)))


def with_line_feeds(code: str) -> str:
    """Code as it is read: line feeds at the ends of its lines, and blanks for null characters."""
    return code.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")


def _language(notebook: Mapping[str, Any]) -> str:
    metadata = notebook.get("metadata") or {}
    kernel, info = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    return str(info.get("name") or kernel.get("language") or kernel.get("name") or "")


def _sources(notebook: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The numbers and the sources of the cells of code; those of the third format stand on sheets."""
    sheets = notebook.get("worksheets")
    cells = [cell for sheet in sheets for cell in sheet["cells"]] if sheets else notebook["cells"]
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] == "code" and _PYTHON.search(str(cell.get("language") or "")):
            yield number, "".join(cell["source"] if "source" in cell else cell["input"])


def cells_of(text: str) -> tuple[NotebookCell, ...]:
    """The cells in the text of a notebook."""
    marks = list(_MARKED.finditer(text))
    cells, line, known = [], 1, 0
    for number, mark in enumerate(marks):
        line += text.count("\n", known, mark.start())
        known = mark.start()
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        cells.append(NotebookCell(int(mark[1]), line + 1, min(mark.end() + 1, end), end))
    return tuple(cells)


def python_from(source: str) -> int | None:
    """Where the Python of a cell begins: after a magic for the whole cell; None where it is no Python."""
    found = _CELL_MAGIC.match(source)
    if found is None:
        return 0
    if found[1] in _KEEP_PYTHON or _WRITES.match(source):
        return found.end()
    return None
