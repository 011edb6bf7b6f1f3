"""Where everything in a document stands, and in which style: rows of texts in columns of known widths.

`klcli.render.plain` and `klcli.render.terminal` write what is laid out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, assert_never

from klcli.formula.write.printing import to_text
from klcli.lazy_regex import regex
from klcli.render.character_spellings import to_ascii
from klcli.render.columns import ColumnWidths, fit
from klcli.render.styled_rows import GLUE, StyledLine, TextGrid, text_of
from klcli.render.wording import lines_of, spell
from klcli.report.document import (
    CellTable,
    Document,
    DocumentBlock,
    FactList,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Plot,
    SourceExcerpts,
    Steps,
    Text,
)
from klcli.values import dataclass, replace

if TYPE_CHECKING:
    from klcli.render.braille import Stroke
    from klcli.render.excerpts import Piece

_STYLES = {"plain": "", "strong": "bold", "good": "green", "bad": "red", "muted": "dim"}
_KINDS = {"error": "red", "warning": "yellow", "info": "cyan", "note": "cyan"}

UNBOUNDED = 1_000_000
"""Columns of an output that is no terminal: nothing is broken there."""
_NARROWEST = 24
"""The width that a terminal is taken to have at least."""
_LONGEST_LINE = 100
"""Characters beyond which a line of prose is hard to read."""
_NARROWEST_REMARK = 28
"""Characters below which remarks go under their values and not beside them."""
_INDENT = 2
"""Columns by which what stands below a sentence is moved to the right."""
_GAPS = (3, 2, 1)
"""Between columns, the widest that fits."""

_AFTER_RELATION = regex(r"(?<=[=≈±~]) ")
"""A number stays with the sign before it."""


def lay_out(
    document: Document, *, width: int | None, unicode: bool, columns_of: Callable[[str], int]
) -> Iterator[TextGrid | None]:
    """The parts of a document from top to bottom; None is a blank line.

    Args:
        document: what to say.
        width: of the terminal, in characters; None where there is none, and then no line is wrapped.
        unicode: whether any character may be used; otherwise the texts are ASCII.
        columns_of: counts the columns of a terminal that a text takes.
    """
    layout = _Layout(UNBOUNDED if width is None else max(width, _NARROWEST), unicode, columns_of)
    if document.title:
        yield layout.prose(layout.title(document))
    before: DocumentBlock | None = None
    for number, block in enumerate(document.blocks):
        if not _belongs(before, block) and (number or document.title):
            yield None
        yield layout.show(block)
        before = block


def _belongs(before: DocumentBlock | None, block: DocumentBlock) -> bool:
    """Whether no blank line separates a block from the one before, or from the title."""
    match before, block:
        case (Heading(), _) | (None, Paragraph() | Note()):
            return True
        case (Note(), Note() | SourceExcerpts()):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Layout:
    """The look of each block in a width.

    `columns_of` counts the columns of a terminal that a text takes.
    """

    width: int
    unicode: bool
    columns_of: Callable[[str], int]

    def show(self, block: DocumentBlock) -> TextGrid:
        match block:
            case Heading(text):
                return self.prose(self.line(text, "bold"))
            case Paragraph(text, tone):
                return self.prose(self.line(text, _STYLES[tone]))
            case Listing(text):
                return replace(self.listing(text), indent=_INDENT)
            case Note():
                return self.note(block)
            case Item():
                return replace(self.item(block), indent=_INDENT)
            case FactList():
                return replace(self.facts(block), indent=_INDENT)
            case CellTable():
                return replace(self.table(block), indent=_INDENT)
            case Steps():
                return replace(self.steps(block), indent=_INDENT)
            case Plot():
                return replace(self.plot(block), indent=_INDENT)
            case SourceExcerpts():
                return self.source(block)
        assert_never(block)

    @property
    def room(self) -> int:
        """The characters that an indented block may take."""
        return self.width - _INDENT

    @property
    def readable(self) -> int:
        """The characters that a line of prose may take."""
        return self.width if self.width == UNBOUNDED else min(self.width, _LONGEST_LINE)

    def words(self, text: Text) -> str:
        if self.unicode:
            return spell(text, str, lambda tree: to_text(tree, "unicode"))
        return spell(text, to_ascii, to_text)

    def line(self, text: Text, style: str = "") -> StyledLine:
        return ((_AFTER_RELATION.sub(GLUE, self.words(text)), style),)

    def title(self, document: Document) -> StyledLine:
        """The title, in which a verdict has its colour."""
        verdict, colon, rest = self.words(document.title).partition(":")
        if not colon or document.tone == "plain":
            return self.line(document.title, "bold")
        return (*self.line(verdict, f"bold {_STYLES[document.tone]}"), *self.line(colon + rest, "bold"))

    def prose(self, text: StyledLine) -> TextGrid:
        return self.grid([[text]], self.readable)

    def listing(self, text: str) -> TextGrid:
        """Lines that are not broken, however wide the terminal is."""
        shown = lines_of(text) if self.unicode else to_ascii(lines_of(text))
        return self.grid([[_plain(line)] for line in shown.split("\n")], self.room, rigid=[0])

    def note(self, note: Note) -> TextGrid:
        label = self.line(f"{note.kind}:", _KINDS[note.kind])
        return self.grid([[label, self.line(note.text)]], self.readable, rigid=[0], gaps=[1])

    def item(self, item: Item) -> TextGrid:
        labels = [self.line(item.label, "bold"), *(() for _ in item.lines[1:])]
        lines = [self.line(line.text, _STYLES[line.tone]) for line in item.lines]
        return self.grid(list(zip(labels, lines, strict=True)), self.readable - _INDENT, rigid=[0], gaps=[2])

    def facts(self, facts: FactList) -> TextGrid:
        labels = [self.line(fact.label) for fact in facts.facts]
        values = [self.line(fact.value, _STYLES[fact.tone]) for fact in facts.facts]
        remarks = [self.line(fact.remark) for fact in facts.facts]
        gap = _GAPS[0]
        if self.room - self.widest(labels) - self.widest(values) - 2 * gap >= _NARROWEST_REMARK:
            return self.grid(
                list(zip(labels, values, remarks, strict=True)), self.room, rigid=[0, 1], gaps=[gap]
            )
        rows = []
        for label, value, remark in zip(labels, values, remarks, strict=True):
            rows += [[label, value], [(), remark]] if text_of(remark) else [[label, value]]
        return self.grid(rows, self.room, rigid=[0], gaps=[gap])

    def table(self, table: CellTable) -> TextGrid:
        rows = [[self.line(cell.text, _STYLES[cell.tone]) for cell in row] for row in table.rows]
        head = [self.line(column.title, "bold") for column in table.columns]
        numeric = [index for index, column in enumerate(table.columns) if column.numeric]
        return self.grid(rows, self.room, head=head, rigid=numeric, right=numeric)

    def steps(self, steps: Steps) -> TextGrid:
        from klcli.render.formula_lines import broken

        rows = []
        left = f"{self.words(steps.subject)} ="
        room = self.room - len(f"{len(steps.steps)}. ")
        for number, step in enumerate(steps.steps, start=1):
            rule = (*self.line(step.rule), ("  ", ""), *self.line(step.value, "dim"))
            formula = broken(f"{left} {self.words((step.tree,))}", room)
            rows += [[_plain(f"{number}."), rule], [(), _plain(formula)]]
            left = "="
        return self.grid(rows, self.room, rigid=[0], right=[0], gaps=[1])

    def plot(self, plot: Plot) -> TextGrid:
        from klcli.render.braille import draw

        title = self.line(plot.title, "bold")
        rows = draw(plot, self.room, unicode=self.unicode)
        lines = [tuple(part for stroke in row for part in self.stroke(stroke, plot)) for row in rows]
        remark = [self.line(plot.remark, "dim")] if plot.remark else []
        return self.grid([[line] for line in (title, *lines, *remark)], self.room)

    def source(self, source: SourceExcerpts) -> TextGrid:
        from klcli.render.excerpts import marked

        rows = marked(source, self.width, unicode=self.unicode)
        return self.grid([[tuple(_styled(piece, source) for piece in row)] for row in rows], self.width)

    def stroke(self, stroke: Stroke, plot: Plot) -> StyledLine:
        from klcli.render.series_styles import TRUTH, look_of

        if stroke.series is None:
            return self.line(stroke.text, "dim")
        place = stroke.series - (plot.truth is not None)
        return self.line(stroke.text, (look_of(place) if place >= 0 else TRUTH).terminal)

    def widest(self, lines: Iterable[StyledLine]) -> int:
        """The columns of the widest of some lines, each of which may be several."""
        return max((self.columns_of(part) for line in lines for part in text_of(line).split("\n")), default=0)

    def grid(
        self,
        rows: Sequence[Sequence[StyledLine]],
        room: int,
        *,
        head: Sequence[StyledLine] = (),
        rigid: Sequence[int] = (),
        right: Sequence[int] = (),
        gaps: Sequence[int] = _GAPS,
    ) -> TextGrid:
        """Texts in columns, in at most `room` characters unless the rigid columns alone need more.

        Args:
            rows: the texts, as many in each row.
            room: the characters for all columns and the gaps between them.
            head: titles of the columns, if they have any.
            rigid: the columns whose entries are not wrapped.
            right: the columns that are aligned to the right.
            gaps: the characters that may be between two columns, the best first.
        """
        entries = list(zip(*rows, strict=True)) if rows else [() for _ in head]
        titles = list(head) or [() for _ in entries]
        columns = [
            ColumnWidths(
                self.widest([title]), self.widest(texts), self._longest([title, *texts]), index in rigid
            )
            for index, (title, texts) in enumerate(zip(titles, entries, strict=True))
        ]
        widths, gap = fit(columns, room, gaps)
        return TextGrid(tuple(head), tuple(map(tuple, rows)), tuple(widths), gap, frozenset(right))

    def _longest(self, lines: Iterable[StyledLine]) -> int:
        return max((self.columns_of(word) for line in lines for word in text_of(line).split()), default=0)


def _styled(piece: Piece, source: SourceExcerpts) -> tuple[str, str]:
    styles = {
        "gutter": "blue",
        "code": "",
        "help": "green",
        "mark": f"bold {_KINDS[source.kind]}",
        "other mark": "bold blue",
    }
    return piece.text, styles[piece.role]


def _plain(text: str) -> StyledLine:
    return ((text, ""),)
