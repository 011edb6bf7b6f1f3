"""Documents for a terminal or a pipe, laid out with rich, which only this module knows.

Rich gets every text as a `Text` object, so that nothing in it is taken for markup, and a console without
bounds, so that nothing is cut or wrapped behind our back: what may be how wide is decided here.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import assert_never

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Line

from klcli.formula.printing import to_text
from klcli.formula.tree import Tree
from klcli.render.braille import draw
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
    Steps,
    Table,
    Text,
)

__all__ = ["render"]

_STYLES = {"plain": "", "strong": "bold", "good": "green", "bad": "red", "muted": "dim"}
_KINDS = {"note": "cyan", "warning": "yellow"}
_CURVES = ("bold", "cyan", "yellow", "magenta", "green", "red", "blue")

_UNBOUNDED = 1_000_000
_NARROWEST = 24
"""The width that is assumed of a terminal even if it is narrower."""
_LONGEST_LINE = 100
"""Characters beyond which a line of prose is hard to read."""
_PROSE = 16
"""Characters to which a column of prose may shrink."""
_REMARK = 28
"""Characters below which a remark goes under its value and not beside it."""
_INDENT = 2
_GAP = 3

_TRAILING = re.compile(r"(?: |\x1b\[[\d;]*m)+$", re.MULTILINE)
_INSIDE_TERM = re.compile(r" (?![-+−·*=≈~] )")
_ASCII_BOX = Box(str(SIMPLE_HEAD).replace("─", "-"), ascii=True)


def render(document: Document, *, width: int | None, color: bool, unicode: bool) -> str:
    """The text of a document, ending in a line end.

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
    console.print(layout.prose(layout.line(document.title, "bold")))
    before: Block | None = None
    for block in document.blocks:
        if not _belongs(before, block):
            console.print()
        console.print(layout.show(block))
        before = block
    text = _TRAILING.sub(lambda end: end[0].replace(" ", ""), file.getvalue())
    return text if unicode else to_ascii(text)


def _belongs(before: Block | None, block: Block) -> bool:
    """Whether no blank line separates a block from the one before, or from the title."""
    match before, block:
        case (Heading(), _) | (None, Paragraph() | Note()):
            return True
        case (Note(), Note()):
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
                return self.plot(block)
        assert_never(block)

    @property
    def room(self) -> int:
        """The characters that an indented block may take."""
        return self.width - _INDENT

    def words(self, text: Text) -> str:
        if self.unicode:
            return spell(text, str, lambda tree: to_text(tree, "unicode"))
        return spell(text, to_ascii, to_text)

    def line(self, text: Text, style: str = "") -> Line:
        return Line(self.words(text), style)

    def prose(self, text: Line) -> Grid:
        return _grid([[text]], self.readable)

    @property
    def readable(self) -> int:
        """The width of prose; where lines may have any length, one line is one sentence after the other."""
        return self.width if self.width == _UNBOUNDED else min(self.width, _LONGEST_LINE)

    def note(self, note: Note) -> Grid:
        label = self.line(f"{note.kind}:", _KINDS[note.kind])
        return _grid([[label, self.line(note.text)]], self.readable, rigid=[0], gap=1)

    def item(self, item: Item) -> Grid:
        labels = [self.line(item.label, "bold"), *(Line() for _ in item.lines[1:])]
        lines = [self.line(line.text, _STYLES[line.tone]) for line in item.lines]
        return _grid(list(zip(labels, lines, strict=True)), self.readable - _INDENT, rigid=[0], gap=2)

    def broken(self, tree: Tree, room: int, left: str = "") -> str:
        """A formula over as many lines as it needs, broken before operators."""
        glued = _INSIDE_TERM.sub("\N{NO-BREAK SPACE}", left + self.words((tree,)))
        lines = textwrap.wrap(glued, max(room, _NARROWEST), subsequent_indent="  ", break_on_hyphens=False)
        return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")

    def facts(self, facts: Facts) -> Grid:
        rows = [
            [self.line(fact.label), self.line(fact.value, _STYLES[fact.tone]), self.line(fact.remark)]
            for fact in facts.facts
        ]
        label, value, _ = (_widest(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
        if self.room - label - value - 2 * _GAP >= _REMARK:
            return _grid(rows, self.room, rigid=[0, 1])
        below = [[Line(), remark] for _, _, remark in rows]
        stacked = [
            line for pair in zip((row[:2] for row in rows), below, strict=True) for line in pair if line[1]
        ]
        return _grid(stacked, self.room, rigid=[0])

    def table(self, table: Table) -> Grid:
        head = [self.line(column.title, "bold") for column in table.columns]
        rows = [[self.line(cell.text, _STYLES[cell.tone]) for cell in row] for row in table.rows]
        numeric = [index for index, column in enumerate(table.columns) if column.numeric]
        return _grid(
            rows,
            self.room,
            rigid=numeric,
            right=numeric,
            head=head,
            box=SIMPLE_HEAD if self.unicode else _ASCII_BOX,
        )

    def steps(self, steps: Steps) -> Grid:
        left, rows = f"{self.words(steps.subject)} = ", []
        width = len(f"{len(steps.steps)}.")
        for number, step in enumerate(steps.steps, start=1):
            rule = Line.assemble(self.line(step.rule), ("  ", ""), self.line(step.value, "dim"))
            rows.append([Line(f"{number}."), rule])
            rows.append([Line(), Line(self.broken(step.tree, self.room - width - 1, left))])
            left = "= "
        return _grid(rows, self.room, rigid=[0], right=[0], gap=1)

    def plot(self, plot: Plot) -> RenderableType:
        if not self.unicode:
            return self.prose(self.line(without_picture(plot), "dim"))
        picture = Line()
        picture.append(self.words(plot.title), "bold")
        for row in draw(plot, self.room):
            picture.append("\n")
            for stroke in row:
                style = "dim" if stroke.curve is None else _CURVES[stroke.curve % len(_CURVES)]
                picture.append(self.words(stroke.text), style)
        return _indented(picture)


def _indented(block: RenderableType) -> Padding:
    return Padding(block, (0, 0, 0, _INDENT), expand=False)


def _grid(
    rows: Sequence[Sequence[Line]],
    room: int,
    *,
    head: Sequence[Line] = (),
    rigid: Sequence[int] = (),
    right: Sequence[int] = (),
    gap: int = _GAP,
    box: Box | None = None,
) -> Grid:
    """Texts in columns, at most `room` wide unless the rigid columns alone need more.

    Args:
        rows: the texts, as many in each row.
        room: the characters for all columns and the gaps between them.
        head: titles of the columns, if they have any.
        rigid: columns that are never wrapped.
        right: columns that are aligned to the right.
        gap: characters between two columns.
        box: the lines of the table, if it has any.
    """
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in head]
    heads = list(head) or [Line() for _ in columns]
    natural = [_widest([title, *column]) for title, column in zip(heads, columns, strict=True)]
    least = [
        max(_longest_word([title]), _widest(column))
        if index in rigid
        else min(_PROSE, _longest_word([title, *column]))
        for index, (title, column) in enumerate(zip(heads, columns, strict=True))
    ]
    widths = _fitted(natural, least, room - gap * (len(columns) - 1), rigid)
    # The line between columns, which is blank in our boxes, is part of the gap.
    padding = (0, gap - 1 if box else gap, 0, 0)
    grid = Grid(
        box=box, show_header=bool(head), show_edge=False, pad_edge=False, padding=padding, border_style="dim"
    )
    for index, (title, width) in enumerate(zip(heads, widths, strict=True)):
        justify = "right" if index in right else "left"
        grid.add_column(title, width=width, justify=justify, overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid


def _fitted(natural: Sequence[int], least: Sequence[int], room: int, rigid: Sequence[int]) -> list[int]:
    """The widths of columns of these natural widths, shrunk one by one, prose first and then the widest, until they fit or cannot."""
    widths = list(natural)
    while sum(widths) > room:
        shrinkable = [index for index, width in enumerate(widths) if width > least[index]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda index: (index not in rigid, widths[index]))] -= 1
    return widths


def _widest(texts: Sequence[Line]) -> int:
    return max((cell_len(line) for text in texts for line in text.plain.split("\n")), default=0)


def _longest_word(texts: Sequence[Line]) -> int:
    return max((cell_len(word) for text in texts for word in text.plain.split()), default=0)
