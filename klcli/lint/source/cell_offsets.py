"""Where the code of a notebook stands in its JSON, character by character."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from klcli.lazy_regex import regex
from klcli.lint.source.notebooks import with_line_feeds
from klcli.values import dataclass

_SPACE = regex(r"[ \t\r\n]*")
"""What JSON allows between its signs."""
_CHARACTER = regex(
    r"\\r\\n|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
"""What is one character of the code: an escape, or a pair of them beyond the first plane. A line end of
Windows is one as well, as the code has it."""
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Literal:
    """A JSON string: where its text begins in the code of all cells, where in the JSON, and the text."""

    at: int
    raw: int
    value: str


class CellStrings:
    """The JSON strings that hold the code of a notebook."""

    def __init__(self, raw: str, text: str) -> None:
        """The strings of those cells that are read.

        Args:
            raw: the JSON of a notebook.
            text: what `text_of` reads from it: the lines of the cells, in order, with others between them.

        Raises:
            ValueError, LookupError, TypeError: it is no notebook with cells.
        """
        self._raw = raw
        self._literals: list[_Literal] = []
        lines, at = f"\n{text}\n", 0
        for cell in _code_cells(raw):
            code = "".join(value for _, value in cell)
            found = lines.find(f"\n{code}\n", at)
            if found >= 0:
                at = found
                for start, value in cell:
                    self._literals.append(_Literal(at, start, value))
                    at += len(value)

    def raw_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where characters of the code stand in the JSON; None if they are not in one string of it."""
        index = bisect_right(self._literals, start, key=lambda one: one.at) - 1
        if index < 0:
            return None
        literal = self._literals[index]
        if end > literal.at + len(literal.value):
            return None
        offsets = [literal.raw]
        for _ in literal.value:
            found = _CHARACTER.match(self._raw, offsets[-1])
            if found is None:
                return None
            offsets.append(found.end())
        return offsets[start - literal.at], offsets[end - literal.at]

    def quoted(self, text: str) -> str:
        """A text as it stands between the quotes of a string, in the characters that the notebook uses."""
        return json.dumps(text, ensure_ascii=self._raw.isascii())[1:-1]


def _code_cells(raw: str) -> Iterator[list[tuple[int, str]]]:
    """The strings of the source of each code cell: where they begin after their quote, and their text."""
    for cell in _cells(raw):
        if _value(raw, cell)[0]["cell_type"] == "code":
            (source,) = (at for key, at in _members(raw, cell) if key in ("source", "input"))
            strings = [source] if raw[source] == '"' else _elements(raw, source)
            yield [(at + 1, with_line_feeds(_value(raw, at)[0])) for at in strings]


def _cells(raw: str) -> Iterator[int]:
    """Where the cells begin; those of the third format stand on sheets."""
    (found,) = ((key, at) for key, at in _members(raw, _next(raw, 0)) if key in ("cells", "worksheets"))
    key, array = found
    if key == "cells":
        yield from _elements(raw, array)
        return
    for sheet in _elements(raw, array):
        (cells,) = (at for name, at in _members(raw, sheet) if name == "cells")
        yield from _elements(raw, cells)


def _members(raw: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of an object, and where their values begin."""
    at = _next(raw, at + 1)
    while raw[at] == '"':
        key, at = _value(raw, at)
        at = _next(raw, _next(raw, at) + 1)
        yield key, at
        at = _next(raw, _value(raw, at)[1])
        at = _next(raw, at + 1) if raw[at] == "," else at


def _elements(raw: str, at: int) -> Iterator[int]:
    """Where the values of an array begin."""
    at = _next(raw, at + 1)
    while raw[at] != "]":
        yield at
        at = _next(raw, _value(raw, at)[1])
        at = _next(raw, at + 1) if raw[at] == "," else at


def _value(raw: str, at: int) -> tuple[Any, int]:
    """The value that begins at a character, and where it ends."""
    return _DECODER.raw_decode(raw, at)


def _next(raw: str, at: int) -> int:
    """The first character from one on that is no space."""
    found = _SPACE.match(raw, at)
    return found.end() if found else at
