"""Texts in columns, which a document is laid out as, each with its style."""

from __future__ import annotations

import re
from typing import TypeAlias

from klcli.lazy_regex import regex
from klcli.values import dataclass

StyledLine: TypeAlias = tuple[tuple[str, str], ...]
"""Texts, one behind the other, each with its style."""

_TRAILING = regex(r"(?: |\x1b\[[\d;]*m)+$", re.MULTILINE)
"""Blanks at the end of a line, behind signs of colour."""
GLUE = "\ue000"
"""Stands for a space at which no line is broken; `visible` leaves no such character in a text."""


@dataclass(frozen=True, slots=True)
class TextGrid:
    """Texts in columns.

    Attributes:
        head: titles of the columns, with a line below them; empty where there are none.
        rows: the texts.
        widths: of the columns, in characters.
        gap: between two columns.
        right: the columns that are aligned to the right.
        indent: characters in front of every line.
    """

    head: tuple[StyledLine, ...]
    rows: tuple[tuple[StyledLine, ...], ...]
    widths: tuple[int, ...]
    gap: int
    right: frozenset[int]
    indent: int = 0


def text_of(line: StyledLine) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line)


def trimmed(text: str) -> str:
    """What was written, without the blanks at the ends of lines."""
    return _TRAILING.sub(lambda end: end[0].replace(" ", ""), text.replace(GLUE, " "))
