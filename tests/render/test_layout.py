"""Where everything in a document stands: widths, blank lines, and texts that no style has changed."""

from __future__ import annotations

import pytest

from klcli.render.layout import lay_out
from klcli.render.styled_rows import TextGrid, text_of, trimmed
from klcli.report.document import (
    Cell,
    CellTable,
    ColumnHead,
    Document,
    Fact,
    FactList,
    Heading,
    Note,
    Paragraph,
)

LONG = (
    "the KL of the posterior to the prior is what a loss of a variational autoencoder adds to its error " * 3
)


def laid(document: Document, width: int | None = 80, *, unicode: bool = True) -> list[TextGrid | None]:
    return list(lay_out(document, width=width, unicode=unicode, columns_of=len))


def lines(document: Document, width: int | None = 80, *, unicode: bool = True) -> list[str]:
    found: list[str] = []
    for part in laid(document, width, unicode=unicode):
        found += [""] if part is None else [trimmed("|".join(map(text_of, row))) for row in part.rows]
    return found


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_prose_keeps_to_the_width_and_to_what_is_easy_to_read(width: int) -> None:
    grids = [part for part in laid(Document("title", (Paragraph(LONG),)), width) if part is not None]
    assert all(sum(grid.widths) + grid.indent <= min(width, 100) for grid in grids)
    assert max(sum(grid.widths) for grid in grids) > min(width, 100) - 10, "what there is is used"


def test_away_from_a_terminal_nothing_is_wrapped() -> None:
    assert LONG.strip() in [line.strip() for line in lines(Document("title", (Paragraph(LONG),)), None)]


def test_a_terminal_is_taken_to_have_some_columns() -> None:
    assert lines(Document("title", (Paragraph(LONG),)), 1) == lines(Document("title", (Paragraph(LONG),)), 24)


def test_blocks_are_apart_and_what_belongs_together_is_not() -> None:
    blocks = (
        Paragraph("one"),
        Paragraph("two"),
        Heading("three"),
        Paragraph("four"),
        Note("note", "a"),
        Note("note", "b"),
    )
    found = [part is None for part in laid(Document("", blocks))]
    # one | blank | two | blank | three, four | blank | a, b
    assert found == [False, True, False, True, False, False, True, False, False]


def test_without_unicode_all_is_ascii() -> None:
    document = Document("σ² = 1 ± 0.5", (Paragraph("μ ≈ 0 – really"), FactList((Fact("½", "λ", "∞"),))))
    text = "\n".join(lines(document, unicode=False))
    assert text.isascii()
    assert "sigma" in text
    assert not "\n".join(lines(document)).isascii()


def test_a_table_aligns_numbers_to_the_right() -> None:
    table = CellTable(
        (ColumnHead("name"), ColumnHead("nats", numeric=True)),
        ((Cell("a"), Cell("1.5")), (Cell("bb"), Cell("10"))),
    )
    (grid,) = [part for part in laid(Document("", (table,))) if part is not None]
    assert [text_of(title) for title in grid.head] == ["name", "nats"]
    assert grid.right == frozenset({1})
    assert grid.widths[0] >= 4


def test_facts_stand_below_each_other() -> None:
    found = lines(
        Document("", (FactList((Fact("point", "mu = 0.3"), Fact("KL", "0.08 nats", "closed form"))),))
    )
    assert [line.split("|")[0].strip() for line in found] == ["point", "KL"]
