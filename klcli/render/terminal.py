"""Documents for a terminal or a pipe, laid out with rich, which only this module knows.

Rich gets every text as a `Text` object, so that nothing in it is taken for markup, and a console without
bounds, so that nothing is cut or wrapped behind our back: what may be how wide is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import assert_never

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Line

from klcli.formula.printing import to_text
from klcli.render.braille import Stroke, draw
from klcli.render.breaking import broken
from klcli.render.columns import Column, fit
from klcli.render.excerpts import Piece, marked
from klcli.render.signs import to_ascii
from klcli.render.wording import spell, without_picture
from klcli.report.document import (
    Block,
    Document,
    Facts,
    Heading,
    Item,
    Note,
    Paragraph,
    Plot,
    Source,
    Steps,
    Table,
    Text,
)

__all__ = ["render"]

_STYLES = {"plain": "", "strong": "bold", "good": "green", "bad": "red", "muted": "dim"}
_KINDS = {"error": "red", "warning": "yellow", "info": "cyan", "note": "cyan"}
_CURVES = ("bold", "cyan", "yellow", "magenta", "green", "red", "blue")

_UNBOUNDED = 1_000_000
_NARROWEST = 24
"""The width that a terminal is taken to have at least."""
_LONGEST_LINE = 100
"""Characters beyond which a line of prose is hard to read."""
_NARROWEST_REMARK = 28
"""Characters below which remarks go under their values and not beside them."""
_INDENT = 2
_GAPS = (3, 2, 1)

_TRAILING = re.compile(r"(?: |\x1b\[[\d;]*m)+$", re.MULTILINE)
_AFTER_RELATION = re.compile(r"(?<=[=≈±~]) ")
_GLUE = "\ue000"
"""Stands for a space at which no line is broken; `visible` leaves no such character in a text."""
_ASCII_BOX = Box(str(SIMPLE_HEAD).replace("─", "-"), ascii=True)


def render(document: Document, *, width: int | None, color: bool, unicode: bool) -> str:
    """The text of a document, ending in a line end unless there is nothing to say.

    Args:
        document: what to say.
        width: of the terminal, in characters; None where there is none, and then no line is wrapped.
        color: whether to style the text with ANSI escape sequences.
        unicode: whether any character may be used; otherwise the text is ASCII.
    """
    layout = _Layout(_UNBOUNDED if width is None else max(width, _NARROWEST), unicode)
    file = StringIO()
    console = Console(
        file=file,
        # Without a height, rich takes 80 columns where TERM=dumb.
        width=_UNBOUNDED,
        height=25,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=False,
        legacy_windows=False,
        force_jupyter=False,
    )
    if document.title:
        console.print(layout.prose(layout.line(document.title, "bold")))
    before: Block | None = None
    for number, block in enumerate(document.blocks):
        if not _belongs(before, block) and (number or document.title):
            console.print()
        console.print(layout.show(block))
        before = block
    return _TRAILING.sub(lambda end: end[0].replace(" ", ""), file.getvalue().replace(_GLUE, " "))


def _belongs(before: Block | None, block: Block) -> bool:
    """Whether no blank line separates a block from the one before, or from the title."""
    match before, block:
        case (Heading(), _) | (None, Paragraph() | Note()):
            return True
        case (Note(), Note() | Source()):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Layout:
    """The look of each block in a width."""

    width: int
    unicode: bool

    def show(self, block: Block) -> RenderableType:
        match block:
            case Heading(text):
                return self.prose(self.line(text, "bold"))
            case Paragraph(text, tone):
                return self.prose(self.line(text, _STYLES[tone]))
            case Note():
                return self.note(block)
            case Item():
                return _indented(self.item(block))
            case Facts():
                return _indented(self.facts(block))
            case Table():
                return _indented(self.table(block))
            case Steps():
                return _indented(self.steps(block))
            case Plot():
                return _indented(self.plot(block))
            case Source():
                return self.source(block)
        assert_never(block)

    @property
    def room(self) -> int:
        """The characters that an indented block may take."""
        return self.width - _INDENT

    @property
    def readable(self) -> int:
        """The characters that a line of prose may take."""
        return self.width if self.width == _UNBOUNDED else min(self.width, _LONGEST_LINE)

    def words(self, text: Text) -> str:
        if self.unicode:
            return spell(text, str, lambda tree: to_text(tree, "unicode"))
        return spell(text, to_ascii, to_text)

    def line(self, text: Text, style: str = "") -> Line:
        return Line(_AFTER_RELATION.sub(_GLUE, self.words(text)), style)

    def prose(self, text: Line) -> Grid:
        return _grid([[text]], self.readable)

    def note(self, note: Note) -> Grid:
        label = self.line(f"{note.kind}:", _KINDS[note.kind])
        return _grid([[label, self.line(note.text)]], self.readable, rigid=[0], gaps=[1])

    def item(self, item: Item) -> Grid:
        labels = [self.line(item.label, "bold"), *(Line() for _ in item.lines[1:])]
        lines = [self.line(line.text, _STYLES[line.tone]) for line in item.lines]
        return _grid(list(zip(labels, lines, strict=True)), self.readable - _INDENT, rigid=[0], gaps=[2])

    def facts(self, facts: Facts) -> Grid:
        labels = [self.line(fact.label) for fact in facts.facts]
        values = [self.line(fact.value, _STYLES[fact.tone]) for fact in facts.facts]
        remarks = [self.line(fact.remark) for fact in facts.facts]
        gap = _GAPS[0]
        if self.room - _widest(labels) - _widest(values) - 2 * gap >= _NARROWEST_REMARK:
            return _grid(list(zip(labels, values, remarks, strict=True)), self.room, rigid=[0, 1], gaps=[gap])
        rows = []
        for label, value, remark in zip(labels, values, remarks, strict=True):
            rows += [[label, value], [Line(), remark]] if remark else [[label, value]]
        return _grid(rows, self.room, rigid=[0], gaps=[gap])

    def table(self, table: Table) -> Grid:
        rows = [[self.line(cell.text, _STYLES[cell.tone]) for cell in row] for row in table.rows]
        head = [self.line(column.title, "bold") for column in table.columns]
        numeric = [index for index, column in enumerate(table.columns) if column.numeric]
        box = SIMPLE_HEAD if self.unicode else _ASCII_BOX
        return _grid(rows, self.room, head=head, box=box, rigid=numeric, right=numeric)

    def steps(self, steps: Steps) -> Grid:
        rows = []
        left = f"{self.words(steps.subject)} ="
        room = self.room - len(f"{len(steps.steps)}. ")
        for number, step in enumerate(steps.steps, start=1):
            rule = Line.assemble(self.line(step.rule), "  ", self.line(step.value, "dim"))
            formula = broken(f"{left} {self.words((step.tree,))}", room)
            rows += [[Line(f"{number}."), rule], [Line(), Line(formula)]]
            left = "="
        return _grid(rows, self.room, rigid=[0], right=[0], gaps=[1])

    def plot(self, plot: Plot) -> Grid:
        if not self.unicode:
            return self.prose(self.line(without_picture(plot), "dim"))
        picture = self.line(plot.title, "bold")
        lines = [Line.assemble(*map(self.stroke, row)) for row in draw(plot, self.room)]
        return _grid([[line] for line in (picture, *lines)], self.room)

    def source(self, source: Source) -> Grid:
        rows = marked(source, self.width, unicode=self.unicode)
        return _grid(
            [[Line.assemble(*(_styled(piece, source) for piece in row))] for row in rows], self.width
        )

    def stroke(self, stroke: Stroke) -> Line:
        style = "dim" if stroke.curve is None else _CURVES[stroke.curve % len(_CURVES)]
        return self.line(stroke.text, style)


def _styled(piece: Piece, source: Source) -> tuple[str, str]:
    styles = {
        "gutter": "blue",
        "code": "",
        "help": "green",
        "mark": f"bold {_KINDS[source.kind]}",
        "other mark": "bold blue",
    }
    return piece.text, styles[piece.role]


def _indented(block: RenderableType) -> Padding:
    return Padding(block, (0, 0, 0, _INDENT), expand=False)


def _grid(
    rows: Sequence[Sequence[Line]],
    room: int,
    *,
    head: Sequence[Line] = (),
    box: Box | None = None,
    rigid: Sequence[int] = (),
    right: Sequence[int] = (),
    gaps: Sequence[int] = _GAPS,
) -> Grid:
    """Texts in columns, in at most `room` characters unless the rigid columns alone need more.

    Args:
        rows: the texts, as many in each row.
        room: the characters for all columns and the gaps between them.
        head: titles of the columns, if they have any.
        box: the lines of the table, if it has any.
        rigid: the columns whose entries are not wrapped.
        right: the columns that are aligned to the right.
        gaps: the characters that may be between two columns, the best first.
    """
    entries = list(zip(*rows, strict=True)) if rows else [() for _ in head]
    titles = list(head) or [Line() for _ in entries]
    columns = [
        Column(_widest([title]), _widest(texts), _longest_word([title, *texts]), index in rigid)
        for index, (title, texts) in enumerate(zip(titles, entries, strict=True))
    ]
    widths, gap = fit(columns, room, gaps)
    # The line between two columns is blank in our boxes and one character of the gap. What is left of it we
    # put beside each text: rich before 14.3 widens the last column by the padding of its own tables.
    padding = [*[gap - 1 if box else gap] * (len(columns) - 1), 0][: len(columns)]
    grid = Grid(
        box=box, show_header=bool(head), show_edge=False, pad_edge=False, padding=0, border_style="dim"
    )
    for index, (title, width, pad) in enumerate(zip(titles, widths, padding, strict=True)):
        justify: JustifyMethod = "right" if index in right else "left"
        grid.add_column(_padded(title, pad), width=width + pad, justify=justify, overflow="fold")
    for row in rows:
        grid.add_row(*map(_padded, row, padding))
    return grid


def _padded(text: Line, pad: int) -> Padding:
    return Padding(text, (0, pad, 0, 0))


def _widest(texts: Sequence[Line]) -> int:
    return max((cell_len(line) for text in texts for line in text.plain.split("\n")), default=0)


def _longest_word(texts: Sequence[Line]) -> int:
    return max((cell_len(word) for text in texts for word in text.plain.split()), default=0)
