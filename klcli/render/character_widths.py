"""Lines of source as a terminal shows them: each character with the columns that it takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate

_TAB = 4
"""Columns of a tab, as editors show it."""


def cells_of(line: str, spell: Callable[[str], str]) -> list[str]:
    """How each character of a line is shown; a tab goes to the next multiple of four columns.

    Args:
        line: the text.
        spell: gives what stands for a character, such as an escape.
    """
    cells, width = [], 0
    for character in line:
        cells.append(" " * (_TAB - width % _TAB) if character == "\t" else spell(character))
        width += columns_of(cells[-1])
    return cells


def laid(cells: Sequence[str]) -> tuple[str, list[int]]:
    """The text of a line, and the columns at which each of its characters and its end stand, from 0."""
    return "".join(cells), list(accumulate(map(columns_of, cells), initial=0))


def clipped(cells: Sequence[str], width: int, dots: str) -> list[str]:
    """A line cut off, with dots, where the room ends.

    Args:
        cells: how each of its characters is shown.
        width: columns that there are.
        dots: what stands for the rest.
    """
    _, stops = laid(cells)
    if stops[-1] <= width:
        return list(cells)
    count = sum(stop <= width - len(dots) for stop in stops[1:])
    return [*cells[:count], dots]


def columns_of(text: str) -> int:
    """The columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me") else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )
