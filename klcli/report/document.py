"""What a command says, before anyone decides how it looks: headings, facts, tables, steps, plots.

A document holds meaning and no appearance: formulas are trees, tones are roles. One renderer for each
prose format gives it a look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import inf
from typing import Literal, TypeAlias

from klcli.formula.tree import Tree
from klcli.values import dataclass, replace

Text: TypeAlias = str | tuple[str | Tree, ...]
"""A line of words, or words with formulas between them."""

Tone: TypeAlias = Literal["plain", "strong", "good", "bad", "muted"]
"""The role of a text; a renderer decides whether and how it shows."""

RemarkKind: TypeAlias = Literal["error", "warning", "info", "note"]
"""How bad it is what a remark says, or that it is only worth knowing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences."""

    text: Text
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines that are shown as they are: source text, commands and what they print.

    Attributes:
        text: the lines, without a line end behind the last.
        language: as Markdown names it behind a fence; empty where it is none.
    """

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that stands beside the result."""

    kind: RemarkKind
    text: Text


@dataclass(frozen=True, slots=True)
class Item:
    """Lines about one thing, below each other, beside its name."""

    label: str
    lines: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value and what is to be said about it: ``closed form | 0.0826784 nats | spread ...``."""

    label: str
    value: Text
    remark: Text = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class FactList:
    """Facts below each other, aligned."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a table's column; numbers are aligned to the right."""

    title: Text
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table."""

    text: Text
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class CellTable:
    """Rows of cells, as many in each as there are columns."""

    columns: tuple[ColumnHead, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(
    titles: Iterable[Text], rows: Iterable[Iterable[Text | Cell]], numeric: Collection[Text] = ()
) -> CellTable:
    """A table of texts, which are cells where they have a tone.

    Args:
        titles: of the columns, of which none stands twice unless it is empty.
        rows: the entries of each.
        numeric: those of the titles below which numbers stand.
    """
    columns = tuple(ColumnHead(title, title in numeric) for title in titles)
    cells = (tuple(one if isinstance(one, Cell) else Cell(one) for one in row) for row in rows)
    return CellTable(columns, tuple(cells))


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line of a derivation: the rule that leads to it, the formula, its value at the input."""

    rule: Text
    tree: Tree
    value: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A derivation: each formula equals the one before; `subject` stands left of the first ``=``."""

    subject: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line; points whose y is not finite are gaps."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """What lies between two lines, of which one may be 0 everywhere; it ends where one of them does."""

    name: str
    x: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: the height of each bar, and one edge more than there are bars."""

    name: str
    edges: tuple[float, ...]
    heights: tuple[float, ...]


Series: TypeAlias = Curve | Area | Bars

Scale: TypeAlias = Literal["linear", "log"]


@dataclass(frozen=True, slots=True)
class Axis:
    """The label of an axis, how its values are spread, and the values beyond which nothing is shown."""

    label: str
    scale: Scale = "linear"
    low: float = -inf
    high: float = inf


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn in one pair of axes.

    Attributes:
        title: what is seen.
        x: the axis along.
        y: the axis up; a linear one without an end `low` includes 0.
        series: what is drawn, one on top of the other.
        truth: what the others are held against and is drawn below them; None where there is no such thing.
        remark: what the picture shows.
    """

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    truth: Curve | None = None
    remark: str = ""

    @property
    def all(self) -> tuple[Series, ...]:
        """The truth, if there is one, and the others."""
        return self.series if self.truth is None else (self.truth, *self.series)

    @property
    def has_names(self) -> bool:
        """Whether its series bear names; of a single one the axis says what it is."""
        return len(self.all) > 1


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file, and the span of them that is spoken of.

    Attributes:
        path: of the file; of a notebook with the cell, ``vae.ipynb:cell 3``, in which the lines are counted.
        line: the line in which the span begins, from 1.
        column: the character of that line at which it begins, from 1.
        end_line: the line in which it ends.
        end_column: the character of that line before which it ends.
        lines: the lines from the first to the last, whole; a span may go beyond them.
        label: what stands there.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    lines: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class SourceExcerpts:
    """Places in files, with marks under their spans, and what to do.

    Attributes:
        kind: how bad it is.
        excerpts: the place that is spoken of, and others that explain it.
        help: what to write or to type; each may have several lines.
    """

    kind: RemarkKind
    excerpts: tuple[Excerpt, ...]
    help: tuple[str, ...] = ()


DocumentBlock: TypeAlias = (
    Heading | Paragraph | Listing | Note | Item | FactList | CellTable | Steps | Plot | SourceExcerpts
)


@dataclass(frozen=True, slots=True)
class Document:
    """A title, which may be empty, and its blocks; the tone is that of what stands before its colon."""

    title: Text
    blocks: tuple[DocumentBlock, ...]
    tone: Tone = "plain"


def with_pictures(document: Document, pictures: Sequence[Plot]) -> Document:
    """The document with pictures behind its answer, which ends at the first heading.

    Where it has sections from the start, none of them is the answer, and pictures stand at the end.
    """
    blocks = document.blocks
    headings = [place for place, block in enumerate(blocks) if isinstance(block, Heading)]
    place = headings[0] if headings and headings[0] else len(blocks)
    return replace(document, blocks=(*blocks[:place], *pictures, *blocks[place:]))
