"""Python source as it is found in the wild: modules and notebooks, parsed and never run."""

from __future__ import annotations

import ast

from klcli.lint.source.decoding import (
    ForeignError,
    UnreadableError,
    decoded,
    encoding_of,
    without_surrogates,
)
from klcli.lint.source.notebooks import NotebookCell, cell_at, cells_of, code_of, is_notebook
from klcli.lint.source.syntax import FAILURES, syntax
from klcli.values import dataclass

__all__ = ["NotebookCell", "ForeignError", "Module", "UnreadableError", "encoding_of", "parsed", "text_of"]


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
        return cell_at(self.cells, line)


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
        from klcli.lint.source.mending import mended  # most sources have no errors

        found = mended(text, cells, error)
        return Module(path, text, found.tree, found.skipped, found.is_python_2, cells)
