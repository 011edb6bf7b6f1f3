"""Documents where no terminal is: plain texts in columns, with no line wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from klcli.render.character_widths import columns_of
from klcli.render.layout import lay_out
from klcli.render.styled_rows import TextGrid, text_of, trimmed
from klcli.report.document import Document


def render(document: Document, *, unicode: bool) -> str:
    """The text of a document, ending in a line end unless there is nothing to say.

    Args:
        document: what to say.
        unicode: whether any character may be used; otherwise the text is ASCII.
    """
    lines: list[str] = []
    for grid in lay_out(document, width=None, unicode=unicode, columns_of=columns_of):
        lines += [""] if grid is None else _lines(grid, "─" if unicode else "-")
    return trimmed("".join(f"{line}\n" for line in lines))


def _lines(grid: TextGrid, rule: str) -> Iterator[str]:
    if grid.head and not sum(grid.widths) + grid.gap * (len(grid.widths) - 1):
        return
    rows = [grid.head, *grid.rows] if grid.head else grid.rows
    for number, row in enumerate(rows):
        for parts in zip_longest(*(text_of(line).split("\n") for line in row), fillvalue=""):
            yield " " * grid.indent + (" " * grid.gap).join(_aligned(grid, parts))
        if grid.head and not number:
            yield " " * grid.indent + rule * (sum(grid.widths) + grid.gap * (len(grid.widths) - 1))


def _aligned(grid: TextGrid, parts: Sequence[str]) -> Iterator[str]:
    for index, (part, width) in enumerate(zip(parts, grid.widths, strict=True)):
        if index in grid.right:
            own = part.rstrip()
            yield " " * (width - columns_of(own)) + own
        else:
            yield part + " " * (width - columns_of(part))
