"""Lines of files with marks under their spans, as compilers show them; without colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Literal, TypeAlias

from klcli.render.character_spellings import to_ascii, visible
from klcli.render.character_widths import cells_of, clipped, laid
from klcli.report.document import Excerpt, SourceExcerpts
from klcli.values import dataclass

Role: TypeAlias = Literal["gutter", "code", "mark", "other mark", "help"]

_LONGEST = 120
"""Characters beyond which a line is clipped, however much room there is."""
_NARROWEST = 20
"""Columns below which an excerpt tells nothing."""
_BEFORE = 12
"""Characters of a clipped line that are shown before the span."""
_MOST_LINES = 8
"""Of a statement; the others are left out."""
_LAST = 2
"""Lines at the end of a statement that are kept: its brackets close there."""
_MARKS: dict[Role, str] = {"mark": "^", "other mark": "-"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a line that have the same role."""

    text: str
    role: Role


PieceRow: TypeAlias = list[Piece]


def listing(source: SourceExcerpts, room: int, *, unicode: bool) -> str:
    """The lines that show a source, without colours.

    Args:
        source: the places with their marks.
        room: columns that there are.
        unicode: whether signs beyond ASCII may be written.
    """
    rows = marked(source, room, unicode=unicode)
    return "\n".join("".join(piece.text for piece in row).rstrip() for row in rows)


def marked(source: SourceExcerpts, room: int, *, unicode: bool) -> Iterator[PieceRow]:
    """The lines that show a source: of each excerpt its place, its numbered lines, marks under the span.

    Args:
        source: the excerpts; the first is marked with ``^``, the others with ``-``.
        room: characters that a line may take; longer ones are clipped, around the span if it is on one line,
            but for the help, which is never clipped.
        unicode: whether any character may be used; otherwise the lines are ASCII.
    """
    spell: Callable[[str], str] = visible if unicode else _ascii
    last = max((excerpt.line + len(excerpt.lines) - 1 for excerpt in source.excerpts), default=0)
    gutter = len(str(last))
    width = max(_NARROWEST, min(_LONGEST, room - gutter - len(" | ")))
    roles: Iterator[Role] = chain(["mark"], repeat("other mark"))
    for excerpt, role in zip(source.excerpts, roles, strict=False):
        arrow = "-->" if role == "mark" else ":::"
        where = f"{spell(excerpt.path)}:{excerpt.line}:{excerpt.column}"
        yield [Piece(f"{' ' * gutter}{arrow} ", "gutter"), Piece(where, "code")]
        yield [_bar(gutter)]
        yield from _shown(excerpt, _ExcerptLook(gutter, width, spell, role))
    yield [_bar(gutter)]
    for text in source.help:
        for label, line in zip(chain(["help: "], repeat("      ")), text.split("\n"), strict=False):
            yield [Piece(label, "help"), Piece("".join(cells_of(line, spell)), "code")]


@dataclass(frozen=True, slots=True)
class _ExcerptLook:
    """How an excerpt is shown: the width of its numbers and lines, its characters, its marks."""

    gutter: int
    width: int
    spell: Callable[[str], str]
    role: Role

    @property
    def dots(self) -> str:
        return self.spell("…")


def _shown(excerpt: Excerpt, look: _ExcerptLook) -> Iterator[PieceRow]:
    lines = excerpt.lines or ("",)
    if len(lines) == 1:
        start, end = excerpt.column, excerpt.end_column
        if excerpt.end_line > excerpt.line:
            end = len(lines[0]) + 1
        yield from _single(lines[0], start, end, excerpt, look)
    else:
        yield from _several(lines, excerpt, look)


def _single(line: str, start: int, end: int, excerpt: Excerpt, look: _ExcerptLook) -> Iterator[PieceRow]:
    """A line and the marks under a span of it, at least one."""
    cells = cells_of(line, look.spell)
    first = min(max(start, 1) - 1, len(cells))
    after = min(max(end - 1, first), len(cells))
    cells, first, after = _around(cells, first, after, look)
    text, stops = laid(cells)
    yield [_number(excerpt.line, look.gutter), Piece(text, "code")]
    marks = _MARKS[look.role] * max(1, stops[after] - stops[first])
    yield from _labelled(stops[first], marks, excerpt.label, look)


def _several(lines: tuple[str, ...], excerpt: Excerpt, look: _ExcerptLook) -> Iterator[PieceRow]:
    """Lines with a line beside them from the start of the span to its end."""
    opening, closing = cells_of(lines[0], look.spell), cells_of(lines[-1], look.spell)
    first = min(max(excerpt.column, 1) - 1, len(opening))
    last = min(max(excerpt.end_column - 2, 0), len(closing))
    starts_line = not "".join(opening[:first]).strip()
    for number, line in _abridged(lines):
        if line is None:
            yield [Piece(look.dots.ljust(look.gutter + 2), "gutter"), Piece(" |", look.role)]
            continue
        beside = "| " if number else "/ " if starts_line else "  "
        text, _ = laid(clipped(cells_of(line, look.spell), look.width - 2, look.dots))
        yield [_number(excerpt.line + number, look.gutter), Piece(beside, look.role), Piece(text, "code")]
        if not number and not starts_line:
            yield [_bar(look.gutter), Piece(f"  {_arm(opening, first, look)}", look.role)]
    yield from _labelled(0, f"|{_arm(closing, last, look)}", excerpt.label, look)


def _arm(cells: list[str], index: int, look: _ExcerptLook) -> str:
    """A line from the margin to a mark under a character."""
    _, stops = laid(cells)
    # 3: what stands beside the lines, the stroke below it and the mark.
    return "_" * (1 + min(stops[index], look.width - 3)) + _MARKS[look.role]


def _abridged(lines: tuple[str, ...]) -> Iterator[tuple[int, str | None]]:
    """The lines by number; None in the place of those between, where there are many."""
    numbered = list(enumerate(lines))
    if len(lines) <= _MOST_LINES:
        yield from numbered
        return
    yield from numbered[: _MOST_LINES - 1 - _LAST]
    yield 1, None
    yield from numbered[-_LAST:]


def _labelled(start: int, marks: str, label: str, look: _ExcerptLook) -> Iterator[PieceRow]:
    """Marks that begin at a column, and what stands there beside them, or below where there is no room."""
    label = look.spell(label)
    fits = start + len(marks) + 1 + len(label) <= look.width
    shown = f"{marks} {label}".rstrip() if fits else marks
    yield [_bar(look.gutter), Piece(" " * (1 + start), "code"), Piece(shown, look.role)]
    if label and not fits:
        start = max(0, min(start, look.width - len(label)))
        yield [_bar(look.gutter), Piece(" " * (1 + start), "code"), Piece(label, look.role)]


def _number(line: int, gutter: int) -> Piece:
    return Piece(f"{line:>{gutter}} | ", "gutter")


def _bar(gutter: int) -> Piece:
    return Piece(f"{' ' * gutter} |", "gutter")


def _around(cells: list[str], first: int, after: int, look: _ExcerptLook) -> tuple[list[str], int, int]:
    """The part of a line that has room, with as much of the span as there is room for; where the span is."""
    _, stops = laid(cells)
    if stops[-1] <= look.width:
        return cells, first, after
    cut = 0
    if stops[after] > look.width - len(look.dots):
        cut = max(0, first - _BEFORE)
        cells = [look.dots, *cells[cut:]] if cut else cells
        cut -= cut > 0
    kept = clipped(cells, look.width, look.dots)
    return kept, min(first - cut, len(kept)), min(after - cut, len(kept))


def _ascii(text: str) -> str:
    return to_ascii(visible(text))
