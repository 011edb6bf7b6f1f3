"""Edits applied to the text of a file, which otherwise stays as it is: encoding, line ends, everything."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence

from klcli.lazy_regex import regex
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit
from klcli.lint.source.cell_offsets import CellStrings
from klcli.lint.source.module import UnreadableError, parsed, text_of
from klcli.lint.source.notebooks import is_notebook
from klcli.values import dataclass

_LINE_END = regex(r"\r\n|\r|\n")
"""Of any system, as Python's tokenizer and editors count lines; not the others of `str.splitlines`."""


class UneditableError(Exception):
    """A file that cannot be changed safely; the argument is the reason in words."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a text, and which of the edits did it, in the order of the text."""

    text: str
    applied: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class _EditSpan:
    """What an edit changes: from one character to before another."""

    start: int
    end: int
    edit: Edit

    def overlaps(self, other: _EditSpan) -> bool:
        """Whether both change the same; two insertions at one place do, too."""
        return self.start == other.start or (self.start < other.end and other.start < self.end)


def edited(text: str, edits: Sequence[Edit]) -> Edited:
    """Apply edits to a text; of those that overlap the first is applied and the others are not.

    Args:
        text: the source. Its lines end in any of the three ways.
        edits: with places in it, in any order; those outside the text are not applied.
    """
    pieces, done = [], 0
    spans = _chosen(Lines(text), edits)
    for span in spans:
        pieces += [text[done : span.start], _with_ends(span.edit.text, _end_near(text, span.start))]
        done = span.end
    return Edited("".join((*pieces, text[done:])), tuple(span.edit for span in spans))


def edited_file(data: bytes, path: str, edits: Sequence[Edit]) -> tuple[bytes, tuple[Edit, ...]]:
    """Apply edits to a Python file or a notebook: its new bytes, and the edits that were applied.

    Args:
        data: the file.
        path: its name, which says whether it is a notebook.
        edits: with places in what `text_of` reads from the file.

    Raises:
        UneditableError: the file could not be put together again, or would not be Python any more.
    """
    try:
        text = text_of(data, path)
        wanted = edited(text, edits)
        new = _notebook(data, text, wanted.applied) if is_notebook(path) else _module(data, wanted.applied)
        if text_of(new, path) != wanted.text:
            raise UneditableError("what is written there does not map back to the file")
        if _statements(wanted.text, path) != _statements(text, path):
            raise UneditableError("after the change it would have other statements")
    except UnreadableError as error:
        raise UneditableError(f"after the change {error}") from None
    return new, wanted.applied


def _module(data: bytes, edits: Sequence[Edit]) -> bytes:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError):  # among the names of encodings are some of no text
        encoding, text = "latin-1", data.decode("latin-1")  # which keeps every byte
    try:
        if text.encode(encoding) != data:
            raise UneditableError(f"its encoding {encoding} does not give back what was read")
        return edited(text, edits).text.encode(encoding)
    except UnicodeError:
        raise UneditableError(f"its encoding {encoding} has not all characters of the change") from None


def _notebook(data: bytes, text: str, edits: Sequence[Edit]) -> bytes:
    try:
        raw = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UneditableError("it is not UTF-8, as notebooks are") from None
    try:
        cells = CellStrings(raw, text)
    except (ValueError, LookupError, TypeError):
        raise UneditableError("its cells are not found in its JSON") from None
    pieces, done = [], 0
    for span in _chosen(Lines(text), edits):
        where = cells.raw_span(span.start, span.end)
        if where is None:
            raise UneditableError("what is written there does not lie in one line of one cell")
        pieces += [raw[done : where[0]], cells.quoted(span.edit.text)]
        done = where[1]
    return "".join((*pieces, raw[done:])).encode()


def _statements(text: str, path: str) -> list[type[ast.AST]]:
    """The kinds of statements; those that are no Python may be left out of them."""
    return [type(node) for node in ast.walk(parsed(text, path).tree) if isinstance(node, ast.stmt)]


class Lines:
    """Where the lines of a text begin and end."""

    def __init__(self, text: str) -> None:
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(end.end() for end in ends)]
        self._ends = [*(end.start() for end in ends), len(text)]

    def span(self, place: SourceSpan) -> tuple[int, int] | None:
        """The characters of a place; None outside the text."""
        start, end = self._at(place.line, place.column), self._at(place.end_line, place.end_column)
        return None if start is None or end is None or start > end else (start, end)

    def _at(self, line: int, column: int) -> int | None:
        if not 1 <= line <= len(self._starts) or column < 1:
            return None
        at = self._starts[line - 1] + column - 1
        return at if at <= self._ends[line - 1] else None


def _chosen(lines: Lines, edits: Sequence[Edit]) -> list[_EditSpan]:
    """The edits that can be applied together, in the order of the text; each once."""
    spans = [_EditSpan(*found, edit) for edit in dict.fromkeys(edits) if (found := lines.span(edit.place))]
    chosen: list[_EditSpan] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if not chosen or not chosen[-1].overlaps(span):
            chosen.append(span)
    return chosen


def _end_near(text: str, at: int) -> str:
    """The line end of the line of a character; of the last line, that of the one before."""
    following = _LINE_END.search(text, at)
    before = _LINE_END.search(text)
    found = following or before
    return found[0] if found else "\n"


def _with_ends(text: str, end: str) -> str:
    return _LINE_END.sub(lambda _: end, text)
