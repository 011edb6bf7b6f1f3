"""Places in sources, and how they are written: `vae.py:4:12`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.lint.source.notebooks import NotebookCell


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """A span of source; lines from 1, columns from 1 in characters, the end excluded.

    Attributes:
        path: the file.
        line: of the source; that of a notebook is the code of all its cells.
        column: where it begins in that line.
        end_line: where it ends.
        end_column: before which character of that line.
        cell: where it stands in a notebook.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: NotebookCell | None = None

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and its last line as people count them: those of a notebook in their cell."""
        before = self.cell.line - 1 if self.cell else 0
        return self.line - before, self.end_line - before

    def surrounds(self, other: SourceSpan) -> bool:
        """Whether another span of the file is a part of this one, and not all of it."""
        begins, ends = (self.line, self.column), (self.end_line, self.end_column)
        within = begins <= (other.line, other.column) and (other.end_line, other.end_column) <= ends
        return self.path == other.path and within and self != other

    @property
    def cell_number(self) -> int | None:
        """That of its cell, in a notebook."""
        return self.cell.number if self.cell else None

    def seen_from(self, other: SourceSpan) -> str:
        """``line 5``, ``line 5 of cell 3``, or with the file where that is another."""
        line = self.lines[0]
        if self.path != other.path:
            return address(self.path, self.cell_number, line)
        return f"line {line}" if self.cell == other.cell else f"line {line} of cell {self.cell_number}"


def address(path: str, cell: int | None, *numbers: int) -> str:
    """``vae.py:4:12``; ``vae.ipynb:cell 3:4:12`` for a place in the third cell of a notebook.

    Args:
        path: of the file.
        cell: its number, from 1; None where the file is no notebook.
        numbers: of the line, and perhaps of the column.
    """
    return ":".join((path, *((f"cell {cell}",) if cell else ()), *map(str, numbers)))
